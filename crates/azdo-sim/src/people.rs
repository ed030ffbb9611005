//! People acting inside Azure DevOps, without a token: what its pages let them do, and what tests make happen.

use serde_json::{Value, json};

use crate::patch::{Change, Document};
use crate::process;
use crate::refusal::Refusal;
use crate::work_item::{Target, Update, WorkItem};
use crate::write::{Author, Draft, Written};
use crate::{Accepted, AcceptedKind, Sim, SimError};

/// One line of a work item's history, newest first.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryEntry {
    /// The number of the update.
    pub update_id: i64,
    /// The rev it stands at.
    pub rev: i64,
    /// When, microseconds UTC.
    pub at_us: i64,
    /// Unique name of who did it.
    pub by: String,
    /// Friendly field name, before, after; server-set fields left out.
    pub fields: Vec<(String, String, String)>,
    /// Link types and targets that came.
    pub links_added: Vec<(String, String)>,
    /// Link types and targets that went.
    pub links_removed: Vec<(String, String)>,
}

/// One link as seen from one of its ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkInfo {
    /// Reference name of the kind of link, as seen from this end.
    pub rel: String,
    /// What it points at.
    pub url: String,
    /// The work item it points at, if it points at one.
    pub target: Option<i64>,
    /// What somebody wrote about it; empty if nothing.
    pub comment: String,
}

impl Sim {
    /// A person changes fields of one work item; the rev it then has. `System.History` adds a comment.
    pub fn person_update(
        &mut self,
        now_us: i64,
        person: &str,
        id: i64,
        changes: &[(&str, Value)],
    ) -> Result<i64, SimError> {
        let author = self.person_author(person)?;
        self.update_work_item(now_us, &author, id, &Document::of_fields(changes), false)?;
        Ok(self.organization.items[&id].rev())
    }

    /// A person changes fields of a work item that must still be at `rev`; the rev it then has.
    pub fn person_update_at(
        &mut self,
        now_us: i64,
        person: &str,
        id: i64,
        rev: i64,
        changes: &[(&str, Value)],
    ) -> Result<i64, SimError> {
        let author = self.person_author(person)?;
        let document = Document {
            tested_rev: Some(json!(rev)),
            ..Document::of_fields(changes)
        };
        self.update_work_item(now_us, &author, id, &document, false)?;
        Ok(self.organization.items[&id].rev())
    }

    /// A person makes a work item; its id.
    pub fn person_create(
        &mut self,
        now_us: i64,
        person: &str,
        project: &str,
        work_item_type: &str,
        changes: &[(&str, Value)],
    ) -> Result<i64, SimError> {
        let author = self.person_author(person)?;
        let at = self
            .organization
            .project(project)
            .ok_or_else(|| SimError::NoSuchProject(project.to_owned()))?;
        match self.create_work_item(
            now_us,
            &author,
            at,
            work_item_type,
            &Document::of_fields(changes),
            false,
        )? {
            Written::Item(id) => Ok(id),
            Written::Checked(item) => Ok(item.id),
        }
    }

    /// A person moves a work item to the recycle bin.
    pub fn person_delete(&mut self, now_us: i64, person: &str, id: i64) -> Result<(), SimError> {
        let author = self.person_author(person)?;
        Ok(self.delete_work_item(now_us, &author, id)?)
    }

    /// A person brings a work item back from the recycle bin.
    pub fn person_restore(&mut self, now_us: i64, person: &str, id: i64) -> Result<(), SimError> {
        let author = self.person_author(person)?;
        Ok(self.restore_work_item(now_us, &author, id)?)
    }

    /// A person deletes a work item for good.
    pub fn person_destroy(&mut self, now_us: i64, person: &str, id: i64) -> Result<(), SimError> {
        let author = self.person_author(person)?;
        Ok(self.destroy_work_item(now_us, &author, id)?)
    }

