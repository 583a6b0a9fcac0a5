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

/** The examples that come with clipig. Those with images of their own are left out: the page has no such files. */
export const examples: Example[] = Object.entries(files)
  .filter(([, text]) => !/^\s*(?:-\s+)?image\s*:/m.test(text))
  .map(([path, text]): Example => {
    const name = path.slice(path.lastIndexOf("/") + 1).replace(/\.yaml$/, "");
    return { name, text, group: path.includes("/walkthrough/") ? "Walkthrough" : "Examples" };
  });

export function firstExample(): Example {
  const found = examples.find((example) => example.name === "strawberry") ?? examples[0];
  if (!found) throw new Error("clipig comes with examples");
  return found;
}
