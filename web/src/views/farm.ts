import { farm, jobs, setPriority, steerWorker, workers, type WorkerCommand } from "../api/client";
import { mayChange, maySteerWorkers } from "../api/standing";
import type { Farm, Job, Worker } from "../api/types";
import { arrange, button, fill, h, write, writeCoded } from "../dom";
import { bytes, duration, figure } from "../format";
import { mention, report } from "../notice";
import { PRIORITY } from "../queue";
import type { View } from "../router";
import { share } from "../watch/status";
import { showCommands } from "./gallery";
import { QueueOrder } from "./queue-order";

/** How often everything is read again, in milliseconds: the list of a long queue is large. */
const EVERY = { usual: 2_000, long: 6_000 };

/** Jobs that are shown before somebody asks for all. */
const FIRST = 200;

/** Who computes, what waits and why, and how much room there is. */
export class FarmView implements View {
  readonly title = "Farm";
  readonly element: HTMLElement;
  /** What is shown once it is known, so that nothing is pushed about. */
  private readonly content: HTMLElement;
  private readonly facts = new Map<string, HTMLElement>();
  private readonly factList = h("dl", { class: "facts" });
  private readonly warnings = h("div", { class: "warnings" });
  private readonly workers = new Rows<Worker>(() => new WorkerRow(() => void this.read()));
  private readonly queue: Rows<Job> = new Rows<Job>(() => new JobRow(this.order, () => void this.read()));
  private readonly order = new QueueOrder(this.queue.body, () => this.read());
  private readonly noWorkers = h("p", { class: "empty" });
  private readonly noJobs = h("p", { class: "empty" });
  private readonly all = button("Show all", () => this.showAll());
  private line: Job[] = [];
  private showsAll = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private left = false;

  constructor() {
    this.content = h(
      "div",
      { hidden: true },
      this.warnings,
      this.factList,
      h("h2", {}, "Workers"),
      table("Workers", ["name", "state", "device", "memory", "does now", "shards", "failed", ""], this.workers.body),
      this.noWorkers,
      h("h2", {}, "Jobs that run or wait"),
      table("Jobs that run or wait", ["", "job", "name", "state", "priority", "workers", "progress", ""], this.queue.body),
      this.noJobs,
      this.all,
    );
    this.element = h("div", { class: "farm" }, h("h1", {}, "Farm"), this.content);
    this.all.hidden = true;
    void this.repeat();
  }

  leave(): void {
    this.left = true;
    clearTimeout(this.timer);
  }

  private async repeat(): Promise<void> {
    if (!document.hidden) await this.read();
    if (!this.left) this.timer = setTimeout(() => void this.repeat(), this.line.length > FIRST ? EVERY.long : EVERY.usual);
  }

  private async read(): Promise<void> {
    try {
      const open = { states: "waiting,preparing,running,paused", limit: "1000" };
      const [state, crew, list] = await Promise.all([farm(), workers(), jobs(open)]);
      this.showFarm(state);
      this.workers.show(crew.workers, ({ worker }) => worker);
      this.line = list.jobs.sort(inLine);
      this.order.show(this.line);
      this.showLine();
      this.content.hidden = false;
      writeCoded(this.noWorkers, crew.workers.length === 0 ? "No workers yet. Start one with `clipig worker`" : "");
      write(this.noJobs, list.jobs.length === 0 ? "Nothing runs or waits." : list.more ? "Older ones are not shown." : "");
    } catch (error) {
      mention(error);
    }
  }

  private showLine(): void {
    const shown = this.showsAll ? this.line : this.line.slice(0, FIRST);
    this.queue.show(shown, ({ job }) => String(job));
    this.all.hidden = shown.length === this.line.length;
    if (!this.all.hidden) write(this.all, `Show all ${this.line.length}`);
  }

  private showAll(): void {
    this.showsAll = true;
    this.showLine();
  }

  private showFarm(state: Farm): void {
    const count = (counts: { state: string; count: number }[]) =>
      counts.map((one) => `${one.count} ${one.state}`).join(", ") || "none";
    const facts: [string, string][] = [
      ["Workers", count(state.workers)],
      ["Jobs", count(state.jobs)],
      ["Speed", `${figure(state.samples_per_second)} samples/s`],
      ["Storage", `${bytes(state.data_size)} used, ${bytes(state.disk_free)} free`],
      ["Limits", `${state.max_running_jobs} run at once, ${state.max_queued_jobs} wait`],
      ["Running for", duration(state.uptime_seconds)],
      ["Version", state.version],
    ];
    for (const [name, value] of facts) {
      const known = this.facts.get(name) ?? h("dd", {});
      if (!this.facts.has(name)) this.factList.append(h("div", {}, h("dt", {}, name), known));
      this.facts.set(name, known);
      write(known, value);
    }
    if (this.warnings.textContent !== state.warnings.join("")) {
      fill(this.warnings, ...state.warnings.map((text) => h("p", { class: "notice error" }, text)));
    }
  }
}

/** Columns of numbers. */
const NUMBERS = new Set(["memory", "shards", "failed", "job", "workers"]);

/** What runs comes first, then what waits in its order. */
function inLine(a: Job, b: Job): number {
  const rank = (job: Job) => ["running", "preparing", "waiting", "paused"].indexOf(job.state);
  return rank(a) - rank(b) || b.priority - a.priority || a.job - b.job;
}

/** A row of a table that is told of changes. */
interface Row<T> {
  element: HTMLElement;
  show(value: T): void;
}

