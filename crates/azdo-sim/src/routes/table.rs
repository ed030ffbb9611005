//! Which route a method and a path ask for, and the scope it takes.
//!
//! Scopes are those the specification names per operation.

use crate::locations::LocationName;
use crate::nodes::Tree;
use crate::refusal::Refusal;

const NONE: &[&str] = &[];
const WORK: &[&str] = &["vso.work"];
const WORK_WRITE: &[&str] = &["vso.work_write"];
const PROJECT: &[&str] = &["vso.project"];
const PROJECT_LIST: &[&str] = &["vso.project", "vso.profile"];

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Endpoint {
    ConnectionData,
    ResourceAreas,
    Projects,
    Project(String),
    AllTeams,
    Teams(String),
    Team(String, String),
    TeamMembers(String, String),
    TeamSettings,
    TeamIterations,
    TeamIteration(String),
    TeamFieldValues,
    Capacities(String),
    TeamDaysOff(String),
    Backlogs,
    Backlog(String),
    BacklogConfiguration,
    ProcessConfiguration,
    Types,
    Type(String),
    States(String),
    TypeFields(String),
    TypeField(String, String),
    Categories,
    Category(String),
    Fields,
    Field(String),
    RelationTypes,
    RelationType(String),
    Tags,
    NodeRoots,
    Node(Tree, String),
    Wiql,
    WiqlById(String),
    Queries,
    Query(String),
    WorkItems,
    WorkItemsBatch,
    NewWorkItem(String),
    WorkItem(i64),
    WorkItemsDelete,
    Updates(i64),
    Update(i64, i64),
    Revisions(i64),
    Revision(i64, i64),
    Comments(i64),
    Comment(i64, i64),
    RecycleBin,
    Deleted(i64),
    ReportingRevisions,
    ReportingLinks,
    Publishers,
    Publisher(String),
    EventTypes(String),
    EventType(String, String),
    Consumers,
    Consumer(String),
    Subscriptions,
    Subscription(String),
    SubscriptionsQuery,
    Notifications(String),
    Notification(String, i64),
}

/// A route with where clients know it from and the scopes of which one is needed.
#[derive(Debug, Clone)]
pub(crate) struct Route {
    pub endpoint: Endpoint,
    pub location: LocationName,
    pub scopes: &'static [&'static str],
}

/// The route for a path behind `_apis`; `n_prefix` counts the segments between organization and `_apis`.
pub(crate) fn find(method: &str, n_prefix: usize, tail: &[String]) -> Result<Route, Refusal> {
    let lower: Vec<String> = tail.iter().map(|segment| segment.to_lowercase()).collect();
    let words: Vec<&str> = lower.iter().map(String::as_str).collect();
    let found = match words.first() {
        Some(&"wit") => work_item_tracking(&words[1..], &tail[1..]),
        Some(&"work") => team_settings(&words[1..], &tail[1..], n_prefix),
        Some(&"hooks") => hooks(&words[1..], &tail[1..]),
        _ => core(&words, tail),
    };
    let Some((endpoint, location, methods)) = found else {
        let message = format!(
            "The controller for path '/_apis/{}' was not found or does not implement IController.",
            tail.join("/")
        );
        return Err(Refusal {
            namespace: "System.Web",
            ..Refusal::general(404, "HttpException", message)
        });
    };
    let Some((_, scopes)) = methods.iter().find(|(name, _)| *name == method) else {
        let message = format!("The requested resource does not support http method '{method}'.");
        return Err(Refusal::general(405, "VssRequestMethodNotSupportedException", message));
    };
    Ok(Route {
        endpoint,
        location,
        scopes,
    })
}

type Methods = &'static [(&'static str, &'static [&'static str])];
type Found = Option<(Endpoint, LocationName, Methods)>;

const READ: Methods = &[("GET", WORK)];
const QUERY: Methods = &[("POST", WORK)];
const READ_OR_QUERY: Methods = &[("GET", WORK), ("POST", WORK)];
const READ_PROJECT: Methods = &[("GET", PROJECT_LIST)];

