type Child = Node | string | undefined;
type Attributes = Record<string, string | boolean | ((event: Event) => void) | undefined>;

/** Makes an element. Texts become text nodes, never markup; `on…` attributes are listeners. */
export function h<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (typeof value === "string") element.setAttribute(key, value);
  }
  for (const child of children) if (child !== undefined) element.append(child);
  return element;
}

/** Replaces what an element holds. */
export function fill(element: Element, ...children: Child[]): void {
  element.replaceChildren(...children.filter((child) => child !== undefined));
}

/** A button with a name and, where there is one, its key. */
export function button(label: string, act: () => void, options: { key?: string; kind?: string; title?: string } = {}): HTMLButtonElement {
  const { key, kind, title } = options;
  return h(
    "button",
    { type: "button", class: kind, title, "aria-keyshortcuts": key, onclick: act },
    label,
    key === undefined ? undefined : h("kbd", { "aria-hidden": "true" }, key.replace("Alt+", "Alt-")),
  );
}
