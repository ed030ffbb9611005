//! The `lockstep` binary: reads the arguments and the settings, then serves.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Parser, Subcommand};
use lockstep_server::app::{App, Flavour};
use lockstep_server::config::{Config, ConfigError};
use lockstep_server::demo::{self, DemoArgs};
use lockstep_server::live::relay;
use lockstep_server::simulator::{self, SimulatorArgs};
use lockstep_server::sync::driver;
use lockstep_server::sync_health::old_conflicts;
use lockstep_server::{api, backup, logs, reconcile, reset_password, serve};
use serde::Serialize;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// Planning that stays in step with Azure DevOps.
#[derive(Parser)]
#[command(version, about, args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    settings: Settings,
}

/// Settings that are often given by hand; every other one goes into the file or the environment.
#[derive(Args, Serialize)]
struct Settings {
    /// TOML file with settings.
    #[arg(long, env = "LOCKSTEP_CONFIG")]
    #[serde(skip)]
    config: Option<PathBuf>,
    /// Address and port to listen on [default: 127.0.0.1:8484].
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    listen: Option<String>,
    /// Address under which browsers reach the server.
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    public_url: Option<String>,
    /// Folder for the database file.
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    data_dir: Option<PathBuf>,
    /// Path of a SQLite file or a postgres:// address.
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    database: Option<String>,
    /// What to log, such as `info` or `debug`.
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    log: Option<String>,
    /// How to log: `text` or `json`.
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    log_format: Option<String>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve (also without any command).
    Serve(Settings),
    /// Serve with sample data and a simulated Azure DevOps, on this machine alone.
    Demo(DemoArgs),
    /// Serve a simulated Azure DevOps, to try Lockstep out against.
    SimulateAzureDevops(SimulatorArgs),
    /// Copy the database into a new file, while the server serves.
    Backup {
        /// The file to write; it must not be there yet.
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
        #[command(flatten)]
        settings: Settings,
    },
    /// Put a backup in the place of the database. Lockstep then reads everything again before it writes anything.
    Restore {
        /// The backup.
        #[arg(long, value_name = "FILE")]
        from: PathBuf,
        /// Keep a database that is there aside and take its place.
        #[arg(long)]
        replace: bool,
        #[command(flatten)]
        settings: Settings,
    },
    /// Say that the database was restored by other means, such as pg_restore: the same care is taken.
    Restored(Settings),
    /// Hold what Lockstep believes against what Azure DevOps has, and change nothing. Ends with 2 where they differ.
    Reconcile {
        /// Say what differs and change nothing; the server itself puts it right as it reads.
        #[arg(long, required = true)]
        dry_run: bool,
        /// Only the connection with this label.
        #[arg(long, value_name = "NAME")]
        connection: Option<String>,
        /// Print both values of each field that differs. They are your plan: keep them to yourself.
        #[arg(long)]
        values: bool,
        #[command(flatten)]
        settings: Settings,
    },
    /// Print the OpenAPI document.
    Openapi,
    /// People's access, from the command line.
    #[command(subcommand)]
    User(UserCommand),
}

#[derive(Subcommand)]
enum UserCommand {
    /// Set a new password, give access again and end all sessions of one person.
    ResetPassword {
        /// The person's e-mail address.
        email: String,
        /// Read the new password from standard input instead of making one.
        #[arg(long)]
        password_stdin: bool,
        #[command(flatten)]
        settings: Settings,
    },
}

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("lockstep: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> anyhow::Result<ExitCode> {
    let Arguments { command, settings } = Arguments::parse();
    let done = match command.unwrap_or(Command::Serve(settings)) {
        Command::Openapi => {
            // Printed before anything else can write a line.
            println!("{}", api::openapi().to_pretty_json()?);
            Ok(())
        }
        Command::Serve(settings) => {
            let config = settings.read()?;
            block_on(&config.clone(), serve_until_stopped(config))
        }
        Command::Demo(arguments) => block_on(&quiet(), demo::run(arguments)),
        Command::SimulateAzureDevops(arguments) => block_on(&Config::default(), simulator::run(arguments)),
        Command::Backup { to, settings } => {
            let config = settings.read()?;
            block_on(&quieter(&config), backup::back_up(&config, &to))
        }
        Command::Restore {
            from,
            replace,
            settings,
        } => {
            let config = settings.read()?;
            block_on(&quieter(&config), backup::restore(&config, &from, replace))
        }
        Command::Restored(settings) => {
            let config = settings.read()?;
            block_on(&quieter(&config), backup::restored(&config))
        }
        Command::Reconcile {
            connection,
            values,
            settings,
            ..
        } => {
            let config = settings.read()?;
            let is_equal = block_on(&quieter(&config), reconcile::run(config, connection.as_deref(), values))?;
            return Ok(if is_equal { ExitCode::SUCCESS } else { ExitCode::from(2) });
        }
        Command::User(UserCommand::ResetPassword {
            email,
            password_stdin,
            settings,
        }) => {
            let config = settings.read()?;
            block_on(&config, reset_password::run(&config, &email, password_stdin))
        }
    };
    done.map(|()| ExitCode::SUCCESS)
}

impl Settings {
    fn read(&self) -> Result<Config, ConfigError> {
        Config::read(self.config.as_deref(), self)
    }
}

/// In a demo the two addresses are what there is to read.
fn quiet() -> Config {
    Config {
        log: "warn".to_owned(),
        ..Config::default()
    }
}

/// What a command says it prints; of the log, warnings will do.
fn quieter(config: &Config) -> Config {
    Config {
        log: "warn".to_owned(),
        ..config.clone()
    }
}

/// Runs `work` to its end, with logs and TLS ready.
fn block_on<T>(config: &Config, work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    logs::start(config);
    logs::keep_panics_discreet();
    let _is_first = rustls::crypto::ring::default_provider().install_default();
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(work)
}

async fn serve_until_stopped(mut config: Config) -> anyhow::Result<()> {
    let listener = TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("listening on {}", config.listen))?;
    // Port 0 asks the system for a free one.
    config.now_listening_on(listener.local_addr()?);
    let app = App::open(config, Flavour::default()).await?;
    serve::stop_on_signal(&app)?;
    match app.setup_url() {
        // Not a log line: it holds a secret, and only the one who starts the server should read it.
        Some(url) => eprintln!("\n  Set up Lockstep here, once:\n  {url}\n"),
        None => eprintln!("\n  Lockstep is at {}\n", app.config.public_url),
    }
    let mut tasks = JoinSet::new();
    tasks.spawn(driver::run(app.clone()));
    tasks.spawn(relay::run(app.clone()));
    tasks.spawn(old_conflicts::run(app.clone()));
    serve::run(app, listener, tasks).await
}
