use lockstep_sync::edit::Act;
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::program_board::samples::*;

const STORY: &str = "User Story";
const FEATURE: &str = "Feature";

fn acts(acts: Value) -> Vec<BoardAct> {
    serde_json::from_value(acts).expect("acts as a browser sends them")
}

fn plan(view: &BoardView, what: Value) -> Plan {
    planned(view, &acts(what), &Others::new(), &|_| None).expect("it can be done")
}

#[track_caller]
fn refused_as(view: &BoardView, what: Value, code: &str) {
    let refusal = planned(view, &acts(what), &Others::new(), &|_| None).expect_err("it can't be done");
    assert_eq!(refusal.code(), code);
}

fn id(n: u128) -> Uuid {
    item(n).0
}

fn move_to(n: u128, team: Value, column: i32) -> Value {
    json!({"kind": "move", "item": id(n), "team": team, "column": column, "after": null})
}

/// What a plan sets, item by item: `1 System.AreaId 12`.
fn sets(steps: &[Step]) -> Vec<String> {
    let one = |step: &Step| match step {
        Step::Edit {
            item,
            act: Act::Set { field, to, .. },
        } => Some(format!("{} {field} {to}", item.0.as_u128())),
        _ => None,
    };
    steps.iter().filter_map(one).collect()
}

#[test]
fn a_story_moved_inside_its_team_writes_its_iteration_alone() {
    let view = board(vec![made(1, STORY, 11, 101)]);
    let plan = plan(&view, json!([move_to(1, Value::Null, 1)]));
    assert_eq!(sets(&plan.steps), ["1 System.IterationId 102"]);
    assert_eq!(sets(&plan.inverse), ["1 System.IterationId 101"]);
}

#[test]
fn a_story_moved_to_another_team_writes_its_area_too() {
    let view = board(vec![made(1, STORY, 11, 101)]);
    let plan = plan(&view, json!([move_to(1, json!(1), 1)]));
    assert_eq!(sets(&plan.steps), ["1 System.AreaId 12", "1 System.IterationId 102"]);
    // Taken back in the other order, to what was.
    assert_eq!(sets(&plan.inverse), ["1 System.IterationId 101", "1 System.AreaId 11"]);
}

#[test]
fn a_story_that_stays_where_it_is_writes_nothing() {
    let view = board(vec![made(1, STORY, 11, 101)]);
    assert_eq!(sets(&plan(&view, json!([move_to(1, json!(0), 0)])).steps), [""; 0]);
}

#[test]
fn the_parking_lot_is_the_pi_itself() {
    let view = board(vec![made(1, STORY, 11, 101)]);
    let plan = plan(&view, json!([move_to(1, Value::Null, -1)]));
    assert_eq!(sets(&plan.steps), ["1 System.IterationId 100"]);
}

#[test]
fn a_feature_takes_its_open_stories_of_the_cell_along_and_is_not_written() {
    let view = board(vec![
        made(1, FEATURE, 11, 100),
        made(2, STORY, 11, 101).under(1),
        made(3, STORY, 11, 101).under(1).with("System.State", json!("Closed")),
        made(4, STORY, 11, 102).under(1),
        made(5, STORY, 12, 101).under(1),
    ]);
    let from_cell = json!({"kind": "move", "item": id(1), "team": null, "column": 1, "after": null, "from": [0, 0]});
    assert_eq!(
        sets(&plan(&view, json!([from_cell])).steps),
        ["2 System.IterationId 102"]
    );
}

#[test]
fn a_feature_without_stories_is_placed_and_nothing_is_written() {
    let view = board(vec![made(1, FEATURE, 11, 100)]);
    let plan = plan(&view, json!([move_to(1, json!(1), 0)]));
    assert_eq!(sets(&plan.steps), [""; 0]);
    let cell = Some(("customs".to_owned(), "s41".to_owned()));
    assert!(plan.steps.contains(&Step::Place { item: item(1), cell }));
    assert!(plan.inverse.contains(&Step::Place {
        item: item(1),
        cell: None
    }));
}

#[test]
fn a_board_may_say_that_placing_a_feature_is_written() {
    let mut set_up = crate::program_board::set_up::tests::harbour();
    set_up.writes_feature_place = true;
    let view = board_of(set_up, vec![made(1, FEATURE, 11, 100)]);
    let plan = plan(&view, json!([move_to(1, json!(1), 0)]));
    assert_eq!(sets(&plan.steps), ["1 System.AreaId 12", "1 System.IterationId 101"]);
}

