// The prices of some symbols as they come, by GET /events.

import { follow as events } from "/events.js";

/** Gives `take` each quote of `symbols`, and `gone` the key of what left; `badge` says when the line is down. */
export function follow(symbols, badge, take, gone) {
  const here = () => badge.textContent && (badge.textContent = "");
  events(
    // From the beginning each time: what was missed shows in the newest price.
    () => `/events?topics=ticker&symbols=${symbols.map(encodeURIComponent).join(",")}`,
    {
      ticker({ data }) {
        here();
        const { quote, whole, gone: left } = JSON.parse(data);
        if (left) gone(left.key);
        for (const news of quote ? [quote] : (whole?.quotes ?? [])) take(news);
      },
    },
    {
      opened: here,
      lost: (at) => (badge.textContent = `reconnecting; last heard at ${new Date(at).toISOString().slice(11, 19)} UTC`),
    },
  );
}
