//! `cargo xtask shots`: the demo in a browser, every page in every width and theme, as pictures in `shots/`.

use std::process::{Child, Command, ExitCode};

use anyhow::{Context, Result, bail};

use crate::step::step;
use crate::{chromium, demo, folders, loopback, program};

/// Builds the demo, starts it on a free port, takes the pictures, stops it.
pub fn run() -> Result<ExitCode> {
    let Some(browser) = chromium::find() else {
        bail!("a Chromium is needed: install one, or name it in {}", chromium::SETTING);
    };
    demo::build()?;
    let port = loopback::free_port()?;
    let mut server = Server::start(port)?;
    let folder = folders::root().join("shots");
    step("Taking screenshots into shots/", || {
        loopback::wait_until_ready(&mut server.0, port, "/healthz")?;
        let mut shots = program::node(["e2e/shots.mjs"]);
        shots.env("LOCKSTEP_URL", format!("http://127.0.0.1:{port}"));
        shots.env("LOCKSTEP_SHOTS", &folder).env(chromium::SETTING, &browser);
        program::run(&mut shots)
    })?;
    Ok(ExitCode::SUCCESS)
}

/// The demo that we started, stopped when we are done with it.
struct Server(Child);

impl Server {
    fn start(port: u16) -> Result<Self> {
        let mut command = demo::serve(&demo::Options {
            port: Some(port),
            no_open: true,
            ..demo::Options::default()
        });
        Ok(Self(command.spawn().with_context(|| {
            format!("could not start `{}`", program::line(&command))
        })?))
    }
}

impl Drop for Server {
    /// Asks first, for the demo takes its folder away when it ends.
    fn drop(&mut self) {
        let is_asked = cfg!(unix) && program::output(Command::new("kill").arg(self.0.id().to_string())).is_ok();
        if !is_asked {
            let _ = self.0.kill();
        }
        let _ = self.0.wait();
    }
}
