import { expect, Farm, LONG, picture, test, write } from "./farm";

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
