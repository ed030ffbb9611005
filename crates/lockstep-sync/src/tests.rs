//! The rules for one item, one claim each, the smallest input that shows it.

use std::collections::BTreeMap;

use azdo::{FieldName, Relation, Rev, WorkItem, WorkItemId};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::call::Call;
use crate::edit::{Act, Choice, Edit, EditState, Ending, Hold, Target, Whom};
use crate::item::{Item, Presence, Remote};
use crate::merge::absorb;
use crate::plan::{NEEDS_TOKEN_REVIEW_US, Next, plan};
use crate::record::{Feed, Mention, Record};
use crate::replica::is_news;
use crate::rules::{ConflictRule, Rules, TokenOwner, WithoutOwnToken};
use crate::{AttemptId, EditId, ItemId, MemberId};

const MARA: MemberId = MemberId(Uuid::from_u128(1));
const INES: MemberId = MemberId(Uuid::from_u128(2));
const TITLE: &str = "System.Title";
const STATE: &str = "System.State";
const TAGS: &str = "System.Tags";

fn owner(name: &str) -> TokenOwner {
    let name = name.to_owned();
    TokenOwner {
        identity_id: name.clone(),
        unique_name: name.clone(),
        name: name.clone(),
        fingerprint: name,
    }
}

fn rules() -> Rules {
    Rules {
        without_own_token: WithoutOwnToken::Hold,
        conflict: ConflictRule::Ask,
        notes_on_behalf_create: true,
        notes_on_behalf_update: false,
        marker_base: "https://lockstep.example/x/".to_owned(),
        collection_url: "https://sim.example/c".to_owned(),
        delay_bound_us: 1,
        request_timeout_us: 1,
        poll_interval_us: 1,
        readable_projects: None,
        connection_token: Some(owner("svc")),
        own_tokens: BTreeMap::from([(MARA, owner("mara"))]),
        unusable_tokens: Default::default(),
        names: BTreeMap::from([(INES, "Ines & Co".to_owned())]),
        nodes: BTreeMap::from([(11, "Harbour\\Quay".to_owned()), (21, "Harbour\\Sprint 1".to_owned())]),
        scopes: Vec::new(),
    }
}

fn item(fields: &[(&str, Value)]) -> Item {
    let fields = fields
        .iter()
        .map(|(name, value)| (FieldName::from(*name), value.clone()))
        .collect();
    Item {
        work_item: Some(WorkItemId(7)),
        remote: Some(Remote {
            rev: Rev(3),
            fields,
            relations: Vec::new(),
        }),
        presence: Presence::Present,
        ..Item::unborn(ItemId(Uuid::from_u128(9)))
    }
}

fn add(item: &mut Item, author: MemberId, act: Act) -> EditId {
    let n = item.edits.len() as u128 + 1;
    let id = EditId(Uuid::from_u128(100 + n));
    item.edits.push(Edit {
        id,
        change: n as i64,
        author,
        at_us: 0,
        act,
        state: EditState::Waiting,
        is_draft: false,
        doubt: None,
    });
    id
}

fn set(item: &mut Item, author: MemberId, field: &str, was: Value, to: Value) -> EditId {
    add(
        item,
        author,
        Act::Set {
            field: FieldName::from(field),
            was,
            to,
        },
    )
}

fn planned(item: &mut Item, rules: &Rules) -> (Vec<Record>, Next) {
    plan(item, rules, 1000, AttemptId(Uuid::from_u128(5)))
}

/// What is written: whose token, and the values sent.
fn written(item: &mut Item, rules: &Rules) -> Option<(Whom, BTreeMap<String, Value>)> {
    match planned(item, rules).1 {
        Next::Write(attempt, _) => Some((
            attempt.whom,
            attempt.fields.iter().map(|(n, v)| (n.to_string(), v.clone())).collect(),
        )),
        _ => None,
    }
}

fn sent(pairs: &[(&str, Value)]) -> BTreeMap<String, Value> {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect()
}

fn settled(records: &[Record], id: EditId) -> Option<&Ending> {
    records.iter().find_map(|record| match record {
        Record::EditSettled(edit, ending) if *edit == id => Some(ending),
        _ => None,
    })
}

