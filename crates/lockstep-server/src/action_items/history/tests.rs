use azdo::{FieldChange, Identity, RelationChanges, Rev, WorkItemId};
use lockstep_sync::edit::{Attempt, AttemptKind, AttemptState, Outcome};
use serde_json::json;
use sqlx::types::Json;
use uuid::Uuid;

use super::super::mapping::ItemNames;
use super::super::samples::*;
use super::*;
use crate::ids::{AttemptId, EditId, ItemId};
use crate::store::action_items::LocalChange;

#[derive(Default)]
struct Told {
    local: Vec<LocalChangeRow>,
    edits: Vec<EditRow>,
    attempts: Vec<AttemptRow>,
    observed: Vec<ObservationRow>,
    updates: Option<Vec<WorkItemUpdate>>,
}

impl Told {
    fn history(&self) -> Vec<HistoryRow> {
        let (row, people) = (row(), people());
        history(self.sources(&row, &people))
    }
    fn comments(&self) -> Vec<CommentRow> {
        let (row, people) = (row(), people());
        comments(self.sources(&row, &people))
    }
    fn sources<'a>(&'a self, row: &'a ActionItemRow, people: &'a People) -> Sources<'a> {
        Sources {
            row: Some(row),
            names: &ItemNames,
            local: &self.local,
            edits: &self.edits,
            attempts: &self.attempts,
            observed: &self.observed,
            updates: self.updates.as_deref(),
            people,
        }
    }
}

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn edit_row(n: u128, author: u128, act: Act, ending: Option<Ending>) -> EditRow {
    EditRow {
        id: id(n),
        connection_id: CONNECTION.0,
        item_id: id(100),
        change_number: n as i64,
        position: 0,
        author: id(author),
        at_us: n as i64 * 1_000_000,
        act: Json(act),
        state: if ending.is_some() { "settled" } else { "waiting" }.into(),
        hold: None,
        attempt_id: None,
        doubt: None,
        settled_us: ending.as_ref().map(|_| 1),
        ending: ending.map(Json),
        board_id: None,
        is_draft: false,
    }
}

fn set_title(to: &str) -> Act {
    Act::Set {
        field: field::TITLE.into(),
        was: json!("Old"),
        to: json!(to),
    }
}

fn applied(rev: i64, attempt: u128) -> Option<Ending> {
    Some(Ending::Applied {
        rev: Some(Rev(rev)),
        attempt: Some(AttemptId(id(attempt))),
    })
}

fn attempt_row(n: u128, edits: &[u128], whom: Whom, name: &str, outcome: Outcome, answer: Option<&str>) -> AttemptRow {
    let body = Attempt {
        id: AttemptId(id(n)),
        item: ItemId(id(100)),
        kind: AttemptKind::Update,
        edits: edits.iter().map(|n| EditId(id(*n))).collect(),
        author: member_id(MARA),
        whom,
        identity_id: "x".into(),
        identity_name: name.into(),
        fingerprint: "f".into(),
        expected_rev: None,
        fields: Default::default(),
        links: Vec::new(),
        started_us: 0,
        supposed_since_us: None,
        state: AttemptState::Ended {
            outcome,
            answer: answer.map(str::to_owned),
        },
    };
    AttemptRow {
        id: id(n),
        connection_id: CONNECTION.0,
        item_id: id(100),
        author: id(MARA),
        identity_name: name.into(),
        body: Json(body),
        outcome: None,
        answer: answer.map(str::to_owned),
        rev: None,
        started_us: 0,
        ended_us: None,
    }
}

