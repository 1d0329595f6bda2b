// The prices of some symbols as they come, by GET /events; a line that is down, or dead, is made anew.

/** Gives `take` each quote of `symbols`; `badge` says when the line is down. */
export function follow(symbols, badge, take) {
  let stream = null;
  let heard = Date.now();
  let patience = 1_000;
  function connect() {
    stream?.close();
    stream = new EventSource(`/events?topics=ticker&symbols=${symbols.map(encodeURIComponent).join(",")}`);
    const here = () => {
      [heard, patience] = [Date.now(), 1_000];
      if (badge.textContent) badge.textContent = "";
    };
    stream.onopen = here;
    stream.addEventListener("beat", here);
    stream.addEventListener("ticker", ({ data }) => {
      here();
      const { quote, whole } = JSON.parse(data);
      for (const news of quote ? [quote] : (whole?.quotes ?? [])) take(news);
    });
    stream.onerror = () => {
      badge.textContent = `reconnecting; last heard at ${new Date(heard).toISOString().slice(11, 19)} UTC`;
      if (stream.readyState !== EventSource.CLOSED) return;
      setTimeout(connect, patience * (0.5 + Math.random() / 2));
      patience = Math.min(patience * 2, 30_000);
    };
  }
  // A line that is dead says nothing at all.
  setInterval(() => {
    if (Date.now() - heard > 25_000) {
      heard = Date.now();
      stream.onerror();
      connect();
    }
  }, 5_000);
  addEventListener("online", connect);
  connect();
}
