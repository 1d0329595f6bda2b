//! What many lines come to: how many when (`histogram`), by whom and how bad, with which values, in which patterns (`groups`).

pub mod groups;
pub mod histogram;
pub mod pattern;
