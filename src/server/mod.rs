//! What every feature stands on: settings, databases, delivery, security, start and stop. Knows no feature, but for
//! [`router`], [`api`], [`state`], [`start`], [`config`], [`command`] and [`health`], which list them all.

pub mod api;
pub mod call_queues;
pub mod checkpoint;
pub mod command;
pub mod config;
pub mod db;
pub mod error;
pub mod functions;
pub mod health;
pub mod hub;
pub mod inflight;
pub mod limits;
pub mod listen;
pub mod origin;
pub mod outbound;
pub mod patient;
pub mod places;
pub mod problem;
pub mod refusal;
pub mod report;
pub mod request_id;
pub mod router;
pub mod secret;
pub mod security;
pub mod shutdown;
pub mod sse;
pub mod start;
pub mod state;
pub mod telemetry;
pub mod text_of_html;
pub mod websocket;
pub mod writer;
