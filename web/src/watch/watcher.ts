import { artifacts, experiment, history, job as fetchJob } from "../api/client";
import { Follower, type Connection } from "../api/events";
import { maySubmit } from "../api/standing";
import type { JobEvent } from "../api/types";
import { h } from "../dom";
import { targetNames } from "../experiment/contents";
import { mention } from "../notice";
import { Chart } from "./chart";
import { Log } from "./log";
import { WatchedJob } from "./model";
import { Picture, type PictureActs } from "./picture";
import { Status, withoutPicture } from "./status";
import { Targets } from "./targets";

/** How often charts are drawn anew at most, in milliseconds. */
const CHARTS = 250;

/** Everything about the job that is watched. */
export class Watcher {
  readonly element: HTMLElement;
  watched = new WatchedJob();
  /** The job that shall be watched, whether anything of it is known yet or not. */
  asked: number | undefined;
  private readonly picture: Picture;
  private readonly status = new Status();
  private readonly loss = new Chart("Loss");
  private readonly similarities = new Chart("Similarity");
  private readonly targets = new Targets();
  private readonly log = new Log();
  private follower: Follower | undefined;
  private connection: Connection = "connected";
  private drawing = false;
  private chartTimer: ReturnType<typeof setTimeout> | undefined;

  /** `beside` stands between picture and progress, `idle` below the empty picture as long as there is no job. */
  constructor(
    private readonly changed: () => void,
    acts: PictureActs,
    { beside, idle }: { beside: HTMLElement; idle: HTMLElement },
  ) {
    this.picture = new Picture(() => this.watched.job?.name ?? "clipig", acts);
    const details = h(
      "div",
      { class: "details" },
      h("div", { class: "charts" }, this.loss.element, this.similarities.element),
      section("Targets", this.targets.element),
      section("Log", this.log.element),
    );
    this.element = h("div", { class: "watcher" }, this.picture.element, beside, this.status.element, details, idle);
    this.follow(undefined);
  }

  get number(): number | undefined {
    return this.watched.job?.job;
  }

  /** Follows a job instead of the one before; none: waits for a start. */
  follow(job: number | undefined): void {
    this.follower?.close();
    this.follower = undefined;
    this.asked = job;
    const watched = new WatchedJob();
    this.watched = watched;
    this.connection = "connected";
    this.element.classList.toggle("idle", job === undefined);
    if (job === undefined) {
      this.picture.clear(maySubmit() ? "Press Start, and the picture appears here." : "Choose a job in the gallery to watch it.");
      this.redraw();
      return;
    }
    this.picture.clear("The first snapshot is on its way…");
    const isCurrent = () => this.watched === watched;
    const heard = (event: JobEvent) => {
      if (!isCurrent()) return;
      const revision = watched.job?.revision;
      watched.add(event);
      if (revision !== undefined && watched.job?.revision !== revision) void this.readNames(job, watched);
      this.redraw();
    };
    this.follower = new Follower(job, {
      heard,
      connection: (connection) => {
        if (!isCurrent()) return;
        // Progress is not kept: what happened while the connection was away stands in the history.
        if (connection === "connected") void this.readPast(job, watched);
        this.connection = connection;
        this.redraw();
      },
      more: () => {
        if (!isCurrent()) return false;
        if (watched.ended) void this.readEnd(job, watched);
        return !watched.ended;
      },
    });
    void this.readNames(job, watched);
    this.redraw();
  }

  leave(): void {
    this.follower?.close();
    clearTimeout(this.chartTimer);
    this.chartTimer = undefined;
    this.picture.leave();
    this.loss.leave();
    this.similarities.leave();
  }

  private async readPast(job: number, watched: WatchedJob): Promise<void> {
    try {
      const epoch = watched.artifacts.at(-1)?.epoch ?? 0;
      const [files, rows] = await Promise.all([artifacts(job, epoch), history(job, watched.nextRow)]);
      watched.addArtifacts(files);
      watched.addHistory(rows);
      if (this.watched === watched) this.redraw();
    } catch (error) {
      if (this.watched === watched) mention(error);
    }
  }

  /** When it ended, and what came with the end. */
  private async readEnd(job: number, watched: WatchedJob): Promise<void> {
    try {
      // A job that has ended has no canvas any more.
      watched.job = { ...(await fetchJob(job)), resolution: watched.job?.resolution ?? null };
    } catch (error) {
      if (this.watched === watched) mention(error);
    }
    await this.readPast(job, watched);
  }

  private async readNames(job: number, watched: WatchedJob): Promise<void> {
    try {
      watched.addNames(targetNames((await experiment(job)).yaml));
      if (this.watched === watched) this.redraw();
    } catch (error) {
      if (this.watched === watched) mention(error);
    }
  }

  /** Draws at most once per frame, however many events come. */
  private redraw(): void {
    if (this.drawing) return;
    this.drawing = true;
    requestAnimationFrame(() => {
      this.drawing = false;
      this.draw();
    });
  }

  private draw(): void {
    const { watched } = this;
    if (watched.artifacts.length > 0) this.picture.update(watched.artifacts, watched.revisedAt);
    // Those that it has made may still be on their way.
    else if (watched.job?.artifacts === 0) this.picture.say(withoutPicture(watched.job));
    this.status.show(watched, this.connection);
    this.targets.show(watched.table);
    this.log.show(watched);
    this.chartTimer ??= setTimeout(() => this.drawCharts(), CHARTS);
    this.changed();
  }

  private drawCharts(): void {
    this.chartTimer = undefined;
    this.loss.show([this.watched.loss]);
    this.similarities.show(this.watched.similarities);
  }
}

function section(title: string, content: HTMLElement): HTMLElement {
  return h("section", {}, h("h2", {}, title), content);
}
