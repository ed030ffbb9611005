//! Connections over HTTP: the check, saving, editing, the webhook's secret, what is offered to push to.

use azdo_sim::{Permission, TokenSpec};
use lockstep_server::ids::CompanyId;
use lockstep_server::simulator::{SimulatorConfig, SimulatorHandle, spawn};
use serde_json::{Value, json};

use crate::peer::{Peer, json as answer_json, page, silent_port};
use crate::world::{Browser, World, on_both};

/// A simulated organization and a token with the two rights that are needed.
pub struct Organization {
    pub simulator: SimulatorHandle,
    pub token: String,
}

impl Organization {
    pub async fn named(name: &str, seed: u64) -> Self {
        let config = SimulatorConfig {
            organization: name.to_owned(),
            seed,
            ..SimulatorConfig::default()
        };
        let simulator = spawn(config).await.unwrap();
        let token = token(&simulator, &["vso.work_write", "vso.project"], None);
        Self { simulator, token }
    }

    pub fn url(&self) -> String {
        self.simulator.organization_url()
    }
}

/// A token of the service account with these scopes.
pub fn token(simulator: &SimulatorHandle, scopes: &[&str], expires_us: Option<i64>) -> String {
    let mut sim = simulator.sim();
    let person = sim
        .people()
        .into_iter()
        .find(|p| p.display_name == "svc-lockstep")
        .unwrap()
        .unique_name;
    let scopes = scopes.iter().map(|scope| scope.to_string()).collect();
    sim.add_token(TokenSpec {
        name: "test".into(),
        person,
        scopes,
        organization: None,
        expires_us,
    })
}

pub fn input(label: &str, url: &str, token: &str) -> Value {
    json!({"label": label, "server_url": url, "token": token, "without_own_token": "hold", "allows_plain_http": true})
}

async fn check(admin: &Browser, url: &str, token: &str) -> Value {
    let input = json!({"server_url": url, "token": token, "allows_plain_http": true});
    let answer = admin.post("/api/connections/test", input).await;
    assert!(!answer.text.contains(token), "no answer carries a token");
    answer.expect(200)
}

fn states(checklist: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let steps = checklist["steps"].as_array().unwrap().iter();
    steps.map(|step| (text(&step["id"]), text(&step["state"]))).collect()
}

fn state(checklist: &Value, id: &str) -> String {
    states(checklist).into_iter().find(|(step, _)| step == id).unwrap().1
}

#[tokio::test]
async fn a_token_with_the_two_rights_holds_and_is_kept_where_nobody_reads_it() {
    on_both(async |world| {
        let admin = world.admin().await;
        let harbour = Organization::named("harbour", 1).await;
        let checklist = check(&admin, &harbour.url(), &harbour.token).await;
        assert_eq!(checklist["holds"], true, "{checklist}");
        assert_eq!(checklist["server"]["flavor"], "services");
        assert_eq!(checklist["server"]["api"], "7.1");
        assert_eq!(checklist["owner"]["name"], "svc-lockstep");
        for id in ["server", "organization", "token", "work_items_write", "project_read"] {
            assert_eq!(state(&checklist, id), "ok", "{id}");
        }
        assert_eq!(state(&checklist, "hooks_edit"), "unknown");
        assert!(checklist["warnings"][0].as_str().unwrap().contains("not encrypted"));

        let mut new = input("Northquay cloud", &harbour.url(), &harbour.token);
        new["expires_on"] = "2999-02-14".into();
        let made = admin.post("/api/connections", new).await;
        assert!(!made.text.contains(&harbour.token));
        let made = made.expect(201);
        assert_eq!(made["organization"], "harbour");
        assert_eq!(made["token"]["state"], "ok");
        assert_eq!(made["token"]["owner"], "svc-lockstep");
        assert_eq!(made["token"]["expires_on"], "2999-02-14");
        assert_eq!(made["conflict_rule"], "ask");
        assert_eq!(
            (&made["is_enabled"], &made["is_plain_http"]),
            (&json!(true), &json!(true))
        );
        assert_eq!(made["health"]["state"], "new");
        assert_eq!(made["hooks"].as_array().unwrap().len(), 4);
        assert_eq!(made["my_token"]["state"], "none");

        let id = made["id"].as_str().unwrap();
        let list = admin.get("/api/connections").await.expect(200);
        assert_eq!(list.as_array().unwrap().len(), 1);
        assert_eq!(admin.get(&format!("/api/connections/{id}")).await.expect(200), list[0]);
        let again = admin
            .post(&format!("/api/connections/{id}/test"), json!({}))
            .await
            .expect(200);
        assert_eq!(again["holds"], true);

        let company = CompanyId(world.app.store.companies().await.unwrap()[0].id);
        let kept = world.app.store.all_credentials(company).await.unwrap();
        assert!(!String::from_utf8_lossy(&kept[0].sealed).contains(&harbour.token));
    })
    .await;
}

