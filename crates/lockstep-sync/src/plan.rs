//! The next step for one item.
//!
//! [`plan`] looks at one item and the connection's rules and names one step: ask, write, look, or rest. What can be
//! decided without asking is decided on the way and comes back as records. It performs nothing, and keeps nothing
//! between calls beyond what it wrote into the item, so a crash loses nothing: the same item gives the same step again.
//!
//! Invariants: only fields that an unsettled edit names are ever written. One write carries edits of one author. Once
//! nothing changes on either side, repeating the step reaches [`Next::Rest`].

use azdo::planted::{Bug, is_planted};

use crate::call::Call;
use crate::decide::carry_out_decisions;
use crate::document::{Batch, Lacking, Needs, draft, needs, paths_of};
use crate::edit::{Act, Attempt, AttemptKind, AttemptState, Edit, Ending, Hold, Subject, Target};
use crate::item::{Item, Presence};
use crate::links::{has_relation, says};
use crate::merge::{hold, hold_for, settle, settle_fields, wait};
use crate::record::Record;
use crate::restored::suppose_sent;
use crate::rules::Rules;
use crate::{AttemptId, EditId, PARENT, merge};

pub use crate::tries::{Try, tries};

/// Edits older than this that wait for a token are reviewed by their author before they go out.
pub const NEEDS_TOKEN_REVIEW_US: i64 = 24 * 3600 * 1_000_000;

/// Why an edit waits for a person: the node it names is gone.
const NO_NODE: &str = "The area or iteration is no longer there, or the connection can't see it. Choose another one.";
/// The same: what it links to was given up before it was created.
const NO_OTHER_END: &str =
    "What it links to was given up before it became a work item. Choose something else, or let this go.";
/// The same, for a creation.
const UNREADABLE_PROJECT: &str = "The connection's account can't read this project, so the work item could not be followed. \
     Give it access, or choose another project.";

/// Earliest clock that a creation may differ by from ours when it is looked for.
const CREATED_SINCE_MARGIN_US: i64 = 15 * 60 * 1_000_000;

/// The next step for one item.
#[derive(Debug, Clone)]
pub enum Next {
    /// Nothing to do now; look again at this moment, if one is given (microseconds UTC).
    Rest(Option<i64>),
    /// Read it in the next batch.
    Read,
    /// Ask something about it.
    Ask(Call),
    /// Write: save the attempt first, then call.
    Write(Box<Attempt>, Box<Call>),
}

/// Names the next step for `item`, and what was decided on the way.
///
/// `attempt` numbers the attempt, should one be made.
pub fn plan(item: &mut Item, rules: &Rules, now_us: i64, attempt: AttemptId) -> (Vec<Record>, Next) {
    if item.errand.is_busy {
        return (Vec::new(), Next::Rest(None));
    }
    if item.errand.not_before_us > now_us {
        return (Vec::new(), Next::Rest(Some(item.errand.not_before_us)));
    }
    if item.attempt.is_some() {
        // A creation nobody is sure of can be decided by a person.
        let records = if item.has_held(|hold| *hold == Hold::Unsure) {
            carry_out_decisions(item, now_us)
        } else {
            Vec::new()
        };
        if let Some(open) = &item.attempt {
            return (records, look_for(item, open, rules, now_us));
        }
        let (more, next) = plan(item, rules, now_us, attempt);
        return (records.into_iter().chain(more).collect(), next);
    }
    if item.errand.is_missing
        && let Some(id) = item.work_item
    {
        return (Vec::new(), Next::Ask(Call::ReadBin(id)));
    }
    if item.errand.is_stale && item.work_item.is_some() {
        return (Vec::new(), Next::Read);
    }
    // A request that was given up may have taken effect since: the updates know, and are asked before any merge.
    if let Some(id) = item.work_item
        && item.presence == Presence::Present
        && item.doubts().any(|doubt| merge::held_rev(item) > doubt.rev)
    {
        return (Vec::new(), Next::Ask(Call::ReadUpdates(id)));
    }
    let mut records = carry_out_decisions(item, now_us);
    records.extend(settle_fields(item, rules));
    records.extend(release(item, rules, now_us));
    records.extend(settle_life(item));
    let (more, chosen) = choose(item, rules, now_us);
    records.extend(more);
    let batch = match chosen {
        Ok(batch) => batch,
        Err(again_us) => return (records, Next::Rest(again_us)),
    };
    let lead = batch.positions[0];
    let next = match draft(item, rules, &batch, false) {
        Ok(draft) => {
            let attempt = batch.attempt(item, &draft, attempt, now_us);
            if let Some(restored) = rules.restored.filter(|_| is_creation_of_backup(&item.edits[lead])) {
                records.extend(suppose_sent(item, attempt, restored, now_us));
                let (more, next) = plan(item, rules, now_us, AttemptId(uuid::Uuid::nil()));
                return (records.into_iter().chain(more).collect(), next);
            }
            Next::Write(Box::new(attempt), Box::new(draft.call))
        }
        Err(Lacking::Read) => Next::Read,
        Err(Lacking::WorkItem) => Next::Rest(None),
    };
    (records, next)
}

