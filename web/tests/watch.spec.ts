import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { expect, LONG, picture, prepare, progress, QUICK, start, stopOrResume, tab, test, write } from "./farm";
import { Proxy } from "./proxy";

test("two browsers watch one job, and what one does the other sees", async ({ page, farm, browser }) => {
  await page.goto(farm.address);
  await start(page, LONG);
  await expect(picture(page)).toBeVisible();
  const context = await browser.newContext();
  await prepare(context);
  const second = await context.newPage();
  await second.goto(page.url());
  await expect(progress(second)).toContainText("running");
  await expect(picture(second)).toBeVisible();
  await expect(second.getByRole("textbox", { name: "Experiment (YAML)" })).toContainText("a red square");
  await stopOrResume(second);
  await expect(progress(page)).toContainText("paused");
  await expect(progress(second)).toContainText("paused");
  // Both show the same snapshot in the end.
  const source = (of: Page) => picture(of).getAttribute("src");
  await expect.poll(async () => (await source(page)) === (await source(second))).toBe(true);
  await context.close();
});

test("more windows than a browser has connections watch a job", async ({ page, farm, context }) => {
  await page.goto(farm.address);
  await start(page, LONG);
  await expect(picture(page)).toBeVisible();
  // A browser opens six connections to a farm, and a stream would take one for each of them.
  const windows: Page[] = [];
  for (let count = 0; count < 7; count++) {
    const window = await context.newPage();
    await window.goto(page.url());
    await expect(progress(window)).toContainText("running");
    await expect(picture(window)).toBeVisible();
    windows.push(window);
  }
  const last = windows.at(-1) ?? page;
  const before = await picture(last).getAttribute("src");
  await expect(picture(last)).not.toHaveAttribute("src", before ?? "");
  await stopOrResume(last);
  for (const window of [page, ...windows]) await expect(progress(window)).toContainText("paused");
  for (const window of windows) await window.close();
});

test("a connection that is cut comes back, and nothing is missing", async ({ page, farm }) => {
  const proxy = await Proxy.before(farm.address);
  await page.goto(proxy.address);
  await start(page, LONG);
  await expect(picture(page)).toBeVisible();
  await proxy.cut();
  await expect(progress(page)).toContainText("connection lost, trying again");
  const before = await picture(page).getAttribute("src");
  // Whoever presses a key meanwhile is told, and keeps the text.
  await stopOrResume(page);
  await expect(page.getByText("the farm does not answer").first()).toBeVisible();
  await proxy.mend();
  await expect(progress(page)).not.toContainText("connection lost");
  await expect(picture(page)).not.toHaveAttribute("src", before ?? "");
  await expect(page.getByLabel("Log").getByText("running", { exact: true })).toHaveCount(1);
  await stopOrResume(page);
  await expect(progress(page)).toContainText("paused");
  await proxy.cut();
});

test("a farm that does not answer is said once, and the page goes on by itself", async ({ page, farm }) => {
  const proxy = await Proxy.before(farm.address);
  await page.goto(proxy.address);
  await write(page, QUICK);
  const problems = page.getByRole("status", { name: "Problems" });
  await expect(problems).toHaveText("No problems");
  await proxy.cut();
  await write(page, QUICK.replace("batch_size", "batch_sice"));
  await expect(problems).toHaveText("This text is not checked yet.");
  const away = page.getByText("The farm does not answer. The page goes on by itself");
  await expect(away).toBeVisible();
  await page.getByRole("link", { name: "Gallery" }).click();
  await expect(away).toBeVisible();
  // What the page asks by itself is not said again.
  await expect(page.locator(".notice")).toHaveCount(0);
  await page.getByRole("link", { name: "Studio" }).click();
  await proxy.mend();
  await expect(away).toBeHidden();
  await expect(problems).toContainText("batch_sice is not a parameter");
  await proxy.cut();
});

test("a job without a picture says why", async ({ page, farm }) => {
  // What the page would not submit: the farm does not have the image.
  const yaml = QUICK.replace("text: a red square", "image: nowhere.png");
  const answer = await page.request.post(`${farm.address}/api/v1/jobs`, { data: { yaml, name: "lost" } });
  const { job } = (await answer.json()) as { job: { job: number } };
  await page.goto(`${farm.address}/jobs/${job.job}`);
  await expect(page.locator(".stage")).toContainText(`Job ${job.job} has failed`);
  await expect(page.locator(".stage code", { hasText: "nowhere.png" })).toBeVisible();
  await expect(progress(page).locator(".reason code", { hasText: "nowhere.png" })).toBeVisible();
});