#[test]
fn several_nodes_in_a_column_and_none_of_the_teams_project_asks() {
    let mut set_up = crate::program_board::set_up::tests::harbour();
    set_up.columns[1].node_ids = vec![102, 202];
    set_up.teams[0].project_id = "p9".into();
    let view = board_of(set_up, vec![made(1, STORY, 11, 101)]);
    refused_as(&view, json!([move_to(1, Value::Null, 1)]), "no_node");
}

/// Columns of two nodes each, of one project.
fn doubled(cards: Vec<Made>) -> BoardView {
    let mut set_up = crate::program_board::set_up::tests::harbour();
    set_up.columns[0].node_ids = vec![101, 111];
    set_up.columns[1].node_ids = vec![102, 112];
    board_of(set_up, cards)
}

#[test]
fn of_several_nodes_of_a_column_the_one_that_the_team_uses_is_written() {
    let view = doubled(vec![
        made(1, STORY, 11, 101),
        made(2, STORY, 11, 112),
        made(3, STORY, 11, 112),
    ]);
    assert_eq!(
        sets(&plan(&view, json!([move_to(1, Value::Null, 1)])).steps),
        ["1 System.IterationId 112"]
    );
}

#[test]
fn a_node_under_the_teams_other_iterations_is_written_where_none_of_the_column_is_used() {
    let view = doubled(vec![made(1, STORY, 11, 111)]);
    assert_eq!(
        sets(&plan(&view, json!([move_to(1, Value::Null, 1)])).steps),
        ["1 System.IterationId 112"]
    );
}

#[test]
fn several_nodes_of_which_the_team_uses_none_ask() {
    let view = doubled(vec![made(1, STORY, 11, 111), made(2, STORY, 12, 100)]);
    refused_as(&view, json!([move_to(2, Value::Null, 1)]), "which_node");
}

#[test]
fn a_team_or_column_that_is_none_of_the_boards_is_refused() {
    let view = board(vec![made(1, STORY, 11, 101)]);
    refused_as(&view, json!([move_to(1, json!(7), 0)]), "invalid_field");
    refused_as(&view, json!([move_to(1, Value::Null, 9)]), "invalid_field");
    refused_as(&view, json!([move_to(1, Value::Null, -2)]), "invalid_field");
}

#[test]
fn what_is_no_longer_there_is_not_acted_on_and_then_nothing_else_is() {
    let view = board(vec![made(1, STORY, 11, 101)]);
    let both = json!([move_to(1, Value::Null, 1), move_to(9, Value::Null, 1)]);
    refused_as(&view, both, "card_gone");
}

#[test]
fn a_card_dropped_behind_another_gets_a_rank_between_it_and_the_next() {
    let view = board(vec![
        made(1, STORY, 11, 101),
        made(2, STORY, 11, 101),
        made(3, STORY, 11, 101),
    ]);
    let act = json!({"kind": "move", "item": id(3), "team": null, "column": 0, "after": id(1)});
    let plan = plan(&view, json!([act]));
    let Some(Step::Rank { rank, .. }) = plan.steps.iter().find(|step| matches!(step, Step::Rank { .. })) else {
        panic!("it gets a rank: {:?}", plan.steps);
    };
    assert!("a1" < rank.as_str() && rank.as_str() < "a2", "{rank}");
    assert!(plan.inverse.contains(&Step::Rank {
        item: item(3),
        rank: "a3".into()
    }));
}

#[test]
fn a_value_that_is_so_already_is_no_edit() {
    let view = board(vec![made(1, STORY, 11, 101)]);
    let act = json!({"kind": "set", "item": id(1), "field": "points", "to": 3.0});
    assert_eq!(plan(&view, json!([act])).steps, []);
}

#[test]
fn an_edit_starts_from_what_is_shown_and_not_from_what_was_read() {
    let view = board(vec![made(1, STORY, 11, 101).wanting(set(POINTS, json!(5)))]);
    let plan = plan(
        &view,
        json!([{"kind": "set", "item": id(1), "field": "points", "to": 8.0}]),
    );
    let Step::Edit {
        act: Act::Set { was, .. },
        ..
    } = &plan.steps[0]
    else {
        panic!("an edit")
    };
    assert_eq!(was, &json!(5));
}

