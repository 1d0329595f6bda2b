// Programs of the system that some tests need.
import { existsSync } from "node:fs";
import { expect } from "./test";

/** Whether .ci/setup can install packages here. */
export const hasPackages = ["/usr/bin/apt-get", "/bin/apt-get"].some((program) => existsSync(program));

/** They may be missing only where it can't; there a test's title says so. */
export const leftOut = (title: string, missing: string) =>
  `${title} (left out: there is no ${missing}, and .ci/setup installs no packages on this system)`;

export const needed = (missing: string) =>
  expect(missing, `There is no ${missing}: run .ci/setup test, then eval "$(.ci/setup env)".`).toBe("");
