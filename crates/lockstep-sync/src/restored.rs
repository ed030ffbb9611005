//! A store that came out of a backup, while Azure DevOps went on.
//!
//! What the backup held open may have been carried out since, by requests that this store knows nothing of. So whatever
//! was open is doubtful: an edit is looked for in the updates that followed the backup, a creation by its marker, and
//! neither is sent before. Until everything paired has been read again nothing is written at all
//! ([`Replica::reconcile_first`](crate::replica::Replica::reconcile_first)).

use azdo::planted::{Bug, is_planted};
use azdo::{FieldName, Relation, Rev, WorkItemUpdate, field};
use serde_json::Value;

use crate::document::ON_BEHALF;
use crate::edit::{Act, Attempt, AttemptState, Doubt, Edit, EditState, Ending, Search, Target};
use crate::item::Item;
use crate::links::has_relation;
use crate::merge::{hold_for, settle};
use crate::record::Record;
use crate::value::{has_same_words, is_same, merge_tags};
use crate::{PARENT, PARENT_LINK};

/// In what words a deletion waits that the backup held, of a work item that has changed since.
pub const STILL_MEANT: &str = "This was waiting when the backup was made that Lockstep was restored from, and the work item has changed since. \
     Try it again if it is still meant, or let it go.";

/// When the store came out of a backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Restored {
    /// The newest moment that the backup knew of, microseconds UTC.
    pub since_us: i64,
    /// When it was restored, microseconds UTC.
    pub at_us: i64,
    /// The company's change number then. Edits up to it are the backup's.
    pub change: i64,
    /// Whether a feed may have been read since, so that what was deleted after the backup has been passed. Where nothing is
    /// known it has.
    pub is_feed_read: bool,
}

impl Restored {
    /// What is doubtful about an unsettled edit of the backup, whose work item was held at `rev` there. A request of the
    /// time before may act on links by position until `until_us`.
    pub fn doubt(edit: &Edit, rev: Rev, until_us: i64) -> Option<Doubt> {
        if matches!(edit.act, Act::Decide { .. }) {
            return None;
        }
        let before = edit.doubt.as_ref().map_or(rev, |doubt| doubt.rev);
        Some(Doubt {
            rev: rev.min(before),
            ..Self::doubt_of_creation(until_us)
        })
    }

    /// What is doubtful about a creation of something that the backup knew.
    pub fn doubt_of_creation(until_us: i64) -> Doubt {
        Doubt {
            rev: Rev(0),
            identity_id: String::new(),
            until_us,
            is_of_backup: true,
        }
    }
}

/// Takes a creation of the backup for one whose answer was lost, of a request made before the restore by whoever's token.
/// It is looked for by its marker and sent when it is certain to be nowhere.
pub(crate) fn suppose_sent(item: &mut Item, creation: Attempt, restored: Restored, now_us: i64) -> Vec<Record> {
    let search = Search {
        next_us: now_us,
        // It may have been made and deleted since, and the feed that told of it has been read: then a person is asked.
        has_deleted_candidate: restored.is_feed_read,
        ..Search::default()
    };
    let begun = Attempt {
        started_us: restored.at_us,
        supposed_since_us: Some(restored.since_us),
        ..creation
    };
    for edit in item.edits.iter_mut().filter(|edit| begun.edits.contains(&edit.id)) {
        edit.state = EditState::Sending { attempt: begun.id };
    }
    item.attempt = Some(Attempt {
        state: AttemptState::Unknown { search: search.clone() },
        ..begun.clone()
    });
    let id = begun.id;
    vec![
        Record::AttemptBegun(Box::new(begun)),
        Record::AttemptUnknown(id, search),
    ]
}

/// What the updates since the backup say of one of its edits.
pub(crate) enum Trace<'u> {
    /// This one carried it out.
    Update(&'u WorkItemUpdate),
    /// A later edit about the same was carried out, so this one had made room for it.
    MadeRoom(Ending),
    /// None did, and it must be asked for again whether it is meant.
    Doubtful,
    /// None did.
    Nothing,
}

/// Looks for an edit of the backup among the updates that followed it.
pub(crate) fn trace<'u>(item: &Item, position: usize, doubt: &Doubt, updates: &'u [WorkItemUpdate]) -> Trace<'u> {
    let edit = &item.edits[position];
    let since = |update: &&WorkItemUpdate| update.rev > doubt.rev;
    let did = |act: &Act| updates.iter().filter(since).find(|update| did(update, act));
    if let Some(update) = did(&edit.act).filter(|_| !is_planted(Bug::BackupEditsNotLookedFor)) {
        return Trace::Update(update);
    }
    if matches!(edit.act, Act::Delete) {
        return Trace::Doubtful;
    }
    let subject = edit.subject();
    let is_later = |later: &&Edit| subject.is_some() && later.subject() == subject && !later.is_draft;
    let mut later = item.edits[position + 1..].iter().filter(is_later);
    match later.find(|later| later.doubt.as_ref().is_some_and(|d| d.is_of_backup) && did(&later.act).is_some()) {
        Some(later) => Trace::MadeRoom(Ending::SupersededBy { edit: later.id }),
        None => Trace::Nothing,
    }
}

/// Settles or holds an edit by what became of it. Returns whether its doubt is over and nothing else has happened to it.
pub(crate) fn follow_trace(records: &mut Vec<Record>, item: &mut Item, position: usize, trace: Trace<'_>) -> bool {
    match trace {
        // Done by whomever; which of us it was nobody can tell.
        Trace::Update(_) => {
            settle(records, item, position, Ending::AlreadyThere);
            false
        }
        Trace::MadeRoom(ending) => {
            settle(records, item, position, ending);
            false
        }
        Trace::Doubtful => {
            hold_for(records, item, position, STILL_MEANT);
            true
        }
        Trace::Nothing => true,
    }
}

/// Whether an update did what an edit wants, whoever made it.
fn did(update: &WorkItemUpdate, act: &Act) -> bool {
    let now = |name: &FieldName| update.fields.get(name).and_then(|change| change.new_value.as_ref());
    let has = |list: &[Relation], rel: &str, target| has_relation(list, rel, target);
    let links = &update.relations;
    match act {
        Act::Set { field, to, .. } if field.as_str() == PARENT => match to.as_i64() {
            Some(parent) => has(&links.added, PARENT_LINK, azdo::WorkItemId(parent)),
            None => to.is_null() && links.removed.iter().any(|link| link.rel == PARENT_LINK),
        },
        Act::Set { field, was, to } if field.as_str() == field::TAGS => {
            now(field).is_some_and(|now| is_same(field, &merge_tags(was, to, now), now))
        }
        Act::Set { field, to, .. } => {
            let is_changed = update.fields.contains_key(field);
            is_changed && has_same_words(field, to, now(field).unwrap_or(&Value::Null))
        }
        Act::Comment { html } => {
            let name = FieldName::from(field::HISTORY);
            let said = now(&name).and_then(Value::as_str).unwrap_or_default();
            // Without the note on whose behalf it was said.
            let said = said.split_once(ON_BEHALF).map_or(said, |(said, _note)| said);
            has_same_words(&name, &Value::from(html.as_str()), &Value::from(said))
        }
        Act::Link {
            rel,
            target: Target::WorkItem(target),
            is_added,
            ..
        } => has(if *is_added { &links.added } else { &links.removed }, rel, *target),
        _ => false,
    }
}
