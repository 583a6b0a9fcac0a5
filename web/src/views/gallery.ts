import { experiment, jobs, setLabels, steer, submit, type JobCommand } from "../api/client";
import { mayChange, maySubmit } from "../api/standing";
import type { Job } from "../api/types";
import { arrange, button, fill, h, select, write, writeCoded } from "../dom";
import { seeds } from "../experiment/seeds";
import { ago } from "../format";
import { common, relabelled } from "../labels";
import { mention, notice, report } from "../notice";
import type { Router, View } from "../router";
import { hasEnded } from "../watch/model";
import { share } from "../watch/status";
import { Thumbnail } from "../watch/thumbnail";
import { askForLabels } from "./ask-labels";

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
  private readonly search = h("input", { type: "search", placeholder: "Search", "aria-label": "Search names and labels" });
  private readonly state = select("State", [["", "all states"], ...STATES.map((state) => [state, state] as const)], () => this.filter());
  private readonly label = select("Label", [["", "all labels"]], () => this.filter());
  private readonly order = select("Order", [["newest", "newest first"], ["oldest", "oldest first"], ["name", "by name"], ["loss", "by loss"]], () => this.filter());
  private readonly more = button("Show older jobs", () => void this.read(true));
  private readonly chosen = h("div", { class: "row chosen", role: "group", "aria-label": "Chosen jobs", hidden: true });
  private readonly timer = setInterval(() => void this.read(false), EVERY);
  private readonly known = new Map<number, Card>();
  private complete = false;
  /** The labels to choose from. */
  private labels: string[] = [];

  constructor(private readonly router: Router) {
    const query = new URLSearchParams(location.search);
    this.search.value = query.get("q") ?? "";
    this.state.value = query.get("state") ?? "";
    this.order.value = query.get("order") ?? "newest";
    this.showLabels([query.get("label") ?? ""]);
    this.label.value = query.get("label") ?? "";
    this.search.addEventListener("input", () => this.filter());
    this.more.hidden = true;
    const tools = h("div", { class: "row tools" }, this.search, this.state, this.label, this.order, this.chosen);
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
      const list = await jobs({ limit: String(PAGE.usual), with_newest: "true", ...(older ? { before: String(Math.min(...this.known.keys())) } : {}) });
      for (const job of list.jobs) this.card(job).show(job);
      if (older || this.known.size <= PAGE.usual) this.complete = !list.more;
      this.more.hidden = this.complete;
      this.filter();
    } catch (error) {
      mention(error);
    }
  }

  /** What is searched for may be an old job. */
  private async readAll(): Promise<void> {
    while (!this.complete) {
      const list = await jobs({ limit: String(PAGE.search), with_newest: "true", before: String(Math.min(...this.known.keys())) });
      for (const job of list.jobs) this.card(job).show(job);
      this.complete = !list.more || list.jobs.length === 0;
    }
    this.more.hidden = true;
    this.filter();
  }

  private card(job: Job): Card {
    const card = this.known.get(job.job) ?? new Card(job, { chosen: () => this.showChosen(), again: (job) => void this.again(job), label: (label) => this.showLabel(label) });
    this.known.set(job.job, card);
    return card;
  }

  /** Shows the jobs that were searched for in their order, and keeps the search in the address. */
  private filter(): void {
    this.showLabels([...this.known.values()].flatMap(({ job }) => job.labels));
    const words = this.search.value.trim().toLowerCase();
    const [state, label, order] = [this.state.value, this.label.value, this.order.value];
    const query = new URLSearchParams();
    if (words !== "") query.set("q", words);
    if (state !== "") query.set("state", state);
    if (label !== "") query.set("label", label);
    if (order !== "newest") query.set("order", order);
    this.router.rename(query.size > 0 ? `/gallery?${query}` : "/gallery");
    const has = (text: string) => text.toLowerCase().includes(words);
    const isFound = ({ job }: Card) =>
      (has(job.name) || job.labels.some(has) || String(job.job) === words || job.seed === words) &&
      (state === "" || job.state === state) &&
      (label === "" || job.labels.includes(label));
    const by = ORDERS[order] ?? (() => 0);
    const found = [...this.known.values()].filter(isFound).sort((a, b) => by(a.job, b.job));
    arrange(this.cards, found.map(({ element }) => element));
    const nothing = this.known.size === 0 ? "No jobs yet. Start one in the studio." : "No job is like that.";
    write(this.empty, found.length === 0 ? nothing : "");
    this.showChosen();
    if ((words !== "" || state !== "" || label !== "" || order !== "newest") && !this.complete && this.known.size > 0) void this.readAll().catch(report);
  }

  /** Offers these labels, and the one that is chosen. */
  private showLabels(labels: readonly string[]): void {
    const chosen = this.label.value;
    const offered = [...new Set([...labels, chosen])].filter((label) => label !== "").sort((a, b) => a.localeCompare(b));
    if (offered.join() === this.labels.join()) return;
    this.labels = offered;
    fill(this.label, h("option", { value: "" }, "all labels"), ...offered.map((label) => h("option", { value: label }, label)));
    this.label.value = chosen;
  }

  private showLabel(label: string): void {
    this.label.value = label;
    this.filter();
  }

  /** What can be done with the jobs that are ticked. */
  private showChosen(): void {
    const jobs = [...this.known.values()].filter((card) => card.isChosen && card.element.isConnected).map(({ job }) => job);
    const state = jobs.map(({ job, state, labels }) => `${job} ${state} ${labels}`).join();
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
      jobs.every(mayChange) && jobs.length > 0 ? button("Labels…", () => void this.relabel(jobs)) : undefined,
      button("Choose none", () => this.chooseNone(), { kind: "quiet" }),
    );
  }

  private chooseNone(): void {
    for (const card of this.known.values()) card.isChosen = false;
    this.showChosen();
    this.search.focus();
  }

  /** Changes the labels that the chosen jobs have in common. */
  private async relabel(chosen: Job[]): Promise<void> {
    const before = common(chosen);
    const title = chosen.length === 1 ? `Labels of job ${chosen[0]?.job}` : `Labels of ${chosen.length} jobs`;
    const after = await askForLabels(title, before, this.labels);
    if (!after) return;
    const results = await Promise.allSettled(chosen.map((job) => setLabels(job.job, relabelled(job, before, after))));
    for (const result of results) {
      if (result.status === "fulfilled") this.card(result.value).show(result.value);
      else report(result.reason);
    }
    this.filter();
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

interface CardActs {
  /** The box was ticked, or is not any more. */
  chosen(): void;
  /** Another run is wanted, with another seed. */
  again(job: Job): void;
  /** All jobs with a label are wanted. */
  label(label: string): void;
}

/** One job. */
class Card {
  readonly element: HTMLElement;
  private readonly thumbnail = new Thumbnail();
  private readonly words = h("p", { class: "muted" });
  private readonly state = h("span", {});
  /** Why it waits or has failed. */
  private readonly reason = h("p", { class: "why" });
  private readonly labels = h("div", { class: "row labels" });
  private readonly acts = h("div", { class: "row acts" });
  private readonly box: HTMLInputElement;
  private readonly repeat: HTMLButtonElement;
  private readonly age = h("span", { class: "muted" });

  constructor(
    public job: Job,
    private readonly cardActs: CardActs,
  ) {
    this.box = h("input", { type: "checkbox", class: "choose", "aria-label": `Choose job ${job.job}`, onchange: () => cardActs.chosen() });
    const name = h("span", { class: "name" }, job.name);
    const link = h("a", { href: `/jobs/${job.job}` }, this.thumbnail.element, name);
    this.repeat = button("another seed", () => cardActs.again(this.job), { kind: "small", title: "Run its experiment with another seed" });
    const state = h("p", {}, this.state, this.age);
    this.element = h("li", { class: "card" }, link, this.box, state, this.reason, this.words, this.labels, h("div", { class: "row" }, this.acts, this.repeat));
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
    writeCoded(this.reason, job.state === "waiting" || job.state === "failed" ? job.reason : "");
    this.reason.classList.toggle("failed", job.state === "failed");
    this.reason.title = job.reason;
    this.state.title = job.reason;
    this.showLabels(job.labels);
    this.repeat.hidden = !hasEnded(job) || !maySubmit();
    showCommands(this.acts, job, (changed) => this.show(changed));
    this.thumbnail.show(job);
  }

  leave(): void {
    this.thumbnail.leave();
  }

  private showLabels(labels: readonly string[]): void {
    if (this.labels.dataset["labels"] === labels.join()) return;
    this.labels.dataset["labels"] = labels.join();
    const chip = (label: string) => button(label, () => this.cardActs.label(label), { kind: "small label", title: `Show all jobs with the label ${label}` });
    fill(this.labels, ...labels.map(chip));
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
