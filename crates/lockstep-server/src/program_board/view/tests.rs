use lockstep_sync::edit::Hold;
use serde_json::json;
use uuid::Uuid;

use super::*;
use crate::program_board::agreement::Agreement;
use crate::program_board::samples::*;
use lockstep_sync::PARENT;
use lockstep_sync::edit::Act;

const STORY: &str = "User Story";

fn link(taker: u128, target: Target, is_added: bool, comment: Option<&str>) -> Act {
    let _of = taker;
    Act::Link {
        rel: crate::program_board::held::WAITS_FOR.into(),
        target,
        is_added,
        comment: comment.map(str::to_owned),
    }
}

fn card(view: &BoardView, n: u128) -> &Card {
    view.card(item(n)).unwrap_or_else(|| panic!("no card {n}"))
}

fn ends(view: &BoardView, n: u128) -> Vec<(LinkDirection, Option<i64>, bool)> {
    let links = card(view, n).links.iter();
    links
        .map(|link| (link.direction, link.number, link.to_or_from.is_some()))
        .collect()
}

#[test]
fn a_card_stands_where_its_area_and_iteration_say() {
    let view = board(vec![
        made(1, STORY, 11, 101),
        made(2, STORY, 12, 100),
        made(3, STORY, 10, 102),
    ]);
    assert_eq!((card(&view, 1).team, card(&view, 1).column), (0, 0));
    assert_eq!((card(&view, 2).team, card(&view, 2).column), (1, -1), "parked");
    assert_eq!((card(&view, 3).team, card(&view, 3).column), (-1, 1), "nobody's area");
}

#[test]
fn what_is_wanted_shows_at_once_and_says_how_it_stands() {
    let moved = made(1, STORY, 11, 101).drafted(set(azdo::field::ITERATION_ID, json!(102)));
    let view = board(vec![moved]);
    assert_eq!((card(&view, 1).column, card(&view, 1).sync), (1, CardSync::Draft));
    assert_eq!(view.drafts().count(), 1);
}

#[test]
fn a_parent_is_a_card_of_the_board_or_none() {
    let view = board(vec![
        made(1, "Feature", 11, 100),
        made(2, STORY, 11, 101).under(1),
        made(3, STORY, 11, 101).under(50),
        made(4, STORY, 11, 101).wanting(set(PARENT, json!(4101))),
    ]);
    assert_eq!(card(&view, 2).parent, Some(item(1).0));
    assert_eq!(card(&view, 3).parent, None);
    assert_eq!(view.children(item(1)), [item(2), item(4)]);
    assert!(view.hangs_on(item(2), item(1)) && !view.hangs_on(item(1), item(2)));
}

#[test]
fn a_new_card_can_hang_on_one_that_is_not_created_yet() {
    let parent = json!({"item": item(1).0});
    let view = board(vec![
        made(1, "Feature", 11, 100).wanting(creation("Feature", 11, 100)),
        made(2, STORY, 11, 101).wanting(set(PARENT, parent)),
    ]);
    assert_eq!(card(&view, 1).number, None);
    assert_eq!(card(&view, 2).parent, Some(item(1).0));
}

#[test]
fn a_dependency_shows_on_both_cards_with_what_was_agreed() {
    let view = board(vec![
        made(1, STORY, 11, 101),
        made(2, STORY, 12, 102).waits_for(4101, "Lockstep: accepted, needed by 2026-10-30"),
    ]);
    let (giver, taker) = (&card(&view, 1).links[0], &card(&view, 2).links[0]);
    assert_eq!(giver.direction, LinkDirection::NeededBy);
    assert_eq!((giver.to_or_from, giver.number), (Some(item(2).0), Some(4102)));
    assert_eq!(taker.direction, LinkDirection::WaitsFor);
    for end in [giver, taker] {
        assert_eq!(
            (end.agreement, end.needed_by.as_deref()),
            (Agreement::Accepted, Some("2026-10-30"))
        );
    }
}

#[test]
fn a_dependency_that_only_its_giver_shows_counts_until_the_taker_is_known() {
    let alone = board(vec![made(1, STORY, 11, 101).needed_by(4102)]);
    assert_eq!(ends(&alone, 1), [(LinkDirection::NeededBy, Some(4102), false)]);
    let both = board(vec![made(1, STORY, 11, 101).needed_by(4102), made(2, STORY, 11, 101)]);
    assert_eq!(ends(&both, 1), [], "the taker was read and knows nothing of it");
}

#[test]
fn links_are_wanted_and_unwanted_before_they_are_written() {
    let to = |n: i64| Target::WorkItem(azdo::WorkItemId(n));
    let mut view = board(vec![
        made(1, STORY, 11, 101),
        made(2, STORY, 11, 101).wanting(link(2, to(4101), true, Some("Lockstep: proposed"))),
        made(3, STORY, 11, 101)
            .waits_for(4101, "")
            .wanting(link(3, to(4101), false, None)),
    ]);
    assert_eq!(ends(&view, 1), [(LinkDirection::NeededBy, Some(4102), true)]);
    assert_eq!(card(&view, 1).links[0].sync, CardSync::Waiting);
    assert_eq!(card(&view, 1).sync, CardSync::InStep, "nothing of its own is open");
    assert_eq!(ends(&view, 3), []);
    // The removal is refused: the link shows again, with a mark.
    let mut refused = made(3, STORY, 11, 101)
        .waits_for(4101, "")
        .wanting(link(3, to(4101), false, None));
    refused.held.edits[0].state = EditState::Held {
        hold: crate::program_board::samples::refused(),
    };
    take(&mut view, refused, 11);
    assert_eq!(card(&view, 3).links[0].sync, CardSync::Refused);
}

