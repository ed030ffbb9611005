//! Creation, deletion, restoration.

use super::*;

#[test]
fn a_creation_carries_its_marker() {
    let mut item = Item::unborn(ItemId(Uuid::from_u128(9)));
    let create = Act::Create {
        project: "P".to_owned(),
        work_item_type: "Task".to_owned(),
        fields: BTreeMap::new(),
    };
    add(&mut item, MARA, create);
    let Next::Write(_, call) = planned(&mut item, &rules()).1 else {
        panic!("it writes")
    };
    let Call::Create { creation, .. } = *call else {
        panic!("a creation")
    };
    assert!(
        creation
            .document()
            .to_string()
            .contains("https://lockstep.example/x/00000000000000000000000000000009")
    );
}

#[test]
fn a_creation_goes_only_where_the_connection_can_read() {
    let mut item = Item::unborn(ItemId(Uuid::from_u128(9)));
    let create = Act::Create {
        project: "P".to_owned(),
        work_item_type: "Task".to_owned(),
        fields: BTreeMap::new(),
    };
    add(&mut item, MARA, create);
    let rules = Rules {
        readable_projects: Some(["q".to_owned()].into()),
        ..rules()
    };
    assert!(matches!(planned(&mut item, &rules).1, Next::Rest(None)));
    assert!(matches!(item.edits[0].hold(), Some(Hold::Refused { .. })));
}

#[test]
fn an_edit_waits_for_the_creation_of_its_item() {
    let mut item = Item::unborn(ItemId(Uuid::from_u128(9)));
    let create = Act::Create {
        project: "P".to_owned(),
        work_item_type: "Task".to_owned(),
        fields: BTreeMap::new(),
    };
    let create = add(&mut item, MARA, create);
    set(&mut item, MARA, TITLE, Value::Null, json!("b"));
    assert!(matches!(planned(&mut item, &rules()).1, Next::Write(attempt, _) if attempt.edits == [create]));
}

#[test]
fn an_edit_of_a_deleted_work_item_is_held_and_goes_on_when_it_is_back() {
    let mut item = item(&[(TITLE, json!("a"))]);
    item.presence = Presence::Deleted;
    let id = set(&mut item, MARA, TITLE, json!("a"), json!("b"));
    let (records, next) = planned(&mut item, &rules());
    assert_eq!(records, vec![Record::EditHeld(id, Hold::WorkItemDeleted)]);
    assert!(matches!(next, Next::Rest(None)));
    item.presence = Presence::Present;
    assert!(written(&mut item, &rules()).is_some());
}

#[test]
fn a_deletion_is_sent_only_right_after_a_read() {
    let mut item = item(&[(TITLE, json!("a"))]);
    add(&mut item, MARA, Act::Delete);
    assert!(matches!(planned(&mut item, &rules()).1, Next::Read));
    item.errand.is_fresh = true;
    assert!(matches!(planned(&mut item, &rules()).1, Next::Write(..)));
}

#[test]
fn a_deletion_already_seen_is_done() {
    let mut item = item(&[]);
    item.presence = Presence::Deleted;
    let id = add(&mut item, MARA, Act::Delete);
    assert_eq!(
        settled(&planned(&mut item, &rules()).0, id),
        Some(&Ending::AlreadyThere)
    );
}

#[test]
fn what_was_let_go_and_written_all_the_same_is_where_the_next_edit_starts() {
    let mut item = item(&[(TITLE, json!("a"))]);
    let first = set(&mut item, MARA, TITLE, json!("a"), json!("b"));
    item.edits[0].doubt = Some(Doubt {
        rev: Rev(3),
        identity_id: "mara".to_owned(),
        until_us: 0,
        is_of_backup: false,
    });
    item.presence = Presence::Deleted;
    planned(&mut item, &rules());
    let give_up = Act::Decide {
        edit: first,
        choice: Choice::GiveUp,
    };
    add(&mut item, MARA, give_up);
    let (records, _) = planned(&mut item, &rules());
    assert_eq!(settled(&records, first), Some(&Ending::GivenUp { by: MARA }));
    set(&mut item, MARA, TITLE, json!("a"), json!("c"));

    // It is back, and shows what nobody wanted any more.
    item.presence = Presence::Present;
    let remote = item.remote.as_mut().unwrap();
    remote.rev = Rev(4);
    remote.fields.insert(FieldName::from(TITLE), json!("b"));
    let mut running = Running::load(vec![item]);
    let updates = Answer::Updates(vec![own_update(&[(TITLE, json!("b"))])]);
    running.answer(|call| matches!(call, Call::ReadUpdates(_)), updates);
    assert!(running.saved.contains(&Record::DoubtCleared(first)));
    assert!(running.documents()[0].contains("\"c\""));
}
