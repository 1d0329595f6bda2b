//! Slack's own marks in a text.

/// Slack's mrkdwn as Markdown: `*bold*`, `_italic_`, `~struck~`, `<url|label>`, `<!here>`, `&lt;`. Code stays as it is.
pub fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    // What stands between backticks is as typed.
    for (i, part) in text.split('`').enumerate() {
        if i > 0 {
            out.push('`');
        }
        if i % 2 == 1 {
            out.push_str(&unescaped(part));
        } else {
            out.push_str(&marks(&links(part)));
        }
    }
    out
}

fn links(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        out.push_str(&unescaped(&rest[..start]));
        rest = &rest[start + 1..];
        let Some(end) = rest.find('>') else {
            out.push('<');
            break;
        };
        let (inside, label) = rest[..end]
            .split_once('|')
            .map_or((&rest[..end], None), |(a, b)| (a, Some(b)));
        match (inside, label) {
            ("!here", _) => out.push_str("@here"),
            ("!channel" | "!everyone", _) => out.push_str("@room"),
            (_, Some(label)) if inside.starts_with("http") || inside.starts_with("mailto:") => {
                out.push_str(&link(&unescaped(label), &unescaped(inside)));
            }
            (_, Some(label)) => out.push_str(&unescaped(label)),
            (link, None) => out.push_str(&unescaped(link)),
        }
        rest = &rest[end + 1..];
    }
    out.push_str(&unescaped(rest));
    out
}

/// A link in Markdown, whatever stands in its label and its address.
pub fn link(label: &str, url: &str) -> String {
    let mut open = 0_i32;
    let is_balanced = label.chars().all(|c| {
        open += i32::from(c == '[') - i32::from(c == ']');
        open >= 0
    });
    let label = match is_balanced && open == 0 {
        true => label.to_owned(),
        false => label.replace('[', "\\[").replace(']', "\\]"),
    };
    let coded = |c: char| matches!(c, ' ' | '(' | ')' | '<' | '>');
    let url: String = url
        .chars()
        .map(|c| {
            if coded(c) {
                format!("%{:02X}", u32::from(c))
            } else {
                c.to_string()
            }
        })
        .collect();
    format!("[{label}]({url})")
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// Doubles the `*` and `~` that open or close a word; Markdown's `_` is the same.
fn marks(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut before = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        out.push(c);
        if matches!(c, '*' | '~') && before != Some(c) && chars.peek() != Some(&c) {
            let opens =
                before.is_none_or(|b: char| !b.is_alphanumeric()) && chars.peek().is_some_and(|n| !n.is_whitespace());
            let closes =
                before.is_some_and(|b: char| !b.is_whitespace()) && chars.peek().is_none_or(|n| !n.is_alphanumeric());
            if opens || closes {
                out.push(c);
            }
        }
        before = Some(c);
    }
    out
}
