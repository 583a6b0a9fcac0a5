import { h } from "../dom";

/** A text of the reference: paragraphs, and words in backquotes as code. */
export function prose(text: string): HTMLElement {
  const paragraphs = text.split("\n\n").map((paragraph) => {
    const parts = paragraph.split("`").map((part, index) => (index % 2 === 1 ? h("code", {}, part) : part));
    return h("p", {}, ...parts);
  });
  return h("div", { class: "prose" }, ...paragraphs);
}
