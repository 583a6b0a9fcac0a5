import { farm, jobs, setPriority, steer, steerWorker, workers, type JobCommand, type WorkerCommand } from "../api/client";
import type { Farm, Job, Worker } from "../api/types";
import { button, fill, h } from "../dom";
import { bytes, duration, figure } from "../format";
import { report } from "../notice";
import type { View } from "../router";
import { commands } from "./gallery";

/** How often everything is read again, in milliseconds. */
const EVERY = 2_000;

/** Who computes, what waits and why, and how much room there is. */
export class FarmView implements View {
  readonly title = "Farm";
  readonly element: HTMLElement;
  private readonly facts = h("dl", { class: "facts" });
  private readonly warnings = h("div", {});
  private readonly workers = h("tbody", {});
  private readonly queue = h("tbody", {});
  private readonly timer = setInterval(() => void this.read(), EVERY);

  constructor() {
    this.element = h(
      "div",
      { class: "farm" },
      h("h1", {}, "Farm"),
      this.warnings,
      this.facts,
      h("h2", {}, "Workers"),
      table(["name", "state", "device", "memory", "does now", "shards", "failed", ""], this.workers),
      h("h2", {}, "Jobs that run or wait"),
      table(["job", "name", "state", "priority", "workers", "epoch", ""], this.queue),
    );
    void this.read();
  }

  leave(): void {
    clearInterval(this.timer);
  }

  private async read(): Promise<void> {
    if (document.hidden) return;
    try {
      const open = { states: "waiting,preparing,running,paused", limit: "200" };
      const [state, crew, list] = await Promise.all([farm(), workers(), jobs(open)]);
      this.showFarm(state);
      // A control that has the keys is not taken away.
      if (!this.workers.contains(document.activeElement)) fill(this.workers, ...crew.workers.map((one) => this.worker(one)));
      if (!this.queue.contains(document.activeElement)) fill(this.queue, ...list.jobs.map((job) => this.job(job)));
      if (crew.workers.length === 0) fill(this.workers, empty("No workers yet. Start one with: clipig worker", 8));
      if (list.jobs.length === 0) fill(this.queue, empty("Nothing runs or waits.", 7));
    } catch (error) {
      report(error);
    }
  }

  private showFarm(state: Farm): void {
    const count = (counts: { state: string; count: number }[]) =>
      counts.map((one) => `${one.count} ${one.state}`).join(", ") || "none";
    const facts: [string, string][] = [
      ["Jobs", count(state.jobs)],
      ["Workers", count(state.workers)],
      ["Speed", `${figure(state.samples_per_second)} samples/s`],
      ["Storage", `${bytes(state.data_size)} used, ${bytes(state.disk_free)} free`],
      ["Limits", `${state.max_running_jobs} jobs run, ${state.max_queued_jobs} wait`],
      ["Running for", duration(state.uptime_seconds)],
      ["Version", state.version],
    ];
    fill(this.facts, ...facts.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
    fill(this.warnings, ...state.warnings.map((text) => h("p", { class: "notice error" }, text)));
  }

  private worker(worker: Worker): HTMLElement {
    const act = (command: WorkerCommand) =>
      button(command, () => void this.after(steerWorker(worker.worker, command)), { kind: "small" });
    const acts = { paused: ["resume", "drain"], quarantined: ["reinstate"], draining: [], lost: [], idle: ["pause", "drain"], busy: ["pause", "drain"] } as const;
    const doing = worker.leases.map((lease) => `job ${lease.job}, ${lease.node === null ? "prepares" : `epoch ${lease.epoch}`}`);
    return h(
      "tr",
      {},
      h("th", { scope: "row" }, worker.worker),
      h("td", { title: worker.reason }, h("span", { class: `state ${worker.state}` }, worker.state)),
      h("td", {}, worker.kind?.model ?? worker.device),
      h("td", {}, worker.memory > 0 ? bytes(worker.memory) : "–"),
      h("td", {}, [...new Set(doing)].join("; ") || worker.reason),
      h("td", { class: "number" }, String(worker.shards_done)),
      h("td", { class: "number" }, String(worker.leases_failed)),
      h("td", {}, h("div", { class: "row" }, ...acts[worker.state].map(act))),
    );
  }

  private job(job: Job): HTMLElement {
    const priority = h("input", {
      type: "number",
      min: "-10",
      max: "10",
      value: String(job.priority),
      "aria-label": `Priority of job ${job.job}`,
    });
    priority.addEventListener("change", () => void this.after(setPriority(job.job, Number(priority.value))));
    const act = (command: JobCommand) => button(command, () => void this.after(steer(job.job, command)), { kind: "small" });
    return h(
      "tr",
      {},
      h("td", { class: "number" }, String(job.job)),
      h("th", { scope: "row" }, h("a", { href: `/jobs/${job.job}` }, job.name)),
      h("td", {}, h("span", { class: `state ${job.state}` }, job.state), job.reason === "" ? undefined : h("p", { class: "muted" }, job.reason)),
      h("td", {}, priority),
      h("td", { class: "number" }, String(job.workers)),
      h("td", { class: "number" }, `${job.epochs_done} / ${job.epochs_total}`),
      h("td", {}, h("div", { class: "row" }, ...commands(job).map(act))),
    );
  }

  private async after(done: Promise<Job | Worker>): Promise<void> {
    try {
      await done;
    } catch (error) {
      report(error);
    }
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    await this.read();
  }
}

function table(names: string[], body: HTMLElement): HTMLElement {
  const head = h("tr", {}, ...names.map((name) => (name === "" ? h("td", {}) : h("th", { scope: "col" }, name))));
  return h("div", { class: "scroll" }, h("table", {}, h("thead", {}, head), body));
}

function empty(text: string, columns: number): HTMLElement {
  return h("tr", {}, h("td", { class: "empty", colspan: String(columns) }, text));
}
