import type { Connection } from "../api/events";
import type { Job } from "../api/types";
import { coded, fill, h } from "../dom";
import { duration, figure } from "../format";
import type { WatchedJob } from "./model";

/** Where the job is: state, progress, time left, and why it waits. */
export class Status {
  private readonly bar = h("progress", { max: "1", value: "0", "aria-label": "Progress" });
  private readonly words = h("p", { class: "status-words" });
  readonly element = h("section", { class: "status", "aria-label": "Progress" }, this.bar, this.words);

  show(watched: WatchedJob, connection: Connection): void {
    const { job } = watched;
    this.element.hidden = !job;
    if (!job) return;
    this.bar.value = share(job);
    const facts = [`epoch ${job.epochs_done} of ${job.epochs_total}`];
    const isLost = connection === "lost" && !watched.ended;
    // How fast it is and how long it takes is not known meanwhile.
    if (job.state === "running" && !isLost) {
      if (typeof job.eta_seconds === "number") facts.push(`${duration(job.eta_seconds)} left`);
      if (watched.samplesPerSecond) facts.push(`${figure(watched.samplesPerSecond)} samples/s`);
      // Between two shards of a busy farm a job has none.
      if (job.workers > 0) facts.push(job.workers === 1 ? "1 worker" : `${job.workers} workers`);
    } else if (job.started && job.ended) {
      facts.push(`took ${duration((Date.parse(job.ended) - Date.parse(job.started)) / 1000)}`);
    }
    if (job.resolution) facts.push(job.resolution.join(" × "));
    facts.push(`seed ${job.seed}`);
    if (job.revision > 0) facts.push(`revision ${job.revision}`);
    fill(
      this.words,
      h("span", { class: `state ${job.state}` }, job.state),
      h("strong", {}, `Job ${job.job}`),
      ...facts.map((fact) => h("span", {}, fact)),
      job.reason === "" ? undefined : h("span", { class: `reason ${job.state}` }, ...coded(job.reason)),
      isLost ? h("span", { class: "reason" }, "connection lost, trying again") : undefined,
    );
  }
}

/** What stands where a job has no picture yet. */
export function withoutPicture({ job, state, reason }: Job): string {
  const why = reason === "" ? "" : `: ${reason}`;
  switch (state) {
    case "waiting":
      return reason === "" ? `Job ${job} waits for its turn.` : `Job ${job} waits${why}`;
    case "paused":
      return `Job ${job} was stopped before its first snapshot. Resume goes on with it.`;
    case "failed":
      return `Job ${job} has failed${why}`;
    case "cancelled":
      return `Job ${job} was cancelled before its first snapshot.`;
    case "completed":
      return `Job ${job} has no picture.`;
    case "preparing":
    case "running":
      return "The first snapshot is on its way…";
  }
}

/** How much of a job is done, 0 to 1. */
export function share(job: Job): number {
  return job.epochs_total > 0 ? job.epochs_done / job.epochs_total : 0;
}
