//! Drafts: planned, shown, merged like everything else, and sent when somebody publishes them.

use super::*;

fn draft(item: &mut Item, author: MemberId, field: &str, was: Value, to: Value) -> EditId {
    let id = set(item, author, field, was, to);
    item.edits.last_mut().unwrap().is_draft = true;
    id
}

fn decide(item: &mut Item, author: MemberId, edit: EditId, choice: Choice) -> EditId {
    add(item, author, Act::Decide { edit, choice })
}

#[test]
fn a_draft_is_shown_and_never_sent() {
    let mut item = item(&[(TITLE, json!("a"))]);
    draft(&mut item, MARA, TITLE, json!("a"), json!("b"));
    assert!(matches!(planned(&mut item, &rules()), (records, Next::Rest(None)) if records.is_empty()));
    assert_eq!(item.local(&FieldName::from(TITLE)), &json!("b"));
}

#[test]
fn a_published_draft_goes_out_as_its_authors() {
    let mut item = item(&[(TITLE, json!("a"))]);
    let edit = draft(&mut item, MARA, TITLE, json!("a"), json!("b"));
    let decision = decide(&mut item, INES, edit, Choice::Publish);
    let (records, next) = planned(&mut item, &rules());
    assert_eq!(records[0], Record::EditPublished(edit));
    assert_eq!(settled(&records, decision), Some(&Ending::CarriedOut));
    assert!(matches!(next, Next::Write(attempt, _) if attempt.whom == Whom::Member(MARA) && attempt.edits == [edit]));
}

#[test]
fn all_drafts_of_one_author_are_one_patch() {
    let mut item = item(&[(TITLE, json!("a")), (STATE, json!("New")), (TAGS, json!("x"))]);
    let drafts = [
        draft(&mut item, MARA, TITLE, json!("a"), json!("b")),
        draft(&mut item, INES, STATE, json!("New"), json!("Active")),
        draft(&mut item, MARA, TAGS, json!("x"), json!("x; y")),
    ];
    for edit in drafts {
        decide(&mut item, MARA, edit, Choice::Publish);
    }
    let mut rules = rules();
    rules.own_tokens.insert(INES, owner("ines"));
    assert!(matches!(planned(&mut item, &rules).1, Next::Write(attempt, _) if attempt.edits == [drafts[0], drafts[2]]));
}

#[test]
fn a_discarded_draft_leaves_no_trace_there() {
    let mut item = item(&[(TITLE, json!("a"))]);
    let edit = draft(&mut item, MARA, TITLE, json!("a"), json!("b"));
    decide(&mut item, INES, edit, Choice::GiveUp);
    let (records, next) = planned(&mut item, &rules());
    assert_eq!(settled(&records, edit), Some(&Ending::GivenUp { by: INES }));
    assert!(matches!(next, Next::Rest(None)) && item.edits.is_empty());
}

#[test]
fn publishing_what_is_no_draft_comes_too_late() {
    let mut item = item(&[(TITLE, json!("a"))]);
    let edit = set(&mut item, MARA, TITLE, json!("a"), json!("b"));
    let decision = decide(&mut item, MARA, edit, Choice::Publish);
    assert_eq!(
        settled(&planned(&mut item, &rules()).0, decision),
        Some(&Ending::Overtaken)
    );
}

#[test]
fn a_draft_takes_the_place_of_a_draft_and_not_of_what_was_meant() {
    let mut item = item(&[(TITLE, json!("a"))]);
    let meant = set(&mut item, MARA, TITLE, json!("a"), json!("b"));
    let first = draft(&mut item, MARA, TITLE, json!("b"), json!("c"));
    let second = draft(&mut item, INES, TITLE, json!("c"), json!("d"));
    let (records, next) = planned(&mut item, &rules());
    assert_eq!(settled(&records, first), Some(&Ending::SupersededBy { edit: second }));
    assert!(matches!(next, Next::Write(attempt, _) if attempt.edits == [meant]));
    assert!(matches!(&item.edits[1].act, Act::Set { was, .. } if *was == json!("b")));
}

