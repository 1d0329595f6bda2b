//! What a webhook is sent, and what its HTML says. Pure.

use std::{collections::HashSet, sync::LazyLock};

use ammonia::Builder;
use serde_json::json;

use crate::{
    accounts::server::secret::TOKEN_PREFIX,
    chat::{
        message,
        model::{Message, Room},
        server::{markdown, mentions, store::Webhook},
    },
    paths,
};

/// The body of a call, in Campfire's shape. `room.path` is where the bot's next words are to be posted, by a token of
/// the webhook's own; `plain` is without the bot's name.
pub fn payload(webhook: &Webhook, room: &Room, message: &Message) -> Vec<u8> {
    let token = format!("{TOKEN_PREFIX}{}", webhook.secret.reply_token());
    let path = paths::CAMPFIRE_BOT
        .replace("{room}", &room.id.to_string())
        .replace("{token}", &token);
    let name = match room.people.is_empty() {
        true => room.name.clone(),
        false => room.title(webhook.bot.id),
    };
    let html = message.html.clone().unwrap_or_else(|| markdown::plain(&message.body));
    let payload = json!({
        "user": {"id": message.author.id, "name": message.author.name},
        "room": {"id": room.id, "name": name, "path": path},
        "message": {
            "id": message.seq,
            "body": {"html": html, "plain": without_name(&message.body, &webhook.bot.name)},
            "path": message::permalink(message.room, message.seq),
        },
    });
    payload.to_string().into_bytes()
}

/// What is left of a text without the calls of this name.
fn without_name(body: &str, name: &str) -> String {
    let (mut left, mut done) = (String::with_capacity(body.len()), 0);
    let name = name.to_lowercase();
    for (at, end) in mentions::spans(body) {
        if body[at + 1..end].to_lowercase() == name {
            left.push_str(&body[done..at]);
            done = end;
        }
    }
    left.push_str(&body[done..]);
    left.trim().to_owned()
}

/// Elements that end a line; of all others only the words are kept.
const LINES: [&str; 13] = [
    "br",
    "p",
    "div",
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

static WORDS: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut words = Builder::empty();
    words
        .tags(HashSet::from(LINES))
        .clean_content_tags(HashSet::from(["script", "style", "title"]));
    words
});

/// The words of an HTML document, a line for each block.
pub fn text_of_html(html: &str) -> String {
    // What comes out is well formed: every `<` begins one of the elements above, without attributes.
    let clean = WORDS.clean(html).to_string();
    let mut lines = vec![String::new()];
    for part in clean.split('<') {
        let (tag, text) = part.split_once('>').unwrap_or(("", part));
        if !tag.is_empty() {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            line.push_str(text);
        }
    }
    let words = |line: String| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let lines: Vec<String> = lines.into_iter().map(words).filter(|line| !line.is_empty()).collect();
    let text = lines.join("\n");
    text.replace("&nbsp;", " ")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
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
            ("<", "<"),
            ("", ""),
        ] {
            assert_eq!(text_of_html(html), text, "{html}");
        }
    }

    #[test]
    fn html_that_is_made_to_be_slow_is_done_in_time() {
        for nested in ["<b>", "<div>", "<p><b><i>", "<table><tr><td>", "<a><b><a>"] {
            let begun = Instant::now();
            text_of_html(&nested.repeat(64 * 1024 / nested.len()));
            assert!(
                begun.elapsed() < Duration::from_secs(5),
                "{nested}: {:?}",
                begun.elapsed()
            );
        }
    }

    #[test]
    fn the_bots_own_name_is_left_out_wherever_it_stands() {
        for (body, plain) in [
            ("@deploy status", "status"),
            ("what is the status, @Deploy?", "what is the status, ?"),
            ("@deploy", ""),
            ("@deployer @ines a@deploy", "@deployer @ines a@deploy"),
        ] {
            assert_eq!(without_name(body, "deploy"), plain, "{body}");
        }
    }

    proptest! {
        #[test]
        fn no_html_makes_more_than_words(html in r#"[a-z<>"'=/& ;!-]{0,80}"#) {
            text_of_html(&html);
        }
    }
}
