// Autobahn's fuzzing client against the echo: what RFC 6455 asks of a server, and large messages. Its own program, which is
// one of Python 2.7; where there is none, this is left out.
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "./support/test";

interface Verdict {
  behavior: string;
  behaviorClose: string;
}

const program = process.env.WSTEST;
/** Invalid text in one frame that comes byte by byte is seen when the frame is whole, which is late, but allowed. */
const LATE = ["6.4.3", "6.4.4"];
/** Compression isn't offered. */
const COMPRESSED = /^1[23]\./;

test.use({ settings: ["--open-checkup"] });
test.skip(!program, "there is no Python 2.7 for Autobahn's fuzzing client");

/** Runs these cases; gives the verdict on each. */
async function fuzz(url: string, cases: readonly string[]): Promise<Record<string, Verdict>> {
  const folder = mkdtempSync(join(tmpdir(), "autobahn-"));
  try {
    const spec = join(folder, "spec.json");
    const servers = [{ agent: "squawkbox", url: `${url.replace("http", "ws")}/echo` }];
    writeFileSync(spec, JSON.stringify({ servers, outdir: folder, cases, "exclude-cases": [], "exclude-agent-cases": {} }));
    // The server is on this machine, whatever proxy leads elsewhere.
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/_proxy$/i.test(name)));
    await promisify(execFile)(program!, ["-m", "fuzzingclient", "-s", spec], { cwd: folder, env, maxBuffer: 1 << 24 });
    return JSON.parse(readFileSync(join(folder, "index.json"), "utf8")).squawkbox;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const isWell = (verdict: string) => verdict === "OK" || verdict === "INFORMATIONAL";
const isFault = ([id, { behavior, behaviorClose }]: [string, Verdict]) => {
  const isAllowed = (behavior === "NON-STRICT" && LATE.includes(id)) || (behavior === "UNIMPLEMENTED" && COMPRESSED.test(id));
  return !(isWell(behavior) || isAllowed) || !isWell(behaviorClose);
};

for (const [what, cases, least] of [
  ["framing, text and closing, as RFC 6455 has them", ["1.*", "2.*", "3.*", "4.*", "5.*", "6.*", "7.*", "10.*"], 247],
  ["large messages, up to 16 MiB, and many", ["9.*"], 54],
  ["compression, which is not there", ["12.*", "13.*"], 200],
] as const) {
  test(`Autobahn's fuzzing client: ${what}`, async ({ server }) => {
    test.setTimeout(300_000);
    const report = await fuzz(server.url, cases);
    expect(Object.keys(report).length, "cases that were run").toBeGreaterThanOrEqual(least);
    // Most have a second for each answer, which a machine that is busy may not: those have another try.
    const late = Object.entries(report).filter(isFault).map(([id]) => id);
    if (late.length) Object.assign(report, await fuzz(server.url, late));
    const faults = Object.entries(report).filter(isFault);
    expect(faults.map(([id, { behavior, behaviorClose }]) => `${id}: ${behavior}, ${behaviorClose}`)).toEqual([]);
  });
}
