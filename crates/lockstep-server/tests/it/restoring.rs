//! A backup taken while the server serves, and the way back from it while Azure DevOps has gone on.

use std::path::Path;
use std::time::Duration;

use lockstep_server::app::now_us;
use lockstep_server::simulator::{SimulatorConfig, SimulatorHandle, spawn};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::command::{on, said};
use crate::torture::{MARA, Person, Server, TOM, connect, items, made_by_lockstep, person, there};
use crate::world::{PASSWORD, postgres_url};

const TITLE: &str = "System.Title";

/// Makes an action item.
async fn make(browser: &Person, title: &str) -> String {
    let id = Uuid::now_v7().to_string();
    browser
        .act("/api/action-items", json!({"id": id, "title": title}))
        .await;
    id
}

async fn push(browser: &Person, connection: &str, item: &str) {
    let push =
        json!({"id": Uuid::now_v7(), "connection_id": connection, "project_id": "Harbour", "work_item_type": "Task"});
    browser.act(&format!("/api/action-items/{item}/push"), push).await;
}

/// A member who has stored no token of their own.
async fn without_token(server: &Server, admin: &Person, name: &str, email: &str) -> Person {
    let member = json!({"name": name, "email": email, "role": "member", "password": PASSWORD});
    admin.act("/api/members", member).await;
    let person = server.visitor();
    person
        .act("/api/sign-in", json!({"email": email, "password": PASSWORD}))
        .await;
    person
}

async fn store_token(person: &Person, connection: &str, token: &str) {
    let path = format!("/api/me/tokens/{connection}");
    while person.send("PUT", &path, json!({"token": token})).await.is_none() {}
}

async fn edit(browser: &Person, item: &str, title: &str) {
    let edit = json!({"id": Uuid::now_v7(), "changes": {"title": title}});
    browser.act(&format!("/api/action-items/{item}/edits"), edit).await;
}

async fn say(browser: &Person, item: &str, text: &str) {
    let comment = json!({"id": Uuid::now_v7(), "text": text});
    browser
        .act(&format!("/api/action-items/{item}/comments"), comment)
        .await;
}

async fn enable(admin: &Person, connection: &str, is_enabled: bool) {
    admin
        .send(
            "PATCH",
            &format!("/api/connections/{connection}"),
            json!({"is_enabled": is_enabled}),
        )
        .await
        .unwrap();
}

