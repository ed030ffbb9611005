use serde_json::json;

use super::*;

/// Two stories below a feature; one was moved, renamed and spoken of, and published once.
fn ledger() -> Value {
    let card = |item: &str, number: i64, level: &str, parent: Option<&str>| {
        json!({"item": item, "number": number, "level": level, "is_open": true, "title": format!("Card {number}"), "team": 0, "column": 0,
            "points": 3, "tags": [], "parent": parent, "sync": 0})
    };
    let there = |number: i64, parent: Option<i64>| {
        json!({"number": number, "title": format!("Card {number}"), "area": 10, "iteration": 100, "points": 3, "tags": [], "assignee": null,
            "parent": parent, "waits_for": []})
    };
    let cards = json!([
        card("f", 1, "feature", None),
        card("a", 2, "story", Some("f")),
        card("b", 3, "story", Some("f"))
    ]);
    let (mut after, mut items) = (
        cards.clone(),
        json!([there(1, None), there(2, Some(1)), there(3, Some(1))]),
    );
    for name in ["team", "column"] {
        after[1][name] = json!(1);
    }
    (items[1]["area"], items[1]["iteration"]) = (json!(11), json!(101));
    (after[2]["title"], items[2]["title"]) = (json!("~1~ Card 3"), json!("~1~ Card 3"));
    items[2]["waits_for"] = json!([{"number": 2, "comment": "Lockstep: proposed"}]);
    json!({
        "before": {"cards": cards, "links": [], "teams": [{"area_id": 10}, {"area_id": 11}],
            "columns": [{"node_ids": [100]}, {"node_ids": [101]}], "pi": {"node_id": 99}},
        "planners": [{"id": "p", "user": "ada@northquay.example"}],
        "gestures": [
            {"change": 7, "acts": [{"kind": "set", "item": "b", "field": "title", "to": "~1~ Card 3"}]},
            {"change": 5, "acts": [{"kind": "move", "item": "a", "team": 1, "column": 1, "from": null}]},
            {"change": 8, "acts": [{"kind": "link", "from": "a", "to": "b"}, {"kind": "comment", "item": "b", "text": "~2~ Seen"}]},
        ],
        "publishes": [{"truth_from": 0, "truth_to": 3}],
        "after": {"cards": after},
        "there": items,
        "truth": [
            {"work_item": 2, "by": "ada", "request": "r1", "kind": "Updated", "fields": {}, "links_added": [], "links_removed": []},
            {"work_item": 3, "by": "ada", "request": "r2", "kind": "Updated", "fields": {"System.History": [null, "~2~ Seen"]},
                "links_added": [["System.LinkTypes.Dependency-Reverse", "…/2"]], "links_removed": []},
            {"work_item": 2, "by": "ada", "request": "r2", "kind": "LinkOnly", "fields": {},
                "links_added": [["System.LinkTypes.Dependency-Forward", "…/3"]], "links_removed": []},
        ],
    })
}

fn checked(change: impl FnOnce(&mut Value)) -> Found {
    let mut ledger = ledger();
    change(&mut ledger);
    check(&ledger).unwrap()
}

#[track_caller]
fn is_found(list: &[String], words: &str) {
    assert!(list.iter().any(|one| one.contains(words)), "{words} in {list:?}");
}

#[test]
fn what_came_out_as_it_was_done_is_nothing_to_find() {
    let found = checked(|_| {});
    let all = [found.lost, found.twice, found.too_often, found.apart].concat();
    assert_eq!(all, Vec::<String>::new());
}

#[test]
fn a_move_that_azure_devops_does_not_have_is_lost() {
    let found = checked(|ledger| ledger["there"][1]["iteration"] = json!(100));
    is_found(&found.lost, "2: the iteration is 100");
}

#[test]
fn a_title_that_nobody_gave_is_found() {
    let found = checked(|ledger| ledger["there"][0]["title"] = json!("Another"));
    is_found(&found.lost, "1: the title");
}

#[test]
fn the_later_of_two_acts_on_a_field_stands_whatever_order_they_are_told_in() {
    let later = json!({"change": 9, "acts": [{"kind": "set", "item": "b", "field": "title", "to": "Later"}]});
    let found = checked(|ledger| ledger["gestures"].as_array_mut().unwrap().insert(0, later));
    is_found(&found.lost, "3: the title is \"~1~ Card 3\", not Later");
}

#[test]
fn a_feature_takes_its_open_stories_of_the_cell_along() {
    let along =
        json!({"change": 9, "acts": [{"kind": "move", "item": "f", "team": null, "column": 1, "from": [0, 0]}]});
    let found = checked(|ledger| ledger["gestures"].as_array_mut().unwrap().push(along));
    assert_eq!(found.lost.len(), 1, "{:?}", found.lost);
    is_found(&found.lost, "3: the iteration");
}

#[test]
fn a_missing_link_is_lost_and_one_that_nobody_drew_is_too_much() {
    let found = checked(|ledger| ledger["there"][2]["waits_for"] = json!([{"number": 1, "comment": ""}]));
    is_found(&found.lost, "3 does not wait for 2");
    is_found(&found.twice, "3 waits for 1");
}

#[test]
fn a_comment_counts_once() {
    let found = checked(|ledger| {
        let again = ledger["truth"][1].clone();
        ledger["truth"].as_array_mut().unwrap().push(again);
    });
    is_found(&found.twice, "was said 2 times");
    let found = checked(|ledger| ledger["truth"][1]["fields"] = json!({}));
    is_found(&found.lost, "was not said");
}

#[test]
fn a_creation_counts_once() {
    let made = json!({"change": 9, "acts": [{"kind": "create", "item": "c", "title": "~3~ New", "team": 0, "column": 0, "points": 3, "parent": "f"}]});
    let born = json!({"work_item": 4, "by": "ada", "request": "r3", "kind": "Created", "fields": {"System.Title": [null, "~3~ New"]}});
    let found = checked(|ledger| {
        ledger["gestures"].as_array_mut().unwrap().push(made);
        ledger["truth"].as_array_mut().unwrap().extend([born.clone(), born]);
    });
    is_found(&found.twice, "“~3~ New” was made 2 times");
    is_found(&found.lost, "“~3~ New” is not in Azure DevOps");
}

#[test]
fn a_second_write_for_one_author_in_one_publish_is_too_often() {
    let second = json!({"work_item": 2, "by": "ada", "request": "r9", "kind": "Updated", "fields": {}});
    let found = checked(|ledger| {
        ledger["truth"].as_array_mut().unwrap().insert(1, second);
        ledger["publishes"][0]["truth_to"] = json!(4);
    });
    is_found(&found.too_often, "2 was written 2 times for ada");
}

#[test]
fn a_board_that_shows_something_else_in_the_end_is_apart() {
    let found = checked(|ledger| ledger["after"]["cards"][1]["sync"] = json!(1));
    is_found(&found.apart, "2 is shown");
}
