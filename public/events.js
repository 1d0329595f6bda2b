// A stream of events on pages beside the desk's program, that always comes back. An EventSource does so by itself where the line
// breaks, but is closed for good by any answer but 200, such as the 502 of a proxy while the server starts again.

/** The wait before the first try in ms, which doubles up to the longest. */
const [FIRST, LONGEST] = [500, 30e3];
/** After so long without any event, a beat included, the line is taken for dead, in ms. */
const DEAD = 25e3;
const LOOK_EVERY = 5e3;

/**
 * Follows `url(id)`, where `id` is that of the last event that was heard, empty before the first: a new EventSource doesn't
 * know it. `heard` has what is done with each kind of event; `lost` is given when something was heard last.
 */
export function follow(url, heard, { opened = () => {}, lost = () => {} } = {}) {
  let source;
  let due;
  let id = "";
  let wait = FIRST;
  let at = Date.now();
  let tried = at;

  function connect() {
    clearTimeout(due);
    source?.close();
    tried = Date.now();
    source = new EventSource(url(id));
    const alive = (event) => {
      [at, wait] = [Date.now(), FIRST];
      if (event.lastEventId) id = event.lastEventId;
    };
    source.onopen = (event) => {
      alive(event);
      opened();
    };
    source.addEventListener("beat", alive);
    for (const [kind, act] of Object.entries(heard)) {
      source.addEventListener(kind, (event) => {
        alive(event);
        act(event);
      });
    }
    source.onerror = () => {
      lost(at);
      if (source.readyState !== EventSource.CLOSED) return;
      clearTimeout(due);
      // Spread, or everybody would meet a server that has just come back.
      due = setTimeout(connect, wait * (0.5 + Math.random() / 2));
      wait = Math.min(wait * 2, LONGEST);
    };
  }

  const look = setInterval(() => {
    if (source.readyState === EventSource.CLOSED || Date.now() - Math.max(at, tried) <= DEAD) return;
    lost(at);
    connect();
  }, LOOK_EVERY);
  addEventListener("online", connect);
  connect();
  return {
    close() {
      clearTimeout(due);
      clearInterval(look);
      removeEventListener("online", connect);
      source.close();
    },
  };
}
