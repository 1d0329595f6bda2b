//! What alerts are decided by. Pure: no clock, no I/O; what is read and said is in `server`.

pub mod anchors;
mod details;
pub mod figures;
pub mod hours;
mod intake;
pub mod lengths;
pub mod machine;
pub mod mark;
pub mod numbers;
pub mod sentence;
pub mod spec;
pub mod state;
pub mod telling;
#[cfg(test)]
mod tests;
pub mod typed;
pub mod window;
pub mod words;
