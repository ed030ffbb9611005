//! The parent: a field here, a link there.

use super::*;

fn set_parent(item: &mut Item, was: Value, to: Value) -> EditId {
    set(item, MARA, PARENT, was, to)
}

#[test]
fn the_parent_is_read_from_the_link() {
    let mut item = item(&[(PARENT, json!(5))]);
    read_with(&mut item, vec![relation(PARENT_LINK, 6, None)]);
    assert_eq!(item.remote_value(&FieldName::from(PARENT)), &json!(6));
    read_with(&mut item, Vec::new());
    assert_eq!(item.remote_value(&FieldName::from(PARENT)), &Value::Null);
}

#[test]
fn a_new_parent_takes_the_old_ones_place_in_one_patch() {
    let mut item = item(&[]);
    let held = vec![relation(PREDECESSOR, 4, None), relation(PARENT_LINK, 5, None)];
    read_with(&mut item, held);
    set_parent(&mut item, json!(5), json!(6));
    assert_eq!(
        patch(&mut item, &rules()),
        json!([
            {"op": "test", "path": "/rev", "value": 3},
            {"op": "remove", "path": "/relations/1"},
            {"op": "add", "path": "/relations/-", "value": {"rel": PARENT_LINK, "url": work_item_url(6)}},
        ])
    );
}

#[test]
fn a_parent_is_taken_away_right_after_a_read() {
    let mut item = item(&[]);
    read_with(&mut item, vec![relation(PARENT_LINK, 5, None)]);
    item.errand.is_fresh = false;
    set_parent(&mut item, json!(5), Value::Null);
    assert!(matches!(planned(&mut item, &rules()).1, Next::Read));
    item.errand.is_fresh = true;
    assert_eq!(
        patch(&mut item, &rules())[1],
        json!({"op": "remove", "path": "/relations/0"})
    );
}

#[test]
fn a_parent_that_changed_on_both_sides_asks() {
    let mut item = item(&[]);
    read_with(&mut item, vec![relation(PARENT_LINK, 4, None)]);
    let id = set_parent(&mut item, json!(5), json!(6));
    let (records, next) = planned(&mut item, &rules());
    let hold = Hold::Conflict {
        theirs: json!(4),
        theirs_by: None,
    };
    assert_eq!(records, vec![Record::EditHeld(id, hold)]);
    assert!(matches!(next, Next::Rest(_)));
}

#[test]
fn a_parent_that_is_there_already_is_settled() {
    let mut item = item(&[]);
    read_with(&mut item, vec![relation(PARENT_LINK, 6, None)]);
    let id = set_parent(&mut item, json!(5), json!(6));
    assert_eq!(
        settled(&planned(&mut item, &rules()).0, id),
        Some(&Ending::AlreadyThere)
    );
}

#[test]
fn a_parent_to_come_is_waited_for() {
    let mut item = item(&[]);
    set_parent(&mut item, Value::Null, json!({ "item": FEATURE }));
    assert!(matches!(planned(&mut item, &rules()), (records, Next::Rest(None)) if records.is_empty()));
    assert_eq!(item.awaits(), [FEATURE].into());
    assert!(item.learn(&BTreeMap::from([(FEATURE, WorkItemId(6))])));
    assert_eq!(patch(&mut item, &rules())[1]["value"]["url"], json!(work_item_url(6)));
}

#[test]
fn a_parent_to_come_delays_no_other_field() {
    let mut item = item(&[(TITLE, json!("a"))]);
    set_parent(&mut item, Value::Null, json!({ "item": FEATURE }));
    set(&mut item, MARA, TITLE, json!("a"), json!("b"));
    assert_eq!(
        written(&mut item, &rules()),
        Some((Whom::Member(MARA), sent(&[(TITLE, json!("b"))])))
    );
}

#[test]
fn a_creation_carries_its_parent() {
    let mut item = unborn(MARA, &[(TITLE, json!("a")), (PARENT, json!(6))]);
    let document = patch(&mut item, &rules());
    let operations = document.as_array().unwrap();
    assert!(operations.contains(
        &json!({"op": "add", "path": "/relations/-", "value": {"rel": PARENT_LINK, "url": work_item_url(6)}})
    ));
    assert!(!document.to_string().contains("/fields/System.Parent"));
}

#[test]
fn a_creation_waits_for_the_creation_of_its_parent() {
    let mut item = unborn(MARA, &[(TITLE, json!("a")), (PARENT, json!({ "item": FEATURE }))]);
    assert!(matches!(planned(&mut item, &rules()).1, Next::Rest(None)));
    item.learn(&BTreeMap::from([(FEATURE, WorkItemId(6))]));
    assert!(patch(&mut item, &rules()).to_string().contains(&work_item_url(6)));
}

#[test]
fn a_child_of_a_parent_that_was_given_up_says_so_and_goes_with_another_one() {
    let mut item = unborn(MARA, &[(TITLE, json!("a")), (PARENT, json!({ "item": FEATURE }))]);
    item.unmade.insert(FEATURE);
    planned(&mut item, &rules());
    assert!(matches!(item.edits[0].hold(), Some(Hold::Refused { at_rev: None, .. })));
    set_parent(&mut item, json!({ "item": FEATURE }), Value::Null);
    assert!(!patch(&mut item, &rules()).to_string().contains(PARENT_LINK));
}
