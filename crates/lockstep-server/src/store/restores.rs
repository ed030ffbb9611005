//! Restores: that a connection's data came out of a backup, and how far reading everything again has come.
//!
//! The mark is made in one transaction: a notice for each paired work item, a doubt on each open edit, and the row that
//! says when. What is still to be read is what still has its notice, so a crash in the middle loses nothing.

use std::collections::BTreeSet;

use azdo::{Rev, WorkItemId};
use lockstep_sync::restored::Restored;
use uuid::Uuid;

use super::edits::EditRow;
use super::records::{Scope, stored};
use super::{Store, StoreError, Tx};
use crate::ids::{CompanyId, ConnectionId, EditId, ItemId, NoticeId};
use crate::live::Noun;
use crate::{db, run, sql, tx};

/// Change numbers that a restore leaves out, so that none is given twice: browsers may know some of the time before.
const N_NUMBERS_LEFT_OUT: i64 = 1_000_000;

sql! {
    OF_CONNECTION = "select since_us, restored_us, change_number, reconciled_us from restores
        where company_id = $1 and connection_id = $2";
    MARK = "insert into restores (connection_id, company_id, since_us, restored_us, change_number) values ($1, $2, $3, $4, $5)
        on conflict (connection_id) do update set since_us = excluded.since_us, restored_us = excluded.restored_us,
            change_number = excluded.change_number, reconciled_us = null";
    RECONCILED = "update restores set reconciled_us = $3
        where company_id = $1 and connection_id = $2 and reconciled_us is null";
    CONNECTIONS = "select id, created_us from connections where company_id = $1 and deleted_us is null and not is_local";
    NEWEST = "select max(at_us) from (
            select max(at_us) as at_us from edits where company_id = $1 and connection_id = $2
            union all select max(started_us) from attempts where company_id = $1 and connection_id = $2
            union all select max(received_us) from notices where company_id = $1 and connection_id = $2
            union all select max(moved_us) from cursors where company_id = $1 and connection_id = $2) as moments";
    PAIRED = "select work_item_id from work_items
        where company_id = $1 and connection_id = $2 and work_item_id is not null";
    OPEN = "select e.id, e.connection_id, e.item_id, e.change_number, e.position, e.author, e.at_us, e.act, e.state, e.hold,
            e.attempt_id, e.doubt, e.ending, e.settled_us, e.board_id, e.is_draft
        from edits e where e.company_id = $1 and e.connection_id = $2 and e.state <> 'settled'";
    HELD_REV = "select rev from work_items where company_id = $1 and item_id = $2";
    DOUBT = "update edits set doubt = $3 where company_id = $1 and id = $2";
    OLDER = "select r.restored_us from restores r join action_items a on a.id = $3 and a.company_id = $1
        where r.company_id = $1 and r.connection_id = $2 and a.created_us <= r.restored_us";
    LEAVE_OUT = "update companies set change = change + $2 where id = $1 returning change";
    // What was pending when the mark was made, of what is paired; what came since is read like anything else.
    UNREAD = "select n.id from notices n join restores r on r.connection_id = n.connection_id
        where n.company_id = $1 and n.connection_id = $2 and n.disposition = 'pending' and n.received_us <= r.restored_us
        and n.work_item_id in (select work_item_id from work_items where company_id = $1 and connection_id = $2)";
    N_UNREAD = "select r.connection_id, (select count(distinct n.work_item_id) from notices n
            where n.connection_id = r.connection_id and n.disposition = 'pending' and n.received_us <= r.restored_us)
        from restores r where r.company_id = $1 and r.reconciled_us is null";
}

/// A restore as it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct RestoreRow {
    /// The newest moment that the backup knew of.
    pub since_us: i64,
    /// When it was restored.
    pub restored_us: i64,
    /// The company's change number then.
    pub change_number: i64,
    /// When everything had been read again.
    pub reconciled_us: Option<i64>,
}

impl RestoreRow {
    /// As the engine takes it.
    pub fn restored(&self) -> Restored {
        Restored {
            since_us: self.since_us,
            at_us: self.restored_us,
            change: self.change_number,
            is_feed_read: true,
        }
    }
}

impl Store {
    /// The connection's last restore, if there ever was one.
    pub async fn restore_of(
        &self,
        company: CompanyId,
        connection: ConnectionId,
    ) -> Result<Option<RestoreRow>, StoreError> {
        db!(self, |c| sqlx::query_as(OF_CONNECTION)
            .bind(company.0)
            .bind(connection.0)
            .fetch_optional(c))
    }

    /// Notices to be settled before anything is written; `None` where there was no restore, or it is dealt with.
    pub async fn unread_since_restore(
        &self,
        company: CompanyId,
        connection: ConnectionId,
    ) -> Result<Option<BTreeSet<NoticeId>>, StoreError> {
        let row = self.restore_of(company, connection).await?;
        if row.is_none_or(|row| row.reconciled_us.is_some()) {
            return Ok(None);
        }
        let ids: Vec<Uuid> = db!(self, |c| sqlx::query_scalar(UNREAD)
            .bind(company.0)
            .bind(connection.0)
            .fetch_all(c))?;
        Ok(Some(ids.into_iter().map(NoticeId).collect()))
    }

    /// Of each connection that was restored and writes nothing yet: how many work items are still to be read again.
    pub async fn n_unread_since_restore(&self, company: CompanyId) -> Result<Vec<(ConnectionId, i64)>, StoreError> {
        let rows: Vec<(Uuid, i64)> = db!(self, |c| sqlx::query_as(N_UNREAD).bind(company.0).fetch_all(c))?;
        Ok(rows.into_iter().map(|(id, n)| (ConnectionId(id), n)).collect())
    }

