//! What has to hold once trouble is over and everything has come to rest.
//!
//! The checkers know nothing of the engine's inside: they hold the store's belief and the list of accepted edits
//! against the simulator's ground truth. The names follow the invariants of the reliability page.

use std::collections::{BTreeMap, BTreeSet};

use azdo::planted::Bug;
use azdo::{FieldName, WorkItemId};
use azdo_sim::AcceptedKind;
use lockstep_sync::call::Clients;
use lockstep_sync::edit::{Act, Choice, Edit, EditState, Ending, Subject, Target, Whom};
use lockstep_sync::item::{Presence, Remote};
use lockstep_sync::rules::ConflictRule;
use lockstep_sync::value::{is_same, tags};
use lockstep_sync::{EditId, ItemId};
use serde_json::Value;

use crate::board_checks;
use crate::wire::run;
use crate::world::World;

/// Holds the whole world against every invariant; panics with the first that is broken.
pub fn check(world: &World) {
    every_edit_has_its_end(world);
    both_sides_agree(world);
    each_is_born_once(world);
    writes_name_a_rev_and_the_right_person(world);
    nothing_is_overwritten_unseen(world);
    what_is_not_applied_was_let_go(world);
    what_was_applied_is_there_once(world);
    nothing_echoes(world);
    every_notice_is_settled(world);
    board_checks::check(world);
}

/// I-7: each accepted edit is settled, or held with a reason. None is lost, none waits for nothing.
fn every_edit_has_its_end(world: &World) {
    for (item, Edit { id, .. }) in &world.accepted {
        if world.store.settled.contains_key(id) {
            continue;
        }
        let stored = &world.store.items[item];
        let open = stored.edits.iter().find(|e| e.id == *id);
        let open = open.unwrap_or_else(|| panic!("edit {id} was accepted and is nowhere"));
        assert!(
            is_kept_back(open) || open.is_waiting() && is_behind(world, *item, open),
            "edit {id} neither ended nor is held: {open:?} of {stored:?}"
        );
    }
}

/// Whether a person has to do something before an edit goes on.
fn is_kept_back(edit: &Edit) -> bool {
    edit.is_draft || matches!(edit.state, EditState::Held { .. })
}

/// Whether an edit waits for another one that is kept back: about the same, of the same creation, of its other end.
fn is_behind(world: &World, item: ItemId, open: &Edit) -> bool {
    let stored = &world.store.items[&item];
    let is_blocked = stored
        .edits
        .iter()
        .any(|e| is_kept_back(e) && (e.subject() == open.subject() || stored.work_item.is_none()));
    let ends = world
        .store
        .load(stored)
        .edits
        .iter()
        .filter(|e| e.id == open.id)
        .flat_map(Edit::awaits)
        .collect::<Vec<_>>();
    let is_to_come = |end: &ItemId| {
        let creation = world.store.items[end]
            .edits
            .iter()
            .find(|e| matches!(e.act, Act::Create { .. }));
        creation.is_some_and(|creation| is_kept_back(creation) || is_behind(world, *end, creation))
    };
    // A creation behind one of its own edits' ends goes with the creation.
    let creation = stored
        .edits
        .iter()
        .find(|e| stored.work_item.is_none() && matches!(e.act, Act::Create { .. }));
    let of_creation = creation.filter(|creation| creation.id != open.id);
    is_blocked || ends.iter().any(is_to_come) || of_creation.is_some_and(|creation| is_behind(world, item, creation))
}

