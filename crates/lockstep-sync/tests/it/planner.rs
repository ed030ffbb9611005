//! Property test of the planner alone: one item, perturbed three ways, planned, answered, shuffled, until it rests.
//!
//! Base, here and there are made by perturbing one item, for three that have nothing in common would never meet. A few
//! lines of model answer for Azure DevOps, so that a hundred thousand cases take seconds; the simulator has its own test.

use std::collections::{BTreeMap, BTreeSet};

use azdo::{FieldChange, FieldName, Fields, Identity, RelationChanges, Rev, WorkItem, WorkItemId, WorkItemUpdate};
use azdo_sim::Dice;
use lockstep_sync::call::{Answer, Aside, Call, Failure};
use lockstep_sync::edit::{Act, Edit, EditState, Ending, Hold, Whom};
use lockstep_sync::item::{Item, Presence, Remote};
use lockstep_sync::record::Record;
use lockstep_sync::replica::{Heard, Input, Replica, Step};
use lockstep_sync::rules::{ConflictRule, Rules, TokenOwner, WithoutOwnToken};
use lockstep_sync::value::is_same;
use lockstep_sync::{EditId, ItemId, MemberId};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::store::Store;

const FIELDS: [&str; 5] = [
    "System.Title",
    "System.Description",
    "System.State",
    "System.Tags",
    "Custom.Effort",
];
const WORK_ITEM: WorkItemId = WorkItemId(7);
/// Rounds of answers until rest; a plan that needs more goes in circles.
const ROUNDS_MAX: usize = 64;

/// The other side, in a few lines: fields, revisions, who made them.
struct There {
    rev: Rev,
    fields: Fields,
    updates: Vec<WorkItemUpdate>,
    /// A value that a rule refuses.
    refused: &'static str,
}

impl There {
    fn set(&mut self, who: &str, values: &[(FieldName, Value)]) {
        self.rev = Rev(self.rev.0 + 1);
        let mut changes = BTreeMap::new();
        for (name, value) in values {
            // The server trims and reorders what it is given.
            let value = match value.as_str() {
                Some(text) if name.as_str() == "System.Tags" => {
                    json!(
                        lockstep_sync::value::tags(text)
                            .into_values()
                            .rev()
                            .collect::<Vec<_>>()
                            .join("; ")
                    )
                }
                Some(text) => json!(text.trim()),
                None => value.clone(),
            };
            let old = match value.is_null() {
                true => self.fields.remove(name),
                false => self.fields.insert(name.clone(), value.clone()),
            };
            changes.insert(
                name.clone(),
                FieldChange {
                    old_value: old,
                    new_value: Some(value),
                },
            );
        }
        self.updates.push(WorkItemUpdate {
            id: self.rev.0,
            work_item_id: WORK_ITEM,
            rev: self.rev,
            revised_by: Identity {
                id: Some(who.to_owned()),
                ..Identity::default()
            },
            revised_date: None,
            fields: changes,
            relations: RelationChanges::default(),
        });
    }

    fn read(&self) -> WorkItem {
        WorkItem {
            id: WORK_ITEM,
            rev: self.rev,
            fields: self.fields.clone(),
            relations: Vec::new(),
        }
    }

    fn write(&mut self, who: &str, rev: Rev, sent: &Fields) -> Result<WorkItem, Failure> {
        if rev != self.rev {
            return Err(Failure::RevMoved);
        }
        let fields: Vec<FieldName> = sent
            .iter()
            .filter(|(_, v)| v.as_str() == Some(self.refused))
            .map(|(name, _)| name.clone())
            .collect();
        if !fields.is_empty() {
            return Err(Failure::Refused {
                answer: "TF401320".to_owned(),
                fields,
            });
        }
        self.set(
            who,
            &sent.iter().map(|(n, v)| (n.clone(), v.clone())).collect::<Vec<_>>(),
        );
        Ok(self.read())
    }
}

fn some_value(dice: &mut Dice, field: &str) -> Value {
    match field {
        "System.Tags" => json!(["a", "B; a", "c", "c; a ", "b"][dice.below(5) as usize]),
        "Custom.Effort" => [json!(1), json!(1.0), json!(2), Value::Null][dice.below(4) as usize].clone(),
        _ => json!(["New", "Active", "Closed ", "", "Bogus"][dice.below(5) as usize]),
    }
}

fn rules(dice: &mut Dice, members: &[MemberId]) -> Rules {
    let owner = |name: &str| TokenOwner {
        identity_id: name.to_owned(),
        unique_name: name.to_owned(),
        name: name.to_owned(),
        fingerprint: name.to_owned(),
    };
    Rules {
        without_own_token: dice.pick(&[WithoutOwnToken::Hold, WithoutOwnToken::WriteAsConnection]),
        conflict: dice.pick(&[
            ConflictRule::Ask,
            ConflictRule::AzureDevopsWins,
            ConflictRule::LockstepWins,
        ]),
        notes_on_behalf_create: false,
        notes_on_behalf_update: false,
        marker_base: "https://lockstep.example/x/".to_owned(),
        collection_url: "https://sim.example/c".to_owned(),
        delay_bound_us: 1,
        request_timeout_us: 1,
        poll_interval_us: i64::MAX / 4,
        readable_projects: None,
        connection_token: Some(owner("svc")),
        own_tokens: BTreeMap::from([(members[0], owner("mara"))]),
        unusable_tokens: Default::default(),
        names: BTreeMap::new(),
        nodes: BTreeMap::new(),
        scopes: Vec::new(),
        restored: None,
    }
}

