//! Seeds by the thousand: the whole engine against the simulated Azure DevOps, with trouble, then rest, then the checks.
//!
//! `LOCKSTEP_SEED=n` replays one and tells its story, `LOCKSTEP_SEEDS=n` runs that many.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::checks::{BUGS, RARE_BUGS, check};
use crate::world::{SECOND_US, World};

/// Things that happen before trouble ends.
const OPERATIONS: u64 = 1000;
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

fn one_seed() -> Option<u64> {
    std::env::var("LOCKSTEP_SEED").ok().and_then(|n| n.parse().ok())
}

/// What all seeds did together.
#[derive(Default)]
struct Totals {
    counts: BTreeMap<String, u64>,
    doubts: BTreeMap<(&'static str, String), u64>,
    n_operations: u64,
    n_requests: u64,
}

impl Totals {
    fn add(&mut self, seed: u64, world: &World) {
        self.n_operations += world.n_operations;
        self.n_requests += *world.wire.n_requests.lock().unwrap();
        for (name, count) in &world.counts {
            *self.counts.entry(format!("did: {name}")).or_insert(0) += count;
        }
        for (name, count) in world.wire.faults.lock().unwrap().counts() {
            *self.counts.entry(format!("fault: {name}")).or_insert(0) += count;
        }
        for (name, side) in azdo_sim::Doubts::from_seed(seed).names_and_sides() {
            *self.doubts.entry((name, side)).or_insert(0) += 1;
        }
    }
}

/// One run, to the end. Panics when an invariant is broken.
fn run_seed(seed: u64, is_telling: bool) -> World {
    let mut world = World::new(seed, is_telling);
    while world.n_operations < OPERATIONS {
        world.operate(false);
    }
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
    if let Some(seed) = one_seed() {
        run_seed(seed, true);
        println!("seed {seed}: no violation");
        return;
    }
    once_broken().for_each(|seed| drop(run_seed(seed, false)));
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
                        let world = catch_unwind(AssertUnwindSafe(|| run_seed(seed, false)));
                        let world = world.unwrap_or_else(|_| {
                            next.store(n + 1, Ordering::Relaxed);
                            panic!("seed {seed} breaks an invariant: LOCKSTEP_SEED={seed} cargo test -p lockstep-sync simulation")
                        });
                        if seed % 100 == 1 {
                            let again = run_seed(seed, false);
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
    } = totals.into_inner().unwrap();
    println!("{n} seeds, {n_operations} operations, {n_requests} requests, 0 violations");
    for (name, count) in &counts {
        println!("  {name}: {count}");
        assert!(n < 40 || *count > 0, "{name} never happened");
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
        .unwrap_or(400);
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
                        let result = catch_unwind(AssertUnwindSafe(|| run_seed(seed, false)));
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
