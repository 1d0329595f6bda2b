//! What is typed, as HTML: a part of CommonMark, with the line breaks of chat, bare links and `:emoji:`.
//!
//! pulldown-cmark reads, ammonia lets through only the elements listed here, so that neither alone is trusted.

mod named;
#[cfg(test)]
mod tests;

use std::{collections::HashSet, sync::LazyLock};

use ammonia::Builder;
use pulldown_cmark::{Event, LinkType, Options, Parser, Tag, TagEnd, html::push_html};

use super::{emoji::only_emoji, mentions::Called, quoting::Price};

pub use named::first_link;
use named::push_text;

/// Elements within each other at most; what nests deeper is shown as typed.
const DEEPEST: usize = 12;
/// Rendered bytes at most; what would be more is shown as typed.
pub const LARGEST: usize = 96 * 1024;
static CLEAN: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut clean = Builder::empty();
    clean
        .tags(HashSet::from([
            "p",
            "br",
            "em",
            "strong",
            "del",
            "a",
            "ul",
            "ol",
            "li",
            "blockquote",
            "pre",
            "code",
            "hr",
            "span",
        ]))
        .add_allowed_classes("span", ["mention", "big", "demo"])
        .add_allowed_classes("a", ["chip"])
        .add_tag_attributes("a", ["href", "data-symbol", "data-venue", "data-said"])
        .add_tag_attributes("ol", ["start"])
        .add_tag_attributes("code", ["class"])
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .link_rel(Some("noopener noreferrer nofollow"))
        .set_tag_attribute_value("a", "target", "_blank");
    clean
});

/// As [`render`], of a message that calls these.
pub fn rendered(body: &str, called: &Called) -> Option<String> {
    render_with(body, |name| called.is(name), &called.prices)
}

/// The HTML of `body`, code still without colours; `None` where the text as typed says all. `calls` tells of a name after
/// an `@` whether it is somebody's.
pub fn render(body: &str, calls: impl Fn(&str) -> bool) -> Option<String> {
    render_with(body, calls, &[])
}

/// The same, of what names these prices.
fn render_with(body: &str, calls: impl Fn(&str) -> bool, prices: &[Price]) -> Option<String> {
    if let Some(emoji) = only_emoji(body) {
        return Some(format!("<p><span class=\"big\">{emoji}</span></p>"));
    }
    let mut events = Vec::new();
    let (mut depth, mut plain, mut shown) = (0usize, true, 0);
    let (mut in_code, mut in_link) = (false, 0usize);
    for event in Parser::new_ext(body, Options::ENABLE_STRIKETHROUGH) {
        let event = match event {
            // Shown as typed: an angle bracket in chat is an angle bracket.
            Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
            Event::SoftBreak => Event::HardBreak,
            // What stands in a room has no place in an outline.
            Event::Start(Tag::Heading { .. }) => {
                events.extend([Event::Start(Tag::Paragraph), Event::Start(Tag::Strong)]);
                plain = false;
                continue;
            }
            Event::End(TagEnd::Heading(_)) => {
                events.extend([Event::End(TagEnd::Strong), Event::End(TagEnd::Paragraph)]);
                continue;
            }
            // An image would tell its host who reads; a link doesn't.
            Event::Start(Tag::Image {
                dest_url, title, id, ..
            }) => Event::Start(Tag::Link {
                link_type: LinkType::Inline,
                dest_url,
                title,
                id,
            }),
            Event::End(TagEnd::Image) => Event::End(TagEnd::Link),
            Event::Start(Tag::HtmlBlock) => Event::Start(Tag::Paragraph),
            Event::End(TagEnd::HtmlBlock) => Event::End(TagEnd::Paragraph),
            other => other,
        };
        match &event {
            Event::Start(tag) => {
                depth += 1;
                if depth > DEEPEST {
                    return None;
                }
                plain &= matches!(tag, Tag::Paragraph);
                in_code |= matches!(tag, Tag::CodeBlock(_));
                in_link += usize::from(matches!(tag, Tag::Link { .. }));
            }
            Event::End(tag) => {
                depth = depth.saturating_sub(1);
                in_code &= !matches!(tag, TagEnd::CodeBlock);
                in_link -= usize::from(matches!(tag, TagEnd::Link));
            }
            Event::Text(_) if in_code => (),
            Event::Text(text) => {
                let before = events.len();
                shown += visible(text);
                push_text(&mut events, text, in_link > 0, &calls, prices);
                plain &= events.len() == before + 1 && matches!(&events[before], Event::Text(kept) if kept == text);
                continue;
            }
            Event::HardBreak => (),
            _ => plain = false,
        }
        events.push(event);
    }
    // Paragraphs and lines are what the text as typed shows too; not so a backslash that guards a mark.
    if plain && shown == visible(body) {
        return None;
    }
    let mut html = String::with_capacity(body.len() * 2);
    push_html(&mut html, events.into_iter());
    let html = CLEAN.clean(html.trim_end()).to_string();
    (html.len() <= LARGEST).then_some(html)
}

/// Bytes that aren't space.
fn visible(text: &str) -> usize {
    text.bytes().filter(|byte| !byte.is_ascii_whitespace()).count()
}

/// The HTML of a text in which nothing is marked up.
pub fn plain(body: &str) -> String {
    let mut html = String::with_capacity(body.len() + 16);
    let lines = body.split('\n').map(|line| Event::Text(line.into()));
    let mut events = vec![Event::Start(Tag::Paragraph)];
    for (i, line) in lines.enumerate() {
        events.extend((i > 0).then_some(Event::HardBreak));
        events.push(line);
    }
    events.push(Event::End(TagEnd::Paragraph));
    push_html(&mut html, events.into_iter());
    html.trim_end().to_owned()
}
