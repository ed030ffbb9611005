//! Reading and writing work items: what is sent, and what is made of answers that aren't quite what was asked for.

use azdo::{Creation, Error, Rev, Update, Versions, WorkItemId};
use serde_json::{Value, json};

use crate::support::{Script, json as answer, run, with};

fn item(id: i64) -> Value {
    json!({"id": id, "rev": 1, "fields": {"System.Title": "T"}})
}

fn ids(found: &[azdo::WorkItem]) -> Vec<i64> {
    found.iter().map(|item| item.id.0).collect()
}

fn body(script: &Script, index: usize) -> Value {
    serde_json::from_slice(&script.asked()[index].body).unwrap()
}

#[test]
fn every_request_carries_the_same_headers() {
    let script = Script::of([answer(200, item(5))]);
    run(script.client().work_item(WorkItemId(5))).unwrap();
    let request = &script.asked()[0];
    assert_eq!(request.header("authorization"), Some("Basic Om5vdC1hLXJlYWwtdG9rZW4="));
    assert_eq!(request.header("accept"), Some("application/json"));
    assert_eq!(request.header("X-TFS-FedAuthRedirect"), Some("Suppress"));
    assert!(request.header("user-agent").unwrap().starts_with("Lockstep/"));
    assert!(!request.url.contains("not-a-real-token"));
}

#[test]
fn a_batch_leaves_out_what_can_not_be_read_and_what_was_not_asked_for() {
    let value = json!({"count": 5, "value": [item(1), null, item(99), item(3), item(3), {"id": 2}]});
    let script = Script::of([answer(200, value)]);
    let found = run(script.client().work_items(&[1, 2, 3].map(WorkItemId))).unwrap();
    assert_eq!(ids(&found), [1, 3]);
    assert_eq!(script.asked_lines(), ["POST /_apis/wit/workitemsbatch?api-version=7.1"]);
    assert_eq!(
        body(&script, 0),
        json!({"ids": [1, 2, 3], "$expand": "all", "errorPolicy": "omit"})
    );
}

#[test]
fn more_than_200_ids_are_read_in_several_requests_and_none_in_none() {
    let page = |ids: std::ops::Range<i64>| answer(200, json!({"value": ids.map(item).collect::<Vec<_>>()}));
    let script = Script::of([page(1..201), page(201..251)]);
    let asked: Vec<WorkItemId> = (1..251).map(WorkItemId).collect();
    assert_eq!(run(script.client().work_items(&asked)).unwrap().len(), 250);
    assert_eq!(body(&script, 0)["ids"].as_array().unwrap().len(), 200);
    assert_eq!(body(&script, 1)["ids"].as_array().unwrap().len(), 50);
    assert_eq!(run(Script::default().client().work_items(&[])).unwrap(), []);
}

#[test]
fn tfs_2018_has_no_batch_route_and_is_asked_by_ids() {
    let script = Script::of([answer(200, json!({"count": 2, "value": [item(1), null]}))]);
    let client = script.client_of(Versions::of_server("4.1").unwrap());
    assert_eq!(ids(&run(client.work_items(&[1, 2].map(WorkItemId))).unwrap()), [1]);
    let line = "GET /_apis/wit/workitems?ids=1%2C2&%24expand=all&errorPolicy=omit&api-version=4.1";
    assert_eq!(script.asked_lines(), [line.replace("%24", "$")]);
}

#[test]
fn another_work_item_than_the_one_asked_for_is_no_answer() {
    let script = Script::of([answer(200, item(6)), answer(200, item(6))]);
    let client = script.client();
    assert!(matches!(
        run(client.work_item(WorkItemId(5))),
        Err(Error::Unreadable { .. })
    ));
    let update = run(client.update_work_item(WorkItemId(5), &Update::at(Rev(1)), false));
    assert!(matches!(update, Err(Error::Unreadable { .. })));
}

#[test]
fn an_update_tests_the_rev_and_asks_for_the_relations_where_it_can() {
    let update = Update::at(Rev(3)).set(&"System.Title".into(), json!("T"));
    for (version, expand) in [
        ("4.1", ""),
        ("5.0", ""),
        ("5.1", "$expand=all&"),
        ("7.1", "$expand=all&"),
    ] {
        let script = Script::of([answer(200, item(5))]);
        let client = script.client_of(Versions::of_server(version).unwrap());
        run(client.update_work_item(WorkItemId(5), &update, false)).unwrap();
        let line = format!("PATCH /_apis/wit/workitems/5?{expand}api-version={version}");
        assert_eq!(script.asked_lines(), [line]);
        assert_eq!(
            script.asked()[0].header("content-type"),
            Some("application/json-patch+json")
        );
        assert_eq!(body(&script, 0)[0], json!({"op": "test", "path": "/rev", "value": 3}));
    }
}

