import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, test, type Page } from "@playwright/test";

// A farm of production with workers that only sleep: `cargo build -p clipig-bench`, then `npm run measure`.

const BENCH = process.env["BENCH"] ?? join(import.meta.dirname, "../../target/debug/clipig-bench");

const JOBS = 1_000;
const WORKERS = 256;
const RUNNING = 50;

/** Processes for the workers. */
const PROCESSES = 8;

/** How long CPU time is measured, in seconds. */
const WATCHED = 30;

/** A process that says lines of a first word and a value. */
class Role {
  private readonly said = new Map<string, string>();
  readonly child: ChildProcess;

  constructor(flags: string[]) {
    this.child = spawn(BENCH, ["role", ...flags], { stdio: ["pipe", "pipe", "inherit"] });
    if (!this.child.stdout) throw new Error("no output");
    createInterface({ input: this.child.stdout }).on("line", (line) => {
      const [word = "", value = ""] = line.split(" ", 2);
      this.said.set(word, value);
    });
  }

  async hear(word: string): Promise<string> {
    await expect.poll(() => this.said.has(word), { timeout: 240_000 }).toBe(true);
    return this.said.get(word) ?? "";
  }
}

/** Seconds of processor time that a process has used (Linux: clock ticks of 10 ms). */
function processorSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\) /, "").split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function resident(pid: number): string {
  const kilobytes = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
  return `${(kilobytes / 1024).toFixed(0)} MiB`;
}

async function tab(page: Page): Promise<{ memory: string; seconds: number }> {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable");
  const { metrics } = await session.send("Performance.getMetrics");
  const of = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? Number.NaN;
  return { memory: `${(of("JSHeapUsedSize") / 2 ** 20).toFixed(1)} MiB`, seconds: of("ProcessTime") };
}

test("a farm of 1,000 jobs and 256 workers", async ({ page }) => {
  test.setTimeout(1_200_000);
  const folder = mkdtempSync(join(tmpdir(), "clipig-large-"));
  const work = "--work=dense:1000";
  const roles: Role[] = [];
  try {
    const coordinator = new Role([
      "coordinator",
      "--listen=127.0.0.1:0",
      `--data=${join(folder, "data")}`,
      "--side=64",
      work,
      "--shards=8",
      `--workers=${WORKERS}`,
      "--probes",
      `--running=${RUNNING}`,
    ]);
    roles.push(coordinator);
    const address = await coordinator.hear("listening");
    const farm = `http://${await coordinator.hear("probes")}`;
    for (let number = 0; number < PROCESSES; number++) {
      roles.push(new Role(["worker", `--coordinator=${address}`, `--name=worker${number}`, `--count=${WORKERS / PROCESSES}`, "--cores=1", work]));
    }
    await coordinator.hear("waiting");
    coordinator.child.stdin?.write("go 1000000\n");
    const yaml = "epochs: 1000000\nresolution: 64\nsnapshot_interval: 0\nmodel: clipig-tiny\ntargets:\n- batch_size: 32\n  features: [{text: an apple}]\n  transforms: [{noise: 0.1}]\n";
    for (let job = 1; job < JOBS; job++) {
      const answer = await page.request.post(`${farm}/api/v1/jobs`, { data: { yaml, name: `job of many ${job}` } });
      expect(answer.status()).toBe(201);
    }
    const pid = coordinator.child.pid ?? 0;
    console.log(`${cpus().length} cores of ${cpus()[0]?.model ?? "?"}, load average ${loadavg()[0]?.toFixed(1)}`);
    console.log(`coordinator with ${JOBS} jobs and ${WORKERS} workers: ${resident(pid)}`);
    for (const [path, ready] of [["/gallery", ".card"], ["/farm", ".farm tbody tr:nth-child(200)"], ["/jobs/1", ".cm-content"]] as const) {
      const begin = Date.now();
      await page.goto(farm + path);
      await expect(page.locator(ready).first()).toBeVisible();
      const took = Date.now() - begin;
      const paint = await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? Number.NaN);
      const [before, processor] = [await tab(page), processorSeconds(pid)];
      await page.waitForTimeout(WATCHED * 1_000);
      const after = await tab(page);
      const share = (seconds: number) => `${((100 * seconds) / WATCHED).toFixed(0)} %`;
      console.log(
        `${path}: first paint ${paint.toFixed(0)} ms, ready after ${took} ms; memory of the tab ${after.memory}; ` +
          `processor of the tab ${share(after.seconds - before.seconds)}, of the coordinator ${share(processorSeconds(pid) - processor)}`,
      );
    }
    await page.goto("about:blank");
    const processor = processorSeconds(pid);
    await page.waitForTimeout(WATCHED * 1_000);
    console.log(`without a page: processor of the coordinator ${((100 * (processorSeconds(pid) - processor)) / WATCHED).toFixed(0)} %; memory ${resident(pid)}`);
  } finally {
    for (const { child } of roles) child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  }
});