/// What a check says of an address and a token.
async fn problem(admin: &Browser, url: &str, token: &str) -> Value {
    let checklist = check(admin, url, token).await;
    assert_eq!(checklist["holds"], false, "{checklist}");
    checklist["problem"].clone()
}

#[tokio::test]
async fn each_of_the_eight_problems_has_a_message_of_its_own() {
    let world = World::start(String::new(), |_config, _flavour| {}).await;
    let admin = world.admin().await;
    let harbour = Organization::named("harbour", 1).await;
    let yard = Organization::named("yard", 2).await;
    let (sim, base) = (&harbour.simulator, harbour.simulator.base_url());
    admin
        .post("/api/connections", input("Yard TFS", &yard.url(), &yard.token))
        .await
        .expect(201);

    let expired = token(sim, &["vso.work_write", "vso.project"], Some(1));
    let reads_only = token(sim, &["vso.work", "vso.project"], None);
    let revoked = token(sim, &["vso.work_write", "vso.project"], None);
    sim.sim().revoke_token(&revoked);
    let proxy = Peer::http([page(200, "<html><title>Guest network</title>")]).await;
    let private_ca = Peer::https([page(200, "hello")]).await;
    let cases = [
        ("wrong_token", harbour.url(), revoked.as_str()),
        ("expired_token", harbour.url(), expired.as_str()),
        ("token_of_another_organization", harbour.url(), yard.token.as_str()),
        ("missing_right", harbour.url(), reads_only.as_str()),
        ("wrong_organization", format!("{base}/nobody"), harbour.token.as_str()),
        (
            "host_does_not_answer",
            format!("http://127.0.0.1:{}/harbour", silent_port().await),
            harbour.token.as_str(),
        ),
        (
            "proxy_page",
            format!("http://127.0.0.1:{}/harbour", proxy.port),
            harbour.token.as_str(),
        ),
        (
            "untrusted_certificate",
            format!("https://localhost:{}/harbour", private_ca.port),
            harbour.token.as_str(),
        ),
    ];
    let mut said = std::collections::BTreeSet::new();
    for (code, url, token) in cases {
        let problem = problem(&admin, &url, token).await;
        assert_eq!(problem["code"], code, "{problem}");
        for part in ["title", "detail", "next_step"] {
            assert!(
                said.insert(problem[part].to_string()),
                "{code} has its own {part}: {problem}"
            );
        }
        // Saving says the same and saves nothing.
        let refused = admin.post("/api/connections", input("x", &url, token)).await;
        let refused = refused.expect(422);
        assert_eq!(
            (&refused["code"], &refused["checklist"]["problem"]["code"]),
            (&json!("check_failed"), &json!(code))
        );
    }
    assert_eq!(
        admin
            .get("/api/connections")
            .await
            .expect(200)
            .as_array()
            .unwrap()
            .len(),
        1
    );
    world.stop().await;
}

