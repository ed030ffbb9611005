use lockstep_sync::edit::Act;
use serde_json::json;

use super::super::samples::*;
use super::*;

fn plan(stored: &Stored, changes: serde_json::Value) -> Result<Planned, Refusal> {
    let wanted = super::super::wanted::checked(serde_json::from_value(changes).unwrap())?;
    planned(stored, &wanted, &people(), &types())
}

/// The acts as (field, was, to).
fn acts(plan: &Planned) -> Vec<(String, Value, Value)> {
    let set = |act: &Act| match act {
        Act::Set { field, was, to } => (field.to_string(), was.clone(), to.clone()),
        other => panic!("{other:?} is no set"),
    };
    plan.acts.iter().map(|(_, act)| set(act)).collect()
}

#[track_caller]
fn check_written(stored: &Stored, changes: serde_json::Value, expected: &[(&str, Value, Value)]) {
    let plan = plan(stored, changes).unwrap();
    let expected: Vec<_> = expected
        .iter()
        .map(|(f, was, to)| ((*f).to_owned(), was.clone(), to.clone()))
        .collect();
    assert_eq!(acts(&plan), expected);
    assert!(plan.local.is_empty(), "{:?}", plan.local);
}

#[track_caller]
fn check_here(stored: &Stored, changes: serde_json::Value, expected: (&str, Option<&str>, Option<&str>)) {
    let plan = plan(stored, changes).unwrap();
    assert!(plan.acts.is_empty(), "{:?}", plan.acts);
    let told: Vec<_> = plan
        .local
        .iter()
        .map(|c| (c.field.as_str(), c.from.as_deref(), c.to.as_deref()))
        .collect();
    assert_eq!(told, [expected]);
}

#[track_caller]
fn check_nothing(stored: &Stored, changes: serde_json::Value) {
    assert!(plan(stored, changes).unwrap().is_empty(&stored.row));
}

#[track_caller]
fn check_refused(stored: &Stored, changes: serde_json::Value) {
    assert!(plan(stored, changes.clone()).is_err(), "{changes}");
}

#[test]
fn an_item_that_is_not_pushed_changes_here_alone() {
    check_here(
        &local(),
        json!({"title": "New"}),
        ("title", Some("Write broker onboarding guide"), Some("New")),
    );
    check_here(
        &local(),
        json!({"status": "blocked"}),
        ("status", Some("Open"), Some("Blocked")),
    );
    check_here(
        &local(),
        json!({"owner_id": member_id(MARA).0}),
        ("owner", Some("Ines Duarte"), Some("Mara Lindqvist")),
    );
    check_here(&local(), json!({"priority": null}), ("priority", Some("P2"), None));
    check_here(
        &local(),
        json!({"tags": ["a", "b"]}),
        ("tags", Some("customs"), Some("a, b")),
    );
    check_here(
        &local(),
        json!({"description_html": "<p>Go</p>"}),
        ("description", Some("Start small"), Some("Go")),
    );
}

#[test]
fn a_pushed_items_fields_are_written_there_from_the_value_shown() {
    check_written(
        &paired(vec![]),
        json!({"title": "New"}),
        &[(field::TITLE, json!("Write the broker guide"), json!("New"))],
    );
    check_written(
        &paired(vec![]),
        json!({"priority": 3}),
        &[(field::PRIORITY, json!(1), json!(3))],
    );
    check_written(
        &paired(vec![]),
        json!({"priority": null}),
        &[(field::PRIORITY, json!(1), Value::Null)],
    );
    check_written(
        &paired(vec![]),
        json!({"tags": []}),
        &[(field::TAGS, json!("customs; guide"), Value::Null)],
    );
    check_written(
        &paired(vec![]),
        json!({"description_html": "<p>Here</p>"}),
        &[(field::DESCRIPTION, json!("<div>There</div>"), json!("<p>Here</p>"))],
    );
}

#[test]
fn a_second_edit_starts_from_the_first() {
    let stored = paired(vec![set(
        1,
        TOM,
        field::TITLE,
        json!("Write the broker guide"),
        json!("Toms"),
    )]);
    check_written(
        &stored,
        json!({"title": "Maras"}),
        &[(field::TITLE, json!("Toms"), json!("Maras"))],
    );
}

#[test]
fn what_is_as_wanted_already_comes_to_nothing() {
    check_nothing(&paired(vec![]), json!({"title": "Write the broker guide"}));
    check_nothing(&paired(vec![]), json!({"tags": ["GUIDE", "customs"]}));
    check_nothing(&paired(vec![]), json!({"status": "in_progress", "priority": 1}));
    check_nothing(&paired(vec![]), json!({"owner_id": member_id(TOM).0}));
    check_nothing(&paired(vec![]), json!({"description_html": "<DIV>There</DIV>"}));
    check_nothing(
        &local(),
        json!({"title": "Write broker onboarding guide", "team": "Customs", "due_on": "2026-10-23"}),
    );
    check_nothing(&local(), json!({}));
}

