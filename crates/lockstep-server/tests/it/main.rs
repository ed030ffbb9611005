//! Stories told over HTTP to a server in this process, on SQLite and on PostgreSQL. One file per slice.

mod access;
mod accounts;
mod action_items;
mod board_import;
mod board_making;
mod board_publish;
mod board_sharing;
mod board_view;
mod canary;
mod command;
mod companies;
mod connections;
mod driver;
mod harbour;
mod live;
mod members;
mod peer;
mod plan_store;
mod server;
mod service_hooks;
mod sessions;
mod store;
mod sync_health;
mod torture;
mod transport;
mod world;
