//! Headlines among all that one could go to.

use futures::future::{BoxFuture, FutureExt};
use leptos::prelude::*;
use sqlx::SqlitePool;

use super::{
    page::found,
    store::{REACH, Reach},
};
use crate::{
    chat::server::options::{
        Group, Offer,
        jump::{WORTH_LOOKING, link},
    },
    paths,
    squawk::model::Headline,
};

/// Headlines at most.
const MOST: u32 = 5;
/// A step: somebody is typing.
const STEP: Reach = Reach {
    patience: std::time::Duration::ZERO,
    ..REACH
};

/// They are searched here.
pub struct Headlines(pub SqlitePool);

impl Offer for Headlines {
    fn jumps<'a>(&'a self, typed: &'a str) -> BoxFuture<'a, Vec<Group>> {
        async move {
            if typed.chars().count() < WORTH_LOOKING {
                return Vec::new();
            }
            let fitting = found(&self.0, typed, None, MOST, STEP).await.unwrap_or_default();
            vec![Group {
                title: "Squawks",
                options: fitting.headlines.into_iter().map(to_moment).collect(),
            }]
        }
        .boxed()
    }
}

fn to_moment(headline: Headline) -> AnyView {
    let shown = view! {
        <span class="name">{headline.text}</span>
        <span class="hint">{headline.source} " at " {headline.at.day()} " " {headline.at.minute()}</span>
    };
    link(paths::then(headline.at), shown.into_any())
}
