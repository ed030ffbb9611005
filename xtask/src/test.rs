//! `cargo xtask test`: every check there is, the same at home and in CI.
//!
//! Lanes run beside each other: the one with npm, the one with cargo, and the simulation, which keeps one core busy. Those
//! with npm and cargo meet before the server is compiled (which looks at `web/dist`), all of them before the browser
//! journeys. Everything runs to its end, so that one run tells all.
//! The last line is `N passed, N failed`.

use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::Instant;

use anyhow::Result;

use crate::postgres::{self, Postgres};
use crate::program::{self, cargo, node, npm};
use crate::report::{Output, Report};
use crate::tally::Summary;
use crate::{chromium, folders, layout, licences, openapi, simulate, web};

/// Seeds of the simulation in a plain test run: what fits its time.
const N_SEEDS: u64 = 2000;

/// Runs everything and says the count.
pub fn run() -> Result<ExitCode> {
    let started = Instant::now();
    let report = Report::new(is_ci());
    let postgres = report.provide("PostgreSQL", Postgres::find_or_start);
    let browser = std::thread::scope(|lanes| {
        let (built, is_built) = std::sync::mpsc::channel();
        let report = &report;
        let web_lane = lanes.spawn(move || {
            build_web(report);
            // Nobody waits any more if the other lane is gone.
            let _ = built.send(());
            check_web(report);
            report.provide("Chromium", || Ok(chromium::find()))
        });
        check_rust_without_the_server(report);
        lanes.spawn(|| simulate_seeds(report));
        let _ = is_built.recv();
        check_rust_with_the_server(report, postgres.as_ref());
        web_lane.join().expect("the web lane doesn't panic")
    });
    report.check("Generated files are fresh", openapi::stale_files);
    browser_journeys(&report, browser);
    drop(postgres);
    Ok(report.close(started))
}

/// Whether what is missing must fail rather than be skipped.
fn is_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| value == "true" || value == "1")
}

fn build_web(report: &Report) {
    let node_is_usable = report.check("Node.js", || web::check_node().map(|()| Vec::new()));
    if !node_is_usable {
        return;
    }
    if !web::has_packages().unwrap_or(false)
        && report.program(
            Output::WhenDone,
            "npm ci",
            &mut npm(["ci", "--no-fund", "--no-audit"]),
            Summary::None,
        )
        && let Err(error) = web::keep_installed()
    {
        eprintln!("   {error:#}");
    }
    let made_from = web::source_fingerprint();
    if report.program(
        Output::WhenDone,
        "Web client: build",
        &mut npm(["run", "--silent", "build"]),
        Summary::None,
    ) && let Err(error) = made_from.and_then(|made_from| web::keep_built(&made_from))
    {
        eprintln!("   {error:#}");
    }
}

fn check_web(report: &Report) {
    let run = |title: &str, command: &mut Command, summary| report.program(Output::WhenDone, title, command, summary);
    run(
        "Web client: types",
        &mut npm(["run", "--silent", "typecheck"]),
        Summary::None,
    );
    run("Web client: lint", &mut npm(["run", "--silent", "lint"]), Summary::None);
    run(
        "Web client: format",
        &mut npm(["run", "--silent", "format:check"]),
        Summary::None,
    );
    run(
        "Web client: tests",
        &mut npm(["run", "--silent", "test"]),
        Summary::Vitest,
    );
}

fn check_rust_without_the_server(report: &Report) {
    report.check("Layout and licences", || {
        let printed = program::output(&mut cargo(["metadata", "--format-version", "1", "--locked"]))?;
        let metadata = serde_json::from_str(&printed)?;
        let mut problems = layout::problems(&metadata)?;
        problems.extend(licences::problems(&metadata)?);
        Ok(problems)
    });
    let run = |title: &str, command: &mut Command, summary| report.program(Output::AsItComes, title, command, summary);
    run(
        "Format (cargo fmt)",
        &mut cargo(["fmt", "--all", "--check"]),
        Summary::None,
    );
    let planted = simulate::Options {
        is_planted: true,
        ..Default::default()
    };
    run(
        "Simulation: planted bugs are found",
        &mut simulate::command(&planted),
        Summary::CargoTest,
    );
}

/// Its program was built for the planted bugs, so it holds up nobody who compiles.
fn simulate_seeds(report: &Report) {
    let seeds = simulate::Options {
        n_seeds: Some(N_SEEDS),
        ..Default::default()
    };
    let title = format!("Simulation: {N_SEEDS} seeds");
    report.program(
        Output::WhenDone,
        &title,
        &mut simulate::command(&seeds),
        Summary::CargoTest,
    );
}

fn check_rust_with_the_server(report: &Report, postgres: Option<&Postgres>) {
    let run = |title: &str, command: &mut Command, summary| report.program(Output::AsItComes, title, command, summary);
    let mut clippy = cargo(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]);
    run("Lint (cargo clippy)", &mut clippy, Summary::None);
    let mut doc = cargo(["doc", "--workspace", "--no-deps", "--document-private-items"]);
    run(
        "Documentation (cargo doc)",
        // Private items are documented, so links to them lead somewhere.
        doc.env("RUSTDOCFLAGS", "-D warnings -A rustdoc::private_intra_doc_links"),
        Summary::None,
    );

    let has_nextest = program::output(&mut cargo(["nextest", "--version"])).is_ok();
    // The simulation ran already, optimised.
    let (mut tests, summary) = if has_nextest {
        let mut tests = cargo([
            "nextest",
            "run",
            "--workspace",
            "--no-fail-fast",
            "--status-level",
            "slow",
        ]);
        tests.args(["-E", &format!("not test(={})", simulate::TEST)]);
        (tests, Summary::Nextest)
    } else {
        let mut tests = cargo(["test", "--workspace", "--lib", "--bins", "--tests", "--no-fail-fast"]);
        tests.args(["--", "--skip", simulate::TEST]);
        (tests, Summary::CargoTest)
    };
    match postgres {
        Some(postgres) => tests.env(postgres::SETTING, postgres.url()),
        None => tests.env_remove(postgres::SETTING),
    };
    run("Tests on SQLite and PostgreSQL", &mut tests, summary);
    run(
        "Examples in the documentation",
        &mut cargo(["test", "--doc", "--workspace", "--quiet"]),
        Summary::None,
    );
    if program::output(&mut cargo(["machete", "--version"])).is_ok() {
        run(
            "Unused dependencies (cargo machete)",
            &mut cargo(["machete"]),
            Summary::None,
        );
    }
}

fn browser_journeys(report: &Report, browser: Option<PathBuf>) {
    let Some(browser) = browser else { return };
    // One after the other: each brings programs and people of its own.
    let mut journeys = node(["--test", "--test-concurrency=1", "--test-reporter=spec"]);
    // The tests needed the server's program, so cargo has built it.
    journeys
        .args(web::journeys())
        .env(chromium::SETTING, browser)
        .env("LOCKSTEP_SERVER", folders::built("debug", "lockstep"));
    report.program(Output::AsItComes, "Browser journeys", &mut journeys, Summary::NodeTest);
}
