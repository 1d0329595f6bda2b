//! What every page shares and no feature owns: faces, fields, notices, the page that says what went wrong.

pub mod avatar;
pub mod error_page;
pub mod field;
pub mod notice;
