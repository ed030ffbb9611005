//! Microsoft's own example answers, read by the client's own methods.

use std::path::PathBuf;

use azdo::{Creation, FeedStart, Identity, Rev, SubscriptionSpec, Tree, Update, WorkItemId, field};
use serde_json::Value;

use crate::microsoft::{folder, read_json};
use crate::support::{Script, json as answer, run};

/// Runs `check` with every example answer of a folder whose file name begins with `prefix`.
fn each(area: &str, prefix: &str, mut check: impl FnMut(&str, &Value)) {
    let Some(folder) = folder("examples") else { return };
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder.join(area))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let mut n_checked = 0;
    for file in files {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        if !name.starts_with(prefix) {
            continue;
        }
        let example = read_json(&file);
        let body = &example["responses"]["200"]["body"];
        if body.is_object() {
            check(&name, body);
            n_checked += 1;
        }
    }
    assert!(n_checked > 0, "no example {area}/{prefix}*");
}

fn script(body: &Value) -> Script {
    Script::of([answer(200, body.clone())])
}

fn number(value: &Value) -> i64 {
    value.as_i64().or_else(|| value.as_str()?.parse().ok()).unwrap()
}

fn n_entries(body: &Value) -> usize {
    body["value"].as_array().unwrap().len()
}

fn n_members(value: &Value) -> usize {
    value.as_object().map_or(0, serde_json::Map::len) + value.as_array().map_or(0, Vec::len)
}

#[test]
fn work_items_are_read_one_by_one() {
    each("wit", "workItems__GET__wit_WorkItems_id", |name, body| {
        if body.get("value").is_some() {
            return;
        }
        let item = run(script(body).client().work_item(WorkItemId(number(&body["id"])))).unwrap();
        assert_eq!(
            (item.rev.0, item.fields.len()),
            (number(&body["rev"]), n_members(&body["fields"])),
            "{name}"
        );
        assert_eq!(item.relations.len(), n_members(&body["relations"]), "{name}");
    });
}

#[test]
fn work_items_are_read_in_batches() {
    for prefix in ["workItems__GET__wit_WorkItems_ids", "workItemsBatch__POST"] {
        each("wit", prefix, |name, body| {
            let ids: Vec<_> = body["value"]
                .as_array()
                .unwrap()
                .iter()
                .map(|i| WorkItemId(number(&i["id"])))
                .collect();
            let items = run(script(body).client().work_items(&ids)).unwrap();
            let mut distinct = ids.clone();
            distinct.sort();
            distinct.dedup();
            assert_eq!(items.len(), distinct.len(), "{name}");
        });
    }
}

#[test]
fn written_work_items_are_read_with_their_relations() {
    each("wit", "workItems__PATCH", |name, body| {
        let id = WorkItemId(number(&body["id"]));
        let item = run(script(body).client().update_work_item(id, &Update::at(Rev(1)), false)).unwrap();
        assert_eq!(item.relations.len(), n_members(&body["relations"]), "{name}");
    });
    each("wit", "workItems__POST", |name, body| {
        let item = run(script(body)
            .client()
            .create_work_item("P", "Task", &Creation::new(), false))
        .unwrap();
        assert_eq!(item.id.0, number(&body["id"]), "{name}");
    });
}

#[test]
fn deleted_and_restored_work_items_are_read() {
    // The examples of a delete answer 204 without a body; see `a_delete_answers_with_204_or_a_description`.
    each("wit", "recycleBin__GET__wit_recyclebin__id_", |name, body| {
        let deleted = run(script(body).client().deleted_work_item(WorkItemId(number(&body["id"]))))
            .unwrap()
            .unwrap();
        assert!(
            deleted.name.is_some() && deleted.project.is_some() && deleted.deleted_by.is_some(),
            "{name}"
        );
    });
    each("wit", "recycleBin__PATCH", |_, body| {
        run(script(body).client().restore_work_item(WorkItemId(number(&body["id"])))).unwrap();
    });
}

