//! Starting other programs.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// `cargo`, the one that runs us, in the repository's root.
pub fn cargo<const N: usize>(words: [&str; N]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(words).current_dir(crate::folders::root());
    // Cargo describes the crate it runs in these; handed on, they would be taken for the next one's own.
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("CARGO_PKG_") || name == "CARGO_MANIFEST_DIR" {
            command.env_remove(name);
        }
    }
    command
}

/// `npm` in the web folder.
pub fn npm<const N: usize>(words: [&str; N]) -> Command {
    let mut command = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    command.args(words).current_dir(crate::folders::web());
    command
}

/// `node` in the web folder.
pub fn node<const N: usize>(words: [&str; N]) -> Command {
    let mut command = Command::new("node");
    command.args(words).current_dir(crate::folders::web());
    command
}

/// Names in the environment that are for our chores. The server takes each `LOCKSTEP_` name for a setting of its own and
/// refuses those it does not know.
const OURS: [&str; 7] = [
    "LOCKSTEP_CHROMIUM",
    "LOCKSTEP_PLANTED",
    "LOCKSTEP_SEED",
    "LOCKSTEP_SEEDS",
    "LOCKSTEP_SERVER",
    "LOCKSTEP_SHOTS",
    "LOCKSTEP_URL",
];

/// The server, as cargo built it in `profile_folder`.
pub fn lockstep<const N: usize>(profile_folder: &str, words: [&str; N]) -> Command {
    let mut command = Command::new(crate::folders::built(profile_folder, "lockstep"));
    command.args(words).current_dir(crate::folders::root());
    for name in OURS {
        command.env_remove(name);
    }
    command
}

/// How the program reads on the command line, without its folder and environment.
pub fn line(command: &Command) -> String {
    let name = Path::new(command.get_program())
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    command
        .get_args()
        .fold(name, |line, word| format!("{line} {}", word.to_string_lossy()))
}

/// Runs it with our own input and output; an unsuccessful end is an error.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command
        .status()
        .with_context(|| format!("could not start `{}`", line(command)))?;
    if !status.success() {
        bail!("`{}` ended with {status}", line(command));
    }
    Ok(())
}

/// Runs it and gives its standard output; what it said on standard error is told when it fails.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command
        .output()
        .with_context(|| format!("could not start `{}`", line(command)))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("`{}` ended with {}\n{}", line(command), output.status, said.trim_end());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whether `name` can be started at all.
pub fn is_there(name: &str) -> bool {
    Command::new(name)
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Whether this process is root, as `id` says; on a system without `id`, no.
pub fn is_root() -> bool {
    output(Command::new("id").arg("-u")).is_ok_and(|uid| uid.trim() == "0")
}

/// Installs a distribution's package where that needs nobody's password: as root, with apt.
pub fn apt_install(package: &str) -> bool {
    if !is_root() || !is_there("apt-get") {
        return false;
    }
    println!("   installing {package} with apt-get");
    let mut update = Command::new("apt-get");
    update.args(["update", "-qq"]);
    let mut install = Command::new("apt-get");
    install
        .args(["install", "-y", "-qq", "--no-install-recommends", package])
        .env("DEBIAN_FRONTEND", "noninteractive");
    for command in [&mut update, &mut install] {
        if let Err(error) = output(command) {
            eprintln!("   {error:#}");
            return false;
        }
    }
    true
}
