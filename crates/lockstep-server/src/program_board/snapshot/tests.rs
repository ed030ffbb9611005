use std::collections::HashMap;

use super::*;
use crate::access::Role;
use crate::action_items::samples::types;
use crate::program_board::samples::*;

fn taken(view: &BoardView) -> serde_json::Value {
    let rights = BoardRights::of(Role::Member, true, None);
    let titles = HashMap::from([(5000, Some("Pilot boarding".to_owned()))]);
    serde_json::to_value(whole(view, rights, &types(), &titles)).unwrap()
}

#[test]
fn cards_are_told_column_by_column_and_count_in_what_is_said_once() {
    let view = board(vec![
        made(1, "Feature", 11, 100).placed("quay", "s42"),
        made(2, "User Story", 11, 101)
            .under(1)
            .with("System.Tags", "a; b".into()),
        made(3, "User Story", 12, 102).with("System.Tags", "b".into()),
    ]);
    let taken = taken(&view);
    let cards = &taken["cards"];
    assert_eq!(cards["number"], serde_json::json!([4101, 4102, 4103]));
    assert_eq!(cards["type"], serde_json::json!([0, 1, 1]));
    assert_eq!(cards["parent"], serde_json::json!([-1, 0, -1]));
    assert_eq!(cards["tags"], serde_json::json!([[], [0, 1], [1]]));
    assert_eq!(cards["placed"], serde_json::json!([[0, 1], null, null]));
    assert_eq!(taken["strings"]["tags"], serde_json::json!(["a", "b"]));
    assert_eq!(taken["types"][0]["level"], "feature");
    assert_eq!(cards["id"][0].as_str().unwrap().len(), 22);
    assert_eq!(taken["board"]["n_cards"], 3);
}

#[test]
fn a_dependency_is_told_once_and_one_that_leads_off_the_board_apart() {
    let view = board(vec![
        made(1, "User Story", 11, 101).needed_by(4102).needed_by(5000),
        made(2, "User Story", 11, 102).waits_for(4101, "Lockstep: proposed, needed by 2026-10-30"),
    ]);
    let taken = taken(&view);
    assert_eq!(taken["links"], serde_json::json!([[0, 1, 0, 1, "2026-10-30", 0]]));
    assert_eq!(
        taken["outside"],
        serde_json::json!([{"number": 5000, "title": "Pilot boarding"}])
    );
    assert_eq!(taken["outside_links"], serde_json::json!([[0, 0, 1]]));
}

#[test]
fn what_was_packed_unpacks_to_the_same() {
    let view = board(vec![made(1, "User Story", 11, 101)]);
    let rights = BoardRights::of(Role::Member, true, None);
    let snapshot = whole(&view, rights, &types(), &HashMap::new());
    let packed = pack(&view, rights, &snapshot).unwrap();
    assert_eq!(unpacked(&packed.gzip), serde_json::to_vec(&snapshot).unwrap());
}