#[test]
fn updates_are_read_with_fields_and_relations() {
    each("wit", "updates__GET__list", |name, body| {
        let entries = body["value"].as_array().unwrap();
        let id = WorkItemId(number(&entries[0]["workItemId"]));
        let updates = run(script(body).client().updates(id)).unwrap();
        assert_eq!(updates.len(), entries.len(), "{name}");
        for entry in entries {
            let update = updates.iter().find(|update| update.id == number(&entry["id"])).unwrap();
            assert_eq!(update.rev.0, number(&entry["rev"]), "{name}");
            assert_eq!(update.fields.len(), n_members(&entry["fields"]), "{name}");
            assert_eq!(
                update.relations.added.len(),
                n_members(&entry["relations"]["added"]),
                "{name}"
            );
            assert_eq!(
                update.relations.removed.len(),
                n_members(&entry["relations"]["removed"]),
                "{name}"
            );
            assert_ne!(update.revised_by, Identity::default(), "{name}");
        }
    });
}

#[test]
fn queries_are_read() {
    each("wit", "wiql__GET", |name, body| {
        let ids = run(script(body).client().query(None, "q", None)).unwrap();
        assert!(!ids.is_empty(), "{name}");
        assert!(
            body["workItems"].is_null() || ids.len() == n_members(&body["workItems"]),
            "{name}"
        );
    });
}

#[test]
fn both_feeds_are_read() {
    let from = FeedStart::Token("0".into());
    let mut n_dated = 0;
    each("wit", "workItemRevisions__", |name, body| {
        let page = run(script(body).client().revisions_feed(&from)).unwrap();
        assert_eq!(page.values.len(), n_members(&body["values"]), "{name}");
        assert!(page.continuation_token.is_some(), "{name}");
        // Some examples ask for fields that leave the date out.
        let dated = page
            .values
            .iter()
            .filter(|v| v.fields.contains_key(&field::CHANGED_DATE.into()));
        assert!(dated.clone().all(|v| v.changed_us().is_some()), "{name}");
        n_dated += dated.count();
    });
    each("wit", "workItemLinks__", |name, body| {
        let page = run(script(body).client().links_feed(&from)).unwrap();
        assert_eq!(page.values.len(), n_members(&body["values"]), "{name}");
        assert!(page.continuation_token.is_some(), "{name}");
        assert!(
            page.values
                .iter()
                .all(|v| v.changed_us().is_some() && v.source_id != v.target_id),
            "{name}"
        );
    });
    assert!(n_dated > 0 || folder("examples").is_none());
}

#[test]
fn nodes_are_read_with_those_below() {
    fn n_nodes(node: &Value) -> usize {
        1 + node["children"]
            .as_array()
            .into_iter()
            .flatten()
            .map(n_nodes)
            .sum::<usize>()
    }
    fn n_read(node: &azdo::ClassificationNode) -> usize {
        1 + node.children.iter().map(n_read).sum::<usize>()
    }
    for prefix in [
        "classificationNodes__GET__wit_classificationNodes_areas",
        "classificationNodes__GET__wit_classificationNodes_iter",
    ] {
        each("wit", prefix, |name, body| {
            let root = run(script(body).client().classification_nodes("P", Tree::Areas, 2)).unwrap();
            assert_eq!(n_read(&root), n_nodes(body), "{name}");
        });
    }
}

#[test]
fn types_states_and_fields_are_read() {
    let states = serde_json::json!({"value": [{"name": "New", "category": "Proposed"}]});
    each("wit", "workItemTypes__GET__wit_workItemTypes-", |name, body| {
        check_types(name, body, &states)
    });
    each("wit", "workItemTypes__GET__wit_workItemTypes@", |name, body| {
        check_types(name, body, &states)
    });
    each("wit", "workItemTypeStates__GET", |name, body| {
        let read = run(script(body).client().work_item_type_states("P", "Bug")).unwrap();
        assert_eq!(read.len(), n_entries(body), "{name}");
        assert!(
            read.iter()
                .all(|s| s.color.is_some() && s.category != azdo::StateCategory::Unknown),
            "{name}"
        );
    });
    each("wit", "fields__GET__wit_fields-", |name, body| {
        let fields = run(script(body).client().fields("P")).unwrap();
        assert_eq!(fields.len(), n_entries(body), "{name}");
        assert!(
            fields
                .iter()
                .any(|f| f.reference_name.as_str() == field::TITLE && !f.is_read_only),
            "{name}"
        );
    });
    each("wit", "workItemRelationTypes__GET__relation_types", |name, body| {
        let types = run(script(body).client().relation_types()).unwrap();
        let waits = types
            .iter()
            .find(|one| one.reference_name == "System.LinkTypes.Dependency-Reverse")
            .unwrap_or_else(|| panic!("{name}"));
        assert_eq!(
            (waits.name.as_str(), waits.topology.as_deref(), waits.is_forward),
            ("Predecessor", Some("dependency"), false),
            "{name}"
        );
        assert_eq!(
            waits.opposite.as_deref(),
            Some("System.LinkTypes.Dependency-Forward"),
            "{name}"
        );
    });
}

