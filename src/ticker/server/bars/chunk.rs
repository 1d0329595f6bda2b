//! Bars side by side as bytes, as they stand in a row of the database. Pure.
//!
//! A price is its digits as a whole number and how many of them stand after the point, so every digit is kept as it was
//! sent; where a bar's prices have as many digits after the point, which is the rule, that is said once, and all but the
//! first are told by how far they are from another. Whole numbers take as many bytes as they need (LEB128). A bar of a
//! market takes some 25 bytes, where prices as text took 60.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::{
    CHUNK, Interval,
    bar::{Bar, Edge},
};

// The first byte of a bar: its place in the chunk, below 16, and these.
const VOLUME: u8 = 16;
const SCALES: u8 = 32;
const OPEN_SEQ: u8 = 64;
const CLOSE_SEQ: u8 = 128;

/// The bars of a chunk by their numbers.
pub type Chunk = BTreeMap<i64, Bar>;

/// What the next bar is told from: the last one's close.
#[derive(Default)]
struct Before {
    mantissa: i128,
    scale: u32,
    seq: u64,
}

impl Before {
    fn of(bar: &Bar) -> Self {
        Self {
            mantissa: bar.close.price.mantissa(),
            scale: bar.close.price.scale(),
            seq: bar.close.seq.unwrap_or(0),
        }
    }

    /// What a price with `scale` digits after the point is counted from.
    fn base(&self, scale: u32) -> i128 {
        if self.scale == scale { self.mantissa } else { 0 }
    }
}

/// The bytes of a chunk.
pub fn encode(interval: Interval, chunk: &Chunk) -> Vec<u8> {
    let (mut out, mut before) = (Vec::with_capacity(chunk.len() * 32), Before::default());
    for (&number, bar) in chunk {
        encode_bar(&mut out, number, number * interval.micros(), bar, &before);
        before = Before::of(bar);
    }
    out
}

fn encode_bar(out: &mut Vec<u8>, number: i64, start: i64, bar: &Bar, before: &Before) {
    let scale = bar.open.price.scale();
    let others = [bar.high, bar.low, bar.close.price];
    let is_even = others.iter().all(|price| price.scale() == scale);
    let flag = |is_set: bool, flag: u8| if is_set { flag } else { 0 };
    out.push(
        // Below 15, so it fits.
        number.rem_euclid(CHUNK) as u8
            | flag(bar.volume.is_some(), VOLUME)
            | flag(!is_even, SCALES)
            | flag(bar.open.seq.is_some(), OPEN_SEQ)
            | flag(bar.close.seq.is_some(), CLOSE_SEQ),
    );
    put(out, bar.ticks.into());
    out.push(scale as u8);
    let open = bar.open.price.mantissa();
    put_signed(out, open - before.base(scale));
    for price in others {
        if is_even {
            put_signed(out, price.mantissa() - open);
        } else {
            out.push(price.scale() as u8);
            put_signed(out, price.mantissa());
        }
    }
    if let Some(volume) = bar.volume {
        out.push(volume.scale() as u8);
        put_signed(out, volume.mantissa());
    }
    put_signed(out, (bar.open.time - start).into());
    put_signed(out, (bar.close.time - bar.open.time).into());
    if let Some(seq) = bar.open.seq {
        put_signed(out, i128::from(seq) - i128::from(before.seq));
    }
    if let Some(seq) = bar.close.seq {
        put_signed(out, i128::from(seq) - i128::from(bar.open.seq.unwrap_or(before.seq)));
    }
}

/// The bars of chunk `slot`; `None` for bytes that are none.
pub fn decode(interval: Interval, slot: i64, bytes: &[u8]) -> Option<Chunk> {
    let (mut bytes, mut chunk, mut before) = (Bytes(bytes), Chunk::new(), Before::default());
    while !bytes.0.is_empty() {
        let (number, bar) = decode_bar(&mut bytes, interval, slot, &before)?;
        before = Before::of(&bar);
        chunk.insert(number, bar);
    }
    Some(chunk)
}

fn decode_bar(bytes: &mut Bytes, interval: Interval, slot: i64, before: &Before) -> Option<(i64, Bar)> {
    let first = bytes.byte()?;
    let has = |flag: u8| first & flag != 0;
    let number = slot.checked_mul(CHUNK)? + i64::from(first & 15);
    let start = number.checked_mul(interval.micros())?;
    let ticks = bytes.number()?;
    let scale = u32::from(bytes.byte()?);
    let open = bytes.signed()?.checked_add(before.base(scale))?;
    let mut other = || {
        if has(SCALES) {
            let scale = bytes.byte()?.into();
            decimal(bytes.signed()?, scale)
        } else {
            decimal(bytes.signed()?.checked_add(open)?, scale)
        }
    };
    let (high, low, close) = (other()?, other()?, other()?);
    let volume = match has(VOLUME) {
        true => {
            let scale = bytes.byte()?.into();
            Some(decimal(bytes.signed()?, scale)?)
        }
        false => None,
    };
    let open_time = start.checked_add(bytes.signed()?.try_into().ok()?)?;
    let close_time = open_time.checked_add(bytes.signed()?.try_into().ok()?)?;
    let mut seq = |flag: u8, from: u64| match has(flag) {
        true => Some(Some(u64::try_from(bytes.signed()?.checked_add(from.into())?).ok()?)),
        false => Some(None),
    };
    let open_seq = seq(OPEN_SEQ, before.seq)?;
    let close_seq = seq(CLOSE_SEQ, open_seq.unwrap_or(before.seq))?;
    let edge = |time, seq, price| Edge { time, seq, price };
    let bar = Bar {
        open: edge(open_time, open_seq, decimal(open, scale)?),
        close: edge(close_time, close_seq, close),
        high,
        low,
        volume,
        ticks,
    };
    Some((number, bar))
}

