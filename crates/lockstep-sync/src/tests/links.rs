//! Links: added, removed, said anew.

use super::*;

#[test]
fn links_are_taken_at_an_unchanged_rev() {
    let mut item = item(&[(TITLE, json!("a"))]);
    let fields = BTreeMap::from([(FieldName::from(TITLE), json!("a"))]);
    let related = Relation {
        rel: "System.LinkTypes.Related".to_owned(),
        url: "https://sim.example/c/_apis/wit/workItems/8".to_owned(),
        attributes: Default::default(),
    };
    let read = WorkItem {
        id: WorkItemId(7),
        rev: Rev(3),
        fields,
        relations: vec![related.clone()],
    };
    assert_eq!(absorb(&mut item, &read, false).len(), 1);
    assert_eq!(item.remote.unwrap().relations, vec![related]);
}

#[test]
fn a_link_that_is_there_already_is_success() {
    let mut item = item(&[]);
    item.remote.as_mut().unwrap().relations = vec![Relation {
        rel: "System.LinkTypes.Related".to_owned(),
        url: "https://sim.example/c/_apis/wit/workItems/8".to_owned(),
        attributes: Default::default(),
    }];
    let act = Act::Link {
        rel: "System.LinkTypes.Related".to_owned(),
        target: Target::WorkItem(WorkItemId(8)),
        is_added: true,
        comment: None,
    };
    let id = add(&mut item, MARA, act);
    assert_eq!(
        settled(&planned(&mut item, &rules()).0, id),
        Some(&Ending::AlreadyThere)
    );
}

#[test]
fn a_link_is_removed_only_right_after_a_read() {
    let mut item = item(&[]);
    let act = Act::Link {
        rel: "System.LinkTypes.Related".to_owned(),
        target: Target::WorkItem(WorkItemId(8)),
        is_added: false,
        comment: None,
    };
    add(&mut item, MARA, act);
    assert!(matches!(planned(&mut item, &rules()).1, Next::Read));
}

#[test]
fn a_link_says_what_it_is_to_say() {
    let mut item = item(&[]);
    link(
        &mut item,
        MARA,
        Target::WorkItem(WorkItemId(8)),
        true,
        Some("Lockstep: proposed"),
    );
    assert_eq!(
        patch(&mut item, &rules())[1]["value"],
        json!({"rel": PREDECESSOR, "url": work_item_url(8), "attributes": {"comment": "Lockstep: proposed"}})
    );
}

#[test]
fn a_link_that_says_something_else_is_made_anew_in_one_patch() {
    let mut item = item(&[]);
    read_with(&mut item, vec![relation(PREDECESSOR, 8, Some("Lockstep: proposed"))]);
    let target = Target::WorkItem(WorkItemId(8));
    let removed = link(&mut item, MARA, target, false, None);
    let added = link(&mut item, MARA, target, true, Some("Lockstep: accepted"));
    let (records, next) = planned(&mut item, &rules());
    assert_eq!(settled(&records, removed), Some(&Ending::SupersededBy { edit: added }));
    let Next::Write(attempt, call) = next else {
        panic!("it writes")
    };
    assert!(attempt.removes_links() && attempt.edits == [added]);
    let Call::Update { update, .. } = *call else {
        panic!("a PATCH")
    };
    let operations: Vec<_> = update.document().as_array().unwrap()[1..]
        .iter()
        .map(|operation| operation["op"].clone())
        .collect();
    assert_eq!(operations, ["remove", "add"]);
}

#[test]
fn a_link_that_says_so_already_is_settled() {
    let mut item = item(&[]);
    read_with(&mut item, vec![relation(PREDECESSOR, 8, Some("Lockstep: accepted "))]);
    let target = Target::WorkItem(WorkItemId(8));
    let id = link(&mut item, MARA, target, true, Some("Lockstep: accepted"));
    assert_eq!(
        settled(&planned(&mut item, &rules()).0, id),
        Some(&Ending::AlreadyThere)
    );
}

#[test]
fn a_link_to_an_item_to_come_waits_for_its_number_and_for_nothing_else() {
    let mut item = item(&[(TITLE, json!("a"))]);
    link(&mut item, MARA, Target::Item { item: GIVER }, true, None);
    let title = set(&mut item, MARA, TITLE, json!("a"), json!("b"));
    assert!(matches!(planned(&mut item, &rules()).1, Next::Write(attempt, _) if attempt.edits == [title]));
    item.learn(&BTreeMap::from([(GIVER, WorkItemId(8))]));
    assert_eq!(patch(&mut item, &rules())[1]["op"], "add");
    assert!(item.awaits().is_empty());
}

#[test]
fn a_link_to_what_was_given_up_asks_a_person() {
    let mut item = item(&[]);
    link(&mut item, MARA, Target::Item { item: GIVER }, true, None);
    item.unmade.insert(GIVER);
    planned(&mut item, &rules());
    assert!(matches!(item.edits[0].hold(), Some(Hold::Refused { .. })));
}

#[test]
fn links_wait_while_a_lost_removal_may_still_arrive() {
    let mut item = item(&[(TITLE, json!("a"))]);
    read_with(&mut item, vec![relation(PREDECESSOR, 8, None)]);
    link(&mut item, MARA, Target::WorkItem(WorkItemId(8)), false, None);
    item.edits[0].doubt = Some(Doubt {
        rev: Rev(3),
        identity_id: "mara".to_owned(),
        until_us: 2000,
        is_of_backup: false,
    });
    assert!(matches!(planned(&mut item, &rules()).1, Next::Rest(Some(2000))));
    let title = set(&mut item, MARA, TITLE, json!("a"), json!("b"));
    assert!(matches!(planned(&mut item, &rules()).1, Next::Write(attempt, _) if attempt.edits == [title]));
    item.edits.pop();
    let (_, next) = plan(&mut item, &rules(), 2000, AttemptId(Uuid::from_u128(5)));
    assert!(matches!(next, Next::Write(..)));
}
