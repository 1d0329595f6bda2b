// Finding one's way in a long room: both ways, to a day, to the first unread message, and back to where one was.
import type { Locator } from "@playwright/test";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { accessible } from "./support/axe";
import type { Person } from "./support/person";
import type { Server } from "./support/server";
import { expect, test } from "./support/test";

/** A hundred messages a day from the 1st of November to the 4th; all of them unread but the first ten. */
function history(server: Server) {
  const script = `
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], timeout=10)
start = 1793491200 # 2026-11-01
rows = [(n, n, f"c{n}", f"number {n}", (start + (n - 1) // 100 * 86400 + (n - 1) % 100 * 600) * 1_000_000) for n in range(1, 401)]
db.executemany("INSERT INTO message (room, seq, changed, author, client_id, body, at) VALUES (1, ?, ?, 1, ?, ?, ?)", rows)
db.execute("UPDATE room SET said = 400, changed = 400")
db.execute("UPDATE member SET read = 10")
db.commit()`;
  execFileSync("python3", ["-c", script, join(server.data, "desk.db")]);
}

/** It says how many are unread, where some are. */
const newest = (who: Person): Locator => who.page.getByRole("link", { name: /^(Newest messages|[\d+]+ new messages?)$/ });
const number = (who: Person, n: number): Locator => who.bodies.getByText(`number ${n}`, { exact: true });

/** What is shown is one stretch, each message once. */
async function stretch(who: Person): Promise<[number, number]> {
  const numbers = (await who.bodies.allTextContents()).map((text) => Number(/^number (\d+)$/.exec(text)?.[1]));
  expect(numbers).toEqual(numbers.map((_, at) => numbers[0] + at));
  return [numbers[0], numbers[numbers.length - 1]];
}

/** Where a message stands on the screen, once it rests there. */
async function resting(message: Locator): Promise<number> {
  let rest = NaN;
  const top = () => message.evaluate((body) => Math.round(body.getBoundingClientRect().top));
  await expect.poll(async () => rest === (rest = await top()), { intervals: [200] }).toBe(true);
  return rest;
}

/** The message in the middle of what is in sight, once that rests. */
async function inTheMiddle(who: Person): Promise<number> {
  const middle = () =>
    who.messages.evaluate((log) => {
      const { left, top, width, height } = log.getBoundingClientRect();
      const at = document.elementFromPoint(left + width / 2, top + height / 2)?.closest(".msg");
      return Number(/number (\d+)/.exec(at?.textContent ?? "")?.[1]);
    });
  let last = NaN;
  await expect.poll(async () => last === (last = await middle()), { intervals: [300] }).toBe(true);
  return last;
}

test("the room is read back to its beginning and on to its end by scrolling alone", async ({ server, ines }) => {
  history(server);
  await ines.open("/rooms/1");
  await ines.arrive();
  await expect(number(ines, 400)).toBeInViewport();
  expect(await stretch(ines)).toEqual([361, 400]);
  await ines.messages.focus();
  for (let first = 361; first > 1; [first] = await stretch(ines)) {
    await ines.page.keyboard.press("Home");
    await expect(number(ines, Math.max(first - 40, 1))).toHaveCount(1);
  }
  await expect(newest(ines)).toBeVisible();
  await accessible(ines.page);
  await newest(ines).click();
  await expect(number(ines, 400)).toBeInViewport();
  await expect(newest(ines)).toHaveCount(0);
});

test("a tall screen is filled without scrolling", async ({ server, ines }) => {
  history(server);
  await ines.page.setViewportSize({ width: 1440, height: 4000 });
  await ines.open("/rooms/1");
  await ines.arrive();
  await expect(number(ines, 321)).toHaveCount(1);
  expect(await stretch(ines)).toEqual([321, 400]);
  await expect(number(ines, 400)).toBeInViewport();
});

