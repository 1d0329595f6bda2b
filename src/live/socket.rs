//! A WebSocket that comes back by itself and knows when it has gone quiet.

use std::{rc::Rc, time::Duration};

use leptos::prelude::*;
use send_wrapper::SendWrapper;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{CloseEvent, MessageEvent, WebSocket};

use super::{badge::Link, wake::on_wake};
use crate::{backoff::delay_ms, time::Timestamp};

/// How often the other end is asked whether it is there.
const PING_EVERY: Duration = Duration::from_secs(10);
/// An answer, or a connection, that is not there after so long never comes, in seconds: the line is dead.
const ANSWERED_WITHIN: i64 = 15;
/// The same where the browser says that there is no network, which it doesn't always know.
const ANSWERED_WITHIN_OFFLINE: i64 = 3;
/// When a page wakes, its line is asked whether it has outlived the sleep, and has this long to answer.
const ANSWERED_AT_WAKING: Duration = Duration::from_secs(3);

/// What the user of a socket does with it.
pub struct Handlers {
    /// The line is up: say hello, resume, send what waits.
    pub opened: Box<dyn Fn()>,
    /// A text frame arrived.
    pub received: Box<dyn Fn(&str)>,
    /// The other end closed the line, with this code. It is opened again all the same.
    pub closed: Box<dyn Fn(u16)>,
    /// The frame to send as a heartbeat; the other end answers with any frame.
    pub ping: String,
}

/// The socket; a clone is a pointer.
#[derive(Clone, Copy)]
pub struct Socket {
    link: RwSignal<Link>,
    path: &'static str,
    /// Empty on the server, where a page may be dropped by another thread than the one that rendered it.
    inner: StoredValue<Option<SendWrapper<Inner>>>,
}

#[derive(Default)]
struct Inner {
    handlers: Option<Rc<Handlers>>,
    open: Option<WebSocket>,
    /// When it was asked whether it is there, or began to connect, if nothing was heard since.
    asked: Option<Timestamp>,
    attempt: u32,
    /// Counts connections, so that callbacks and timers of an old one do nothing.
    generation: u32,
}

impl Socket {
    /// A socket to `path` on this page's host; [`Socket::start`] connects it.
    pub fn new(path: &'static str) -> Self {
        Self {
            link: RwSignal::new(Link::Connecting),
            path,
            inner: StoredValue::new(None),
        }
    }

    /// Runs `f` on the browser's half; `None` when the page has gone.
    fn with<T>(self, f: impl FnOnce(&mut Inner) -> T) -> Option<T> {
        self.inner
            .try_update_value(|slot| f(slot.get_or_insert_with(|| SendWrapper::new(Inner::default()))))
    }

    /// Connects, for as long as the calling component lives. Call it in an effect.
    pub fn start(self, handlers: Handlers) {
        self.with(|inner| inner.handlers = Some(Rc::new(handlers)));
        self.connect();
        on_wake(move || {
            if self.link.get_untracked() == Link::Live {
                self.beat();
                let look = move || {
                    self.give_up_after(ANSWERED_AT_WAKING.as_secs() as i64);
                };
                set_timeout(look, ANSWERED_AT_WAKING);
            } else {
                self.connect();
            }
        });
        let beat = set_interval_with_handle(move || self.beat(), PING_EVERY);
        on_cleanup(move || {
            if let Ok(beat) = beat {
                beat.clear();
            }
            self.drop_line();
        });
    }

    /// What a badge shows.
    pub fn link(self) -> Signal<Link> {
        self.link.into()
    }

    /// Sends a frame; `false` when the line is down and the frame was not sent.
    pub fn send(self, text: &str) -> bool {
        let send = |inner: &Inner| {
            let open = inner
                .open
                .as_ref()
                .filter(|socket| socket.ready_state() == WebSocket::OPEN);
            open.is_some_and(|socket| socket.send_with_str(text).is_ok())
        };
        self.with(|inner| send(inner)).unwrap_or(false)
    }

