use lockstep_sync::edit::Ending;
use sqlx::types::Json;

use super::*;
use crate::program_board::held::WAITS_FOR;
use crate::program_board::local::apply::tests::{create, set, waits_for};
use crate::program_board::local::numbers::{numbered, tests::typed};
use crate::program_board::samples::nodes;
use crate::program_board::set_up::tests::harbour;

const MARA: u128 = 1;
const TOM: u128 = 2;

/// The harbour's board, with the rows and columns of the local one.
fn there() -> SetUp {
    let mut set_up = harbour();
    for (team, id) in set_up.teams.iter_mut().zip(["red", "blue"]) {
        team.id = id.into();
    }
    for (column, id) in set_up.columns.iter_mut().zip(["i1", "i2"]) {
        column.id = id.into();
    }
    set_up.capacity = crate::program_board::set_up::Capacity::Velocity { overrides: Vec::new() };
    set_up
}

fn here() -> SetUp {
    numbered(typed(), &[])
}

/// A card made by Mara, then acted on by Tom.
fn card(number: i64, title: &str, fields: Value, acts: &[Act]) -> LocalCard {
    let set_up = here();
    let mut all = create(title, fields);
    if let Act::Create { fields, .. } = &mut all {
        let area = json!(set_up.teams[0].area_id);
        fields.entry(FieldName::from(field::AREA_ID)).or_insert(area);
        let node = json!(set_up.columns[0].node_ids[0]);
        fields.entry(FieldName::from(field::ITERATION_ID)).or_insert(node);
    }
    let mut held = LocalItem::born(number, &all).unwrap();
    for act in acts {
        held.apply(act);
    }
    let item = ItemId(Uuid::from_u128(number as u128));
    let all = std::iter::once(&all).chain(acts);
    LocalCard {
        item,
        held,
        edits: all.enumerate().map(|(at, act)| edit(item, at, act)).collect(),
    }
}

fn edit(item: ItemId, at: usize, act: &Act) -> EditRow {
    EditRow {
        id: Uuid::from_u128(item.0.as_u128() * 100 + at as u128),
        connection_id: Uuid::nil(),
        item_id: item.0,
        change_number: at as i64,
        position: 0,
        author: Uuid::from_u128(if at == 0 { MARA } else { TOM }),
        at_us: 0,
        act: Json(act.clone()),
        state: "settled".into(),
        hold: None,
        attempt_id: None,
        doubt: None,
        ending: Some(Json(Ending::Applied {
            rev: None,
            attempt: None,
        })),
        settled_us: Some(0),
        board_id: None,
        is_draft: false,
    }
}

fn types() -> BTreeMap<String, Vec<TypeInfo>> {
    BTreeMap::from([("p1".to_owned(), process::types())])
}

fn planned_with(
    cards: &[LocalCard],
    set_up: &SetUp,
    types: &BTreeMap<String, Vec<TypeInfo>>,
) -> Result<Connecting, Vec<FieldProblem>> {
    let there = There {
        set_up,
        nodes: &nodes(),
        types,
        changes: &[],
        identity_of: &|who| {
            let written = who.unique_name.clone()?;
            Some(if written.starts_with("mara") {
                Match::Sure("NQ\\mara".to_owned())
            } else {
                Match::Perhaps(written)
            })
        },
    };
    plan(&here(), cards, &there)
}

#[track_caller]
fn planned(cards: &[LocalCard]) -> Connecting {
    planned_with(cards, &there(), &types()).unwrap()
}

/// Drafts of a card, in the order they were made.
fn drafts(connecting: &Connecting, number: u128) -> Vec<&Act> {
    let item = ItemId(Uuid::from_u128(number));
    let of_item = connecting
        .edits
        .iter()
        .filter(|edit| edit.item == item && edit.is_draft);
    of_item.map(|edit| &edit.act).collect()
}

