import type { Page } from "@playwright/test";
import { expect, Farm, LONG, progress, start, stopOrResume, test } from "../tests/farm";

/** How many snapshots are timed. */
const SNAPSHOTS = 60;

/** How many jobs a large farm has. */
const JOBS = 1_000;

interface Shown {
  url: string;
  at: number;
}

/** When each picture came on the screen. */
function recordPictures(): void {
  const shown: Shown[] = [];
  (window as unknown as { shown: Shown[] }).shown = shown;
  new MutationObserver((changes) => {
    for (const { target } of changes) {
      if (!(target instanceof HTMLImageElement) || !target.closest(".stage")) continue;
      const url = target.src;
      requestAnimationFrame(() => shown.push({ url, at: Date.now() }));
    }
  }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["src"] });
}

function share(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN;
}

async function heap(page: Page): Promise<string> {
  const session = await page.context().newCDPSession(page);
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  return `${(usedSize / 2 ** 20).toFixed(1)} MiB`;
}

test("from the snapshot on the disk to the screen", async ({ page, farm }) => {
  test.setTimeout(600_000);
  await page.addInitScript(recordPictures);
  await page.goto(farm.address);
  await start(page, LONG.replace("resolution: 32", "resolution: 128"));
  const count = () => page.evaluate(() => (window as unknown as { shown: unknown[] }).shown.length);
  await expect.poll(count, { timeout: 500_000 }).toBeGreaterThan(SNAPSHOTS);
  await stopOrResume(page);
  await expect(progress(page)).toContainText("paused");
  const shown = await page.evaluate(() => (window as unknown as { shown: Shown[] }).shown);
  const job = /\d+$/.exec(page.url())?.[0] ?? "";
  const answer = await page.request.get(`${farm.address}/api/v1/jobs/${job}/artifacts?limit=10000`);
  const { artifacts } = (await answer.json()) as { artifacts: { url: string; created: string }[] };
  const created = new Map(artifacts.map((one) => [new URL(one.url, farm.address).href, Date.parse(one.created)]));
  const delays = shown.flatMap(({ url, at }) => (created.has(url) ? [at - (created.get(url) ?? 0)] : [])).sort((a, b) => a - b);
  console.log(`snapshot to screen: ${delays.length} snapshots, median ${share(delays, 0.5)} ms, p95 ${share(delays, 0.95)} ms; ${artifacts.length} were made`);
  console.log(`memory of the tab: ${await heap(page)}`);
});

test("a large farm", async ({ page }) => {
  test.setTimeout(600_000);
  const farm = await Farm.start();
  try {
    for (const worker of ["local-1"]) await page.request.post(`${farm.address}/api/v1/workers/${worker}/pause`);
    for (let job = 0; job < JOBS; job++) {
      const answer = await page.request.post(`${farm.address}/api/v1/jobs`, { data: { yaml: LONG, name: `job of many ${job}` } });
      expect(answer.status()).toBe(201);
    }
    for (const [path, ready] of [["/gallery", ".card"], ["/farm", ".farm tbody tr:nth-child(200)"], ["/", ".cm-content"]] as const) {
      const begin = Date.now();
      await page.goto(farm.address + path);
      await expect(page.locator(ready).first()).toBeVisible();
      const took = Date.now() - begin;
      const paint = await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? Number.NaN);
      console.log(`${path} with ${JOBS} jobs: first paint ${paint.toFixed(0)} ms, shown after ${took} ms, memory of the tab ${await heap(page)}`);
    }
    await page.goto(`${farm.address}/gallery?q=of+many`);
    const begin = Date.now();
    await expect(page.locator(".card")).toHaveCount(JOBS);
    console.log(`/gallery with all ${JOBS} cards: ${Date.now() - begin} ms, memory of the tab ${await heap(page)}`);
  } finally {
    await farm.stop();
  }
});
