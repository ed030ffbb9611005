//! One write: a document against one work item, all of it or nothing.
//!
//! First everything is checked on a draft ([`crate::rules`], [`crate::links`]); then the draft is committed, with its
//! update, its line in the feeds, its ground truth and its events. Only what really changed counts: a document that
//! changes nothing makes no rev.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::access::Person;
use crate::clock;
use crate::links::LinkChange;
use crate::organization::RevisionEntry;
use crate::patch::{Change, Document};
use crate::process;
use crate::refusal::Refusal;
use crate::truth::{Accepted, AcceptedKind};
use crate::work_item::{Changed, Comment, Fields, Relation, Revision, Update, WorkItem};
use crate::{LinkRev, Sim};

/// More revisions than this and every update fails. Source: work item revision limits.
pub(crate) const REVISIONS_MAX: usize = 10_000;

/// On whose behalf, through what.
#[derive(Debug, Clone)]
pub(crate) struct Author {
    pub person: Person,
    pub token_name: Option<String>,
    pub request_id: Option<String>,
    pub bypass_rules: bool,
    pub suppress_notifications: bool,
}

/// A work item as it would be.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    pub project: usize,
    pub fields: Fields,
    pub relations: Vec<Relation>,
    pub links: Vec<LinkChange>,
    pub comment: Option<String>,
}

impl Draft {
    pub fn of(project: usize, fields: Fields, relations: Vec<Relation>) -> Draft {
        Draft {
            project,
            fields,
            relations,
            links: Vec::new(),
            comment: None,
        }
    }
}

/// What a write came to.
pub(crate) enum Written {
    /// Committed, or nothing to commit.
    Item(i64),
    /// Only checked.
    Checked(Box<WorkItem>),
}

impl Sim {
    /// Changes one work item.
    pub(crate) fn update_work_item(
        &mut self,
        now_us: i64,
        author: &Author,
        id: i64,
        document: &Document,
        validate_only: bool,
    ) -> Result<Written, Refusal> {
        let item = self.readable(&author.person, id)?;
        self.require_edit(author, item.number("System.AreaId"))?;
        test(item, document, self)?;
        if item.revisions.len() >= REVISIONS_MAX {
            let message = format!(
                "VS403489: Work item {id} has reached the limit of {REVISIONS_MAX} revisions and can't be updated."
            );
            return Err(Refusal::tracking(
                500,
                "WorkItemRevisionLimitExceededException",
                message,
            ));
        }
        let mut draft = Draft::of(item.project, item.fields().clone(), item.relations.clone());
        draft.fields.remove("System.History");
        self.draft_fields(now_us, author, &mut draft, Some(item), document)?;
        self.draft_links(author, &mut draft, Some(id), document)?;
        if validate_only {
            return Ok(Written::Checked(Box::new(checked(item.clone(), draft, author, now_us))));
        }
        self.commit(now_us, author, id, draft, document);
        Ok(Written::Item(id))
    }

    /// Makes one work item.
    pub(crate) fn create_work_item(
        &mut self,
        now_us: i64,
        author: &Author,
        project: usize,
        type_name: &str,
        document: &Document,
        validate_only: bool,
    ) -> Result<Written, Refusal> {
        let Some(work_item_type) = process::find(type_name) else {
            let message = format!(
                "VS402323: Work item type {type_name} does not exist in project {} or you do not have permission to access it.",
                self.organization.projects[project].name
            );
            return Err(Refusal::tracking(404, "WorkItemTypeNotFoundException", message));
        };
        if document.tested_rev.is_some() {
            return Err(Refusal::test_failed("/rev"));
        }
        let mut draft = Draft::of(project, self.first_fields(project, work_item_type), Vec::new());
        self.draft_fields(now_us, author, &mut draft, None, document)?;
        self.require_edit(author, draft.fields["System.AreaId"].as_i64().unwrap_or_default())?;
        self.draft_links(author, &mut draft, None, document)?;
        let id = self.organization.next_id;
        let empty = WorkItem {
            id,
            project,
            revisions: Vec::new(),
            updates: Vec::new(),
            relations: Vec::new(),
            comments: Vec::new(),
            deletion: None,
            is_destroyed: false,
        };
        if validate_only {
            return Ok(Written::Checked(Box::new(checked(empty, draft, author, now_us))));
        }
        self.organization.next_id += 1;
        self.organization.items.insert(id, empty);
        self.commit(now_us, author, id, draft, document);
        Ok(Written::Item(id))
    }

