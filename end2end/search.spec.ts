// What was said, found again.
import { accessible } from "./support/axe";
import { expect, test } from "./support/test";

test("what was said is found, marked, and opened in its place", async ({ ines, tomasz }) => {
  await ines.say("Order AB-1234567 was refused by the gateway");
  for (const n of [1, 2, 3]) await ines.say(`filler ${n}`);
  await tomasz.sees("filler 3");
  await tomasz.rooms.getByRole("link", { name: "Search" }).click();
  await expect(tomasz.page.getByText("said by ines", { exact: true })).toBeVisible();
  const field = tomasz.page.getByRole("searchbox", { name: "Search everything" });
  await field.fill("1234567 gate");
  await field.press("Enter");
  const hits = tomasz.page.getByRole("main").getByRole("listitem");
  await expect(hits).toHaveCount(1);
  await expect(hits.locator("mark")).toHaveText(["1234567", "gate"]);
  await accessible(tomasz.page, "what a search found");
  await hits.getByRole("link").click();
  await expect(tomasz.heading("# desk")).toBeVisible();
  await expect(tomasz.page.locator("article:target")).toContainText("AB-1234567");
  await tomasz.open("/search?q=nowhere-to-be-found");
  await expect(tomasz.page.getByRole("status").getByText(/^Nothing that you can read fits/)).toBeVisible();
  await tomasz.open("/search?q=before:noon");
  await expect(tomasz.page.getByRole("alert")).toContainText("2026-11-20");
});
