// How people see each other: names, pictures, who is away, who has read what.
import { accessible, accessibleDayAndNight } from "./support/axe";
import type { Person } from "./support/person";
import { png } from "./support/png";
import { Server } from "./support/server";
import { expect, test } from "./support/test";

/** Who is here, in the rail. */
const here = (who: Person, name: string) => who.rooms.locator(".people li").filter({ hasText: name });
/** How wide the picture over the initials of the newest message is; an empty one is 1. */
const pictured = (who: Person) =>
  who.messages.locator(".msg .ava img").last().evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth);

async function rename(who: Person, display: string) {
  await who.open("/you");
  await who.page.getByRole("textbox", { name: "Display name" }).fill(display);
  await who.page.getByRole("button", { name: "Change names" }).click();
  await expect(who.page.getByRole("status")).toHaveText("Your names are changed.");
}

test("somebody is shown by one name, called by another, and has a face", async ({ ines, tomasz }) => {
  await rename(ines, "Ines Tan");
  await accessible(ines.page, "one's own page");
  await ines.page.getByLabel("New picture").setInputFiles({ name: "me.png", mimeType: "image/png", buffer: png(300, 200) });
  await ines.page.getByRole("button", { name: "Use picture" }).click();
  await expect(ines.page.getByRole("status")).toContainText("Your picture is changed.");
  await expect(ines.page.getByRole("img", { name: "Your picture" })).toBeVisible();
  await ines.open("/");
  await ines.arrive();
  await expect(here(tomasz, "Ines Tan")).toBeVisible();
  await ines.say("this is me");
  await tomasz.sees("this is me");
  await expect(tomasz.messages.getByText("Ines Tan")).toBeVisible();
  await expect.poll(() => pictured(tomasz)).toBe(128);

  await tomasz.composer.pressSequentially("look, @tan");
  await tomasz.page.getByRole("option", { name: /Ines Tan/ }).waitFor();
  await tomasz.composer.press("Enter");
  await expect(tomasz.composer).toHaveValue("look, @ines ");
  await tomasz.composer.press("Enter");
  await expect(ines.messages.locator(".mention")).toHaveText("@ines");
  await expect.poll(() => pictured(tomasz), "without a picture there are the initials").not.toBe(128);

  await tomasz.open("/people");
  await expect(tomasz.page.getByRole("checkbox", { name: /Ines Tan.*@ines, here now/ })).toBeVisible();
  await ines.open("/you");
  await ines.page.setViewportSize({ width: 390, height: 844 });
  expect(await ines.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await ines.page.getByRole("button", { name: "Remove picture" }).click();
  await expect(ines.page.getByRole("img", { name: "Your picture" })).toHaveCount(0);
});

test("whoever touches nothing is away until they do", async ({ person }) => {
  const server = await Server.start({ args: ["--away-seconds", "4"] });
  const ines = await person("ines", { url: server.url });
  await ines.begin();
  const tomasz = await person("tomasz", { url: server.url });
  await tomasz.follow(ines);
  await expect(here(ines, "tomasz")).toHaveText(/^tomasz\s*$/);
  await expect(here(ines, "tomasz")).toContainText("away");
  await accessible(ines.page, "the desk with somebody away");
  await tomasz.composer.pressSequentially("back");
  await expect(here(ines, "tomasz")).not.toContainText("away");
  await tomasz.context.close();
  await ines.context.close();
  expect(await server.stop()).toBe(0);
  server.clear();
});

test("a bot is marked where it speaks, and counted apart from people", async ({ ines, tomasz, server, request }) => {
  const token = server.run("bot", "create", "deploy", "--room", "desk").trim();
  const hook = (text: string) => request.post(`${server.url}/hooks/${token}`, { data: { text } });
  expect((await hook("v1.4 is out")).status()).toBe(200);
  await ines.sees("v1.4 is out");
  await tomasz.say("thanks");
  await ines.sees("thanks");
  const mark = (who: Person) => who.messages.locator("header .bot");
  for (const one of [ines, tomasz]) {
    await expect(mark(one)).toHaveText("bot");
    await expect(one.page.getByRole("article").filter({ hasText: "v1.4 is out" }).locator("header")).toContainText(/^deploy bot/);
  }
  await ines.page.reload();
  await ines.arrive();
  await expect(mark(ines), "as the server draws it too").toHaveText("bot");
  await accessibleDayAndNight(ines.page, "a room where a bot spoke");
  await ines.open("/search?q=v1.4");
  await expect(ines.page.getByRole("link", { name: /deploy bot in # desk/ })).toBeVisible();
  await ines.open("/rooms/1/about");
  await expect(ines.page.getByRole("heading", { name: "2 people and 1 bot in this room" })).toBeVisible();
});

test("a conversation of three counts its own people, and names them", async ({ ines, tomasz, person, server }) => {
  const eve = await person("eve", { viewport: { width: 390, height: 844 } });
  const carla = await person("carla");
  server.run("bot", "create", "deploy");
  await eve.follow(ines);
  await carla.follow(ines);
  await expect(tomasz.page.getByText("4 of 4 here"), "without the bot, and without a reload").toBeVisible();
  await ines.open("/people");
  for (const name of [/^tomasz/, /^eve/]) await ines.page.getByRole("checkbox", { name }).check();
  await ines.page.getByRole("button", { name: "Talk" }).click();
  await expect(ines.page.getByText("3 of 3 here")).toBeVisible();
  await ines.page.getByRole("textbox", { name: /^Message / }).fill("the three of us");
  await ines.send.click();
  for (const one of [tomasz, eve]) {
    if (one === eve) await eve.open("/rooms");
    await one.page.getByRole("link", { name: /ines/ }).first().click();
    await expect(one.page.locator(".body").getByText("the three of us")).toBeVisible();
  }
  // By name, also where nothing hovers.
  await eve.page.getByText("3 of 3 here").click();
  await expect(eve.page.getByText("eve, ines, tomasz")).toBeInViewport({ ratio: 1 });
  await accessible(eve.page, "a conversation with its people");
  await expect(carla.rooms.getByRole("link", { name: /tomasz/ })).toHaveCount(0);
});

test("in a conversation a face stands where the other has read", async ({ ines, tomasz }) => {
  await ines.open("/people");
  await ines.page.getByRole("checkbox", { name: /^tomasz/ }).check();
  await ines.page.getByRole("button", { name: "Talk" }).click();
  await expect(ines.heading("tomasz")).toBeVisible();
  const say = async (who: Person, text: string) => {
    await who.page.getByRole("textbox", { name: /^Message / }).fill(text);
    await who.send.click();
    await expect(who.page.locator(".msg:not(.sending) .body").getByText(text)).toBeVisible();
  };
  /** What stands right before the mark. */
  const seen = ines.page.locator(".msg:has(+ .seen) .body");
  await say(ines, "first");
  await say(ines, "second");
  await expect(seen).toHaveCount(0);
  await tomasz.rooms.getByRole("link", { name: /^ines/ }).click();
  await expect(seen).toHaveText("second");
  await expect(ines.page.getByRole("img", { name: "Seen by tomasz" })).toBeAttached();
  await accessible(ines.page, "a conversation");
  await say(ines, "third");
  await expect(seen).toHaveText("third");
  await say(tomasz, "fourth");
  await expect(seen).toHaveText("fourth");
  await ines.page.reload();
  await expect(seen).toHaveText("fourth");
});
