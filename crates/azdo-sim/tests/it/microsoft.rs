//! The simulator's answers held against Microsoft's own specifications, and its routes against their list of locations.
//!
//! Structure only: every member an answer has must be one the specification names (or one listed here, with a reason),
//! and of its type. Without the files the tests say so on stderr and check nothing.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use azdo_sim::MemberCapacity;

use crate::spec::{Spec, folder, read};
use crate::world::{MARA, START_US, TOM, World, likely};

/// A world where everything there is to show is there.
fn full() -> (World, i64, i64) {
    let mut world = likely();
    world.sim.add_team("Harbour", "Quay", &[TOM, MARA]);
    let node = world.sim.iterations("Harbour")[2].id;
    world.sim.set_team_iterations("Harbour", "Quay", &[node]);
    let day = |day: &str| (day.to_owned(), day.to_owned());
    world.sim.set_capacities(
        "Harbour",
        "Quay",
        node,
        vec![MemberCapacity {
            person: TOM.to_owned(),
            activities: vec![("Development".to_owned(), 6.0)],
            days_off: vec![day("2026-10-14")],
        }],
    );
    world
        .sim
        .set_team_days_off("Harbour", "Quay", node, vec![day("2026-10-16")]);
    for path in ["Shared Queries/PI/All", "My Queries/Mine"] {
        let wiql = "SELECT [System.Id], [System.Title] FROM workitems ORDER BY [System.Id] DESC";
        world.sim.save_query(START_US, MARA, "Harbour", path, wiql).unwrap();
    }
    let (a, b) = (world.create("Feature", "A"), world.create("User Story", "B"));
    world.add_link(a, "System.LinkTypes.Hierarchy-Forward", b);
    world.patch(
        a,
        &json!([
            {"op": "add", "path": "/fields/System.History", "value": "Hello"},
            {"op": "add", "path": "/fields/System.AssignedTo", "value": TOM},
            {"op": "add", "path": "/fields/System.Tags", "value": "yard"},
        ]),
    );
    (world, a, b)
}

#[test]
fn work_items_have_the_specified_shape() {
    let Some(spec) = Spec::load("wit") else { return };
    let (mut world, a, b) = full();
    spec.check("WorkItem", &world.item(a), "get");
    spec.check_list(
        "WorkItem",
        &world.get(&format!("_apis/wit/workitems?ids={a},{b}&$expand=all")),
    );
    spec.check_list(
        "WorkItem",
        &world.post("_apis/wit/workitemsbatch", &json!({"ids": [a, b]})).json(),
    );
    spec.check_list(
        "WorkItemUpdate",
        &world.get(&format!("_apis/wit/workitems/{a}/updates")),
    );
    spec.check_list("WorkItem", &world.get(&format!("_apis/wit/workitems/{a}/revisions")));
    spec.check(
        "CommentList",
        &world.get(&format!(
            "Harbour/_apis/wit/workItems/{a}/comments?api-version=7.1-preview.4"
        )),
        "comments",
    );
    let query = json!({"query": "SELECT [System.Id], [System.Title] FROM workitems ORDER BY [System.Id]"});
    spec.check(
        "WorkItemQueryResult",
        &world.post("Harbour/_apis/wit/wiql", &query).json(),
        "wiql",
    );
}

#[test]
fn metadata_has_the_specified_shape() {
    let Some(spec) = Spec::load("wit") else { return };
    let (mut world, ..) = full();
    spec.check_list("WorkItemType", &world.get("Harbour/_apis/wit/workitemtypes"));
    spec.check_list(
        "WorkItemStateColor",
        &world.get("Harbour/_apis/wit/workitemtypes/User%20Story/states"),
    );
    spec.check_list(
        "WorkItemTypeFieldWithReferences",
        &world.get("Harbour/_apis/wit/workitemtypes/Bug/fields?$expand=all"),
    );
    spec.check_list(
        "WorkItemTypeCategory",
        &world.get("Harbour/_apis/wit/workitemtypecategories"),
    );
    spec.check_list("WorkItemField2", &world.get("_apis/wit/fields"));
    spec.check_list("WorkItemRelationType", &world.get("_apis/wit/workitemrelationtypes"));
    spec.check_list("WorkItemTagDefinition", &world.get("Harbour/_apis/wit/tags"));
    spec.check_list(
        "WorkItemClassificationNode",
        &world.get("Harbour/_apis/wit/classificationnodes?$depth=9"),
    );
    spec.check(
        "WorkItemClassificationNode",
        &world.get("Harbour/_apis/wit/classificationnodes/Areas?$depth=1"),
        "areas",
    );
}

