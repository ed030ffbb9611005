//! What publishing would send, tried first.

use super::*;
use crate::call::{Clients, Failure, try_out};
use crate::plan::{Try, tries};

fn drafts(item: &mut Item) {
    item.edits.iter_mut().for_each(|edit| edit.is_draft = true);
}

fn document(tried: &Try) -> Value {
    match &tried.call {
        Call::Create { creation, .. } => creation.document(),
        Call::Update { update, .. } => update.document(),
        call => panic!("{call:?} can't be tried"),
    }
}

#[test]
fn each_author_is_tried_with_what_would_be_sent_for_them() {
    let mut item = item(&[(TITLE, json!("a")), (STATE, json!("New")), (TAGS, json!("x"))]);
    let of_mara = [
        set(&mut item, MARA, TITLE, json!("a"), json!("b")),
        set(&mut item, MARA, TAGS, json!("x"), json!("y")),
    ];
    let of_ines = set(&mut item, INES, STATE, json!("New"), json!("Active"));
    drafts(&mut item);
    let mut rules = rules();
    rules.own_tokens.insert(INES, owner("ines"));
    let before = item.clone();
    let tried: Vec<_> = tries(&item, &rules)
        .into_iter()
        .map(|tried| (tried.whom, tried.edits))
        .collect();
    let expected = vec![
        (Whom::Member(MARA), of_mara.to_vec()),
        (Whom::Member(INES), vec![of_ines]),
    ];
    assert_eq!(tried, expected);
    assert_eq!(item, before, "trying changes nothing here either");
}

#[test]
fn what_is_meant_already_is_not_tried() {
    let mut item = item(&[(TITLE, json!("a")), (TAGS, json!("x"))]);
    set(&mut item, MARA, TITLE, json!("a"), json!("b"));
    drafts(&mut item);
    set(&mut item, MARA, TAGS, json!("x"), json!("y"));
    assert_eq!(tries(&item, &rules())[0].edits.len(), 1);
}

#[test]
fn the_first_step_of_a_state_is_tried() {
    let mut item = item(&[(STATE, json!("New"))]);
    let first = set(&mut item, MARA, STATE, json!("New"), json!("Active"));
    set(&mut item, MARA, STATE, json!("Active"), json!("Closed"));
    drafts(&mut item);
    let tried: Vec<_> = tries(&item, &rules()).into_iter().map(|tried| tried.edits).collect();
    assert_eq!(tried, [vec![first]]);
}

#[test]
fn a_creation_is_tried_without_the_parent_that_is_yet_to_come() {
    let mut item = unborn(MARA, &[(TITLE, json!("a")), (PARENT, json!({ "item": FEATURE }))]);
    drafts(&mut item);
    let tried = tries(&item, &rules());
    assert!(tried.len() == 1 && !document(&tried[0]).to_string().contains(PARENT_LINK));
}

#[test]
fn a_removal_is_tried_with_the_links_as_last_read() {
    let mut item = item(&[]);
    read_with(&mut item, vec![relation(PREDECESSOR, 8, None)]);
    item.errand.is_fresh = false;
    link(&mut item, MARA, Target::WorkItem(WorkItemId(8)), false, None);
    drafts(&mut item);
    assert_eq!(
        document(&tries(&item, &rules())[0])[1],
        json!({"op": "remove", "path": "/relations/0"})
    );
}

#[test]
fn what_can_not_be_tried_is_left_out() {
    let mut item = item(&[(TITLE, json!("theirs"))]);
    set(&mut item, MARA, TITLE, json!("a"), json!("ours"));
    set(&mut item, INES, TAGS, Value::Null, json!("x"));
    link(&mut item, MARA, Target::Item { item: GIVER }, true, None);
    add(&mut item, MARA, Act::Delete);
    drafts(&mut item);
    assert!(tries(&item, &rules()).is_empty());
}

/// No token is to be had.
struct Nobody;

impl Clients for Nobody {
    type Transport = Silence;
    async fn client(&self, _whom: Whom) -> Option<azdo::Client<Silence>> {
        None
    }
}

#[derive(Clone)]
struct Silence;

impl azdo::Transport for Silence {
    async fn send(&self, _request: azdo::Request) -> Result<azdo::Response, azdo::TransportError> {
        unreachable!("nobody has a client")
    }
}

#[test]
fn a_deletion_is_never_tried() {
    let tried = Try {
        author: MARA,
        whom: Whom::Member(MARA),
        edits: Vec::new(),
        call: Call::Delete {
            whom: Whom::Member(MARA),
            project: "Harbour".to_owned(),
            work_item: WorkItemId(7),
        },
    };
    let mut answer = std::pin::pin!(try_out(&Nobody, &tried));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let answer = answer.as_mut().poll(&mut context);
    assert!(matches!(
        answer,
        std::task::Poll::Ready(Answer::Failed(Failure::NotNow))
    ));
}
