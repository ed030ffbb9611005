//! First contact: who the token is, what the server is, and which versions follow from it.

use azdo::{Client, Collection, Discovered, Error, Flavor, Response, Versions, WorkItemId};
use serde_json::{Value, json};

use crate::microsoft::{folder, read_json};
use crate::support::{Script, collection, html, json as answer, run, token, with};

fn connection_data(deployment_type: Option<&str>) -> Response {
    let mut body = json!({
        "authenticatedUser": {"id": "d291b0c4-a05c-4ea6-8df1-4b41d5f39eff", "providerDisplayName": "Jane",
            "properties": {"Account": {"$type": "System.String", "$value": "jane@example.com"}}},
        "instanceId": "d81542e4-cdfa-4333-b082-1ae2d6c3ad16",
    });
    if let Some(deployment_type) = deployment_type {
        body["deploymentType"] = deployment_type.into();
    }
    answer(200, body)
}

fn work_items(released: &str) -> Value {
    json!({"id": "72C7DDF8-2CDC-4F60-90CD-AB71C14A399B", "area": "wit", "resourceName": "workItems",
           "minVersion": "1.0", "maxVersion": "7.2", "releasedVersion": released, "resourceVersion": 3})
}

fn discover(script: &Script, collection: &Collection) -> Result<Discovered, Error> {
    run(Client::discover(script, collection, &token()))
}

#[test]
fn the_servers_own_list_decides() {
    let list = json!({"count": 1, "value": [work_items("5.1")]});
    let script = Script::of([connection_data(Some("onPremises")), answer(200, list)]);
    let found = discover(&script, &Collection::parse("https://host/tfs/C").unwrap()).unwrap();
    assert_eq!(found.versions.flavor(), Flavor::Server2019);
    assert_eq!(found.versions.describe(), "Azure DevOps Server 2019, API 5.1");
    assert_eq!(found.connection.user.unique_name.as_deref(), Some("jane@example.com"));
    assert!(!found.connection.is_anonymous);
    assert_eq!(
        script.asked_lines(),
        [
            "GET https://host/tfs/C/_apis/connectionData?connectOptions=none",
            "OPTIONS https://host/tfs/C/_apis/"
        ]
    );
}

#[test]
fn nothing_above_what_was_checked_is_spoken() {
    let list = json!({"value": [work_items("9.3")]});
    let script = Script::of([
        connection_data(Some("Hosted")),
        answer(200, list),
        answer(200, json!({"id": 5, "rev": 1})),
    ]);
    let found = discover(&script, &collection()).unwrap();
    assert_eq!(found.versions.describe(), "Azure DevOps Services, API 7.1");
    run(script.client_of(found.versions).work_item(WorkItemId(5))).unwrap();
    assert_eq!(
        script.asked_lines()[2],
        "GET /_apis/wit/workitems/5?$expand=all&api-version=7.1"
    );
}

#[test]
fn without_a_deployment_type_the_host_decides() {
    let list = || answer(200, json!({"value": [work_items("4.1")]}));
    let script = Script::of([connection_data(None), list(), connection_data(None), list()]);
    assert_eq!(
        discover(&script, &collection()).unwrap().versions.flavor(),
        Flavor::Services
    );
    let on_premises = Collection::parse("http://host:8080/tfs/C").unwrap();
    assert_eq!(
        discover(&script, &on_premises).unwrap().versions.flavor(),
        Flavor::Tfs2018
    );
}

#[test]
fn without_a_list_versions_are_tried_from_the_newest_down() {
    let out_of_range = |latest: &str| {
        let message = format!(
            "The requested REST API version of 7.1 is out of range for this server. \
             The latest REST API version this server supports is {latest}."
        );
        answer(
            400,
            json!({"typeKey": "VssVersionOutOfRangeException", "message": message}),
        )
    };
    let silent = || {
        answer(
            400,
            json!({"typeKey": "VssVersionOutOfRangeException", "message": "out of range"}),
        )
    };
    let on_premises = Collection::parse("https://host/C").unwrap();

    let script = Script::of([
        connection_data(None),
        with(405, &[], ""),
        out_of_range("5.1"),
        answer(200, json!({})),
    ]);
    assert_eq!(discover(&script, &on_premises).unwrap().versions.released(), "5.1");

    let script = Script::of([
        connection_data(None),
        answer(200, json!({"value": []})),
        silent(),
        silent(),
        answer(200, json!({})),
    ]);
    assert_eq!(discover(&script, &on_premises).unwrap().versions.released(), "6.0");

    let script = Script::of(
        [connection_data(None), with(404, &[], "")]
            .into_iter()
            .chain((0..7).map(|_| silent())),
    );
    assert!(matches!(
        discover(&script, &on_premises),
        Err(Error::VersionOutOfRange { .. })
    ));
}

#[test]
fn an_anonymous_answer_proves_nothing_and_is_marked() {
    let body = json!({"authenticatedUser": {"id": "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"}, "instanceId": "x"});
    let script = Script::of([answer(200, body)]);
    assert!(discover(&script, &collection()).unwrap().connection.is_anonymous);
    let script = Script::of([answer(200, json!({"instanceId": "x"}))]);
    assert!(discover(&script, &collection()).unwrap().connection.is_anonymous);
}

#[test]
fn a_stranger_at_the_address_is_told_apart() {
    let script = Script::of([html(200, "<html><title>Welcome to nginx!</title>")]);
    assert!(matches!(
        discover(&script, &collection()),
        Err(Error::NotAzureDevOps { status: 200 })
    ));
    let script = Script::of([answer(200, json!({"status": "ok"}))]);
    assert!(matches!(
        discover(&script, &collection()),
        Err(Error::Unreadable { status: 200 })
    ));
}

#[test]
fn versions_are_kept_as_json() {
    let list = json!({"value": [work_items("5.1")]});
    let script = Script::of([connection_data(None), answer(200, list)]);
    let versions = discover(&script, &collection()).unwrap().versions;
    let text = serde_json::to_string(&versions).unwrap();
    assert_eq!(serde_json::from_str::<Versions>(&text).unwrap(), versions);
}

/// The list a server of one release would give, by what Microsoft's clients and specifications say of it.
fn list_of(release: &str, locations: &Value) -> Value {
    let entry = |location: &Value| {
        let of_release = location.get("byRelease")?.get(release)?;
        let is_released = of_release.get("released")?.as_bool()?;
        Some(json!({
            "id": location["id"], "area": location["area"], "resourceName": location["resourceName"],
            "minVersion": location["minVersion"], "maxVersion": release,
            "releasedVersion": if is_released { release } else { "0.0" },
            "resourceVersion": of_release["resourceVersion"].as_u64().unwrap_or(1),
        }))
    };
    json!({"value": locations["locations"].as_array().unwrap().iter().filter_map(entry).collect::<Vec<_>>()})
}

#[test]
fn a_list_and_the_release_it_is_of_lead_to_the_same_versions() {
    let Some(folder) = folder(".") else { return };
    let locations = read_json(&folder.join("locations.json"));
    for release in ["4.1", "5.0", "5.1", "6.0", "7.0", "7.1"] {
        let script = Script::of([
            connection_data(Some("onPremises")),
            answer(200, list_of(release, &locations)),
        ]);
        let listed = discover(&script, &collection()).unwrap().versions;
        let assumed = Versions::of_server(release).unwrap();
        assert_eq!(listed.flavor(), assumed.flavor(), "{release}");
        assert_eq!(
            crate::specs::requests(listed),
            crate::specs::requests(assumed),
            "{release}"
        );
    }
}
