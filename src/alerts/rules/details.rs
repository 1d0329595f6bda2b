//! What a firing tells besides its words: how far, how many, of which values, by which line.

use super::{
    lengths,
    sentence::grouped,
    spec::Spec,
    state::Episode,
    telling::{code, plain},
};
use crate::alerts::model::Test;

/// Bytes of a detail at most.
const LONGEST: usize = 600;

/// It, as Markdown, a line each.
pub fn of(spec: &Spec, episode: &Episode) -> Vec<String> {
    let mut details = match spec.test {
        Test::More | Test::Fewer => of_lines(spec, episode),
        Test::Stale => Vec::new(),
        _ => vec![of_price(spec, episode)],
    };
    if spec.is_demo() && !spec.words.is_empty() {
        // The usual words say so.
        details.push("DEMO: not a real price of now".to_owned());
    }
    if episode.times > 1 {
        details.push(format!("{} times", episode.times));
    }
    details
}

fn of_lines(spec: &Spec, episode: &Episode) -> Vec<String> {
    let by = plain(&spec.by);
    // The first number is that of all values together, the most that of one.
    let peak = episode.peak.map_or_else(String::new, |peak| match by.is_empty() {
        true => format!(", {} at most", grouped(peak)),
        false => format!(", of one {by} {} at most", grouped(peak)),
    });
    let now = match episode.ended {
        None => format!(
            "{} within {}{peak}; ",
            grouped(episode.now),
            lengths::words(spec.seconds)
        ),
        Some(_) => String::new(),
    };
    let mut details = vec![format!("{now}{} in all", grouped(episode.all))];
    if !episode.groups.is_empty() {
        let mut groups = String::new();
        for (name, count) in &episode.groups {
            let between = if groups.is_empty() { "" } else { ", " };
            if groups.len() < LONGEST {
                groups.push_str(&format!("{between}{} {}", code(name), grouped(*count)));
            }
        }
        details.push(format!("{by}: {groups}"));
    }
    if let Some(last) = &episode.last {
        let whose = match last.group.is_empty() {
            true => String::new(),
            false => format!(" of {}", code(&last.group)),
        };
        details.push(format!("Last{whose}, {}: {}", last.at.second(), code(cut(&last.text))));
    }
    details
}

fn of_price(spec: &Spec, episode: &Episode) -> String {
    let number = |number| plain(&grouped(number));
    let sign = match spec.test {
        Test::Above | Test::Below => "",
        _ => "%",
    };
    let moves = matches!(spec.test, Test::Moves | Test::Rises | Test::Falls);
    let now = episode.price.map(|price| match episode.quote.filter(|_| moves) {
        Some(quote) => {
            let way = if episode.is_down { "down" } else { "up" };
            format!("{way} {}% to {}", number(price), number(quote))
        }
        None => format!("now {}{sign}", number(price)),
    });
    let farthest = episode.peak.map(|peak| format!("farthest {}{sign}", number(peak)));
    let figures: Vec<String> = now.into_iter().chain(farthest).collect();
    figures.join(", ")
}

/// The beginning of a line; before it is marked up, since what is marked must end.
fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(LONGEST)]
}
