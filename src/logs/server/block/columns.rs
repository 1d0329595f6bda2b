//! Numbers as bytes: seven bits in each, the small ones in one.

use super::Damaged;

/// Writes.
#[derive(Default)]
pub struct Writer(pub Vec<u8>);

impl Writer {
    pub fn number(&mut self, mut n: u64) {
        while n >= 0x80 {
            self.0.push(n as u8 | 0x80);
            n >>= 7;
        }
        self.0.push(n as u8);
    }

    pub fn numbers(&mut self, list: impl Iterator<Item = u64>) {
        list.for_each(|n| self.number(n));
    }

    /// Numbers of which each is larger than the one before.
    pub fn rising(&mut self, list: impl Iterator<Item = u64>) {
        let mut last = 0;
        for n in list {
            self.number(n.wrapping_sub(last));
            last = n;
        }
    }

    /// Numbers that lie near each other.
    pub fn jumping(&mut self, list: impl Iterator<Item = i64>) {
        let mut last = 0;
        for n in list {
            let step = n.wrapping_sub(last);
            self.number((step as u64) << 1 ^ (step >> 63) as u64);
            last = n;
        }
    }
}

/// Reads.
pub struct Reader<'a>(pub &'a [u8]);

impl Reader<'_> {
    pub fn number(&mut self) -> Result<u64, Damaged> {
        let mut n = 0;
        for place in 0..10 {
            let (first, rest) = self.0.split_first().ok_or(Damaged)?;
            self.0 = rest;
            n |= u64::from(first & 0x7f) << (7 * place);
            if first & 0x80 == 0 {
                return Ok(n);
            }
        }
        Err(Damaged)
    }

    pub fn numbers(&mut self, count: usize) -> Result<Vec<u64>, Damaged> {
        (0..count).map(|_| self.number()).collect()
    }

    pub fn rising(&mut self, count: usize) -> Result<Vec<u64>, Damaged> {
        let mut last = 0_u64;
        let next = |step: u64| {
            last = last.wrapping_add(step);
            last
        };
        Ok(self.numbers(count)?.into_iter().map(next).collect())
    }

    pub fn jumping(&mut self, count: usize) -> Result<Vec<i64>, Damaged> {
        let mut last = 0_i64;
        let next = |step: u64| {
            last = last.wrapping_add((step >> 1) as i64 ^ -((step & 1) as i64));
            last
        };
        Ok(self.numbers(count)?.into_iter().map(next).collect())
    }
}
