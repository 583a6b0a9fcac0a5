import { isMap, visit, type YAMLMap } from "yaml";
import { entries, read, text } from "./document";
import { modelsOf, type WeightedModel } from "./models";

/** What a target of an experiment is called, and what it holds, in order. */
export interface TargetNames {
  name: string;
  features: string[];
  constraints: string[];
}

/**
 * The targets of an experiment as the farm's table has them: one that several models see is there once for each. Empty where the
 * text cannot be read.
 */
export function targetNames(yaml: string): TargetNames[] {
  const document = read(yaml);
  if (!document) return [];
  const models = modelsOf(document);
  return entries(document.get("targets"))
    .filter((target) => !isOff(target))
    .flatMap((target) => {
      const name = text(target.get("name")) ?? "target";
      const features = entries(target.get("features")).flatMap(featureNames);
      const constraints = entries(target.get("constraints")).map((constraint) => text(constraint.items[0]?.key) ?? "constraint");
      // Constraints need no model.
      if (models.length < 2 || features.length === 0) return [{ name, features, constraints }];
      return seenBy(target, models).map((model) => ({ name: `${name} (${model})`, features, constraints }));
    });
}

/** What a feature is called in tables; a prompt is one feature for each of its texts. */
function featureNames(feature: YAMLMap): string[] {
  const { direction, style } = { direction: feature.get("direction"), style: feature.get("style") };
  if (isMap(direction)) {
    const end = (name: string) => text(direction.get(name)) ?? text(direction.get(`${name}_image`)) ?? "";
    return [`${end("from")} → ${end("to")}`];
  }
  if (isMap(style)) return [`style of ${text(style.get("image")) ?? ""}`];
  const prompt = text(feature.get("prompt"));
  if (prompt !== undefined) return prompt.split("|").map((part) => withoutWeight(part).trim());
  return [text(feature.get("text")) ?? text(feature.get("image")) ?? "feature"];
}

/** What stands after the last colon of a part of a prompt is its weight if it is a number. */
function withoutWeight(part: string): string {
  const colon = part.lastIndexOf(":");
  const weight = part.slice(colon + 1).trim();
  return colon >= 0 && weight !== "" && Number.isFinite(Number(weight)) ? part.slice(0, colon) : part;
}

/** The models that see a target, in the order of the experiment. */
function seenBy(target: YAMLMap, models: readonly WeightedModel[]): string[] {
  const own = entries(target.get("models"));
  const weightOf = ({ name, weight }: WeightedModel): string => {
    if (own.length === 0) return weight;
    const entry = own.find((one) => text(one.get("name"))?.toLowerCase() === name.toLowerCase());
    return entry ? (text(entry.get("weight")) ?? weight) : "0";
  };
  return models.filter((model) => weightOf(model) === "" || Number(weightOf(model)) !== 0).map(({ name }) => name);
}

/** The images that an experiment names, each once. */
export function imageNames(yaml: string): string[] {
  const names = new Set<string>();
  const document = read(yaml);
  if (document) {
    visit(document, {
      Pair: (_, { key, value }) => {
        const name = IMAGES.has(text(key) ?? "") ? (text(value) ?? "") : "";
        if (name !== "") names.add(name);
      },
    });
  }
  return [...names];
}

/** Parameters that name an image. */
const IMAGES = new Set(["image", "from_image", "to_image", "origin"]);

function isOff(target: YAMLMap): boolean {
  return ["no", "off", "false", "0"].includes(text(target.get("active"))?.toLowerCase() ?? "");
}
