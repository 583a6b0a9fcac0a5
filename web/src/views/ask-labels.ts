import { button, h } from "../dom";
import { labelsOf } from "../labels";

/** Asks for labels; `known` ones are proposed. Undefined where nobody answers. */
export function askForLabels(title: string, now: readonly string[], known: readonly string[]): Promise<string[] | undefined> {
  let answer: string[] | undefined;
  const input = h("input", { type: "text", value: now.join(", "), list: "known-labels", autocomplete: "off", "aria-describedby": "labels-help" });
  const form = h(
    "form",
    {
      method: "dialog",
      onsubmit: () => {
        answer = labelsOf(input.value);
      },
    },
    h("label", {}, "Labels", input),
    h("datalist", { id: "known-labels" }, ...known.map((label) => h("option", { value: label }))),
    h("p", { class: "muted", id: "labels-help" }, "Separate them by commas."),
    h("div", { class: "row" }, h("button", { type: "submit", class: "primary" }, "Save"), button("Cancel", () => dialog.close(), { kind: "quiet" })),
  );
  const dialog: HTMLDialogElement = h("dialog", { class: "ask", "aria-label": title }, h("h2", {}, title), form);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(answer);
    });
  });
}
