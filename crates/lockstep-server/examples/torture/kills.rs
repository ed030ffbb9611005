//! People edit and hooks tell, while the program ends again and again, the network is bad and the database goes away.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use azdo_sim::Dice;
use uuid::Uuid;

use crate::Options;
use crate::check;
use crate::database::Database;
use crate::figures::Figures;
use crate::notices;
use crate::people::{self, Ledger};
use crate::process::signal;
use crate::scene::Scene;

/// The shortest life of a process.
const LIFE_MIN_MS: u64 = 150;
/// Connections in a hundred that have trouble while it is bad.
const TROUBLE: u64 = 30;
/// Bytes after which the others are cut, at most.
const LIVES_FOR: u64 = 150_000;

/// Kills, then checks.
pub async fn run(options: &Options, figures: &mut Figures) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let mut scene = Scene::start(options, folder.path()).await?;
    let database = Database::of(options.database.as_deref(), &scene.instance.sqlite_file());
    let is_over = Arc::new(AtomicBool::new(false));
    let (edits, told): (Ledger, Arc<Mutex<Vec<i64>>>) = Default::default();
    let known = Arc::new(Mutex::new(Vec::new()));
    let workers: Vec<_> = (0..)
        .zip(&scene.people)
        .map(|(n, person)| {
            let seed = options.seed.wrapping_mul(1000) + n;
            let work = people::work(
                person.clone(),
                scene.connection.clone(),
                edits.clone(),
                seed,
                is_over.clone(),
            );
            tokio::spawn(work)
        })
        .collect();
    let url = scene.instance.url();
    let sender = notices::send(url, scene.webhook.clone(), known.clone(), told.clone(), is_over.clone());
    let sender = tokio::spawn(sender);

    let mut dice = Dice::new(options.seed);
    let mut tally = Tally::default();
    scene.cutter.ways.spoil(TROUBLE, LIVES_FOR);
    let life_max_ms = (options.seconds_between * 1000.0) as u64;
    for n in 1..=options.kills {
        let life = LIFE_MIN_MS + dice.below(life_max_ms.max(1));
        for _ in 0..life / 100 {
            tokio::time::sleep(Duration::from_millis(100)).await;
            scene.meddle(dice.next_u64());
            scene.stir(dice.next_u64())?;
        }
        known
            .lock()
            .expect("nobody panics with it")
            .clone_from(&scene.made_by_lockstep());
        if dice.below(8) == 0 {
            tally.database_goes(options.postmaster.as_deref(), &mut dice).await?;
        }
        if dice.below(3) == 0 {
            match scene.instance.stop().await {
                Ok(took) => tally.stops_ms.push(took.as_secs_f64() * 1000.0),
                Err(error) => tally.bad_ends.push(format!("{error:#}")),
            }
        } else {
            scene.instance.kill()?;
            tally.n_kills += 1;
        }
        // Taken before the look: what is acknowledged is in there.
        let (edits, told) = tally.taken(&edits, &told);
        tally.lose(&database, &edits, &told).await?;
        let took = scene.instance.start().await?;
        tally.starts_ms.push(took.as_secs_f64() * 1000.0);
        if n.is_multiple_of(20) {
            println!(
                "   {n} of {} ends; {} edits, {} notices acknowledged",
                options.kills, tally.n_edits, tally.n_told
            );
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

    figures.count("killed with -9", tally.n_kills);
    figures.count("stopped by SIGTERM", tally.stops_ms.len());
    figures.count("database restarted", tally.n_database);
    figures.count(
        "connections cut, refused or swallowed",
        scene.cutter.ways.n_troubles() as usize,
    );
    tally.count(figures);
    check::check(&scene, &browser, &acknowledged, figures).await?;
    tally.judge(figures);
    figures.none("did not end well", &tally.bad_ends);
    scene.instance.stop().await?;
    figures.none("integrity errors", &database.integrity_errors().await?);
    figures.times("restart to serving", tally.starts_ms);
    figures.times("graceful stop", tally.stops_ms);
    figures.times("coming to rest", vec![rest.as_secs_f64() * 1000.0]);
    Ok(())
}

/// What happened so far.
#[derive(Default)]
pub struct Tally {
    n_kills: usize,
    n_database: usize,
    n_edits: usize,
    n_told: usize,
    starts_ms: Vec<f64>,
    stops_ms: Vec<f64>,
    lost_edits: Vec<String>,
    lost_notices: Vec<String>,
    bad_ends: Vec<String>,
}

impl Tally {
    /// The database server ends without a word, and is started again by whoever watches over it.
    async fn database_goes(&mut self, postmaster: Option<&Path>, dice: &mut Dice) -> anyhow::Result<()> {
        let Some(file) = postmaster else { return Ok(()) };
        let Ok(pid) = std::fs::read_to_string(file).unwrap_or_default().trim().parse() else {
            return Ok(());
        };
        signal("QUIT", pid)?;
        self.n_database += 1;
        tokio::time::sleep(Duration::from_millis(300 + dice.below(2500))).await;
        Ok(())
    }

    /// Takes what was acknowledged since the last time, and counts it.
    pub fn taken(&mut self, edits: &Ledger, told: &Mutex<Vec<i64>>) -> (Vec<Uuid>, Vec<i64>) {
        (taken(edits, &mut self.n_edits), taken(told, &mut self.n_told))
    }

    /// Says how much was acknowledged.
    pub fn count(&self, figures: &mut Figures) {
        figures.count("edits acknowledged", self.n_edits);
        figures.count("notices acknowledged", self.n_told);
    }

    /// Says what of it was lost.
    pub fn judge(&self, figures: &mut Figures) {
        figures.none("acknowledged edits not in the database", &self.lost_edits);
        figures.none("acknowledged notices lost", &self.lost_notices);
    }

    /// Notes what of that is not in the database.
    pub async fn lose(&mut self, database: &Database, edits: &[Uuid], told: &[i64]) -> anyhow::Result<()> {
        let edits = patiently(async || database.missing_edits(edits).await).await?;
        let told = patiently(async || database.missing_notices(notices::SUBSCRIPTION, told).await).await?;
        self.lost_edits.extend(edits.iter().map(|id| format!("edit {id}")));
        self.lost_notices
            .extend(told.iter().map(|number| format!("notification {number}")));
        Ok(())
    }
}

/// Asks a database that may just be coming back.
async fn patiently<T>(ask: impl AsyncFn() -> anyhow::Result<T>) -> anyhow::Result<T> {
    for _ in 0..100 {
        if let Ok(answer) = ask().await {
            return Ok(answer);
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    ask().await
}

/// Takes what was acknowledged since the last time, and counts it.
fn taken<T>(ledger: &Mutex<Vec<T>>, n: &mut usize) -> Vec<T> {
    let taken = std::mem::take(&mut *ledger.lock().expect("nobody panics with it"));
    *n += taken.len();
    taken
}
