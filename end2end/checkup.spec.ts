// The connection check: green where everything gets through, and behind nginx, set rightly or not.
import type { Locator } from "@playwright/test";
import { accessible, accessibleDayAndNight } from "./support/axe";
import { Nginx, freePort, fromReadme, nginx } from "./support/nginx";
import type { Person } from "./support/person";
import { hasPackages, leftOut, needed } from "./support/programs";
import { Server } from "./support/server";
import { expect, test } from "./support/test";

const NAMES = ["Address", "Cookies", "Compression", "Clocks", "WebSocket", "Messages", "Closing", "Events", "Latency"];

const row = (who: Person, name: string): Locator =>
  who.page.locator("#checks > li").filter({ has: who.page.getByRole("heading", { name, exact: true }) });
const verdict = (who: Person, name: string): Locator => row(who, name).locator("> .verdict");
const summary = (who: Person): Locator => who.page.getByRole("main").getByRole("status");
const stop = (who: Person): Locator => who.page.getByRole("button", { name: "Stop" });

/** Runs all of it, but for the most of measuring latency. */
async function check(who: Person, url = who.url) {
  await who.page.goto(`${url}/checkup`);
  await expect(stop(who)).toBeVisible({ timeout: 60_000 });
  await expect(row(who, "Latency").locator(".told")).toContainText(/^([4-9]|\d\d+) /, { timeout: 20_000 });
  await stop(who).focus();
  await who.page.keyboard.press("Enter");
  await expect(stop(who)).toBeHidden();
}

test("directly everything gets through, and the report says so", async ({ ines }) => {
  await ines.open("/team");
  await ines.page.getByRole("link", { name: "Check the connection" }).click();
  await expect(ines.heading("Connection check")).toBeVisible();
  await accessible(ines.page, "the check while it runs");
  await check(ines);
  await expect(summary(ines)).toHaveText("Everything gets through.");
  for (const name of NAMES) await expect(verdict(ines, name), name).toHaveText("fine");
  await expect(row(ines, "Events").locator(".told")).toContainText(/^[345] came in 4 s/);
  await expect(row(ines, "Latency").locator(".told")).toContainText("Stopped early.");
  // Nothing to mend is shown, and everything can be looked up.
  await expect(ines.page.locator("details.mend[open]")).toHaveCount(0);
  const report = ines.page.getByRole("textbox", { name: "Report" });
  for (const name of NAMES) await expect(report).toHaveValue(new RegExp(`^fine +${name}: `, "m"));
  await expect(report).toHaveValue(new RegExp(`the server saw Host ${new URL(ines.url).host}`));
  await accessibleDayAndNight(ines.page, "the check when it is done");

  // Whoever stopped it by the keyboard goes on from there.
  const again = ines.page.getByRole("button", { name: "Check again" });
  await expect(again).toBeFocused();
  await ines.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await ines.page.getByRole("button", { name: "Copy report" }).press("Enter");
  await expect(ines.page.getByRole("button", { name: "Copied" })).toBeVisible();
  expect(await ines.page.evaluate(() => navigator.clipboard.readText())).toBe(await report.inputValue());
  await row(ines, "Events").locator("summary").first().press("Enter");
  await row(ines, "Events").getByText("nginx", { exact: true }).press("Enter");
  await expect(row(ines, "Events").getByText("proxy_buffering off;")).toBeVisible();
  await accessible(ines.page, "the check with settings open");
  await again.press("Enter");
  await expect(again).toHaveAttribute("aria-disabled", "true");
  await expect(verdict(ines, "Latency")).toHaveText("waiting");
});

test("a clock that is wrong is told", async ({ ines }) => {
  await ines.page.clock.install({ time: new Date(Date.now() + 90_000) });
  await ines.page.goto(`${ines.url}/checkup`);
  await expect(verdict(ines, "Clocks")).toHaveText("broken", { timeout: 30_000 });
  await expect(row(ines, "Clocks").locator(".told")).toContainText(/^This device is (89|90|91) s ahead of the server/);
  await expect(row(ines, "Clocks").getByText("timedatectl set-ntp true")).toBeVisible();
});

