//! The pages of alerts: plain documents with forms, beside the desk.

mod form;
mod list;
pub mod parts;

pub use form::AlertFormPage;
pub use list::AlertsPage;
