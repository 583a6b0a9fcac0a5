import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, fromDist, LONG, picture, QUICK, stopOrResume, tab, test, write } from "./farm";

test("an error is underlined in the words of the command line, and goes when it is mended", async ({ page, farm }) => {
  await page.goto(farm.address);
  await write(page, QUICK.replace("batch_size", "batch_sice"));
  const problems = page.getByRole("status", { name: "Problems" });
  await expect(problems).toContainText("`batch_sice` is not a parameter of a target".replaceAll("`", ""));
  await expect(problems).toContainText("did you mean batch_size?");
  await expect(page.locator(".cm-lintRange-error")).toHaveText("batch_sice");
  // A job that cannot run is not submitted.
  await page.keyboard.press("Alt+s");
  await expect(page.getByText("The experiment has problems")).toBeVisible();
  await problems.getByRole("button", { name: "error, line 7" }).click();
  await page.keyboard.insertText("batch_size");
  await expect(problems).toHaveText("No problems");
  await expect(page.locator(".cm-lintRange-error")).toHaveCount(0);
});

test("the whole studio fits its window, so that the page has no scroll bar of its own", async ({ page, farm }) => {
  await page.goto(farm.address);
  await expect(page.getByRole("region", { name: "Examples" })).toBeVisible();
  const tooHigh = await page.locator("main").evaluate((main) => main.scrollHeight - main.clientHeight);
  expect(tooHigh).toBe(0);
});

test("a job is started, changed, stopped and continued by the keys of the original", async ({ page, farm }) => {
  await page.goto(farm.address);
  await write(page, LONG);
  await expect(page.getByRole("status", { name: "Problems" })).toHaveText("No problems");
  await page.keyboard.press("Alt+s");
  const status = page.getByRole("region", { name: "Progress" });
  await expect(status).toContainText("running");
  await expect(page).toHaveURL(/\/jobs\/\d+$/);
  await expect(picture(page)).toBeVisible();
  const first = await picture(page).getAttribute("src");
  await expect(picture(page)).not.toHaveAttribute("src", first ?? "");
  const targets = page.getByRole("region", { name: "Targets" });
  await expect(targets.getByRole("row", { name: "a red square" })).toBeVisible();
  await expect(page.locator(".chart canvas")).toHaveCount(2);
  // Update: the job goes on from its picture with other words.
  await write(page, LONG.replace("a red square", "a blue circle"));
  await expect(page.getByRole("status", { name: "Problems" })).toHaveText("No problems");
  await page.keyboard.press("Alt+u");
  await expect(page.getByLabel("Log")).toContainText("revision 1 holds from epoch");
  await expect(targets.getByRole("row", { name: "a blue circle" })).toBeVisible();
  // The model cannot be changed: that is said.
  await write(page, LONG.replace("a red square", "a blue circle").replace("model: clipig-tiny", "model: RN50"));
  await page.keyboard.press("Alt+u");
  await expect(page.locator(".notice")).toContainText("but with the model clipig-tiny");
  await write(page, LONG.replace("a red square", "a blue circle"));
  // Stop, and go on.
  await stopOrResume(page);
  await expect(status).toContainText("paused");
  await stopOrResume(page);
  await expect(status).toContainText("running");
  await page.reload();
  await expect(status).toContainText("running");
  await expect(page.getByRole("textbox", { name: "Experiment (YAML)" })).toContainText("a blue circle");
  await stopOrResume(page);
  await expect(status).toContainText("paused");
});

