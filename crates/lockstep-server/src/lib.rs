//! The Lockstep server.
