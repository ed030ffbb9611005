//! The repository's own rules that no compiler knows: which crate may use which, where SQL lives, what is never written.
//!
//! Source: ADR 0005 (crates and their arrows), ADR 0004 (one SQL text on two databases).

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::{folders, program};

/// Our crates and those of ours that each may use, tests left out. A new arrow gets an ADR.
const ARROWS: [(&str, &[&str]); 5] = [
    ("azdo", &[]),
    ("azdo-sim", &[]),
    ("lockstep-sync", &["azdo"]),
    ("lockstep-server", &["azdo", "azdo-sim", "lockstep-sync"]),
    ("xtask", &[]),
];

/// Crates of ours that think and never act: no socket, no file, no database, no clock.
const PURE: [&str; 3] = ["azdo", "azdo-sim", "lockstep-sync"];

/// What opens sockets, databases or threads; none may be below a pure crate.
const ACTING: [&str; 17] = [
    "async-std",
    "axum",
    "curl",
    "diesel",
    "hyper",
    "hyper-util",
    "isahc",
    "mio",
    "native-tls",
    "openssl",
    "postgres",
    "reqwest",
    "rusqlite",
    "rustls",
    "smol",
    "tokio",
    "ureq",
];

/// Where SQL lives.
const STORE: &str = "crates/lockstep-server/src/store";

/// Every broken rule, one line each.
pub fn problems(metadata: &Value) -> Result<Vec<String>> {
    let mut problems = arrows_between_crates(metadata);
    problems.extend(acting_crates_below_pure_ones(metadata));
    problems.extend(several_sqlx(metadata));
    problems.extend(migrations_that_differ()?);
    for path in tracked_files()? {
        let Ok(text) = fs::read_to_string(folders::root().join(&path)) else {
            continue;
        };
        problems.extend(sql_outside_the_store(&path, &text));
        problems.extend(machine_paths(&path, &text));
        problems.extend(download_addresses(&path, &text));
    }
    Ok(problems)
}

fn packages(metadata: &Value) -> impl Iterator<Item = &Value> {
    metadata["packages"].as_array().into_iter().flatten()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

fn arrows_between_crates(metadata: &Value) -> Vec<String> {
    let allowed: BTreeMap<_, _> = ARROWS.into_iter().collect();
    let mut problems = Vec::new();
    for package in packages(metadata).filter(|package| package["source"].is_null()) {
        let name = text(package, "name");
        let Some(may_use) = allowed.get(name) else {
            problems.push(format!(
                "crate {name} is new: it needs an ADR and a line in xtask/src/layout.rs"
            ));
            continue;
        };
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let used = text(dependency, "name");
            let is_for_tests = text(dependency, "kind") == "dev";
            // The simulator and the client share nothing, not even in tests: only Microsoft's files bind them.
            let may_in_tests = is_for_tests && name != "azdo-sim" && name != "azdo";
            if allowed.contains_key(used) && !may_use.contains(&used) && !may_in_tests {
                problems.push(format!("{name} uses {used}: a new arrow between crates needs an ADR"));
            }
        }
    }
    problems
}

fn acting_crates_below_pure_ones(metadata: &Value) -> Vec<String> {
    let names: BTreeMap<&str, &str> = packages(metadata)
        .map(|package| (text(package, "id"), text(package, "name")))
        .collect();
    let nodes = metadata["resolve"]["nodes"].as_array().into_iter().flatten();
    let below: BTreeMap<&str, Vec<&str>> = nodes
        .map(|node| (text(node, "id"), shipped_dependencies(node)))
        .collect();
    let mut problems = Vec::new();
    for (id, pure) in names.iter().filter(|(_, name)| PURE.contains(name)) {
        let mut reached = BTreeSet::new();
        let mut waiting = vec![*id];
        while let Some(id) = waiting.pop() {
            if reached.insert(id) {
                waiting.extend(below.get(id).into_iter().flatten());
            }
        }
        for name in reached.iter().filter_map(|id| names.get(id)) {
            if ACTING.contains(name) || name.starts_with("sqlx") {
                problems.push(format!("{pure} reaches {name}: it must do no I/O"));
            }
        }
    }
    problems
}

/// Those that end up in the product: not the ones of tests and build scripts.
fn shipped_dependencies(node: &Value) -> Vec<&str> {
    let dependencies = node["deps"].as_array().into_iter().flatten();
    let shipped = dependencies.filter(|dependency| {
        dependency["dep_kinds"]
            .as_array()
            .into_iter()
            .flatten()
            .any(|kind| kind["kind"].is_null())
    });
    shipped.map(|dependency| text(dependency, "pkg")).collect()
}

/// A second one brings an older SQLite without any error.
fn several_sqlx(metadata: &Value) -> Vec<String> {
    let versions: BTreeSet<_> = packages(metadata)
        .filter(|package| text(package, "name") == "sqlx-core")
        .map(|package| text(package, "version"))
        .collect();
    if versions.len() > 1 {
        vec![format!("several sqlx in Cargo.lock: {versions:?}")]
    } else {
        Vec::new()
    }
}

fn migrations_that_differ() -> Result<Vec<String>> {
    let folder = folders::root().join("crates/lockstep-server/migrations");
    let names = |database: &str| -> Result<BTreeSet<String>> {
        let inside = fs::read_dir(folder.join(database)).with_context(|| format!("no migrations/{database}"))?;
        inside
            .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
            .collect()
    };
    let (sqlite, postgres) = (names("sqlite")?, names("postgres")?);
    Ok(sqlite
        .symmetric_difference(&postgres)
        .map(|name| format!("migration {name} is there for one database alone"))
        .collect())
}

