import { coded, fill, h } from "../dom";

/** How far one step zooms. */
const STEP = 1.25;

/** The greatest zoom: a pixel of a large canvas is large enough to be counted. */
const MOST = 64;

/** How far an arrow key moves a zoomed picture, in pixels of the screen. */
const MOVE = 60;

/** Where a picture hangs: fitted, zoomed, repeated as tiles, or beside what it was before. */
export class Stage {
  readonly element: HTMLElement;
  private readonly plane = h("div", { class: "plane" });
  private readonly image = h("img", { alt: "", draggable: "false" });
  /** What was shown before, below the picture that fades in. */
  private readonly under = h("canvas", { "aria-hidden": "true" });
  private readonly before = h("canvas", { class: "before", "aria-hidden": "true" });
  private readonly split = h("input", { type: "range", class: "split", min: "0", max: "100", value: "50", "aria-label": "Before and after" });
  private readonly tiled = h("div", { class: "tiles", role: "img" });
  private tiles = 1;
  private empty = true;
  /** The words that stand there instead of a picture. */
  private said = "";
  private earlier: HTMLImageElement | undefined;
  private zoom = 1;
  private place = { x: 0, y: 0 };

  constructor() {
    this.element = h("div", { class: "stage", tabindex: "0", role: "group", "aria-label": "Picture: + and - zoom, 0 fits" });
    this.split.addEventListener("input", () => this.showSplit());
    this.element.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.element.addEventListener("dblclick", (event) => this.zoomTo(this.zoom > 1 ? 1 : 4, event));
    this.element.addEventListener("keydown", (event) => this.key(event));
    this.element.addEventListener("pointerdown", (event) => this.drag(event));
  }

  /** Words instead of a picture. */
  say(text: string): void {
    this.empty = true;
    this.earlier = undefined;
    this.fit();
    this.image.removeAttribute("src");
    if (this.said === text && this.element.querySelector(".empty")) return;
    this.said = text;
    fill(this.element, h("p", { class: "empty" }, ...coded(text)));
  }

  /** Shows a loaded picture. */
  show(image: HTMLImageElement, words: string): void {
    if (!this.empty && this.image.complete) copy(this.image, this.under);
    this.image.src = image.src;
    this.image.alt = words;
    this.plane.style.setProperty("--ratio", String(image.naturalWidth / image.naturalHeight));
    // The animation begins anew with the class.
    this.image.classList.remove("fresh");
    if (!this.empty) requestAnimationFrame(() => this.image.classList.add("fresh"));
    this.empty = false;
    this.compose();
  }

  /** Repeats the picture so often in each direction. */
  repeat(tiles: number): void {
    this.tiles = tiles;
    this.compose();
  }

  /** Lays an earlier picture over the left part; none takes it away. */
  compare(earlier: HTMLImageElement | undefined): void {
    this.earlier = earlier;
    if (earlier) copy(earlier, this.before);
    this.compose();
  }

  fit(): void {
    this.zoom = 1;
    this.place = { x: 0, y: 0 };
    this.move();
  }

  private compose(): void {
    if (this.empty) return;
    const children: Element[] = [];
    if (this.tiles > 1) {
      this.tiled.setAttribute("aria-label", `${this.image.alt}, repeated ${this.tiles} × ${this.tiles}`);
      this.tiled.style.backgroundImage = `url("${this.image.src}")`;
      this.tiled.style.backgroundSize = `${100 / this.tiles}% ${100 / this.tiles}%`;
      children.push(this.tiled);
    } else {
      children.push(this.under, this.image);
      if (this.earlier) children.push(this.before, this.split);
    }
    this.showSplit();
    this.put(this.plane, children);
    this.put(this.element, [this.plane]);
  }

  private put(parent: Element, children: Element[]): void {
    if (parent.children.length !== children.length || children.some((child, index) => parent.children[index] !== child)) {
      parent.replaceChildren(...children);
    }
  }

  private showSplit(): void {
    this.plane.style.setProperty("--split", `${this.split.value}%`);
    this.split.setAttribute("aria-valuetext", `${this.split.value} % before`);
  }

  private wheel(event: WheelEvent): void {
    // Elsewhere the wheel scrolls the page.
    const wanted = event.ctrlKey || event.metaKey || this.element.closest(".full") !== null;
    if (!wanted || this.empty) return;
    event.preventDefault();
    this.zoomTo(this.zoom * (event.deltaY < 0 ? STEP : 1 / STEP), event);
  }

  /** Zooms so that what is under the pointer stays there. */
  private zoomTo(wanted: number, point?: { clientX: number; clientY: number }): void {
    if (this.empty) return;
    const zoom = Math.min(MOST, Math.max(1, wanted));
    const box = this.element.getBoundingClientRect();
    const at = point ?? { clientX: box.x + box.width / 2, clientY: box.y + box.height / 2 };
    const from = { x: at.clientX - box.x - box.width / 2, y: at.clientY - box.y - box.height / 2 };
    const factor = zoom / this.zoom;
    this.place = { x: from.x - (from.x - this.place.x) * factor, y: from.y - (from.y - this.place.y) * factor };
    this.zoom = zoom;
    if (zoom === 1) this.place = { x: 0, y: 0 };
    this.move();
  }

  private move(): void {
    this.plane.style.transform = this.zoom === 1 ? "" : `translate(${this.place.x}px, ${this.place.y}px) scale(${this.zoom})`;
    this.element.classList.toggle("zoomed", this.zoom > 1);
  }

  private key(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey || event.target !== this.element) return;
    const by = (x: number, y: number) => () => {
      this.place = { x: this.place.x + x, y: this.place.y + y };
      this.move();
    };
    const acts: Record<string, () => void> = { "+": () => this.zoomTo(this.zoom * STEP), "-": () => this.zoomTo(this.zoom / STEP), "0": () => this.fit() };
    acts["="] = acts["+"] ?? (() => undefined);
    if (this.zoom > 1) {
      Object.assign(acts, { ArrowLeft: by(MOVE, 0), ArrowRight: by(-MOVE, 0), ArrowUp: by(0, MOVE), ArrowDown: by(0, -MOVE) });
    }
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  private drag(event: PointerEvent): void {
    if (this.zoom === 1 || event.button !== 0 || event.target === this.split) return;
    const start = { x: this.place.x - event.clientX, y: this.place.y - event.clientY };
    const move = ({ clientX, clientY }: PointerEvent) => {
      this.place = { x: start.x + clientX, y: start.y + clientY };
      this.move();
    };
    const end = () => this.element.removeEventListener("pointermove", move);
    this.element.setPointerCapture(event.pointerId);
    this.element.addEventListener("pointermove", move);
    this.element.addEventListener("pointerup", end, { once: true });
    this.element.addEventListener("pointercancel", end, { once: true });
  }
}

function copy(image: HTMLImageElement, canvas: HTMLCanvasElement): void {
  canvas.width = image.naturalWidth;
  canvas.height = image.naturalHeight;
  if (canvas.width > 0) canvas.getContext("2d")?.drawImage(image, 0, 0);
}
