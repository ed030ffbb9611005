use azdo::{Rev, field};
use lockstep_sync::edit::{Attempt, AttemptKind, AttemptState, Search, Whom};
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::mapping::ItemNames;
use super::super::samples::*;
use super::*;
use crate::access::Role;
use crate::ids::AttemptId;

fn shown_as(viewer_number: u128, role: Role, edits: Vec<Edit>) -> OpenEdit {
    let around = Around::of(viewer(viewer_number, role));
    let stored = paired(edits);
    let item = &stored.pair.as_ref().unwrap().item;
    of(
        item,
        EditContext {
            around: around.surroundings(),
            names: &ItemNames,
        },
    )
    .remove(0)
}

fn shown_to_mara(edit: Edit) -> OpenEdit {
    shown_as(MARA, Role::Member, vec![edit])
}

fn title() -> Edit {
    set(1, MARA, field::TITLE, json!("Write the broker guide"), json!("Ours"))
}

#[track_caller]
fn check(edit: Edit, state: OpenEditState, acts: &[DecideAct]) {
    let shown = shown_to_mara(edit);
    assert_eq!((shown.state, shown.acts.as_slice()), (state, acts));
    let is_held = !matches!(state, OpenEditState::Waiting | OpenEditState::Sending);
    assert_eq!(shown.next_step.is_some(), is_held, "{:?}", shown.next_step);
}

#[test]
fn each_state_has_its_own_acts() {
    check(title(), OpenEditState::Waiting, &[DecideAct::GiveUp]);
    let conflict = Hold::Conflict {
        theirs: json!("Theirs"),
        theirs_by: Some("Tom O.".into()),
    };
    check(
        held(title(), conflict),
        OpenEditState::Conflict,
        &[DecideAct::Ours, DecideAct::Theirs],
    );
    let refused = Hold::Refused {
        answer: "TF401320".into(),
        at_rev: Some(Rev(3)),
        paths: Vec::new(),
    };
    check(
        held(title(), refused),
        OpenEditState::Refused,
        &[DecideAct::Retry, DecideAct::GiveUp],
    );
    check(
        held(title(), Hold::NeedsToken),
        OpenEditState::NeedsToken,
        &[DecideAct::GiveUp],
    );
    check(
        held(title(), Hold::WorkItemDeleted),
        OpenEditState::Held,
        &[DecideAct::GiveUp],
    );
    check(
        held(title(), Hold::OutOfSight),
        OpenEditState::Held,
        &[DecideAct::GiveUp],
    );
    check(
        held(title(), Hold::Unsure),
        OpenEditState::Unknown,
        &[DecideAct::SearchAgain, DecideAct::CreateAnyway],
    );
}

#[test]
fn an_edit_on_its_way_can_not_be_taken_back() {
    let mut sending = title();
    sending.state = EditState::Sending {
        attempt: AttemptId(Uuid::nil()),
    };
    check(sending, OpenEditState::Sending, &[]);
}

#[test]
fn a_conflict_shows_both_values_and_who() {
    let conflict = Hold::Conflict {
        theirs: json!("Theirs"),
        theirs_by: Some("Tom O.".into()),
    };
    let shown = shown_to_mara(held(title(), conflict));
    assert_eq!((shown.field.as_str(), shown.label.as_str()), ("title", "Title"));
    assert_eq!(shown.was.as_deref(), Some("Write the broker guide"));
    assert_eq!(shown.to.as_deref(), Some("Ours"));
    assert_eq!(
        (shown.theirs.as_deref(), shown.theirs_by.as_deref()),
        (Some("Theirs"), Some("Tom O."))
    );
}

#[test]
fn a_refusal_keeps_the_servers_own_words() {
    let refused = Hold::Refused {
        answer: "TF401320: Rule Error for field X.".into(),
        at_rev: None,
        paths: Vec::new(),
    };
    assert_eq!(
        shown_to_mara(held(title(), refused)).answer.as_deref(),
        Some("TF401320: Rule Error for field X.")
    );
}

