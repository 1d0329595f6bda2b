//! Slack's rich text: what its composer and its block builders make. Its texts are as they are read, without marks.

use serde_json::Value;

use super::mrkdwn::link;

/// Lists within each other at most, as in Slack.
const DEEPEST: u64 = 8;

/// The words of a `rich_text` block.
pub fn rich_text(block: &Value) -> String {
    let mut out = String::new();
    let mut was_list = false;
    for part in parts(block) {
        let is_list = part["type"] == "rich_text_list";
        let text = match part["type"].as_str() {
            Some("rich_text_list") => list(part),
            Some("rich_text_quote") => {
                let said = inline(part);
                said.trim_end().split('\n').map(|line| format!("> {line}\n")).collect()
            }
            Some("rich_text_preformatted") => fenced(&plain(part)),
            _ => inline(part),
        };
        let text = text.trim_end();
        if text.is_empty() {
            continue;
        }
        if !out.is_empty() {
            // A list within a list is another list after it.
            out.push_str(if was_list && is_list { "\n" } else { "\n\n" });
        }
        out.push_str(text);
        was_list = is_list;
    }
    out
}

fn parts(value: &Value) -> impl Iterator<Item = &Value> {
    value["elements"].as_array().into_iter().flatten()
}

fn list(list: &Value) -> String {
    let depth = list["indent"].as_u64().unwrap_or_default().min(DEEPEST);
    let margin = "    ".repeat(usize::try_from(depth).unwrap_or_default());
    let first = list["offset"].as_u64().unwrap_or_default();
    let is_ordered = list["style"] == "ordered";
    let item = |(n, item): (u64, &Value)| {
        let mark = if is_ordered {
            format!("{}. ", first.saturating_add(n))
        } else {
            "- ".to_owned()
        };
        let next = format!("\n{margin}{}", " ".repeat(mark.len()));
        format!("{margin}{mark}{}\n", inline(item).trim_end().replace('\n', &next))
    };
    (1..).zip(parts(list)).map(item).collect()
}

/// What stands in a line.
fn inline(section: &Value) -> String {
    parts(section).map(|part| styled(&word(part), &part["style"])).collect()
}

/// The same without marks, as code is shown.
fn plain(section: &Value) -> String {
    let bare = |part: &Value| match part["type"] == "link" && part["text"].is_null() {
        true => text_of(part, "url"),
        false if part["type"] == "text" || part["type"] == "link" => text_of(part, "text"),
        false => word(part),
    };
    parts(section).map(bare).collect()
}

fn text_of(part: &Value, name: &str) -> String {
    part[name].as_str().unwrap_or_default().to_owned()
}

fn word(part: &Value) -> String {
    let named = |mark: char, name: &str| format!("{mark}{}", text_of(part, name));
    match part["type"].as_str() {
        Some("link") => match part["text"].as_str().filter(|text| !text.is_empty()) {
            Some(label) => link(label, &text_of(part, "url")),
            None => text_of(part, "url"),
        },
        Some("emoji") => match part["skin_tone"].as_u64().filter(|tone| (2..=6).contains(tone)) {
            Some(tone) => format!(":{}::skin-tone-{tone}:", text_of(part, "name")),
            None => format!(":{}:", text_of(part, "name")),
        },
        Some("user") => named('@', "user_id"),
        Some("usergroup") => named('@', "usergroup_id"),
        Some("channel") => named('#', "channel_id"),
        Some("broadcast") if part["range"] == "here" => "@here".to_owned(),
        Some("broadcast") => "@room".to_owned(),
        Some("date") => text_of(part, "fallback"),
        Some("color") => text_of(part, "value"),
        _ => text_of(part, "text"),
    }
}

/// With Markdown's marks around it, which stand at words and not at spaces.
fn styled(text: &str, style: &Value) -> String {
    let within = text.trim();
    if within.is_empty() {
        return text.to_owned();
    }
    let (before, after) = text.split_once(within).unwrap_or_default();
    let on = |name: &str| style[name] == true;
    let mut marked = within.to_owned();
    for (is_on, mark) in [
        (on("code"), "`"),
        (on("italic"), "*"),
        (on("bold"), "**"),
        (on("strike"), "~~"),
    ] {
        if is_on {
            marked = format!("{mark}{marked}{mark}");
        }
    }
    format!("{before}{marked}{after}")
}

/// As a block of code, in a fence that nothing within closes.
fn fenced(code: &str) -> String {
    let longest = code.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}\n{}\n{fence}", code.trim_end_matches('\n'))
}
