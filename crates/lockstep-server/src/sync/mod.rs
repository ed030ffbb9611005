//! Keeps connections in step with Azure DevOps, and the way there.

pub mod addresses;
pub mod transport;
