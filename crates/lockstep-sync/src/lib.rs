//! The sync engine. No I/O.

pub mod ids;

pub use ids::*;
