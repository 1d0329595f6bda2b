// The server is killed in the middle of a conversation and started again: nothing said is missing or there twice, and
// nobody's place or half-written text is lost.
import type { Locator } from "@playwright/test";
import { Person } from "./support/person";
import { expect, test } from "./support/test";
import { Watch } from "./support/watch";

// It takes a while until everybody has found back.
const patience = { timeout: 40_000 };

const status = (who: Person): Locator => who.page.getByRole("main").getByRole("status");
const stale = (who: Person) => expect(status(who)).toHaveText(/^stale since/, patience);
const live = (who: Person) => expect(status(who)).toHaveText("live", patience);
const sending = (who: Person): Locator => who.messages.locator(".msg.sending");

/** Writes without waiting for what becomes of it. */
async function write(who: Person, text: string) {
  await who.composer.fill(text);
  await who.composer.press("Enter");
  await expect(who.composer).toHaveValue("");
}

/** Where a message stands on the screen, once it rests there. */
async function resting(message: Locator): Promise<number> {
  let rest = NaN;
  const top = () => message.evaluate((body) => Math.round(body.getBoundingClientRect().top));
  await expect.poll(async () => rest === (rest = await top()), { intervals: [200] }).toBe(true);
  return rest;
}

test("everybody finds back to where they were, with all that was said, once and in order", async ({ ines, tomasz, server }) => {
  for (const one of [ines, tomasz]) one.watch.expectCuts();
  const said: (string | RegExp)[] = [];
  // More than a screen holds.
  for (let n = 1; n <= 10; n++) {
    await ines.say(`${n}\n${"line\n".repeat(6)}end of ${n}`);
    said.push(new RegExp(`^${n}\\D[^]*end of ${n}$`));
  }
  await expect(tomasz.bodies).toHaveText(said);

  // He has begun to write, and reads back.
  await tomasz.composer.fill("Half a thou");
  await tomasz.messages.hover();
  await tomasz.page.mouse.wheel(0, -600);
  await expect(tomasz.bodies.last()).not.toBeInViewport();
  const place = tomasz.bodies.nth(6);
  const before = await resting(place);

  for (const text of ["on the way 1", "on the way 2", "on the way 3"]) {
    await write(ines, text);
    said.push(text);
  }
  await server.kill();
  for (const one of [ines, tomasz]) await stale(one);
  const down = ["while it is down 1", "while it is down 2", "while it is down 3"];
  for (const text of down) await write(ines, text);
  said.push(...down);
  // What was on the way may have been kept or not: it is on the screen once either way.
  await expect(sending(ines).filter({ hasText: "while it is down" }).locator(".body")).toHaveText(down);
  await expect(ines.bodies).toHaveText(said);
  expect(Math.abs((await resting(place)) - before)).toBeLessThan(3);

  await server.again();
  for (const one of [ines, tomasz]) {
    await expect(one.bodies).toHaveText(said, patience);
    await expect(sending(one)).toHaveCount(0);
    await live(one);
  }
  expect(Math.abs((await resting(place)) - before)).toBeLessThan(3);
  await expect(tomasz.composer).toHaveValue("Half a thou");

  await tomasz.composer.press("End");
  await tomasz.composer.pressSequentially("ght");
  await tomasz.composer.press("Enter");
  said.push("Half a thought");
  for (const one of [ines, tomasz]) await expect(one.bodies).toHaveText(said);
  // The database says the same.
  for (const one of [ines, tomasz]) {
    await one.page.reload();
    await one.arrive();
    await expect(one.bodies).toHaveText(said);
  }
});

test("what was never acknowledged survives the page as well as the server", async ({ ines, tomasz, server }) => {
  for (const one of [ines, tomasz]) one.watch.expectCuts();
  await ines.say("before");
  await server.kill();
  await stale(ines);
  for (const text of ["first", "second"]) await write(ines, text);
  await expect(sending(ines)).toHaveCount(2);
  // The page goes while there is nobody to tell.
  await ines.page.goto("about:blank");
  await server.again();
  await ines.open("/rooms/1");
  for (const one of [ines, tomasz]) {
    await expect(one.bodies).toHaveText(["before", "first", "second"], patience);
    await expect(sending(one)).toHaveCount(0);
  }
  // It is forgotten once it is kept: another reload sends nothing.
  await ines.page.reload();
  await ines.arrive();
  await ines.say("after");
  for (const one of [ines, tomasz]) await expect(one.bodies).toHaveText(["before", "first", "second", "after"]);
});

test("a reload right after the restart loses and doubles nothing", async ({ ines, tomasz, server }) => {
  for (const one of [ines, tomasz]) one.watch.expectCuts();
  await server.kill();
  await stale(ines);
  for (const text of ["first", "second"]) await write(ines, text);
  await server.again();
  // At once, so that the page being left may or may not have sent them already.
  await ines.page.reload();
  await ines.arrive();
  for (const one of [ines, tomasz]) {
    await expect(one.bodies).toHaveText(["first", "second"], patience);
    await expect(sending(one)).toHaveCount(0);
  }
});

test("two tabs of one person show the same at once, also what either wrote while the server was down", async ({ ines, tomasz, server }) => {
  const page = await ines.context.newPage();
  const other = new Person(ines.name, ines.url, ines.context, page, new Watch(page, "ines, second tab", true));
  await other.open("/rooms/1");
  await other.arrive();
  for (const one of [ines, other, tomasz]) one.watch.expectCuts();
  await ines.say("from the first tab");
  await other.sees("from the first tab");
  await other.say("from the second tab");
  await ines.sees("from the second tab");
  await expect(sending(other)).toHaveCount(0);

  await server.kill();
  for (const one of [ines, other]) await stale(one);
  await write(ines, "first, later");
  await write(other, "second, later");
  await server.again();
  const both = ["from the first tab", "from the second tab"];
  const later = ["first, later", "second, later"];
  await expect(tomasz.bodies).toHaveCount(4, patience);
  // Which of the two came first is nobody's to say, but it is the same for all.
  const order = await tomasz.bodies.allInnerTexts();
  expect([order.slice(0, 2), order.slice(2).sort()]).toEqual([both, later]);
  for (const one of [ines, other]) {
    await expect(one.bodies).toHaveText(order, patience);
    await expect(sending(one)).toHaveCount(0);
  }
  expect(other.watch.faults).toEqual([]);
});
