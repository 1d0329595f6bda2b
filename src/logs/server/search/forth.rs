//! From the oldest line on.

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

/// See [`super::walk`]. Nothing is taken unseen: what counts whole blocks looks back.
pub async fn walk<V: Visit>(archive: &Archive, look: Look, visitor: V) -> Result<(V, Reached), AppError> {
    let readers = &archive.readers;
    let mut walk = Walk::new(look, visitor);
    let (mut after, before) = (walk.look.after, walk.look.before);
    let wants_rows = walk.wants_rows(readers).await?;
    let mut missing = None;
    'blocks: loop {
        let abouts = archive.oldest_first(after, before, OUTSIDES).await?;
        let newest = abouts.last().map(|about| about.last);
        let wanted: Vec<Arc<About>> = abouts.into_iter().filter(|about| walk.look.may_be_in(about)).collect();
        for some in wanted.chunks(FILTERS) {
            let filters = walk.filters(archive, some).await?;
            for about in some {
                if !filters.may_be_in(&walk.look, about) {
                    continue;
                }
                // As it is by now: lines may have gone out of it, or come to it with another block's.
                let Some((whole, head, text)) = blocks::whole(readers, about.first).await? else {
                    if missing.replace(about.first) == Some(about.first) {
                        continue;
                    }
                    // It was deleted, or became one with another, which is to be found.
                    continue 'blocks;
                };
                let last = whole.last;
                walk.reached.time = Some(whole.received.1);
                walk = walk
                    .see_block(whole, after.saturating_add(1)..before, head, text)
                    .await?;
                after = after.max(last);
                if walk.is_over(after) {
                    return Ok((walk.visitor, walk.reached));
                }
            }
        }
        if let Some(newest) = newest {
            after = after.max(newest);
            if walk.is_over(after) {
                return Ok((walk.visitor, walk.reached));
            }
            continue;
        }
        // Rows, as long as none of them became a block meanwhile.
        let look = walk.look.clone();
        let rows = match wants_rows {
            true => open::after_blocks(readers, (after, before), ROWS, &look.of, &look.likes).await?,
            false => Vec::new(),
        };
        let is_last = rows.len() < ROWS as usize;
        if let Some(newest) = rows.last() {
            after = newest.id;
            walk = walk.see_rows(rows).await?;
        } else if wants_rows && !archive.oldest_first(after, before, 1).await?.is_empty() {
            continue;
        }
        if walk.is_over(after) {
            return Ok((walk.visitor, walk.reached));
        }
        if is_last {
            walk.reached.next = None;
            return Ok((walk.visitor, walk.reached));
        }
    }
}
