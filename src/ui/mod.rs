//! What every page shares and no feature owns: faces, what went wrong with a form or a page,
//! lists, what a page loads, what a field offers.

pub mod avatar;
pub mod error_page;
pub mod focus;
pub mod handler;
pub mod html;
pub mod link;
pub mod loaded;
pub mod options;
pub mod outcome;
pub mod picker;
pub mod rows;
pub mod text;
pub mod when;
