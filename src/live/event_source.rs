//! The tab's one event stream. Features listen by topic; this connects, resumes, and says when it is stale.

use std::{cell::Cell, rc::Rc, time::Duration};

use leptos::prelude::*;
use send_wrapper::SendWrapper;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{EventSource, MessageEvent};

use super::{badge::Link, wake::on_wake};
use crate::{backoff::delay_ms, paths, time::Timestamp};

/// How often the line is looked at.
const CHECK_EVERY: Duration = Duration::from_secs(2);
/// Silence after which the line is taken for dead, in seconds. The server sends a beat after 10 s without events.
const DEAD_AFTER: i64 = 25;
/// The same where the browser says that there is no network, which it doesn't always know.
const DEAD_AFTER_OFFLINE: i64 = 12;

/// The event that says that the line is up, as `server/sse.rs` sends it.
const BEAT: &str = "beat";

type Listener = Rc<dyn Fn(&JsValue)>;

/// The stream, as context; a clone is a pointer.
#[derive(Clone, Copy)]
pub struct EventStream {
    link: RwSignal<Link>,
    /// Empty on the server, where a page may be dropped by another thread than the one that rendered it.
    inner: StoredValue<Option<SendWrapper<Inner>>>,
}

#[derive(Default)]
struct Inner {
    /// Name, cursor, who listens.
    topics: Vec<(&'static str, Option<u64>, Listener)>,
    /// The last event's id, which holds every topic's cursor.
    last_id: Option<String>,
    open: Option<Open>,
    attempt: u32,
    /// Counts connections, so that a timer set for an old one does nothing.
    generation: u32,
    /// When the line last gave a sign of life, or was begun.
    heard: Timestamp,
}

struct Open {
    source: EventSource,
    // Kept alive for as long as the source may call them.
    _callbacks: Vec<Closure<dyn FnMut(MessageEvent)>>,
}

impl Drop for Open {
    fn drop(&mut self) {
        self.source.set_onopen(None);
        self.source.set_onerror(None);
        self.source.close();
    }
}

impl EventStream {
    /// Makes the stream and provides it; it connects in the browser once the page is mounted, by when every
    /// panel has said what it listens to.
    pub fn provide() -> Self {
        let stream = Self {
            link: RwSignal::new(Link::Connecting),
            inner: StoredValue::new(None),
        };
        provide_context(stream);
        Effect::new(move |_| {
            set_timeout(move || stream.connect(), Duration::ZERO);
            on_wake(move || stream.connect_unless_live());
            let check = set_interval_with_handle(move || stream.check(), CHECK_EVERY);
            on_cleanup(move || {
                if let Ok(check) = check {
                    check.clear();
                }
                stream.with(|inner| inner.open = None);
            });
        });
        stream
    }

    /// Listens to `topic` from `cursor` on, which the rendered page holds, or from its beginning. `listener` gets each
    /// event's JSON, as the text that the browser has. Call it in an effect.
    pub fn listen(self, topic: &'static str, cursor: Option<u64>, listener: impl Fn(&JsValue) + 'static) {
        self.with(|inner| inner.topics.push((topic, cursor, Rc::new(listener))));
    }

    /// Ends the stream, for a page that is about to be left for good.
    pub fn close(self) {
        self.with(|inner| {
            inner.open = None;
            inner.generation += 1;
        });
    }

    /// Runs `f` on the browser's half; `None` when the page has gone.
    fn with<T>(self, f: impl FnOnce(&mut Inner) -> T) -> Option<T> {
        self.inner
            .try_update_value(|slot| f(slot.get_or_insert_with(|| SendWrapper::new(Inner::default()))))
    }

    /// What a badge shows.
    pub fn link(self) -> Signal<Link> {
        self.link.into()
    }

    fn connect_unless_live(self) {
        if self.link.get_untracked() != Link::Live {
            self.connect();
        }
    }

