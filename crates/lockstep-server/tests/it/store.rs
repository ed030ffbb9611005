//! The store's own promises, on both databases.

use lockstep_server::ids::{CompanyId, MemberId};
use lockstep_server::live::Noun;
use lockstep_server::store::audit::AuditEntry;
use lockstep_server::store::{Db, On, Store, StoreError, statements};
use serde_json::json;
use sqlx::Row as _;
use sqlx::{AssertSqlSafe, Executor, SqlSafeStr};
use uuid::Uuid;

use crate::world::{World, on_both};

#[tokio::test]
async fn every_statement_can_be_prepared() {
    on_both(async |world| {
        for (file, statements) in statements() {
            for statement in statements {
                let outcome = match world.app.store.db() {
                    Db::Sqlite { write, .. } => write.prepare(statement.text.sqlite.into_sql_str()).await.map(|_| ()),
                    Db::Pg(pool) => pool.prepare(statement.text.postgres.into_sql_str()).await.map(|_| ()),
                };
                if let Err(error) = outcome {
                    panic!("{file}::{}: {error}", statement.name);
                }
            }
        }
    })
    .await;
}

/// Tables that grow with what a company plans, and with time.
const LARGE: [&str; 6] = ["work_items", "edits", "cards", "notices", "attempts", "observations"];
/// Indexes of the few rows that are not done: walking through one is quick.
const FEW: [&str; 3] = ["edits_unsettled_by_connection", "edits_open_by_item", "attempts_open"];
/// Statements that are meant to look at everything: seldom asked, or a count of what an index alone has.
const MEANT: [(&str, &str); 7] = [
    ("action_items", "ASSIGNEES"),
    ("action_items", "AUTHORS"),
    ("attempts", "RECENT"),
    ("cards", "N_OF_BOARDS"),
    ("notices", "OF_CONNECTION"),
    ("restores", "NEWEST"),
    ("work_items", "OF_COMPANY"),
];

#[tokio::test]
async fn no_statement_walks_through_a_large_table() {
    let world = World::start(String::new(), |_config, _flavour| {}).await;
    let Db::Sqlite { write, .. } = world.app.store.db() else {
        panic!("SQLite")
    };
    let mut found = Vec::new();
    for (file, statements) in statements() {
        for statement in statements {
            let explained = AssertSqlSafe(format!("explain query plan {}", statement.text.sqlite));
            let plan = sqlx::query(explained).fetch_all(write).await.unwrap();
            for row in plan {
                let step: String = row.get("detail");
                let is_of_company = step.contains("(company_id=?)");
                let words: Vec<&str> = step.split(' ').collect();
                let walks = words[0] == "SCAN" || is_of_company;
                let is_large = words.get(1).is_some_and(|table| LARGE.contains(table));
                let is_few = FEW.iter().any(|index| step.contains(index));
                if walks && is_large && !is_few && !MEANT.contains(&(file, statement.name)) {
                    found.push(format!("{file}::{}: {step}", statement.name));
                }
            }
        }
    }
    assert_eq!(found, Vec::<String>::new());
    world.stop().await;
}

#[test]
fn every_store_file_with_sql_is_in_the_list() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/store");
    let listed: Vec<&str> = statements().iter().map(|(file, _)| *file).collect();
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let text = if path.is_file() {
            std::fs::read_to_string(&path).unwrap()
        } else {
            String::new()
        };
        if name != "mod" && text.contains("sql! {") {
            assert!(
                listed.contains(&name.as_str()),
                "store/{name}.rs is missing in store/files.rs"
            );
        }
    }
}

#[test]
fn both_databases_have_the_same_migrations() {
    let names = |database: &str| {
        let folder = format!("{}/migrations/{database}", env!("CARGO_MANIFEST_DIR"));
        let mut names: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|file| file.unwrap().file_name())
            .collect();
        names.sort();
        names
    };
    assert_eq!(names("sqlite"), names("postgres"));
}

