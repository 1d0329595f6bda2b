// Nothing said is lost or said twice, whatever the network does.
import type { Locator } from "@playwright/test";
import type { Line } from "./support/line";
import type { Person } from "./support/person";
import { expect, test as base } from "./support/test";

// The second person is on a line that can be cut.
const test = base.extend<{ remote: Person }>({
  remote: async ({ ines, person, line }, use) => {
    const remote = await person("tomasz", { url: line.url });
    remote.watch.expectCuts();
    await remote.follow(ines);
    await ines.live();
    await use(remote);
  },
});

const stale = (person: Person) => expect(person.page.getByRole("main").getByRole("status")).toHaveText(/^stale since/);

/** Cuts the line and writes something, which waits. */
async function writeOffline(person: Person, line: Line, text: string) {
  line.cut();
  await stale(person);
  await person.composer.fill(text);
  await person.composer.press("Enter");
  await expect(person.messages.locator(".msg.sending")).toHaveCount(1);
}

test("what was said while the line was cut arrives once, in order", async ({ ines, remote, line }) => {
  await ines.say("before");
  await remote.sees("before");
  line.cut();
  await stale(remote);
  for (const text of ["first", "second", "third"]) await ines.say(text);
  await expect(remote.bodies).toHaveText(["before"]);
  line.restore();
  await expect(remote.bodies).toHaveText(["before", "first", "second", "third"], { timeout: 30_000 });
  await remote.live();
  await ines.say("after");
  await expect(remote.bodies).toHaveText(["before", "first", "second", "third", "after"]);
});

test("what is written while the line is cut waits, says so, and is sent once", async ({ ines, remote, line }) => {
  line.cut();
  await stale(remote);
  for (const text of ["one", "two"]) {
    await remote.composer.fill(text);
    await remote.composer.press("Enter");
  }
  const sending = remote.messages.locator(".msg.sending");
  await expect(sending.locator(".body")).toHaveText(["one", "two"]);
  await expect(sending.first()).toContainText("sending when the line is back");
  await ines.say("meanwhile");
  await expect(ines.bodies).toHaveText(["meanwhile"]);
  line.restore();
  for (const one of [ines, remote]) {
    await expect(one.bodies).toHaveText(["meanwhile", "one", "two"], { timeout: 30_000 });
  }
  await expect(sending).toHaveCount(0);
});

test("a message whose acknowledgement is lost is not sent twice", async ({ ines, remote, line }) => {
  line.deafen();
  await remote.composer.fill("only once");
  await remote.composer.press("Enter");
  // It has arrived; its sender doesn't know.
  await ines.sees("only once");
  await expect(remote.messages.locator(".msg.sending")).toHaveCount(1);
  line.restore();
  await remote.live();
  await expect(remote.messages.locator(".msg.sending")).toHaveCount(0, { timeout: 30_000 });
  await remote.say("and after it");
  for (const one of [ines, remote]) await expect(one.bodies).toHaveText(["only once", "and after it"]);
});

test("a line that is dead without a word is noticed by its silence", async ({ remote, line }) => {
  const status = (of: Locator) => expect(of.getByRole("status").first());
  const parts = [remote.page.getByRole("main"), remote.ticker, remote.logs];
  for (const part of parts) await status(part).toHaveText(/^(live|following)$/);
  line.deafen();
  for (const part of parts) await status(part).toHaveText(/^stale since/, { timeout: 60_000 });
  line.restore();
  for (const part of parts) await status(part).toHaveText(/^(live|following)$/, { timeout: 30_000 });
});

test("what waits survives closing the page", async ({ ines, remote, line }) => {
  await writeOffline(remote, line, "kept over a reload");
  line.restore();
  // At once, so that the page being left may or may not have sent it already.
  await remote.page.reload();
  await remote.arrive();
  for (const one of [ines, remote]) {
    await expect(one.bodies).toHaveText(["kept over a reload"], { timeout: 30_000 });
  }
  await expect(remote.messages.locator(".msg.sending")).toHaveCount(0);
});

test("what waits in one room is sent while another page is on show", async ({ ines, remote, line }) => {
  await writeOffline(remote, line, "from the other room");
  await remote.rooms.getByRole("link", { name: "Ticker" }).click();
  await expect(remote.heading("# desk")).toBeHidden();
  line.restore();
  await expect(ines.bodies).toHaveText(["from the other room"], { timeout: 30_000 });
  await remote.rooms.getByRole("link", { name: "# desk" }).click();
  await expect(remote.bodies).toHaveText(["from the other room"]);
  await expect(remote.messages.locator(".msg.sending")).toHaveCount(0);
});

test("two tabs of one person keep what either wrote", async ({ ines, remote, line }) => {
  const other = await remote.context.newPage();
  await other.goto(`${remote.url}/rooms/1`);
  await writeOffline(remote, line, "from the first tab");
  // The first tab goes before the line is back; the other one's coming back must not undo what it kept.
  await remote.page.goto("about:blank");
  line.restore();
  await expect(other.getByRole("main").getByRole("status")).toHaveText("live", { timeout: 30_000 });
  await remote.page.goto(`${remote.url}/rooms/1`);
  await expect(ines.bodies).toHaveText(["from the first tab"], { timeout: 30_000 });
});