#[tokio::test]
async fn a_token_whose_owner_is_known_and_not_let_in_is_one_of_another_organization() {
    let world = World::start(String::new(), |_config, _flavour| {}).await;
    let admin = world.admin().await;
    let message =
        "TF400813: The user '7c2ad4ba-d0d4-4a2c-a1c5-1d0d16a11d5b' is not authorized to access this resource.";
    let body = json!({"$id": "1", "message": message, "typeKey": "UnauthorizedRequestException", "errorCode": 0});
    let peer = Peer::http([answer_json(401, &body)]).await;
    let problem = problem(&admin, &format!("http://127.0.0.1:{}/harbour", peer.port), "a-token").await;
    assert_eq!(problem["code"], "token_of_another_organization");
    assert!(
        !problem.to_string().contains("7c2ad4ba"),
        "what answered is not repeated: {problem}"
    );
    world.stop().await;
}

#[tokio::test]
async fn what_can_not_be_an_address_or_a_token_is_refused_at_once() {
    let world = World::start(String::new(), |_config, _flavour| {}).await;
    let admin = world.admin().await;
    for (url, token, field) in [
        ("", "t", "server_url"),
        ("https://dev.azure.com", "t", "server_url"),
        ("ftp://host/c", "t", "server_url"),
        ("https://user:pass@host/c", "t", "server_url"),
        ("northquay", " ", "token"),
        ("northquay", "two words", "token"),
    ] {
        let input = json!({"server_url": url, "token": token});
        let refused = admin.post("/api/connections/test", input).await.expect(422);
        assert_eq!(refused["fields"][0]["field"], field, "{url}");
    }
    let mut past = input("x", "northquay", "t");
    past["expires_on"] = "2020-01-01".into();
    assert_eq!(
        admin.post("/api/connections", past).await.expect(422)["fields"][0]["field"],
        "expires_on"
    );
    world.stop().await;
}

#[tokio::test]
async fn plain_http_wants_a_confirmation_before_a_byte_is_sent() {
    let world = World::start(String::new(), |_config, _flavour| {}).await;
    let admin = world.admin().await;
    let peer = Peer::http([page(200, "")]).await;
    let input = json!({"server_url": format!("http://127.0.0.1:{}/c", peer.port), "token": "t"});
    let checklist = admin.post("/api/connections/test", input).await.expect(200);
    assert_eq!(checklist["problem"]["code"], "plain_http_needs_confirmation");
    assert_eq!(peer.asked(), Vec::<String>::new());
    world.stop().await;
}

#[tokio::test]
async fn this_machine_is_not_asked_unless_the_settings_say_so() {
    let world = World::start(String::new(), |config, _flavour| {
        config.allow_loopback_addresses = false
    })
    .await;
    let admin = world.admin().await;
    let peer = Peer::http([page(200, "")]).await;
    for host in ["127.0.0.1", "localhost", "0x7f.1", "[::1]"] {
        let problem = problem(&admin, &format!("http://{host}:{}/c", peer.port), "a-token").await;
        assert_eq!(problem["code"], "address_not_allowed", "{host}");
    }
    assert_eq!(peer.asked(), Vec::<String>::new());
    world.stop().await;
}

#[tokio::test]
async fn rights_that_are_missing_are_named_and_optional_ones_are_not_needed() {
    let world = World::start(String::new(), |_config, _flavour| {}).await;
    let admin = world.admin().await;
    let harbour = Organization::named("harbour", 1).await;
    let no_projects = token(&harbour.simulator, &["vso.work_write"], None);
    let checklist = check(&admin, &harbour.url(), &no_projects).await;
    assert_eq!(checklist["problem"]["code"], "missing_right");
    assert!(
        checklist["problem"]["detail"]
            .as_str()
            .unwrap()
            .contains("Project and Team (read)")
    );
    assert_eq!(state(&checklist, "project_read"), "missing");
    let nothing = token(&harbour.simulator, &["vso.profile"], None);
    let checklist = check(&admin, &harbour.url(), &nothing).await;
    assert_eq!(state(&checklist, "work_items_write"), "missing");
    // An owner who may not write in one project is no missing right of the token.
    let person = harbour
        .simulator
        .sim()
        .people()
        .into_iter()
        .find(|p| p.display_name == "svc-lockstep")
        .unwrap();
    harbour
        .simulator
        .sim()
        .set_permission(&person.unique_name, Permission::EditWorkItems { area: None }, false);
    let checklist = check(&admin, &harbour.url(), &harbour.token).await;
    assert_ne!(state(&checklist, "work_items_write"), "missing", "{checklist}");
    world.stop().await;
}

