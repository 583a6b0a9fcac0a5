import { experiment, job as fetchJob, Refused, steer, submit, update } from "../api/client";
import { mayChange, maySubmit } from "../api/standing";
import type { Artifact, Job } from "../api/types";
import { button, h, select } from "../dom";
import type { Draft } from "../drafts";
import { jobName } from "../experiment/name";
import { otherModel, seedOf } from "../experiment/recipe";
import { seeds } from "../experiment/seeds";
import { withSnapshots } from "../experiment/snapshots";
import { bring } from "../files/open";
import { mention, notice, offer, report } from "../notice";
import type { Router, View } from "../router";
import { Sheet } from "../watch/sheet";
import { share } from "../watch/status";
import { Watcher } from "../watch/watcher";
import { Desk } from "./desk";
import { numbersOf } from "./numbers";
import { starters } from "./starters";

/** After how many milliseconds a job that could not be read is asked for again. */
const AGAIN = 3_000;

/** How many jobs of a tab stand on its sheet. */
const ATTEMPTS = 16;

/** Characters of a hash (SHA-256). */
const HASH = 64;

/** Write, start, watch: the experiment beside the picture. */
export class Studio implements View {
  readonly element: HTMLElement;
  private readonly start = button("Start", () => void this.once(() => this.begin()), { key: "Alt+S", kind: "primary" });
  private readonly change = button("Update", () => void this.once(() => this.revise()), {
    key: "Alt+U",
    title: "The running job goes on from its picture with this text",
  });
  private readonly stop = button("Stop", () => void this.once(() => this.halt()), { key: "Alt+P" });
  private readonly seed = h("input", { class: "seed", inputmode: "numeric", title: "Seed of all random numbers; empty: as the experiment says, else another one each time", "aria-label": "Seed" });
  private readonly count = select("Pictures", [1, 2, 3, 4, 6, 9, 12, 16].map((n) => [String(n), n === 1 ? "1 picture" : `${n} pictures`]));
  private readonly sheet = new Sheet((job) => this.chooseFromSheet(job));
  private readonly watcher: Watcher;
  private readonly desk: Desk;
  private acting = false;
  private left = false;

  constructor(
    private readonly router: Router,
    job: number | undefined,
  ) {
    const acts = { startFrom: (artifact: Artifact) => void this.startFrom(artifact), again: () => void this.once(() => this.again()) };
    this.watcher = new Watcher(() => this.show(), acts, {
      beside: this.sheet.element,
      idle: starters((example) => void this.desk.openExample(example)),
    });
    const tools = h("div", { class: "row tools" }, this.start, this.change, this.stop, this.seed, this.count);
    this.desk = new Desk(tools, (draft) => this.turn(draft), (text) => this.showSeed(text));
    this.element = h("div", { class: "studio" }, h("h1", { class: "unseen" }, "Studio"), this.desk.element, this.watcher.element);
    document.addEventListener("keydown", this.keys);
    this.acceptDrops();
    const siblings = numbersOf(new URLSearchParams(location.search).get("jobs"));
    if (!this.openFromAddress()) {
      if (job !== undefined) void this.visit(job, siblings);
      else this.turn(this.desk.drafts.current);
    }
  }

  get title(): string {
    const job = this.watcher.watched.job;
    if (!job) return "Studio";
    return job.state === "running" ? `${Math.round(100 * share(job))} % ${job.name}` : job.name;
  }

  leave(): void {
    this.left = true;
    document.removeEventListener("keydown", this.keys);
    this.watcher.leave();
    this.sheet.leave();
    this.desk.leave();
  }

  private readonly keys = (event: KeyboardEvent) => {
    if (!event.altKey || event.ctrlKey || event.metaKey || event.repeat) return;
    // With Alt some systems type other characters; then the key's place counts.
    const letter = /^[a-z]$/i.test(event.key) ? event.key.toLowerCase() : event.code.replace("Key", "").toLowerCase();
    const act = { s: this.start, u: this.change, p: this.stop }[letter];
    if (!act || !maySubmit()) return;
    event.preventDefault();
    act.click();
  };

