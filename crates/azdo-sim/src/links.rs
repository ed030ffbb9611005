//! Relations of a draft, and their mirror on the other end.
//!
//! A link between work items is one thing with two ends: written from one, seen from both. A parent is single, trees
//! and dependencies have no circles, the same link can't be made twice.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::link_types::{self, RelationType};
use crate::organization::LinkEntry;
use crate::patch::{Change, Document};
use crate::refusal::Refusal;
use crate::truth::{Accepted, AcceptedKind};
use crate::work_item::{Changed, Relation, Target, Update};
use crate::write::{Author, Draft};
use crate::{LinkRev, Sim};

/// The most links a work item takes. Source: object limits page.
pub(crate) const LINKS_MAX: usize = 1000;

/// What happened to one relation of a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LinkChangeKind {
    Added,
    Removed,
    Updated,
}

/// One relation of a draft that changed.
#[derive(Debug, Clone)]
pub(crate) struct LinkChange {
    pub kind: LinkChangeKind,
    pub relation: Relation,
}

/// Added, removed, updated.
pub(crate) fn split(links: &[LinkChange]) -> (Vec<Relation>, Vec<Relation>, Vec<Relation>) {
    let of = |kind| {
        links
            .iter()
            .filter(|link| link.kind == kind)
            .map(|link| link.relation.clone())
            .collect()
    };
    (
        of(LinkChangeKind::Added),
        of(LinkChangeKind::Removed),
        of(LinkChangeKind::Updated),
    )
}

impl Sim {
    /// Takes a document's relations into the draft of work item `id` (none yet for a new one).
    pub(crate) fn draft_links(
        &self,
        author: &Author,
        draft: &mut Draft,
        id: Option<i64>,
        document: &Document,
    ) -> Result<(), Refusal> {
        for change in &document.changes {
            match change {
                Change::Field { .. } => {}
                Change::AddRelation { rel, url, attributes } => {
                    let relation = self.new_relation(author, rel, url, attributes.clone())?;
                    self.check_new_link(draft, id, &relation)?;
                    draft.links.push(LinkChange {
                        kind: LinkChangeKind::Added,
                        relation: relation.clone(),
                    });
                    draft.relations.push(relation);
                    if self.doubts().relations_sorted {
                        draft
                            .relations
                            .sort_by(|a, b| (&a.rel, &a.target).cmp(&(&b.rel, &b.target)));
                    }
                }
                Change::RemoveRelation(position) => {
                    require_position(draft, *position)?;
                    let relation = draft.relations.remove(*position);
                    draft.links.push(LinkChange {
                        kind: LinkChangeKind::Removed,
                        relation,
                    });
                }
                Change::RelationAttribute { position, name, value } => {
                    require_position(draft, *position)?;
                    let relation = &mut draft.relations[*position];
                    let was = relation.clone();
                    match value {
                        Value::Null => relation.attributes.remove(name),
                        value => relation.attributes.insert(name.clone(), value.clone()),
                    };
                    note_update(draft, *position, &was);
                }
                Change::RelationAttributes { position, attributes } => {
                    require_position(draft, *position)?;
                    let was = draft.relations[*position].clone();
                    draft.relations[*position].attributes = attributes.clone();
                    note_update(draft, *position, &was);
                }
            }
        }
        Ok(())
    }

    fn new_relation(
        &self,
        author: &Author,
        rel: &str,
        url: &str,
        mut attributes: serde_json::Map<String, Value>,
    ) -> Result<Relation, Refusal> {
        let Some(relation_type) = link_types::find(rel) else {
            let message = format!("VS402317: Relation type {rel} does not exist.");
            return Err(Refusal::tracking(400, "WorkItemRelationTypeNotFoundException", message));
        };
        attributes.remove("isLocked");
        if !relation_type.is_work_item_link() {
            let target = Target::Url(url.to_owned());
            return Ok(Relation {
                rel: relation_type.reference_name.to_owned(),
                target,
                attributes,
            });
        }
        attributes.remove("name");
        let path = url.split('?').next().unwrap_or_default().trim_end_matches('/');
        let id = path.rsplit('/').next().and_then(|last| last.parse::<i64>().ok());
        let is_work_item_url = path.to_lowercase().contains("/_apis/wit/workitems/");
        let Some(id) = id.filter(|_| is_work_item_url) else {
            return Err(Refusal::bad_argument(format!(
                "VS402316: The URL {url} of a relation names no work item."
            )));
        };
        if self.readable(&author.person, id).is_err() {
            let refusal = Refusal::no_work_item(id);
            return Err(if self.doubts().missing_link_target_is_404 {
                refusal
            } else {
                Refusal { status: 400, ..refusal }
            });
        }
        Ok(Relation {
            rel: relation_type.reference_name.to_owned(),
            target: Target::WorkItem(id),
            attributes,
        })
    }

