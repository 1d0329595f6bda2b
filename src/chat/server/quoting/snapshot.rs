//! What is shown of a link into Squawkbox, under the message that holds it. Pure.

use crate::{
    chat::{plain::CARD, server::said::Place},
    paths,
    time::Timestamp,
    ui::html::escaped,
};

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
    /// The message that it is, if it is one.
    pub of: Option<Place>,
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
    /// The message that it is, among others.
    pub of: Option<Place>,
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
    /// The messages that it shows.
    pub fn shows(&self) -> Vec<Place> {
        let rows = self.rows.iter().take(ROWS).filter_map(|row| row.of);
        self.of.into_iter().chain(rows).collect()
    }

    /// Its HTML, which holds no more than is written here.
    pub fn html(&self) -> String {
        let rows = self.rows.iter().take(ROWS).map(|row| {
            let head = match row.head.as_str() {
                "" => String::new(),
                head => format!("<b class=\"{}\">{}</b> ", row.class, escaped(head)),
            };
            let begin = row.of.map_or_else(|| "<span>".to_owned(), said);
            format!("{begin}{head}{}</span>", escaped(&cut(&row.text)))
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

/// How the row of a message begins.
fn said((room, seq): Place) -> String {
    format!("<span data-of=\"{room}.{seq}\">")
}

/// A message's HTML without what its card shows of another: the row, or where the other one is all that it shows, the card.
pub fn without(html: &str, of: Place) -> String {
    let Some((own, card)) = html.split_once(CARD) else {
        return html.to_owned();
    };
    let Some((before, row)) = card.split_once(&said(of)) else {
        return own.to_owned();
    };
    let after = row.split_once("</span>").map_or("", |(_, after)| after);
    format!("{own}{CARD}{before}{after}")
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
    use crate::ids::RoomId;

    #[test]
    fn what_is_gone_goes_with_its_row_or_with_the_card() {
        let row = |seq: u64, text: &str| Row {
            head: "ines".into(),
            of: Some((RoomId(1), seq)),
            ..Row::plain(text)
        };
        let moment = Snapshot {
            rows: vec![row(1, "we buy <b>"), Row::plain("a price"), row(11, "you sell")],
            href: "/at/now".into(),
            ..Snapshot::default()
        };
        assert_eq!(moment.shows(), [(RoomId(1), 1), (RoomId(1), 11)]);
        let html = format!("<p>look</p>{}", moment.html());
        let left = without(&html, (RoomId(1), 1));
        assert!(left.starts_with("<p>look</p><div class=\"card\"><a"), "{left}");
        assert!(
            left.contains("<span>a price</span><span data-of=\"1.11\">") && left.ends_with("</a></div>"),
            "{left}"
        );
        assert!(!left.contains("we buy"), "{left}");
        // Of what was put before it was known what it shows.
        assert_eq!(without(&html, (RoomId(0), 0)), "<p>look</p>");

        let message = Snapshot {
            rows: vec![Row::plain("we buy")],
            of: Some((RoomId(1), 1)),
            ..Snapshot::default()
        };
        assert_eq!(message.shows(), [(RoomId(1), 1)]);
        assert_eq!(without(&message.html(), (RoomId(1), 1)), "");
        assert_eq!(without("<p>no card</p>", (RoomId(1), 1)), "<p>no card</p>");
    }

    #[test]
    fn whatever_it_shows_is_text_and_bounded() {
        let evil = "\"><script>alert(1)</script>";
        let row = || Row {
            class: "l-error",
            head: evil.into(),
            text: evil.repeat(100),
            of: Some((RoomId(1), 2)),
        };
        let snapshot = Snapshot {
            kind: evil.into(),
            title: evil.into(),
            rows: (0..25).map(|_| row()).collect(),
            line: vec![1.0, 3.0, 2.0],
            href: format!("/logs/search?q={evil}"),
            at: Timestamp::parse("2026-11-20T14:03:07Z").unwrap(),
            of: None,
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
