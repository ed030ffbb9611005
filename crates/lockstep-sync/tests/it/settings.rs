//! What a run of one seed is given, and how little of it still breaks an invariant.

use std::panic::{AssertUnwindSafe, catch_unwind};

use azdo_sim::FaultRates;

use crate::trouble::TROUBLES;

/// Things that happen before trouble ends, in a whole run.
pub const OPERATIONS: u64 = 1000;

/// One run.
#[derive(Debug, Clone)]
pub struct Settings {
    pub seed: u64,
    /// Whether it tells its story as it goes.
    pub is_telling: bool,
    /// Things that happen before trouble ends.
    pub n_operations: u64,
    /// Faults and kinds of trouble that are turned off.
    pub without: Vec<String>,
}

impl Settings {
    /// A whole run of a seed.
    pub fn of(seed: u64) -> Self {
        Self {
            seed,
            is_telling: false,
            n_operations: OPERATIONS,
            without: Vec::new(),
        }
    }

    /// `LOCKSTEP_SEED` with `LOCKSTEP_OPERATIONS` and `LOCKSTEP_WITHOUT`, as [`shrink`] prints them.
    pub fn from_environment() -> Option<Self> {
        let number = |name| std::env::var(name).ok().and_then(|n| n.parse().ok());
        let without = std::env::var("LOCKSTEP_WITHOUT").unwrap_or_default();
        Some(Self {
            is_telling: true,
            n_operations: number("LOCKSTEP_OPERATIONS").unwrap_or(OPERATIONS),
            without: without
                .split(',')
                .filter(|name| !name.is_empty())
                .map(str::to_owned)
                .collect(),
            ..Self::of(number("LOCKSTEP_SEED")?)
        })
    }

    pub fn is_off(&self, name: &str) -> bool {
        self.without.iter().any(|off| off == name)
    }

    /// How to run it again.
    pub fn command(&self) -> String {
        let without = match self.without.is_empty() {
            true => String::new(),
            false => format!(" LOCKSTEP_WITHOUT='{}'", self.without.join(",")),
        };
        let (seed, n) = (self.seed, self.n_operations);
        format!("LOCKSTEP_OPERATIONS={n}{without} cargo xtask simulate --seed {seed}")
    }
}

/// The smallest run found that still breaks an invariant: first fewer operations, then fewer kinds of trouble.
pub fn shrink(broken: Settings, run: impl Fn(&Settings)) -> Settings {
    let is_broken = |settings: &Settings| catch_unwind(AssertUnwindSafe(|| run(settings))).is_err();
    let mut smallest = broken;
    let mut step = smallest.n_operations / 2;
    while step > 0 {
        let fewer = Settings {
            n_operations: smallest.n_operations.saturating_sub(step),
            ..smallest.clone()
        };
        if is_broken(&fewer) {
            smallest = fewer;
        } else {
            step /= 2;
        }
    }
    let faults = FaultRates::none().names_and_rates().into_iter().map(|(name, _)| name);
    for name in faults.chain(TROUBLES.map(|(_, name)| name)) {
        let mut fewer = smallest.clone();
        fewer.without.push(name.to_owned());
        if is_broken(&fewer) {
            smallest = fewer;
        }
    }
    smallest
}