#[track_caller]
fn creation(connecting: &Connecting, number: u128) -> (&str, &str, &Fields) {
    match drafts(connecting, number)[0] {
        Act::Create {
            project,
            work_item_type,
            fields,
        } => (project, work_item_type, fields),
        other => panic!("{other:?}"),
    }
}

fn get(fields: &Fields, name: &str) -> Value {
    fields.get(&FieldName::from(name)).cloned().unwrap_or(Value::Null)
}

#[track_caller]
fn refused(cards: &[LocalCard], set_up: &SetUp, types: &BTreeMap<String, Vec<TypeInfo>>, field: &str) {
    let problems = planned_with(cards, set_up, types).unwrap_err();
    assert!(problems.iter().any(|problem| problem.field == field), "{problems:?}");
}

#[test]
fn a_card_becomes_one_creation_with_what_it_has_now() {
    let connecting = planned(&[card(
        7,
        "Gate",
        json!({process::POINTS: 3}),
        &[
            set(field::TITLE, json!("Gate, renamed")),
            set(process::POINTS, json!(5)),
            set(field::TAGS, json!("a; b")),
        ],
    )]);
    let (project, kind, fields) = creation(&connecting, 7);
    assert_eq!((project, kind), ("p1", "User Story"));
    assert_eq!(get(fields, field::TITLE), "Gate, renamed");
    assert_eq!(get(fields, process::POINTS), 5);
    assert_eq!(get(fields, field::TAGS), "a; b");
    assert_eq!(
        (get(fields, field::AREA_ID), get(fields, field::ITERATION_ID)),
        (json!(11), json!(101))
    );
    assert_eq!(get(fields, field::STATE), Value::Null, "it begins in its first state");
    assert_eq!(drafts(&connecting, 7).len(), 1);
    assert_eq!(connecting.edits.len(), 4, "the rest is history");
    assert_eq!(connecting.preview.n_items, 1);
}

#[test]
fn what_is_not_planned_goes_to_the_pi() {
    let plan = here().pi.unwrap().node_id;
    let connecting = planned(&[card(7, "Gate", json!({field::ITERATION_ID: plan}), &[])]);
    assert_eq!(get(creation(&connecting, 7).2, field::ITERATION_ID), 100);
}

#[test]
fn another_unit_is_written_into_its_own_field() {
    let mut set_up = there();
    set_up.unit.field = "Microsoft.VSTS.Scheduling.Effort".into();
    let cards = [card(7, "Gate", json!({process::POINTS: 3}), &[])];
    let connecting = planned_with(&cards, &set_up, &types()).unwrap();
    let fields = creation(&connecting, 7).2;
    assert_eq!(get(fields, "Microsoft.VSTS.Scheduling.Effort"), 3);
    assert_eq!(get(fields, process::POINTS), Value::Null);
}

#[test]
fn a_state_is_a_step_of_its_own_by_whoever_took_it() {
    let connecting = planned(&[card(
        7,
        "Gate",
        json!({}),
        &[set(field::STATE, json!("Active")), set(field::STATE, json!("Resolved"))],
    )]);
    let acts = drafts(&connecting, 7);
    assert_eq!(acts.len(), 2);
    let Act::Set { was, to, .. } = acts[1] else {
        panic!("{acts:?}")
    };
    assert_eq!((was, to), (&json!("New"), &json!("Resolved")));
    let [state] = connecting.preview.states.as_slice() else {
        panic!("{:?}", connecting.preview)
    };
    assert_eq!(
        (state.from.as_str(), state.to.as_str(), state.n),
        ("Resolved", "Resolved", 1)
    );
}

#[test]
fn a_state_that_came_back_to_the_first_needs_no_step() {
    let acts = [set(field::STATE, json!("Active")), set(field::STATE, json!("New"))];
    assert_eq!(drafts(&planned(&[card(7, "Gate", json!({}), &acts)]), 7).len(), 1);
}

