import type { FarmModel } from "../api/types";
import { arrange, button, choose, fill, h, select } from "../dom";
import type { WeightedModel } from "../experiment/models";

/** As many as an experiment may have, see `MAX_MODELS` in `experiment/src/limits.rs`. */
const MOST = 4;

/** Beside the name of a model that the farm does not have. */
const ABSENT = "(not on this farm)";

/** Which CLIP models judge the picture. Usually it is one; each of several has a weight. Those of the farm are offered. */
export class ModelsField {
  readonly element: HTMLElement;
  private readonly list = h("div", { class: "models" });
  private readonly more = button("Add a model", () => this.add(), { kind: "small" });
  private rows: Row[] = [];
  /** Those that clipig knows and those that the farm has; undefined until it has answered. */
  private known: readonly FarmModel[] | undefined;

  /** `changed` is called when somebody has chosen something else; `ask` asks the farm for its models. */
  constructor(
    private readonly changed: () => void,
    private readonly ask: () => Promise<readonly FarmModel[]>,
  ) {
    this.element = h(
      "div",
      { class: "field", role: "group", "aria-label": "Models" },
      h("span", { class: "label", "aria-hidden": "true" }, "Model"),
      this.list,
      this.more,
    );
    void this.offer();
    // Models are imported while a page is open, and a farm may have been away.
    this.element.addEventListener("focusin", () => void this.offer());
  }

  private async offer(): Promise<void> {
    let known: readonly FarmModel[];
    try {
      known = await this.ask();
    } catch {
      // What the experiment names can be read anyway; the farm's absence is said elsewhere.
      return;
    }
    // New options would close a list that is open.
    if (JSON.stringify(known) === JSON.stringify(this.known)) return;
    this.known = known;
    for (const row of this.rows) row.offer(known);
    this.number();
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
    if (this.known) row.offer(this.known);
    return row;
  }

  /** A model of the farm that does not judge yet. */
  private get another(): FarmModel | undefined {
    const judging = new Set(this.rows.map((row) => row.model.name));
    return this.known?.find((model) => model.is_here && !judging.has(model.name));
  }

  /** Adds the first model that is not there yet. */
  private add(): void {
    const row = this.row();
    row.show({ name: this.another?.name ?? "", weight: "" });
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
    const isAlone = !this.another;
    this.more.disabled = isNameless || isAlone || this.rows.length >= MOST;
    this.more.title = isNameless
      ? "Choose a model above; then another one can judge beside it"
      : this.rows.length >= MOST
        ? `An experiment has at most ${MOST} models`
        : isAlone
          ? "The farm has no other model. `clipig model pull` or `clipig model import` on the coordinator's machine brings one"
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
    this.name = select("Model", [], changed);
    this.weight.addEventListener("input", changed);
    this.leave = button("×", remove, { kind: "small", name: "Remove this model" });
    this.element = h("div", { class: "row" }, this.name, this.weighing, this.leave);
  }

  get model(): WeightedModel {
    return { name: this.name.value, weight: this.weight.value.trim() };
  }

  /** Offers models, and keeps what is chosen. Those that the farm lacks are shown, but cannot be chosen. */
  offer(models: readonly FarmModel[]): void {
    const { name } = this.model;
    const option = ({ name, about, is_here }: FarmModel) =>
      h("option", { value: name, title: about, disabled: !is_here }, is_here ? name : `${name} ${ABSENT}`);
    fill(this.name, ...models.map(option));
    this.choose(name);
  }

  private choose(name: string): void {
    const isAnswered = this.name.options.length > 1;
    choose(this.name, name, name === "" ? "the farm's usual one" : isAnswered ? `${name} ${ABSENT}` : name);
  }

  show({ name, weight }: WeightedModel): void {
    this.choose(name);
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
