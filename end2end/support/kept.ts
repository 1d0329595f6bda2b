// Log lines that were sent, found again as any program finds them.
import { type APIRequestContext, expect } from "@playwright/test";
import type { Server } from "./server";

/** A line as it must be kept. */
export interface Line {
  level: "trace" | "debug" | "info" | "warn" | "error";
  message: string;
  /** What it carries beside; there may be more. Those of plain text and numbers are searched for too. */
  fields?: Record<string, unknown>;
}

interface Found extends Line {
  id: number;
  time: string;
  source: string;
  fields: Record<string, unknown>;
}

/** How far the clock of a line may be behind, in milliseconds: where times have whole seconds, the rest of one is lost. */
const BEHIND = 1_000;

export class Kept {
  private readonly headers: Record<string, string>;
  private readonly began = Date.now();

  /** To be made before anything is sent. */
  constructor(
    private readonly server: Server,
    private readonly request: APIRequestContext,
  ) {
    const token = server.run("token", "create", "--name", "reader", "--scope", "read").trim();
    this.headers = { Authorization: `Bearer ${token}` };
  }

  /** The lines that a query finds, the oldest first. */
  async find(query: string): Promise<Found[]> {
    const url = `${this.server.url}/api/v1/logs?query=${encodeURIComponent(query)}`;
    const answer = await this.request.get(url, { headers: this.headers });
    expect(answer.status(), await answer.text()).toBe(200);
    const { lines, complete } = await answer.json();
    expect(complete, query).toBe(true);
    return lines.reverse();
  }

  /**
   * All that the source has sent: these lines, each of them found by what it says, none there twice. They are in this
   * order, unless each came by a connection of its own.
   */
  async expect(source: string, lines: Line[], { inOrder = true } = {}) {
    const of = `source:${quoted(source)}`;
    const byMessage = (a: Line, b: Line) => (a.message < b.message ? -1 : 1);
    const ordered = <L extends Line>(all: L[]) => (inOrder ? all : [...all].sort(byMessage));
    const shown = (all: Line[]) => ordered(all).map(({ level, message }) => `${level} ${message}`);
    await expect.poll(async () => shown(await this.find(of)), { timeout: 15_000 }).toEqual(shown(lines));
    const kept = ordered(await this.find(of));
    for (const [at, line] of ordered(lines).entries()) {
      expect(kept[at]).toMatchObject({ ...line, source });
      const time = Date.parse(kept[at].time);
      expect(time, `the time of ${line.message}`).toBeGreaterThan(this.began - BEHIND);
      expect(time, `the time of ${line.message}`).toBeLessThanOrEqual(Date.now());
      const query = `${of} level=${line.level} ${quoted(line.message)} ${conditions(line.fields ?? {})}`;
      await expect.poll(async () => (await this.find(query)).map(({ id }) => id), query).toEqual([kept[at].id]);
    }
  }
}

const quoted = (text: string) => `"${text.replace(/[\\"]/g, "\\$&")}"`;

function conditions(fields: Record<string, unknown>): string {
  const plain = Object.entries(fields).filter(([, value]) => ["string", "number"].includes(typeof value));
  return plain.map(([name, value]) => `${name}=${quoted(String(value))}`).join(" ");
}
