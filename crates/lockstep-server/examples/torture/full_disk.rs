//! A disk that is full for a while: edits and notices are put off with a word, reads go on, and when there is room again
//! the same process goes on.

use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::bail;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::Options;
use crate::check;
use crate::database::Database;
use crate::figures::Figures;
use crate::people::{self, Ledger};
use crate::scene::Scene;

/// Room on the small disk, in megabytes.
const DISK_MB: u32 = 24;

/// A disk in memory, unmounted when dropped.
struct SmallDisk(std::path::PathBuf);

impl SmallDisk {
    fn mount(at: &Path) -> Option<Self> {
        let mut mount = Command::new("mount");
        mount
            .args(["-t", "tmpfs", "-o", &format!("size={DISK_MB}m"), "tmpfs"])
            .arg(at);
        let is_mounted = mount.status().is_ok_and(|status| status.success());
        is_mounted.then(|| Self(at.to_owned()))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _is_gone = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

/// Fills the disk, looks, and makes room again.
pub async fn run(options: &Options, figures: &mut Figures) -> anyhow::Result<()> {
    if options.database.is_some() {
        println!("   SKIPPED: a full disk is tried with SQLite, whose disk is ours");
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    let disk = folder.path().join("disk");
    std::fs::create_dir(&disk)?;
    let Some(mounted) = SmallDisk::mount(&disk) else {
        println!(
            "   SKIPPED: NO DISK OF OUR OWN CAN BE MOUNTED HERE (needs root and the right to mount); A FULL DISK WAS NOT TRIED"
        );
        return Ok(());
    };
    let mut scene = Scene::start(options, &disk).await?;
    let database = Database::of(None, &scene.instance.sqlite_file());
    let (person, ledger) = (scene.people[0].clone(), Ledger::default());
    let mut acknowledged = vec![people::make(&person, &scene.connection, &ledger).await?];
    let filler = disk.join("filler");
    fill(&filler)?;

    let mut wrong = Vec::new();
    let (mut n_put_off, mut n_taken) = (0, 0);
    let edits = format!("/api/action-items/{}/edits", acknowledged[0].id);
    for n in 0..400 {
        let id = Uuid::now_v7();
        let title = format!("{} v{n} {}", acknowledged[0].name, "x".repeat(200));
        let body = json!({"id": id, "changes": {"title": title}});
        match person.send("POST", &edits, &body).await {
            Ok(Some(_)) => {
                n_taken += 1;
                acknowledged[0].title = title;
                acknowledged[0].n_edits += 1;
            }
            Ok(None) => n_put_off += 1,
            Err(error) => wrong.push(format!("an edit on a full disk: {error:#}")),
        }
        // What little room there is goes, too.
        fill(&filler)?;
    }
    if n_put_off == 0 {
        wrong.push(format!("the disk was never full: {n_taken} edits were taken"));
    }
    if person.send("GET", "/api/action-items", &Value::Null).await?.is_none() {
        wrong.push("nothing can be read while the disk is full".to_owned());
    }
    if !scene.instance.is_running() {
        bail!("the program ended on a full disk\n{}", scene.instance.said());
    }
    std::fs::remove_file(&filler)?;
    tokio::time::sleep(Duration::from_millis(500)).await;
    acknowledged.push(people::make(&person, &scene.connection, &ledger).await?);
    check::rest(&scene, &person, &database).await?;
    figures.count("edits put off on a full disk", n_put_off);
    check::check(&scene, &person, &acknowledged, figures).await?;
    figures.none("wrong with a full disk", &wrong);
    scene.instance.stop().await?;
    figures.none("integrity errors", &database.integrity_errors().await?);
    drop(scene);
    drop(mounted);
    Ok(())
}

/// Writes until nothing fits any more.
fn fill(filler: &Path) -> anyhow::Result<()> {
    let mut file = std::fs::OpenOptions::new().create(true).append(true).open(filler)?;
    for size in [1 << 20, 1 << 12, 1] {
        let block = vec![0_u8; size];
        for _ in 0..u64::from(DISK_MB) * 1024 {
            if file.write_all(&block).is_err() {
                break;
            }
        }
    }
    Ok(())
}
