import { isMap, isScalar, isSeq, parseDocument, type Document, type YAMLMap } from "yaml";

/**
 * The parameters of an experiment; undefined where its text cannot be read. Every scalar is a text, as it is written, so that
 * what is not changed is written again as it was.
 */
export function read(yaml: string): Document<YAMLMap> | undefined {
  const document = parseDocument(yaml, { schema: "failsafe", uniqueKeys: false });
  if (document.errors.length > 0) return undefined;
  if (text(document.contents) === "") return undefined;
  return isMap(document.contents) ? (document as unknown as Document<YAMLMap>) : undefined;
}

/** The maps in a list. */
export function entries(list: unknown): YAMLMap[] {
  return isSeq(list) ? list.items.filter(isMap) : [];
}

/** A text, or the text of a scalar. */
export function text(node: unknown): string | undefined {
  const value = isScalar(node) ? node.value : node;
  return typeof value === "string" ? value : undefined;
}
