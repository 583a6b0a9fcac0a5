import type { Artifact } from "../api/types";
import { save } from "../files/save";

/** Pictures per second. */
const RATE = 15;

/** How often the last picture is repeated, so that it stands for a while. */
const LAST = 2 * RATE;

/** The least height in pixels: small canvases would be stamps. */
const HEIGHT = 512;

const KINDS = ["video/mp4;codecs=avc1.42E01E", "video/webm;codecs=vp9", "video/webm;codecs=vp8"];

function kind(): string | undefined {
  return typeof MediaRecorder === "undefined" ? undefined : KINDS.find((one) => MediaRecorder.isTypeSupported(one));
}

/** Can this browser make videos? */
export function canRecord(): boolean {
  return kind() !== undefined && "captureStream" in HTMLCanvasElement.prototype;
}

/** Makes a video of snapshots, as long as it plays, and saves it. */
export async function record(artifacts: readonly Artifact[], name: string, progress: (share: number) => void): Promise<void> {
  const mimeType = kind();
  const pictures = await Promise.all(artifacts.filter(spread(artifacts.length)).map(fetchPicture));
  const last = pictures.at(-1);
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d");
  if (mimeType === undefined || !last || !context) throw new Error("this browser cannot make videos");
  const factor = Math.max(1, Math.ceil(HEIGHT / last.height));
  // Video codecs take even sizes.
  [canvas.width, canvas.height] = [last.width * factor, last.height * factor].map((size) => size + (size % 2)) as [number, number];
  const stream = canvas.captureStream(0);
  const track = stream.getVideoTracks()[0] as CanvasCaptureMediaStreamTrack | undefined;
  const recorder = new MediaRecorder(stream, { mimeType, videoBitsPerSecond: 8_000_000 });
  const parts: Blob[] = [];
  recorder.ondataavailable = ({ data }) => parts.push(data);
  const ended = new Promise((resolve) => (recorder.onstop = resolve));
  recorder.start();
  const frames = [...pictures, ...Array.from({ length: LAST }, () => last)];
  for (const [index, picture] of frames.entries()) {
    context.drawImage(picture, 0, 0, canvas.width, canvas.height);
    track?.requestFrame();
    progress(index / frames.length);
    await new Promise((resolve) => setTimeout(resolve, 1000 / RATE));
  }
  recorder.stop();
  await ended;
  save(new Blob(parts, { type: mimeType }), `${name}.${mimeType.startsWith("video/mp4") ? "mp4" : "webm"}`);
}

/** At most 450 pictures: half a minute. */
function spread(count: number): (artifact: Artifact, index: number) => boolean {
  const step = Math.ceil(count / 450);
  return (_, index) => index % step === 0 || index === count - 1;
}

async function fetchPicture({ url }: Artifact): Promise<ImageBitmap> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`a snapshot cannot be read: the farm answers ${response.status}`);
  return createImageBitmap(await response.blob());
}
