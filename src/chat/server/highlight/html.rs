//! Blocks of code in a message's HTML, which is ours and sanitised. Pure.

use std::ops::Range;

use super::{Block, Parts};
use crate::{
    chat::server::markdown::LARGEST,
    ui::html::{escaped, unescaped},
};

/// How a block whose fence says the language begins, up to that; nothing that is typed becomes this.
const OPEN: &str = "<pre><code class=\"language-";
const CLOSE: &str = "</code></pre>";

/// Whether there is a block without colours.
pub fn has_code(html: &str) -> bool {
    found(html).next().is_some()
}

/// The blocks without colours.
pub fn blocks(html: &str) -> Vec<Block> {
    let block = |(language, code): (&str, Range<usize>)| Block {
        language: unescaped(language),
        code: text(&html[code]),
    };
    found(html).map(block).collect()
}

/// The same HTML with these colours of its [`blocks`]; `None` where that changes nothing, or would be too large.
pub fn coloured(html: &str, colours: &[Option<Parts>]) -> Option<String> {
    let (mut out, mut done) = (String::with_capacity(html.len() * 2), 0);
    for ((_, code), parts) in found(html).zip(colours) {
        let is_plain = |parts: &Parts| parts.iter().all(|(class, _)| class.is_none());
        let Some(parts) = parts.as_ref().filter(|parts| !is_plain(parts)) else {
            continue;
        };
        out.push_str(&html[done..code.start]);
        done = code.end;
        push(&mut out, &text(&html[code]), parts);
    }
    out.push_str(&html[done..]);
    (done > 0 && out.len() <= LARGEST).then_some(out)
}

/// Language and place of each.
fn found(html: &str) -> impl Iterator<Item = (&str, Range<usize>)> {
    html.match_indices(OPEN).filter_map(|(at, _)| {
        let (language, rest) = html[at + OPEN.len()..].split_once("\">")?;
        let begin = html.len() - rest.len();
        let length = rest.find('<')?;
        let is_plain = rest[length..].starts_with(CLOSE);
        is_plain.then_some((language, begin..begin + length))
    })
}

fn text(html: &str) -> String {
    unescaped(&html.replace("&nbsp;", "\u{a0}"))
}

fn push(out: &mut String, code: &str, parts: &Parts) {
    let mut rest = code;
    for (class, length) in parts {
        // Parts are of this code; those that aren't leave the rest without colours.
        let Some((text, after)) = rest.split_at_checked(*length) else {
            break;
        };
        rest = after;
        match class {
            Some(class) => {
                let piece = format!("<span class=\"{}\">{}</span>", class.name(), escaped(text));
                out.push_str(&piece);
            }
            None => out.push_str(&escaped(text)),
        }
    }
    out.push_str(&escaped(rest));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::chat::{
        plain::text_of,
        server::{
            highlight::{Class, grammars::parts},
            markdown::render,
        },
    };

    fn marked_up(body: &str) -> String {
        render(body, |_| false).expect("marked up")
    }

    fn by_grammar(html: &str) -> Option<String> {
        let blocks = blocks(html);
        let colours: Vec<_> = blocks.iter().map(|block| parts(&block.language, &block.code)).collect();
        coloured(html, &colours)
    }

    #[test]
    fn code_has_colours_block_by_block() {
        let html = marked_up("*a*\n```rust\nfn a() -> &str {}\n```\n```none\nfn\n```\n```sql\nSELECT 1 -- é\n```\nb");
        assert!(has_code(&html));
        let coloured = by_grammar(&html).expect("colours");
        assert_eq!(
            coloured,
            "<p><em>a</em></p>\n\
             <pre><code class=\"language-rust\"><span class=\"keyword\">fn</span> <span class=\"function\">a</span>() \
             -&gt; &amp;<span class=\"keyword\">str</span> {}\n</code></pre>\n\
             <pre><code class=\"language-none\">fn\n</code></pre>\n\
             <pre><code class=\"language-sql\"><span class=\"keyword\">SELECT</span> <span class=\"number\">1</span> \
             <span class=\"comment\">-- é\n</span></code></pre>\n<p>b</p>"
        );
        assert_eq!(by_grammar(&coloured), None, "what has its colours is left alone");
    }

    #[test]
    fn what_is_no_code_in_a_language_has_none() {
        for body in [
            "```\nfn a() {}\n```",
            "*a*\n\n    fn a() {}",
            "`fn a()`",
            "*a* <pre><code class=\"language-rust\">fn a() {}</code></pre>",
        ] {
            let html = marked_up(body);
            assert!(!has_code(&html) && blocks(&html).is_empty(), "{html}");
        }
    }

    #[test]
    fn what_would_be_too_large_stays_plain() {
        let html = marked_up(&format!("```rust\n{}\n```", "1 ".repeat(4_000)));
        let ones = [(Some(Class::Number), 1), (None, 1)];
        assert_eq!(coloured(&html, &[Some(ones.repeat(4_000))]), None);
    }

    #[test]
    fn parts_that_are_not_of_the_code_lose_nothing_of_it() {
        let html = marked_up("```x\n<é>\n```");
        for parts in [
            vec![(Some(Class::Type), 2)],
            vec![(Some(Class::Type), 99)],
            vec![(Some(Class::Type), 1); 3],
        ] {
            let coloured = coloured(&html, &[Some(parts)]).expect("colours");
            assert_eq!(text_of(&coloured), "<é>", "{coloured}");
        }
        assert_eq!(coloured(&html, &[None]), None);
        assert_eq!(coloured(&html, &[]), None);
        assert_eq!(coloured(&html, &[Some(vec![])]), None);
    }

    proptest! {
        #[test]
        fn nothing_but_colours_is_added(code in "[a-z<>&\"'é\u{a0} ;\n]{1,60}", cuts in prop::collection::vec((any::<bool>(), 1usize..9), 1..9)) {
            let html = marked_up(&format!("**a**\n```x\n{code}\n```\nb"));
            let parts = cuts.into_iter().map(|(is_word, length)| (is_word.then_some(Class::Keyword), length));
            if let Some(coloured) = coloured(&html, &[Some(parts.collect())]) {
                let without = coloured.replace("<span class=\"keyword\">", "").replace("</span>", "");
                prop_assert_eq!(text(&without), text(&html));
            }
        }
    }
}
