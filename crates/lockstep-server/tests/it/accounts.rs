//! Set-up, sign-in, one's own settings.

use serde_json::{Value, json};

use crate::world::{PASSWORD, on_both, on_both_with};

fn setup(code: &str) -> Value {
    json!({"code": code, "company_name": "Northquay", "name": "Ada Lovelace", "email": "ada@example.org", "password": PASSWORD})
}

#[tokio::test]
async fn the_setup_makes_the_first_admin_and_closes_for_ever() {
    on_both(async |world| {
        let visitor = world.visitor();
        assert_eq!(visitor.get("/api/session").await.expect(200)["phase"], "setup");
        let url = world.app.setup_url().unwrap();
        let code = url.split_once("code=").unwrap().1;

        let admin = world.visitor();
        let session = admin.post("/api/setup", setup(code)).await.expect(200);
        assert_eq!(session["phase"], "signed_in");
        assert_eq!(session["company"]["name"], "Northquay");
        assert_eq!(session["me"]["role"], "company_admin");
        assert_eq!(session["me"]["initials"], "AL");
        assert!(
            session["me"]["may"]
                .as_array()
                .unwrap()
                .contains(&json!("connections.manage"))
        );
        assert_eq!(session["demo"], Value::Null);
        assert_eq!(admin.get("/api/session").await.expect(200), session);

        assert_eq!(visitor.get("/api/session").await.expect(200)["phase"], "signed_out");
        assert_eq!(
            visitor.post("/api/setup", setup(code)).await.problem(409),
            "already_set_up"
        );
        assert_eq!(world.app.setup_url(), None);
    })
    .await;
}