#[test]
fn a_change_is_told_of_every_card_that_looks_different_and_of_no_other() {
    let mut view = board(vec![
        made(1, STORY, 11, 101),
        made(2, STORY, 11, 101),
        made(3, STORY, 11, 101),
    ]);
    take(&mut view, made(2, STORY, 11, 101).waits_for(4101, ""), 12);
    let (cards, gone) = view.changed_after(10);
    assert_eq!(
        cards.iter().map(|card| card.id).collect::<Vec<_>>(),
        [item(1).0, item(2).0]
    );
    assert!(gone.is_empty() && cards.iter().all(|card| card.change == 12));
    assert_eq!(view.version, 12);
    // Read again and nothing new: nothing to tell.
    take(&mut view, made(2, STORY, 11, 101).waits_for(4101, ""), 13);
    assert_eq!((view.change, view.version), (13, 12));
    assert_eq!(view.changed_after(12), (vec![], vec![]));
}

#[test]
fn a_card_that_leaves_takes_its_links_and_its_children_with_it_as_far_as_they_show() {
    let mut view = board(vec![
        made(1, "Feature", 11, 100),
        made(2, STORY, 11, 101).under(1).waits_for(4101, ""),
    ]);
    let news = News {
        held: vec![],
        gone: vec![item(1)],
    };
    view.take(news, 12);
    let (cards, gone) = view.changed_after(10);
    assert_eq!(gone, [item(1)]);
    assert_eq!((cards.len(), cards[0].parent), (1, None));
    assert_eq!(ends(&view, 2), [(LinkDirection::WaitsFor, Some(4101), false)]);
    // It comes back.
    take(&mut view, made(1, "Feature", 11, 100), 13);
    assert_eq!(card(&view, 2).parent, Some(item(1).0));
    assert_eq!(view.changed_after(12).1, []);
}

#[test]
fn a_conflict_says_both_values_in_the_boards_words() {
    let mut moved = made(1, STORY, 11, 101).wanting(set(azdo::field::ITERATION_ID, json!(102)));
    moved.held.edits[0].state = EditState::Held {
        hold: Hold::Conflict {
            theirs: json!(100),
            theirs_by: Some("Tom Okafor".into()),
        },
    };
    let view = board(vec![moved]);
    let conflict = card(&view, 1).conflict.clone().unwrap();
    assert_eq!(conflict.edit, Uuid::from_u128(100));
    assert_eq!(
        (conflict.field.as_str(), conflict.ours.as_deref()),
        ("iteration", Some("Sprint 42"))
    );
    assert_eq!(conflict.theirs.as_deref(), Some("Harbour\\PI 26.4"));
}

#[test]
fn another_set_up_moves_the_cards_and_asks_for_a_new_snapshot() {
    let mut view = board(vec![made(1, STORY, 11, 101)]);
    let mut row = view.row.clone();
    row.set_up.0.columns.remove(0);
    view.reframe(row, nodes(), crate::action_items::samples::people(), 12);
    assert_eq!(card(&view, 1).column, -1);
    assert_eq!((view.frame_version, view.version), (12, 12));
}

#[test]
fn progress_of_an_import_asks_for_no_new_snapshot() {
    let mut view = board(vec![made(1, STORY, 11, 101)]);
    let mut row = view.row.clone();
    row.import_detail.0.n_read = 7;
    view.reframe(row, nodes(), crate::action_items::samples::people(), 12);
    assert_eq!((view.frame_version, view.version), (1, 12));
    assert_eq!(view.changed_after(10), (vec![], vec![]));
}

#[test]
fn types_that_an_import_has_read_ask_for_a_new_snapshot() {
    let mut view = board(vec![made(1, STORY, 11, 101)]);
    let mut types = Types::default();
    types.insert(view.row.connection(), "Harbour", Vec::new());
    view.retype(types.clone(), 12);
    assert_eq!((view.frame_version, view.version), (12, 12));
    view.retype(types, 13);
    assert_eq!((view.frame_version, view.version), (12, 12));
}

#[test]
fn a_renamed_node_is_another_name_and_no_new_snapshot() {
    let mut moved = made(1, STORY, 11, 101).wanting(set(azdo::field::AREA_ID, json!(12)));
    moved.held.edits[0].state = EditState::Held {
        hold: Hold::Conflict {
            theirs: json!(10),
            theirs_by: None,
        },
    };
    let mut view = board(vec![moved]);
    let mut rows: Vec<_> = nodes().rows().cloned().collect();
    rows[0].path = "Port".into();
    let renamed = Nodes::of(rows);
    view.reframe(view.row.clone(), renamed, crate::action_items::samples::people(), 12);
    assert_eq!(
        card(&view, 1).conflict.as_ref().unwrap().theirs.as_deref(),
        Some("Port")
    );
    assert_eq!((view.frame_version, card(&view, 1).change), (1, 12));
}

#[test]
fn an_assignee_is_the_member_they_are_known_to_be() {
    let tom = json!({"displayName": "T. Okafor", "uniqueName": "tom@northquay.example", "id": "7"});
    let who = json!({"displayName": "Build service", "uniqueName": "build@northquay.example", "id": "8"});
    let view = board(vec![
        made(1, STORY, 11, 101).with("System.AssignedTo", tom),
        made(2, STORY, 11, 101).with("System.AssignedTo", who),
    ]);
    assert_eq!(card(&view, 1).assignee.as_ref().unwrap().name, "Tom Okafor");
    assert!(card(&view, 1).assignee.as_ref().unwrap().member_id.is_some());
    let other = card(&view, 2).assignee.as_ref().unwrap();
    assert_eq!((other.name.as_str(), other.member_id), ("Build service", None));
}