test("a thread that covers the room on a phone loads nothing of it", async ({ server, ines }) => {
  history(server);
  await ines.page.setViewportSize({ width: 390, height: 844 });
  const asked: string[] = [];
  ines.page.on("request", (request) => asked.push(request.url()));
  await ines.open("/rooms/1?thread=400");
  await expect(ines.page.getByRole("region", { name: "Thread", exact: true }).getByRole("status").first()).toHaveText("live");
  await ines.page.waitForTimeout(1_000);
  expect(asked.filter((url) => url.includes("more_messages"))).toEqual([]);
  await ines.page.getByRole("link", { name: "Close" }).click();
  await expect(number(ines, 400)).toBeInViewport();
  expect(await stretch(ines)).toEqual([361, 400]);
});

test("what one looks at stays in its place while more is loaded at either end", async ({ server, ines, tomasz }) => {
  history(server);
  await ines.open("/rooms/1?before=231");
  await ines.arrive();
  expect(await stretch(ines)).toEqual([191, 230]);
  for (const [edge, more] of [[191, 160], [230, 265]]) {
    // Where it stands in every frame from its coming into view until more has been there for a while.
    const tops = await number(ines, edge).evaluate(async (body) => {
      body.scrollIntoView({ block: "center" });
      const tops: number[] = [];
      for (let frame = 0; frame < 90; frame++) {
        await new Promise(requestAnimationFrame);
        tops.push(Math.round(body.getBoundingClientRect().top));
      }
      return tops;
    });
    await expect(number(ines, more)).toHaveCount(1);
    await stretch(ines);
    expect(Math.max(...tops) - Math.min(...tops), `${edge} moves: ${tops}`).toBeLessThan(3);
  }
  // What is said meanwhile is no part of the past, and counted.
  await tomasz.open("/rooms/1");
  await tomasz.arrive();
  await tomasz.say("right now");
  await expect(ines.bodies.getByText("right now")).toHaveCount(0);
  await stretch(ines);
  // One who speaks goes to the present.
  await ines.composer.fill("me too");
  await ines.composer.press("Enter");
  await ines.sees("right now");
  await ines.sees("me too");
  await expect(ines.bodies.last()).toBeInViewport();
});

test("the way back to the present says how much has come meanwhile", async ({ server, ines, tomasz }) => {
  history(server);
  await ines.open("/rooms/1");
  await ines.arrive();
  await ines.messages.focus();
  await ines.page.keyboard.press("Home");
  await expect(number(ines, 321)).toHaveCount(1);
  await expect(newest(ines)).toHaveText("Newest messages");
  await tomasz.open("/rooms/1");
  await tomasz.arrive();
  await tomasz.say("first of them");
  await expect(newest(ines)).toHaveText("1 new message");
  await tomasz.say("second of them");
  await expect(newest(ines)).toHaveText("2 new messages");
  await accessible(ines.page, "a room with new messages further down");
  await newest(ines).click();
  await expect(ines.bodies.getByText("second of them")).toBeInViewport();
  await expect(newest(ines)).toHaveCount(0);
});

test("a day and the first unread message are gone to", async ({ server, ines, tomasz }) => {
  history(server);
  await ines.open("/rooms/1");
  await ines.arrive();
  await ines.page.getByText("Jump to…").focus();
  await ines.page.keyboard.press("Enter");
  await accessible(ines.page);
  await ines.page.getByLabel("Day (UTC)").fill("2026-11-03");
  await ines.page.getByRole("button", { name: "Go", exact: true }).click();
  await expect(number(ines, 201)).toBeInViewport();
  await stretch(ines);
  await newest(ines).click();
  await expect(number(ines, 400)).toBeInViewport();
  await expect(ines.page).toHaveURL(/\/rooms\/1$/);

  await tomasz.open("/rooms/1");
  await tomasz.arrive();
  await tomasz.page.getByRole("link", { name: "First unread" }).click();
  await expect(number(tomasz, 11)).toBeInViewport();
  await expect(tomasz.messages.getByText("New", { exact: true })).toBeInViewport();
  await tomasz.page.getByText("Jump to…").click();
  await tomasz.page.getByRole("link", { name: "The beginning" }).click();
  await expect(number(tomasz, 1)).toBeInViewport();
});

