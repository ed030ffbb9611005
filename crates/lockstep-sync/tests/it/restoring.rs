//! The store is restored from a backup while Azure DevOps has gone on: nothing is written before everything paired has
//! been read again, nothing is made twice, and nothing newer is overwritten by what the backup held open.
//!
//! `LOCKSTEP_SEED=n` replays one and tells its story, `LOCKSTEP_SEEDS=n` runs that many.

use std::collections::BTreeSet;

use azdo::FieldName;
use azdo_sim::AcceptedKind;
use lockstep_sync::NoticeId;
use lockstep_sync::restored::Restored;
use lockstep_sync::value::is_same;

use crate::checks::check;
use crate::settings::Settings;
use crate::store::Store;
use crate::world::{REQUEST_TIMEOUT_US, SECOND_US, World};

/// Things that happen before the backup, after it, and after the restore.
const OPERATIONS: [u64; 3] = [150, 150, 150];
const REST_US: i64 = 3600 * SECOND_US;

/// What the world was when the backup was made.
struct Backup {
    store: Store,
    n_accepted: usize,
    made_us: i64,
}

impl Backup {
    fn of(world: &World) -> Self {
        Self {
            store: world.store.clone(),
            n_accepted: world.accepted.len(),
            made_us: world.now_us,
        }
    }
}

impl Store {
    /// Marks what came out of a backup, as the server does: everything paired is to be read, everything open is doubtful.
    fn mark_restored(&mut self, until_us: i64) {
        let paired: Vec<_> = self.items.values().filter_map(|item| item.work_item).collect();
        let mut unread: BTreeSet<NoticeId> = BTreeSet::new();
        for id in paired {
            unread.insert(self.notice(id));
        }
        for item in self.items.values_mut() {
            let rev = lockstep_sync::merge::held_rev(item);
            for edit in &mut item.edits {
                edit.doubt = Restored::doubt(edit, rev, until_us).or(edit.doubt.take());
            }
        }
        self.unread = Some(unread);
    }
}

impl World {
    /// The process ends, and the next one starts on the backup.
    fn restore(&mut self, backup: Backup) {
        self.count("restore");
        self.tell(|| format!("restored from the backup of {}", backup.made_us));
        let restored = Restored {
            since_us: backup.made_us,
            at_us: self.now_us,
            change: backup.store.n_edits as i64,
            is_feed_read: true,
        };
        let after = std::mem::replace(&mut self.store, backup.store);
        self.n_forgotten += self.accepted.len() - backup.n_accepted;
        self.accepted.truncate(backup.n_accepted);
        // What the time before did is for the checkers to know; the engine reads none of it.
        let forgotten = after.attempts.keys().copied();
        self.forgotten = forgotten.filter(|id| !self.store.attempts.contains_key(id)).collect();
        for (id, attempt) in after.attempts {
            self.store.attempts.entry(id).or_insert(attempt);
        }
        self.store.sent_from.extend(after.sent_from);
        self.published_before.extend(after.published);
        self.store.n_edits = after.n_edits + 1000;
        self.store
            .mark_restored(self.now_us + REQUEST_TIMEOUT_US + self.rules.delay_bound_us);
        self.rules.restored = Some(restored);
        self.crash();
    }

    fn n_items(&self) -> usize {
        self.store.items.len()
    }
}

fn run_seed(seed: u64, is_telling: bool) -> World {
    // What was made after the backup is known by its marker alone: where somebody takes that away, it is not found. A stated
    // limit.
    let without = vec!["our marker taken away".to_owned()];
    let mut world = World::new(&Settings {
        is_telling,
        without,
        ..Settings::of(seed)
    });
    let [before, between, after] = OPERATIONS;
    while world.n_operations < before {
        world.operate(false);
    }
    // What is made after the backup is not known to it, and nobody's concern here.
    let mut backup = Backup::of(&world);
    let mut n_items = world.n_items();
    let mut until = world.n_operations + between;
    while world.n_operations < until {
        world.operate(false);
        if world.n_items() != n_items {
            backup = Backup::of(&world);
            n_items = world.n_items();
            until = until.min(before + 4 * between).max(world.n_operations + between / 2);
        }
    }
    world.restore(backup);
    let until = world.n_operations + after;
    while world.n_operations < until {
        world.operate(false);
    }
    world.heal();
    let until_us = world.now_us + REST_US;
    world.rest_until(until_us);
    // A day, in which what no feed tells of is read.
    world.poll_every(30 * 60 * SECOND_US);
    world.rest_until(until_us + 25 * 3600 * SECOND_US);
    assert!(
        world.store.unread.is_none(),
        "the reading after a restore comes to its end"
    );
    check(&world);
    no_edit_of_the_backup_overwrites_what_is_newer(&world);
    world
}