#[test]
fn an_edit_is_written_at_the_rev_last_read_with_its_authors_token() {
    let mut item = item(&[(TITLE, json!("a"))]);
    set(&mut item, MARA, TITLE, json!("a"), json!("b"));
    let Next::Write(attempt, call) = planned(&mut item, &rules()).1 else {
        panic!("it writes")
    };
    assert_eq!((attempt.whom, attempt.expected_rev), (Whom::Member(MARA), Some(Rev(3))));
    let Call::Update { update, .. } = *call else {
        panic!("a PATCH")
    };
    assert_eq!(update.document()[0], json!({"op": "test", "path": "/rev", "value": 3}));
}

#[test]
fn nothing_is_written_for_a_field_nobody_edited() {
    let mut item = item(&[(TITLE, json!("a")), (STATE, json!("New"))]);
    assert!(matches!(planned(&mut item, &rules()), (records, Next::Rest(None)) if records.is_empty()));
}

#[test]
fn different_fields_changed_on_both_sides_never_conflict() {
    let mut item = item(&[(TITLE, json!("a")), (STATE, json!("Active"))]);
    set(&mut item, MARA, TITLE, json!("a"), json!("b"));
    assert_eq!(
        written(&mut item, &rules()),
        Some((Whom::Member(MARA), sent(&[(TITLE, json!("b"))])))
    );
}

#[test]
fn title_changed_on_both_sides_asks() {
    let mut item = item(&[(TITLE, json!("theirs"))]);
    let id = set(&mut item, MARA, TITLE, json!("a"), json!("ours"));
    let (records, next) = planned(&mut item, &rules());
    assert!(matches!(next, Next::Rest(_)));
    let hold = Hold::Conflict {
        theirs: json!("theirs"),
        theirs_by: None,
    };
    assert_eq!(records, vec![Record::EditHeld(id, hold)]);
}

#[test]
fn a_conflict_delays_no_other_field() {
    let mut item = item(&[(TITLE, json!("theirs")), (STATE, json!("New"))]);
    set(&mut item, MARA, TITLE, json!("a"), json!("ours"));
    set(&mut item, MARA, STATE, json!("New"), json!("Active"));
    assert_eq!(
        written(&mut item, &rules()),
        Some((Whom::Member(MARA), sent(&[(STATE, json!("Active"))])))
    );
}

#[test]
fn same_value_on_both_sides_settles_without_a_write() {
    let mut item = item(&[(TITLE, json!("b"))]);
    let id = set(&mut item, MARA, TITLE, json!("a"), json!("b "));
    let (records, next) = planned(&mut item, &rules());
    assert_eq!(settled(&records, id), Some(&Ending::AlreadyThere));
    assert!(matches!(next, Next::Rest(None)) && item.edits.is_empty());
}

#[test]
fn azure_devops_wins_keeps_what_lost() {
    let mut item = item(&[(TITLE, json!("theirs"))]);
    let id = set(&mut item, MARA, TITLE, json!("a"), json!("ours"));
    let rules = Rules {
        conflict: ConflictRule::AzureDevopsWins,
        ..rules()
    };
    let (records, _) = planned(&mut item, &rules);
    assert_eq!(
        settled(&records, id),
        Some(&Ending::LostConflict {
            theirs: json!("theirs")
        })
    );
}

#[test]
fn lockstep_wins_writes_over_theirs_knowingly() {
    let mut item = item(&[(TITLE, json!("theirs"))]);
    set(&mut item, MARA, TITLE, json!("a"), json!("ours"));
    let rules = Rules {
        conflict: ConflictRule::LockstepWins,
        ..rules()
    };
    assert_eq!(
        written(&mut item, &rules),
        Some((Whom::Member(MARA), sent(&[(TITLE, json!("ours"))])))
    );
    assert_eq!(item.base(&FieldName::from(TITLE)), &json!("theirs"));
}

#[test]
fn tags_added_on_both_sides_are_all_kept() {
    let mut item = item(&[(TAGS, json!("a; theirs"))]);
    set(&mut item, MARA, TAGS, json!("a"), json!("a; ours"));
    let (_, values) = written(&mut item, &rules()).expect("it writes");
    assert_eq!(values[TAGS], json!("a; ours; theirs"));
}

