// Everything that one comes for, without a single script.
import type { Person } from "./support/person";
import { png } from "./support/png";
import { expect, test } from "./support/test";

/** Sends with the plain form, and reads the page that comes back. */
async function send(person: Person, text: string) {
  await person.composer.fill(text);
  await person.send.click();
  await person.sees(text);
}

test("set up, join, send and read", async ({ person }) => {
  const ines = await person("ines");
  await ines.setUp();
  await expect(ines.page.locator("html[data-hydrated]")).toHaveCount(0);
  await ines.page.getByText("Others come in by the join link").getByRole("link", { name: "Team" }).click();
  await expect(ines.joinLink).toHaveValue(/\/join\//);
  await expect(ines.page.getByRole("button", { name: "Copy" })).toHaveCount(0);
  const path = await ines.invitation();
  const tomasz = await person("tomasz");
  await tomasz.join(path);
  await send(tomasz, "Is anyone there?");
  await ines.open("/");
  await ines.sees("Is anyone there?");
  await expect(ines.bodies.last()).toBeInViewport();
  await send(ines, "I am. What is it?");
  await tomasz.page.reload();
  await expect(tomasz.bodies).toHaveText(["Is anyone there?", "I am. What is it?"]);
  // Sent by a form, read again by a reload: not sent again.
  await ines.page.reload();
  await expect(ines.bodies).toHaveCount(2);
});

test("sign out and in, and be told what is wrong", async ({ ines }) => {
  await ines.signOut();
  await ines.open("/");
  await expect(ines.page).toHaveURL(/\/sign-in$/);
  ines.watch.expect(/40[13]|429/);
  await ines.signIn("not-the-password-17");
  await expect(ines.page.getByRole("alert")).not.toBeEmpty();
  await ines.signIn();
  await expect(ines.heading("# desk")).toBeVisible();
});

test("a room is made, prices and lines are read", async ({ ines }) => {
  await ines.open("/rooms/new");
  await ines.page.getByRole("textbox", { name: "Room name" }).fill("research");
  await ines.page.getByRole("button", { name: "Create room" }).click();
  await ines.open("/rooms");
  await ines.page.getByRole("main").getByRole("link", { name: "# research" }).click();
  await expect(ines.heading("# research")).toBeVisible();

  await ines.open("/ticker");
  await expect(ines.prices.first()).toContainText("DEMO");
  await ines.open("/logs");
  await expect(ines.lines.first()).toBeVisible();
});

test("a room is archived, brought back and deleted", async ({ ines }) => {
  await ines.open("/rooms/new");
  await ines.page.getByRole("textbox", { name: "Room name" }).fill("research");
  await ines.page.getByRole("button", { name: "Create room" }).click();
  const url = ines.page.url();
  const about = async () => {
    await ines.page.goto(`${url}/about`);
  };
  await about();
  await ines.page.getByRole("button", { name: "Archive the room" }).click();
  await expect(ines.page.getByText(/^This room is archived/)).toBeVisible();
  await expect(ines.page.getByRole("textbox", { name: "Message # research" })).toHaveCount(0);
  await about();
  await ines.page.getByRole("button", { name: "Bring the room back" }).click();
  await expect(ines.page.getByRole("textbox", { name: "Message # research" })).toBeVisible();
  await about();
  await ines.page.getByRole("link", { name: "Delete the room…" }).click();
  await ines.page.getByLabel("Type research to delete the room").fill("research");
  await ines.page.getByRole("button", { name: "Delete the room" }).click();
  await expect(ines.page).toHaveURL(/\/rooms$/);
  await expect(ines.page.getByRole("link", { name: "# research" })).toHaveCount(0);
});

test("an administrator has a symbol forgotten", async ({ ines, tomasz, server, request }) => {
  const headers = { Authorization: `Bearer ${server.token()}` };
  const tick = async (symbol: string, last: string, time: string) => {
    const answer = await request.post(`${server.url}/ingest/ticks`, { headers, data: { symbol, venue: "lab", last, time } });
    expect(answer.status()).toBe(200);
  };
  await tick("TYPO/USD", "1.25", "2026-01-04T10:00:00Z");
  await tick("TYPO/USD", "1.50", "2026-01-05T10:00:00Z");
  const page = "/ticker/chart?symbol=TYPO%2FUSD&venue=lab";
  await tomasz.open(page);
  await expect(tomasz.page.locator("#last")).toHaveText("1.50");
  await expect(tomasz.page.getByRole("link", { name: "Forget this symbol…" })).toHaveCount(0);
  await ines.open(page);
  await ines.page.getByRole("link", { name: "Forget this symbol…" }).click();
  await expect(ines.heading("Forget a symbol")).toBeVisible();
  await expect(ines.page.getByText("all its bars, on 2 days since 2026-01-04")).toBeVisible();
  await expect(ines.page.getByText("its newest price, 1.50")).toBeVisible();
  await ines.page.getByRole("button", { name: "Forget the symbol" }).click();
  await expect(ines.page).toHaveURL(/\/ticker$/);
  ines.watch.expect(/40[04]/);
  await ines.open(page);
  await expect(ines.page.getByText(/There are no prices of TYPO\/USD/)).toBeVisible();
  // It begins anew.
  await tick("TYPO/USD", "1.75", "2026-01-06T10:00:00Z");
  await ines.open(page);
  await expect(ines.page.getByRole("region", { name: "Table of bars" }).getByRole("row")).toHaveCount(2);
});

test("lines are filtered by a plain form", async ({ ines, server, request }) => {
  const answer = await request.post(`${server.url}/ingest/logs`, {
    headers: { Authorization: `Bearer ${server.token()}` },
    data: [{ message: "red heron" }, { message: "grey goose" }],
  });
  expect(answer.status()).toBe(200);
  await ines.open("/logs");
  await expect(ines.lines.filter({ hasText: "grey goose" })).toHaveCount(1);
  await ines.filter.fill("heron");
  await ines.filter.press("Enter");
  await expect(ines.lines.filter({ hasText: "red heron" })).toHaveCount(1);
  await expect(ines.lines.filter({ hasText: "grey goose" })).toHaveCount(0);
});

test("the past is read page by page, and the way back is there", async ({ ines }) => {
  for (const text of ["one", "two", "three"]) await send(ines, text);
  await ines.open("/rooms/1?before=3");
  await expect(ines.bodies).toHaveText(["one", "two"]);
  await ines.page.getByRole("link", { name: "Later messages" }).click();
  await expect(ines.bodies).toHaveText(["one", "two", "three"]);
  await ines.open("/rooms/1?on=2100-01-01");
  await expect(ines.bodies.last()).toHaveText("three");
  await ines.open("/rooms/1?before=2");
  await expect(ines.bodies).toHaveText(["one"]);
  await ines.page.getByRole("link", { name: "Newest messages" }).click();
  await expect(ines.bodies).toHaveText(["one", "two", "three"]);
});

test("what can't be sent says why", async ({ ines }) => {
  ines.watch.expect(/4\d\d/);
  await ines.composer.fill("x".repeat(17_000));
  await ines.send.click();
  await expect(ines.page.getByRole("alert")).toContainText(/\d/);
  // It is still there, to be shortened.
  const text = ines.page.getByRole("textbox", { name: "Your message" });
  await expect(text).toHaveValue("x".repeat(17_000));
  await text.fill("short enough");
  await ines.page.getByRole("button", { name: "Send" }).click();
  await ines.sees("short enough");
});

test("files are sent by the plain form, and read by plain links", async ({ ines }) => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';
  await ines.page.getByLabel("Attach files").setInputFiles([
    { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("all quiet") },
    { name: "drawing.svg", mimeType: "image/svg+xml", buffer: Buffer.from(svg) },
  ]);
  await ines.composer.fill("two files");
  await ines.send.click();
  await ines.sees("two files");
  const files = ines.messages.getByRole("list", { name: "Files" }).getByRole("link");
  await expect(files).toHaveCount(2);
  await expect(ines.messages.getByRole("img")).toHaveCount(0);
  const [download] = await Promise.all([ines.page.waitForEvent("download"), files.first().click()]);
  expect(download.suggestedFilename()).toBe("notes.txt");
});

