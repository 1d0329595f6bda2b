// Every test starts a server of its own (support/test.ts), so nothing is started here, and tests may run side by side.
import { defineConfig } from "@playwright/test";
import { existsSync } from "node:fs";

// Without either, Playwright's own.
const chromium =
  process.env.CHROMIUM || ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
// The same browser without its window, which costs as much as the pages do. It has no notifications.
const shell = process.env.CHROMIUM_HEADLESS_SHELL || ["/usr/bin/chromium-headless-shell"].find(existsSync) || chromium;
const args = [
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-quic",
  "--disable-sync",
];
const windowed = "notifications.spec.ts";

export default defineConfig({
  testDir: ".",
  fullyParallel: true,
  workers: 3,
  timeout: 120_000,
  expect: { timeout: 10_000 },
  forbidOnly: !!process.env.CI,
  // In CI a second try tells a slow machine from a broken test; Playwright reports it as flaky, which is still a fault
  // to mend.
  retries: process.env.CI ? 2 : 0,
  reporter: [["list"]],
  use: {
    viewport: { width: 1440, height: 900 },
    // What moves keeps a machine without a graphics card busy. Tests of motion ask for it.
    contextOptions: { reducedMotion: "reduce" },
    // A trace photographs every step, which takes as long as the steps.
    trace: "on-first-retry",
    screenshot: "only-on-failure",
    launchOptions: { executablePath: shell, args },
  },
  projects: [
    { name: "js", testIgnore: ["no-js.spec.ts", windowed] },
    { name: "windowed", testMatch: windowed, use: { channel: "chromium", launchOptions: { executablePath: chromium, args } } },
    // Whatever doesn't say that it needs scripts.
    { name: "no-js", testMatch: ["no-js.spec.ts", "pages.spec.ts"], grepInvert: /@js/, use: { javaScriptEnabled: false } },
  ],
});
