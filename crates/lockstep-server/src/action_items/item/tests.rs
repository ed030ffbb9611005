use azdo::field;
use lockstep_sync::edit::{Act, Hold};
use lockstep_sync::item::Presence;
use serde_json::{Value, json};

use super::super::samples::*;
use super::*;
use crate::access::Role;

fn shown(stored: &Stored) -> ActionItem {
    let around = Around::of(viewer(MARA, Role::Member));
    view(stored, around.surroundings())
}

#[test]
fn an_item_that_is_not_pushed_is_what_its_row_says() {
    let item = shown(&local());
    assert_eq!(
        (item.title.as_str(), item.status, item.priority),
        ("Write broker onboarding guide", Status::Open, Some(2))
    );
    assert_eq!((item.sync.state, item.sync.n_waiting), (SyncState::Local, 0));
    assert_eq!(item.owner.unwrap().name, "Ines Duarte");
    assert!(item.work_item.is_none() && item.open_edits.is_empty() && item.is_description_editable);
}

#[test]
fn a_paired_item_is_what_the_work_item_says() {
    let item = shown(&paired(vec![]));
    assert_eq!(item.title, "Write the broker guide");
    assert_eq!((item.status, item.priority), (Status::InProgress, Some(1)));
    assert_eq!(item.tags, ["customs", "guide"]);
    assert_eq!(item.sync.state, SyncState::InLockstep);
    assert_eq!(item.sync.detail, None);
    assert_eq!((item.change, item.changed_us), (9, 3_000));
}

#[test]
fn team_origin_and_due_date_stay_here() {
    let item = shown(&paired(vec![]));
    assert_eq!(item.due_on.as_deref(), Some("2026-10-23"));
    assert_eq!(item.team.as_deref(), Some("Customs"));
    assert_eq!(item.origin, crate::action_items::origin::Origin::Retrospective);
}

