//! Whom a message is worth interrupting for.

pub mod levels;