#[test]
fn a_state_that_no_other_is_like_is_told() {
    let scrum = |name: &str, category| crate::action_items::types::StateInfo::new(name, None, category);
    let mut kind = process::types().remove(1);
    kind.states = vec![
        scrum("New", StateCategory::Proposed),
        scrum("Committed", StateCategory::InProgress),
        scrum("Done", StateCategory::Completed),
    ];
    let types = BTreeMap::from([("p1".to_owned(), vec![kind])]);
    let cards = [card(7, "Gate", json!({}), &[set(field::STATE, json!("Removed"))])];
    let connecting = planned_with(&cards, &there(), &types).unwrap();
    assert_eq!(connecting.preview.doubts[0].what, "State Removed of User Story");
    assert_eq!(drafts(&connecting, 7).len(), 1);
}

#[test]
fn a_parent_and_a_dependency_are_named_by_item_until_they_have_numbers() {
    let connecting = planned(&[
        card(1, "Feature", json!({}), &[]),
        card(
            2,
            "Story",
            json!({PARENT: 1}),
            &[
                waits_for(3, true, Some("one")),
                waits_for(3, true, Some("two")),
                waits_for(1, true, None),
                waits_for(1, false, None),
            ],
        ),
        card(3, "Giver", json!({}), &[]),
    ]);
    let item = |n: u128| Uuid::from_u128(n);
    assert_eq!(get(creation(&connecting, 2).2, PARENT), json!({"item": item(1)}));
    let acts = drafts(&connecting, 2);
    assert_eq!(acts.len(), 2, "{acts:?}");
    let Act::Link {
        rel,
        target,
        is_added,
        comment,
    } = acts[1]
    else {
        panic!("{acts:?}")
    };
    assert_eq!(
        (rel.as_str(), *is_added, comment.as_deref()),
        (WAITS_FOR, true, Some("two"))
    );
    assert_eq!(*target, Target::Item { item: ItemId(item(3)) });
    assert_eq!(connecting.preview.n_links, 1);
    let mut other = there();
    other.dependency.taker = "Custom.Waits-Reverse".into();
    let cards = [
        card(2, "Story", json!({}), &[waits_for(3, true, None)]),
        card(3, "Giver", json!({}), &[]),
    ];
    let renamed = planned_with(&cards, &other, &types()).unwrap();
    assert!(matches!(drafts(&renamed, 2)[1], Act::Link { rel, .. } if rel == "Custom.Waits-Reverse"));
    let left = connecting.edits.iter().filter(|edit| !edit.is_draft);
    let leads_out = |act: &Act| {
        matches!(
            act,
            Act::Link {
                target: Target::WorkItem(_),
                ..
            }
        )
    };
    assert!(
        left.into_iter().all(|edit| !leads_out(&edit.act)),
        "a local number is nobody's there"
    );
}

#[test]
fn what_was_removed_stays_behind_and_nothing_hangs_on_it() {
    let connecting = planned(&[
        card(1, "Feature", json!({}), &[Act::Delete]),
        card(2, "Story", json!({PARENT: 1}), &[waits_for(1, true, None)]),
    ]);
    assert_eq!(connecting.items, [ItemId(Uuid::from_u128(2))]);
    assert_eq!(get(creation(&connecting, 2).2, PARENT), Value::Null);
    assert_eq!((drafts(&connecting, 2).len(), connecting.preview.n_links), (1, 0));
    assert!(
        connecting
            .edits
            .iter()
            .all(|edit| edit.item != ItemId(Uuid::from_u128(1)))
    );
}

#[test]
fn comments_go_along_as_they_were_said() {
    let said = Act::Comment {
        html: "<p>So</p>".into(),
    };
    let connecting = planned(&[card(7, "Gate", json!({}), &[said.clone(), said.clone()])]);
    assert_eq!(drafts(&connecting, 7)[1..], [&said, &said]);
    assert_eq!(connecting.preview.n_comments, 2);
}

