//! The simulator's answers held against Microsoft's own specifications, and its routes against their list of locations.
//!
//! Structure only: every member an answer has must be one the specification names (or one listed here, with a reason),
//! and of its type. Without the files the tests say so on stderr and check nothing.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use azdo_sim::MemberCapacity;

use crate::world::{MARA, START_US, TOM, World, likely};

/// Members that real answers carry though the 7.1 definitions leave them out, by where they stand.
const BEYOND: &[(&str, &str)] = &[
    // Handbook 3.1: the example of an update names the work item and relations by these.
    ("WorkItemRelation", "attributes"),
    // Identity members are spread over IdentityRef and GraphSubjectBase.
    ("IdentityRef", "descriptor"),
    // Of later versions, harmless to older clients.
    ("InputDescriptor", "properties"),
];

fn folder() -> Option<PathBuf> {
    let given = std::env::var_os("LOCKSTEP_AZDO_SPECS").map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/azure-devops");
    let found = given
        .into_iter()
        .chain([beside])
        .find(|folder| folder.join("specs").is_dir());
    if found.is_none() {
        eprintln!(
            "SKIPPED: Microsoft's specifications are not here; set LOCKSTEP_AZDO_SPECS to the folder that holds specs/ and locations.json"
        );
    }
    found
}

fn read(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(text.trim_start_matches('\u{feff}')).unwrap()
}

/// A definition with the members it inherits.
struct Spec {
    definitions: Value,
}

impl Spec {
    fn load(name: &str) -> Option<Spec> {
        let spec = read(&folder()?.join("specs").join(format!("{name}-7.1.json")));
        Some(Spec {
            definitions: spec["definitions"].clone(),
        })
    }

    fn members(&self, name: &str) -> Vec<(String, Value)> {
        let definition = &self.definitions[name];
        assert!(definition.is_object(), "there is no definition {name}");
        let own = definition["properties"].as_object().cloned().unwrap_or_default();
        let mut members: Vec<(String, Value)> = own.into_iter().collect();
        for parent in definition["allOf"].as_array().into_iter().flatten() {
            members.extend(self.members(target(parent).unwrap()));
        }
        members
    }

    /// Every member of `value` is named by the definition and has its type.
    fn check(&self, name: &str, value: &Value, at: &str) {
        let members = self.members(name);
        for (key, held) in value
            .as_object()
            .unwrap_or_else(|| panic!("{at} is no object: {value}"))
        {
            let known = members.iter().find(|(member, _)| member == key);
            match known {
                Some((_, schema)) => self.check_schema(schema, held, &format!("{at}.{key}")),
                None => assert!(BEYOND.contains(&(name, key.as_str())), "{at}.{key} is not in {name}"),
            }
        }
    }

    fn check_schema(&self, schema: &Value, value: &Value, at: &str) {
        if value.is_null() {
            return;
        }
        if let Some(name) = target(schema) {
            // Link collections are free in form: {self: {href}}.
            if name != "ReferenceLinks" {
                self.check(name, value, at);
            }
            return;
        }
        match schema["type"].as_str() {
            Some("string") => assert!(value.is_string(), "{at} is no text: {value}"),
            Some("integer") => assert!(value.is_i64() || value.is_u64(), "{at} is no whole number: {value}"),
            Some("number") => assert!(value.is_number(), "{at} is no number: {value}"),
            Some("boolean") => assert!(value.is_boolean(), "{at} is no boolean: {value}"),
            Some("array") => {
                for (index, item) in value
                    .as_array()
                    .unwrap_or_else(|| panic!("{at} is no list: {value}"))
                    .iter()
                    .enumerate()
                {
                    self.check_schema(&schema["items"], item, &format!("{at}[{index}]"));
                }
            }
            Some("object") => {
                if let (Some(inner), Some(object)) = (schema.get("additionalProperties"), value.as_object()) {
                    for (key, held) in object {
                        self.check_schema(inner, held, &format!("{at}.{key}"));
                    }
                }
            }
            _ => {
                if let Some(allowed) = schema["enum"].as_array() {
                    assert!(allowed.contains(value), "{at}: {value} is none of {allowed:?}");
                }
            }
        }
    }

    fn check_list(&self, name: &str, answer: &Value) {
        let values = answer["value"]
            .as_array()
            .unwrap_or_else(|| panic!("{name}: no list: {answer}"));
        assert_eq!(answer["count"], values.len());
        assert!(!values.is_empty(), "nothing to check of {name}");
        for value in values {
            self.check(name, value, name);
        }
    }
}

fn target(schema: &Value) -> Option<&str> {
    schema["$ref"]
        .as_str()
        .and_then(|reference| reference.strip_prefix("#/definitions/"))
}

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
