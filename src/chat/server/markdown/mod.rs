//! What is typed, as HTML: a part of CommonMark, with the line breaks of chat, bare links, `:emoji:` and code in colours.
//!
//! pulldown-cmark reads, ammonia lets through only the elements listed here, so that neither alone is trusted.

mod named;
#[cfg(test)]
mod tests;

use std::{collections::HashSet, sync::LazyLock};

use ammonia::Builder;
use pulldown_cmark::{CodeBlockKind, Event, LinkType, Options, Parser, Tag, TagEnd, html::push_html};

use super::{
    emoji::only_emoji,
    highlight::{Block, Class, Highlighter, Parts},
    mentions::Called,
    quoting::Price,
};

pub use named::first_link;
use named::push_text;

/// Elements within each other at most; what nests deeper is shown as typed.
const DEEPEST: usize = 12;
/// Rendered bytes at most; what would be more is shown as typed.
const LARGEST: usize = 96 * 1024;
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
        .add_allowed_classes(
            "span",
            ["mention", "big", "demo"]
                .into_iter()
                .chain(Class::ALL.map(Class::name)),
        )
        .add_allowed_classes("a", ["chip"])
        .add_tag_attributes("a", ["href", "data-symbol", "data-venue", "data-said"])
        .add_tag_attributes("ol", ["start"])
        .add_tag_attributes("code", ["class"])
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .link_rel(Some("noopener noreferrer nofollow"))
        .set_tag_attribute_value("a", "target", "_blank");
    clean
});

/// As [`render`], of a message that calls these, with code in colours.
pub async fn rendered(body: &str, called: &Called, highlighter: &Highlighter) -> Option<String> {
    let mut blocks = Vec::new();
    let plain = render_with(
        body,
        |name| called.is(name),
        &called.prices,
        |block| {
            blocks.push(block.clone());
            None
        },
    );
    if blocks.is_empty() {
        return plain;
    }
    match highlighter.colours(blocks).await {
        Some(colours) => {
            let mut colours = colours.into_iter();
            render_with(
                body,
                |name| called.is(name),
                &called.prices,
                |_| colours.next().flatten(),
            )
        }
        None => plain,
    }
}

/// The HTML of `body`, code without colours; `None` where the text as typed says all. `calls` tells of a name after an `@`
/// whether it is somebody's.
pub fn render(body: &str, calls: impl Fn(&str) -> bool) -> Option<String> {
    render_with(body, calls, &[], |_| None)
}

/// The same, of what names these prices; `colours` tells those of each block of code in turn.
fn render_with(
    body: &str,
    calls: impl Fn(&str) -> bool,
    prices: &[Price],
    mut colours: impl FnMut(&Block) -> Option<Parts>,
) -> Option<String> {
    if let Some(emoji) = only_emoji(body) {
        return Some(format!("<p><span class=\"big\">{emoji}</span></p>"));
    }
    let mut events = Vec::new();
    let (mut depth, mut plain, mut shown) = (0usize, true, 0);
    // The code of a block so far, with its language.
    let mut code: Option<(String, String)> = None;
    let mut in_link = 0usize;
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
                if let Tag::CodeBlock(kind) = tag {
                    let language = match kind {
                        CodeBlockKind::Fenced(language) => language.to_string(),
                        CodeBlockKind::Indented => String::new(),
                    };
                    code = Some((language, String::new()));
                }
                in_link += usize::from(matches!(tag, Tag::Link { .. }));
            }
            Event::End(tag) => {
                depth = depth.saturating_sub(1);
                if let Some((language, code)) = code.take_if(|_| matches!(tag, TagEnd::CodeBlock)) {
                    let block = Block { language, code };
                    let parts = colours(&block);
                    push_code(&mut events, block.code, parts);
                }
                in_link -= usize::from(matches!(tag, TagEnd::Link));
            }
            Event::Text(text) if let Some((_, code)) = &mut code => {
                code.push_str(text);
                continue;
            }
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

/// Code as it is, or in parts.
fn push_code(events: &mut Vec<Event<'_>>, code: String, parts: Option<Parts>) {
    let mut rest = code.as_str();
    for (class, length) in parts.into_iter().flatten() {
        // Parts are of this code; those that aren't leave it without colours.
        let Some((text, after)) = rest.split_at_checked(length) else {
            break;
        };
        rest = after;
        let text = Event::Text(text.to_owned().into());
        match class {
            Some(class) => events.extend([
                Event::InlineHtml(format!("<span class=\"{}\">", class.name()).into()),
                text,
                Event::InlineHtml("</span>".into()),
            ]),
            None => events.push(text),
        }
    }
    if !rest.is_empty() {
        events.push(Event::Text(rest.to_owned().into()));
    }
}