    fn first_fields(&self, project: usize, work_item_type: &process::WorkItemType) -> Fields {
        use crate::nodes::Tree;
        let root = |tree| json!(self.organization.nodes.root(project, tree));
        let mut fields = Fields::default();
        fields.insert("System.WorkItemType", json!(work_item_type.name));
        fields.insert("System.AreaId", root(Tree::Area));
        fields.insert("System.IterationId", root(Tree::Iteration));
        fields.insert("System.CommentCount", json!(0));
        for (name, value) in work_item_type.defaults {
            let value = value.parse::<i64>().map_or_else(|_| json!(value), |n| json!(n));
            fields.insert(name, value);
        }
        fields
    }

    fn commit(&mut self, now_us: i64, author: &Author, id: i64, mut draft: Draft, document: &Document) {
        let doubts = self.doubts().clone();
        let old = self.organization.items[&id].revisions.last();
        let is_new = old.is_none();
        let nothing = Fields::default();
        let mut changed = old
            .map_or(&nothing, |revision| &revision.fields)
            .changed_to(&draft.fields);
        changed.remove("System.History");
        let has_fields = is_new || !changed.is_empty() || draft.comment.is_some();
        if !has_fields && draft.links.is_empty() {
            return;
        }
        let moves_rev = has_fields || doubts.link_change_moves_rev != LinkRev::Neither;
        let at_us = self.next_change_us(id, now_us);
        let by = author.person.unique_name.clone();
        let (added, removed, updated) = crate::links::split(&draft.links);
        if moves_rev {
            changed = self.make_revision(id, at_us, &by, &mut draft, is_new);
        } else if let Some(item) = self.organization.items.get_mut(&id) {
            item.relations = draft.relations;
        }
        let rev = self.organization.items[&id].rev();
        if let Some(text) = &draft.comment {
            self.add_comment(id, text, &by, at_us, rev);
        }
        let update = Update {
            rev,
            at_us,
            by: by.clone(),
            is_revision: moves_rev,
            added: added.clone(),
            removed: removed.clone(),
            updated,
        };
        let update_id = self.push_update(id, update);
        let kind = match (is_new, has_fields) {
            (true, _) => AcceptedKind::Created,
            (false, true) => AcceptedKind::Updated,
            (false, false) => AcceptedKind::LinkOnly,
        };
        let truth = Accepted {
            work_item_id: id,
            rev,
            update_id: Some(update_id),
            at_us: now_us,
            identity: by,
            identity_id: author.person.id.clone(),
            request_id: author.request_id.clone(),
            token_name: author.token_name.clone(),
            kind,
            fields: self.truth_fields(&changed),
            tested_rev: document.tested_rev.as_ref().and_then(Value::as_i64),
            relations_added: added.iter().map(|relation| self.relation_pair(relation)).collect(),
            relations_removed: removed.iter().map(|relation| self.relation_pair(relation)).collect(),
        };
        self.truth.push(truth);
        self.announce(now_us, author, id, update_id, is_new, draft.comment.as_deref());
        self.mirror_links(now_us, author, id, &draft.links);
    }

    /// Stores the draft as a new revision; what changed, with what the server set.
    pub(crate) fn make_revision(&mut self, id: i64, at_us: i64, by: &str, draft: &mut Draft, is_new: bool) -> Changed {
        let watermark = self.organization.next_watermark();
        let stamp = json!(clock::iso(at_us, self.doubts().long_fractions));
        let before = self.organization.items[&id]
            .revisions
            .last()
            .map(|revision| revision.fields.clone())
            .unwrap_or_default();
        let fields = &mut draft.fields;
        let mut set = |name: &str, value: Value| {
            fields.insert(name, value);
        };
        if is_new {
            set("System.CreatedDate", stamp.clone());
            set("System.CreatedBy", json!(by));
        }
        set("System.ChangedDate", stamp);
        set("System.ChangedBy", json!(by));
        set("System.Watermark", json!(watermark));
        if draft.comment.is_some() {
            let count = fields
                .get("System.CommentCount")
                .and_then(Value::as_i64)
                .unwrap_or_default();
            fields.insert("System.CommentCount", json!(count + 1));
        }
        if let Some(text) = &draft.comment {
            fields.insert("System.History", json!(text));
        }
        let mut changed = before.changed_to(fields);
        if draft.comment.is_none() {
            changed.remove("System.History");
        }
        draft.fields.share(&mut self.pool);
        let revision = Revision {
            at_us,
            by: by.to_owned(),
            fields: draft.fields.clone(),
            relations: draft.relations.clone(),
        };
        let project = draft.project;
        let relations = draft.relations.clone();
        if let Some(item) = self.organization.items.get_mut(&id) {
            item.project = project;
            item.relations = relations;
            item.revisions.push(revision);
        }
        let rev = self.organization.items[&id].rev();
        changed.insert(
            "System.Rev".to_owned(),
            ((rev > 1).then(|| json!(rev - 1)), Some(json!(rev))),
        );
        self.organization.revision_log.push(RevisionEntry {
            id,
            rev,
            at_us,
            is_deleted: false,
        });
        changed
    }

