//! Several items of a connection: what one of them learns from the other, and from answers that got lost.

use azdo::FeedStart;

use super::*;
use crate::NoticeId;
use crate::call::Failure;
use crate::edit::REFUSALS_MAX;
use crate::replica::Heard;

fn born(id: i64) -> Answer {
    Answer::Written(WorkItem {
        id: WorkItemId(id),
        rev: Rev(1),
        fields: BTreeMap::from([(FieldName::from(TITLE), json!("a"))]),
        relations: Vec::new(),
    })
}

fn is_create(call: &Call) -> bool {
    matches!(call, Call::Create { .. })
}

/// An item that is not created yet, with edits of its own numbers.
fn to_be_created(id: ItemId, fields: &[(&str, Value)]) -> Item {
    let mut item = Item {
        id,
        ..unborn(MARA, fields)
    };
    item.edits[0].id = EditId(id.0);
    item
}

#[test]
fn children_are_created_after_their_parent_and_under_it() {
    let parent = to_be_created(FEATURE, &[(TITLE, json!("parent"))]);
    let child = to_be_created(GIVER, &[(TITLE, json!("child")), (PARENT, json!({ "item": FEATURE }))]);
    let mut running = Running::load(vec![parent, child]);
    assert_eq!(running.documents().len(), 1);
    running.answer(is_create, born(6));
    assert_eq!(running.documents().len(), 1);
    assert!(running.documents()[0].contains(&work_item_url(6)));
}

#[test]
fn a_link_goes_out_once_its_other_end_is_there() {
    let mut taker = item(&[]);
    link(&mut taker, MARA, Target::Item { item: GIVER }, true, None);
    let mut running = Running::load(vec![to_be_created(GIVER, &[(TITLE, json!("giver"))]), taker]);
    assert_eq!(running.documents().len(), 1);
    running.answer(is_create, born(8));
    assert!(running.documents()[0].contains(PREDECESSOR) && running.documents()[0].contains(&work_item_url(8)));
}

#[test]
fn what_was_to_be_linked_to_a_creation_that_was_given_up_says_so() {
    let mut giver = to_be_created(GIVER, &[(TITLE, json!("giver"))]);
    giver.edits[0].is_draft = true;
    let create = giver.edits[0].id;
    let mut taker = item(&[]);
    let linked = link(&mut taker, MARA, Target::Item { item: GIVER }, true, None);
    let mut running = Running::load(vec![giver.clone(), taker]);
    giver.edits.clear();
    let given_up = add(
        &mut giver,
        INES,
        Act::Decide {
            edit: create,
            choice: Choice::GiveUp,
        },
    );
    giver.edits[0].change = 50;
    running.tell(Input::Edited(vec![giver]));
    assert!(running.is_settled(create) && running.is_settled(given_up));
    let is_held = |record: &Record| matches!(record, Record::EditHeld(id, Hold::Refused { .. }) if *id == linked);
    assert!(running.saved.iter().any(is_held));
}

#[test]
fn a_move_refused_under_an_old_path_goes_out_under_the_new_one() {
    let mut moved = item(&[(azdo::field::AREA_ID, json!(10))]);
    set(&mut moved, MARA, azdo::field::AREA_ID, json!(10), json!(11));
    let mut running = Running::load(vec![moved]);
    let refused = Failure::Refused {
        answer: "TF401347: Invalid tree name".to_owned(),
        fields: vec![FieldName::from(azdo::field::AREA_PATH)],
    };
    running.answer(|call| matches!(call, Call::Update { .. }), Answer::Failed(refused));
    assert!(running.documents().is_empty());
    let mut renamed = rules();
    renamed.nodes.insert(11, "Harbour\\Pier".to_owned());
    running.tell(Input::Rules(Box::new(renamed)));
    assert!(running.documents()[0].contains("Harbour\\\\Pier"));
}

/// Sends what `item` has open, loses the answer and finds the write in the updates. Returns what was shown then.
fn found_after_a_lost_answer(item: Item, update: WorkItemUpdate) -> crate::record::Observation {
    let mut running = Running::load(vec![item]);
    let is_update = |call: &Call| matches!(call, Call::Update { .. });
    running.answer(is_update, Answer::Failed(Failure::MaybeDone));
    running.pass(10_000_000);
    let updates = Answer::Updates(vec![update]);
    running.answer(|call| matches!(call, Call::ReadUpdates(_)), updates);
    let shown = running.saved.iter().find_map(|record| match record {
        Record::Observed(observation) => Some((**observation).clone()),
        _ => None,
    });
    shown.expect("what was written is shown before the next read")
}

