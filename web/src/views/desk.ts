import { maySubmit } from "../api/standing";
import { button, fill, h } from "../dom";
import { Drafts, type Draft } from "../drafts";
import { LazyEditor } from "../editor/lazy";
import { examples, firstExample } from "../examples";
import { recipe, startingFrom, withFeature } from "../experiment/recipe";
import { open, type UploadedImage } from "../files/open";
import { save } from "../files/save";
import { notice, report } from "../notice";
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
  private readonly problems = new Problems((from, to) => this.jump(from, to));
  private readonly editor: LazyEditor;
  private readonly form = new Form((yaml) => this.editor.replace(yaml));
  private readonly asForm = button("Form", () => this.switchTo("form"), { title: "A form instead of YAML" });
  private readonly asText = button("YAML", () => this.switchTo("yaml"), { title: "The experiment as a text" });
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
      checked: (validation, document) => this.problems.show(document, validation),
      failed: report,
    });
    const modes = h("div", { class: "modes", role: "group", "aria-label": "How to write" }, this.asForm, this.asText);
    this.element = h(
      "div",
      { class: "write" },
      h("div", { class: "row top" }, this.tabs, h("div", { class: "row end" }, this.exampleMenu(), modes)),
      tools,
      this.editor.element,
      this.form.element,
      h("div", { class: "below" }, this.problems.element, this.files()),
    );
    this.showTabs();
    // A viewer reads the text of jobs.
    this.switchTo(maySubmit() ? keptMode() : "yaml");
  }

  leave(): void {
    this.editor.destroy();
    this.drafts.leave();
  }

  get text(): string {
    return this.editor.text;
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

  /** Opens a file: an experiment in a tab, an image as a feature or as the first canvas. */
  async take(file: File): Promise<void> {
    try {
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

  private jump(from: number, to: number): void {
    this.switchTo("yaml");
    this.editor.select(from, to);
  }

  private turn(): void {
    const draft = this.drafts.current;
    this.editor.open(draft.text);
    this.form.show(draft.text);
    this.showTabs();
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
        add: () => this.open("new", recipe("")),
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
      if (chosen) this.open(chosen.name, chosen.text);
    });
    return choose;
  }

  private files(): HTMLElement {
    const file = h("input", { type: "file", accept: ".yaml,.yml,image/*", multiple: true, hidden: true, "aria-label": "Open a file" });
    file.addEventListener("change", () => {
      for (const chosen of file.files ?? []) void this.take(chosen);
      file.value = "";
    });
    const saving = () => save(new Blob([this.text], { type: "application/yaml" }), `${this.drafts.current.name}.yaml`);
    const opening = button("Open…", () => file.click(), { kind: "small", title: "Open an experiment, a picture of clipig or an image; or drop it anywhere" });
    return h("div", { class: "row files" }, file, opening, button("Save YAML", saving, { kind: "small" }));
  }
}

function withImage(draft: Pick<Draft, "assets" | "thumbnails">, { name, sha256, thumbnail }: UploadedImage): Pick<Draft, "assets" | "thumbnails"> {
  return {
    assets: { ...draft.assets, [name]: sha256 },
    thumbnails: thumbnail === undefined ? draft.thumbnails : { ...draft.thumbnails, [name]: thumbnail },
  };
}

function keptMode(): Mode {
  try {
    return localStorage.getItem(MODE) === "form" ? "form" : "yaml";
  } catch {
    return "yaml";
  }
}
