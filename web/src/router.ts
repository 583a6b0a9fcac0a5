/** A page within the page. */
export interface View {
  element: HTMLElement;
  title: string;
  /** Ends timers and connections. */
  leave(): void;
}

type Make = (match: RegExpExecArray) => View;

/** Shows the view that belongs to the path. */
export class Router {
  private current: View | undefined;
  private path = "";

  constructor(
    private readonly outlet: HTMLElement,
    private readonly routes: [RegExp, Make][],
    private readonly changed: (path: string) => void,
  ) {
    addEventListener("popstate", () => this.show());
    document.addEventListener("click", (event) => this.follow(event));
  }

  go(path: string): void {
    history.pushState(null, "", path);
    this.show();
  }

  /** Changes the address without another view. */
  rename(path: string): void {
    history.replaceState(null, "", path);
    this.path = location.pathname;
    this.changed(this.path);
  }

  show(): void {
    if (this.current && location.pathname === this.path) return;
    this.path = location.pathname;
    this.current?.leave();
    for (const [pattern, make] of this.routes) {
      const match = pattern.exec(this.path);
      if (!match) continue;
      this.current = make(match);
      this.outlet.replaceChildren(this.current.element);
      document.title = `${this.current.title} · clipig`;
      this.changed(this.path);
      return;
    }
    this.rename("/");
    this.current = undefined;
    this.show();
  }

  private follow(event: MouseEvent): void {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey;
    if (!link || !plain || link.origin !== location.origin || link.hasAttribute("download") || link.target) return;
    if (link.pathname.startsWith("/api/") || link.hash !== "") return;
    event.preventDefault();
    this.go(link.pathname);
  }
}