#[test]
fn a_later_edit_of_a_field_supersedes_whoever_made_it() {
    let mut item = item(&[(TITLE, json!("a"))]);
    let earlier = set(&mut item, INES, TITLE, json!("a"), json!("b"));
    let later = set(&mut item, MARA, TITLE, json!("b"), json!("c"));
    let (records, next) = planned(&mut item, &rules());
    assert_eq!(settled(&records, earlier), Some(&Ending::SupersededBy { edit: later }));
    assert!(matches!(next, Next::Write(attempt, _) if attempt.edits == [later]));
}

#[test]
fn steps_of_state_by_one_author_go_one_by_one() {
    let mut item = item(&[(STATE, json!("New"))]);
    set(&mut item, MARA, STATE, json!("New"), json!("Active"));
    set(&mut item, MARA, STATE, json!("Active"), json!("Closed"));
    assert_eq!(
        written(&mut item, &rules()),
        Some((Whom::Member(MARA), sent(&[(STATE, json!("Active"))])))
    );
}

#[test]
fn one_write_carries_edits_of_one_author() {
    let mut item = item(&[(TITLE, json!("a")), (STATE, json!("New"))]);
    set(&mut item, MARA, TITLE, json!("a"), json!("b"));
    set(&mut item, INES, STATE, json!("New"), json!("Active"));
    let rules = Rules {
        without_own_token: WithoutOwnToken::WriteAsConnection,
        ..rules()
    };
    assert_eq!(
        written(&mut item, &rules),
        Some((Whom::Member(MARA), sent(&[(TITLE, json!("b"))])))
    );
}

#[test]
fn an_edit_without_a_token_is_held_and_passed_by_others() {
    let mut item = item(&[(TITLE, json!("a")), (STATE, json!("New"))]);
    let ines = set(&mut item, INES, TITLE, json!("a"), json!("b"));
    set(&mut item, MARA, STATE, json!("New"), json!("Active"));
    let (records, next) = planned(&mut item, &rules());
    assert_eq!(records, vec![Record::EditHeld(ines, Hold::NeedsToken)]);
    assert!(matches!(next, Next::Write(attempt, _) if attempt.author == MARA));
}

#[test]
fn a_token_that_is_stored_sends_what_waited_for_it() {
    let mut item = item(&[(TITLE, json!("a"))]);
    set(&mut item, INES, TITLE, json!("a"), json!("b"));
    item.edits[0].state = EditState::Held { hold: Hold::NeedsToken };
    let mut rules = rules();
    rules.own_tokens.insert(INES, owner("ines"));
    assert_eq!(
        written(&mut item, &rules),
        Some((Whom::Member(INES), sent(&[(TITLE, json!("b"))])))
    );
}

#[test]
fn a_refused_own_token_is_waited_for_even_where_others_write_as_the_connection() {
    let mut item = item(&[(TITLE, json!("a"))]);
    set(&mut item, MARA, TITLE, json!("a"), json!("b"));
    let mut rules = Rules {
        without_own_token: WithoutOwnToken::WriteAsConnection,
        ..rules()
    };
    rules.own_tokens.clear();
    rules.unusable_tokens.insert(MARA);
    assert!(written(&mut item, &rules).is_none());
    assert_eq!(item.edits[0].hold(), Some(&Hold::NeedsToken));
}

#[test]
fn what_waited_for_a_token_for_a_day_is_reviewed_first() {
    let mut item = item(&[(TITLE, json!("a"))]);
    let id = set(&mut item, INES, TITLE, json!("a"), json!("b"));
    item.edits[0].state = EditState::Held { hold: Hold::NeedsToken };
    let mut rules = rules();
    rules.own_tokens.insert(INES, owner("ines"));
    let attempt = AttemptId(Uuid::from_u128(5));
    let (_, next) = plan(&mut item, &rules, NEEDS_TOKEN_REVIEW_US + 1, attempt);
    assert!(matches!(next, Next::Rest(None)));
    add(
        &mut item,
        INES,
        Act::Decide {
            edit: id,
            choice: Choice::Retry,
        },
    );
    let (_, next) = plan(&mut item, &rules, NEEDS_TOKEN_REVIEW_US + 2, attempt);
    assert!(matches!(next, Next::Write(..)));
}

