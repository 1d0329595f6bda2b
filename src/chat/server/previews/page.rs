//! What a page of the web says of itself in its head. Pure.

use std::{
    cell::RefCell,
    time::{Duration, Instant},
};

use encoding_rs::{Encoding, UTF_8};
use html5ever::{
    tendril::StrTendril,
    tokenizer::{
        BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer,
        states::RawKind::{Rawtext, Rcdata, ScriptData},
    },
};

/// Longest title and name of a site, in characters.
const TITLE: usize = 200;
/// Longest description, in characters.
const DESCRIPTION: usize = 300;
/// Longest address of a picture, in bytes.
const ADDRESS: usize = 2_000;
/// Bytes that are read between two looks at the clock: some HTML is made to be slow.
const STEP: usize = 4 * 1024;
/// What takes longer to read is left where it is.
const PATIENCE: Duration = Duration::from_millis(500);

/// What a page says of itself; what it doesn't say is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// What it is called.
    pub title: String,
    /// What it is about.
    pub description: String,
    /// Whose it is.
    pub site: String,
    /// Where its picture is, as the page has it.
    pub picture: String,
}

/// The text of a page: in the encoding that its answer names, or the page itself, else UTF-8. What can't be read is
/// replaced.
pub fn decoded(bytes: &[u8], content_type: &str) -> String {
    let head = &bytes[..bytes.len().min(1024)];
    let named = charset(content_type).or_else(|| charset(&String::from_utf8_lossy(head)));
    named.unwrap_or(UTF_8).decode(bytes).0.into_owned()
}

fn charset(text: &str) -> Option<&'static Encoding> {
    let text = text.to_ascii_lowercase();
    let (_, label) = text.split_once("charset=")?;
    let label = label.trim_start_matches(['"', '\'', ' ']);
    let end = label.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | ':' | '.'));
    Encoding::for_label(&label.as_bytes()[..end.unwrap_or(label.len())])
}

/// What `html` says in its head. Read token by token, as a tree takes quadratic time of what is made to be slow.
pub fn read(html: &str) -> Page {
    let begun = Instant::now();
    let input = BufferQueue::default();
    let reader = Tokenizer::new(Head::default(), Default::default());
    let mut rest = html;
    while !rest.is_empty() && !reader.sink.0.borrow().done && begun.elapsed() < PATIENCE {
        let (step, later) = rest.split_at(rest.floor_char_boundary(STEP.min(rest.len())));
        input.push_back(StrTendril::from(step));
        // It stops early for scripts that are to run alone, and none is.
        let _ = reader.feed(&input);
        rest = later;
    }
    let said = reader.sink.0.into_inner();
    let first = |texts: [&String; 3], most| {
        let said = texts.into_iter().map(|text| line(text, most));
        said.into_iter().find(|text| !text.is_empty()).unwrap_or_default()
    };
    let [og, twitter, plain] = &said.titles;
    let title = first([og, twitter, plain], TITLE);
    let [og, twitter, plain] = &said.descriptions;
    let description = first([og, twitter, plain], DESCRIPTION);
    let mut pictures = said.pictures.into_iter().map(|text| text.trim().to_owned());
    Page {
        title,
        description,
        site: line(&said.site, TITLE),
        picture: pictures
            .find(|text| !text.is_empty() && text.len() <= ADDRESS)
            .unwrap_or_default(),
    }
}

/// One line of at most so many characters.
fn line(text: &str, most: usize) -> String {
    let words: Vec<&str> = text.split(|c: char| c.is_whitespace() || c.is_control()).collect();
    let line = words
        .into_iter()
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    match line.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line,
    }
}

#[derive(Default)]
struct Head(RefCell<Said>);

/// From Open Graph, from Twitter's cards, and plain.
#[derive(Default)]
struct Said {
    titles: [String; 3],
    descriptions: [String; 3],
    pictures: [String; 2],
    site: String,
    in_title: bool,
    /// The head is over.
    done: bool,
}

impl Said {
    fn note(&mut self, name: &str, content: &str) {
        let place = match name {
            "og:title" => &mut self.titles[0],
            "twitter:title" => &mut self.titles[1],
            "og:description" => &mut self.descriptions[0],
            "twitter:description" => &mut self.descriptions[1],
            "description" => &mut self.descriptions[2],
            "og:image" | "og:image:url" | "og:image:secure_url" => &mut self.pictures[0],
            "twitter:image" | "twitter:image:src" => &mut self.pictures[1],
            "og:site_name" => &mut self.site,
            _ => return,
        };
        // The first of several counts.
        if place.is_empty() {
            content.clone_into(place);
        }
    }
}

