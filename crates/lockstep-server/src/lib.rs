//! The Lockstep server: the only crate that opens a socket, a file or a database, reads the clock or throws dice.
//!
//! A request meets [`serve`] (sockets, stopping), [`api`] (limits, headers, routes), [`access`] (who may), then one slice
//! ([`accounts`], [`live`], ...), which asks [`store`].

pub mod access;
pub mod accounts;
pub mod action_items;
pub mod api;
pub mod app;
pub mod backup;
pub mod config;
pub mod connections;
pub mod demo;
pub mod error;
pub mod extract;
pub mod ids;
pub mod live;
pub mod logs;
pub mod metrics;
pub mod program_board;
pub mod reconcile;
pub mod reset_password;
pub mod serve;
pub mod service_hooks;
pub mod simulator;
pub mod store;
pub mod sync;
pub mod sync_health;
pub mod vault;
pub mod web;
