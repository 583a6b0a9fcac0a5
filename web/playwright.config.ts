import { defineConfig } from "@playwright/test";

// The system's Chromium: Debian's package `chromium`. Nothing is downloaded.
export default defineConfig({
  testDir: "tests",
  // A farm renders in earnest, and the machine may be busy: tests wait for progress with patience.
  timeout: 180_000,
  expect: { timeout: 60_000 },
  workers: 1,
  reporter: [["list"]],
  use: {
    viewport: { width: 1280, height: 860 },
    launchOptions: {
      executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
      // Chromium refuses its sandbox to root, as which continuous integration runs.
      args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
    },
  },
});
