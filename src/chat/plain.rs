//! What a rendered message says, without its form: for quotes, lists and notifications. Markdown is read on the server
//! alone; its HTML, which is ours and sanitised, is simple enough to be read anywhere.

/// How the HTML of a card under a link begins, behind the message's own; nothing that is typed becomes this.
pub const CARD: &str = "<div class=\"card\">";
/// Elements after which a line ends.
const LINES: [&str; 6] = ["/p", "/li", "/pre", "/blockquote", "br", "hr"];
/// What the sanitiser writes in place of characters.
const ENTITIES: [(&str, char); 6] = [
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("#39", '\''),
    ("nbsp", '\u{a0}'),
];

/// The text of a message's HTML, or of its beginning, wherever that was cut; not what a page behind a link says of itself.
pub fn text_of(html: &str) -> String {
    let html = html.split_once(CARD).map_or(html, |(said, _)| said);
    let (mut text, mut rest) = (String::with_capacity(html.len()), html);
    while let Some(at) = rest.find(['<', '&']) {
        let (before, from) = rest.split_at(at);
        text.push_str(before);
        let (end, is_tag) = if from.starts_with('<') {
            ('>', true)
        } else {
            (';', false)
        };
        // Cut within one.
        let Some(length) = from.find(end) else {
            rest = "";
            break;
        };
        let name = &from[1..length];
        if !is_tag {
            let known = ENTITIES.iter().find(|(entity, _)| *entity == name);
            text.extend(known.map(|(_, character)| character));
        } else if LINES.iter().any(|&line| name.trim_end_matches([' ', '/']) == line) && !text.ends_with('\n') {
            text.push('\n');
        }
        rest = &from[length + 1..];
        // Between elements it is there for whoever reads the source.
        if is_tag && text.ends_with('\n') {
            rest = rest.strip_prefix('\n').unwrap_or(rest);
        }
    }
    text.push_str(rest);
    text.truncate(text.trim_end().len());
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::text_of;
    use crate::chat::server::markdown::render;

    #[test]
    fn the_words_stay_and_their_form_goes() {
        for (body, text) in [
            (
                "**v1.4** is *out*, see [the notes](https://example.com/n?a=1&b=2)",
                "v1.4 is out, see the notes",
            ),
            ("`a < b && c` isn't \"d\"", "a < b && c isn't \"d\""),
            ("one\ntwo\n\n- three\n- *four*\n\n> five", "one\ntwo\nthree\nfour\nfive"),
            (
                "```rust\nfn main() {}\n\nfoo(&a);\n```\nand on",
                "fn main() {}\n\nfoo(&a);\nand on",
            ),
            ("# A heading\nbelow", "A heading\nbelow"),
        ] {
            let html = render(body, |_| false).expect("it has a form");
            assert_eq!(text_of(&html), text, "{html}");
        }
    }

    #[test]
    fn what_a_page_says_of_itself_is_nobody_s_words() {
        let card = crate::chat::server::previews::card::Card {
            url: "https://a.test/".into(),
            title: "We are hiring".into(),
            description: "A page".into(),
            site: "a.test".into(),
            picture: None,
        };
        assert_eq!(text_of(&format!("<p>look</p>{}", card.html())), "look");
    }

    #[test]
    fn a_beginning_is_the_beginning_of_the_text() {
        let html = r#"<p>a <a href="https://x">b &amp; c</a></p>"#;
        for end in 0..=html.len() {
            let text = text_of(&html[..end]);
            assert!("a b & c".starts_with(text.trim_end()), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn nothing_of_the_form_is_left(words in "[a-z&<>\"' ]{0,40}") {
            if let Some(html) = render(&format!("**x** {words}"), |_| false) {
                let text = text_of(&html);
                prop_assert!(!text.contains("**"));
                let letters = |text: &str| text.chars().filter(char::is_ascii_alphabetic).collect::<String>();
                prop_assert_eq!(letters(&text), letters(&format!("x{words}")));
            }
        }
    }
}
