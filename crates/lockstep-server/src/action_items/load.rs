//! Reads what an action item is shown from: its row, its work item, its connection, the people, the types.

use std::collections::{BTreeMap, BTreeSet};

use azdo::{Collection, Identity};
use uuid::Uuid;

use super::item::{ConnectionFacts, ConnectionHealth, Pair, Stored, Surroundings};
use super::people::{People, Person};
use super::types::Types;
use crate::access::Member;
use crate::app::App;
use crate::ids::{CompanyId, ConnectionId, ItemId, MemberId};
use crate::store::action_items::ActionItemRow;
use crate::store::connections::ConnectionRow;
use crate::store::members::MemberRow;
use crate::store::{StoreError, Tx};

/// Everything of a company that items are shown with.
pub struct Company {
    members: People,
    people: BTreeMap<ConnectionId, People>,
    connections: BTreeMap<ConnectionId, ConnectionFacts>,
    /// Work item types of every project that was read.
    pub types: Types,
}

impl Company {
    /// Reads them.
    pub async fn read(app: &App, company: CompanyId) -> Result<Self, StoreError> {
        let members = People::new(app.store.members(company).await?.into_iter().map(person));
        let types = app.store.work_item_types(company).await?;
        let mut seen: BTreeMap<ConnectionId, Vec<Identity>> = BTreeMap::new();
        for (connection, identity) in app.store.identities_seen(company).await? {
            seen.entry(connection).or_default().push(identity);
        }
        let mut owners: BTreeMap<ConnectionId, Vec<(MemberId, Identity)>> = BTreeMap::new();
        for credential in app.store.all_credentials(company).await? {
            let Some(member) = credential.member_id else { continue };
            let owner = Identity {
                id: Some(credential.identity_id),
                display_name: credential.identity_name,
                unique_name: credential.identity_unique_name,
            };
            owners
                .entry(ConnectionId(credential.connection_id))
                .or_default()
                .push((MemberId(member), owner));
        }
        let (mut people, mut connections) = (BTreeMap::new(), BTreeMap::new());
        for row in app.store.connections(company).await? {
            let id = ConnectionId(row.id);
            let mut known = members.clone();
            owners
                .remove(&id)
                .into_iter()
                .flatten()
                .for_each(|(member, owner)| known.owns_token(member, owner));
            seen.remove(&id)
                .into_iter()
                .flatten()
                .for_each(|identity| known.saw(identity));
            people.insert(id, known);
            connections.insert(id, facts(row));
        }
        Ok(Self {
            members,
            people,
            connections,
            types,
        })
    }

    /// The people, matched with the identities of a connection.
    pub fn people(&self, connection: Option<ConnectionId>) -> &People {
        connection.and_then(|id| self.people.get(&id)).unwrap_or(&self.members)
    }

    /// What is known of a connection.
    pub fn connection(&self, id: ConnectionId) -> Option<&ConnectionFacts> {
        self.connections.get(&id)
    }

    /// What `viewer` sees an item with.
    pub fn around<'a>(&'a self, viewer: &'a Member, stored: &Stored, now_us: i64) -> Surroundings<'a> {
        let connection = stored.pushed().map(|pair| pair.connection);
        Surroundings {
            viewer,
            people: self.people(connection),
            types: &self.types,
            connection: connection.and_then(|id| self.connections.get(&id)),
            now_us,
        }
    }
}

fn person(row: MemberRow) -> Person {
    Person {
        id: MemberId(row.id),
        name: row.name,
        email: row.email,
        avatar: row.avatar,
        is_active: row.is_active,
    }
}

fn facts(row: ConnectionRow) -> ConnectionFacts {
    let health = match row.health_state.as_str() {
        _ if !row.is_enabled => ConnectionHealth::Disabled,
        "unreachable" => ConnectionHealth::Unreachable,
        "token_refused" => ConnectionHealth::TokenRefused,
        "throttled" => ConnectionHealth::Throttled,
        _ => ConnectionHealth::Fine,
    };
    ConnectionFacts {
        id: ConnectionId(row.id),
        label: row.label,
        collection: Collection::parse(&row.server_url).ok(),
        health,
    }
}

/// Action items with their work items.
pub async fn with_work_items(
    app: &App,
    company: CompanyId,
    rows: Vec<ActionItemRow>,
) -> Result<Vec<Stored>, StoreError> {
    let ids: BTreeSet<Uuid> = rows.iter().map(|row| row.id).collect();
    let mut at: BTreeMap<ConnectionId, BTreeSet<ItemId>> = BTreeMap::new();
    let mut marks: BTreeMap<Uuid, (ConnectionId, i64, i64)> = BTreeMap::new();
    for row in app
        .store
        .work_items(company)
        .await?
        .into_iter()
        .filter(|row| ids.contains(&row.item_id))
    {
        let connection = ConnectionId(row.connection_id);
        at.entry(connection).or_default().insert(ItemId(row.item_id));
        marks.insert(row.item_id, (connection, row.change_number, row.changed_us));
    }
    let mut pairs: BTreeMap<Uuid, Pair> = BTreeMap::new();
    for (connection, items) in at {
        for item in app.store.items(company, connection, &items).await? {
            if let Some((connection, change_number, changed_us)) = marks.get(&item.id.0).copied() {
                pairs.insert(
                    item.id.0,
                    Pair {
                        connection,
                        change_number,
                        changed_us,
                        item,
                    },
                );
            }
        }
    }
    Ok(rows
        .into_iter()
        .map(|row| Stored {
            pair: pairs.remove(&row.id),
            row,
        })
        .collect())
}

/// One action item with its work item.
pub async fn one(app: &App, company: CompanyId, id: ItemId) -> Result<Option<Stored>, StoreError> {
    let Some(row) = app.store.action_item(company, id).await? else {
        return Ok(None);
    };
    let pair = match app.store.work_item(company, id).await? {
        Some(mark) => app.store.item(company, id).await?.map(|item| Pair {
            connection: ConnectionId(mark.connection_id),
            item,
            change_number: mark.change_number,
            changed_us: mark.changed_us,
        }),
        None => None,
    };
    Ok(Some(Stored { row, pair }))
}

/// One action item with its work item, as a transaction sees it.
pub async fn one_in(tx: &mut Tx, company: CompanyId, id: ItemId) -> Result<Option<Stored>, StoreError> {
    let Some(row) = tx.action_item(company, id).await? else {
        return Ok(None);
    };
    let pair = match tx.work_item(company, id).await? {
        Some(mark) => tx.item(company, id).await?.map(|item| Pair {
            connection: ConnectionId(mark.connection_id),
            item,
            change_number: mark.change_number,
            changed_us: mark.changed_us,
        }),
        None => None,
    };
    Ok(Some(Stored { row, pair }))
}
