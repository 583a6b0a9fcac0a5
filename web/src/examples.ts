const files = import.meta.glob<string>(["../../examples/*.yaml", "../../examples/walkthrough/*.yaml"], {
  query: "?raw",
  import: "default",
  eager: true,
});

/** The images that they use, as `data:` addresses. */
const images: Record<string, string> = Object.fromEntries(
  Object.entries(import.meta.glob<string>("../../examples/*.png", { query: "?inline", import: "default", eager: true })).map(
    ([path, address]) => [path.slice(path.lastIndexOf("/") + 1), address],
  ),
);

/** An experiment to start from. */
export interface Example {
  name: string;
  group: "Walkthrough" | "Examples";
  text: string;
  /** The names of its images. */
  images: string[];
}

/**
 * The examples that come with clipig. Those of several pictures, which a job cannot draw, are left out, and so are those that
 * begin with an image that does not come with clipig.
 */
export const examples: Example[] = Object.entries(files)
  .filter(([, text]) => !/^(?:sweep|animation)\s*:/m.test(text) && imagesIn(text).every((name) => Object.hasOwn(images, name)))
  .map(([path, text]): Example => {
    const name = path.slice(path.lastIndexOf("/") + 1).replace(/\.yaml$/, "");
    return { name, text, group: path.includes("/walkthrough/") ? "Walkthrough" : "Examples", images: imagesIn(text) };
  });

/** Those with a picture, in the order of the pictures in `public/examples.webp`. */
export const PICTURED = [
  "strawberry",
  "whale",
  "poster",
  "mirrored-butterfly",
  "lion-by-cuts",
  "tulip-in-purple",
  "blue-balloon",
  "whale-in-four-inks",
  "from-a-spectrum",
  "like-a-picture",
  "inpainting",
  "outpainting",
  "not-a-cherry",
  "weighted-words",
  "lemon-in-clover",
  "turtle-in-strokes",
  "turtle-in-borrowed-colours",
  "from-a-pyramid",
  "framed-bee",
  "four-in-one",
  "chimera",
  "lion-in-detail",
  "metamorphosis",
  "pear-and-lemon",
  "cherry-pattern",
  "strawberry-tiles",
];

/** The images that the text of an example names: they are written plainly. */
function imagesIn(text: string): string[] {
  return [...new Set([...text.matchAll(/^\s*(?:-\s+)?image\s*:\s*(\S+)/gm)].map(([, name = ""]) => name))];
}

/** What is in the file of an example's image. */
export function imageOf(name: string): Uint8Array<ArrayBuffer> {
  const bytes = atob(images[name]?.split(",")[1] ?? "");
  return Uint8Array.from(bytes, (character) => character.charCodeAt(0));
}

export function firstExample(): Example {
  const found = examples.find((example) => example.name === "strawberry") ?? examples[0];
  if (!found) throw new Error("clipig comes with examples");
  return found;
}
