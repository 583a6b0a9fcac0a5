import { autocompletion, closeBrackets, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, lintKeymap } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { EditorState, type Extension } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers, type KeyBinding } from "@codemirror/view";
import { maySubmit } from "../api/standing";
import type { Validation } from "../api/types";
import { complete } from "./completion";
import { highlighting, theme } from "./highlighting";
import { hover } from "./hover";
import { imagesChanged, imageThumbnails } from "./images";
import { liveErrors } from "./lint";

interface Events {
  /** Small pictures of the images that the experiment may name, as addresses. */
  thumbnails(): Record<string, string>;
  changed(text: string): void;
  checked(validation: Validation): void;
  failed(error: unknown): void;
}

/** Keys of the page are not keys of the editor. */
function isFree({ key }: KeyBinding): boolean {
  return key === undefined || !/^Alt-[sup]$/.test(key);
}

/** The editor of an experiment. */
export class Editor {
  private readonly view: EditorView;
  private readonly extensions: Extension[];

  /** `element` gets a shadow tree with the editor. */
  constructor(element: HTMLElement, text: string, events: Events) {
    this.extensions = [
      lineNumbers(),
      lintGutter(),
      history(),
      drawSelection(),
      indentOnInput(),
      indentUnit.of("  "),
      bracketMatching(),
      closeBrackets(),
      highlightActiveLine(),
      EditorView.lineWrapping,
      highlightSelectionMatches(),
      yaml(),
      syntaxHighlighting(highlighting),
      theme,
      autocompletion({ override: [complete] }),
      hover,
      maySubmit() ? liveErrors(events.checked, events.failed) : EditorState.readOnly.of(true),
      imageThumbnails(events.thumbnails),
      keymap.of([...completionKeymap, ...lintKeymap, ...searchKeymap, ...historyKeymap, ...defaultKeymap, indentWithTab].filter(isFree)),
      EditorView.contentAttributes.of({ "aria-label": "Experiment (YAML)", tabindex: "0" }),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) events.changed(update.state.doc.toString());
      }),
    ];
    // In a shadow tree the editor's styles are constructed sheets, which the page's policy allows.
    const root = element.attachShadow({ mode: "open" });
    this.view = new EditorView({ state: this.stateOf(text), parent: root, root });
  }

  get text(): string {
    return this.view.state.doc.toString();
  }

  /** Shows another text, with a history of its own. */
  open(text: string): void {
    this.view.setState(this.stateOf(text));
  }

  /** Changes the text in a way that can be undone. */
  replace(text: string): void {
    const { doc } = this.view.state;
    if (doc.toString() !== text) this.view.dispatch({ changes: { from: 0, to: doc.length, insert: text } });
  }

  /** Writes at the cursor where it stands in an empty entry of a list; false elsewhere. */
  fillEntry(text: string): boolean {
    const { state } = this.view;
    const line = state.doc.lineAt(state.selection.main.head);
    if (!/^\s*-\s*$/.test(line.text)) return false;
    this.view.dispatch({ changes: { from: line.to, insert: line.text.endsWith(" ") ? text : ` ${text}` } });
    return true;
  }

  /** Shows pictures of other images than before. */
  refresh(): void {
    this.view.dispatch({ effects: imagesChanged.of(null) });
  }

  /** Puts the cursor somewhere and the keys into the editor. */
  select(from: number, to = from): void {
    const length = this.view.state.doc.length;
    const selection = { anchor: Math.min(from, length), head: Math.min(to, length) };
    this.view.dispatch({ selection, scrollIntoView: true });
    this.view.focus();
  }

  get document() {
    return this.view.state.doc;
  }

  destroy(): void {
    this.view.destroy();
  }

  private stateOf(text: string): EditorState {
    return EditorState.create({ doc: text, extensions: this.extensions });
  }
}