/** Rows that stay where they are while what they show changes, so that the keys stay in them. */
class Rows<T> {
  readonly body = h("tbody", {});
  private readonly known = new Map<string, Row<T>>();

  constructor(private readonly make: () => Row<T>) {}

  show(values: readonly T[], key: (value: T) => string): void {
    const rows = values.map((value) => {
      const row = this.known.get(key(value)) ?? this.make();
      this.known.set(key(value), row);
      row.show(value);
      return row.element;
    });
    const keys = new Set(values.map(key));
    for (const known of this.known.keys()) if (!keys.has(known)) this.known.delete(known);
    arrange(this.body, rows);
  }
}

class WorkerRow implements Row<Worker> {
  private readonly name = h("th", { scope: "row" });
  private readonly state = h("span", {});
  private readonly cells = Array.from({ length: 5 }, (_, index) => h("td", { class: index === 1 || index > 2 ? "number" : "" }));
  private readonly acts = h("div", { class: "row acts" });
  readonly element = h("tr", {}, this.name, h("td", {}, this.state), ...this.cells, h("td", {}, this.acts));

  constructor(private readonly changed: () => void) {}

  show(worker: Worker): void {
    write(this.name, worker.worker);
    this.state.className = `state ${worker.state}`;
    this.state.title = worker.reason;
    write(this.state, worker.state);
    const doing = worker.leases.map((lease) => `job ${lease.job}, ${lease.node === null ? "prepares" : `epoch ${lease.epoch}`}`);
    const texts = [
      worker.kind?.model ?? worker.device,
      worker.memory > 0 ? bytes(worker.memory) : "–",
      [...new Set(doing)].join("; ") || worker.reason,
      String(worker.shards_done),
      String(worker.leases_failed),
    ];
    this.cells.forEach((cell, index) => write(cell, texts[index] ?? ""));
    this.showActs(worker);
  }

  private showActs({ worker, state }: Worker): void {
    const possible = { paused: ["resume", "drain"], quarantined: ["reinstate"], draining: [], lost: [], idle: ["pause", "drain"], busy: ["pause", "drain"] } as const;
    const wanted: readonly WorkerCommand[] = maySteerWorkers() ? possible[state] : [];
    if (this.acts.dataset["acts"] === wanted.join()) return;
    const hadKeys = this.acts.contains(document.activeElement);
    this.acts.dataset["acts"] = wanted.join();
    const act = (command: WorkerCommand) => void steerWorker(worker, command).then(this.changed).catch(report);
    fill(this.acts, ...wanted.map((command) => button(command, () => act(command), { kind: "small" })));
    if (hadKeys) this.acts.querySelector("button")?.focus();
  }
}

class JobRow implements Row<Job> {
  private readonly grip = h("td", {});
  private readonly number = h("td", { class: "number" });
  private readonly link = h("a", {});
  private readonly state = h("span", {});
  private readonly reason = h("p", { class: "muted" });
  private readonly priority = h("input", { type: "number", min: String(-PRIORITY), max: String(PRIORITY), step: "1" });
  private readonly workers = h("td", { class: "number" });
  private readonly bar = h("progress", { max: "1", value: "0" });
  private readonly epochs = h("span", { class: "muted" });
  private readonly acts = h("div", { class: "row acts" });
  readonly element = h(
    "tr",
    {},
    this.grip,
    this.number,
    h("th", { scope: "row" }, this.link),
    h("td", {}, this.state, this.reason),
    h("td", {}, this.priority),
    this.workers,
    h("td", {}, this.bar, this.epochs),
    h("td", {}, this.acts),
  );
  private job: Job | undefined;

  constructor(
    private readonly order: QueueOrder,
    private readonly changed: () => void,
  ) {
    this.priority.addEventListener("change", () => this.prefer());
  }

  show(job: Job): void {
    this.job = job;
    this.element.dataset["job"] = String(job.job);
    const moves = job.state === "waiting" && mayChange(job);
    if (moves !== this.grip.hasChildNodes()) fill(this.grip, moves ? this.order.handle(job.job) : undefined);
    write(this.number, String(job.job));
    this.link.href = `/jobs/${job.job}`;
    write(this.link, job.name);
    this.state.className = `state ${job.state}`;
    write(this.state, job.state);
    writeCoded(this.reason, job.reason);
    this.priority.disabled = !mayChange(job);
    this.priority.setAttribute("aria-label", `Priority of job ${job.job}`);
    if (this.priority !== document.activeElement) this.priority.value = String(job.priority);
    write(this.workers, String(job.workers));
    this.bar.value = share(job);
    this.bar.setAttribute("aria-label", `Progress of job ${job.job}`);
    write(this.epochs, `${job.epochs_done} of ${job.epochs_total}`);
    showCommands(this.acts, job, this.changed);
  }

  private prefer(): void {
    if (!this.job) return;
    const wanted = Number(this.priority.value);
    if (!this.priority.checkValidity() || !Number.isInteger(wanted)) {
      report(new Error(`a priority is a whole number from ${-PRIORITY} to ${PRIORITY}`));
      return;
    }
    void setPriority(this.job.job, wanted).then(this.changed).catch(report);
  }
}

function table(name: string, columns: string[], body: HTMLElement): HTMLElement {
  const head = columns.map((column) =>
    column === "" ? h("td", {}) : h("th", { scope: "col", class: NUMBERS.has(column) ? "number" : "" }, column),
  );
  const caption = h("caption", { class: "unseen" }, name);
  return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": name }, h("table", {}, caption, h("thead", {}, h("tr", {}, ...head)), body));
}
