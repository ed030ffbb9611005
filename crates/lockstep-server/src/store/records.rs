//! What the sync engine decided, written in one transaction or not at all.
//!
//! [`Tx::apply_records`] takes the [`Record`]s of one step in order. Each one that changes a state is a compare-and-set: it
//! names the state it starts from, and where no row is in it somebody else was faster ([`SaveError::Overtaken`]). The
//! driver then drops what it holds in memory and loads it again. Nothing here decides anything.

use std::collections::{BTreeMap, BTreeSet};

use azdo::Rev;
use lockstep_sync::edit::{Act, Attempt, AttemptState, Doubt, Ending, Hold, Outcome, Search};
use lockstep_sync::record::{Observation, Record};
use lockstep_sync::rules::Rules;
use serde::Serialize;
use serde_json::Value;
use sqlx::types::Json;
use uuid::Uuid;

use super::attempts::outcome_text;
use super::cards::NewCard;
use super::{StoreError, Tx};
use crate::ids::{AttemptId, BoardId, CompanyId, ConnectionId, EditId, ItemId};
use crate::live::Noun;
use crate::program_board::rank;
use crate::{run, sql, tx};

sql! {
    BEGIN_ATTEMPT = "insert into attempts (id, company_id, connection_id, item_id, author, whom, identity_id, identity_name, body, state, started_us)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'sending', $10)";
    // A draft is never sent, whatever anybody thinks.
    SEND_EDIT = "update edits set state = 'sending', attempt_id = $3
        where company_id = $1 and id = $2 and state = 'waiting' and is_draft = $4";
    OPEN_ATTEMPT = "select body from attempts where company_id = $1 and id = $2 and state <> 'ended'";
    LOSE_ATTEMPT = "update attempts set state = 'unknown', body = $3 where company_id = $1 and id = $2 and state <> 'ended'";
    END_ATTEMPT = "update attempts set state = 'ended', body = $3, outcome = $4, answer = $5, rev = $6, ended_us = $7
        where company_id = $1 and id = $2 and state <> 'ended'";
    UNSETTLED = "select item_id, act from edits where company_id = $1 and id = $2 and state <> 'settled'";
    WAIT_EDIT = "update edits set state = 'waiting', hold = null, attempt_id = null, doubt = $3
        where company_id = $1 and id = $2 and state <> 'settled'";
    HOLD_EDIT = "update edits set state = 'held', hold = $3, attempt_id = null
        where company_id = $1 and id = $2 and state <> 'settled'";
    PUBLISH_EDIT = "update edits set is_draft = $3 where company_id = $1 and id = $2 and state <> 'settled'";
    REBASE_EDIT = "update edits set act = $3 where company_id = $1 and id = $2 and state <> 'settled'";
    SETTLE_EDIT = "update edits set state = 'settled', hold = null, attempt_id = null, doubt = case when $5 then doubt end, ending = $3, settled_us = $4
        where company_id = $1 and id = $2 and state <> 'settled'";
    CLEAR_DOUBT = "update edits set doubt = null where company_id = $1 and id = $2 returning item_id";
    UNBIN = "update action_items set deleted_us = null, deleted_by = null, deleted_where = null, changed_us = $3
        where company_id = $1 and id = $2 and deleted_us is not null";
    NUMBER_ITEM = "update work_items set change_number = $3 where company_id = $1 and item_id = $2";
    NUMBER_ACTION_ITEM = "update action_items set change_number = $3 where company_id = $1 and id = $2";
}

/// Why records could not be saved. Either way nothing of the transaction may be kept.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// A row is no longer in the state the record starts from: load again.
    #[error("{what} {id} has changed meanwhile")]
    Overtaken {
        /// What kind of row.
        what: &'static str,
        /// Which one.
        id: Uuid,
    },
    /// The store could not: load again after a while.
    #[error("the records could not be saved")]
    Store(#[from] StoreError),
}

/// What came of saving a step's records.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Applied {
    /// The last change number taken, if people can see anything of it.
    pub change: Option<i64>,
    /// Items of which people can see a change.
    pub touched: BTreeSet<ItemId>,
    /// Whether notices were kept that the replica does not know yet.
    pub has_heard: bool,
}

