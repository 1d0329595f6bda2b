//! Ways in for log lines, a file each. All end in [`super::record`].

pub mod ndjson;
pub mod object;
pub mod own_tracing;
