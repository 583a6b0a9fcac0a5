/** A page within the page. */
export interface View {
  element: HTMLElement;
  title: string;
  /** Ends timers and connections. */
  leave(): void;
}

/** Some views are loaded when they are first shown. */
type Make = (match: RegExpExecArray) => View | Promise<View>;

/** Shows the view that belongs to the path. */
export class Router {
  private current: View | undefined;
  private path = "";
  /** Counts the views that were asked for. */
  private asked = 0;

  constructor(
    private readonly outlet: HTMLElement,
    private readonly routes: [RegExp, Make][],
    private readonly changed: (path: string) => void,
    private readonly failed: (error: unknown) => void,
  ) {
    addEventListener("popstate", () => this.show());
    document.addEventListener("click", (event) => this.follow(event));
  }

  /** Goes to an address of this page: a path, with a query where it has one. */
  go(address: string): void {
    history.pushState(null, "", address);
    this.show();
    // A screen reader begins to read the new view.
    this.outlet.focus();
  }

  /** Changes the address without another view. */
  rename(address: string): void {
    history.replaceState(null, "", address);
    this.path = location.pathname;
    this.changed(this.path);
  }

  show(): void {
    if (this.current && location.pathname === this.path) return;
    this.path = location.pathname;
    this.clear();
    for (const [pattern, make] of this.routes) {
      const match = pattern.exec(this.path);
      if (!match) continue;
      this.changed(this.path);
      const made = make(match);
      if (made instanceof Promise) void this.wait(made);
      else this.put(made);
      return;
    }
    this.rename("/");
    this.show();
  }

  private put(view: View): void {
    this.current = view;
    this.outlet.replaceChildren(view.element);
    this.outlet.scrollTop = 0;
    this.retitle();
  }

  /** Shows a view that is loaded, unless another one is wanted meanwhile. */
  private async wait(made: Promise<View>): Promise<void> {
    const asked = ++this.asked;
    try {
      const view = await made;
      if (asked === this.asked) this.put(view);
      else view.leave();
    } catch (error) {
      if (asked === this.asked) this.failed(error);
    }
  }

  /** Leaves the view, so that something else can be shown. */
  clear(): void {
    this.asked++;
    this.current?.leave();
    this.current = undefined;
  }

  /** The title of the window, where the view's title has changed. */
  retitle(): void {
    const title = `${this.current?.title ?? ""} · clipig`;
    if (document.title !== title) document.title = title;
  }

  private follow(event: MouseEvent): void {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
    if (!link || !plain || link.origin !== location.origin || link.hasAttribute("download") || link.target) return;
    if (!link.hasAttribute("href") || link.pathname.startsWith("/api/") || link.hash !== "") return;
    event.preventDefault();
    this.go(link.pathname + link.search);
  }
}