  /** One request at a time: a key that is pressed twice starts one job. */
  private async once(act: () => Promise<void>): Promise<void> {
    if (this.acting) return;
    this.acting = true;
    this.stop.setAttribute("aria-disabled", "true");
    try {
      await act();
    } catch (error) {
      const problems = error instanceof Refused ? error.problem?.problems : undefined;
      if (problems && problems.length > 0) notice("The experiment has problems; they are listed below it", "error");
      else report(error);
    }
    this.acting = false;
    this.stop.removeAttribute("aria-disabled");
  }

  /** Watches a job, and opens its experiment in a tab of its own unless it was started here. */
  private async visit(number: number, siblings: number[]): Promise<void> {
    try {
      const own = this.desk.drafts.all.find((draft) => draft.job === number || draft.jobs?.includes(number));
      if (own) {
        await fetchJob(number);
        if (!this.left) this.desk.drafts.select(own.id);
        if (!this.left) this.desk.drafts.change({ job: number });
        if (!this.left) this.desk.select(own.id);
        return;
      }
      const [job, { yaml, assets }] = await Promise.all([fetchJob(number), experiment(number)]);
      if (!this.left) this.desk.open(job.name, yaml, { job: number, jobs: siblings.includes(number) ? siblings : [number], assets });
    } catch (error) {
      mention(error);
      if (this.left) return;
      if (error instanceof Refused && error.isMissing) this.turn(this.desk.drafts.current);
      else setTimeout(() => void (this.left || this.visit(number, siblings)), AGAIN);
    }
  }

  /** `#name=…&yaml=…&asset=…` opens a tab: so the command line hands over a file. An asset is a hash and a name. */
  private openFromAddress(): boolean {
    const handed = new URLSearchParams(location.hash.slice(1));
    const yaml = handed.get("yaml");
    if (yaml === null) return false;
    history.replaceState(null, "", location.pathname);
    const assets = handed.getAll("asset").map((asset) => [asset.slice(HASH + 1), asset.slice(0, HASH)] as const);
    this.desk.openText(handed.get("name") ?? "experiment", yaml, Object.fromEntries(assets));
    return true;
  }

  /** Another tab is in front: its job is watched, and the address is that of the job. */
  private turn({ job, jobs = [], text }: Draft): void {
    this.showSeed(text);
    this.watch(job, jobs);
  }

  /** The seed that holds where none is given. */
  private showSeed(text: string): void {
    this.seed.placeholder = `seed: ${seedOf(text) ?? "random"}`;
  }

  private watch(job: number | undefined, jobs: readonly number[]): void {
    if (job !== this.watcher.asked) this.watcher.follow(job);
    this.sheet.show(jobs, job);
    this.element.classList.toggle("choosing", job === undefined && jobs.length > 1);
    const query = jobs.length > 1 ? `?jobs=${jobs.join(",")}` : "";
    this.router.rename(job === undefined ? `/${query}` : `/jobs/${job}${query}`);
  }

  private chooseFromSheet(job: number | undefined): void {
    this.desk.drafts.change({ job });
    this.watch(job, this.desk.drafts.current.jobs ?? []);
  }

  private async begin(): Promise<void> {
    if (this.desk.lacks()) return;
    const draft = this.desk.drafts.current;
    const yaml = withSnapshots(this.desk.text);
    const wanted = seeds(Number(this.count.value), this.seed.value.trim());
    const started: Job[] = [];
    for (const seed of wanted) {
      const request = { yaml, name: jobName(draft.name, yaml), assets: draft.assets ?? {}, ...(seed === undefined ? {} : { seed }) };
      started.push((await submit(request)).job);
    }
    this.tellOfBefore();
    const fresh = started.map(({ job }) => job);
    const job = fresh.length === 1 ? fresh[0] : undefined;
    // One after the other, attempts gather on the sheet of their tab.
    const jobs = job === undefined ? fresh : [...(draft.jobs ?? []), job].slice(-ATTEMPTS);
    if (draft.name === "new" && started[0]) this.desk.rename(started[0].name);
    this.desk.drafts.change({ job, jobs });
    this.watch(job, jobs);
  }

