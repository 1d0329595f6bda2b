pub mod avatar;
pub mod error_page;
