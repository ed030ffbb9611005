//! Notifications: which work item they speak of, and what is refused.

use azdo::{Notification, NotificationError, Rev, WorkItemId};
use serde_json::{Value, json};

use crate::microsoft::folder;

fn check(body: Value, work_item_id: Option<i64>, rev: Option<i64>) {
    let notification = Notification::parse(body.to_string().as_bytes()).unwrap();
    assert_eq!(
        (notification.work_item_id, notification.rev),
        (work_item_id.map(WorkItemId), rev.map(Rev)),
        "{body}"
    );
}

#[test]
fn an_update_is_not_taken_for_its_work_item() {
    let parent = json!({"parent": {"href": "https://x/_apis/wit/workItems/9?a"}});
    check(
        json!({"eventType": "workitem.updated", "resource": {"id": 2, "workItemId": 7, "rev": 3}}),
        Some(7),
        Some(3),
    );
    check(
        json!({"eventType": "workitem.updated",
               "resource": {"id": 2, "workItemId": 0, "revision": {"id": 8}, "_links": parent.clone()}}),
        Some(8),
        None,
    );
    check(
        json!({"eventType": "workitem.updated", "resource": {"id": 2, "workItemId": 0, "_links": parent}}),
        Some(9),
        None,
    );
    check(
        json!({"eventType": "workitem.updated", "resource": {"id": 2}}),
        None,
        None,
    );
}

#[test]
fn of_every_other_event_the_number_is_the_work_items() {
    for event in [
        "workitem.created",
        "workitem.deleted",
        "workitem.restored",
        "workitem.commented",
    ] {
        check(
            json!({"eventType": event, "resource": {"id": 5, "rev": "4"}}),
            Some(5),
            Some(4),
        );
    }
    check(
        json!({"eventType": "git.push", "resource": {"id": 5, "rev": 4}}),
        None,
        None,
    );
    check(
        json!({"eventType": "workitem.created", "resource": {"id": -5}}),
        None,
        None,
    );
    check(json!({"eventType": "workitem.created"}), None, None);
}

#[test]
fn what_is_no_notification_is_refused() {
    let check = |body: &[u8], expected| assert_eq!(Notification::parse(body), Err(expected));
    check(b"", NotificationError::NotJson);
    check(b"<html>", NotificationError::NotJson);
    check(b"[]", NotificationError::NoEventType);
    check(b"{\"eventType\":5}", NotificationError::NoEventType);
    check("[".repeat(1_000_000).as_bytes(), NotificationError::TooDeep);
    let deep = format!(
        "{{\"eventType\":\"x\",\"resource\":{}{}}}",
        "[".repeat(64),
        "]".repeat(64)
    );
    check(deep.as_bytes(), NotificationError::TooDeep);
}

#[test]
fn brackets_inside_text_are_not_depth() {
    let text = "[{\\\"".repeat(100);
    let body = format!("{{\"eventType\":\"workitem.created\",\"message\":\"{text}\",\"resource\":{{\"id\":1}}}}");
    assert_eq!(
        Notification::parse(body.as_bytes()).unwrap().work_item_id,
        Some(WorkItemId(1))
    );
}

#[test]
fn microsofts_samples_all_name_their_work_item() {
    let Some(folder) = folder("webhook-samples") else {
        return;
    };
    let mut n_samples = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let notification = Notification::parse(&std::fs::read(&path).unwrap()).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let expected = if name.starts_with("composed") { 131 } else { 5 };
        assert_eq!(notification.work_item_id, Some(WorkItemId(expected)), "{name}");
        assert!(
            notification.subscription_id.is_some() && notification.event_id.is_some(),
            "{name}"
        );
        assert!(
            notification.notification_id.is_some() && notification.rev.is_some(),
            "{name}"
        );
        n_samples += 1;
    }
    assert!(n_samples >= 6, "{n_samples} samples");
}
