//! The query language.

use serde_json::{Value, json};

use crate::world::{MARA, TOM, World, likely};

fn sample() -> World {
    let mut world = likely();
    let values = [
        ("Feature", "Gate slot booking", "New", "Harbour\\Quay", Some(MARA), 1),
        ("User Story", "Slot calendar", "Active", "Harbour\\Quay", Some(TOM), 2),
        ("Bug", "Kiosk loses its reader", "Closed", "Harbour", None, 3),
    ];
    for (type_name, title, state, area, who, priority) in values {
        let now_us = world.tick();
        let mut changes: Vec<(&str, Value)> = vec![
            ("System.Title", json!(title)),
            ("System.State", json!(state)),
            ("System.AreaPath", json!(area)),
            ("Microsoft.VSTS.Common.Priority", json!(priority)),
            ("System.Tags", json!("go-live; yard")),
        ];
        changes.extend(who.map(|who| ("System.AssignedTo", json!(who))));
        world
            .sim
            .person_create(now_us, MARA, "Harbour", type_name, &changes)
            .unwrap();
    }
    world
}

fn check(condition: &str, expected: &[i64]) {
    let mut world = sample();
    let query = format!("SELECT [System.Id] FROM workitems WHERE {condition} ORDER BY [System.Id]");
    let answer = world.post("Harbour/_apis/wit/wiql?timePrecision=true", &json!({"query": query}));
    let ids: Vec<i64> = answer.json()["workItems"]
        .as_array()
        .unwrap_or(&Vec::new())
        .iter()
        .filter_map(|item| item["id"].as_i64())
        .collect();
    assert_eq!(ids, expected, "{condition}: {}", answer.json());
}

#[test]
fn text_is_compared_in_any_case() {
    check("[System.State] = 'new'", &[1]);
    check("[System.Title] CONTAINS 'SLOT'", &[1, 2]);
    check("[System.Title] NOT CONTAINS 'slot'", &[3]);
    check("[System.State] <> 'New' AND [System.State] <> 'Closed'", &[2]);
}

#[test]
fn lists_and_parentheses_hold_together() {
    check("[System.State] IN ('New', 'Closed')", &[1, 3]);
    check("NOT ([System.State] IN ('New', 'Closed') OR [System.Id] > 2)", &[2]);
    check("[System.WorkItemType] NOT IN ('Bug')", &[1, 2]);
}

#[test]
fn numbers_are_compared_as_numbers() {
    check("[Microsoft.VSTS.Common.Priority] >= 2", &[2, 3]);
    check("[System.Id] > 1 AND [System.Id] <= 2", &[2]);
}

#[test]
fn a_tree_is_searched_below_a_node() {
    check("[System.AreaPath] UNDER 'Harbour\\Quay'", &[1, 2]);
    check("[System.AreaPath] = 'Harbour'", &[3]);
    check("[System.AreaPath] UNDER 'Harbour'", &[1, 2, 3]);
}

#[test]
fn macros_stand_for_the_caller_the_project_and_the_day() {
    check("[System.AssignedTo] = @Me", &[1]);
    check("[System.TeamProject] = @project", &[1, 2, 3]);
    check("[System.ChangedDate] >= @today - 1", &[1, 2, 3]);
    check("[System.ChangedDate] < @today", &[]);
}

#[test]
fn emptiness_can_be_asked_for() {
    check("[System.AssignedTo] = ''", &[3]);
    check("[System.AssignedTo] IS EMPTY", &[3]);
    check("[System.AssignedTo] IS NOT EMPTY", &[1, 2]);
}

#[test]
fn people_are_found_by_name_and_by_unique_name() {
    check("[System.AssignedTo] = 'Tom Okafor'", &[2]);
    check("[System.AssignedTo] = 'Tom Okafor <tom@northquay.example>'", &[2]);
    check("[System.AssignedTo] CONTAINS 'okafor'", &[2]);
}

#[test]
fn a_tag_is_found_whole() {
    check("[System.Tags] CONTAINS 'yard'", &[1, 2, 3]);
    check("[System.Tags] CONTAINS 'yar'", &[]);
}

#[test]
fn a_time_needs_time_precision() {
    let mut world = sample();
    let query =
        json!({"query": "SELECT [System.Id] FROM workitems WHERE [System.ChangedDate] > '2026-10-01T10:00:00Z'"});
    assert_eq!(world.post("Harbour/_apis/wit/wiql", &query).status, 400);
    assert_eq!(
        world.post("Harbour/_apis/wit/wiql?timePrecision=true", &query).json()["workItems"]
            .as_array()
            .unwrap()
            .len(),
        3
    );
}

