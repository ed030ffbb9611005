//! Two instances on one PostgreSQL database: one is frozen in the middle of its work, for longer than its lease or not, and
//! goes on as if nothing had happened. What it was about to send may have been sent by the other since.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::Context;
use azdo_sim::Dice;

use crate::Options;
use crate::check;
use crate::database::Database;
use crate::figures::Figures;
use crate::kills::Tally;
use crate::notices;
use crate::people::{self, Ledger};
use crate::process::Instance;
use crate::scene::Scene;

/// How long one is waited for that says nothing, in milliseconds.
const LEASE_MS: u64 = 1500;
/// Connections in a hundred that have trouble.
const TROUBLE: u64 = 15;
/// Bytes after which the others are cut, at most.
const LIVES_FOR: u64 = 300_000;

/// Freezes, then checks.
pub async fn run(options: &Options, figures: &mut Figures) -> anyhow::Result<()> {
    options
        .database
        .as_ref()
        .context("two instances need `--database postgres`")?;
    let folder = tempfile::tempdir()?;
    let mut scene = Scene::start_with(options, folder.path(), &[("LOCKSTEP_LEASE_MS", LEASE_MS.to_string())]).await?;
    let folder_of_other = tempfile::tempdir()?;
    let mut other = Instance::new(&options.server, folder_of_other.path(), options.database.clone())?;
    other.set("LOCKSTEP_LEASE_MS", LEASE_MS.to_string());
    other.set("LOCKSTEP_KEY_FILE", scene.instance.key_file().display().to_string());
    other.start().await?;
    let database = Database::of(options.database.as_deref(), &scene.instance.sqlite_file());
    let is_over = Arc::new(AtomicBool::new(false));
    let (edits, told): (Ledger, Arc<Mutex<Vec<i64>>>) = Default::default();
    let known = Arc::new(Mutex::new(Vec::new()));
    let workers: Vec<_> = (0..)
        .zip(&scene.people)
        .map(|(n, person)| {
            // Half of them at each.
            let person = if n % 2 == 0 {
                person.clone()
            } else {
                person.at(other.url())
            };
            let seed = options.seed.wrapping_mul(1000) + n;
            let work = people::work(person, scene.connection.clone(), edits.clone(), seed, is_over.clone());
            tokio::spawn(work)
        })
        .collect();
    let sender = notices::send(
        other.url(),
        scene.webhook.clone(),
        known.clone(),
        told.clone(),
        is_over.clone(),
    );
    let sender = tokio::spawn(sender);

    let mut dice = Dice::new(options.seed);
    let mut tally = Tally::default();
    scene.cutter.ways.spoil(TROUBLE, LIVES_FOR);
    let (first_terms, mut n_frozen) = (database.lease_terms().await?, 0);
    for n in 1..=options.freezes {
        for _ in 0..2 + dice.below(12) {
            tokio::time::sleep(Duration::from_millis(100)).await;
            scene.meddle(dice.next_u64());
            scene.stir(dice.next_u64())?;
        }
        known
            .lock()
            .expect("nobody panics with it")
            .clone_from(&scene.made_by_lockstep());
        // Whoever holds the lease, mostly: there is less to be learned of one that only serves.
        let is_the_other = other.holds_leases().await != (dice.below(5) == 0);
        let frozen = if is_the_other { &other } else { &scene.instance };
        frozen.signal("STOP")?;
        n_frozen += 1;
        let for_ms = if dice.below(4) == 0 {
            dice.below(LEASE_MS)
        } else {
            LEASE_MS * 2 + dice.below(6000)
        };
        tokio::time::sleep(Duration::from_millis(for_ms)).await;
        frozen.signal("CONT")?;
        let (edits, told) = tally.taken(&edits, &told);
        tally.lose(&database, &edits, &told).await?;
        if n % 10 == 0 {
            let terms = database.lease_terms().await? - first_terms;
            println!("   {n} of {} freezes; the lease moved {terms} times", options.freezes);
        }
    }
    is_over.store(true, Ordering::Relaxed);
    scene.cutter.ways.mend();
    let mut acknowledged = Vec::new();
    for worker in workers {
        acknowledged.extend(worker.await??);
    }
    sender.await??;
    let browser = scene.people[0].clone();
    let rest = check::rest(&scene, &browser, &database).await?;
    let (edits, told) = tally.taken(&edits, &told);
    tally.lose(&database, &edits, &told).await?;

    figures.count("frozen and let go on", n_frozen);
    figures.count(
        "times the lease moved",
        (database.lease_terms().await? - first_terms) as usize,
    );
    figures.count(
        "connections cut, refused or swallowed",
        scene.cutter.ways.n_troubles() as usize,
    );
    tally.count(figures);
    check::check(&scene, &browser, &acknowledged, figures).await?;
    tally.judge(figures);
    other.stop().await?;
    scene.instance.stop().await?;
    figures.none("integrity errors", &database.integrity_errors().await?);
    figures.times("coming to rest", vec![rest.as_secs_f64() * 1000.0]);
    Ok(())
}
