// WCAG 2.1, levels A and AA, as far as a program can tell.
import AxeBuilder from "@axe-core/playwright";
import { type Page, expect } from "@playwright/test";

export async function accessible(page: Page, what: string) {
  const axe = axeOf(page).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]);
  await findsNothing(axe, what);
}

/** In the dark and by day: between them nothing but the colours differs. */
export async function accessibleDayAndNight(page: Page, what: string) {
  await page.emulateMedia({ colorScheme: "dark" });
  await findsNothing(axeOf(page).withRules(["color-contrast", "link-in-text-block"]), `${what}, dark,`);
  await page.emulateMedia({ colorScheme: "light" });
  await accessible(page, `${what}, light,`);
}

function axeOf(page: Page): AxeBuilder {
  // A thousand emoji are one like the other.
  return new AxeBuilder({ page }).exclude("[role=option]:nth-child(n + 40)");
}

async function findsNothing(axe: AxeBuilder, what: string) {
  const { violations } = await axe.analyze();
  const found = violations.map(
    ({ id, help, nodes }) => `${id}: ${help}\n${nodes.map((n) => `  ${n.target} ${n.failureSummary}`).join("\n")}`,
  );
  expect(found, `${what} is accessible`).toEqual([]);
}