test("commands run, and their answer comes with the page", async ({ ines }) => {
  ines.watch.expect(/status of 400|status 400/);
  await ines.composer.fill("/topic Open outcry");
  await ines.send.click();
  await expect(ines.page.getByRole("status").getByText("Everyone sees the new topic")).toBeVisible();
  await expect(ines.page.getByText("Open outcry")).toBeVisible();
  await ines.composer.fill("/nonsense");
  await ines.send.click();
  await expect(ines.page.getByRole("alert")).toContainText("There is no command /nonsense");
  await ines.page.getByRole("link", { name: "Back without it" }).click();
  await send(ines, "/etc/hosts is no command");
});

test("a thread is read and written beside its room", async ({ ines }) => {
  await send(ines, "Shall we hedge?");
  await ines.open("/rooms/1?thread=1");
  const pane = ines.page.getByRole("region", { name: "Thread", exact: true });
  await expect(pane.locator("#root")).toContainText("Shall we hedge?");
  await pane.getByRole("textbox").fill("Half of it.");
  await pane.getByRole("button", { name: "Send" }).click();
  await expect(ines.page).toHaveURL(/\/rooms\/1\?thread=1$/);
  await expect(pane.locator(".body")).toHaveText(["Shall we hedge?", "Half of it."]);
  // What a command answers stands where it was given.
  await pane.getByRole("textbox").fill("/topic");
  await pane.getByRole("button", { name: "Send" }).click();
  await expect(pane.locator(".note")).toContainText("There is no topic");
  await expect(ines.page.locator(".note")).toHaveCount(1);
  await pane.getByRole("link", { name: "Close" }).click();
  await expect(pane).toHaveCount(0);
  await ines.messages.getByRole("link", { name: /^1 reply/ }).click();
  await expect(pane.locator(".body")).toHaveText(["Shall we hedge?", "Half of it."]);
  await ines.rooms.getByRole("link", { name: "Threads" }).click();
  await expect(ines.page.getByRole("listitem")).toContainText("Shall we hedge?");
  await ines.page.getByRole("listitem").getByRole("link").click();
  await expect(pane.locator(".body").last()).toHaveText("Half of it.");
  // A thread's own address leads there too.
  await ines.open("/rooms/2");
  await expect(ines.page).toHaveURL(/\/rooms\/1\?thread=1$/);
});

