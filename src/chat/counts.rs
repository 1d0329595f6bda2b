//! How much is unread, in words and beside a room's name. Pure.

use super::model::UNREAD_MOST;

/// `3 new`; nothing for none.
pub fn new_words(count: u32) -> String {
    match count {
        0 => String::new(),
        new => format!("{new} new"),
    }
}

/// What the way to the newest messages says, where so many of them are unread.
pub fn newest_words(unread: u32) -> String {
    match unread {
        0 => "Newest messages".to_owned(),
        1 => "1 new message".to_owned(),
        unread => shown(unread) + " new messages",
    }
}

/// How much is unread, and apart from it how much of that is by name; amber where it calls for attention. Written as HTML,
/// which takes less of the program than views do.
pub fn badge(unread: u32, mentions: u32, calls: bool) -> String {
    let me = if calls { " me" } else { "" };
    let shown = shown(unread);
    match mentions {
        _ if unread == 0 => String::new(),
        0 => format!(r#"<span class="n{me}">{shown}<span class="visually-hidden"> unread</span></span>"#),
        _ => format!(
            r#"<span class="n">{shown}<span class="visually-hidden"> unread, {mentions} by name</span></span><span class="n{me}" aria-hidden="true">@{mentions}</span>"#
        ),
    }
}

fn shown(unread: u32) -> String {
    match unread {
        UNREAD_MOST.. => format!("{}+", UNREAD_MOST - 1),
        unread => unread.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::plain::text_of;

    #[test]
    fn the_way_to_the_newest_says_how_many_are_new() {
        for (unread, words) in [
            (0, "Newest messages"),
            (1, "1 new message"),
            (3, "3 new messages"),
            (999, "999 new messages"),
            (UNREAD_MOST, "999+ new messages"),
        ] {
            assert_eq!(newest_words(unread), words);
        }
    }

    #[test]
    fn mentions_are_counted_apart() {
        let seen = |html: &str| {
            let hidden = r#"<span class="visually-hidden">"#;
            let (before, rest) = html.split_once(hidden).expect("words for those who don't see");
            format!("{before}{}", rest.split_once("</span>").expect("its end").1)
        };
        let heard = |html: &str| text_of(html.split(r#"<span class="n me" aria-hidden"#).next().expect("a part"));
        assert_eq!(badge(0, 0, false), "");
        let plain = badge(3, 0, false);
        assert_eq!(seen(&plain), r#"<span class="n">3</span>"#);
        assert_eq!(heard(&plain), "3 unread");
        let calling = badge(UNREAD_MOST, 1, true);
        assert_eq!(
            seen(&calling),
            r#"<span class="n">999+</span><span class="n me" aria-hidden="true">@1</span>"#
        );
        assert_eq!(heard(&calling), "999+ unread, 1 by name");
        // In a room of nothing a mention is counted, and is no more amber than the rest.
        let muted = badge(3, 2, false);
        assert!(
            muted.ends_with(r#"<span class="n" aria-hidden="true">@2</span>"#),
            "{muted}"
        );
        let conversation = badge(4, 0, true);
        assert_eq!(seen(&conversation), r#"<span class="n me">4</span>"#);
        assert_eq!(heard(&conversation), "4 unread");
    }
}