#[test]
fn an_own_write_found_after_a_lost_answer_is_shown_at_once() {
    let mut item = item(&[(TITLE, json!("a")), (STATE, json!("New"))]);
    set(&mut item, MARA, TITLE, json!("a"), json!("b "));
    let theirs = [(TITLE, json!("b")), (STATE, json!("Active"))];
    let shown = found_after_a_lost_answer(item, own_update(&theirs));
    let fields = &shown.remote.fields;
    assert_eq!(
        fields[&FieldName::from(TITLE)],
        json!("b"),
        "as the server kept it, not as it was sent"
    );
    assert_eq!(
        fields[&FieldName::from(STATE)],
        json!("New"),
        "what was not sent is for the read to tell"
    );
    assert_eq!((shown.remote.rev, shown.is_own), (Rev(3), true));
    assert_eq!(shown.before, [(FieldName::from(TITLE), json!("a"))].into());
}

#[test]
fn a_place_and_a_parent_found_after_a_lost_answer_are_shown_at_once() {
    use azdo::field::{AREA_ID, AREA_PATH};
    let mut item = item(&[(AREA_ID, json!(10)), (AREA_PATH, json!("Harbour\\Gate"))]);
    set(&mut item, MARA, AREA_ID, json!(10), json!(11));
    set(&mut item, MARA, PARENT, Value::Null, json!(6));
    let kept = [(AREA_ID, json!(11)), (AREA_PATH, json!("Harbour\\Quay"))];
    let mut update = own_update(&kept);
    update.relations.added.push(relation(PARENT_LINK, 6, None));
    let shown = found_after_a_lost_answer(item, update);
    let value = |name: &str| shown.remote.fields[&FieldName::from(name)].clone();
    assert_eq!(
        (value(AREA_ID), value(AREA_PATH), value(PARENT)),
        (json!(11), json!("Harbour\\Quay"), json!(6))
    );
}

#[test]
fn a_parent_that_the_found_write_does_not_show_is_still_to_be_written() {
    let mut item = item(&[(TITLE, json!("a"))]);
    set(&mut item, MARA, TITLE, json!("a"), json!("b"));
    let parent = set(&mut item, MARA, PARENT, Value::Null, json!(6));
    let mut running = Running::load(vec![item]);
    let is_update = |call: &Call| matches!(call, Call::Update { .. });
    running.answer(is_update, Answer::Failed(Failure::MaybeDone));
    running.pass(10_000_000);
    // An earlier request with the same title, given up and applied late.
    let updates = Answer::Updates(vec![own_update(&[(TITLE, json!("b"))])]);
    running.answer(|call| matches!(call, Call::ReadUpdates(_)), updates);
    assert!(!running.is_settled(parent));
    let read = WorkItem {
        id: WorkItemId(7),
        rev: Rev(4),
        fields: BTreeMap::from([(FieldName::from(TITLE), json!("b"))]),
        relations: Vec::new(),
    };
    running.answer(|call| matches!(call, Call::ReadItems(_)), Answer::Items(vec![read]));
    assert!(running.documents()[0].contains(&work_item_url(6)));
}

#[test]
fn an_edit_made_between_a_found_write_and_its_read_starts_from_what_was_written() {
    let mut item = item(&[(TITLE, json!("a"))]);
    set(&mut item, MARA, TITLE, json!("a"), json!("b"));
    let mut running = Running::load(vec![item.clone()]);
    let is_update = |call: &Call| matches!(call, Call::Update { .. });
    running.answer(is_update, Answer::Failed(Failure::MaybeDone));
    running.pass(10_000_000);
    let updates = Answer::Updates(vec![own_update(&[(TITLE, json!("b"))])]);
    running.answer(|call| matches!(call, Call::ReadUpdates(_)), updates);
    let now = running.replica.items().next().unwrap().clone();
    let local = now.local(&FieldName::from(TITLE)).clone();
    assert_eq!(local, json!("b"));
    item.edits.clear();
    set(&mut item, MARA, TITLE, local, json!("c"));
    item.edits[0].change = 9;
    item.edits[0].id = EditId(Uuid::from_u128(900));
    running.tell(Input::Edited(vec![item]));
    let mut read = WorkItem {
        id: WorkItemId(7),
        rev: Rev(4),
        fields: now.remote.unwrap().fields,
        relations: Vec::new(),
    };
    read.fields.insert(FieldName::from(TITLE), json!("b"));
    running.answer(|call| matches!(call, Call::ReadItems(_)), Answer::Items(vec![read]));
    assert!(running.documents()[0].contains("\"c\""), "no conflict with oneself");
}

