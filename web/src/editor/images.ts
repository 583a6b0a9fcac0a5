import { StateEffect, type Range } from "@codemirror/state";
import { Decoration, ViewPlugin, WidgetType, type DecorationSet, type EditorView, type ViewUpdate } from "@codemirror/view";
import { h } from "../dom";

/** The images that an experiment may name have changed. */
export const imagesChanged = StateEffect.define<null>();

/** Shows a small picture behind each line that names an image. */
export function imageThumbnails(thumbnails: () => Record<string, string>) {
  class Thumbnails {
    decorations: DecorationSet;

    constructor(view: EditorView) {
      this.decorations = found(view, thumbnails());
    }

    update(update: ViewUpdate): void {
      const changed = update.transactions.some((one) => one.effects.some((effect) => effect.is(imagesChanged)));
      if (changed || update.docChanged || update.viewportChanged) this.decorations = found(update.view, thumbnails());
    }
  }
  return ViewPlugin.fromClass(Thumbnails, { decorations: (plugin) => plugin.decorations });
}

class Widget extends WidgetType {
  constructor(private readonly address: string) {
    super();
  }

  override eq(other: Widget): boolean {
    return other.address === this.address;
  }

  override toDOM(): HTMLElement {
    return h("img", { class: "cm-image", src: this.address, alt: "" });
  }
}

function found(view: EditorView, thumbnails: Record<string, string>): DecorationSet {
  const widgets: Range<Decoration>[] = [];
  for (const { from, to } of view.visibleRanges) {
    for (let at = from; at <= to; ) {
      const line = view.state.doc.lineAt(at);
      const name = /(?:^|[\s{,-])image\s*:\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^\s#,}]+))/.exec(line.text)?.slice(1).find((one) => one !== undefined);
      const address = name === undefined || !Object.hasOwn(thumbnails, name) ? undefined : thumbnails[name];
      if (address !== undefined) widgets.push(Decoration.widget({ widget: new Widget(address), side: 1 }).range(line.to));
      at = line.to + 1;
    }
  }
  return Decoration.set(widgets, true);
}