const missing = nginx() ? "" : "nginx";

/** A test of a server behind nginx, whose location says this; `ines` is signed in. */
function behindNginx(title: string, location: () => string, body: (ines: Person, url: string) => Promise<void>) {
  if (missing && !hasPackages) {
    test.skip(leftOut(title, missing), () => {});
    return;
  }
  test(title, async ({ person }) => {
    needed(missing);
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const address = `127.0.0.1:${await freePort()}`;
    const server = await Server.start({ address, args: ["--public-url", url] });
    const direct = `http://${address}`;
    const proxy = new Nginx(nginx()!, port, direct, location());
    try {
      await proxy.ready();
      // Directly: the desk needs what may be missing. The cookie is the same for every port.
      const ines = await person("ines", { url: direct });
      await ines.begin();
      await body(ines, url);
      await ines.context.close();
      expect(await server.stop()).toBe(0);
    } finally {
      await proxy.end();
      await server.stop();
      server.clear();
    }
  });
}

behindNginx("behind nginx as the README sets it everything gets through", fromReadme, async (ines, url) => {
  await check(ines, url);
  await expect(summary(ines)).toHaveText("Everything gets through.");
  await expect(ines.page.getByRole("textbox", { name: "Report" })).toHaveValue(/Server: nginx/);
});

const upgrades = `proxy_http_version 1.1;
proxy_set_header Upgrade $http_upgrade;
proxy_set_header Connection "upgrade";`;
const who = `proxy_set_header Host $http_host;
proxy_set_header X-Forwarded-For $remote_addr;`;

/** The settings that are shown where something is broken, of the proxy that was recognised. */
async function mended(ines: Person, name: string, setting: string) {
  await expect(verdict(ines, name)).toHaveText("broken");
  const settings = row(ines, name).locator("[data-proxy]");
  await expect(settings.first()).toHaveAttribute("data-proxy", "nginx");
  await expect(settings.first().getByText(setting)).toBeVisible();
  await expect(settings.nth(1).locator("pre")).toBeHidden();
}

// Of what is asked for by HTTP/1.1 nginx passes on each part at once, even so.
const buffering = `proxy_buffering on;
location = /sse {
    proxy_pass SERVER;
    proxy_http_version 1.0;
}`;

behindNginx("behind nginx that buffers the fault is named", () => `${upgrades}\n${who}\n${buffering}`, async (ines, url) => {
  await check(ines, url);
  await expect(summary(ines)).toHaveText("1 of 9 broken: Events.");
  await mended(ines, "Events", "proxy_buffering off;");
  await expect(row(ines, "Events").locator(".told")).toContainText("held back on the way");
  await accessible(ines.page, "the check with a fault");
});

behindNginx("behind nginx that passes no upgrades on the fault is named", () => `${who}\nproxy_buffering off;`, async (ines, url) => {
  ines.watch.expect(/WebSocket connection to .* failed|40[03]|426/);
  await check(ines, url);
  await expect(summary(ines)).toHaveText("1 of 9 broken: WebSocket.");
  await mended(ines, "WebSocket", "proxy_set_header Upgrade $http_upgrade;");
  for (const name of ["Messages", "Closing"]) {
    await expect(row(ines, name).locator(".told"), name).toHaveText("Not tried: no WebSocket opens.");
  }
  await expect(row(ines, "Latency").locator(".told")).toContainText("requests");
});

behindNginx("behind nginx that says neither for whom nor who asks the fault is named", () => `${upgrades}\nproxy_buffering off;`, async (ines, url) => {
  await check(ines, url);
  await mended(ines, "Address", "proxy_set_header X-Forwarded-For $remote_addr;");
});
