//! Every operation against every role: who gets through, and that no operation escapes the question.
//!
//! The matrix below is written by hand, on purpose apart from the server's own table.

use lockstep_server::access::TABLE;
use lockstep_server::api;
use serde_json::json;
use utoipa::openapi::path::Operation;

use crate::world::{Browser, World};

/// `yes`: let through (whatever it answers then, it is neither 401 nor 403). `no`: 403, and 401 for nobody.
const ADMIN: [&str; 5] = ["yes", "no", "no", "no", "out"];
const BOARD_ADMINS: [&str; 5] = ["yes", "yes", "no", "no", "out"];
const EDITORS: [&str; 5] = ["yes", "yes", "yes", "no", "out"];
const MEMBERS: [&str; 5] = ["yes", "yes", "yes", "yes", "out"];
const EVERYBODY: [&str; 5] = ["yes", "yes", "yes", "yes", "in"];
/// A session opens nothing here: 401 without the route's own secret.
const OWN_SECRET: [&str; 5] = ["secret", "secret", "secret", "secret", "secret"];

/// Company admin, board admin, member, viewer, nobody.
const MATRIX: &[(&str, &str, [&str; 5])] = &[
    ("GET", "/healthz", EVERYBODY),
    ("GET", "/readyz", EVERYBODY),
    ("GET", "/api/session", EVERYBODY),
    ("POST", "/api/setup", EVERYBODY),
    ("POST", "/api/sign-in", EVERYBODY),
    ("POST", "/api/sign-out", EVERYBODY),
    ("POST", "/api/demo/person", EVERYBODY),
    ("GET", "/demo", EVERYBODY),
    ("GET", "/api/sessions", MEMBERS),
    ("DELETE", "/api/sessions/{id}", MEMBERS),
    ("PATCH", "/api/me", MEMBERS),
    ("POST", "/api/me/password", MEMBERS),
    ("GET", "/api/members", MEMBERS),
    ("POST", "/api/members", ADMIN),
    ("PATCH", "/api/members/{id}", ADMIN),
    ("GET", "/api/events", MEMBERS),
    ("POST", "/hooks/{path_id}", OWN_SECRET),
    ("GET", "/api/connections", MEMBERS),
    ("POST", "/api/connections", ADMIN),
    ("POST", "/api/connections/test", ADMIN),
    ("GET", "/api/connections/{id}", MEMBERS),
    ("PATCH", "/api/connections/{id}", ADMIN),
    ("DELETE", "/api/connections/{id}", ADMIN),
    ("POST", "/api/connections/{id}/test", ADMIN),
    ("GET", "/api/connections/{id}/webhook", ADMIN),
    ("POST", "/api/connections/{id}/webhook/reveal", ADMIN),
    ("POST", "/api/connections/{id}/webhook/rotate", ADMIN),
    ("GET", "/api/connections/{id}/projects", EDITORS),
    ("GET", "/api/connections/{id}/projects/{project_id}/targets", EDITORS),
    ("GET", "/api/me/tokens", EDITORS),
    ("PUT", "/api/me/tokens/{connection_id}", EDITORS),
    ("POST", "/api/me/tokens/{connection_id}/test", EDITORS),
    ("DELETE", "/api/me/tokens/{connection_id}", EDITORS),
    ("GET", "/api/action-items", MEMBERS),
    ("POST", "/api/action-items", EDITORS),
    ("POST", "/api/action-items/lines", EDITORS),
    ("GET", "/x/{id}", EVERYBODY),
    ("GET", "/api/action-items/{id}", MEMBERS),
    ("POST", "/api/action-items/{id}/edits", EDITORS),
    ("POST", "/api/action-items/{id}/push", EDITORS),
    ("POST", "/api/action-items/{id}/comments", EDITORS),
    ("POST", "/api/action-items/{id}/delete", EDITORS),
    ("POST", "/api/action-items/{id}/restore", EDITORS),
    ("POST", "/api/boards/proposal", BOARD_ADMINS),
    ("POST", "/api/boards/preview", BOARD_ADMINS),
    ("POST", "/api/boards", BOARD_ADMINS),
    ("POST", "/api/boards/{id}/leaving", BOARD_ADMINS),
    ("POST", "/api/boards/{id}/connect/preview", BOARD_ADMINS),
    ("POST", "/api/boards/{id}/connect", BOARD_ADMINS),
    ("GET", "/api/boards", MEMBERS),
    ("GET", "/api/boards/{id}", MEMBERS),
    ("PATCH", "/api/boards/{id}", BOARD_ADMINS),
    ("DELETE", "/api/boards/{id}", BOARD_ADMINS),
    ("GET", "/api/boards/{id}/snapshot", MEMBERS),
    ("GET", "/api/boards/{id}/changes", MEMBERS),
    ("GET", "/api/boards/{id}/left", MEMBERS),
    ("GET", "/api/boards/{id}/cards/{item}", MEMBERS),
    ("POST", "/api/boards/{id}/acts", EDITORS),
    ("POST", "/api/boards/{id}/undo", EDITORS),
    ("POST", "/api/boards/{id}/redo", EDITORS),
    ("POST", "/api/boards/{id}/presence", MEMBERS),
    ("GET", "/api/boards/{id}/publish", MEMBERS),
    ("POST", "/api/boards/{id}/publish", EDITORS),
    ("POST", "/api/boards/{id}/publish/try", EDITORS),
    ("POST", "/api/boards/{id}/publish/stop", EDITORS),
    ("POST", "/api/boards/{id}/discard", EDITORS),
    ("POST", "/api/boards/{id}/export", MEMBERS),
    ("GET", "/api/boards/{id}/filters", MEMBERS),
    ("POST", "/api/boards/{id}/filters", EDITORS),
    ("DELETE", "/api/boards/{id}/filters/{filter}", EDITORS),
    ("GET", "/api/boards/{id}/links", BOARD_ADMINS),
    ("POST", "/api/boards/{id}/links", BOARD_ADMINS),
    ("DELETE", "/api/boards/{id}/links/{link}", BOARD_ADMINS),
    ("GET", "/api/shared/board", OWN_SECRET),
    ("POST", "/api/connections/{id}/wiql", BOARD_ADMINS),
    ("GET", "/api/sync", MEMBERS),
    ("POST", "/api/edits/{id}/decide", EDITORS),
];

