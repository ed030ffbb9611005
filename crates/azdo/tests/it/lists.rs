//! Lists and feeds: read to their end, and never beyond it, whatever the server says.

use azdo::{Error, FeedStart, Response, Tree, Versions, WorkItemId};
use serde_json::{Value, json};

use crate::support::{Script, json as answer, run, with};

fn project(index: usize) -> Value {
    json!({"id": format!("p{index}"), "name": format!("Project {index}")})
}

fn page(range: std::ops::Range<usize>, token: Option<&str>) -> Response {
    let body = json!({"value": range.map(project).collect::<Vec<_>>()}).to_string();
    let token = token.map(|token| ("x-ms-continuationtoken", token));
    with(200, &token.into_iter().collect::<Vec<_>>(), &body)
}

fn check_projects(answers: Vec<Response>, n_projects: usize, requests: &[&str]) {
    let n_answers = answers.len();
    let script = Script::of(answers);
    assert_eq!(run(script.client().projects()).unwrap().len(), n_projects);
    let asked: Vec<String> = script.asked_lines();
    assert_eq!(asked.len(), n_answers);
    for (asked, expected) in asked.iter().zip(requests) {
        assert_eq!(asked, &format!("GET /_apis/projects?{expected}&api-version=7.1"));
    }
}

#[test]
fn a_short_page_is_the_last() {
    check_projects(vec![page(0..3, None)], 3, &["$top=200"]);
    check_projects(
        vec![page(0..200, None), page(200..201, None)],
        201,
        &["$top=200", "$top=200&$skip=200"],
    );
    check_projects(
        vec![page(0..200, None), page(0..0, None)],
        200,
        &["$top=200", "$top=200&$skip=200"],
    );
}

#[test]
fn a_token_leads_on_even_from_a_short_page() {
    check_projects(
        vec![page(0..100, Some("100")), page(100..150, None)],
        150,
        &["$top=200", "$top=200&continuationToken=100"],
    );
}

#[test]
fn a_server_that_ignores_skip_is_noticed() {
    check_projects(vec![page(0..200, None), page(0..200, None)], 200, &[]);
}

#[test]
fn a_token_seen_twice_ends_the_list() {
    check_projects(
        vec![
            page(0..100, Some("A")),
            page(100..200, Some("B")),
            page(200..300, Some("A")),
        ],
        300,
        &[],
    );
    check_projects(vec![page(0..100, Some("A")), page(0..100, Some("B"))], 100, &[]);
}

#[test]
fn a_list_without_an_end_is_no_answer() {
    let answers = (0..1000).map(|index| page(index..index + 1, Some(&format!("t{index}"))));
    let script = Script::of(answers);
    assert!(matches!(run(script.client().projects()), Err(Error::Unreadable { .. })));
    assert_eq!(script.asked().len(), 1000);
}

#[test]
fn updates_of_another_work_item_are_left_out_and_a_link_alone_keeps_its_rev() {
    let update =
        |id: i64, work_item: i64, rev: i64| json!({"id": id, "workItemId": work_item, "rev": rev, "revisedBy": null});
    let script = Script::of([answer(
        200,
        json!({"value": [update(3, 5, 2), update(2, 5, 2), update(1, 6, 1)]}),
    )]);
    let updates = run(script.client().updates(WorkItemId(5))).unwrap();
    assert_eq!(
        updates.iter().map(|u| (u.id, u.rev.0)).collect::<Vec<_>>(),
        [(2, 2), (3, 2)]
    );
    assert_eq!(
        script.asked_lines(),
        ["GET /_apis/wit/workItems/5/updates?$top=200&api-version=7.1"]
    );
}

fn check_links_feed(body: Value, from: FeedStart, token: Option<&str>, is_last_batch: bool) {
    let script = Script::of([answer(200, body)]);
    let page = run(script.client().links_feed(&from)).unwrap();
    assert_eq!(
        (page.continuation_token.as_deref(), page.is_last_batch),
        (token, is_last_batch)
    );
}