/// I-1: what is believed is what is there, raw, field by field and link by link.
fn both_sides_agree(world: &World) {
    let client = run(world.tokens.client(Whom::Connection)).expect("the connection has a token");
    *world.wire.now_us.lock().unwrap() = world.there_us();
    for item in world.store.items.values() {
        let Some(id) = item.work_item else { continue };
        let truth = world
            .wire
            .sim
            .lock()
            .unwrap()
            .work_item_snapshot(id.0)
            .expect("a paired work item existed");
        let expected = if truth.is_deleted {
            Presence::Deleted
        } else {
            Presence::Present
        };
        assert_eq!(item.presence, expected, "presence of work item {id}");
        if expected == Presence::Present {
            let read = run(client.work_item(id)).expect("readable");
            let believed = item.remote.as_ref().expect("read once");
            assert_eq!(believed.rev, read.rev, "rev of work item {id}");
            let real = Remote::from(&read);
            let names: BTreeSet<_> = believed.fields.keys().chain(real.fields.keys()).collect();
            for name in names {
                assert_eq!(
                    believed.fields.get(name),
                    real.fields.get(name),
                    "{name} of work item {id}, believed and real"
                );
            }
            assert_eq!(believed.relations, read.relations, "links of work item {id}");
        }
    }
}

/// I-3: one work item for each item, ever.
fn each_is_born_once(world: &World) {
    let sim = world.wire.sim.lock().unwrap();
    let mut born: BTreeMap<String, BTreeSet<i64>> = BTreeMap::new();
    for accepted in sim.ground_truth().iter().filter(|a| a.kind == AcceptedKind::Created) {
        for (rel, url) in &accepted.relations_added {
            if rel == "Hyperlink" && accepted.token_name.is_some() {
                born.entry(url.clone()).or_default().insert(accepted.work_item_id);
            }
        }
    }
    let chose_anyway: BTreeSet<_> = world
        .store
        .settled
        .values()
        .filter_map(|(edit, ending)| match (&edit.act, ending) {
            (
                Act::Decide {
                    edit,
                    choice: lockstep_sync::edit::Choice::CreateAnyway,
                },
                Ending::CarriedOut,
            ) => Some(*edit),
            _ => None,
        })
        .collect();
    for item in world.store.items.values() {
        let born = born.remove(&world.rules.marker(item.id)).unwrap_or_default();
        let creations = world.store.settled.values().filter(|(edit, ending)| {
            matches!(edit.act, Act::Create { .. })
                && matches!(ending, Ending::Applied { .. })
                && world
                    .accepted
                    .iter()
                    .any(|(i, accepted)| *i == item.id && accepted.id == edit.id)
        });
        let n = creations.count();
        let was_forced = world
            .accepted
            .iter()
            .any(|(i, edit)| *i == item.id && chose_anyway.contains(&edit.id));
        assert!(born.len() <= 1 || was_forced, "item {} was born as {born:?}", item.id);
        assert!(
            n == 0 || born.len() == 1 || was_forced,
            "item {} counts as created and is not there",
            item.id
        );
        if let Some(id) = item.work_item.filter(|_| !world.store.adopted.contains(&item.id)) {
            assert!(
                born.contains(&id.0),
                "item {} is paired with {id}, which is not its own",
                item.id
            );
        }
    }
    assert!(born.is_empty(), "work items nobody asked for: {born:?}");
}

/// I-2b and I-6: every write tests the rev it was computed from and carries its author's token.
fn writes_name_a_rev_and_the_right_person(world: &World) {
    let sim = world.wire.sim.lock().unwrap();
    for accepted in sim.ground_truth().iter().filter(|a| a.token_name.is_some()) {
        let request = accepted.request_id.as_ref().expect("requests are named");
        let attempt = world
            .attempt_of
            .get(request)
            .unwrap_or_else(|| panic!("a write without an attempt: {accepted:?}"));
        let attempt = &world.store.attempts[attempt];
        let is_mirror = accepted.kind == AcceptedKind::LinkOnly
            && attempt_target(world, attempt.item) != Some(accepted.work_item_id);
        if matches!(accepted.kind, AcceptedKind::Updated | AcceptedKind::LinkOnly) && !is_mirror {
            assert_eq!(
                accepted.tested_rev,
                attempt.expected_rev.map(|rev| rev.0),
                "a write tests its rev: {accepted:?}"
            );
        }
        let author_owner = world.rules.own_tokens.get(&attempt.author);
        let owner = author_owner
            .or(world.rules.connection_token.as_ref())
            .expect("somebody writes");
        assert!(
            accepted.identity_id.eq_ignore_ascii_case(&owner.identity_id),
            "{} wrote as {} instead of {}",
            attempt.author,
            accepted.identity,
            owner.unique_name
        );
    }
}

