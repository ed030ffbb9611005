//! Sessions: fresh at each sign-in, listed, ended, and over at once for whoever loses access.

use serde_json::json;

use crate::world::{PASSWORD, on_both, on_both_with};

#[tokio::test]
async fn each_sign_in_is_a_new_session_and_ends_the_one_before_it_in_that_browser() {
    on_both(async |world| {
        let admin = world.admin().await;
        let first = admin.cookie().unwrap();
        // A cookie that somebody planted gains nothing: the session after the sign-in has another one.
        admin.sign_in("ada@example.org", PASSWORD).await.expect(200);
        assert_ne!(admin.cookie().unwrap(), first);
        let with_old_cookie = world.visitor();
        with_old_cookie.set_cookie(Some(first));
        assert_eq!(
            with_old_cookie.get("/api/session").await.expect(200)["phase"],
            "signed_out"
        );
    })
    .await;
}

#[tokio::test]
async fn the_cookie_is_out_of_reach_of_scripts_and_other_sites() {
    on_both(async |world| {
        world.admin().await;
        let answer = world.visitor().sign_in("ada@example.org", PASSWORD).await;
        let cookie = answer.header("set-cookie");
        assert!(cookie.starts_with("lockstep_session="), "{cookie}");
        assert!(cookie.contains("; HttpOnly") && cookie.contains("; SameSite=Lax") && cookie.contains("; Path=/"));
        // 256 bits as base64url.
        assert_eq!(cookie.split(';').next().unwrap().len(), "lockstep_session=".len() + 43);
    })
    .await;
    on_both_with(
        |config, _flavour| config.public_url = "https://lockstep.example.org".into(),
        async |world| {
            world.admin().await;
            let answer = world.visitor().sign_in("ada@example.org", PASSWORD).await;
            let cookie = answer.header("set-cookie");
            assert!(
                cookie.starts_with("__Host-lockstep_session=") && cookie.ends_with("; Secure"),
                "{cookie}"
            );
        },
    )
    .await;
}

#[tokio::test]
async fn the_database_holds_no_cookie() {
    let world = crate::world::World::start(String::new(), |_config, _flavour| {}).await;
    let admin = world.admin().await;
    let secret = admin.cookie().unwrap().split_once('=').unwrap().1.to_owned();
    let folder = world.folder().join("data");
    let mut n_files = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        n_files += 1;
        assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()));
        assert!(
            !bytes
                .windows(PASSWORD.len())
                .any(|window| window == PASSWORD.as_bytes())
        );
    }
    assert!(n_files >= 2);
    world.stop().await;
}

#[tokio::test]
async fn members_list_and_end_their_own_sessions_and_nobody_elses() {
    on_both(async |world| {
        let admin = world.admin().await;
        let bob = world.member(&admin, "Bob", "member").await;
        let bob_elsewhere = world.visitor();
        bob_elsewhere.sign_in("bob@example.org", PASSWORD).await.expect(200);

        let sessions = bob.get("/api/sessions").await.expect(200);
        let sessions = sessions.as_array().unwrap();
        assert_eq!(sessions.len(), 2);
        assert_eq!(sessions.iter().filter(|s| s["is_current"] == true).count(), 1);
        let elsewhere = sessions.iter().find(|s| s["is_current"] == false).unwrap()["id"]
            .as_str()
            .unwrap();

        admin.delete(&format!("/api/sessions/{elsewhere}")).await.expect(404);
        bob_elsewhere.get("/api/sessions").await.expect(200);
        bob.delete(&format!("/api/sessions/{elsewhere}")).await.expect(204);
        bob_elsewhere.get("/api/sessions").await.expect(401);
        bob.get("/api/sessions").await.expect(200);
    })
    .await;
}

#[tokio::test]
async fn sign_out_ends_the_session_itself() {
    on_both(async |world| {
        let admin = world.admin().await;
        let cookie = admin.cookie();
        admin.post("/api/sign-out", json!({})).await.expect(204);
        assert_eq!(admin.cookie(), None);
        admin.set_cookie(cookie);
        admin.get("/api/members").await.expect(401);
        // Once more changes nothing.
        admin.post("/api/sign-out", json!({})).await.expect(204);
    })
    .await;
}

#[tokio::test]
async fn whoever_loses_access_is_out_with_the_answer() {
    on_both(async |world| {
        let admin = world.admin().await;
        let bob = world.member(&admin, "Bob", "member").await;
        let mut stream = bob.events(None).await;
        assert_eq!(stream.next().await.unwrap().event, "hello");
        let path = format!("/api/members/{}", bob.my_id().await);
        admin.patch(&path, json!({"is_active": false})).await.expect(200);
        bob.get("/api/members").await.expect(401);
        // At most the change itself comes through before the stream ends.
        while let Some(event) = stream.next().await {
            assert_eq!(event.event, "change");
        }
        // Access given again is a new sign-in, not the old session.
        admin.patch(&path, json!({"is_active": true})).await.expect(200);
        bob.get("/api/members").await.expect(401);
        bob.sign_in("bob@example.org", PASSWORD).await.expect(200);
    })
    .await;
}
