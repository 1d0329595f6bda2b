//! What a feed says: RSS, Atom or JSON Feed as headlines. Pure.

use feed_rs::{
    model::{Link, Text},
    parser,
};
use sha2::{Digest, Sha256};

use crate::{
    server::text_of_html::text_of_html,
    squawk::{rules, server::store::feeds::Hash},
};

/// Entries of a feed that are looked at, from its beginning, where the newest are.
const ENTRIES: usize = 500;
/// Longest title of a feed, in characters.
const TITLE: usize = 80;

/// A feed.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// What it calls itself; may be empty.
    pub title: String,
    /// Minutes for which it wants to be left alone.
    pub ttl: Option<u32>,
    /// Those that can be headlines, in its order, which is the newest first.
    pub entries: Vec<Entry>,
}

/// An entry.
#[derive(Debug, PartialEq, Eq)]
pub struct Entry {
    /// The same for the same entry, whatever becomes of its text.
    pub hash: Hash,
    /// The headline.
    pub text: String,
    /// Where there is more.
    pub url: Option<String>,
}

/// Reads a feed that came from `url`.
///
/// # Errors
/// Why it can't be read.
pub fn read(bytes: &[u8], url: &str) -> Result<Document, String> {
    let parser = parser::Builder::new()
        .base_uri(Some(url))
        // Its own would be another one each time for an entry without a link.
        .id_generator(|links, title, _| name(links, title.as_ref()))
        .build();
    let feed = parser.parse(bytes);
    let feed = feed.map_err(|_| "it is no RSS or Atom feed".to_owned())?;
    let entries = feed.entries.into_iter().take(ENTRIES).filter_map(|entry| {
        let whole = entry.title.as_ref().or(entry.summary.as_ref()).map(words)?;
        let link = entry.links.iter().find(|link| rules::is_url(&link.href));
        Some(Entry {
            hash: Sha256::digest(format!("{url}\n{}", entry.id)).into(),
            text: rules::cut(&whole)?,
            url: link.map(|link| link.href.clone()),
        })
    });
    let title = feed.title.as_ref().map(words).and_then(|title| rules::cut(&title));
    Ok(Document {
        title: title.unwrap_or_default().chars().take(TITLE).collect(),
        ttl: feed.ttl,
        entries: entries.collect(),
    })
}

/// What an entry without an id is known by.
fn name(links: &[Link], title: Option<&Text>) -> String {
    let link = links.first().map_or("", |link| &link.href);
    format!("{link}\n{}", title.map_or("", |title| &title.content))
}

fn words(text: &Text) -> String {
    match text.content_type.as_str() {
        // RSS doesn't say which it is, and many escape twice; what could be less-than stays as it is.
        "text/plain" if text.content.contains('<') => text.content.clone(),
        _ => text_of_html(&text.content),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RSS: &str = r#"<?xml version="1.0"?><rss version="2.0"><channel><title>ECB – Press</title><ttl>30</ttl>
        <item><title>Rates &amp; AT&amp;amp;T</title><link>https://ecb.test/2</link><guid>b</guid></item>
        <item><title> Holds
            at 2.00% </title><link>https://ecb.test/1</link></item>
        <item><description>Only a description, 1 &lt; 2</description><guid>c</guid></item>
        <item><guid>nothing</guid></item></channel></rss>"#;
    const ATOM: &str = r#"<feed xmlns="http://www.w3.org/2005/Atom"><title>Desk</title><id>desk</id>
        <entry><id>1</id><title type="html">&lt;b&gt;Up&lt;/b&gt; 1%</title><link href="/one"/></entry></feed>"#;

    #[test]
    fn rss_and_atom_become_headlines() {
        let read_rss = read(RSS.as_bytes(), "https://ecb.test/rss").unwrap();
        assert_eq!((read_rss.title.as_str(), read_rss.ttl), ("ECB – Press", Some(30)));
        let said: Vec<_> = read_rss
            .entries
            .iter()
            .map(|one| (one.text.as_str(), one.url.as_deref()))
            .collect();
        assert_eq!(
            said,
            [
                ("Rates & AT&T", Some("https://ecb.test/2")),
                ("Holds at 2.00%", Some("https://ecb.test/1")),
                ("Only a description, 1 < 2", None),
            ]
        );
        let atom = read(ATOM.as_bytes(), "https://desk.test/feed").unwrap();
        assert_eq!(atom.title, "Desk");
        let one = &atom.entries[0];
        assert_eq!(
            (one.text.as_str(), one.url.as_deref()),
            ("Up 1%", Some("https://desk.test/one"))
        );
    }

    #[test]
    fn an_entry_is_the_same_whatever_its_text_and_another_in_another_feed() {
        let hashes = |text: &str, url| -> Vec<Hash> {
            let document = read(text.as_bytes(), url).unwrap();
            document.entries.into_iter().map(|entry| entry.hash).collect()
        };
        let (here, changed) = (hashes(RSS, "https://a.test"), RSS.replace("Rates", "Interest"));
        assert_eq!(here, hashes(&changed, "https://a.test"));
        assert_ne!(here[0], hashes(RSS, "https://b.test")[0]);
    }

    #[test]
    fn what_is_no_feed_is_told() {
        for text in [
            "",
            "hello",
            "<html><p>404</p></html>",
            "{}",
            "<rss version='2.0'><channel>",
        ] {
            let _ = read(text.as_bytes(), "https://a.test").map(|document| assert!(document.entries.is_empty()));
        }
        assert!(read(b"hello", "https://a.test").is_err());
        assert!(read(b"<html></html>", "https://a.test").is_err());
    }
}
