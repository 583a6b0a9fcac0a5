import { artifacts, experiment, job as fetchJob, jobs as listJobs } from "../api/client";
import type { Artifact, Job, JobExperiment } from "../api/types";
import { fill, h, select, write } from "../dom";
import { diff, hunks } from "../experiment/diff";
import { duration, figure } from "../format";
import { report } from "../notice";
import type { View } from "../router";
import { hasEnded } from "../watch/model";
import { share } from "../watch/status";
import { numbersOf } from "./numbers";

/** How often jobs that have not ended are asked for, in milliseconds. */
const EVERY = 1_500;

/** Lines shown around a difference. */
const AROUND = 2;

/** Jobs side by side: their pictures at the same time of their runs, and how their experiments differ. */
export class Compare implements View {
  readonly title = "Compare";
  readonly element: HTMLElement;
  private readonly numbers = numbersOf(new URLSearchParams(location.search).get("jobs")).slice(0, 64);
  private readonly columns = this.numbers.map((number) => new Column(number));
  private readonly time = h("input", { type: "range", min: "0", max: "100", value: "100", id: "compare-time" });
  private readonly when = h("output", { class: "muted" });
  private readonly other = select("Compared with the first", this.numbers.slice(1).map((number) => [String(number), `job ${number}`]), () => this.showDifference());
  private readonly difference = h("div", { class: "difference" });
  private readonly timer = setInterval(() => void this.read(), EVERY);

  constructor() {
    this.time.addEventListener("input", () => this.showTime());
    const several = this.numbers.length > 2;
    this.element = h(
      "div",
      { class: "compare" },
      h("h1", {}, "Compare"),
      this.numbers.length === 0 ? h("p", { class: "empty" }, "Choose jobs in the gallery, then press Compare.") : undefined,
      h("div", { class: "row time" }, h("label", { for: "compare-time" }, "Time of the run"), this.time, this.when),
      h("ul", { class: "columns" }, ...this.columns.map(({ element }) => element)),
      h("section", { "aria-label": "Differences" }, h("div", { class: "row" }, h("h2", {}, "Differences of the experiments"), several ? this.other : undefined), this.difference),
    );
    this.showTime();
    void this.read();
    void this.readExperiments();
  }

  leave(): void {
    clearInterval(this.timer);
  }

  private async read(): Promise<void> {
    if (document.hidden || this.numbers.length === 0 || this.columns.every(({ job }) => job && hasEnded(job))) return;
    try {
      await Promise.all((await this.readJobs()).map((job) => this.columns.find(({ number }) => number === job.job)?.show(job)));
      this.showTime();
    } catch (error) {
      report(error);
    }
  }

  /** One request where the jobs stand together in the list, else one for each. */
  private async readJobs(): Promise<Job[]> {
    const [first, last] = [Math.min(...this.numbers), Math.max(...this.numbers)];
    if (last - first >= 200) return Promise.all(this.numbers.map(fetchJob));
    return (await listJobs({ before: String(last + 1), limit: String(last - first + 1) })).jobs;
  }

  private async readExperiments(): Promise<void> {
    try {
      await Promise.all(this.columns.map((column) => column.readExperiment()));
      this.showDifference();
    } catch (error) {
      report(error);
    }
  }

  private showTime(): void {
    const share = Number(this.time.value) / 100;
    write(this.when, share === 1 ? "the newest" : `${this.time.value} %`);
    for (const column of this.columns) column.showTime(share);
  }

  private showDifference(): void {
    const [first, second] = [this.columns[0], this.columns.find(({ number }) => number === Number(this.other.value))];
    if (!first?.experiment || !second?.experiment) return;
    const lines = hunks(diff(first.experiment.yaml, second.experiment.yaml), AROUND);
    if (lines.length === 0) {
      fill(this.difference, h("p", { class: "muted" }, "Their experiments are the same."));
      return;
    }
    const rows = lines.map((line) => {
      if (line === "gap") return h("tr", { class: "gap" }, h("td", { colspan: "2" }, "⋯"));
      const sign = { same: "", removed: `only job ${first.number}`, added: `only job ${second.number}` }[line.kind];
      return h("tr", { class: line.kind }, h("td", { class: "sign" }, sign), h("td", {}, h("code", {}, line.text)));
    });
    fill(this.difference, h("table", {}, h("caption", { class: "unseen" }, "Lines that differ"), h("tbody", {}, ...rows)));
  }
}

/** One job. */
class Column {
  readonly element: HTMLElement;
  job: Job | undefined;
  experiment: JobExperiment | undefined;
  private readonly image = h("img", { alt: "", hidden: true });
  private readonly state = h("span", {});
  private readonly words = h("p", { class: "muted" });
  private readonly name: HTMLElement;
  private files: Artifact[] = [];
  private version = "";

  constructor(readonly number: number) {
    this.name = h("a", { class: "name", href: `/jobs/${number}` }, `job ${number}`);
    this.element = h("li", {}, h("span", { class: "frame" }, this.image), this.name, h("p", {}, this.state), this.words);
  }

  async show(job: Job): Promise<void> {
    this.job = job;
    write(this.name, `${job.job} · ${job.name}`);
    this.state.className = `state ${job.state}`;
    write(this.state, job.state === "running" ? `running, ${Math.round(100 * share(job))} %` : job.state);
    const took = job.started && job.ended ? [`took ${duration((Date.parse(job.ended) - Date.parse(job.started)) / 1000)}`] : [];
    const loss = typeof job.loss === "number" ? [`loss ${figure(job.loss)}`] : [];
    write(this.words, [`seed ${job.seed}`, ...loss, ...took].join(" · "));
    const version = `${job.artifacts} ${job.state}`;
    if (version === this.version || job.artifacts === 0) return;
    this.version = version;
    this.files = await artifacts(job.job);
  }

  async readExperiment(): Promise<void> {
    this.experiment = await experiment(this.number);
  }

  /** The picture at a share of the run. */
  showTime(share: number): void {
    const epoch = share * (this.job?.epochs_total ?? 0);
    const file = share === 1 ? this.files.at(-1) : (this.files.findLast((one) => one.epoch <= epoch) ?? this.files[0]);
    this.image.hidden = !file;
    if (!file || this.image.getAttribute("src") === file.url) return;
    this.image.src = file.url;
    this.image.alt = `${this.job?.name ?? "job"}, epoch ${file.epoch}`;
  }
}
