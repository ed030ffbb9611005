//! Every request the client sends exists in Microsoft's specification of the version it names: path, method,
//! api-version, query parameters with their values, and content type.

use std::collections::BTreeMap;
use std::path::Path;

use azdo::{
    Client, Creation, FeedStart, Method, Request, Response, Rev, SubscriptionSpec, Token, Transport, TransportError,
    Tree, Update, Versions, WorkItemId,
};
use serde_json::Value;

use crate::microsoft::{folder, read_json};
use crate::support::{URL, collection, run};

/// Keeps what was asked and fails it.
#[derive(Default)]
struct Recorder(std::sync::Mutex<Vec<Request>>);

impl Transport for Recorder {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        self.0.lock().unwrap().push(request);
        Ok(Response {
            status: 500,
            headers: Vec::new(),
            body: Vec::new(),
        })
    }
}

/// One request of every endpoint, as (method, path behind the collection, query, content type).
pub fn requests(versions: Versions) -> Vec<(&'static str, String, BTreeMap<String, String>, String)> {
    let recorder = Recorder::default();
    let client = Client::new(&recorder, collection(), Token::parse("t").unwrap(), versions);
    let spec = SubscriptionSpec::new(Some("p"), "workitem.updated", "https://l.example/h", "u", "s").unwrap();
    let (id, update) = (WorkItemId(5), Update::at(Rev(1)));
    run(async {
        drop(client.projects().await);
        drop(client.teams("P").await);
        drop(client.team_members("P", "T").await);
        drop(client.work_item_types("P").await);
        drop(client.work_item_type_states("P", "Bug").await);
        drop(client.fields("P").await);
        drop(client.relation_types().await);
        drop(client.classification_nodes("P", Tree::Areas, 3).await);
        drop(client.classification_nodes("P", Tree::Iterations, 3).await);
        drop(client.query(None, "q", Some(5)).await);
        drop(client.query(Some("P"), "q", None).await);
        drop(client.team_settings("P", "T").await);
        drop(client.team_iterations("P", "T").await);
        drop(client.team_field_values("P", "T").await);
        drop(client.team_capacities("P", "T", "i").await);
        drop(client.team_days_off("P", "T", "i").await);
        drop(client.backlog_configuration("P", "T").await);
        drop(client.process_configuration("P").await);
        drop(client.saved_queries("P").await);
        drop(client.saved_query("P", "q").await);
        drop(client.run_saved_query("P", "q").await);
        drop(client.work_item(id).await);
        drop(client.work_items(&[id]).await);
        drop(client.create_work_item("P", "Bug", &Creation::new(), true).await);
        drop(client.update_work_item(id, &update, true).await);
        drop(client.delete_work_item("P", id).await);
        drop(client.deleted_work_item(id).await);
        drop(client.restore_work_item(id).await);
        drop(client.updates(id).await);
        drop(client.revisions_feed(&FeedStart::Since { start_us: 0 }).await);
        drop(client.revisions_feed(&FeedStart::Token("t".into())).await);
        drop(client.links_feed(&FeedStart::Since { start_us: 0 }).await);
        drop(client.links_feed(&FeedStart::Token("t".into())).await);
        drop(client.subscriptions().await);
        drop(client.create_subscription(&spec).await);
        drop(client.update_subscription("s", &spec).await);
        drop(client.delete_subscription("s").await);
    });
    let requests = recorder.0.into_inner().unwrap();
    assert_eq!(requests.len(), 37, "one request for each call");
    requests.iter().map(parts).collect()
}

fn parts(request: &Request) -> (&'static str, String, BTreeMap<String, String>, String) {
    let address = request.url.strip_prefix(URL).unwrap();
    let (path, query) = address.split_once('?').unwrap();
    let query = query.split('&').map(|pair| pair.split_once('=').unwrap());
    let query = query.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    let content_type = request.header("content-type").unwrap_or_default().to_owned();
    (request.method.as_str(), path.to_owned(), query, content_type)
}

/// Whether a path has the form of a template behind its first segment, the organization or collection.
fn has_form(path: &str, template: &str, optional: &[String]) -> bool {
    let path: Vec<&str> = path.trim_matches('/').split('/').collect();
    let template: Vec<&str> = template.trim_matches('/').split('/').skip(1).collect();
    // Every choice of optional segments to leave out; there are at most three.
    let optional: Vec<usize> = (0..template.len())
        .filter(|&i| optional.iter().any(|name| template[i] == format!("{{{name}}}")))
        .collect();
    (0..1_u32 << optional.len()).any(|left_out| {
        let is_kept = |i: usize| {
            !optional
                .iter()
                .enumerate()
                .any(|(bit, &o)| o == i && left_out >> bit & 1 == 1)
        };
        let kept: Vec<&str> = template
            .iter()
            .enumerate()
            .filter(|(i, _)| is_kept(*i))
            .map(|(_, s)| *s)
            .collect();
        kept.len() == path.len()
            && kept
                .iter()
                .zip(&path)
                .all(|(template, part)| segment_fits(template, part))
    })
}

fn segment_fits(template: &str, part: &str) -> bool {
    match template.split_once('{') {
        Some((literal, _)) => part.len() > literal.len() && part.starts_with(literal) && !part.starts_with("_apis"),
        None => template.eq_ignore_ascii_case(part),
    }
}

/// The parameters of an operation, references followed.
fn parameters<'a>(spec: &'a Value, operation: &'a Value) -> Vec<&'a Value> {
    let follow = |parameter: &'a Value| match parameter.get("$ref").and_then(Value::as_str) {
        Some(reference) => &spec["parameters"][reference.rsplit('/').next().unwrap()],
        None => parameter,
    };
    operation["parameters"]
        .as_array()
        .into_iter()
        .flatten()
        .map(follow)
        .collect()
}