fn update(n: i64, rev: i64, by: &str, fields: &[(&str, Value, Value)]) -> WorkItemUpdate {
    let or_none = |value: &Value| Some(value.clone()).filter(|value| !value.is_null());
    let mut changes: BTreeMap<FieldName, FieldChange> = fields
        .iter()
        .map(|(name, was, to)| {
            (
                (*name).into(),
                FieldChange {
                    old_value: or_none(was),
                    new_value: or_none(to),
                },
            )
        })
        .collect();
    let at = format!("2026-10-22T09:{:02}:00Z", n);
    changes.insert(
        field::CHANGED_DATE.into(),
        FieldChange {
            old_value: None,
            new_value: Some(json!(at)),
        },
    );
    WorkItemUpdate {
        id: n,
        work_item_id: WorkItemId(4701),
        rev: Rev(rev),
        revised_by: Identity {
            id: None,
            display_name: by.into(),
            unique_name: None,
        },
        revised_date: Some("9999-01-01T00:00:00Z".into()),
        fields: changes,
        relations: RelationChanges::default(),
    }
}

/// The rows of a field as (who, to).
fn rows_of(history: &[HistoryRow], what: &str) -> Vec<(String, Option<String>)> {
    history
        .iter()
        .filter(|row| row.what == what)
        .map(|row| (row.who.clone(), row.to.clone()))
        .collect()
}

#[test]
fn a_history_begins_with_who_made_it() {
    let history = Told::default().history();
    assert_eq!(history.len(), 1);
    assert_eq!(
        (history[0].what.as_str(), history[0].who.as_str(), history[0].at_us),
        ("create", "Mara Lindqvist", 1_000)
    );
}

#[test]
fn a_written_edit_names_the_person_and_the_owner_of_the_token() {
    let told = Told {
        edits: vec![
            edit_row(10, TOM, set_title("a"), applied(4, 50)),
            edit_row(11, MARA, set_title("b"), applied(5, 51)),
        ],
        attempts: vec![
            attempt_row(50, &[10], Whom::Connection, "svc-lockstep", Outcome::Applied, None),
            attempt_row(
                51,
                &[11],
                Whom::Member(member_id(MARA)),
                "Mara Lindqvist",
                Outcome::Applied,
                None,
            ),
        ],
        ..Told::default()
    };
    let history = told.history();
    assert_eq!(
        (history[0].who.as_str(), history[0].written_as.as_deref()),
        ("Mara Lindqvist", Some("Mara Lindqvist"))
    );
    assert_eq!(
        (history[0].written_with, history[0].rev),
        (Some(WrittenWith::OwnToken), Some(5))
    );
    assert_eq!(
        (history[1].who.as_str(), history[1].written_as.as_deref()),
        ("Tom Okafor", Some("svc-lockstep"))
    );
    assert_eq!(history[1].written_with, Some(WrittenWith::ConnectionToken));
    assert_eq!(
        (history[1].from.as_deref(), history[1].to.as_deref()),
        (Some("Old"), Some("a"))
    );
}

#[test]
fn an_own_write_is_told_once() {
    let own = update(4, 4, "svc-lockstep", &[(field::TITLE, json!("Old"), json!("a"))]);
    let told = Told {
        edits: vec![edit_row(10, TOM, set_title("a"), applied(4, 50))],
        updates: Some(vec![own]),
        ..Told::default()
    };
    assert_eq!(
        rows_of(&told.history(), "title"),
        [("Tom Okafor".into(), Some("a".into()))]
    );
}

