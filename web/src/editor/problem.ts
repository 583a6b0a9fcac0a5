import type { Text } from "@codemirror/state";
import type { ExperimentProblem } from "../api/types";
import { h } from "../dom";
import { prose } from "./prose";

/** Where a problem stands in the text. The farm counts characters, the editor UTF-16 units. */
export function rangeOf(doc: Text, problem: ExperimentProblem): { from: number; to: number } | undefined {
  const { place } = problem;
  if (!place || place.line > doc.lines) return undefined;
  const line = doc.line(place.line);
  const units = (text: string, characters: number) => [...text].slice(0, characters).join("").length;
  const start = units(line.text, place.column - 1);
  const length = units(line.text.slice(start), place.length);
  const from = line.from + start;
  return { from, to: Math.min(Math.max(from + length, from + 1), doc.length) };
}

/** The words of the command line about a problem. */
export function described(problem: ExperimentProblem): HTMLElement {
  const label = problem.label === "" ? undefined : prose(problem.label);
  return h("div", { class: "problem-text" }, prose(problem.message), label, ...problem.help.map(prose));
}
