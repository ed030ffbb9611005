//! What has to hold of plans and boards: drafts, links, parents, places, scopes.

use std::collections::{BTreeMap, BTreeSet};

use azdo::{FieldName, WorkItemId};
use azdo_sim::{Accepted, AcceptedKind};
use lockstep_sync::edit::{Act, Attempt, Choice, Ending, Hold, LinkSent, Target};
use lockstep_sync::item::{Presence, unborn_parent};
use lockstep_sync::links::is_marked;
use lockstep_sync::rules::ConflictRule;
use lockstep_sync::{EditId, ItemId, PARENT, PARENT_LINK};
use serde_json::Value;

use crate::world::{BOARD, World};

/// Holds the world against each; panics with the first that is broken.
pub fn check(world: &World) {
    drafts_never_went_out(world);
    links_that_count_as_written_were(world);
    children_are_born_under_their_parents(world);
    no_other_link_is_taken_away(world);
    parents_are_replaced_knowingly(world);
    nothing_waits_under_an_old_name(world);
    boards_hold_what_is_in_their_scope(world);
}

/// What our requests did, each with its attempt; what it did to other work items beside it aside.
fn own_writes(world: &World, mut look: impl FnMut(&Accepted, &Attempt)) {
    let sim = world.wire.sim.lock().unwrap();
    for accepted in sim.ground_truth().iter().filter(|a| a.token_name.is_some()) {
        let Some(id) = accepted.request_id.as_ref().and_then(|name| world.attempt_of.get(name)) else {
            continue;
        };
        let attempt = &world.store.attempts[id];
        let number = world.store.items[&attempt.item].work_item;
        if number == Some(WorkItemId(accepted.work_item_id)) {
            look(accepted, attempt);
        }
    }
}

/// A draft that nobody published has left no trace in Azure DevOps.
fn drafts_never_went_out(world: &World) {
    let mut unpublished: BTreeSet<EditId> = world.planned.difference(&world.store.published).copied().collect();
    unpublished.retain(|edit| !world.published_before.contains(edit));
    for attempt in world.store.attempts.values() {
        let sent = attempt.edits.iter().find(|edit| unpublished.contains(edit));
        assert_eq!(sent, None, "a draft was sent that nobody published");
    }
    let texts: BTreeSet<&str> = world
        .accepted
        .iter()
        .filter(|(_, edit)| unpublished.contains(&edit.id))
        .filter_map(|(_, edit)| match &edit.act {
            Act::Set { field, to, .. } if field.as_str() == "System.Title" => to.as_str(),
            Act::Comment { html } => Some(html.as_str()),
            Act::Create { fields, .. } => fields[&FieldName::from("System.Title")].as_str(),
            _ => None,
        })
        .collect();
    let sim = world.wire.sim.lock().unwrap();
    let values = sim.ground_truth().iter().flat_map(|accepted| accepted.fields.values());
    for (_, new) in values {
        let is_draft = new.as_str().is_some_and(|new| texts.contains(new));
        assert!(!is_draft, "{new} was planned and never published");
    }
}

type Links = BTreeSet<(String, i64)>;

fn links(list: &[(String, String)]) -> Links {
    let number = |url: &str| url.rsplit('/').next()?.parse().ok();
    list.iter()
        .filter_map(|(rel, url)| Some((rel.clone(), number(url)?)))
        .collect()
}

