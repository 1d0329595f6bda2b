//! `GET /options/symbols?q=…`: symbols that somebody could put on a list.

use futures::future::{BoxFuture, FutureExt, ready};
use leptos::prelude::*;

use super::{
    market::{Found, Market},
    text::written,
};
use crate::{
    chat::server::options::{Group, Offer, jump::link},
    paths,
};

/// Symbols among all that one could go to, at most.
const JUMPS: usize = 5;

/// The list for a field.
pub struct Symbols(pub Market);

impl Offer for Symbols {
    fn kind(&self) -> Option<&'static str> {
        Some("symbols")
    }

    fn groups(&self, typed: &str) -> Vec<Group> {
        vec![Group {
            title: "Symbols",
            options: self.0.search(typed).into_iter().map(option).collect(),
        }]
    }

    fn jumps<'a>(&'a self, typed: &'a str) -> BoxFuture<'a, Vec<Group>> {
        ready(self.fitting(typed)).boxed()
    }
}

impl Symbols {
    fn fitting(&self, typed: &str) -> Vec<Group> {
        let folded = typed.trim().to_lowercase();
        if folded.is_empty() {
            return Vec::new();
        }
        // What is only near is of no use among so much else.
        let found = self.0.search(typed).into_iter();
        let found = found
            .filter(|found| found.key.symbol.to_lowercase().contains(&folded))
            .take(JUMPS);
        let to_chart = |Found { key, name }: Found| {
            let words = name.map_or_else(|| key.venue.clone(), |name| format!("{}, {name}", key.venue));
            let shown = view! { <span class="name">{key.symbol.clone()}</span> <span class="hint">{words}</span> };
            link(paths::chart(&key.symbol, &key.venue), shown.into_any())
        };
        vec![Group {
            title: "Symbols",
            options: found.map(to_chart).collect(),
        }]
    }
}

fn option(Found { key, name }: Found) -> AnyView {
    let text = written(&key);
    let words = name.map_or_else(|| key.venue.clone(), |name| format!("{}, {name}", key.venue));
    view! {
        <li role="option" data-text=text>
            <span class="name">{key.symbol}</span>
            <span class="hint">{words}</span>
        </li>
    }
    .into_any()
}
