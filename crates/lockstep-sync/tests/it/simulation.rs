//! Seeds by the thousand: the whole engine against the simulated Azure DevOps, with trouble, then rest, then the checks.
//!
//! `LOCKSTEP_SEED=n` replays one and tells its story, `LOCKSTEP_SEEDS=n` runs that many.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::checks::{BUGS, RARE_BUGS, check};
use crate::coverage::{ELSEWHERE, met};
use crate::settings::{OPERATIONS, Settings, shrink};
use crate::world::{SECOND_US, World};

/// Faults that every run has to meet, deaths of the process among them.
const FAULTS_MIN: u64 = 20;
/// Seeds from which every fault of the catalogue that the seeds can make has to be met.
const COVERED_FROM: u64 = 400;
/// Within how many seeds a planted bug is looked for.
#[cfg(feature = "planted")]
const PLANTED_SEEDS: u64 = 1000;
/// Seeds from which the rare bugs have to be found, too.
#[cfg(feature = "planted")]
const RARE_FROM: u64 = 5000;
/// Rest after trouble: the longest backoff, the bound on late answers, the quiet that proves an absence, and polls.
const REST_US: i64 = 3600 * SECOND_US;

fn seeds() -> u64 {
    std::env::var("LOCKSTEP_SEEDS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(40)
}

/// Seeds that once broke an invariant.
fn once_broken() -> impl Iterator<Item = u64> {
    let lines = include_str!("seeds.txt").lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| {
        line.split(' ')
            .next()
            .unwrap_or(line)
            .parse()
            .expect("a line begins with a seed")
    })
}