test("a finished picture has a slider, tiles, a download and a place in the gallery", async ({ page, farm }) => {
  await page.goto(farm.address);
  await write(page, QUICK);
  await page.getByRole("textbox", { name: "Seed" }).fill("18446744073709551615");
  await expect(page.getByRole("status", { name: "Problems" })).toHaveText("No problems");
  await page.keyboard.press("Alt+s");
  const status = page.getByRole("region", { name: "Progress" });
  await expect(status).toContainText("completed");
  await expect(status).toContainText("seed 18446744073709551615");
  await expect(page.getByText("finished", { exact: true })).toBeVisible();
  const last = await picture(page).getAttribute("src");
  const slider = page.getByRole("slider", { name: "Snapshot" });
  await slider.focus();
  await page.keyboard.press("Home");
  await expect(picture(page)).not.toHaveAttribute("src", last ?? "");
  await page.keyboard.press("End");
  await expect(picture(page)).toHaveAttribute("src", last ?? "");
  const downloading = page.waitForEvent("download");
  await page.getByRole("link", { name: "PNG" }).click();
  const file = readFileSync(await (await downloading).path());
  expect(file.subarray(1, 4).toString()).toBe("PNG");
  // The experiment is inside.
  expect(file.includes("a red square")).toBe(true);
  await page.getByLabel("Repeat the picture as tiles").selectOption("3");
  await expect(page.getByRole("img", { name: "repeated 3 × 3" })).toBeVisible();
  // Dropped on the page, the picture opens the experiment that made it.
  const data = await page.evaluateHandle((bytes) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))], "mine.png", { type: "image/png" }));
    return transfer;
  }, file.toString("base64"));
  await page.locator(".editor").dispatchEvent("drop", { dataTransfer: data });
  await expect(page.getByRole("button", { name: "mine", exact: true })).toHaveAttribute("aria-pressed", "true");
  await expect(page.getByRole("textbox", { name: "Experiment (YAML)" })).toContainText("seed: 18446744073709551615");
  await page.getByRole("link", { name: "Gallery" }).click();
  const card = page.getByRole("listitem").filter({ hasText: "completed" }).first();
  await expect(card.locator("img")).toBeVisible();
  await page.getByRole("searchbox", { name: "Search names" }).fill("no such name");
  await expect(card).toBeHidden();
  await expect(page).toHaveURL(/\?q=no\+such\+name$/);
  await page.getByRole("searchbox", { name: "Search names" }).fill("");
  await card.getByRole("link").click();
  await expect(status).toContainText("completed");
});

test("an image is brought to the farm and used as a feature", async ({ page, farm }) => {
  await page.goto(farm.address);
  await write(page, QUICK.replace("text: a red square", ""));
  await page.locator(".cm-line").nth(5).click();
  await page.keyboard.press("End");
  await page.getByLabel("Open a file").setInputFiles(join(import.meta.dirname, "../../examples/balloon.png"));
  await page.getByRole("button", { name: "The picture shall look like it" }).click();
  await expect(page.getByRole("textbox", { name: "Experiment (YAML)" })).toContainText('- image: "balloon.png"');
  await expect(page.locator(".cm-image")).toBeVisible();
  await expect(page.getByRole("status", { name: "Problems" })).toHaveText("No problems");
  await page.keyboard.press("Alt+s");
  await expect(page.getByRole("region", { name: "Progress" })).toContainText("completed");
  await expect(page.getByRole("region", { name: "Targets" })).toContainText("balloon.png");
});

test("parameters are proposed and explained", async ({ page, farm }) => {
  await page.goto(farm.address);
  await write(page, "targets:\n  - features:\n      - text: x\n    batch");
  const proposals = page.locator(".cm-tooltip-autocomplete");
  await page.keyboard.press("Control+Space");
  await expect(proposals.getByRole("option", { name: "batch_size" })).toBeVisible();
  // The editor takes no key in the first moment, lest somebody accepts what he has not seen.
  await proposals.getByRole("option", { name: "batch_size" }).click();
  await expect(page.getByRole("textbox", { name: "Experiment (YAML)" })).toContainText("batch_size:");
  await page.getByText("features", { exact: true }).first().hover();
  await expect(page.locator(".cm-tooltip .hover")).toContainText("targets.features");
});

test("an experiment from a stranger is text and nothing else", async ({ page, farm }) => {
  const markup = `<img src=x onerror="document.title='broken'"><script>document.title='broken'</script>`;
  const yaml = LONG.replace("a red square", `'${markup.replaceAll("'", "''")}'`);
  await page.goto(`${farm.address}/#name=${encodeURIComponent(markup)}&yaml=${encodeURIComponent(yaml)}`);
  await expect(page.getByRole("button", { name: markup, exact: true })).toBeVisible();
  // A file has a stranger's name, too.
  const image = readFileSync(join(import.meta.dirname, "../../examples/balloon.png"));
  await page.getByLabel("Open a file").setInputFiles({ name: `${markup}.png`, mimeType: "image/png", buffer: image });
  await expect(page.getByRole("dialog").getByRole("heading")).toHaveText(`${markup}.png`);
  await page.getByRole("button", { name: "The picture shall look like it" }).click();
  await expect(page.getByRole("status", { name: "Problems" })).toHaveText("No problems");
  await page.keyboard.press("Alt+s");
  await expect(page.getByRole("region", { name: "Targets" })).toContainText(`${markup}.png`);
  await expect(picture(page)).toBeVisible();
  const job = /\d+$/.exec(page.url())?.[0] ?? "";
  // So has whoever ends the job, who says why.
  const body = { reason: markup };
  const answer = await page.request.post(`${farm.address}/api/v1/jobs/${job}/cancel`, { data: body });
  expect(answer.status()).toBe(200);
  await expect(page.getByLabel("Log")).toContainText(markup);
  await expect(page.getByRole("region", { name: "Progress" })).toContainText(markup);
  await page.getByRole("link", { name: "Gallery" }).click();
  await expect(page.getByText(markup).first()).toBeVisible();
  await page.goto(`${farm.address}/compare?jobs=${job}`);
  await expect(page.getByRole("link", { name: markup })).toBeVisible();
  await page.getByRole("link", { name: "Farm" }).click();
  await expect(page.getByRole("rowheader", { name: "local-1" })).toBeVisible();
  await expect(page).toHaveTitle("Farm · clipig");
  expect(await page.locator("img[src=x], script:not([src])").count()).toBe(0);
});

