import { uploadImage } from "../api/client";
import { experimentOf, isPng } from "./png";

/** What becomes of a file that somebody opens or drops. */
export type Opened =
  | { kind: "experiment"; name: string; text: string }
  /** An image that the farm has now, for experiments to use by its name. */
  | { kind: "image"; name: string; sha256: string };

/** Opens an experiment, a picture that clipig made, or an image. Images are uploaded. */
export async function open(file: File): Promise<Opened> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const stem = file.name.replace(/\.[^.]*$/, "");
  const inside = isPng(bytes) ? experimentOf(bytes) : undefined;
  if (inside !== undefined) return { kind: "experiment", name: stem, text: inside };
  if (file.type.startsWith("image/")) return { kind: "image", name: file.name, sha256: await uploadImage(bytes) };
  try {
    return { kind: "experiment", name: stem, text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    throw new Error(`${file.name} is neither an experiment (YAML) nor an image`);
  }
}