#[test]
fn feeds_and_the_recycle_bin_have_the_specified_shape() {
    let Some(spec) = Spec::load("wit") else { return };
    let (mut world, a, b) = full();
    world.sim.person_delete(world.now_us, MARA, b).unwrap();
    let links = world.get("_apis/wit/reporting/workitemlinks");
    let revisions = world.get("_apis/wit/reporting/workitemrevisions?includeDeleted=true&includeIdentityRef=true");
    // The specification lists `values` as text; its examples show objects, so only the names are held to it.
    for (name, batch) in [
        ("ReportingWorkItemLinksBatch", &links),
        ("ReportingWorkItemRevisionsBatch", &revisions),
    ] {
        let named: BTreeSet<String> = spec.members(name).into_iter().map(|(member, _)| member).collect();
        assert!(
            batch.as_object().unwrap().keys().all(|key| named.contains(key)),
            "{batch}"
        );
    }
    for line in revisions["values"].as_array().unwrap() {
        spec.check("WorkItem", line, "revision");
    }
    spec.check(
        "WorkItemDelete",
        &world.get(&format!("_apis/wit/recyclebin/{b}")),
        "bin",
    );
    spec.check_list(
        "WorkItemDeleteShallowReference",
        &world.get("Harbour/_apis/wit/recyclebin"),
    );
    spec.check_list(
        "WorkItemDeleteReference",
        &world.get(&format!("Harbour/_apis/wit/recyclebin?ids={b}")),
    );
    let deleted = world
        .send("DELETE", &format!("_apis/wit/workitems/{a}?api-version=7.1"), "", "")
        .json();
    spec.check("WorkItemDelete", &deleted, "delete");
}

#[test]
fn projects_and_teams_have_the_specified_shape() {
    let Some(spec) = Spec::load("core") else { return };
    let (mut world, ..) = full();
    spec.check_list("TeamProjectReference", &world.get("_apis/projects"));
    let project = world.get("_apis/projects/Harbour");
    let named: BTreeSet<String> = spec
        .members("TeamProject")
        .into_iter()
        .map(|(member, _)| member)
        .collect();
    assert!(
        project.as_object().unwrap().keys().all(|key| named.contains(key)),
        "{project}"
    );
    spec.check_list("WebApiTeam", &world.get("_apis/projects/Harbour/teams"));
    spec.check_list("WebApiTeam", &world.get("_apis/teams"));
    spec.check_list("TeamMember", &world.get("_apis/projects/Harbour/teams/Quay/members"));
}

#[test]
fn team_settings_have_the_specified_shape() {
    let Some(spec) = Spec::load("work") else { return };
    let (mut world, ..) = full();
    spec.check(
        "TeamSetting",
        &world.get("Harbour/Quay/_apis/work/teamsettings"),
        "teamsettings",
    );
    spec.check(
        "TeamFieldValues",
        &world.get("Harbour/Quay/_apis/work/teamsettings/teamfieldvalues"),
        "teamfieldvalues",
    );
    spec.check_list(
        "TeamSettingsIteration",
        &world.get("Harbour/Quay/_apis/work/teamsettings/iterations"),
    );
    let iteration = world.get("Harbour/Quay/_apis/work/teamsettings/iterations")["value"][0].clone();
    let path = format!(
        "Harbour/Quay/_apis/work/teamsettings/iterations/{}",
        iteration["id"].as_str().unwrap()
    );
    spec.check("TeamSettingsIteration", &world.get(&path), "iteration");
    spec.check("TeamCapacity", &world.get(&format!("{path}/capacities")), "capacities");
    spec.check(
        "TeamSettingsDaysOff",
        &world.get(&format!("{path}/teamdaysoff")),
        "teamdaysoff",
    );
}

