//! What a Slack payload says, as our Markdown. Pure.

use serde::Deserialize;
use serde_json::Value;

/// The parts of a payload that have words in them; the rest is ignored.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Payload {
    text: Option<String>,
    /// `#name`.
    pub channel: Option<String>,
    attachments: Vec<Attachment>,
    blocks: Vec<Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Attachment {
    fallback: Option<String>,
    pretext: Option<String>,
    author_name: Option<String>,
    title: Option<String>,
    title_link: Option<String>,
    text: Option<String>,
    fields: Vec<Field>,
    blocks: Vec<Value>,
    footer: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Field {
    title: String,
    value: Value,
}

/// Everything that the payload says, a paragraph for each part.
pub fn read(payload: &Payload) -> String {
    let mut parts = Vec::new();
    let blocks: Vec<String> = payload.blocks.iter().filter_map(block).collect();
    // Where there are blocks, `text` is only what a notification says instead of them.
    if blocks.is_empty() {
        parts.extend(payload.text.as_deref().map(markdown));
    }
    parts.extend(blocks);
    parts.extend(payload.attachments.iter().map(attachment));
    parts.retain(|part| !part.trim().is_empty());
    parts.join("\n\n")
}

fn attachment(attachment: &Attachment) -> String {
    let mut lines: Vec<String> = Vec::new();
    let text = |text: &Option<String>| text.as_deref().filter(|text| !text.is_empty()).map(markdown);
    lines.extend(text(&attachment.pretext));
    lines.extend(text(&attachment.author_name));
    lines.extend(text(&attachment.title).map(|title| match &attachment.title_link {
        Some(link) => format!("**[{title}]({link})**"),
        None => format!("**{title}**"),
    }));
    lines.extend(text(&attachment.text));
    for Field { title, value } in &attachment.fields {
        let value = value.as_str().map_or_else(|| value.to_string(), markdown);
        lines.push(format!("**{}**: {value}", markdown(title)));
    }
    lines.extend(attachment.blocks.iter().filter_map(block));
    if lines.is_empty() {
        lines.extend(text(&attachment.fallback));
    }
    lines.extend(text(&attachment.footer).map(|footer| format!("*{footer}*")));
    lines.join("\n")
}

/// A block's words, wherever in it they are.
fn block(block: &Value) -> Option<String> {
    let mut words = Vec::new();
    collect(block, &mut words, 0);
    let text = words.join(if block["type"] == "rich_text" { "" } else { "\n" });
    let text = if block["type"] == "header" {
        format!("**{text}**")
    } else {
        text
    };
    (!text.trim().is_empty() && text != "****").then_some(text)
}

fn collect(value: &Value, words: &mut Vec<String>, depth: u32) {
    // As deep as Slack's own go.
    if depth > 8 {
        return;
    }
    match value {
        Value::Object(object) => {
            if let Some(Value::String(text)) = object.get("text") {
                words.push(markdown(text));
            }
            for name in ["text", "fields", "elements"] {
                match object.get(name) {
                    Some(Value::String(_)) | None => (),
                    Some(inner) => collect(inner, words, depth + 1),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, words, depth + 1)),
        _ => (),
    }
}

/// Slack's mrkdwn as Markdown: `*bold*`, `_italic_`, `~struck~`, `<url|label>`, `<!here>`, `&lt;`. Code stays as it is.
fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    // What stands between backticks is as typed.
    for (i, part) in text.split('`').enumerate() {
        if i > 0 {
            out.push('`');
        }
        if i % 2 == 1 {
            out.push_str(&unescaped(part));
        } else {
            out.push_str(&marks(&links(part)));
        }
    }
    out
}

fn links(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        out.push_str(&unescaped(&rest[..start]));
        rest = &rest[start + 1..];
        let Some(end) = rest.find('>') else {
            out.push('<');
            break;
        };
        let (inside, label) = rest[..end]
            .split_once('|')
            .map_or((&rest[..end], None), |(a, b)| (a, Some(b)));
        match (inside, label) {
            ("!here", _) => out.push_str("@here"),
            ("!channel" | "!everyone", _) => out.push_str("@room"),
            (_, Some(label)) if inside.starts_with("http") || inside.starts_with("mailto:") => {
                out.push_str(&format!("[{}]({inside})", unescaped(label)));
            }
            (_, Some(label)) => out.push_str(&unescaped(label)),
            (link, None) => out.push_str(link),
        }
        rest = &rest[end + 1..];
    }
    out.push_str(&unescaped(rest));
    out
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// Doubles the `*` and `~` that open or close a word; Markdown's `_` is the same.
fn marks(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut before = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        out.push(c);
        if matches!(c, '*' | '~') && before != Some(c) && chars.peek() != Some(&c) {
            let opens =
                before.is_none_or(|b: char| !b.is_alphanumeric()) && chars.peek().is_some_and(|n| !n.is_whitespace());
            let closes =
                before.is_some_and(|b: char| !b.is_whitespace()) && chars.peek().is_none_or(|n| !n.is_alphanumeric());
            if opens || closes {
                out.push(c);
            }
        }
        before = Some(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn said(json: &str) -> String {
        read(&serde_json::from_str(json).unwrap())
    }

    #[test]
    fn text_becomes_markdown() {
        for (text, expected) in [
            (
                "*disk* on <https://x.test/h/n1|n1> at 91%",
                "**disk** on [n1](https://x.test/h/n1) at 91%",
            ),
            (
                "a * b, 2*3, _so_ ~not~ `*raw* &amp;`",
                "a * b, 2*3, _so_ ~~not~~ `*raw* &`",
            ),
            (
                "<!here> 1 &lt; 2 &amp;&amp; <https://a.test>",
                "@here 1 < 2 && https://a.test",
            ),
            ("an open < stays", "an open < stays"),
        ] {
            assert_eq!(said(&serde_json::json!({ "text": text }).to_string()), expected);
        }
    }

    #[test]
    fn attachments_and_blocks_are_reduced_to_their_words() {
        let payload = r#"{"text":"up","attachments":[{"color":"danger","title":"n1","title_link":"https://n1.test",
            "text":"disk full","fields":[{"title":"used","value":"91%","short":true},{"title":"n","value":3}],
            "fallback":"n1 91%","footer":"watch"},{"fallback":"only this"}]}"#;
        assert_eq!(
            said(payload),
            "up\n\n**[n1](https://n1.test)**\ndisk full\n**used**: 91%\n**n**: 3\n*watch*\n\nonly this"
        );
        let blocks = r#"{"text":"notification","blocks":[{"type":"header","text":{"type":"plain_text","text":"Deploy"}},
            {"type":"section","text":{"type":"mrkdwn","text":"*done* in 3 min"},"fields":[{"type":"mrkdwn","text":"by ci"}]},
            {"type":"divider"},{"type":"context","elements":[{"type":"mrkdwn","text":"build 7"}]},
            {"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"all "},{"type":"text","text":"good"}]}]}]}"#;
        assert_eq!(
            said(blocks),
            "**Deploy**\n\n**done** in 3 min\nby ci\n\nbuild 7\n\nall good"
        );
        assert_eq!(said("{}"), "");
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in ".{0,80}") {
            markdown(&text);
        }
    }
}
