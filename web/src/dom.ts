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

/** A text in which words in backquotes are code. */
export function coded(text: string): Child[] {
  const parts = text.split("`");
  // A backquote alone is a character like any other.
  if (parts.length % 2 === 0) return [text];
  return parts.map((part, index) => (index % 2 === 1 ? h("code", {}, part) : part)).filter((part) => part !== "");
}

/** Writes a text where it differs, so that a screen reader is not told the same again. */
export function write(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** Writes a text with code in it where it differs. */
export function writeCoded(element: HTMLElement, text: string): void {
  if (element.dataset["text"] === text) return;
  element.dataset["text"] = text;
  fill(element, ...coded(text));
}

/** Puts elements in order, and leaves those alone that stand in their place, so that focus and pictures stay. */
export function arrange(parent: Element, children: readonly Element[]): void {
  const wanted = new Set(children);
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  children.forEach((child, index) => {
    const there = parent.children[index];
    if (there !== child) parent.insertBefore(child, there ?? null);
  });
}

interface ButtonOptions {
  key?: string;
  kind?: string;
  title?: string;
  /** The name for screen readers where the label is a sign. */
  name?: string;
}

/** A button with a name and, where there is one, its key. */
export function button(label: string, act: () => void, { key, kind, title, name }: ButtonOptions = {}): HTMLButtonElement {
  return h(
    "button",
    { type: "button", class: kind, title: title ?? name, "aria-label": name, "aria-keyshortcuts": key, onclick: act },
    label,
    key === undefined ? undefined : h("kbd", { "aria-hidden": "true" }, key.replace("Alt+", "Alt-")),
  );
}

/** A choice among a few. */
export function select(label: string, options: readonly (readonly [value: string, text: string])[], chosen?: () => void): HTMLSelectElement {
  const element = h("select", { "aria-label": label }, ...options.map(([value, text]) => h("option", { value }, text)));
  if (chosen) element.addEventListener("change", chosen);
  return element;
}

/** Chooses a value, which becomes an option where it is none. */
export function choose(element: HTMLSelectElement, value: string, words: string): void {
  element.querySelector("option.own")?.remove();
  element.value = value;
  if (element.selectedIndex >= 0) return;
  element.append(h("option", { class: "own", value }, words));
  element.value = value;
}