test("a picture is compared with what it was before, zoomed, played and filmed", async ({ page, farm }) => {
  await page.goto(farm.address);
  await start(page, QUICK);
  await expect(picture(page)).toHaveAttribute("alt", /the finished picture$/);
  const last = (await picture(page).getAttribute("src")) ?? "";
  const before = page.getByRole("button", { name: "Before/after" });
  await before.click();
  const split = page.getByRole("slider", { name: "Before and after" });
  await expect(split).toHaveAttribute("aria-valuetext", "50 % before");
  await split.focus();
  await page.keyboard.press("End");
  await expect(split).toHaveAttribute("aria-valuetext", "100 % before");
  await before.click();
  await expect(split).toBeHidden();
  const stage = page.getByRole("group", { name: /^Picture/ });
  await stage.focus();
  await page.keyboard.press("+");
  await expect(stage).toHaveClass(/zoomed/);
  await page.keyboard.press("0");
  await expect(stage).not.toHaveClass(/zoomed/);
  await page.getByRole("button", { name: "Large" }).click();
  await expect(page.locator(".picture")).toHaveClass(/full/);
  await page.keyboard.press("Escape");
  await expect(page.locator(".picture")).not.toHaveClass(/full/);
  // Playing begins at the first snapshot and ends at the last.
  await page.getByRole("button", { name: "Play" }).click();
  await expect(page.getByRole("button", { name: "Pause" })).toBeVisible();
  await expect(picture(page)).not.toHaveAttribute("src", last);
  await expect(page.getByRole("button", { name: "Play" })).toBeVisible();
  await expect(picture(page)).toHaveAttribute("src", last);
  const downloading = page.waitForEvent("download");
  await page.getByRole("button", { name: "Video" }).click();
  const download = await downloading;
  expect(download.suggestedFilename()).toMatch(/\.(webm|mp4)$/);
  const file = readFileSync(await download.path());
  expect(file.length).toBeGreaterThan(1_000);
  // EBML, or the box `ftyp`.
  expect([file.subarray(0, 4).toString("hex"), file.subarray(4, 8).toString()]).toContainEqual(
    download.suggestedFilename().endsWith(".webm") ? "1a45dfa3" : "ftyp",
  );
});

test("a job that has ended shows all that it did to whoever comes later", async ({ page, farm }) => {
  await page.goto(farm.address);
  await start(page, QUICK);
  await expect(progress(page)).toContainText("completed");
  await expect(page.getByRole("img", { name: /^Similarity: a red square from/ })).toBeVisible();
  await page.reload();
  await expect(progress(page)).toContainText("completed");
  await expect(page.getByRole("region", { name: "Targets" }).getByRole("row", { name: "a red square" })).toBeVisible();
  await expect(page.getByRole("img", { name: /^Similarity: a red square from/ })).toBeVisible();
  await expect(page.getByRole("img", { name: /^Loss: loss from/ })).toBeVisible();
  await expect(page.getByLabel("Log").getByText("completed")).toHaveCount(1);
  await expect(page.getByText("finished", { exact: true })).toBeVisible();
});

test("a picture is where another experiment begins", async ({ page, farm }) => {
  await page.goto(farm.address);
  await start(page, QUICK);
  await expect(progress(page)).toContainText("completed");
  const first = page.url();
  await page.getByRole("button", { name: "Start from this" }).click();
  const text = page.getByRole("textbox", { name: "Experiment (YAML)" });
  await expect(text).toContainText("image: job-");
  await expect(page.locator(".cm-image")).toBeVisible();
  await expect(page.getByRole("status", { name: "Problems" })).toHaveText("No problems");
  await page.keyboard.press("Alt+s");
  await expect(progress(page)).toContainText("completed");
  expect(page.url()).not.toBe(first);
  // Another seed: both are on the sheet.
  const seed = await progress(page).getByText(/^seed/).textContent();
  await page.getByRole("button", { name: "Another seed" }).click();
  await expect(progress(page).getByText(/^seed/)).not.toHaveText(seed ?? "");
  await expect(progress(page)).toContainText("completed");
  await expect(page.getByRole("region", { name: "Contact sheet" }).getByRole("listitem")).toHaveCount(2);
});

test("another tab in front leaves the job of the one before alone", async ({ page, farm }) => {
  await page.goto(farm.address);
  await start(page, LONG);
  await expect(picture(page)).toBeVisible();
  const job = page.url();
  await page.getByRole("button", { name: "New experiment" }).click();
  await expect(picture(page)).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Update" })).toBeDisabled();
  await expect(page).toHaveURL(`${farm.address}/`);
  await tab(page, "strawberry").click();
  await expect(page).toHaveURL(job);
  await expect(picture(page)).toBeVisible();
  await stopOrResume(page);
  await expect(progress(page)).toContainText("paused");
});

test("attempts gather beside the picture, and the one before can be cancelled", async ({ page, farm }) => {
  await page.goto(farm.address);
  await start(page, LONG);
  await expect(picture(page)).toBeVisible();
  const first = page.url();
  await start(page, LONG.replace("a red square", "a blue circle"));
  await page.getByRole("button", { name: "Cancel job" }).click();
  const sheet = page.getByRole("region", { name: "Contact sheet" });
  await expect(sheet.getByRole("button", { name: /cancelled/ })).toHaveCount(1);
  await expect(progress(page)).toContainText("running");
  await sheet.getByRole("button", { name: /cancelled/ }).click();
  await expect(progress(page)).toContainText("cancelled");
  expect(page.url().split("?")[0]).toBe(first);
  await sheet.getByRole("button", { name: /running/ }).click();
  await stopOrResume(page);
  await expect(progress(page)).toContainText("paused");
});

test("tabs are the same in two windows, and none overwrites the other", async ({ page, farm, context }) => {
  await page.goto(farm.address);
  await write(page, QUICK);
  const second = await context.newPage();
  await second.goto(farm.address);
  await second.getByRole("button", { name: "New experiment" }).click();
  await expect(tab(page, "new")).toBeVisible();
  await write(page, QUICK.replace("a red square", "a green leaf"));
  await second.reload();
  await tab(second, "strawberry").click();
  await expect(second.getByRole("textbox", { name: "Experiment (YAML)" })).toContainText("a green leaf");
});
