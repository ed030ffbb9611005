//! The simulator over its socket, as a client, a person at the pages and a receiver of hooks meet it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::http::HeaderMap;
use axum::routing::post;
use serde_json::{Value, json};

use super::{SimulatorConfig, SimulatorHandle, spawn};

async fn started() -> (SimulatorHandle, reqwest::Client) {
    let handle = spawn(SimulatorConfig::default()).await.unwrap();
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .timeout(Duration::from_secs(20))
        .build()
        .unwrap();
    (handle, client)
}

async fn page(client: &reqwest::Client, handle: &SimulatorHandle, path: &str) -> String {
    let answer = client.get(format!("{}{path}", handle.base_url())).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    answer.text().await.unwrap()
}

async fn post_form(
    client: &reqwest::Client,
    handle: &SimulatorHandle,
    path: &str,
    who: &str,
    form: &[(&str, &str)],
) -> reqwest::Response {
    let url = format!("{}{path}", handle.base_url());
    let cookie = format!("simulated_person={}", who.replace('@', "%40"));
    client
        .post(url)
        .header("Cookie", cookie)
        .form(form)
        .send()
        .await
        .unwrap()
}

const TOM: &str = "tom.okafor@northquay.example";
const ITEM: &str = "/harbour/Harbour/_workitems/edit/4112";

#[tokio::test]
async fn rest_requests_are_answered_on_the_socket() {
    let (handle, client) = started().await;
    let url = format!("{}/_apis/connectionData", handle.organization_url());
    let answer = client
        .get(url)
        .basic_auth("", Some(handle.token("connection")))
        .send()
        .await
        .unwrap();
    let body: Value = answer.json().await.unwrap();
    assert_eq!(body["authenticatedUser"]["providerDisplayName"], "svc-lockstep");
    let url = format!("{}/_apis/wit/workitems/4112", handle.organization_url());
    let item: Value = client
        .get(url)
        .basic_auth("", Some(handle.token("Tom Okafor")))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert!(item["url"].as_str().unwrap().starts_with(&handle.base_url()));
    handle.stop().await;
}

#[tokio::test]
async fn a_person_edits_a_work_item_at_its_page() {
    let (handle, client) = started().await;
    let shown = page(&client, &handle, ITEM).await;
    for id in [
        "title",
        "state",
        "assigned-to",
        "area",
        "iteration",
        "priority",
        "tags",
        "description",
        "save",
        "comment",
        "delete",
    ] {
        assert!(shown.contains(&format!("id=\"{id}\"")), "#{id} is missing");
    }
    let rev = handle.sim().work_item_snapshot(4112).unwrap().rev.to_string();
    let form = [
        ("rev", rev.as_str()),
        ("title", "Decision <b>first</b>"),
        ("state", "Resolved"),
        ("priority", "1"),
    ];
    let answer = post_form(&client, &handle, ITEM, TOM, &form).await;
    assert_eq!(answer.status(), 303);
    let item = handle.sim().work_item_snapshot(4112).unwrap();
    assert_eq!(
        (&item.fields["System.State"], &item.fields["System.ChangedBy"]),
        (&json!("Resolved"), &json!(TOM))
    );
    // What the form did not change, or did not have, is as it was.
    assert_eq!(item.fields["System.Tags"], "customs; go-live");
    let shown = page(&client, &handle, ITEM).await;
    assert!(shown.contains("Decision &lt;b&gt;first&lt;/b&gt;") && !shown.contains("<b>first</b>"));
    assert!(shown.contains("<b>Tom Okafor</b>") && shown.contains("Simulated Azure DevOps</title>"));
}

#[tokio::test]
async fn a_page_opened_before_another_change_is_refused_with_what_was_typed() {
    let (handle, client) = started().await;
    let form = [("rev", "1"), ("title", "Too late")];
    let answer = post_form(&client, &handle, ITEM, TOM, &form).await;
    assert_eq!(answer.status(), 400);
    let shown = answer.text().await.unwrap();
    assert!(shown.contains("id=\"error\"") && shown.contains("value=\"Too late\""));
}

#[tokio::test]
async fn a_person_deletes_and_restores() {
    let (handle, client) = started().await;
    assert_eq!(
        post_form(&client, &handle, &format!("{ITEM}/delete"), TOM, &[])
            .await
            .status(),
        303
    );
    assert!(handle.sim().work_item_snapshot(4112).unwrap().is_deleted);
    assert!(
        page(&client, &handle, "/harbour/Harbour/_workitems?view=bin")
            .await
            .contains("Pre-clearance decision")
    );
    assert!(page(&client, &handle, ITEM).await.contains("id=\"restore\""));
    assert_eq!(
        post_form(&client, &handle, &format!("{ITEM}/restore"), TOM, &[])
            .await
            .status(),
        303
    );
    assert!(!handle.sim().work_item_snapshot(4112).unwrap().is_deleted);
}

