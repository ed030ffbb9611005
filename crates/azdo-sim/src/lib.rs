//! azdo-sim
