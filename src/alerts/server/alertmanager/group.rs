//! A group of Alertmanager's alerts: what is sent, what is known, and how that reads. Pure.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    alerts::rules::{
        figures::Figures,
        telling::{Telling, code, plain},
    },
    time::Timestamp,
};

/// Alerts of a group that are remembered, and those that a message names.
const MOST: usize = 200;
const NAMED: usize = 10;
/// Longest text that is kept of an alert, in bytes.
const LONGEST: usize = 300;

/// What Alertmanager sends; what is missing is nothing, and what else there is is left alone.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Payload {
    /// By which the group is known.
    pub group_key: String,
    status: String,
    truncated_alerts: u64,
    group_labels: BTreeMap<String, String>,
    common_labels: BTreeMap<String, String>,
    common_annotations: BTreeMap<String, String>,
    alerts: Vec<Sent>,
}

/// One of its alerts.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Sent {
    status: String,
    labels: BTreeMap<String, String>,
    annotations: BTreeMap<String, String>,
    starts_at: String,
    ends_at: String,
    #[serde(rename = "generatorURL")]
    generator_url: String,
    fingerprint: String,
}

/// An alert, as it is remembered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Known {
    is_firing: bool,
    words: String,
    began: Timestamp,
    ended: Option<Timestamp>,
    link: String,
}

/// Puts what came beside what is known, each by its fingerprint.
pub fn merge(alerts: &mut BTreeMap<String, Known>, payload: &Payload, now: Timestamp) {
    for sent in &payload.alerts {
        let name = match sent.fingerprint.as_str() {
            // Older ones send none: their labels tell them apart as well.
            "" => labels(&sent.labels),
            fingerprint => cut(fingerprint),
        };
        if alerts.len() >= MOST && !alerts.contains_key(&name) {
            // What is over makes room.
            let over = alerts.iter().filter(|(_, known)| !known.is_firing);
            let oldest = over.min_by_key(|(_, known)| known.ended).map(|(name, _)| name.clone());
            let Some(oldest) = oldest else { continue };
            alerts.remove(&oldest);
        }
        let is_firing = sent.status != "resolved";
        let ended = Timestamp::parse(&sent.ends_at).filter(|at| at.micros() > 0 && !is_firing);
        let known = Known {
            is_firing,
            words: words(sent, payload),
            began: Timestamp::parse(&sent.starts_at).unwrap_or(now),
            ended: ended.or((!is_firing).then_some(now)),
            link: cut(&sent.generator_url),
        };
        alerts.insert(name, known);
    }
    if payload.status == "resolved" {
        // It says so only when all of them are, also those that were left out.
        for known in alerts.values_mut().filter(|known| known.is_firing) {
            known.is_firing = false;
            known.ended = known.ended.or(Some(now));
        }
    }
}

/// What a group says, which began then.
pub fn telling(
    payload: &Payload,
    alerts: &BTreeMap<String, Known>,
    began: Option<Timestamp>,
    now: Timestamp,
) -> Telling {
    let firing = alerts.values().filter(|known| known.is_firing).count();
    let is_sent_firing = payload.alerts.iter().any(|sent| sent.status != "resolved");
    let is_over = payload.status == "resolved" || (firing == 0 && !alerts.is_empty() && !is_sent_firing);
    let first = alerts.values().map(|known| known.began).min();
    let last = alerts.values().filter_map(|known| known.ended).max();
    let mut shown: Vec<&Known> = alerts.values().collect();
    shown.sort_by_key(|known| (!known.is_firing, known.began));
    let left = shown.len().saturating_sub(NAMED) as u64 + payload.truncated_alerts;
    let mut details: Vec<String> = shown.into_iter().take(NAMED).map(line).collect();
    if left > 0 {
        details.push(format!("and {left} more"));
    }
    let name = match payload
        .group_labels
        .get("alertname")
        .or(payload.common_labels.get("alertname"))
    {
        Some(name) => name.clone(),
        None if payload.group_labels.is_empty() => "Alertmanager".to_owned(),
        None => labels(&payload.group_labels),
    };
    let summary = ["summary", "description", "message"]
        .iter()
        .find_map(|name| payload.common_annotations.get(*name));
    let what = match (alerts.len(), summary) {
        // One alert says it itself.
        (0 | 1, _) | (_, None) => String::new(),
        (_, Some(summary)) => plain(&cut(summary)),
    };
    Telling {
        name: cut(&name),
        what,
        details,
        mentions: String::new(),
        link: String::new(),
        began: began.or(first).unwrap_or(now),
        ended: is_over.then(|| last.unwrap_or(now)),
        stopped: None,
        has_snooze: false,
        figures: Figures::default(),
    }
}

fn line(known: &Known) -> String {
    let state = match (known.is_firing, known.ended) {
        (true, _) => format!("since {}", known.began.second()),
        (false, Some(ended)) => format!("resolved {}", ended.second()),
        (false, None) => "resolved".to_owned(),
    };
    let is_link = known.link.starts_with("https://") || known.link.starts_with("http://");
    let is_plain = |c: char| !c.is_whitespace() && !matches!(c, '<' | '>');
    match is_link && known.link.chars().all(is_plain) {
        true => format!("• {} ({state}) [source](<{}>)", known.words, known.link),
        false => format!("• {} ({state})", known.words),
    }
}

/// What an alert says: its summary, and the labels that tell it from the others, as Markdown.
fn words(sent: &Sent, payload: &Payload) -> String {
    let of = |annotations: &BTreeMap<String, String>| {
        ["summary", "description", "message"]
            .iter()
            .find_map(|name| annotations.get(*name))
            .map(|text| plain(&cut(text)))
    };
    let own: BTreeMap<String, String> = sent
        .labels
        .iter()
        .filter(|(name, _)| *name != "alertname" && !payload.group_labels.contains_key(*name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let told = (!own.is_empty()).then(|| code(&labels(&own)));
    let parts = [of(&sent.annotations), told];
    let words: Vec<String> = parts.into_iter().flatten().collect();
    match words.is_empty() {
        true => plain(&cut(sent.labels.get("alertname").map_or("alert", String::as_str))),
        false => words.join(" "),
    }
}

fn labels(labels: &BTreeMap<String, String>) -> String {
    let pairs: Vec<String> = labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
    cut(&pairs.join(" "))
}

fn cut(text: &str) -> String {
    match text.len() > LONGEST {
        true => format!("{}…", &text[..text.floor_char_boundary(LONGEST)]),
        false => text.to_owned(),
    }
}