#[test]
fn a_field_that_the_board_does_not_show_starts_from_what_was_read() {
    let view = board(vec![made(1, STORY, 11, 101)]);
    let set =
        json!([{"kind": "set", "item": id(1), "field": "other", "to": {"name": "Custom.RootCause", "value": "Data"}}]);
    let others = Others::from([((item(1), "Custom.RootCause".to_owned()), json!("Design"))]);
    let plan = planned(&view, &acts(set), &others, &|_| None).expect("it can be done");
    let [
        Step::Edit {
            act: Act::Set { was, to, .. },
            ..
        },
    ] = plan.steps.as_slice()
    else {
        panic!("one edit: {:?}", plan.steps);
    };
    assert_eq!((was, to), (&json!("Design"), &json!("Data")));
}

#[test]
fn points_are_a_number_of_at_least_nothing() {
    let view = board(vec![made(1, STORY, 11, 101)]);
    for points in [-1.0, 2e6] {
        let act = json!({"kind": "set", "item": id(1), "field": "points", "to": points});
        refused_as(&view, json!([act]), "invalid_field");
    }
}

#[test]
fn a_story_is_created_in_its_cell_below_its_feature() {
    let view = board(vec![made(1, FEATURE, 11, 100)]);
    let act = json!({"kind": "create", "item": id(50), "type": STORY, "title": "New", "team": 1, "column": 1, "parent": id(1), "points": 2.0});
    let plan = plan(&view, json!([act]));
    let Step::Born {
        act: Act::Create { fields, .. },
        ..
    } = &plan.steps[0]
    else {
        panic!("it is born: {:?}", plan.steps)
    };
    let value = |name: &str| fields[&FieldName::from(name)].clone();
    assert_eq!(
        (
            value(field::AREA_ID),
            value(field::ITERATION_ID),
            value(PARENT),
            value(POINTS)
        ),
        (json!(12), json!(102), json!(4101), json!(2.0))
    );
    assert_eq!(plan.inverse, [Step::Unborn { item: item(50) }]);
}

#[test]
fn a_story_below_a_feature_made_in_the_same_breath_names_it_by_our_number() {
    let view = board(vec![]);
    let create = |n: u128, kind: &str, parent: Value| json!({"kind": "create", "item": id(n), "type": kind, "title": "New", "team": 0, "column": 0, "parent": parent});
    let plan = plan(
        &view,
        json!([create(50, FEATURE, Value::Null), create(51, STORY, json!(id(50)))]),
    );
    let parents: Vec<Value> = plan.steps.iter().filter_map(parent_of).collect();
    assert_eq!(parents, [json!({"item": id(50)})]);
    assert_eq!(
        plan.inverse,
        [Step::Unborn { item: item(51) }, Step::Unborn { item: item(50) }]
    );
}

fn parent_of(step: &Step) -> Option<Value> {
    match step {
        Step::Born {
            act: Act::Create { fields, .. },
            ..
        } => fields.get(&FieldName::from(PARENT)).cloned(),
        _ => None,
    }
}

#[test]
fn only_types_of_the_board_are_created() {
    let view = board(vec![]);
    let act = json!({"kind": "create", "item": id(50), "type": "Epic", "title": "New", "team": 0, "column": 0, "parent": null});
    refused_as(&view, json!([act]), "invalid_field");
}

#[test]
fn a_card_hangs_on_another_but_never_in_a_circle() {
    let view = board(vec![
        made(1, FEATURE, 11, 100),
        made(2, FEATURE, 11, 100).under(1),
        made(3, STORY, 11, 101),
    ]);
    let hang = |n: u128, parent: Value| json!([{"kind": "parent", "item": id(n), "parent": parent}]);
    assert_eq!(
        sets(&plan(&view, hang(3, json!(id(1)))).steps),
        [format!("3 {PARENT} 4101")]
    );
    refused_as(&view, hang(1, json!(id(2))), "circle");
    refused_as(&view, hang(1, json!(id(1))), "circle");
    assert_eq!(
        sets(&plan(&view, hang(2, Value::Null)).steps),
        [format!("2 {PARENT} null")]
    );
}

