import "uplot/dist/uPlot.min.css";
import "./style/page.css";
import { logout, session } from "./api/client";
import { onReach } from "./api/reach";
import { stand } from "./api/standing";
import type { Session } from "./api/types";
import { button, fill, h } from "./dom";
import { noticeArea, onLoginNeeded, report } from "./notice";
import { Router, type View } from "./router";
import { toggleTheme, watchTheme } from "./theme";
import { Compare } from "./views/compare";
import { FarmView } from "./views/farm";
import { Gallery } from "./views/gallery";
import { loginDialog } from "./views/login";

/** After how many milliseconds a farm that does not answer is asked again. */
const AGAIN = 2_000;

watchTheme();

const links = [
  h("a", { href: "/" }, "Studio"),
  h("a", { href: "/gallery" }, "Gallery"),
  h("a", { href: "/farm" }, "Farm"),
];
const leave = button("Log out", () => void logout().then(() => location.reload()).catch(report), { kind: "quiet" });
leave.hidden = true;
const outlet = h("main", { id: "main", tabindex: "-1" });
const header = h(
  "header",
  {},
  h("a", { class: "skip", href: "#main" }, "Skip to content"),
  h("span", { class: "brand" }, h("img", { src: "/icon.svg", alt: "", width: "22", height: "22" }), "clipig"),
  h("nav", { "aria-label": "Views" }, ...links),
  leave,
  button("◐", toggleTheme, { kind: "quiet", name: "Light or dark" }),
);
const away = h("div", { class: "away", role: "status" });
onReach((isAway) => fill(away, isAway ? "The farm does not answer. The page goes on by itself when the farm is back." : undefined));
document.body.replaceChildren(header, away, outlet, noticeArea());

/** The editor is large: whoever only looks at the gallery does not wait for it. */
const loadStudio = () => import("./views/studio");

async function studio(job: number | undefined): Promise<View> {
  const { Studio } = await loadStudio();
  return new Studio(router, job);
}

// It is on its way while the farm is asked who is there; what goes wrong is said when it is shown.
if (/^\/(?:$|jobs\/)/.test(location.pathname)) loadStudio().catch(() => undefined);

const router: Router = new Router(
  outlet,
  [
    [/^\/$/, () => studio(undefined)],
    [/^\/jobs\/(\d+)$/, (match) => studio(Number(match[1]))],
    [/^\/gallery$/, () => new Gallery(router)],
    [/^\/compare$/, () => new Compare()],
    [/^\/farm$/, () => new FarmView()],
  ],
  (path) => {
    const current = path.startsWith("/jobs/") ? "/" : path.startsWith("/compare") ? "/gallery" : path;
    for (const link of links) {
      if (link.pathname === current) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
  },
  report,
);

function askForToken(): void {
  router.clear();
  leave.hidden = true;
  outlet.replaceChildren(loginDialog(() => location.reload()));
  outlet.querySelector("input")?.focus();
}

function begin(session: Session): void {
  const { authenticated, token_needed } = session;
  stand(session);
  leave.hidden = !authenticated || !token_needed;
  if (authenticated) router.show();
  else askForToken();
}

/** Asks until the farm answers. */
function connect(): void {
  session()
    .then(begin)
    .catch(() => {
      // The words above the page say so.
      setTimeout(connect, AGAIN);
    });
}

onLoginNeeded(askForToken);
connect();