test("an example is opened by its picture", async ({ page, farm }) => {
  await page.goto(farm.address);
  const examples = page.getByRole("region", { name: "Examples" }).getByRole("button");
  await expect(examples).toHaveCount(26);
  await examples.filter({ hasText: /^whale$/ }).click();
  const text = page.getByRole("textbox", { name: "Experiment (YAML)" });
  await expect(text).toContainText("a whale on a yellow background");
  await expect(page.getByRole("status", { name: "Problems" })).toHaveText("No problems");
  // One with an image brings it along.
  await examples.filter({ hasText: "like a picture" }).click();
  await expect(text).toContainText("- image: balloon.png");
  await expect(page.locator(".cm-image")).toBeVisible();
  await expect(page.getByRole("status", { name: "Problems" })).toHaveText("No problems");
  // However many tabs there are, there is room for another one.
  for (const name of ["poster", "chimera", "framed bee"]) await examples.filter({ hasText: name }).click();
  const add = page.getByRole("button", { name: "New experiment" });
  await expect(add).toBeInViewport({ ratio: 1 });
  await add.click();
  await expect(tab(page, "new")).toHaveAttribute("aria-pressed", "true");
});

test("an image that the experiment names is asked for before the start", async ({ page, farm }) => {
  await page.goto(farm.address);
  await write(page, QUICK.replace("text: a red square", "image: mine.png"));
  const problems = page.getByRole("status", { name: "Problems" });
  await expect(problems).toContainText("the image mine.png is not here yet");
  await page.keyboard.press("Alt+s");
  const notice = page.locator(".notice", { hasText: "The image mine.png is missing" });
  await expect(notice).toBeVisible();
  await notice.getByRole("button", { name: "Close" }).click();
  await expect(notice).toBeHidden();
  // The file may have any name.
  const choosing = page.waitForEvent("filechooser");
  await problems.getByRole("button", { name: "Choose…" }).click();
  await (await choosing).setFiles(join(import.meta.dirname, "../../examples/balloon.png"));
  await expect(problems).toHaveText("No problems");
  await expect(page.locator(".cm-image")).toBeVisible();
  await page.keyboard.press("Alt+s");
  await expect(page.getByRole("region", { name: "Progress" })).toContainText("completed");
});

test("who comes for the first time finds a form, and who hands over a text finds the text", async ({ browser, farm }) => {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 } });
  await fromDist(context);
  const page = await context.newPage();
  await page.goto(farm.address);
  const words = page.getByRole("textbox", { name: "What should the picture show?" });
  await expect(words).toHaveValue("a strawberry");
  // On a phone it comes before the examples.
  await expect(words).toBeInViewport();
  await page.getByRole("button", { name: "New experiment" }).click();
  const problems = page.getByRole("status", { name: "Problems" });
  await expect(problems).toHaveText("Write what the picture should show, then start.");
  await page.getByRole("button", { name: "Start" }).click();
  await expect(page.locator(".notice")).toContainText("Write what the picture should show");
  await expect(words).toBeFocused();
  await words.fill("a red square");
  await expect(problems).toHaveText("No problems");
  // What the form does not show, it names.
  await page.getByRole("region", { name: "Examples" }).getByRole("button", { name: "weighted words" }).click();
  await expect(page.getByRole("note")).toContainText("the prompt “a house");
  await page.goto(`${farm.address}/#name=mine&yaml=${encodeURIComponent(QUICK)}`);
  await page.reload();
  await expect(page.getByRole("textbox", { name: "Experiment (YAML)" })).toContainText("a red square");
  await context.close();
});
