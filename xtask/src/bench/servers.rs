//! The servers a bench starts, each stopped when it is dropped.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::folders::{self, Temporary};
use crate::{loopback, program};

/// A simulated Azure DevOps of its own.
pub struct Simulator {
    child: Child,
    /// What is in front of it.
    replay: Option<Child>,
    /// What it said about itself: `base_url`, `organization`, `tokens`.
    said: Value,
    /// Of the organization.
    url: String,
}

impl Simulator {
    /// One that is told so much more on its command line.
    pub fn start(profile: &str, words: &[&str]) -> Result<Self> {
        let mut command = program::lockstep(profile, ["simulate-azure-devops", "--listen", "127.0.0.1:0"]);
        command.args(words);
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command
            .spawn()
            .with_context(|| format!("could not start `{}`", program::line(&command)))?;
        let said = child.stdout.take().map(first_line).transpose()?.unwrap_or_default();
        let said: Value = serde_json::from_str(&said).context("the simulator did not say where it is")?;
        let text = |name: &str| said[name].as_str().unwrap_or_default();
        let url = format!("{}/{}", text("base_url"), text("organization"));
        Ok(Self {
            child,
            replay: None,
            said,
            url,
        })
    }

    /// Puts in front of it what answers for it without its sums, after so many milliseconds.
    pub fn replayed(mut self, profile: &str, latency_ms: u64) -> Result<Self> {
        let mut command = Command::new(folders::built(profile, "examples/replay_azure_devops"));
        command.args([&self.url, self.token(), &latency_ms.to_string()]);
        command.stdout(Stdio::piped());
        let mut replay = command
            .spawn()
            .with_context(|| format!("could not start `{}`", program::line(&command)))?;
        let url = replay.stdout.take().map(first_line).transpose()?.unwrap_or_default();
        self.replay = Some(replay);
        self.url = url.trim().to_owned();
        if self.url.is_empty() {
            bail!("the replay did not say where it is");
        }
        Ok(self)
    }

    /// `http://127.0.0.1:8181/harbour`
    pub fn organization_url(&self) -> &str {
        &self.url
    }

    /// The token a connection is made with.
    pub fn token(&self) -> &str {
        self.said["tokens"][0]["token"].as_str().unwrap_or_default()
    }

    /// The last `n` people of it with their tokens: those it was told to have beside its own.
    pub fn guests(&self, n: usize) -> impl Iterator<Item = Value> {
        let tokens = self.said["tokens"].as_array().map_or(&[][..], Vec::as_slice);
        tokens[tokens.len().saturating_sub(n)..].iter().cloned()
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.replay.iter_mut().for_each(stop);
        stop(&mut self.child);
    }
}

/// The smallest server of a board.
pub struct BoardReference {
    child: Child,
    /// Where it listens.
    pub url: String,
    _folder: Temporary,
}

impl BoardReference {
    /// Starts one without a board.
    pub fn start(profile: &str) -> Result<Self> {
        let folder = Temporary::make("reference")?;
        let (child, url) = start_example(profile, "board_reference", &folder.join("board.db"))?;
        Ok(Self {
            child,
            url,
            _folder: folder,
        })
    }
}

impl Drop for BoardReference {
    fn drop(&mut self) {
        stop(&mut self.child);
    }
}

/// The smallest receiver of notifications.
pub struct IntakeReference {
    child: Child,
    /// Where it listens.
    pub url: String,
    _folder: Temporary,
}

impl IntakeReference {
    /// Starts one that has kept nothing yet.
    pub fn start(profile: &str) -> Result<Self> {
        let folder = Temporary::make("reference")?;
        let (child, url) = start_example(profile, "intake_reference", &folder.join("notices.db"))?;
        Ok(Self {
            child,
            url,
            _folder: folder,
        })
    }
}

impl Drop for IntakeReference {
    fn drop(&mut self) {
        stop(&mut self.child);
    }
}

