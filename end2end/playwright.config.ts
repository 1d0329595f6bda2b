// Every test starts a server of its own (support/test.ts), so nothing is started here, and tests may run side by side.
import { defineConfig } from "@playwright/test";
import { existsSync } from "node:fs";

const chromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);

export default defineConfig({
  testDir: ".",
  fullyParallel: true,
  workers: 2,
  timeout: 120_000,
  expect: { timeout: 10_000 },
  forbidOnly: !!process.env.CI,
  // In CI a second try tells a slow machine from a broken test; Playwright reports it as flaky, which is still a fault
  // to mend.
  retries: process.env.CI ? 2 : 0,
  reporter: [["list"]],
  use: {
    viewport: { width: 1440, height: 900 },
    // A trace photographs every step, which takes as long as the steps.
    trace: "on-first-retry",
    screenshot: "only-on-failure",
    launchOptions: {
      // Without either, Playwright's own.
      executablePath: process.env.CHROMIUM || chromium,
      args: [
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-quic",
        "--disable-sync",
      ],
    },
  },
  projects: [
    { name: "js", testIgnore: "no-js.spec.ts" },
    // Whatever doesn't say that it needs scripts.
    { name: "no-js", testMatch: ["no-js.spec.ts", "pages.spec.ts"], grepInvert: /@js/, use: { javaScriptEnabled: false } },
  ],
});
