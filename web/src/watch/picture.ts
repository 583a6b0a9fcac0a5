import type { Artifact } from "../api/types";
import { button, h, select, write } from "../dom";
import { report } from "../notice";
import { Stage } from "./stage";
import { canRecord, record } from "./video";

/** How long a playing slider takes from end to end at most, in milliseconds. */
const WHOLE = 10_000;

/** Between which two times it shows the next snapshot, in milliseconds. */
const FRAME = { least: 40, most: 150 };

/** After how many milliseconds a picture that did not come is asked for again. */
const AGAIN = 2_000;

/** What may be done with the picture that is shown. */
export interface PictureActs {
  /** A new experiment that begins with this picture. */
  startFrom(artifact: Artifact): void;
  /** The same experiment with another seed. */
  again(): void;
}

/** The picture as it emerges, with a slider through its snapshots. */
export class Picture {
  readonly element: HTMLElement;
  private readonly stage = new Stage();
  private readonly slider = h("input", { type: "range", min: "0", max: "0", value: "0", "aria-label": "Snapshot" });
  private readonly caption = h("output", { class: "muted" });
  private readonly play = button("Play", () => this.togglePlay(), { title: "Play the snapshots" });
  private readonly compare = button("Before/after", () => this.toggleCompare(), { title: "Lay the picture as it was before over the left half" });
  private readonly full = button("Large", () => this.toggleFull(), { title: "Fill the window; Esc leaves" });
  private readonly tiles = select(
    "Repeat the picture as tiles",
    Array.from({ length: 10 }, (_, n) => [String(n + 1), n === 0 ? "No tiles" : `${n + 1} × ${n + 1}`]),
    () => this.stage.repeat(Number(this.tiles.value)),
  );
  private readonly download = h("a", { class: "button", "aria-disabled": "true", title: "Save the picture; its experiment is inside" }, "PNG");
  private readonly video = button("Video", () => void this.saveVideo(), { title: "Make a video of the snapshots" });
  private readonly startFrom = button("Start from this", () => this.artifact && this.acts.startFrom(this.artifact), {
    title: "A new experiment that begins with this picture",
  });
  private readonly again = button("Another seed", () => this.acts.again(), { title: "Run the job's experiment with another seed" });
  private artifacts: readonly Artifact[] = [];
  private following = true;
  private shown: string | undefined;
  private loading = false;
  private timer: ReturnType<typeof setInterval> | undefined;
  private retry: ReturnType<typeof setTimeout> | undefined;
  /** The picture before the last update; where there was none, the first one. */
  private beforeEpoch = 0;