#[test]
fn the_work_item_is_named_with_its_page_and_its_colours() {
    let work_item = shown(&paired(vec![])).work_item.unwrap();
    assert_eq!((work_item.id, work_item.rev), (Some(4701), Some(3)));
    assert_eq!(
        work_item.url.as_deref(),
        Some("https://dev.azure.com/northquay/Harbour/_workitems/edit/4701")
    );
    assert_eq!(
        (work_item.r#type.as_str(), work_item.type_color.as_deref()),
        ("Task", Some("F2CB1D"))
    );
    assert_eq!(work_item.state.as_deref(), Some("Active"));
    assert_eq!(work_item.state_category.as_deref(), Some("InProgress"));
    assert_eq!(work_item.state_color.as_deref(), Some("b2b2b2"));
    assert_eq!(work_item.area_path, "Harbour\\Customs");
    assert_eq!(work_item.connection_label, "Northquay cloud");
}

#[test]
fn an_edit_on_its_way_is_shown_over_the_work_item() {
    let edits = vec![set(
        1,
        MARA,
        field::TITLE,
        json!("Write the broker guide"),
        json!("Ours"),
    )];
    let item = shown(&paired(edits));
    assert_eq!(item.title, "Ours");
    assert_eq!((item.sync.state, item.sync.n_waiting), (SyncState::Waiting, 1));
    assert_eq!(
        item.sync.detail.as_deref(),
        Some("1 edit to be written to Azure DevOps.")
    );
    assert_eq!(item.changed_us, 4_001);
}

#[test]
fn an_owner_there_is_the_member_with_that_sign_in_name() {
    let owner = shown(&paired(vec![])).owner.unwrap();
    assert_eq!(
        (owner.member_id, owner.name.as_str()),
        (Some(member_id(TOM).0), "Tom Okafor")
    );
}

#[test]
fn an_owner_who_is_nobody_here_is_shown_by_the_name_there() {
    let stranger = json!({"displayName": "Build Service", "uniqueName": "build@northquay.example"});
    let owner = shown(&paired(vec![set(1, MARA, field::ASSIGNED_TO, Value::Null, stranger)]))
        .owner
        .unwrap();
    assert_eq!(
        (owner.member_id, owner.name.as_str(), owner.initials.as_str()),
        (None, "Build Service", "BS")
    );
}

#[test]
fn nobody_assigned_there_is_no_owner_here() {
    let item = shown(&paired(vec![set(
        1,
        MARA,
        field::ASSIGNED_TO,
        json!("tom@northquay.example"),
        Value::Null,
    )]));
    assert!(item.owner.is_none());
}

#[test]
fn blocked_is_shown_over_an_open_state_and_gone_once_it_is_done() {
    let mut stored = paired(vec![]);
    stored.row.is_blocked = true;
    assert_eq!(shown(&stored).status, Status::Blocked);
    let mut done = paired(vec![set(1, MARA, field::STATE, json!("Active"), json!("Closed"))]);
    done.row.is_blocked = true;
    assert_eq!(shown(&done).status, Status::Done);
}

#[test]
fn a_state_of_a_type_that_was_never_read_is_known_by_its_name() {
    let mut around = Around::of(viewer(MARA, Role::Member));
    around.types = Types::default();
    let item = view(&paired(vec![]), around.surroundings());
    assert_eq!(item.status, Status::InProgress);
    assert_eq!(item.work_item.unwrap().type_color, None);
}

#[test]
fn what_is_being_created_is_shown_as_it_was_pushed() {
    let item = shown(&unborn(vec![]));
    assert_eq!(
        (item.title.as_str(), item.status, item.priority),
        ("Write broker onboarding guide", Status::Open, Some(2))
    );
    assert_eq!((item.sync.state, item.sync.n_waiting), (SyncState::Waiting, 1));
    let work_item = item.work_item.unwrap();
    assert_eq!((work_item.id, work_item.url), (None, None));
    assert_eq!(
        (work_item.project.as_str(), work_item.r#type.as_str()),
        ("Harbour", "Task")
    );
    assert_eq!(
        (work_item.area_path.as_str(), work_item.iteration_path.as_str()),
        ("Harbour\\Quay", "Harbour")
    );
    assert_eq!(item.open_edits[0].to.as_deref(), Some("Task in Harbour"));
}

#[test]
fn an_edit_behind_a_creation_is_shown_too() {
    let stored = unborn(vec![
        set(2, MARA, field::STATE, Value::Null, json!("Active")),
        set(3, MARA, field::TITLE, Value::Null, json!("Ours")),
    ]);
    let item = shown(&stored);
    assert_eq!((item.title.as_str(), item.status), ("Ours", Status::InProgress));
}

#[test]
fn a_creation_that_was_given_up_leaves_a_local_item() {
    let mut stored = unborn(vec![]);
    if let Some(pair) = &mut stored.pair {
        pair.item.edits.clear();
    }
    assert!(!stored.is_pushed());
    let item = shown(&stored);
    assert_eq!(item.sync.state, SyncState::Local);
    assert!(item.work_item.is_none());
}

#[test]
fn the_row_keeps_what_is_shown_when_the_work_item_will_not_come() {
    let stored = unborn(vec![set(2, MARA, field::TITLE, Value::Null, json!("Ours"))]);
    let row = stored.row_as_shown(&people(), &types());
    assert_eq!(
        (row.title.as_str(), row.owner_member_id),
        ("Ours", Some(member_id(INES).0))
    );
}

#[test]
fn formatting_beyond_our_editor_is_cleaned_and_read_only() {
    let html = "<table><tr><td onclick=\"x\">a</td></tr></table><script>alert(1)</script>";
    let item = shown(&paired(vec![set(
        1,
        MARA,
        field::DESCRIPTION,
        Value::Null,
        json!(html),
    )]));
    assert!(!item.is_description_editable);
    assert!(!item.description_html.contains("script") && !item.description_html.contains("onclick"));
}

#[track_caller]
fn check_sync(edits: Vec<Edit>, presence: Presence, expected: SyncState) {
    let mut stored = paired(edits);
    if let Some(pair) = &mut stored.pair {
        pair.item.presence = presence;
    }
    let sync = shown(&stored).sync;
    assert_eq!(sync.state, expected);
    assert_eq!(
        sync.detail.is_none(),
        matches!(expected, SyncState::InLockstep | SyncState::Local)
    );
}

#[test]
fn the_worst_that_is_open_is_what_an_item_says() {
    let title = |n| set(n, MARA, field::TITLE, json!("a"), json!("b"));
    let conflict = || {
        held(
            title(1),
            Hold::Conflict {
                theirs: json!("c"),
                theirs_by: None,
            },
        )
    };
    let refused = || {
        held(
            title(2),
            Hold::Refused {
                answer: "TF1".into(),
                at_rev: None,
                paths: Vec::new(),
            },
        )
    };
    let needs_token = || held(title(3), Hold::NeedsToken);
    check_sync(vec![], Presence::Present, SyncState::InLockstep);
    check_sync(vec![title(1)], Presence::Present, SyncState::Waiting);
    check_sync(vec![title(1), needs_token()], Presence::Present, SyncState::NeedsToken);
    check_sync(vec![needs_token(), refused()], Presence::Present, SyncState::Refused);
    check_sync(vec![refused(), conflict()], Presence::Present, SyncState::Conflict);
    check_sync(vec![held(title(1), Hold::Unsure)], Presence::Unborn, SyncState::Local);
    check_sync(vec![], Presence::OutOfSight, SyncState::OutOfSight);
    check_sync(vec![], Presence::Deleted, SyncState::Held);
    check_sync(
        vec![held(title(1), Hold::WorkItemDeleted)],
        Presence::Deleted,
        SyncState::Held,
    );
}

#[test]
fn a_creation_nobody_is_sure_of_is_unknown() {
    let mut stored = unborn(vec![]);
    if let Some(pair) = &mut stored.pair {
        pair.item.edits[0] = held(pair.item.edits[0].clone(), Hold::Unsure);
    }
    assert_eq!(shown(&stored).sync.state, SyncState::Unknown);
}

#[test]
fn what_waits_says_why_when_azure_devops_is_away() {
    let mut around = Around::of(viewer(MARA, Role::Member));
    around.connection.health = ConnectionHealth::Unreachable;
    let stored = paired(vec![
        set(1, MARA, field::TITLE, json!("a"), json!("b")),
        set(2, MARA, field::STATE, json!("Active"), json!("Closed")),
    ]);
    let detail = view(&stored, around.surroundings()).sync.detail.unwrap();
    assert_eq!(
        detail,
        "Azure DevOps does not answer. 2 edits stored here will be written in order once it answers."
    );
}

#[test]
fn the_bin_says_who_where_and_until_when() {
    let mut stored = paired(vec![]);
    stored.row.deleted_us = Some(1);
    stored.row.deleted_by = Some("Tom O.".into());
    stored.row.deleted_where = Some("azure_devops".into());
    let deleted = shown(&stored).deleted.unwrap();
    assert_eq!(
        (deleted.by.as_str(), deleted.r#where, deleted.until_us),
        ("Tom O.", Side::AzureDevops, 1 + BIN_US)
    );
}

#[test]
fn a_type_without_priorities_leaves_them_here() {
    let mut stored = paired(vec![]);
    if let Some(remote) = stored.pair.as_mut().and_then(|pair| pair.item.remote.as_mut()) {
        remote.fields.insert(field::WORK_ITEM_TYPE.into(), json!("Note"));
        remote.fields.remove(&field::PRIORITY.into());
    }
    assert_eq!(shown(&stored).priority, Some(2));
}

#[test]
fn a_decision_on_its_way_is_no_open_edit() {
    let decide = Act::Decide {
        edit: crate::ids::EditId(Uuid::nil()),
        choice: lockstep_sync::edit::Choice::GiveUp,
    };
    let item = shown(&paired(vec![edit(1, MARA, decide)]));
    assert!(item.open_edits.is_empty());
    assert_eq!(item.sync.state, SyncState::InLockstep);
}
