//! The colours of a block's lines as bytes: nothing where no line has any.

use std::collections::HashMap;

use super::{
    Damaged, Raw,
    columns::{Reader, Writer},
};
use crate::logs::colours::{Colours, MOST, Style};

/// Bytes of one line's at most: two numbers for each place, of five and three bytes, and two for the line.
pub const BYTES: usize = 8 * MOST + 20;

/// Writes how many lines have some, then for each how far it is from the one before, how many places, and each place as far as it
/// is from the one before, with its look.
pub fn write(lines: &[Raw], out: &mut Writer) {
    let coloured = || lines.iter().enumerate().filter(|(_, line)| !line.colours.is_empty());
    let count = coloured().count();
    if count == 0 {
        return;
    }
    out.number(count as u64);
    let mut before = 0;
    for (i, line) in coloured() {
        out.number((i - before) as u64);
        before = i;
        let places = &line.colours.0[..line.colours.0.len().min(MOST)];
        out.number(places.len() as u64);
        let mut last = 0;
        for (at, style) in places {
            out.number(u64::from(at.saturating_sub(last)));
            out.number(u64::from(style.0));
            last = *at;
        }
    }
}

/// Reads them, by the places of their lines; of bytes that are damaged, none: the lines themselves are worth showing.
pub fn read(bytes: &[u8]) -> HashMap<usize, Colours> {
    let mut all = HashMap::new();
    match read_into(bytes, &mut all) {
        Ok(()) => all,
        Err(Damaged) => HashMap::new(),
    }
}

fn read_into(bytes: &[u8], all: &mut HashMap<usize, Colours>) -> Result<(), Damaged> {
    if bytes.is_empty() {
        return Ok(());
    }
    let (mut reader, mut i) = (Reader(bytes), 0_usize);
    for _ in 0..reader.number()? {
        i = i.saturating_add(reader.number()? as usize);
        let (mut places, mut at) = (Vec::new(), 0_u32);
        for _ in 0..reader.number()?.min(MOST as u64) {
            at = at.saturating_add(u32::try_from(reader.number()?).map_err(|_| Damaged)?);
            let style = u16::try_from(reader.number()?).map_err(|_| Damaged)?;
            places.push((at, Style(style)));
        }
        all.insert(i, Colours(places));
    }
    Ok(())
}
