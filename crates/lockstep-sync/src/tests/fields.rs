//! Edits of fields: what is written, what settles by itself, what takes the place of what.

use super::*;

#[test]
fn an_edit_is_written_at_the_rev_last_read_with_its_authors_token() {
    let mut item = item(&[(TITLE, json!("a"))]);
    set(&mut item, MARA, TITLE, json!("a"), json!("b"));
    let Next::Write(attempt, call) = planned(&mut item, &rules()).1 else {
        panic!("it writes")
    };
    assert_eq!((attempt.whom, attempt.expected_rev), (Whom::Member(MARA), Some(Rev(3))));
    let Call::Update { update, .. } = *call else {
        panic!("a PATCH")
    };
    assert_eq!(update.document()[0], json!({"op": "test", "path": "/rev", "value": 3}));
}

#[test]
fn nothing_is_written_for_a_field_nobody_edited() {
    let mut item = item(&[(TITLE, json!("a")), (STATE, json!("New"))]);
    assert!(matches!(planned(&mut item, &rules()), (records, Next::Rest(None)) if records.is_empty()));
}

#[test]
fn different_fields_changed_on_both_sides_never_conflict() {
    let mut item = item(&[(TITLE, json!("a")), (STATE, json!("Active"))]);
    set(&mut item, MARA, TITLE, json!("a"), json!("b"));
    assert_eq!(
        written(&mut item, &rules()),
        Some((Whom::Member(MARA), sent(&[(TITLE, json!("b"))])))
    );
}

#[test]
fn same_value_on_both_sides_settles_without_a_write() {
    let mut item = item(&[(TITLE, json!("b"))]);
    let id = set(&mut item, MARA, TITLE, json!("a"), json!("b "));
    let (records, next) = planned(&mut item, &rules());
    assert_eq!(settled(&records, id), Some(&Ending::AlreadyThere));
    assert!(matches!(next, Next::Rest(None)) && item.edits.is_empty());
}

#[test]
fn tags_added_on_both_sides_are_all_kept() {
    let mut item = item(&[(TAGS, json!("a; theirs"))]);
    set(&mut item, MARA, TAGS, json!("a"), json!("a; ours"));
    let (_, values) = written(&mut item, &rules()).expect("it writes");
    assert_eq!(values[TAGS], json!("a; ours; theirs"));
}

#[test]
fn a_later_edit_of_a_field_supersedes_whoever_made_it() {
    let mut item = item(&[(TITLE, json!("a"))]);
    let earlier = set(&mut item, INES, TITLE, json!("a"), json!("b"));
    let later = set(&mut item, MARA, TITLE, json!("b"), json!("c"));
    let (records, next) = planned(&mut item, &rules());
    assert_eq!(settled(&records, earlier), Some(&Ending::SupersededBy { edit: later }));
    assert!(matches!(next, Next::Write(attempt, _) if attempt.edits == [later]));
}

#[test]
fn steps_of_state_by_one_author_go_one_by_one() {
    let mut item = item(&[(STATE, json!("New"))]);
    set(&mut item, MARA, STATE, json!("New"), json!("Active"));
    set(&mut item, MARA, STATE, json!("Active"), json!("Closed"));
    assert_eq!(
        written(&mut item, &rules()),
        Some((Whom::Member(MARA), sent(&[(STATE, json!("Active"))])))
    );
}

#[test]
fn a_refused_edit_is_tried_again_when_the_rev_has_moved() {
    let mut item = item(&[(TITLE, json!("a"))]);
    set(&mut item, MARA, TITLE, json!("a"), json!("b"));
    let hold = Hold::Refused {
        answer: "TF401320".to_owned(),
        at_rev: Some(Rev(3)),
        paths: Vec::new(),
    };
    item.edits[0].state = EditState::Held { hold };
    assert!(written(&mut item, &rules()).is_none());
    item.remote.as_mut().unwrap().rev = Rev(4);
    assert!(written(&mut item, &rules()).is_some());
}

#[test]
fn a_read_of_an_older_rev_changes_nothing() {
    let mut item = item(&[(TITLE, json!("a"))]);
    let fields = BTreeMap::from([(FieldName::from(TITLE), json!("old"))]);
    let read = WorkItem {
        id: WorkItemId(7),
        rev: Rev(2),
        fields,
        relations: Vec::new(),
    };
    assert!(absorb(&mut item, &read, false).is_empty());
    assert_eq!(item.remote_value(&FieldName::from(TITLE)), &json!("a"));
}

#[test]
fn a_feed_is_news_by_rev_for_fields_and_always_for_links() {
    let mention = |rev, is_deleted| Mention {
        work_item: WorkItemId(7),
        rev: Some(Rev(rev)),
        is_deleted,
    };
    let check = |feed, mention: Mention, presence, expected| {
        assert_eq!(
            is_news(feed, &mention, Some(Rev(3)), presence),
            expected,
            "{feed:?} {mention:?} {presence:?}"
        );
    };
    check(Feed::Revisions, mention(3, false), Presence::Present, false);
    check(Feed::Revisions, mention(4, false), Presence::Present, true);
    check(Feed::Revisions, mention(3, true), Presence::Present, true);
    check(Feed::Revisions, mention(3, true), Presence::Deleted, false);
    check(Feed::Revisions, mention(3, false), Presence::Deleted, true);
    check(Feed::Links, mention(3, false), Presence::Present, true);
}
