//! One action item as people see it, derived from what is stored and from nothing else.
//!
//! Unpushed, the row is the truth. Pushed, every field that Azure DevOps keeps is the work item's, with the edits that are on
//! their way laid over it; team, origin, due date and *blocked* stay the row's. Nothing here is stored and nothing decided.

use azdo::{FieldName, Identity, StateCategory, field};
use lockstep_sync::edit::{Act, Edit, Hold};
use lockstep_sync::item::{Item, Presence};
use serde_json::Value;
use uuid::Uuid;

use super::mapping::{self, ItemField};
use super::open_edits::{self, EditContext};
use super::people::People;
use super::shapes::{ActionItem, Deleted, ItemSync, Owner, Side, SyncState, WorkItemRef};
use super::status::{self, Status};
use super::types::{TypeInfo, Types};
use super::{html, words};
use crate::access::Member;
use crate::accounts::initials;
use crate::ids::{ConnectionId, MemberId};
use crate::store::action_items::ActionItemRow;

/// How long the bin shows what was deleted, microseconds.
pub const BIN_US: i64 = 30 * 24 * 3600 * 1_000_000;

/// What is stored about one action item.
#[derive(Debug, Clone)]
pub struct Stored {
    /// Its row.
    pub row: ActionItemRow,
    /// Its work item, made or about to be.
    pub pair: Option<Pair>,
}

/// The work item's side of an action item.
#[derive(Debug, Clone)]
pub struct Pair {
    /// The connection it is at.
    pub connection: ConnectionId,
    /// The work item as last read, with what is open about it.
    pub item: Item,
    /// Change number of its last change that people can see.
    pub change_number: i64,
    /// When it was last read or changed here.
    pub changed_us: i64,
}

/// What is known of a connection, as far as showing an item needs.
#[derive(Debug, Clone)]
pub struct ConnectionFacts {
    /// The connection.
    pub id: ConnectionId,
    /// Its label.
    pub label: String,
    /// Its address, if it can be read.
    pub collection: Option<azdo::Collection>,
    /// How it fares.
    pub health: ConnectionHealth,
}

/// How a connection fares, as far as an item that waits needs to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectionHealth {
    /// Nothing is wrong.
    Fine,
    /// It is disabled here.
    Disabled,
    /// Azure DevOps doesn't answer.
    Unreachable,
    /// Azure DevOps refuses the connection's token.
    TokenRefused,
    /// Azure DevOps asked for a pause.
    Throttled,
}

/// What it takes to show an item: everything beside the item.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    /// Who asks.
    pub viewer: &'a Member,
    /// Members, matched with the identities of the item's connection.
    pub people: &'a People,
    /// Work item types.
    pub types: &'a Types,
    /// The item's connection.
    pub connection: Option<&'a ConnectionFacts>,
    /// The time.
    pub now_us: i64,
}

impl Stored {
    /// Whether Azure DevOps keeps it, or is about to.
    pub fn is_pushed(&self) -> bool {
        self.pushed().is_some()
    }

    /// The work item's side, if Azure DevOps keeps it or is about to. A creation that was given up leaves a row behind.
    pub fn pushed(&self) -> Option<&Pair> {
        self.pair
            .as_ref()
            .filter(|pair| pair.item.presence != Presence::Unborn || creation(&pair.item).is_some())
    }

    /// The raw value shown of a field that Azure DevOps keeps; `None` where the row's own value is shown.
    pub fn value(&self, field: ItemField) -> Option<&Value> {
        let pair = self.pushed()?;
        let name = FieldName::from(field.reference_name()?);
        if pair.item.remote.is_some() {
            return Some(pair.item.local(&name));
        }
        // Not created yet: what was changed since the push, else what was pushed, which the row still has.
        pair.item.chain(&name).last().map(|(_, _, to)| to)
    }

    /// Title as shown.
    pub fn title(&self) -> String {
        self.value(ItemField::Title)
            .map_or_else(|| self.row.title.clone(), mapping::text)
    }

    /// Description as shown, raw.
    pub fn description(&self) -> String {
        self.value(ItemField::Description)
            .map_or_else(|| self.row.description_html.clone(), mapping::text)
    }

    /// Tags as shown.
    pub fn tags(&self) -> Vec<String> {
        self.value(ItemField::Tags)
            .map_or_else(|| self.row.tags.0.clone(), mapping::tags)
    }

    /// Priority as shown. A type without the field leaves it here.
    pub fn priority(&self, types: &Types) -> Option<i64> {
        match self.value(ItemField::Priority) {
            Some(value) if !self.lacks(types, field::PRIORITY) => mapping::priority(value),
            _ => self.row.priority,
        }
    }

