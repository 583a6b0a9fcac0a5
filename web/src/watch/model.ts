import type { Artifact, HistoryRow, Job, JobEvent, TargetRow, TargetTable } from "../api/types";
import type { TargetNames } from "../experiment/contents";

/** Over how many samples similarities are averaged, as in the farm's table. */
const WINDOW = 30;

/** A curve over epochs. */
export interface Curve {
  label: string;
  /** The target that it belongs to. */
  target?: string;
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
  /** Curves of features by target and feature. */
  private readonly curves = new Map<string, Curve>();
  /** The last lines of the log, and how many there have been. */
  readonly log: LogEntry[] = [];
  said = 0;
  /** The first epoch of the last update; 0 where there was none. */
  revisedAt = 0;
  /** Snapshots and the picture by their names, in the order of their epochs. */
  readonly artifacts: Artifact[] = [];
  private rows: HistoryRow[] = [];
  private names: TargetNames[] = [];

  /** Has it ended, so that nothing more will come? */
  get ended(): boolean {
    return this.job !== undefined && hasEnded(this.job);
  }

  get similarities(): Curve[] {
    const curves = [...this.curves.values()];
    const isAlone = (label: string) => curves.filter((one) => one.label === label).length === 1;
    // The same words in several targets, such as one for each model, are told apart by the targets.
    return curves.map((curve) => (isAlone(curve.label) ? curve : { ...curve, label: `${curve.label}, ${curve.target ?? ""}` }));
  }

  /** The first epoch of which no row of the history has come. */
  get nextRow(): number {
    return (this.rows.at(-1)?.epoch ?? -1) + 1;
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
        this.revisedAt = event.from_epoch;
        this.say("info", `revision ${event.revision} holds from epoch ${event.from_epoch} on`);
        break;
    }
  }

  addArtifacts(artifacts: readonly Artifact[]): void {
    for (const artifact of artifacts) {
      const last = this.artifacts.at(-1);
      // The usual case: a newer one.
      if (!last || isBefore(last, artifact)) {
        this.artifacts.push(artifact);
        continue;
      }
      const known = this.artifacts.findIndex((one) => one.name === artifact.name);
      if (known >= 0) this.artifacts.splice(known, 1);
      const place = this.artifacts.findIndex((one) => isBefore(artifact, one));
      this.artifacts.splice(place < 0 ? this.artifacts.length : place, 0, artifact);
    }
  }

  /** Epochs that were over before the page came, or while it was away. */
  addHistory(rows: readonly HistoryRow[]): void {
    const next = this.nextRow;
    this.rows.push(...rows.filter((row) => row.epoch >= next));
    for (const row of rows) if (typeof row.loss === "number") this.loss.points.set(row.epoch + 1, row.loss);
    this.fillCurves();
  }

  /** What the targets of the experiment are called: the history has only their order. */
  addNames(names: TargetNames[]): void {
    this.names = names;
    this.fillCurves();
  }

  /** Similarities of epochs whose tables nobody saw. */
  private fillCurves(): void {
    const revision = this.rows.at(-1)?.revision;
    // An update may have put other features in their places.
    const rows = this.rows.filter((row) => row.revision === revision);
    if (!fits(this.names, rows.at(-1))) return;
    this.names.forEach((target, t) =>
      target.features.forEach((label, f) => {
        const curve = this.curve(`${t} ${f}`, label, target.name);
        const seen: Seen[] = [];
        for (const row of rows) {
          const [similarity, chosen] = [row.targets[t]?.similarities[f], row.targets[t]?.chosen[f] ?? 0];
          if (similarity === undefined || chosen === 0) continue;
          seen.push({ value: similarity, samples: chosen });
          if (!curve.points.has(row.epoch + 1)) curve.points.set(row.epoch + 1, running(seen));
        }
      }),
    );
    // Of a job that runs, the farm tells the table.
    if (this.job?.state !== "running" && !this.table) this.table = summed(this.names, rows);
  }

  private addTable(table: TargetTable): void {
    table.targets.forEach((target, t) =>
      target.features.forEach((feature, f) => {
        const curve = this.curve(`${t} ${f}`, feature.text, target.name);
        if (feature.chosen > 0) curve.points.set(table.epochs_done, feature.similarity);
      }),
    );
  }

  private curve(key: string, label: string, target: string): Curve {
    const curve = this.curves.get(key) ?? { label, points: new Map<number, number>() };
    Object.assign(curve, { label, target });
    this.curves.set(key, curve);
    return curve;
  }

  private say(level: LogEntry["level"], text: string): void {
    this.log.push({ level, text });
    this.said++;
    // Whoever needs all of it has the command line.
    if (this.log.length > 500) this.log.shift();
  }
}

export function hasEnded(job: Job): boolean {
  return job.state === "completed" || job.state === "failed" || job.state === "cancelled";
}

function isBefore(a: Artifact, b: Artifact): boolean {
  return a.epoch < b.epoch || (a.epoch === b.epoch && a.kind === "snapshot" && b.kind === "picture");
}

function fits(names: readonly TargetNames[], row: HistoryRow | undefined): boolean {
  if (!row || row.targets.length !== names.length) return false;
  return row.targets.every((target, t) => target.similarities.length === names[t]?.features.length);
}

/** The mean of some samples. */
interface Seen {
  value: number;
  samples: number;
}

/** The mean over the last samples. */
function running(seen: readonly Seen[]): number {
  let [total, samples] = [0, 0];
  for (let index = seen.length - 1; index >= 0 && samples < WINDOW; index--) {
    const one = seen[index];
    if (!one) break;
    const counted = Math.min(one.samples, WINDOW - samples);
    total += one.value * counted;
    samples += counted;
  }
  return total / samples;
}

/** The table of a job that has ended, from its history. The weights of its last samples are not in it. */
function summed(names: readonly TargetNames[], rows: readonly HistoryRow[]): TargetTable {
  const targets = names.map((target, t): TargetRow => {
    const values = rows.map((row) => row.targets[t]).filter((one) => one !== undefined);
    const late = (of: (one: (typeof values)[number]) => number | undefined, samples: (one: (typeof values)[number]) => number) =>
      running(values.map((one) => ({ value: of(one) ?? 0, samples: samples(one) })).filter((one) => one.samples > 0));
    return {
      name: target.name,
      samples: sum(values.map((one) => one.samples)),
      features: target.features.map((text, f) => ({
        text,
        weight: Number.NaN,
        similarity: late((one) => one.similarities[f], (one) => one.chosen[f] ?? 0),
        loss: late((one) => one.losses[f], (one) => one.chosen[f] ?? 0),
        chosen: sum(values.map((one) => one.chosen[f] ?? 0)),
      })),
      constraints: target.constraints.map((name, c) => ({
        name,
        weight: Number.NaN,
        loss: late((one) => one.constraint_losses[c], (one) => one.samples),
        active: Number.NaN,
      })),
    };
  });
  return { epochs_done: (rows.at(-1)?.epoch ?? 0) + 1, targets };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
