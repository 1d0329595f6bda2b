//! Figures that anyone can read.

use std::{thread, time::Instant};

/// Decimal megabyte.
const MB: f64 = 1e6;

/// Several measurements of one thing.
pub struct Spread {
    /// The one in the middle.
    pub median: f64,
    low: f64,
    high: f64,
}

impl Spread {
    /// Of at least one measurement; all zero of none.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        Self {
            median: quantile(&values, 0.5),
            low: quantile(&values, 0.0),
            high: quantile(&values, 1.0),
        }
    }

    /// `1.25 (1.20 to 1.31)` with so many digits after the point.
    pub fn text(&self, digits: usize) -> String {
        let Self { median, low, high } = self;
        format!("{median:.digits$} ({low:.digits$} to {high:.digits$})")
    }
}

/// How long things took, in milliseconds.
#[derive(Default)]
pub struct Times(Vec<f64>);

impl Times {
    /// All of several.
    pub fn of<'a>(several: impl IntoIterator<Item = &'a Self>) -> Self {
        Self(several.into_iter().flat_map(|times| &times.0).copied().collect())
    }

    /// Adds what has gone by since `began`.
    pub fn add(&mut self, began: Instant) {
        self.0.push(began.elapsed().as_secs_f64() * 1e3);
    }

    /// What half of them are below.
    pub fn median(&self) -> f64 {
        self.share(0.5)
    }

    /// What 99 of 100 are below.
    pub fn p99(&self) -> f64 {
        self.share(0.99)
    }

    fn share(&self, share: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        quantile(&sorted, share)
    }
}

/// The value that a share of `sorted` lies below; 0 when there are none.
pub fn quantile(sorted: &[f64], share: f64) -> f64 {
    let last = sorted.len().saturating_sub(1);
    let place = (share * last as f64).round() as usize;
    sorted.get(place).copied().unwrap_or_default()
}

/// `met` or `missed`: less is better.
pub fn against(value: f64, target: f64) -> &'static str {
    if value <= target { "met" } else { "MISSED" }
}

/// `12.3 MB`, decimal.
pub fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / MB)
}

/// `1,234,567`.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Says what the figures were taken on.
pub fn machine() {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(':'))
        .map_or("an unnamed processor", |(_, name)| name.trim());
    let cores = thread::available_parallelism().map_or(1, usize::from);
    println!("\nOn {cores} cores of {model}, which the load generator shares with what it measures.");
    if cfg!(debug_assertions) {
        println!("NOT optimised: these figures mean nothing. Use `make bench`.");
    }
}
