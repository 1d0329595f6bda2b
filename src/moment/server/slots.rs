//! The fold: what comes from everywhere, by time. Pure.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    logs::model::LogLine,
    moment::model::{Moment, Priced, Said, Slot},
    squawk::model::Headline,
    ticker::{
        figures::{Direction, grouped},
        server::{moments::Track, venues::names::is_made_up},
    },
    time::Timestamp,
};

/// Prices alone are told of every so many slots.
const PRICES_EVERY: i64 = 10;

/// What each of them has to tell.
pub struct Lanes {
    /// What everybody heard.
    pub squawks: Vec<Headline>,
    /// What was said.
    pub said: Vec<Said>,
    /// What was logged.
    pub lines: Vec<Arc<LogLine>>,
    /// How prices went.
    pub prices: Vec<Track>,
}

/// Seconds of a slot where a page reaches so many to either side: some 120 slots.
pub const fn step(span: i64) -> i64 {
    if span < 60 { 1 } else { span / 60 }
}

impl Lanes {
    /// Puts everything into slots, each with the prices at its end.
    pub fn fold_into(self, moment: &mut Moment) {
        let micros = moment.step.max(1) * 1_000_000;
        let number = |at: Timestamp| at.micros().div_euclid(micros);
        let mut slots: BTreeMap<i64, Slot> = BTreeMap::new();
        for headline in self.squawks {
            slots.entry(number(headline.at)).or_default().squawks.push(headline);
        }
        for said in self.said {
            slots.entry(number(said.at)).or_default().said.push(said);
        }
        for line in self.lines {
            slots.entry(number(line.time)).or_default().lines.push(line);
        }
        let here = number(moment.at);
        moment.before = slots.range(..here).next_back().map(|(slot, _)| start(*slot, micros));
        moment.after = slots.range(here + 1..).next().map(|(slot, _)| start(*slot, micros));
        slots.entry(here).or_default().here = true;
        for track in &self.prices {
            for (at, _) in &track.closes {
                let slot = number(*at);
                if slot.rem_euclid(PRICES_EVERY) == PRICES_EVERY - 1 {
                    slots.entry(slot).or_default();
                }
            }
        }
        for track in &self.prices {
            let is_twin = |other: &Track| other.key.symbol == track.key.symbol && other.key.venue != track.key.venue;
            price(&mut slots, track, self.prices.iter().any(is_twin), micros);
        }
        // Prices that are as they were tell nothing by themselves.
        slots.retain(|_, slot| slot.here || !slot.has_prices_alone() || !slot.prices.is_empty());
        for (slot, kept) in &mut slots {
            kept.at = start(*slot, micros);
        }
        moment.slots = slots.into_values().collect();
    }
}

const fn start(slot: i64, micros: i64) -> Timestamp {
    Timestamp::from_micros(slot * micros)
}

