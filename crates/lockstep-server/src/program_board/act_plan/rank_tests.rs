use uuid::Uuid;

use super::*;
use crate::program_board::samples::*;

const STORY: &str = "User Story";

fn id(n: u128) -> Uuid {
    item(n).0
}

/// Puts a card into a column of its team, right behind another one.
fn to(n: u128, column: i32, after: Option<u128>) -> BoardAct {
    BoardAct::Move {
        item: id(n),
        team: None,
        column,
        after: after.map(id),
        from: None,
    }
}

fn plan(view: &BoardView, acts: &[BoardAct]) -> Plan {
    planned(view, acts, &Others::new(), &|_member| None).unwrap()
}

/// The last rank that a plan gives a card.
fn rank(plan: &Plan, n: u128) -> Option<&str> {
    plan.steps.iter().rev().find_map(|step| match step {
        Step::Rank { item: of, rank } if *of == item(n) => Some(rank.as_str()),
        _ => None,
    })
}

/// Ranks a1 to a4 in one column, the last card in another one.
fn four() -> BoardView {
    board(vec![
        made(1, STORY, 11, 101),
        made(2, STORY, 11, 101),
        made(3, STORY, 11, 101),
        made(4, STORY, 11, 102),
    ])
}

#[test]
fn a_card_dropped_behind_another_one_comes_right_behind_it() {
    let plan = plan(&four(), &[to(4, 0, Some(1))]);
    let rank = rank(&plan, 4).unwrap();
    assert!("a1" < rank && rank < "a2", "{rank}");
    assert!(plan.inverse.contains(&Step::Rank {
        item: item(4),
        rank: "a4".into()
    }));
}

#[test]
fn a_card_dropped_first_comes_before_the_first_of_its_cell() {
    let plan = plan(&four(), &[to(4, 0, None)]);
    assert!(rank(&plan, 4).unwrap() < "a1");
}

#[test]
fn a_card_dropped_into_an_empty_cell_keeps_its_order() {
    let view = board(vec![made(1, STORY, 11, 101)]);
    assert_eq!(rank(&plan(&view, &[to(1, 1, None)]), 1), None);
}

#[test]
fn cards_dropped_together_keep_the_order_they_were_given() {
    let plan = plan(&four(), &[to(3, 1, Some(4)), to(2, 1, Some(3)), to(1, 1, Some(3))]);
    let ranks = [3, 1, 2].map(|n| rank(&plan, n).unwrap());
    assert!(
        "a4" < ranks[0] && ranks[0] < ranks[1] && ranks[1] < ranks[2],
        "{ranks:?}"
    );
}

#[test]
fn the_first_of_several_dropped_first_is_the_last_one_dropped() {
    let plan = plan(&four(), &[to(3, 0, None), to(2, 0, None)]);
    let (third, second) = (rank(&plan, 3).unwrap(), rank(&plan, 2).unwrap());
    assert!(second < third && third < "a1", "{second} {third}");
}

#[test]
fn a_new_card_comes_last_of_all() {
    let create = |n: u128| BoardAct::Create {
        item: id(n),
        r#type: STORY.into(),
        title: "New here".into(),
        team: 0,
        column: 0,
        parent: None,
        points: None,
    };
    let plan = plan(&four(), &[create(8), create(9)]);
    let born = plan.steps.iter().filter_map(|step| match step {
        Step::Born { rank, .. } => Some(rank.as_str()),
        _ => None,
    });
    let ranks: Vec<&str> = born.collect();
    assert!("a4" < ranks[0] && ranks[0] < ranks[1], "{ranks:?}");
}
