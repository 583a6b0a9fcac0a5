import { join } from "node:path";
import { expect, picture, test, write } from "../tests/farm";

const FOLDER = join(import.meta.dirname, "../../docs/pictures/page");

const words = ["a strawberry", "a whale", "a tulip", "a lion", "a turtle", "a red apple", "a sunflower"];

function experiment(text: string): string {
  return `# What the picture shall show, and how CLIP looks at it.
model: clipig-tiny
epochs: 200
resolution:
  - 32 if t < .3 else 64
learnrate: 3
learnrate_scale: 1 - .9*t
targets:
  - features:
      - text: ${text}
      - text: words, letters
        weight: -.2
    batch_size: 4
    transforms:
      - noise: 0.1*ti
      - random_rotate:
          degree: -10 10
          center: .4 .6
    constraints:
      - blur:
          kernel_size: 5
`;
}

test("pictures of the page for the documents", async ({ page, farm }) => {
  test.setTimeout(900_000);
  const status = page.getByRole("region", { name: "Progress" });
  await page.setViewportSize({ width: 1360, height: 860 });
  await page.goto(farm.address);
  for (const text of words) {
    await write(page, experiment(text));
    await expect(page.getByRole("status", { name: "Problems" })).toHaveText("No problems");
    await page.keyboard.press("Alt+s");
    await expect(status).toContainText("completed", { timeout: 300_000 });
  }
  await write(page, experiment("a strawberry").replace("batch_size: 4", "batch_sice: 4"));
  await expect(page.locator(".cm-lintRange-error")).toBeVisible();
  await page.screenshot({ path: join(FOLDER, "error.png") });
  await page.goto(`${farm.address}/gallery`);
  await expect(page.locator(".card img")).toHaveCount(words.length);
  await page.screenshot({ path: join(FOLDER, "gallery.png") });
  await page.goto(farm.address);
  await write(page, experiment("a strawberry").replace("epochs: 200", "epochs: 1000"));
  await expect(page.getByRole("status", { name: "Problems" })).toHaveText("No problems");
  await page.keyboard.press("Alt+s");
  await expect(status).toContainText("running");
  const done = page.getByText(/epoch (1[5-9]\d|[2-9]\d\d) of 1000/);
  await expect(done).toBeVisible({ timeout: 300_000 });
  await expect(picture(page)).toBeVisible();
  await page.screenshot({ path: join(FOLDER, "studio.png") });
  await page.emulateMedia({ colorScheme: "dark" });
  await page.reload();
  await expect(picture(page)).toBeVisible();
  await expect(page.locator(".chart canvas")).toHaveCount(2);
  await page.screenshot({ path: join(FOLDER, "studio-dark.png") });
  await page.goto(`${farm.address}/farm`);
  await expect(page.getByRole("rowheader", { name: "local-1" })).toBeVisible();
  await page.screenshot({ path: join(FOLDER, "farm.png") });
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(farm.address);
  await expect(picture(page)).toBeVisible();
  await expect(page.locator(".chart canvas").first()).toBeVisible();
  await page.screenshot({ path: join(FOLDER, "phone.png") });
});
