//! Two companies on one server: what belongs to one is not found by the other, on any route.

use lockstep_server::access::Role;
use lockstep_server::accounts::passwords::Passwords;
use lockstep_server::api;
use lockstep_server::ids::{CompanyId, MemberId};
use lockstep_server::simulator::{self, SimulatorConfig};
use lockstep_server::store::members::NewMember;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::world::{Browser, PASSWORD, World, on_both};

/// A browser with the admin of another company on the same server.
async fn stranger(world: &World) -> Browser {
    let hash = Passwords::new(true).hash(&PASSWORD.into()).await.unwrap();
    let company = CompanyId(Uuid::now_v7());
    let mut tx = world.app.store.begin().await.unwrap();
    tx.insert_company(company, "Elsewhere", 1).await.unwrap();
    let new = NewMember {
        id: MemberId(Uuid::now_v7()),
        name: "Stranger",
        email: "stranger@example.org",
        role: Role::CompanyAdmin,
        password_hash: &hash,
        avatar: 1,
        created_us: 1,
    };
    tx.insert_member(company, &new).await.unwrap();
    tx.commit().await.unwrap();
    let browser = world.visitor();
    browser.sign_in("stranger@example.org", PASSWORD).await.expect(200);
    browser
}

/// Every operation with an id in its path, with the ids of `ours` and a body that would do something.
fn attempts(ours: &Ours) -> Vec<(&'static str, &'static str, String, Option<Value>)> {
    let fresh = || Uuid::now_v7().to_string();
    let (connection, item) = (&ours.connection, &ours.item);
    let project = Uuid::nil();
    let of_connection = |rest: &str| format!("/api/connections/{connection}{rest}");
    let of_item = |rest: &str| format!("/api/action-items/{item}{rest}");
    let own_token = |rest: &str| format!("/api/me/tokens/{connection}{rest}");
    let push = json!({"id": fresh(), "connection_id": connection, "project_id": project, "work_item_type": "Task"});
    vec![
        (
            "PATCH",
            "/api/members/{id}",
            format!("/api/members/{}", ours.member),
            Some(json!({"is_active": false})),
        ),
        (
            "DELETE",
            "/api/sessions/{id}",
            format!("/api/sessions/{}", ours.session),
            None,
        ),
        ("GET", "/api/connections/{id}", of_connection(""), None),
        (
            "PATCH",
            "/api/connections/{id}",
            of_connection(""),
            Some(json!({"label": "Taken over"})),
        ),
        ("DELETE", "/api/connections/{id}", of_connection(""), None),
        (
            "POST",
            "/api/connections/{id}/test",
            of_connection("/test"),
            Some(json!({})),
        ),
        ("GET", "/api/connections/{id}/webhook", of_connection("/webhook"), None),
        (
            "POST",
            "/api/connections/{id}/webhook/reveal",
            of_connection("/webhook/reveal"),
            Some(json!({})),
        ),
        (
            "POST",
            "/api/connections/{id}/webhook/rotate",
            of_connection("/webhook/rotate"),
            Some(json!({})),
        ),
        (
            "GET",
            "/api/connections/{id}/projects",
            of_connection("/projects"),
            None,
        ),
        (
            "GET",
            "/api/connections/{id}/projects/{project_id}/targets",
            of_connection(&format!("/projects/{project}/targets")),
            None,
        ),
        (
            "PUT",
            "/api/me/tokens/{connection_id}",
            own_token(""),
            Some(json!({"token": ours.token})),
        ),
        (
            "POST",
            "/api/me/tokens/{connection_id}/test",
            own_token("/test"),
            Some(json!({})),
        ),
        ("DELETE", "/api/me/tokens/{connection_id}", own_token(""), None),
        ("GET", "/api/action-items/{id}", of_item(""), None),
        (
            "POST",
            "/api/action-items/{id}/edits",
            of_item("/edits"),
            Some(json!({"id": fresh(), "changes": {"title": "Taken over"}})),
        ),
        ("POST", "/api/action-items/{id}/push", of_item("/push"), Some(push)),
        (
            "POST",
            "/api/action-items/{id}/comments",
            of_item("/comments"),
            Some(json!({"id": fresh(), "text": "I was here"})),
        ),
        (
            "POST",
            "/api/action-items/{id}/delete",
            of_item("/delete"),
            Some(json!({"id": fresh(), "work_item": "leave"})),
        ),
        (
            "POST",
            "/api/action-items/{id}/restore",
            of_item("/restore"),
            Some(json!({"id": fresh()})),
        ),
        (
            "POST",
            "/api/connections/{id}/wiql",
            of_connection("/wiql"),
            Some(json!({"project": null, "wiql": "SELECT [System.Id] FROM WorkItems"})),
        ),
        (
            "POST",
            "/api/edits/{id}/decide",
            format!("/api/edits/{}/decide", ours.edit),
            Some(json!({"id": fresh(), "choice": "give_up", "seen": null})),
        ),
    ]
    .into_iter()
    .chain(attempts_at_boards(ours))
    .collect()
}