/// A link or a parent that counts as written was written, by one of the requests that carried it.
fn links_that_count_as_written_were(world: &World) {
    let mut done: BTreeMap<EditId, (Links, Links)> = BTreeMap::new();
    // One that took another link away is for `no_other_link_is_taken_away` to judge.
    let mut missed: BTreeSet<EditId> = BTreeSet::new();
    own_writes(world, |accepted, attempt| {
        let is_meant = |(rel, number): &(String, i64)| {
            let is_it = |link: &LinkSent| !link.is_added && link.rel == *rel && link.target.0 == *number;
            attempt.links.iter().any(is_it)
        };
        let gone = links(&accepted.relations_removed);
        if gone.len() < accepted.relations_removed.len() || !gone.iter().all(is_meant) {
            missed.extend(&attempt.edits);
        }
        for edit in &attempt.edits {
            let (added, removed) = done.entry(*edit).or_default();
            added.extend(links(&accepted.relations_added));
            removed.extend(links(&accepted.relations_removed));
        }
    });
    for (edit, ending) in world.store.settled.values() {
        if !matches!(ending, Ending::Applied { .. }) {
            continue;
        }
        let nothing = (Links::new(), Links::new());
        let (added, removed) = done.get(&edit.id).unwrap_or(&nothing);
        let number_of = |target: &Target| match target {
            Target::WorkItem(number) => Some(number.0),
            Target::Item { item } => world.store.items[item].work_item.map(|number| number.0),
        };
        let is_done = match &edit.act {
            Act::Link {
                rel, target, is_added, ..
            } => {
                let number = number_of(target).expect("it had a number when it was written");
                if *is_added { added } else { removed }.contains(&(rel.clone(), number))
            }
            Act::Set { field, to, .. } if field.as_str() == PARENT => match parent_number(world, to) {
                Some(parent) => added.contains(&(PARENT_LINK.to_owned(), parent)),
                None => removed.iter().any(|(rel, _)| rel == PARENT_LINK),
            },
            _ => true,
        };
        assert!(
            is_done || missed.contains(&edit.id),
            "{edit:?} counts as applied, and the request did {added:?}, {removed:?}"
        );
    }
}

fn parent_number(world: &World, value: &Value) -> Option<i64> {
    let item = unborn_parent(value);
    value
        .as_i64()
        .or_else(|| world.store.items[&item?].work_item.map(|number| number.0))
}

/// The parent travels inside the creation.
fn children_are_born_under_their_parents(world: &World) {
    own_writes(world, |accepted, attempt| {
        if accepted.kind != AcceptedKind::Created {
            return;
        }
        let create = world.accepted.iter().find(|(_, edit)| attempt.edits.contains(&edit.id));
        let Some(Act::Create { fields, .. }) = create.map(|(_, edit)| &edit.act) else {
            panic!("a creation without an edit: {accepted:?}")
        };
        if let Some(wanted) = fields.get(&FieldName::from(PARENT)) {
            let parent = parent_number(world, wanted);
            let added = links(&accepted.relations_added);
            // One whose own creation was given up is never a parent; the child goes with another one, or none.
            let is_under = parent.is_none_or(|parent| added.contains(&(PARENT_LINK.to_owned(), parent)));
            assert!(is_under, "{accepted:?} was born without its parent {wanted}");
        }
    });
}

/// A removal goes by position; it takes away what it is meant to. Only where the links moved between the read made for
/// it and the write can it be another one.
fn no_other_link_is_taken_away(world: &World) {
    let mut wrong: Vec<(i64, String, i64)> = Vec::new();
    own_writes(world, |accepted, attempt| {
        let asked = |rel: &str, number: i64| {
            let is_it = |link: &&LinkSent| link.rel == rel && link.target.0 == number;
            attempt
                .links
                .iter()
                .filter(|link| !link.is_added)
                .any(|link| is_it(&link))
        };
        let is_wrong = |(rel, number): &(String, i64)| !asked(rel, *number);
        // A marker is a link, too.
        let n_markers = accepted
            .relations_removed
            .iter()
            .filter(|(rel, _)| rel == "Hyperlink")
            .count();
        if links(&accepted.relations_removed).iter().any(is_wrong) || n_markers > 0 {
            let name = accepted.request_id.clone().expect("requests are named");
            wrong.push((accepted.work_item_id, name, accepted.at_us));
        }
    });
    let sim = world.wire.sim.lock().unwrap();
    for (id, name, at_us) in wrong {
        let since_us = world.positions_since[&name];
        let has_moved = sim.ground_truth().iter().any(|accepted| {
            accepted.work_item_id == id
                && accepted.request_id.as_ref() != Some(&name)
                && (since_us..=at_us).contains(&accepted.at_us)
        });
        assert!(has_moved, "request {name} took another link of work item {id} away");
    }
}