/// Starts an example that takes the file of its database and prints its address.
fn start_example(profile: &str, name: &str, database: &Path) -> Result<(Child, String)> {
    let mut command = Command::new(folders::built(profile, &format!("examples/{name}")));
    command.arg(database).stdout(Stdio::piped());
    let mut child = command
        .spawn()
        .with_context(|| format!("could not start `{}`", program::line(&command)))?;
    let url = child.stdout.take().map(first_line).transpose()?.unwrap_or_default();
    let url = url.trim().to_owned();
    if url.is_empty() {
        bail!("the reference did not say where it is");
    }
    Ok((child, url))
}

/// A Lockstep of its own, with an empty database.
pub struct Server {
    child: Child,
    port: u16,
    poll_ms: u64,
    /// Where it listens.
    pub url: String,
    /// The one-time code of its set-up.
    pub code: String,
    folder: Temporary,
}

impl Server {
    /// Starts one that may reach this machine and never polls by itself.
    pub fn start(profile: &str) -> Result<Self> {
        Self::start_polling(profile, 3_600_000)
    }

    /// Starts one that may reach this machine and polls so often.
    pub fn start_polling(profile: &str, poll_ms: u64) -> Result<Self> {
        let folder = Temporary::make("bench")?;
        let port = loopback::free_port()?;
        let mut child = serve(profile, port, poll_ms, &folder)?;
        let stderr = child.stderr.take().context("its standard error is ours")?;
        let code = set_up_code(stderr)?;
        loopback::wait_until_ready(&mut child, port, "/readyz")?;
        Ok(Self {
            child,
            port,
            poll_ms,
            url: format!("http://127.0.0.1:{port}"),
            code,
            folder,
        })
    }

    /// Kills it and starts it with what it has, until it answers.
    pub fn start_again(&mut self, profile: &str) -> Result<()> {
        stop(&mut self.child);
        self.child = serve(profile, self.port, self.poll_ms, &self.folder)?;
        let stderr = self.child.stderr.take().context("its standard error is ours")?;
        pass_on(BufReader::new(stderr).lines());
        loopback::wait_closely(&mut self.child, self.port, "/readyz")
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The file of its database.
    pub fn database(&self) -> PathBuf {
        self.folder.join("lockstep.sqlite3")
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }
}

fn serve(profile: &str, port: u16, poll_ms: u64, folder: &Path) -> Result<Child> {
    let mut command = program::lockstep(profile, ["serve", "--log", "warn"]);
    command.arg("--listen").arg(format!("127.0.0.1:{port}"));
    command.arg("--data-dir").arg(folder);
    command.env("LOCKSTEP_ALLOW_LOOPBACK_ADDRESSES", "true");
    command.env("LOCKSTEP_POLL_INTERVAL_MS", poll_ms.to_string());
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    command
        .spawn()
        .with_context(|| format!("could not start `{}`", program::line(&command)))
}

impl Drop for Server {
    fn drop(&mut self) {
        stop(&mut self.child);
    }
}

fn first_line(from: impl std::io::Read) -> Result<String> {
    let mut line = String::new();
    BufReader::new(from).read_line(&mut line)?;
    Ok(line)
}

/// Finds the code among what the server says, and goes on reading so that it never waits for us.
fn set_up_code(from: impl std::io::Read + Send + 'static) -> Result<String> {
    let mut lines = BufReader::new(from).lines();
    let code = lines.by_ref().map_while(Result::ok).find_map(|line| {
        let (_, code) = line.split_once("code=")?;
        Some(code.trim().to_owned())
    });
    let Some(code) = code else {
        bail!("the server did not say how it is set up");
    };
    pass_on(lines);
    Ok(code)
}

/// Goes on reading, so that the server never waits for us.
fn pass_on(lines: impl Iterator<Item = std::io::Result<String>> + Send + 'static) {
    std::thread::spawn(move || {
        for line in lines.map_while(Result::ok) {
            eprintln!("   lockstep: {line}");
        }
    });
}

fn stop(child: &mut Child) {
    // Nothing of it is kept, so it need not be asked first.
    let _is_stopped = child.kill();
    let _has_ended = child.wait();
}
