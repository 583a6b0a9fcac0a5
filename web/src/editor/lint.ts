import { setDiagnostics, type Diagnostic } from "@codemirror/lint";
import type { Text } from "@codemirror/state";
import { ViewPlugin, type EditorView, type ViewUpdate } from "@codemirror/view";
import { validate } from "../api/client";
import type { ExperimentProblem, Validation } from "../api/types";
import { h } from "../dom";
import { prose } from "./prose";

/** How long the keys must rest before the farm is asked, in milliseconds. */
const REST = 250;

/** Asks the farm about the text whenever it has changed, and underlines what is wrong. */
export function liveErrors(checked: (validation: Validation) => void, failed: (error: unknown) => void) {
  return ViewPlugin.define((view) => {
    let timer = setTimeout(() => void check(view), 0);
    const check = async (view: EditorView) => {
      const doc = view.state.doc;
      try {
        const validation = await validate(doc.toString());
        // The text has changed meanwhile: the next answer counts.
        if (view.state.doc !== doc) return;
        view.dispatch(setDiagnostics(view.state, validation.problems.flatMap((problem) => underline(doc, problem))));
        checked(validation);
      } catch (error) {
        failed(error);
      }
    };
    return {
      update(update: ViewUpdate) {
        if (!update.docChanged) return;
        clearTimeout(timer);
        timer = setTimeout(() => void check(update.view), REST);
      },
      destroy: () => clearTimeout(timer),
    };
  });
}

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

function underline(doc: Text, problem: ExperimentProblem): Diagnostic[] {
  const range = rangeOf(doc, problem);
  if (!range) return [];
  const renderMessage = () => described(problem);
  return [{ ...range, severity: problem.warning ? "warning" : "error", message: problem.message, renderMessage }];
}

/** The words of the command line about a problem. */
export function described(problem: ExperimentProblem): HTMLElement {
  const label = problem.label === "" ? undefined : prose(problem.label);
  return h("div", { class: "problem-text" }, prose(problem.message), label, ...problem.help.map(prose));
}
