import { isMap, isScalar, isSeq, YAMLSeq, type Document, type Scalar, type YAMLMap } from "yaml";
import { entries, text } from "./document";

/** A CLIP model that judges the picture. */
export interface WeightedModel {
  name: string;
  /** How much it has to say, as it is written; empty where nothing is written. */
  weight: string;
}

/** The models of an experiment: those in `models`, else the one of `model`; none where it names none. */
export function modelsOf(document: Document<YAMLMap>): WeightedModel[] {
  const list = document.get("models");
  if (isSeq(list)) {
    return list.items.flatMap((item) => {
      if (isMap(item)) return [{ name: text(item.get("name")) ?? "", weight: text(item.get("weight")) ?? "" }];
      const name = text(item);
      return name === undefined ? [] : [{ name, weight: "" }];
    });
  }
  const name = text(document.get("model")) ?? "";
  return name === "" ? [] : [{ name, weight: "" }];
}

/**
 * Writes the models: a single one as `model`, several as `models`. Only one of the two may stand in an experiment. A target that
 * chooses among `models` keeps the list, however short it is.
 */
export function setModels(document: Document<YAMLMap>, models: readonly WeightedModel[]): void {
  const [first, ...others] = models;
  const isList = others.length > 0 || (first !== undefined && (first.weight !== "" || targetsChoose(document)));
  if (isList) put(document, "models", listOf(document, models));
  else put(document, "model", first?.name);
}

/** Gives one of `model` and `models` a value, and takes the other one away. Without a value, both go. */
function put(document: Document<YAMLMap>, name: "model" | "models", value: unknown): void {
  const other = name === "model" ? "models" : "model";
  if (value !== undefined && document.has(name)) {
    document.set(name, value);
    document.delete(other);
    return;
  }
  const items = document.contents?.items ?? [];
  const old = items.findIndex(({ key }) => text(key) === other);
  const before = items[old]?.key;
  document.delete(name);
  document.delete(other);
  if (value === undefined) return;
  const key = document.createNode(name) as Scalar;
  // What is new takes the place of the other one with the comment above it, or comes first.
  if (isScalar(before)) Object.assign(key, { commentBefore: before.commentBefore, spaceBefore: before.spaceBefore });
  items.splice(Math.max(0, old), 0, document.createPair(key, value) as unknown as (typeof items)[number]);
}

/** The entries; those of models that stay keep their comments. */
function listOf(document: Document<YAMLMap>, models: readonly WeightedModel[]): YAMLSeq {
  const there = document.get("models");
  const old = entries(there);
  const list = isSeq(there) ? there : new YAMLSeq(document.schema);
  list.items = models.map(({ name, weight }) => {
    const entry = old.find((one) => text(one.get("name")) === name) ?? (document.createNode({ name }) as YAMLMap);
    if (weight === "") entry.delete("weight");
    else if (text(entry.get("weight")) !== weight) entry.set("weight", weight);
    return entry;
  });
  return list;
}

function targetsChoose(document: Document<YAMLMap>): boolean {
  return entries(document.get("targets")).some((target) => target.has("models"));
}