#[tokio::test]
async fn both_databases_have_the_same_tables_and_columns() {
    async fn columns(world: &World) -> Vec<(String, String)> {
        const SQLITE: &str = "select m.name, c.name from sqlite_schema m join pragma_table_info(m.name) c
            where m.type = 'table' and m.name not like '\\_sqlx%' escape '\\' and m.name not like 'sqlite\\_%' escape '\\'";
        const POSTGRES: &str = "select table_name::text, column_name::text from information_schema.columns
            where table_schema = 'public' and table_name not like '\\_sqlx%'";
        match world.app.store.db() {
            Db::Sqlite { read, .. } => sqlx::query_as(SQLITE).fetch_all(read).await.unwrap(),
            Db::Pg(pool) => sqlx::query_as(POSTGRES).fetch_all(pool).await.unwrap(),
        }
    }
    let seen = std::sync::Mutex::new(Vec::new());
    on_both(async |world| {
        let mut columns = columns(world).await;
        columns.sort();
        assert!(columns.contains(&("companies".into(), "change".into())));
        seen.lock().unwrap().push(columns);
    })
    .await;
    let seen = seen.into_inner().unwrap();
    if let [sqlite, postgres] = seen.as_slice() {
        assert_eq!(sqlite, postgres);
    }
}

#[tokio::test]
async fn sqlite_tables_are_strict_and_keep_what_was_committed_through_a_power_cut() {
    let world = World::start(String::new(), |_config, _flavour| {}).await;
    let Db::Sqlite { write, read } = world.app.store.db() else {
        panic!("SQLite")
    };
    const LAX: &str = "select name from pragma_table_list where type = 'table' and strict = 0
        and name not like '\\_sqlx%' escape '\\' and name not like 'sqlite\\_%' escape '\\'";
    let lax: Vec<String> = sqlx::query_scalar(LAX).fetch_all(read).await.unwrap();
    assert_eq!(lax, Vec::<String>::new());
    let mode: String = sqlx::query_scalar("pragma journal_mode")
        .fetch_one(write)
        .await
        .unwrap();
    // 2 is FULL.
    let synchronous: i64 = sqlx::query_scalar("pragma synchronous").fetch_one(write).await.unwrap();
    let foreign_keys: i64 = sqlx::query_scalar("pragma foreign_keys")
        .fetch_one(write)
        .await
        .unwrap();
    assert_eq!((mode.as_str(), synchronous, foreign_keys), ("wal", 2, 1));
    assert!(
        sqlx::query("delete from companies").execute(read).await.is_err(),
        "readers can't write"
    );
    world.stop().await;
}

#[tokio::test]
async fn a_transaction_that_is_dropped_leaves_no_trace() {
    on_both(async |world| {
        let store = &world.app.store;
        let company = CompanyId(Uuid::now_v7());
        let mut tx = store.begin().await.unwrap();
        tx.insert_company(company, "Northquay", 1).await.unwrap();
        drop(tx);
        assert!(store.company(company).await.unwrap().is_none());
        let mut tx = store.begin().await.unwrap();
        tx.insert_company(company, "Northquay", 1).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(store.company(company).await.unwrap().unwrap().name, "Northquay");
    })
    .await;
}

#[tokio::test]
async fn a_write_that_gets_no_turn_says_so_and_does_nothing() {
    on_both(async |world| {
        let held = world.app.store.begin().await.unwrap();
        // The clock jumps to the end of the wait instead of waiting.
        tokio::time::pause();
        let second = world.app.store.begin().await;
        tokio::time::resume();
        assert!(matches!(second.err(), Some(StoreError::Busy)));
        drop(held);
        assert!(world.app.store.begin().await.is_ok());
    })
    .await;
}

#[tokio::test]
async fn change_numbers_have_no_gap_however_many_write_at_once() {
    on_both(async |world| {
        let store = &world.app.store;
        let company = CompanyId(Uuid::now_v7());
        let mut tx = store.begin().await.unwrap();
        tx.insert_company(company, "Northquay", 1).await.unwrap();
        tx.commit().await.unwrap();
        let one = async |index: usize| {
            let mut tx = store.begin().await.unwrap();
            let change = tx
                .number_change(company, Noun::ActionItem, Uuid::now_v7())
                .await
                .unwrap();
            // Every third thinks better of it.
            if index.is_multiple_of(3) {
                drop(tx);
                return None;
            }
            tx.commit().await.unwrap();
            Some(change)
        };
        let mut numbers: Vec<i64> = futures_util::future::join_all((0..60).map(one))
            .await
            .into_iter()
            .flatten()
            .collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=40).collect::<Vec<i64>>());
        assert_eq!(store.latest_change(company).await.unwrap(), 40);
        let rows = store.changes_after(company, 0, 100).await.unwrap();
        assert_eq!(rows.iter().map(|row| row.change).collect::<Vec<_>>(), numbers);
    })
    .await;
}

