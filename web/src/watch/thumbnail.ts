import { artifacts } from "../api/client";
import type { Artifact, Job } from "../api/types";
import { fill, h } from "../dom";

/** How many epochs back the newest snapshot is looked for, where the interval is not known. */
const BACK = 1_000;

/** The newest picture of a job, small. It is loaded once it comes into sight, and again when there is a newer one. */
export class Thumbnail {
  readonly element = h("span", { class: "frame" });
  /** The snapshot that is shown. */
  artifact: Artifact | undefined;
  private job: Job | undefined;
  private shown = "";
  private inSight = false;
  private loading = false;
  private readonly observer = new IntersectionObserver((entries) => {
    this.inSight = entries.at(-1)?.isIntersecting ?? false;
    void this.load();
  });

  constructor() {
    this.observer.observe(this.element);
  }

  show(job: Job): void {
    this.job = job;
    if (job.artifacts === 0 && this.shown === "") fill(this.element, h("span", { class: "empty" }, job.state === "running" ? "soon…" : "no picture yet"));
    void this.load();
  }

  leave(): void {
    this.observer.disconnect();
  }

  private async load(): Promise<void> {
    const job = this.job;
    // What is not seen is not asked for, and what is known already neither.
    const version = `${job?.artifacts ?? 0} ${job?.state ?? ""}`;
    if (!job || job.artifacts === 0 || !this.inSight || this.loading || version === this.shown) return;
    this.loading = true;
    try {
      const url = await this.newest(job);
      const image = new Image();
      image.alt = "";
      image.src = url;
      await image.decode();
      fill(this.element, image);
      this.shown = version;
    } catch {
      // It is tried again with the next list of jobs.
    }
    this.loading = false;
  }

  private async newest(job: Job): Promise<string> {
    if (job.state === "completed") return `/api/v1/jobs/${job.job}/picture`;
    const back = job.snapshot_interval > 0 ? 2 * job.snapshot_interval : BACK;
    const near = await artifacts(job.job, Math.max(0, job.epochs_done - back));
    this.artifact = near.at(-1) ?? (await artifacts(job.job)).at(-1);
    if (!this.artifact) throw new Error("no picture");
    return this.artifact.url;
  }
}
