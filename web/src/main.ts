import "uplot/dist/uPlot.min.css";
import "./style/page.css";
import { session } from "./api/client";
import { button, h } from "./dom";
import { noticeArea, onLoginNeeded, report } from "./notice";
import { Router } from "./router";
import { applyTheme, toggleTheme } from "./theme";
import { FarmView } from "./views/farm";
import { Gallery } from "./views/gallery";
import { loginDialog } from "./views/login";
import { Studio } from "./views/studio";

applyTheme();

function themeButton(): HTMLButtonElement {
  const element = button("◐", toggleTheme, { kind: "quiet", title: "Light or dark" });
  element.setAttribute("aria-label", "Light or dark");
  return element;
}

const links = [
  h("a", { href: "/" }, "Studio"),
  h("a", { href: "/gallery" }, "Gallery"),
  h("a", { href: "/farm" }, "Farm"),
];
const outlet = h("main", { id: "main", tabindex: "-1" });
const header = h(
  "header",
  {},
  h("a", { class: "skip", href: "#main" }, "Skip to content"),
  h("span", { class: "brand" }, "clipig"),
  h("nav", { "aria-label": "Views" }, ...links),
  themeButton(),
);
document.body.append(header, outlet, noticeArea());

const router: Router = new Router(
  outlet,
  [
    [/^\/$/, () => new Studio(router, undefined)],
    [/^\/jobs\/(\d+)$/, (match) => new Studio(router, Number(match[1]))],
    [/^\/gallery$/, () => new Gallery()],
    [/^\/farm$/, () => new FarmView()],
  ],
  (path) => {
    const current = path.startsWith("/jobs/") ? "/" : path;
    for (const link of links) link.toggleAttribute("aria-current", link.pathname === current);
  },
);

function askForToken(): void {
  outlet.replaceChildren(loginDialog(() => location.reload()));
}

onLoginNeeded(askForToken);
session()
  .then((state) => (state.authenticated ? router.show() : askForToken()))
  .catch(report);
