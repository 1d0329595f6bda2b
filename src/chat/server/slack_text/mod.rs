//! What a Slack payload says, as our Markdown. Pure.

mod mrkdwn;
mod rich_text;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use mrkdwn::{link, markdown};
use rich_text::rich_text;

/// Blocks within each other at most: as deep as Slack's own go.
const DEEPEST: u32 = 8;

/// The parts of a payload that have words in them; the rest is ignored.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Payload {
    text: Option<String>,
    /// `#name`.
    pub channel: Option<String>,
    #[serde(deserialize_with = "listed")]
    attachments: Vec<Attachment>,
    #[serde(deserialize_with = "listed")]
    blocks: Vec<Value>,
}

/// Some clients, such as slack-go, write an empty list as `null`.
fn listed<'de, D: Deserializer<'de>, T: Deserialize<'de>>(list: D) -> Result<Vec<T>, D::Error> {
    let list = Option::<Vec<Option<T>>>::deserialize(list)?;
    Ok(list.into_iter().flatten().flatten().collect())
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
    image_url: Option<String>,
    #[serde(deserialize_with = "listed")]
    fields: Vec<Field>,
    #[serde(deserialize_with = "listed")]
    actions: Vec<Value>,
    #[serde(deserialize_with = "listed")]
    blocks: Vec<Value>,
    footer: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Field {
    title: Option<String>,
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
        Some(to) if !to.is_empty() => format!("**{}**", link(&title, to)),
        _ => format!("**{title}**"),
    }));
    lines.extend(text(&attachment.text));
    for Field { title, value } in &attachment.fields {
        let value = match value {
            Value::Null => String::new(),
            Value::String(text) => markdown(text),
            other => other.to_string(),
        };
        match text(title) {
            Some(title) => lines.push(format!("**{title}**: {value}")),
            None => lines.push(value),
        }
    }
    lines.extend(attachment.blocks.iter().filter_map(block));
    lines.extend(attachment.image_url.iter().filter(|url| !url.is_empty()).cloned());
    lines.extend(attachment.actions.iter().filter_map(button));
    if lines.is_empty() {
        lines.extend(text(&attachment.fallback));
    }
    lines.extend(text(&attachment.footer).map(|footer| format!("*{footer}*")));
    lines.join("\n")
}

/// A block's words, wherever in it they are.
fn block(block: &Value) -> Option<String> {
    let text = match block["type"].as_str() {
        Some("rich_text") => rich_text(block),
        // The one block that is Markdown already.
        Some("markdown") => block["text"].as_str().unwrap_or_default().to_owned(),
        kind => {
            let mut words = Vec::new();
            collect(block, &mut words, 0);
            let text = words.join("\n");
            match kind {
                Some("header") if !text.is_empty() => format!("**{text}**"),
                _ => text,
            }
        }
    };
    (!text.trim().is_empty()).then_some(text)
}

fn collect(value: &Value, words: &mut Vec<String>, depth: u32) {
    if depth > DEEPEST {
        return;
    }
    match value {
        Value::Object(object) => {
            match value["type"].as_str() {
                Some("rich_text") => return words.push(rich_text(value)),
                Some("button") => return words.extend(button(value)),
                Some("image") => return words.extend(image(value)),
                _ => (),
            }
            if let Some(Value::String(text)) = object.get("text") {
                words.push(markdown(text));
            }
            for name in ["title", "text", "fields", "elements", "accessory"] {
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

/// The words of a text object, or of a text.
fn words(text: &Value) -> Option<&str> {
    let text = text.as_str().or_else(|| text["text"].as_str())?;
    (!text.trim().is_empty()).then_some(text)
}

/// A button: what it opens, where it opens something. The others do nothing here.
fn button(button: &Value) -> Option<String> {
    let label = words(&button["text"]).map(markdown);
    match (button["url"].as_str().filter(|url| !url.is_empty()), label) {
        (Some(url), Some(label)) => Some(link(&label, url)),
        (Some(url), None) => Some(url.to_owned()),
        (None, label) => label,
    }
}

/// What an image shows, leading to it.
fn image(image: &Value) -> Option<String> {
    let label = words(&image["title"])
        .or_else(|| words(&image["alt_text"]))
        .map(markdown);
    match (image["image_url"].as_str().filter(|url| !url.is_empty()), label) {
        (Some(url), Some(label)) => Some(link(&label, url)),
        (Some(url), None) => Some(url.to_owned()),
        (None, label) => label,
    }
}

/// A text as a message can hold it: what is beyond `most` bytes is cut off, and a last line says so, since an alert that is
/// cut says more than one that is refused.
pub fn shortened(text: String, most: usize) -> String {
    if text.len() <= most {
        return text;
    }
    let note = format!("\n\n… cut here: the whole text has {} bytes", text.len());
    // The note is not to be code.
    let fence = "\n```";
    let kept = &text[..text.floor_char_boundary(most.saturating_sub(note.len() + fence.len()))];
    let fences = kept.lines().filter(|line| line.trim_start().starts_with("```")).count();
    let fence = if fences % 2 == 1 { fence } else { "" };
    format!("{kept}{fence}{note}")
}
