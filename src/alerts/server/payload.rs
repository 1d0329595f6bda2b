//! What others' webhooks are sent. Pure.

use reqwest::{RequestBuilder, header::CONTENT_TYPE};
use serde_json::{Value, json};

use crate::{
    alerts::{
        model::Shape,
        rules::{
            mark::Mark,
            telling::{Pressed, Telling},
        },
    },
    chat::message::permalink,
    ids::{AlertId, RoomId},
};

/// What a call tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// It fires.
    Firing,
    /// It is over.
    Resolved,
    /// Somebody wants to see whether calls come.
    Test,
}

impl What {
    const fn name(self) -> &'static str {
        match self {
            Self::Firing => "firing",
            Self::Resolved => "resolved",
            Self::Test => "test",
        }
    }
}

/// What is to be told.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// Of which rule.
    pub rule: AlertId,
    /// What.
    pub what: What,
    /// The firing's number, from 1.
    pub number: u64,
    /// What its message says.
    pub telling: Telling,
    /// Where that stands.
    pub place: Option<(RoomId, u64)>,
}

/// A call: its body, of which kind that is, and further headers.
pub struct Payload {
    /// The body.
    pub body: String,
    kind: &'static str,
    headers: Vec<(&'static str, String)>,
}

impl Payload {
    /// In the shape that its readers know; our paths begin with `own` elsewhere.
    pub fn of(told: &Told, shape: Shape, own: &str) -> Self {
        let mut told = told.clone();
        if told.what == What::Firing {
            told.telling.ended = None;
        }
        let full = |path: String| format!("{own}{path}");
        let url = Some(told.telling.link.clone())
            .filter(|link| !link.is_empty())
            .map(full);
        let text = told.telling.words();
        let json = |body: Value| Self {
            body: body.to_string(),
            kind: "application/json",
            headers: Vec::new(),
        };
        match shape {
            Shape::Slack => json(json!({"text": slack(&text, url.as_deref())})),
            Shape::Json => json(structured(&told, &text, url, own)),
            Shape::Ntfy => {
                let tag = if told.what == What::Resolved {
                    "white_check_mark"
                } else {
                    "rotating_light"
                };
                let mut headers = vec![("Title", ascii(&told.telling.name)), ("Tags", tag.to_owned())];
                headers.extend(url.map(|url| ("Click", url)));
                Self {
                    body: text,
                    kind: "text/plain; charset=utf-8",
                    headers,
                }
            }
        }
    }

    /// As a request.
    pub fn onto(self, request: RequestBuilder) -> RequestBuilder {
        let request = request.header(CONTENT_TYPE, self.kind);
        let headers = self.headers.into_iter();
        headers
            .fold(request, |request, (name, value)| request.header(name, value))
            .body(self.body)
    }
}

fn structured(told: &Told, text: &str, url: Option<String>, own: &str) -> Value {
    let Told { telling, .. } = told;
    let figures = &telling.figures;
    let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let groups: Vec<Value> = figures
        .groups
        .iter()
        .map(|(value, count)| json!({"value": value, "count": count}))
        .collect();
    json!({
        "event": told.what.name(),
        "state": Mark::of(telling, &Pressed::default()).name(),
        "rule": {"id": told.rule, "name": telling.name, "test": some(&figures.test)},
        "firing": told.number,
        "count": figures.count,
        "value": figures.value,
        "peak": figures.peak,
        "threshold": figures.threshold,
        "within": some(&figures.within),
        "symbol": some(&figures.symbol),
        "venue": some(&figures.venue),
        "query": some(&figures.query),
        "labels": some(&figures.by).map(|by| json!({"name": by, "values": groups})),
        "started": telling.began.to_string(),
        "resolved": telling.ended.map(|at| at.to_string()),
        "text": text,
        "message": told.place.map(|(room, seq)| format!("{own}{}", permalink(room, seq))),
        "url": url,
    })
}

/// As Slack reads it: its three signs are escaped.
fn slack(text: &str, url: Option<&str>) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    match url {
        Some(url) => format!("{text}\n<{url}|Open>"),
        None => text,
    }
}

/// What a header can hold.
fn ascii(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_ascii_graphic() || c == ' ' { c } else { '?' })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_read_is_text() {
        assert_eq!(
            slack("a < b & c", Some("http://d/x")),
            "a &lt; b &amp; c\n<http://d/x|Open>"
        );
        assert_eq!(ascii("Größe\n1"), "Gr??e?1");
    }
}
