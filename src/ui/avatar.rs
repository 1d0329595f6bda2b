//! A face for somebody: initials on one of eight colours, the same wherever the name is shown, and over them the picture,
//! which the server leaves empty where there is none.

use leptos::prelude::*;

use crate::{ids::UserId, paths};

/// Classes `ava-1` to `ava-8` in `style/base.scss`.
const COLOURS: u32 = 8;

/// The square before a message. The name stands beside it, so it is silent to screen readers.
#[component(transparent)]
pub fn Avatar(
    /// Whose.
    name: String,
    /// Theirs.
    id: UserId,
) -> impl IntoView {
    view! { <span class=format!("ava ava-{}", colour(&name)) aria-hidden="true" inner_html=inside(&name, id)></span> }
}

/// The same as HTML, where it is a part of more.
pub fn face(name: &str, id: UserId) -> String {
    let (colour, inside) = (colour(name), inside(name, id));
    format!(r#"<span class="ava ava-{colour}" aria-hidden="true">{inside}</span>"#)
}

/// As HTML: a view for the picture would be so much more for the browser to load.
fn inside(name: &str, id: UserId) -> String {
    let initials = initials(name).replace(['<', '&'], "");
    let picture = paths::avatar(id);
    format!(r#"{initials}<img src="{picture}" alt="" loading="lazy">"#)
}

/// 1 to 8. FNV-1a, written out because both ends and every release must agree.
fn colour(name: &str) -> u32 {
    let hash = name.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    (hash >> 16) % COLOURS + 1
}

/// One letter of each of the first two words, or the first two letters of the only one; the style sheet makes capitals
/// of them.
fn initials(name: &str) -> String {
    let mut words = name
        .split(|c: char| c.is_ascii() && !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty());
    match (words.next(), words.next()) {
        (Some(first), Some(second)) => first.chars().take(1).chain(second.chars().take(1)).collect(),
        (Some(only), None) => only.chars().take(2).collect(),
        _ => name.chars().take(1).collect(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{COLOURS, colour, initials, inside};
    use crate::ids::UserId;

    #[test]
    fn initials_are_those_one_expects() {
        for (name, expected) in [
            ("ines", "in"),
            ("Mary Ann Lee", "MA"),
            ("jean-luc", "jl"),
            ("ß", "ß"),
            ("x", "x"),
            ("李小龍", "李小"),
            ("!?", "!"),
            ("", ""),
        ] {
            assert_eq!(initials(name), expected, "{name:?}");
        }
    }

    #[test]
    fn a_name_is_text_whatever_it_is() {
        let html = inside("<&", UserId(7));
        assert_eq!(html, r#"<img src="/avatars/7" alt="" loading="lazy">"#);
    }

    #[test]
    fn every_colour_is_used_and_a_name_keeps_its_own() {
        // Pinned: another release must not repaint everyone.
        assert_eq!((colour("ines"), colour("tomasz"), colour("李")), (5, 4, 4));
        let mut used: Vec<u32> = (0..200).map(|n| colour(&format!("person {n}"))).collect();
        used.sort_unstable();
        used.dedup();
        assert_eq!(used, (1..=COLOURS).collect::<Vec<_>>());
    }

    proptest! {
        #[test]
        fn any_name_has_a_face(name in ".*") {
            prop_assert!((1..=COLOURS).contains(&colour(&name)));
            prop_assert!(initials(&name).chars().count() <= 2);
        }
    }
}
