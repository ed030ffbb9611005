use azdo::StateCategory;
use lockstep_sync::edit::EditState;
use serde_json::json;
use sqlx::types::Json;

use super::*;
use crate::action_items::samples::{MARA, TOM, member_id, types};
use crate::action_items::types::{StateInfo, TypeInfo};
use crate::program_board::held::WAITS_FOR;
use crate::program_board::samples::{Made, board, creation, item as item_id, made, set};
use lockstep_sync::record::FieldChange;

const STORY: &str = "User Story";

/// Mara has a token of her own that works; nobody writes for the others.
fn rules() -> Rules {
    crate::program_board::samples::rules(&[MARA])
}

fn reviewed(
    view: &BoardView,
    tried: Option<&Tried>,
    observed: &BTreeMap<Uuid, Vec<ObservationRow>>,
) -> Vec<ReviewItem> {
    let rules = rules();
    let types = types();
    let collection = azdo::Collection::parse("https://dev.azure.com/northquay").unwrap();
    let around = Around {
        rules: &rules,
        types: &types,
        tried,
        observed,
        collection: Some(&collection),
    };
    items(view, around)
}

#[track_caller]
fn one(card: Made, tried: Option<&Tried>) -> ReviewItem {
    let view = board(vec![card, made(9, STORY, 12, 102)]);
    reviewed(&view, tried, &BTreeMap::new()).remove(0)
}

fn said(of: u128, is_taken: bool, fields: &[&str]) -> Tried {
    let said = Said {
        is_taken,
        answer: (!is_taken).then(|| "TF401320: Rule Error".to_owned()),
        fields: fields.iter().map(|name| (*name).to_owned()).collect(),
    };
    Tried {
        version: 10,
        edits: [(Uuid::from_u128(of), said)].into(),
    }
}

fn was(name: &str, was: serde_json::Value, to: serde_json::Value) -> Act {
    Act::Set {
        field: FieldName::from(name),
        was,
        to,
    }
}

#[test]
fn a_draft_is_told_from_what_to_what_and_under_whose_name() {
    let card = made(1, STORY, 11, 101).drafted(was(field::ITERATION_ID, json!(101), json!(102)));
    let item = one(card, None);
    let change = &item.changes[0];
    assert_eq!(
        (change.field.as_str(), change.label.as_str()),
        ("iteration", "Iteration")
    );
    assert_eq!(
        (change.from.as_deref(), change.to.as_deref()),
        (Some("Sprint 41"), Some("Sprint 42"))
    );
    assert_eq!(change.by.name, "Mara Lindqvist");
    assert_eq!(item.writes[0].with, Some(WriterToken::OwnToken));
    assert_eq!((item.team, item.column, item.result), (0, 1, ReviewResult::NotTried));
    assert_eq!(
        item.url.as_deref(),
        Some("https://dev.azure.com/northquay/Harbour/_workitems/edit/4101")
    );
}

#[test]
fn what_would_be_taken_says_what_it_comes_to() {
    let set_title = || set(field::TITLE, json!("New"));
    let taken = said(100, true, &[]);
    assert_eq!(
        one(made(1, STORY, 11, 101).drafted(set_title()), Some(&taken)).result,
        ReviewResult::Taken
    );
    let link = Act::Link {
        rel: WAITS_FOR.into(),
        target: Target::WorkItem(azdo::WorkItemId(4109)),
        is_added: true,
        comment: Some("Lockstep: proposed, needed by 2026-11-06".into()),
    };
    let linked = one(made(1, STORY, 11, 101).drafted(link), Some(&taken));
    assert_eq!(linked.result, ReviewResult::Link);
    assert_eq!(
        linked.changes[0].to.as_deref(),
        Some("4109, proposed, needed by 2026-11-06")
    );
    let created = one(made(1, STORY, 11, 101).drafted(creation(STORY, 11, 101)), Some(&taken));
    assert_eq!((created.result, created.number), (ReviewResult::Created, None));
    assert_eq!(created.changes[0].to.as_deref(), Some("User Story in Harbour\\Quay"));
    // What can't be tried without doing it does not count as not tried.
    let removed = one(made(1, STORY, 11, 101).drafted(Act::Delete), Some(&taken));
    assert_eq!(removed.result, ReviewResult::Taken);
}

