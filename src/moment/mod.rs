//! One clock: what was said, priced and logged around an instant, side by side.
//!
//! `page` → `api` → `server` (asks chat, prices and lines, of what the person may see) → `server/slots` (the fold) → `page`, `row`;
//! where scripts run, `public/moment.js` moves along without a new page.
//!
//! The moments of one symbol (`server/of_symbol`) stand on its page: `symbol_page`.

pub mod api;
pub mod model;
pub mod page;
mod row;
pub mod symbol_page;

#[cfg(feature = "ssr")]
pub mod server;
