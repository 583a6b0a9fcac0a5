import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import { expect, picture, QUICK, test, write } from "./farm";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

// The checker is a script that the page's policy would refuse.
test.use({ bypassCSP: true });

for (const colorScheme of ["light", "dark"] as const) {
  test(`no view has a barrier that axe finds (${colorScheme})`, async ({ page, farm }) => {
    await page.emulateMedia({ colorScheme });
    await page.goto(farm.address);
    await write(page, QUICK);
    await expect(page.getByRole("status", { name: "Problems" })).toHaveText("No problems");
    await page.keyboard.press("Alt+s");
    await expect(page.getByText("finished", { exact: true })).toBeVisible();
    await expect(picture(page)).toBeVisible();
    for (const view of ["Studio", "Gallery", "Farm"]) {
      await page.getByRole("navigation").getByRole("link", { name: view }).click();
      await expect(page.getByRole("heading", { level: 1, name: view })).toBeAttached();
      if (view === "Farm") await expect(page.getByRole("rowheader", { name: "local-1" })).toBeVisible();
      await page.evaluate(axe);
      const results = await page.evaluate(() => (window as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run());
      const found = results.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(" ")).join(", ")}`);
      expect(found, view).toEqual([]);
    }
  });
}
