//! What lists may be, and how their entries change. Pure.

use crate::{
    accounts::rules::title,
    error::AppError,
    ticker::{
        lists::{Column, LONGEST_NAME, MOST_ENTRIES},
        model::Key,
    },
};

/// The name as it is kept: single spaces between its words, none around it.
///
/// # Errors
/// `Invalid`, in words, when no list may be called so.
pub fn name(text: &str) -> Result<String, AppError> {
    let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if !(1..=LONGEST_NAME).contains(&name.chars().count()) {
        return Err(AppError::Invalid(format!(
            "A list's name has 1 to {LONGEST_NAME} characters."
        )));
    }
    title(&name, "list")
}

/// The columns as they are kept: each once, in the order in which they are named.
///
/// # Errors
/// `Invalid` when there is none, or one of a name that no column has.
pub fn columns(names: &[String]) -> Result<String, AppError> {
    let mut chosen: Vec<&'static str> = Vec::new();
    // Some forms name each by itself, some all in one field.
    for name in names.iter().flat_map(|names| names.split(',')).map(str::trim) {
        let column = Column::ALL.into_iter().map(Column::name).find(|known| *known == name);
        let column = column.ok_or_else(|| {
            let all = Column::ALL.map(Column::name).join(", ");
            AppError::Invalid(format!("There is no column {name:?}; columns are {all}."))
        })?;
        if !chosen.contains(&column) {
            chosen.push(column);
        }
    }
    match chosen.is_empty() {
        true => Err(AppError::Invalid("Choose at least one column.".into())),
        false => Ok(chosen.join(",")),
    }
}

/// Adds those of `more` that aren't there yet, at the end.
///
/// # Errors
/// `Conflict` when there would be too many.
pub fn add(entries: &mut Vec<Key>, more: Vec<Key>) -> Result<(), AppError> {
    let mut known: std::collections::HashSet<Key> = entries.iter().cloned().collect();
    entries.extend(more.into_iter().filter(|key| known.insert(key.clone())));
    match entries.len() {
        0..=MOST_ENTRIES => Ok(()),
        many => Err(AppError::Conflict(format!(
            "A list holds {MOST_ENTRIES} symbols, and this one would hold {many}. Remove some, or begin another list."
        ))),
    }
}

/// Takes an entry off; one that is off already stays off.
pub fn remove(entries: &mut Vec<Key>, key: &Key) {
    entries.retain(|entry| entry != key);
}

/// Moves an entry to the place `to`, counted from 0; beyond the end means the end.
///
/// # Errors
/// `NotFound` when it isn't on the list.
pub fn shift(entries: &mut Vec<Key>, key: &Key, to: usize) -> Result<(), AppError> {
    let Some(at) = entries.iter().position(|entry| entry == key) else {
        return Err(AppError::NotFound(format!(
            "{} at {} is not on this list. Load the page again to see what is.",
            key.symbol, key.venue
        )));
    };
    let entry = entries.remove(at);
    entries.insert(to.min(entries.len()), entry);
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn keys(symbols: &[u8]) -> Vec<Key> {
        let key = |n: &u8| Key {
            symbol: format!("S{n}"),
            venue: "desk".into(),
        };
        symbols.iter().map(key).collect()
    }

    #[test]
    fn names_and_columns() {
        assert_eq!(name("  Big \t caps "), Ok("Big caps".into()));
        assert!(name(&"x".repeat(40)).is_ok());
        for bad in ["", "  ", &"x".repeat(41), "a\u{200b}"] {
            assert!(matches!(name(bad), Err(AppError::Invalid(_))), "{bad:?}");
        }
        let read = |names: &[&str]| columns(&names.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(read(&["time", "last", "time"]), Ok("time,last".into()));
        assert_eq!(read(&["bid, ask"]), Ok("bid,ask".into()));
        assert!(read(&[]).is_err());
        let refusal = read(&["last", "odd"]).unwrap_err().to_string();
        assert!(
            refusal.contains("\"odd\"") && refusal.contains("last, change"),
            "{refusal}"
        );
    }

    #[test]
    fn entries_are_added_once_moved_and_removed() {
        let mut list = keys(&[1, 2]);
        add(&mut list, keys(&[2, 3, 3])).unwrap();
        assert_eq!(list, keys(&[1, 2, 3]));
        shift(&mut list, &keys(&[3])[0], 0).unwrap();
        assert_eq!(list, keys(&[3, 1, 2]));
        shift(&mut list, &keys(&[3])[0], 99).unwrap();
        assert_eq!(list, keys(&[1, 2, 3]));
        remove(&mut list, &keys(&[2])[0]);
        remove(&mut list, &keys(&[2])[0]);
        assert_eq!(list, keys(&[1, 3]));
        assert!(matches!(
            shift(&mut list, &keys(&[2])[0], 0),
            Err(AppError::NotFound(_))
        ));
        let many = (0..=MOST_ENTRIES).map(|n| Key {
            symbol: format!("M{n}"),
            venue: "desk".into(),
        });
        assert!(matches!(
            add(&mut Vec::new(), many.collect()),
            Err(AppError::Conflict(_))
        ));
    }

    proptest! {
        #[test]
        fn moving_keeps_everything_and_the_order_of_the_rest(
            symbols in prop::collection::hash_set(any::<u8>(), 1..20), which in any::<prop::sample::Index>(), to in 0usize..25,
        ) {
            let before = keys(&symbols.into_iter().collect::<Vec<_>>());
            let key = before[which.index(before.len())].clone();
            let mut after = before.clone();
            shift(&mut after, &key, to).unwrap();
            prop_assert_eq!(after.iter().position(|entry| *entry == key), Some(to.min(before.len() - 1)));
            let rest = |list: &[Key]| list.iter().filter(|entry| **entry != key).cloned().collect::<Vec<_>>();
            prop_assert_eq!(rest(&after), rest(&before));
        }
    }
}