/// Why no operation of a specification is this request; `None` when one is.
fn mismatch(spec: &Value, request: &(&'static str, String, BTreeMap<String, String>, String)) -> Option<String> {
    let (method, path, query, content_type) = request;
    let mut reasons = Vec::new();
    for (template, operations) in spec["paths"].as_object().unwrap() {
        let Some(operation) = operations.get(method.to_lowercase()) else {
            continue;
        };
        let parameters = parameters(spec, operation);
        let is_optional = |p: &&&Value| p.get("x-ms-required") == Some(&Value::Bool(false));
        let optional: Vec<String> = parameters
            .iter()
            .filter(is_optional)
            .map(|p| p["name"].as_str().unwrap().to_owned())
            .collect();
        if !has_form(path, template, &optional) {
            continue;
        }
        match parameters_mismatch(&parameters, query).or_else(|| content_mismatch(operation, method, content_type)) {
            None => return None,
            Some(reason) => reasons.push(format!("{template}: {reason}")),
        }
    }
    Some(if reasons.is_empty() {
        "no such path and method".into()
    } else {
        reasons.join("; ")
    })
}

fn parameters_mismatch(parameters: &[&Value], query: &BTreeMap<String, String>) -> Option<String> {
    let known = |name: &str| parameters.iter().find(|p| p["in"] == "query" && p["name"] == name);
    for (key, value) in query {
        let Some(parameter) = known(key) else {
            return Some(format!("no parameter {key}"));
        };
        if key == "api-version" {
            let description = parameter["description"].as_str().unwrap();
            if !description.contains(&format!("'{value}'")) {
                return Some(format!("version {value}, but: {description}"));
            }
        }
        let values: Vec<&str> = parameter["enum"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        if !values.is_empty() && !values.contains(&value.as_str()) {
            return Some(format!("{key} has no value {value}"));
        }
    }
    let required = parameters
        .iter()
        .filter(|p| p["in"] == "query" && p["required"] == Value::Bool(true));
    let missing = required
        .map(|p| p["name"].as_str().unwrap())
        .find(|name| !query.contains_key(*name));
    missing.map(|name| format!("parameter {name} is missing"))
}

fn content_mismatch(operation: &Value, method: &str, content_type: &str) -> Option<String> {
    let takes: Vec<&str> = operation["consumes"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let is_without_body = matches!(method, "GET" | "DELETE") && content_type.is_empty();
    let fits = is_without_body || takes.is_empty() || takes.contains(&content_type);
    (!fits).then(|| format!("takes {takes:?}, not {content_type:?}"))
}

fn area_of(path: &str) -> &'static str {
    if path.contains("/_apis/wit/") {
        "wit"
    } else if path.contains("/_apis/hooks/") {
        "hooks"
    } else if path.contains("/_apis/work/") {
        "work"
    } else {
        "core"
    }
}

fn check_release(specs: &Path, release: &str, suffixes: &[&str]) {
    let requests = requests(Versions::of_server(release).unwrap());
    for area in ["wit", "work", "core", "hooks"] {
        let files: Vec<_> = suffixes
            .iter()
            .map(|suffix| specs.join(format!("{area}-{suffix}.json")))
            .collect();
        let files: Vec<_> = files.into_iter().filter(|file| file.is_file()).collect();
        assert!(!files.is_empty(), "no specification of {area} {release}");
        for file in files {
            let spec = read_json(&file);
            for request in requests.iter().filter(|(_, path, ..)| area_of(path) == area) {
                if let Some(reason) = mismatch(&spec, request) {
                    panic!("{}: {request:?}: {reason}", file.display());
                }
            }
        }
    }
}

#[test]
fn every_request_is_in_the_specification_of_its_version() {
    let Some(specs) = folder("specs") else { return };
    check_release(&specs, "4.1", &["4.1", "tfs-4.1"]);
    check_release(&specs, "5.0", &["5.0", "azure-devops-server-5.0"]);
    check_release(&specs, "5.1", &["5.1"]);
    check_release(&specs, "6.0", &["6.0", "azure-devops-server-6.0"]);
    check_release(&specs, "7.0", &["7.0", "azure-devops-server-7.0"]);
    check_release(&specs, "7.1", &["7.1", "azure-devops-server-7.1"]);
}

#[test]
fn the_check_itself_notices_what_is_not_there() {
    let Some(specs) = folder("specs") else { return };
    let spec = read_json(&specs.join("wit-4.1.json"));
    let request = |method: Method, path: &str, query: &[(&str, &str)]| {
        let query = query.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect();
        mismatch(
            &spec,
            &(method.as_str(), path.to_owned(), query, "application/json".to_owned()),
        )
    };
    let version = ("api-version", "4.1");
    assert_eq!(request(Method::Get, "/_apis/wit/workitems/5", &[version]), None);
    assert!(
        request(Method::Post, "/_apis/wit/workitemsbatch", &[version]).is_some(),
        "absent in 4.1"
    );
    assert!(request(Method::Get, "/_apis/wit/workitems/5", &[("api-version", "5.0")]).is_some());
    assert!(request(Method::Get, "/_apis/wit/workitems/5", &[version, ("nonsense", "1")]).is_some());
    assert!(
        request(
            Method::Get,
            "/_apis/wit/workitems/5",
            &[version, ("$expand", "nonsense")]
        )
        .is_some()
    );
    assert!(
        request(Method::Patch, "/_apis/wit/workitems/5", &[version]).is_some(),
        "another content type"
    );
    assert!(
        request(Method::Get, "/P/_apis/wit/workItems/5/updates", &[version]).is_some(),
        "collection route only"
    );
}
