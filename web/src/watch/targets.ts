import type { TargetTable } from "../api/types";
import { fill, h } from "../dom";
import { figure } from "../format";

/** The table of targets with losses, similarities and counts, as the command line shows it. */
export class Targets {
  readonly element = h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Targets" });

  private shown: TargetTable | undefined;

  show(table: TargetTable | undefined): void {
    if (table && table === this.shown) return;
    this.shown = table;
    if (!table) {
      fill(this.element, h("p", { class: "muted" }, "The targets appear after the first epochs."));
      return;
    }
    const head = ["feature", "similarity", "loss", "weight", "count"].map((text) => h("th", { scope: "col" }, text));
    const body = table.targets.flatMap((target) => [
      h("tr", { class: "group" }, h("th", { scope: "rowgroup", colspan: "4" }, target.name), number(String(target.samples))),
      ...target.features.map((feature) =>
        row(feature.text, [figure(feature.similarity), figure(feature.loss), figure(feature.weight), count(feature.chosen)]),
      ),
      ...target.constraints.map((constraint) =>
        row(constraint.name, ["", figure(constraint.loss), figure(constraint.weight), count(constraint.active)]),
      ),
    ]);
    fill(this.element, h("table", {}, h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...body)));
  }
}

function row(name: string, figures: string[]): HTMLElement {
  return h("tr", {}, h("th", { scope: "row" }, name), ...figures.map(number));
}

function number(text: string): HTMLElement {
  return h("td", { class: "number" }, text);
}

/** A count; the history of a job that has ended does not know all of them. */
function count(value: number): string {
  return Number.isFinite(value) ? String(value) : "–";
}