#[test]
fn backlog_levels_have_the_specified_shape() {
    let Some(spec) = Spec::load("work") else { return };
    let (mut world, ..) = full();
    spec.check_list(
        "BacklogLevelConfiguration",
        &world.get("Harbour/Quay/_apis/work/backlogs"),
    );
    let features = world.get("Harbour/Quay/_apis/work/backlogs/Microsoft.FeatureCategory");
    spec.check("BacklogLevelConfiguration", &features, "features");
    spec.check(
        "BacklogConfiguration",
        &world.get("Harbour/Quay/_apis/work/backlogconfiguration"),
        "backlogconfiguration",
    );
    let configuration = world.get("Harbour/_apis/work/processconfiguration");
    spec.check("ProcessConfiguration", &configuration, "processconfiguration");
    let Some(folder) = folder() else { return };
    let example = read(&folder.join("examples/work/processConfiguration__GET__work_processconfiguration@7.1.json"));
    let theirs = &example["responses"]["200"]["body"];
    for part in ["taskBacklog", "requirementBacklog", "bugWorkItems"] {
        assert_eq!(
            configuration[part]["referenceName"], theirs[part]["referenceName"],
            "{part}"
        );
    }
    for what in ["Effort", "Order", "RemainingWork", "Team", "Activity"] {
        let name = |body: &Value| body["typeFields"][what]["referenceName"].clone();
        assert_eq!(name(&configuration), name(theirs), "{what}");
    }
}

#[test]
fn saved_queries_have_the_specified_shape() {
    let Some(spec) = Spec::load("wit") else { return };
    let (mut world, ..) = full();
    let tree = world.get("Harbour/_apis/wit/queries?$depth=2&$expand=all");
    spec.check_list("QueryHierarchyItem", &tree);
    let query = &tree["value"][1]["children"][0]["children"][0];
    let id = query["id"].as_str().unwrap();
    spec.check(
        "QueryHierarchyItem",
        &world.get(&format!("Harbour/_apis/wit/queries/{id}")),
        "query",
    );
    spec.check(
        "WorkItemQueryResult",
        &world.get(&format!("Harbour/_apis/wit/wiql/{id}")),
        "wiql",
    );
}

#[test]
fn service_hooks_have_the_specified_shape() {
    let Some(spec) = Spec::load("hooks") else { return };
    let (mut world, ..) = full();
    let project = world.sim.projects()[0].id.clone();
    let wanted = json!({
        "publisherId": "tfs", "eventType": "workitem.created", "resourceVersion": "1.0", "consumerId": "webHooks", "consumerActionId": "httpRequest",
        "publisherInputs": {"projectId": project}, "consumerInputs": {"url": "https://lockstep.example/h"},
    });
    let made = world.post("_apis/hooks/subscriptions", &wanted).json();
    spec.check("Subscription", &made, "subscription");
    spec.check_list("Subscription", &world.get("_apis/hooks/subscriptions"));
    spec.check(
        "SubscriptionsQuery",
        &world
            .post("_apis/hooks/subscriptionsquery", &json!({"publisherId": "tfs"}))
            .json(),
        "query",
    );
    spec.check_list("Publisher", &world.get("_apis/hooks/publishers"));
    spec.check_list("Consumer", &world.get("_apis/hooks/consumers"));
    spec.check_list(
        "EventTypeDescriptor",
        &world.get("_apis/hooks/publishers/tfs/eventTypes"),
    );
    world.create("Task", "T");
    let id = made["id"].as_str().unwrap();
    spec.check_list(
        "Notification",
        &world.get(&format!("_apis/hooks/subscriptions/{id}/notifications")),
    );
    let delivery = world.sim.due_deliveries(world.now_us).remove(0);
    let event: Value = serde_json::from_slice(&delivery.body).unwrap();
    let named: BTreeSet<String> = spec.members("Event").into_iter().map(|(member, _)| member).collect();
    let beyond = ["subscriptionId", "notificationId"];
    assert!(
        event
            .as_object()
            .unwrap()
            .keys()
            .all(|key| named.contains(key) || beyond.contains(&key.as_str())),
        "{event}"
    );
}