async fn until_nothing_waits(browser: &Person) -> Value {
    loop {
        let sync = browser.get("/api/sync").await;
        if sync["waiting"] == json!([]) {
            return sync;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

fn number(items: &std::collections::BTreeMap<String, Value>, id: &str) -> i64 {
    items[id]["work_item"]["id"].as_i64().expect("it has a work item")
}

/// How often something was said, by whomever.
fn times_said(simulator: &SimulatorHandle, id: i64, text: &str) -> usize {
    let sim = simulator.sim();
    let of_it = sim.ground_truth().iter().filter(|accepted| accepted.work_item_id == id);
    let said = of_it.filter_map(|accepted| accepted.fields.get("System.History"));
    said.filter(|(_was, now)| now.as_str().is_some_and(|now| now.contains(text)))
        .count()
}

/// The story of a restore. `back_up` keeps the database as it is, `restore` brings it back and marks it.
async fn story(database: String, back_up: impl Fn(&Server), restore: impl Fn(&Server)) {
    let simulator = spawn(SimulatorConfig::default()).await.unwrap();
    let mut server = Server::start(database).await;
    let admin = server.set_up().await;
    let connection = connect(&simulator, &server, &admin).await;
    let mara = person(&simulator, &server, &admin, &connection, "Mara Lindqvist", MARA).await;
    let tom = without_token(&server, &admin, "Tom Okafor", TOM).await;
    let [known, moved] = [make(&mara, "known").await, make(&mara, "moved").await];
    push(&mara, &connection, &known).await;
    push(&mara, &connection, &moved).await;
    let late = make(&mara, "pushed after the backup").await;
    let created = make(&mara, "created after the backup").await;
    until_nothing_waits(&mara).await;

    // What the backup holds open: nothing of it can be sent just now. A creation waits for its author's token.
    push(&tom, &connection, &created).await;
    enable(&admin, &connection, false).await;
    edit(&mara, &known, "known, renamed").await;
    say(&mara, &known, "said once").await;
    edit(&mara, &moved, "moved, by us").await;
    back_up(&server);

    // The time after: all of it is carried out, and somebody goes on from there.
    enable(&admin, &connection, true).await;
    store_token(&tom, &connection, simulator.token("Tom Okafor")).await;
    push(&mara, &connection, &late).await;
    until_nothing_waits(&mara).await;
    let before = items(&mara).await;
    let number_late = number(&before, &late);
    let number_created = number(&before, &created);
    edit(&mara, &created, "created, and renamed since").await;
    until_nothing_waits(&mara).await;
    let n_moved = number(&before, &moved);
    simulator
        .sim()
        .person_update(now_us(), TOM, n_moved, &[(TITLE, json!("moved, by Tom"))])
        .unwrap();
    let n_made = made_by_lockstep(&simulator).len();
    server.kill();

    restore(&server);
    server.run().await;
    let connections = admin.get("/api/connections").await;
    let health = &connections[0]["health"];
    assert!(
        health["to_reconcile"].as_i64().is_some_and(|n| n > 0),
        "it says what is to be read again: {connections}"
    );
    let written_before = simulator.sim().ground_truth().len();
    enable(&admin, &connection, true).await;
    store_token(&tom, &connection, simulator.token("Tom Okafor")).await;
    push(&mara, &connection, &late).await;
    let sync = until_nothing_waits(&mara).await;

    assert_eq!(sync["needs_decision"], json!([]), "all of it had been carried out");
    let after = items(&mara).await;
    assert_eq!(made_by_lockstep(&simulator).len(), n_made, "nothing is made twice");
    assert_eq!(
        number(&after, &created),
        number_created,
        "and is paired again with what it was"
    );
    assert_eq!(
        number(&after, &late),
        number_late,
        "so is what was first pushed after the backup"
    );
    assert_eq!(after[&created]["title"], "created, and renamed since");
    assert_eq!(
        there(&simulator, n_moved, TITLE),
        "moved, by Tom",
        "nothing newer is overwritten"
    );
    let n_known = number(&after, &known);
    assert_eq!(there(&simulator, n_known, TITLE), "known, renamed");
    assert_eq!(times_said(&simulator, n_known, "said once"), 1);
    assert_eq!(
        simulator.sim().ground_truth().len(),
        written_before,
        "nothing was left to write"
    );
    let connections = admin.get("/api/connections").await;
    assert_eq!(connections[0]["health"]["to_reconcile"], Value::Null);
    edit(&mara, &known, "life goes on").await;
    until_nothing_waits(&mara).await;
    assert_eq!(there(&simulator, n_known, TITLE), "life goes on");
    server.kill();
    simulator.stop().await;
}

fn backup_file(server: &Server) -> String {
    server.folder.path().join("backup.sqlite3").display().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_sqlite_reads_first_and_makes_and_overwrites_nothing() {
    let back_up = |server: &Server| {
        let file = backup_file(server);
        let made = on(server, &["backup", "--to", &file]);
        assert!(made.status.success(), "{}", said(&made));
        assert!(
            !on(server, &["backup", "--to", &file]).status.success(),
            "a backup overwrites nothing"
        );
        let refused = on(server, &["restore", "--from", &file, "--replace"]);
        assert!(
            said(&refused).contains("another Lockstep works with this database"),
            "{}",
            said(&refused)
        );
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        }
    };
    let restore = |server: &Server| {
        let file = backup_file(server);
        let refused = on(server, &["restore", "--from", &file]);
        assert!(said(&refused).contains("--replace"), "{}", said(&refused));
        let nonsense = server.folder.path().join("nonsense");
        std::fs::write(&nonsense, "no database at all, but long enough to be looked into").unwrap();
        let from = nonsense.display().to_string();
        assert!(!on(server, &["restore", "--from", &from, "--replace"]).status.success());
        let done = on(server, &["restore", "--from", &file, "--replace"]);
        assert!(done.status.success(), "{}", said(&done));
        assert!(said(&done).contains("reads 2 work items again"), "{}", said(&done));
        let kept = names(&server.folder.path().join("data"));
        assert!(kept.iter().any(|name| name.contains("before-restore")), "{kept:?}");
        assert!(kept.iter().all(|name| !name.contains("restoring")), "{kept:?}");
    };
    story(String::new(), back_up, restore).await;
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    entries
        .map(|entry| entry.unwrap().file_name().display().to_string())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_postgresql_does_the_same_once_it_is_told() {
    let Some(url) = postgres_url().await else { return };
    let copy = format!("{url}_backup");
    let back_up = |server: &Server| {
        let refused = on(server, &["backup", "--to", &backup_file(server)]);
        assert!(said(&refused).contains("pg_dump"), "{}", said(&refused));
        copy_database(&url, &copy);
    };
    let restore = |server: &Server| {
        copy_database(&copy, &url);
        let done = on(server, &["restored"]);
        assert!(done.status.success(), "{}", said(&done));
    };
    story(url.clone(), back_up, restore).await;
}

/// Makes a database a copy of another one, as `pg_dump` and `pg_restore` would. Whoever is on either is sent away.
fn copy_database(from: &str, to: &str) {
    use sqlx::{ConnectOptions, Connection, Executor};
    let name = |url: &str| url.rsplit('/').next().unwrap().to_owned();
    let (from_name, to_name) = (name(from), name(to));
    let mut server = url::Url::parse(from).unwrap();
    server.set_path("postgres");
    let options: sqlx::postgres::PgConnectOptions = server.as_str().parse().unwrap();
    let copying = async move {
        let mut connection = options.connect().await.unwrap();
        let send_away = format!("select pg_terminate_backend(pid) from pg_stat_activity where datname = '{from_name}'");
        let gone = format!("drop database if exists {to_name} with (force)");
        let copied = format!("create database {to_name} template {from_name}");
        connection
            .execute(sqlx::query(sqlx::AssertSqlSafe(gone)))
            .await
            .unwrap();
        // A server that is running comes back at once, and only a database without anybody on it can be copied.
        for _ in 0..200 {
            connection
                .execute(sqlx::query(sqlx::AssertSqlSafe(send_away.clone())))
                .await
                .unwrap();
            if connection
                .execute(sqlx::query(sqlx::AssertSqlSafe(copied.clone())))
                .await
                .is_ok()
            {
                break;
            }
        }
        connection.close().await.unwrap();
    };
    // The story is told in a runtime of its own.
    std::thread::spawn(|| tokio::runtime::Runtime::new().unwrap().block_on(copying))
        .join()
        .unwrap();
}
