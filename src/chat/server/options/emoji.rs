//! Emoji: by name for the word before the caret, and all of them as a grid.

use std::sync::LazyLock;

use emojis::Emoji;
use leptos::prelude::*;

use super::{Group, fitting, html};

/// Completions at most.
const MOST: usize = 8;
/// Found in the grid at most.
const MOST_IN_GRID: usize = 120;
/// Those that are wanted most.
const COMMON: [&str; 24] = [
    "👍", "❤️", "😂", "🎉", "👀", "✅", "🙏", "🔥", "😄", "😢", "😮", "🚀", "👏", "💯", "🤔", "😅", "🙌", "👋", "❌",
    "⚠️", "📈", "📉", "💸", "☕",
];

/// Two thousand; rendered once.
static ALL: LazyLock<String> = LazyLock::new(|| {
    let common = COMMON.iter().filter_map(|emoji| emojis::get(emoji));
    let mut groups = vec![group("Common", common)];
    groups.extend(emojis::Group::iter().map(|kind| group(title(kind), kind.emojis())));
    html("grid", groups)
});

/// For `:smi`, which has to be two letters or more: a smiley is none.
pub fn completions(typed: &str) -> Vec<Group> {
    if typed.chars().count() < 2 || typed.ends_with(':') {
        return Vec::new();
    }
    let found = fitting(emojis::iter(), |emoji| names(emoji), typed, MOST);
    let options = found.into_iter().map(|emoji| {
        let name = emoji
            .shortcode()
            .map_or_else(|| emoji.name().to_owned(), |code| format!(":{code}:"));
        view! {
            <li role="option" data-text=format!("{emoji} ")>
                <span class="glyph">{emoji.as_str()}</span>
                <span class="name">{name}</span>
            </li>
        }
        .into_any()
    });
    vec![Group {
        title: "Emoji",
        options: options.collect(),
    }]
}

/// All by group, or those whose name holds what was typed.
pub fn grid(typed: &str) -> String {
    let typed = typed.trim().trim_matches(':');
    if typed.is_empty() {
        return ALL.clone();
    }
    let found = fitting(emojis::iter(), |emoji| names(emoji), typed, MOST_IN_GRID);
    html("grid", vec![group("Found", found.into_iter())])
}

fn group(title: &'static str, emoji: impl Iterator<Item = &'static Emoji>) -> Group {
    let option =
        |emoji: &'static Emoji| view! { <li role="option" title=emoji.name()>{emoji.as_str()}</li> }.into_any();
    Group {
        title,
        options: emoji.map(option).collect(),
    }
}

fn names(emoji: &Emoji) -> String {
    let codes = emoji.shortcodes().chain([emoji.name()]);
    codes.collect::<Vec<_>>().join(" ")
}

fn title(group: emojis::Group) -> &'static str {
    use emojis::Group as Kind;
    match group {
        Kind::SmileysAndEmotion => "Smileys",
        Kind::PeopleAndBody => "People",
        Kind::AnimalsAndNature => "Nature",
        Kind::FoodAndDrink => "Food and drink",
        Kind::TravelAndPlaces => "Travel and places",
        Kind::Activities => "Activities",
        Kind::Objects => "Objects",
        Kind::Symbols => "Symbols",
        Kind::Flags => "Flags",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(typed: &str) -> Vec<String> {
        let html = html("", completions(typed));
        let after = html.split("data-text=\"").skip(1);
        after
            .filter_map(|rest| rest.split(" \"").next().map(str::to_owned))
            .collect()
    }

    #[test]
    fn a_name_finds_its_emoji_and_the_best_comes_first() {
        assert_eq!(found("smile")[0], "😄");
        assert_eq!(found("thumbsu"), ["👍"]);
        assert_eq!(found("+1"), ["👍"]);
        assert!(found("smi").len() == MOST);
        for none in ["s", "", ")", "smile:", "<script>"] {
            assert!(found(none).is_empty(), "{none}");
        }
    }

    #[test]
    fn the_grid_has_the_common_ones_first_and_then_all() {
        let all = grid(" ");
        assert!(all.find("👍") < all.find("😀") && all.matches("<li").count() > 1_800);
        assert!(all.len() < 160_000, "{}", all.len());
        assert!(COMMON.iter().all(|emoji| emojis::get(emoji).is_some()));
        let rockets = grid(":rocket:");
        assert!(
            rockets.contains("🚀") && rockets.matches("<li").count() < 5,
            "{rockets}"
        );
        assert_eq!(grid("<script>"), "");
    }
}