#[tokio::test]
async fn a_taken_value_is_told_apart_from_other_errors() {
    on_both(async |world| {
        let store = &world.app.store;
        let company = CompanyId(Uuid::now_v7());
        let mut tx = store.begin().await.unwrap();
        tx.insert_company(company, "Northquay", 1).await.unwrap();
        let again = tx.insert_company(company, "Northquay", 1).await;
        assert!(matches!(again, Err(StoreError::Taken { .. })), "{again:?}");
    })
    .await;
}

#[tokio::test]
async fn audit_rows_can_neither_be_changed_nor_taken_out() {
    on_both(async |world| {
        let store = &world.app.store;
        let company = CompanyId(Uuid::now_v7());
        let mut tx = store.begin().await.unwrap();
        tx.insert_company(company, "Northquay", 1).await.unwrap();
        for act in ["a.b", "c.d", "e.f"] {
            let entry = AuditEntry {
                by: None::<MemberId>,
                act,
                subject: Some(Uuid::now_v7()),
                detail: json!({"n": 1}),
            };
            tx.audit(company, entry).await.unwrap();
        }
        tx.commit().await.unwrap();
        assert_eq!(store.audit_break(company).await.unwrap(), None);
        for sql in ["update audit set act = 'x'", "delete from audit where number = 2"] {
            assert!(execute(store, sql).await.is_err(), "{sql}");
        }
        // Somebody with the database's own keys takes the walls down: it shows.
        let (sqlite, postgres) = (
            "drop trigger audit_rows_are_final",
            "drop trigger audit_rows_stay on audit",
        );
        let drop = if matches!(store.db(), Db::Sqlite { .. }) {
            sqlite
        } else {
            postgres
        };
        execute(store, drop).await.unwrap();
        execute(store, "update audit set act = 'x' where number = 2")
            .await
            .unwrap();
        assert_eq!(store.audit_break(company).await.unwrap(), Some(2));
    })
    .await;
}

async fn execute(store: &Store, sql: &'static str) -> Result<(), sqlx::Error> {
    match store.db() {
        Db::Sqlite { write, .. } => sqlx::query(sql).execute(write).await.map(|_| ()),
        Db::Pg(pool) => sqlx::query(sql).execute(pool).await.map(|_| ()),
    }
}

#[tokio::test]
async fn a_database_of_a_newer_release_is_refused() {
    let world = World::start(String::new(), |_config, _flavour| {}).await;
    let insert = "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
        values (999999, 'from the future', true, x'00', 0)";
    let file = world.app.config.database.clone();
    let folder = world.folder().to_owned();
    execute(&world.app.store, insert).await.unwrap();
    // The copy stands for the same file opened by an older binary.
    let copy = folder.join("copy.sqlite3");
    let vacuum = AssertSqlSafe(format!("vacuum into '{}'", copy.display()));
    let Db::Sqlite { write, .. } = world.app.store.db() else {
        panic!("SQLite: {file}")
    };
    sqlx::query(vacuum).execute(write).await.unwrap();
    let opened = Store::open(copy.to_str().unwrap()).await;
    assert!(matches!(opened.err(), Some(StoreError::Newer { version: 999_999 })));
    world.stop().await;
}

#[tokio::test]
async fn a_transaction_that_the_database_ended_by_itself_leaves_the_next_its_turn() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("lockstep.sqlite3");
    let store = Store::open(file.to_str().unwrap()).await.unwrap();
    let mut tx = store.begin().await.unwrap();
    // As SQLite does when the disk is full.
    if let On::Sqlite(connection) = tx.on() {
        sqlx::query("rollback").execute(connection).await.unwrap();
    }
    drop(tx);
    store.begin().await.unwrap().commit().await.unwrap();
    store.close().await;
}