test("the feeds say that they are stale, and go on where they were", async ({ remote, line, request, server }) => {
  const bearer = { Authorization: `Bearer ${server.token()}` };
  const post = async (message: string) => {
    const answer = await request.post(`${server.url}/ingest/logs`, { headers: bearer, data: { source: "gate", message } });
    expect(answer.status()).toBe(200);
  };
  await expect(remote.ticker.getByRole("status").first()).toHaveText("live");
  await post("before the cut");
  await expect(remote.lines.filter({ hasText: "before the cut" })).toHaveCount(1);
  line.cut();
  await expect(remote.ticker.getByRole("status").first()).toHaveText(/^stale since/);
  await expect(remote.logs.getByRole("status").first()).toHaveText(/^stale since/);
  await post("during the cut");
  line.restore();
  await expect(remote.lines.filter({ hasText: "during the cut" })).toHaveCount(1, { timeout: 30_000 });
  await expect(remote.lines.filter({ hasText: "before the cut" })).toHaveCount(1);
  await expect(remote.ticker.getByRole("status").first()).toHaveText("live");
});

test("what became of messages while the line was cut is there afterwards", async ({ ines, remote, line }) => {
  for (const text of ["teh price", "too much", "well?"]) await ines.say(text);
  await remote.sees("well?");
  line.cut();
  await stale(remote);
  const pick = async (text: string, action: string) => {
    const article = ines.messages.getByRole("article").filter({ hasText: text });
    await article.hover();
    await article.getByRole("button", { name: /^Actions/ }).click();
    await article.getByRole("button", { name: action, exact: true }).click();
  };
  await pick("teh price", "Edit");
  await ines.page.getByRole("textbox", { name: "Edit the message" }).fill("the price");
  await ines.page.getByRole("textbox", { name: "Edit the message" }).press("Enter");
  await pick("too much", "Delete");
  await ines.page.getByRole("button", { name: "Delete" }).click();
  await pick("well?", "React with eyes");
  await expect(ines.bodies).toHaveText(["the price", "This message was deleted.", "well?"]);
  await expect(remote.bodies).toHaveText(["teh price", "too much", "well?"]);
  line.restore();
  await expect(remote.bodies).toHaveText(["the price", "This message was deleted.", "well?"], { timeout: 30_000 });
  await expect(remote.page.getByRole("button", { name: /^👀 1/ })).toBeVisible();
});

test("what is refused says why, stays, and is sent again by a button", async ({ ines, remote, line }) => {
  await ines.page.request.post(`${ines.url}/do/create_room`, { form: { name: "quarter", private: "false" }, headers: { Origin: ines.url } });
  await remote.page.goto(`${remote.url}/rooms/2`);
  const field = remote.page.getByRole("textbox", { name: "Message # quarter" });
  await expect(remote.page.getByRole("main").getByRole("status")).toHaveText("live");
  line.cut();
  await stale(remote);
  await field.fill("numbers are in");
  await field.press("Enter");
  const archive = (archived: boolean) =>
    ines.page.request.post(`${ines.url}/do/archive_room`, { form: { room: "2", archived: `${archived}` }, headers: { Origin: ines.url } });
  expect((await archive(true)).status()).toBe(200);
  line.restore();
  const waiting = remote.page.getByRole("article").filter({ hasText: "numbers are in" });
  await expect(waiting).toContainText("archived", { timeout: 30_000 });
  expect((await archive(false)).status()).toBe(200);
  await expect(field).toBeVisible();
  // Wherever one is, the rail says so.
  await remote.rooms.getByRole("link", { name: "# desk" }).click();
  const room = remote.rooms.getByRole("link", { name: /not sent/ });
  await expect(room).toBeVisible();
  await room.click();
  await waiting.getByRole("button", { name: "Try again" }).click();
  await expect(remote.page.getByRole("button", { name: "Try again" })).toHaveCount(0);
  await ines.page.goto(`${ines.url}/rooms/2`);
  await expect(ines.page.getByRole("log").locator(".body")).toHaveText(["numbers are in"]);
});

test("a room that couldn't be opened without the network opens when it is back", async ({ ines }) => {
  await ines.open("/rooms/new");
  await ines.page.getByLabel("Room name").fill("attic");
  await ines.page.getByRole("button", { name: "Create room" }).click();
  await expect(ines.heading("# attic")).toBeVisible();
  await ines.live();
  ines.watch.expectCuts();
  await ines.page.context().setOffline(true);
  await ines.rooms.getByRole("link", { name: "# desk" }).click();
  await expect(ines.page.getByText("No connection")).toBeVisible();
  await ines.page.context().setOffline(false);
  await expect(ines.heading("# desk")).toBeVisible({ timeout: 30_000 });
  await ines.say("back again");
});

test("a browser that loses its network says so within seconds", async ({ ines }) => {
  ines.watch.expectCuts();
  await ines.context.setOffline(true);
  await expect(ines.page.getByRole("main").getByRole("status")).toContainText("stale", { timeout: 8_000 });
  await ines.context.setOffline(false);
  await ines.live();
});