fn decimal(mantissa: i128, scale: u32) -> Option<Decimal> {
    Decimal::try_from_i128_with_scale(mantissa, scale).ok()
}

/// Appends a whole number, seven bits a byte, the lowest first; all but the last have the highest bit.
pub fn put(out: &mut Vec<u8>, mut number: u128) {
    while number >= 128 {
        out.push(number as u8 | 128);
        number >>= 7;
    }
    out.push(number as u8);
}

/// The same of one that may be negative: the sign is the lowest bit.
pub fn put_signed(out: &mut Vec<u8>, number: i128) {
    put(out, ((number << 1) ^ (number >> 127)) as u128);
}

/// Bytes on their way out of a row.
pub struct Bytes<'a>(pub &'a [u8]);

impl Bytes<'_> {
    /// The next one.
    pub fn byte(&mut self) -> Option<u8> {
        let (&first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(first)
    }

    /// What [`put`] wrote.
    fn wide(&mut self) -> Option<u128> {
        let mut number = 0;
        for shift in (0..128).step_by(7) {
            let byte = self.byte()?;
            number |= u128::from(byte & 127).checked_shl(shift)?;
            if byte < 128 {
                return Some(number);
            }
        }
        None
    }

    /// What [`put`] wrote, where it has 64 bits.
    pub fn number(&mut self) -> Option<u64> {
        self.wide()?.try_into().ok()
    }

    /// What [`put_signed`] wrote.
    pub fn signed(&mut self) -> Option<i128> {
        let number = self.wide()?;
        Some((number >> 1) as i128 ^ -((number & 1) as i128))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{super::bar::Trade, *};

    fn price() -> impl Strategy<Value = Decimal> {
        // All that a Decimal can hold.
        let wide = (1 - (1i128 << 96)..1i128 << 96, 0u32..=28);
        prop_oneof![(900_000i128..1_100_000, Just(2)), wide]
            .prop_map(|(mantissa, scale)| Decimal::from_i128_with_scale(mantissa, scale))
    }

    fn chunk() -> impl Strategy<Value = (Interval, i64, Chunk)> {
        let trade = (
            price(),
            prop::option::of(price()),
            prop::option::of(any::<u64>()),
            any::<u64>(),
        );
        let bars = prop::collection::btree_map(0..CHUNK, prop::collection::vec(trade, 1..4), 0..15);
        (0usize..3, 0i64..2_000_000, bars).prop_map(|(interval, slot, bars)| {
            let interval = Interval::ALL[interval];
            let bars = bars.into_iter().map(|(place, trades)| {
                let number = slot * CHUNK + place;
                let trades = trades.into_iter().map(|(last, size, seq, time)| {
                    Bar::of(&Trade {
                        time: number * interval.micros() + (time % interval.micros() as u64) as i64,
                        seq,
                        last,
                        size: size.map(|size| size / Decimal::TEN),
                        is_undated: false,
                    })
                });
                let bar = trades.reduce(|mut bar, other| {
                    bar.absorb(&other);
                    bar
                });
                (number, bar.unwrap())
            });
            (interval, slot, bars.collect())
        })
    }

    /// Decimals are equal whatever zeros they end in; their text is not.
    fn digits(chunk: &Chunk) -> String {
        format!("{chunk:?}")
    }

    proptest! {
        #[test]
        fn every_digit_reads_back((interval, slot, chunk) in chunk()) {
            let read = decode(interval, slot, &encode(interval, &chunk)).unwrap();
            prop_assert_eq!(digits(&read), digits(&chunk));
        }

        #[test]
        fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            let _ = decode(Interval::Minute, 7, &bytes);
        }
    }

    #[test]
    fn a_market_takes_some_25_bytes_a_bar() {
        let chunk: Chunk = (0..CHUNK)
            .map(|n| {
                let trade = |second: i64, cents: i64| Trade {
                    time: (n * 60 + second) * 1_000_000 + 61_769,
                    seq: Some((37_475_248_783 + n * 90_000 + second * 1_400) as u64),
                    last: Decimal::new(9_641_250 + cents, 2),
                    size: Some(Decimal::new(1_143_000 + second, 8)),
                    is_undated: false,
                };
                let mut bar = Bar::of(&trade(0, n));
                (1..60).for_each(|second| bar.take(&trade(second, n * 100 + second * 7)));
                (n, bar)
            })
            .collect();
        let bytes = encode(Interval::Minute, &chunk).len();
        assert!(bytes / chunk.len() <= 30, "{bytes}");
    }
}
