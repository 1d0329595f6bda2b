// Squawks: what everyone hears, wherever they look, and nobody misses when the line or the server was gone.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";
import { accessible } from "./support/axe";
import { banner, headline, onTheTape, putAway, squawk, token } from "./support/loudspeaker";
import { expect, test } from "./support/test";

// It takes a while until everybody has found back.
const patience = { timeout: 40_000 };

test("two people hear it, miss nothing over a killed server, and see who has seen it", async ({ ines, tomasz, server, request }) => {
  for (const one of [ines, tomasz]) one.watch.expectCuts();
  const wire = token(server, "wire", "post");
  await squawk(server, request, wire, "ECB holds deposit rate at 2.00%", { url: "https://www.ecb.test/" });
  for (const one of [ines, tomasz]) {
    await expect(headline(one)).toHaveText("ECB holds deposit rate at 2.00%");
    await expect(onTheTape(one)).toContainText("ECB holds deposit rate at 2.00%");
    await expect(banner(one).getByRole("link", { name: "More", exact: true })).toHaveAttribute("href", "https://www.ecb.test/");
  }
  await putAway(tomasz);
  await expect(banner(tomasz)).toHaveClass("banner none");
  await expect(headline(tomasz)).toHaveText("");
  // She is told at once, and who it was when she points at it.
  await expect(banner(ines).locator(".seen-by")).toHaveText("seen by 1");
  await expect(banner(ines).locator(".seen-by")).toHaveAttribute("title", "tomasz");

  await server.kill();
  await server.again();
  await squawk(server, request, wire, "Fed cuts by 25 bp");
  for (const one of [ines, tomasz]) {
    await expect(headline(one)).toHaveText("Fed cuts by 25 bp", patience);
    await expect(onTheTape(one)).toContainText("Fed cuts by 25 bp");
  }
  // The first still waits for her, behind the newer one.
  await expect(banner(ines).getByRole("link", { name: "1 more" })).toBeVisible();
  await expect(banner(ines).getByRole("button", { name: "All seen" })).toBeVisible();
  await putAway(ines, (seen) => seen.press("Escape"));
  await expect(headline(ines)).toHaveText("ECB holds deposit rate at 2.00%");
  await putAway(ines);
  await expect(banner(ines)).toHaveClass("banner none");
  // What is put away stays away, on the page as the server makes it.
  await ines.page.reload();
  await ines.arrive();
  await expect(onTheTape(ines)).toContainText("Fed cuts by 25 bp");
  await expect(banner(ines)).toHaveClass("banner none");
});

test("all that wait are put away at once, and nothing is hidden by them", async ({ ines, server, request }) => {
  const wire = token(server, "wire", "post");
  const head = ines.page.getByRole("main").getByRole("heading").first();
  const top = async () => (await head.boundingBox())!.y;
  const before = await top();
  for (const text of ["First", "Second", "Third"]) await squawk(server, request, wire, text);
  await expect(banner(ines).getByRole("link", { name: "2 more" })).toBeVisible();
  const box = (await banner(ines).boundingBox())!;
  expect(await top()).toBeGreaterThanOrEqual(box.y + box.height);
  const kept = ines.page.waitForResponse(/\/do\/see_headlines$/);
  await banner(ines).getByRole("button", { name: "All seen" }).click();
  expect((await kept).ok()).toBe(true);
  await expect(banner(ines)).toHaveClass("banner none");
  expect(await top()).toBe(before);
  await ines.page.reload();
  await ines.arrive();
  await expect(banner(ines)).toHaveClass("banner none");
});

test("whoever saw a squawk before many others is not told of it again", async ({ ines, server, request }) => {
  await squawk(server, request, token(server, "wire", "post"), "Once is enough");
  await expect(headline(ines)).toHaveText("Once is enough");
  await putAway(ines);
  // As the stream says it once fifty others have seen it: she is named no longer.
  await ines.page.evaluate(() => {
    const at = new Date().toISOString();
    const seen_by = Array.from({ length: 50 }, (_, n) => [n + 100, `reader ${n}`]);
    const told = { id: 1, changed: 99, at, author: null, source: "wire", text: "Once is enough for all", url: null, seen: 51, seen_by };
    (globalThis as any).squawks.heard(JSON.stringify(told));
  });
  await expect(onTheTape(ines)).toContainText("Once is enough for all");
  await expect(banner(ines)).toHaveClass("banner none");
  await ines.page.reload();
  await ines.arrive();
  await expect(banner(ines)).toHaveAttribute("data-seen", "1");
  await expect(banner(ines)).toHaveClass("banner none");
});

