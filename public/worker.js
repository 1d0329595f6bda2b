// Shows what is pushed, and what pages hand over (public/notify.js); opens what it leads to.

const pages = () => clients.matchAll({ type: "window", includeUncontrolled: true });

const show = async (news) => {
  // It may come twice, by a page and as a push, and late.
  const shown = await registration.getNotifications({ tag: news.tag });
  if (shown.some(({ data }) => data.seq >= news.seq)) return;
  await registration.showNotification(news.title, {
    body: news.body,
    tag: news.tag,
    renotify: true,
    icon: "/icon-192.png",
    data: news,
  });
};

// One after the other: two at once would not see each other.
let turn = Promise.resolve();
const inTurn = (news) => (turn = turn.then(() => show(news)).catch(console.warn));

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("message", (event) => event.waitUntil(inTurn(event.data)));
addEventListener("push", (event) => event.waitUntil(inTurn(event.data.json())));

addEventListener("notificationclick", (event) => {
  const { url } = event.notification.data;
  event.notification.close();
  const path = (url) => new URL(url, location.origin).pathname;
  // Those of the desk listen; the last one that was in front comes first.
  const isDesk = (page) => /^\/(rooms(\/\d+)?|ticker|logs)?$/.test(path(page.url));
  const go = async () => {
    const open = (await pages()).filter(isDesk);
    const page = open.find((page) => path(page.url) === path(url)) ?? open[0];
    if (!page) return clients.openWindow(url);
    // Where the browser keeps it behind others, it still goes there.
    await page.focus().catch(console.warn);
    page.postMessage(url);
  };
  event.waitUntil(go());
});

// The push service has moved this browser.
addEventListener("pushsubscriptionchange", (event) => {
  const again = async () => {
    const options = event.oldSubscription?.options ?? (await registration.pushManager.getSubscription())?.options;
    if (!options) return;
    const { endpoint, keys } = (await registration.pushManager.subscribe(options)).toJSON();
    const body = new URLSearchParams({ endpoint, key: keys.p256dh, auth: keys.auth });
    await fetch("/do/subscribe", { method: "POST", body });
  };
  event.waitUntil(again());
});
