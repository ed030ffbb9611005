//! The next step for one item.
//!
//! [`plan`] looks at one item and the connection's rules and names one step: ask, write, look, or rest. What can be
//! decided without asking is decided on the way and comes back as records. It performs nothing, and keeps nothing
//! between calls beyond what it wrote into the item, so a crash loses nothing: the same item gives the same step again.
//!
//! Invariants: only fields that an unsettled edit names are ever written. One write carries edits of one author. Once
//! nothing changes on either side, repeating the step reaches [`Next::Rest`].

use azdo::{Creation, FieldName, Update, field};

use crate::call::Call;
use crate::decide::carry_out_decisions;
use crate::edit::{Act, Attempt, AttemptKind, AttemptState, Edit, Ending, Hold, Whom};
use crate::item::{Item, Presence};
use crate::merge::{has_relation, hold, relation_index, settle, settle_fields, value_to_send, wait};
use crate::record::Record;
use crate::rules::{Rules, TokenOwner};
use crate::{AttemptId, MemberId, merge};

/// Edits older than this that wait for a token are reviewed by their author before they go out.
pub const NEEDS_TOKEN_REVIEW_US: i64 = 24 * 3600 * 1_000_000;

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
        && item.edits.iter().any(|edit| {
            edit.doubt
                .as_ref()
                .is_some_and(|doubt| merge::held_rev(item) > doubt.rev)
        })
    {
        return (Vec::new(), Next::Ask(Call::ReadUpdates(id)));
    }
    let mut records = carry_out_decisions(item, now_us);
    records.extend(settle_fields(item, rules.conflict));
    records.extend(release(item, rules, now_us));
    records.extend(settle_life(item));
    let (more, next) = choose(item, rules, now_us, attempt);
    records.extend(more);
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
            creator: creator(open, rules),
            since_us: open.started_us - CREATED_SINCE_MARGIN_US,
            marker: rules.marker(item.id),
        }),
        (AttemptKind::Update, Some(id)) => Next::Ask(Call::ReadUpdates(id)),
        (AttemptKind::Delete | AttemptKind::Restore, Some(id)) => Next::Ask(Call::ReadBin(id)),
        (_, None) => unreachable!("only a creation goes without a work item"),
    }
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
            Some(Hold::Refused { at_rev, .. }) => at_rev.is_some_and(|at| rev > at),
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

/// Edits about the life of the work item that are already true, and edits that can't go anywhere now.
fn settle_life(item: &mut Item) -> Vec<Record> {
    let mut records = Vec::new();
    for i in 0..item.edits.len() {
        let edit = &item.edits[i];
        if edit.is_sending() {
            continue;
        }
        let relations = item
            .remote
            .as_ref()
            .map(|remote| remote.relations.as_slice())
            .unwrap_or_default();
        let is_true = match (&edit.act, item.presence) {
            (Act::Delete, Presence::Deleted) | (Act::Restore, Presence::Present) => true,
            (Act::Link { rel, target, is_added }, Presence::Present) => {
                // A removal is judged by a read newer than the edit; `is_fresh` says so.
                has_relation(relations, rel, *target) == *is_added && (*is_added || item.errand.is_fresh)
            }
            (Act::Create { .. }, _) => item.work_item.is_some(),
            _ => false,
        };
        if is_true {
            settle(&mut records, item, i, Ending::AlreadyThere);
        } else if edit.is_waiting() && !matches!(edit.act, Act::Create { .. } | Act::Restore | Act::Decide { .. }) {
            match item.presence {
                Presence::Deleted => hold(&mut records, item, i, Hold::WorkItemDeleted),
                Presence::OutOfSight => hold(&mut records, item, i, Hold::OutOfSight),
                Presence::Unborn | Presence::Present => {}
            }
        }
    }
    merge::drop_settled(item, &records);
    records
}

/// Picks what to send: the first edit that may go, and those of the same author right behind it.
fn choose(item: &mut Item, rules: &Rules, now_us: i64, attempt: AttemptId) -> (Vec<Record>, Next) {
    let mut records = Vec::new();
    let mut blocked: Vec<FieldName> = Vec::new();
    let mut batch: Vec<usize> = Vec::new();
    let mut lead: Option<(MemberId, Whom, TokenOwner)> = None;
    for i in 0..item.edits.len() {
        let edit = &item.edits[i];
        let field = edit.field().cloned();
        if !edit.is_waiting() || field.as_ref().is_some_and(|f| blocked.contains(f)) {
            blocked.extend(field);
            continue;
        }
        if matches!(edit.act, Act::Decide { .. }) {
            continue;
        }
        let may_go = matches!(edit.act, Act::Create { .. }) || item.work_item.is_some();
        if !may_go {
            continue;
        }
        match &lead {
            None => {
                let Some((whom, owner)) = rules.whom_for(edit.author) else {
                    blocked.extend(field);
                    hold(&mut records, item, i, Hold::NeedsToken);
                    continue;
                };
                if let Act::Create { project, .. } = &edit.act
                    && !rules.can_read_project(project)
                {
                    let answer = "The connection's account can't read this project, so the work item could not be \
                                  followed. Give it access, or choose another project.";
                    hold(
                        &mut records,
                        item,
                        i,
                        Hold::Refused {
                            answer: answer.to_owned(),
                            at_rev: None,
                        },
                    );
                    continue;
                }
                lead = Some((edit.author, whom, owner.clone()));
                batch.push(i);
                if !can_join(edit) || item.errand.sends_alone {
                    break;
                }
            }
            Some((author, ..)) => {
                let is_of_lead = edit.author == *author || azdo::planted::is_planted(azdo::planted::Bug::AuthorIgnored);
                let is_second = batch.iter().any(|&b| collides(&item.edits[b], edit));
                if !is_of_lead || !can_join(edit) || is_second {
                    break;
                }
                batch.push(i);
            }
        }
    }
    let Some((author, whom, owner)) = lead else {
        return (records, Next::Rest(None));
    };
    let next = draft(item, rules, &batch, author, whom, owner, now_us, attempt);
    (records, next)
}

