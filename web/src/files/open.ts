import { uploadImage } from "../api/client";
import { experimentOf, isPng } from "./png";

/** The edge of small pictures in pixels. */
const SMALL = 48;

/** What becomes of a file that somebody opens or drops. */
export type Opened =
  | { kind: "experiment"; name: string; text: string }
  /** An image that the farm has now, for experiments to use by its name. */
  | { kind: "image"; image: UploadedImage };

export interface UploadedImage {
  name: string;
  sha256: string;
  /** A small picture of it, as an address; none where the browser does not know the format. */
  thumbnail: string | undefined;
}

/** Opens an experiment, a picture that clipig made, or an image. Images are uploaded. */
export async function open(file: File): Promise<Opened> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const stem = file.name.replace(/\.[^.]*$/, "");
  const inside = isPng(bytes) ? experimentOf(bytes) : undefined;
  if (inside !== undefined) return { kind: "experiment", name: stem, text: inside };
  if (file.type.startsWith("image/")) return { kind: "image", image: await bring(file.name, bytes) };
  try {
    return { kind: "experiment", name: stem, text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    throw new Error(`${file.name} is neither an experiment (YAML) nor an image`);
  }
}

/** Uploads an image. */
export async function bring(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<UploadedImage> {
  const [sha256, thumbnail] = await Promise.all([uploadImage(bytes), small(bytes)]);
  return { name, sha256, thumbnail };
}

async function small(bytes: Uint8Array<ArrayBuffer>): Promise<string | undefined> {
  try {
    const image = await createImageBitmap(new Blob([bytes]));
    const scale = SMALL / Math.max(image.width, image.height);
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(image.width * scale));
    canvas.height = Math.max(1, Math.round(image.height * scale));
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return canvas.toDataURL("image/png");
  } catch {
    return undefined;
  }
}