/// The answer of the open attempt was lost: where to look for its effect.
fn look_for(item: &Item, open: &Attempt, rules: &Rules, now_us: i64) -> Next {
    let AttemptState::Unknown { search } = &open.state else {
        return Next::Rest(None);
    };
    if search.next_us > now_us {
        return Next::Rest(Some(search.next_us));
    }
    match (&open.kind, item.work_item) {
        (
            AttemptKind::Create {
                project,
                work_item_type,
            },
            _,
        ) => Next::Ask(Call::FindMarker {
            project: project.clone(),
            work_item_type: work_item_type.clone(),
            // Whoever made it in the time before a restore.
            creator: open.supposed_since_us.is_none().then(|| creator(open, rules)),
            since_us: open.supposed_since_us.unwrap_or(open.started_us) - CREATED_SINCE_MARGIN_US,
            marker: rules.marker(item.id),
        }),
        (AttemptKind::Update, Some(id)) => Next::Ask(Call::ReadUpdates(id)),
        (AttemptKind::Delete | AttemptKind::Restore, Some(id)) => Next::Ask(Call::ReadBin(id)),
        (_, None) => unreachable!("only a creation goes without a work item"),
    }
}

/// Whether a creation may have been made by a request that this store knows nothing of.
fn is_creation_of_backup(edit: &Edit) -> bool {
    let is_creation = matches!(edit.act, Act::Create { .. }) && !is_planted(Bug::BackupCreationSent);
    is_creation && edit.doubt.as_ref().is_some_and(|doubt| doubt.is_of_backup)
}

/// The sign-in name by which WIQL knows the creator.
fn creator(open: &Attempt, rules: &Rules) -> String {
    let owners = rules.connection_token.iter().chain(rules.own_tokens.values());
    owners
        .filter(|owner| owner.identity_id == open.identity_id)
        .map(|owner| owner.unique_name.clone())
        .find(|name| !name.is_empty())
        .unwrap_or_else(|| open.identity_name.clone())
}

/// Lets go of holds whose reason is gone.
fn release(item: &mut Item, rules: &Rules, now_us: i64) -> Vec<Record> {
    let mut records = Vec::new();
    let rev = merge::held_rev(item);
    for i in 0..item.edits.len() {
        let edit = &item.edits[i];
        let is_over = match edit.hold() {
            Some(Hold::NeedsToken) => {
                rules.whom_for(edit.author).is_some() && now_us - edit.at_us < NEEDS_TOKEN_REVIEW_US
            }
            Some(Hold::Refused { paths, .. }) if has_other_paths(edit, paths, rules) => true,
            Some(Hold::Refused { at_rev: Some(at), .. }) => rev > *at,
            // Held here, for want of something that is there now.
            Some(Hold::Refused { at_rev: None, .. }) => {
                was_held_for_want(edit) && wants(item, i, rules).is_none() && needs(edit, rules) != Some(Needs::Nodes)
            }
            Some(Hold::WorkItemDeleted) => item.presence == Presence::Present,
            Some(Hold::OutOfSight) => item.presence == Presence::Present,
            Some(Hold::Conflict { .. } | Hold::Unsure) | None => false,
        };
        if is_over {
            wait(&mut records, item, i);
        }
    }
    records
}