#[test]
fn a_refusal_comes_in_the_servers_words_with_the_field_it_names_if_that_can_be_set() {
    let card = || made(1, STORY, 11, 101).drafted(set(field::STATE, json!("Closed")));
    let refused = one(card(), Some(&said(100, false, &[field::AREA_ID, field::PRIORITY])));
    assert_eq!(refused.result, ReviewResult::Refused);
    assert_eq!(refused.answer.as_deref(), Some("TF401320: Rule Error"));
    assert_eq!(refused.fix.unwrap().field, "priority");
    let custom = one(card(), Some(&said(100, false, &["Custom.RootCause"]))).fix.unwrap();
    assert_eq!(
        (custom.field.as_str(), custom.name.as_str()),
        ("Custom.RootCause", "Root Cause")
    );
    assert_eq!(one(card(), Some(&said(100, false, &["System.Reason"]))).fix, None);
}

#[test]
fn who_has_no_token_is_told_before_anything_is_sent() {
    let mut card = made(1, STORY, 11, 101).drafted(set(field::TITLE, json!("New")));
    card.held.edits[0].author = member_id(TOM);
    let item = one(card, Some(&said(100, true, &[])));
    assert_eq!((item.writes[0].with, item.result), (None, ReviewResult::NeedsToken));
}

#[test]
fn a_conflict_is_told_with_both_values() {
    let mut card = made(1, STORY, 11, 101).drafted(set(field::TITLE, json!("Ours")));
    card.held.edits[0].state = EditState::Held {
        hold: Hold::Conflict {
            theirs: json!("Theirs"),
            theirs_by: Some("Tom Okafor".into()),
        },
    };
    let item = one(card, None);
    assert_eq!(item.result, ReviewResult::Conflict);
    let conflict = item.conflict.unwrap();
    assert_eq!(
        (conflict.ours.as_deref(), conflict.theirs.as_deref()),
        (Some("Ours"), Some("Theirs"))
    );
}

#[test]
fn what_others_changed_meanwhile_is_told_where_it_is_another_field() {
    let seen = |name: &str| ObservationRow {
        id: Uuid::nil(),
        item_id: item_id(1).0,
        rev: 2,
        at_us: 5,
        by_name: Some("Elena Petrova".into()),
        changes: Json(vec![FieldChange {
            field: FieldName::from(name),
            was: json!(null),
            to: json!("x"),
        }]),
        is_own: false,
        change_number: 2,
    };
    let view = board(vec![made(1, STORY, 11, 101).drafted(set(field::TITLE, json!("New")))]);
    let tried = said(100, true, &[]);
    let with = |rows| reviewed(&view, Some(&tried), &[(item_id(1).0, rows)].into()).remove(0);
    let merged = with(vec![seen(field::TAGS), seen("System.ChangedDate")]);
    assert_eq!(merged.result, ReviewResult::Merged);
    assert_eq!(
        merged.merged.as_deref(),
        Some("Elena Petrova changed tags in Azure DevOps meanwhile. Different fields, both stay.")
    );
    assert_eq!(with(vec![seen(field::TITLE)]).result, ReviewResult::Taken);
}

#[test]
fn a_review_names_what_a_type_looks_like() {
    let info = TypeInfo {
        name: STORY.into(),
        color: Some("009CCC".into()),
        icon: None,
        states: vec![StateInfo::new("Active", None, StateCategory::InProgress)],
        fields: vec![],
        is_disabled: false,
    };
    let mut types = Types::default();
    types.insert(crate::ids::ConnectionId(Uuid::from_u128(7)), "Harbour", vec![info]);
    let view = board(vec![made(1, STORY, 11, 101).drafted(set(field::TITLE, json!("New")))]);
    let rules = rules();
    let around = Around {
        rules: &rules,
        types: &types,
        tried: None,
        observed: &BTreeMap::new(),
        collection: None,
    };
    assert_eq!(items(&view, around)[0].type_color.as_deref(), Some("009CCC"));
}