    /// Status as shown.
    pub fn status(&self, types: &Types) -> Status {
        match self.category(types) {
            Some(category) => status::shown(category, self.row.is_blocked),
            None => self.row.status,
        }
    }

    /// Category of the state as shown; `None` where the row's own status is shown.
    pub fn category(&self, types: &Types) -> Option<StateCategory> {
        let state = self.value(ItemField::Status)?.as_str()?;
        Some(
            self.info(types)
                .map_or_else(|| status::category_by_name(state), |info| info.category(state)),
        )
    }

    /// The owner as Azure DevOps has them, where it keeps the owner.
    pub fn identity(&self) -> Option<Option<Identity>> {
        self.value(ItemField::Owner).map(Identity::from_value)
    }

    /// The owner as shown.
    pub fn owner(&self, people: &People) -> Option<Owner> {
        match self.identity() {
            Some(identity) => {
                let identity = identity?;
                match people.member_of(&identity) {
                    Some(person) => Some(owner_of(Some(person.id.0), &person.name, Some(person.avatar))),
                    None => Some(owner_of(None, &identity.display_name, None)),
                }
            }
            None => match (self.row.owner_member_id, &self.row.owner_name) {
                (Some(id), _) => {
                    let person = people.member(MemberId(id))?;
                    Some(owner_of(Some(id), &person.name, Some(person.avatar)))
                }
                (None, Some(name)) => Some(owner_of(None, name, None)),
                (None, None) => None,
            },
        }
    }

    /// Its project and work item type, read or about to be.
    pub fn project_and_type(&self) -> Option<(String, String)> {
        let pair = self.pushed()?;
        if let Some(remote) = &pair.item.remote {
            let text = |name: &str| remote.fields.get(&FieldName::from(name)).map(mapping::text);
            return Some((text(field::TEAM_PROJECT)?, text(field::WORK_ITEM_TYPE)?));
        }
        match creation(&pair.item).map(|edit| &edit.act) {
            Some(Act::Create {
                project,
                work_item_type,
                ..
            }) => Some((project.clone(), work_item_type.clone())),
            _ => None,
        }
    }

    /// What is known of its work item type.
    pub fn info<'a>(&self, types: &'a Types) -> Option<&'a TypeInfo> {
        let (project, work_item_type) = self.project_and_type()?;
        types.get(self.pushed()?.connection, &project, &work_item_type)
    }

    /// Whether its work item type is known to lack a field.
    pub fn lacks(&self, types: &Types, reference_name: &str) -> bool {
        self.info(types).is_some_and(|info| !info.has_field(reference_name))
    }

    /// Change number of its last change.
    pub fn change(&self) -> i64 {
        let pair = self.pair.as_ref();
        let edits = pair
            .into_iter()
            .flat_map(|pair| pair.item.edits.iter().map(|edit| edit.change));
        edits
            .chain(pair.map(|pair| pair.change_number))
            .fold(self.row.change_number, i64::max)
    }

    /// The row with every value as it is shown: what is kept when the work item will not come to be.
    pub fn row_as_shown(&self, people: &People, types: &Types) -> ActionItemRow {
        let owner = self.owner(people);
        let member = owner.as_ref().and_then(|owner| owner.member_id);
        ActionItemRow {
            title: self.title(),
            description_html: self.description(),
            owner_member_id: member,
            owner_name: owner.filter(|_| member.is_none()).map(|owner| owner.name),
            status: self.status(types),
            priority: self.priority(types),
            tags: sqlx::types::Json(self.tags()),
            is_blocked: self.status(types) == Status::Blocked,
            ..self.row.clone()
        }
    }

    fn changed_us(&self) -> i64 {
        let pair = self.pair.as_ref();
        let edits = pair
            .into_iter()
            .flat_map(|pair| pair.item.edits.iter().map(|edit| edit.at_us));
        edits
            .chain(pair.map(|pair| pair.changed_us))
            .fold(self.row.changed_us, i64::max)
    }

    fn deleted(&self) -> Option<Deleted> {
        let at_us = self.row.deleted_us?;
        let is_there = self.row.deleted_where.as_deref() == Some("azure_devops");
        Some(Deleted {
            at_us,
            by: self.row.deleted_by.clone().unwrap_or_else(|| "Somebody".to_owned()),
            r#where: if is_there { Side::AzureDevops } else { Side::Here },
            until_us: at_us + BIN_US,
        })
    }
}

/// The unsettled creation of an item.
pub fn creation(item: &Item) -> Option<&Edit> {
    item.edits.iter().find(|edit| matches!(edit.act, Act::Create { .. }))
}

