const files = import.meta.glob<string>(["../../examples/*.yaml", "../../examples/walkthrough/*.yaml"], {
  query: "?raw",
  import: "default",
  eager: true,
});

/** An experiment to start from. */
export interface Example {
  name: string;
  group: "Walkthrough" | "Examples";
  text: string;
}

/**
 * The examples that come with clipig. Those with images of their own are left out, because the page has no such files, and
 * so are those of several pictures, which a job cannot draw.
 */
export const examples: Example[] = Object.entries(files)
  .filter(([, text]) => !/^\s*(?:-\s+)?image\s*:|^(?:sweep|animation)\s*:/m.test(text))
  .map(([path, text]): Example => {
    const name = path.slice(path.lastIndexOf("/") + 1).replace(/\.yaml$/, "");
    return { name, text, group: path.includes("/walkthrough/") ? "Walkthrough" : "Examples" };
  });

/** Those with a picture, in the order of the pictures in `public/examples.webp`. */
export const PICTURED = [
  "strawberry",
  "cherry-pattern",
  "chimera",
  "four-in-one",
  "framed-bee",
  "lion-in-detail",
  "metamorphosis",
  "not-a-cherry",
  "pear-and-lemon",
  "tulip-in-purple",
  "whale",
  "1-one-text",
  "2-shift",
  "3-rotate",
  "4-noise-and-calm",
  "5-small-to-large",
  "6-corners-and-border",
  "7-many",
  "8-one-large",
];

export function firstExample(): Example {
  const found = examples.find((example) => example.name === "strawberry") ?? examples[0];
  if (!found) throw new Error("clipig comes with examples");
  return found;
}