#[tokio::test]
async fn an_organization_is_connected_once() {
    on_both(async |world| {
        let admin = world.admin().await;
        let harbour = Organization::named("harbour", 1).await;
        admin
            .post("/api/connections", input("One", &harbour.url(), &harbour.token))
            .await
            .expect(201);
        let other_spelling = harbour.url().replace("127.0.0.1", "localhost");
        let twice = admin
            .post("/api/connections", input("Two", &other_spelling, &harbour.token))
            .await;
        assert_eq!(twice.problem(409), "already_connected");
        // Once it is deleted, it can be connected again.
        let list = admin.get("/api/connections").await.expect(200);
        let path = format!("/api/connections/{}", list[0]["id"].as_str().unwrap());
        admin.delete(&path).await.expect(204);
        assert_eq!(admin.get(&path).await.problem(404), "not_found");
        assert_eq!(admin.delete(&path).await.problem(404), "not_found");
        admin
            .post("/api/connections", input("Two", &other_spelling, &harbour.token))
            .await
            .expect(201);
    })
    .await;
}

#[tokio::test]
async fn settings_are_edited_one_by_one() {
    on_both(async |world| {
        let admin = world.admin().await;
        let harbour = Organization::named("harbour", 1).await;
        let made = admin.post("/api/connections", input("One", &harbour.url(), &harbour.token)).await.expect(201);
        let path = format!("/api/connections/{}", made["id"].as_str().unwrap());
        let defaults = json!({"project_id": "p", "project": "Harbour", "work_item_type": "Task", "area_path": null, "iteration_path": null});
        for (field, value) in [
            ("label", json!("Harbour works")),
            ("without_own_token", json!("write_as_connection")),
            ("conflict_rule", json!("azure_devops_wins")),
            ("notes_on_behalf_create", json!(false)),
            ("notes_on_behalf_update", json!(true)),
            ("time_zone", json!("Europe/Oslo")),
            ("defaults", defaults),
        ] {
            let changed = admin.patch(&path, json!({field: value})).await.expect(200);
            assert_eq!(changed[field], value, "{field}");
        }
        let off = admin.patch(&path, json!({"is_enabled": false})).await.expect(200);
        assert_eq!(off["health"]["state"], "disabled");
        assert_eq!(off["label"], "Harbour works", "the rest stays");
        let disabled = admin.get(&format!("{path}/projects")).await;
        assert_eq!(disabled.problem(409), "connection_disabled");
        let on = admin.patch(&path, json!({"is_enabled": true, "expires_on": "2999-01-01"})).await.expect(200);
        assert_eq!((&on["health"]["state"], &on["token"]["expires_on"]), (&json!("new"), &json!("2999-01-01")));
        for bad in [json!({"label": ""}), json!({"time_zone": "Mars"}), json!({"instance_id": "x"}), json!({"conflict_rule": "x"})] {
            assert_eq!(admin.patch(&path, bad.clone()).await.status, 422, "{bad}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_stored_token_never_goes_to_another_address() {
    on_both(async |world| {
        let admin = world.admin().await;
        let harbour = Organization::named("harbour", 1).await;
        let yard = Organization::named("yard", 2).await;
        let canary = Peer::http([page(200, "")]).await;
        let made = admin
            .post("/api/connections", input("One", &harbour.url(), &harbour.token))
            .await
            .expect(201);
        let id = made["id"].as_str().unwrap();
        let path = format!("/api/connections/{id}");
        let own = json!({"token": harbour.simulator.token("Mara Lindqvist")});
        admin.put(&format!("/api/me/tokens/{id}"), own).await.expect(200);

        let to_canary = json!({"server_url": format!("http://127.0.0.1:{}/harbour", canary.port)});
        assert_eq!(admin.patch(&path, to_canary).await.problem(422), "token_needed");
        assert_eq!(canary.asked(), Vec::<String>::new());
        // Another organization is another connection, with whatever token.
        let to_yard = json!({"server_url": yard.url(), "token": yard.token});
        let refused = admin.patch(&path, to_yard).await.expect(422);
        assert_eq!(refused["checklist"]["problem"]["code"], "wrong_organization");
        assert_eq!(admin.get(&path).await.expect(200)["server_url"], harbour.url());
        // The same organization at another address: the token comes with it, everybody's own must be entered again.
        let moved = harbour.url().replace("127.0.0.1", "localhost");
        let entered = json!({"server_url": moved, "token": harbour.token});
        let after = admin.patch(&path, entered).await.expect(200);
        assert_eq!(
            (&after["server_url"], &after["token"]["state"]),
            (&json!(moved), &json!("ok"))
        );
        assert_eq!(after["my_token"]["state"], "reenter");
        let own = admin.post(&format!("/api/me/tokens/{id}/test"), json!({})).await;
        assert_eq!(own.problem(409), "reenter_token");
    })
    .await;
}

#[tokio::test]
async fn a_token_is_replaced_without_losing_anything() {
    on_both(async |world| {
        let admin = world.admin().await;
        let harbour = Organization::named("harbour", 1).await;
        let made = admin
            .post("/api/connections", input("One", &harbour.url(), &harbour.token))
            .await
            .expect(201);
        let path = format!("/api/connections/{}", made["id"].as_str().unwrap());
        harbour.simulator.sim().revoke_token(&harbour.token);
        let checklist = admin.post(&format!("{path}/test"), json!({})).await.expect(200);
        assert_eq!(checklist["problem"]["code"], "wrong_token");
        let refused = admin.get(&path).await.expect(200);
        assert_eq!(refused["token"]["state"], "refused");
        assert!(refused["token"]["warning"].as_str().unwrap().contains("refuses"));
        let wrong = admin.patch(&path, json!({"token": "wrong"})).await.expect(422);
        assert_eq!(wrong["code"], "check_failed");
        let new = token(&harbour.simulator, &["vso.work_write", "vso.project"], None);
        let replaced = admin
            .patch(&path, json!({"token": new, "expires_on": "2999-05-05"}))
            .await;
        assert!(!replaced.text.contains(&new));
        let replaced = replaced.expect(200);
        assert_eq!(
            (&replaced["token"]["state"], &replaced["id"]),
            (&json!("ok"), &made["id"])
        );
    })
    .await;
}

#[tokio::test]
async fn the_webhooks_secret_is_shown_when_asked_for_and_that_is_written_down() {
    on_both(async |world| {
        let admin = world.admin().await;
        let harbour = Organization::named("harbour", 1).await;
        let made = admin
            .post("/api/connections", input("One", &harbour.url(), &harbour.token))
            .await
            .expect(201);
        let path = format!("/api/connections/{}/webhook", made["id"].as_str().unwrap());
        let address = admin.get(&path).await.expect(200);
        assert!(
            address["url"]
                .as_str()
                .unwrap()
                .starts_with(&format!("{}/hooks/", world.url))
        );
        assert_eq!(
            (address["user_name"].as_str(), address.get("secret")),
            (Some("lockstep"), None)
        );
        let shown = admin.post(&format!("{path}/reveal"), json!({})).await.expect(200);
        assert_eq!(
            (shown["secret"].as_str().unwrap().len(), &shown["url"]),
            (43, &address["url"])
        );
        assert_eq!(shown["steps"].as_array().unwrap().len(), 4);
        let rotated = admin.post(&format!("{path}/rotate"), json!({})).await.expect(200);
        assert_ne!(rotated["secret"], shown["secret"]);
        assert_eq!(rotated["url"], shown["url"]);
        assert!(rotated["rotated_us"].is_i64());
        let company = CompanyId(world.app.store.companies().await.unwrap()[0].id);
        let acts: Vec<String> = world
            .app
            .store
            .audit_trail(company)
            .await
            .unwrap()
            .into_iter()
            .map(|row| row.act)
            .collect();
        assert!(
            acts.ends_with(&["webhook.revealed".to_owned(), "webhook.rotated".to_owned()]),
            "{acts:?}"
        );
        let trail = format!("{:?}", world.app.store.audit_trail(company).await.unwrap());
        assert!(!trail.contains(shown["secret"].as_str().unwrap()) && !trail.contains(&harbour.token));
    })
    .await;
}

#[tokio::test]
async fn projects_types_areas_and_iterations_are_offered() {
    let world = World::start(String::new(), |_config, _flavour| {}).await;
    let admin = world.admin().await;
    let harbour = Organization::named("harbour", 1).await;
    let made = admin
        .post("/api/connections", input("One", &harbour.url(), &harbour.token))
        .await
        .expect(201);
    let path = format!("/api/connections/{}/projects", made["id"].as_str().unwrap());
    let projects = admin.get(&path).await.expect(200);
    let project = projects
        .as_array()
        .unwrap()
        .iter()
        .find(|project| project["name"] == "Harbour")
        .unwrap();
    let targets = admin
        .get(&format!("{path}/{}/targets", project["id"].as_str().unwrap()))
        .await
        .expect(200);
    assert!(
        targets["work_item_types"]
            .as_array()
            .unwrap()
            .iter()
            .any(|t| t["name"] == "Task"),
        "{targets}"
    );
    assert_eq!(targets["areas"][0], "Harbour");
    assert!(
        targets["iterations"]
            .as_array()
            .unwrap()
            .iter()
            .any(|i| i["start_on"].is_string()),
        "{targets}"
    );
    assert_eq!(admin.get(&format!("{path}/..%2F..%2Fx/targets")).await.status, 404);
    let unknown = format!("{path}/00000000-0000-0000-0000-00000000abcd/targets");
    assert_eq!(admin.get(&unknown).await.problem(404), "not_found");
    drop(harbour);
    assert_eq!(admin.get(&path).await.problem(502), "host_does_not_answer");
    world.stop().await;
}

#[tokio::test]
async fn members_keep_tokens_of_their_own() {
    on_both(async |world| {
        let admin = world.admin().await;
        let mara = world.member(&admin, "Mara", "member").await;
        let harbour = Organization::named("harbour", 1).await;
        let made = admin
            .post("/api/connections", input("One", &harbour.url(), &harbour.token))
            .await
            .expect(201);
        let path = format!("/api/me/tokens/{}", made["id"].as_str().unwrap());
        let none = mara.get("/api/me/tokens").await.expect(200);
        assert_eq!(
            (&none[0]["state"], &none[0]["without_own_token"]),
            (&json!("none"), &json!("hold"))
        );
        assert!(none[0]["token_page"].as_str().unwrap().starts_with(&harbour.url()));
        assert_eq!(
            mara.post(&format!("{path}/test"), json!({})).await.problem(409),
            "no_token"
        );
        let wrong = mara.put(&path, json!({"token": "wrong"})).await.expect(422);
        assert_eq!(wrong["checklist"]["problem"]["code"], "wrong_token");

        let own = harbour.simulator.token("Mara Lindqvist").to_owned();
        let stored = mara
            .put(
                &path,
                json!({"token": format!("  {own}\n"), "expires_on": "2999-01-03"}),
            )
            .await;
        assert!(!stored.text.contains(&own));
        let stored = stored.expect(200);
        assert_eq!(
            (&stored["state"], &stored["owner"]),
            (&json!("ok"), &json!("Mara Lindqvist"))
        );
        let checklist = mara.post(&format!("{path}/test"), json!({})).await.expect(200);
        assert_eq!(checklist["holds"], true, "{checklist}");
        assert!(
            states(&checklist).iter().all(|(id, _)| !id.starts_with("hooks")),
            "hooks are the connection's"
        );

        // It is hers alone.
        assert_eq!(admin.get("/api/me/tokens").await.expect(200)[0]["state"], "none");
        let seen = admin.get("/api/connections").await.expect(200);
        assert_eq!(seen[0]["own_tokens"], json!({"stored": 1, "members": 2}));
        mara.delete(&path).await.expect(204);
        assert_eq!(mara.get("/api/me/tokens").await.expect(200)[0]["state"], "none");
        assert_eq!(
            mara.delete("/api/me/tokens/00000000-0000-0000-0000-000000000001")
                .await
                .status,
            404
        );
    })
    .await;
}