#[test]
fn the_token_of_a_feed_is_found_wherever_it_stands() {
    let from = || FeedStart::Token("1".into());
    let link = "https://elsewhere.example/_apis/wit/reporting/workItemLinks?continuationToken=62&api-version=2.2";
    check_links_feed(
        json!({"values": [], "nextLink": link, "isLastBatch": true}),
        from(),
        Some("62"),
        true,
    );
    check_links_feed(
        json!({"values": [], "continuationToken": "3;2;1", "isLastBatch": false}),
        from(),
        Some("3;2;1"),
        false,
    );
    check_links_feed(
        json!({"values": [], "continuationToken": 7, "isLastBatch": false}),
        from(),
        Some("7"),
        false,
    );
}

#[test]
fn a_feed_that_gives_back_its_token_or_none_has_ended() {
    let body = json!({"values": [], "continuationToken": "1", "isLastBatch": false});
    check_links_feed(body, FeedStart::Token("1".into()), Some("1"), true);
    check_links_feed(
        json!({"values": [], "isLastBatch": false}),
        FeedStart::Token("1".into()),
        None,
        true,
    );
}

#[test]
fn a_feed_begins_at_a_time_or_behind_a_token() {
    let body = || answer(200, json!({"values": [], "isLastBatch": true}));
    let script = Script::of([body(), body()]);
    let client = script.client();
    run(client.links_feed(&FeedStart::Since { start_us: 1_500_000 })).unwrap();
    run(client.revisions_feed(&FeedStart::Token("a;b".into()))).unwrap();
    let asked = script.asked_lines();
    assert_eq!(
        asked[0],
        "GET /_apis/wit/reporting/workitemlinks?startDateTime=1970-01-01T00%3A00%3A01.5Z&api-version=7.1"
    );
    assert!(asked[1].contains("includeDeleted=true") && asked[1].contains("includeIdentityRef=true"));
    assert!(asked[1].contains("continuationToken=a%3Bb"));
}

#[test]
fn a_query_asks_for_exact_times_and_answers_each_number_once() {
    let script = Script::of([
        answer(
            200,
            json!({"queryType": "flat", "workItems": [{"id": 3}, {"id": 1}, {"id": 3}, {"id": -1}]}),
        ),
        answer(
            200,
            json!({"queryType": "oneHop", "workItemRelations": [
            {"rel": null, "source": null, "target": {"id": 1}},
            {"rel": "X", "source": {"id": 1}, "target": {"id": 2}}]}),
        ),
        answer(200, json!({"queryType": "flat"})),
    ]);
    let client = script.client();
    let flat = run(client.query(Some("Gate pilot"), "SELECT [System.Id] FROM workitems", Some(50))).unwrap();
    assert_eq!(flat, [3, 1].map(WorkItemId));
    assert_eq!(run(client.query(None, "x", None)).unwrap(), [1, 2].map(WorkItemId));
    assert!(matches!(
        run(client.query(None, "x", None)),
        Err(Error::Unreadable { .. })
    ));
    assert_eq!(
        script.asked_lines()[0],
        "POST /Gate%20pilot/_apis/wit/wiql?timePrecision=true&$top=50&api-version=7.1"
    );
}

fn flat(ids: std::ops::RangeInclusive<i64>) -> Response {
    let ids: Vec<Value> = ids.map(|id| json!({"id": id})).collect();
    answer(200, json!({"queryType": "flat", "workItems": ids}))
}

#[test]
fn a_query_is_read_page_by_page_behind_the_last_number() {
    let script = Script::of([flat(1..=3), flat(4..=6), flat(7..=7)]);
    let wiql = "SELECT [System.Id] FROM WorkItems WHERE [System.TeamProject] = 'Harbour'";
    let ids = run(script.client().query_by_pages(None, wiql, 3)).unwrap();
    assert_eq!(ids, (1..=7).map(WorkItemId).collect::<Vec<_>>());
    let bodies: Vec<String> = script
        .asked()
        .iter()
        .map(|r| String::from_utf8_lossy(&r.body).into_owned())
        .collect();
    assert!(
        bodies[2].contains("AND [System.Id] > 6 ORDER BY [System.Id]"),
        "{bodies:?}"
    );
    assert!(script.asked_lines()[0].contains("$top=3"));
}