/// Operations that stand outside the document: the document itself and the numbers.
const OUTSIDE: &[(&str, &str)] = &[("GET", "/api/openapi.json"), ("GET", "/metrics")];

fn operations() -> Vec<(&'static str, String)> {
    let mut operations = Vec::new();
    for (path, item) in api::openapi().paths.paths {
        let methods: [(&'static str, &Option<Operation>); 7] = [
            ("GET", &item.get),
            ("POST", &item.post),
            ("PUT", &item.put),
            ("PATCH", &item.patch),
            ("DELETE", &item.delete),
            ("HEAD", &item.head),
            ("OPTIONS", &item.options),
        ];
        operations.extend(
            methods
                .into_iter()
                .filter(|(_, operation)| operation.is_some())
                .map(|(method, _)| (method, path.clone())),
        );
    }
    operations
}

#[test]
fn every_operation_of_the_document_is_in_the_matrix() {
    for (method, path) in operations() {
        assert!(
            MATRIX.iter().any(|(m, p, _)| *m == method && *p == path),
            "add {method} {path} to the matrix"
        );
    }
}

#[test]
fn the_servers_table_and_the_matrix_name_the_same_operations() {
    for (method, path, _) in TABLE {
        let is_known = MATRIX.iter().any(|(m, p, _)| m == method && p == path) || OUTSIDE.contains(&(method, path));
        assert!(is_known, "{method} {path} is in the table and not in the matrix");
    }
    for (method, path, _) in MATRIX {
        assert!(
            TABLE.iter().any(|(m, p, _)| m == method && p == path),
            "{method} {path} is in the matrix and not in the table"
        );
    }
}

#[tokio::test]
async fn every_role_gets_through_exactly_where_the_matrix_says() {
    // The gate comes before the database, so one database tells it all.
    let world = World::start(String::new(), |_config, _flavour| {}).await;
    let admin = world.admin().await;
    let browsers = [
        admin.clone(),
        world.member(&admin, "Bo", "board_admin").await,
        world.member(&admin, "Mia", "member").await,
        world.member(&admin, "Vera", "viewer").await,
        world.visitor(),
    ];
    let names = ["company admin", "board admin", "member", "viewer", "nobody"];
    for (method, path) in operations() {
        let Some((_, _, verdicts)) = MATRIX.iter().find(|(m, p, _)| *m == method && *p == path) else {
            panic!("add {method} {path} to the matrix");
        };
        for ((browser, verdict), name) in browsers.iter().zip(verdicts).zip(names) {
            let cookie = browser.cookie();
            let answer = status(browser, method, &path).await;
            let is_right = match *verdict {
                "yes" | "in" => !is_gate(&answer),
                "secret" => answer.0 == 401,
                "no" => answer == (403, "forbidden".to_owned()),
                _ => answer == (401, "signed_out".to_owned()),
            };
            assert!(
                is_right,
                "{method} {path} as {name}: expected {verdict}, got {answer:?}"
            );
            // Signing out and in is part of the matrix; the story goes on as before.
            browser.set_cookie(cookie);
            if path == "/api/sign-out" && *verdict != "in" {
                let email = format!(
                    "{}@example.org",
                    ["ada", "bo", "mia", "vera"][names.iter().position(|n| *n == name).unwrap()]
                );
                browser.sign_in(&email, crate::world::PASSWORD).await.expect(200);
            }
        }
    }
    world.stop().await;
}

fn is_gate((status, code): &(u16, String)) -> bool {
    matches!((status, code.as_str()), (401, "signed_out") | (403, _))
}

/// Status and problem code; the ids are nobody's and the body is empty, so that nothing is done.
async fn status(browser: &Browser, method: &str, path: &str) -> (u16, String) {
    let mut concrete = path.to_owned();
    while let (Some(from), Some(to)) = (concrete.find('{'), concrete.find('}')) {
        concrete.replace_range(from..=to, "00000000-0000-7000-8000-000000000000");
    }
    let body = (!matches!(method, "GET" | "DELETE")).then(|| json!({}));
    let mut request = browser.request(method, &concrete, &[]);
    if let Some(body) = body {
        request = request.json(&body);
    }
    if path == "/api/events" {
        // The stream doesn't end by itself.
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let code = if status == 200 {
            String::new()
        } else {
            response.json::<serde_json::Value>().await.unwrap()["code"]
                .as_str()
                .unwrap()
                .to_owned()
        };
        return (status, code);
    }
    let answer = browser.answer(request).await;
    (
        answer.status,
        answer.json()["code"].as_str().unwrap_or_default().to_owned(),
    )
}

#[tokio::test]
async fn a_route_that_the_table_does_not_name_lets_nobody_through() {
    use axum::Router;
    use axum::middleware;
    use axum::routing::get;
    use tower::ServiceExt;
    let world = World::start(String::new(), |_config, _flavour| {}).await;
    let router: Router = Router::new()
        .route("/api/forgotten", get(async || "all of it"))
        .route_layer(middleware::from_fn_with_state(
            world.app.clone(),
            lockstep_server::access::gate,
        ))
        .with_state(world.app.clone());
    let request = http::Request::get("/api/forgotten")
        .body(axum::body::Body::empty())
        .unwrap();
    assert_eq!(router.oneshot(request).await.unwrap().status(), 403);
    world.stop().await;
}

#[tokio::test]
async fn members_of_another_company_are_not_found() {
    use lockstep_server::access::Role;
    use lockstep_server::ids::{CompanyId, MemberId};
    use lockstep_server::store::members::NewMember;
    crate::world::on_both(async |world| {
        let admin = world.admin().await;
        let (company, stranger) = (CompanyId(uuid::Uuid::now_v7()), MemberId(uuid::Uuid::now_v7()));
        let mut tx = world.app.store.begin().await.unwrap();
        tx.insert_company(company, "Elsewhere", 1).await.unwrap();
        let new = NewMember {
            id: stranger,
            name: "Stranger",
            email: "stranger@example.org",
            role: Role::Member,
            password_hash: "",
            avatar: 1,
            created_us: 1,
        };
        tx.insert_member(company, &new).await.unwrap();
        tx.commit().await.unwrap();
        let path = format!("/api/members/{stranger}");
        assert_eq!(
            admin.patch(&path, json!({"is_active": false})).await.problem(404),
            "not_found"
        );
        assert!(!admin.get("/api/members").await.text.contains("Stranger"));
        assert!(
            world
                .app
                .store
                .member(company, stranger)
                .await
                .unwrap()
                .unwrap()
                .is_active
        );
    })
    .await;
}
