//! Azure DevOps in its own words. No I/O: a [`transport::Transport`] carries the bytes.

pub mod model;

pub use model::*;