#[test]
fn what_is_wrong_or_not_served_is_a_400_that_says_so() {
    for (condition, words) in [
        (
            "[System.State] EVER 'New'",
            "TF51006: The query statement is not valid. The operator EVER is not served here.",
        ),
        (
            "[System.AreaPath] = 'Harbour\\Nowhere'",
            "TF51011: The specified area path does not exist. The error is caused by «'Harbour\\Nowhere'».",
        ),
        (
            "[System.IterationPath] UNDER 'Harbour\\Nowhere'",
            "TF51011: The specified iteration path does not exist. The error is caused by «'Harbour\\Nowhere'».",
        ),
        (
            "[System.AreaPath] CONTAINS 'Quay'",
            "The specified operator cannot be used with area path fields. The error is caused by «[System.AreaPath]».",
        ),
        (
            "[System.Description] = 'x'",
            "The specified operator cannot be used with long text fields. The error is caused by «[System.Description]».",
        ),
        (
            "[System.Sprint] = 'x'",
            "TF51005: The query references a field that does not exist. The error is caused by «[System.Sprint]».",
        ),
        (
            "[System.Id] = 'x'",
            "TF51006: The query statement is not valid. x is no number, as [System.Id] needs.",
        ),
    ] {
        let mut world = sample();
        let query = format!("SELECT [System.Id] FROM workitems WHERE {condition}");
        let answer = world.post("Harbour/_apis/wit/wiql", &json!({"query": query}));
        assert_eq!(answer.status, 400, "{condition}");
        assert_eq!(answer.json()["message"], words);
    }
}

#[test]
fn order_and_top_are_kept() {
    let mut world = sample();
    let query = json!({"query": "SELECT [System.Id], [System.Title] FROM WorkItems ORDER BY [Microsoft.VSTS.Common.Priority] DESC"});
    let found = world.post("_apis/wit/wiql?$top=2", &query).json();
    let ids: Vec<i64> = found["workItems"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|item| item["id"].as_i64())
        .collect();
    assert_eq!(ids, [3, 2]);
    assert_eq!(found["columns"][1]["name"], "Title");
    assert_eq!(found["sortColumns"][0]["descending"], true);
}

#[test]
fn an_importer_reads_page_after_page_by_id() {
    let mut world = likely();
    for number in 0..25 {
        let (area, state) = (
            ["Harbour", "Harbour\\Quay"][number % 2],
            ["New", "Removed"][usize::from(number % 5 == 0)],
        );
        let changes = [
            ("System.Title", json!(number.to_string())),
            ("System.AreaPath", json!(area)),
            ("System.State", json!(state)),
        ];
        world
            .sim
            .person_create(world.now_us, MARA, "Harbour", "User Story", &changes)
            .unwrap();
    }
    let (mut last, mut pages) = (0, Vec::new());
    loop {
        let query = format!(
            "SELECT [System.Id] FROM workitems WHERE [System.TeamProject] IN ('Harbour') AND [System.WorkItemType] IN ('Feature', 'User Story') AND [System.AreaPath] UNDER 'Harbour\\Quay' AND [System.State] <> 'Removed' AND [System.Id] > {last} ORDER BY [System.Id]"
        );
        let found = world.post("_apis/wit/wiql?$top=4", &json!({"query": query})).json();
        let ids: Vec<i64> = found["workItems"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|item| item["id"].as_i64())
            .collect();
        let Some(end) = ids.last() else { break };
        last = *end;
        pages.push(ids);
    }
    let lengths: Vec<usize> = pages.iter().map(Vec::len).collect();
    assert_eq!(lengths, [4, 4, 2]);
    assert!(pages.concat().windows(2).all(|pair| pair[0] < pair[1]));
}

#[test]
fn more_than_20_000_results_fail_unless_cut() {
    let mut world = likely();
    for number in 0..20_001 {
        let title = json!(number.to_string());
        world
            .sim
            .person_create(world.now_us, MARA, "Harbour", "Task", &[("System.Title", title)])
            .unwrap();
    }
    let query = json!({"query": "SELECT [System.Id] FROM workitems"});
    let answer = world.post("_apis/wit/wiql", &query);
    assert_eq!(answer.status, 400);
    assert!(answer.json()["message"].as_str().unwrap().starts_with("VS402337"));
    assert_eq!(
        world.post("_apis/wit/wiql?$top=20000", &query).json()["workItems"]
            .as_array()
            .unwrap()
            .len(),
        20_000
    );
}
