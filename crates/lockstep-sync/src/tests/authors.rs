//! Whose token carries what, and what waits for one.

use super::*;

#[test]
fn one_write_carries_edits_of_one_author() {
    let mut item = item(&[(TITLE, json!("a")), (STATE, json!("New"))]);
    set(&mut item, MARA, TITLE, json!("a"), json!("b"));
    set(&mut item, INES, STATE, json!("New"), json!("Active"));
    let rules = Rules {
        without_own_token: WithoutOwnToken::WriteAsConnection,
        ..rules()
    };
    assert_eq!(
        written(&mut item, &rules),
        Some((Whom::Member(MARA), sent(&[(TITLE, json!("b"))])))
    );
}

#[test]
fn an_edit_without_a_token_is_held_and_passed_by_others() {
    let mut item = item(&[(TITLE, json!("a")), (STATE, json!("New"))]);
    let ines = set(&mut item, INES, TITLE, json!("a"), json!("b"));
    set(&mut item, MARA, STATE, json!("New"), json!("Active"));
    let (records, next) = planned(&mut item, &rules());
    assert_eq!(records, vec![Record::EditHeld(ines, Hold::NeedsToken)]);
    assert!(matches!(next, Next::Write(attempt, _) if attempt.author == MARA));
}

#[test]
fn a_token_that_is_stored_sends_what_waited_for_it() {
    let mut item = item(&[(TITLE, json!("a"))]);
    set(&mut item, INES, TITLE, json!("a"), json!("b"));
    item.edits[0].state = EditState::Held { hold: Hold::NeedsToken };
    let mut rules = rules();
    rules.own_tokens.insert(INES, owner("ines"));
    assert_eq!(
        written(&mut item, &rules),
        Some((Whom::Member(INES), sent(&[(TITLE, json!("b"))])))
    );
}

#[test]
fn a_refused_own_token_is_waited_for_even_where_others_write_as_the_connection() {
    let mut item = item(&[(TITLE, json!("a"))]);
    set(&mut item, MARA, TITLE, json!("a"), json!("b"));
    let mut rules = Rules {
        without_own_token: WithoutOwnToken::WriteAsConnection,
        ..rules()
    };
    rules.own_tokens.clear();
    rules.unusable_tokens.insert(MARA);
    assert!(written(&mut item, &rules).is_none());
    assert_eq!(item.edits[0].hold(), Some(&Hold::NeedsToken));
}

#[test]
fn what_waited_for_a_token_for_a_day_is_reviewed_first() {
    let mut item = item(&[(TITLE, json!("a"))]);
    let id = set(&mut item, INES, TITLE, json!("a"), json!("b"));
    item.edits[0].state = EditState::Held { hold: Hold::NeedsToken };
    let mut rules = rules();
    rules.own_tokens.insert(INES, owner("ines"));
    let attempt = AttemptId(Uuid::from_u128(5));
    let (_, next) = plan(&mut item, &rules, NEEDS_TOKEN_REVIEW_US + 1, attempt);
    assert!(matches!(next, Next::Rest(None)));
    add(
        &mut item,
        INES,
        Act::Decide {
            edit: id,
            choice: Choice::Retry,
        },
    );
    let (_, next) = plan(&mut item, &rules, NEEDS_TOKEN_REVIEW_US + 2, attempt);
    assert!(matches!(next, Next::Write(..)));
}

#[test]
fn written_as_connection_says_on_whose_behalf_when_asked_to() {
    let mut item = Item::unborn(ItemId(Uuid::from_u128(9)));
    let fields = BTreeMap::from([(FieldName::from(TITLE), json!("a"))]);
    let create = Act::Create {
        project: "P".to_owned(),
        work_item_type: "Task".to_owned(),
        fields,
    };
    add(&mut item, INES, create);
    let rules = Rules {
        without_own_token: WithoutOwnToken::WriteAsConnection,
        ..rules()
    };
    let (whom, values) = written(&mut item, &rules).expect("it writes");
    assert_eq!(whom, Whom::Connection);
    assert_eq!(
        values["System.History"],
        json!("Written by Lockstep on behalf of Ines &amp; Co.")
    );
}

#[test]
fn a_patch_takes_all_of_its_authors_edits_past_those_of_others() {
    let mut item = item(&[(TITLE, json!("a")), (STATE, json!("New")), (TAGS, json!("x"))]);
    let first = set(&mut item, MARA, TITLE, json!("a"), json!("b"));
    set(&mut item, INES, STATE, json!("New"), json!("Active"));
    let second = set(&mut item, MARA, TAGS, json!("x"), json!("y"));
    let mut rules = rules();
    rules.own_tokens.insert(INES, owner("ines"));
    assert!(matches!(planned(&mut item, &rules).1, Next::Write(attempt, _) if attempt.edits == [first, second]));
}

#[test]
fn nothing_passes_a_deletion() {
    let mut item = item(&[(TITLE, json!("a")), (TAGS, json!("x"))]);
    let first = set(&mut item, MARA, TITLE, json!("a"), json!("b"));
    add(&mut item, INES, Act::Delete);
    set(&mut item, MARA, TAGS, json!("x"), json!("y"));
    assert!(matches!(planned(&mut item, &rules()).1, Next::Write(attempt, _) if attempt.edits == [first]));
}

#[test]
fn others_go_along_with_the_first_step_of_state() {
    let mut item = item(&[(STATE, json!("New"))]);
    let first = set(&mut item, MARA, STATE, json!("New"), json!("Active"));
    set(&mut item, MARA, STATE, json!("Active"), json!("Resolved"));
    set(&mut item, MARA, TAGS, Value::Null, json!("y"));
    let Next::Write(attempt, _) = planned(&mut item, &rules()).1 else {
        panic!("it writes")
    };
    assert_eq!((attempt.edits.len(), attempt.edits[0]), (2, first));
    assert_eq!(attempt.fields[&FieldName::from(STATE)], json!("Active"));
}
