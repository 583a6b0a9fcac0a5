import { setDiagnostics, type Diagnostic } from "@codemirror/lint";
import type { Text } from "@codemirror/state";
import { ViewPlugin, type EditorView, type ViewUpdate } from "@codemirror/view";
import { Away, validate } from "../api/client";
import type { ExperimentProblem, Validation } from "../api/types";
import { described, rangeOf } from "./problem";

/** How long the keys must rest before the farm is asked, in milliseconds. */
const REST = 250;

/** After how many milliseconds a farm that did not answer is asked again. */
const AGAIN = 2_000;

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
        if (view.state.doc !== doc) return;
        failed(error);
        if (error instanceof Away) timer = setTimeout(() => void check(view), AGAIN);
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

function underline(doc: Text, problem: ExperimentProblem): Diagnostic[] {
  const range = rangeOf(doc, problem);
  if (!range) return [];
  const renderMessage = () => described(problem);
  return [{ ...range, severity: problem.warning ? "warning" : "error", message: problem.message, renderMessage }];
}
