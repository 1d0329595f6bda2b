//! `/logs` in chat.

use super::{
    archive::Archive,
    quoted::count,
    search::{self, Look},
    stats::histogram::histogram,
    store,
};
use crate::{
    chat::server::commands::{Call, Command, Outcome, Run},
    error::AppError,
    logs::{model::Level, query::Query},
    paths,
    time::Timestamp,
};

/// Lines of an answer, and letters of each.
const LINES: usize = 8;
const LETTERS: usize = 200;
/// How far back it looks where nothing is said.
const USUAL: &str = "since:1h";

/// The command.
pub struct Logs(pub Archive);

impl Command for Logs {
    fn name(&self) -> &'static str {
        "logs"
    }
    fn usage(&self) -> &'static str {
        "error gateway 15m"
    }
    fn summary(&self) -> &'static str {
        "shows you log lines: a level, a source, words, how far back"
    }
    fn run<'a>(&'a self, call: Call<'a>) -> Run<'a> {
        Box::pin(async move {
            let sources = store::by_source(&self.0.readers).await?;
            let sources: Vec<&str> = sources.iter().map(|(name, ..)| name.as_str()).collect();
            let text = asked(&call.draft.body, &sources);
            let query = Query::parse(&text).map_err(|wrong| AppError::Invalid(format!("/logs {text}: {wrong}")))?;
            let now = Timestamp::now();
            let (mut lines, _) = search::newest(&self.0, Look::of(&query, now), LINES).await?;
            lines.reverse();
            let range = (now.plus_seconds(-3_600), now.plus_seconds(1));
            let (counted, reached) = histogram(&self.0, Look::of(&query, now), range, 1).await?;
            let total: u64 = counted.bars.iter().flatten().sum();
            let mut words = vec![match (total, reached.next) {
                (0, _) => format!("No line fits {query}"),
                (total, None) => format!("{} of {query}", count(total)),
                (total, Some(_)) => format!("{} of {query}, and perhaps more", count(total)),
            }];
            words.extend(lines.iter().map(|line| {
                let text = format!(
                    "{} {} {} {}",
                    line.time.second(),
                    line.level.word(),
                    line.source,
                    line.message
                );
                text.lines().next().unwrap_or_default().chars().take(LETTERS).collect()
            }));
            let link = paths::log_search(&query.to_string());
            words.push(paths::discuss(&link, Some(call.draft.room)));
            Ok(Outcome::Note(words.join("\n")))
        })
    }
}

/// What was typed as a query: a level's name is that or worse, a source's name is it, a time alone is how far back.
fn asked(typed: &str, sources: &[&str]) -> String {
    let is_ago = |word: &str| {
        let (digits, unit) = word.split_at(word.len() - word.chars().next_back().map_or(0, char::len_utf8));
        matches!(unit, "s" | "m" | "h" | "d") && !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    // What is in quotes is left as it is.
    let mut quoted = false;
    let mut words: Vec<String> = Vec::new();
    for word in typed.split_whitespace() {
        let lower = word.to_lowercase();
        let level = Level::ALL.into_iter().find(|level| level.name() == lower);
        words.push(match level {
            _ if quoted || word.starts_with('"') => word.to_owned(),
            Some(level) => format!("level>={}", level.name()),
            None if is_ago(&lower) => format!("since:{lower}"),
            None => match sources.iter().find(|source| source.eq_ignore_ascii_case(word)) {
                Some(source) => format!("source:{source}"),
                None => word.to_owned(),
            },
        });
        quoted ^= word.matches('"').count() % 2 == 1;
    }
    if !words.iter().any(|word| word.starts_with("since:")) {
        words.push(USUAL.to_owned());
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_sources_and_times_need_no_signs() {
        let asked = |typed: &str| asked(typed, &["gateway", "risk"]);
        assert_eq!(asked("error gateway 15m"), "level>=error source:gateway since:15m");
        assert_eq!(asked("WARN Risk timeout"), "level>=warn source:risk timeout since:1h");
        assert_eq!(
            asked("\"gateway error\" venue=XLON 2h"),
            "\"gateway error\" venue=XLON since:2h"
        );
        assert_eq!(asked(""), "since:1h");
        assert_eq!(asked("m 5x ms since:3d"), "m 5x ms since:3d");
    }
}
