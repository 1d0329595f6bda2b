//! The real server on a random port, spoken to as its users do. One file per feature.

mod app;
mod chat;
mod socket;
mod ticker;