    /// Appends an update; its id.
    pub(crate) fn push_update(&mut self, id: i64, update: Update) -> i64 {
        self.organization.items.get_mut(&id).map_or(0, |item| {
            item.updates.push(update);
            item.updates.len() as i64
        })
    }

    /// Now as it is stored, after the item's last change.
    pub(crate) fn next_change_us(&self, id: i64, now_us: i64) -> i64 {
        let last = self.organization.items[&id]
            .revisions
            .last()
            .map_or(i64::MIN, |revision| revision.at_us + 1000);
        clock::stored(now_us).max(last)
    }

    fn add_comment(&mut self, id: i64, text: &str, by: &str, at_us: i64, rev: i64) {
        let is_listed = !self.doubts().comment_in_history_only;
        let comment_id = self.organization.next_comment_id;
        self.organization.next_comment_id += 1;
        if let Some(item) = self.organization.items.get_mut(&id) {
            item.comments.push(Comment {
                id: comment_id,
                text: text.to_owned(),
                by: by.to_owned(),
                at_us,
                rev,
                is_listed,
            });
        }
    }

    /// Raw values before and after, with paths beside the node ids.
    pub(crate) fn truth_fields(
        &self,
        changed: &BTreeMap<String, (Option<Value>, Option<Value>)>,
    ) -> BTreeMap<String, (Value, Value)> {
        let mut fields = BTreeMap::new();
        for (name, (old, new)) in changed {
            let pair = (old.clone().unwrap_or(Value::Null), new.clone().unwrap_or(Value::Null));
            let path_of = |value: &Value| {
                value
                    .as_i64()
                    .map_or(Value::Null, |id| json!(self.organization.node_path(id)))
            };
            match name.as_str() {
                "System.AreaId" => fields.insert("System.AreaPath".to_owned(), (path_of(&pair.0), path_of(&pair.1))),
                "System.IterationId" => {
                    fields.insert("System.IterationPath".to_owned(), (path_of(&pair.0), path_of(&pair.1)))
                }
                _ => None,
            };
            fields.insert(name.clone(), pair);
        }
        fields
    }
}

fn test(item: &WorkItem, document: &Document, sim: &Sim) -> Result<(), Refusal> {
    if let Some(expected) = &document.tested_rev {
        let expected = expected.as_i64().or_else(|| expected.as_str()?.parse().ok());
        if expected != Some(item.rev()) {
            return Err(Refusal::test_failed("/rev"));
        }
    }
    for (name, expected) in &document.tested_fields {
        let shown = sim.shown_field(item, item.fields(), name);
        if shown.unwrap_or(Value::Null) != *expected {
            return Err(Refusal::test_failed(&format!("/fields/{name}")));
        }
    }
    Ok(())
}

/// The item as it would be answered, without committing anything.
fn checked(mut item: WorkItem, draft: Draft, author: &Author, now_us: i64) -> WorkItem {
    let revision = Revision {
        at_us: now_us,
        by: author.person.unique_name.clone(),
        fields: draft.fields,
        relations: draft.relations.clone(),
    };
    item.project = draft.project;
    item.relations = draft.relations;
    item.revisions.push(revision);
    item
}

/// The changes of fields in a document.
pub(crate) fn field_changes(document: &Document) -> impl Iterator<Item = (&str, &Value, bool)> {
    document.changes.iter().filter_map(|change| match change {
        Change::Field {
            name,
            value,
            is_replace,
        } => Some((name.as_str(), value, *is_replace)),
        _ => None,
    })
}
