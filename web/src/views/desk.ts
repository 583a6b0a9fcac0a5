import { maySubmit } from "../api/standing";
import { button, fill, h } from "../dom";
import { Drafts, type Draft } from "../drafts";
import { LazyEditor } from "../editor/lazy";
import { examples, firstExample, imageOf, type Example } from "../examples";
import { imageNames } from "../experiment/contents";
import { recipe, startingFrom, withFeature } from "../experiment/recipe";
import { bring, open, type UploadedImage } from "../files/open";
import { save } from "../files/save";
import { mention, notice, report } from "../notice";
import { Form } from "./form";
import { askForUse } from "./image-use";
import { Problems } from "./problems";
import { tabBar } from "./tabs";

/** How experiments are written. */
type Mode = "yaml" | "form";

/** In which mode the page was left. */
const MODE = "clipig.mode";

/** Where experiments are written: tabs, the editor or the form, what is wrong, files. */
export class Desk {
  readonly element: HTMLElement;
  readonly drafts = new Drafts(
    () => ({ id: 1, ...firstExample() }),
    () => this.showTabs(),
  );
  private readonly tabs = h("div", { class: "tabs", role: "group", "aria-label": "Experiments" });
  private readonly problems = new Problems({ jump: (from, to) => this.jump(from, to), choose: (image) => this.choose(image) });
  private readonly file = h("input", { type: "file", accept: ".yaml,.yml,image/*", multiple: true, hidden: true, "aria-label": "Open a file" });
  /** The image that the next file shall be. */
  private wanted: string | undefined;
  private readonly editor: LazyEditor;
  private readonly form = new Form((yaml) => this.editor.replace(yaml));
  private readonly asForm = button("Form", () => this.prefer("form"), { title: "A form instead of YAML" });
  private readonly asText = button("YAML", () => this.prefer("yaml"), { title: "The experiment as a text" });
  private mode: Mode = "yaml";

  /** `tools` stands above the text; `turned` is called when another tab is in front, `edited` when the text has changed. */
  constructor(
    tools: HTMLElement,
    private readonly turned: (draft: Draft) => void,
    private readonly edited: (text: string) => void,
  ) {
    this.editor = new LazyEditor(this.drafts.current.text, {
      thumbnails: () => this.drafts.current.thumbnails ?? {},
      changed: (text) => this.textChanged(text),
      checked: (validation, document) => {
        this.problems.show(document, validation);
        this.showNeeds();
      },
      failed: (error) => {
        this.problems.showUnchecked();
        mention(error);
      },
    });
    const add = button("+", () => this.open("new", recipe("")), { kind: "quiet add", name: "New experiment" });
    const modes = h("div", { class: "modes", role: "group", "aria-label": "How to write" }, this.asForm, this.asText);
    this.element = h(
      "div",
      { class: "write" },
      h("div", { class: "row top" }, this.tabs, add, h("div", { class: "row end" }, this.exampleMenu(), modes)),
      tools,
      this.editor.element,
      this.form.element,
      h("div", { class: "below" }, this.problems.element, this.files()),
    );
    this.showTabs();
    // A viewer reads the text of jobs.
    this.switchTo(maySubmit() ? (keptMode() ?? "form") : "yaml");
  }

  leave(): void {
    this.editor.destroy();
    this.drafts.leave();
  }

  get text(): string {
    return this.editor.text;
  }

  /** Is something missing without which the experiment cannot run? Then that is said. */
  lacks(): boolean {
    if (this.isBlank && this.problems.isInvalid) {
      notice("Write what the picture should show, then start", "error");
      this.form.focus();
      return true;
    }
    const [image] = this.missingImages();
    if (image !== undefined) notice(`The image \`${image}\` is missing: choose it below the experiment, or drop it on the page`, "error");
    return image !== undefined;
  }

  /** Opens an experiment that somebody has written, as a text unless they prefer the form. */
  openText(name: string, text: string, assets: Record<string, string>): void {
    if (keptMode() === undefined) this.switchTo("yaml");
    this.open(name, text, { assets });
  }

  /** Opens an example with its images. */
  async openExample({ name, text, images }: Example): Promise<void> {
    let draft: Pick<Draft, "assets" | "thumbnails"> = {};
    try {
      for (const image of images) draft = withImage(draft, await bring(image, imageOf(image)));
    } catch (error) {
      // It opens without them, and says which are missing.
      report(error);
    }
    this.open(name, text, draft);
  }

  /** Opens an experiment in a tab of its own. */
  open(name: string, text: string, more: Pick<Draft, "job" | "jobs" | "assets" | "thumbnails"> = {}): void {
    this.drafts.open(name, text, more);
    this.turn();
  }

  /** Another name for the tab in front. */
  rename(name: string): void {
    this.drafts.change({ name });
    this.showTabs();
  }

  /** Brings a tab to the front. */
  select(id: number): void {
    this.drafts.select(id);
    this.turn();
  }

  /** An experiment that begins with an image, in a tab of its own. */
  openStart(draft: Pick<Draft, "name" | "text" | "assets">, image: UploadedImage): void {
    const text = startingFrom(draft.text, image.name);
    if (text === undefined) notice("The experiment's text cannot be read; see below the editor", "error");
    else this.open(draft.name, text, { ...withImage(draft, image) });
  }

  /** Opens files, experiments first: images that they name then find their place. */
  async takeAll(files: readonly File[]): Promise<void> {
    const isImage = (file: File) => file.type.startsWith("image/");
    for (const file of [...files.filter((file) => !isImage(file)), ...files.filter(isImage)]) await this.take(file);
  }

