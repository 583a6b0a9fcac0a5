import type { Job } from "../api/types";
import { fill, h } from "../dom";
import { hasEnded } from "./model";

/** The newest picture of a job, small. It is loaded once it comes into sight, and again when there is a newer one. */
export class Thumbnail {
  readonly element = h("span", { class: "frame" });
  private job: Job | undefined;
  /** The address of the picture that is shown. */
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
    if (!job.newest && this.shown === "") fill(this.element, h("span", { class: "empty" }, job.state === "running" ? "soon…" : hasEnded(job) ? "no picture" : "no picture yet"));
    void this.load();
  }

  leave(): void {
    this.observer.disconnect();
  }

  private async load(): Promise<void> {
    const url = this.job?.newest?.url;
    // What is not seen is not asked for, and what is shown already neither.
    if (url === undefined || url === this.shown || !this.inSight || this.loading) return;
    this.loading = true;
    try {
      const image = new Image();
      image.alt = "";
      image.src = url;
      await image.decode();
      fill(this.element, image);
      this.shown = url;
    } catch {
      // It is tried again with the next list of jobs.
    }
    this.loading = false;
  }
}
