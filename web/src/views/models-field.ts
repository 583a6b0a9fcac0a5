import { arrange, button, choose, h, select } from "../dom";
import type { WeightedModel } from "../experiment/models";

/** Models that are offered; an experiment may name others. */
const MODELS: readonly (readonly [name: string, words: string])[] = [
  ["clipig-tiny", "clipig-tiny, quick"],
  ["ViT-B/32", "ViT-B/32"],
  ["ViT-B/16", "ViT-B/16"],
  ["ViT-L/14", "ViT-L/14"],
  ["RN50", "RN50"],
];

/** As many as an experiment may have, see `MAX_MODELS` in `experiment/src/limits.rs`. */
const MOST = 4;

/** Which CLIP models judge the picture. Usually it is one; each of several has a weight. */
export class ModelsField {
  readonly element: HTMLElement;
  private readonly list = h("div", { class: "models" });
  private readonly more = button("Add a model", () => this.add(), { kind: "small" });
  private rows: Row[] = [];

  /** `changed` is called when somebody has chosen something else. */
  constructor(private readonly changed: () => void) {
    this.element = h(
      "div",
      { class: "field", role: "group", "aria-label": "Models" },
      h("span", { class: "label", "aria-hidden": "true" }, "Model"),
      this.list,
      this.more,
    );
  }

  /** The models; none where the farm's usual one is left to judge. */
  get models(): WeightedModel[] {
    const models = this.rows.map((row) => row.model);
    return models.length === 1 && models[0]?.name === "" ? [] : models;
  }

  show(models: readonly WeightedModel[]): void {
    const wanted = models.length > 0 ? models : [{ name: "", weight: "" }];
    while (this.rows.length > wanted.length) this.rows.pop();
    while (this.rows.length < wanted.length) this.rows.push(this.row());
    wanted.forEach((model, index) => this.rows[index]?.show(model));
    this.number();
  }

  private row(): Row {
    const row: Row = new Row(
      () => {
        this.number();
        this.changed();
      },
      () => this.remove(row),
    );
    return row;
  }

  /** Adds the first model that is not there yet. */
  private add(): void {
    const there = new Set(this.rows.map((row) => row.model.name));
    const name = MODELS.find(([name]) => !there.has(name))?.[0] ?? "";
    const row = this.row();
    row.show({ name, weight: "" });
    this.rows.push(row);
    this.number();
    this.changed();
    row.focus();
  }

  private remove(row: Row): void {
    this.rows = this.rows.filter((other) => other !== row);
    this.number();
    this.changed();
    this.rows.at(-1)?.focus();
  }

  private number(): void {
    arrange(this.list, this.rows.map(({ element }) => element));
    this.rows.forEach((row, index) => row.number(index + 1, this.rows.length));
    const isNameless = this.rows.some((row) => row.model.name === "");
    this.more.disabled = isNameless || this.rows.length >= MOST;
    this.more.title = isNameless
      ? "Choose a model above; then another one can judge beside it"
      : this.rows.length >= MOST
        ? `An experiment has at most ${MOST} models`
        : "Several models judge the picture together. Each takes as much time as one alone";
  }
}

/** One model. */
class Row {
  readonly element: HTMLElement;
  private readonly name: HTMLSelectElement;
  private readonly weight = h("input", { class: "weight", inputmode: "decimal", placeholder: "1" });
  private readonly weighing = h("label", { class: "row" }, h("span", {}, "weight"), this.weight);
  private readonly leave: HTMLButtonElement;

  constructor(changed: () => void, remove: () => void) {
    this.name = select("Model", MODELS, changed);
    this.weight.addEventListener("input", changed);
    this.leave = button("×", remove, { kind: "small", name: "Remove this model" });
    this.element = h("div", { class: "row" }, this.name, this.weighing, this.leave);
  }

  get model(): WeightedModel {
    return { name: this.name.value, weight: this.weight.value.trim() };
  }

  show({ name, weight }: WeightedModel): void {
    choose(this.name, name, name === "" ? "the farm's usual one" : name);
    if (this.weight.value.trim() !== weight) this.weight.value = weight;
  }

  /** Which one it is of how many. The weight of a single one says nothing. */
  number(place: number, count: number): void {
    const { name, weight } = this.model;
    this.name.setAttribute("aria-label", count === 1 ? "Model" : `Model ${place}`);
    this.weight.setAttribute("aria-label", `Weight of ${name}`);
    this.weight.title = "How much it has to say. Only the proportions count; where nothing is written, it is 1";
    this.leave.setAttribute("aria-label", `Remove ${name}`);
    this.leave.title = `Remove ${name}`;
    this.weighing.hidden = count === 1 && weight === "";
    this.leave.hidden = count === 1;
  }

  focus(): void {
    this.name.focus();
  }
}
