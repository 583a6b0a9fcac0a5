import { h } from "../dom";
import type { Drafts } from "../drafts";

interface Acts {
  select(id: number): void;
  close(id: number): void;
}

/** The experiments that are open. */
export function tabBar(drafts: Drafts, acts: Acts): HTMLElement[] {
  return drafts.all.map(({ id, name }) => {
    const current = id === drafts.current.id;
    const select = h("button", { type: "button", "aria-pressed": String(current), title: name, onclick: () => acts.select(id) }, name);
    const close = h("button", { type: "button", class: "close", "aria-label": `Close ${name}`, onclick: () => acts.close(id) }, "×");
    return h("span", { class: current ? "tab current" : "tab" }, select, drafts.all.length > 1 ? close : undefined);
  });
}