fn attempt_target(world: &World, item: lockstep_sync::ItemId) -> Option<i64> {
    world.store.items[&item].work_item.map(|id: WorkItemId| id.0)
}

/// I-2: what our write replaced is what its author had before them, or what they chose to replace.
fn nothing_is_overwritten_unseen(world: &World) {
    let sim = world.wire.sim.lock().unwrap();
    for accepted in sim
        .ground_truth()
        .iter()
        .filter(|a| a.token_name.is_some() && a.kind == AcceptedKind::Updated)
    {
        let Some(request) = &accepted.request_id else { continue };
        let Some(attempt) = world.attempt_of.get(request) else {
            continue;
        };
        for (field, was, to) in &world.store.sent_from[attempt] {
            let Some((old, new)) = accepted.fields.get(field.as_str()) else {
                continue;
            };
            if field.as_str() == azdo::field::TAGS {
                no_tag_of_others_is_taken_away([old, new], [was, to]);
                continue;
            }
            if world.rules.conflict == ConflictRule::LockstepWins {
                continue;
            }
            assert!(
                is_same(field, old, was),
                "{field} of {} was {old}, the author saw {was}",
                accepted.work_item_id
            );
        }
    }
}

/// Of tags that were there a write takes away those alone that its author took away.
fn no_tag_of_others_is_taken_away([old, new]: [&Value; 2], [was, to]: [&Value; 2]) {
    let [old, new, was, to] = [old, new, was, to].map(|value| tags(value.as_str().unwrap_or_default()));
    for tag in old.keys().filter(|tag| !new.contains_key(*tag)) {
        let is_theirs = was.contains_key(tag) && !to.contains_key(tag);
        assert!(is_theirs, "tag {tag} was taken away, and nobody asked for it");
    }
}

/// I-7: what did not come to Azure DevOps was let go by a person, lost to a value of somebody else, or has made room for
/// something that was meant as much.
fn what_is_not_applied_was_let_go(world: &World) {
    let decisions: Vec<(&ItemId, &Edit, EditId, &Choice)> = world
        .accepted
        .iter()
        .filter_map(|(item, edit)| match &edit.act {
            Act::Decide { edit: about, choice } => Some((item, edit, *about, choice)),
            _ => None,
        })
        .collect();
    let item_of: BTreeMap<EditId, ItemId> = world.accepted.iter().map(|(item, edit)| (edit.id, *item)).collect();
    let is_plan = |edit: &EditId| world.planned.contains(edit) && !world.store.published.contains(edit);
    for (edit, ending) in world.store.settled.values() {
        let item = item_of[&edit.id];
        let was_chosen = |is_it: &dyn Fn(&Choice, &Edit) -> bool| {
            decisions
                .iter()
                .any(|(on, decision, _, choice)| **on == item && is_it(choice, decision))
        };
        match ending {
            Ending::GivenUp { by } => {
                let was_let_go = was_chosen(&|choice, decision| *choice == Choice::GiveUp && decision.author == *by);
                assert!(was_let_go, "nobody gave this up: {edit:?}");
            }
            Ending::LostConflict { theirs } => {
                let is_rule = world.rules.conflict == ConflictRule::AzureDevopsWins;
                let was_let_go = is_rule || was_chosen(&|choice, _| matches!(choice, Choice::Theirs { .. }));
                assert!(was_let_go, "nobody chose theirs: {edit:?}");
                assert!(
                    is_of_somebody_else(world, item, edit, theirs),
                    "{edit:?} lost to a value of our own: {theirs}"
                );
            }
            Ending::SupersededBy { edit: later } => {
                let other = world.accepted.iter().find(|(_, other)| other.id == *later);
                let (on, other) = other.expect("it is superseded by an edit that was accepted");
                assert!(
                    *on == item && is_about_the_same(world, other, edit),
                    "{edit:?} made room for {other:?}"
                );
                assert!(
                    !is_plan(later) || is_plan(&edit.id),
                    "{edit:?} was meant and made room for a plan"
                );
            }
            _ => {}
        }
    }
}