test("Esc marks the room read, wherever in it one is", async ({ server, tomasz }) => {
  history(server);
  await tomasz.open("/rooms/1?before=71");
  await tomasz.arrive();
  const desk = tomasz.rooms.getByRole("link", { name: "# desk" });
  await expect(desk).toContainText(/\d+ unread/);
  await tomasz.composer.press("Escape");
  await expect(desk).not.toContainText("unread");
  await expect(tomasz.messages.getByText("New", { exact: true })).toHaveCount(0);
  await tomasz.open("/ticker");
  await expect(desk).toBeVisible();
  await expect(desk).not.toContainText("unread");
});

test("one comes back to where one was, from another room and after a reload", async ({ server, ines }) => {
  await ines.open("/rooms/new");
  await ines.page.getByRole("textbox", { name: "Room name" }).fill("other");
  await ines.page.getByRole("button", { name: "Create room" }).click();
  history(server);
  const room = (name: string) => ines.rooms.getByRole("link", { name }).click();
  await room("# desk");
  await expect(number(ines, 400)).toBeInViewport();
  await ines.messages.focus();
  // Far enough that the newest page doesn't hold it.
  for (const first of [321, 281, 241]) {
    await ines.page.keyboard.press("Home");
    await expect(number(ines, first)).toHaveCount(1);
  }
  await number(ines, 250).scrollIntoViewIfNeeded();
  await resting(number(ines, 250));
  await room("# other");
  await expect(ines.heading("# other")).toBeVisible();
  await room("# desk");
  await expect(number(ines, 250)).toBeInViewport();
  await ines.page.reload();
  await ines.arrive();
  await expect(number(ines, 250)).toBeInViewport();
  // The very beginning is a place like any.
  await ines.page.getByText("Jump to…").click();
  await ines.page.getByRole("link", { name: "The beginning" }).click();
  await expect(number(ines, 1)).toBeInViewport();
  await resting(number(ines, 1));
  await room("# other");
  await expect(ines.heading("# other")).toBeVisible();
  await room("# desk");
  await expect(number(ines, 1)).toBeInViewport();
  // What the address points to counts until one has gone on.
  await ines.page.goto(`${server.url}/rooms/1?before=151#m130`);
  for (const again of [true, false]) {
    await ines.arrive();
    await expect(number(ines, 130)).toBeInViewport();
    await resting(number(ines, 130));
    if (again) await ines.page.reload();
  }
  await ines.messages.focus();
  await expect(async () => {
    await ines.page.keyboard.press("PageUp");
    await expect(number(ines, 130)).not.toBeInViewport({ timeout: 500 });
  }).toPass();
  await expect(ines.page).toHaveURL(`${server.url}/rooms/1`);
  const seen = number(ines, await inTheMiddle(ines));
  await resting(seen);
  await ines.page.reload();
  await ines.arrive();
  await expect(seen).toBeInViewport();
  await newest(ines).click();
  await expect(number(ines, 400)).toBeInViewport();
});

test("a phone finds its way too", async ({ server, ines, person }) => {
  history(server);
  const tomasz = await person("tomasz", { viewport: { width: 390, height: 844 } });
  await tomasz.follow(ines);
  await tomasz.open("/rooms/1?on=2026-11-02");
  await tomasz.arrive();
  await expect(number(tomasz, 101)).toBeInViewport();
  await tomasz.messages.evaluate((log) => log.scrollTo(0, 0));
  await expect(number(tomasz, 170)).toHaveCount(1);
  await stretch(tomasz);
  await accessible(tomasz.page);
  await newest(tomasz).click();
  await expect(number(tomasz, 400)).toBeInViewport();
});

test("a quote leads to what it answers, however far back that is", async ({ server, ines, tomasz }) => {
  history(server);
  await ines.open("/rooms/1?before=41#m20");
  await ines.arrive();
  const article = ines.page.locator("#m20");
  await article.hover();
  await article.getByRole("button", { name: /^Actions/ }).click();
  await article.getByRole("button", { name: "Reply", exact: true }).click();
  await ines.composer.fill("as I said then");
  await ines.composer.press("Enter");
  await tomasz.sees("as I said then");
  await expect(number(tomasz, 20)).toHaveCount(0);
  await tomasz.messages.getByRole("article").filter({ hasText: "as I said then" }).locator(".quote").click();
  await expect(number(tomasz, 20)).toBeInViewport();
  await expect(tomasz.page).toHaveURL(/#m20$/);
});
