// WCAG 2.1, levels A and AA, as far as a program can tell.
import AxeBuilder from "@axe-core/playwright";
import { type Page, expect } from "@playwright/test";

export async function accessible(page: Page, what: string) {
  const axe = new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]);
  // A thousand emoji are one like the other.
  const { violations } = await axe.exclude("[role=option]:nth-child(n + 40)").analyze();
  const found = violations.map(
    ({ id, help, nodes }) => `${id}: ${help}\n${nodes.map((n) => `  ${n.target} ${n.failureSummary}`).join("\n")}`,
  );
  expect(found, `${what} is accessible`).toEqual([]);
}
