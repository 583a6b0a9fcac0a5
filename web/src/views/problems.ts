import type { Text } from "@codemirror/state";
import type { ExperimentProblem, Validation } from "../api/types";
import { fill, h } from "../dom";
import { described, rangeOf } from "../editor/problem";

/** What is wrong with the experiment, below the editor; a click leads to its place. */
export class Problems {
  readonly element = h("div", { class: "problems", role: "status", "aria-label": "Problems", "aria-live": "polite" });

  constructor(private readonly jump: (from: number, to: number) => void) {}

  show(doc: Text, { valid, problems }: Validation): void {
    if (problems.length === 0) {
      fill(this.element, h("p", { class: "ok" }, valid ? "No problems" : "This experiment cannot run"));
      return;
    }
    fill(this.element, ...problems.map((problem) => this.entry(doc, problem)));
  }

  private entry(doc: Text, problem: ExperimentProblem): HTMLElement {
    const range = rangeOf(doc, problem);
    const kind = problem.warning ? "warning" : "error";
    const place = problem.place ? `line ${problem.place.line}` : "";
    const words = described(problem);
    const head = range
      ? h("button", { type: "button", class: "link", onclick: () => this.jump(range.from, range.to) }, `${kind}, ${place}`)
      : h("strong", {}, kind);
    return h("div", { class: `problem ${kind}` }, head, words);
  }
}