#[test]
fn what_somebody_did_there_is_told_with_their_name() {
    let theirs = update(5, 5, "Aisha Bello", &[(field::STATE, json!("New"), json!("Active"))]);
    let told = Told {
        updates: Some(vec![theirs]),
        ..Told::default()
    };
    let history = told.history();
    let row = history.iter().find(|row| row.what == "status").unwrap();
    assert_eq!(
        (row.who.as_str(), row.r#where, row.rev),
        ("Aisha Bello", Place::AzureDevops, Some(5))
    );
    assert_eq!((row.from.as_deref(), row.to.as_deref()), (Some("New"), Some("Active")));
    assert_eq!(row.written_as, None);
}

#[test]
fn the_servers_own_fields_are_not_told() {
    let theirs = update(
        5,
        5,
        "Aisha Bello",
        &[
            ("System.Watermark", json!(1), json!(2)),
            (field::REASON, json!("a"), json!("b")),
        ],
    );
    assert_eq!(
        Told {
            updates: Some(vec![theirs]),
            ..Told::default()
        }
        .history()
        .len(),
        1
    );
}

#[test]
fn a_creation_by_us_is_a_push_and_not_a_list_of_fields() {
    let create = Act::Create {
        project: "Harbour".into(),
        work_item_type: "Task".into(),
        fields: Default::default(),
    };
    let first = update(
        1,
        1,
        "svc-lockstep",
        &[
            (field::TITLE, Value::Null, json!("a")),
            (field::STATE, Value::Null, json!("New")),
        ],
    );
    let told = Told {
        edits: vec![edit_row(10, TOM, create, applied(1, 50))],
        updates: Some(vec![first]),
        ..Told::default()
    };
    let history = told.history();
    assert_eq!(
        rows_of(&history, "push"),
        [("Tom Okafor".into(), Some("Task in Harbour".into()))]
    );
    assert!(rows_of(&history, "title").is_empty() && rows_of(&history, "status").is_empty());
}

#[test]
fn without_azure_devops_what_reads_brought_is_told() {
    let change = |to: &str| lockstep_sync::record::FieldChange {
        field: field::TITLE.into(),
        was: json!("Old"),
        to: json!(to),
    };
    let seen = |n: u128, is_own: bool, to: &str| ObservationRow {
        id: id(n),
        item_id: id(100),
        rev: 4,
        at_us: 9,
        by_name: Some("Aisha Bello".into()),
        changes: Json(vec![change(to)]),
        is_own,
        change_number: 1,
    };
    let told = Told {
        observed: vec![seen(1, true, "ours"), seen(2, false, "theirs")],
        ..Told::default()
    };
    assert_eq!(
        rows_of(&told.history(), "title"),
        [("Aisha Bello".into(), Some("theirs".into()))]
    );
}

#[test]
fn every_ending_is_told_for_what_it_is() {
    for (ending, state) in [
        (Ending::AlreadyThere, HistoryState::Settled),
        (Ending::SupersededBy { edit: EditId(id(1)) }, HistoryState::Superseded),
        (Ending::LostConflict { theirs: json!("x") }, HistoryState::LostConflict),
        (Ending::GivenUp { by: member_id(TOM) }, HistoryState::GivenUp),
    ] {
        let told = Told {
            edits: vec![edit_row(10, MARA, set_title("a"), Some(ending))],
            ..Told::default()
        };
        let row = &told.history()[0];
        assert_eq!((row.state, row.written_as.as_deref()), (state, None));
    }
}

#[test]
fn a_refused_edit_says_what_the_server_said_while_held_and_once_given_up() {
    let refused = attempt_row(
        50,
        &[10],
        Whom::Connection,
        "svc-lockstep",
        Outcome::Refused,
        Some("TF401320"),
    );
    let mut held = edit_row(10, MARA, set_title("a"), None);
    held.state = "held".into();
    held.hold = Some(Json(Hold::Refused {
        answer: "TF401320".into(),
        at_rev: None,
        paths: Vec::new(),
    }));
    let given_up = edit_row(10, MARA, set_title("a"), Some(Ending::GivenUp { by: member_id(MARA) }));
    for (edit, state) in [(held, HistoryState::Held), (given_up, HistoryState::GivenUp)] {
        let told = Told {
            edits: vec![edit],
            attempts: vec![refused.clone()],
            ..Told::default()
        };
        let row = &told.history()[0];
        assert_eq!(
            (row.state, row.answer.as_deref(), row.written_as.as_deref()),
            (state, Some("TF401320"), None)
        );
    }
}

#[test]
fn decisions_are_not_told_as_edits() {
    let decide = Act::Decide {
        edit: EditId(id(1)),
        choice: lockstep_sync::edit::Choice::GiveUp,
    };
    assert_eq!(
        Told {
            edits: vec![edit_row(10, MARA, decide, Some(Ending::CarriedOut))],
            ..Told::default()
        }
        .history()
        .len(),
        1
    );
}

#[test]
fn a_deletion_there_is_told() {
    let mut row = row();
    (row.deleted_us, row.deleted_by, row.deleted_where) =
        (Some(7_000), Some("Tom O.".into()), Some("azure_devops".into()));
    let (told, people) = (Told::default(), people());
    let history = history(told.sources(&row, &people));
    assert_eq!(
        (history[0].what.as_str(), history[0].who.as_str(), history[0].r#where),
        ("delete", "Tom O.", Place::AzureDevops)
    );
}

fn local_comment(n: u128, html: &str) -> LocalChangeRow {
    LocalChangeRow {
        id: id(n),
        item_id: id(100),
        author: id(MARA),
        at_us: 5_000,
        changes: Json(vec![LocalChange {
            field: "comment".into(),
            from: None,
            to: Some(html.into()),
        }]),
    }
}

fn comment(html: &str) -> Act {
    Act::Comment { html: html.into() }
}

#[test]
fn a_comment_is_there_once_before_and_after_it_was_sent() {
    let before = Told {
        local: vec![local_comment(1, "Hello")],
        ..Told::default()
    };
    assert_eq!(before.comments().len(), 1);
    let said = update(4, 4, "Mara Lindqvist", &[(field::HISTORY, Value::Null, json!("Hello"))]);
    let after = Told {
        local: vec![local_comment(1, "Hello")],
        edits: vec![edit_row(10, MARA, comment("Hello"), applied(4, 50))],
        updates: Some(vec![said]),
        ..Told::default()
    };
    let comments = after.comments();
    assert_eq!(comments.len(), 1);
    assert_eq!(
        (comments[0].who.as_str(), comments[0].state),
        ("Mara Lindqvist", HistoryState::Settled)
    );
    assert_eq!(rows_of(&after.history(), "comment").len(), 1);
}

#[test]
fn a_comment_whose_push_was_given_up_stays_here() {
    let told = Told {
        local: vec![local_comment(1, "Hello")],
        edits: vec![edit_row(
            10,
            MARA,
            comment("Hello"),
            Some(Ending::GivenUp { by: member_id(MARA) }),
        )],
        ..Told::default()
    };
    let comments = told.comments();
    assert_eq!((comments.len(), comments[0].state), (1, HistoryState::Settled));
    assert_eq!(rows_of(&told.history(), "comment").len(), 1);
}

#[test]
fn a_comment_made_there_is_shown_cleaned() {
    let said = update(
        6,
        6,
        "Aisha Bello",
        &[(
            field::HISTORY,
            Value::Null,
            json!("<b onclick=x>Hi</b><script>1</script>"),
        )],
    );
    let comments = Told {
        updates: Some(vec![said]),
        ..Told::default()
    }
    .comments();
    assert_eq!(
        (comments[0].who.as_str(), comments[0].html.as_str()),
        ("Aisha Bello", "<b>Hi</b>")
    );
    assert_eq!(comments[0].r#where, Place::AzureDevops);
}

#[test]
fn a_note_on_whose_behalf_is_no_comment() {
    let note = json!("Written by Lockstep on behalf of Tom Okafor.");
    let own = update(
        4,
        4,
        "svc-lockstep",
        &[
            (field::TITLE, json!("Old"), json!("a")),
            (field::HISTORY, Value::Null, note),
        ],
    );
    let told = Told {
        edits: vec![edit_row(10, TOM, set_title("a"), applied(4, 50))],
        updates: Some(vec![own]),
        ..Told::default()
    };
    assert!(told.comments().is_empty());
    assert!(rows_of(&told.history(), "comment").is_empty());
}

#[test]
fn the_latest_comes_first_and_comments_come_in_order() {
    let told = Told {
        edits: vec![
            edit_row(12, MARA, comment("second"), None),
            edit_row(11, MARA, comment("first"), None),
        ],
        ..Told::default()
    };
    let comments: Vec<String> = told.comments().into_iter().map(|c| c.html).collect();
    assert_eq!(comments, ["first", "second"]);
    let times: Vec<i64> = told.history().into_iter().map(|row| row.at_us).collect();
    assert!(times.is_sorted_by(|a, b| a >= b), "{times:?}");
}
