//! The browser's end of topic `logs`: one buffer for the page, which the stream fills and the panel shows.

use leptos::{logging::warn, prelude::*};

use super::{
    api::log_gap,
    buffer::Buffer,
    filter::Filter,
    model::{Gap, Tail},
    wire::{LogEvent, TOPIC},
};
use crate::{
    error::AppError,
    live::{
        badge::Link,
        event_source::{EventStream, once_per_frame},
    },
};

/// The log of this page, as context; a clone is a pointer.
#[derive(Clone, Copy)]
pub struct LogBuffer {
    /// The lines.
    pub buffer: RwSignal<Buffer>,
    /// Which of them are shown.
    pub filter: RwSignal<Filter>,
    /// Whether they are live.
    pub link: Signal<Link>,
}

/// Provides the buffer, which holds `tail` and follows the page's [`EventStream`] from there.
pub fn provide_log_buffer(tail: Tail) -> LogBuffer {
    let stream = use_context::<EventStream>();
    let log = LogBuffer {
        buffer: RwSignal::new(Buffer::new(&tail)),
        filter: RwSignal::new(Filter::default()),
        link: stream.map_or_else(|| Signal::stored(Link::Connecting), EventStream::link),
    };
    provide_context(log);
    Effect::new(move |_| {
        let Some(stream) = stream else { return };
        // Folded at once, since a hidden tab draws no frames and events must not pile up; shown once per frame.
        let show = once_per_frame(move || log.buffer.update(|_| ()));
        stream.listen(TOPIC, Some(tail.cursor), move |json| {
            match serde_json::from_str::<LogEvent>(&json.as_string().unwrap_or_default()) {
                Ok(event) => {
                    log.buffer.try_update_untracked(|buffer| buffer.apply(&event));
                    show();
                }
                Err(error) => warn!("an event of topic logs can't be read: {error}"),
            }
        });
    });
    log
}

impl LogBuffer {
    /// Stops the view.
    pub fn pause(self) {
        self.buffer.update(Buffer::pause);
    }

    /// Shows what waits, and follows.
    pub fn follow(self) {
        self.buffer.update(Buffer::follow);
    }

    /// Loads the newest part of a gap into its place. The view stops for it: who loads wants to read there.
    ///
    /// # Errors
    /// When the server can't be reached or the session has ended; the gap stays.
    pub async fn load(self, gap: Gap) -> Result<(), AppError> {
        self.pause();
        let piece = log_gap(gap.after, gap.before).await?;
        self.buffer.try_update(|buffer| buffer.fill(gap, &piece));
        Ok(())
    }
}
