//! Edits: handlers append them here, in the order of change numbers; the driver settles them through [`super::records`].

use std::collections::BTreeSet;

use lockstep_sync::edit::{Act, Doubt, Edit, EditState, Ending, Hold, LetGo};
use sqlx::types::Json;
use uuid::Uuid;

use super::{Store, StoreError, Tx};
use crate::ids::{AttemptId, BoardId, CompanyId, ConnectionId, EditId, ItemId, MemberId};
use crate::{db, run, sql, tx};

sql! {
    INSERT = "insert into edits (id, company_id, connection_id, item_id, change_number, position, author, at_us, act, state, board_id, is_draft)
        values ($1, $2, $3, $4, $5,
            (select count(*) from edits where company_id = $2 and item_id = $4 and change_number = $5), $6, $7, $8, 'waiting', $9, $10)
        on conflict (id) do nothing";
    ONE = "select id, connection_id, item_id, change_number, position, author, at_us, act, state, hold, attempt_id, doubt, ending, settled_us, board_id, is_draft
        from edits where company_id = $1 and id = $2";
    OF_ITEM = "select id, connection_id, item_id, change_number, position, author, at_us, act, state, hold, attempt_id, doubt, ending, settled_us, board_id, is_draft
        from edits where company_id = $1 and item_id = $2 order by change_number, position";
    UNSETTLED_OF_COMPANY = "select id, connection_id, item_id, change_number, position, author, at_us, act, state, hold, attempt_id, doubt, ending, settled_us, board_id, is_draft
        from edits where company_id = $1 and state <> 'settled' order by change_number, position";
    NUMBER_ITEM = "update work_items set change_number = $3 where company_id = $1 and item_id = $2";
    NEWER = "select item_id, change_number from edits
        where company_id = $1 and connection_id = $2 and state <> 'settled' and change_number > $3";
    N_UNSETTLED = "select state, hold, author from edits where company_id = $1 and connection_id = $2 and state <> 'settled'";
}

/// An edit as it is stored.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct EditRow {
    /// Its number.
    pub id: Uuid,
    /// The connection it goes to.
    pub connection_id: Uuid,
    /// The item it is about.
    pub item_id: Uuid,
    /// Change number under which it was accepted.
    pub change_number: i64,
    /// Its place among the item's edits of that change.
    pub position: i64,
    /// Who acted.
    pub author: Uuid,
    /// When it was accepted, microseconds UTC.
    pub at_us: i64,
    /// What was done.
    pub act: Json<Act>,
    /// `waiting`, `sending`, `held` or `settled`.
    pub state: String,
    /// Why it is held.
    pub hold: Option<Json<Hold>>,
    /// The open attempt it is part of.
    pub attempt_id: Option<Uuid>,
    /// An unanswered request with it that may still take effect.
    pub doubt: Option<Json<Doubt>>,
    /// How it ended.
    pub ending: Option<Json<Ending>>,
    /// When it ended, microseconds UTC.
    pub settled_us: Option<i64>,
    /// The board it was made on.
    pub board_id: Option<Uuid>,
    /// Whether it waits to be published.
    pub is_draft: bool,
}

/// An edit to append. Every edit starts waiting.
#[derive(Debug, Clone)]
pub struct NewEdit {
    /// Made by the browser, so that a repeated click is one edit.
    pub id: EditId,
    /// Who acts.
    pub author: MemberId,
    /// When, microseconds UTC.
    pub at_us: i64,
    /// What is done.
    pub act: Act,
    /// The board it is made on.
    pub board: Option<BoardId>,
    /// Whether it waits to be published.
    pub is_draft: bool,
}

impl EditRow {
    /// The edit, unless it is settled.
    pub fn unsettled(self) -> Option<Edit> {
        let state = match (self.state.as_str(), self.attempt_id, self.hold) {
            ("waiting", ..) => EditState::Waiting,
            ("sending", Some(attempt), _) => EditState::Sending {
                attempt: AttemptId(attempt),
            },
            ("held", _, Some(Json(hold))) => EditState::Held { hold },
            _ => return None,
        };
        Some(Edit {
            id: EditId(self.id),
            change: self.change_number,
            author: MemberId(self.author),
            at_us: self.at_us,
            act: self.act.0,
            state,
            is_draft: self.is_draft,
            doubt: self.doubt.map(|Json(doubt)| doubt),
        })
    }

