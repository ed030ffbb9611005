//! One step of a chore: a heading, then how long it took.

use std::time::{Duration, Instant};

use anyhow::Result;

/// Says `title`, does it, says how long it took.
pub fn step<T>(title: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    println!("== {title}");
    let started = Instant::now();
    let result = work();
    let end = if result.is_ok() { "done" } else { "FAILED" };
    println!("   {end} in {}", seconds(started.elapsed()));
    result
}

/// A duration as a person reads it.
pub fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}