    /// Marks every connection of every company as restored just now. `late_us`: how long requests of the time before may
    /// still take effect. Gives how many work items are to be read again, in all.
    pub async fn mark_restored(&self, now_us: i64, late_us: i64) -> Result<usize, StoreError> {
        let companies = self.companies().await?;
        let mut tx = self.begin().await?;
        let mut n_paired = 0;
        for company in companies {
            n_paired += tx.mark_company(CompanyId(company.id), now_us, late_us).await?;
        }
        tx.commit().await?;
        Ok(n_paired)
    }
}

impl Tx {
    async fn mark_company(&mut self, company: CompanyId, now_us: i64, late_us: i64) -> Result<usize, StoreError> {
        let after: i64 = tx!(self, |c| sqlx::query_scalar(LEAVE_OUT)
            .bind(company.0)
            .bind(N_NUMBERS_LEFT_OUT)
            .fetch_one(c))?;
        let connections: Vec<(Uuid, i64)> = tx!(self, |c| sqlx::query_as(CONNECTIONS).bind(company.0).fetch_all(c))?;
        let mut n_paired = 0;
        for (id, created_us) in connections {
            let scope = Scope {
                company,
                connection: ConnectionId(id),
                now_us,
            };
            self.mark_connection(scope, created_us, after - N_NUMBERS_LEFT_OUT)
                .await?;
            n_paired += self.ask_for_all(scope).await?;
            self.doubt_what_is_open(scope, now_us + late_us).await?;
            self.number_change(company, Noun::Sync, id).await?;
        }
        Ok(n_paired)
    }

    async fn mark_connection(&mut self, scope: Scope, created_us: i64, change: i64) -> Result<(), StoreError> {
        let (company, connection) = (scope.company.0, scope.connection.0);
        let newest: Option<i64> = tx!(self, |c| sqlx::query_scalar(NEWEST)
            .bind(company)
            .bind(connection)
            .fetch_one(c))?;
        let before: Option<RestoreRow> = tx!(self, |c| sqlx::query_as(OF_CONNECTION)
            .bind(company)
            .bind(connection)
            .fetch_optional(c))?;
        // A backup of a store that was not done with a restore of its own knows no better than that one.
        let before = before.filter(|before| before.reconciled_us.is_none());
        let since_us = before
            .map_or(i64::MAX, |before| before.since_us)
            .min(newest.unwrap_or(created_us));
        run!(
            self,
            sqlx::query(MARK)
                .bind(connection)
                .bind(company)
                .bind(since_us)
                .bind(scope.now_us)
                .bind(change)
        )?;
        Ok(())
    }

    /// Keeps a notice for everything paired. Gives how many there are.
    async fn ask_for_all(&mut self, scope: Scope) -> Result<usize, StoreError> {
        let ids: Vec<i64> = tx!(self, |c| sqlx::query_scalar(PAIRED)
            .bind(scope.company.0)
            .bind(scope.connection.0)
            .fetch_all(c))?;
        let heard: Vec<(WorkItemId, Option<Rev>, bool)> = ids.iter().map(|id| (WorkItemId(*id), None, false)).collect();
        self.insert_heard(scope.company, scope.connection, "updates", &heard, scope.now_us)
            .await?;
        Ok(heard.len())
    }

    async fn doubt_what_is_open(&mut self, scope: Scope, until_us: i64) -> Result<(), StoreError> {
        let rows: Vec<EditRow> = tx!(self, |c| sqlx::query_as(OPEN)
            .bind(scope.company.0)
            .bind(scope.connection.0)
            .fetch_all(c))?;
        for row in rows {
            let (id, item) = (row.id, row.item_id);
            let rev: Option<i64> = tx!(self, |c| sqlx::query_scalar(HELD_REV)
                .bind(scope.company.0)
                .bind(item)
                .fetch_one(c))?;
            let edit = row.unsettled();
            let doubt = edit.and_then(|edit| Restored::doubt(&edit, Rev(rev.unwrap_or(0)), until_us));
            if let Some(doubt) = doubt {
                run!(
                    self,
                    sqlx::query(DOUBT).bind(scope.company.0).bind(id).bind(stored(&doubt))
                )?;
            }
        }
        Ok(())
    }

    /// An action item of the backup that is pushed only now may have been pushed in the time that the backup doesn't know.
    pub(super) async fn doubt_if_older_than_restore(
        &mut self,
        company: CompanyId,
        connection: ConnectionId,
        item: ItemId,
        creation: EditId,
    ) -> Result<(), StoreError> {
        let restored_us: Option<i64> = tx!(self, |c| sqlx::query_scalar(OLDER)
            .bind(company.0)
            .bind(connection.0)
            .bind(item.0)
            .fetch_optional(c))?;
        if let Some(until_us) = restored_us {
            let doubt = Restored::doubt_of_creation(until_us);
            run!(
                self,
                sqlx::query(DOUBT).bind(company.0).bind(creation.0).bind(stored(&doubt))
            )?;
        }
        Ok(())
    }

    /// Everything paired has been read again.
    pub(super) async fn note_reconciled(&mut self, scope: Scope) -> Result<(), StoreError> {
        run!(
            self,
            sqlx::query(RECONCILED)
                .bind(scope.company.0)
                .bind(scope.connection.0)
                .bind(scope.now_us)
        )?;
        self.number_change(scope.company, Noun::Sync, scope.connection.0)
            .await?;
        Ok(())
    }
}