/// A parent that our write took away is one that somebody here had before them, or chose to replace.
fn parents_are_replaced_knowingly(world: &World) {
    if world.rules.conflict == ConflictRule::LockstepWins {
        return;
    }
    let mut seen: BTreeMap<ItemId, BTreeSet<i64>> = BTreeMap::new();
    let parent = FieldName::from(PARENT);
    for (item, edit) in &world.accepted {
        let values: Vec<&Value> = match &edit.act {
            Act::Set { field, was, to } if *field == parent => vec![was, to],
            Act::Create { fields, .. } => fields.get(&parent).into_iter().collect(),
            Act::Decide {
                choice: Choice::Ours { seen },
                ..
            } => vec![seen],
            _ => Vec::new(),
        };
        let numbers = values.into_iter().filter_map(|value| parent_number(world, value));
        seen.entry(*item).or_default().extend(numbers);
    }
    own_writes(world, |accepted, attempt| {
        for (rel, number) in links(&accepted.relations_removed) {
            let name = accepted.request_id.as_ref().expect("requests are named");
            let was_meant = attempt
                .links
                .iter()
                .any(|link| !link.is_added && link.target.0 == number);
            assert!(
                rel != PARENT_LINK || !was_meant || seen[&attempt.item].contains(&number),
                "request {name} replaced parent {number}, which nobody here had seen"
            );
        }
    });
}

/// A move that was refused under a name that the node no longer has goes out under the one it has.
fn nothing_waits_under_an_old_name(world: &World) {
    let paths: BTreeSet<String> = world.nodes().into_values().collect();
    for edit in world.store.items.values().flat_map(|item| &item.edits) {
        if let Some(Hold::Refused {
            paths: sent, answer, ..
        }) = edit.hold()
        {
            let old = sent.iter().find(|path| !paths.contains(*path));
            assert_eq!(old, None, "{edit:?} waits with {answer}");
        }
    }
}

/// On the board is what is in its scope, whoever made it; and what left it has left.
fn boards_hold_what_is_in_their_scope(world: &World) {
    let Some(scope) = world.rules.scopes.first() else {
        return;
    };
    let paired: BTreeSet<i64> = world
        .store
        .items
        .values()
        .filter_map(|item| item.work_item)
        .map(|id| id.0)
        .collect();
    for item in world
        .store
        .items
        .values()
        .filter(|item| item.presence == Presence::Present)
    {
        let remote = item.remote.as_ref().expect("read once");
        let is_inside = scope.judge(&remote.fields) == Some(Ok(()));
        assert_eq!(
            item.boards.contains(&BOARD),
            is_inside,
            "work item {:?} on the board, and in its scope",
            item.work_item
        );
    }
    let sim = world.wire.sim.lock().unwrap();
    for id in sim.all_ids() {
        let snapshot = sim.work_item_snapshot(id).expect("it was listed");
        let is_ours = snapshot.relations.iter().any(|(rel, url)| {
            let relation = azdo::Relation {
                rel: rel.clone(),
                url: url.clone(),
                attributes: Default::default(),
            };
            is_marked(&[relation])
        });
        let area = snapshot.fields["System.AreaId"].as_i64();
        let is_inside =
            snapshot.fields["System.WorkItemType"] == "Task" && area.is_some_and(|area| scope.area_ids.contains(&area));
        if is_inside && !is_ours && !snapshot.is_deleted && !snapshot.is_destroyed {
            assert!(
                paired.contains(&id),
                "work item {id} is in the scope and nobody took it up"
            );
        }
    }
}

/// The number of requests that each author's published edits of an item took.
pub fn requests_of(world: &World, item: ItemId) -> BTreeMap<String, BTreeSet<String>> {
    let mut requests: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    own_writes(world, |accepted, attempt| {
        if attempt.item == item {
            let name = accepted.request_id.clone().expect("requests are named");
            requests.entry(attempt.author.to_string()).or_default().insert(name);
        }
    });
    requests
}
