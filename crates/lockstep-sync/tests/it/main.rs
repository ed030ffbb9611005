//! The engine in a seeded world: property tests of the planner, and the whole engine against the simulated Azure DevOps.

/// Worlds are made of small values; the system's allocator takes half of the time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

mod board_checks;
mod checks;
mod coverage;
mod flight;
mod here;
mod planner;
mod publishing;
mod restoring;
mod settings;
mod simulation;
mod store;
mod there;
mod trouble;
mod wire;
mod world;
