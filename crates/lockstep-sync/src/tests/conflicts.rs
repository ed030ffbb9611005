//! Fields that were changed on both sides, and what people decide about them.

use super::*;

#[test]
fn title_changed_on_both_sides_asks() {
    let mut item = item(&[(TITLE, json!("theirs"))]);
    let id = set(&mut item, MARA, TITLE, json!("a"), json!("ours"));
    let (records, next) = planned(&mut item, &rules());
    assert!(matches!(next, Next::Rest(_)));
    let hold = Hold::Conflict {
        theirs: json!("theirs"),
        theirs_by: None,
    };
    assert_eq!(records, vec![Record::EditHeld(id, hold)]);
}

#[test]
fn a_conflict_delays_no_other_field() {
    let mut item = item(&[(TITLE, json!("theirs")), (STATE, json!("New"))]);
    set(&mut item, MARA, TITLE, json!("a"), json!("ours"));
    set(&mut item, MARA, STATE, json!("New"), json!("Active"));
    assert_eq!(
        written(&mut item, &rules()),
        Some((Whom::Member(MARA), sent(&[(STATE, json!("Active"))])))
    );
}

#[test]
fn azure_devops_wins_keeps_what_lost() {
    let mut item = item(&[(TITLE, json!("theirs"))]);
    let id = set(&mut item, MARA, TITLE, json!("a"), json!("ours"));
    let rules = Rules {
        conflict: ConflictRule::AzureDevopsWins,
        ..rules()
    };
    let (records, _) = planned(&mut item, &rules);
    assert_eq!(
        settled(&records, id),
        Some(&Ending::LostConflict {
            theirs: json!("theirs")
        })
    );
}

#[test]
fn lockstep_wins_writes_over_theirs_knowingly() {
    let mut item = item(&[(TITLE, json!("theirs"))]);
    set(&mut item, MARA, TITLE, json!("a"), json!("ours"));
    let rules = Rules {
        conflict: ConflictRule::LockstepWins,
        ..rules()
    };
    assert_eq!(
        written(&mut item, &rules),
        Some((Whom::Member(MARA), sent(&[(TITLE, json!("ours"))])))
    );
    assert_eq!(item.base(&FieldName::from(TITLE)), &json!("theirs"));
}

#[test]
fn ours_is_written_when_their_value_is_still_the_one_seen() {
    let mut item = item(&[(TITLE, json!("theirs"))]);
    let id = set(&mut item, MARA, TITLE, json!("a"), json!("ours"));
    planned(&mut item, &rules());
    add(
        &mut item,
        MARA,
        Act::Decide {
            edit: id,
            choice: Choice::Ours { seen: json!("theirs") },
        },
    );
    assert_eq!(
        written(&mut item, &rules()),
        Some((Whom::Member(MARA), sent(&[(TITLE, json!("ours"))])))
    );
}

#[test]
fn a_choice_about_a_value_that_has_moved_is_asked_again() {
    let mut item = item(&[(TITLE, json!("theirs"))]);
    let id = set(&mut item, MARA, TITLE, json!("a"), json!("ours"));
    planned(&mut item, &rules());
    item.remote
        .as_mut()
        .unwrap()
        .fields
        .insert(FieldName::from(TITLE), json!("theirs again"));
    let decision = add(
        &mut item,
        MARA,
        Act::Decide {
            edit: id,
            choice: Choice::Ours { seen: json!("theirs") },
        },
    );
    let (records, next) = planned(&mut item, &rules());
    assert_eq!(settled(&records, decision), Some(&Ending::Overtaken));
    assert!(matches!(next, Next::Rest(None)));
    assert!(matches!(item.edits[0].hold(), Some(Hold::Conflict { theirs, .. }) if *theirs == json!("theirs again")));
}

#[test]
fn theirs_settles_ours_as_lost_and_writes_nothing() {
    let mut item = item(&[(TITLE, json!("theirs"))]);
    let id = set(&mut item, MARA, TITLE, json!("a"), json!("ours"));
    planned(&mut item, &rules());
    add(
        &mut item,
        MARA,
        Act::Decide {
            edit: id,
            choice: Choice::Theirs { seen: json!("theirs") },
        },
    );
    let (records, next) = planned(&mut item, &rules());
    assert_eq!(
        settled(&records, id),
        Some(&Ending::LostConflict {
            theirs: json!("theirs")
        })
    );
    assert!(matches!(next, Next::Rest(None)));
}

#[test]
fn given_up_by_a_person_is_an_end_with_a_name() {
    let mut item = item(&[(TITLE, json!("a"))]);
    let id = set(&mut item, INES, TITLE, json!("a"), json!("b"));
    planned(&mut item, &rules());
    add(
        &mut item,
        MARA,
        Act::Decide {
            edit: id,
            choice: Choice::GiveUp,
        },
    );
    assert_eq!(
        settled(&planned(&mut item, &rules()).0, id),
        Some(&Ending::GivenUp { by: MARA })
    );
}
