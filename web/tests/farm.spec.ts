import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { CLIPIG, expect, Farm, fromDist, LONG, picture, start, test, write } from "./farm";

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
    await fromDist(context);
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
