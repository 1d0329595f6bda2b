// Others' own log shippers: what each sends is found again by search, as it was meant.
import { appendFileSync } from "node:fs";
import { hostname } from "node:os";
import { pino } from "pino";
import * as winston from "winston";
import LokiTransport from "winston-loki";
import { Kept, type Line } from "./support/kept";
import { hasLogger, logger } from "./support/logger";
import { hasPackages, leftOut, needed } from "./support/programs";
import { Python } from "./support/python";
import { Rsyslog, rsyslogd } from "./support/rsyslog";
import type { Server } from "./support/server";
import { expect, test as base } from "./support/test";

interface Fixtures {
  kept: Kept;
  /** Gives an order to a program of clients/. */
  python(script: string, order: object): Promise<any>;
}

const test = base.extend<Fixtures>({
  // The system chooses the ports.
  settings: ["--syslog-udp", "127.0.0.1:0", "--syslog-tcp", "127.0.0.1:0"],
  kept: async ({ server, request }, use) => use(new Kept(server, request)),
  python: async ({}, use) => {
    const programs: Python[] = [];
    await use((script, order) => {
      const program = new Python(script);
      programs.push(program);
      return program.ask(order);
    });
    for (const program of programs) program.end();
  },
});

/** Where syslog is taken. */
async function port(server: Server, way: "UDP" | "TCP"): Promise<number> {
  const said = () => new RegExp(`syslog is taken.* way="${way}" address=127\\.0\\.0\\.1:(\\d+)`).exec(server.log);
  await expect.poll(said, "where the server takes syslog").toBeTruthy();
  return Number(said()![1]);
}

const foreign = "Zürich hat 10.000 Stück für 価格 1 250 € 🎉";
const several = "the desk closes:\n\tXLON at 16:30\n\n\tXPAR at 17:35";
const trace = `Traceback (most recent call last):
  File "desk.py", line 7, in settle
    pay(order)
ValueError: no price`;

test("python-logging-loki", async ({ kept, server, python }) => {
  const lines = [
    ["DEBUG", "cache is warm", {}],
    ["INFO", foreign, { order_id: 8812, place: "Köln \"West\"" }],
    ["WARNING", "queue is long", {}],
    ["ERROR", `order 8813 failed\n${trace}`, {}],
    ["CRITICAL", several, {}],
  ];
  await python("loki.py", { url: server.url, token: server.token(), lines });
  const fields = { logger: "orders" };
  await kept.expect("desk", [
    { level: "debug", message: "cache is warm", fields },
    { level: "info", message: foreign, fields: { ...fields, order_id: 8812, place: 'Köln "West"' } },
    { level: "warn", message: "queue is long", fields },
    { level: "error", message: `order 8813 failed\n${trace}`, fields },
    { level: "error", message: several, fields },
  ]);
});

