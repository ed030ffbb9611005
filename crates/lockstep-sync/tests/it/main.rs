//! The engine in a seeded world: property tests of the planner, and the whole engine against the simulated Azure DevOps.

mod board_checks;
mod checks;
mod flight;
mod here;
mod planner;
mod publishing;
mod restoring;
mod simulation;
mod store;
mod there;
mod wire;
mod world;