/// The same for boards.
fn attempts_at_boards(ours: &Ours) -> Vec<(&'static str, &'static str, String, Option<Value>)> {
    let fresh = || Uuid::now_v7().to_string();
    let of_board = |rest: &str| format!("/api/boards/{}{rest}", ours.board);
    let item = Uuid::nil();
    let rename = json!([{"kind": "set", "item": item, "field": "title", "to": "Taken over"}]);
    let get = |template: &'static str, rest: &str| ("GET", template, of_board(rest), None);
    let post = |template: &'static str, rest: &str, body: Value| ("POST", template, of_board(rest), Some(body));
    vec![
        get("/api/boards/{id}", ""),
        (
            "PATCH",
            "/api/boards/{id}",
            of_board(""),
            Some(json!({"name": "Taken over"})),
        ),
        ("DELETE", "/api/boards/{id}", of_board(""), None),
        get("/api/boards/{id}/snapshot", "/snapshot"),
        get("/api/boards/{id}/changes", "/changes?after=0"),
        get("/api/boards/{id}/left", "/left"),
        get("/api/boards/{id}/cards/{item}", &format!("/cards/{item}")),
        get("/api/boards/{id}/publish", "/publish"),
        post(
            "/api/boards/{id}/export",
            "/export",
            json!({"format": "csv", "cards": null}),
        ),
        get("/api/boards/{id}/filters", "/filters"),
        post(
            "/api/boards/{id}/filters",
            "/filters",
            json!({"id": fresh(), "name": "Mine", "filter": {"problems": true}}),
        ),
        (
            "DELETE",
            "/api/boards/{id}/filters/{filter}",
            of_board(&format!("/filters/{}", fresh())),
            None,
        ),
        get("/api/boards/{id}/links", "/links"),
        post("/api/boards/{id}/links", "/links", json!({"days": 1})),
        (
            "DELETE",
            "/api/boards/{id}/links/{link}",
            of_board(&format!("/links/{}", ours.link)),
            None,
        ),
        post("/api/boards/{id}/acts", "/acts", json!({"id": fresh(), "acts": rename})),
        post("/api/boards/{id}/undo", "/undo", json!({"id": fresh()})),
        post("/api/boards/{id}/redo", "/redo", json!({"id": fresh()})),
        post("/api/boards/{id}/presence", "/presence", json!({"item": null})),
        post("/api/boards/{id}/leaving", "/leaving", json!({"choice": "let_go"})),
        post(
            "/api/boards/{id}/connect/preview",
            "/connect/preview",
            json!({"connection_id": ours.connection, "set_up": a_set_up()}),
        ),
        post(
            "/api/boards/{id}/connect",
            "/connect",
            json!({"connection_id": ours.connection, "set_up": a_set_up()}),
        ),
        post("/api/boards/{id}/publish/try", "/publish/try", json!({})),
        post("/api/boards/{id}/publish/stop", "/publish/stop", json!({})),
        post(
            "/api/boards/{id}/publish",
            "/publish",
            json!({"id": fresh(), "items": [item]}),
        ),
        post(
            "/api/boards/{id}/discard",
            "/discard",
            json!({"id": fresh(), "items": null}),
        ),
    ]
}

/// What the first company has.
struct Ours {
    member: String,
    session: String,
    connection: String,
    token: String,
    item: String,
    edit: String,
    board: String,
    link: String,
}