/// Whose records these are.
#[derive(Debug, Clone, Copy)]
pub struct Scope {
    /// The company.
    pub company: CompanyId,
    /// The connection.
    pub connection: ConnectionId,
    /// The clock, microseconds UTC.
    pub now_us: i64,
}

impl Tx {
    /// Writes the records, in order. On an error drop the transaction.
    ///
    /// `rules` is what the engine knew when it decided: a refusal concerns the token it knew, not one stored since.
    pub async fn apply_records(
        &mut self,
        scope: Scope,
        rules: &Rules,
        records: &[Record],
    ) -> Result<Applied, SaveError> {
        let mut applied = Applied::default();
        let mut observations = Vec::new();
        let mut of_cards = Vec::new();
        for record in records {
            match record {
                Record::Entered { item, .. } | Record::Left { item, .. } => {
                    applied.touched.insert(*item);
                    of_cards.push(record);
                }
                record => {
                    self.apply(scope, rules, record, &mut applied, &mut observations)
                        .await?
                }
            }
        }
        let change_of = self.number_touched(scope, &mut applied, &of_cards).await?;
        for record in of_cards {
            self.move_card(scope, record, &change_of).await?;
        }
        for observation in observations {
            let change = change_of.get(&observation.item).copied().unwrap_or_default();
            self.insert_observation(scope, observation, change).await?;
        }
        Ok(applied)
    }

    /// Numbers what people can see a change of: an action item each, a board once, however many of its cards it is.
    async fn number_touched(
        &mut self,
        scope: Scope,
        applied: &mut Applied,
        of_cards: &[&Record],
    ) -> Result<BTreeMap<ItemId, i64>, SaveError> {
        let mut change_of = BTreeMap::new();
        if applied.touched.is_empty() {
            return Ok(change_of);
        }
        let touched: Vec<ItemId> = applied.touched.iter().copied().collect();
        for item in self.action_items_among(scope.company, &touched).await? {
            let change = self.number_change(scope.company, Noun::ActionItem, item.0).await?;
            run!(
                self,
                sqlx::query(NUMBER_ACTION_ITEM)
                    .bind(scope.company.0)
                    .bind(item.0)
                    .bind(change)
            )?;
            change_of.insert(item, change);
            applied.change = Some(change);
        }
        // Before cards move: the board that one leaves hears of it, too.
        let mut of_boards = self.announce_cards(scope.company, touched.iter().copied()).await?;
        for record in of_cards {
            if let Record::Entered { board, .. } | Record::Left { board, .. } = record {
                of_boards = Some(self.announce_board(scope.company, *board).await?);
            }
        }
        if of_boards.is_none() && touched.iter().any(|item| !change_of.contains_key(item)) {
            // On no board and no action item: still something that was waiting, held or written.
            of_boards = Some(
                self.number_change(scope.company, Noun::Sync, scope.connection.0)
                    .await?,
            );
        }
        if let Some(change) = of_boards {
            applied.change = Some(applied.change.map_or(change, |before| before.max(change)));
        }
        for item in touched {
            // The later number, where an item is both: whoever asks for what is newer finds it under either.
            let own = change_of.get(&item).copied();
            let change = own.into_iter().chain(of_boards).max().unwrap_or_default();
            run!(
                self,
                sqlx::query(NUMBER_ITEM).bind(scope.company.0).bind(item.0).bind(change)
            )?;
            change_of.insert(item, change);
        }
        Ok(change_of)
    }