/// The price of one symbol in the slots in which it is another than was shown; in the first and the instant's own whatever it
/// is, where one is known by then.
fn price(slots: &mut BTreeMap<i64, Slot>, track: &Track, twin: bool, micros: i64) {
    let mut closes = track.closes.iter().peekable();
    let mut last = track.before;
    let mut shown = last;
    let first = slots.keys().next().copied();
    for (slot, kept) in slots {
        let end = (slot + 1) * micros;
        while let Some((_, close)) = closes.next_if(|(at, _)| at.micros() < end) {
            last = Some(*close);
        }
        let Some(close) = last else { continue };
        let way = match shown.map(|shown| Direction::of(&shown, &close)) {
            None | Some(Direction::Flat) => "",
            Some(way) => way.class(),
        };
        let is_new = shown.is_none() || !way.is_empty();
        if !is_new && !kept.here && Some(*slot) != first {
            continue;
        }
        shown = Some(close);
        kept.prices.push(Priced {
            symbol: track.key.symbol.clone(),
            venue: track.key.venue.clone(),
            last: grouped(&close.to_string()),
            twin,
            way: way.to_owned(),
            demo: is_made_up(&track.key.venue),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{logs::model::Level, ticker::model::Key};

    fn at(second: i64) -> Timestamp {
        Timestamp::parse("2026-11-20T14:03:00Z").unwrap().plus_seconds(second)
    }

    fn said(second: i64) -> Said {
        Said {
            at: at(second),
            ..Said::default()
        }
    }

    fn track(closes: &[(i64, &str)], before: Option<&str>) -> Track {
        Track {
            key: Key {
                symbol: "BTC-USD".into(),
                venue: "lab".into(),
            },
            before: before.map(|price| price.parse().unwrap()),
            closes: closes
                .iter()
                .map(|(second, price)| (at(*second), price.parse().unwrap()))
                .collect(),
        }
    }

    fn folded(lanes: Lanes, second: i64) -> Moment {
        let mut moment = Moment {
            at: at(second),
            step: 1,
            ..Moment::default()
        };
        lanes.fold_into(&mut moment);
        moment
    }

    #[test]
    fn what_happened_in_the_same_second_stands_in_the_same_slot_with_the_price_at_its_end() {
        let line = LogLine {
            id: 1,
            time: Timestamp::from_micros(at(7).micros() + 400_000),
            level: Level::Error,
            source: "gateway".into(),
            message: "refused".into(),
            fields: Default::default(),
            colours: Default::default(),
        };
        let lanes = Lanes {
            squawks: Vec::new(),
            said: vec![said(7), said(12)],
            lines: vec![Arc::new(line)],
            prices: vec![track(&[(5, "1200.50"), (7, "1199"), (8, "1300")], Some("1200.50"))],
        };
        let moment = folded(lanes, 10);
        let rows: Vec<_> = moment
            .slots
            .iter()
            .map(|slot| {
                let prices: Vec<_> = slot
                    .prices
                    .iter()
                    .map(|price| (price.last.as_str(), price.way.as_str()))
                    .collect();
                (slot.at.second(), slot.here, slot.said.len(), slot.lines.len(), prices)
            })
            .collect();
        assert_eq!(
            rows,
            [
                ("14:03:07".to_owned(), false, 1, 1, vec![("1,199", "down")]),
                ("14:03:10".to_owned(), true, 0, 0, vec![("1,300", "up")]),
                ("14:03:12".to_owned(), false, 1, 0, vec![]),
            ]
        );
        assert_eq!((moment.before, moment.after), (Some(at(7)), Some(at(12))));
    }

    #[test]
    fn prices_alone_are_told_of_now_and_then_and_none_before_the_first_is_known() {
        let seconds: Vec<(i64, String)> = (0..40).map(|second| (second, format!("{}", 100 + second))).collect();
        let closes: Vec<(i64, &str)> = seconds
            .iter()
            .map(|(second, price)| (*second, price.as_str()))
            .collect();
        let lanes = Lanes {
            squawks: Vec::new(),
            said: vec![said(-5)],
            lines: Vec::new(),
            prices: vec![track(&closes, None)],
        };
        let moment = folded(lanes, 20);
        let slots: Vec<(String, usize)> = moment
            .slots
            .iter()
            .map(|slot| (slot.at.second(), slot.prices.len()))
            .collect();
        let slots: Vec<(&str, usize)> = slots.iter().map(|(at, prices)| (at.as_str(), *prices)).collect();
        assert_eq!(
            slots,
            [
                ("14:02:55", 0),
                ("14:03:09", 1),
                ("14:03:19", 1),
                ("14:03:20", 1),
                ("14:03:29", 1),
                ("14:03:39", 1)
            ]
        );
    }

    #[test]
    fn a_price_stands_where_it_changed_and_at_the_instant_with_its_venue_where_two_have_its_name() {
        let mut there = track(&[(3, "7")], Some("5"));
        there.key.venue = "other".into();
        let lanes = Lanes {
            squawks: Vec::new(),
            said: (0..8).map(said).collect(),
            lines: Vec::new(),
            prices: vec![track(&[(1, "100"), (2, "100"), (6, "101")], Some("100")), there],
        };
        let moment = folded(lanes, 4);
        let shown: Vec<String> = moment
            .slots
            .iter()
            .map(|slot| {
                let prices: Vec<&str> = slot.prices.iter().map(|price| price.last.as_str()).collect();
                prices.join(" ")
            })
            .collect();
        assert_eq!(shown, ["100 5", "", "", "7", "100 7", "", "101", ""]);
        assert!(moment.slots[0].prices.iter().all(|price| price.twin));
        let alone = Lanes {
            squawks: Vec::new(),
            said: vec![said(0)],
            lines: Vec::new(),
            prices: vec![track(&[], Some("100"))],
        };
        assert!(!folded(alone, 0).slots[0].prices[0].twin);
    }
}