/// Whether the nodes that an edit names are called something else than when it was refused.
fn has_other_paths(edit: &Edit, refused: &[String], rules: &Rules) -> bool {
    !refused.is_empty() && !rules.nodes.is_empty() && refused != paths_of(edit, &rules.nodes)
}

/// Whether an edit is one that is held for want of a node or of the other end.
fn was_held_for_want(edit: &Edit) -> bool {
    matches!(edit.hold(), Some(Hold::Refused { answer, .. }) if answer == NO_NODE || answer == NO_OTHER_END)
}

/// In what words an edit is held for want of something that is not going to come by itself.
fn wants(item: &Item, position: usize, rules: &Rules) -> Option<&'static str> {
    match needs(&item.edits[position], rules)? {
        Needs::Node(_) => Some(NO_NODE),
        Needs::Number(end) if item.unmade.contains(&end) && !gets_another_parent(item, position) => Some(NO_OTHER_END),
        Needs::Number(_) | Needs::Nodes => None,
    }
}

/// Whether a creation's parent is changed by an edit behind it: then it goes without the one it was to have.
fn gets_another_parent(item: &Item, position: usize) -> bool {
    let is_parent = |edit: &Edit| !edit.is_draft && edit.field().is_some_and(|field| field.as_str() == PARENT);
    matches!(item.edits[position].act, Act::Create { .. }) && item.edits[position + 1..].iter().any(is_parent)
}

/// Edits about the life of the work item and its links that are already true, and edits that can't go anywhere now.
pub(crate) fn settle_life(item: &mut Item) -> Vec<Record> {
    let mut records = Vec::new();
    for i in 0..item.edits.len() {
        let edit = &item.edits[i];
        if edit.is_sending() {
            continue;
        }
        let is_true = match (&edit.act, item.presence) {
            (Act::Delete, Presence::Deleted) | (Act::Restore, Presence::Present) => true,
            (Act::Link { .. }, Presence::Present) => !item.has_earlier(i) && is_link_so(item, edit),
            (Act::Create { .. }, _) => item.work_item.is_some(),
            _ => false,
        };
        if is_true {
            settle(&mut records, item, i, Ending::AlreadyThere);
        } else if edit.is_waiting() && !matches!(edit.act, Act::Create { .. } | Act::Restore | Act::Decide { .. }) {
            match item.presence {
                Presence::Deleted if is_planted(Bug::DeletionDropsEdits) => {
                    let by = edit.author;
                    settle(&mut records, item, i, Ending::GivenUp { by });
                }
                Presence::Deleted => hold(&mut records, item, i, Hold::WorkItemDeleted),
                Presence::OutOfSight => hold(&mut records, item, i, Hold::OutOfSight),
                Presence::Unborn | Presence::Present => {}
            }
        }
    }
    merge::drop_settled(item, &records);
    records
}

/// Whether a link is as the edit wants it.
fn is_link_so(item: &Item, edit: &Edit) -> bool {
    let (
        Act::Link {
            rel,
            target: Target::WorkItem(target),
            is_added,
            comment,
        },
        Some(remote),
    ) = (&edit.act, &item.remote)
    else {
        return false;
    };
    if *is_added {
        says(&remote.relations, rel, *target, comment.as_deref())
    } else {
        // A removal is judged by a read newer than the edit; `is_fresh` says so.
        item.errand.is_fresh && !has_relation(&remote.relations, rel, *target)
    }
}

