import uPlot from "uplot";
import { h } from "../dom";
import { figure } from "../format";
import type { Curve } from "./model";

/** Colours of curves, see colors.css. */
const COLORS = 8;

/** Height of a chart in pixels, without its legend. */
const HEIGHT = 170;

/** A chart of curves over epochs. */
export class Chart {
  readonly element: HTMLElement;
  private readonly holder = h("div", { class: "plot" });
  private plot: uPlot | undefined;
  private labels = "";
  private data: uPlot.AlignedData = [[]];
  private readonly resizing = new ResizeObserver(() => this.resize());
  private readonly redrawing = () => this.rebuild(this.labels);

  constructor(private readonly title: string) {
    this.element = h("figure", { class: "chart" }, h("figcaption", {}, title), this.holder);
    this.resizing.observe(this.holder);
    addEventListener("themechange", this.redrawing);
  }

  show(curves: readonly Curve[]): void {
    const shown = curves.filter((curve) => curve.points.size > 0);
    const epochs = [...new Set(shown.flatMap((curve) => [...curve.points.keys()]))].sort((a, b) => a - b);
    this.data = [epochs, ...shown.map((curve) => epochs.map((epoch) => curve.points.get(epoch) ?? null))];
    const labels = shown.map((curve) => curve.label).join("\n");
    this.describe(shown);
    if (labels !== this.labels || !this.plot) this.rebuild(labels);
    else this.plot.setData(this.data);
  }

  leave(): void {
    this.resizing.disconnect();
    removeEventListener("themechange", this.redrawing);
    this.plot?.destroy();
  }

  /** What the curves say, for those who do not see them. */
  private describe(curves: readonly Curve[]): void {
    const words = curves.slice(0, COLORS).map(({ label, points }) => {
      const values = [...points.values()];
      return `${label} from ${figure(values[0] ?? Number.NaN)} to ${figure(values.at(-1) ?? Number.NaN)}`;
    });
    this.holder.setAttribute("role", "img");
    this.holder.setAttribute("aria-label", `${this.title}: ${words.join(", ") || "nothing yet"}`);
  }

  private rebuild(labels: string): void {
    this.labels = labels;
    this.plot?.destroy();
    this.plot = undefined;
    this.holder.replaceChildren();
    if (labels === "" || this.holder.clientWidth === 0) return;
    const style = getComputedStyle(this.element);
    const color = (name: string) => style.getPropertyValue(name).trim();
    const axis = { stroke: color("--muted"), grid: { stroke: color("--line"), width: 1 }, ticks: { show: false } };
    const series = labels.split("\n").map((label, index) => ({
      label,
      stroke: color(`--curve-${(index % COLORS) + 1}`),
      width: 1.5,
      spanGaps: true,
      points: { show: false },
      value: (_: uPlot, value: number | null) => (value === null ? "–" : figure(value)),
    }));
    const options: uPlot.Options = {
      width: this.holder.clientWidth,
      height: HEIGHT,
      scales: { x: { time: false } },
      axes: [{ ...axis, size: 28 }, { ...axis, size: 52, values: (_, values) => values.map((value) => String(Number(value.toPrecision(4)))) }],
      series: [{ label: "epoch" }, ...series],
      legend: { show: true, live: true },
      cursor: { drag: { x: true, y: false } },
    };
    this.plot = new uPlot(options, this.data, this.holder);
  }

  private resize(): void {
    const width = this.holder.clientWidth;
    if (width === 0) return;
    if (this.plot) this.plot.setSize({ width, height: HEIGHT });
    else this.rebuild(this.labels);
  }
}