#[test]
fn samples_of_notifications_have_no_member_that_ours_lack() {
    let Some(folder) = folder() else { return };
    let (mut world, ..) = full();
    for (event_type, sample) in [
        ("workitem.created", "composed.workitem.created.services.json"),
        ("workitem.updated", "composed.workitem.updated.services.json"),
    ] {
        world.sim.subscribe(azdo_sim::SubscriptionSpec {
            project: "Harbour".to_owned(),
            event_type: event_type.to_owned(),
            url: "https://lockstep.example/h".to_owned(),
            basic_auth: (String::new(), String::new()),
        });
        let id = world.create("Task", "T");
        world.patch(
            id,
            &json!([{"op": "add", "path": "/fields/System.Title", "value": "U"}]),
        );
        let sent = world.sim.due_deliveries(world.now_us);
        let ours = sent
            .iter()
            .map(|delivery| serde_json::from_slice::<Value>(&delivery.body).unwrap())
            .find(|body| body["eventType"] == event_type);
        let (ours, theirs) = (ours.unwrap(), read(&folder.join("webhook-samples").join(sample)));
        for (part, at) in [
            (&theirs, ""),
            (&theirs["resource"], "/resource"),
            (&theirs["resourceContainers"], "/resourceContainers"),
        ] {
            for key in part.as_object().unwrap().keys() {
                assert!(
                    ours.pointer(&format!("{at}/{key}")).is_some(),
                    "{event_type}: ours lacks {at}/{key}"
                );
            }
        }
    }
}

#[test]
fn listed_routes_are_those_of_the_public_clients() {
    let Some(folder) = folder() else { return };
    let known = read(&folder.join("locations.json"));
    let known = known["locations"].as_array().unwrap();
    let mut world = likely();
    let listed = world.send("OPTIONS", "_apis", "", "").json();
    let listed = listed["value"].as_array().unwrap();
    assert!(listed.len() > 20);
    for entry in listed {
        let theirs = known
            .iter()
            .find(|other| other["id"] == entry["id"])
            .unwrap_or_else(|| panic!("{entry} is not known"));
        for (key, value) in entry.as_object().unwrap() {
            assert_eq!(value, &theirs[key], "{} {key}", entry["resourceName"]);
        }
    }
    let of_wit = world.send("OPTIONS", "_apis/wit", "", "").json();
    assert!(
        of_wit["value"]
            .as_array()
            .unwrap()
            .iter()
            .all(|entry| entry["area"] == "wit")
    );
}

#[test]
fn every_listed_route_is_served() {
    // A path for every location, with its variables filled in.
    let (mut world, a, _) = full();
    world.sim.subscribe(azdo_sim::SubscriptionSpec {
        project: "Harbour".to_owned(),
        event_type: "workitem.created".to_owned(),
        url: "https://lockstep.example/h".to_owned(),
        basic_auth: (String::new(), String::new()),
    });
    let subscription = world.sim.subscriptions()[0].id.clone();
    let iterations = world.get("Harbour/Quay/_apis/work/teamsettings/iterations");
    let iteration = iterations["value"][0]["id"].as_str().unwrap().to_owned();
    let listed = world.send("OPTIONS", "_apis", "", "").json();
    for entry in listed["value"].as_array().unwrap() {
        let path = entry["routeTemplate"]
            .as_str()
            .unwrap()
            .replace("{area}", entry["area"].as_str().unwrap());
        // An id in the middle of a path is needed, one at its end may be left out.
        let path = path
            .replace("{resource}", entry["resourceName"].as_str().unwrap())
            .replace("{id}/", &format!("{a}/"));
        let filled: Vec<String> = path
            .split('/')
            .filter_map(|part| fill(part, a, &subscription, &iteration))
            .collect();
        let answers = ["GET", "POST"].map(|method| world.send(method, &filled.join("/"), "", "").status);
        assert!(
            answers.iter().any(|status| !matches!(status, 404 | 405)),
            "{}: {answers:?}",
            filled.join("/")
        );
    }
}

fn fill(part: &str, id: i64, subscription: &str, iteration: &str) -> Option<String> {
    Some(match part {
        "{project}" | "{projectId}" => "Harbour".to_owned(),
        "{team}" | "{teamId}" => "Quay".to_owned(),
        "{type}" => "Bug".to_owned(),
        "${type}" => "$Bug".to_owned(),
        "{structureGroup}" => "Areas".to_owned(),
        "{publisherId}" => "tfs".to_owned(),
        "{subscriptionId}" => subscription.to_owned(),
        "{workItemId}" => id.to_string(),
        "{iterationId}" => iteration.to_owned(),
        part if part.starts_with('{') => return None,
        part => part.to_owned(),
    })
}