    async fn apply<'r>(
        &mut self,
        scope: Scope,
        rules: &Rules,
        record: &'r Record,
        applied: &mut Applied,
        observations: &mut Vec<&'r Observation>,
    ) -> Result<(), SaveError> {
        match record {
            Record::AttemptBegun(attempt) => {
                self.begin_attempt(scope, attempt).await?;
                applied.touched.insert(attempt.item);
            }
            Record::AttemptUnknown(id, search) => {
                // The search going on is nothing new to anybody; that the answer was lost is.
                applied.touched.extend(self.lose_attempt(scope, *id, search).await?);
            }
            Record::AttemptEnded {
                attempt,
                outcome,
                answer,
                rev,
            } => {
                let item = self
                    .end_attempt(scope, *attempt, *outcome, answer.as_deref(), *rev)
                    .await?;
                applied.touched.insert(item);
            }
            Record::EditWaiting { edit, doubt } => {
                applied
                    .touched
                    .insert(self.wait_edit(scope, *edit, doubt.as_ref()).await?);
            }
            Record::EditHeld(edit, hold) => {
                applied.touched.insert(self.hold_edit(scope, *edit, hold).await?);
            }
            Record::EditRebased(edit, from) => {
                applied.touched.insert(self.rebase_edit(scope, *edit, from).await?);
            }
            Record::EditSettled(edit, ending) => {
                applied.touched.insert(self.settle_edit(scope, *edit, ending).await?);
            }
            Record::DoubtCleared(edit) => {
                applied.touched.insert(self.clear_doubt(scope, *edit).await?);
            }
            Record::EditPublished(edit) => {
                applied.touched.insert(self.publish_edit(scope, *edit).await?);
            }
            Record::Adopted {
                item,
                work_item,
                observation,
                boards,
            } => {
                let mut change = None;
                for board in boards {
                    change = Some(self.announce_board(scope.company, *board).await?);
                }
                let change = match change {
                    Some(change) => change,
                    None => {
                        self.number_change(scope.company, Noun::Sync, scope.connection.0)
                            .await?
                    }
                };
                self.insert_adopted(scope, *item, *work_item, &observation.remote, change)
                    .await
                    .map_err(|error| match error {
                        StoreError::Taken { .. } => SaveError::Overtaken {
                            what: "work item",
                            id: item.0,
                        },
                        error => SaveError::Store(error),
                    })?;
                for board in boards {
                    self.enter(scope, *item, *board, change).await?;
                }
                applied.change = Some(change);
            }
            Record::ScopeStopped { board, items } => {
                self.stop_scope(scope.company, *board, items, scope.now_us).await?;
            }
            Record::Entered { .. } | Record::Left { .. } => unreachable!("cards move once their items are numbered"),
            Record::Paired(item, work_item) => {
                self.pair(scope, *item, *work_item).await?;
                applied.touched.insert(*item);
            }
            Record::Observed(observation) => {
                self.observe(scope, observation).await?;
                applied.touched.insert(observation.item);
                observations.push(observation);
            }
            Record::PresenceChanged { item, presence, by } => {
                self.set_presence(scope, *item, *presence, by.as_deref()).await?;
                applied.touched.insert(*item);
            }
            Record::NoticesSettled(notices, disposition) => {
                self.settle_notices(scope.connection, notices, *disposition, scope.now_us)
                    .await?;
            }
            Record::Heard {
                feed,
                entries,
                keeps_strangers,
            } => {
                applied.has_heard |= self.keep_news(scope, *feed, entries, *keeps_strangers).await?;
            }
            Record::Sweep { part, parts } => applied.has_heard |= self.sweep(scope, *part, *parts).await?,
            Record::Reconciled => self.note_reconciled(scope).await?,
            Record::CursorMoved(feed, token) => {
                self.move_cursor(scope.company, scope.connection, *feed, token, scope.now_us)
                    .await?;
            }
            Record::TokenRefused(whom, trouble) => self.refuse_token(scope, rules, *whom, *trouble).await?,
            Record::TokenWorks(whom) => self.accept_token(scope, *whom).await?,
            Record::Health(health) => self.note_health(scope, *health).await?,
        }
        Ok(())
    }

    /// An item comes to a board, or leaves it.
    async fn move_card(
        &mut self,
        scope: Scope,
        record: &Record,
        change_of: &BTreeMap<ItemId, i64>,
    ) -> Result<(), SaveError> {
        match record {
            Record::Entered { item, board } => {
                let change = change_of.get(item).copied().unwrap_or_default();
                self.enter(scope, *item, *board, change).await?;
            }
            Record::Left { item, board, why } => {
                let change = change_of.get(item).copied().unwrap_or_default();
                let items = BTreeSet::from([*item]);
                self.leave_board(scope.company, *board, &items, why.word(), scope.now_us, change)
                    .await?;
            }
            _ => {}
        }
        Ok(())
    }

    async fn enter(&mut self, scope: Scope, item: ItemId, board: BoardId, change: i64) -> Result<(), SaveError> {
        // Behind all others: whoever planned the rest did so without it.
        let last = self.last_rank(scope.company, board).await?;
        let card = NewCard {
            item,
            rank: rank::between(last.as_deref(), None),
        };
        self.insert_cards(scope.company, board, &[card], scope.now_us, change)
            .await?;
        Ok(())
    }

    async fn publish_edit(&mut self, scope: Scope, id: EditId) -> Result<ItemId, SaveError> {
        let (item, _) = self.unsettled(scope, id).await?;
        let n = run!(
            self,
            sqlx::query(PUBLISH_EDIT).bind(scope.company.0).bind(id.0).bind(false)
        )?;
        expect_one(n, "edit", id.0)?;
        Ok(item)
    }

    async fn begin_attempt(&mut self, scope: Scope, attempt: &Attempt) -> Result<(), SaveError> {
        run!(
            self,
            sqlx::query(BEGIN_ATTEMPT)
                .bind(attempt.id.0)
                .bind(scope.company.0)
                .bind(scope.connection.0)
                .bind(attempt.item.0)
                .bind(attempt.author.0)
                .bind(stored(&attempt.whom))
                .bind(&attempt.identity_id)
                .bind(storable(&attempt.identity_name))
                .bind(stored(attempt))
                .bind(attempt.started_us)
        )?;
        for edit in &attempt.edits {
            let n = run!(
                self,
                sqlx::query(SEND_EDIT)
                    .bind(scope.company.0)
                    .bind(edit.0)
                    .bind(attempt.id.0)
                    .bind(false)
            )?;
            expect_one(n, "edit", edit.0)?;
        }
        Ok(())
    }

    /// Returns the item if the attempt was not unknown before.
    async fn lose_attempt(
        &mut self,
        scope: Scope,
        id: AttemptId,
        search: &Search,
    ) -> Result<Option<ItemId>, SaveError> {
        let mut attempt = self.open_attempt(scope, id).await?;
        let is_news = !attempt.is_unknown();
        attempt.state = AttemptState::Unknown { search: search.clone() };
        let n = run!(
            self,
            sqlx::query(LOSE_ATTEMPT)
                .bind(scope.company.0)
                .bind(id.0)
                .bind(stored(&attempt))
        )?;
        expect_one(n, "attempt", id.0)?;
        Ok(is_news.then_some(attempt.item))
    }

    async fn end_attempt(
        &mut self,
        scope: Scope,
        id: AttemptId,
        outcome: Outcome,
        answer: Option<&str>,
        rev: Option<Rev>,
    ) -> Result<ItemId, SaveError> {
        let mut attempt = self.open_attempt(scope, id).await?;
        attempt.state = AttemptState::Ended {
            outcome,
            answer: answer.map(str::to_owned),
        };
        let n = run!(
            self,
            sqlx::query(END_ATTEMPT)
                .bind(scope.company.0)
                .bind(id.0)
                .bind(stored(&attempt))
                .bind(outcome_text(outcome))
                .bind(answer.map(storable))
                .bind(rev.map(|rev| rev.0))
                .bind(scope.now_us)
        )?;
        expect_one(n, "attempt", id.0)?;
        Ok(attempt.item)
    }

    async fn open_attempt(&mut self, scope: Scope, id: AttemptId) -> Result<Attempt, SaveError> {
        let body: Option<Json<Attempt>> = tx!(self, |c| sqlx::query_scalar(OPEN_ATTEMPT)
            .bind(scope.company.0)
            .bind(id.0)
            .fetch_optional(c))?;
        body.map(|Json(attempt)| attempt).ok_or(SaveError::Overtaken {
            what: "attempt",
            id: id.0,
        })
    }

    async fn unsettled(&mut self, scope: Scope, id: EditId) -> Result<(ItemId, Act), SaveError> {
        let row: Option<(Uuid, Json<Act>)> = tx!(self, |c| sqlx::query_as(UNSETTLED)
            .bind(scope.company.0)
            .bind(id.0)
            .fetch_optional(c))?;
        let (item, Json(act)) = row.ok_or(SaveError::Overtaken { what: "edit", id: id.0 })?;
        Ok((ItemId(item), act))
    }

    async fn wait_edit(&mut self, scope: Scope, id: EditId, doubt: Option<&Doubt>) -> Result<ItemId, SaveError> {
        let (item, _) = self.unsettled(scope, id).await?;
        let n = run!(
            self,
            sqlx::query(WAIT_EDIT)
                .bind(scope.company.0)
                .bind(id.0)
                .bind(doubt.map(stored))
        )?;
        expect_one(n, "edit", id.0)?;
        Ok(item)
    }

    async fn clear_doubt(&mut self, scope: Scope, id: EditId) -> Result<ItemId, SaveError> {
        let item: Option<Uuid> = tx!(self, |c| sqlx::query_scalar(CLEAR_DOUBT)
            .bind(scope.company.0)
            .bind(id.0)
            .fetch_optional(c))?;
        item.map(ItemId).ok_or(SaveError::Overtaken { what: "edit", id: id.0 })
    }

    async fn hold_edit(&mut self, scope: Scope, id: EditId, hold: &Hold) -> Result<ItemId, SaveError> {
        let (item, _) = self.unsettled(scope, id).await?;
        let n = run!(
            self,
            sqlx::query(HOLD_EDIT)
                .bind(scope.company.0)
                .bind(id.0)
                .bind(stored(hold))
        )?;
        expect_one(n, "edit", id.0)?;
        Ok(item)
    }

    async fn rebase_edit(&mut self, scope: Scope, id: EditId, from: &Value) -> Result<ItemId, SaveError> {
        let (item, mut act) = self.unsettled(scope, id).await?;
        if let Act::Set { was, .. } = &mut act {
            *was = from.clone();
        }
        let n = run!(
            self,
            sqlx::query(REBASE_EDIT)
                .bind(scope.company.0)
                .bind(id.0)
                .bind(stored(&act))
        )?;
        expect_one(n, "edit", id.0)?;
        Ok(item)
    }

    async fn settle_edit(&mut self, scope: Scope, id: EditId, ending: &Ending) -> Result<ItemId, SaveError> {
        let (item, act) = self.unsettled(scope, id).await?;
        let n = run!(
            self,
            sqlx::query(SETTLE_EDIT)
                .bind(scope.company.0)
                .bind(id.0)
                .bind(stored(ending))
                .bind(scope.now_us)
                .bind(ending.is_let_go())
        )?;
        expect_one(n, "edit", id.0)?;
        // A restoration that took effect brings the action item back, wherever it was deleted.
        if act == Act::Restore && matches!(ending, Ending::Applied { .. } | Ending::AlreadyThere) {
            run!(
                self,
                sqlx::query(UNBIN).bind(scope.company.0).bind(item.0).bind(scope.now_us)
            )?;
        }
        Ok(item)
    }
}