  /** The job that was watched goes on beside the new one, and takes its share of the workers. */
  private tellOfBefore(): void {
    const { job, ended } = this.watcher.watched;
    if (!job || ended || job.state === "paused" || !mayChange(job)) return;
    offer(`Job ${job.job} goes on beside it`, `Cancel job ${job.job}`, () => void steer(job.job, "cancel").catch(report));
  }

  private async revise(): Promise<void> {
    const job = this.watcher.watched.job;
    if (!job || this.watcher.watched.ended || this.desk.lacks()) return;
    const updated = await update(job.job, {
      yaml: withSnapshots(this.desk.text),
      assets: this.desk.drafts.current.assets ?? {},
      expected_revision: job.revision,
    });
    const kept = job.model?.name ?? "";
    const other = otherModel(this.desk.text, kept);
    if (other === undefined) notice(`Job ${job.job} goes on with this text (revision ${updated.job.revision})`);
    else notice(`Job ${job.job} goes on with this text, but with the model \`${kept}\`: a job keeps its model. Start makes a new job with \`${other}\``, "error");
    if (updated.job.state === "paused") await steer(job.job, "resume");
  }

  private async halt(): Promise<void> {
    const job = this.watcher.watched.job;
    if (!job) return;
    const command = this.watcher.watched.ended ? "retry" : job.state === "paused" ? "resume" : "pause";
    await steer(job.job, command);
    if (command === "retry") this.watcher.follow(job.job);
    notice(command === "pause" ? `Job ${job.job} has stopped; its picture is kept` : `Job ${job.job} goes on`);
  }

  /** The job's own experiment with another seed; both stand on the sheet. */
  private async again(): Promise<void> {
    const number = this.watcher.number;
    if (number === undefined) return;
    const { name } = this.watcher.watched.job ?? { name: "" };
    const { yaml, assets } = await experiment(number);
    const [seed] = seeds(2, "");
    const { job } = (await submit({ yaml, assets, name, ...(seed === undefined ? {} : { seed }) })).job;
    const jobs = [...new Set([...(this.desk.drafts.current.jobs ?? []), number, job])];
    this.desk.drafts.change({ job, jobs });
    this.watch(job, jobs);
  }

  private async startFrom({ url, epoch }: Artifact): Promise<void> {
    const job = this.watcher.watched.job;
    if (!job) return;
    try {
      const response = await fetch(url);
      if (!response.ok) throw new Error(`the picture cannot be read: the farm answers ${response.status}`);
      const image = await bring(`job-${job.job}-epoch-${epoch}.png`, new Uint8Array(await response.arrayBuffer()));
      const { yaml, assets } = await experiment(job.job);
      this.desk.openStart({ name: `${job.name} 2`, text: yaml, assets }, image);
      notice("A new tab begins with this picture; change what you like and start");
    } catch (error) {
      report(error);
    }
  }

  private show(): void {
    const { job, ended } = this.watcher.watched;
    const failed = job?.state === "failed" || job?.state === "cancelled";
    const able = job !== undefined && mayChange(job);
    this.change.disabled = !able || ended;
    this.stop.disabled = !able || (ended && !failed);
    const label = failed ? "Retry" : job?.state === "paused" ? "Resume" : "Stop";
    if (this.stop.firstChild?.textContent !== label) this.stop.firstChild?.replaceWith(label);
    if (!this.left) this.router.retitle();
  }

  private acceptDrops(): void {
    let depth = 0;
    const mark = (by: number) => {
      depth = maySubmit() ? Math.max(0, depth + by) : 0;
      this.element.classList.toggle("dropping", depth > 0);
    };
    this.element.addEventListener("dragenter", () => mark(1));
    this.element.addEventListener("dragleave", () => mark(-1));
    // Without this the browser would show the file instead of the page.
    this.element.addEventListener("dragover", (event) => event.preventDefault());
    const drop = (event: DragEvent) => {
      mark(-depth);
      if (!maySubmit() || !event.dataTransfer?.files.length) return;
      event.preventDefault();
      event.stopPropagation();
      void this.desk.takeAll([...event.dataTransfer.files]);
    };
    // Before the editor, which would write the file's bytes into the text.
    this.element.addEventListener("drop", drop, { capture: true });
  }
}
