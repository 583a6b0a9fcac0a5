import { artifacts, history } from "../api/client";
import { Follower, type Connection } from "../api/events";
import { h } from "../dom";
import { report } from "../notice";
import { Chart } from "./chart";
import { Log } from "./log";
import { WatchedJob } from "./model";
import { Picture } from "./picture";
import { Status } from "./status";
import { Targets } from "./targets";

/** Everything about the job that is watched. */
export class Watcher {
  readonly element: HTMLElement;
  watched = new WatchedJob();
  private readonly picture = new Picture(() => this.watched.job?.name ?? "clipig");
  private readonly status = new Status();
  private readonly loss = new Chart("Loss");
  private readonly similarities = new Chart("Similarity");
  private readonly targets = new Targets();
  private readonly log = new Log();
  private follower: Follower | undefined;
  private connection: Connection = "connected";
  private drawing = false;

  constructor(private readonly changed: () => void) {
    const details = h(
      "div",
      { class: "details" },
      h("div", { class: "charts" }, this.loss.element, this.similarities.element),
      section("Targets", this.targets.element),
      section("Log", this.log.element),
    );
    this.element = h("div", { class: "watcher" }, this.picture.element, this.status.element, details);
    this.redraw();
  }

  get number(): number | undefined {
    return this.watched.job?.job;
  }

  /** Follows a job instead of the one before. */
  follow(job: number): void {
    this.follower?.close();
    const watched = new WatchedJob();
    this.watched = watched;
    this.connection = "connected";
    this.picture.clear("The first snapshot is on its way.");
    const heard = (act: () => void) => {
      if (this.watched !== watched) return;
      act();
      if (watched.ended) this.finish(job);
      this.redraw();
    };
    this.follower = new Follower(
      job,
      (event) => heard(() => watched.add(event)),
      (connection) => heard(() => (this.connection = connection)),
    );
    void artifacts(job)
      .then((list) => heard(() => watched.addArtifacts(list.artifacts)))
      .catch(report);
    void history(job, 0)
      .then((rows) => heard(() => watched.addHistory(rows)))
      .catch(report);
    this.redraw();
  }

  leave(): void {
    this.follower?.close();
    this.picture.leave();
    this.loss.leave();
    this.similarities.leave();
  }

  /** The stream of a job that has ended would only be opened again and again. */
  private finish(job: number): void {
    if (!this.follower) return;
    this.follower.close();
    this.follower = undefined;
    const watched = this.watched;
    void artifacts(job)
      .then((list) => {
        watched.addArtifacts(list.artifacts);
        if (this.watched === watched) this.redraw();
      })
      .catch(report);
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
    if (watched.artifacts.length > 0) this.picture.update(watched.artifacts);
    this.status.show(watched, this.connection);
    this.loss.show([watched.loss]);
    this.similarities.show([...watched.similarities.values()]);
    this.targets.show(watched.table);
    this.log.show(watched.log);
    this.changed();
  }
}

function section(title: string, content: HTMLElement): HTMLElement {
  return h("section", {}, h("h2", {}, title), content);
}