/// Picks what to send: the first edit that may go, and all of the same author that can go with it. Edits of others are
/// passed, unless one about the same comes before. Or says when to look again.
pub(crate) fn choose(item: &mut Item, rules: &Rules, now_us: i64) -> (Vec<Record>, Result<Batch, Option<i64>>) {
    let mut records = Vec::new();
    // What a later edit must not overtake.
    let mut blocked: Vec<EditId> = Vec::new();
    let mut again_us = None;
    let mut batch: Option<Batch> = None;
    for i in 0..item.edits.len() {
        let edit = &item.edits[i];
        let is_kept_back = edit.is_draft && !is_planted(Bug::DraftSent);
        if is_kept_back || matches!(edit.act, Act::Decide { .. }) {
            continue;
        }
        let subject = edit.subject();
        let is_behind = subject.is_some()
            && item
                .edits
                .iter()
                .any(|earlier| blocked.contains(&earlier.id) && earlier.subject() == subject);
        let is_unborn = item.work_item.is_none() && !matches!(edit.act, Act::Create { .. });
        if !edit.is_waiting() || is_behind || is_unborn {
            blocked.push(edit.id);
            if is_planted(Bug::HeldStopsItem) {
                break;
            }
            continue;
        }
        if let Some(why) = wants(item, i, rules) {
            blocked.push(edit.id);
            hold_for(&mut records, item, i, why);
            continue;
        }
        let is_needy = match needs(edit, rules) {
            Some(Needs::Number(end)) => {
                let is_awaited = !matches!(edit.act, Act::Create { .. }) || !is_planted(Bug::ParentNotAwaited);
                is_awaited && !item.unmade.contains(&end)
            }
            needs => needs.is_some(),
        };
        let until_us = doubtful_until_us(item, edit).filter(|until_us| *until_us > now_us);
        if is_needy || until_us.is_some() {
            again_us = [again_us, until_us].into_iter().flatten().min();
            blocked.push(edit.id);
            continue;
        }
        let Some(batch) = &mut batch else {
            let Some((whom, owner)) = rules.whom_for(edit.author) else {
                blocked.push(edit.id);
                hold(&mut records, item, i, Hold::NeedsToken);
                continue;
            };
            if let Act::Create { project, .. } = &edit.act
                && !rules.can_read_project(project)
            {
                hold_for(&mut records, item, i, UNREADABLE_PROJECT);
                continue;
            }
            batch = Some(Batch {
                positions: vec![i],
                author: edit.author,
                whom,
                owner: owner.clone(),
            });
            if !can_join(edit) || item.errand.sends_alone {
                break;
            }
            continue;
        };
        if !can_join(edit) {
            break;
        }
        let is_of_lead = edit.author == batch.author || is_planted(Bug::AuthorIgnored);
        if is_of_lead && !batch.positions.iter().any(|&b| collides(&item.edits[b], edit)) {
            batch.positions.push(i);
        } else {
            blocked.push(edit.id);
        }
    }
    (records, batch.ok_or(again_us))
}

/// An unanswered request that may still take links away by position keeps other links waiting until it no longer can.
fn doubtful_until_us(item: &Item, edit: &Edit) -> Option<i64> {
    let is_of_links = match edit.subject() {
        Some(Subject::Field(field)) => field.as_str() == PARENT,
        Some(Subject::Link(..)) => true,
        None => false,
    };
    let doubtful = item
        .doubts()
        .filter(|doubt| doubt.rev >= merge::held_rev(item))
        .map(|doubt| doubt.until_us);
    doubtful.max().filter(|_| is_of_links)
}

/// Whether an edit can share a PATCH with others.
fn can_join(edit: &Edit) -> bool {
    matches!(edit.act, Act::Set { .. } | Act::Comment { .. } | Act::Link { .. })
}

/// Whether two edits can't be told apart in one document.
fn collides(a: &Edit, b: &Edit) -> bool {
    match (&a.act, &b.act) {
        (Act::Comment { .. }, Act::Comment { .. }) => true,
        _ => a.subject().is_some() && a.subject() == b.subject(),
    }
}
