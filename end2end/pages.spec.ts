// Every page: found or not, packaged, readable, reachable by keyboard.
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { accessibleDayAndNight } from "./support/axe";
import type { Person } from "./support/person";
import { Server, program, site } from "./support/server";
import { expect, test } from "./support/test";

test("a page that isn't there says so and leads back", async ({ ines }) => {
  ines.watch.expect(/404/);
  for (const path of ["/no/such/page", "/rooms/999999", "/rooms/none"]) {
    const answer = await ines.page.goto(ines.url + path);
    expect(answer?.status(), path).toBe(404);
    await expect(ines.page.getByRole("heading", { name: "Nothing here" })).toBeVisible();
    await ines.page.getByRole("link", { name: "Go to the desk" }).click();
    await expect(ines.heading("# desk")).toBeVisible();
  }
});

test("whoever isn't signed in is led to where they can come in", async ({ person, server }) => {
  const stranger = await person("stranger");
  for (const path of ["/", "/rooms", "/rooms/1", "/ticker", "/logs", "/you", "/team", "/people", "/sign-in", "/sign-in/code"]) {
    await stranger.page.goto(server.url + path);
    await expect(stranger.page, path).toHaveURL(/\/set-up$/);
  }
  await stranger.setUp();
  const other = await person("other");
  for (const path of ["/", "/rooms/1", "/logs", "/you", "/you/notifications", "/you/two-factor", "/team", "/team/1", "/set-up"]) {
    await other.page.goto(server.url + path);
    await expect(other.page, path).toHaveURL(/\/sign-in$/);
  }
  other.watch.expect(/404/);
  const answer = await other.page.goto(`${server.url}/join/not-the-code`);
  expect(answer?.status()).toBe(404);
  await expect(other.page.getByRole("alert")).toBeVisible();
});

test("pages carry their defences", async ({ ines, server, request }) => {
  const answer = await ines.page.goto(server.url);
  const headers = answer!.headers();
  expect(headers["content-security-policy"]).toMatch(/script-src 'self' 'nonce-[^']+'/);
  expect(headers["content-security-policy"]).not.toContain("unsafe-inline");
  expect(headers["content-security-policy"]).toContain("frame-ancestors 'none'");
  expect(headers["x-content-type-options"]).toBe("nosniff");
  expect(headers["referrer-policy"]).toBeTruthy();
  const [cookie] = await ines.context.cookies();
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Lax" });
  // Of what the server sends: scripts may place what they draw.
  expect(await answer!.text()).not.toMatch(/<[a-z][^<>]* style=/);
  for (const path of ["/favicon.svg", "/favicon.ico", "/manifest.webmanifest", "/icon-192.png", "/fonts/inter-latin.woff2"]) {
    expect((await request.get(server.url + path)).status(), path).toBe(200);
  }
});

test("the packaged server runs from any folder @js", async ({ person }) => {
  const folder = mkdtempSync(join(tmpdir(), "squawkbox-package-"));
  cpSync(program(), join(folder, "squawkbox"));
  cpSync(site, join(folder, "site"), { recursive: true });
  const hashes = join(dirname(program()), "hash.txt");
  if (existsSync(hashes)) cpSync(hashes, join(folder, "hash.txt"));
  const elsewhere = join(folder, "elsewhere");
  mkdirSync(elsewhere);
  const server = await Server.start({ program: join(folder, "squawkbox"), cwd: elsewhere, site: null });
  try {
    const ines = await person("ines", { url: server.url });
    await ines.begin();
    await ines.say("from a package");
    // Styled: the sheet was found under the name that the page gives it.
    await expect(ines.page.locator(".desk")).toHaveCSS("display", "grid");
    await ines.context.close();
    expect(await server.stop()).toBe(0);
  } finally {
    await server.stop();
    server.clear();
    rmSync(folder, { recursive: true, force: true });
  }
});