pub(super) fn expect_one(n: u64, what: &'static str, id: Uuid) -> Result<(), SaveError> {
    if n == 1 {
        Ok(())
    } else {
        Err(SaveError::Overtaken { what, id })
    }
}

/// A value as both databases take it.
pub(super) fn stored<T: Serialize>(value: &T) -> Json<Value> {
    let mut value = serde_json::to_value(value).expect("what the engine keeps has a JSON form");
    drop_nul(&mut value);
    Json(value)
}

/// PostgreSQL takes no NUL; Azure DevOps is known to hand one out. It is never written back from here.
fn drop_nul(value: &mut Value) {
    match value {
        Value::String(text) if text.contains('\0') => *text = storable(text),
        Value::Array(values) => values.iter_mut().for_each(drop_nul),
        Value::Object(fields) => fields.values_mut().for_each(drop_nul),
        _ => {}
    }
}

pub(super) fn storable(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::stored;

    #[test]
    fn a_nul_is_stored_as_the_sign_for_what_cannot_be_shown() {
        let value = json!({"System.Title": "a\u{0}b", "list": ["\u{0}"], "n": 3});
        assert_eq!(
            stored(&value).0,
            json!({"System.Title": "a\u{fffd}b", "list": ["\u{fffd}"], "n": 3})
        );
    }
}
