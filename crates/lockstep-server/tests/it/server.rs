//! The server around the slices: headers, limits, other sites, health, metrics, OpenAPI, stopping.

use serde_json::json;

use crate::world::{PASSWORD, World, on_both_with};

async fn world() -> World {
    World::start(String::new(), |_config, _flavour| {}).await
}

#[tokio::test]
async fn every_answer_tells_browsers_to_be_strict() {
    let world = world().await;
    for path in ["/", "/api/session", "/api/nothing-here", "/healthz", "/some/page"] {
        let answer = world.visitor().get(path).await;
        let policy = answer.header("content-security-policy");
        assert!(
            policy.contains("frame-ancestors 'none'") && policy.contains("script-src 'self'"),
            "{path}"
        );
        assert!(!policy.contains("unsafe"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
        assert!(!answer.header("x-request-id").is_empty(), "{path}");
        assert_eq!(answer.header("server"), "", "{path}");
    }
    world.stop().await;
}

#[tokio::test]
async fn a_request_id_is_taken_from_a_proxy_only_if_it_is_plain() {
    let world = world().await;
    for (given, is_kept) in [
        ("a1b2-c3", true),
        ("a b", false),
        ("<script>", false),
        (&"a".repeat(65), false),
    ] {
        let answer = world
            .visitor()
            .send("GET", "/healthz", None, &[("x-request-id", given)])
            .await;
        assert_eq!(answer.header("x-request-id") == given, is_kept, "{given}");
    }
    world.stop().await;
}

#[tokio::test]
async fn answers_of_the_api_are_kept_by_no_cache() {
    let world = world().await;
    assert_eq!(
        world.visitor().get("/api/session").await.header("cache-control"),
        "no-store"
    );
    assert_eq!(
        world.visitor().get("/api/members").await.header("cache-control"),
        "no-store"
    );
    world.stop().await;
}

#[tokio::test]
async fn any_page_shows_the_screens_and_nothing_of_the_api_does() {
    let world = world().await;
    let visitor = world.visitor();
    let page = visitor.get("/connections/new").await;
    assert_eq!(
        (page.status, page.header("content-type")),
        (200, "text/html".to_owned())
    );
    assert_eq!(page.header("cache-control"), "no-cache");
    let again = visitor
        .send("GET", "/", None, &[("if-none-match", &page.header("etag"))])
        .await;
    assert_eq!((again.status, again.text.as_str()), (304, ""));
    // The page of a board names what it begins with.
    let id = "01a2277c-0d86-77ae-98d9-ae25dc282e42";
    let board = visitor.get(&format!("/boards/{id}")).await;
    assert!(
        board.text.contains(&format!("/api/boards/{id}/snapshot")),
        "{}",
        board.text
    );
    assert!(!page.text.contains("snapshot") && page.header("etag") != board.header("etag"));
    assert_eq!(visitor.get("/api/nothing-here").await.problem(404), "not_found");
    assert_eq!(visitor.get("/assets/nothing-here.js").await.problem(404), "not_found");
    assert_eq!(
        visitor.get("/../../Cargo.toml").await.header("content-type"),
        "text/html"
    );
    world.stop().await;
}

#[tokio::test]
async fn what_another_site_sends_changes_nothing() {
    let world = world().await;
    let admin = world.admin().await;
    let own_origin = world.url.clone();
    for (headers, status) in [
        (vec![("sec-fetch-site", "cross-site")], 403),
        (
            vec![("sec-fetch-site", "same-site"), ("origin", "https://evil.example.org")],
            403,
        ),
        (vec![("origin", "https://evil.example.org")], 403),
        (vec![("origin", "null")], 403),
        (
            vec![("sec-fetch-site", "same-origin"), ("origin", own_origin.as_str())],
            200,
        ),
        (vec![], 200),
    ] {
        for method in ["PATCH"] {
            let answer = admin
                .send(method, "/api/me", Some(json!({"theme": "dark"})), &headers)
                .await;
            assert_eq!(answer.status, status, "{headers:?} {}", answer.text);
        }
    }
    for method in ["POST", "PUT", "DELETE"] {
        let answer = admin
            .send(method, "/api/members", None, &[("sec-fetch-site", "cross-site")])
            .await;
        assert_eq!(answer.problem(403), "another_site", "{method}");
    }
    world.stop().await;
}

#[tokio::test]
async fn a_form_is_no_json() {
    let world = world().await;
    let visitor = world.visitor();
    for content_type in ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data"] {
        let request = visitor
            .request("POST", "/api/sign-in", &[("content-type", content_type)])
            .body("{\"email\":\"a\",\"password\":\"b\"}");
        assert_eq!(visitor.answer(request).await.problem(400), "not_json");
    }
    world.stop().await;
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused() {
    let world = world().await;
    let input = json!({"email": "a".repeat(1024 * 1024), "password": PASSWORD});
    assert_eq!(
        world.visitor().post("/api/sign-in", input).await.problem(413),
        "unreadable_body"
    );
    world.stop().await;
}

#[tokio::test]
async fn unknown_fields_and_wrong_kinds_are_refused_without_repeating_them() {
    let world = world().await;
    let input = json!({"email": "a@example.org", "password": 4711});
    let answer = world.visitor().post("/api/sign-in", input).await;
    assert!(!answer.text.contains("4711"));
    assert_eq!(answer.problem(422), "unexpected_shape");
    let input = json!({"email": "a@example.org", "password": PASSWORD, "role": "company_admin"});
    assert_eq!(
        world.visitor().post("/api/sign-in", input).await.problem(422),
        "unexpected_shape"
    );
    world.stop().await;
}

#[tokio::test]
async fn health_needs_nobody_and_readiness_needs_the_database() {
    on_both_with(
        |_config, _flavour| {},
        async |world| {
            assert_eq!(world.visitor().get("/healthz").await.text, "ok");
            assert_eq!(world.visitor().get("/readyz").await.text, "ready");
            world.app.store.close().await;
            assert_eq!(world.visitor().get("/readyz").await.problem(503), "not_ready");
            assert_eq!(world.visitor().get("/healthz").await.status, 200);
        },
    )
    .await;
}

#[tokio::test]
async fn metrics_are_for_this_machine_or_for_the_token() {
    let open = world().await;
    let visitor = open.visitor();
    visitor.get("/api/session").await.expect(200);
    let metrics = visitor.get("/metrics").await;
    assert_eq!(metrics.status, 200);
    assert!(
        metrics.text.contains("lockstep_http_requests_total"),
        "{}",
        metrics.text
    );
    // A proxy on this machine passes on anybody's request.
    let forwarded = visitor
        .send("GET", "/metrics", None, &[("x-forwarded-for", "127.0.0.1")])
        .await;
    forwarded.problem(401);
    open.stop().await;

    let with_token = World::start(String::new(), |config, _flavour| {
        config.metrics_token = "a metrics token".into()
    })
    .await;
    let visitor = with_token.visitor();
    visitor.get("/metrics").await.problem(401);
    visitor
        .send("GET", "/metrics", None, &[("authorization", "Bearer wrong")])
        .await
        .problem(401);
    let right = visitor
        .send("GET", "/metrics", None, &[("authorization", "Bearer a metrics token")])
        .await;
    assert_eq!(right.status, 200);
    with_token.stop().await;
}

#[tokio::test]
async fn the_openapi_document_is_version_3_1_and_names_the_operations() {
    let world = world().await;
    let document = world.visitor().get("/api/openapi.json").await.expect(200);
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    assert!(document["paths"]["/api/sign-in"]["post"]["responses"]["200"].is_object());
    assert!(document["components"]["schemas"]["Problem"].is_object());
    world.stop().await;
}

#[tokio::test]
async fn a_server_that_stops_begins_nothing_and_ends_its_streams() {
    on_both_with(
        |_config, _flavour| {},
        async |world| {
            let admin = world.admin().await;
            let mut stream = admin.events(None).await;
            stream.next().await.unwrap();
            world.app.shutdown.cancel();
            assert_eq!(stream.next().await, None);
        },
    )
    .await;
}

#[tokio::test]
async fn a_second_server_on_the_same_file_refuses_to_start() {
    use lockstep_server::store::{Store, StoreError};
    let world = World::start(String::new(), |_config, _flavour| {}).await;
    let second = Store::open(&world.app.config.database).await;
    assert!(matches!(second.err(), Some(StoreError::InUse { .. })));
    world.stop().await;
}
