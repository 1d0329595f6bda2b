//! RFC 3164, which wrote down what programs did: `Oct 11 22:14:15 HOST TAG[PID]: text`, of which they leave out this and that.
//! Neither year nor zone is said, so both are guessed by the clock. Pure.

use super::message::{LONGEST_TAG, add, without_mark};
use crate::{logs::server::ingest::understand::Raw, time::Timestamp};

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];
/// A date so far ahead is last year's, in seconds.
const AHEAD: i64 = 24 * 3_600;
/// How far a message's time may be from now in another zone to be of now, in seconds.
const ON_ITS_WAY: i64 = 20;
/// Zones, in quarters of an hour east of Greenwich, whose clocks don't show a whole number of hours.
const ODD_ZONES: [i64; 12] = [-38, -14, 14, 18, 22, 23, 26, 35, 38, 42, 49, 51];

/// Reads what follows the priority; `None` when it has another form.
pub fn read(text: &str, now: Timestamp) -> Option<Raw> {
    let text = text.trim_start_matches(' ');
    let mut raw = Raw::default();
    let Some((time, rest)) = time(text, now) else {
        // Without a time nothing but a tag with a number tells that a program is named.
        let (tag, process, rest) = tag(text).filter(|(_, process, _)| !process.is_empty())?;
        name(&mut raw, tag, process, rest);
        return Some(raw);
    };
    raw.time = Some(time);
    let rest = rest.trim_start_matches(' ');
    // Docker names no host, and what ends in a colon is none.
    if let Some((tag, process, rest)) = tag(rest) {
        name(&mut raw, tag, process, rest);
        return Some(raw);
    }
    let (host, rest) = rest.split_once(' ').unwrap_or(("", rest));
    add(&mut raw.fields, "hostname", host);
    match tag(rest) {
        Some((tag, process, rest)) => name(&mut raw, tag, process, rest),
        None => {
            raw.source = host.to_owned();
            raw.message = without_mark(rest).to_owned();
        }
    }
    Some(raw)
}

fn name(raw: &mut Raw, tag: &str, process: &str, text: &str) {
    raw.source = tag.to_owned();
    add(&mut raw.fields, "procid", process);
    raw.message = without_mark(text.strip_prefix(' ').unwrap_or(text)).to_owned();
}

/// `TAG[PID]:` or `TAG:`, and what follows.
fn tag(text: &str) -> Option<(&str, &str, &str)> {
    let end = text.find(|c: char| c.is_whitespace() || matches!(c, '[' | ':'))?;
    let (tag, rest) = text.split_at(end);
    if tag.is_empty() || tag.len() > LONGEST_TAG {
        return None;
    }
    match rest.strip_prefix('[') {
        Some(inner) => {
            let (process, rest) = inner.split_once(']')?;
            let is_one = process.len() <= LONGEST_TAG && !process.contains(char::is_whitespace);
            let rest = rest.strip_prefix(':').or_else(|| rest.starts_with(' ').then_some(rest));
            is_one.then_some((tag, process, rest?))
        }
        None => {
            let rest = rest.strip_prefix(':')?;
            (rest.is_empty() || rest.starts_with(' ')).then_some((tag, "", rest))
        }
    }
}

/// The time at the beginning, and what follows: `Oct 11 22:14:15`, perhaps with a year or a fraction, or RFC 3339.
fn time(text: &str, now: Timestamp) -> Option<(Timestamp, &str)> {
    let (first, rest) = text.split_once(' ')?;
    if let Some(time) = Timestamp::parse(first) {
        return Some((time, rest));
    }
    let month = MONTHS.iter().position(|month| *month == first)? + 1;
    let (day, rest) = rest.trim_start_matches(' ').split_once(' ')?;
    let day: u8 = day.parse().ok()?;
    let (mut clock, mut rest) = rest.split_once(' ').unwrap_or((rest, ""));
    let mut year = None;
    if clock.len() == 4 && clock.bytes().all(|byte| byte.is_ascii_digit()) {
        year = clock.parse::<i64>().ok();
        (clock, rest) = rest.split_once(' ').unwrap_or((rest, ""));
    }
    let clock = clock.strip_suffix(':').unwrap_or(clock);
    let at = |year: i64| Timestamp::parse(&format!("{year:04}-{month:02}-{day:02}T{clock}Z"));
    let time = match year {
        Some(year) => at(year)?,
        None => {
            let this: i64 = now.day().get(..4)?.parse().ok()?;
            // The newest that can be meant; further back for the 29th of February.
            let years = (this - 8..=this + 1).rev();
            years.filter_map(at).find(|time| time.seconds_since(now) <= AHEAD)?
        }
    };
    Some((in_zone(time, now), rest))
}