#[test]
fn whoever_needs_a_token_is_told_so_and_the_others_are_told_who() {
    let mine = shown_to_mara(held(title(), Hold::NeedsToken)).next_step.unwrap();
    assert_eq!(
        mine,
        "Store your own token for Northquay cloud. The edit is then written under your name."
    );
    let theirs = shown_as(TOM, Role::Member, vec![held(title(), Hold::NeedsToken)])
        .next_step
        .unwrap();
    assert!(theirs.starts_with("Mara Lindqvist stores a token"), "{theirs}");
}

#[test]
fn an_edit_that_waited_a_day_for_a_token_is_looked_at_again() {
    let mut around = Around::of(viewer(MARA, Role::Member));
    let edit = held(title(), Hold::NeedsToken);
    around.now_us = edit.at_us + NEEDS_TOKEN_REVIEW_US;
    let stored = paired(vec![edit]);
    let item = &stored.pair.as_ref().unwrap().item;
    let shown = of(
        item,
        EditContext {
            around: around.surroundings(),
            names: &ItemNames,
        },
    )
    .remove(0);
    assert_eq!(shown.acts, [DecideAct::Retry, DecideAct::GiveUp]);
    assert!(shown.next_step.unwrap().contains("24 hours"));
}

#[test]
fn the_author_and_the_admins_decide_and_nobody_else() {
    let refused = || {
        held(
            title(),
            Hold::Refused {
                answer: "TF1".into(),
                at_rev: None,
                paths: Vec::new(),
            },
        )
    };
    for (who, role, expected) in [
        (MARA, Role::Member, true),
        (MARA, Role::Viewer, false),
        (TOM, Role::Member, false),
        (TOM, Role::Viewer, false),
        (TOM, Role::BoardAdmin, true),
        (TOM, Role::CompanyAdmin, true),
    ] {
        assert_eq!(
            shown_as(who, role, vec![refused()]).may_decide,
            expected,
            "{who} {role:?}"
        );
    }
}

#[test]
fn an_answer_that_is_looked_for_is_unknown_and_left_alone() {
    let mut sending = title();
    sending.state = EditState::Sending {
        attempt: AttemptId(Uuid::from_u128(5)),
    };
    let mut stored = paired(vec![sending.clone()]);
    stored.pair.as_mut().unwrap().item.attempt = Some(Attempt {
        id: AttemptId(Uuid::from_u128(5)),
        item: stored.pair.as_ref().unwrap().item.id,
        kind: AttemptKind::Update,
        edits: vec![sending.id],
        author: member_id(MARA),
        whom: Whom::Connection,
        identity_id: "svc".into(),
        identity_name: "svc-lockstep".into(),
        fingerprint: "f".into(),
        expected_rev: Some(Rev(3)),
        fields: Default::default(),
        links: Vec::new(),
        started_us: 0,
        supposed_since_us: None,
        state: AttemptState::Unknown {
            search: Search::default(),
        },
    });
    let around = Around::of(viewer(MARA, Role::CompanyAdmin));
    let item = &stored.pair.as_ref().unwrap().item;
    let shown = of(
        item,
        EditContext {
            around: around.surroundings(),
            names: &ItemNames,
        },
    )
    .remove(0);
    assert_eq!((shown.state, shown.acts.as_slice()), (OpenEditState::Unknown, &[][..]));
    assert_eq!(shown.next_step.as_deref(), Some(words::LOOKING));
}

#[test]
fn acts_beside_fields_have_their_own_words() {
    for (act, field, label) in [
        (Act::Delete, "delete", "Move to the recycle bin"),
        (Act::Restore, "restore", "Restore"),
        (Act::Comment { html: "a<br>b".into() }, "comment", "Comment"),
        (
            Act::Set {
                field: field::STATE.into(),
                was: Value::Null,
                to: json!("Active"),
            },
            "status",
            "Status",
        ),
        (
            Act::Set {
                field: "Custom.X".into(),
                was: Value::Null,
                to: json!(1),
            },
            "Custom.X",
            "Custom.X",
        ),
    ] {
        let shown = shown_to_mara(edit(1, MARA, act));
        assert_eq!((shown.field.as_str(), shown.label.as_str()), (field, label));
    }
}