#[test]
fn what_is_meant_takes_the_place_of_a_draft() {
    let mut item = item(&[(TITLE, json!("a"))]);
    let planned_edit = draft(&mut item, INES, TITLE, json!("a"), json!("b"));
    let meant = set(&mut item, MARA, TITLE, json!("b"), json!("c"));
    let (records, next) = planned(&mut item, &rules());
    assert_eq!(
        settled(&records, planned_edit),
        Some(&Ending::SupersededBy { edit: meant })
    );
    assert!(matches!(next, Next::Write(attempt, _) if attempt.edits == [meant]));
    assert_eq!(item.base(&FieldName::from(TITLE)), &json!("a"));
}

#[test]
fn what_is_meant_takes_the_place_of_all_planned_steps_of_a_state() {
    let mut item = item(&[(STATE, json!("New"))]);
    let steps = [
        draft(&mut item, INES, STATE, json!("New"), json!("Active")),
        draft(&mut item, INES, STATE, json!("Active"), json!("Resolved")),
    ];
    let meant = set(&mut item, MARA, STATE, json!("Resolved"), json!("Closed"));
    let (records, next) = planned(&mut item, &rules());
    for step in steps {
        assert_eq!(settled(&records, step), Some(&Ending::SupersededBy { edit: meant }));
    }
    assert!(matches!(next, Next::Write(attempt, _) if attempt.edits == [meant]));
    // Nobody there ever saw a state that was planned alone.
    assert!(matches!(&item.edits[0].act, Act::Set { was, .. } if *was == json!("New")));
}

#[test]
fn a_draft_of_a_field_that_changed_there_asks_before_it_is_published() {
    let mut item = item(&[(TITLE, json!("theirs"))]);
    let edit = draft(&mut item, MARA, TITLE, json!("a"), json!("ours"));
    planned(&mut item, &rules());
    assert!(matches!(item.edits[0].hold(), Some(Hold::Conflict { .. })));
    decide(&mut item, MARA, edit, Choice::Ours { seen: json!("theirs") });
    assert!(
        matches!(planned(&mut item, &rules()).1, Next::Rest(None)),
        "ours is chosen, and still a draft"
    );
    decide(&mut item, MARA, edit, Choice::Publish);
    assert_eq!(
        written(&mut item, &rules()),
        Some((Whom::Member(MARA), sent(&[(TITLE, json!("ours"))])))
    );
}

#[test]
fn theirs_in_a_conflict_of_what_was_meant_leaves_the_plan_to_be_asked_about() {
    let mut item = item(&[(TITLE, json!("theirs"))]);
    let meant = set(&mut item, MARA, TITLE, json!("a"), json!("ours"));
    let plan = draft(&mut item, INES, TITLE, json!("ours"), json!("later"));
    planned(&mut item, &rules());
    decide(&mut item, MARA, meant, Choice::Theirs { seen: json!("theirs") });
    let (records, _) = planned(&mut item, &rules());
    assert!(matches!(settled(&records, meant), Some(Ending::LostConflict { .. })));
    assert_eq!(settled(&records, plan), None);
    assert_eq!(item.edits.len(), 1);
}

#[test]
fn nothing_goes_out_for_an_item_whose_creation_is_a_draft() {
    let mut item = unborn(MARA, &[(TITLE, json!("a"))]);
    item.edits[0].is_draft = true;
    set(&mut item, MARA, STATE, json!("New"), json!("Active"));
    assert!(matches!(planned(&mut item, &rules()).1, Next::Rest(None)));
    let create = item.edits[0].id;
    decide(&mut item, MARA, create, Choice::Publish);
    assert!(matches!(planned(&mut item, &rules()).1, Next::Write(attempt, _) if attempt.edits == [create]));
}

#[test]
fn a_draft_waits_for_no_token() {
    let mut item = item(&[(TITLE, json!("a"))]);
    draft(&mut item, INES, TITLE, json!("a"), json!("b"));
    assert!(planned(&mut item, &rules()).0.is_empty());
}

#[test]
fn an_edit_stored_before_there_were_drafts_is_none() {
    let stored = json!({"id": Uuid::from_u128(1), "change": 1, "author": Uuid::from_u128(2), "at_us": 0,
        "act": {"act": "link", "rel": PREDECESSOR, "target": 8, "is_added": true}, "state": {"state": "waiting"}});
    let edit: Edit = serde_json::from_value(stored).unwrap();
    assert!(!edit.is_draft);
    assert!(matches!(
        edit.act,
        Act::Link {
            target: Target::WorkItem(WorkItemId(8)),
            comment: None,
            ..
        }
    ));
}
