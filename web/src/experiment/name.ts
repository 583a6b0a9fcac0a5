import { examples } from "../examples";
import { wishesOf } from "./recipe";

/** Bytes of a job's name. */
const MOST = 200;

/**
 * What a job is called: as its tab, unless its words have changed since it was an example; then the farm calls it by its
 * words.
 */
export function jobName(tab: string, yaml: string): string {
  const example = examples.find(({ name }) => name === tab);
  const other = example && wishesOf(example.text)?.words[0] !== wishesOf(yaml)?.words[0];
  return tab === "new" || other ? "" : shortened(tab);
}

function shortened(text: string): string {
  const encoder = new TextEncoder();
  let name = "";
  let length = 0;
  for (const character of text) {
    length += encoder.encode(character).length;
    if (length > MOST) break;
    name += character;
  }
  return name;
}