#[test]
fn written_as_connection_says_on_whose_behalf_when_asked_to() {
    let mut item = Item::unborn(ItemId(Uuid::from_u128(9)));
    let fields = BTreeMap::from([(FieldName::from(TITLE), json!("a"))]);
    let create = Act::Create {
        project: "P".to_owned(),
        work_item_type: "Task".to_owned(),
        fields,
    };
    add(&mut item, INES, create);
    let rules = Rules {
        without_own_token: WithoutOwnToken::WriteAsConnection,
        ..rules()
    };
    let (whom, values) = written(&mut item, &rules).expect("it writes");
    assert_eq!(whom, Whom::Connection);
    assert_eq!(
        values["System.History"],
        json!("Written by Lockstep on behalf of Ines &amp; Co.")
    );
}

#[test]
fn a_creation_carries_its_marker() {
    let mut item = Item::unborn(ItemId(Uuid::from_u128(9)));
    let create = Act::Create {
        project: "P".to_owned(),
        work_item_type: "Task".to_owned(),
        fields: BTreeMap::new(),
    };
    add(&mut item, MARA, create);
    let Next::Write(_, call) = planned(&mut item, &rules()).1 else {
        panic!("it writes")
    };
    let Call::Create { creation, .. } = *call else {
        panic!("a creation")
    };
    assert!(
        creation
            .document()
            .to_string()
            .contains("https://lockstep.example/x/00000000000000000000000000000009")
    );
}

#[test]
fn a_creation_goes_only_where_the_connection_can_read() {
    let mut item = Item::unborn(ItemId(Uuid::from_u128(9)));
    let create = Act::Create {
        project: "P".to_owned(),
        work_item_type: "Task".to_owned(),
        fields: BTreeMap::new(),
    };
    add(&mut item, MARA, create);
    let rules = Rules {
        readable_projects: Some(["q".to_owned()].into()),
        ..rules()
    };
    assert!(matches!(planned(&mut item, &rules).1, Next::Rest(None)));
    assert!(matches!(item.edits[0].hold(), Some(Hold::Refused { .. })));
}

#[test]
fn an_edit_waits_for_the_creation_of_its_item() {
    let mut item = Item::unborn(ItemId(Uuid::from_u128(9)));
    let create = Act::Create {
        project: "P".to_owned(),
        work_item_type: "Task".to_owned(),
        fields: BTreeMap::new(),
    };
    let create = add(&mut item, MARA, create);
    set(&mut item, MARA, TITLE, Value::Null, json!("b"));
    assert!(matches!(planned(&mut item, &rules()).1, Next::Write(attempt, _) if attempt.edits == [create]));
}

#[test]
fn an_edit_of_a_deleted_work_item_is_held_and_goes_on_when_it_is_back() {
    let mut item = item(&[(TITLE, json!("a"))]);
    item.presence = Presence::Deleted;
    let id = set(&mut item, MARA, TITLE, json!("a"), json!("b"));
    let (records, next) = planned(&mut item, &rules());
    assert_eq!(records, vec![Record::EditHeld(id, Hold::WorkItemDeleted)]);
    assert!(matches!(next, Next::Rest(None)));
    item.presence = Presence::Present;
    assert!(written(&mut item, &rules()).is_some());
}

#[test]
fn a_deletion_is_sent_only_right_after_a_read() {
    let mut item = item(&[(TITLE, json!("a"))]);
    add(&mut item, MARA, Act::Delete);
    assert!(matches!(planned(&mut item, &rules()).1, Next::Read));
    item.errand.is_fresh = true;
    assert!(matches!(planned(&mut item, &rules()).1, Next::Write(..)));
}

#[test]
fn a_deletion_already_seen_is_done() {
    let mut item = item(&[]);
    item.presence = Presence::Deleted;
    let id = add(&mut item, MARA, Act::Delete);
    assert_eq!(
        settled(&planned(&mut item, &rules()).0, id),
        Some(&Ending::AlreadyThere)
    );
}

#[test]
fn a_refused_edit_is_tried_again_when_the_rev_has_moved() {
    let mut item = item(&[(TITLE, json!("a"))]);
    set(&mut item, MARA, TITLE, json!("a"), json!("b"));
    let hold = Hold::Refused {
        answer: "TF401320".to_owned(),
        at_rev: Some(Rev(3)),
    };
    item.edits[0].state = EditState::Held { hold };
    assert!(written(&mut item, &rules()).is_none());
    item.remote.as_mut().unwrap().rev = Rev(4);
    assert!(written(&mut item, &rules()).is_some());
}