#[test]
fn a_server_that_ignores_the_page_is_noticed() {
    let script = Script::of([flat(1..=3), flat(1..=3)]);
    let ids = run(script
        .client()
        .query_by_pages(None, "SELECT [System.Id] FROM WorkItems", 3))
    .unwrap();
    assert_eq!(ids.len(), 3);
}

#[test]
fn a_query_goes_by_pages_only_where_its_result_is_too_large() {
    let too_many = || {
        let message = "VS402337: The number of work items returned exceeds the size limit of 20000.";
        answer(
            400,
            json!({"message": message, "typeKey": "WorkItemTrackingQueryResultSizeLimitExceededException"}),
        )
    };
    let wiql = "SELECT [System.Id] FROM WorkItems WHERE [System.Id] > 0 ORDER BY [System.Title]";
    let script = Script::of([too_many(), flat(1..=2)]);
    assert_eq!(run(script.client().query_whole(None, wiql)).unwrap().len(), 2);
    let script = Script::of([flat(1..=2)]);
    assert_eq!(run(script.client().query_whole(None, wiql)).unwrap().len(), 2);
    let script = Script::of([too_many()]);
    let links = "SELECT [System.Id] FROM WorkItemLinks";
    assert!(azdo::wiql::is_too_many(
        &run(script.client().query_whole(None, links)).unwrap_err()
    ));
}

#[test]
fn folders_deeper_than_two_levels_are_unfolded_one_by_one() {
    let folder = |id: &str, children: Value| json!({"id": id, "name": id, "path": id, "isFolder": true, "hasChildren": true, "children": children});
    let cut = json!({"id": "deep", "name": "deep", "isFolder": true, "hasChildren": true});
    let query = json!({"id": "q", "name": "PI 2", "queryType": "flat"});
    let script = Script::of([
        answer(200, json!({"value": [folder("shared", json!([cut]))]})),
        answer(200, folder("deep", json!([query]))),
    ]);
    let queries = run(script.client().saved_queries("Harbour")).unwrap();
    let found = &queries[0].children[0].children[0];
    assert_eq!((found.name.as_str(), found.kind), ("PI 2", Some(azdo::QueryKind::Flat)));
    assert_eq!(
        script.asked_lines()[1],
        "GET /Harbour/_apis/wit/queries/deep?$depth=2&api-version=7.1"
    );
}

#[test]
fn a_teams_own_backlogs_tell_where_bugs_stand_and_which_field_holds_the_effort() {
    let level = |id: &str, rank: i64, types: Value| json!({"id": id, "name": id, "rank": rank, "workItemTypes": types});
    let body = json!({
        "portfolioBacklogs": [
            level("Microsoft.FeatureCategory", 3, json!([{"name": "Feature"}])),
            level("Microsoft.EpicCategory", 4, json!([{"name": "Epic"}])),
        ],
        "requirementBacklog": level("Microsoft.RequirementCategory", 2, json!([{"name": "User Story"}, {"name": "Bug"}])),
        "taskBacklog": level("Microsoft.TaskCategory", 1, json!([{"name": "Task"}])),
        "hiddenBacklogs": ["Microsoft.EpicCategory"],
        "bugsBehavior": "asRequirements",
        "backlogFields": {"typeFields": {"Order": "Microsoft.VSTS.Common.StackRank", "Effort": "Microsoft.VSTS.Scheduling.Effort"}},
    });
    let script = Script::of([answer(200, body)]);
    let backlogs = run(script.client().backlog_configuration("Harbour", "Tideway team")).unwrap();
    assert_eq!(backlogs.portfolio[0].id, "Microsoft.EpicCategory");
    assert!(backlogs.portfolio[0].is_hidden && !backlogs.portfolio[1].is_hidden);
    assert_eq!(backlogs.features().unwrap().work_item_types, ["Feature"]);
    assert_eq!(backlogs.bugs_behavior, Some(azdo::BugsBehavior::AsRequirements));
    let effort = backlogs.effort_field.as_ref().map(azdo::FieldName::as_str);
    assert_eq!(effort, Some("Microsoft.VSTS.Scheduling.Effort"));
    assert_eq!(
        script.asked_lines(),
        ["GET /Harbour/Tideway%20team/_apis/work/backlogconfiguration?api-version=7.1"]
    );
}

