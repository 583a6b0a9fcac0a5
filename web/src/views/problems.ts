import type { Text } from "@codemirror/state";
import type { ExperimentProblem, Validation } from "../api/types";
import { button, coded, fill, h } from "../dom";
import { described, rangeOf } from "../editor/problem";

interface Acts {
  /** Goes to a place of the text. */
  jump(from: number, to: number): void;
  /** Asks for the file of an image. */
  choose(image: string): void;
}

/** What an experiment lacks that the farm cannot know of. */
interface Needs {
  /** Images that it names and nobody has brought. */
  images: readonly string[];
  /** Has the form no words yet? */
  isBlank: boolean;
}

/** What is wrong with the experiment, below the editor; a click leads to its place. */
export class Problems {
  readonly element = h("div", { class: "problems", role: "status", "aria-label": "Problems", "aria-live": "polite" });
  private needs: Needs = { images: [], isBlank: false };
  private checked: { doc: Text; validation: Validation } | undefined;

  constructor(private readonly acts: Acts) {}

  /** Has the farm said that the experiment cannot run? */
  get isInvalid(): boolean {
    return this.checked !== undefined && !this.checked.validation.valid;
  }

  /** What the farm says of a text. */
  show(doc: Text, validation: Validation): void {
    this.checked = { doc, validation };
    this.draw();
  }

  /** The farm has not answered: what is known is of an earlier text. */
  showUnchecked(): void {
    this.checked = undefined;
    fill(this.element, h("p", { class: "muted" }, "This text is not checked yet."));
  }

  need(needs: Needs): void {
    this.needs = needs;
    if (this.checked) this.draw();
  }

  private draw(): void {
    if (!this.checked) return;
    const { doc, validation } = this.checked;
    // Nobody has to be told of a mistake who has not begun.
    if (this.needs.isBlank && !validation.valid) {
      fill(this.element, h("p", { class: "muted" }, "Write what the picture should show, then start."));
      return;
    }
    const entries = [...this.needs.images.map((name) => this.missing(name)), ...validation.problems.map((problem) => this.entry(doc, problem))];
    if (entries.length > 0) fill(this.element, ...entries);
    else fill(this.element, h("p", { class: "ok" }, validation.valid ? "No problems" : "This experiment cannot run"));
  }

  private missing(name: string): HTMLElement {
    const words = h("p", {}, ...coded(`the image \`${name}\` is not here yet: choose the file of this name, or drop it on the page`));
    const choose = button("Choose…", () => this.acts.choose(name), { kind: "small", title: `Choose ${name}` });
    return h("div", { class: "problem error" }, h("strong", {}, "error"), h("div", { class: "prose" }, words), choose);
  }

  private entry(doc: Text, problem: ExperimentProblem): HTMLElement {
    const range = rangeOf(doc, problem);
    const kind = problem.warning ? "warning" : "error";
    const place = problem.place ? `line ${problem.place.line}` : "";
    const words = described(problem);
    const head = range
      ? h("button", { type: "button", class: "link", onclick: () => this.acts.jump(range.from, range.to) }, `${kind}, ${place}`)
      : h("strong", {}, kind);
    return h("div", { class: `problem ${kind}` }, head, words);
  }
}
