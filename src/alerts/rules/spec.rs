//! A rule that makes sense, from what was written.

use rust_decimal::Decimal;

use super::{hours::Hours, lengths, numbers, words};
use crate::{
    alerts::model::{Draft, LONGEST_NAME, Shape, Test},
    error::AppError,
    ids::RoomId,
    logs::query::Query,
    ticker::{model::Key, server::lists::text::written},
};

/// Shortest and longest time that a test looks over, in seconds.
const TIMES: (i64, i64) = (5, 86_400);
/// Longest cool-down, in seconds, and the usual one.
const COOLDOWNS: (i64, i64) = (86_400, 300);
/// The usual time that a test looks over, in seconds.
const USUAL: i64 = 300;
/// Most lines that can be asked for.
const LINES: i64 = 1_000_000;
/// Longest list of whom a rule calls, name of a field, and address, in bytes.
const LONGEST_MENTIONS: usize = 200;
const LONGEST_FIELD: usize = 128;
const LONGEST_URL: usize = 2_000;

/// A rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Spec {
    /// What it is called.
    pub name: String,
    /// What it looks for.
    pub test: Test,
    /// Of which price; empty for lines.
    pub key: Key,
    /// There are prices of its symbol at other venues, too: so its own is said. Not kept: `server/venues` knows it.
    pub at_venue: bool,
    /// Which lines, in the usual form; empty for prices.
    pub query: String,
    /// A field whose values are counted each by itself; empty for none.
    pub by: String,
    /// A price, percent, or a number of lines.
    pub value: Decimal,
    /// Within how many seconds.
    pub seconds: i64,
    /// Where it speaks.
    pub room: RoomId,
    /// What it says; empty for the usual.
    pub words: String,
    /// Whom it calls.
    pub mentions: String,
    /// When it speaks.
    pub hours: Hours,
    /// For so many seconds after its end it goes on in the same message.
    pub cooldown: i64,
    /// What it calls besides.
    pub hook: Option<Hook>,
}

/// A webhook of others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hook {
    /// How it is spoken to.
    pub shape: Shape,
    /// Where it is.
    pub url: String,
}

/// The test that a draft names.
///
/// # Errors
/// `Invalid`, which names them all.
pub fn test(draft: &Draft) -> Result<Test, AppError> {
    Test::named(&draft.test).ok_or_else(|| {
        let names = Test::ALL.map(Test::name).join(", ");
        AppError::Invalid(format!("`test` says what is looked for: one of {names}."))
    })
}

impl Spec {
    /// From what was written; `key` is what its `symbol` stands for.
    ///
    /// # Errors
    /// `Invalid`, which says what is missing or wrong and what is expected.
    pub fn of(draft: &Draft, key: Option<Key>, room: RoomId) -> Result<Self, AppError> {
        let test = test(draft)?;
        let (key, query, by) = if test.is_price() {
            let missing = || AppError::Invalid("Write a symbol, such as BTC-USD or coinbase:BTC-USD.".into());
            (key.ok_or_else(missing)?, String::new(), String::new())
        } else {
            (nothing(), query(&draft.query)?, field(&draft.by)?)
        };
        let value = if test.takes_value() {
            value(test, &draft.value)?
        } else {
            Decimal::ZERO
        };
        let seconds = if test.takes_time() { time(&draft.within)? } else { 0 };
        let mut spec = Self {
            name: String::new(),
            test,
            key,
            at_venue: false,
            query,
            by,
            value,
            seconds,
            room,
            words: words::template(&draft.words)?,
            mentions: mentions(&draft.mentions)?,
            hours: Hours::read(&draft.days, &draft.from, &draft.until)?,
            cooldown: cooldown(&draft.cooldown)?,
            hook: hook(&draft.shape, &draft.url)?,
        };
        let name = draft.name.split_whitespace().collect::<Vec<_>>().join(" ");
        spec.name = match name.is_empty() {
            true => spec.own_name(),
            false => name,
        };
        if spec.name.chars().count() > LONGEST_NAME {
            return Err(AppError::Invalid(format!(
                "A name has {LONGEST_NAME} characters at most."
            )));
        }
        Ok(spec)
    }

