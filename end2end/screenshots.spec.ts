// The pictures in the README, and those of the other pages for whoever looks at a change. UPDATE_SCREENSHOTS=1
// renews the README's; otherwise, as prices and times differ at every run, they only come where one is missing.
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Person } from "./support/person";
import { expect, test } from "./support/test";

const kept = join(__dirname, "screenshots");
const screens = { desk: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };
const schemes = ["dark", "light"] as const;

async function each(person: Person, take: (name: string) => Promise<void>) {
  for (const [screen, size] of Object.entries(screens)) {
    for (const colorScheme of schemes) {
      await person.page.setViewportSize(size);
      await person.page.emulateMedia({ colorScheme });
      await person.page.evaluate(() => document.fonts.ready);
      await take(`${screen}-${colorScheme}`);
    }
  }
}

test("the desk, with a little conversation", async ({ ines, tomasz, server, request }, info) => {
  const logs = [
    ["info", "risk", "limits reloaded", { count: 412 }],
    ["info", "gateway", "order accepted", { order_id: 8816, venue: "XPAR" }],
    ["error", "gateway", "upstream timed out after 1500 ms", { order_id: 8812, venue: "XLON" }],
    ["warn", "md-feed", "late packet", { seq: 99120, lag_ms: 412 }],
    ["info", "gateway", "order accepted", { order_id: 8817, venue: "XETR" }],
    ["debug", "md-feed", "heartbeat ok", {}],
    ["error", "gateway", "upstream timed out after 1500 ms", { order_id: 8818, venue: "XLON" }],
  ] as const;
  const answer = await request.post(`${server.url}/ingest/logs`, {
    headers: { Authorization: `Bearer ${server.token()}` },
    data: logs.map(([level, source, message, fields]) => ({ level, source, message, ...fields })),
  });
  expect(answer.status()).toBe(200);
  await ines.say("Watching BTC-USD into the print. Spread looks fine.");
  await tomasz.say("Order gateway is slow to ack, checking the logs.");
  await tomasz.say("upstream timed out after 1500 ms order_id=8812 venue=XLON");
  await ines.say("Same venue every time. Pausing XLON routes.");
  await tomasz.say("Thanks. Acks are back under 20 ms.");
  await ines.say("Good. Back on at the open then.");
  await expect(ines.prices.first()).toBeVisible();
  // Long enough for the lines of prices to have a shape.
  await ines.page.waitForTimeout(12_000);
  const venue = ines.messages.getByRole("article").filter({ hasText: "Same venue" });
  await venue.hover();
  await venue.getByRole("button", { name: /^Actions/ }).click();
  await venue.getByRole("button", { name: "React with eyes" }).click();
  await expect(tomasz.page.getByRole("button", { name: /^👀 1/ })).toBeVisible();
  await tomasz.page.getByRole("button", { name: /^👀 1/ }).click();
  await tomasz.composer.pressSequentially("Fine");
  await expect(ines.page.getByText("tomasz is typing…")).toBeVisible();
  await each(ines, async (name) => {
    await expect(ines.bodies.last()).toBeInViewport();
    const path = join(kept, `${name}.png`);
    const renew = !!process.env.UPDATE_SCREENSHOTS || !existsSync(path);
    const picture = await ines.page.screenshot({ path: renew ? path : info.outputPath(`${name}.png`) });
    expect(picture.length, "small enough to keep").toBeLessThan(300_000);
  });
});

test("the other pages", async ({ ines, person }, info) => {
  await ines.say("Watching BTC-USD into the print.");
  const invitation = await ines.invitation();
  for (const path of ["/rooms", "/rooms/new", "/rooms/1/about", "/people", "/search?q=print", "/ticker", "/logs", "/you", "/you/two-factor", "/team", "/team/2"]) {
    await ines.open(path);
    await each(ines, async (name) => {
      await ines.page.screenshot({ path: info.outputPath(`${path.slice(1).replace(/\W/g, "-")}-${name}.png`) });
    });
  }
  const other = await person("tomasz");
  for (const [what, path] of [["sign-in", "/sign-in"], ["join", invitation]]) {
    await other.open(path);
    await each(other, async (name) => {
      await other.page.screenshot({ path: info.outputPath(`${what}-${name}.png`) });
    });
  }
});

test("the first page", async ({ person }, info) => {
  const first = await person("ines");
  await first.open("/set-up");
  await each(first, async (name) => {
    await first.page.screenshot({ path: info.outputPath(`set-up-${name}.png`) });
  });
});
