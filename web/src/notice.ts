import { Away, Refused } from "./api/client";
import { button, coded, h } from "./dom";

/** How long words stay, in milliseconds. */
const STAYS = { info: 4_000, error: 10_000 };

/** Words that appear for a while, and are read aloud. */
const area = h("div", { class: "notices", role: "status", "aria-live": "polite" });

/** What is shown now, by its words: the same words a second time stay longer instead of standing twice. */
const shown = new Map<string, { element: HTMLElement; kind: keyof typeof STAYS; timer: ReturnType<typeof setTimeout> }>();

export function noticeArea(): HTMLElement {
  return area;
}

export function notice(text: string, kind: keyof typeof STAYS = "info"): void {
  show(text, kind, h("p", { class: `notice row ${kind}` }, h("span", {}, ...coded(text))));
}

/** Words with something that can be done about them. */
export function offer(text: string, label: string, act: () => void): void {
  const element = h("p", { class: "notice row info" }, h("span", {}, text));
  const once = () => {
    remove(text);
    act();
  };
  element.append(button(label, once, { kind: "small" }));
  show(text, "error", element);
}

function show(text: string, kind: keyof typeof STAYS, element: HTMLElement): void {
  // What was said about an earlier act is over. What failed stays until it was read.
  for (const [words, one] of [...shown]) if (words !== text && one.kind === "info") remove(words);
  const known = shown.get(text);
  clearTimeout(known?.timer);
  const there = known?.element ?? element;
  if (!known) {
    element.append(button("×", () => remove(text), { kind: "small quiet end", name: "Close" }));
    area.append(element);
  }
  shown.set(text, { element: there, kind, timer: setTimeout(() => remove(text), STAYS[kind]) });
}

function remove(text: string): void {
  const known = shown.get(text);
  clearTimeout(known?.timer);
  known?.element.remove();
  shown.delete(text);
}

let loginNeeded = (): void => {};

/** What happens when the farm asks for a token. */
export function onLoginNeeded(act: () => void): void {
  loginNeeded = act;
}

/** Says why something did not work. */
export function report(error: unknown): void {
  if (error instanceof Refused && error.needsLogin) loginNeeded();
  else notice(error instanceof Error ? error.message : String(error), "error");
}

/** Says why something that the page does by itself did not work. That the farm does not answer stands above the page. */
export function mention(error: unknown): void {
  if (!(error instanceof Away)) report(error);
}
