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
async fn a_person_moves_a_card_and_fills_in_what_a_rule_asks_for() {
    let (handle, client) = started().await;
    let bug = "/harbour/Harbour/_workitems/edit/4163";
    let shown = page(&client, &handle, bug).await;
    assert!(shown.contains("id=\"points\"") && shown.contains("id=\"root-cause\"") && !shown.contains("id=\"effort\""));
    let rev = handle.sim().work_item_snapshot(4163).unwrap().rev.to_string();
    let (area, sprint) = ("Harbour\\Customs", "Harbour\\PI 26.4\\Sprint 43");
    let form = [
        ("rev", rev.as_str()),
        ("area", area),
        ("iteration", sprint),
        ("points", "5"),
    ];
    let refused = post_form(&client, &handle, bug, TOM, &form).await;
    assert_eq!(refused.status(), 400);
    assert!(refused.text().await.unwrap().contains("TF401320"));
    let form = [form[0], form[1], form[2], form[3], ("root-cause", "Wear")];
    assert_eq!(post_form(&client, &handle, bug, TOM, &form).await.status(), 303);
    let item = handle.sim().work_item_snapshot(4163).unwrap();
    assert_eq!(
        (&item.fields["System.AreaPath"], &item.fields["System.IterationPath"]),
        (&json!(area), &json!(sprint))
    );
    assert_eq!(item.fields["Microsoft.VSTS.Scheduling.StoryPoints"].as_f64(), Some(5.0));
}

#[tokio::test]
async fn links_are_seen_with_their_comments_and_removed_from_either_end() {
    let (handle, client) = started().await;
    let shown = page(&client, &handle, ITEM).await;
    assert!(shown.contains("4090 Check IMO numbers") && shown.contains("Lockstep: accepted, needed by"));
    let form = [
        ("link-type", "System.LinkTypes.Dependency-Forward"),
        ("link-target", "4155"),
        ("link-comment", "Lockstep: proposed"),
    ];
    let added = post_form(&client, &handle, &format!("{ITEM}/link"), TOM, &form).await;
    assert_eq!(added.status(), 303);
    let other = "/harbour/Harbour/_workitems/edit/4155";
    assert!(page(&client, &handle, other).await.contains("Lockstep: proposed"));
    let form = [("rel", "System.LinkTypes.Dependency-Reverse"), ("target", "4112")];
    let removed = post_form(&client, &handle, &format!("{other}/unlink"), TOM, &form).await;
    assert_eq!(removed.status(), 303);
    assert!(handle.sim().links(4112).iter().all(|link| link.target != Some(4155)));
}

#[tokio::test]
async fn an_iteration_is_renamed_and_work_items_follow_without_a_revision() {
    let (handle, client) = started().await;
    let iterations = "/harbour/Harbour/_settings/iterations";
    let node = |handle: &SimulatorHandle, name: &str| {
        let all = handle.sim().iterations("Harbour");
        all.into_iter().find(|node| node.path.ends_with(name)).unwrap()
    };
    let sprint = node(&handle, "\\Sprint 43");
    let shown = page(&client, &handle, iterations).await;
    assert!(shown.contains(&format!("id=\"name-{}\"", sprint.id)) && shown.contains("Harbour\\PI 26.4\\Sprint 43"));
    let rev = handle.sim().work_item_snapshot(4110).unwrap().rev;
    let save = format!("{iterations}/{}", sprint.id);
    let form = [
        ("name", "Sprint 43b"),
        ("start", "2027-01-04"),
        ("finish", "2027-01-15"),
    ];
    assert_eq!(post_form(&client, &handle, &save, TOM, &form).await.status(), 303);
    let item = handle.sim().work_item_snapshot(4110).unwrap();
    assert_eq!(item.fields["System.IterationPath"], "Harbour\\PI 26.4\\Sprint 43b");
    assert_eq!(item.rev, rev);
    let renamed = node(&handle, "\\Sprint 43b");
    assert_eq!(renamed.id, sprint.id);
    assert_eq!(renamed.dates, Some(("2027-01-04".to_owned(), "2027-01-15".to_owned())));
    // A name that another sprint has is refused, and so are dates the wrong way round.
    for form in [
        [("name", "Sprint 44"), ("start", "2027-01-04"), ("finish", "2027-01-15")],
        [
            ("name", "Sprint 43b"),
            ("start", "2027-01-15"),
            ("finish", "2027-01-04"),
        ],
    ] {
        let refused = post_form(&client, &handle, &save, TOM, &form).await;
        assert_eq!(refused.status(), 400);
        assert!(refused.text().await.unwrap().contains("id=\"error\""));
    }
    assert_eq!(node(&handle, "\\Sprint 43b"), renamed);
}

#[tokio::test]
async fn a_large_organization_is_generated_and_its_list_is_cut() {
    let config = SimulatorConfig {
        n_items: 900,
        ..SimulatorConfig::default()
    };
    let handle = spawn(config).await.unwrap();
    assert_eq!(handle.sim().all_ids().len(), 900);
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let shown = page(&client, &handle, "/harbour/Harbour/_workitems").await;
    assert!(shown.contains("900 work items, the first 500 of them here"));
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
async fn a_saved_query_gets_another_text() {
    let (handle, client) = started().await;
    const BUGS: &str = "Shared Queries/All open bugs";
    let text = |handle: &SimulatorHandle| {
        let all = handle.sim().saved_queries("Harbour", TOM);
        all.into_iter().find(|query| query.path == BUGS).unwrap().wiql
    };
    let shown = page(&client, &handle, "/harbour/Harbour/_queries").await;
    assert!(shown.contains(BUGS) && shown.contains("My Queries/Assigned to me"));
    let wiql = "SELECT [System.Id] FROM workitems WHERE [System.WorkItemType] = 'Bug'";
    let form = [("path", BUGS), ("wiql", wiql)];
    let saved = post_form(&client, &handle, "/harbour/Harbour/_queries", TOM, &form).await;
    assert_eq!(saved.status(), 303);
    assert_eq!(text(&handle), wiql);
    // Mara's own query is not Tom's to change.
    let form = [("path", "My Queries/Assigned to me"), ("wiql", wiql)];
    let refused = post_form(&client, &handle, "/harbour/Harbour/_queries", TOM, &form).await;
    assert_eq!(refused.status(), 400);
}

#[tokio::test]
async fn programs_that_check_read_what_was_accepted_and_by_whom() {
    let (handle, client) = started().await;
    let read = async |after: u64| -> Value {
        let text = page(&client, &handle, &format!("/_ground-truth?after={after}")).await;
        serde_json::from_str(&text).unwrap()
    };
    let n = read(0).await["n"].as_u64().unwrap();
    let form = [("comment", "Seen on the quay")];
    post_form(&client, &handle, &format!("{ITEM}/comment"), TOM, &form).await;
    let news = read(n).await;
    assert_eq!(news["n"], n + 1);
    let change = &news["changes"][0];
    assert_eq!((&change["work_item"], &change["by"]), (&json!(4112), &json!(TOM)));
    assert_eq!(change["kind"], "Updated");
    assert_eq!(change["fields"]["System.History"][1], "Seen on the quay");
    assert_eq!(news["changes"].as_array().unwrap().len(), 1);
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
