//! The engine in a seeded world: property tests of the planner, and the whole engine against the simulated Azure DevOps.

mod checks;
mod planner;
mod simulation;
mod store;
mod world;
