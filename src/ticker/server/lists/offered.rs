//! `GET /options/symbols?q=…`: symbols that somebody could put on a list.

use leptos::prelude::*;

use super::{
    market::{Found, Market},
    text::written,
};
use crate::chat::server::options::{Group, Offer};

/// The list for a field.
pub struct Symbols(pub Market);

impl Offer for Symbols {
    fn kind(&self) -> &'static str {
        "symbols"
    }

    fn groups(&self, typed: &str) -> Vec<Group> {
        vec![Group {
            title: "Symbols",
            options: self.0.search(typed).into_iter().map(option).collect(),
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