    /// A person links two work items, writing from `source`.
    pub fn person_add_link(
        &mut self,
        now_us: i64,
        person: &str,
        source: i64,
        rel: &str,
        target: i64,
    ) -> Result<(), SimError> {
        self.person_add_commented_link(now_us, person, source, rel, target, "")
    }

    /// A person links two work items with a comment, writing from `source`; no comment if it is empty.
    pub fn person_add_commented_link(
        &mut self,
        now_us: i64,
        person: &str,
        source: i64,
        rel: &str,
        target: i64,
        comment: &str,
    ) -> Result<(), SimError> {
        let author = self.person_author(person)?;
        let url = self.work_item_url(target);
        let mut attributes = serde_json::Map::new();
        if !comment.is_empty() {
            attributes.insert("comment".to_owned(), json!(comment));
        }
        let change = Change::AddRelation {
            rel: rel.to_owned(),
            url,
            attributes,
        };
        let document = Document {
            changes: vec![change],
            ..Document::default()
        };
        self.update_work_item(now_us, &author, source, &document, false)?;
        Ok(())
    }

    /// A person puts a hyperlink on a work item, such as one that was copied with it.
    pub fn person_add_hyperlink(&mut self, now_us: i64, person: &str, id: i64, url: &str) -> Result<(), SimError> {
        let author = self.person_author(person)?;
        let change = Change::AddRelation {
            rel: "Hyperlink".to_owned(),
            url: url.to_owned(),
            attributes: serde_json::Map::new(),
        };
        let document = Document {
            changes: vec![change],
            ..Document::default()
        };
        self.update_work_item(now_us, &author, id, &document, false)?;
        Ok(())
    }

    /// A person takes the first hyperlink off a work item, if it has one.
    pub fn person_remove_hyperlink(&mut self, now_us: i64, person: &str, id: i64) -> Result<(), SimError> {
        let author = self.person_author(person)?;
        let item = self.readable(&author.person, id)?;
        let Some(position) = item.relations.iter().position(|relation| relation.rel == "Hyperlink") else {
            return Ok(());
        };
        let document = Document {
            changes: vec![Change::RemoveRelation(position)],
            ..Document::default()
        };
        self.update_work_item(now_us, &author, id, &document, false)?;
        Ok(())
    }

    /// A person removes a link, writing from `source`.
    pub fn person_remove_link(
        &mut self,
        now_us: i64,
        person: &str,
        source: i64,
        rel: &str,
        target: i64,
    ) -> Result<(), SimError> {
        let author = self.person_author(person)?;
        let item = self.readable(&author.person, source)?;
        let is_it = |relation: &crate::work_item::Relation| {
            relation.rel.eq_ignore_ascii_case(rel) && relation.target == Target::WorkItem(target)
        };
        let Some(position) = item.relations.iter().position(is_it) else {
            return Err(Refusal::bad_argument(format!("Work item {source} has no {rel} link to {target}.")).into());
        };
        let document = Document {
            changes: vec![Change::RemoveRelation(position)],
            ..Document::default()
        };
        self.update_work_item(now_us, &author, source, &document, false)?;
        Ok(())
    }

    /// The links of a work item, in order.
    pub fn links(&self, id: i64) -> Vec<LinkInfo> {
        let Some(item) = self.organization.items.get(&id) else {
            return Vec::new();
        };
        let link = |relation: &crate::work_item::Relation| {
            let (rel, url) = self.relation_pair(relation);
            let comment = relation.attributes.get("comment").and_then(Value::as_str);
            LinkInfo {
                rel,
                url,
                target: match relation.target {
                    Target::WorkItem(id) => Some(id),
                    Target::Url(_) => None,
                },
                comment: comment.unwrap_or_default().to_owned(),
            }
        };
        item.relations.iter().map(link).collect()
    }

    /// The history of a work item, newest first.
    pub fn history(&self, id: i64) -> Vec<HistoryEntry> {
        let Some(item) = self.organization.items.get(&id) else {
            return Vec::new();
        };
        let updates = item.updates.iter().enumerate().rev();
        updates
            .map(|(at, update)| self.history_entry(item, at as i64 + 1, update))
            .collect()
    }

