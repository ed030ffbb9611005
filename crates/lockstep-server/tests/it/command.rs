//! The command line: what an operator runs beside the server.

use std::process::{Command, Output, Stdio};

use lockstep_server::reset_password;

use crate::torture::Server;
use crate::world::{PASSWORD, World, postgres_url};

/// The program, with nothing of what the machine has set.
pub fn lockstep() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lockstep"));
    // What the machine has set must not reach the test's server.
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("LOCKSTEP_")) {
        command.env_remove(name);
    }
    command
}

/// Runs a command on the folder and the database of a server.
pub fn on(server: &Server, words: &[&str]) -> Output {
    let mut command = lockstep();
    command
        .args(words)
        .arg("--data-dir")
        .arg(server.folder.path().join("data"));
    command.env("LOCKSTEP_ALLOW_LOOPBACK_ADDRESSES", "true");
    if !server.database.is_empty() {
        command.args(["--database", &server.database]);
    }
    command.output().unwrap()
}

/// What a command printed, on both ways out.
pub fn said(output: &Output) -> String {
    [&output.stdout, &output.stderr]
        .map(|text| String::from_utf8_lossy(text))
        .concat()
}

#[test]
fn openapi_prints_the_document_and_nothing_else() {
    let output = lockstep().arg("openapi").output().unwrap();
    assert!(output.status.success());
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    assert_eq!(output.stderr, b"");
}

#[test]
fn a_setting_that_can_not_be_read_is_named_in_one_line() {
    let output = lockstep().args(["--listen", "nowhere"]).output().unwrap();
    assert!(!output.status.success());
    let line = String::from_utf8(output.stderr).unwrap();
    assert!(line.contains("listen") && line.contains("the command line"), "{line}");
    assert_eq!(line.lines().count(), 1, "{line}");
}

#[test]
fn the_readme_names_every_setting_and_no_other() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md")).unwrap();
    let mut written: Vec<&str> = readme
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once("` |"))
        .map(|(name, _)| name)
        .collect();
    let config = serde_json::to_value(lockstep_server::config::Config::default()).unwrap();
    let mut known: Vec<&str> = config.as_object().unwrap().keys().map(String::as_str).collect();
    written.sort_unstable();
    known.sort_unstable();
    assert_eq!(written, known);
}

#[test]
fn the_demo_fills_itself_with_the_sample_plan_or_a_generated_one() {
    use std::io::{BufRead, BufReader};
    for cards in [&[][..], &["--cards", "40"]] {
        let mut command = lockstep();
        command.args(["demo", "--port", "0", "--no-open"]).args(cards);
        let mut demo = command.stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(demo.stderr.take().unwrap()).lines();
        let told: Vec<String> = lines
            .map_while(Result::ok)
            .take_while(|line| !line.contains("Nothing leaves"))
            .collect();
        demo.kill().unwrap();
        demo.wait().unwrap();
        assert!(
            told.iter().any(|line| line.contains("/demo?key=")),
            "{cards:?}: {told:?}"
        );
    }
}

#[cfg(unix)]
#[test]
fn the_server_ends_well_on_sigterm_and_keeps_others_out_until_then() {
    use std::io::{BufRead, BufReader};
    let folder = tempfile::tempdir().unwrap();
    let data_dir = folder.path().join("data");
    let arguments = ["--listen", "127.0.0.1:0", "--data-dir", data_dir.to_str().unwrap()];
    let mut first = lockstep().args(arguments).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(first.stderr.take().unwrap()).lines();
    let setup = lines
        .find_map(|line| line.ok().filter(|line| line.contains("/setup?code=")))
        .unwrap();
    assert!(setup.trim().starts_with("http://127.0.0.1:"));

    let second = lockstep().args(arguments).output().unwrap();
    assert!(!second.status.success());
    assert!(
        String::from_utf8(second.stderr)
            .unwrap()
            .contains("another Lockstep works with this database")
    );

    let kill = Command::new("kill")
        .args(["-TERM", &first.id().to_string()])
        .status()
        .unwrap();
    assert!(kill.success());
    assert!(first.wait().unwrap().success());
    let left: Vec<String> = lines.map_while(Result::ok).collect();
    assert!(left.iter().any(|line| line.contains("Stopped")), "{left:?}");
    // The log was folded into the file.
    assert!(!data_dir.join("lockstep.sqlite3-wal").exists());
}

#[tokio::test]
async fn a_reset_password_lets_one_in_and_ends_what_was_open() {
    for database in [Some(String::new()), postgres_url().await].into_iter().flatten() {
        let world = World::start(database, |_config, _flavour| {}).await;
        let admin = world.admin().await;
        let bob = world.member(&admin, "Bob", "member").await;
        admin
            .patch(
                &format!("/api/members/{}", bob.my_id().await),
                serde_json::json!({"is_active": false}),
            )
            .await
            .expect(200);
        let cookie = admin.cookie();
        let (_folder, config) = world.pause().await;

        let reset = reset_password::reset(&config, "BOB@example.org", None).await.unwrap();
        reset_password::reset(&config, "ada@example.org", Some("another train of thought".into()))
            .await
            .unwrap();
        assert!(
            reset_password::reset(&config, "ada@example.org", Some("short".into()))
                .await
                .is_err()
        );
        assert!(
            reset_password::reset(&config, "nobody@example.org", None)
                .await
                .is_err()
        );

        let world = World::start(config.database.clone(), |_config, _flavour| {}).await;
        let visitor = world.visitor();
        visitor.set_cookie(cookie);
        visitor.get("/api/members").await.expect(401);
        visitor.sign_in("ada@example.org", PASSWORD).await.expect(401);
        visitor
            .sign_in("ada@example.org", "another train of thought")
            .await
            .expect(200);
        let made = secrecy::ExposeSecret::expose_secret(&reset.unwrap()).to_owned();
        visitor.sign_in("bob@example.org", &made).await.expect(200);
        let company = lockstep_server::ids::CompanyId(world.app.store.companies().await.unwrap()[0].id);
        assert_eq!(world.app.store.audit_break(company).await.unwrap(), None);
        world.stop().await;
    }
}