#[test]
fn a_write_answered_without_links_keeps_those_last_read() {
    let mut written = item(&[(TITLE, json!("a"))]);
    read_with(&mut written, vec![relation(PREDECESSOR, 8, None)]);
    set(&mut written, MARA, TITLE, json!("a"), json!("b"));
    let mut running = Running::load(vec![written]);
    let position = running
        .calls
        .iter()
        .position(|(_, call)| matches!(call, Call::Update { .. }));
    let (step, _) = running.calls.remove(position.unwrap());
    let answer = Answer::Written(WorkItem {
        id: WorkItemId(7),
        rev: Rev(4),
        fields: BTreeMap::from([(FieldName::from(TITLE), json!("b"))]),
        relations: Vec::new(),
    });
    let aside = Aside {
        lacks_links: true,
        ..Aside::default()
    };
    running.tell(Input::Answered(step, answer, aside));
    let item = running.replica.items().next().unwrap();
    assert_eq!(item.remote.as_ref().unwrap().relations.len(), 1);
    assert!(running.calls.iter().any(|(_, call)| matches!(call, Call::ReadItems(_))));
}

#[test]
fn an_edit_made_while_a_creation_was_looked_for_conflicts_with_what_was_changed_there_since() {
    let mut item = to_be_created(FEATURE, &[(TITLE, json!("a"))]);
    let edit = set(&mut item, MARA, TITLE, json!("a"), json!("ours"));
    let parent = set(&mut item, MARA, PARENT, Value::Null, json!(6));
    let mut running = Running::load(vec![item]);
    running.answer(is_create, Answer::Failed(Failure::MaybeDone));
    running.pass(10_000_000);
    let found = WorkItem {
        id: WorkItemId(7),
        rev: Rev(2),
        fields: BTreeMap::from([(FieldName::from(TITLE), json!("theirs"))]),
        relations: vec![relation(PARENT_LINK, 5, None)],
    };
    running.answer(
        |call| matches!(call, Call::FindMarker { .. }),
        Answer::Found(Some(found)),
    );
    for id in [edit, parent] {
        let is_asked = |record: &Record| matches!(record, Record::EditHeld(held, Hold::Conflict { .. }) if *held == id);
        assert!(running.saved.iter().any(is_asked));
    }
    assert!(running.documents().is_empty());
}

#[test]
fn what_is_refused_again_and_again_waits_for_a_person() {
    let mut item = item(&[(TITLE, json!("a"))]);
    let edit = set(&mut item, MARA, TITLE, json!("a"), json!("b"));
    let mut running = Running::load(vec![item]);
    let is_update = |call: &Call| matches!(call, Call::Update { .. });
    for n in 1..=REFUSALS_MAX {
        let refused = Failure::Refused {
            answer: "no".to_owned(),
            fields: vec![FieldName::from(TITLE)],
        };
        running.answer(is_update, Answer::Failed(refused));
        // Somebody revises it, which is worth another try, so often and no oftener.
        let heard = Heard {
            notice: NoticeId(Uuid::from_u128(u128::from(n))),
            work_item: WorkItemId(7),
            item: None,
        };
        running.tell(Input::HeardOf(vec![heard]));
        running.pass(10_000_000);
        let read = WorkItem {
            id: WorkItemId(7),
            rev: Rev(3 + i64::from(n)),
            fields: BTreeMap::from([(FieldName::from(TITLE), json!("a"))]),
            relations: Vec::new(),
        };
        running.answer(|call| matches!(call, Call::ReadItems(_)), Answer::Items(vec![read]));
        running.pass(10_000_000);
        assert_eq!(running.documents().is_empty(), n == REFUSALS_MAX, "after {n} refusals");
    }
    assert!(!running.is_settled(edit));
}

#[test]
fn without_a_cursor_the_feed_is_read_from_before_a_creation_that_has_no_answer() {
    let item = unborn(MARA, &[(TITLE, json!("a"))]);
    let mut running = Running::load(vec![item]);
    running.answer(
        |call| matches!(call, Call::Create { .. }),
        Answer::Failed(Failure::MaybeDone),
    );
    // For longer than one looks back at first, nothing can be read.
    let is_poll = |call: &Call| matches!(call, Call::Poll(Feed::Revisions, _));
    for _ in 0..4 {
        running.answer(is_poll, Answer::Failed(Failure::NotNow));
        running.pass(3600 * 1_000_000);
    }
    let from = running.calls.iter().find_map(|(_, call)| match call {
        Call::Poll(Feed::Revisions, FeedStart::Since { start_us }) => Some(*start_us),
        _ => None,
    });
    assert!(from.is_some_and(|from_us| from_us <= 1000), "from {from:?}");
}
