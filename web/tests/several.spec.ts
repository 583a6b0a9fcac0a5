import { expect, LONG, picture, progress, QUICK, start, test, write } from "./farm";

test("several seeds are a contact sheet to choose from, and stand side by side", async ({ page, farm }) => {
  await page.goto(farm.address);
  await page.getByLabel("Pictures").selectOption("3");
  await page.getByRole("textbox", { name: "Seed" }).fill("41");
  await write(page, QUICK);
  await expect(page.getByRole("status", { name: "Problems" })).toHaveText("No problems");
  await page.keyboard.press("Alt+s");
  const sheet = page.getByRole("region", { name: "Contact sheet" });
  await expect(sheet.getByRole("button", { name: /completed/ })).toHaveCount(3);
  for (const seed of [41, 42, 43]) await expect(sheet.getByRole("button", { name: `seed ${seed}` })).toBeVisible();
  await expect(sheet.locator("img")).toHaveCount(3);
  // The large picture appears with the choice, and the address holds both.
  await expect(page.locator(".picture")).toBeHidden();
  await sheet.getByRole("button", { name: "seed 42" }).click();
  await expect(picture(page)).toBeVisible();
  await expect(progress(page)).toContainText("seed 42");
  await page.reload();
  await expect(progress(page)).toContainText("seed 42");
  await expect(sheet.getByRole("listitem")).toHaveCount(3);
  await sheet.getByRole("button", { name: "All" }).click();
  await expect(page.locator(".picture")).toBeHidden();
  await sheet.getByRole("link", { name: "Side by side" }).click();
  await expect(page.locator(".columns img")).toHaveCount(3);
  await expect(page.getByRole("region", { name: "Differences" })).toContainText("seed: 41");
  await expect(page.getByRole("region", { name: "Differences" })).toContainText("seed: 42");
  // All pictures follow one slider.
  const sources = () => page.locator(".columns img").evaluateAll((images) => images.map((image) => image.getAttribute("src")));
  const last = await sources();
  await page.getByRole("slider", { name: "Time of the run" }).focus();
  await page.keyboard.press("Home");
  await expect.poll(async () => (await sources()).filter((one, index) => one !== last[index]).length).toBe(3);
});

test("jobs are chosen in the gallery, compared and steered together", async ({ page, farm }) => {
  await page.goto(farm.address);
  await start(page, LONG);
  await expect(picture(page)).toBeVisible();
  await page.getByRole("button", { name: "New experiment" }).click();
  await start(page, LONG.replace("a red square", "a blue circle"));
  await expect(picture(page)).toBeVisible();
  await page.getByRole("link", { name: "Gallery" }).click();
  const card = (words: string) => page.getByRole("listitem").filter({ hasText: words }).filter({ hasText: "running" });
  await expect(card("a blue circle").locator("img")).toBeVisible();
  await card("a blue circle").getByRole("checkbox").check();
  await card("strawberry").or(card("a red square")).first().getByRole("checkbox").check();
  const chosen = page.getByRole("group", { name: "Chosen jobs" });
  await chosen.getByRole("button", { name: "pause" }).click();
  await expect(page.getByText("pause: 2 jobs")).toBeVisible();
  await chosen.getByRole("link", { name: "Compare" }).click();
  const difference = page.getByRole("region", { name: "Differences" });
  await expect(difference.getByRole("row").filter({ hasText: "a red square" })).toContainText("only job");
  await expect(difference.getByRole("row").filter({ hasText: "a blue circle" })).toContainText("only job");
  await expect(page.locator(".columns .state")).toHaveText(["paused", "paused"]);
  await page.goBack();
  await page.getByLabel("State", { exact: true }).selectOption("paused");
  await expect(page).toHaveURL(/\?state=paused$/);
  await expect(page.getByRole("checkbox")).toHaveCount(2);
  for (const box of await page.getByRole("checkbox").all()) await box.check();
  await chosen.getByRole("button", { name: "cancel" }).click();
  await expect(page.getByText("No job is like that.")).toBeVisible();
});

