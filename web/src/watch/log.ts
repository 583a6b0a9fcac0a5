import { fill, h } from "../dom";
import type { LogEntry } from "./model";

/** What the farm did for the job. */
export class Log {
  readonly element = h("ol", { class: "log scroll", tabindex: "0", "aria-label": "Log" });

  show(entries: readonly LogEntry[]): void {
    fill(this.element, ...entries.map((entry) => h("li", { class: entry.level }, entry.text)));
  }
}
