//! The request that carries edits out: a document in Azure DevOps' terms, and the attempt that is saved before it.
//!
//! Nodes are held by number and sent as the path they have now. The parent is a field here and a link there. A link is
//! taken away by its position, so that goes by a read made for it.

use std::collections::BTreeMap;

use azdo::planted::{Bug, is_planted};
use azdo::{Creation, FieldName, Fields, Relation, Update, WorkItemId, field};
use serde_json::{Value, json};

use crate::call::Call;
use crate::edit::{Act, Attempt, AttemptKind, AttemptState, Edit, LinkSent, Target, Whom};
use crate::item::{Item, unborn_parent};
use crate::links::relation_index;
use crate::merge::value_to_send;
use crate::rules::{Rules, TokenOwner};
use crate::{AttemptId, ItemId, MemberId, PARENT, PARENT_LINK};

/// Edits that go out together, by one author.
#[derive(Debug, Clone)]
pub(crate) struct Batch {
    /// Positions among the item's edits.
    pub positions: Vec<usize>,
    pub author: MemberId,
    pub whom: Whom,
    pub owner: TokenOwner,
}

/// A request, put together.
pub(crate) struct Draft {
    pub kind: AttemptKind,
    pub call: Call,
    pub fields: Fields,
    pub links: Vec<LinkSent>,
}

/// Why there is no request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lacking {
    /// It goes by a read made for it.
    Read,
    /// There is nothing to write to.
    WorkItem,
}

/// What an edit needs before it can be put into words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Needs {
    /// A number for this item.
    Number(ItemId),
    /// The paths of the nodes.
    Nodes,
    /// A node that is there; this one is not.
    Node(i64),
}

impl Batch {
    /// The attempt that is saved before the request leaves.
    pub fn attempt(self, item: &Item, draft: &Draft, id: AttemptId, now_us: i64) -> Attempt {
        let expected_rev = match &draft.call {
            Call::Update { update, .. } => Some(update.rev()),
            _ => None,
        };
        Attempt {
            id,
            item: item.id,
            kind: draft.kind.clone(),
            edits: self.positions.iter().map(|&i| item.edits[i].id).collect(),
            author: self.author,
            whom: self.whom,
            identity_id: self.owner.identity_id,
            identity_name: self.owner.name,
            fingerprint: self.owner.fingerprint,
            expected_rev,
            fields: draft.fields.clone(),
            links: draft.links.clone(),
            started_us: now_us,
            supposed_since_us: None,
            state: AttemptState::Sending,
        }
    }
}

/// The field that a node's path is sent in, for one that is set by the node's number.
pub(crate) fn path_field(field: &FieldName) -> Option<&'static str> {
    match field.as_str() {
        field::AREA_ID => Some(field::AREA_PATH),
        field::ITERATION_ID => Some(field::ITERATION_PATH),
        _ => None,
    }
}

/// Numbers of the nodes that an edit names.
pub(crate) fn nodes_of(edit: &Edit) -> Vec<i64> {
    let node = |field: &FieldName, to: &Value| path_field(field).and_then(|_| to.as_i64());
    match &edit.act {
        Act::Set { field, to, .. } => node(field, to).into_iter().collect(),
        Act::Create { fields, .. } => fields.iter().filter_map(|(field, to)| node(field, to)).collect(),
        _ => Vec::new(),
    }
}

/// Paths of the nodes that an edit names, by what `paths` knows.
pub(crate) fn paths_of(edit: &Edit, paths: &BTreeMap<i64, String>) -> Vec<String> {
    nodes_of(edit)
        .iter()
        .filter_map(|node| paths.get(node).cloned())
        .collect()
}

/// What `edit` needs before it can be sent, if anything.
pub(crate) fn needs(edit: &Edit, rules: &Rules) -> Option<Needs> {
    match &edit.act {
        Act::Set { field, to, .. } => field_needs(field, to, rules),
        Act::Create { fields, .. } => fields.iter().find_map(|(field, to)| field_needs(field, to, rules)),
        Act::Link {
            target: Target::Item { item },
            ..
        } => Some(Needs::Number(*item)),
        _ => None,
    }
}

