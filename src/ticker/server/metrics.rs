//! `GET /metrics`: how the venues are, for Prometheus and what reads its text format (version 0.0.4).

use std::fmt::Write;

use axum::{
    extract::State,
    http::header::CONTENT_TYPE,
    response::{IntoResponse, Response},
};

use crate::{
    accounts::server::tokens::Observer,
    server::state::AppState,
    ticker::model::{Line, VenueReport},
    time::Timestamp,
};

/// The metrics, for a token with the scope `read` or `admin`.
pub async fn metrics(State(state): State<AppState>, _: Observer) -> Response {
    let text = text(&state.ticker.venues());
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response()
}

/// A metric: its name behind `squawkbox_venue_`, its type, what it is, and its value where it has one.
type Metric = (
    &'static str,
    &'static str,
    &'static str,
    fn(&VenueReport) -> Option<String>,
);

const METRICS: [Metric; 9] = [
    (
        "up",
        "gauge",
        "1 while the venue's line is up and heard from.",
        |report| Some(u8::from(matches!(report.state.line, Line::Live(_))).to_string()),
    ),
    (
        "connected_since_seconds",
        "gauge",
        "Since when the line is up, in Unix time.",
        |report| match report.state.line {
            Line::Live(since) => Some(seconds(since)),
            _ => None,
        },
    ),
    (
        "last_frame_seconds",
        "gauge",
        "When the venue was last heard from, in Unix time.",
        |report| report.last.map(seconds),
    ),
    ("frames_total", "counter", "Frames that came.", |report| {
        Some(report.frames.to_string())
    }),
    ("ticks_total", "counter", "Prices that came.", |report| {
        Some(report.ticks.to_string())
    }),
    (
        "reconnects_total",
        "counter",
        "Connections after the first.",
        |report| Some(report.state.reconnects.to_string()),
    ),
    (
        "gaps_total",
        "counter",
        "Times the venue had counted further than what came.",
        |report| Some(report.state.gaps.to_string()),
    ),
    (
        "faults",
        "gauge",
        "1 while something stands that the venue complained about.",
        |report| Some(u8::from(report.state.fault.is_some()).to_string()),
    ),
    ("symbols", "gauge", "Symbols that are watched there.", |report| {
        Some(report.symbols.len().to_string())
    }),
];

/// Whole seconds and six digits, without a float.
fn seconds(at: Timestamp) -> String {
    let micros = at.micros();
    format!("{}.{:06}", micros.div_euclid(1_000_000), micros.rem_euclid(1_000_000))
}

/// The exposition of those venues that run. Their names need no escaping.
fn text(reports: &[VenueReport]) -> String {
    let running: Vec<&VenueReport> = reports.iter().filter(|report| report.state.line != Line::Off).collect();
    let mut out = String::new();
    for (name, kind, help, value) in METRICS {
        // Writing to a String can't fail.
        let _ = writeln!(
            out,
            "# HELP squawkbox_venue_{name} {help}\n# TYPE squawkbox_venue_{name} {kind}"
        );
        for report in &running {
            if let Some(value) = value(report) {
                let venue = report.state.venue.name();
                let _ = writeln!(out, "squawkbox_venue_{name}{{venue=\"{venue}\"}} {value}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticker::{model::VenueKind, server::rounds::off};

    #[test]
    fn venues_that_run_are_written_out() {
        let at = Timestamp::parse("2026-01-05T10:00:00.25Z").unwrap();
        let mut live = off(VenueKind::Kraken);
        live.line = Line::Live(at);
        live.gaps = 3;
        let report = |state| VenueReport {
            state,
            last: Some(at),
            frames: 12,
            ticks: 7,
            symbols: vec!["BTC/USD".into()],
        };
        let text = text(&[report(live), report(off(VenueKind::Demo))]);
        for line in [
            "# TYPE squawkbox_venue_up gauge",
            "squawkbox_venue_up{venue=\"kraken\"} 1",
            "squawkbox_venue_connected_since_seconds{venue=\"kraken\"} 1767607200.250000",
            "squawkbox_venue_frames_total{venue=\"kraken\"} 12",
            "squawkbox_venue_gaps_total{venue=\"kraken\"} 3",
            "squawkbox_venue_symbols{venue=\"kraken\"} 1",
        ] {
            assert!(text.lines().any(|written| written == line), "{line} in\n{text}");
        }
        assert!(!text.contains("demo") && text.ends_with('\n'), "{text}");
    }
}