test("OpenTelemetry's SDK for Python", async ({ kept, server, python }) => {
  const lines = [
    ["DEBUG", "cache is warm", {}],
    ["INFO", foreign, { order_id: 8812, ratio: 0.5, late: true, place: "Köln", venues: ["XLON", "XPAR"] }],
    ["WARNING", several, {}],
    ["ERROR", "order 8813 failed", {}],
  ];
  const trace_id: string = await python("otlp.py", { url: server.url, token: server.token(), lines });
  const fields = { "host.name": "n1", scope: "orders", "code.function.name": "<module>" };
  const own = { order_id: 8812, ratio: 0.5, late: true, place: "Köln", venues: ["XLON", "XPAR"] };
  const failed = {
    "exception.type": "ValueError",
    "exception.message": "no price",
    "exception.stacktrace": expect.stringMatching(/^Traceback[^]*\n {2}File "[^]*\nValueError: no price\n$/),
    trace_id,
  };
  await kept.expect("desk", [
    { level: "debug", message: "cache is warm", fields },
    { level: "info", message: foreign, fields: { ...fields, ...own } },
    { level: "warn", message: several, fields },
    { level: "error", message: "order 8813 failed", fields: { ...fields, ...failed } },
  ]);
});

test("Python's SysLogHandler over UDP", async ({ kept, server, python }) => {
  const pairs = 'order_id=8814 reason="no price"';
  const lines = [
    ["DEBUG", "cache is warm"],
    ["INFO", foreign],
    ["WARNING", several],
    ["ERROR", `order 8813 failed\n${trace}`],
    ["CRITICAL", pairs],
  ];
  await python("sysloghandler.py", { port: await port(server, "UDP"), way: "UDP", ident: "", lines });
  const fields = { facility: "local2" };
  // It names neither a program nor a host.
  await kept.expect("127.0.0.1", [
    { level: "debug", message: "cache is warm", fields },
    { level: "info", message: foreign, fields },
    { level: "warn", message: several, fields },
    { level: "error", message: `order 8813 failed\n${trace}`, fields },
    { level: "error", message: pairs, fields: { ...fields, order_id: "8814", reason: "no price" } },
  ]);
});

test("Python's SysLogHandler over TCP", async ({ kept, server, python }) => {
  const lines = [
    ["DEBUG", "cache is warm"],
    ["INFO", foreign],
    ["WARNING", "queue is long"],
    ["ERROR", `order 8813 failed\n${trace}`],
    ["CRITICAL", "gone:\nXLON\nXPAR"],
  ];
  await python("sysloghandler.py", { port: await port(server, "TCP"), way: "TCP", ident: "desk[77]: ", lines });
  const fields = { facility: "local2", procid: "77" };
  await kept.expect("desk", [
    { level: "debug", message: "cache is warm", fields },
    { level: "info", message: foreign, fields },
    { level: "warn", message: "queue is long", fields },
    { level: "error", message: `order 8813 failed\n${trace}`, fields },
    // A line's end ends a message here, and only a trace is put together again.
    { level: "error", message: "gone:", fields },
    { level: "error", message: "XLON", fields },
    { level: "error", message: "XPAR", fields },
  ]);
});

/** Logs through winston, and waits until everything is kept. */
async function winstonLogs(options: ConstructorParameters<typeof LokiTransport>[0], fields: object) {
  let failed: unknown;
  const loki = new LokiTransport({
    ...options,
    labels: { app: "desk" },
    gracefulShutdown: false,
    interval: 1,
    onConnectionError: (error) => (failed = error),
  });
  // Where a package is missing that it takes for optional, it would send JSON without a word.
  expect(loki).toHaveProperty("batcher.contentType", options.json ? "application/json" : "application/x-protobuf");
  const logger = winston.createLogger({ level: "silly", transports: [loki] });
  logger.silly("tick");
  logger.debug("cache is warm");
  logger.info(foreign, fields);
  logger.warn(several);
  logger.error(`order 8813 failed\n${trace}`);
  await loki.flush();
  logger.close();
  expect(failed).toBeUndefined();
}

test("winston-loki, by protobuf", async ({ kept, server }) => {
  const labels = { order_id: 8812, place: "Köln" };
  await winstonLogs({ host: server.url, basicAuth: `logs:${server.token()}` }, { labels });
  // It writes what it knows beside the message behind it.
  const line = (level: Line["level"], message: string, fields: object = {}, word: string = level): Line => ({
    level, message: `${message} {"level":"${word}"}`, fields: { ...fields },
  });
  await kept.expect("desk", [
    line("trace", "tick", {}, "silly"),
    line("debug", "cache is warm"),
    line("info", foreign, { order_id: "8812", place: "Köln" }),
    line("warn", several),
    line("error", `order 8813 failed\n${trace}`),
  ]);
});

test("winston-loki, by JSON", async ({ kept, server }) => {
  const options = { host: server.url, basicAuth: `logs:${server.token()}`, json: true, format: winston.format.json() };
  await winstonLogs(options, { order_id: 8812, place: "Köln", legs: [{ venue: "XLON" }] });
  await kept.expect("desk", [
    { level: "trace", message: "tick" },
    { level: "debug", message: "cache is warm" },
    { level: "info", message: foreign, fields: { order_id: 8812, place: "Köln", legs: [{ venue: "XLON" }] } },
    { level: "warn", message: several },
    { level: "error", message: `order 8813 failed\n${trace}` },
  ]);
});

test("pino with pino-loki", async ({ kept, server }) => {
  const transport = pino.transport({
    target: "pino-loki",
    options: {
      host: server.url,
      basicAuth: { username: "logs", password: server.token() },
      labels: { application: "desk" },
      batching: { interval: 1 },
    },
  });
  const logger = pino({ level: "trace", base: { pid: 77, hostname: "n1" } }, transport);
  logger.trace("tick");
  logger.debug("cache is warm");
  logger.info({ order_id: 8812, place: "Köln", meta: { span: "ab12" } }, foreign);
  logger.warn(several);
  logger.error(new TypeError("order 8813 failed"));
  logger.fatal("gone");
  const ended = new Promise((done) => transport.on("close", done));
  transport.end();
  await ended;
  const fields = { hostname: "n1", pid: 77 };
  const err = { type: "TypeError", stack: expect.stringMatching(/^TypeError: order 8813 failed\n {4}at /) };
  await kept.expect("desk", [
    // It has no other word for it.
    { level: "debug", message: "tick", fields },
    { level: "debug", message: "cache is warm", fields },
    { level: "info", message: foreign, fields: { ...fields, order_id: 8812, place: "Köln", span: "ab12" } },
    { level: "warn", message: several, fields },
    { level: "error", message: "order 8813 failed", fields: { ...fields, err: expect.objectContaining(err) } },
    { level: "error", message: "gone", fields },
  ]);
});

/** A test that needs a program of the system. */
function withPrograms(title: string, missing: string, body: Parameters<typeof test>[2]) {
  if (missing && !hasPackages) {
    test.skip(leftOut(title, missing), body);
  } else {
    test(title, body);
  }
}

const noLogger = hasLogger() ? "" : "logger of util-linux";
withPrograms("logger", noLogger, async ({ kept, server }) => {
  needed(noLogger);
  const here = ["--server", "127.0.0.1", "--port"];
  const udp = ["--udp", ...here, `${await port(server, "UDP")}`];
  const tcp = ["--tcp", ...here, `${await port(server, "TCP")}`];
  const data = ["--msgid", "NEW", "--sd-id", "order@32473"];
  data.push("--sd-param", 'id="8812"', "--sd-param", 'place="Köln \\"West\\""');
  const structured = { msgid: "NEW", "order.id": "8812", "order.place": 'Köln "West"' };
  for (const [tag, way, isCounted, isNew] of [
    ["counted", [...tcp, "--rfc5424", "--octet-count"], true, true],
    ["lines", [...tcp, "--rfc5424"], false, true],
    ["datagrams", [...udp, "--rfc5424"], true, true],
    ["old", [...udp, "--rfc3164"], true, false],
    ["old-lines", [...tcp, "--rfc3164"], false, false],
  ] as const) {
    logger([...way], tag, "local2.debug", "cache is warm");
    logger([...way], tag, "local2.notice", foreign, isNew ? data : []);
    logger([...way], tag, "user.warning", isCounted ? several : "queue is long");
    logger([...way], tag, "user.err", `order 8813 failed\n${trace}`);
    logger([...way], tag, "daemon.emerg", "gone");
    const fields = { procid: "77", hostname: isNew ? hostname() : hostname().split(".")[0] };
    const lines: Line[] = [
      { level: "debug", message: "cache is warm", fields: { ...fields, facility: "local2" } },
      { level: "info", message: foreign, fields: { ...fields, facility: "local2", ...(isNew ? structured : {}) } },
      { level: "warn", message: isCounted ? several : "queue is long", fields: { ...fields, facility: "user" } },
      { level: "error", message: `order 8813 failed\n${trace}`, fields: { ...fields, facility: "user" } },
      { level: "error", message: "gone", fields: { ...fields, facility: "daemon" } },
    ];
    await kept.expect(tag, lines, { inOrder: false });
  }
});

const noRsyslog = rsyslogd() ? noLogger : "rsyslogd";
withPrograms("rsyslog", noRsyslog, async ({ kept, server }) => {
  needed(noRsyslog);
  const rsyslog = new Rsyslog(rsyslogd()!, await port(server, "TCP"));
  try {
    await rsyslog.ready();
    const way = ["--socket", rsyslog.socket];
    logger(way, "orders", "local2.debug", "cache is warm");
    logger(way, "orders", "local2.info", foreign);
    logger(way, "orders", "local2.warning", several);
    logger(way, "orders", "local2.err", `order 8813 failed\n${trace}`);
    const fields = { procid: "77", facility: "local2", hostname: expect.any(String) };
    await kept.expect("orders", [
      { level: "debug", message: "cache is warm", fields },
      { level: "info", message: foreign, fields },
      { level: "warn", message: several, fields },
      { level: "error", message: `order 8813 failed\n${trace}`, fields },
    ]);
    const failed = "order 8813 failed\n  at settle (desk.js:7:3)\n  at run (desk.js:9:1)";
    appendFileSync(rsyslog.file, `order_id=8812 place=Köln\n${failed}\n${foreign}\n`);
    const followed = { facility: "local3" };
    await kept.expect("gateway", [
      { level: "warn", message: "order_id=8812 place=Köln", fields: { ...followed, order_id: "8812", place: "Köln" } },
      { level: "warn", message: failed, fields: followed },
      { level: "warn", message: foreign, fields: followed },
    ]);
  } finally {
    await rsyslog.end();
  }
});