fn field_needs(field: &FieldName, to: &Value, rules: &Rules) -> Option<Needs> {
    if field.as_str() == PARENT {
        return unborn_parent(to).map(Needs::Number);
    }
    let node = path_field(field).and_then(|_| to.as_i64())?;
    if rules.nodes.is_empty() {
        Some(Needs::Nodes)
    } else if rules.nodes.contains_key(&node) {
        None
    } else {
        Some(Needs::Node(node))
    }
}

/// The request for a batch. `is_try`: nothing is going to change, so the list of links as last read will do.
pub(crate) fn draft(item: &Item, rules: &Rules, batch: &Batch, is_try: bool) -> Result<Draft, Lacking> {
    let lead = &item.edits[batch.positions[0]];
    let whom = batch.whom;
    let bare = |kind, call| Draft {
        kind,
        call,
        fields: Fields::new(),
        links: Vec::new(),
    };
    match (&lead.act, item.work_item) {
        (
            Act::Create {
                project,
                work_item_type,
                fields,
            },
            _,
        ) => Ok(creation(item, rules, batch, project, work_item_type, fields)),
        (_, None) => Err(Lacking::WorkItem),
        (Act::Delete, Some(_)) if !item.errand.is_fresh && !is_try => Err(Lacking::Read),
        (Act::Delete, Some(work_item)) => {
            let project = item.remote_value(&FieldName::from(field::TEAM_PROJECT));
            let project = project.as_str().unwrap_or_default().to_owned();
            let call = Call::Delete {
                whom,
                project,
                work_item,
            };
            Ok(bare(AttemptKind::Delete, call))
        }
        (Act::Restore, Some(work_item)) => Ok(bare(AttemptKind::Restore, Call::Restore { whom, work_item })),
        (_, Some(work_item)) => update(item, rules, batch, work_item, is_try),
    }
}

fn creation(item: &Item, rules: &Rules, batch: &Batch, project: &str, work_item_type: &str, values: &Fields) -> Draft {
    let mut creation = Creation::new();
    let mut fields = Fields::new();
    let mut links = Vec::new();
    for (name, value) in values {
        if name.as_str() == PARENT {
            // A parent without a number is left out of what is only tried.
            let parent = value.as_i64().filter(|_| !is_planted(Bug::ParentLeftOut));
            if let Some(parent) = parent.map(WorkItemId) {
                creation = creation.add_relation(PARENT_LINK, &rules.work_item_url(parent), None);
                links.push(sent(PARENT_LINK, parent, true, None));
            }
            continue;
        }
        let (shown_as, shown) = rendered(name, value, rules);
        creation = creation.set(&shown_as, shown);
        fields.insert(name.clone(), value.clone());
    }
    if let Some(note) = on_behalf(item, rules, batch) {
        creation = creation.comment(&note);
        fields.insert(FieldName::from(field::HISTORY), json!(note));
    }
    if !is_planted(Bug::MarkerLeftOut) {
        creation = creation.add_relation("Hyperlink", &rules.marker(item.id), Some("Lockstep"));
    }
    let (project, work_item_type) = (project.to_owned(), work_item_type.to_owned());
    Draft {
        kind: AttemptKind::Create {
            project: project.clone(),
            work_item_type: work_item_type.clone(),
        },
        call: Call::Create {
            whom: batch.whom,
            project,
            work_item_type,
            creation,
        },
        fields,
        links,
    }
}

