//! What every page shares and no feature owns: faces, what went wrong with a form or a page.

pub mod avatar;
pub mod error_page;
pub mod focus;
pub mod outcome;
