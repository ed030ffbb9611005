//! The rules for one item, one claim each, the smallest input that shows it.

mod authors;
mod conflicts;
mod drafts;
mod fields;
mod life;
mod links;
mod parents;
mod places;
mod replicas;
mod restored;
mod scopes;
mod tries;

use std::collections::BTreeMap;

use azdo::{FieldChange, FieldName, Identity, Relation, RelationChanges, Rev, WorkItem, WorkItemId, WorkItemUpdate};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::call::{Answer, Aside, Call};
use crate::edit::{Act, Choice, Doubt, Edit, EditState, Ending, Hold, Target, Whom};
use crate::item::{Item, Presence, Remote};
use crate::merge::absorb;
use crate::plan::{NEEDS_TOKEN_REVIEW_US, Next, plan};
use crate::record::{Feed, Mention, Record};
use crate::replica::{Input, Replica, Step, StepId, is_news};
use crate::rules::{ConflictRule, Rules, TokenOwner, WithoutOwnToken};
use crate::{AttemptId, EditId, ItemId, MemberId, PARENT, PARENT_LINK};

const MARA: MemberId = MemberId(Uuid::from_u128(1));
const INES: MemberId = MemberId(Uuid::from_u128(2));
const TITLE: &str = "System.Title";
const STATE: &str = "System.State";
const TAGS: &str = "System.Tags";
const PREDECESSOR: &str = "System.LinkTypes.Dependency-Reverse";
/// Two items that are not work items yet.
const FEATURE: ItemId = ItemId(Uuid::from_u128(71));
const GIVER: ItemId = ItemId(Uuid::from_u128(72));

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
        restored: None,
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

/// The PATCH that is written, as it is sent.
fn patch(item: &mut Item, rules: &Rules) -> Value {
    match planned(item, rules).1 {
        Next::Write(_, call) => match *call {
            Call::Update { update, .. } => update.document(),
            Call::Create { creation, .. } => creation.document(),
            call => panic!("{call:?} has no document"),
        },
        next => panic!("nothing is written: {next:?}"),
    }
}

fn link(item: &mut Item, author: MemberId, target: Target, is_added: bool, comment: Option<&str>) -> EditId {
    let act = Act::Link {
        rel: PREDECESSOR.to_owned(),
        target,
        is_added,
        comment: comment.map(str::to_owned),
    };
    add(item, author, act)
}

fn relation(rel: &str, target: i64, comment: Option<&str>) -> Relation {
    let comment = comment.map(|comment| ("comment".to_owned(), json!(comment)));
    Relation {
        rel: rel.to_owned(),
        url: work_item_url(target),
        attributes: comment.into_iter().collect(),
    }
}

fn work_item_url(id: i64) -> String {
    format!("https://sim.example/c/_apis/wit/workItems/{id}")
}

/// The item, read again just now with these links.
fn read_with(item: &mut Item, relations: Vec<Relation>) {
    let remote = item.remote.take().unwrap();
    item.remote = Some(Remote::of(remote.rev, remote.fields, relations));
    item.errand.is_fresh = true;
}

fn unborn(author: MemberId, fields: &[(&str, Value)]) -> Item {
    let mut item = Item::unborn(ItemId(Uuid::from_u128(9)));
    let fields = fields
        .iter()
        .map(|(name, value)| (FieldName::from(*name), value.clone()))
        .collect();
    let create = Act::Create {
        project: "Harbour".to_owned(),
        work_item_type: "User Story".to_owned(),
        fields,
    };
    add(&mut item, author, create);
    item
}

/// What the server tells of a write that moved the work item from rev 3 to rev 4.
fn own_update(fields: &[(&str, Value)]) -> WorkItemUpdate {
    let change = |value: &Value| FieldChange {
        old_value: None,
        new_value: Some(value.clone()),
    };
    WorkItemUpdate {
        id: 4,
        work_item_id: WorkItemId(7),
        rev: Rev(4),
        revised_by: Identity {
            id: Some("mara".to_owned()),
            ..Identity::default()
        },
        revised_date: None,
        fields: fields
            .iter()
            .map(|(name, value)| (FieldName::from(*name), change(value)))
            .collect(),
        relations: RelationChanges::default(),
    }
}

/// A replica that has just been loaded, and the calls it has under way.
struct Running {
    replica: Replica,
    now_us: i64,
    calls: Vec<(StepId, Call)>,
    saved: Vec<Record>,
}

impl Running {
    fn load(items: Vec<Item>) -> Self {
        Self::load_with(rules(), items)
    }

    fn load_with(rules: Rules, items: Vec<Item>) -> Self {
        let rules = Rules {
            poll_interval_us: i64::MAX / 4,
            ..rules
        };
        let mut running = Self {
            replica: Replica::load(rules, BTreeMap::new(), items, 1000),
            now_us: 1000,
            calls: Vec::new(),
            saved: Vec::new(),
        };
        running.tell(Input::Clock);
        running
    }

    fn tell(&mut self, input: Input) {
        self.now_us += 1;
        let steps: Vec<Step> = self.replica.handle(self.now_us, 7, input);
        for step in steps {
            self.saved.extend(step.save);
            self.calls.extend(step.call.map(|call| (step.id, call)));
        }
    }

    /// Answers the first call that is such a one.
    fn answer(&mut self, is_such: impl Fn(&Call) -> bool, answer: Answer) {
        let position = self.calls.iter().position(|(_, call)| is_such(call));
        let (step, _) = self.calls.remove(position.expect("such a call is under way"));
        self.tell(Input::Answered(step, answer, Aside::default()));
    }

    fn documents(&self) -> Vec<String> {
        let documents = self.calls.iter().filter_map(|(_, call)| match call {
            Call::Create { creation, .. } => Some(creation.document()),
            Call::Update { update, .. } => Some(update.document()),
            _ => None,
        });
        documents.map(|document| document.to_string()).collect()
    }

    fn pass(&mut self, for_us: i64) {
        self.now_us += for_us;
        self.tell(Input::Clock);
    }

    fn is_settled(&self, id: EditId) -> bool {
        settled(&self.saved, id).is_some()
    }
}
