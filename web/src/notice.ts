import { Refused } from "./api/client";
import { h } from "./dom";

/** Words that appear for a while, and are read aloud. */
const area = h("div", { class: "notices", role: "status", "aria-live": "polite" });

export function noticeArea(): HTMLElement {
  return area;
}

export function notice(text: string, kind: "info" | "error" = "info"): void {
  const element = h("p", { class: `notice ${kind}` }, text);
  area.append(element);
  setTimeout(() => element.remove(), kind === "error" ? 10_000 : 4_000);
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