  constructor(
    private readonly name: () => string,
    private readonly acts: PictureActs,
  ) {
    this.slider.addEventListener("input", () => {
      this.stop();
      this.following = Number(this.slider.value) === this.artifacts.length - 1;
      this.draw();
    });
    const time = h("div", { class: "row time" }, this.play, this.slider, this.caption);
    const tools = h(
      "div",
      { class: "row" },
      h("div", { class: "row first" }, this.full, this.compare, this.tiles),
      h("div", { class: "row making" }, this.startFrom, this.again),
      h("div", { class: "row" }, this.download, canRecord() ? this.video : undefined),
    );
    this.element = h("section", { class: "picture", "aria-label": "Picture" }, this.stage.element, time, tools);
    this.element.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.element.classList.contains("full")) this.toggleFull();
    });
    this.clear("Press Start, and the picture appears here.");
  }

  clear(text: string): void {
    this.stop();
    clearTimeout(this.retry);
    this.artifacts = [];
    this.following = true;
    this.shown = undefined;
    this.beforeEpoch = 0;
    this.compare.setAttribute("aria-pressed", "false");
    this.stage.say(text);
    this.update([], 0);
  }

  /** Words as long as there is no picture. */
  say(text: string): void {
    if (this.artifacts.length === 0) this.stage.say(text);
  }

  /** Shows the newest of some snapshots unless another one is chosen; `before` is the epoch of the last update. */
  update(artifacts: readonly Artifact[], before: number): void {
    this.artifacts = artifacts;
    this.beforeEpoch = before;
    const last = Math.max(0, artifacts.length - 1);
    this.slider.max = String(last);
    for (const control of [this.slider, this.play, this.compare, this.video]) control.disabled = artifacts.length < 2;
    for (const control of [this.startFrom, this.again, this.full, this.tiles]) control.disabled = artifacts.length === 0;
    if (this.following) this.slider.value = String(last);
    this.draw();
  }

  leave(): void {
    this.stop();
    clearTimeout(this.retry);
  }

  private get artifact(): Artifact | undefined {
    return this.artifacts[Number(this.slider.value)];
  }

  /** The name under which files are saved. */
  private get file(): string {
    return this.name().replaceAll(/[^\p{L}\p{N} _-]/gu, "").trim().slice(0, 60) || "clipig";
  }

  /** Shows the chosen snapshot. While one is loading, only the newest of those that come meanwhile is loaded next. */
  private draw(): void {
    const artifact = this.artifact;
    this.download.toggleAttribute("href", artifact !== undefined);
    this.download.setAttribute("aria-disabled", String(artifact === undefined));
    const words = !artifact ? "" : artifact.kind === "picture" ? "finished" : `epoch ${artifact.epoch}`;
    write(this.caption, words);
    this.slider.setAttribute("aria-valuetext", words);
    if (!artifact) return;
    this.download.href = artifact.url;
    this.download.download = `${this.file}.png`;
    if (artifact.url === this.shown || this.loading) return;
    this.loading = true;
    void load(artifact.url).then((image) => {
      this.loading = false;
      // The view was cleared, or shows another job meanwhile.
      if (!this.artifacts.some(({ url }) => url === artifact.url)) return this.draw();
      if (!image) {
        this.retry = setTimeout(() => this.draw(), AGAIN);
        return;
      }
      this.shown = artifact.url;
      this.stage.show(image, `${this.name()}, ${artifact.kind === "picture" ? "the finished picture" : words}`);
      this.draw();
    });
  }

  private toggleCompare(): void {
    const on = this.compare.getAttribute("aria-pressed") !== "true";
    this.compare.setAttribute("aria-pressed", String(on));
    const before = this.artifacts.findLast((one) => one.epoch <= this.beforeEpoch) ?? this.artifacts[0];
    if (!on || !before) this.stage.compare(undefined);
    else void load(before.url).then((image) => this.stage.compare(image));
  }

  private toggleFull(): void {
    const on = this.element.classList.toggle("full");
    this.full.setAttribute("aria-pressed", String(on));
    if (!on) this.stage.fit();
  }

  private togglePlay(): void {
    if (this.timer !== undefined) {
      this.stop();
      return;
    }
    if (this.artifact === this.artifacts.at(-1)) this.slider.value = "0";
    this.following = false;
    this.play.firstChild?.replaceWith("Pause");
    const frame = Math.min(FRAME.most, Math.max(FRAME.least, WHOLE / this.artifacts.length));
    const step = Math.max(1, Math.round((this.artifacts.length * frame) / WHOLE));
    this.timer = setInterval(() => {
      // A picture that is still on its way is waited for, so that none is left out.
      if (this.loading) return;
      const last = this.artifacts.length - 1;
      if (Number(this.slider.value) >= last) {
        this.following = true;
        this.stop();
        return;
      }
      this.slider.value = String(Math.min(last, Number(this.slider.value) + step));
      this.draw();
    }, frame);
  }

  private stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.play.firstChild?.replaceWith("Play");
  }

  private async saveVideo(): Promise<void> {
    this.video.disabled = true;
    try {
      await record(this.artifacts, this.file, (share) => this.video.firstChild?.replaceWith(`Video ${Math.round(share * 100)} %`));
    } catch (error) {
      report(error);
    }
    this.video.firstChild?.replaceWith("Video");
    this.video.disabled = false;
  }
}

/** A picture that can be shown at once; undefined where it does not come. */
async function load(url: string): Promise<HTMLImageElement | undefined> {
  const image = new Image();
  image.src = url;
  try {
    await image.decode();
    return image;
  } catch {
    return undefined;
  }
}