    fn check_new_link(&self, draft: &Draft, id: Option<i64>, relation: &Relation) -> Result<(), Refusal> {
        if draft.relations.len() >= LINKS_MAX {
            let message = format!("TF237124: The number of links exceeds the limit of {LINKS_MAX}.");
            return Err(Refusal::tracking(400, "WorkItemLinksLimitExceededException", message));
        }
        let source = id.unwrap_or(-1);
        if draft.relations.iter().any(|other| other.is_same_link(relation)) {
            let message = match self.doubts().duplicate_link_has_own_key {
                true => "Relation already exists.".to_owned(),
                false => format!(
                    "TF201036: You cannot add the link to work item {source}: a link of this type between the two work items exists already."
                ),
            };
            let key = if self.doubts().duplicate_link_has_own_key {
                "RelationAlreadyExistsException"
            } else {
                "WorkItemLinkAddException"
            };
            return Err(Refusal::tracking(400, key, message));
        }
        let (Target::WorkItem(target), Some(end)) = (&relation.target, link_types::find(&relation.rel)) else {
            return Ok(());
        };
        if end.is_single && draft.relations.iter().any(|other| other.rel == relation.rel) {
            return Err(second_parent(end, source, *target));
        }
        let opposite = link_types::find(end.opposite);
        let target_item = &self.organization.items[target];
        // A link that the same document removes still stands at the other end.
        let is_removed_here = draft
            .links
            .iter()
            .any(|link| link.kind == LinkChangeKind::Removed && link.relation.is_same_link(relation));
        if opposite.is_some_and(|opposite| opposite.is_single)
            && target_item.relations.iter().any(|other| other.rel == end.opposite)
            && !is_removed_here
        {
            return Err(second_parent(end, source, *target));
        }
        if source == *target || (end.is_acyclic && self.reaches(draft, id, *target, source, end.reference_name)) {
            let message = format!(
                "TF201035: You cannot add a {} link between work items {source} and {target} because this would result in a circular relationship.",
                end.name
            );
            return Err(Refusal::tracking(400, "WorkItemLinkCircularException", message));
        }
        Ok(())
    }

    /// Whether following `rel` from `from` leads to `to`.
    pub(crate) fn reaches(&self, draft: &Draft, draft_id: Option<i64>, from: i64, to: i64, rel: &str) -> bool {
        let mut seen = BTreeSet::new();
        let mut open = vec![from];
        while let Some(id) = open.pop() {
            if id == to {
                return true;
            }
            if !seen.insert(id) {
                continue;
            }
            let relations = match self.organization.items.get(&id) {
                _ if draft_id == Some(id) => &draft.relations,
                Some(item) => &item.relations,
                None => continue,
            };
            open.extend(
                relations
                    .iter()
                    .filter(|relation| relation.rel == rel)
                    .filter_map(|relation| match relation.target {
                        Target::WorkItem(id) => Some(id),
                        Target::Url(_) => None,
                    }),
            );
        }
        false
    }

    /// Shows the changed links of `id` on their other ends and in the links feed.
    pub(crate) fn mirror_links(&mut self, now_us: i64, author: &Author, id: i64, links: &[LinkChange]) {
        for link in links {
            let (Target::WorkItem(other), Some(end)) = (&link.relation.target, link_types::find(&link.relation.rel))
            else {
                continue;
            };
            self.log_link(now_us, author, id, *other, end, link);
            let mirrored = Relation {
                rel: end.opposite.to_owned(),
                target: Target::WorkItem(id),
                attributes: link.relation.attributes.clone(),
            };
            self.change_far_end(
                now_us,
                author,
                *other,
                LinkChange {
                    kind: link.kind,
                    relation: mirrored,
                },
            );
        }
    }