    fn connect(self) {
        self.drop_line();
        let Some((url, generation)) = self.with(|inner| {
            inner.generation += 1;
            inner.asked = Some(Timestamp::now());
            (absolute(self.path), inner.generation)
        }) else {
            return;
        };
        let Ok(socket) = WebSocket::new(&url) else { return };
        let current = move || self.with(|inner| inner.generation) == Some(generation);
        let handlers = move || self.with(|inner| inner.handlers.clone()).flatten();
        let opened = Closure::<dyn FnMut()>::new(move || {
            if current() {
                self.with(|inner| (inner.attempt, inner.asked) = (0, None));
                self.link.set(Link::Live);
                if let Some(handlers) = handlers() {
                    (handlers.opened)();
                }
            }
        });
        let received = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            if current()
                && let Some(text) = event.data().as_string()
            {
                self.with(|inner| inner.asked = None);
                if let Some(handlers) = handlers() {
                    (handlers.received)(&text);
                }
            }
        });
        let closed = Closure::<dyn FnMut(CloseEvent)>::new(move |event: CloseEvent| {
            if current() {
                if let Some(handlers) = handlers() {
                    (handlers.closed)(event.code());
                }
                self.retry(generation);
            }
        });
        socket.set_onopen(Some(opened.as_ref().unchecked_ref()));
        socket.set_onmessage(Some(received.as_ref().unchecked_ref()));
        socket.set_onclose(Some(closed.as_ref().unchecked_ref()));
        // One small set per reconnection, left to the browser's collector.
        opened.forget();
        received.forget();
        closed.forget();
        self.with(|inner| inner.open = Some(socket));
    }

    fn drop_line(self) {
        self.with(|inner| {
            inner.generation += 1;
            if let Some(socket) = inner.open.take() {
                socket.set_onopen(None);
                socket.set_onmessage(None);
                socket.set_onclose(None);
                let _ = socket.close();
            }
        });
    }

    fn retry(self, generation: u32) {
        self.stale();
        let wait = self.with(|inner| {
            inner.open = None;
            let wait = delay_ms(inner.attempt, js_sys::Math::random());
            inner.attempt += 1;
            wait
        });
        let again = move || {
            if self.with(|inner| inner.generation) == Some(generation) {
                self.connect();
            }
        };
        set_timeout(again, Duration::from_millis(wait.unwrap_or(1_000).into()));
    }

    fn stale(self) {
        if !matches!(self.link.get_untracked(), Link::Stale(_)) {
            self.link.set(Link::Stale(Timestamp::now()));
        }
    }

    /// Asks the line whether it is there. A line is judged by an unanswered question alone, not by its silence: a browser
    /// lets a hidden page ask once a minute only.
    fn beat(self) {
        let within = if window().navigator().on_line() {
            ANSWERED_WITHIN
        } else {
            ANSWERED_WITHIN_OFFLINE
        };
        if self.give_up_after(within) || self.link.get_untracked() != Link::Live {
            return;
        }
        let ping = self.with(|inner| {
            inner.asked = inner.asked.or_else(|| Some(Timestamp::now()));
            inner.handlers.as_ref().map(|handlers| handlers.ping.clone())
        });
        self.send(&ping.flatten().unwrap_or_default());
    }

    /// Connects anew where an answer, or a connection, has not come in so many seconds; tells whether it does.
    fn give_up_after(self, seconds: i64) -> bool {
        let asked = self.with(|inner| inner.asked).flatten();
        let is_dead = asked.is_some_and(|asked| Timestamp::now().seconds_since(asked) >= seconds);
        if is_dead {
            self.stale();
            self.connect();
        }
        is_dead
    }
}

fn absolute(path: &str) -> String {
    let location = window().location();
    let scheme = if location.protocol().as_deref() == Ok("https:") {
        "wss"
    } else {
        "ws"
    };
    format!("{scheme}://{}{path}", location.host().unwrap_or_default())
}
