import { artifacts, jobs, steer, type JobCommand } from "../api/client";
import type { Job } from "../api/types";
import { button, fill, h } from "../dom";
import { ago } from "../format";
import { notice, report } from "../notice";
import type { View } from "../router";

/** How often the list is read again, in milliseconds. */
const EVERY = 4_000;

/** Jobs in one page of the list. */
const PAGE = 60;

/** All jobs with their pictures. */
export class Gallery implements View {
  readonly title = "Gallery";
  readonly element: HTMLElement;
  private readonly cards = h("ul", { class: "cards" });
  private readonly search = h("input", { type: "search", placeholder: "Search names", "aria-label": "Search names" });
  private readonly state = h("select", { "aria-label": "State" });
  private readonly more = button("Show older jobs", () => void this.read(true));
  private readonly timer = setInterval(() => void this.read(false), EVERY);
  private readonly known = new Map<number, Card>();

  constructor() {
    for (const state of ["all", "waiting", "running", "paused", "completed", "failed", "cancelled"]) {
      this.state.append(h("option", { value: state === "all" ? "" : state }, state));
    }
    const query = new URLSearchParams(location.search);
    this.search.value = query.get("q") ?? "";
    this.state.value = query.get("state") ?? "";
    this.search.addEventListener("input", () => this.filter());
    this.state.addEventListener("change", () => this.filter());
    const tools = h("div", { class: "row tools" }, this.search, this.state);
    this.element = h("div", { class: "gallery" }, h("h1", {}, "Gallery"), tools, this.cards, this.more);
    void this.read(false);
  }

  leave(): void {
    clearInterval(this.timer);
  }

  private async read(older: boolean): Promise<void> {
    if (document.hidden) return;
    try {
      const query: Record<string, string> = { limit: String(PAGE) };
      if (older) query["before"] = String(Math.min(...this.known.keys()));
      const list = await jobs(query);
      for (const job of list.jobs) this.card(job).show(job);
      if (older || this.known.size <= PAGE) this.more.hidden = !list.more;
      const sorted = [...this.known.entries()].sort(([a], [b]) => b - a).map(([, card]) => card.element);
      if (sorted.some((element, index) => this.cards.children[index] !== element)) fill(this.cards, ...sorted);
      if (sorted.length === 0) fill(this.cards, h("li", { class: "empty" }, "No jobs yet. Start one in the studio."));
      this.filter();
    } catch (error) {
      report(error);
    }
  }

  private card(job: Job): Card {
    const card = this.known.get(job.job) ?? new Card(job);
    this.known.set(job.job, card);
    return card;
  }

  /** Shows the jobs that were searched for, and keeps the search in the address. */
  private filter(): void {
    const [words, state] = [this.search.value.trim().toLowerCase(), this.state.value];
    const query = new URLSearchParams();
    if (words !== "") query.set("q", words);
    if (state !== "") query.set("state", state);
    history.replaceState(null, "", query.size > 0 ? `/gallery?${query}` : "/gallery");
    for (const card of this.known.values()) {
      card.element.hidden = !card.job.name.toLowerCase().includes(words) || (state !== "" && card.job.state !== state);
    }
  }
}

/** One job. */
class Card {
  readonly element: HTMLElement;
  private readonly frame = h("span", { class: "frame" });
  private readonly words = h("p", { class: "muted" });
  private readonly state = h("span", {});
  private readonly acts = h("div", { class: "row" });
  private pictures = -1;

  constructor(public job: Job) {
    const name = h("span", { class: "name" }, job.name);
    const link = h("a", { href: `/jobs/${job.job}` }, this.frame, name);
    this.element = h("li", { class: "card" }, link, h("p", {}, this.state), this.words, this.acts);
  }

  show(job: Job): void {
    this.job = job;
    this.state.className = `state ${job.state}`;
    this.state.textContent = job.state;
    const progress = job.state === "completed" ? "" : ` · epoch ${job.epochs_done} of ${job.epochs_total}`;
    this.words.textContent = `${job.job}${progress} · ${job.created ? ago(job.created) : ""}`;
    this.words.title = job.reason;
    fill(this.acts, ...commands(job).map((command) => button(command, () => void this.steer(command), { kind: "small" })));
    if (job.artifacts !== this.pictures) void this.load();
  }

  private async load(): Promise<void> {
    this.pictures = this.job.artifacts;
    if (this.pictures === 0) {
      fill(this.frame, h("span", { class: "empty" }, "no picture yet"));
      return;
    }
    try {
      const newest = (await artifacts(this.job.job, Math.max(0, this.job.epochs_done - 1000))).artifacts.at(-1);
      if (newest) fill(this.frame, h("img", { src: newest.url, alt: "", loading: "lazy", decoding: "async" }));
    } catch (error) {
      report(error);
    }
  }

  private async steer(command: JobCommand): Promise<void> {
    try {
      this.show(await steer(this.job.job, command));
      notice(`Job ${this.job.job} is ${this.job.state}`);
    } catch (error) {
      report(error);
    }
  }
}

/** What may be done with a job in its state. */
export function commands(job: Job): JobCommand[] {
  switch (job.state) {
    case "waiting":
    case "preparing":
    case "running":
      return ["pause", "cancel"];
    case "paused":
      return ["resume", "cancel"];
    case "failed":
    case "cancelled":
      return ["retry"];
    case "completed":
      return [];
  }
}
