import { setPriority } from "../api/client";
import type { Job } from "../api/types";
import { button } from "../dom";
import { notice, report } from "../notice";
import { PRIORITY, priorityAt } from "../queue";

/** Lets people order the jobs that wait: they drag a handle, or press the arrow keys on it. */
export class QueueOrder {
  /** The jobs that wait, in their order. */
  private waiting: readonly Job[] = [];

  /** `rows` holds a row per job, with its number as `data-job`. */
  constructor(
    private readonly rows: HTMLElement,
    private readonly changed: () => Promise<void>,
  ) {}

  show(line: readonly Job[]): void {
    this.waiting = line.filter(({ state }) => state === "waiting");
  }

  /** What a job's row is dragged by. */
  handle(number: number): HTMLButtonElement {
    const handle = button("⠿", () => undefined, {
      kind: "small quiet handle",
      name: `Move job ${number} in the queue`,
      title: "Drag it, or press the arrow keys",
    });
    handle.addEventListener("keydown", (event) => {
      const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (step === undefined) return;
      event.preventDefault();
      void this.move(number, this.placeOf(number) + step, handle);
    });
    handle.addEventListener("pointerdown", (event) => {
      if (event.button === 0) this.drag(event.pointerId, number, handle);
    });
    return handle;
  }

  private placeOf(number: number): number {
    return this.waiting.findIndex(({ job }) => job === number);
  }

  private drag(pointer: number, number: number, handle: HTMLElement): void {
    handle.setPointerCapture(pointer);
    let gap: number | undefined;
    const over = (event: PointerEvent) => {
      gap = this.gapAt(event.clientY);
      this.mark(gap);
    };
    const end = (event: PointerEvent) => {
      handle.removeEventListener("pointermove", over);
      this.mark(undefined);
      if (event.type !== "pointerup" || gap === undefined) return;
      // Without the job itself, the places behind it are one less.
      void this.move(number, gap > this.placeOf(number) ? gap - 1 : gap, handle);
    };
    handle.addEventListener("pointermove", over);
    handle.addEventListener("pointerup", end, { once: true });
    handle.addEventListener("pointercancel", end, { once: true });
  }

  /** The row of a waiting job, if it is shown. */
  private rowOf({ job }: Job): HTMLElement | null {
    return this.rows.querySelector<HTMLElement>(`[data-job="${job}"]`);
  }

  /** The place between two rows that is nearest to a height on the screen: 0 is before the first. */
  private gapAt(y: number): number {
    const shown = this.waiting.map((job) => this.rowOf(job)).filter((row) => row !== null);
    const below = shown.findIndex((row) => {
      const { top, bottom } = row.getBoundingClientRect();
      return y < (top + bottom) / 2;
    });
    return below < 0 ? shown.length : below;
  }

  private mark(gap: number | undefined): void {
    this.waiting.forEach((job, place) => {
      const row = this.rowOf(job);
      row?.classList.toggle("drop-before", place === gap);
      row?.classList.toggle("drop-after", place + 1 === gap && place + 1 === this.waiting.length);
    });
  }

  private async move(number: number, place: number, handle: HTMLElement): Promise<void> {
    const job = this.waiting[this.placeOf(number)];
    const others = this.waiting.filter((other) => other !== job);
    if (!job || place < 0 || place > others.length || place === this.placeOf(number)) return;
    const priority = priorityAt(job, others, place);
    try {
      if (priority === undefined) throw new Error(`job ${number} cannot go there: priorities are from ${-PRIORITY} to ${PRIORITY}`);
      await setPriority(number, priority);
      notice(`Job ${number} has the priority ${priority}`);
      await this.changed();
      // A row that is moved loses the keys.
      handle.focus();
    } catch (error) {
      report(error);
    }
  }
}
