//! Alerts: rules over prices and log lines, whose firings are messages.
//!
//! A rule: `pages/form` or a command or the API → `server/check` → `server/keep` → `server/store`. What comes: the board's
//! rounds and the committed lines → `server/evaluate` → `rules/machine` (pure: what fires, goes on, resolves) →
//! `server/fire`, which keeps the state and has chat say it, in one transaction. What people press under a message:
//! `server/acts`. Alertmanager's webhook becomes such messages too (`server/alertmanager`), and a rule can call another's
//! (`server/outgoing`).

pub mod api;
pub mod model;
pub mod pages;

#[cfg(feature = "ssr")]
pub mod rules;
#[cfg(feature = "ssr")]
pub mod server;
