use lockstep_sync::edit::{EditState, Hold};
use serde_json::json;
use uuid::Uuid;

use super::*;
use crate::ids::EditId;
use crate::program_board::samples::refused;

const POINTS: &str = "Microsoft.VSTS.Scheduling.StoryPoints";

fn fields() -> Slim {
    let text = json!({
        "System.Title": "Berth \"7\" calendar", "System.WorkItemType": "User Story", "System.State": "Active",
        "System.TeamProject": "Harbour", "System.AreaId": 11, "System.IterationId": 101, "System.Parent": 4102,
        "System.Tags": "go-live; quay", "System.Description": "<p>A long text</p>", POINTS: 5.0,
        "System.AssignedTo": {"displayName": "Tom Okafor", "uniqueName": "tom@northquay.example", "id": "7"},
        "Microsoft.VSTS.Common.Priority": 2,
    })
    .to_string();
    read_fields(&text, POINTS, &mut Names::default()).unwrap()
}

fn held(edits: Vec<Edit>) -> Held {
    Held {
        id: ItemId(Uuid::from_u128(1)),
        number: Some(4103),
        presence: Presence::Present,
        rev: Some(3),
        fields: fields(),
        links: Vec::new(),
        edits,
        rank: "a0".into(),
        placed: None,
    }
}

fn edit(act: Act, state: EditState, is_draft: bool) -> Edit {
    Edit {
        id: EditId(Uuid::from_u128(9)),
        change: 1,
        author: MemberId(Uuid::from_u128(2)),
        at_us: 0,
        act,
        state,
        doubt: None,
        is_draft,
    }
}

fn set(field: &str, to: Value) -> Act {
    Act::Set {
        field: FieldName::from(field),
        was: Value::Null,
        to,
    }
}

#[test]
fn the_fields_of_a_board_are_read_and_no_others() {
    let slim = fields();
    assert_eq!(slim.title, "Berth \"7\" calendar");
    assert_eq!((slim.area, slim.iteration), (Some(11), Some(101)));
    assert_eq!((slim.points(), slim.priority), (Some(5.0), Some(2)));
    assert_eq!(slim.parent, Parent::Number(4102));
    assert_eq!(slim.tag_list().collect::<Vec<_>>(), ["go-live", "quay"]);
    assert_eq!(slim.assignee.unwrap().display_name, "Tom Okafor");
}

#[test]
fn a_value_reads_back_as_azure_devops_wrote_it() {
    let held = held(vec![]);
    assert_eq!(held.local(POINTS, POINTS), json!(5.0));
    assert_eq!(held.local(PARENT, POINTS), json!(4102));
    assert_eq!(held.local(TARGET_DATE, POINTS), Value::Null);
    assert_eq!(
        held.local(field::ASSIGNED_TO, POINTS)["uniqueName"],
        "tom@northquay.example"
    );
}

#[test]
fn what_is_wanted_lies_over_what_was_read() {
    let held = held(vec![
        edit(set(field::ITERATION_ID, json!(102)), EditState::Waiting, false),
        edit(set(field::ITERATION_ID, json!(103)), EditState::Waiting, true),
        edit(
            set(PARENT, json!({"item": Uuid::from_u128(5)})),
            EditState::Waiting,
            true,
        ),
    ]);
    assert_eq!(held.local(field::ITERATION_ID, POINTS), json!(103));
    let mut names = Names::default();
    let shown = held.shown(POINTS, &mut names);
    assert_eq!(shown.iteration, Some(103));
    assert_eq!(shown.parent, Parent::Item(ItemId(Uuid::from_u128(5))));
    assert_eq!(shown.title, held.fields.title);
}

#[test]
fn a_card_shows_the_worst_of_what_is_open() {
    let state = |hold| EditState::Held { hold };
    let conflict = Hold::Conflict {
        theirs: json!("x"),
        theirs_by: None,
    };
    let title = || set(field::TITLE, json!("x"));
    assert_eq!(held(vec![]).sync(), CardSync::InStep);
    assert_eq!(
        held(vec![edit(title(), EditState::Waiting, true)]).sync(),
        CardSync::Draft
    );
    let both = vec![
        edit(title(), EditState::Waiting, true),
        edit(title(), EditState::Waiting, false),
    ];
    assert_eq!(held(both).sync(), CardSync::Waiting);
    let worst = vec![
        edit(title(), state(Hold::NeedsToken), false),
        edit(title(), state(conflict), true),
    ];
    assert_eq!(held(worst).sync(), CardSync::Conflict);
    let away = Held {
        presence: Presence::OutOfSight,
        ..held(vec![])
    };
    assert_eq!(away.sync(), CardSync::OutOfSight);
}

#[test]
fn a_card_is_shown_while_there_is_something_to_show() {
    let create = Act::Create {
        project: "Harbour".into(),
        work_item_type: "Bug".into(),
        fields: [(FieldName::from(field::TITLE), json!("Kiosk loses its reader"))].into(),
    };
    let slim = fields_of_creation(&create, POINTS, &mut Names::default());
    assert_eq!(
        (slim.title.as_str(), &*slim.kind, &*slim.project),
        ("Kiosk loses its reader", "Bug", "Harbour")
    );
    let with = |presence, edits| Held {
        presence,
        ..held(edits)
    };
    let waiting = |act| vec![edit(act, EditState::Waiting, false)];
    assert!(with(Presence::Unborn, waiting(create)).is_shown());
    assert!(!with(Presence::Unborn, vec![]).is_shown(), "given up");
    assert!(!with(Presence::Deleted, vec![]).is_shown());
    assert!(with(Presence::Deleted, waiting(set(field::TITLE, json!("x")))).is_shown());
    assert!(!with(Presence::Present, waiting(Act::Delete)).is_shown());
    let refused = EditState::Held { hold: refused() };
    assert!(with(Presence::Present, vec![edit(Act::Delete, refused, false)]).is_shown());
}

#[test]
fn dependencies_are_read_from_both_ends_and_nothing_else_is() {
    let url = |n| format!("https://dev.azure.com/northquay/_apis/wit/workItems/{n}");
    let text = json!([
        {"rel": "System.LinkTypes.Hierarchy-Reverse", "url": url(4102), "attributes": {}},
        {"rel": WAITS_FOR, "url": url(4090), "attributes": {"comment": "Lockstep: accepted, needed by 2026-11-06"}},
        {"rel": NEEDED_BY, "url": url(4110), "attributes": {}},
    ])
    .to_string();
    let links = read_links(&text, &DependencyLink::default()).unwrap();
    assert_eq!(links.len(), 2);
    assert_eq!((links[0].target, links[0].waits), (4090, true));
    assert_eq!(links[0].agreed.needed_by.as_deref(), Some("2026-11-06"));
    assert_eq!((links[1].target, links[1].waits), (4110, false));
}
