import { test as base, expect, type BrowserContext, type Page } from "@playwright/test";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** The real program, as `cargo build` leaves it. */
export const CLIPIG = process.env["CLIPIG"] ?? join(import.meta.dirname, "../../target/debug/clipig");

/** What the farms of a test have logged: it is shown where the test fails. */
const logged: string[] = [];

/** The environment without settings of the person who runs the tests. */
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("CLIPIG")));

interface Options {
  tokens?: { client: string; worker: string };
  /** A file of tokens with roles. */
  file?: string;
  folder?: string;
  port?: number;
}

/** A studio in a process of its own. */
export class Farm {
  private constructor(
    readonly address: string,
    private readonly folder: string,
    private readonly child: ChildProcess,
  ) {}

  static async start(options: Options = {}): Promise<Farm> {
    const folder = options.folder ?? mkdtempSync(join(tmpdir(), "clipig-page-"));
    const { tokens } = options;
    const flags = ["--listen", "127.0.0.1:0", "--http-listen", `127.0.0.1:${options.port ?? 0}`, "--data", join(folder, "data")];
    if (tokens) {
      const settings = join(folder, "settings.toml");
      const file = options.file === undefined ? "" : `file = ${JSON.stringify(options.file)}\n`;
      writeFileSync(settings, `[tokens]\nclient = "${tokens.client}"\nworker = "${tokens.worker}"\n${file}`, { mode: 0o600 });
      flags.push("--settings", settings);
    }
    const child = spawn(CLIPIG, ["studio", "--no-browser", ...flags], { env: environment, stdio: ["ignore", "pipe", "pipe"] });
    createInterface({ input: child.stderr }).on("line", (line) => logged.push(line));
    const lines = createInterface({ input: child.stdout });
    const ended = once(child, "exit").then(() => {
      throw new Error(`clipig has ended before it said where its page is:\n${logged.join("\n")}`);
    });
    const [address] = (await Promise.race([once(lines, "line"), ended])) as [string];
    ended.catch(() => undefined);
    return new Farm(address.replace(/\/$/, ""), folder, child);
  }

  /** Ends the process at once, and starts another one on its data and its port. */
  async killAndRestart(): Promise<Farm> {
    const gone = once(this.child, "exit");
    this.child.kill("SIGKILL");
    await gone;
    return Farm.start({ folder: this.folder, port: Number(new URL(this.address).port) });
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const gone = once(this.child, "exit");
      this.child.kill("SIGKILL");
      await gone;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/**
 * With `DIST`, a folder, the page comes from there and not from the program, which then need not be built after each change of
 * the page: `DIST=dist npm test`.
 */
export async function fromDist(context: BrowserContext): Promise<void> {
  const folder = process.env["DIST"];
  if (folder === undefined) return;
  const dist = (file: string) => readFileSync(join(folder, file));
  await context.route(/:\d+\/(?:$|jobs\/|gallery|compare|farm|page\.|studio\.|editor\.|examples\.)[^?]*(?:\?.*)?$/, async (route) => {
    const { origin, pathname } = new URL(route.request().url());
    const file = /^\/(?:page|studio|editor|examples)\./.test(pathname) ? pathname.slice(1) : "index.html";
    // The headers are those of the program, with its policy.
    const answer = route.fetch({ url: file === "index.html" ? `${origin}/` : `${origin}${pathname}` });
    // A farm that has ended meanwhile answers no more.
    const response = await answer.catch(() => undefined);
    if (!response) return route.abort();
    // The program may not have it yet.
    const kind = { webp: "image/webp", js: "text/javascript" }[file.slice(file.lastIndexOf(".") + 1)];
    await route.fulfill({ response, status: 200, body: dist(file), ...(kind === undefined ? {} : { contentType: kind }) });
  });
}

/** A browser of somebody who writes YAML. Without this, the page begins with the form. */
export async function prepare(context: BrowserContext): Promise<void> {
  await fromDist(context);
  await context.addInitScript(() => {
    // The blank page has no such thing.
    if (location.protocol.startsWith("http") && localStorage.getItem("clipig.mode") === null) localStorage.setItem("clipig.mode", "yaml");
  });
}

/** A farm for all tests of a file, and a check that the page has said nothing to the console. */
export const test = base.extend<{ quiet: void }, { farm: Farm }>({
  farm: [
    async ({}, use) => {
      const farm = await Farm.start();
      await use(farm);
      await farm.stop();
    },
    { scope: "worker" },
  ],
  context: async ({ context }, use) => {
    await prepare(context);
    await use(context);
  },
  quiet: [
    async ({ page }, use, test) => {
      logged.length = 0;
      const said: string[] = [];
      page.on("pageerror", (error) => said.push(error.message));
      await page.exposeFunction("refused", (directive: string, what: string) => {
        // Chromium's own editing sets styles, which the policy refuses without harm; no script does.
        if (directive !== "style-src-attr") said.push(`refused by ${directive}: ${what}`);
      });
      await page.addInitScript(() => {
        const { refused } = window as unknown as { refused: (directive: string, what: string) => void };
        addEventListener("securitypolicyviolation", (event) => refused(event.violatedDirective, event.blockedURI));
      });
      await use();
      if (test.status !== test.expectedStatus) console.log(`The farms of this test said:\n${logged.join("\n")}`);
      expect(said).toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };

/** An experiment that is over in seconds. */
export const QUICK = `model: clipig-tiny
epochs: 40
resolution: 32
targets:
  - features:
      - text: a red square
    batch_size: 2
    transforms:
      - noise: 0.1*ti
`;

/** One that runs until it is stopped. */
export const LONG = QUICK.replace("epochs: 40", "epochs: 100000\nsnapshot_interval: 5");

/** Writes an experiment into the editor as a person does: all of the old one is selected and replaced. */
export async function write(page: Page, yaml: string): Promise<void> {
  const editor = page.getByRole("textbox", { name: "Experiment (YAML)" });
  await editor.click();
  await page.keyboard.press("Control+A");
  // Typed line by line the editor would indent by itself.
  await page.keyboard.insertText(yaml);
}

/** The picture on the screen. */
export function picture(page: Page) {
  return page.locator(".stage img");
}

/** How far the job is that is watched. */
export function progress(page: Page) {
  return page.getByRole("region", { name: "Progress" });
}

/** Writes an experiment and starts it. */
export async function start(page: Page, yaml: string): Promise<void> {
  await write(page, yaml);
  await expect(page.getByRole("status", { name: "Problems" })).toHaveText("No problems");
  await page.keyboard.press("Alt+s");
}

/** Pauses the job, or lets it go on, by the key. While the farm is answering something else, the page takes no other key. */
export async function stopOrResume(page: Page): Promise<void> {
  await expect(page.getByRole("button", { name: /^(Stop|Resume)/ })).toBeEnabled();
  await page.keyboard.press("Alt+p");
}

/** The tab of an experiment. */
export function tab(page: Page, name: string) {
  return page.getByRole("group", { name: "Experiments" }).getByRole("button", { name, exact: true });
}
