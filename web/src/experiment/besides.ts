import { isMap, type Document, type YAMLMap } from "yaml";
import { entries, read, text } from "./document";

/** Beyond so many characters a name is cut. */
const LONG = 60;

/** What an experiment has that the form neither shows nor changes, each in a few words. */
export function besides(yaml: string): string[] {
  const document = read(yaml);
  if (!document) return [];
  const [first, ...others] = entries(document.get("targets"));
  const features = entries(first?.get("features")).flatMap((feature) => (feature.has("text") ? [] : [described(feature)]));
  const targets = others.length === 0 ? [] : [others.length === 1 ? "1 more target" : `${others.length} more targets`];
  return [...features, ...targets, ...looks(document)];
}

function described(feature: YAMLMap): string {
  for (const name of ["prompt", "image"]) {
    const words = text(feature.get(name));
    if (words !== undefined) return `the ${name} ${short(words)}`;
  }
  return feature.has("direction") ? "a direction" : feature.has("style") ? "a style" : "a feature";
}

/** What the canvas is, where it begins and what masks there are. */
function looks(document: Document<YAMLMap>): string[] {
  const canvas = document.get("canvas");
  const init = document.get("init");
  const model = isMap(canvas) ? text(canvas.get("model")) : undefined;
  const image = isMap(init) ? text(init.get("image")) : undefined;
  // The experiment of a job has all defaults in it.
  const isUsual = model === "pixels" && isMap(canvas) && canvas.items.length === 1;
  return [
    isMap(canvas) && !isUsual ? (model === undefined ? "a canvas of its own" : `the canvas ${short(model)}`) : "",
    image === undefined ? "" : `the image ${short(image)} to begin with`,
    document.has("masks") ? "masks" : "",
  ].filter((words) => words !== "");
}

function short(words: string): string {
  const characters = [...words.trim()];
  return `“${characters.length > LONG ? `${characters.slice(0, LONG).join("")}…` : characters.join("")}”`;
}
