import { isMap, isSeq, Scalar, type Document, type YAMLMap } from "yaml";
import { entries, read, text } from "./document";
import { modelsOf, setModels, type WeightedModel } from "./models";

/** What the form asks for. Texts of the experiment that the form does not show stay as they are. */
export interface Wishes {
  words: string[];
  unwanted: string[];
  width: string;
  height: string;
  epochs: string;
  /** The CLIP models; none where the experiment names none. */
  models: WeightedModel[];
}

/** Weight of what the picture shall not show. */
const UNWANTED = "-.3";

/** An experiment that draws a single thing well: `examples/strawberry.yaml` tells why. */
export function recipe(words: string): string {
    return `model: clipig-tiny
epochs: 300
resolution:
  - 32 if t < .2 else 64 if t < .6 else 128
learnrate: 3
learnrate_scale: 1 - .9*t
init:
  mean: .5
  std: .05

targets:
  - features:
      - text: ${JSON.stringify(words)}
    batch_size: 8
    transforms:
      - pad:
          size: width//4
          color: .5
      - random_rotate:
          degree: -10 10
      - random_scale: .8 1.2
      - crop: 1/6 1/6 2/3 2/3
      - noise: .2-.15*t
    constraints:
      - blur:
          weight: 3-2.5*t

postproc:
  - blur:
      kernel_size:
        - 3 if epoch % 5 == 0 and t < .5 else 1
      sigma: .7
`;
}

/** What an experiment wishes, as far as the form can show it; undefined where its text cannot be read. */
export function wishesOf(yaml: string): Wishes | undefined {
  const document = read(yaml);
  if (!document) return undefined;
  const texts = featuresOf(document).filter((feature) => feature.has("text"));
  const size = sizes(document);
  const words = (negative: boolean) => texts.filter((one) => isNegative(one) === negative).map((one) => text(one.get("text")) ?? "");
  return {
    words: words(false),
    unwanted: words(true),
    width: size[0] ?? "224",
    height: size[1] ?? size[0] ?? "224",
    epochs: text(document.get("epochs")) ?? "300",
    models: modelsOf(document),
  };
}

/** The experiment with other wishes. What has not changed keeps its comments and its expressions. */
export function withWishes(yaml: string, wishes: Wishes): string | undefined {
  const document = read(yaml);
  const before = wishesOf(yaml);
  if (!document || !before) return undefined;
  const { words, unwanted, width, height, epochs, models } = wishes;
  if (different([...words, "\n", ...unwanted], [...before.words, "\n", ...before.unwanted])) setTexts(document, words, unwanted);
  if (width !== before.width || height !== before.height) setSize(document, width, height);
  if (epochs !== before.epochs) document.set("epochs", epochs);
  if (different(models.map(inOneLine), before.models.map(inOneLine))) setModels(document, models);
  return written(document);
}

/** The experiment that begins with an image. */
export function startingFrom(yaml: string, image: string): string | undefined {
  const document = read(yaml);
  if (!document) return undefined;
  // Its pixels are multiplied by `std`, and `mean` is added.
  document.set("init", document.createNode({ image: quoted(image), mean: "0", std: "1" }));
  return written(document);
}

/** The experiment whose first target also wants to be like an image. */
export function withFeature(yaml: string, image: string): string | undefined {
  const document = read(yaml);
  if (!document) return undefined;
  const features = [...featuresOf(document), document.createNode({ image: quoted(image) })];
  setFeatures(document, features);
  return written(document);
}

/** The model of an experiment if it is not the one that a job is computed with; of several the farm says so itself. */
export function otherModel(yaml: string, kept: string): string | undefined {
  const document = read(yaml);
  const [first, ...others] = document ? modelsOf(document) : [];
  const plain = (name: string) => name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
  return !first || others.length > 0 || plain(first.name) === plain(kept) ? undefined : first.name;
}

/** The seed that an experiment names in the block style. It is looked for with each key, so that nothing more is read. */
export function seedOf(yaml: string): string | undefined {
  return /^seed[ \t]*:[ \t]+(\d+)/m.exec(yaml)?.[1];
}

function written(document: Document<YAMLMap>): string {
  return document.toString({ lineWidth: 0 });
}

/** The features of the first target. */
function featuresOf(document: Document<YAMLMap>): YAMLMap[] {
  return entries(document.getIn(["targets", 0, "features"]));
}

function setTexts(document: Document<YAMLMap>, words: string[], unwanted: string[]): void {
  const old = featuresOf(document);
  const feature = (words: string, negative: boolean) => {
    const same = old.find((one) => text(one.get("text")) === words && isNegative(one) === negative);
    return same ?? document.createNode({ text: quoted(words), ...(negative ? { weight: UNWANTED } : {}) });
  };
  const images = old.filter((one) => !one.has("text"));
  setFeatures(document, [...words.map((one) => feature(one, false)), ...unwanted.map((one) => feature(one, true)), ...images]);
}

function setFeatures(document: Document<YAMLMap>, features: unknown[]): void {
  if (!isSeq(document.get("targets"))) document.set("targets", document.createNode([{ features: [] }]));
  if (!isMap(document.getIn(["targets", 0]))) document.setIn(["targets", 0], document.createNode({ features: [] }));
  document.setIn(["targets", 0, "features"], document.createNode(features));
}

/** The last size that the run reaches: of `32 if t < .2 else 64`, it is 64. */
function sizes(document: Document<YAMLMap>): string[] {
  const node = document.get("resolution");
  const parts = isSeq(node) ? node.items.map((item) => text(item) ?? "") : (text(node) ?? "").split(/[\s,]+/);
  return parts.map((part) => /(\d+)\s*$/.exec(part)?.[1] ?? "").filter((part) => part !== "");
}

/** A picture that begins small gets its large forms first. */
function setSize(document: Document<YAMLMap>, width: string, height: string): void {
  const grow = (size: string) => {
    const [least, middle] = [Math.ceil(Number(size) / 4), Math.ceil(Number(size) / 2)];
    return `${least} if t < .2 else ${middle} if t < .6 else ${size}`;
  };
  document.set("resolution", document.createNode(width === height ? [grow(width)] : [grow(width), grow(height)]));
}

function isNegative(feature: YAMLMap): boolean {
  return (text(feature.get("weight")) ?? "").trim().startsWith("-");
}

/** Words of people: in quotes unless they are plain words, which no YAML takes for a number or an answer. */
function quoted(words: string): Scalar<string> {
  const scalar = new Scalar(words);
  const isPlain = /^\p{L}[\p{L}\p{N} ,.'-]*$/u.test(words) && !/^(?:y|n|yes|no|on|off|true|false|null)$|, |\s$/i.test(words);
  if (!isPlain) scalar.type = Scalar.QUOTE_DOUBLE;
  return scalar;
}

function inOneLine({ name, weight }: WeightedModel): string {
  return `${name}\n${weight}`;
}

function different(a: string[], b: string[]): boolean {
  return a.length !== b.length || a.some((one, index) => one !== b[index]);
}
