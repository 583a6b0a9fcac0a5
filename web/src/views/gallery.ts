import { experiment, jobs, steer, submit, type JobCommand } from "../api/client";
import { mayChange, maySubmit } from "../api/standing";
import type { Job } from "../api/types";
import { arrange, button, fill, h, select, write } from "../dom";
import { seeds } from "../experiment/seeds";
import { ago } from "../format";
import { notice, report } from "../notice";
import type { Router, View } from "../router";
import { hasEnded } from "../watch/model";
import { share } from "../watch/status";
import { Thumbnail } from "../watch/thumbnail";

/** How often the list is read again, in milliseconds. */
const EVERY = 3_000;

/** Jobs in one page of the list, and while something is searched for. */
const PAGE = { usual: 60, search: 1_000 };

const STATES = ["waiting", "preparing", "running", "paused", "completed", "failed", "cancelled"];

const ORDERS: Record<string, (a: Job, b: Job) => number> = {
  newest: (a, b) => b.job - a.job,
  oldest: (a, b) => a.job - b.job,
  name: (a, b) => a.name.localeCompare(b.name) || b.job - a.job,
  loss: (a, b) => (a.loss ?? Infinity) - (b.loss ?? Infinity) || b.job - a.job,
};

/** All jobs with their pictures. */
export class Gallery implements View {
  readonly title = "Gallery";
  readonly element: HTMLElement;
  private readonly cards = h("ul", { class: "cards" });
  private readonly empty = h("p", { class: "empty alone" });
  private readonly search = h("input", { type: "search", placeholder: "Search", "aria-label": "Search names" });
  private readonly state = select("State", [["", "all states"], ...STATES.map((state) => [state, state] as const)], () => this.filter());
  private readonly order = select("Order", [["newest", "newest first"], ["oldest", "oldest first"], ["name", "by name"], ["loss", "by loss"]], () => this.filter());
  private readonly more = button("Show older jobs", () => void this.read(true));
  private readonly chosen = h("div", { class: "row chosen", role: "group", "aria-label": "Chosen jobs", hidden: true });
  private readonly timer = setInterval(() => void this.read(false), EVERY);
  private readonly known = new Map<number, Card>();
  private complete = false;

  constructor(private readonly router: Router) {
    const query = new URLSearchParams(location.search);
    this.search.value = query.get("q") ?? "";
    this.state.value = query.get("state") ?? "";
    this.order.value = query.get("order") ?? "newest";
    this.search.addEventListener("input", () => this.filter());
    this.more.hidden = true;
    const tools = h("div", { class: "row tools" }, this.search, this.state, this.order, this.chosen);
    this.element = h("div", { class: "gallery" }, h("h1", {}, "Gallery"), tools, this.empty, this.cards, this.more);
    void this.read(false);
  }

  leave(): void {
    clearInterval(this.timer);
    for (const card of this.known.values()) card.leave();
  }

  private async read(older: boolean): Promise<void> {
    if (document.hidden) return;
    try {
      const list = await jobs({ limit: String(PAGE.usual), ...(older ? { before: String(Math.min(...this.known.keys())) } : {}) });
      for (const job of list.jobs) this.card(job).show(job);
      if (older || this.known.size <= PAGE.usual) this.complete = !list.more;
      this.more.hidden = this.complete;
      this.filter();
    } catch (error) {
      report(error);
    }
  }

  /** What is searched for may be an old job. */
  private async readAll(): Promise<void> {
    while (!this.complete) {
      const list = await jobs({ limit: String(PAGE.search), before: String(Math.min(...this.known.keys())) });
      for (const job of list.jobs) this.card(job).show(job);
      this.complete = !list.more || list.jobs.length === 0;
    }
    this.more.hidden = true;
    this.filter();
  }

  private card(job: Job): Card {
    const card = this.known.get(job.job) ?? new Card(job, () => this.showChosen(), (job) => void this.again(job));
    this.known.set(job.job, card);
    return card;
  }

  /** Shows the jobs that were searched for in their order, and keeps the search in the address. */
  private filter(): void {
    const [words, state, order] = [this.search.value.trim().toLowerCase(), this.state.value, this.order.value];
    const query = new URLSearchParams();
    if (words !== "") query.set("q", words);
    if (state !== "") query.set("state", state);
    if (order !== "newest") query.set("order", order);
    this.router.rename(query.size > 0 ? `/gallery?${query}` : "/gallery");
    const isFound = ({ job }: Card) =>
      (job.name.toLowerCase().includes(words) || String(job.job) === words || job.seed === words) && (state === "" || job.state === state);
    const by = ORDERS[order] ?? (() => 0);
    const found = [...this.known.values()].filter(isFound).sort((a, b) => by(a.job, b.job));
    arrange(this.cards, found.map(({ element }) => element));
    const nothing = this.known.size === 0 ? "No jobs yet. Start one in the studio." : "No job is like that.";
    write(this.empty, found.length === 0 ? nothing : "");
    this.showChosen();
    if ((words !== "" || state !== "" || order !== "newest") && !this.complete && this.known.size > 0) void this.readAll().catch(report);
  }