#[test]
fn team_origin_and_due_date_change_here_although_it_is_pushed() {
    check_here(
        &paired(vec![]),
        json!({"due_on": "2026-11-02"}),
        ("due_on", Some("2026-10-23"), Some("2026-11-02")),
    );
    check_here(
        &paired(vec![]),
        json!({"due_on": null}),
        ("due_on", Some("2026-10-23"), None),
    );
    check_here(&paired(vec![]), json!({"team": " "}), ("team", Some("Customs"), None));
    check_here(
        &paired(vec![]),
        json!({"origin": "other"}),
        ("origin", Some("Retrospective"), Some("Other")),
    );
}

#[test]
fn a_status_is_written_as_the_first_state_that_means_it() {
    check_written(
        &paired(vec![]),
        json!({"status": "done"}),
        &[(field::STATE, json!("Active"), json!("Closed"))],
    );
    check_written(
        &paired(vec![]),
        json!({"status": "open"}),
        &[(field::STATE, json!("Active"), json!("New"))],
    );
    check_written(
        &paired(vec![]),
        json!({"status": "wont_do"}),
        &[(field::STATE, json!("Active"), json!("Removed"))],
    );
}

#[test]
fn in_review_is_never_written_back_to_active() {
    let stored = paired(vec![set(1, TOM, field::STATE, json!("Active"), json!("In review"))]);
    check_nothing(&stored, json!({"status": "in_progress"}));
}

#[test]
fn blocking_is_a_mark_here_and_unblocking_takes_it_away() {
    let plan_of = plan(&paired(vec![]), json!({"status": "blocked"})).unwrap();
    assert!(plan_of.acts.is_empty() && plan_of.row.is_blocked);
    assert_eq!(plan_of.local[0].to.as_deref(), Some("Blocked"));
    let mut blocked = paired(vec![]);
    blocked.row.is_blocked = true;
    let plan_of = plan(&blocked, json!({"status": "in_progress"})).unwrap();
    assert!(plan_of.acts.is_empty() && !plan_of.row.is_blocked);
    let plan_of = plan(&blocked, json!({"status": "done"})).unwrap();
    assert_eq!(acts(&plan_of)[0].2, json!("Closed"));
    assert!(!plan_of.row.is_blocked);
}

#[test]
fn a_status_that_the_type_does_not_know_is_refused_in_words() {
    let mut stored = paired(vec![]);
    if let Some(remote) = stored.pair.as_mut().and_then(|pair| pair.item.remote.as_mut()) {
        remote.fields.insert(field::WORK_ITEM_TYPE.into(), json!("Unread type"));
    }
    check_refused(&stored, json!({"status": "done"}));
    check_nothing(&stored, json!({"status": "in_progress"}));
}

#[test]
fn a_status_changed_before_the_creation_follows_it() {
    let plan_of = plan(&unborn(vec![]), json!({"status": "in_progress"})).unwrap();
    assert_eq!(
        acts(&plan_of),
        [(field::STATE.to_owned(), Value::Null, json!("Active"))]
    );
    let plan_of = plan(&unborn(vec![]), json!({"status": "blocked"})).unwrap();
    assert!(plan_of.acts.is_empty() && plan_of.row.is_blocked);
}

#[test]
fn an_owner_is_written_as_their_identity() {
    check_written(
        &paired(vec![]),
        json!({"owner_id": member_id(MARA).0}),
        &[(
            field::ASSIGNED_TO,
            json!({"displayName": "Tom O.", "id": "t-1", "uniqueName": "tom@northquay.example"}),
            json!("mara@northquay.example"),
        )],
    );
    let cleared = plan(&paired(vec![]), json!({"owner_id": null})).unwrap();
    assert_eq!(acts(&cleared)[0].2, Value::Null);
}

#[test]
fn an_owner_must_be_somebody_who_is_here() {
    check_refused(&local(), json!({"owner_id": member_id(99).0}));
}

#[test]
fn an_unmatched_owner_is_overwritten_by_nothing_but_a_person() {
    let stranger = json!({"displayName": "Build Service", "uniqueName": "build@northquay.example"});
    let stored = paired(vec![set(1, MARA, field::ASSIGNED_TO, Value::Null, stranger)]);
    check_written(
        &stored,
        json!({"title": "New"}),
        &[(field::TITLE, json!("Write the broker guide"), json!("New"))],
    );
}

#[test]
fn a_description_our_editor_would_spoil_is_refused() {
    let stored = paired(vec![set(
        1,
        TOM,
        field::DESCRIPTION,
        Value::Null,
        json!("<table><tr><td>a</td></tr></table>"),
    )]);
    check_refused(&stored, json!({"description_html": "<p>a</p>"}));
}

#[test]
fn a_type_without_priorities_changes_them_here() {
    let mut stored = paired(vec![]);
    if let Some(remote) = stored.pair.as_mut().and_then(|pair| pair.item.remote.as_mut()) {
        remote.fields.insert(field::WORK_ITEM_TYPE.into(), json!("Note"));
    }
    check_here(&stored, json!({"priority": 4}), ("priority", Some("P2"), Some("P4")));
}