/// Whether two edits are about the same field or link; an end without a number has one by now.
fn is_about_the_same(world: &World, a: &Edit, b: &Edit) -> bool {
    let number = |target: Target| match target {
        Target::WorkItem(number) => Some(number),
        Target::Item { item } => world.store.items[&item].work_item,
    };
    match (a.subject(), b.subject()) {
        (Some(Subject::Link(a_rel, a_end)), Some(Subject::Link(b_rel, b_end))) => {
            a_rel == b_rel && (a_end == b_end || number(a_end) == number(b_end))
        }
        (a, b) => a == b,
    }
}

/// Whether a title was given in Azure DevOps; of other fields several may give the same value.
fn is_of_somebody_else(world: &World, item: ItemId, edit: &Edit, theirs: &Value) -> bool {
    let title = FieldName::from(azdo::field::TITLE);
    if edit.field() != Some(&title) {
        return true;
    }
    let number = world.store.items[&item].work_item.map(|id| id.0);
    let sim = world.wire.sim.lock().unwrap();
    let mut others = sim
        .ground_truth()
        .iter()
        .filter(|accepted| Some(accepted.work_item_id) == number && !is_remembered(world, accepted));
    others.any(|accepted| {
        accepted
            .fields
            .get(title.as_str())
            .is_some_and(|(_, new)| is_same(&title, new, theirs))
    })
}

/// Whether a change was made by a request that this store knows of.
fn is_remembered(world: &World, accepted: &azdo_sim::Accepted) -> bool {
    let name = accepted.request_id.as_ref().filter(|_| accepted.token_name.is_some());
    name.is_some_and(|name| {
        let attempt = world.attempt_of.get(name);
        attempt.is_none_or(|attempt| !world.forgotten.contains(attempt))
    })
}

/// I-2 and I-3 for values that are unique: an applied one was accepted, and none was accepted twice.
fn what_was_applied_is_there_once(world: &World) {
    let sim = world.wire.sim.lock().unwrap();
    let ours: Vec<_> = sim.ground_truth().iter().filter(|a| a.token_name.is_some()).collect();
    for (item, Edit { id, .. }) in &world.accepted {
        let Some((edit, ending)) = world.store.settled.get(id) else {
            continue;
        };
        let work_item = world.store.items[item].work_item;
        let (field, value) = match &edit.act {
            Act::Set { field, to, .. } if field.as_str() == "System.Title" => (field.clone(), to.clone()),
            Act::Comment { html } => (FieldName::from("System.History"), serde_json::json!(html)),
            _ => continue,
        };
        let text = value.as_str().unwrap_or_default();
        let n = ours
            .iter()
            .filter(|a| Some(a.work_item_id) == work_item.map(|id| id.0))
            .filter(|a| {
                a.fields.get(field.as_str()).is_some_and(|(_, new)| {
                    let new = new.as_str().unwrap_or_default();
                    new == text || new.starts_with(&format!("{text}<br"))
                })
            })
            .count();
        assert!(n <= 1, "{field} = {text} was written {n} times");
        if matches!(ending, Ending::Applied { .. }) {
            assert_eq!(
                n, 1,
                "{field} = {text} counts as applied and is nowhere: {edit:?} {ending:?}"
            );
        }
    }
}