fn core(words: &[&str], tail: &[String]) -> Found {
    use LocationName as L;
    let text = |at: usize| tail[at].clone();
    Some(match words {
        ["connectiondata"] => (Endpoint::ConnectionData, L::ConnectionData, &[("GET", NONE)]),
        ["resourceareas", ..] => (Endpoint::ResourceAreas, L::ResourceAreas, &[("GET", NONE)]),
        ["projects"] => (Endpoint::Projects, L::Projects, &[("GET", PROJECT_LIST)]),
        ["projects", _] => (Endpoint::Project(text(1)), L::Projects, READ_PROJECT),
        ["projects", _, "teams"] => (Endpoint::Teams(text(1)), L::Teams, READ_PROJECT),
        ["projects", _, "teams", _] => (Endpoint::Team(text(1), text(3)), L::Teams, READ_PROJECT),
        ["projects", _, "teams", _, "members"] => {
            (Endpoint::TeamMembers(text(1), text(3)), L::TeamMembers, READ_PROJECT)
        }
        ["teams"] => (Endpoint::AllTeams, L::AllTeams, &[("GET", PROJECT)]),
        _ => return None,
    })
}

fn work_item_tracking(words: &[&str], tail: &[String]) -> Found {
    use LocationName as L;
    let text = |at: usize| tail[at].clone();
    let id = |at: usize| tail[at].parse::<i64>().ok();
    Some(match words {
        ["workitemtypes"] => (Endpoint::Types, L::WorkItemTypes, READ),
        ["workitemtypes", _] => (Endpoint::Type(text(1)), L::WorkItemTypes, READ),
        ["workitemtypes", _, "states"] => (Endpoint::States(text(1)), L::States, READ),
        ["workitemtypes", _, "fields"] => (Endpoint::TypeFields(text(1)), L::TypeFields, READ),
        ["workitemtypes", _, "fields", _] => (Endpoint::TypeField(text(1), text(3)), L::TypeFields, READ),
        ["workitemtypecategories"] => (Endpoint::Categories, L::WorkItemTypeCategories, READ),
        ["workitemtypecategories", _] => (Endpoint::Category(text(1)), L::WorkItemTypeCategories, READ),
        ["fields"] => (Endpoint::Fields, L::Fields, READ),
        ["fields", _] => (Endpoint::Field(text(1)), L::Fields, READ),
        ["workitemrelationtypes"] => (Endpoint::RelationTypes, L::RelationTypes, READ),
        ["workitemrelationtypes", _] => (Endpoint::RelationType(text(1)), L::RelationTypes, READ),
        ["tags"] => (Endpoint::Tags, L::Tags, READ),
        ["classificationnodes"] => (Endpoint::NodeRoots, L::ClassificationRoots, READ),
        ["classificationnodes", tree, ..] => {
            // A whole path may come as one encoded segment.
            let path = tail[2..].join("/").replace('\\', "/");
            let node = Endpoint::Node(Tree::parse(tree)?, path);
            (
                node,
                L::ClassificationNodes,
                &[
                    ("GET", WORK),
                    ("POST", WORK_WRITE),
                    ("PATCH", WORK_WRITE),
                    ("DELETE", WORK_WRITE),
                ],
            )
        }
        ["wiql"] => (Endpoint::Wiql, L::Wiql, QUERY),
        ["wiql", _] => (Endpoint::WiqlById(text(1)), L::WiqlById, READ),
        ["queries"] => (Endpoint::Queries, L::Queries, READ),
        // By id or by path.
        ["queries", ..] => (Endpoint::Query(tail[1..].join("/")), L::Queries, READ),
        ["workitems"] => (Endpoint::WorkItems, L::WorkItems, READ),
        ["workitemsbatch"] => (Endpoint::WorkItemsBatch, L::WorkItemsBatch, QUERY),
        ["workitems", name] if name.starts_with('$') => (
            Endpoint::NewWorkItem(tail[1][1..].to_owned()),
            L::WorkItemTemplate,
            &[("POST", WORK_WRITE), ("PATCH", WORK_WRITE)],
        ),
        ["workitems", _] => (
            Endpoint::WorkItem(id(1)?),
            L::WorkItems,
            &[("GET", WORK), ("PATCH", WORK_WRITE), ("DELETE", WORK_WRITE)],
        ),
        ["workitemsdelete"] => (Endpoint::WorkItemsDelete, L::WorkItemsDelete, &[("POST", WORK_WRITE)]),
        ["workitems", _, "updates"] => (Endpoint::Updates(id(1)?), L::Updates, READ),
        ["workitems", _, "updates", _] => (Endpoint::Update(id(1)?, id(3)?), L::Updates, READ),
        ["workitems", _, "revisions"] => (Endpoint::Revisions(id(1)?), L::Revisions, READ),
        ["workitems", _, "revisions", _] => (Endpoint::Revision(id(1)?, id(3)?), L::Revisions, READ),
        ["workitems", _, "comments"] => (
            Endpoint::Comments(id(1)?),
            L::Comments,
            &[("GET", WORK), ("POST", WORK_WRITE)],
        ),
        ["workitems", _, "comments", _] => (Endpoint::Comment(id(1)?, id(3)?), L::Comments, READ),
        ["recyclebin"] => (Endpoint::RecycleBin, L::RecycleBin, READ),
        ["recyclebin", _] => (
            Endpoint::Deleted(id(1)?),
            L::RecycleBin,
            &[("GET", WORK), ("PATCH", WORK_WRITE), ("DELETE", WORK_WRITE)],
        ),
        ["reporting", "workitemrevisions"] => (Endpoint::ReportingRevisions, L::ReportingRevisions, READ_OR_QUERY),
        ["reporting", "workitemlinks"] => (Endpoint::ReportingLinks, L::ReportingLinks, READ),
        _ => return None,
    })
}

