//! The simulator from the outside: over its requests and answers, and against Microsoft's files.

mod faults;
mod feeds;
mod harbour;
mod hooks;
mod large;
mod links;
mod microsoft;
mod people;
mod planning;
mod queries;
mod random;
mod reading;
mod recycle_bin;
mod spec;
mod teams;
mod tokens;
mod world;
mod writing;