    /// States a work item may have next, its own first.
    pub fn next_states(&self, id: i64) -> Vec<String> {
        let Some(item) = self.organization.items.get(&id) else {
            return Vec::new();
        };
        let state = item.text("System.State").to_owned();
        let Some(work_item_type) = process::find(item.text("System.WorkItemType")) else {
            return vec![state];
        };
        let next = work_item_type
            .next_states(&state, self.doubts().transitions_restricted)
            .into_iter()
            .map(str::to_owned)
            .collect::<Vec<_>>();
        std::iter::once(state).chain(next).collect()
    }

    pub(crate) fn person_author(&self, person: &str) -> Result<Author, SimError> {
        let found = self
            .organization
            .person(person)
            .ok_or_else(|| SimError::NoSuchPerson(person.to_owned()))?;
        Ok(Author {
            person: found.clone(),
            token_name: None,
            request_id: None,
            bypass_rules: false,
            suppress_notifications: false,
        })
    }

    /// A revision made by the server itself: one stored field set, or nothing but the stamp.
    pub(crate) fn touch(&mut self, now_us: i64, author: &Author, id: i64, set: Option<(&str, Value)>) {
        let at_us = self.next_change_us(id, now_us);
        let item = &self.organization.items[&id];
        let mut draft = Draft::of(item.project, item.fields().clone(), item.relations.clone());
        draft.fields.remove("System.History");
        if let Some((name, value)) = set {
            draft.fields.insert(name, value);
        }
        let by = author.person.unique_name.clone();
        let changed = self.make_revision(id, at_us, &by, &mut draft, false);
        let rev = self.organization.items[&id].rev();
        let fields = self.truth_fields(&changed);
        let update = Update {
            rev,
            at_us,
            by: by.clone(),
            is_revision: true,
            added: Vec::new(),
            removed: Vec::new(),
            updated: Vec::new(),
        };
        let update_id = self.push_update(id, update);
        self.truth.push(Accepted {
            work_item_id: id,
            rev,
            update_id: Some(update_id),
            at_us: now_us,
            identity: by,
            identity_id: author.person.id.clone(),
            request_id: author.request_id.clone(),
            token_name: author.token_name.clone(),
            kind: AcceptedKind::Updated,
            fields,
            tested_rev: None,
            relations_added: Vec::new(),
            relations_removed: Vec::new(),
        });
        if self.organization.items[&id].is_live() {
            self.announce(now_us, author, id, update_id, false, None);
        }
    }

    fn history_entry(&self, item: &WorkItem, update_id: i64, update: &Update) -> HistoryEntry {
        let silent = [
            "System.Rev",
            "System.ChangedDate",
            "System.ChangedBy",
            "System.Watermark",
            "System.CommentCount",
            "System.CreatedDate",
            "System.CreatedBy",
        ];
        let words = |value: &Value| match value {
            Value::Null => String::new(),
            Value::String(text) => self
                .organization
                .person(text)
                .map_or_else(|| text.clone(), |person| person.display_name.clone()),
            other => other.to_string(),
        };
        let fields = self.truth_fields(&item.changed_by(update));
        let shown = fields.iter().filter(|(name, _)| {
            !silent.contains(&name.as_str()) && !matches!(name.as_str(), "System.AreaId" | "System.IterationId")
        });
        let friendly =
            |name: &str| crate::fields::find(name).map_or_else(|| name.to_owned(), |field| field.name.to_owned());
        let links =
            |list: &[crate::work_item::Relation]| list.iter().map(|relation| self.relation_pair(relation)).collect();
        HistoryEntry {
            update_id,
            rev: update.rev,
            at_us: update.at_us,
            by: update.by.clone(),
            fields: shown
                .map(|(name, (old, new))| (friendly(name), words(old), words(new)))
                .collect(),
            links_added: links(&update.added),
            links_removed: links(&update.removed),
        }
    }
}
