import { experiment, job as fetchJob, steer, submit, update } from "../api/client";
import type { Validation } from "../api/types";
import { button, fill, h } from "../dom";
import { Drafts } from "../drafts";
import { Editor } from "../editor/editor";
import { examples, firstExample } from "../examples";
import { open } from "../files/open";
import { notice, report } from "../notice";
import type { Router, View } from "../router";
import { Watcher } from "../watch/watcher";
import { Problems } from "./problems";
import { withSnapshots } from "./snapshots";
import { tabBar } from "./tabs";

/** Characters of a job's name, whatever its tab is called. */
const NAME = 50;

/** Write, start, watch: the editor beside the picture. */
export class Studio implements View {
  readonly title = "Studio";
  readonly element: HTMLElement;
  private readonly drafts = new Drafts(() => ({ id: 1, ...firstExample() }));
  private readonly tabs = h("div", { class: "tabs", role: "group", "aria-label": "Experiments" });
  private readonly problems = new Problems((from, to) => this.editor.select(from, to));
  private readonly editor: Editor;
  private readonly watcher = new Watcher(() => this.showButtons());
  private readonly start = button("Start", () => void this.begin(), { key: "Alt+S", kind: "primary" });
  private readonly change = button("Update", () => void this.revise(), {
    key: "Alt+U",
    title: "The running job goes on from its picture with this text",
  });
  private readonly stop = button("Stop", () => void this.halt(), { key: "Alt+P" });
  private readonly seed = h("input", { class: "seed", inputmode: "numeric", placeholder: "random", "aria-label": "Seed" });
  private valid = true;

  constructor(
    private readonly router: Router,
    job: number | undefined,
  ) {
    this.editor = new Editor(this.drafts.current.text, {
      changed: (text) => this.drafts.change({ text }),
      checked: (validation) => this.check(validation),
      failed: report,
    });
    const tools = h("div", { class: "row tools" }, this.start, this.change, this.stop, h("label", {}, "Seed ", this.seed), this.menu());
    const write = h("div", { class: "write" }, this.tabs, tools, this.editor.element, this.problems.element);
    this.element = h("div", { class: "studio" }, h("h1", { class: "unseen" }, "Studio"), write, this.watcher.element);
    document.addEventListener("keydown", this.keys);
    this.acceptDrops();
    this.openFromAddress();
    this.showTabs();
    if (job !== undefined) void this.visit(job);
    else if (this.drafts.current.job !== undefined) void this.visit(this.drafts.current.job);
  }

  leave(): void {
    document.removeEventListener("keydown", this.keys);
    this.watcher.leave();
    this.editor.destroy();
  }

  private readonly keys = (event: KeyboardEvent) => {
    if (!event.altKey || event.ctrlKey || event.metaKey) return;
    // By the key's place: with Alt some systems type other characters.
    const act = { KeyS: this.start, KeyU: this.change, KeyP: this.stop }[event.code];
    if (!act) return;
    event.preventDefault();
    act.click();
  };

  /** Watches a job, and opens its experiment in a tab of its own unless it was started here. */
  private async visit(number: number): Promise<void> {
    try {
      const job = await fetchJob(number);
      const own = this.drafts.all.find((draft) => draft.job === number);
      if (own) this.drafts.select(own.id);
      else {
        const { yaml, assets } = await experiment(number);
        this.drafts.open(job.name, yaml, { job: number, assets });
      }
      this.editor.open(this.drafts.current.text);
      this.showTabs();
      this.watch(number);
    } catch (error) {
      this.drafts.change({ job: undefined });
      this.router.rename("/");
      report(error);
    }
  }

  /** `#name=…&yaml=…` opens a tab: so the command line hands over a file. */
  private openFromAddress(): void {
    const handed = new URLSearchParams(location.hash.slice(1));
    const yaml = handed.get("yaml");
    if (yaml === null) return;
    history.replaceState(null, "", location.pathname);
    this.drafts.open(handed.get("name") ?? "experiment", yaml);
    this.editor.open(yaml);
  }

  private watch(number: number): void {
    this.watcher.follow(number);
    this.router.rename(`/jobs/${number}`);
  }

  private async begin(): Promise<void> {
    if (!this.mayRun()) return;
    const seed = this.seed.value.trim();
    try {
      const { name, assets = {} } = this.drafts.current;
      const yaml = withSnapshots(this.editor.text);
      const submitted = await submit({ yaml, name: name.slice(0, NAME), assets, submitter: "page", ...(seed === "" ? {} : { seed }) });
      this.drafts.change({ job: submitted.job.job });
      notice(`Job ${submitted.job.job} is in the queue`);
      this.watch(submitted.job.job);
    } catch (error) {
      report(error);
    }
  }

