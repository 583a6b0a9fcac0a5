import { hoverTooltip, type Tooltip } from "@codemirror/view";
import { h } from "../dom";
import { language, parameterOf } from "../language/language";
import { placeOf } from "../language/yaml-path";
import { prose } from "./prose";

/** Explains the parameter or variable under the pointer. */
export const hover = hoverTooltip((view, position): Tooltip | null => {
  const line = view.state.doc.lineAt(position);
  const word = view.state.wordAt(position);
  if (!word) return null;
  const place = placeOf(view.state.doc.toString().split("\n"), line.number - 1);
  const text = view.state.sliceDoc(word.from, word.to);
  const isValue = place.value !== undefined && position >= line.from + place.value;
  const path = isValue ? [] : [...place.above, text];
  const doc = isValue
    ? language.variables.find((variable) => variable.name === text)?.doc
    : place.key === text
      ? parameterOf(path)?.doc
      : undefined;
  if (doc === undefined) return null;
  const title = h("strong", {}, isValue ? text : path.join("."));
  return { pos: word.from, end: word.to, create: () => ({ dom: h("div", { class: "hover" }, title, prose(doc)) }) };
});