fn check_types(name: &str, body: &Value, states: &Value) {
    let answers = std::iter::once(body).chain(std::iter::repeat_n(states, n_entries(body)));
    let script = Script::of(answers.map(|body| answer(200, body.clone())));
    let types = run(script.client().work_item_types("P")).unwrap();
    assert_eq!(types.len(), n_entries(body), "{name}");
    let bug = types.iter().find(|t| t.name == "Bug").unwrap();
    assert!(
        bug.color.is_some() && !bug.states.is_empty() && !bug.transitions.is_empty(),
        "{name}"
    );
    assert!(
        bug.fields.iter().any(|f| f.reference_name.as_str() == field::TITLE),
        "{name}"
    );
}

#[test]
fn projects_teams_and_members_are_read() {
    each("core", "projects__GET", |name, body| {
        assert_eq!(
            run(script(body).client().projects()).unwrap().len(),
            n_entries(body),
            "{name}"
        );
    });
    each("core", "teams__GET__projects__projectId__teams-", |name, body| {
        assert_eq!(
            run(script(body).client().teams("P")).unwrap().len(),
            n_entries(body),
            "{name}"
        );
    });
    each("core", "members__GET", |name, body| {
        let members = run(script(body).client().team_members("P", "T")).unwrap();
        assert_eq!(members.len(), n_entries(body), "{name}");
        assert!(
            members.iter().all(|m| m.id.is_some() && m.unique_name.is_some()),
            "{name}"
        );
    });
}

#[test]
fn what_a_team_has_set_is_read() {
    // There is no example of reading team settings; a PATCH answers with the same shape.
    each("work", "teamsettings__PATCH", |name, body| {
        let settings = run(script(body).client().team_settings("P", "T")).unwrap();
        assert_eq!(settings.working_days.len(), n_members(&body["workingDays"]), "{name}");
        let bugs = azdo::BugsBehavior::parse(body["bugsBehavior"].as_str().unwrap());
        assert_eq!(settings.bugs_behavior, bugs, "{name}");
        assert!(settings.backlog_iteration.is_some(), "{name}");
    });
    each(
        "work",
        "iterations__GET__work_teamsettings_iterations__timeframe",
        |name, body| {
            let iterations = run(script(body).client().team_iterations("P", "T")).unwrap();
            assert_eq!(iterations.len(), n_members(&body["values"]), "{name}");
            assert!(
                iterations.iter().all(|i| !i.id.is_empty() && i.start_date.is_none()),
                "{name}"
            );
        },
    );
    each("work", "teamFieldValues__", |name, body| {
        let areas = run(script(body).client().team_field_values("P", "T")).unwrap();
        assert_eq!(areas.field, field::AREA_PATH, "{name}");
        assert_eq!(areas.values.len(), n_members(&body["values"]), "{name}");
        assert!(areas.default_value.is_some(), "{name}");
    });
}

#[test]
fn capacities_and_days_off_are_read() {
    for prefix in [
        "capacities__GET__work_teamsettings_iterations__iterationId__capacities-",
        "capacities__PUT__",
    ] {
        each("work", prefix, |name, body| {
            let capacities = run(script(body).client().team_capacities("P", "T", "i")).unwrap();
            let listed = if body["value"].is_array() {
                &body["value"]
            } else {
                &body["values"]
            };
            assert_eq!(capacities.len(), n_members(listed), "{name}");
            for (capacity, entry) in capacities.iter().zip(listed.as_array().unwrap()) {
                let hours = entry["activities"].as_array().unwrap().iter();
                let hours: f64 = hours.map(|a| a["capacityPerDay"].as_f64().unwrap()).sum();
                assert_eq!(capacity.per_day, hours, "{name}");
                assert_eq!(capacity.days_off.len(), n_members(&entry["daysOff"]), "{name}");
            }
        });
    }
    each("work", "teamDaysOff__", |name, body| {
        let days = run(script(body).client().team_days_off("P", "T", "i")).unwrap();
        assert_eq!(days.len(), n_members(&body["daysOff"]), "{name}");
    });
}

