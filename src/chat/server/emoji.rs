//! Emoji in what is typed. Pure.

mod slack;

use emojis::{Emoji, SkinTone};

/// Emoji at most in a message that shows them larger, its bytes, and the characters of one emoji.
const MOST_EMOJI: usize = 6;
const LONGEST_OF_EMOJI: usize = 250;
const LONGEST_EMOJI: usize = 12;

/// What is said by emoji alone, a few of them.
pub fn only_emoji(body: &str) -> Option<String> {
    let text = (body.len() <= LONGEST_OF_EMOJI).then(|| with_emoji(body))?;
    let (mut rest, mut count) = (text.as_str(), 0);
    while let Some(next) = rest.chars().next() {
        if next == ' ' {
            rest = &rest[1..];
            continue;
        }
        // Families and flags are several characters.
        let ends = rest.char_indices().map(|(at, c)| at + c.len_utf8()).take(LONGEST_EMOJI);
        let end = ends.filter(|end| emojis::get(&rest[..*end]).is_some()).last()?;
        rest = &rest[end..];
        count += 1;
    }
    (1..=MOST_EMOJI).contains(&count).then_some(text)
}

/// The emoji that GitHub or Slack calls so.
pub fn named(name: &str) -> Option<&'static Emoji> {
    emojis::get_by_shortcode(name).or_else(|| slack::named(name))
}

/// `:tada:` as 🎉; what is no emoji's name stays.
pub fn with_emoji(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(':') {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let name = rest[1..].find(':').map(|end| &rest[1..=end]);
        match name.and_then(|name| Some((name.len(), meant(name, &out)?))) {
            Some((length, Meant { emoji, from })) => {
                out.truncate(from);
                out.push_str(emoji.as_str());
                rest = &rest[length + 2..];
            }
            None => {
                out.push(':');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

/// An emoji, and where in the text before it what it stands in for begins.
struct Meant {
    emoji: &'static Emoji,
    from: usize,
}

/// What a name between colons adds to the text `before`: an emoji, or its tone to the one that the text ends in.
fn meant(name: &str, before: &str) -> Option<Meant> {
    let Some(tone) = slack::tone(name) else {
        let from = before.len();
        return named(name).map(|emoji| Meant { emoji, from });
    };
    let starts = before.char_indices().rev().take(LONGEST_EMOJI).map(|(at, _)| at);
    // The longest: a mechanic ends in a wrench.
    let ends_in = |from: usize| Some((from, emojis::get(&before[from..])?));
    let (from, emoji) = starts.filter_map(ends_in).last()?;
    if emoji.skin_tone() != Some(SkinTone::Default) {
        return None;
    }
    emoji.with_skin_tone(tone).map(|emoji| Meant { emoji, from })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_of_github_and_slack_become_emoji() {
        for (typed, shown) in [
            (":tada: :thinking_face::flag-us:", "🎉 🤔🇺🇸"),
            ("firing :large_orange_circle: db: slow", "firing 🟠 db: slow"),
            (":+1::skin-tone-3: :wave::skin-tone-6:", "👍🏼 👋🏿"),
            (":female-mechanic::skin-tone-2:", "👩🏻‍🔧"),
            (":man-shrugging::skin-tone-4:", "🤷🏽‍♂️"),
            ("👍:skin-tone-5:", "👍🏾"),
        ] {
            assert_eq!(with_emoji(typed), shown, "{typed}");
        }
        assert_eq!(only_emoji(":+1::skin-tone-3: :hugging_face:").as_deref(), Some("👍🏼 🤗"));
    }

    #[test]
    fn what_is_no_name_stays() {
        for text in [
            "at 14:03:07",
            "::",
            ":nobodys-name:",
            ":Thinking_Face:",
            ":skin-tone-3:",
            "a :skin-tone-3:",
            "🎉:skin-tone-3:",
            "👍🏼:skin-tone-4:",
            "👍:skin-tone-1:",
            "👍 :skin-tone-2:",
        ] {
            assert_eq!(with_emoji(text), text);
        }
    }

    proptest! {
        #[test]
        fn a_text_without_colons_stays(text in "[^:]*") {
            prop_assert_eq!(with_emoji(&text), text);
        }

        #[test]
        fn nothing_but_names_between_colons_changes(before in "[^:]*", name in "[a-z_-]{1,60}", after in "[^:]*") {
            let shown = with_emoji(&format!("{before}:{name}:{after}"));
            match meant(&name, &before) {
                Some(Meant { emoji, from }) => prop_assert_eq!(shown, format!("{}{emoji}{after}", &before[..from])),
                None => prop_assert_eq!(shown, format!("{before}:{name}:{after}")),
            }
        }
    }
}