/// The links that steps write: `2 4101 true Lockstep: proposed`.
fn links(steps: &[Step]) -> Vec<String> {
    let one = |step: &Step| match step {
        Step::Edit {
            item,
            act:
                Act::Link {
                    target: Target::WorkItem(target),
                    is_added,
                    comment,
                    ..
                },
        } => Some(format!(
            "{} {} {is_added} {}",
            item.0.as_u128(),
            target.0,
            comment.as_deref().unwrap_or_default()
        )),
        _ => None,
    };
    steps.iter().filter_map(one).collect()
}

#[test]
fn a_dependency_is_written_at_the_one_who_waits_as_a_proposal() {
    let view = board(vec![made(1, STORY, 11, 101), made(2, STORY, 12, 102)]);
    let plan = plan(
        &view,
        json!([{"kind": "link", "from": id(1), "to": id(2), "needed_by": "2026-10-12"}]),
    );
    assert_eq!(
        links(&plan.steps),
        ["2 4101 true Lockstep: proposed, needed by 2026-10-12"]
    );
    assert_eq!(links(&plan.inverse), ["2 4101 false "]);
}

#[test]
fn a_dependency_that_is_there_is_not_drawn_again_and_nobody_waits_for_themselves() {
    let view = board(vec![
        made(1, STORY, 11, 101),
        made(2, STORY, 12, 102).waits_for(4101, ""),
    ]);
    let link = |from: u128, to: u128| json!([{"kind": "link", "from": id(from), "to": id(to), "needed_by": null}]);
    assert_eq!(plan(&view, link(1, 2)).steps, []);
    refused_as(&view, link(1, 1), "circle");
}

#[test]
fn a_dependency_born_in_azure_devops_is_agreed_on_and_taken_away_like_any_other() {
    let view = board(vec![
        made(1, STORY, 11, 101),
        made(2, STORY, 12, 102).waits_for(4101, "told at lunch"),
    ]);
    let agree = json!([{"kind": "agree", "from": id(1), "to": id(2), "agreement": "accepted"}]);
    let agreed = plan(&view, agree);
    assert_eq!(links(&agreed.steps), ["2 4101 true Lockstep: accepted"]);
    assert_eq!(links(&agreed.inverse), ["2 4101 true told at lunch"]);
    let gone = plan(&view, json!([{"kind": "unlink", "from": id(1), "to": id(2)}]));
    assert_eq!(links(&gone.steps), ["2 4101 false "]);
    assert_eq!(links(&gone.inverse), ["2 4101 true told at lunch"]);
}

#[test]
fn agreeing_on_a_dependency_that_is_gone_is_refused() {
    let view = board(vec![made(1, STORY, 11, 101), made(2, STORY, 12, 102)]);
    let agree = json!([{"kind": "agree", "from": id(1), "to": id(2), "agreement": "accepted"}]);
    refused_as(&view, agree, "no_dependency");
}

fn removed(view: &BoardView, n: u128, how: &str) -> Plan {
    plan(view, json!([{"kind": "remove", "item": id(n), "how": how}]))
}

#[test]
fn a_removed_card_goes_to_the_recycle_bin_or_leaves_the_board_alone() {
    let view = board(vec![made(1, STORY, 11, 101)]);
    let binned = removed(&view, 1, "recycle_bin");
    assert!(matches!(binned.steps[..], [Step::Edit { act: Act::Delete, .. }]));
    assert!(matches!(binned.inverse[..], [Step::Edit { act: Act::Restore, .. }]));
    let off = removed(&view, 1, "off_board");
    assert_eq!(off.steps, [Step::Off { item: item(1) }]);
    assert_eq!(off.inverse, [Step::Back { item: item(1) }]);
}

#[test]
fn what_is_not_created_yet_is_simply_let_go() {
    let view = board(vec![made(1, STORY, 11, 101).drafted(creation(STORY, 11, 101))]);
    for how in ["recycle_bin", "off_board"] {
        assert_eq!(removed(&view, 1, how).steps, [Step::Unborn { item: item(1) }]);
    }
}

#[test]
fn a_step_back_is_overtaken_once_somebody_has_changed_the_field_since() {
    let before = board(vec![made(1, STORY, 11, 101)]);
    let done = plan(&before, json!([move_to(1, Value::Null, 1)]));
    let since = board(vec![made(1, STORY, 11, 102)]);
    assert_eq!(overtaken(&since, &done.inverse), None);
    assert_eq!(overtaken(&before, &done.inverse), Some(item(1)));
    assert_eq!(overtaken(&board(vec![]), &done.inverse), Some(item(1)), "gone");
}
