//! The page's one live board, which panel and tape show: the rendered one, kept up to date by the event stream.

use std::{cell::RefCell, collections::HashMap, rc::Rc, time::Duration};

use leptos::prelude::*;

use super::{
    board::{Changed, Fold},
    model::{Board, Key, Quote, VenueState},
    wire::{TOPIC, Update},
};
use crate::{
    live::{
        badge::Link,
        event_source::{EventStream, once_per_frame},
    },
    time::Timestamp,
};

/// How often it is looked whether an instrument has become quiet.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// The board as signals, one per row, so that a tick touches its own row only. As context; a clone is a pointer.
#[derive(Clone, Copy)]
pub struct LiveBoard {
    keys: RwSignal<Vec<Key>>,
    venues: RwSignal<Vec<VenueState>>,
    lists: RwSignal<u64>,
    rows: StoredValue<HashMap<Key, ArcRwSignal<Quote>>>,
    now: RwSignal<Option<Timestamp>>,
    link: Signal<Link>,
}

/// Makes the board of the page from the rendered one and provides it; `EventStream` must be provided already.
/// The browser then listens from where the rendering left off.
pub fn provide_board(board: Board) -> LiveBoard {
    let stream = use_context::<EventStream>();
    let row = |quote: &Quote| (quote.key(), ArcRwSignal::new(quote.clone()));
    let live = LiveBoard {
        keys: RwSignal::new(board.quotes.iter().map(Quote::key).collect()),
        venues: RwSignal::new(board.venues.clone()),
        lists: RwSignal::new(board.lists),
        rows: StoredValue::new(board.quotes.iter().map(row).collect()),
        now: RwSignal::new(None),
        link: stream.map_or_else(|| Signal::from(Link::Connecting), EventStream::link),
    };
    provide_context(live);
    let board = StoredValue::new(Some(board));
    Effect::new(move |_| {
        if let (Some(stream), Some(board)) = (stream, board.try_update_value(Option::take).flatten()) {
            live.listen(stream, board);
        }
        live.look();
        let look = set_interval_with_handle(move || live.look(), LOOK_EVERY);
        on_cleanup(move || {
            if let Ok(look) = look {
                look.clear();
            }
        });
    });
    live
}

impl LiveBoard {
    /// The rows in the order in which they are shown.
    pub fn keys(self) -> Signal<Vec<Key>> {
        self.keys.into()
    }

    /// Every venue's state.
    pub fn venues(self) -> Signal<Vec<VenueState>> {
        self.venues.into()
    }

    /// The version at which lists of symbols last changed: whoever shows some asks anew when it grows.
    pub fn lists(self) -> Signal<u64> {
        self.lists.into()
    }

    /// The quote of a row.
    pub fn quote(self, key: &Key) -> Option<Signal<Quote>> {
        self.rows
            .try_with_value(|rows| rows.get(key).cloned())
            .flatten()
            .map(Signal::from)
    }

    /// The page's clock, every few seconds; `None` until the page is alive, so that both ends render the same.
    pub fn now(self) -> Signal<Option<Timestamp>> {
        self.now.into()
    }

    /// How the page's connection is.
    pub fn link(self) -> Signal<Link> {
        self.link
    }

    fn look(self) {
        self.now.try_set(Some(Timestamp::now()));
    }

    fn listen(self, stream: EventStream, board: Board) {
        let cursor = board.cursor;
        // Updates are folded as they come and shown once per frame. A tab in the background gets no frames; what
        // waits for one is bounded by the rows.
        let state = Rc::new(RefCell::new((Fold::new(board), Changed::default())));
        let show = once_per_frame({
            let state = state.clone();
            move || {
                let (fold, changed) = &mut *state.borrow_mut();
                self.show(fold, std::mem::take(changed));
            }
        });
        stream.listen(TOPIC, cursor, move |json| match serde_json::from_str::<Update>(json) {
            Ok(update) => {
                {
                    let (fold, changed) = &mut *state.borrow_mut();
                    let more = fold.apply(update);
                    changed.and(more);
                }
                show();
            }
            Err(error) => leptos::logging::warn!("a price can't be read: {error}"),
        });
    }

    /// Takes over what changed in the fold. The page may have gone meanwhile.
    fn show(self, fold: &Fold, changed: Changed) {
        self.rows.try_update_value(|rows| {
            for key in &changed.quotes {
                match (fold.get(key), rows.get(key)) {
                    (Some(quote), Some(row)) => row.set(quote),
                    (Some(quote), None) => {
                        rows.insert(key.clone(), ArcRwSignal::new(quote));
                    }
                    (None, _) => {}
                }
            }
            if changed.rows {
                rows.retain(|key, _| fold.get(key).is_some());
            }
        });
        if changed.rows {
            self.keys.try_set(fold.keys());
        }
        if changed.venues {
            self.venues.try_set(fold.venues());
        }
        if changed.lists {
            self.lists.try_set(fold.lists());
        }
    }
}