/// One case. Returns how many writes it took, and how its edits ended or why they are held.
fn run_case(seed: u64) -> (usize, Vec<String>) {
    let mut dice = Dice::new(seed);
    let members = [MemberId(Uuid::from_u128(1)), MemberId(Uuid::from_u128(2))];
    let rules = rules(&mut dice, &members);
    let base: Fields = FIELDS
        .iter()
        .map(|name| (FieldName::from(*name), some_value(&mut dice, name)))
        .filter(|(_, value)| !value.is_null() && value.as_str() != Some(""))
        .collect();
    let mut there = There {
        rev: Rev(1),
        fields: base.clone(),
        updates: Vec::new(),
        refused: "Bogus",
    };
    let mut item = Item {
        work_item: Some(WORK_ITEM),
        remote: Some(Remote {
            rev: Rev(1),
            fields: base,
            relations: Vec::new(),
        }),
        presence: Presence::Present,
        ..Item::unborn(ItemId(Uuid::from_u128(9)))
    };
    let mut store = Store::default();
    let mut edited: BTreeSet<FieldName> = BTreeSet::new();
    for n in 0..1 + dice.below(5) {
        let field = FieldName::from(dice.pick(&FIELDS));
        let act = Act::Set {
            field: field.clone(),
            was: item.local(&field).clone(),
            to: some_value(&mut dice, field.as_str()),
        };
        edited.insert(field);
        item.edits.push(Edit {
            id: EditId(Uuid::from_u128(100 + u128::from(n))),
            change: 1 + n as i64,
            author: dice.pick(&members),
            at_us: 0,
            act,
            state: EditState::Waiting,
            is_draft: false,
            doubt: None,
        });
    }
    let edits: Vec<EditId> = item.edits.iter().map(|edit| edit.id).collect();
    store.items.insert(item.id, item.clone());
    perturb(&mut dice, &mut there);
    let mut now_us = 0;
    let mut replica = Replica::load(rules.clone(), BTreeMap::new(), vec![item.clone()], now_us);
    let mut open: Vec<Step> = replica.handle(now_us, dice.next_u64(), Input::Clock);
    let mut n_writes = 0;
    let mut n_lost = 0;
    for round in 0.. {
        assert!(round < ROUNDS_MAX, "no rest after {ROUNDS_MAX} rounds");
        open.iter_mut()
            .for_each(|step| store.apply(&std::mem::take(&mut step.save)));
        open.retain(|step| step.call.is_some());
        if open.is_empty() {
            // Somebody tells of what was changed there; then only time is left.
            let is_known = store.items[&item.id]
                .remote
                .as_ref()
                .is_some_and(|remote| remote.rev == there.rev);
            let is_at_rest = store.items[&item.id].attempt.is_none() && is_known;
            if is_at_rest {
                break;
            }
            now_us = now_us.max(replica.wake_at_us().min(now_us + 1_000_000_000));
            store.notice(WORK_ITEM);
            let heard: Vec<Heard> = store.pending_notices();
            open = replica.handle(now_us, dice.next_u64(), Input::HeardOf(heard));
            open.extend(replica.handle(now_us, dice.next_u64(), Input::Clock));
            continue;
        }
        let step = open.swap_remove(dice.below(open.len() as u64) as usize);
        if dice.below(12) == 0 {
            perturb(&mut dice, &mut there);
        }
        let call = step.call.expect("kept those with a call");
        let is_write = matches!(call, Call::Update { .. });
        n_writes += usize::from(is_write);
        let mut answer = answer(&mut there, &call, &edited);
        if is_write && n_lost < 3 && dice.below(6) == 0 {
            n_lost += 1;
            answer = Answer::Failed(Failure::MaybeDone);
        }
        open.extend(replica.handle(
            now_us,
            dice.next_u64(),
            Input::Answered(step.id, answer, Aside::default()),
        ));
    }
    check_case(&store, &there, &item, &edits, &rules);
    let first_word = |debug: String| debug.split([' ', '{', '(']).next().unwrap_or_default().to_owned();
    let endings = store
        .settled
        .values()
        .map(|(_, ending)| first_word(format!("{ending:?}")));
    let holds = store.items[&item.id]
        .edits
        .iter()
        .filter_map(|edit| edit.hold())
        .map(|hold| first_word(format!("{hold:?}")));
    let outcomes = store.attempts.values().map(|attempt| match &attempt.state {
        lockstep_sync::edit::AttemptState::Ended { outcome, .. } => format!("{outcome:?}"),
        state => panic!("an attempt is left open: {state:?}"),
    });
    (n_writes, endings.chain(holds).chain(outcomes).collect())
}