    fn connect(self) {
        let Some((url, topics, generation)) = self.with(|inner| {
            inner.open = None;
            inner.generation += 1;
            inner.heard = Timestamp::now();
            let first = || {
                inner
                    .topics
                    .iter()
                    .filter_map(|(topic, n, _)| Some(format!("{topic}:{}", (*n)?)))
                    .collect::<Vec<_>>()
                    .join(",")
            };
            let after = inner.last_id.clone().unwrap_or_else(first);
            let topics: Vec<_> = inner
                .topics
                .iter()
                .map(|(topic, _, listener)| (*topic, listener.clone()))
                .collect();
            let names: Vec<_> = topics.iter().map(|(topic, _)| *topic).collect();
            (
                format!("{}?topics={}&after={after}", paths::EVENTS, names.join(",")),
                topics,
                inner.generation,
            )
        }) else {
            return;
        };
        if topics.is_empty() {
            return;
        }
        let Ok(source) = EventSource::new(&url) else { return };
        let beat = (BEAT, Rc::new(|_: &JsValue| ()) as Listener);
        let callbacks = topics
            .into_iter()
            .chain([beat])
            .map(|(topic, listener)| self.attach(&source, topic, listener))
            .collect();
        let opened = Closure::<dyn FnMut()>::new(move || {
            self.with(|inner| inner.attempt = 0);
            self.link.set(Link::Live);
        });
        let failed = Closure::<dyn FnMut()>::new(move || self.failed(generation));
        source.set_onopen(Some(opened.as_ref().unchecked_ref()));
        source.set_onerror(Some(failed.as_ref().unchecked_ref()));
        // One small pair per reconnection, left to the browser's collector.
        opened.forget();
        failed.forget();
        self.with(|inner| {
            inner.open = Some(Open {
                source,
                _callbacks: callbacks,
            })
        });
    }

    fn attach(self, source: &EventSource, topic: &str, listener: Listener) -> Closure<dyn FnMut(MessageEvent)> {
        let callback = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let id = event.last_event_id();
            self.with(|inner| {
                inner.heard = Timestamp::now();
                inner.last_id = Some(id).filter(|id| !id.is_empty()).or(inner.last_id.take());
            });
            listener(&event.data());
        });
        let _ = source.add_event_listener_with_callback(topic, callback.as_ref().unchecked_ref());
        callback
    }

    /// The line dropped. Reconnecting is ours, not the browser's: a rebuilt source forgets where it was, and
    /// some answers make the browser give up for good.
    fn failed(self, generation: u32) {
        let wait = self.with(|inner| {
            if inner.generation != generation {
                return None;
            }
            inner.open = None;
            let wait = delay_ms(inner.attempt, js_sys::Math::random());
            inner.attempt += 1;
            Some(wait)
        });
        let Some(Some(wait)) = wait else { return };
        self.stale();
        let again = move || {
            if self.with(|inner| inner.generation) == Some(generation) {
                self.connect();
            }
        };
        set_timeout(again, Duration::from_millis(wait.into()));
    }

    fn stale(self) {
        if !matches!(self.link.get_untracked(), Link::Stale(_)) {
            self.link.set(Link::Stale(Timestamp::now()));
        }
    }

    /// A cut cable reports no error for minutes, and an attempt may hang: silence tells.
    fn check(self) {
        let dead_after = if window().navigator().on_line() {
            DEAD_AFTER
        } else {
            DEAD_AFTER_OFFLINE
        };
        let Some((silence, open)) =
            self.with(|inner| (Timestamp::now().seconds_since(inner.heard), inner.open.is_some()))
        else {
            return;
        };
        if open && silence > dead_after {
            self.stale();
            self.connect();
        }
    }
}

/// Calls `f` in the next frame, once however often it is asked to before.
pub fn once_per_frame(f: impl Fn() + 'static) -> impl Fn() {
    let (is_due, f) = (Rc::new(Cell::new(false)), Rc::new(f));
    move || {
        if !is_due.replace(true) {
            let (is_due, f) = (is_due.clone(), f.clone());
            request_animation_frame(move || {
                is_due.set(false);
                f();
            });
        }
    }
}
