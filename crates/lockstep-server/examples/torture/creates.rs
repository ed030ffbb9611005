//! Creations whose answers are cut at any byte: exactly one work item each, or a row that says that nobody is sure.

use std::time::Duration;

use crate::Options;
use crate::check;
use crate::database::Database;
use crate::figures::Figures;
use crate::people::{self, Acknowledged, Ledger};
use crate::scene::Scene;

/// Connections in a hundred that have trouble.
const TROUBLE: u64 = 60;
/// Bytes after which the others are cut, at most: an answer or two.
const LIVES_FOR: u64 = 9_000;

/// Creates, then checks.
pub async fn run(options: &Options, figures: &mut Figures) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let mut scene = Scene::start(options, folder.path()).await?;
    let database = Database::of(options.database.as_deref(), &scene.instance.sqlite_file());
    let ledger = Ledger::default();
    scene.cutter.ways.spoil(TROUBLE, LIVES_FOR);
    let n_each = options.creates.div_ceil(scene.people.len());
    let makers: Vec<_> = scene
        .people
        .iter()
        .map(|person| {
            let (person, connection, ledger) = (person.clone(), scene.connection.clone(), ledger.clone());
            tokio::spawn(async move {
                let mut made: Vec<Acknowledged> = Vec::new();
                for _ in 0..n_each {
                    made.push(people::make(&person, &connection, &ledger).await?);
                }
                anyhow::Ok(made)
            })
        })
        .collect();
    let mut acknowledged = Vec::new();
    for maker in makers {
        acknowledged.extend(maker.await??);
    }
    // Bad for as long as anything is to be created.
    let browser = scene.people[0].clone();
    for n in 0..1200_u64 {
        let sync = browser.get("/api/sync").await?;
        if sync["waiting"].as_array().is_none_or(Vec::is_empty) {
            break;
        }
        if n % 100 == 99 {
            println!("   {} creations to go", sync["waiting"].as_array().map_or(0, Vec::len));
        }
        scene.stir(n)?;
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    scene.cutter.ways.mend();
    check::rest(&scene, &browser, &database).await?;
    figures.count(
        "connections cut, refused or swallowed",
        scene.cutter.ways.n_troubles() as usize,
    );
    check::check(&scene, &browser, &acknowledged, figures).await?;
    scene.instance.stop().await?;
    let resolved = database.resolved_creations().await?;
    figures.count("creations whose answer was lost", resolved.len());
    figures.count(
        "of them there all the same",
        resolved.iter().filter(|one| one.was_there).count(),
    );
    figures.times("a lost creation that was there, to its pairing", ms(&resolved, true));
    figures.times(
        "a lost creation that was nowhere, to knowing that",
        ms(&resolved, false),
    );
    figures.none("integrity errors", &database.integrity_errors().await?);
    Ok(())
}

fn ms(resolved: &[crate::database::Resolved], was_there: bool) -> Vec<f64> {
    let such = resolved.iter().filter(|one| one.was_there == was_there);
    such.map(|one| one.ms).collect()
}
