//! Members, roles, the last administrator, and the trail of all that.

use serde_json::json;
use uuid::Uuid;

use crate::world::{PASSWORD, World, on_both};
use lockstep_server::ids::CompanyId;

async fn company(world: &World) -> CompanyId {
    CompanyId(world.app.store.companies().await.unwrap()[0].id)
}

#[tokio::test]
async fn an_admin_adds_members_and_all_see_them() {
    on_both(async |world| {
        let admin = world.admin().await;
        let viewer = world.member(&admin, "Vera", "viewer").await;
        let members = viewer.get("/api/members").await.expect(200);
        let names: Vec<_> = members
            .as_array()
            .unwrap()
            .iter()
            .map(|m| m["name"].as_str().unwrap())
            .collect();
        assert_eq!(names, ["Ada Lovelace", "Vera"]);
        assert_eq!(members[1]["avatar"], 2);
        assert!(!members.to_string().contains("argon2"));
    })
    .await;
}

#[tokio::test]
async fn one_address_is_one_person_however_it_is_spelt() {
    on_both(async |world| {
        let admin = world.admin().await;
        let input = json!({"name": "Other Ada", "email": "ADA@example.org", "role": "member", "password": PASSWORD});
        assert_eq!(admin.post("/api/members", input).await.problem(409), "email_taken");
        assert_eq!(admin.get("/api/members").await.expect(200).as_array().unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_new_role_counts_from_the_next_request() {
    on_both(async |world| {
        let admin = world.admin().await;
        let bob = world.member(&admin, "Bob", "viewer").await;
        let input = json!({"name": "Eve", "email": "eve@example.org", "role": "viewer", "password": PASSWORD});
        assert_eq!(bob.post("/api/members", input.clone()).await.problem(403), "forbidden");
        let path = format!("/api/members/{}", bob.my_id().await);
        admin.patch(&path, json!({"role": "company_admin"})).await.expect(200);
        bob.post("/api/members", input).await.expect(201);
    })
    .await;
}

#[tokio::test]
async fn the_last_active_admin_stays() {
    on_both(async |world| {
        let admin = world.admin().await;
        let path = format!("/api/members/{}", admin.my_id().await);
        assert_eq!(
            admin.patch(&path, json!({"role": "member"})).await.problem(409),
            "last_admin"
        );
        assert_eq!(
            admin.patch(&path, json!({"is_active": false})).await.problem(409),
            "last_admin"
        );
        // An administrator without access is no administrator.
        let bob = world.member(&admin, "Bob", "company_admin").await;
        let bobs_path = format!("/api/members/{}", bob.my_id().await);
        admin.patch(&bobs_path, json!({"is_active": false})).await.expect(200);
        assert_eq!(
            admin.patch(&path, json!({"role": "viewer"})).await.problem(409),
            "last_admin"
        );
    })
    .await;
}

#[tokio::test]
async fn two_admins_who_leave_at_once_leave_one() {
    on_both(async |world| {
        let ada = world.admin().await;
        let bob = world.member(&ada, "Bob", "company_admin").await;
        let (adas, bobs) = (
            format!("/api/members/{}", ada.my_id().await),
            format!("/api/members/{}", bob.my_id().await),
        );
        let (one, other) = tokio::join!(
            ada.patch(&bobs, json!({"role": "member"})),
            bob.patch(&adas, json!({"role": "member"}))
        );
        // The second is either no administrator any more or would be the last.
        assert!(
            one.status == 200 && matches!(other.status, 403 | 409)
                || other.status == 200 && matches!(one.status, 403 | 409)
        );
        let members = world.app.store.members(company(world).await).await.unwrap();
        assert_eq!(members.iter().filter(|m| m.role.as_str() == "company_admin").count(), 1);
    })
    .await;
}

#[tokio::test]
async fn what_is_done_to_members_stands_in_the_trail() {
    on_both(async |world| {
        let admin = world.admin().await;
        let bob = world.member(&admin, "Bob", "member").await;
        let path = format!("/api/members/{}", bob.my_id().await);
        admin.patch(&path, json!({"role": "board_admin"})).await.expect(200);
        admin.patch(&path, json!({"is_active": false})).await.expect(200);
        let company = company(world).await;
        let trail = world.app.store.audit_trail(company).await.unwrap();
        let acts: Vec<_> = trail.iter().map(|row| row.act.as_str()).collect();
        assert_eq!(
            acts,
            [
                "company.set_up",
                "member.added",
                "session.signed_in",
                "member.role_changed",
                "member.deactivated"
            ]
        );
        assert!(trail[3].detail.contains("board_admin"));
        assert_eq!(trail[3].member_id, Some(Uuid::parse_str(&admin.my_id().await).unwrap()));
        assert_eq!(world.app.store.audit_break(company).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn an_id_of_nobody_is_not_found() {
    on_both(async |world| {
        let admin = world.admin().await;
        for id in [Uuid::nil().to_string(), "not-an-id".to_owned()] {
            let answer = admin
                .patch(&format!("/api/members/{id}"), json!({"is_active": false}))
                .await;
            assert_eq!(answer.problem(404), "not_found");
        }
    })
    .await;
}
