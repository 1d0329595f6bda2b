// What is behind a link, looked up by the server from a site that this file serves.
import { type Server as Http, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { accessible } from "./support/axe";
import { Server } from "./support/server";
import { expect, test } from "./support/test";

const picture = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");

test("a card arrives under a link, for everybody at once", async ({ person }) => {
  const asked: string[] = [];
  const site: Http = createServer((request, response) => {
    asked.push(`${request.url} ${request.headers["user-agent"]}`);
    if (request.url === "/chart.png") {
      response.writeHead(200, { "content-type": "image/png" }).end(picture);
      return;
    }
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
    response.end(`<title>plain</title><meta property="og:title" content="Fills &amp; orders"><meta name="description"
      content="What was filled today, by venue"><meta property="og:site_name" content="Floor"><meta property="og:image" content="/chart.png">`);
  });
  await new Promise<void>((done) => site.listen(0, "127.0.0.1", done));
  const url = `http://127.0.0.1:${(site.address() as AddressInfo).port}/fills`;
  const server = await Server.start({ args: ["--allow-private-addresses"] });
  try {
    const ines = await person("ines", { url: server.url });
    await ines.begin();
    const tomasz = await person("tomasz", { url: server.url });
    await tomasz.follow(ines);
    await ines.composer.fill(`look: ${url}`);
    await ines.send.click();
    for (const who of [ines, tomasz]) {
      const card = who.messages.locator(".card").getByRole("link");
      await expect(card).toContainText("Fills & orders");
      await expect(card).toContainText("What was filled today, by venue");
      await expect(card).toHaveAttribute("href", url);
      await expect(card.locator("img")).toHaveJSProperty("complete", true);
      expect(await card.locator("img").getAttribute("src")).toMatch(/^\/previews\/[0-9a-f]{32}$/);
      await expect(who.messages.getByText("edited")).toHaveCount(0);
    }
    await accessible(ines.page, "a room with a card");
    await tomasz.say("below the card");
    const [before, after] = await tomasz.placeBeforeAndAfter(/\/previews\//, "/rooms/1", tomasz.messages.getByText(/^look:/));
    expect(after, "what one reads stays in its place when the picture comes").toBe(before);

    // Only the server has asked.
    expect(asked).toHaveLength(2);
    for (const request of asked) expect(request).toMatch(/Squawkbox\//);

    // In brackets a link is left alone.
    await ines.composer.press("ArrowUp");
    const field = ines.page.getByRole("textbox", { name: "Edit the message" });
    await field.fill(`look: <${url}>`);
    await field.press("Enter");
    await expect(tomasz.messages.locator(".card")).toHaveCount(0);

    await ines.open("/team");
    await accessible(ines.page, "the team's page");
    await ines.page.getByLabel(/^Show what is behind a link/).uncheck();
    await ines.page.getByRole("region", { name: "Links" }).getByRole("button", { name: "Save" }).click();
    await expect(ines.page.getByText("That is how it is from now on.")).toBeVisible();
    await expect(ines.page.getByLabel(/^Show what is behind a link/)).not.toBeChecked();
  } finally {
    site.close();
    await server.stop();
    server.clear();
  }
});
