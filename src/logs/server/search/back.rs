//! From the newest line back.

use std::sync::Arc;

use super::{
    super::{
        archive::Archive,
        block::about::About,
        store::{blocks, open},
    },
    FILTERS, Look, OUTSIDES, ROWS, Reached, Visit,
    walk::Walk,
};
use crate::error::AppError;

/// See [`super::walk`].
pub async fn walk<V: Visit>(archive: &Archive, look: Look, visitor: V) -> Result<(V, Reached), AppError> {
    let readers = &archive.readers;
    let mut walk = Walk::new(look, visitor);
    let mut before = walk.look.before;
    let mut is_last = !walk.wants_rows(readers).await?;
    let look = walk.look.clone();
    while !is_last {
        let rows = open::newest_first(readers, look.after, before, ROWS, &look.of, &look.likes).await?;
        is_last = rows.len() < ROWS as usize;
        if let Some(oldest) = rows.last() {
            before = oldest.id;
            walk = walk.see_rows(rows).await?;
        }
        if walk.is_over(before) {
            return Ok((walk.visitor, walk.reached));
        }
    }
    let mut missing = None;
    'blocks: loop {
        let abouts = archive.newest_first(walk.look.after, before, OUTSIDES).await?;
        let Some(oldest) = abouts.last().map(|about| about.first) else {
            walk.reached.next = None;
            return Ok((walk.visitor, walk.reached));
        };
        let wanted: Vec<Arc<About>> = abouts.into_iter().filter(|about| walk.look.may_be_in(about)).collect();
        for some in wanted.chunks(FILTERS) {
            let filters = walk.filters(archive, some).await?;
            for about in some {
                if !filters.may_be_in(&walk.look, about) {
                    continue;
                }
                let all = walk.look.takes_all_of(about, before);
                if !all.is_some_and(|levels| walk.visitor.take_all(about, levels)) {
                    // As it is by now: lines may have gone out of it, or come to it with another block's.
                    let Some((whole, head, text)) = blocks::whole(readers, about.first).await? else {
                        if missing.replace(about.first) == Some(about.first) {
                            continue;
                        }
                        // It was deleted, or became one with another, which is to be found.
                        continue 'blocks;
                    };
                    let ids = walk.look.after.saturating_add(1)..before;
                    walk = walk.see_block(whole, ids, head, text).await?;
                }
                before = about.first;
                walk.reached.time = Some(about.received.0);
                if walk.is_over(about.first) {
                    return Ok((walk.visitor, walk.reached));
                }
            }
        }
        before = oldest;
        if walk.is_over(before) {
            return Ok((walk.visitor, walk.reached));
        }
    }
}
