import { coded, h } from "../dom";
import type { WatchedJob } from "./model";

/** What the farm did for the job. */
export class Log {
  readonly element = h("ol", { class: "log scroll", tabindex: "0", "aria-label": "Log" });
  private of: WatchedJob | undefined;
  private shown = 0;

  show(watched: WatchedJob): void {
    if (this.of !== watched) {
      this.of = watched;
      this.shown = 0;
      this.element.replaceChildren();
    }
    const fresh = watched.said - this.shown;
    if (fresh === 0) return;
    this.shown = watched.said;
    const { scrollHeight, scrollTop, clientHeight } = this.element;
    const atEnd = scrollHeight - scrollTop - clientHeight < 8;
    this.element.append(...watched.log.slice(-fresh).map((entry) => h("li", { class: entry.level }, ...coded(entry.text))));
    while (this.element.childElementCount > watched.log.length) this.element.firstElementChild?.remove();
    if (atEnd) this.element.scrollTop = this.element.scrollHeight;
  }
}