#[test]
fn ours_is_written_when_their_value_is_still_the_one_seen() {
    let mut item = item(&[(TITLE, json!("theirs"))]);
    let id = set(&mut item, MARA, TITLE, json!("a"), json!("ours"));
    planned(&mut item, &rules());
    add(
        &mut item,
        MARA,
        Act::Decide {
            edit: id,
            choice: Choice::Ours { seen: json!("theirs") },
        },
    );
    assert_eq!(
        written(&mut item, &rules()),
        Some((Whom::Member(MARA), sent(&[(TITLE, json!("ours"))])))
    );
}

#[test]
fn a_choice_about_a_value_that_has_moved_is_asked_again() {
    let mut item = item(&[(TITLE, json!("theirs"))]);
    let id = set(&mut item, MARA, TITLE, json!("a"), json!("ours"));
    planned(&mut item, &rules());
    item.remote
        .as_mut()
        .unwrap()
        .fields
        .insert(FieldName::from(TITLE), json!("theirs again"));
    let decision = add(
        &mut item,
        MARA,
        Act::Decide {
            edit: id,
            choice: Choice::Ours { seen: json!("theirs") },
        },
    );
    let (records, next) = planned(&mut item, &rules());
    assert_eq!(settled(&records, decision), Some(&Ending::Overtaken));
    assert!(matches!(next, Next::Rest(None)));
    assert!(matches!(item.edits[0].hold(), Some(Hold::Conflict { theirs, .. }) if *theirs == json!("theirs again")));
}

#[test]
fn theirs_settles_ours_as_lost_and_writes_nothing() {
    let mut item = item(&[(TITLE, json!("theirs"))]);
    let id = set(&mut item, MARA, TITLE, json!("a"), json!("ours"));
    planned(&mut item, &rules());
    add(
        &mut item,
        MARA,
        Act::Decide {
            edit: id,
            choice: Choice::Theirs { seen: json!("theirs") },
        },
    );
    let (records, next) = planned(&mut item, &rules());
    assert_eq!(
        settled(&records, id),
        Some(&Ending::LostConflict {
            theirs: json!("theirs")
        })
    );
    assert!(matches!(next, Next::Rest(None)));
}

#[test]
fn given_up_by_a_person_is_an_end_with_a_name() {
    let mut item = item(&[(TITLE, json!("a"))]);
    let id = set(&mut item, INES, TITLE, json!("a"), json!("b"));
    planned(&mut item, &rules());
    add(
        &mut item,
        MARA,
        Act::Decide {
            edit: id,
            choice: Choice::GiveUp,
        },
    );
    assert_eq!(
        settled(&planned(&mut item, &rules()).0, id),
        Some(&Ending::GivenUp { by: MARA })
    );
}

#[test]
fn a_read_of_an_older_rev_changes_nothing() {
    let mut item = item(&[(TITLE, json!("a"))]);
    let fields = BTreeMap::from([(FieldName::from(TITLE), json!("old"))]);
    let read = WorkItem {
        id: WorkItemId(7),
        rev: Rev(2),
        fields,
        relations: Vec::new(),
    };
    assert!(absorb(&mut item, &read, false).is_empty());
    assert_eq!(item.remote_value(&FieldName::from(TITLE)), &json!("a"));
}

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
fn a_feed_is_news_by_rev_for_fields_and_always_for_links() {
    let mention = |rev, is_deleted| Mention {
        work_item: WorkItemId(7),
        rev: Some(Rev(rev)),
        is_deleted,
    };
    let check = |feed, mention: Mention, presence, expected| {
        assert_eq!(
            is_news(feed, &mention, Some(Rev(3)), presence),
            expected,
            "{feed:?} {mention:?} {presence:?}"
        );
    };
    check(Feed::Revisions, mention(3, false), Presence::Present, false);
    check(Feed::Revisions, mention(4, false), Presence::Present, true);
    check(Feed::Revisions, mention(3, true), Presence::Present, true);
    check(Feed::Revisions, mention(3, true), Presence::Deleted, false);
    check(Feed::Revisions, mention(3, false), Presence::Deleted, true);
    check(Feed::Links, mention(3, false), Presence::Present, true);
}
