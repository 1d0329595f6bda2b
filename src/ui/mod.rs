//! What every page shares and no feature owns: faces, what went wrong with a form or a page,
//! lists, what
//! a page loads.

pub mod avatar;
pub mod error_page;
pub mod focus;
pub mod loaded;
pub mod outcome;
pub mod rows;
