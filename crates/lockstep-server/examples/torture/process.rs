//! The program as a process: started, killed, stopped, frozen.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

/// How long a start may take.
const START_MAX: Duration = Duration::from_secs(60);
/// How long the program may take to end when it is asked to.
const STOP_MAX: Duration = Duration::from_secs(12);

/// The program: a port, a folder and a database that outlive its processes.
pub struct Instance {
    program: PathBuf,
    /// Its folder.
    pub data: PathBuf,
    log: PathBuf,
    /// Where it listens; the same after each start, for hooks and browsers know it.
    pub address: SocketAddr,
    database: Option<String>,
    settings: Vec<(&'static str, String)>,
    child: Option<Child>,
}

impl Instance {
    /// One that is not started yet. `folder` holds its data and its log.
    pub fn new(program: &Path, folder: &Path, database: Option<String>) -> anyhow::Result<Self> {
        let address = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?;
        let settings = vec![
            ("LOCKSTEP_ALLOW_LOOPBACK_ADDRESSES", "true".to_owned()),
            ("LOCKSTEP_POLL_INTERVAL_MS", "1000".to_owned()),
            ("LOCKSTEP_REQUEST_TIMEOUT_MS", "2000".to_owned()),
            ("LOCKSTEP_CREATION_DELAY_BOUND_MS", "1000".to_owned()),
            ("LOCKSTEP_SIGN_IN_SOURCE_BURST", "1000".to_owned()),
        ];
        Ok(Self {
            program: program.to_owned(),
            data: folder.join("data"),
            log: folder.join("log"),
            address,
            database,
            settings,
            child: None,
        })
    }

    /// Adds a setting of the environment.
    pub fn set(&mut self, name: &'static str, value: String) {
        self.settings.push((name, value));
    }

    /// The file of its key: beside its folder.
    pub fn key_file(&self) -> PathBuf {
        self.data.with_extension("key")
    }

    /// Whether it works a connection just now, as it says itself.
    pub async fn holds_leases(&self) -> bool {
        let asked = async { reqwest::get(format!("{}/metrics", self.url())).await?.text().await };
        let Ok(Ok(said)) = tokio::time::timeout(Duration::from_secs(2), asked).await else {
            return false;
        };
        let held = said.lines().find_map(|line| line.strip_prefix("lockstep_leases_held "));
        held.is_some_and(|n| n.trim() != "0")
    }

    /// Starts it and waits until it is ready. Gives how long that took.
    pub async fn start(&mut self) -> anyhow::Result<Duration> {
        let began = Instant::now();
        let mut child = self.spawn()?;
        loop {
            if let Some(status) = child.try_wait()? {
                // A lock, or a database, of the one before that is not gone yet, or not back yet.
                if began.elapsed() > START_MAX {
                    bail!(
                        "the program ends with {status} instead of starting\n{}",
                        self.last_words()
                    );
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
                child = self.spawn()?;
            }
            let ready = reqwest::get(format!("{}/readyz", self.url())).await;
            if ready.is_ok_and(|answer| answer.status().is_success()) {
                self.child = Some(child);
                return Ok(began.elapsed());
            }
            if began.elapsed() > START_MAX {
                let _is_gone = child.kill();
                bail!("the program was not ready in time\n{}", self.last_words());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    fn spawn(&self) -> anyhow::Result<Child> {
        let log = std::fs::OpenOptions::new().create(true).append(true).open(&self.log)?;
        let mut command = Command::new(&self.program);
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("LOCKSTEP_")) {
            command.env_remove(name);
        }
        command
            .args(["serve", "--listen", &self.address.to_string()])
            .arg("--data-dir")
            .arg(&self.data)
            .envs(self.settings.iter().map(|(name, value)| (*name, value)))
            .stdout(Stdio::null())
            .stderr(log);
        if let Some(database) = &self.database {
            command.args(["--database", database]);
        }
        command
            .spawn()
            .with_context(|| format!("starting {}", self.program.display()))
    }

    /// SIGKILL: no destructor runs, nothing is flushed.
    pub fn kill(&mut self) -> anyhow::Result<()> {
        if let Some(mut child) = self.child.take() {
            child.kill()?;
            child.wait()?;
        }
        Ok(())
    }

    /// SIGTERM, and its end. Errors: it did not end in time, or not well.
    pub async fn stop(&mut self) -> anyhow::Result<Duration> {
        let began = Instant::now();
        self.signal("TERM")?;
        let Some(mut child) = self.child.take() else {
            return Ok(Duration::ZERO);
        };
        while began.elapsed() < STOP_MAX {
            if let Some(status) = child.try_wait()? {
                if !status.success() {
                    bail!("asked to stop, the program ended with {status}\n{}", self.last_words());
                }
                return Ok(began.elapsed());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        child.kill()?;
        child.wait()?;
        bail!("the program was asked to stop and did not within {STOP_MAX:?}")
    }

    /// Sends a signal by name.
    pub fn signal(&self, name: &str) -> anyhow::Result<()> {
        if let Some(child) = &self.child {
            signal(name, child.id())?;
        }
        Ok(())
    }

    /// Whether it still runs.
    pub fn is_running(&mut self) -> bool {
        self.child
            .as_mut()
            .is_some_and(|child| matches!(child.try_wait(), Ok(None)))
    }

    /// `http://127.0.0.1:8484`
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The file of its database.
    pub fn sqlite_file(&self) -> PathBuf {
        self.data.join("lockstep.sqlite3")
    }

    /// All it has said.
    pub fn said(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    fn last_words(&self) -> String {
        let said = self.said();
        let lines: Vec<&str> = said.lines().collect();
        lines[lines.len().saturating_sub(15)..].join("\n")
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        let _is_gone = self.kill();
    }
}

/// Sends a signal to a process of ours.
pub fn signal(name: &str, pid: u32) -> anyhow::Result<()> {
    let status = Command::new("kill")
        .args([&format!("-{name}"), &pid.to_string()])
        .status()?;
    if !status.success() {
        bail!("SIG{name} could not be sent");
    }
    Ok(())
}