/// The PATCH for these edits.
fn update(item: &Item, rules: &Rules, batch: &Batch, work_item: WorkItemId, is_try: bool) -> Result<Draft, Lacking> {
    let remote = item.remote.as_ref().ok_or(Lacking::Read)?;
    let mut document = Update::at(remote.rev);
    let mut fields = Fields::new();
    let mut links = Vec::new();
    let mut says = on_behalf(item, rules, batch);
    for &i in &batch.positions {
        match &item.edits[i].act {
            Act::Set { field, to, .. } if field.as_str() == PARENT => {
                links.extend(links_for_parent(&remote.relations, to.as_i64().map(WorkItemId)));
            }
            Act::Set { .. } => {
                let (name, value) = value_to_send(item, i).ok_or(Lacking::Read)?;
                let (shown_as, shown) = rendered(&name, &value, rules);
                document = if shown.is_null() {
                    document.clear(&shown_as)
                } else {
                    document.set(&shown_as, shown)
                };
                fields.insert(name, value);
            }
            // A note and a comment share the one history entry that a revision has.
            Act::Comment { .. } if batch.positions.len() > 1 && is_planted(Bug::CommentLeftOut) => {}
            Act::Comment { html } => says = Some(says.map_or(html.clone(), |note| format!("{html}<br>{note}"))),
            Act::Link {
                rel,
                target: Target::WorkItem(target),
                is_added,
                comment,
            } => {
                let is_there = relation_index(&remote.relations, rel, *target).is_some();
                if is_there || !is_added {
                    links.push(sent(rel, *target, false, None));
                }
                if *is_added {
                    links.push(sent(rel, *target, true, comment.clone()));
                }
            }
            Act::Link { .. } | Act::Create { .. } | Act::Delete | Act::Restore | Act::Decide { .. } => {}
        }
    }
    for link in &links {
        if link.is_added {
            document = document.add_relation(&link.rel, &rules.work_item_url(link.target), link.comment.as_deref());
            continue;
        }
        // Positions move without a rev, so a removal goes by a read made for it.
        if !item.errand.is_fresh && !is_try && !is_planted(Bug::StaleIndex) {
            return Err(Lacking::Read);
        }
        let index = relation_index(&remote.relations, &link.rel, link.target).ok_or(Lacking::Read)?;
        document = document.remove_relation(index);
    }
    if let Some(says) = says {
        document = document.comment(&says);
        fields.insert(FieldName::from(field::HISTORY), json!(says));
    }
    Ok(Draft {
        kind: AttemptKind::Update,
        call: Call::Update {
            whom: batch.whom,
            work_item,
            update: document,
        },
        fields,
        links,
    })
}

/// The parent there is goes, the one that is wanted comes, in one document.
fn links_for_parent(relations: &[Relation], parent: Option<WorkItemId>) -> Vec<LinkSent> {
    let held = relations.iter().find(|r| r.rel == PARENT_LINK);
    let gone = held
        .and_then(Relation::work_item_id)
        .map(|held| sent(PARENT_LINK, held, false, None));
    let come = parent.map(|parent| sent(PARENT_LINK, parent, true, None));
    gone.into_iter().chain(come).collect()
}

fn sent(rel: &str, target: WorkItemId, is_added: bool, comment: Option<String>) -> LinkSent {
    LinkSent {
        rel: rel.to_owned(),
        target,
        is_added,
        comment,
    }
}

/// A field as it is sent: a node by the path it has now, everything else as it is.
fn rendered(name: &FieldName, value: &Value, rules: &Rules) -> (FieldName, Value) {
    let path = path_field(name).zip(value.as_i64().and_then(|node| rules.nodes.get(&node)));
    match path {
        Some((shown_as, path)) => (FieldName::from(shown_as), json!(path)),
        None => (name.clone(), value.clone()),
    }
}

/// How a note begins that says on whose behalf something was written.
pub(crate) const ON_BEHALF: &str = "Written by Lockstep on behalf of";

/// The note that says on whose behalf the connection's account writes, where the admin wants it.
fn on_behalf(item: &Item, rules: &Rules, batch: &Batch) -> Option<String> {
    let is_create = batch
        .positions
        .iter()
        .any(|&i| matches!(item.edits[i].act, Act::Create { .. }));
    let is_wanted = if is_create {
        rules.notes_on_behalf_create
    } else {
        rules.notes_on_behalf_update
    };
    if batch.whom != Whom::Connection || !is_wanted {
        return None;
    }
    let name = rules.names.get(&batch.author)?;
    let escaped = name.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    Some(format!("{ON_BEHALF} {escaped}."))
}
