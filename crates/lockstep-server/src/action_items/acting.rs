//! What every act on an action item shares: it is done once per id, in one transaction, under one change number.

use lockstep_sync::edit::{Act, Choice, Edit};
use sqlx::types::Json;
use uuid::Uuid;

use super::item::Stored;
use super::load;
use super::make::id_used;
use crate::access::Member;
use crate::app::App;
use crate::error::{ApiError, Kind, Refusal};
use crate::ids::{ConnectionId, EditId, ItemId, MemberId};
use crate::live::Noun;
use crate::store::action_items::{ActionItemRow, LocalChange, LocalChangeRow};
use crate::store::edits::NewEdit;
use crate::store::{StoreError, Tx};

/// Parts of one request that become edits of their own; a repeated request is known by any of them.
const PARTS: [&str; 10] = [
    "title",
    "description",
    "owner",
    "status",
    "priority",
    "tags",
    "create",
    "comment",
    "delete",
    "restore",
];

/// The number of the edit that a part of a request becomes.
pub fn part_id(request: Uuid, part: &str) -> EditId {
    EditId(Uuid::new_v5(&request, part.as_bytes()))
}

/// An act being done: the item as the transaction sees it, and what is to be kept with it.
pub struct Acting {
    tx: Tx,
    member: Member,
    request: Uuid,
    now_us: i64,
    /// The item, as the transaction sees it.
    pub stored: Stored,
    local: Vec<LocalChange>,
    edits: Vec<NewEdit>,
}

/// Whether a request is to be done, or was done before.
pub enum Begun {
    /// It is to be done.
    ToDo(Box<Acting>),
    /// It was done before: a repeated click.
    Done,
}

impl Acting {
    /// Begins an act under the browser's number for it.
    pub async fn begin(app: &App, member: &Member, item: ItemId, request: Uuid) -> Result<Begun, ApiError> {
        let mut tx = app.store.begin().await?;
        let stored = load::one_in(&mut tx, member.company, item)
            .await?
            .ok_or(ApiError::NotFound)?;
        if was_done(&mut tx, member, item, request).await? {
            return Ok(Begun::Done);
        }
        Ok(Begun::ToDo(Box::new(Self {
            tx,
            member: *member,
            request,
            now_us: app.now_us(),
            stored,
            local: Vec::new(),
            edits: Vec::new(),
        })))
    }

    /// The time.
    pub fn now_us(&self) -> i64 {
        self.now_us
    }

    /// The transaction, to read more.
    pub fn tx(&mut self) -> &mut Tx {
        &mut self.tx
    }

    /// Goes on only with an item that is not in the bin.
    pub fn not_deleted(&self) -> Result<(), Refusal> {
        if self.stored.row.deleted_us.is_none() {
            return Ok(());
        }
        Err(Refusal::new(Kind::Conflict, "in_bin", "This action item is in the bin")
            .detail("Somebody deleted it.")
            .next_step("Restore it first."))
    }

    /// Notes a change of what lives here, for the history.
    pub fn note(&mut self, changes: impl IntoIterator<Item = LocalChange>) {
        self.local.extend(changes);
    }

    /// Adds an edit that a part of the request becomes, by whoever asks.
    pub fn add(&mut self, part: &str, act: Act) {
        let (id, author) = (part_id(self.request, part), self.member.id);
        self.add_of(id, author, act);
    }

    /// Adds an edit under a number and an author of its own.
    pub fn add_of(&mut self, id: EditId, author: MemberId, act: Act) {
        self.edits.push(NewEdit {
            id,
            author,
            at_us: self.now_us,
            act,
            board: None,
            is_draft: false,
        });
    }

    /// Lets open edits go.
    pub fn give_up(&mut self, edits: &[Edit]) {
        for edit in edits {
            let id = part_id(self.request, &format!("take_back {}", edit.id));
            self.add_of(
                id,
                self.member.id,
                Act::Decide {
                    edit: edit.id,
                    choice: Choice::GiveUp,
                },
            );
        }
    }

    /// Keeps everything under one change number: the row, its history, the edits. Nothing to keep: nothing is numbered.
    ///
    /// `connection` is where the edits go.
    pub async fn keep(
        mut self,
        app: &App,
        row: &ActionItemRow,
        connection: Option<ConnectionId>,
    ) -> Result<(), ApiError> {
        let is_same_row = *row == self.stored.row;
        if is_same_row && self.local.is_empty() && self.edits.is_empty() {
            return Ok(());
        }
        let (company, item) = (self.member.company, ItemId(row.id));
        let change = self.tx.number_change(company, Noun::ActionItem, item.0).await?;
        self.write(row, change, connection).await.map_err(|error| match error {
            StoreError::Taken { .. } => ApiError::from(id_used()),
            other => other.into(),
        })?;
        self.tx.commit().await?;
        if let Some(connection) = connection {
            app.wake.ring(connection);
        }
        Ok(())
    }

    /// Takes a change number and makes an unborn work item of the item, to be followed by [`keep`](Self::keep).
    pub async fn pair_with(&mut self, connection: ConnectionId) -> Result<(), ApiError> {
        let (company, item) = (self.member.company, ItemId(self.stored.row.id));
        let change = self.tx.number_change(company, Noun::ActionItem, item.0).await?;
        if self.stored.pair.is_none() {
            self.tx
                .insert_unborn(company, connection, item, change, self.now_us)
                .await?;
        } else if !self
            .tx
            .move_unborn(company, connection, item, change, self.now_us)
            .await?
        {
            return Err(
                Refusal::new(Kind::Conflict, "still_open", "Something of the last push is still open")
                    .next_step("Try again in a moment.")
                    .into(),
            );
        }
        Ok(())
    }

    async fn write(
        &mut self,
        row: &ActionItemRow,
        change: i64,
        connection: Option<ConnectionId>,
    ) -> Result<(), StoreError> {
        let (company, item) = (self.member.company, ItemId(row.id));
        let row = ActionItemRow {
            change_number: change,
            changed_us: self.now_us,
            ..row.clone()
        };
        self.tx.update_action_item(company, &row).await?;
        if !self.local.is_empty() {
            let kept = LocalChangeRow {
                id: self.request,
                item_id: item.0,
                author: self.member.id.0,
                at_us: self.now_us,
                changes: Json(std::mem::take(&mut self.local)),
            };
            self.tx
                .insert_local_change(company, item, change, self.member.id, &kept)
                .await?;
        }
        if let Some(connection) = connection {
            self.tx
                .append_edits(company, connection, item, change, &self.edits)
                .await?;
        }
        Ok(())
    }
}

async fn was_done(tx: &mut Tx, member: &Member, item: ItemId, request: Uuid) -> Result<bool, ApiError> {
    let mut found = tx.local_change(member.company, request).await?.map(|kept| kept.item_id);
    for part in PARTS {
        if found.is_none() {
            found = tx
                .edit(member.company, part_id(request, part))
                .await?
                .map(|edit| edit.item_id);
        }
    }
    match found {
        None => Ok(false),
        Some(of) if of == item.0 => Ok(true),
        Some(_) => Err(id_used().into()),
    }
}
