// No test: how long frames take while 500 symbols of a list change twenty times a second each. Run it by
//   MEASURE=1 npx playwright test measure --project js
import { expect, test } from "./support/test";

const SYMBOLS = 500;
const EVERY = 50;
const SECONDS = 15;
// Each is answered when it is kept, which takes longer than until the next.
const AT_ONCE = 8;

test.skip(!process.env.MEASURE, "a measurement");

test("frames", async ({ person, server }) => {
  const ines = await person("ines", { reducedMotion: "no-preference" });
  await ines.begin();
  const headers = { Authorization: `Bearer ${server.token()}` };
  const names = Array.from({ length: SYMBOLS }, (_, i) => `S${String(i).padStart(3, "0")}-USD`);
  const prices = names.map((_, i) => 10_000 + i * 137);
  let posted = 0;
  const post = async () => {
    const lines = names.map((symbol, i) => {
      prices[i] += Math.round((Math.random() - 0.5) * 20);
      const last = prices[i] / 100;
      return JSON.stringify({ symbol, venue: "lab", last: last.toFixed(2), bid: (last - 0.01).toFixed(2), ask: (last + 0.01).toFixed(2) });
    });
    const answer = await fetch(`${server.url}/ingest/ticks`, { method: "POST", headers, body: lines.join("\n") });
    expect(answer.status, await answer.text()).toBeLessThan(300);
    posted += SYMBOLS;
  };
  await post();
  const own = { Origin: ines.url };
  await ines.page.request.post(`${ines.url}/do/make_list`, { form: { name: "Many" }, headers: own });
  const seen = await (await ines.page.request.post(`${ines.url}/do/watchlists`, { data: {}, headers: own })).json();
  const list = seen.lists[0].id;
  await ines.page.request.post(`${ines.url}/do/import_list`, { form: { list, text: names.map((name) => `lab:${name}`).join("\n") }, headers: own });
  await ines.page.request.post(`${ines.url}/do/choose_columns`, { form: { list, "columns[]": "last,change,percent,bid,ask,spread,range,volume,spark,time" }, headers: own });
  await ines.open("/ticker");
  await ines.ticker.getByLabel("List", { exact: true }).selectOption("Many");
  await ines.page.waitForTimeout(2000);
  // What the page's thread computes, whoever else keeps the machine busy.
  const inspector = await ines.context.newCDPSession(ines.page);
  await inspector.send("Performance.enable", { timeDomain: "threadTicks" });
  const spent = async () => {
    const { metrics } = await inspector.send("Performance.getMetrics");
    const of = (name: string) => metrics.find((metric) => metric.name === name)!.value * 1000;
    return { all: of("TaskDuration"), scripts: of("ScriptDuration"), styles: of("RecalcStyleDuration"), layout: of("LayoutDuration") };
  };

  /** Milliseconds from frame to frame. */
  const frames = (scroll: boolean) =>
    ines.page.evaluate(
      async ([seconds, scroll]) => {
        const watch = document.querySelector(".watch")!;
        const times: number[] = [];
        let changes = 0;
        const seen = new MutationObserver((records) => (changes += records.length));
        seen.observe(watch, { subtree: true, childList: true, characterData: true });
        let last = performance.now();
        const until = last + (seconds as number) * 1000;
        while (last < until) {
          const now = await new Promise<number>((frame) => requestAnimationFrame(frame));
          times.push(now - last);
          last = now;
          if (scroll) watch.scrollTop = (watch.scrollTop + 15) % (watch.scrollHeight - watch.clientHeight);
        }
        seen.disconnect();
        return { times: times.slice(1), changes };
      },
      [SECONDS, scroll] as const,
    );
  const measure = async (what: () => string, scroll: boolean) => {
    const before = await spent();
    const { times, changes } = await frames(scroll);
    const after = await spent();
    const sorted = [...times].sort((a, b) => a - b);
    const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)].toFixed(1);
    const late = sorted.filter((time) => time > 17.5).length;
    const rate = (times.length / times.reduce((sum, time) => sum + time, 0)) * 1000;
    const per = (kind: keyof typeof after) => `${((after[kind] - before[kind]) / SECONDS).toFixed(0)} ms ${kind}`;
    console.log(`${what()}: ${rate.toFixed(1)} frames/s; ms a frame: median ${at(0.5)}, 95 % ${at(0.95)}, 99 % ${at(0.99)}, most ${at(1)}; ${late} of ${times.length} over 17.5; ${Math.round(changes / SECONDS)} changes of the page/s; of each second ${(["all", "scripts", "styles", "layout"] as const).map(per).join(", ")}`);
  };
  await measure(() => "nothing posted", false);
  let on = true;
  const feeding = (async () => {
    let next = Date.now();
    const sent = new Set<Promise<void>>();
    while (on) {
      const one = post().finally(() => sent.delete(one));
      sent.add(one);
      if (sent.size === AT_ONCE) await Promise.race(sent);
      next = Math.max(next + EVERY, Date.now());
      await new Promise((pause) => setTimeout(pause, next - Date.now()));
    }
    await Promise.all(sent);
  })();
  for (const [what, scroll] of [["posted", false], ["posted, scrolling", true]] as const) {
    const [before, began] = [posted, Date.now()];
    await measure(() => `${Math.round(((posted - before) / (Date.now() - began)) * 1000)} prices/s ${what}`, scroll);
  }
  on = false;
  await feeding;
});
