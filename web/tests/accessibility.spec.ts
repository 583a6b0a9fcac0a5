import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Page } from "@playwright/test";
import { expect, picture, QUICK, start, test, write } from "./farm";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

// The checker is a script that the page's policy would refuse.
test.use({ bypassCSP: true });

async function check(page: Page, view: string): Promise<void> {
  await page.evaluate(axe);
  const results = await page.evaluate(() => (window as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run());
  const found = results.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(" ")).join(", ")}`);
  expect(found, view).toEqual([]);
}

for (const colorScheme of ["light", "dark"] as const) {
  test(`no view has a barrier that axe finds (${colorScheme})`, async ({ page, farm }) => {
    await page.emulateMedia({ colorScheme });
    await page.goto(farm.address);
    await expect(page.getByRole("region", { name: "Examples" })).toBeVisible();
    await check(page, "nothing started");
    await write(page, QUICK.replace("batch_size", "batch_sice"));
    await expect(page.locator(".cm-lintRange-error")).toBeVisible();
    await check(page, "an error");
    await page.getByRole("button", { name: "Form" }).click();
    await check(page, "form");
    await page.getByRole("button", { name: "YAML", exact: true }).click();
    await page.getByLabel("Pictures").selectOption("2");
    await start(page, QUICK);
    const sheet = page.getByRole("region", { name: "Contact sheet" });
    await expect(sheet.getByRole("button", { name: /completed/ })).toHaveCount(2);
    await check(page, "contact sheet");
    await sheet.getByRole("button", { name: /completed/ }).first().click();
    await expect(picture(page)).toHaveAttribute("alt", /the finished picture$/);
    await page.getByRole("button", { name: "Before/after" }).click();
    await expect(page.getByRole("slider", { name: "Before and after" })).toBeVisible();
    await check(page, "a finished picture");
    await sheet.getByRole("link", { name: "Side by side" }).click();
    await expect(page.locator(".difference tr").first()).toBeVisible();
    await check(page, "compare");
    await page.getByRole("link", { name: "Gallery" }).click();
    await expect(page.locator(".card img").first()).toBeVisible();
    await page.getByRole("checkbox").first().check();
    await check(page, "gallery");
    await page.getByRole("link", { name: "Farm" }).click();
    await expect(page.getByRole("rowheader", { name: "local-1" })).toBeVisible();
    await check(page, "farm");
  });
}
