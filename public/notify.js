// Notifications by the browser's own means, for every page: what is shown, with a sound if one likes, and the subscription
// to pushes. The desk (src/chat/receiving.rs), and beside.js on the pages beside it, hand over what the server sends,
// which knows that nobody looks at the room; worker.js shows it. Nothing here asks for permission unless a button is
// pressed.
{
  const PREFIX = '{"notify":'; // as in src/chat/wire.rs
  // Browsers have both only where nobody on the way can change the page: over https, and on this machine.
  const able = "Notification" in window && "serviceWorker" in navigator;
  const granted = () => able && Notification.permission === "granted";
  const worker = async () => {
    await navigator.serviceWorker.register("/worker.js");
    return navigator.serviceWorker.ready;
  };
  const show = async (news) => (await worker()).active.postMessage(news);

  // What this device keeps; a forbidden storage keeps nothing.
  const keep = (name, value) => {
    try {
      if (value === undefined) return localStorage.getItem(name);
      localStorage.setItem(name, value);
    } catch {}
    return null;
  };
  const SOUND = "squawkbox.sound";
  const RANG = "squawkbox.rang";
  const ring = ({ tag, seq }) => {
    // Of all tabs, the first.
    const id = `${tag} ${seq}`;
    if (keep(RANG) === id) return;
    keep(RANG, id);
    const audio = new AudioContext();
    const end = audio.currentTime + 0.35;
    const volume = audio.createGain();
    volume.gain.setValueAtTime(0.12, audio.currentTime);
    volume.gain.exponentialRampToValueAtTime(0.001, end);
    volume.connect(audio.destination);
    const tone = audio.createOscillator();
    tone.frequency.setValueAtTime(660, audio.currentTime);
    tone.frequency.setValueAtTime(880, audio.currentTime + 0.1);
    tone.connect(volume);
    tone.onended = () => audio.close();
    tone.start();
    tone.stop(end);
  };

  addEventListener("message", ({ source, data }) => {
    if (source !== window || typeof data !== "string" || !data.startsWith(PREFIX)) return;
    const news = JSON.parse(data).notify;
    if (keep(SOUND) === "on") ring(news);
    if (granted()) show(news);
  });

  // Whoever looks at a room needs no notification of it any more.
  let waiting;
  const leave = async () => {
    const room = document.visibilityState === "visible" && /^\/rooms\/(\d+)/.exec(location.pathname)?.[1];
    const registration = room && granted() && (await navigator.serviceWorker.getRegistration());
    const shown = registration ? await registration.getNotifications({ tag: `room-${room}` }) : [];
    for (const notification of shown) notification.close();
  };
  const looked = () => {
    clearTimeout(waiting);
    waiting = setTimeout(leave, 500); // after the router has gone there
  };
  for (const event of ["focus", "click", "keyup"]) addEventListener(event, looked);
  document.addEventListener("visibilitychange", looked);

  if (able) {
    // Somebody has pressed a notification: the router goes there, and what is being written stays.
    navigator.serviceWorker.addEventListener("message", ({ data }) => {
      const link = document.createElement("a");
      link.href = data;
      document.body.append(link);
      link.click();
      link.remove();
    });
  }

  // The page about notifications.
  const device = document.getElementById("device");
  if (device) {
    const { key, pushes } = device.dataset;
    const state = document.getElementById("device-state");
    const on = document.getElementById("device-on");
    const say = (words) => (state.textContent = words);
    const pushable = "PushManager" in window;

    const look = async () => {
      on.hidden = true;
      if (!able) return say("Browsers allow notifications only over https, and on the server's own machine.");
      if (Notification.permission === "denied") {
        return say("This browser forbids notifications of Squawkbox. Allow them in its settings for this site.");
      }
      if (!granted()) {
        on.hidden = false;
        return say("Off. This browser asks you whether you allow them.");
      }
      const subscribed = pushable && (await (await worker()).pushManager.getSubscription());
      if (pushes && subscribed) return say("On, also while no page of Squawkbox is open.");
      on.hidden = !pushable;
      say("On while a page of Squawkbox is open. To turn them off, forbid them in the browser's settings for this site.");
      on.textContent = "Turn on also while none is open";
    };

    const turnOn = async () => {
      if ((await Notification.requestPermission()) !== "granted") return look();
      if (!pushable) return look();
      try {
        const { pushManager } = await worker();
        // One made with another server's key can't be used.
        await (await pushManager.getSubscription())?.unsubscribe();
        const made = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
        const { endpoint, keys } = made.toJSON();
        const body = new URLSearchParams({ endpoint, key: keys.p256dh, auth: keys.auth });
        const answer = await fetch("/do/subscribe", { method: "POST", body });
        if (!answer.ok) {
          // A word alone, or a word with a sentence.
          const said = await answer.json();
          throw new Error(typeof said === "string" ? "sign in again" : Object.values(said)[0]);
        }
        location.replace("/you/notifications?done=on");
      } catch (error) {
        await look();
        say(`On while a page of Squawkbox is open. While none is, they can't be turned on: ${error.message}`);
      }
    };

    const sound = document.getElementById("sound");
    sound.checked = keep(SOUND) === "on";
    sound.addEventListener("change", () => {
      keep(SOUND, sound.checked ? "on" : "off");
      if (sound.checked) ring({ tag: "tried", seq: Date.now() });
    });
    on.addEventListener("click", turnOn);
    device.hidden = false;
    look();
    // While the test was sent, this page was between two, and may have missed it.
    if (location.search.includes("done=test") && granted() && !pushes) {
      show({ title: "Squawkbox", body: "This is what a notification looks like here.", url: "/", tag: "test", seq: Date.now() });
    }
  }
}