#[test]
fn a_type_with_a_blank_stays_one_segment_behind_its_dollar() {
    let script = Script::of([answer(200, item(5))]);
    let creation = Creation::new().set(&"System.Title".into(), json!("T"));
    run(script
        .client()
        .create_work_item("Gate pilot", "User Story", &creation, false))
    .unwrap();
    let line = "POST /Gate%20pilot/_apis/wit/workitems/$User%20Story?$expand=all&api-version=7.1";
    assert_eq!(script.asked_lines(), [line]);
}

#[test]
fn a_validated_creation_needs_no_number() {
    let script = Script::of([
        answer(200, json!({"fields": {"System.State": "New"}})),
        answer(200, json!({"fields": {}})),
    ]);
    let client = script.client();
    let draft = run(client.create_work_item("P", "Task", &Creation::new(), true)).unwrap();
    assert_eq!(draft.fields[&"System.State".into()], json!("New"));
    assert!(script.asked_lines()[0].contains("validateOnly=true"));
    let made = run(client.create_work_item("P", "Task", &Creation::new(), false));
    assert!(
        matches!(made, Err(Error::Unreadable { .. })),
        "a real creation must say which one it made"
    );
}

#[test]
fn a_delete_answers_with_204_or_a_description() {
    let script = Script::of([
        with(204, &[], ""),
        answer(200, json!({"id": 5, "code": 200})),
        answer(200, json!({"id": 5, "code": 403, "message": "no"})),
    ]);
    let client = script.client();
    run(client.delete_work_item("P", WorkItemId(5))).unwrap();
    run(client.delete_work_item("P", WorkItemId(5))).unwrap();
    let refused = run(client.delete_work_item("P", WorkItemId(5)));
    assert!(matches!(refused, Err(Error::Refused { status: 403, .. })));
    assert_eq!(
        script.asked_lines()[0],
        "DELETE /P/_apis/wit/workitems/5?api-version=7.1"
    );
}

#[test]
fn what_is_not_in_the_recycle_bin_is_none_and_a_failure_is_not() {
    let script = Script::of([
        with(404, &[], "{\"message\":\"TF401232: Work item 5 does not exist\"}"),
        answer(
            200,
            json!({"id": 5, "name": "T", "deletedBy": "Jane <j@x>", "deletedDate": "1/11/2017"}),
        ),
        answer(200, json!({"id": 6})),
        with(503, &[], ""),
    ]);
    let client = script.client();
    assert_eq!(run(client.deleted_work_item(WorkItemId(5))).unwrap(), None);
    let deleted = run(client.deleted_work_item(WorkItemId(5))).unwrap().unwrap();
    assert_eq!(deleted.deleted_by.unwrap().unique_name.as_deref(), Some("j@x"));
    assert!(matches!(
        run(client.deleted_work_item(WorkItemId(5))),
        Err(Error::Unreadable { .. })
    ));
    assert!(matches!(
        run(client.deleted_work_item(WorkItemId(5))),
        Err(Error::Unavailable { .. })
    ));
}

#[test]
fn a_restore_clears_the_deleted_mark() {
    let script = Script::of([answer(200, json!({"id": 5}))]);
    run(script.client().restore_work_item(WorkItemId(5))).unwrap();
    assert_eq!(script.asked_lines(), ["PATCH /_apis/wit/recyclebin/5?api-version=7.1"]);
    assert_eq!(body(&script, 0), json!({"IsDeleted": false}));
}

#[test]
fn a_lone_surrogate_in_one_title_does_not_hide_the_rest_of_the_batch() {
    let text = r#"{"value":[{"id":1,"rev":1,"fields":{"System.Title":"\ud800"}},{"id":2,"rev":1,"fields":{}}]}"#;
    let script = Script::of([with(200, &[("content-type", "application/json")], text)]);
    assert_eq!(
        ids(&run(script.client().work_items(&[1, 2].map(WorkItemId))).unwrap()),
        [1, 2]
    );
}
