import { jobs } from "../api/client";
import type { Job } from "../api/types";
import { arrange, button, h, write } from "../dom";
import { mention } from "../notice";
import { hasEnded } from "./model";
import { share } from "./status";
import { Thumbnail } from "./thumbnail";

/** How often the jobs are asked for, in milliseconds. */
const EVERY = 1_000;

/** Several jobs of one experiment, each with its own seed: a contact sheet to choose from. */
export class Sheet {
  readonly element: HTMLElement;
  private readonly list = h("ul", { class: "sheet-list" });
  private readonly all = button("All", () => this.choose(undefined), { kind: "small", title: "Show all pictures, none of them large" });
  private readonly compare = h("a", { class: "button small" }, "Side by side");
  private readonly entries = new Map<number, Entry>();
  private timer: ReturnType<typeof setInterval> | undefined;
  private numbers: readonly number[] = [];

  /** `choose` is told which job shall be watched; none: all. */
  constructor(private readonly choose: (job: number | undefined) => void) {
    const bar = h("div", { class: "row" }, h("h2", {}, "Contact sheet"), h("div", { class: "row end" }, this.all, this.compare));
    this.element = h("section", { class: "sheet", "aria-label": "Contact sheet", hidden: true }, bar, this.list);
  }

  /** Shows these jobs, the chosen one marked; fewer than two hide the sheet. */
  show(numbers: readonly number[], chosen: number | undefined): void {
    const same = numbers.length === this.numbers.length && numbers.every((number, index) => number === this.numbers[index]);
    this.numbers = numbers;
    this.element.hidden = numbers.length < 2;
    this.all.disabled = chosen === undefined;
    this.compare.href = `/compare?jobs=${numbers.join(",")}`;
    if (!same) {
      this.clear();
      for (const number of numbers) this.entries.set(number, new Entry(number, () => this.choose(number)));
      arrange(this.list, [...this.entries.values()].map(({ element }) => element));
    }
    for (const [number, entry] of this.entries) entry.mark(number === chosen);
    if (numbers.length < 2 || this.timer !== undefined) return;
    this.timer = setInterval(() => void this.read(), EVERY);
    void this.read();
  }

  leave(): void {
    this.clear();
  }

  private clear(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    for (const entry of this.entries.values()) entry.leave();
    this.entries.clear();
  }

  private async read(): Promise<void> {
    if (document.hidden) return;
    try {
      const [first, last] = [Math.min(...this.numbers), Math.max(...this.numbers)];
      const limit = Math.min(1000, last - first + 1);
      const list = await jobs({ before: String(last + 1), limit: String(limit), with_newest: "true" });
      const own = list.jobs.filter((job) => this.entries.has(job.job));
      for (const job of own) this.entries.get(job.job)?.show(job);
      if (own.length === this.entries.size && own.every(hasEnded)) {
        clearInterval(this.timer);
        // A job that is retried is shown after the next start.
        this.timer = undefined;
      }
    } catch (error) {
      mention(error);
    }
  }
}

class Entry {
  readonly element: HTMLElement;
  private readonly thumbnail = new Thumbnail();
  private readonly words = h("span", { class: "sheet-words" });
  private readonly select: HTMLButtonElement;

  constructor(number: number, choose: () => void) {
    this.select = h("button", { type: "button", "aria-pressed": "false", onclick: choose }, this.thumbnail.element, this.words);
    write(this.words, `job ${number}`);
    this.element = h("li", {}, this.select);
  }

  mark(chosen: boolean): void {
    this.select.setAttribute("aria-pressed", String(chosen));
  }

  show(job: Job): void {
    const progress = job.state === "running" || job.state === "paused" ? ` · ${Math.round(100 * share(job))} %` : "";
    write(this.words, `seed ${job.seed} · ${job.state}${progress}`);
    this.thumbnail.show(job);
  }

  leave(): void {
    this.thumbnail.leave();
  }
}