  /** What can be done with the jobs that are ticked. */
  private showChosen(): void {
    const jobs = [...this.known.values()].filter((card) => card.isChosen && card.element.isConnected).map(({ job }) => job);
    const state = jobs.map(({ job, state }) => `${job} ${state}`).join();
    this.chosen.hidden = jobs.length === 0;
    if (this.chosen.dataset["state"] === state) return;
    this.chosen.dataset["state"] = state;
    const numbers = jobs.map(({ job }) => job).sort((a, b) => a - b);
    const all: JobCommand[] = ["pause", "resume", "cancel", "retry"];
    const possible = all.filter((command) => jobs.some((job) => commands(job).includes(command)));
    fill(
      this.chosen,
      h("strong", {}, `${jobs.length} chosen`),
      numbers.length > 1 ? h("a", { class: "button", href: `/compare?jobs=${numbers.join(",")}` }, "Compare") : undefined,
      ...possible.map((command) => button(command, () => void this.steerAll(jobs, command))),
      button("Choose none", () => this.chooseNone(), { kind: "quiet" }),
    );
  }

  private chooseNone(): void {
    for (const card of this.known.values()) card.isChosen = false;
    this.showChosen();
    this.search.focus();
  }

  private async steerAll(chosen: Job[], command: JobCommand): Promise<void> {
    const able = chosen.filter((job) => commands(job).includes(command));
    const results = await Promise.allSettled(able.map(({ job }) => steer(job, command)));
    for (const result of results) {
      if (result.status === "fulfilled") this.card(result.value).show(result.value);
      else report(result.reason);
    }
    const done = results.filter(({ status }) => status === "fulfilled").length;
    if (done > 0) notice(`${command}: ${done === 1 ? "1 job" : `${done} jobs`}`);
    this.showChosen();
  }

  /** Runs the job's experiment with another seed. */
  private async again({ job, name }: Job): Promise<void> {
    try {
      const { yaml, assets } = await experiment(job);
      const [seed] = seeds(2, "");
      const submitted = await submit({ yaml, assets, name, ...(seed === undefined ? {} : { seed }) });
      notice(`Job ${submitted.job.job} is in the queue, with the seed ${submitted.job.seed}`);
      await this.read(false);
    } catch (error) {
      report(error);
    }
  }
}

/** One job. */
class Card {
  readonly element: HTMLElement;
  private readonly thumbnail = new Thumbnail();
  private readonly words = h("p", { class: "muted" });
  private readonly state = h("span", {});
  private readonly acts = h("div", { class: "row acts" });
  private readonly box: HTMLInputElement;
  private readonly repeat: HTMLButtonElement;
  private readonly age = h("span", { class: "muted" });

  constructor(
    public job: Job,
    chosen: () => void,
    again: (job: Job) => void,
  ) {
    this.box = h("input", { type: "checkbox", class: "choose", "aria-label": `Choose job ${job.job}`, onchange: chosen });
    const name = h("span", { class: "name" }, job.name);
    const link = h("a", { href: `/jobs/${job.job}` }, this.thumbnail.element, name);
    this.repeat = button("another seed", () => again(this.job), { kind: "small", title: "Run its experiment with another seed" });
    const state = h("p", {}, this.state, this.age);
    this.element = h("li", { class: "card" }, link, this.box, state, this.words, h("div", { class: "row" }, this.acts, this.repeat));
  }

  get isChosen(): boolean {
    return this.box.checked;
  }

  set isChosen(chosen: boolean) {
    this.box.checked = chosen;
  }

  show(job: Job): void {
    this.job = job;
    this.state.className = `state ${job.state}`;
    write(this.state, job.state === "running" ? `running, ${Math.round(100 * share(job))} %` : job.state);
    write(this.age, job.created ? ago(job.created) : "");
    write(this.words, `job ${job.job} · seed ${job.seed}`);
    this.state.title = job.reason;
    this.repeat.hidden = !hasEnded(job) || !maySubmit();
    showCommands(this.acts, job, (changed) => this.show(changed));
    this.thumbnail.show(job);
  }

  leave(): void {
    this.thumbnail.leave();
  }
}

/** Buttons for what may be done with a job now; those that stay are left alone, and so are the keys in them. */
export function showCommands(acts: HTMLElement, job: Job, changed: (job: Job) => void): void {
  const wanted = commands(job);
  if (acts.dataset["acts"] === wanted.join()) return;
  const hadKeys = acts.contains(document.activeElement);
  acts.dataset["acts"] = wanted.join();
  const act = async (command: JobCommand) => {
    try {
      changed(await steer(job.job, command));
    } catch (error) {
      report(error);
    }
  };
  fill(acts, ...wanted.map((command) => button(command, () => void act(command), { kind: "small" })));
  if (hadKeys) acts.querySelector("button")?.focus();
}

/** What somebody may do with a job in its state. */
export function commands(job: Job): JobCommand[] {
  if (!mayChange(job)) return [];
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
