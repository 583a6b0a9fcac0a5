import type { Connection } from "../api/events";
import { fill, h } from "../dom";
import { duration, figure } from "../format";
import type { WatchedJob } from "./model";

/** Where the job is: state, progress, time left, and why it waits. */
export class Status {
  private readonly bar = h("progress", { max: "1", value: "0", "aria-label": "Progress" });
  private readonly words = h("p", { class: "status-words" });
  readonly element = h("section", { class: "status", "aria-label": "Progress" }, this.bar, this.words);

  show(watched: WatchedJob, connection: Connection): void {
    const { job } = watched;
    if (!job) {
      fill(this.words, h("span", { class: "muted" }, "no job yet"));
      this.bar.value = 0;
      return;
    }
    this.bar.value = job.epochs_total > 0 ? job.epochs_done / job.epochs_total : 0;
    const facts = [`epoch ${job.epochs_done} of ${job.epochs_total}`];
    if (job.state === "running") {
      if (watched.samplesPerSecond) facts.push(`${figure(watched.samplesPerSecond)} samples/s`);
      if (typeof job.eta_seconds === "number") facts.push(`${duration(job.eta_seconds)} left`);
      facts.push(job.workers === 1 ? "1 worker" : `${job.workers} workers`);
    }
    if (job.resolution) facts.push(job.resolution.join(" × "));
    facts.push(`seed ${job.seed}`);
    fill(
      this.words,
      h("span", { class: `state ${job.state}` }, job.state),
      h("span", {}, facts.join(" · ")),
      job.reason === "" ? undefined : h("span", { class: "reason" }, job.reason),
      connection === "lost" && !watched.ended ? h("span", { class: "reason" }, "connection lost, trying again") : undefined,
    );
  }
}