/// What all seeds did together.
#[derive(Default)]
struct Totals {
    counts: BTreeMap<String, u64>,
    doubts: BTreeMap<(&'static str, String), u64>,
    n_operations: u64,
    n_requests: u64,
    /// What the poorest seeds had.
    least: Option<[u64; 2]>,
}

impl Totals {
    fn add(&mut self, seed: u64, world: &World) {
        self.n_operations += world.n_operations;
        let [n_operations, n_faults] = self.least.unwrap_or([u64::MAX; 2]);
        self.least = Some([n_operations.min(world.n_operations), n_faults.min(n_faults_of(world))]);
        self.n_requests += *world.wire.n_requests.lock().unwrap();
        let faults = world.wire.faults.lock().unwrap();
        for (name, count) in world.counts.iter().chain(faults.counts()) {
            *self.counts.entry((*name).to_owned()).or_insert(0) += count;
        }
        for (name, side) in azdo_sim::Doubts::from_seed(seed).names_and_sides() {
            *self.doubts.entry((name, side)).or_insert(0) += 1;
        }
    }
}

/// Faults that a world has met, deaths of the process among them.
fn n_faults_of(world: &World) -> u64 {
    let on_the_wire: u64 = world.wire.faults.lock().unwrap().counts().values().sum();
    on_the_wire + world.n_crashes
}

/// One run, to the end. Panics when an invariant is broken.
fn run_seed(settings: &Settings) -> World {
    let mut world = World::new(settings);
    while world.n_operations < settings.n_operations {
        world.operate(false);
    }
    let n_faults = n_faults_of(&world);
    let is_whole = settings.n_operations == OPERATIONS && settings.without.is_empty();
    assert!(
        n_faults >= FAULTS_MIN || !is_whole,
        "seed {} met no more than {n_faults} faults",
        settings.seed
    );
    world.heal();
    let until_us = world.now_us + REST_US;
    world.rest_until(until_us);
    // A day in which everything paired is read once: what no feed and no hook told is found.
    world.audit_since_us = Some(world.now_us);
    world.poll_every(30 * 60 * SECOND_US);
    world.rest_until(until_us + 25 * 3600 * SECOND_US);
    check(&world);
    world
}

#[test]
fn simulation() {
    if let Some(settings) = Settings::from_environment() {
        run_seed(&settings);
        println!("seed {}: no violation", settings.seed);
        return;
    }
    once_broken().for_each(|seed| drop(run_seed(&Settings::of(seed))));
    let n = seeds();
    let totals = Mutex::new(Totals::default());
    let next = AtomicU64::new(1);
    // A seed is a world of its own, so they run beside each other; what is counted does not depend on the order.
    let n_threads = std::thread::available_parallelism().map_or(2, usize::from).min(16);
    std::thread::scope(|threads| {
        let runs: Vec<_> = (0..n_threads)
            .map(|_| {
                threads.spawn(|| {
                    loop {
                        let seed = next.fetch_add(1, Ordering::Relaxed);
                        if seed > n {
                            return;
                        }
                        let world = catch_unwind(AssertUnwindSafe(|| run_seed(&Settings::of(seed))));
                        let world = world.unwrap_or_else(|_| {
                            next.store(n + 1, Ordering::Relaxed);
                            std::panic::set_hook(Box::new(|_| {}));
                            let smallest = shrink(Settings::of(seed), |settings| drop(run_seed(settings)));
                            drop(std::panic::take_hook());
                            panic!(
                                "seed {seed} breaks an invariant; its shortest story: {}",
                                smallest.command()
                            )
                        });
                        if seed % 100 == 1 {
                            let again = run_seed(&Settings::of(seed));
                            assert_eq!(again.trace, world.trace, "seed {seed} went another way the second time");
                        }
                        totals.lock().unwrap().add(seed, &world);
                    }
                })
            })
            .collect();
        for run in runs {
            run.join().expect("every seed holds");
        }
    });
    let Totals {
        counts,
        doubts,
        n_operations,
        n_requests,
        least,
    } = totals.into_inner().unwrap();
    println!("{n} seeds, {n_operations} operations, {n_requests} requests, 0 violations");
    let [n_operations, n_faults] = least.unwrap_or_default();
    println!("least: {n_operations} operations and {n_faults} faults");
    let met = met(&counts);
    for ((id, what, _), count) in &met {
        println!("  fault {id} {what}: {count}");
    }
    for (id, where_else) in ELSEWHERE {
        println!("  not by the seeds: {id}: {where_else}");
    }
    for (name, count) in &counts {
        println!("  {name}: {count}");
    }
    for ((id, what, _), count) in &met {
        assert!(n < COVERED_FROM || *count > 0, "fault {id} never happened: {what}");
    }
    for ((name, side), count) in &doubts {
        println!("  doubt {name} = {side}: {count} seeds");
    }
}

/// The simulation is worth what it finds: each planted bug has to be found.
#[test]
#[cfg(feature = "planted")]
fn planted() {
    use azdo::planted::plant;
    let n = std::env::var("LOCKSTEP_SEEDS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(PLANTED_SEEDS);
    std::panic::set_hook(Box::new(|_| {}));
    // Part of a name, to look for one of them alone.
    let only = std::env::var("LOCKSTEP_BUG").unwrap_or_default();
    let rare = RARE_BUGS.into_iter().filter(|_| n >= RARE_FROM);
    let bugs: Vec<_> = BUGS
        .into_iter()
        .chain(rare)
        .filter(|(name, _)| name.contains(&only))
        .collect();
    let next = AtomicU64::new(0);
    let missed = Mutex::new(Vec::new());
    // A bug is planted on a thread of its own.
    let n_threads = std::thread::available_parallelism().map_or(2, usize::from).min(16);
    std::thread::scope(|threads| {
        for _ in 0..n_threads {
            threads.spawn(|| {
                while let Some((name, bug)) = bugs.get(next.fetch_add(1, Ordering::Relaxed) as usize) {
                    plant(Some(*bug));
                    let found = (1..=n).find_map(|seed| {
                        let result = catch_unwind(AssertUnwindSafe(|| run_seed(&Settings::of(seed))));
                        result.err().map(|why| (seed, message(&*why)))
                    });
                    match found {
                        Some((seed, why)) => println!("planted: {name}: found by seed {seed}: {why}"),
                        None => missed.lock().unwrap().push(*name),
                    }
                }
            });
        }
    });
    let _ = std::panic::take_hook();
    let missed = missed.into_inner().unwrap();
    assert!(missed.is_empty(), "not found within {n} seeds: {missed:?}");
}

#[cfg(feature = "planted")]
fn message(why: &(dyn std::any::Any + Send)) -> String {
    let text = why
        .downcast_ref::<String>()
        .map(String::as_str)
        .or(why.downcast_ref::<&str>().copied());
    text.unwrap_or("?")
        .chars()
        .take(160)
        .collect::<String>()
        .replace('\n', " ")
}

#[test]
fn planted_bugs_have_names() {
    assert_eq!(
        BUGS.len() + RARE_BUGS.len(),
        BUGS.iter()
            .chain(&RARE_BUGS)
            .map(|(name, _)| name)
            .collect::<std::collections::BTreeSet<_>>()
            .len()
    );
}
