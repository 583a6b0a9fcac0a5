import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { CLIPIG, expect, Farm, LONG, picture, prepare, start, test, write } from "./farm";

test("workers are shown and steered, and jobs that wait", async ({ page, farm }) => {
  await page.goto(`${farm.address}/farm`);
  const worker = page.getByRole("row", { name: "local-1" });
  await expect(worker).toContainText(/idle|busy/);
  await worker.getByRole("button", { name: "pause" }).click();
  await expect(worker).toContainText("paused");
  await worker.getByRole("button", { name: "resume" }).click();
  await expect(worker).toContainText(/idle|busy/);
});

test("whoever watches a farm that is killed goes on watching when it is back", async ({ page }) => {
  let farm = await Farm.start();
  try {
    await page.goto(farm.address);
    await write(page, LONG);
    await expect(page.getByRole("status", { name: "Problems" })).toHaveText("No problems");
    await page.keyboard.press("Alt+s");
    const status = page.getByRole("region", { name: "Progress" });
    await expect(picture(page)).toBeVisible();
    farm = await farm.killAndRestart();
    // The log holds what was kept, each line once, and what has happened since.
    await expect(page.getByLabel("Log").getByText("running", { exact: true })).toHaveCount(2);
    await expect(status).toContainText("running");
    await expect(status).not.toContainText("connection lost");
    const before = await picture(page).getAttribute("src");
    await expect(picture(page)).not.toHaveAttribute("src", before ?? "");
  } finally {
    await farm.stop();
  }
});

test("jobs that wait are put in order by dragging and by the arrow keys", async ({ page }) => {
  const farm = await Farm.start();
  try {
    await page.request.post(`${farm.address}/api/v1/workers/local-1/pause`);
    for (const name of ["first", "second", "third"]) {
      const answer = await page.request.post(`${farm.address}/api/v1/jobs`, { data: { yaml: LONG, name } });
      expect(answer.status()).toBe(201);
    }
    await page.goto(`${farm.address}/farm`);
    const queue = page.getByRole("table", { name: "Jobs that run or wait" });
    const names = queue.getByRole("rowheader");
    await expect(names).toHaveText(["first", "second", "third"]);
    const handle = (job: number) => queue.getByRole("button", { name: `Move job ${job} in the queue` });
    await handle(3).press("ArrowUp");
    await expect(names).toHaveText(["third", "first", "second"]);
    await expect(page.getByLabel("Priority of job 3")).toHaveValue("1");
    await expect(handle(3)).toBeFocused();
    // Onto the upper half of the first row.
    await handle(2).hover();
    await page.mouse.down();
    const box = await queue.getByRole("row", { name: "third" }).boundingBox();
    await page.mouse.move(box ? box.x + 20 : 0, box ? box.y + 3 : 0, { steps: 3 });
    await page.mouse.up();
    await expect(names).toHaveText(["second", "third", "first"]);
    // The next one has the same priority and the one after it a lesser one: there is nothing between, so that it goes past.
    await handle(2).press("ArrowDown");
    await expect(names).toHaveText(["third", "first", "second"]);
  } finally {
    await farm.stop();
  }
});

test("who logs in to one farm on a machine stays logged in to another one", async ({ page }) => {
  const tokens = { client: "token-of-the-clients-0123", worker: "token-of-the-workers-0123" };
  const farms = [await Farm.start({ tokens }), await Farm.start({ tokens })];
  try {
    for (const { address } of farms) {
      await page.goto(address);
      await page.getByLabel("Token").fill(tokens.client);
      await page.keyboard.press("Enter");
      await expect(page.getByRole("button", { name: "Log out" })).toBeVisible();
    }
    await page.goto(farms[0]?.address ?? "");
    await expect(page.getByRole("button", { name: "Log out" })).toBeVisible();
    await expect(page.getByLabel("Token")).toHaveCount(0);
  } finally {
    for (const farm of farms) await farm.stop();
  }
});

