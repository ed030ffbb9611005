//! Keeps connections in step with Azure DevOps, and the way there.

pub mod addresses;
mod calls;
pub mod driver;
mod journal;
mod knowledge;
pub mod transport;
mod worker;