impl TokenSink for Head {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut said = self.0.borrow_mut();
        match token {
            _ if said.done => (),
            Token::CharacterTokens(text) if said.in_title => said.titles[2].push_str(&text),
            Token::TagToken(Tag { kind, name, attrs, .. }) => {
                let is_start = kind == TagKind::StartTag;
                match &*name {
                    "meta" if is_start => {
                        let of = |wanted: &str| {
                            let found = attrs.iter().find(|attr| &*attr.name.local == wanted);
                            found.map(|attr| attr.value.to_string())
                        };
                        let name = of("property").or_else(|| of("name")).unwrap_or_default();
                        said.note(&name.trim().to_ascii_lowercase(), &of("content").unwrap_or_default());
                    }
                    "title" => {
                        // Pictures have titles as well.
                        said.in_title = is_start && said.titles[2].is_empty();
                        if is_start {
                            return TokenSinkResult::RawData(Rcdata);
                        }
                    }
                    "script" if is_start => return TokenSinkResult::RawData(ScriptData),
                    "style" | "noscript" if is_start => return TokenSinkResult::RawData(Rawtext),
                    "body" => said.done = true,
                    _ => (),
                }
            }
            _ => (),
        }
        TokenSinkResult::Continue
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn open_graph_is_heard_first_then_twitter_then_the_page() {
        let plain = "<title>Plain &amp; simple</title><meta name=description content='About'>";
        let page = read(plain);
        assert_eq!(
            (page.title.as_str(), page.description.as_str()),
            ("Plain & simple", "About")
        );
        let twitter =
            format!("{plain}<meta name='twitter:title' content='Bird'><meta name='twitter:image' content='/b.png'>");
        let page = read(&twitter);
        assert_eq!((page.title.as_str(), page.picture.as_str()), ("Bird", "/b.png"));
        let og = format!(
            "<head>{twitter}<meta property='OG:Title' content='Graph'><meta property='og:title' content='Second'>\
             <meta property='og:site_name' content='Site'><meta property='og:image' content=' /g.png '></head><body>\
             <meta property='og:description' content='too late'>"
        );
        let page = read(&og);
        assert_eq!((page.title.as_str(), page.site.as_str()), ("Graph", "Site"));
        assert_eq!((page.description.as_str(), page.picture.as_str()), ("About", "/g.png"));
    }

    #[test]
    fn titles_are_one_bounded_line_of_text() {
        let page = read("<title>\n two\n\tlines <script>alert(1)</script> </title>");
        assert_eq!(page.title, "two lines <script>alert(1)</script>");
        let page = read(&format!("<title>{}</title>", "ü".repeat(100_000)));
        assert_eq!(page.title.chars().count(), TITLE + 1);
        assert_eq!(
            read("<svg><title>Logo"),
            Page {
                title: "Logo".into(),
                ..Page::default()
            }
        );
        assert_eq!(
            read("<script><title>no</title></script><title>yes</title>").title,
            "yes"
        );
    }

    #[test]
    fn encodings_are_the_answers_the_pages_or_utf_8() {
        let latin = b"<meta charset=\"iso-8859-1\"><title>Z\xfcrich</title>";
        assert_eq!(read(&decoded(latin, "text/html")).title, "Zürich");
        let named = decoded(b"<title>Z\xfcrich</title>", "text/html; charset=\"ISO-8859-1\"");
        assert_eq!(read(&named).title, "Zürich");
        assert_eq!(
            read(&decoded("<title>Zürich</title>".as_bytes(), "text/html")).title,
            "Zürich"
        );
        assert_eq!(
            read(&decoded(b"<title>Z\xff\xfe</title>", "text/html")).title,
            "Z\u{fffd}\u{fffd}"
        );
        let nonsense = decoded(b"<title>a</title>", "text/html; charset=klingon");
        assert_eq!(read(&nonsense).title, "a");
    }

    #[test]
    fn html_that_is_made_to_be_slow_is_left_in_time() {
        let attributes: String = (0..80_000).map(|n| format!(" {n:x}")).collect();
        let slow = ["<b>", "<!--", "<script>", "<title>", "&", "<meta ", "<svg>"]
            .map(|part| part.repeat(512 * 1024 / part.len()));
        for html in slow.into_iter().chain([format!("<meta{attributes}>")]) {
            let begun = Instant::now();
            read(&html);
            assert!(
                begun.elapsed() < Duration::from_secs(5),
                "{:?} {}",
                begun.elapsed(),
                &html[..8]
            );
        }
    }

    proptest! {
        #[test]
        fn anything_is_read(bytes in proptest::collection::vec(any::<u8>(), 0..200), html in r#"[a-z<>"'=/& ;!:-]{0,80}"#) {
            read(&decoded(&bytes, &html));
            read(&html);
        }
    }
}
