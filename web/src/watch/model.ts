import type { Artifact, History, Job, JobEvent, TargetTable } from "../api/types";

/** A curve over epochs. */
export interface Curve {
  label: string;
  points: Map<number, number>;
}

/** A line of the log. */
export interface LogEntry {
  level: "info" | "warning" | "error";
  text: string;
}

/** What is known of a job that is watched. Events change it; views show it. */
export class WatchedJob {
  job: Job | undefined;
  table: TargetTable | undefined;
  samplesPerSecond: number | undefined;
  readonly loss: Curve = { label: "loss", points: new Map() };
  readonly similarities = new Map<string, Curve>();
  readonly log: LogEntry[] = [];
  /** Snapshots and the picture by their names, in the order of their epochs. */
  readonly artifacts: Artifact[] = [];

  /** Has it ended, so that nothing more will come? */
  get ended(): boolean {
    return this.job !== undefined && ["completed", "failed", "cancelled"].includes(this.job.state);
  }

  add(event: JobEvent): void {
    switch (event.event) {
      case "job":
        this.job = event;
        break;
      case "state":
        if (this.job) this.job = { ...this.job, state: event.state, reason: event.reason };
        this.say("info", event.reason === "" ? event.state : `${event.state}: ${event.reason}`);
        break;
      case "progress":
        if (this.job) {
          const { epochs_done, epochs_total, eta_seconds, workers, loss, resolution } = event;
          this.job = { ...this.job, epochs_done, epochs_total, eta_seconds, workers, loss, resolution, reason: "" };
        }
        this.samplesPerSecond = event.samples_per_second;
        if (typeof event.loss === "number") this.loss.points.set(event.epochs_done, event.loss);
        break;
      case "table":
        this.table = event;
        this.addTable(event);
        break;
      case "artifact":
        this.addArtifacts([event]);
        break;
      case "warning":
        this.say("warning", event.text);
        break;
      case "log":
        this.say(event.level, event.text);
        break;
      case "revision":
        if (this.job) this.job = { ...this.job, revision: event.revision };
        this.say("info", `revision ${event.revision} holds from epoch ${event.from_epoch} on`);
        break;
    }
  }

  addArtifacts(artifacts: Artifact[]): void {
    for (const artifact of artifacts) {
      const index = this.artifacts.findIndex((known) => known.name === artifact.name);
      if (index >= 0) this.artifacts.splice(index, 1);
      this.artifacts.push(artifact);
    }
    this.artifacts.sort((a, b) => a.epoch - b.epoch || (a.kind === "picture" ? 1 : -1));
  }

  /** Epochs that were over before the page came. */
  addHistory(history: History): void {
    for (const row of history.rows) {
      if (typeof row.loss === "number") this.loss.points.set(row.epoch + 1, row.loss);
    }
  }

  private addTable(table: TargetTable): void {
    for (const target of table.targets) {
      for (const feature of target.features) {
        const key = `${target.name}\n${feature.text}`;
        const curve = this.similarities.get(key) ?? { label: feature.text, points: new Map() };
        this.similarities.set(key, curve);
        if (feature.chosen > 0) curve.points.set(table.epochs_done, feature.similarity);
      }
    }
  }

  private say(level: LogEntry["level"], text: string): void {
    this.log.push({ level, text });
    // Whoever needs all of it has the command line.
    if (this.log.length > 500) this.log.shift();
  }
}