/// What was written by a clock that shows now in another zone is of now; anything else is taken for UTC.
fn in_zone(time: Timestamp, now: Timestamp) -> Timestamp {
    const QUARTER: i64 = 900;
    let off = time.seconds_since(now);
    let quarters = (off + QUARTER / 2).div_euclid(QUARTER);
    let is_zone = (-48..=56).contains(&quarters) && (quarters % 4 == 0 || ODD_ZONES.contains(&quarters));
    if is_zone && (off - quarters * QUARTER).abs() <= ON_ITS_WAY {
        return time.plus_seconds(-quarters * QUARTER);
    }
    time
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, now: &str) -> String {
        let now = Timestamp::parse(now).unwrap();
        let (time, rest) = time(text, now).unwrap_or_else(|| panic!("{text}"));
        assert_eq!(rest, "h");
        time.to_string().trim_end_matches(".000000Z").to_owned()
    }

    #[test]
    fn years_are_guessed() {
        for (text, now, time) in [
            ("Nov 20 14:03:07 h", "2026-11-20T14:03:08Z", "2026-11-20T14:03:07"),
            ("Nov  2 14:03:07 h", "2026-11-20T14:03:08Z", "2026-11-02T14:03:07"),
            ("Dec 31 10:00:00 h", "2027-01-01T14:00:00Z", "2026-12-31T10:00:00"),
            ("Jan  1 00:10:00 h", "2026-12-31T23:50:30Z", "2027-01-01T00:10:00"),
            ("Mar  1 00:00:00 h", "2026-02-27T23:00:00Z", "2025-03-01T00:00:00"),
            ("Feb 29 12:00:00 h", "2027-03-01T00:00:00Z", "2024-02-29T12:00:00"),
            ("Nov 20 2019 14:03:07: h", "2026-11-20T14:03:08Z", "2019-11-20T14:03:07"),
            (
                "2026-11-20T15:03:07+01:00 h",
                "2026-11-20T14:03:08Z",
                "2026-11-20T14:03:07",
            ),
        ] {
            assert_eq!(at(text, now), time, "{text}");
        }
    }

    #[test]
    fn zones_are_guessed_of_what_is_of_now() {
        for (text, time) in [
            ("Nov 20 15:03:07 h", "2026-11-20T14:03:07"),
            ("Nov 20 09:03:09.250 h", "2026-11-20T14:03:09.250000Z"),
            ("Nov 20 19:48:07 h", "2026-11-20T14:03:07"),
            ("Nov 21 04:03:00 h", "2026-11-20T14:03:00"),
            // A quarter of an hour is no zone's, and what was a while on its way is of then.
            ("Nov 20 14:18:07 h", "2026-11-20T14:18:07"),
            ("Nov 20 13:01:30 h", "2026-11-20T13:01:30"),
        ] {
            assert_eq!(at(text, "2026-11-20T14:03:08Z"), time, "{text}");
        }
    }

    #[test]
    fn headers_as_programs_write_them() {
        let now = Timestamp::parse("2026-11-20T14:03:08Z").unwrap();
        for (text, source, message, fields) in [
            (
                "Nov 20 14:03:07 n1 postfix/smtpd[7]: x",
                "postfix/smtpd",
                "x",
                "hostname=n1 procid=7",
            ),
            (
                "Nov 20 14:03:07 n1 kernel: [ 1.2] x",
                "kernel",
                "[ 1.2] x",
                "hostname=n1",
            ),
            ("Nov 20 14:03:07 n1 app[7] x", "app", "x", "hostname=n1 procid=7"),
            (" Nov 20 14:03:07 6f1e[7]: x", "6f1e", "x", "procid=7"),
            ("Nov 20 14:03:07 app: x: y", "app", "x: y", ""),
            (
                "Nov 20 14:03:07 n1 no tag here: x",
                "n1",
                "no tag here: x",
                "hostname=n1",
            ),
            ("2026-11-20T14:03:07.2Z n1 app: \u{feff}x", "app", "x", "hostname=n1"),
            ("app[7]: x", "app", "x", "procid=7"),
        ] {
            let raw = read(text, now).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(
                (
                    raw.source.as_str(),
                    raw.message.as_str(),
                    raw.fields.to_string().as_str()
                ),
                (source, message, fields),
                "{text}"
            );
        }
        for text in [
            "error: x",
            "a sentence",
            "Nov 31 14:03:07 n1 app: x",
            "Nov x",
            "[7]: x",
            "",
        ] {
            assert!(read(text, now).is_none(), "{text}");
        }
    }
}
