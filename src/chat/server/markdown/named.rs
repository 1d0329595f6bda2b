//! Names, prices and links in a text.

use linkify::{LinkFinder, LinkKind};
use pulldown_cmark::{Event, LinkType, Options, Parser, Tag, TagEnd};

use crate::chat::server::{
    emoji::with_emoji,
    mentions,
    quoting::{self, Price},
};

/// The first address of the web that `body` leads to; not what stands in code, nor in `<…>`, which is how one says that it
/// is to be left alone.
pub fn first_link(body: &str) -> Option<String> {
    let is_web = |url: &str| url.starts_with("http://") || url.starts_with("https://");
    let (mut in_code, mut in_link) = (false, false);
    for event in Parser::new_ext(body, Options::ENABLE_STRIKETHROUGH) {
        match event {
            Event::Start(Tag::CodeBlock(_)) => in_code = true,
            Event::End(TagEnd::CodeBlock) => in_code = false,
            Event::Start(Tag::Link {
                link_type: LinkType::Autolink,
                ..
            }) => in_link = true,
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                if is_web(&dest_url) {
                    return Some(dest_url.into_string());
                }
                in_link = true;
            }
            Event::End(TagEnd::Link | TagEnd::Image) => in_link = false,
            Event::Text(text) if !in_code && !in_link => {
                let mut finder = LinkFinder::new();
                finder.kinds(&[LinkKind::Url]);
                let found = finder.links(&text).find(|link| is_web(link.as_str()));
                if let Some(link) = found {
                    return Some(link.as_str().to_owned());
                }
            }
            _ => (),
        }
    }
    None
}

/// Text with its bare addresses made links and its `:names:` made emoji.
pub(super) fn push_text<'a>(
    events: &mut Vec<Event<'a>>,
    text: &str,
    in_link: bool,
    calls: &impl Fn(&str) -> bool,
    prices: &[Price],
) {
    let mut finder = LinkFinder::new();
    finder.kinds(&[LinkKind::Url]);
    for span in finder.spans(text) {
        let part = span.as_str();
        let is_web = part.starts_with("http://") || part.starts_with("https://");
        if span.kind().is_none() || in_link || !is_web {
            let mut done = 0;
            for (at, end, html) in named(part, calls, prices) {
                if in_link || at < done {
                    continue;
                }
                if at > done {
                    events.push(Event::Text(with_emoji(&part[done..at]).into()));
                }
                events.push(Event::InlineHtml(html.into()));
                done = end;
            }
            if done < part.len() {
                events.push(Event::Text(with_emoji(&part[done..]).into()));
            }
            continue;
        }
        events.extend([
            Event::Start(Tag::Link {
                link_type: LinkType::Autolink,
                dest_url: part.to_owned().into(),
                title: "".into(),
                id: "".into(),
            }),
            Event::Text(part.to_owned().into()),
            Event::End(TagEnd::Link),
        ]);
    }
}

/// People and prices that a text names, in order: from where to where, and what stands there.
fn named(text: &str, calls: &impl Fn(&str) -> bool, prices: &[Price]) -> Vec<(usize, usize, String)> {
    let people = mentions::spans(text).filter(|(at, end)| calls(&text[at + 1..*end]));
    // A name is letters, digits and `._-`.
    let person = |(at, end): (usize, usize)| (at, end, format!("<span class=\"mention\">{}</span>", &text[at..end]));
    let price = |(at, end): (usize, usize)| {
        let price = prices.iter().find(|price| price.typed == text[at + 1..end])?;
        Some((at, end, price.html()))
    };
    let mut found: Vec<_> = people.map(person).collect();
    found.extend(quoting::spans(text).filter_map(price));
    found.sort_by_key(|(at, ..)| *at);
    found
}