#[test]
fn the_process_says_which_types_are_on_which_level() {
    each("work", "processConfiguration__", |name, body| {
        let backlogs = run(script(body).client().process_configuration("P")).unwrap();
        assert_eq!(
            backlogs.portfolio.len(),
            n_members(&body["portfolioBacklogs"]),
            "{name}"
        );
        assert_eq!(backlogs.features().unwrap().work_item_types, ["Feature"], "{name}");
        let with_bugs = backlogs.requirement_types(azdo::BugsBehavior::AsRequirements);
        assert_eq!(with_bugs, ["User Story", "Bug"], "{name}");
        assert_eq!(
            backlogs.requirement_types(azdo::BugsBehavior::AsTasks),
            ["User Story"],
            "{name}"
        );
        let effort = backlogs.effort_field.as_ref().map(azdo::FieldName::as_str);
        assert_eq!(effort, Some("Microsoft.VSTS.Scheduling.StoryPoints"), "{name}");
    });
}

#[test]
fn saved_queries_are_read_with_their_folders() {
    fn n_queries(queries: &[azdo::SavedQuery]) -> usize {
        queries.iter().map(|query| 1 + n_queries(&query.children)).sum()
    }
    fn n_listed(entries: &Value) -> usize {
        let entries = entries.as_array().into_iter().flatten();
        entries.map(|entry| 1 + n_listed(&entry["children"])).sum()
    }
    each("wit", "queries__GET__wit_queries__depth-1", |name, body| {
        // Folders that go deeper are asked for one by one, and hold nothing more here.
        let deeper = serde_json::json!({"id": "f", "name": "f", "isFolder": true, "hasChildren": false});
        let answers = std::iter::once(body).chain(std::iter::repeat_n(&deeper, 20));
        let script = Script::of(answers.map(|body| answer(200, body.clone())));
        let queries = run(script.client().saved_queries("P")).unwrap();
        assert_eq!(n_queries(&queries), n_listed(&body["value"]), "{name}");
        assert!(queries.iter().all(|query| query.is_folder), "{name}");
    });
    each("wit", "queries__GET__wit_queries__queryId_", |name, body| {
        let query = run(script(body).client().saved_query("P", "q")).unwrap();
        assert_eq!(query.path, body["path"].as_str().unwrap(), "{name}");
        assert_eq!(query.wiql.as_deref(), body["wiql"].as_str(), "{name}");
    });
    each("wit", "wiql__GET", |name, body| {
        let ids = run(script(body).client().run_saved_query("P", "q")).unwrap();
        assert!(!ids.is_empty(), "{name}");
    });
}

#[test]
fn subscriptions_are_read() {
    let spec = SubscriptionSpec::new(None, "workitem.created", "https://l.example/h", "u", "s").unwrap();
    each("hooks", "subscriptions__GET", |name, body| {
        let subscriptions = run(script(body).client().subscriptions()).unwrap();
        assert_eq!(subscriptions.len(), n_entries(body), "{name}");
        assert!(subscriptions.iter().all(|s| s.created_by.is_some()), "{name}");
    });
    each("hooks", "subscriptions__POST", |name, body| {
        let made = run(script(body).client().create_subscription(&spec)).unwrap();
        assert_eq!(made.url.as_deref(), body["consumerInputs"]["url"].as_str(), "{name}");
        assert!(made.project_id.is_some(), "{name}");
    });
    each("hooks", "subscriptions__PUT", |name, body| {
        let replaced = run(script(body).client().update_subscription("s", &spec)).unwrap();
        assert_eq!(replaced.id, body["id"].as_str().unwrap(), "{name}");
    });
}

#[test]
fn a_mask_is_never_taken_for_a_secret() {
    for secret in ["", "********", "*"] {
        assert!(SubscriptionSpec::new(None, "workitem.created", "https://l.example/h", "u", secret).is_err());
    }
}