for (const [screen, viewport] of [["wide", { width: 1440, height: 900 }], ["phone", { width: 390, height: 844 }]] as const) {
  test(`every page is accessible, dark and light, ${screen} @js`, async ({ person }) => {
    test.setTimeout(300_000);
    const options = { viewport };
    const ines = await person("ines", options);
    await ines.open("/set-up");
    await accessibleDayAndNight(ines.page, "/set-up");
    await ines.setUp();
    await ines.say("Spread looks fine.");
    await ines.say("Nothing odd.");
    const invitation = await ines.invitation();
    const other = await person("tomasz", options);
    for (const path of ["/sign-in", invitation]) {
      await other.open(path);
      await accessibleDayAndNight(other.page, path);
      await fits(other);
    }
    await other.join(invitation);
    const edited = await ines.page.request.post(`${ines.url}/do/change_message`, {
      headers: { Origin: ines.url },
      data: { room: 1, seq: 1, change: { edit: "Spread looks wide." } },
    });
    expect(edited.status()).toBe(200);
    for (const path of ["/", "/rooms", "/rooms/new", "/rooms/others", "/rooms/1/about", "/rooms/1/pins", "/rooms/1/delete", "/rooms/1/history/1", "/rooms/1?thread=1", "/threads", "/bookmarks", "/people", "/search", "/search?q=looks", "/ticker", "/ticker/venues", "/ticker/forget?symbol=BTC-USD&venue=demo", "/logs", "/checkup", "/keys", "/you", "/you/notifications", "/you/two-factor", "/team", "/team/2", "/alerts", "/alerts/new", "/alerts/new?test=more&query=timeout&value=3", "/at/now", "/discuss?link=%2Fat%2Fnow", "/squawks", "/squawks?q=looks"]) {
      await ines.open(path);
      await accessibleDayAndNight(ines.page, path);
      await fits(ines);
    }
    ines.watch.expect(/40[04]/);
    // What a plain form that was refused leads to; on a live page none is sent.
    await ines.page.evaluate(() => {
      const form = Object.assign(document.createElement("form"), { method: "post", action: "/rooms/1/say" });
      form.enctype = "multipart/form-data";
      form.append(Object.assign(document.createElement("textarea"), { name: "body", value: "/nonsense" }));
      document.body.append(form);
      form.submit();
    });
    await expect(ines.page.getByRole("textbox", { name: "Your message" })).toHaveValue("/nonsense");
    await accessibleDayAndNight(ines.page, "what was not sent");
    await fits(ines);
    for (const path of ["/no/such/page", "/rooms/999999"]) {
      await ines.page.goto(ines.url + path);
      await accessibleDayAndNight(ines.page, path);
    }
  });
}

/** Nothing is cut off at the side. */
async function fits({ page }: Person) {
  const [wants, has] = await page.evaluate(() => {
    const root = document.documentElement;
    return [root.scrollWidth, root.clientWidth];
  });
  expect(wants, `width of ${page.url()}`).toBeLessThanOrEqual(has);
}

test("all of it by keyboard @js", async ({ ines }) => {
  await ines.page.goto(ines.url);
  await ines.arrive();
  const { keyboard } = ines.page;
  const focused = () =>
    ines.page.evaluate(() => {
      const one = document.activeElement as HTMLElement;
      const name = one.getAttribute("aria-label") || one.innerText?.split("\n")[0] || one.tagName;
      const box = one.closest(".box") ?? one;
      const ring = [one, box].some((e) => getComputedStyle(e).outlineStyle !== "none");
      const { width, height } = one.getBoundingClientRect();
      return { name: name.trim(), ring, seen: width > 1 && height > 1 };
    });

  // The first stop leads past the rail; the next ones are the room's.
  await keyboard.press("Tab");
  expect((await focused()).name).toMatch(/^Skip/);
  await keyboard.press("Enter");
  for (let n = 0; n < 8 && !(await ines.composer.evaluate((e) => e === document.activeElement)); n++) {
    await keyboard.press("Tab");
  }
  await expect(ines.composer).toBeFocused();
  await keyboard.type("typed, never clicked");
  await keyboard.press("Enter");
  await ines.sees("typed, never clicked");

  // Once round: every stop shows itself, and the order is that of the page.
  await ines.page.reload();
  await ines.arrive();
  const stops: string[] = [];
  for (let n = 0; n < 60; n++) {
    await keyboard.press("Tab");
    const { name, ring, seen } = await focused();
    if (stops.length && name === stops[0]) break;
    if (name === "BODY") break;
    expect({ name, ring, seen }).toEqual({ name, ring: true, seen: true });
    stops.push(name);
  }
  const order = ["Skip", "# desk", "Ticker", "Messages in # desk", "Message # desk", "Send", "Prices", "Log lines"];
  const places = order.map((start) => stops.findIndex((stop) => stop.startsWith(start)));
  expect(places, `${stops}`).not.toContain(-1);
  expect(places, `${stops}`).toEqual([...places].sort((a, b) => a - b));
});

test("nothing moves for those who asked for less motion @js", async ({ person }) => {
  const ines = await person("ines", { reducedMotion: "reduce" });
  await ines.begin();
  await expect(ines.prices.first()).toBeVisible();
  // What would flash is there.
  await expect(ines.ticker.locator(".flash-up, .flash-down").first()).toBeVisible();
  for (let n = 0; n < 20; n++) {
    expect(await ines.page.evaluate(() => document.getAnimations().length)).toBe(0);
    await ines.page.waitForTimeout(100);
  }
});

test("a phone's controls are large enough for a thumb @js", async ({ person }) => {
  const ines = await person("ines", { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  await ines.begin();
  for (const path of ["/", "/rooms", "/logs", "/you"]) {
    await ines.open(path);
    for (const control of await ines.page.locator("button:visible, .tabs a:visible, input:not([type=checkbox], [type=radio]):visible").all()) {
      const box = await control.boundingBox();
      const what = `${path}: ${await control.evaluate((e) => e.outerHTML.slice(0, 90))}`;
      expect(box!.height, what).toBeGreaterThanOrEqual(44);
    }
  }
});