  private async revise(): Promise<void> {
    const job = this.watcher.watched.job;
    if (!job || !this.mayRun()) return;
    try {
      const updated = await update(job.job, {
        yaml: withSnapshots(this.editor.text),
        assets: this.drafts.current.assets ?? {},
        expected_revision: job.revision,
      });
      notice(`Job ${job.job} goes on with this text (revision ${updated.job.revision})`);
      if (updated.job.state === "paused") await steer(job.job, "resume");
    } catch (error) {
      report(error);
    }
  }

  private async halt(): Promise<void> {
    const number = this.watcher.number;
    if (number === undefined) return;
    try {
      const paused = this.watcher.watched.job?.state === "paused";
      await steer(number, paused ? "resume" : "pause");
      notice(paused ? `Job ${number} goes on` : `Job ${number} has stopped; its picture is kept`);
    } catch (error) {
      report(error);
    }
  }

  private mayRun(): boolean {
    if (!this.valid) notice("The experiment has problems; they are listed below the editor", "error");
    return this.valid;
  }

  private check(validation: Validation): void {
    this.valid = validation.valid;
    this.problems.show(this.editor.document, validation);
  }

  private showButtons(): void {
    const job = this.watcher.watched.job;
    const open = job !== undefined && !this.watcher.watched.ended;
    this.change.disabled = !open;
    this.stop.disabled = !open;
    this.stop.firstChild?.replaceWith(job?.state === "paused" ? "Resume" : "Stop");
  }

  private showTabs(): void {
    fill(
      this.tabs,
      ...tabBar(this.drafts, {
        select: (id) => this.openTab(() => this.drafts.select(id)),
        close: (id) => this.openTab(() => this.drafts.close(id)),
        add: () => this.openTab(() => this.drafts.open("new", "targets:\n  - features:\n      - text: ")),
      }),
    );
  }

  private openTab(act: () => void): void {
    act();
    const { text, job } = this.drafts.current;
    this.editor.open(text);
    this.showTabs();
    if (job !== undefined && job !== this.watcher.number) this.watch(job);
  }

  private menu(): HTMLElement {
    const groups = (["Walkthrough", "Examples"] as const).map((group) =>
      h(
        "optgroup",
        { label: group },
        ...examples.filter((one) => one.group === group).map(({ name }) => h("option", { value: name }, name)),
      ),
    );
    const choose = h("select", { "aria-label": "Open an example" }, h("option", { value: "" }, "Examples…"), ...groups);
    choose.addEventListener("change", () => {
      const chosen = examples.find((one) => one.name === choose.value);
      choose.value = "";
      if (chosen) this.openTab(() => this.drafts.open(chosen.name, chosen.text));
    });
    const file = h("input", { type: "file", accept: ".yaml,.yml,image/*", hidden: true, "aria-label": "Open a file" });
    file.addEventListener("change", () => {
      for (const chosen of file.files ?? []) void this.take(chosen);
      file.value = "";
    });
    return h("div", { class: "row end" }, choose, file, button("Open…", () => file.click()), button("Save YAML", () => this.save()));
  }

  /** Opens a file: an experiment in a tab, an image as a feature where the cursor is. */
  private async take(file: File): Promise<void> {
    try {
      const opened = await open(file);
      if (opened.kind === "experiment") {
        this.openTab(() => this.drafts.open(opened.name, opened.text));
        return;
      }
      this.drafts.change({ assets: { ...this.drafts.current.assets, [opened.name]: opened.sha256 } });
      this.editor.insert(`image: ${JSON.stringify(opened.name)}`);
      notice(`${opened.name} is on the farm; this experiment can use it`);
    } catch (error) {
      report(error);
    }
  }

  private acceptDrops(): void {
    // Without this the browser would show the file instead of the page.
    this.element.addEventListener("dragover", (event) => event.preventDefault());
    const drop = (event: DragEvent) => {
      if (!event.dataTransfer?.files.length) return;
      event.preventDefault();
      event.stopPropagation();
      for (const file of event.dataTransfer.files) void this.take(file);
    };
    // Before the editor, which would write the file's bytes into the text.
    this.element.addEventListener("drop", drop, { capture: true });
  }

  private save(): void {
    const address = URL.createObjectURL(new Blob([this.editor.text], { type: "application/yaml" }));
    h("a", { href: address, download: `${this.drafts.current.name}.yaml` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
  }
}