  /** Opens a file: an experiment in a tab, an image as a feature or as the first canvas. */
  private async take(file: File): Promise<void> {
    try {
      // An image may be a picture with an experiment inside: what it is for counts.
      if (this.missingImages().includes(file.name)) return await this.bringMissing(file.name, file);
      const opened = await open(file);
      if (opened.kind === "experiment") this.open(opened.name, opened.text);
      else await this.use(opened.image);
    } catch (error) {
      report(error);
    }
  }

  private async use(image: UploadedImage): Promise<void> {
    const use = await askForUse(image.name, image.thumbnail);
    if (use === undefined) return;
    this.drafts.change(withImage(this.drafts.current, image));
    if (use === "feature" && this.editor.fillEntry(`image: ${JSON.stringify(image.name)}`)) return;
    const text = (use === "feature" ? withFeature : startingFrom)(this.text, image.name);
    if (text === undefined) notice("The experiment's text cannot be read; see below the editor", "error");
    else this.editor.replace(text);
    this.editor.refresh();
  }

  private textChanged(text: string): void {
    this.drafts.change({ text });
    this.edited(text);
    if (this.mode === "form") this.form.show(text);
  }

  /** Brings an image that the experiment names already. */
  private async bringMissing(name: string, file: File): Promise<void> {
    const image = await bring(name, new Uint8Array(await file.arrayBuffer()));
    this.drafts.change(withImage(this.drafts.current, image));
    this.editor.refresh();
    this.showNeeds();
  }

  /** Asks for a file: the image of that name, or anything. */
  private choose(image?: string): void {
    this.wanted = image;
    this.file.click();
  }

  /** Images that the experiment names and nobody has brought. */
  private missingImages(): string[] {
    const { assets = {} } = this.drafts.current;
    return imageNames(this.text).filter((name) => !Object.hasOwn(assets, name));
  }

  private showNeeds(): void {
    this.problems.need({ images: this.missingImages(), isBlank: this.isBlank });
  }

  /** Is this the form, and has nobody written in it yet? */
  private get isBlank(): boolean {
    return this.mode === "form" && this.form.isBlank;
  }

  private jump(from: number, to: number): void {
    this.switchTo("yaml");
    this.editor.select(from, to);
  }

  private turn(): void {
    const draft = this.drafts.current;
    this.editor.open(draft.text);
    this.form.show(draft.text);
    this.showTabs();
    this.showNeeds();
    this.turned(draft);
  }

  private switchTo(mode: Mode): void {
    this.mode = mode;
    this.editor.element.hidden = mode !== "yaml";
    this.form.element.hidden = mode !== "form";
    this.asForm.setAttribute("aria-pressed", String(mode === "form"));
    this.asText.setAttribute("aria-pressed", String(mode === "yaml"));
    if (mode === "form") {
      this.form.show(this.text);
      // What the form writes is checked, too.
      this.editor.load();
    }
    this.showNeeds();
  }

  /** The page begins in this mode from now on. */
  private prefer(mode: Mode): void {
    this.switchTo(mode);
    try {
      localStorage.setItem(MODE, mode);
    } catch {
      // The browser keeps nothing; the choice holds as long as the page.
    }
  }

  private showTabs(): void {
    fill(
      this.tabs,
      ...tabBar(this.drafts, {
        select: (id) => this.select(id),
        close: (id) => {
          this.drafts.close(id);
          this.turn();
        },
      }),
    );
    this.tabs.querySelector(".current")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  private exampleMenu(): HTMLElement {
    const groups = (["Walkthrough", "Examples"] as const).map((group) =>
      h(
        "optgroup",
        { label: group },
        ...examples.filter((one) => one.group === group).map(({ name }) => h("option", { value: name }, name)),
      ),
    );
    const choose = h("select", { "aria-label": "Open an example" }, h("option", { value: "" }, "Examples…"), ...groups);
    choose.addEventListener("change", () => {
      const chosen = examples.find((one) => one.name === choose.value);
      choose.value = "";
      if (chosen) void this.openExample(chosen);
    });
    return choose;
  }

  private files(): HTMLElement {
    const { file } = this;
    file.addEventListener("change", () => {
      const files = [...(file.files ?? [])];
      file.value = "";
      const [first] = files;
      // Whatever the file is called, it is the one that was asked for.
      if (this.wanted !== undefined && first) void this.bringMissing(this.wanted, first).catch(report);
      else void this.takeAll(files);
      this.wanted = undefined;
    });
    file.addEventListener("cancel", () => (this.wanted = undefined));
    const saving = () => save(new Blob([this.text], { type: "application/yaml" }), `${this.drafts.current.name}.yaml`);
    const opening = button("Open…", () => this.choose(), { kind: "small", title: "Open an experiment, a picture of clipig or an image; or drop it anywhere" });
    return h("div", { class: "row files" }, file, opening, button("Save YAML", saving, { kind: "small" }));
  }
}

function withImage(draft: Pick<Draft, "assets" | "thumbnails">, { name, sha256, thumbnail }: UploadedImage): Pick<Draft, "assets" | "thumbnails"> {
  return {
    assets: { ...draft.assets, [name]: sha256 },
    thumbnails: thumbnail === undefined ? draft.thumbnails : { ...draft.thumbnails, [name]: thumbnail },
  };
}

/** Undefined where nobody has chosen yet. */
function keptMode(): Mode | undefined {
  try {
    const kept = localStorage.getItem(MODE);
    return kept === "form" || kept === "yaml" ? kept : undefined;
  } catch {
    return undefined;
  }
}
