//! Ways in for log lines, a file each.
pub mod ndjson;
pub mod own_tracing;
