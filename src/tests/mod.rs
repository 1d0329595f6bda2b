//! The real server on a random port, spoken to as its users do. One file per feature.

mod accounts;
mod api;
mod app;
mod changes;
mod chat;
mod commands;
mod delivery;
mod files;
mod gateway;
mod logs;
mod marks;
mod notifications;
mod options;
mod people;
mod previews;
mod room_ends;
mod rooms;
mod schedules;
mod search;
mod server;
mod socket;
mod threads;
mod ticker;
mod unread;
mod webhooks;
