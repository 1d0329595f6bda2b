// rsyslog as it runs on servers, but as nobody's system log: it reads a socket and a file of its own, and sends on.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The program: the one that .ci/setup unpacked, else this machine's own. */
export function rsyslogd(): string | undefined {
  const folders = [...(process.env.PATH ?? "").split(":"), "/usr/sbin", "/usr/local/sbin"];
  return process.env.RSYSLOGD || folders.map((folder) => join(folder, "rsyslogd")).find(existsSync);
}

export class Rsyslog {
  private readonly folder = mkdtempSync(join(tmpdir(), "rsyslog-"));
  /** Where programs of this machine send what they log. */
  readonly socket = join(this.folder, "log");
  /** A file that is followed. */
  readonly file = join(this.folder, "gateway.log");
  private readonly child: ChildProcess;
  private readonly exit: Promise<void>;
  private log = "";

  /**
   * Sends to this port of this machine, in the way that the README shows. The file is looked at every second: told of its
   * changes instead, rsyslog waits with the last line for as long as anything changes in a folder above it.
   */
  constructor(program: string, port: number) {
    const config = join(this.folder, "rsyslog.conf");
    writeFileSync(this.file, "");
    writeFileSync(
      config,
      `global(parser.escapeControlCharactersOnReceive="off" workDirectory="${this.folder}")
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="${this.socket}")
module(load="imfile" mode="polling" pollingInterval="1")
input(type="imfile" File="${this.file}" Tag="gateway:" Severity="warning" Facility="local3"
      startmsg.regex="^[^ ]" readTimeout="1" escapeLF="off")
*.* action(type="omfwd" target="127.0.0.1" port="${port}" protocol="tcp" TCP_Framing="octet-counted"
           template="RSYSLOG_SyslogProtocol23Format" queue.type="LinkedList" action.resumeRetryCount="-1")
`,
    );
    this.child = spawn(program, ["-n", "-f", config, "-i", join(this.folder, "pid")]);
    this.child.on("error", (error) => (this.log += error.message));
    this.exit = new Promise((done) => {
      this.child.on("close", () => done());
      this.child.on("error", () => done());
    });
    for (const stream of [this.child.stdout!, this.child.stderr!]) stream.on("data", (text) => (this.log += text));
  }

  /** Until it takes what is sent to it. */
  async ready() {
    const ended = this.exit.then(() => {
      throw new Error(`rsyslogd ended.\n${this.log}`);
    });
    const there = async () => {
      while (!existsSync(this.socket)) await new Promise((done) => setTimeout(done, 50));
    };
    await Promise.race([there(), ended]);
    ended.catch(() => {});
  }

  async end() {
    this.child.kill();
    await this.exit;
    rmSync(this.folder, { recursive: true, force: true });
  }
}