/// Whether an edit can share a PATCH with others.
fn can_join(edit: &Edit) -> bool {
    matches!(
        edit.act,
        Act::Set { .. } | Act::Comment { .. } | Act::Link { is_added: true, .. }
    )
}

/// Whether two edits can't be told apart in one document.
fn collides(a: &Edit, b: &Edit) -> bool {
    match (&a.act, &b.act) {
        (Act::Comment { .. }, Act::Comment { .. }) => true,
        (Act::Link { rel, target, .. }, Act::Link { rel: r, target: t, .. }) => rel == r && target == t,
        _ => a.field().is_some() && a.field() == b.field(),
    }
}

#[allow(
    clippy::too_many_arguments,
    reason = "the parts of one attempt, put together in one place"
)]
fn draft(
    item: &Item,
    rules: &Rules,
    batch: &[usize],
    author: MemberId,
    whom: Whom,
    owner: TokenOwner,
    now_us: i64,
    attempt: AttemptId,
) -> Next {
    let lead = &item.edits[batch[0]];
    let note = on_behalf(item, rules, author, whom, batch);
    let (kind, call, expected_rev, fields) = match (&lead.act, item.work_item) {
        (
            Act::Create {
                project,
                work_item_type,
                fields,
            },
            _,
        ) => {
            let mut creation = Creation::new();
            for (name, value) in fields {
                creation = creation.set(name, value.clone());
            }
            if let Some(note) = &note {
                creation = creation.comment(note);
            }
            creation = creation.add_relation("Hyperlink", &rules.marker(item.id), Some("Lockstep"));
            let (project, work_item_type) = (project.clone(), work_item_type.clone());
            let sent = creation.fields_sent();
            let kind = AttemptKind::Create {
                project: project.clone(),
                work_item_type: work_item_type.clone(),
            };
            (
                kind,
                Call::Create {
                    whom,
                    project,
                    work_item_type,
                    creation,
                },
                None,
                sent,
            )
        }
        (Act::Delete, Some(id)) => {
            if !item.errand.is_fresh {
                return Next::Read;
            }
            let project = item
                .remote_value(&FieldName::from(field::TEAM_PROJECT))
                .as_str()
                .unwrap_or_default();
            let call = Call::Delete {
                whom,
                project: project.to_owned(),
                work_item: id,
            };
            (AttemptKind::Delete, call, None, Default::default())
        }
        (Act::Restore, Some(id)) => (
            AttemptKind::Restore,
            Call::Restore { whom, work_item: id },
            None,
            Default::default(),
        ),
        (_, Some(id)) => {
            let Some(update) = update_document(item, rules, batch, note.as_deref()) else {
                return Next::Read;
            };
            let (rev, sent) = (update.rev(), update.fields_sent());
            (
                AttemptKind::Update,
                Call::Update {
                    whom,
                    work_item: id,
                    update,
                },
                Some(rev),
                sent,
            )
        }
        (_, None) => return Next::Rest(None),
    };
    let attempt = Attempt {
        id: attempt,
        item: item.id,
        kind,
        edits: batch.iter().map(|&i| item.edits[i].id).collect(),
        author,
        whom,
        identity_id: owner.identity_id,
        identity_name: owner.name,
        fingerprint: owner.fingerprint,
        expected_rev,
        fields,
        started_us: now_us,
        state: AttemptState::Sending,
    };
    Next::Write(Box::new(attempt), Box::new(call))
}

/// The PATCH for these edits, or `None` where the item has to be read first.
fn update_document(item: &Item, rules: &Rules, batch: &[usize], note: Option<&str>) -> Option<Update> {
    let remote = item.remote.as_ref()?;
    let mut update = Update::at(remote.rev);
    let mut says = note.map(str::to_owned);
    for &i in batch {
        match &item.edits[i].act {
            Act::Set { .. } => {
                let (name, value) = value_to_send(item, i)?;
                update = if value.is_null() {
                    update.clear(&name)
                } else {
                    update.set(&name, value)
                };
            }
            // A note and a comment share the one history entry that a revision has.
            Act::Comment { html } => says = Some(says.map_or(html.clone(), |note| format!("{html}<br>{note}"))),
            Act::Link {
                rel,
                target,
                is_added: true,
            } => {
                update = update.add_relation(rel, &rules.work_item_url(*target), None);
            }
            Act::Link {
                rel,
                target,
                is_added: false,
            } => {
                // Positions move without a rev, so a removal goes by a read made for it.
                if !item.errand.is_fresh {
                    return None;
                }
                update = update.remove_relation(relation_index(&remote.relations, rel, *target)?);
            }
            Act::Create { .. } | Act::Delete | Act::Restore | Act::Decide { .. } => {}
        }
    }
    if let Some(says) = &says {
        update = update.comment(says);
    }
    Some(update)
}

/// The note that says on whose behalf the connection's account writes, where the admin wants it.
fn on_behalf(item: &Item, rules: &Rules, author: MemberId, whom: Whom, batch: &[usize]) -> Option<String> {
    let is_create = batch.iter().any(|&i| matches!(item.edits[i].act, Act::Create { .. }));
    let is_wanted = if is_create {
        rules.notes_on_behalf_create
    } else {
        rules.notes_on_behalf_update
    };
    if whom != Whom::Connection || !is_wanted {
        return None;
    }
    let name = rules.names.get(&author)?;
    let escaped = name.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    Some(format!("Written by Lockstep on behalf of {escaped}."))
}
