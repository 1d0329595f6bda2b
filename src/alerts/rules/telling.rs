//! How a firing reads in chat: its text in Markdown, and the buttons below it in HTML.

use serde::{Deserialize, Serialize};

use super::{
    details,
    figures::Figures,
    mark::Mark,
    spec::Spec,
    state::{Episode, State},
    words,
};
use crate::{chat::plain::CARD, ids::FiringId, paths, time::Timestamp, ui::html::escaped};

/// What one can put it off for: as a button says it, and as it is sent.
pub const SNOOZES: [(&str, &str); 3] = [
    ("Snooze 30 min", "snooze-30m"),
    ("Snooze 4 h", "snooze-4h"),
    ("Snooze to tomorrow", "snooze-tomorrow"),
];
/// The word by which somebody says that they have seen it.
pub const ACKNOWLEDGE: &str = "acknowledge";
/// The word by which somebody takes a snooze back.
pub const WAKE: &str = "wake";

/// What a firing says. Kept with it, so that whoever presses a button can have it said again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Telling {
    /// What it is called; any text.
    pub name: String,
    /// What it is about, as Markdown.
    pub what: String,
    /// The rest, as Markdown, a line each.
    pub details: Vec<String>,
    /// Whom it calls.
    pub mentions: String,
    /// What *Open* leads to: a path of ours; empty for nowhere.
    pub link: String,
    /// When it began.
    pub began: Timestamp,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// It is no longer watched, and why.
    pub stopped: Option<String>,
    /// It can be put off.
    pub has_snooze: bool,
    /// The same in figures.
    pub figures: Figures,
}

/// What people have pressed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pressed {
    /// Who has seen it, and when.
    pub acknowledged: Option<(String, Timestamp)>,
    /// Who has put it off, and until when.
    pub snoozed: Option<(String, Timestamp)>,
}

impl Telling {
    /// Of a rule's firing.
    pub fn of(spec: &Spec, episode: &Episode) -> Self {
        Self {
            name: spec.name.clone(),
            what: words::filled(spec, episode),
            details: details::of(spec, episode),
            mentions: spec.mentions.clone(),
            link: link(spec, episode),
            began: episode.began,
            ended: episode.ended,
            stopped: episode
                .is_continued
                .then(|| "It goes on in a later message.".to_owned()),
            has_snooze: true,
            figures: Figures::of(spec, episode),
        }
    }

    /// The message.
    pub fn body(&self, pressed: &Pressed) -> String {
        let head = Mark::of(self, pressed).word();
        let mut lines = vec![format!("**{head}: {}**", plain(&self.name)), self.what.clone()];
        lines.extend(self.details.iter().cloned());
        let mut course = format!("Since {}", instant(self.began));
        if let Some(ended) = self.ended.filter(|_| self.stopped.is_none()) {
            course.push_str(&format!(", resolved {}", later(ended, self.began)));
        }
        if let Some((who, at)) = &pressed.acknowledged {
            course.push_str(&format!(", acknowledged by {} {}", plain(who), later(*at, self.began)));
        }
        if let Some((who, until)) = &pressed.snoozed {
            course.push_str(&format!(", snoozed by {} until {}", plain(who), instant(*until)));
        }
        if let Some(why) = &self.stopped {
            course.push_str(&format!(". {}", plain(why)));
        }
        lines.push(course);
        if !self.mentions.is_empty() {
            lines.push(self.mentions.clone());
        }
        lines.retain(|line| !line.is_empty());
        lines.join("\n")
    }

    /// Where it is and the buttons, as a card behind the message's own HTML. They are forms, so that they work without
    /// scripts; `public/alerts.js` sends them by itself.
    pub fn card(&self, firing: FiringId, pressed: &Pressed) -> String {
        let mark = Mark::of(self, pressed);
        let mut buttons = String::new();
        let mut button = |words: &str, act: &str| {
            buttons.push_str(&format!(
                "<button class=\"button quiet\" type=\"submit\" name=\"act\" value=\"{act}\">{words}</button>"
            ));
        };
        if mark.is_open() && pressed.acknowledged.is_none() {
            button("Acknowledge", ACKNOWLEDGE);
        }
        if mark == Mark::Snoozed {
            button("Wake up", WAKE);
        } else if mark.is_open() && self.has_snooze {
            SNOOZES.iter().for_each(|(words, act)| button(words, act));
        }
        let open = match self.link.as_str() {
            "" => String::new(),
            link => format!(
                "<a class=\"button quiet\" rel=\"external\" href=\"{}\">Open</a>",
                escaped(link)
            ),
        };
        let mark = mark.html();
        if buttons.is_empty() && open.is_empty() {
            return format!("{CARD}{mark}</div>");
        }
        format!(
            "{CARD}{mark}<form class=\"acts\" method=\"post\" action=\"{}\" data-alert><input type=\"hidden\" name=\"firing\" \
             value=\"{firing}\">{buttons}{open}<output></output></form></div>",
            paths::ALERT_ACT
        )
    }

    /// The same in words alone, for others' webhooks.
    pub fn words(&self) -> String {
        let head = Mark::of(self, &Pressed::default()).word();
        let rest = self.details.iter().map(|detail| unescaped(detail));
        let lines = [format!("{head}: {}", self.name), unescaped(&self.what)];
        let lines = lines.into_iter().chain(rest).filter(|line| !line.is_empty());
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// The log search, or the symbol's page, at the time of the firing.
fn link(spec: &Spec, episode: &Episode) -> String {
    at(spec, episode.began, episode.ended)
}

/// What shows a rule's `began` at a glance, and some time around it.
pub fn at(spec: &Spec, began: Timestamp, ended: Option<Timestamp>) -> String {
    let until = ended.unwrap_or(began);
    if spec.test.is_price() {
        let before = until.plus_seconds(1_800);
        let chart = paths::chart(&spec.key.symbol, &spec.key.venue);
        return format!("{chart}&before={}", paths::encoded(&before.to_string()));
    }
    let (since, before) = (began.plus_seconds(-spec.seconds - 1), until.plus_seconds(60));
    let moment = |at: Timestamp| format!("{}T{}Z", at.day(), at.second());
    let query = format!("{} since:{} before:{}", spec.query, moment(since), moment(before));
    paths::log_search(query.trim())
}

/// A moment, as it is read: `2026-11-20 14:03:07 UTC`.
fn instant(at: Timestamp) -> String {
    format!("{} {} UTC", at.day(), at.second())
}

/// A moment after another: without its day where that is the same.
fn later(at: Timestamp, than: Timestamp) -> String {
    match at.day() == than.day() {
        true => at.second(),
        false => format!("{} {}", at.day(), at.second()),
    }
}

/// Any text, as Markdown that shows it as it is.
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars().filter(|c| !c.is_control()) {
        if matches!(
            c,
            '\\' | '`' | '*' | '_' | '~' | '[' | ']' | '<' | '>' | '&' | '#' | '!' | '|'
        ) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Any text, as code.
pub fn code(text: &str) -> String {
    let inside: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    format!("`{}`", inside.replace('`', "'").trim())
}

fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => out.extend(chars.next()),
            '`' => (),
            c => out.push(c),
        }
    }
    out
}

impl State {
    /// What its last firing says, where there was one.
    pub fn telling(&self, spec: &Spec) -> Option<Telling> {
        let episode = self.episode.as_ref().filter(|episode| episode.number > 0)?;
        Some(Telling::of(spec, episode))
    }
}