test("one squawks from the page and by a command, and finds what was squawked", async ({ ines, tomasz }) => {
  await ines.composer.fill("/squawk Limits are reloaded");
  await ines.composer.press("Enter");
  await expect(headline(tomasz)).toHaveText("Limits are reloaded");
  // Her own doesn't come up before her, but stands on the tape.
  await expect(onTheTape(ines)).toContainText("Limits are reloaded");
  await expect(banner(ines)).toHaveClass("banner none");

  await ines.open("/squawks");
  const { page } = ines;
  await page.getByLabel("Tell everyone").fill("Gateway is back");
  await page.getByRole("button", { name: "Squawk", exact: true }).click();
  await expect(page.getByText("Everyone hears it.")).toBeVisible();
  await expect(headline(tomasz)).toHaveText("Gateway is back");
  const rows = page.getByRole("list", { name: "Squawks" }).getByRole("listitem");
  await expect(rows.locator(".said")).toHaveText(["Gateway is back", "Limits are reloaded"]);
  // Who has seen it, while she looks.
  await putAway(tomasz);
  await rows.first().getByText("seen by 1").click();
  await expect(rows.first().locator(".names")).toHaveText("tomasz");
  // What comes meanwhile waits until she asks for it.
  await tomasz.composer.fill("/squawk And gone again");
  await tomasz.composer.press("Enter");
  await page.getByRole("link", { name: "1 new" }).click();
  await expect(rows).toHaveCount(3);
  await page.getByRole("searchbox", { name: "Search squawks" }).fill("ateway BACK");
  await page.getByRole("button", { name: "Search" }).click();
  await expect(rows.locator(".said")).toHaveText(["Gateway is back"]);
  await accessible(page, "the page of squawks");
});

test("sound and voice are off until chosen, and kept", async ({ ines, tomasz, server, request }) => {
  const wire = token(server, "wire", "post");
  const { page } = tomasz;
  await page.evaluate(() => {
    const heard: string[] = ((globalThis as any).heard = []);
    (globalThis as any).AudioContext = class {
      constructor() {
        heard.push("sound");
        throw new Error("silence");
      }
    };
    speechSynthesis.speak = ({ text }) => heard.push(text);
  });
  const heard = () => page.evaluate(() => (globalThis as any).heard);
  await squawk(server, request, wire, "quiet");
  await expect(headline(tomasz)).toHaveText("quiet");
  expect(await heard()).toEqual([]);
  await banner(tomasz).getByText("Sound", { exact: true }).click();
  await banner(tomasz).getByRole("checkbox", { name: "Read squawks out" }).check();
  await squawk(server, request, wire, "aloud");
  await expect.poll(heard).toEqual(["Squawks are read out.", "aloud"]);
  await tomasz.open("/squawks");
  await expect(page.getByRole("checkbox", { name: "Read squawks out" })).toBeChecked();
  await expect(page.getByRole("checkbox", { name: "A sound for each squawk" })).not.toBeChecked();
  await expect(banner(ines)).toBeVisible();
});

test("on a phone the banner finds room and hides nothing for long", async ({ person, ines, server, request }) => {
  const tomasz = await person("tomasz", { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  await tomasz.follow(ines);
  await squawk(server, request, token(server, "wire", "post"), "A long headline that says all there is. ".repeat(8).trim());
  await expect(banner(tomasz)).toBeVisible();
  const wide = await tomasz.page.evaluate(() => document.documentElement.scrollWidth);
  expect(wide).toBeLessThanOrEqual(390);
  const box = (await banner(tomasz).boundingBox())!;
  expect(box.x).toBeGreaterThanOrEqual(0);
  expect(box.x + box.width).toBeLessThanOrEqual(390);
  await accessible(tomasz.page, "a squawk on a phone");
  await tomasz.page.getByRole("button", { name: "Seen", exact: true }).tap();
  await expect(banner(tomasz)).toHaveClass("banner none");
});

test("README's ten lines of HTML hear squawks, from another origin and over a killed server", async ({ ines, server, request, browser }) => {
  ines.watch.expectCuts();
  const readme = readFileSync(resolve(__dirname, "../README.md"), "utf8");
  const html = /```html\n([^]*?EventSource[^]*?)```/.exec(readme)![1];
  expect(html.trim().split("\n").length).toBe(10);
  const ours = html.replace("http://127.0.0.1:3000", server.url).replace("TOKEN", token(server, "wall", "read"));
  const site = createServer((_, answer) => answer.setHeader("content-type", "text/html").end(ours));
  await new Promise<void>((done) => site.listen(0, "127.0.0.1", done));
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(`http://127.0.0.1:${(site.address() as AddressInfo).port}/`);
    await expect(page).toHaveTitle("Squawks of North desk");
    const wire = token(server, "wire", "post");
    await squawk(server, request, wire, "one");
    await expect(page.getByRole("listitem")).toHaveText(["one"]);
    await server.kill();
    await server.again();
    await squawk(server, request, wire, "two & <three>");
    await expect(page.getByRole("listitem")).toHaveText(["two & <three>", "one"], patience);
  } finally {
    await context.close();
    site.close();
  }
  expect(server.log).not.toContain("sbx_");
});
