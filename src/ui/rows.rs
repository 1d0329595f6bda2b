//! Lists whose rows come, go and move.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Arc, Mutex, PoisonError},
};

use leptos::prelude::*;

use crate::ON_SERVER;

/// Shows each of `items` as a `row`, and draws only those whose `key` wasn't there before. Keys must tell items apart.
///
/// Every list is this one, because each kind of `<For>` is eight kilobytes of code for the browser.
pub fn rows<T, K>(
    items: impl Fn() -> Vec<T> + Send + Sync + 'static,
    key: impl Fn(&T) -> K + Send + Sync + 'static,
    row: impl Fn(T) -> AnyView + Send + Sync + 'static,
) -> AnyView
where
    T: Send + 'static,
    K: Hash,
{
    let drawn_from = Arc::new(Mutex::new(Vec::<Option<T>>::new()));
    let places = {
        let drawn_from = Arc::clone(&drawn_from);
        move || {
            let items = items();
            let places = items.iter().map(|item| hash(&key(item))).zip(0..).collect();
            *drawn_from.lock().unwrap_or_else(PoisonError::into_inner) = items.into_iter().map(Some).collect();
            places
        }
    };
    let draw = move |place: usize| {
        let mut items = drawn_from.lock().unwrap_or_else(PoisonError::into_inner);
        let item = items.get_mut(place).and_then(Option::take);
        drop(items);
        item.map_or_else(|| ().into_any(), &row)
    };
    list(Arc::new(places), Arc::new(draw))
}

/// The part that knows no type of item. A place comes with the hash of its item's key.
fn list(
    places: Arc<dyn Fn() -> Vec<(u64, usize)> + Send + Sync>,
    draw: Arc<dyn Fn(usize) -> AnyView + Send + Sync>,
) -> AnyView {
    if ON_SERVER {
        // No row comes or goes any more: none needs an owner to end with.
        let drawn = move || places().into_iter().map(|(_, place)| draw(place)).collect::<Vec<_>>();
        return drawn.into_any();
    }
    view! { <For each=move || places() key=|(key, _)| *key children=move |(_, place)| draw(place) /> }.into_any()
}

/// Tells keys apart.
pub fn hash(key: &(impl Hash + ?Sized)) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}
