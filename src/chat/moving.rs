//! The part of the [connection](super::connection) that knows where in a room somebody is: what is in sight, where to load
//! more, and where they were when they come back.

use leptos::{ev::MouseEvent, prelude::*, task::tick};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use super::{
    api::messages::more_messages,
    connection::ChatConnection,
    message::permalink,
    timeline::{End, Timeline},
};
use crate::{ids::RoomId, ui::link};

/// As far from an end, in CSS pixels, more is loaded.
const NEAR_END: i32 = 600;
/// A message counts as the one at the top from this far below the edge, in CSS pixels.
const TOP: f32 = 24.0;
/// Where none is there, it is looked for this much further down, in CSS pixels.
const STEP: usize = 40;

impl ChatConnection {
    /// The room on show was scrolled.
    pub fn scrolled(self) {
        self.attend();
        let (Some(log), Some(shown)) = (self.log(), self.shown.get_untracked()) else {
            return;
        };
        // The list is laid out from its end: 0 there, negative above.
        let top = log.scroll_top();
        self.away.maybe_update(|away| {
            let is_away = -top > log.client_height();
            std::mem::replace(away, is_away) != is_away
        });
        if log.scroll_height() - log.client_height() + top < NEAR_END {
            press(&log, ".earlier");
        }
        if -top < NEAR_END {
            press(&log, ".later");
        }
        let is_past = shown.timeline.try_with_untracked(Timeline::has_later);
        let place = (top < 0 || is_past == Some(true)).then(|| at_the_top(&log)).flatten();
        remember(shown.room, place);
        if self.thread.is_none() {
            leave_the_mark(&log, shown.room);
        }
    }

    /// Loads more where what there is leaves some of a tall screen free: nothing can be scrolled there.
    pub fn fill(self) {
        // On a phone a thread covers the room, which has no height then.
        let is_free = |log: &Element| log.client_height() > 0 && log.scroll_height() <= log.client_height();
        if let Some(log) = self.log().filter(is_free)
            && !press(&log, ".earlier")
        {
            press(&log, ".later");
        }
    }

    /// Opens the room on show where its address points, else at `mark`, else where one was before.
    pub fn arrive(self, room: RoomId, mark: Option<u64>) {
        // The address is that of the room, not of the thread beside it.
        let is_room = self.thread.is_none();
        let marked = location_hash().filter(|hash| is_room && !hash.is_empty());
        let marked = marked.or_else(|| mark.map(|seq| self.row(seq)));
        let place = remembered(room).filter(|_| marked.is_none());
        let Some(id) = marked.or_else(|| place.map(|seq| self.row(seq))) else {
            return;
        };
        if let Some(message) = document().get_element_by_id(&id) {
            // With the line above it that says that it is new, or of another day.
            let line = message
                .previous_element_sibling()
                .filter(|line| line.class_list().contains("day"));
            line.unwrap_or(message).scroll_into_view();
        } else if let Some(seq) = place.filter(|_| is_room) {
            remember(room, None);
            link::replace(&with_thread(&permalink(room, seq)));
        }
    }

    /// Goes to the newest message of the room on show.
    pub fn to_newest(self) {
        let timeline = self.timeline();
        if timeline.and_then(|timeline| timeline.try_with_untracked(Timeline::has_later)) == Some(true) {
            self.ask(true);
        }
        if let Some(log) = self.log() {
            log.set_scroll_top(0);
        }
    }

    /// A press on the link to the newest messages.
    pub fn leave_the_past(self, event: MouseEvent) {
        event.prevent_default();
        let Some(room) = self.shown.get_untracked().map(|shown| shown.room) else {
            return;
        };
        remember(room, None);
        let asked = window().location().search().unwrap_or_default();
        if self.thread.is_none() && (asked.contains("before=") || asked.contains("on=")) {
            // The room is opened anew, so that the address tells the truth.
            link::follow(&with_thread(&format!("/rooms/{room}?")));
        } else {
            self.to_newest();
        }
    }

