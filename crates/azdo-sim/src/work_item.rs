//! A work item with all its revisions, updates, relations and comments, as stored.
//!
//! Stored values are raw: identities as unique names, areas and iterations as node ids (so a renamed node moves no
//! revision), dates in the form [`crate::clock::iso`] gives. What a client sees is made in [`crate::render`].

use serde_json::{Map, Value, json};

pub(crate) use crate::stored_fields::{Changed, Fields};

/// What a relation points at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Target {
    WorkItem(i64),
    Url(String),
}

/// One relation as seen from its work item.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Relation {
    pub rel: String,
    pub target: Target,
    /// `comment`, `name` and what else the client gave.
    pub attributes: Map<String, Value>,
}

impl Relation {
    /// The same link whatever its attributes.
    pub fn is_same_link(&self, other: &Relation) -> bool {
        self.rel == other.rel && self.target == other.target
    }
}

/// The content at one rev.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Revision {
    pub at_us: i64,
    pub by: String,
    pub fields: Fields,
    pub relations: Vec<Relation>,
}

/// One update: what changed, whether or not it made a rev.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Update {
    pub rev: i64,
    pub at_us: i64,
    pub by: String,
    /// Whether it made the rev; else only links changed, or where the item is.
    pub is_revision: bool,
    pub added: Vec<Relation>,
    pub removed: Vec<Relation>,
    pub updated: Vec<Relation>,
}

/// One comment.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Comment {
    pub id: i64,
    pub text: String,
    pub by: String,
    pub at_us: i64,
    pub rev: i64,
    pub is_listed: bool,
}

/// Why a work item is in the recycle bin.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Deletion {
    pub at_us: i64,
    pub by: String,
}

/// One work item.
#[derive(Debug, Clone)]
pub(crate) struct WorkItem {
    pub id: i64,
    /// Index in the organization's list of projects.
    pub project: usize,
    /// The rev of a revision is its position plus one.
    pub revisions: Vec<Revision>,
    /// The id of an update is its position plus one.
    pub updates: Vec<Update>,
    /// As they stand; may have moved since the last revision.
    pub relations: Vec<Relation>,
    pub comments: Vec<Comment>,
    pub deletion: Option<Deletion>,
    pub is_destroyed: bool,
}

impl WorkItem {
    pub fn rev(&self) -> i64 {
        self.revisions.len() as i64
    }

    /// The raw values now.
    pub fn fields(&self) -> &Fields {
        &self.revisions[self.revisions.len() - 1].fields
    }

    pub fn text(&self, field: &str) -> &str {
        self.fields().get(field).and_then(Value::as_str).unwrap_or_default()
    }

    pub fn number(&self, field: &str) -> i64 {
        self.fields().get(field).and_then(Value::as_i64).unwrap_or_default()
    }

    /// Neither in the recycle bin nor gone.
    pub fn is_live(&self) -> bool {
        self.deletion.is_none() && !self.is_destroyed
    }

    /// The revision that was current at a point in time, with its rev.
    pub fn revision_at(&self, us: i64) -> Option<(i64, &Revision)> {
        let at = self.revisions.iter().rposition(|revision| revision.at_us <= us)?;
        Some((at as i64 + 1, &self.revisions[at]))
    }

    /// What an update changed: the difference of its rev to the one before.
    pub fn changed_by(&self, update: &Update) -> Changed {
        if !update.is_revision {
            return Changed::new();
        }
        let at = update.rev as usize - 1;
        let new = &self.revisions[at].fields;
        let mut changed = match at {
            0 => Fields::default().changed_to(new),
            _ => self.revisions[at - 1].fields.changed_to(new),
        };
        // A comment is of one rev only: that it is gone in the next is no change.
        if !new.contains_key("System.History") {
            changed.remove("System.History");
        }
        let before = (at > 0).then(|| json!(at));
        changed.insert("System.Rev".to_owned(), (before, Some(json!(update.rev))));
        changed
    }

    /// The other end of the first relation of this kind.
    pub fn linked(&self, rel: &str) -> Option<i64> {
        self.relations
            .iter()
            .find(|relation| relation.rel == rel)
            .and_then(|relation| match relation.target {
                Target::WorkItem(id) => Some(id),
                Target::Url(_) => None,
            })
    }
}