fn team_settings(words: &[&str], tail: &[String], n_prefix: usize) -> Found {
    use LocationName as L;
    if n_prefix == 0 {
        return None;
    }
    let text = |at: usize| tail[at].clone();
    Some(match words {
        ["teamsettings"] => (Endpoint::TeamSettings, L::TeamSettings, READ),
        ["teamsettings", "iterations"] => (Endpoint::TeamIterations, L::TeamIterations, READ),
        ["teamsettings", "iterations", _] => (Endpoint::TeamIteration(text(2)), L::TeamIterations, READ),
        ["teamsettings", "iterations", _, "capacities"] => (Endpoint::Capacities(text(2)), L::Capacities, READ),
        ["teamsettings", "iterations", _, "teamdaysoff"] => (Endpoint::TeamDaysOff(text(2)), L::TeamDaysOff, READ),
        ["teamsettings", "teamfieldvalues"] => (Endpoint::TeamFieldValues, L::TeamFieldValues, READ),
        ["backlogs"] => (Endpoint::Backlogs, L::Backlogs, READ),
        ["backlogs", _] => (Endpoint::Backlog(text(1)), L::Backlogs, READ),
        ["backlogconfiguration"] => (Endpoint::BacklogConfiguration, L::BacklogConfiguration, READ),
        ["processconfiguration"] => (Endpoint::ProcessConfiguration, L::ProcessConfiguration, READ),
        _ => return None,
    })
}

fn hooks(words: &[&str], tail: &[String]) -> Found {
    use LocationName as L;
    let text = |at: usize| tail[at].clone();
    Some(match words {
        ["publishers"] => (Endpoint::Publishers, L::Publishers, READ),
        ["publishers", _] => (Endpoint::Publisher(text(1)), L::Publishers, READ),
        ["publishers", _, "eventtypes"] => (Endpoint::EventTypes(text(1)), L::EventTypes, READ),
        ["publishers", _, "eventtypes", _] => (Endpoint::EventType(text(1), text(3)), L::EventTypes, READ),
        ["consumers"] => (Endpoint::Consumers, L::Consumers, READ),
        ["consumers", _] => (Endpoint::Consumer(text(1)), L::Consumers, READ),
        ["subscriptions"] => (Endpoint::Subscriptions, L::Subscriptions, READ_OR_QUERY),
        ["subscriptions", _] => (
            Endpoint::Subscription(text(1)),
            L::Subscriptions,
            &[("GET", WORK), ("PUT", WORK), ("DELETE", WORK)],
        ),
        ["subscriptionsquery"] => (Endpoint::SubscriptionsQuery, L::SubscriptionsQuery, QUERY),
        ["subscriptions", _, "notifications"] => (Endpoint::Notifications(text(1)), L::Notifications, READ),
        ["subscriptions", _, "notifications", _] => (
            Endpoint::Notification(text(1), tail[3].parse().ok()?),
            L::Notifications,
            READ,
        ),
        _ => return None,
    })
}
