// Where prices come from, and how that is.
import { accessible } from "./support/axe";
import { Server } from "./support/server";
import { expect, test } from "./support/test";

test("the page of venues says how each is", async ({ ines }) => {
  await ines.open("/you");
  await ines.page.getByRole("link", { name: "Venues" }).click();
  await expect(ines.heading("Venues")).toBeVisible();
  const demo = ines.page.getByRole("main").getByRole("listitem").filter({ hasText: "demo" });
  await expect(demo).toContainText(/live since .* UTC/);
  await expect(demo).toContainText(/[1-9]\d* prices/);
  await expect(ines.page.getByText(/^Not chosen: .*coinbase/)).toBeVisible();
  await accessible(ines.page, "the page of venues");
});

test("a venue that can't be reached says so where prices are, and programs are told", async ({ person, request }) => {
  // Nobody listens there.
  const nowhere = "ws://127.0.0.1:9";
  const server = await Server.start({
    args: ["--venues", "demo,kraken", "--kraken-url", nowhere, "--allow-private-addresses"],
  });
  try {
    const ines = await person("ines", { url: server.url });
    await ines.begin();
    await ines.open("/ticker/venues");
    const kraken = ines.page.getByRole("main").getByRole("listitem").filter({ hasText: "kraken" });
    await expect(kraken).toContainText(/connecting|down since/);
    await expect(kraken).toContainText("BTC/USD");
    const token = server.run("token", "create", "--name", "watch", "--scope", "read").trim();
    const headers = { Authorization: `Bearer ${token}` };
    const metrics = await (await request.get(`${server.url}/metrics`, { headers })).text();
    expect(metrics).toMatch(/^squawkbox_venue_up\{venue="kraken"\} 0$/m);
    expect(metrics).toMatch(/^squawkbox_venue_up\{venue="demo"\} 1$/m);
    expect((await request.get(`${server.url}/metrics`)).status()).toBe(401);
    await ines.context.close();
    expect(await server.stop()).toBe(0);
  } finally {
    await server.stop();
    server.clear();
  }
});
