import type { Artifact } from "../api/types";
import { button, fill, h } from "../dom";

/** How often a playing slider shows the next snapshot, in milliseconds. */
const FRAME = 120;

/** The picture as it emerges, with a slider through its snapshots. */
export class Picture {
  readonly element: HTMLElement;
  private readonly stage = h("div", { class: "stage" });
  private readonly slider = h("input", { type: "range", min: "0", max: "0", value: "0", "aria-label": "Snapshot" });
  private readonly caption = h("output", { class: "muted" });
  private readonly play = button("Play", () => this.togglePlay(), { title: "Play the snapshots" });
  private readonly tiles = h("select", { "aria-label": "Repeat the picture as tiles" });
  private readonly download = h("a", { class: "button", "aria-disabled": "true" }, "PNG");
  private artifacts: readonly Artifact[] = [];
  private following = true;
  private shown: string | undefined;
  private loading = false;
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor(private readonly name: () => string) {
    for (let n = 1; n <= 10; n++) this.tiles.append(h("option", { value: String(n) }, `${n} × ${n}`));
    this.tiles.addEventListener("change", () => this.draw());
    this.slider.addEventListener("input", () => {
      this.stop();
      this.following = Number(this.slider.value) === this.artifacts.length - 1;
      this.draw();
    });
    const tools = h("div", { class: "row" }, this.play, this.slider, this.caption, this.tiles, this.download);
    this.element = h("section", { class: "picture", "aria-label": "Picture" }, this.stage, tools);
    this.clear("The picture appears here. Press Alt-S to start.");
  }

  clear(text: string): void {
    this.stop();
    this.artifacts = [];
    this.following = true;
    this.shown = undefined;
    fill(this.stage, h("p", { class: "empty" }, text));
    this.update([]);
  }

  update(artifacts: readonly Artifact[]): void {
    this.artifacts = artifacts;
    const last = Math.max(0, artifacts.length - 1);
    this.slider.max = String(last);
    this.slider.disabled = artifacts.length < 2;
    this.play.disabled = artifacts.length < 2;
    if (this.following) this.slider.value = String(last);
    this.draw();
  }

  leave(): void {
    this.stop();
  }

  private get artifact(): Artifact | undefined {
    return this.artifacts[Number(this.slider.value)];
  }

  /** Shows the chosen snapshot. While one is loading, only the newest of those that come meanwhile is loaded next. */
  private draw(): void {
    const artifact = this.artifact;
    this.download.toggleAttribute("href", artifact !== undefined);
    this.download.setAttribute("aria-disabled", String(artifact === undefined));
    if (!artifact) {
      this.caption.textContent = "";
      return;
    }
    this.caption.textContent = artifact.kind === "picture" ? "finished" : `epoch ${artifact.epoch}`;
    this.download.href = artifact.url;
    this.download.download = `${this.name().replaceAll(/[^\p{L}\p{N} _-]/gu, "").slice(0, 60) || "clipig"}.png`;
    const wanted = `${this.tiles.value} ${artifact.url}`;
    if (wanted === this.shown || this.loading) return;
    this.loading = true;
    const image = new Image();
    const done = () => {
      this.loading = false;
      this.draw();
    };
    image.onload = () => {
      // Nothing is shown where the view was cleared meanwhile.
      if (this.artifacts.length > 0) this.show(image, artifact);
      this.shown = wanted;
      done();
    };
    image.onerror = () => {
      this.shown = wanted;
      done();
    };
    image.src = artifact.url;
  }

  private show(image: HTMLImageElement, artifact: Artifact): void {
    const count = Number(this.tiles.value);
    image.alt = `${this.name()}, ${artifact.kind === "picture" ? "the finished picture" : `epoch ${artifact.epoch}`}`;
    if (count === 1) {
      fill(this.stage, image);
      return;
    }
    const tiles = h("div", { class: "tiles", role: "img", "aria-label": `${image.alt}, repeated ${count} × ${count}` });
    tiles.style.backgroundImage = `url("${image.src}")`;
    tiles.style.backgroundSize = `${100 / count}% ${100 / count}%`;
    tiles.style.aspectRatio = `${image.naturalWidth} / ${image.naturalHeight}`;
    fill(this.stage, tiles);
  }

  private togglePlay(): void {
    if (this.timer !== undefined) {
      this.stop();
      return;
    }
    if (this.artifact === this.artifacts.at(-1)) this.slider.value = "0";
    this.following = false;
    this.play.textContent = "Pause";
    this.timer = setInterval(() => {
      const next = Number(this.slider.value) + 1;
      if (next >= this.artifacts.length) {
        this.following = true;
        this.stop();
        return;
      }
      this.slider.value = String(next);
      this.draw();
    }, FRAME);
  }

  private stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.play.textContent = "Play";
  }
}