/// Whatever the connection's rule: what a write of the backup's edits replaced is what their author saw or chose to replace.
fn no_edit_of_the_backup_overwrites_what_is_newer(world: &World) {
    let restored = world.rules.restored.expect("it was restored");
    let is_of_backup = |id| {
        world
            .accepted
            .iter()
            .any(|(_, edit)| edit.id == id && edit.change <= restored.change)
    };
    let sim = world.wire.sim.lock().unwrap();
    let updates = sim
        .ground_truth()
        .iter()
        .filter(|a| a.kind == AcceptedKind::Updated && a.at_us >= restored.at_us);
    for accepted in updates {
        let Some(attempt) = accepted.request_id.as_ref().and_then(|name| world.attempt_of.get(name)) else {
            continue;
        };
        let edits = &world.store.attempts[attempt].edits;
        if world.forgotten.contains(attempt) || !edits.iter().all(|edit| is_of_backup(*edit)) {
            continue;
        }
        for (field, was, _) in &world.store.sent_from[attempt] {
            if let Some((old, _)) = accepted.fields.get(field.as_str())
                && *field != FieldName::from(azdo::field::TAGS)
            {
                assert!(is_same(field, old, was), "{field} was {old}, and the backup knew {was}");
            }
        }
    }
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|n| n.parse().ok())
}

#[test]
fn restoring() {
    if let Some(seed) = number("LOCKSTEP_SEED") {
        run_seed(seed, true);
        println!("seed {seed}: no violation");
        return;
    }
    let n = number("LOCKSTEP_SEEDS").unwrap_or(40);
    let (mut n_supposed, mut n_found, mut n_absent) = (0, 0, 0);
    for seed in 1..=n {
        let world = std::panic::catch_unwind(|| run_seed(seed, false));
        let world = world.unwrap_or_else(|_| {
            panic!("seed {seed} breaks an invariant: LOCKSTEP_SEED={seed} cargo test -p lockstep-sync restoring")
        });
        for attempt in world.store.attempts.values().filter(|a| a.supposed_since_us.is_some()) {
            n_supposed += 1;
            use lockstep_sync::edit::{AttemptState, Outcome};
            match attempt.state {
                AttemptState::Ended {
                    outcome: Outcome::FoundApplied,
                    ..
                } => n_found += 1,
                AttemptState::Ended {
                    outcome: Outcome::FoundAbsent,
                    ..
                } => n_absent += 1,
                _ => {}
            }
        }
    }
    println!("{n} restores, {n_supposed} creations looked for: {n_found} found, {n_absent} made after that");
    assert!(n < 40 || (n_found > 0 && n_absent > 0), "both happen");
}

/// Each bug planted in this has to be found.
#[test]
#[cfg(feature = "planted")]
fn planted_in_restoring() {
    use azdo::planted::{Bug, plant};
    let bugs = [
        ("written before everything was read", Bug::RestoredWritesAtOnce),
        ("a creation of the backup sent", Bug::BackupCreationSent),
        ("edits of the backup not looked for", Bug::BackupEditsNotLookedFor),
    ];
    let n = number("LOCKSTEP_SEEDS").unwrap_or(200);
    std::panic::set_hook(Box::new(|_| {}));
    let found = bugs.map(|(name, bug)| {
        plant(Some(bug));
        let seed = (1..=n).find(|seed| std::panic::catch_unwind(|| run_seed(*seed, false)).is_err());
        plant(None);
        (name, seed)
    });
    let _ = std::panic::take_hook();
    for (name, seed) in found {
        println!("planted: {name}: found by seed {seed:?}");
        assert!(seed.is_some(), "{name} is not found within {n} seeds");
    }
}