test("jobs have labels, by which they are found again", async ({ page, farm }) => {
  const submit = async (name: string) => {
    const answer = await page.request.post(`${farm.address}/api/v1/jobs`, { data: { yaml: QUICK, name } });
    expect(answer.status()).toBe(201);
  };
  await submit("labelled one");
  await submit("labelled two");
  await page.goto(`${farm.address}/gallery?q=labelled`);
  const card = (name: string) => page.getByRole("listitem").filter({ hasText: name });
  const labels = async (text: string) => {
    await page.getByRole("group", { name: "Chosen jobs" }).getByRole("button", { name: "Labels…" }).click();
    await page.getByRole("dialog").getByRole("combobox", { name: "Labels" }).fill(text);
    await page.keyboard.press("Enter");
  };
  await card("labelled one").getByRole("checkbox").check();
  await labels("for Ada, <b>bold</b>");
  await expect(card("labelled one").getByRole("button", { name: "<b>bold</b>" })).toBeVisible();
  // Both get one more, and the first keeps its own.
  await card("labelled two").getByRole("checkbox").check();
  await labels("draft");
  await expect(card("labelled two").getByRole("button", { name: "draft" })).toBeVisible();
  await expect(card("labelled one").locator(".label")).toHaveText(["<b>bold</b>", "draft", "for Ada"]);
  await card("labelled one").getByRole("button", { name: "for Ada" }).click();
  await expect(page).toHaveURL(/label=for\+Ada/);
  await expect(card("labelled two")).toHaveCount(0);
  await page.reload();
  await expect(card("labelled one")).toBeVisible();
  await expect(card("labelled two")).toHaveCount(0);
  await page.getByLabel("Label", { exact: true }).selectOption("draft");
  await expect(card("labelled two")).toBeVisible();
});

test("the form writes the experiment, and the experiment fills the form", async ({ page, farm }) => {
  await page.goto(farm.address);
  await write(page, QUICK);
  await page.getByRole("button", { name: "Form" }).click();
  const words = page.getByRole("textbox", { name: "What should the picture show?" });
  await expect(words).toHaveValue("a red square");
  await words.fill("a blue circle\na star");
  await page.getByRole("textbox", { name: "What should it not show?" }).fill("letters");
  await page.getByLabel("Size").selectOption("64 × 64");
  await expect(page.getByRole("status", { name: "Problems" })).toHaveText("No problems");
  await page.keyboard.press("Alt+s");
  await expect(progress(page)).toContainText("64 × 64");
  await expect(page.getByRole("region", { name: "Targets" }).getByRole("row", { name: "letters" })).toBeVisible();
  await expect(progress(page)).toContainText("completed");
  await page.getByRole("button", { name: "YAML", exact: true }).click();
  const text = page.getByRole("textbox", { name: "Experiment (YAML)" });
  await expect(text).toContainText("- text: a blue circle");
  await expect(text).toContainText("weight: -.3");
  // What the form cannot read is said, and where to mend it.
  await write(page, "targets: [");
  await page.getByRole("button", { name: "Form" }).click();
  await expect(page.getByText("The form cannot read this experiment")).toBeVisible();
  await page.getByRole("status", { name: "Problems" }).getByRole("button", { name: /^error, line/ }).first().click();
  await expect(text).toBeFocused();
});

test("several models are a list in the form, with weights", async ({ page, farm }) => {
  await page.goto(farm.address);
  const several = QUICK.replace("model: clipig-tiny", "models:\n  - name: clipig-tiny\n  - name: RN50\n    weight: .5");
  await write(page, several);
  await page.getByRole("button", { name: "Form" }).click();
  const models = page.getByRole("group", { name: "Models" });
  await expect(models.getByLabel("Model 1")).toHaveValue("clipig-tiny");
  await expect(models.getByLabel("Model 2")).toHaveValue("RN50");
  await expect(models.getByLabel("Weight of RN50")).toHaveValue(".5");
  const problems = page.getByRole("status", { name: "Problems" });
  // The farm has only the first one. The others are shown, and cannot be chosen.
  await expect(problems).toContainText("the weights of RN50");
  await expect(models.getByLabel("Model 2").getByRole("option", { selected: true })).toHaveText("RN50 (not on this farm)");
  await expect(models.getByLabel("Model 2").getByRole("option", { name: "ViT-B/16 (not on this farm)" })).toBeDisabled();
  await models.getByLabel("Weight of clipig-tiny").fill("2");
  await page.getByRole("button", { name: "YAML", exact: true }).click();
  const text = page.getByRole("textbox", { name: "Experiment (YAML)" });
  await expect(text).toContainText("models:  - name: clipig-tiny    weight: 2  - name: RN50    weight: .5epochs: 40");
  await page.getByRole("button", { name: "Form" }).click();
  await models.getByRole("button", { name: "Remove RN50" }).click();
  await expect(problems).toHaveText("No problems");
  await expect(models.getByLabel("Model", { exact: true })).toHaveValue("clipig-tiny");
  await expect(models.getByRole("button", { name: "Add a model" })).toBeDisabled();
});