/// Somebody there changes something.
fn perturb(dice: &mut Dice, there: &mut There) {
    for _ in 0..dice.below(3) {
        let field = FieldName::from(dice.pick(&FIELDS));
        let value = some_value(dice, field.as_str());
        there.set("somebody", &[(field, value)]);
    }
}

fn answer(there: &mut There, call: &Call, edited: &BTreeSet<FieldName>) -> Answer {
    match call {
        Call::ReadItems(_) => Answer::Items(vec![there.read()]),
        Call::ReadUpdates(_) => Answer::Updates(there.updates.clone()),
        Call::Update { whom, update, .. } => {
            let sent = update.fields_sent();
            assert!(
                sent.keys().all(|field| edited.contains(field)),
                "a field nobody edited is written: {sent:?}"
            );
            let who = if *whom == Whom::Connection { "svc" } else { "mara" };
            match there.write(who, update.rev(), &sent) {
                Ok(item) => Answer::Written(item),
                Err(failure) => Answer::Failed(failure),
            }
        }
        Call::Poll(..) => Answer::Page {
            entries: Vec::new(),
            token: None,
            is_last: true,
        },
        call => panic!("nobody asked for {call:?}"),
    }
}

fn check_case(store: &Store, there: &There, before: &Item, edits: &[EditId], rules: &Rules) {
    let item = &store.items[&before.id];
    assert_eq!(
        item.remote.as_ref().map(|r| &r.fields),
        Some(&there.fields),
        "what is believed is what is there"
    );
    for id in edits {
        let open = item.edits.iter().find(|edit| edit.id == *id);
        let settled = store.settled.get(id);
        assert!(
            open.is_some() != settled.is_some(),
            "an edit is open or settled, not both and not neither"
        );
        if let Some(edit) = open {
            let is_blocked = edit.is_waiting()
                && item
                    .edits
                    .iter()
                    .any(|e| e.hold().is_some() && e.field() == edit.field());
            assert!(
                edit.hold().is_some() || is_blocked,
                "it rests while an edit could go: {edit:?}"
            );
            if matches!(edit.hold(), Some(Hold::Conflict { .. })) {
                assert_eq!(
                    rules.conflict,
                    ConflictRule::Ask,
                    "a conflict asks only where the rule says so"
                );
            }
        }
        if let Some((_, Ending::LostConflict { .. })) = settled {
            assert_eq!(
                rules.conflict,
                ConflictRule::AzureDevopsWins,
                "an edit is lost only where the rule says so"
            );
        }
        if let Some((edit, Ending::Applied { rev: Some(rev), .. })) = settled {
            let update = there
                .updates
                .iter()
                .find(|update| update.rev == *rev)
                .expect("that revision exists");
            let owner = rules
                .own_tokens
                .get(&edit.author)
                .map_or("svc", |owner| owner.identity_id.as_str());
            assert_eq!(
                update.revised_by.id.as_deref(),
                Some(owner),
                "it went out under its author's token"
            );
        }
    }
}

#[test]
fn one_item_perturbed_three_ways_comes_to_rest_and_loses_nothing() {
    let n: u64 = std::env::var("LOCKSTEP_CASES")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(20_000);
    let mut n_writes = 0;
    let mut seen: BTreeMap<String, u64> = BTreeMap::new();
    for seed in 0..n {
        let case = std::panic::catch_unwind(|| run_case(seed));
        let (writes, words) = case.unwrap_or_else(|_| panic!("case {seed} of the planner fails"));
        n_writes += writes;
        words.into_iter().for_each(|word| *seen.entry(word).or_insert(0) += 1);
    }
    println!("{n} cases, {n_writes} writes, 0 violations; {seen:?}");
    for word in [
        "Applied",
        "AlreadyThere",
        "SupersededBy",
        "LostConflict",
        "NeedsToken",
        "Conflict",
        "Refused",
    ] {
        assert!(seen.contains_key(word), "no case came to {word}: {seen:?}");
    }
    for word in ["FoundApplied", "FoundAbsent", "RevMoved"] {
        assert!(seen.contains_key(word), "no attempt came to {word}: {seen:?}");
    }
}

#[test]
fn a_record_is_applied_whole() {
    // The store under test is the test's own; this keeps it honest.
    let mut store = Store::default();
    let id = store.notice(WORK_ITEM);
    store.apply(&[Record::NoticesSettled(
        vec![id],
        lockstep_sync::record::Disposition::Echo,
    )]);
    assert!(store.pending_notices().is_empty());
}

#[test]
fn same_value_on_both_sides_is_no_conflict() {
    assert!(is_same(
        &FieldName::from("System.Title"),
        &json!("Closed "),
        &json!("Closed")
    ));
}
