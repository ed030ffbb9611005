//! Who gets in, and how the others are told.

use azdo_sim::{Doubts, Permission, RefusalFace, TokenSpec};
use serde_json::json;

use crate::world::{MARA, START_US, World, likely, request, world};

fn token(world: &mut World, scopes: &[&str], organization: Option<&str>, expires_us: Option<i64>) -> String {
    world.sim.add_token(TokenSpec {
        name: "other".to_owned(),
        person: MARA.to_owned(),
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        organization: organization.map(str::to_owned),
        expires_us,
    })
}

#[test]
fn an_unknown_token_has_four_faces() {
    for (face, status) in [
        (RefusalFace::Json401, 401),
        (RefusalFace::Html401, 401),
        (RefusalFace::SignIn203, 203),
        (RefusalFace::Redirect302, 302),
    ] {
        let mut world = world(Doubts {
            refusal_face: face,
            ..Doubts::likely()
        });
        let answer = world
            .sim
            .handle(START_US, &request("GET", "_apis/projects", "nonsense", "", ""));
        assert_eq!(answer.status, status, "{face:?}");
        assert_eq!(answer.header("location").is_some(), status == 302);
    }
}

#[test]
fn who_asks_for_no_redirect_gets_words() {
    let mut world = likely();
    let mut asked = request("GET", "_apis/projects", "nonsense", "", "");
    asked
        .headers
        .push(("X-TFS-FedAuthRedirect".to_owned(), "Suppress".to_owned()));
    let answer = world.sim.handle(START_US, &asked);
    assert_eq!(
        (answer.status, answer.json()["message"].clone()),
        (
            401,
            json!("TF400813: The user '' is not authorized to access this resource.")
        )
    );
}

#[test]
fn connection_data_tells_the_anonymous_from_the_known() {
    let mut world = likely();
    let anonymous = world
        .sim
        .handle(START_US, &request("GET", "_apis/connectionData", "", "", ""));
    assert_eq!(
        anonymous.json()["authenticatedUser"]["id"],
        "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"
    );
    let known = world.get("_apis/connectionData");
    assert_eq!(known["authenticatedUser"]["properties"]["Account"]["$value"], MARA);
    assert_eq!(known["deploymentType"], "hosted");
}

#[test]
fn a_missing_scope_names_the_real_user() {
    let mut world = likely();
    let id = world.create("Task", "T");
    let read_only = token(&mut world, &["vso.work"], None, None);
    let body = json!([{"op": "add", "path": "/fields/System.Title", "value": "U"}]).to_string();
    let path = format!("_apis/wit/workitems/{id}?api-version=7.1");
    let answer = world.sim.handle(
        START_US,
        &request("PATCH", &path, &read_only, "application/json-patch+json", &body),
    );
    let mara = world.sim.people()[0].id.clone();
    assert_eq!(answer.status, 401);
    assert_eq!(
        answer.json()["message"],
        format!("TF400813: The user '{mara}' is not authorized to access this resource.")
    );
}

#[test]
fn projects_need_a_scope_of_their_own() {
    let mut world = likely();
    let work_only = token(&mut world, &["vso.work_write"], None, None);
    assert_eq!(
        world
            .sim
            .handle(START_US, &request("GET", "_apis/projects", &work_only, "", ""))
            .status,
        401
    );
}

#[test]
fn an_expired_token_says_so() {
    let mut world = likely();
    let expired = token(&mut world, &["vso.work"], None, Some(START_US));
    let answer = world
        .sim
        .handle(START_US, &request("GET", "_apis/wit/fields", &expired, "", ""));
    assert_eq!(
        answer.json()["message"],
        "Access Denied: The Personal Access Token used has expired."
    );
}

#[test]
fn a_revoked_token_and_one_of_another_organization_are_unknown() {
    let mut world = likely();
    let elsewhere = token(&mut world, &["vso.work"], Some("southquay"), None);
    let revoked = token(&mut world, &["vso.work"], None, None);
    world.sim.revoke_token(&revoked);
    for text in [elsewhere, revoked] {
        assert_eq!(
            world
                .sim
                .handle(START_US, &request("GET", "_apis/wit/fields", &text, "", ""))
                .status,
            203
        );
    }
}

#[test]
fn what_may_not_be_read_is_not_there() {
    let mut world = likely();
    let id = world.create("Task", "T");
    world.patch(
        id,
        &json!([{"op": "add", "path": "/fields/System.AreaPath", "value": "Harbour\\Quay"}]),
    );
    world.sim.set_permission(
        MARA,
        Permission::ReadWorkItems {
            area: Some("Harbour\\Quay".to_owned()),
        },
        false,
    );
    assert_eq!(
        world.send("GET", &format!("_apis/wit/workitems/{id}"), "", "").status,
        404
    );
    let found = world
        .post(
            "Harbour/_apis/wit/wiql",
            &json!({"query": "SELECT [System.Id] FROM workitems"}),
        )
        .json();
    assert_eq!(found["workItems"], json!([]));
}

#[test]
fn what_may_not_be_edited_is_refused_either_way() {
    for (denied_edit_is_403, status) in [(true, 403), (false, 400)] {
        let mut world = world(Doubts {
            denied_edit_is_403,
            ..Doubts::likely()
        });
        let id = world.create("Task", "T");
        world
            .sim
            .set_permission(MARA, Permission::EditWorkItems { area: None }, false);
        let answer = world.patch(
            id,
            &json!([{"op": "add", "path": "/fields/System.Title", "value": "U"}]),
        );
        assert_eq!(answer.status, status);
        assert!(answer.json()["message"].as_str().unwrap().starts_with("TF237111"));
    }
}

#[test]
fn a_budget_that_is_spent_is_said() {
    let mut world = likely();
    world.sim.set_rate_limit(Some(4));
    let statuses: Vec<u16> = (0..5)
        .map(|_| world.send("GET", "_apis/wit/fields", "", "").status)
        .collect();
    assert_eq!(statuses, [200, 200, 200, 200, 429]);
    world.now_us += 300_000_000;
    let answer = world.send("GET", "_apis/wit/fields", "", "");
    assert_eq!(answer.status, 200);
}

#[test]
fn a_token_is_never_in_an_answer() {
    let mut world = likely();
    let body = String::from_utf8(world.send("GET", "_apis/connectionData", "", "").body).unwrap();
    assert!(!body.contains(&world.token));
}