fn tracked_files() -> Result<Vec<String>> {
    let mut git = Command::new("git");
    git.args(["ls-files", "--cached", "--others", "--exclude-standard", "-z"])
        .current_dir(folders::root());
    let listed = program::output(&mut git)?;
    Ok(listed
        .split('\0')
        .filter(|path| !path.is_empty())
        .map(str::to_owned)
        .collect())
}

/// The types that rows are made of may be named anywhere; speaking to a database may not.
fn sql_outside_the_store(path: &str, text: &str) -> Vec<String> {
    let is_ours_to_judge = path.starts_with("crates/") && path.ends_with(".rs") && path.contains("/src/");
    if !is_ours_to_judge || path.starts_with(STORE) {
        return Vec::new();
    }
    let is_sql = |line: &str| {
        let line = line.trim_start().to_lowercase();
        let speaks = ["insert into ", "delete from ", "create table ", "alter table "]
            .iter()
            .any(|words| line.contains(words));
        !line.starts_with("//") && (speaks || line.replace("sqlx::types::", "").contains("sqlx::"))
    };
    lines_where(text, is_sql)
        .map(|at| format!("{path}:{at}: SQL belongs in {STORE}"))
        .collect()
}

fn machine_paths(path: &str, text: &str) -> Vec<String> {
    // Spelled in halves, or this file would name them too.
    let homes = [
        ("/ro", "ot/"),
        ("/ho", "me/"),
        ("/Us", "ers/"),
        ("/wo", "rk/main"),
        ("/wo", "rk/shared"),
        ("C:\\Us", "ers"),
    ];
    let homes = homes.map(|(start, end)| format!("{start}{end}"));
    let names_one = |line: &str| homes.iter().any(|home| starts_a_path(line, home));
    lines_where(text, names_one)
        .map(|at| format!("{path}:{at}: a path of somebody's machine"))
        .collect()
}

/// `home` counts where a path begins, not inside an address such as `https://host` followed by it.
fn starts_a_path(line: &str, home: &str) -> bool {
    line.match_indices(home).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || "._-})".contains(c))
    })
}

/// A lock file must serve everybody, whatever registry they use.
fn download_addresses(path: &str, text: &str) -> Vec<String> {
    if path.ends_with("package-lock.json") && text.contains("\"resolved\": \"http") {
        return vec![format!(
            "{path} names download addresses: npm must be told to omit them"
        )];
    }
    Vec::new()
}

fn lines_where(text: &str, holds: impl Fn(&str) -> bool) -> impl Iterator<Item = usize> {
    text.lines()
        .enumerate()
        .filter(move |(_, line)| holds(line))
        .map(|(index, _)| index + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_arrow_that_no_adr_knows_is_named() {
        let metadata = json!({ "packages": [
            { "name": "azdo-sim", "source": null, "dependencies": [{ "name": "azdo", "kind": "dev" }] },
            { "name": "lockstep-sync", "source": null, "dependencies": [{ "name": "azdo-sim", "kind": "dev" }] },
            { "name": "helper", "source": null, "dependencies": [] },
        ]});
        let problems = arrows_between_crates(&metadata);
        assert_eq!(problems.len(), 2);
        assert!(problems[0].starts_with("azdo-sim uses azdo:"));
        assert!(problems[1].starts_with("crate helper is new"));
    }

    #[test]
    fn an_acting_crate_below_a_pure_one_is_named_unless_only_tests_use_it() {
        let kinds = |kind: Value| json!([{ "kind": kind }]);
        let metadata = json!({
            "packages": [
                { "id": "a", "name": "azdo" }, { "id": "b", "name": "between" },
                { "id": "t", "name": "tokio" }, { "id": "h", "name": "hyper" },
            ],
            "resolve": { "nodes": [
                { "id": "a", "deps": [
                    { "pkg": "b", "dep_kinds": kinds(Value::Null) }, { "pkg": "h", "dep_kinds": kinds(json!("dev")) },
                ] },
                { "id": "b", "deps": [{ "pkg": "t", "dep_kinds": kinds(Value::Null) }] },
            ] },
        });
        assert_eq!(
            acting_crates_below_pure_ones(&metadata),
            ["azdo reaches tokio: it must do no I/O"]
        );
    }

    #[test]
    fn sql_is_allowed_in_the_store_alone() {
        let statement = "let text = \"INSERT INTO items values ($1)\";";
        assert_eq!(
            sql_outside_the_store("crates/lockstep-server/src/demo.rs", statement).len(),
            1
        );
        assert!(sql_outside_the_store("crates/lockstep-server/src/store/items.rs", statement).is_empty());
        assert!(sql_outside_the_store("crates/lockstep-server/src/demo.rs", "// insert into the list").is_empty());
    }

    #[test]
    fn a_path_of_a_machine_is_named_and_an_address_is_not() {
        let path = format!("open(\"/ho{}\")", "me/ann/x");
        assert_eq!(
            machine_paths("README.md", &path),
            ["README.md:1: a path of somebody's machine"]
        );
        let address = format!("https://example.org/ho{}", "me/x");
        assert!(machine_paths("README.md", &address).is_empty());
    }
}
