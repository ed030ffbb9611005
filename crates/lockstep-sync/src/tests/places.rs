//! Areas and iterations: held by number, sent as the path that the node has then.

use azdo::field;

use super::*;

#[test]
fn a_node_is_compared_by_number_and_sent_as_its_path() {
    let mut item = item(&[(field::AREA_ID, json!(10)), (field::AREA_PATH, json!("Harbour\\Gate"))]);
    set(&mut item, MARA, field::AREA_ID, json!(10), json!(11));
    let Next::Write(attempt, call) = planned(&mut item, &rules()).1 else {
        panic!("it writes")
    };
    assert_eq!(attempt.fields, [(FieldName::from(field::AREA_ID), json!(11))].into());
    let Call::Update { update, .. } = *call else {
        panic!("a PATCH")
    };
    assert_eq!(
        update.document()[1],
        json!({"op": "add", "path": "/fields/System.AreaPath", "value": "Harbour\\Quay"})
    );
}

#[test]
fn a_renamed_node_is_no_change() {
    let mut item = item(&[
        (field::AREA_ID, json!(10)),
        (field::AREA_PATH, json!("Harbour\\Old gate")),
    ]);
    set(&mut item, MARA, field::AREA_ID, json!(10), json!(11));
    let remote = item.remote.as_mut().unwrap();
    remote
        .fields
        .insert(FieldName::from(field::AREA_PATH), json!("Harbour\\New gate"));
    assert!(written(&mut item, &rules()).is_some());
}

#[test]
fn a_creation_is_sent_with_the_paths_of_its_nodes() {
    let mut item = unborn(MARA, &[(field::AREA_ID, json!(11)), (field::ITERATION_ID, json!(21))]);
    let document = patch(&mut item, &rules()).to_string();
    assert!(document.contains("Harbour\\\\Quay") && document.contains("Harbour\\\\Sprint 1"));
    assert!(!document.contains(field::AREA_ID));
}

#[test]
fn a_move_waits_until_the_nodes_are_known() {
    let mut item = item(&[(field::ITERATION_ID, json!(20))]);
    set(&mut item, MARA, field::ITERATION_ID, json!(20), json!(21));
    let unknown = Rules {
        nodes: BTreeMap::new(),
        ..rules()
    };
    assert!(matches!(planned(&mut item, &unknown), (records, Next::Rest(None)) if records.is_empty()));
    assert!(written(&mut item, &rules()).is_some());
}

#[test]
fn a_move_refused_under_an_old_name_is_tried_under_the_new_one_however_long_after() {
    let mut item = item(&[(field::AREA_ID, json!(10))]);
    set(&mut item, MARA, field::AREA_ID, json!(10), json!(11));
    let hold = Hold::Refused {
        answer: "TF401347: Invalid tree name".to_owned(),
        at_rev: Some(Rev(3)),
        paths: vec!["Harbour\\Old quay".to_owned()],
    };
    item.edits[0].state = EditState::Held { hold: hold.clone() };
    let unknown = Rules {
        nodes: BTreeMap::new(),
        ..rules()
    };
    assert!(
        planned(&mut item, &unknown).0.is_empty(),
        "not before the names are known"
    );
    assert!(written(&mut item, &rules()).is_some());
    let stored = serde_json::to_value(&hold).unwrap();
    assert_eq!(serde_json::from_value::<Hold>(stored).unwrap(), hold);
}

#[test]
fn a_move_to_a_node_that_is_gone_asks_a_person_until_it_is_back() {
    let mut item = item(&[(field::ITERATION_ID, json!(20))]);
    set(&mut item, MARA, field::ITERATION_ID, json!(20), json!(22));
    planned(&mut item, &rules());
    assert!(matches!(item.edits[0].hold(), Some(Hold::Refused { at_rev: None, .. })));
    let mut rules = rules();
    rules.nodes.insert(22, "Harbour\\Sprint 2".to_owned());
    assert!(written(&mut item, &rules).is_some());
}
