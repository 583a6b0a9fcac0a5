import { Refused } from "./api/client";
import { button, h } from "./dom";

/** How long words stay, in milliseconds. */
const STAYS = { info: 4_000, error: 10_000 };

/** Words that appear for a while, and are read aloud. */
const area = h("div", { class: "notices", role: "status", "aria-live": "polite" });

/** What is shown now, by its words: the same words a second time stay longer instead of standing twice. */
const shown = new Map<string, { element: HTMLElement; timer: ReturnType<typeof setTimeout> }>();

export function noticeArea(): HTMLElement {
  return area;
}

export function notice(text: string, kind: keyof typeof STAYS = "info"): void {
  show(text, kind, h("p", { class: `notice ${kind}` }, text));
}

/** Words with something that can be done about them. */
export function offer(text: string, label: string, act: () => void): void {
  const element = h("p", { class: "notice info row" }, h("span", {}, text));
  const once = () => {
    element.remove();
    act();
  };
  element.append(button(label, once, { kind: "small end" }));
  show(text, "error", element);
}

function show(text: string, kind: keyof typeof STAYS, element: HTMLElement): void {
  const known = shown.get(text);
  if (known) clearTimeout(known.timer);
  const there = known?.element.isConnected ? known.element : element;
  if (!there.isConnected) area.append(there);
  const end = () => {
    there.remove();
    shown.delete(text);
  };
  shown.set(text, { element: there, timer: setTimeout(end, STAYS[kind]) });
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
