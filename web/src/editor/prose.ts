import { coded, h } from "../dom";

/** A text of the reference: paragraphs, and words in backquotes as code. */
export function prose(text: string): HTMLElement {
  const paragraphs = text.split("\n\n").map((paragraph) => h("p", {}, ...coded(paragraph)));
  return h("div", { class: "prose" }, ...paragraphs);
}