#[test]
fn what_a_batch_can_not_be_read_plainly_of_is_read_leniently() {
    // A number as text and a lone half of a character: neither may cost the others.
    let body = r#"{"count":3,"value":[null,{"id":1,"rev":2,"fields":{"System.Title":"a\ud800"},"relations":null},
        {"id":2,"rev":"3","fields":{"System.Title":"b","System.Tags":null}}]}"#;
    let script = Script::of([with(200, &[], body)]);
    let items = run(script.client().work_items(&[1, 2, 3].map(WorkItemId))).unwrap();
    assert_eq!(
        items.iter().map(|item| (item.id.0, item.rev.0)).collect::<Vec<_>>(),
        [(1, 2), (2, 3)]
    );
    assert_eq!(items[1].fields.len(), 1, "empty is absent");
}

#[test]
fn paths_of_nodes_are_built_from_names_without_the_hidden_level() {
    let body = json!({"id": 1, "identifier": "g", "name": "Harbour", "path": "\\Harbour\\Iteration", "children": [
        {"id": 2, "name": "PI 1", "path": "\\Harbour\\Iteration\\PI 1",
         "attributes": {"startDate": "2026-01-05T00:00:00Z", "finishDate": "2026-03-27T00:00:00Z"},
         "children": [{"id": 3, "name": "Iteration"}]}]});
    let script = Script::of([answer(200, body)]);
    let root = run(script.client().classification_nodes("Harbour", Tree::Iterations, 10)).unwrap();
    let pi = &root.children[0];
    assert_eq!((root.path.as_str(), pi.path.as_str()), ("Harbour", "Harbour\\PI 1"));
    assert_eq!(pi.children[0].path, "Harbour\\PI 1\\Iteration");
    assert_eq!(pi.start_date.as_deref(), Some("2026-01-05T00:00:00Z"));
    let line = "GET /Harbour/_apis/wit/classificationnodes/Iterations?$depth=10&api-version=7.1";
    assert_eq!(script.asked_lines(), [line]);
}

#[test]
fn states_are_asked_for_where_the_type_does_not_carry_them() {
    let script = Script::of([
        answer(
            200,
            json!({"value": [
            {"name": "Bug", "states": [{"name": "New", "color": "b2b2b2", "category": "Proposed"}]},
            {"name": "User Story", "transitions": {"": [{"to": "New", "actions": null}]},
             "fieldInstances": [{"referenceName": "System.Title", "name": "Title", "alwaysRequired": true}]}]}),
        ),
        answer(
            200,
            json!({"value": [{"name": "Done", "color": "339933", "category": "Completed"}]}),
        ),
    ]);
    let types = run(script
        .client_of(Versions::of_server("4.1").unwrap())
        .work_item_types("P"))
    .unwrap();
    assert_eq!(types[0].states[0].category, azdo::StateCategory::Proposed);
    assert_eq!(types[1].states[0].category, azdo::StateCategory::Completed);
    assert_eq!(types[1].transitions[""], ["New"]);
    assert!(types[1].fields[0].is_required);
    assert_eq!(
        script.asked_lines()[1],
        "GET /P/_apis/wit/workitemtypes/User%20Story/states?api-version=4.1-preview.1"
    );
}
