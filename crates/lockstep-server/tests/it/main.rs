//! Stories told over HTTP to a server in this process, on SQLite and on PostgreSQL. One file per slice.

mod access;
mod accounts;
mod command;
mod live;
mod members;
mod plan_store;
mod server;
mod sessions;
mod store;
mod world;
