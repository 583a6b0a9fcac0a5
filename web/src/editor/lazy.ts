import type { Text } from "@codemirror/state";
import type { Validation } from "../api/types";
import { fill, h } from "../dom";
import type { Editor } from "./editor";

interface Events {
  /** Small pictures of the images that the experiment may name, as addresses. */
  thumbnails(): Record<string, string>;
  changed(text: string): void;
  /** What the farm says of a text. */
  checked(validation: Validation, document: Text): void;
  failed(error: unknown): void;
}

/**
 * The editor of an experiment, which is large: it is loaded once it comes into sight. On a phone, the picture comes first. Until
 * then the text stands there as it is.
 */
export class LazyEditor {
  readonly element = h("div", { class: "editor" });
  private editor: Editor | undefined;
  private isLeft = false;
  private isAsked = false;
  private readonly observer = new IntersectionObserver(
    (entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) this.load();
    },
    { rootMargin: "200px" },
  );
  /** What is asked of the editor before it is there. */
  private waiting: { text: string; selection?: readonly [from: number, to: number] };

  constructor(
    text: string,
    private readonly events: Events,
  ) {
    this.waiting = { text };
    this.showPlain();
    this.observer.observe(this.element);
  }

  /** Loads the editor, which also has the text checked. */
  load(): void {
    if (this.isAsked) return;
    this.isAsked = true;
    this.observer.disconnect();
    this.put().catch(this.events.failed);
  }

  get text(): string {
    return this.editor?.text ?? this.waiting.text;
  }

  /** Shows another text, with a history of its own. */
  open(text: string): void {
    if (this.editor) {
      this.editor.open(text);
      return;
    }
    this.waiting = { text };
    this.showPlain();
  }

  /** Changes the text in a way that can be undone. */
  replace(text: string): void {
    if (this.editor) {
      this.editor.replace(text);
      return;
    }
    if (text === this.waiting.text) return;
    this.open(text);
    this.events.changed(text);
  }

  /** Writes at the cursor where it stands in an empty entry of a list; false elsewhere. */
  fillEntry(text: string): boolean {
    return this.editor?.fillEntry(text) ?? false;
  }

  /** Shows pictures of other images than before. */
  refresh(): void {
    this.editor?.refresh();
  }

  /** Puts the cursor somewhere and the keys into the editor. */
  select(from: number, to = from): void {
    if (this.editor) {
      this.editor.select(from, to);
      return;
    }
    this.waiting.selection = [from, to];
    this.load();
  }

  destroy(): void {
    this.isLeft = true;
    this.observer.disconnect();
    this.editor?.destroy();
  }

  private showPlain(): void {
    fill(this.element, h("pre", { class: "plain" }, this.waiting.text));
  }

  private async put(): Promise<void> {
    const { Editor } = await import("./editor");
    if (this.isLeft) return;
    const { text, selection } = this.waiting;
    const { thumbnails, changed, failed } = this.events;
    const editor = new Editor(this.element, text, {
      thumbnails,
      changed,
      failed,
      checked: (validation) => this.events.checked(validation, editor.document),
    });
    this.editor = editor;
    fill(this.element);
    if (selection) editor.select(...selection);
  }
}