test("a farm with tokens lets in who knows the right one", async ({ page }) => {
  const tokens = { client: "token-of-the-clients-0123", worker: "token-of-the-workers-0123" };
  const farm = await Farm.start({ tokens });
  try {
    await page.goto(farm.address);
    await page.getByLabel("Token").fill("a-wrong-token-0123456789");
    await page.keyboard.press("Enter");
    await expect(page.getByText("the token is not the farm's")).toBeVisible();
    await page.getByLabel("Token").fill(tokens.client);
    await page.keyboard.press("Enter");
    await expect(page.getByRole("status", { name: "Problems" })).toHaveText("No problems");
    const cookies = await page.context().cookies();
    expect(cookies.map(({ httpOnly, sameSite }) => [httpOnly, sameSite])).toEqual([[true, "Strict"]]);
  } finally {
    await farm.stop();
  }
});

test("each role sees what it may do, and no buttons that would be refused", async ({ page, browser }) => {
  const folder = mkdtempSync(join(tmpdir(), "clipig-roles-"));
  const file = join(folder, "tokens.toml");
  const token = (name: string, ...flags: string[]) =>
    execFileSync(CLIPIG, ["token", "create", name, ...flags], { env: { ...process.env, CLIPIG_TOKENS_FILE: file } }).toString().trim();
  const viewer = token("eve", "--role", "viewer");
  const artist = token("alice", "--role", "artist", "--owner", "alice");
  const other = token("bob", "--role", "artist", "--owner", "bob");
  const tokens = { client: "token-of-the-clients-0123", worker: "token-of-the-workers-0123" };
  const farm = await Farm.start({ folder, tokens, file });
  const enter = async (page: Page, secret: string, path = "/") => {
    await page.goto(farm.address + path);
    await page.getByLabel("Token").fill(secret);
    await page.keyboard.press("Enter");
    await expect(page.getByRole("button", { name: "Log out" })).toBeVisible();
  };
  const another = async () => {
    const context = await browser.newContext();
    await prepare(context);
    return context.newPage();
  };
  try {
    await enter(page, artist);
    await start(page, LONG);
    await expect(picture(page)).toBeVisible();
    const job = new URL(page.url()).pathname;
    await expect(page.getByRole("button", { name: "Stop" })).toBeEnabled();
    await page.getByRole("link", { name: "Farm" }).click();
    const worker = page.getByRole("row", { name: "local-1" });
    await expect(worker).toContainText(/idle|busy/);
    await expect(worker.getByRole("button")).toHaveCount(0);
    await expect(page.getByRole("row", { name: "a red square" }).getByRole("button", { name: "pause" })).toBeVisible();
    // Somebody else looks at the job, and may start one of his own.
    const bob = await another();
    await enter(bob, other, job);
    await expect(picture(bob)).toBeVisible();
    await expect(bob.getByRole("button", { name: "Start", exact: false }).first()).toBeEnabled();
    await expect(bob.getByRole("button", { name: "Stop" })).toBeDisabled();
    await expect(bob.getByRole("button", { name: "Update" })).toBeDisabled();
    await bob.context().close();
    // A viewer sees the picture and the text, and nothing to press that would be refused.
    const eve = await another();
    const refused: string[] = [];
    eve.on("response", (response) => {
      if (response.status() === 403) refused.push(response.url());
    });
    await enter(eve, viewer, job);
    await expect(picture(eve)).toBeVisible();
    await expect(eve.getByRole("textbox", { name: "Experiment (YAML)" })).toContainText("a red square");
    for (const name of ["Start", "Update", "Stop", "Another seed", "Open…", "New experiment"]) {
      await expect(eve.getByRole("button", { name })).toBeHidden();
    }
    await eve.keyboard.press("Alt+p");
    await eve.getByRole("link", { name: "Gallery" }).click();
    const card = eve.getByRole("listitem").filter({ hasText: "running" });
    await expect(card).toBeVisible();
    await expect(card.getByRole("button")).toHaveCount(0);
    await eve.getByRole("link", { name: "Farm" }).click();
    await expect(eve.getByRole("row", { name: "a red square" })).toContainText("running");
    await expect(eve.getByRole("table").getByRole("button")).toHaveCount(0);
    await expect(eve.getByRole("spinbutton")).toBeDisabled();
    expect(refused).toEqual([]);
    await eve.context().close();
  } finally {
    await farm.stop();
  }
});
