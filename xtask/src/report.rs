//! What a run of checks came to: it runs them, tells how each ended, and keeps the count.
//!
//! Two lanes may report at once. A lane's step is told in one piece, or as it comes for the one lane that may.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, ExitCode, Stdio};
use std::sync::Mutex;
use std::time::Instant;

use anyhow::{Context, Result};

use crate::program;
use crate::step::seconds;
use crate::tally::{Count, Summary};

/// Whose output may be shown as it comes: that of one lane, or two programs would talk at once.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// For the one lane that may talk at any time.
    AsItComes,
    /// In one piece, and only if it failed.
    WhenDone,
}

/// What the run came to so far; both lanes write to it.
pub struct Report {
    is_ci: bool,
    results: Mutex<Results>,
}

#[derive(Default)]
struct Results {
    count: Count,
    failures: Vec<String>,
    skips: Vec<String>,
}

impl Report {
    /// An empty one. In CI what is missing fails.
    pub fn new(is_ci: bool) -> Self {
        Self {
            is_ci,
            results: Mutex::default(),
        }
    }

    fn results(&self) -> std::sync::MutexGuard<'_, Results> {
        self.results.lock().expect("nobody panics while counting")
    }

    fn add(&self, title: &str, count: Count) -> bool {
        let mut results = self.results();
        results.count += count;
        if count.failed > 0 {
            results.failures.push(title.to_owned());
        }
        count.failed == 0
    }

    /// Finds or starts what some tests need. Missing, it fails in CI and is skipped, loudly, elsewhere.
    pub fn provide<T>(&self, title: &str, find: impl FnOnce() -> Result<Option<T>>) -> Option<T> {
        println!("== {title}");
        let found = match find() {
            Ok(found) => found,
            Err(error) => {
                println!("   {error:#}");
                None
            }
        };
        if found.is_none() {
            println!(
                "   THERE IS NO {title} HERE: what needs it is {}",
                if self.is_ci { "failed" } else { "skipped" }
            );
            if self.is_ci {
                self.add(title, Count { passed: 0, failed: 1 });
            } else {
                self.results().skips.push(format!("everything that needs {title}"));
            }
        }
        found
    }

    /// A check of our own: it holds when it names no problem.
    pub fn check(&self, title: &str, problems: impl FnOnce() -> Result<Vec<String>>) -> bool {
        let started = Instant::now();
        let problems = problems().unwrap_or_else(|error| vec![format!("{error:#}")]);
        let has_passed = problems.is_empty();
        let mut text = format!("== {title}\n");
        for problem in &problems {
            text += &format!("   {problem}\n");
        }
        say(&format!("{text}{}", ending(has_passed, started)));
        self.add(
            title,
            Count {
                passed: u32::from(has_passed),
                failed: u32::from(!has_passed),
            },
        )
    }

    /// A program that is a check, or a suite of them.
    pub fn program(&self, output: Output, title: &str, command: &mut Command, summary: Summary) -> bool {
        let started = Instant::now();
        let heading = format!("== {title}: {}\n", program::line(command));
        if output == Output::AsItComes {
            say(&heading);
        }
        let (printed, has_succeeded) = match watch(command, output == Output::AsItComes) {
            Ok(result) => result,
            Err(error) => {
                eprintln!("   {error:#}");
                (String::new(), false)
            }
        };
        let count = summary.count(&printed, has_succeeded);
        let mut end = ending(count.failed == 0, started);
        if summary != Summary::None {
            end.insert_str(3, &format!("{} passed, {} failed: ", count.passed, count.failed));
        }
        match output {
            Output::AsItComes => say(&end),
            // What passed needs no words of its own.
            Output::WhenDone if count.failed == 0 => say(&format!("{heading}{end}")),
            Output::WhenDone => say(&format!("{heading}{printed}{end}")),
        }
        self.add(title, count)
    }

    /// Says what was skipped and failed, then the one closing line.
    pub fn close(self, started: Instant) -> ExitCode {
        let results = self.results.into_inner().expect("nobody panicked while counting");
        println!("\n== all of it took {}", seconds(started.elapsed()));
        for skip in &results.skips {
            println!("   SKIPPED: {skip}");
        }
        for failure in &results.failures {
            println!("   FAILED: {failure}");
        }
        println!("{} passed, {} failed", results.count.passed, results.count.failed);
        if results.count.failed == 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
}

fn ending(has_passed: bool, started: Instant) -> String {
    format!(
        "   {} in {}\n",
        if has_passed { "passed" } else { "FAILED" },
        seconds(started.elapsed())
    )
}

/// One write, so that the other lane can't come between.
fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    // With nobody left to read it there is nobody to tell.
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Runs it; gives what it printed on both outputs and whether it succeeded.
fn watch(command: &mut Command, is_shown: bool) -> Result<(String, bool)> {
    command
        .env("NO_COLOR", "1")
        .env_remove("FORCE_COLOR")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command
        .spawn()
        .with_context(|| format!("could not start `{}`", program::line(command)))?;
    let outputs = (
        child.stdout.take().expect("it is piped"),
        child.stderr.take().expect("it is piped"),
    );
    let printed = Mutex::new(String::new());
    std::thread::scope(|readers| {
        readers.spawn(|| collect(outputs.0, &printed, is_shown));
        readers.spawn(|| collect(outputs.1, &printed, is_shown));
    });
    let status = child.wait()?;
    Ok((printed.into_inner().expect("a reader doesn't panic"), status.success()))
}

fn collect(output: impl std::io::Read, printed: &Mutex<String>, is_shown: bool) {
    let mut reader = BufReader::new(output);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).is_ok_and(|n_bytes| n_bytes > 0) {
        let text = String::from_utf8_lossy(&line).into_owned();
        if is_shown {
            say(&text);
        }
        printed.lock().expect("a reader doesn't panic").push_str(&text);
        line.clear();
    }
}
