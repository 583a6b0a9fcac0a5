import { defineConfig } from "@playwright/test";

// The system's Chromium: Debian's package `chromium`. Nothing is downloaded.
export default defineConfig({
  testDir: "tests",
  // A farm renders in earnest, and the machine may be busy: tests wait for progress with patience.
  timeout: 900_000,
  expect: { timeout: 240_000 },
  workers: 1,
  // Chromium itself may fall over on a busy machine. A test that passes only then is named as flaky.
  retries: process.env["CI"] === undefined ? 0 : 1,
  forbidOnly: process.env["CI"] !== undefined,
  // `cargo xtask` reads the results and says how to run again what failed.
  reporter: [["list"], ["junit", { outputFile: "../target/page-tests.xml" }]],
  // What a failed test leaves behind.
  outputDir: "../target/page-tests",
  use: {
    viewport: { width: 1280, height: 860 },
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
      // Chromium refuses its sandbox to root, as which continuous integration runs.
      args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
    },
  },
});
