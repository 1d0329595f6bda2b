//! The fold of ticks into the newest per symbol.