    /// As it is written.
    pub fn draft(&self) -> Draft {
        let (days, from, until) = self.hours.write();
        let hook = self.hook.clone();
        Draft {
            rule: String::new(),
            // One that was made of what it looks for is made anew with that.
            name: match self.has_own_name() {
                true => String::new(),
                false => self.name.clone(),
            },
            test: self.test.name().to_owned(),
            symbol: match self.test.is_price() {
                true => written(&self.key),
                false => String::new(),
            },
            query: self.query.clone(),
            by: self.by.clone(),
            value: match self.test.takes_value() {
                true => self.value.to_string(),
                false => String::new(),
            },
            within: match self.test.takes_time() {
                true => lengths::write(self.seconds),
                false => String::new(),
            },
            room: self.room.to_string(),
            words: self.words.clone(),
            mentions: self.mentions.clone(),
            days,
            from,
            until,
            cooldown: lengths::write(self.cooldown),
            shape: hook.as_ref().map_or("", |hook| hook.shape.name()).to_owned(),
            url: hook.map(|hook| hook.url).unwrap_or_default(),
        }
    }
}

/// Of a rule over lines.
pub fn nothing() -> Key {
    Key {
        symbol: String::new(),
        venue: String::new(),
    }
}

fn query(text: &str) -> Result<String, AppError> {
    let query = Query::parse(text).map_err(|wrong| AppError::Invalid(format!("The query: {}", wrong.words)))?;
    if query.since.is_some() || query.before.is_some() {
        return Err(AppError::Invalid(
            "An alert looks at what comes: leave since: and before: out of its query.".into(),
        ));
    }
    Ok(query.to_string())
}

fn field(name: &str) -> Result<String, AppError> {
    let name = name.trim().strip_prefix("field:").unwrap_or(name.trim());
    if name.len() > LONGEST_FIELD || name.contains(char::is_whitespace) {
        return Err(AppError::Invalid(
            "`by` is the name of one field, such as venue, or source, or level.".into(),
        ));
    }
    Ok(name.to_owned())
}

fn value(test: Test, text: &str) -> Result<Decimal, AppError> {
    let wrong = |words: &str| Err(AppError::Invalid(words.to_owned()));
    let value = numbers::read(text).map_err(AppError::Invalid)?;
    match test {
        Test::Above | Test::Below => Ok(value),
        Test::More if value.fract().is_zero() && value >= Decimal::ZERO && value <= LINES.into() => Ok(value.trunc()),
        Test::Fewer if value.fract().is_zero() && value >= Decimal::ONE && value <= LINES.into() => Ok(value.trunc()),
        Test::More => wrong("More lines than: a whole number, 0 to 1000000."),
        Test::Fewer => wrong("Fewer lines than: a whole number, 1 to 1000000."),
        _ if value > Decimal::ZERO && value <= 1_000.into() => Ok(value),
        _ => wrong("Percent: a number above 0, 1000 at most."),
    }
}

fn time(text: &str) -> Result<i64, AppError> {
    if text.trim().is_empty() {
        return Ok(USUAL);
    }
    let (least, most) = TIMES;
    lengths::read(text)
        .filter(|seconds| (least..=most).contains(seconds))
        .ok_or_else(|| AppError::Invalid("The time is 5s to 1d, such as 90s, 10m or 2h.".into()))
}

fn cooldown(text: &str) -> Result<i64, AppError> {
    let (most, usual) = COOLDOWNS;
    if text.trim().is_empty() {
        return Ok(usual);
    }
    lengths::read(text)
        .filter(|seconds| *seconds <= most)
        .ok_or_else(|| AppError::Invalid("The cool-down is 0s to 1d, such as 5m.".into()))
}

fn mentions(text: &str) -> Result<String, AppError> {
    let names: Vec<&str> = text
        .split([' ', ',', '\n', '\t'])
        .filter(|name| !name.is_empty())
        .collect();
    let is_name = |name: &&str| name.starts_with('@') && name.len() > 1;
    if text.len() > LONGEST_MENTIONS || !names.iter().all(is_name) {
        return Err(AppError::Invalid(
            "Whom it calls: names with an @, such as @ines, @here or @room; 200 characters at most.".into(),
        ));
    }
    Ok(names.join(" "))
}

fn hook(shape: &str, url: &str) -> Result<Option<Hook>, AppError> {
    let url = url.trim();
    if url.is_empty() {
        return Ok(None);
    }
    let wrong = |words: &str| AppError::Invalid(words.to_owned());
    let shape = match shape {
        "" => Shape::Json,
        shape => Shape::named(shape).ok_or_else(|| wrong("`shape` is one of slack, json, ntfy."))?,
    };
    let is_web = url.starts_with("https://") || url.starts_with("http://");
    if !is_web || url.len() > LONGEST_URL {
        return Err(wrong(
            "A webhook is an address such as https://ntfy.sh/desk, 2,000 bytes at most.",
        ));
    }
    Ok(Some(Hook {
        shape,
        url: url.to_owned(),
    }))
}
