import type { Completion, CompletionContext, CompletionResult } from "@codemirror/autocomplete";
import { language, parameterOf, parametersBelow } from "../language/language";
import { placeOf } from "../language/yaml-path";
import { prose } from "./prose";

/** Proposes parameters, values and the variables of expressions. */
export function complete(context: CompletionContext): CompletionResult | null {
  const line = context.state.doc.lineAt(context.pos);
  const before = line.text.slice(0, context.pos - line.from);
  if (/^\s*#|\s#/.test(before)) return null;
  const lines = context.state.doc.toString().split("\n");
  const place = placeOf(lines, line.number - 1);
  const word = /[A-Za-z_]\w*$/.exec(before)?.[0] ?? "";
  if (word === "" && !context.explicit) return null;
  const from = context.pos - word.length;
  if (place.value !== undefined && place.key !== undefined && from >= line.from + place.value) {
    return { from, options: values([...place.above, place.key]), validFor: /^\w*$/ };
  }
  const alone = /^\s*(?:-\s+)*\w*$/.test(before);
  return alone ? { from, options: names(place.above), validFor: /^\w*$/ } : null;
}

function names(above: string[]): Completion[] {
  return Object.entries(parametersBelow(above)).map(([label, parameter]) => ({
    label,
    apply: `${label}:${Object.keys(parameter.below).length > 0 ? "" : " "}`,
    type: "property",
    info: () => prose(parameter.doc),
  }));
}

function values(path: string[]): Completion[] {
  const parameter = parameterOf(path);
  if (!parameter || Object.keys(parameter.below).length > 0) return [];
  const choices = parameter.choices.map((label) => ({ label, type: "enum" }));
  if (choices.length > 0) return choices;
  return language.variables.map(({ name, where, doc }) => ({
    label: name,
    type: "variable",
    detail: where,
    info: () => prose(doc),
  }));
}
