import { button, h } from "../dom";

export type ImageUse = "feature" | "start";

/** Asks what an image is good for; undefined where nobody chooses. */
export function askForUse(name: string, thumbnail: string | undefined): Promise<ImageUse | undefined> {
  let chosen: ImageUse | undefined;
  const choose = (use: ImageUse | undefined) => () => {
    chosen = use;
    dialog.close();
  };
  const dialog = h(
    "dialog",
    { class: "ask", "aria-label": `Use ${name}` },
    h("h2", {}, thumbnail === undefined ? undefined : h("img", { src: thumbnail, alt: "" }), name),
    button("The picture shall look like it", choose("feature"), { kind: "primary", title: "The image becomes a feature of the first target" }),
    button("The picture begins with it", choose("start"), { title: "The image is the canvas before the first epoch" }),
    button("Cancel", choose(undefined), { kind: "quiet" }),
  );
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(chosen);
    });
  });
}