#[tokio::test]
async fn a_person_comments_and_links() {
    let (handle, client) = started().await;
    let answer = post_form(
        &client,
        &handle,
        &format!("{ITEM}/comment"),
        TOM,
        &[("comment", "Looks <good>")],
    )
    .await;
    assert_eq!(answer.status(), 303);
    let form = [("link-type", "System.LinkTypes.Related"), ("link-target", "4113")];
    assert_eq!(
        post_form(&client, &handle, &format!("{ITEM}/link"), TOM, &form)
            .await
            .status(),
        303
    );
    let shown = page(&client, &handle, ITEM).await;
    assert!(shown.contains("Comment: Looks &lt;good&gt;") && shown.contains("4113 Broker accounts"));
}

#[tokio::test]
async fn the_list_is_filtered() {
    let (handle, client) = started().await;
    let shown = page(
        &client,
        &handle,
        "/harbour/Harbour/_workitems?type=Bug&state=Active&text=kiosk",
    )
    .await;
    assert!(shown.contains("Kiosk loses its reader") && shown.contains("1 work items"));
}

#[tokio::test]
async fn every_other_page_is_there() {
    let (handle, client) = started().await;
    assert!(page(&client, &handle, "/").await.contains("Gate pilot"));
    assert!(
        page(&client, &handle, "/_tokens")
            .await
            .contains(handle.token("connection"))
    );
    assert!(
        page(&client, &handle, "/harbour/Gate%20pilot/_settings/serviceHooks")
            .await
            .contains("New Web Hooks subscription")
    );
    let missing = client
        .get(format!("{}/harbour/Nowhere/_workitems", handle.base_url()))
        .send()
        .await
        .unwrap();
    assert_eq!(missing.status(), 404);
}

#[tokio::test]
async fn who_one_acts_as_is_kept_in_a_cookie() {
    let (handle, client) = started().await;
    let form = [("person", TOM), ("return", "//elsewhere.example/")];
    let answer = post_form(&client, &handle, "/_act-as", "", &form).await;
    assert!(
        answer.headers()["set-cookie"]
            .to_str()
            .unwrap()
            .starts_with("simulated_person=tom%2Eokafor%40northquay%2Eexample")
    );
    // Back to a page of this site only.
    assert_eq!(answer.headers()["location"], "/");
}

#[tokio::test]
async fn a_form_of_another_site_is_refused() {
    let (handle, client) = started().await;
    let url = format!("{}{ITEM}/delete", handle.base_url());
    let answer = client
        .post(url)
        .header("Origin", "https://elsewhere.example")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 403);
    assert!(!handle.sim().work_item_snapshot(4112).unwrap().is_deleted);
}

#[tokio::test]
async fn a_hook_added_by_hand_reaches_its_receiver() {
    let heard: Arc<Mutex<Vec<(String, Value)>>> = Arc::default();
    let hearing = heard.clone();
    let receive = move |headers: HeaderMap, body: String| {
        let secret = headers["authorization"].to_str().unwrap_or_default().to_owned();
        hearing
            .lock()
            .unwrap()
            .push((secret, serde_json::from_str(&body).unwrap()));
        async { "thanks" }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let receiver =
        tokio::spawn(async move { axum::serve(listener, Router::new().route("/hook", post(receive))).await });
    let (handle, client) = started().await;
    let form = [
        ("event", "workitem.updated"),
        ("url", url.as_str()),
        ("username", "lockstep"),
        ("password", "secret"),
    ];
    let path = "/harbour/Harbour/_settings/serviceHooks";
    assert_eq!(
        post_form(&client, &handle, path, TOM, &form).await.status(),
        400,
        "only administrators may"
    );
    let mara = "mara.lindqvist@northquay.example";
    assert_eq!(post_form(&client, &handle, path, mara, &form).await.status(), 303);
    let saved = handle
        .sim()
        .person_update(super::now_us(), TOM, 4112, &[("System.Title", json!("Changed"))]);
    saved.unwrap();
    let (secret, event) = loop {
        if let Some(first) = heard.lock().unwrap().first().cloned() {
            break first;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert_eq!(
        (secret.as_str(), &event["resource"]["workItemId"]),
        ("Basic bG9ja3N0ZXA6c2VjcmV0", &json!(4112))
    );
    while handle.sim().subscriptions()[0].n_succeeded == 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(page(&client, &handle, path).await.contains("enabled"));
    receiver.abort();
}