/// A board of one team and one sprint.
pub fn a_set_up() -> Value {
    json!({
        "scope": {"kind": "areas", "projects": [{"id": "p1", "name": "Harbour"}]},
        "pi": null,
        "teams": [{"id": "quay", "name": "Quay", "project_id": "p1", "area_id": 11, "is_shown": true,
            "areas": [{"id": 11, "includes_children": true}]}],
        "columns": [{"id": "s41", "name": "Sprint 41", "node_ids": [101]}],
        "levels": {"features": ["Feature"], "stories": ["User Story"]},
        "unit": {"field": "Microsoft.VSTS.Scheduling.StoryPoints", "name": "points"},
        "capacity": {"kind": "velocity", "overrides": []},
    })
}

async fn ours(admin: &Browser, organization_url: &str, token: &str) -> Ours {
    let input = json!({"label": "Harbour", "server_url": organization_url, "token": token, "without_own_token": "hold",
        "allows_plain_http": true});
    let connection = admin.post("/api/connections", input).await.expect(201);
    let edit = Uuid::now_v7().to_string();
    let item = admin
        .post("/api/action-items", json!({"title": "Shorten the stand-up"}))
        .await
        .expect(201);
    let item = item["id"].as_str().unwrap().to_owned();
    let input = json!({"id": edit, "changes": {"priority": 2}});
    admin
        .post(&format!("/api/action-items/{item}/edits"), input)
        .await
        .expect(200);
    let board = Uuid::now_v7().to_string();
    let input = json!({"id": board, "name": "Program board", "connection_id": connection["id"], "set_up": a_set_up(),
        "write_mode": "hold"});
    admin.post("/api/boards", input).await.expect(201);
    let link = admin
        .post(&format!("/api/boards/{board}/links"), json!({"days": 1}))
        .await
        .expect(201);
    let sessions = admin.get("/api/sessions").await.expect(200);
    Ours {
        member: admin.my_id().await,
        session: sessions[0]["id"].as_str().unwrap().to_owned(),
        connection: connection["id"].as_str().unwrap().to_owned(),
        token: token.to_owned(),
        item,
        edit,
        board,
        link: link["link"]["id"].as_str().unwrap().to_owned(),
    }
}

#[test]
fn every_operation_with_an_id_is_tried_by_a_stranger() {
    let none = String::new;
    let ours = Ours {
        member: none(),
        session: none(),
        connection: none(),
        token: none(),
        item: none(),
        edit: none(),
        board: none(),
        link: none(),
    };
    let tried: Vec<_> = attempts(&ours)
        .into_iter()
        .map(|(method, template, ..)| (method, template))
        .collect();
    for (path, item) in api::openapi().paths.paths {
        let methods = [
            ("GET", item.get),
            ("POST", item.post),
            ("PUT", item.put),
            ("PATCH", item.patch),
            ("DELETE", item.delete),
        ];
        for (method, operation) in methods {
            // Service hooks know no company before their secret.
            let is_ours = operation.is_some() && path.contains('{') && path.starts_with("/api/");
            assert!(
                !is_ours || tried.contains(&(method, path.as_str())),
                "add {method} {path} to the attempts"
            );
        }
    }
}

#[tokio::test]
async fn another_companys_things_are_not_found_on_any_route() {
    let simulator = simulator::spawn(SimulatorConfig::default()).await.unwrap();
    on_both(async |world| {
        let admin = world.admin().await;
        let ours = ours(&admin, &simulator.organization_url(), simulator.token("connection")).await;
        let stranger = stranger(world).await;
        let lists = [
            "/api/members",
            "/api/connections",
            "/api/action-items?bin=false",
            "/api/sync",
            "/api/me/tokens",
            "/api/boards",
        ];
        let mut before = Vec::new();
        for path in lists {
            before.push(admin.get(path).await.expect(200));
        }
        for (method, template, path, body) in attempts(&ours) {
            let answer = stranger.send(method, &path, body, &[]).await;
            assert_eq!(answer.status, 404, "{method} {template}: {}", answer.text);
            assert_eq!(answer.problem(404), "not_found", "{method} {template}");
        }
        for (path, before) in lists.into_iter().zip(before) {
            assert_eq!(admin.get(path).await.expect(200), before, "{path}");
            let theirs = stranger.get(path).await.text;
            for id in [&ours.member, &ours.connection, &ours.item, &ours.edit, &ours.board] {
                assert!(!theirs.contains(id.as_str()), "{path}");
            }
        }
        admin.get("/api/sessions").await.expect(200);
    })
    .await;
    simulator.stop().await;
}
