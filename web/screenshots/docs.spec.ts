import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { recipe } from "../src/experiment/recipe";
import { expect, picture, test, write } from "../tests/farm";

/** Those that the documents show are made smaller and kept in docs/pictures/studio. */
const FOLDER = process.env["SHOTS"] ?? join(import.meta.dirname, "../test-results/screenshots");

const WORDS = ["a whale", "a tulip", "a lion", "a turtle", "a sunflower", "a hot air balloon", "a strawberry"];

const DESKTOP = { width: 1360, height: 860 };
const PHONE = { width: 390, height: 844 };

function progress(page: Page) {
  return page.getByRole("region", { name: "Progress" });
}

async function shot(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(FOLDER, `${name}.png`) });
}

/** Opens a tab with an experiment. */
async function open(page: Page, words: string): Promise<void> {
  await page.getByRole("button", { name: "New experiment" }).click();
  await write(page, recipe(words).replace("epochs: 300", `epochs: ${process.env["QUICK"] ? 100 : 300}`));
  await expect(page.getByRole("status", { name: "Problems" })).toHaveText("No problems");
}

test("pictures of the page for the documents", async ({ page, farm }) => {
  test.setTimeout(1_200_000);
  mkdirSync(FOLDER, { recursive: true });
  await page.setViewportSize(DESKTOP);
  await page.goto(farm.address);
  await expect(page.getByRole("status", { name: "Problems" })).toHaveText("No problems");
  await shot(page, "empty");
  for (const words of WORDS.slice(0, process.env["QUICK"] ? 1 : undefined)) {
    await open(page, words);
    await page.keyboard.press("Alt+s");
    await expect(progress(page)).toContainText("completed", { timeout: 300_000 });
  }
  await shot(page, "finished");
  await page.getByRole("button", { name: "Before/after" }).click();
  await shot(page, "before-after");
  await page.getByRole("button", { name: "Before/after" }).click();
  await page.getByLabel("Repeat the picture as tiles").selectOption("3");
  await shot(page, "tiles");
  await page.getByLabel("Repeat the picture as tiles").selectOption("1");
  // Several at once.
  await open(page, "a strawberry");
  await page.getByLabel("Pictures").selectOption("6");
  await page.keyboard.press("Alt+s");
  await expect(page.locator(".sheet-list img")).toHaveCount(6, { timeout: 300_000 });
  await expect(page.getByRole("button", { name: /[3-9]\d %|completed/ }).first()).toBeVisible({ timeout: 300_000 });
  await shot(page, "sheet");
  await page.getByRole("button", { name: /running|completed/ }).first().click();
  await expect(picture(page)).toBeVisible();
  await expect(page.locator(".chart canvas")).toHaveCount(2);
  await shot(page, "sheet-chosen");
  await page.goto(`${farm.address}/farm`);
  await expect(page.getByRole("rowheader", { name: "local-1" })).toBeVisible();
  await shot(page, "farm");
  await page.setViewportSize(PHONE);
  await shot(page, "farm-phone");
  await page.setViewportSize(DESKTOP);
  await page.goto(`${farm.address}/gallery`);
  await expect(page.locator(".card img").first()).toBeVisible();
  await page.getByRole("checkbox").nth(3).check();
  await page.getByRole("checkbox").nth(4).check();
  await shot(page, "gallery");
  await page.emulateMedia({ colorScheme: "dark" });
  await shot(page, "gallery-dark");
  await page.emulateMedia({ colorScheme: "light" });
  await page.getByRole("link", { name: "Compare" }).click();
  await expect(page.locator(".columns img")).toHaveCount(2);
  await expect(page.locator(".difference tr").first()).toBeVisible();
  await shot(page, "compare");
  // The rest of the sheet is of no use.
  await page.goto(`${farm.address}/gallery?state=running`);
  await expect(page.locator(".card").first()).toBeVisible();
  for (const box of await page.getByRole("checkbox").all()) await box.check();
  await page.getByRole("group", { name: "Chosen jobs" }).getByRole("button", { name: "cancel" }).click();
  await page.goto(farm.address);
  await open(page, "a strawberry");
  await page.locator(".cm-content").getByText("batch_size", { exact: true }).dblclick();
  await page.keyboard.insertText("batch_sice");
  await expect(page.locator(".cm-lintRange-error")).toBeVisible();
  await shot(page, "error");
  await page.getByRole("button", { name: "Form" }).click();
  await shot(page, "form-error");
  await page.getByRole("button", { name: "YAML", exact: true }).click();
  await page.locator(".cm-content").getByText("batch_sice", { exact: true }).dblclick();
  await page.keyboard.insertText("batch_size");
  await page.getByRole("button", { name: "Form" }).click();
  await page.getByLabel("What should the picture show?").fill("a strawberry\na smiling face");
  await page.getByLabel("How long").selectOption("600");
  await expect(page.getByRole("status", { name: "Problems" })).toHaveText("No problems");
  await page.keyboard.press("Alt+s");
  await expect(progress(page)).toContainText("running", { timeout: 300_000 });
  await expect(page.getByText(/epoch (?:2[5-9]\d|[3-5]\d\d) of 600/).first()).toBeVisible({ timeout: 300_000 });
  await shot(page, "form");
  await page.getByRole("button", { name: "YAML", exact: true }).click();
  await expect(page.locator(".chart canvas")).toHaveCount(2);
  await shot(page, "running");
  await page.emulateMedia({ colorScheme: "dark" });
  await shot(page, "running-dark");
  await page.setViewportSize(PHONE);
  await shot(page, "phone-dark");
  await page.emulateMedia({ colorScheme: "light" });
  await shot(page, "phone");
  await page.locator(".write").scrollIntoViewIfNeeded();
  await page.locator(".tools").first().scrollIntoViewIfNeeded();
  await shot(page, "phone-write");
  await page.goto(`${farm.address}/gallery`);
  await expect(page.locator(".card img").first()).toBeVisible();
  await shot(page, "phone-gallery");
});
