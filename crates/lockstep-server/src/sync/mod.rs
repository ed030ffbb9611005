//! Keeps connections in step with Azure DevOps, and the way there.

pub mod addresses;
pub(crate) mod calls;
pub mod driver;
mod journal;
pub(crate) mod knowledge;
pub mod leases;
pub mod transport;
mod worker;