/// The action item as people see it.
pub fn view(stored: &Stored, around: Surroundings<'_>) -> ActionItem {
    let row = &stored.row;
    let description = stored.description();
    ActionItem {
        id: row.id,
        number: row.number,
        title: stored.title(),
        description_html: html::clean(&description),
        is_description_editable: html::is_editable(&description),
        status: stored.status(around.types),
        priority: stored.priority(around.types),
        due_on: row.due_on.clone(),
        tags: stored.tags(),
        team: row.team.clone(),
        origin: row.origin,
        owner: stored.owner(around.people),
        work_item: work_item(stored, around),
        sync: sync(stored, around),
        open_edits: match stored.pushed() {
            Some(pair) => open_edits::of(
                &pair.item,
                EditContext {
                    around,
                    names: &mapping::ItemNames,
                },
            ),
            None => Vec::new(),
        },
        created_us: row.created_us,
        created_by: around.people.name(MemberId(row.created_by)).to_owned(),
        changed_us: stored.changed_us(),
        deleted: stored.deleted(),
        change: stored.change(),
    }
}

fn owner_of(member_id: Option<Uuid>, name: &str, avatar: Option<i64>) -> Owner {
    Owner {
        member_id,
        name: name.to_owned(),
        initials: initials(name),
        avatar,
    }
}

fn work_item(stored: &Stored, around: Surroundings<'_>) -> Option<WorkItemRef> {
    let pair = stored.pushed()?;
    let (project, work_item_type) = stored.project_and_type()?;
    let info = stored.info(around.types);
    let state = stored
        .value(ItemField::Status)
        .and_then(|value| value.as_str().map(str::to_owned));
    let path = |name: &str| {
        let name = FieldName::from(name);
        let asked = match creation(&pair.item).map(|edit| &edit.act) {
            Some(Act::Create { fields, .. }) => fields.get(&name),
            _ => None,
        };
        let value = pair
            .item
            .remote
            .as_ref()
            .map_or(asked, |_| Some(pair.item.local(&name)));
        value.and_then(Value::as_str).unwrap_or(&project).to_owned()
    };
    let collection = around.connection.and_then(|connection| connection.collection.as_ref());
    Some(WorkItemRef {
        connection_id: pair.connection.0,
        connection_label: around
            .connection
            .map(|connection| connection.label.clone())
            .unwrap_or_default(),
        id: pair.item.work_item.map(|id| id.0),
        r#type: work_item_type,
        type_color: info.and_then(|info| info.color.clone()),
        state_category: stored
            .category(around.types)
            .map(|category| category.as_str().to_owned()),
        state_color: state.as_deref().and_then(|state| info?.state(state)?.color.clone()),
        state,
        area_path: path(field::AREA_PATH),
        iteration_path: path(field::ITERATION_PATH),
        url: pair
            .item
            .work_item
            .and_then(|id| Some(collection?.work_item_page(&project, id))),
        rev: pair.item.remote.as_ref().map(|remote| remote.rev.0),
        project,
    })
}

fn sync(stored: &Stored, around: Surroundings<'_>) -> ItemSync {
    let Some(pair) = stored.pushed() else {
        return ItemSync {
            state: SyncState::Local,
            n_waiting: 0,
            detail: None,
        };
    };
    let state = sync_state(&pair.item);
    let n_waiting = open_edits::shown(&pair.item).count();
    ItemSync {
        state,
        n_waiting,
        detail: words::sync_detail(state, n_waiting, &pair.item, around.connection),
    }
}

/// The worst of what is open about an item.
pub fn sync_state(item: &Item) -> SyncState {
    let holds = |is_such: fn(&Hold) -> bool| item.has_held(is_such);
    if holds(|hold| matches!(hold, Hold::Conflict { .. })) {
        SyncState::Conflict
    } else if holds(|hold| matches!(hold, Hold::Refused { .. })) {
        SyncState::Refused
    } else if holds(|hold| matches!(hold, Hold::Unsure)) || item.attempt.as_ref().is_some_and(|a| a.is_unknown()) {
        SyncState::Unknown
    } else if holds(|hold| matches!(hold, Hold::NeedsToken)) {
        SyncState::NeedsToken
    } else if item.presence == Presence::OutOfSight {
        SyncState::OutOfSight
    } else if holds(|_| true) || (item.presence == Presence::Deleted && open_edits::shown(item).count() == 0) {
        SyncState::Held
    } else if open_edits::shown(item).count() > 0 {
        SyncState::Waiting
    } else {
        SyncState::InLockstep
    }
}

#[cfg(test)]
mod tests;