    pub(crate) fn log_link(
        &mut self,
        now_us: i64,
        author: &Author,
        id: i64,
        other: i64,
        end: &RelationType,
        link: &LinkChange,
    ) {
        let is_reverse = end.reference_name.ends_with("-Reverse");
        let (source, target) = if is_reverse { (other, id) } else { (id, other) };
        self.organization.link_log.push(LinkEntry {
            link_type: end.link_type().to_owned(),
            source,
            target,
            at_us: crate::clock::stored(now_us),
            by: author.person.unique_name.clone(),
            is_active: link.kind != LinkChangeKind::Removed,
            comment: link
                .relation
                .attributes
                .get("comment")
                .and_then(Value::as_str)
                .map(str::to_owned),
        });
    }

    /// Applies a link change to the end that was not written.
    pub(crate) fn change_far_end(&mut self, now_us: i64, author: &Author, id: i64, link: LinkChange) {
        let sorted = self.doubts().relations_sorted;
        let both = self.doubts().link_change_moves_rev == LinkRev::Both;
        let Some(item) = self.organization.items.get_mut(&id).filter(|item| !item.is_destroyed) else {
            return;
        };
        let position = item
            .relations
            .iter()
            .position(|relation| relation.is_same_link(&link.relation));
        match (link.kind, position) {
            (LinkChangeKind::Added, None) => item.relations.push(link.relation.clone()),
            (LinkChangeKind::Removed, Some(position)) => drop(item.relations.remove(position)),
            (LinkChangeKind::Updated, Some(position)) => item.relations[position] = link.relation.clone(),
            _ => return,
        }
        if sorted {
            item.relations
                .sort_by(|a, b| (&a.rel, &a.target).cmp(&(&b.rel, &b.target)));
        }
        if !item.is_live() {
            return;
        }
        let (project, fields, relations) = (item.project, item.fields().clone(), item.relations.clone());
        let at_us = self.next_change_us(id, now_us);
        let by = author.person.unique_name.clone();
        let mut changed = Changed::new();
        if both {
            let mut draft = Draft::of(project, fields, relations);
            draft.fields.remove("System.History");
            changed = self.make_revision(id, at_us, &by, &mut draft, false);
        }
        let rev = self.organization.items[&id].rev();
        let (added, removed, updated) = split(std::slice::from_ref(&link));
        let pair = vec![self.relation_pair(&link.relation)];
        let update = Update {
            rev,
            at_us,
            by: by.clone(),
            is_revision: both,
            added,
            removed,
            updated,
        };
        let update_id = self.push_update(id, update);
        let fields = self.truth_fields(&changed);
        self.truth.push(Accepted {
            work_item_id: id,
            rev,
            update_id: Some(update_id),
            at_us: now_us,
            identity: by,
            identity_id: author.person.id.clone(),
            request_id: author.request_id.clone(),
            token_name: author.token_name.clone(),
            kind: AcceptedKind::LinkOnly,
            fields,
            tested_rev: None,
            relations_added: if link.kind == LinkChangeKind::Added {
                pair.clone()
            } else {
                Vec::new()
            },
            relations_removed: if link.kind == LinkChangeKind::Removed {
                pair
            } else {
                Vec::new()
            },
        });
        if self.doubts().link_fires_updated_on_target {
            self.announce(now_us, author, id, update_id, false, None);
        }
    }
}

fn require_position(draft: &Draft, position: usize) -> Result<(), Refusal> {
    if position < draft.relations.len() {
        return Ok(());
    }
    Err(Refusal::bad_patch(&format!(
        "There is no relation at position {position}."
    )))
}

fn note_update(draft: &mut Draft, position: usize, was: &Relation) {
    if draft.relations[position] != *was {
        let relation = draft.relations[position].clone();
        draft.links.push(LinkChange {
            kind: LinkChangeKind::Updated,
            relation,
        });
    }
}

fn second_parent(end: &RelationType, source: i64, target: i64) -> Refusal {
    let message = format!(
        "TF201036: You cannot add a {} link between work items {source} and {target} because a work item can have only one {} link.",
        end.name,
        if end.reference_name.contains("Hierarchy") {
            "Parent"
        } else {
            end.name
        }
    );
    Refusal::tracking(400, "WorkItemLinkAddException", message)
}
