//! What HTML says, without how it looks. Pure.

use std::cell::RefCell;

use html5ever::{
    tendril::StrTendril,
    tokenizer::{
        BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer,
        states::RawKind::{Rawtext, Rcdata, ScriptData},
    },
};

/// Elements that begin or end a line.
const LINES: [&str; 15] = [
    "br",
    "p",
    "div",
    "ul",
    "ol",
    "li",
    "tr",
    "pre",
    "blockquote",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
];

/// The words of an HTML document, a line for each block. Read token by token: a tree takes quadratic time to build of
/// what is made to be slow.
pub fn text_of_html(html: &str) -> String {
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(html));
    let reader = Tokenizer::new(Words::default(), Default::default());
    // It stops early for scripts that are to run alone, and none is.
    let _ = reader.feed(&input);
    reader.end();
    let text = reader.sink.0.into_inner().text;
    let lines = text.split('\n');
    let lines = lines.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

#[derive(Default)]
struct Words(RefCell<Read>);

#[derive(Default)]
struct Read {
    text: String,
    /// Inside of what nobody is shown.
    is_hidden: bool,
}

impl TokenSink for Words {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut read = self.0.borrow_mut();
        match token {
            // Of lines only those count that elements make.
            Token::CharacterTokens(words) if !read.is_hidden => read.text.push_str(&words.replace('\n', " ")),
            Token::TagToken(Tag { kind, name, .. }) => {
                let name: &str = &name;
                if LINES.contains(&name) {
                    read.text.push('\n');
                }
                let hidden = match name {
                    "script" => Some(ScriptData),
                    "style" => Some(Rawtext),
                    "title" => Some(Rcdata),
                    _ => None,
                };
                if let Some(hidden) = hidden {
                    read.is_hidden = kind == TagKind::StartTag;
                    if read.is_hidden {
                        return TokenSinkResult::RawData(hidden);
                    }
                }
            }
            _ => (),
        }
        TokenSinkResult::Continue
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn html_is_reduced_to_its_words() {
        for (html, text) in [
            (
                "<p>All <b>good</b> &amp; well</p>\n<p>1 &lt; 2</p>",
                "All good & well\n1 < 2",
            ),
            ("one<br>two<BR/>three", "one\ntwo\nthree"),
            ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
            (
                "<html><head><title>no</title><style>p{}</style></head><body><script>alert(1)</script>yes</body></html>",
                "yes",
            ),
            ("&amp;lt;b&amp;gt;", "&lt;b&gt;"),
            ("<a href='https://x.test'>link</a> <img src=x onerror=alert(1)>", "link"),
            ("1 < 2 <- 3", "1 < 2 <- 3"),
            ("", ""),
        ] {
            assert_eq!(text_of_html(html), text, "{html}");
        }
    }

    #[test]
    fn html_that_is_made_to_be_slow_is_done_in_time() {
        for nested in ["<b>", "<div>", "<table><tr><td>", "<!--", "<script>", "&", "<", "<a "] {
            let begun = Instant::now();
            text_of_html(&nested.repeat(64 * 1024 / nested.len()));
            assert!(
                begun.elapsed() < Duration::from_secs(5),
                "{nested}: {:?}",
                begun.elapsed()
            );
        }
        let attributes: String = (0..12_000).map(|n| format!(" {n:x}")).collect();
        let begun = Instant::now();
        text_of_html(&format!("<a{attributes}>"));
        assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    }

    proptest! {
        #[test]
        fn any_html_is_read(html in r#"[a-z<>"'=/& ;!-]{0,80}"#) {
            text_of_html(&html);
        }
    }
}