#[tokio::test]
async fn the_setup_needs_its_code() {
    on_both(async |world| {
        assert_eq!(
            world.visitor().post("/api/setup", setup("a guess")).await.problem(401),
            "wrong_setup_code"
        );
        assert_eq!(world.app.store.n_companies().await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn two_setups_at_once_make_one_company() {
    on_both(async |world| {
        let url = world.app.setup_url().unwrap();
        let code = url.split_once("code=").unwrap().1;
        let (one, other) = (world.visitor(), world.visitor());
        let (one, other) = tokio::join!(
            one.post("/api/setup", setup(code)),
            other.post("/api/setup", setup(code))
        );
        let mut statuses = [one.status, other.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409]);
        assert_eq!(world.app.store.n_companies().await.unwrap(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_wrong_password_an_unknown_person_and_one_without_access_get_the_same_answer() {
    on_both(async |world| {
        let admin = world.admin().await;
        let bob = world.member(&admin, "Bob", "member").await;
        let path = format!("/api/members/{}", bob.my_id().await);
        admin.patch(&path, json!({"is_active": false})).await.expect(200);

        let visitor = world.visitor();
        let wrong = visitor.sign_in("ada@example.org", "a trail of thought").await;
        let unknown = visitor.sign_in("nobody@example.org", PASSWORD).await;
        let without_access = visitor.sign_in("bob@example.org", PASSWORD).await;
        assert_eq!((wrong.status, &wrong.text), (401, &unknown.text));
        assert_eq!((without_access.status, &without_access.text), (401, &unknown.text));
        assert!(visitor.cookie().is_none());
        visitor.sign_in(" ADA@example.org", PASSWORD).await.expect(200);
    })
    .await;
}

#[tokio::test]
async fn tries_beyond_the_limit_wait_even_with_the_right_password() {
    on_both_with(
        |config, _flavour| config.sign_in_burst = 2,
        async |world| {
            let admin = world.admin().await;
            world.member(&admin, "Bob", "member").await;
            let visitor = world.visitor();
            visitor.sign_in("bob@example.org", "wrong and wrong").await.expect(401);
            visitor.sign_in("bob@example.org", "wrong and wrong").await.expect(401);
            let refused = visitor.sign_in("bob@example.org", PASSWORD).await;
            assert!(!refused.header("retry-after").is_empty());
            assert_eq!(refused.problem(429), "too_many_tries");
            // Somebody else's account is not slowed down.
            visitor.sign_in("ada@example.org", PASSWORD).await.expect(200);
        },
    )
    .await;
}

#[tokio::test]
async fn tries_from_one_address_are_limited_whoever_they_are_for() {
    on_both_with(
        |config, _flavour| config.sign_in_source_burst = 3,
        async |world| {
            // The set-up was the first try.
            world.admin().await;
            let visitor = world.visitor();
            visitor.sign_in("a@example.org", PASSWORD).await.expect(401);
            visitor.sign_in("b@example.org", PASSWORD).await.expect(401);
            assert_eq!(
                visitor.sign_in("c@example.org", PASSWORD).await.problem(429),
                "too_many_tries"
            );
        },
    )
    .await;
}

#[tokio::test]
async fn members_change_their_own_name_theme_and_keys() {
    on_both(async |world| {
        let admin = world.admin().await;
        let me = admin
            .patch(
                "/api/me",
                json!({"name": "Ada King", "theme": "dark", "has_single_keys": false}),
            )
            .await
            .expect(200);
        assert_eq!((&me["name"], &me["initials"]), (&json!("Ada King"), &json!("AK")));
        assert_eq!((&me["theme"], &me["has_single_keys"]), (&json!("dark"), &json!(false)));
        assert_eq!(admin.get("/api/session").await.expect(200)["me"], me);
        admin.patch("/api/me", json!({"theme": "pink"})).await.expect(422);
        admin.patch("/api/me", json!({"name": "  "})).await.expect(422);
    })
    .await;
}

#[tokio::test]
async fn nobody_makes_themselves_an_admin() {
    on_both(async |world| {
        let admin = world.admin().await;
        let bob = world.member(&admin, "Bob", "viewer").await;
        for field in ["role", "is_active", "company_id", "id", "password_hash", "email"] {
            let answer = bob.patch("/api/me", json!({field: "company_admin"})).await;
            assert_eq!(answer.problem(422), "unexpected_shape", "{field}");
        }
        assert_eq!(bob.get("/api/session").await.expect(200)["me"]["role"], "viewer");
    })
    .await;
}

#[tokio::test]
async fn a_new_password_ends_all_other_sessions_and_renews_this_one() {
    on_both(async |world| {
        let admin = world.admin().await;
        let elsewhere = world.visitor();
        elsewhere.sign_in("ada@example.org", PASSWORD).await.expect(200);
        let before = admin.cookie();

        let wrong = json!({"current": "something else", "new": "another train of thought"});
        admin.post("/api/me/password", wrong).await.expect(422);
        let right = json!({"current": PASSWORD, "new": "another train of thought"});
        admin.post("/api/me/password", right).await.expect(204);

        assert_ne!(admin.cookie(), before);
        admin.get("/api/sessions").await.expect(200);
        elsewhere.get("/api/sessions").await.expect(401);
        let old = world.visitor();
        old.set_cookie(before);
        old.get("/api/sessions").await.expect(401);
        world.visitor().sign_in("ada@example.org", PASSWORD).await.expect(401);
        world
            .visitor()
            .sign_in("ada@example.org", "another train of thought")
            .await
            .expect(200);
    })
    .await;
}

#[tokio::test]
async fn a_demo_lets_one_be_its_people_and_a_real_server_does_not() {
    on_both(async |world| {
        let admin = world.admin().await;
        let input = json!({"member_id": admin.my_id().await});
        assert_eq!(
            world.visitor().post("/api/demo/person", input).await.problem(404),
            "not_found"
        );
    })
    .await;
    on_both_with(
        |_config, flavour| {
            flavour.is_demo = true;
            flavour.demo_azure_devops_url = Some("http://127.0.0.1:1".into());
        },
        async |world| {
            let admin = world.admin().await;
            let bob = world.member(&admin, "Bob", "member").await;
            let visitor = world.visitor();
            let people = visitor.get("/api/session").await.expect(200)["demo"]["people"].clone();
            assert_eq!(people.as_array().unwrap().len(), 2);
            let session = visitor
                .post("/api/demo/person", json!({"member_id": bob.my_id().await}))
                .await
                .expect(200);
            assert_eq!(session["me"]["name"], "Bob");
            assert_eq!(visitor.my_id().await, bob.my_id().await);
        },
    )
    .await;
}

#[tokio::test]
async fn text_that_neither_database_keeps_is_refused_with_words() {
    on_both(async |world| {
        let admin = world.admin().await;
        assert_eq!(
            admin.patch("/api/me", json!({"name": "Ada\0"})).await.problem(422),
            "unstorable_text"
        );
        let lone_surrogate = admin
            .request("PATCH", "/api/me", &[("content-type", "application/json")])
            .body("{\"name\":\"\\ud800\"}");
        assert_eq!(admin.answer(lone_surrogate).await.problem(400), "unreadable_json");
    })
    .await;
}
