import { h } from "../dom";
import { PICTURED, examples, type Example } from "../examples";

/** The edge of a small picture in pixels; they stand side by side in one file. */
const EDGE = 112;

/** Examples with their pictures, to start from. */
export function starters(open: (example: Example) => void): HTMLElement {
  const entries = PICTURED.flatMap((name, index) => {
    const example = examples.find((one) => one.name === name);
    return example ? [h("li", {}, starter(example, index, open))] : [];
  });
  return h("section", { class: "starters", "aria-label": "Examples" }, h("h2", {}, "Or begin with one of these"), h("ul", {}, ...entries));
}

function starter(example: Example, index: number, open: (example: Example) => void): HTMLElement {
  const picture = h("span", { class: "starter-picture" });
  picture.style.backgroundPosition = `${-index * EDGE}px 0`;
  return h("button", { type: "button", onclick: () => open(example) }, picture, h("span", {}, example.name.replaceAll("-", " ")));
}
