import { models } from "../api/client";
import { choose, fill, h, select } from "../dom";
import { besides } from "../experiment/besides";
import { wishesOf, withWishes, type Wishes } from "../experiment/recipe";
import { ModelsField } from "./models-field";

const SIZES = ["64 × 64", "128 × 128", "256 × 256", "512 × 512", "256 × 128", "128 × 256", "512 × 256", "256 × 512"];

const LENGTHS: readonly (readonly [epochs: string, words: string])[] = [
  ["100", "a sketch, 100 epochs"],
  ["300", "as usual, 300 epochs"],
  ["600", "careful, 600 epochs"],
  ["1500", "patient, 1500 epochs"],
];

/** An experiment for those who do not want to write YAML. The form changes the text and is filled from it. */
export class Form {
  readonly element: HTMLElement;
  private readonly words = h("textarea", { rows: "3", id: "wish-words", placeholder: "a strawberry" });
  private readonly unwanted = h("textarea", { rows: "2", id: "wish-unwanted", placeholder: "words, letters" });
  private readonly size = select("Size", SIZES.map((size) => [size, size]), () => this.write());
  private readonly length = select("How long", LENGTHS, () => this.write());
  private readonly models = new ModelsField(() => this.write(), models);
  /** What else the experiment has, so that nobody takes the fields for all of it. */
  private readonly besides = h("p", { class: "besides", role: "note" });
  private readonly fields: HTMLElement;
  private readonly unreadable = h(
    "p",
    { class: "empty" },
    "The form cannot read this experiment. Mend what is listed below in the text, then the form is back.",
  );
  private yaml = "";
  /** What the fields were filled from: a text of several lines is one wish as long as nobody changes it. */
  private filled: Wishes | undefined;

  constructor(private readonly changed: (yaml: string) => void) {
    for (const area of [this.words, this.unwanted]) area.addEventListener("input", () => this.write());
    this.fields = h(
      "div",
      { class: "fields" },
      this.besides,
      field("wish-words", "What should the picture show?", "One idea per line. Several are mixed.", this.words),
      field("wish-unwanted", "What should it not show?", "Also one per line; may be left empty.", this.unwanted),
      h("div", { class: "row choices" }, labelled("Size", this.size), labelled("How long", this.length)),
      this.models.element,
    );
    this.element = h("div", { class: "form" }, this.fields, this.unreadable);
  }

  /** Fills the fields from a text, unless it is the one that the form has written. */
  show(yaml: string): void {
    const wishes = wishesOf(yaml);
    this.fields.hidden = !wishes;
    this.unreadable.hidden = wishes !== undefined;
    if (!wishes || (yaml === this.yaml && this.words.value !== "")) return;
    this.yaml = yaml;
    this.filled = wishes;
    this.words.value = wishes.words.join("\n");
    this.unwanted.value = wishes.unwanted.join("\n");
    choose(this.size, `${wishes.width} × ${wishes.height}`, `${wishes.width} × ${wishes.height}`);
    choose(this.length, wishes.epochs, `${wishes.epochs} epochs`);
    this.models.show(wishes.models);
    const others = besides(yaml);
    this.besides.hidden = others.length === 0;
    if (others.length > 0) fill(this.besides, `Also in this experiment, and kept as it is: ${others.join("; ")}. `, h("strong", {}, "YAML"), " shows everything.");
  }

  /** Has anybody said what the picture should show? */
  get isBlank(): boolean {
    return this.words.value.trim() === "" && !this.fields.hidden && this.besides.hidden;
  }

  focus(): void {
    this.words.focus();
  }

  private write(): void {
    const [width = "", height = ""] = this.size.value.split(" × ");
    const wishes: Wishes = {
      words: wish(this.words, this.filled?.words ?? []),
      unwanted: wish(this.unwanted, this.filled?.unwanted ?? []),
      width,
      height,
      epochs: this.length.value,
      models: this.models.models,
    };
    const yaml = withWishes(this.yaml, wishes);
    if (yaml === undefined) return;
    this.yaml = yaml;
    this.changed(yaml);
  }
}

function wish({ value }: HTMLTextAreaElement, filled: string[]): string[] {
  if (value === filled.join("\n")) return filled;
  return value.split("\n").map((line) => line.trim()).filter((line) => line !== "");
}

function field(id: string, label: string, hint: string, control: HTMLElement): HTMLElement {
  control.setAttribute("aria-describedby", `${id}-hint`);
  return h("div", { class: "field" }, h("label", { for: id }, label), control, h("p", { class: "muted", id: `${id}-hint` }, hint));
}

function labelled(label: string, control: HTMLElement): HTMLElement {
  return h("label", { class: "choice" }, h("span", {}, label), control);
}
