// The first visit, the second person, and the talk between them.
import { expect, test } from "./support/test";

test("the first visitor sets the team up, the second joins by link, and they talk", async ({ person }) => {
  const ines = await person("ines");
  await ines.setUp();
  await expect(ines.rooms.getByRole("link", { name: "# desk" })).toHaveAttribute("aria-current", "page");
  await expect(ines.page.getByText("1 of 1 here")).toBeVisible();

  // Where nobody else is yet, the way to bring them in is at hand.
  await ines.context.grantPermissions(["clipboard-read"], { origin: ines.url });
  await ines.page.getByText("Others come in by the join link").getByRole("link", { name: "Team" }).click();
  await expect(ines.page).toHaveURL(/\/team#link-heading$/);
  const copied = () => ines.page.evaluate(() => navigator.clipboard.readText());
  await ines.page.getByRole("button", { name: "Copy" }).click();
  await expect(ines.page.getByRole("button", { name: "Copied" })).toBeFocused();
  const link = await ines.joinLink.inputValue();
  expect(await copied()).toBe(link);
  await ines.page.reload();
  // As over http in a network: browsers have it only where nobody on the way can listen.
  await ines.page.evaluate(async () => {
    await navigator.clipboard.writeText("something else").catch(() => {});
    Object.defineProperty(Navigator.prototype, "clipboard", { value: undefined, configurable: true });
  });
  await ines.page.getByRole("button", { name: "Copy" }).click();
  await expect(ines.page.getByRole("button", { name: "Copied" })).toBeFocused();
  await ines.page.reload();
  expect(await copied()).toBe(link);

  const path = await ines.invitation();
  await ines.open("/");
  await ines.arrive();
  const tomasz = await person("tomasz");
  await tomasz.join(path);
  await expect(tomasz.page.getByText("Nothing has been said here yet.")).toBeVisible();
  await expect(tomasz.page.getByText("Others come in by the join link")).toHaveCount(0);

  for (const one of [ines, tomasz]) {
    await expect(one.page.getByText("2 of 2 here")).toBeVisible();
    await expect(one.rooms.getByText("ines", { exact: true })).toBeVisible();
    await expect(one.rooms.getByText("tomasz", { exact: true })).toBeVisible();
  }

  // Who, by keyboard.
  const count = ines.page.getByText("2 of 2 here");
  const names = ines.page.getByRole("main").getByText("ines, tomasz");
  await count.focus();
  await ines.page.keyboard.press("Enter");
  await expect(names).toBeVisible();
  await ines.page.keyboard.press("Escape");
  await expect(names).toBeHidden();
  await expect(count).toBeFocused();

  await ines.say("Spread looks fine.");
  await tomasz.sees("Spread looks fine.");
  await tomasz.say("Gateway is slow, checking the logs.");
  await ines.sees("Gateway is slow, checking the logs.");
  for (const one of [ines, tomasz]) {
    await expect(one.bodies).toHaveText(["Spread looks fine.", "Gateway is slow, checking the logs."]);
  }

  // Both are there for whoever comes back.
  await ines.page.reload();
  await ines.arrive();
  await expect(ines.bodies).toHaveText(["Spread looks fine.", "Gateway is slow, checking the logs."]);

  await tomasz.context.close();
  await expect(ines.page.getByText("1 of 2 here")).toBeVisible({ timeout: 20_000 });
});

test("typing is seen, and ends with the message; of a command nothing is", async ({ ines, tomasz }) => {
  await tomasz.composer.pressSequentially("/price BTC");
  await ines.page.waitForTimeout(1_000);
  await expect(ines.page.getByText("tomasz is typing…")).toHaveCount(0);
  await tomasz.composer.fill("");
  await tomasz.composer.pressSequentially("Pausing");
  await expect(ines.page.getByText("tomasz is typing…")).toBeVisible();
  await tomasz.composer.press("Enter");
  await ines.sees("Pausing");
  await expect(ines.page.getByText("tomasz is typing…")).toBeHidden();
});

test("Enter sends, Shift+Enter starts a line, and text stays text", async ({ ines, tomasz }) => {
  await ines.composer.pressSequentially("<b>bold</b> & first");
  await ines.composer.press("Shift+Enter");
  await ines.composer.pressSequentially("second");
  await ines.composer.press("Enter");
  await expect(ines.composer).toHaveValue("");
  await expect(ines.composer).toBeFocused();
  await expect(tomasz.bodies).toHaveText(["<b>bold</b> & first\nsecond"], { useInnerText: true });
  await ines.composer.fill("   ");
  await ines.composer.press("Enter");
  await ines.say("after nothing");
  await expect(ines.bodies).toHaveCount(2);
});

test("the newest stays in view, and one's place is kept while reading back", async ({ ines, tomasz }) => {
  // More than a screen holds.
  for (let n = 1; n <= 10; n++) await ines.say(`${n}\n${"line\n".repeat(6)}end of ${n}`.trim());
  const log = tomasz.messages;
  await expect(tomasz.bodies).toHaveCount(10);
  await expect(tomasz.bodies.last()).toBeInViewport();
  await ines.say("newest");
  await expect(tomasz.bodies.last()).toHaveText("newest");
  await expect(tomasz.bodies.last()).toBeInViewport();

  await log.hover();
  await tomasz.page.mouse.wheel(0, -600);
  await expect(tomasz.bodies.last()).not.toBeInViewport();
  // The wheel scrolls smoothly: wait until it rests.
  const third = () => tomasz.bodies.nth(6).evaluate((body) => Math.round(body.getBoundingClientRect().top));
  let rest = NaN;
  await expect.poll(async () => rest === (rest = await third()), { intervals: [200] }).toBe(true);
  await ines.say("meanwhile");
  await expect(tomasz.bodies).toHaveCount(12);
  expect(Math.abs((await third()) - rest)).toBeLessThan(3);
});

test("a room is made, and both are in it", async ({ ines, tomasz }) => {
  await ines.open("/rooms/new");
  await ines.page.getByRole("textbox", { name: "Room name" }).fill("incidents");
  await ines.page.getByRole("button", { name: "Create room" }).click();
  await expect(ines.rooms.getByRole("link", { name: "# incidents" })).toBeVisible();
  await ines.rooms.getByRole("link", { name: "# incidents" }).click();
  await expect(ines.heading("# incidents")).toBeVisible();

  await tomasz.open("/rooms");
  await tomasz.page.getByRole("main").getByRole("link", { name: "# incidents" }).click();
  await expect(tomasz.heading("# incidents")).toBeVisible();
  await tomasz.page.getByRole("textbox", { name: "Message # incidents" }).fill("Only here");
  await tomasz.send.click();
  const there = ines.page.getByRole("log", { name: "Messages in # incidents" });
  await expect(there.getByText("Only here", { exact: true })).toBeVisible();
  await ines.rooms.getByRole("link", { name: "# desk" }).click();
  await expect(ines.heading("# desk")).toBeVisible();
  await expect(ines.bodies).toHaveCount(0);
});

test("what is being written stays with its room, over a reload too", async ({ ines }) => {
  await ines.open("/rooms/new");
  await ines.page.getByRole("textbox", { name: "Room name" }).fill("other");
  await ines.page.getByRole("button", { name: "Create room" }).click();
  const other = ines.page.getByRole("textbox", { name: "Message # other" });
  await expect(other).toBeVisible();
  const room = (name: string) => ines.rooms.getByRole("link", { name }).click();
  await room("# desk");
  await ines.composer.pressSequentially("for the desk");
  await room("# other");
  await expect(other).toHaveValue("");
  await room("# desk");
  await expect(ines.composer).toHaveValue("for the desk");
  await ines.page.reload();
  await ines.arrive();
  await expect(ines.composer).toHaveValue("for the desk");
  await ines.composer.press("Enter");
  await ines.sees("for the desk");
  await ines.page.reload();
  await ines.arrive();
  await expect(ines.composer).toHaveValue("");
});

test("signing out ends what was open, signing in goes on", async ({ ines, tomasz }) => {
  const tab = await tomasz.context.newPage();
  await tab.goto(`${tomasz.url}/rooms/1`);
  await expect(tab.getByRole("main").getByRole("status")).toHaveText("live");
  await tomasz.signOut();
  await expect(tab).toHaveURL(/\/sign-in$/);
  await tab.close();
  await tomasz.open("/");
  await expect(tomasz.page).toHaveURL(/\/sign-in$/);
  await ines.say("While you were out");
  await tomasz.signIn();
  await tomasz.arrive();
  await tomasz.sees("While you were out");
});

test("a wrong password says no more than a wrong name", async ({ ines, person }) => {
  const said: string[] = [];
  for (const name of [ines.name, "nobody"]) {
    const one = await person(name);
    one.watch.expect(/401|403|429/);
    await one.open("/sign-in");
    await one.signIn("not-the-password-17");
    said.push(await one.page.getByRole("alert").innerText());
    await expect(one.page).toHaveURL(/\/sign-in/);
  }
  expect(said[0]).not.toBe("");
  expect(said[1]).toBe(said[0]);
});

test("the server stops in time while people are connected, and they come back to it", async ({ ines, tomasz, server }) => {
  for (const one of [ines, tomasz]) one.watch.expectCuts();
  await ines.say("before");
  const began = Date.now();
  await server.restart();
  expect(Date.now() - began).toBeLessThan(10_000);
  for (const one of [ines, tomasz]) await one.live();
  await tomasz.say("after");
  await expect(ines.bodies).toHaveText(["before", "after"]);
});