    /// Loads what lies beyond `at`, an end of what `timeline` holds of `room`.
    ///
    /// # Errors
    /// In words, why it can't be loaded.
    pub async fn load(self, room: RoomId, timeline: RwSignal<Timeline>, end: End, at: u64) -> Result<(), String> {
        let Some(since) = timeline.try_with_untracked(Timeline::changed) else {
            return Ok(());
        };
        let more = more_messages(room, at, end == End::First).await;
        let more = more.map_err(|error| error.to_string())?;
        // What is at that end stays where it is on the screen.
        let edge = timeline.try_with_untracked(|timeline| match end {
            End::First => timeline.first(),
            End::Last => timeline.last(),
        });
        let held = edge.flatten().and_then(|seq| {
            let id = self.row(seq);
            let row = document().get_element_by_id(&id)?;
            Some((id, row.get_bounding_client_rect().top()))
        });
        // The page may have gone meanwhile.
        let passed_over = timeline.try_update(|timeline| timeline.add(end, more, at, since));
        // Among them may be what waits here because the word that it is kept was lost.
        self.on_tab(&mut |tab| tab.shown());
        if passed_over == Some(true) {
            self.follow();
        }
        // Drawn by then, and not yet seen.
        tick().await;
        if let (Some((id, before)), Some(log)) = (held, self.log())
            && let Some(row) = document().get_element_by_id(&id)
        {
            log.scroll_by_with_x_and_y(0.0, row.get_bounding_client_rect().top() - before);
        }
        Ok(())
    }
}

/// A place in a room, with the thread that stands beside it.
fn with_thread(path: &str) -> String {
    let asked = window().location().search().unwrap_or_default();
    let thread = asked
        .split_once("thread=")
        .map(|(_, root)| root.split('&').next().unwrap_or_default());
    let (path, mark) = path.split_once('#').unwrap_or((path, ""));
    let thread = thread.map_or_else(String::new, |root| format!("&thread={root}"));
    format!("{path}{thread}#{mark}")
}

/// Has the address say the room alone, once what it points to is out of sight: opened anew, the room is where one was.
fn leave_the_mark(log: &Element, room: RoomId) {
    let mark = location_hash().and_then(|id| document().get_element_by_id(&id));
    let Some(mark) = mark else { return };
    let (mark, log) = (mark.get_bounding_client_rect(), log.get_bounding_client_rect());
    if mark.bottom() < log.top() || mark.top() > log.bottom() {
        let address = with_thread(&format!("/rooms/{room}?"));
        let history = window().history();
        let _ = history.and_then(|history| {
            let state = history.state()?;
            history.replace_state_with_url(&state, "", Some(address.trim_end_matches(['#', '?'])))
        });
    }
}

/// False where there is no such link.
fn press(log: &Element, link: &str) -> bool {
    let link = log.query_selector(link).ok().flatten();
    if let Some(link) = &link {
        link.unchecked_ref::<HtmlElement>().click();
    }
    link.is_some()
}

/// The place of the first message in sight; above it there may be a day's line, or at the beginning more.
fn at_the_top(log: &Element) -> Option<u64> {
    let edge = log.get_bounding_client_rect();
    let x = edge.left() as f32 + edge.width() as f32 / 2.0;
    let lines = (0..log.client_height()).step_by(STEP);
    lines.map(|down| edge.top() as f32 + TOP + down as f32).find_map(|y| {
        let message = document().element_from_point(x, y)?.closest(".msg").ok()??;
        message.id().strip_prefix(['m', 't'])?.parse().ok()
    })
}

fn key(room: RoomId) -> String {
    format!("place {room}")
}

fn remember(room: RoomId, place: Option<u64>) {
    let Ok(Some(storage)) = window().session_storage() else {
        return;
    };
    let _ = match place {
        Some(seq) => storage.set_item(&key(room), &seq.to_string()),
        None => storage.remove_item(&key(room)),
    };
}

fn remembered(room: RoomId) -> Option<u64> {
    let storage = window().session_storage().ok().flatten()?;
    storage.get_item(&key(room)).ok().flatten()?.parse().ok()
}