    /// What a request may still do of it, though it was let go.
    pub fn let_go(&self) -> Option<LetGo> {
        let Json(doubt) = self.doubt.as_ref().filter(|_| self.state == "settled")?;
        Some(LetGo {
            edit: EditId(self.id),
            act: self.act.0.clone(),
            doubt: doubt.clone(),
        })
    }

    /// How it ended, if it has.
    pub fn ending(&self) -> Option<&Ending> {
        self.ending.as_ref().map(|Json(ending)| ending)
    }
}

/// An unsettled edit, counted.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct OpenEditRow {
    /// `waiting`, `sending` or `held`.
    pub state: String,
    /// Why it is held.
    pub hold: Option<Json<Hold>>,
    /// Who acted.
    pub author: Uuid,
}

impl Store {
    /// One edit, settled or not.
    pub async fn edit(&self, company: CompanyId, id: EditId) -> Result<Option<EditRow>, StoreError> {
        db!(self, |c| sqlx::query_as::<_, EditRow>(ONE)
            .bind(company.0)
            .bind(id.0)
            .fetch_optional(c))
    }

    /// Every edit of an item, settled or not, in order.
    pub async fn edits_of_item(&self, company: CompanyId, item: ItemId) -> Result<Vec<EditRow>, StoreError> {
        db!(self, |c| sqlx::query_as::<_, EditRow>(OF_ITEM)
            .bind(company.0)
            .bind(item.0)
            .fetch_all(c))
    }

    /// Every unsettled edit of the company, in order.
    pub async fn unsettled_edits(&self, company: CompanyId) -> Result<Vec<EditRow>, StoreError> {
        db!(self, |c| sqlx::query_as::<_, EditRow>(UNSETTLED_OF_COMPANY)
            .bind(company.0)
            .fetch_all(c))
    }

    /// The connection's unsettled edits, for counting them.
    pub async fn open_edits(
        &self,
        company: CompanyId,
        connection: ConnectionId,
    ) -> Result<Vec<OpenEditRow>, StoreError> {
        db!(self, |c| sqlx::query_as::<_, OpenEditRow>(N_UNSETTLED)
            .bind(company.0)
            .bind(connection.0)
            .fetch_all(c))
    }

    /// Items of the connection with unsettled edits above change number `after`, and the highest such number.
    pub async fn items_edited_after(
        &self,
        company: CompanyId,
        connection: ConnectionId,
        after: i64,
    ) -> Result<(BTreeSet<ItemId>, i64), StoreError> {
        let rows: Vec<(Uuid, i64)> = db!(self, |c| sqlx::query_as(NEWER)
            .bind(company.0)
            .bind(connection.0)
            .bind(after)
            .fetch_all(c))?;
        let newest = rows.iter().map(|(_, change)| *change).max().unwrap_or(after);
        Ok((rows.into_iter().map(|(item, _)| ItemId(item)).collect(), newest))
    }
}

impl Tx {
    /// One edit, as this transaction sees it.
    pub async fn edit(&mut self, company: CompanyId, id: EditId) -> Result<Option<EditRow>, StoreError> {
        tx!(self, |c| sqlx::query_as::<_, EditRow>(ONE)
            .bind(company.0)
            .bind(id.0)
            .fetch_optional(c))
    }

    /// Appends edits of an item, in this order, under `change`, a number taken in this transaction.
    ///
    /// An edit whose id is there already is left as it is: a repeated click is one edit. Returns how many were new.
    /// After the commit ring the connection: `app.wake.ring(connection)`.
    pub async fn append_edits(
        &mut self,
        company: CompanyId,
        connection: ConnectionId,
        item: ItemId,
        change: i64,
        edits: &[NewEdit],
    ) -> Result<u64, StoreError> {
        let mut n_new = 0;
        for edit in edits {
            n_new += run!(
                self,
                sqlx::query(INSERT)
                    .bind(edit.id.0)
                    .bind(company.0)
                    .bind(connection.0)
                    .bind(item.0)
                    .bind(change)
                    .bind(edit.author.0)
                    .bind(edit.at_us)
                    .bind(Json(&edit.act))
                    .bind(edit.board.map(|board| board.0))
                    .bind(edit.is_draft)
            )?;
            if matches!(edit.act, Act::Create { .. }) {
                self.doubt_if_older_than_restore(company, connection, item, edit.id)
                    .await?;
            }
        }
        if n_new > 0 {
            // Whatever shows the item shows the edit: boards, too.
            run!(self, sqlx::query(NUMBER_ITEM).bind(company.0).bind(item.0).bind(change))?;
            self.announce_cards(company, [item]).await?;
        }
        Ok(n_new)
    }
}
