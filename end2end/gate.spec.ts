// Pages beside the desk that follow something find back after a proxy said for a while that there is no server, which closes
// an EventSource for good.
import { Gate } from "./support/gate";
import { squawk, token } from "./support/loudspeaker";
import { expect, test } from "./support/test";

test("squawks, log lines and a chart come back after answers of 502, and nothing is missing", async ({ person, server, request }) => {
  const gate = await Gate.to(server.url);
  try {
    const ines = await person("ines", { url: gate.url });
    await ines.begin();
    const [ingest, wire] = [server.token(), token(server, "wire", "post")];
    const post = async (path: string, data: object) => {
      const headers = { Authorization: `Bearer ${ingest}` };
      expect((await request.post(server.url + path, { headers, data })).status()).toBe(200);
    };
    await post("/ingest/ticks", { symbol: "GATE", venue: "lab", last: "1.10" });
    await post("/ingest/logs", { message: "before", source: "gate" });
    const squawks = ines.page;
    const [logs, chart] = [await ines.context.newPage(), await ines.context.newPage()];
    await squawks.goto(`${gate.url}/squawks`);
    await logs.goto(`${gate.url}/logs/search?q=source:gate`);
    await logs.getByRole("button", { name: "Follow" }).click();
    await expect(logs.locator("#follow-state")).toHaveText("following");
    await chart.goto(`${gate.url}/ticker/chart?symbol=GATE&venue=lab`);
    await expect(chart.locator("#last")).toHaveText("1.10");

    ines.watch.expectCuts();
    ines.watch.expect(/502/);
    gate.shut();
    const refused = (topic: string) => gate.refused.filter((path) => path.startsWith(`/events?topics=${topic}`)).length;
    for (const topic of ["squawk", "logs", "ticker"]) {
      await expect.poll(() => refused(topic), { timeout: 30_000, message: topic }).toBeGreaterThan(1);
    }
    await expect(chart.getByRole("status").filter({ hasText: /^reconnecting; last heard at / })).toBeVisible();
    await expect(logs.locator("#follow-state")).toHaveText("catching up …");
    await squawk(server, request, wire, "while it was shut");
    await post("/ingest/ticks", { symbol: "GATE", venue: "lab", last: "1.30" });
    await post("/ingest/logs", { message: "while it was shut", source: "gate" });
    gate.open();

    const patience = { timeout: 40_000 };
    await expect(squawks.getByRole("link", { name: "1 new" })).toBeVisible(patience);
    await expect(logs.locator(".found-line").filter({ hasText: "while it was shut" })).toHaveCount(1, patience);
    await expect(logs.locator("#follow-state")).toHaveText("following");
    await expect(chart.locator("#last")).toHaveText("1.30", patience);
    await expect(chart.getByText(/^reconnecting/)).toHaveCount(0);
  } finally {
    await gate.close();
  }
});

test("a stream that waits for its next try takes it at once when the network is back", async ({ person, server }) => {
  const gate = await Gate.to(server.url);
  try {
    const ines = await person("ines", { url: gate.url });
    await ines.begin();
    await ines.page.goto(`${gate.url}/squawks`);
    ines.watch.expectCuts();
    ines.watch.expect(/502/);
    // Long enough that the next try by itself is seconds away.
    gate.shut();
    await expect.poll(() => gate.refused.filter((path) => path.startsWith("/events?")).length, { timeout: 60_000 }).toBeGreaterThan(4);
    gate.open();
    const back = ines.page.waitForResponse((answer) => answer.url().includes("/events?") && answer.ok(), { timeout: 3_000 });
    await ines.page.evaluate(() => dispatchEvent(new Event("online")));
    await back;
  } finally {
    await gate.close();
  }
});