test("a picture is brought by a form, or refused in words", async ({ ines }) => {
  const bring = async (name: string, mimeType: string, buffer: Buffer) => {
    await ines.page.getByLabel("New picture").setInputFiles({ name, mimeType, buffer });
    await ines.page.getByRole("button", { name: "Use picture" }).click();
  };
  await ines.open("/you");
  await bring("me.png", "image/png", Buffer.from("no picture"));
  await expect(ines.page.getByRole("alert")).toContainText("This is no picture that can be shown");
  await bring("me.png", "image/png", png(200, 300));
  await expect(ines.page.getByRole("status")).toContainText("Your picture is changed.");
  await expect(ines.page.getByRole("img", { name: "Your picture" })).toBeVisible();
  await ines.page.getByRole("button", { name: "Remove picture" }).click();
  await expect(ines.page.getByRole("status")).toHaveText("Your picture is removed.");
});

test("a list of symbols is chosen where prices are", async ({ ines }) => {
  await ines.open("/ticker/lists");
  await ines.page.getByLabel("Name").fill("Majors");
  await ines.page.getByRole("button", { name: "Make list" }).click();
  await ines.page.getByLabel("Add", { exact: true }).fill("demo:BTC-USD");
  await ines.page.getByRole("button", { name: "Add symbol" }).click();
  await ines.open("/ticker");
  await ines.ticker.getByLabel("List", { exact: true }).selectOption("Majors");
  await ines.ticker.getByRole("button", { name: "Show" }).click();
  await expect(ines.heading("Majors")).toBeVisible();
  await expect(ines.page.getByRole("row", { name: /BTC-USD/ })).toContainText(/[\d,.]+/);
});

test("the connection check says what it would try, and the settings", async ({ ines }) => {
  await ines.open("/checkup");
  await expect(ines.page.getByText("your browser runs none here")).toBeVisible();
  const events = ines.page.getByRole("listitem").filter({ has: ines.page.getByRole("heading", { name: "Events" }) });
  await expect(events).toContainText("Whether events that are sent a second apart");
  await events.getByText("What mends it").click();
  await events.getByText("Caddy").click();
  await expect(events.getByText("flush_interval -1")).toBeVisible();
  await expect(ines.page.getByRole("button", { name: "Check again" })).toBeHidden();
});

test("the moment of a link stands in sight, marked, on a busy desk", async ({ ines, server, request }) => {
  const then = Math.floor(Date.now() / 1000) * 1000 - 120_000;
  const lines = [...Array(100).keys()].map((i) => {
    const time = new Date(then + (i - 50) * 1000).toISOString();
    return JSON.stringify({ message: `line ${i - 50} ${"long enough for two rows ".repeat(8)}`, source: "busy", time });
  });
  const headers = { Authorization: `Bearer ${server.token()}` };
  const answer = await request.post(`${server.url}/ingest/logs`, { headers, data: Buffer.from(lines.join("\n")) });
  expect(answer.status(), await answer.text()).toBe(200);
  await ines.open(`/at/${new Date(then).toISOString()}?q=source:busy#here`);
  const here = ines.page.getByRole("listitem").filter({ has: ines.page.getByRole("link", { name: /^This moment/ }) });
  await expect(here).toContainText("line 0 ");
  await expect(here.getByRole("link", { name: /^This moment/ })).toBeInViewport({ ratio: 1 });
  await ines.page.getByRole("link", { name: "1 second later" }).click();
  await expect(here).toContainText("line 1 ");
  await expect(here.getByRole("link", { name: /^This moment/ })).toBeInViewport({ ratio: 1 });
});
