//! Ways in for log lines, a file or folder each. All end in [`super::record`].
//!
//! A request is received by `shipment`; a protocol's file reads it and answers, in its words also what is refused
//! (`refusal`); `understand` and `object` make lines of what it says, with `level`, `logfmt` and `times`, and `traces` joins
//! those that are one stack trace. What comes in without requests (`syslog`) can't be refused: it is tried `until_kept`.

pub mod elastic;
pub mod level;
pub mod lines;
pub mod logfmt;
pub mod loki;
pub mod ndjson;
pub mod object;
pub mod otlp;
pub mod own_tracing;
pub mod refusal;
pub mod shipment;
pub mod syslog;
pub mod times;
pub mod traces;
pub mod understand;
pub mod until_kept;
