import { Refused } from "./api/client";
import { h } from "./dom";

/** How long words stay, in milliseconds. */
const STAYS = { info: 4_000, error: 10_000 };

/** Words that appear for a while, and are read aloud. */
const area = h("div", { class: "notices", role: "status", "aria-live": "polite" });

/** What is shown now, by its words: the same words a second time stay longer instead of standing twice. */
const shown = new Map<string, ReturnType<typeof setTimeout>>();

export function noticeArea(): HTMLElement {
  return area;
}

export function notice(text: string, kind: keyof typeof STAYS = "info"): void {
  const known = shown.get(text);
  if (known !== undefined) clearTimeout(known);
  const element = [...area.children].find((one) => one.textContent === text) ?? h("p", { class: `notice ${kind}` }, text);
  if (element.parentElement === null) area.append(element);
  const end = () => {
    element.remove();
    shown.delete(text);
  };
  shown.set(text, setTimeout(end, STAYS[kind]));
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
