//! What is shown of a link into Squawkbox, under the message that holds it. Pure.

use crate::{chat::plain::CARD, paths, time::Timestamp, ui::html::escaped};

/// Rows of one at most, and letters of a row.
const ROWS: usize = 20;
const LETTERS: usize = 300;

/// What a link leads to, as it is when it is said.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Snapshot {
    /// What kind of thing it is: `Log line`.
    pub kind: String,
    /// What it is called.
    pub title: String,
    /// What it says.
    pub rows: Vec<Row>,
    /// Figures to be drawn as a line, the oldest first.
    pub line: Vec<f64>,
    /// Where it can be seen live: a path.
    pub href: String,
    /// When it was so.
    pub at: Timestamp,
}

/// A row of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// Its class: of a level, of a direction, or none.
    pub class: &'static str,
    /// What stands before, in that class.
    pub head: String,
    /// The rest.
    pub text: String,
}

impl Row {
    /// Without a head.
    pub fn plain(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }
}

impl Snapshot {
    /// Its HTML, which holds no more than is written here.
    pub fn html(&self) -> String {
        let rows = self.rows.iter().take(ROWS).map(|row| {
            let head = match row.head.as_str() {
                "" => String::new(),
                head => format!("<b class=\"{}\">{}</b> ", row.class, escaped(head)),
            };
            format!("<span>{head}{}</span>", escaped(&cut(&row.text)))
        });
        let rows: String = rows.collect();
        // What isn't the desk's, its program leaves to the browser.
        let rel = if paths::is_beside(&self.href) {
            " rel=\"external\""
        } else {
            ""
        };
        let more = match self.rows.len().saturating_sub(ROWS) {
            0 => String::new(),
            more => format!("<span>and {more} more</span>"),
        };
        format!(
            "{CARD}<a class=\"own\" href=\"{}\"{rel}><small>{}</small> <strong>{}</strong> {rows}{more}{}</a>\
             <a class=\"then\" href=\"{}\" rel=\"external\">{} {} UTC</a></div>",
            escaped(&self.href),
            escaped(&self.kind),
            escaped(&cut(&self.title)),
            drawn(&self.line),
            escaped(&paths::then(self.at)),
            self.at.day(),
            self.at.second(),
        )
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LETTERS) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

/// A line through the figures, in a box of 100 by 24.
fn drawn(line: &[f64]) -> String {
    if line.len() < 2 {
        return String::new();
    }
    let low = line.iter().copied().fold(f64::INFINITY, f64::min);
    let high = line.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let reach = if high > low { high - low } else { 1.0 };
    let step = 100.0 / (line.len() - 1) as f64;
    let points = line
        .iter()
        .enumerate()
        .map(|(i, figure)| format!("{:.1},{:.1}", i as f64 * step, 23.0 - (figure - low) / reach * 22.0));
    format!(
        "<svg class=\"spark\" viewBox=\"0 0 100 24\" preserveAspectRatio=\"none\" aria-hidden=\"true\">\
         <polyline fill=\"none\" points=\"{}\"></polyline></svg>",
        points.collect::<Vec<_>>().join(" ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_it_shows_is_text_and_bounded() {
        let evil = "\"><script>alert(1)</script>";
        let row = || Row {
            class: "l-error",
            head: evil.into(),
            text: evil.repeat(100),
        };
        let snapshot = Snapshot {
            kind: evil.into(),
            title: evil.into(),
            rows: (0..25).map(|_| row()).collect(),
            line: vec![1.0, 3.0, 2.0],
            href: format!("/logs/search?q={evil}"),
            at: Timestamp::parse("2026-11-20T14:03:07Z").unwrap(),
        };
        let html = snapshot.html();
        assert!(html.starts_with(CARD) && html.contains("and 5 more"), "{html}");
        assert!(!html.contains("<script") && html.len() < 20_000, "{html}");
        assert!(html.contains("points=\"0.0,23.0 50.0,1.0 100.0,12.0\""), "{html}");
        assert!(html.contains("/at/2026-11-20T14:03:07.000000Z"), "{html}");
        assert_eq!(drawn(&[1.0]), "");
        assert!(drawn(&[2.0, 2.0]).contains("0.0,23.0"));
    }
}
