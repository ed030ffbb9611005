//! Deleted, restored, destroyed.

use azdo_sim::{Doubts, Permission};
use serde_json::json;

use crate::world::{MARA, likely, world};

#[test]
fn a_deleted_item_is_unreadable_and_in_the_bin() {
    let mut world = likely();
    let id = world.create("Task", "T");
    let answer = world.send("DELETE", &format!("_apis/wit/workitems/{id}?api-version=7.1"), "", "");
    assert_eq!((answer.status, answer.json()["name"].clone()), (200, json!("T")));
    assert_eq!(
        world.send("GET", &format!("_apis/wit/workitems/{id}"), "", "").status,
        404
    );
    assert_eq!(world.get(&format!("_apis/wit/recyclebin/{id}"))["resource"]["id"], id);
    assert_eq!(world.get("Harbour/_apis/wit/recyclebin")["count"], 1);
}

#[test]
fn a_restored_item_has_its_id_and_its_links_again() {
    let mut world = likely();
    let (a, b) = (world.create("Feature", "A"), world.create("Feature", "B"));
    world.add_link(a, "System.LinkTypes.Dependency-Forward", b);
    world.sim.person_delete(world.now_us, MARA, a).unwrap();
    assert!(world.item(b).get("relations").is_none());
    let body = json!({"IsDeleted": false}).to_string();
    let answer = world.send(
        "PATCH",
        &format!("_apis/wit/recyclebin/{a}?api-version=7.1"),
        "application/json",
        &body,
    );
    assert_eq!(answer.status, 200);
    assert_eq!(
        world.item(b)["relations"][0]["rel"],
        "System.LinkTypes.Dependency-Reverse"
    );
}

#[test]
fn restoring_makes_no_circle_that_came_up_meanwhile() {
    let mut world = likely();
    let (a, b, c) = (
        world.create("Feature", "A"),
        world.create("Feature", "B"),
        world.create("Feature", "C"),
    );
    let rel = "System.LinkTypes.Dependency-Forward";
    world.add_link(a, rel, b);
    world.add_link(b, rel, c);
    world.sim.person_delete(world.now_us, MARA, b).unwrap();
    assert_eq!(world.add_link(c, rel, a).status, 200);
    world.sim.person_restore(world.now_us, MARA, b).unwrap();
    let ends = [a, b, c].map(|id| {
        world
            .sim
            .work_item_snapshot(id)
            .unwrap()
            .relations
            .iter()
            .filter(|(r, _)| r == rel)
            .count()
    });
    assert_eq!(ends.iter().sum::<usize>(), 2, "{ends:?}");
}

#[test]
fn a_delete_may_leave_the_rev_alone() {
    for delete_bumps_rev in [true, false] {
        let mut world = world(Doubts {
            delete_bumps_rev,
            ..Doubts::likely()
        });
        let id = world.create("Task", "T");
        world.sim.person_delete(world.now_us, MARA, id).unwrap();
        assert_eq!(world.sim.work_item_snapshot(id).unwrap().rev == 2, delete_bumps_rev);
    }
}

#[test]
fn a_destroyed_item_is_gone_from_everywhere() {
    let mut world = likely();
    let id = world.create("Task", "T");
    world.sim.person_delete(world.now_us, MARA, id).unwrap();
    assert_eq!(
        world
            .send("DELETE", &format!("_apis/wit/recyclebin/{id}?api-version=7.1"), "", "")
            .status,
        204
    );
    assert_eq!(
        world.send("GET", &format!("_apis/wit/recyclebin/{id}"), "", "").status,
        404
    );
    assert!(world.sim.work_item_snapshot(id).unwrap().is_destroyed);
}

#[test]
fn deleting_takes_its_right() {
    let mut world = likely();
    let id = world.create("Task", "T");
    world.sim.set_permission(MARA, Permission::DeleteWorkItems, false);
    assert_eq!(
        world
            .send("DELETE", &format!("_apis/wit/workitems/{id}?api-version=7.1"), "", "")
            .status,
        403
    );
}
