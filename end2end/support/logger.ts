// The program `logger`, by which scripts write to the system's log or to a server.
import { execFileSync, spawnSync } from "node:child_process";

/** Whether there is that of util-linux: others of this name can't do what is asked of it here. */
export function hasLogger(): boolean {
  const { stdout } = spawnSync("logger", ["--version"], { encoding: "utf8" });
  return !!stdout?.includes("util-linux");
}

/** Sends a text as process 77; `way` says where. */
export function logger(way: string[], tag: string, priority: string, text: string, more: string[] = []) {
  execFileSync("logger", [...way, "--tag", tag, "--priority", priority, "--id=77", ...more, "--", text]);
}