/// I-4: a revision of ours for each edit at most.
fn nothing_echoes(world: &World) {
    let sim = world.wire.sim.lock().unwrap();
    let requests: BTreeSet<_> = sim
        .ground_truth()
        .iter()
        .filter(|a| a.token_name.is_some())
        .filter_map(|a| a.request_id.clone())
        .collect();
    assert!(
        requests.len() <= world.accepted.len() + world.n_forgotten,
        "{} writes for {} edits",
        requests.len(),
        world.accepted.len()
    );
}

/// I-7 for notices.
fn every_notice_is_settled(world: &World) {
    for (id, (work_item, disposition)) in &world.store.notices {
        assert!(
            disposition.is_some(),
            "notice {id} of work item {work_item} was never followed up"
        );
    }
}

/// The bugs that are planted, by the name that is printed.
pub const BUGS: [(&str, Bug); 44] = [
    ("no rev test", Bug::NoRevTest),
    ("base := sent value", Bug::BaseIsSentValue),
    ("create retried blindly", Bug::CreateRetriedBlindly),
    ("404 means deleted", Bug::NotFoundMeansDeleted),
    ("an author ignored", Bug::AuthorIgnored),
    ("acknowledge before save", Bug::AcknowledgedBeforeSave),
    ("a link change skipped because rev is known", Bug::LinkChangeSkipped),
    ("a draft sent unpublished", Bug::DraftSent),
    ("a node's path kept from before it was renamed", Bug::StalePath),
    ("a creation not waiting for its parent", Bug::ParentNotAwaited),
    ("a link removed by a stale position", Bug::StaleIndex),
    ("what left a scope taken for deleted", Bug::LeftMeansDeleted),
    (
        "a parent changed on both sides written over",
        Bug::ParentConflictOverwritten,
    ),
    ("an update retried blindly", Bug::UpdateRetriedBlindly),
    ("no answer taken for a yes", Bug::UnansweredIsApplied),
    ("a conflict not noticed", Bug::ConflictSkipped),
    ("a base that was never sent", Bug::SupersededBaseKept),
    ("a refused edit dropped", Bug::RefusalDropsEdit),
    ("an attempt forgotten at a restart", Bug::RestartForgetsAttempt),
    ("tags of others replaced", Bug::TagsReplaced),
    ("a restoration ignored", Bug::RestorationIgnored),
    ("everything stopped by one held edit", Bug::HeldStopsItem),
    ("a plan before what was meant", Bug::DraftSupersedesMeant),
    ("a creation without a marker", Bug::MarkerLeftOut),
    ("a creation called absent too soon", Bug::AbsenceTooSoon),
    ("not read after the revision moved", Bug::MovedRevNotRead),
    ("the base of what was given up kept", Bug::GivenUpBaseKept),
    ("what was refused tried for ever", Bug::RefusedForEver),
    ("who publishes taken for the author", Bug::PublisherIsAuthor),
    ("the recycle bin not asked", Bug::BinNotAsked),
    ("an own creation taken for somebody else's", Bug::OwnCreationAdopted),
    ("a pause ignored", Bug::PauseIgnored),
    ("put off taken for done", Bug::ThrottledIsApplied),
    ("a sign-in page taken for an answer", Bug::SignInIsApplied),
    ("edits dropped with a deletion", Bug::DeletionDropsEdits),
    ("a conflict lost silently", Bug::ConflictLostSilently),
    ("a try that writes", Bug::TryWrites),
    ("a comment left out", Bug::CommentLeftOut),
    ("a parent left out", Bug::ParentLeftOut),
    ("a card that does not enter", Bug::EntryIgnored),
    ("a newcomer ignored", Bug::NewcomerIgnored),
    ("a card that does not leave", Bug::LeavingIgnored),
    ("a sweep left out", Bug::SweepLeftOut),
    ("a marker not compared", Bug::MarkerNotCompared),
];

/// Those that show so seldom that it takes thousands of seeds.
pub const RARE_BUGS: [(&str, Bug); 2] = [
    ("a refused token replaced", Bug::RefusedTokenReplaced),
    ("what was let go forgotten", Bug::LetGoForgotten),
];