#[test]
fn history_names_places_by_the_numbers_they_have_there() {
    let set_up = here();
    let (from, to) = (set_up.columns[0].node_ids[0], set_up.columns[1].node_ids[0]);
    let moved = Act::Set {
        field: FieldName::from(field::ITERATION_ID),
        was: json!(from),
        to: json!(to),
    };
    let lost = Act::Set {
        field: FieldName::from(field::AREA_ID),
        was: json!(set_up.teams[1].area_id),
        to: json!(999),
    };
    let back = set(field::AREA_ID, json!(set_up.teams[0].area_id));
    let connecting = planned(&[card(7, "Gate", json!({}), &[moved, lost, back])]);
    let told: Vec<_> = connecting.edits[1..3]
        .iter()
        .map(|edit| match &edit.act {
            Act::Set { was, to, .. } => (was.clone(), to.clone()),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(told, [(json!(101), json!(102)), (json!(12), Value::Null)]);
}

#[test]
fn people_are_written_as_the_connection_knows_them_and_doubts_are_told() {
    let assigned = |number, who: &str| card(number, "Gate", json!({field::ASSIGNED_TO: who}), &[]);
    let connecting = planned(&[
        assigned(1, "Mara Lindqvist <mara@x.example>"),
        assigned(2, "Tom Okafor <tom@x.example>"),
        assigned(3, "Nobody"),
    ]);
    let who = |n| get(creation(&connecting, n).2, field::ASSIGNED_TO);
    assert_eq!(
        (who(1), who(2), who(3)),
        (json!("NQ\\mara"), json!("tom@x.example"), Value::Null)
    );
    let doubts: Vec<_> = connecting
        .preview
        .doubts
        .iter()
        .map(|doubt| doubt.what.as_str())
        .collect();
    assert_eq!(doubts, ["Assigned to Nobody", "Assigned to Tom Okafor"]);
}

#[test]
fn a_field_that_a_type_has_not_stays_here_and_is_told() {
    let mut types = types();
    for kind in types.get_mut("p1").unwrap() {
        kind.fields = vec![field::TITLE.into()];
    }
    let cards = [card(7, "Gate", json!({field::PRIORITY: 1}), &[])];
    let connecting = planned_with(&cards, &there(), &types).unwrap();
    assert_eq!(get(creation(&connecting, 7).2, field::PRIORITY), Value::Null);
    assert_eq!(connecting.preview.doubts[0].what, "Priority of User Story");
}

#[test]
fn a_row_a_column_or_a_type_without_a_like_is_refused_by_name() {
    let cards = [card(7, "Gate", json!({}), &[])];
    let mut set_up = there();
    set_up.teams.remove(0);
    refused(&cards, &set_up, &types(), "teams");
    let mut set_up = there();
    set_up.columns.remove(0);
    refused(&cards, &set_up, &types(), "columns");
    let mut set_up = there();
    set_up.columns[0].node_ids = vec![555];
    refused(&cards, &set_up, &types(), "columns");
    refused(&cards, &there(), &BTreeMap::new(), "types");
    let mut set_up = there();
    set_up.levels.features.append(&mut set_up.levels.stories);
    refused(&cards, &set_up, &types(), "types");
    // Without cards in them nothing is missing.
    let mut set_up = there();
    set_up.teams.remove(1);
    set_up.columns.remove(1);
    assert!(planned_with(&cards, &set_up, &types()).is_ok());
}

#[test]
fn samples_say_where_cards_come_to_lie() {
    let connecting = planned(&[card(7, "Gate", json!({}), &[])]);
    let [kind] = connecting.preview.types.as_slice() else {
        panic!("{:?}", connecting.preview)
    };
    assert_eq!(
        (kind.n, kind.from.as_str(), kind.to.as_str()),
        (1, "User Story", "User Story")
    );
    assert_eq!(kind.samples[0].area, "Harbour\\Quay");
    assert_eq!(kind.samples[0].iteration, "Harbour\\Sprint 41");
    assert_eq!(connecting.items, [ItemId(Uuid::from_u128(7))]);
}
