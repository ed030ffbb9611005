//! Notices: the traces of what service hooks and feeds named. A notice asks for a read of its work item and nothing else.

use std::collections::{BTreeSet, HashSet};
use std::sync::atomic::Ordering;

use azdo::{Rev, WorkItemId};
use lockstep_sync::record::Disposition;
use serde_json::{Value, json};
use sqlx::types::Json;
use uuid::Uuid;

use super::pieces::Pieces;
use super::work_items::id_list;
use super::{Db, Store, StoreError, Tx};
use crate::ids::{CompanyId, ConnectionId, NoticeId, fresh};
use crate::{db, run, sql, tx};

sql! {
    // Each unless this notification, or the same event sent by another subscription, is here already: both are unique. The
    // event's id alone is not trusted to be unique: the test button of Azure DevOps sends a fixed one. The bodies come in one
    // piece, each row names its share: inside the JSON they would be read again for every column.
    INSERT_ONCE = {
        sqlite: "insert into notices (id, company_id, connection_id, source, subscription_id, notification_id, event_id,
                event_type, work_item_id, rev, is_deletion, body, received_us, disposition, settled_us)
            select unhex(n.value ->> 0), unhex(n.value ->> 1), unhex(n.value ->> 2), 'hook', n.value ->> 3, n.value ->> 4,
                n.value ->> 5, n.value ->> 6, n.value ->> 7, n.value ->> 8, n.value ->> 9,
                substr($2, n.value ->> 10, n.value ->> 11), n.value ->> 12, n.value ->> 13, n.value ->> 14
            from json_each($1) as n where true
            on conflict do nothing
            returning id",
        postgres: "insert into notices (id, company_id, connection_id, source, subscription_id, notification_id, event_id,
                event_type, work_item_id, rev, is_deletion, body, received_us, disposition, settled_us)
            select (n ->> 0)::uuid, (n ->> 1)::uuid, (n ->> 2)::uuid, 'hook', n ->> 3, (n ->> 4)::bigint, n ->> 5, n ->> 6,
                (n ->> 7)::bigint, (n ->> 8)::bigint, (n ->> 9)::integer = 1,
                substr($2::bytea, (n ->> 10)::integer, (n ->> 11)::integer), (n ->> 12)::bigint, n ->> 13, (n ->> 14)::bigint
            from jsonb_array_elements($1) as n
            on conflict do nothing
            returning id"
    };
    INSERT_HEARD = {
        sqlite: "insert into notices (id, company_id, connection_id, source, event_type, work_item_id, rev, is_deletion,
                received_us, disposition)
            select unhex(value ->> 0), $1, $2, $3, '', value ->> 1, value ->> 2, value ->> 3, $5, 'pending' from json_each($4)",
        postgres: "insert into notices (id, company_id, connection_id, source, event_type, work_item_id, rev, is_deletion,
                received_us, disposition)
            select (value ->> 0)::uuid, $1, $2, $3, '', (value ->> 1)::bigint, (value ->> 2)::bigint,
                (value ->> 3)::integer = 1, $5, 'pending' from jsonb_array_elements($4)"
    };
    WAITING = "select work_item_id from notices where company_id = $1 and connection_id = $2 and disposition = 'pending'
        and source = $3 and work_item_id is not null";
    PENDING = "select id, work_item_id, is_deletion from notices
        where company_id = $1 and connection_id = $2 and disposition = 'pending' and work_item_id is not null
        order by received_us, id limit $3";
    // By their numbers: the plus keeps SQLite from walking through everything that waits instead.
    SETTLE = {
        sqlite: "update notices set disposition = $3, settled_us = $4, body = null
            where id in (select unhex(value) from json_each($2)) and +connection_id = $1 and +disposition = 'pending'",
        postgres: "update notices set disposition = $3, settled_us = $4, body = null
            where connection_id = $1 and id in (select value::uuid from jsonb_array_elements_text($2)) and disposition = 'pending'"
    };
    OF_CONNECTION = "select id, source, subscription_id, notification_id, event_id, event_type, work_item_id, rev, is_deletion,
            body, received_us, disposition, settled_us
        from notices where company_id = $1 and connection_id = $2 order by received_us desc, id desc limit $3";
    FORGET = "delete from notices where company_id = $1 and connection_id = $2 and disposition <> 'pending' and settled_us < $3
        and disposition <> 'quarantined'";
    // The oldest beyond the quota; 'quarantined' has its own, so that poison can't push the rest out.
    TRIM = "delete from notices where connection_id = $1 and disposition = $2 and settled_us < (select settled_us from notices
        where connection_id = $1 and disposition = $2 and disposition <> 'pending'
        order by settled_us desc limit 1 offset $3) and disposition <> 'pending'";
}

/// Pending notices handed out in one go: the next come when these are settled, so that a storm is not read again and again.
const N_PENDING_MAX: i64 = 1000;
/// Settled notices of one kind that a connection keeps, for looking back.
const N_SETTLED_MAX: i64 = 2000;
/// Quarantined ones, which keep their bodies.
const N_QUARANTINED_MAX: i64 = 200;
/// Settled ones are trimmed whenever so many more have come.
const TRIM_EVERY: u64 = 256;

/// A notification that came by a service hook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookNotice {
    /// The subscription that sent it.
    pub subscription_id: Option<String>,
    /// Its number within the subscription.
    pub notification_id: Option<i64>,
    /// The event, which several subscriptions may have sent.
    pub event_id: Option<String>,
    /// `workitem.updated` ...; empty where it could not be read.
    pub event_type: String,
    /// What it is about.
    pub work_item: Option<WorkItemId>,
    /// At which revision, as it says.
    pub rev: Option<Rev>,
    /// As it came, if it is kept.
    pub body: Option<Vec<u8>>,
    /// When it came.
    pub received_us: i64,
    /// What is done with it.
    pub fate: Fate,
}

/// What is done with a notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Its work item is to be read.
    Pending,
    /// It is about nothing of ours.
    OutOfScope,
    /// It can't be understood; kept for people to look at.
    Quarantined,
}

/// What came of a notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accepted {
    /// Kept.
    New,
    /// It was here before.
    Again,
}

/// A notice that asks for a read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PendingNotice {
    /// Its number.
    pub id: NoticeId,
    /// What to read.
    pub work_item: WorkItemId,
    /// It says that the work item was deleted.
    pub is_deletion: bool,
}

/// A notice as it is stored.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct NoticeRow {
    /// Its number.
    pub id: Uuid,
    /// `hook`, `revisions`, `links` or `updates`.
    pub source: String,
    /// The subscription that sent it.
    pub subscription_id: Option<String>,
    /// Its number within the subscription.
    pub notification_id: Option<i64>,
    /// The event.
    pub event_id: Option<String>,
    /// What happened, as it says.
    pub event_type: String,
    /// What it is about.
    pub work_item_id: Option<i64>,
    /// At which revision, as it says.
    pub rev: Option<i64>,
    /// It says that the work item was deleted.
    pub is_deletion: bool,
    /// As it came.
    pub body: Option<Vec<u8>>,
    /// When it came.
    pub received_us: i64,
    /// What became of it.
    pub disposition: String,
    /// When that was.
    pub settled_us: Option<i64>,
}

/// Bytes of bodies that one statement takes, unless one alone has more: both databases bound what they take in one piece,
/// and a few hundred of the largest would be far beyond.
const PART_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Notifications of one statement.
#[derive(Default)]
struct Part {
    rows: Vec<Value>,
    bodies: Pieces,
}

/// Notifications as statements take them: mostly all in one.
#[derive(Default)]
struct Rows {
    parts: Vec<Part>,
    /// Kinds of which a connection keeps so many.
    to_trim: BTreeSet<(ConnectionId, &'static str)>,
}

impl Rows {
    /// Adds a notification and gives it a number.
    fn add(&mut self, company: CompanyId, connection: ConnectionId, notice: &HookNotice) -> Uuid {
        let disposition = match notice.fate {
            Fate::Pending => "pending",
            Fate::OutOfScope => "out_of_scope",
            Fate::Quarantined => "quarantined",
        };
        let is_pending = notice.fate == Fate::Pending;
        if !is_pending {
            self.to_trim.insert((connection, disposition));
        }
        let id = fresh();
        let body = notice.body.as_deref();
        let part = self.part_for(body.map_or(0, <[u8]>::len));
        // Of nothing a database takes nothing.
        let share = body.map(|body| part.bodies.add(body));
        part.rows.push(json!([
            id.simple().to_string(),
            company.0.simple().to_string(),
            connection.0.simple().to_string(),
            notice.subscription_id,
            notice.notification_id,
            notice.event_id,
            notice.event_type,
            notice.work_item.map(|id| id.0),
            notice.rev.map(|rev| rev.0),
            i32::from(notice.event_type.eq_ignore_ascii_case("workitem.deleted")),
            share.map(|(at, _)| at),
            share.map(|(_, n)| n),
            notice.received_us,
            disposition,
            (!is_pending).then_some(notice.received_us),
        ]));
        id
    }

    /// The part that takes a body of so many bytes.
    fn part_for(&mut self, n_bytes: usize) -> &mut Part {
        let has_room = |part: &Part| part.bodies.n_bytes() + n_bytes <= PART_BYTES_MAX;
        if !self.parts.last().is_some_and(has_room) {
            self.parts.push(Part::default());
        }
        self.parts.last_mut().expect("there is one by now")
    }
}

impl Store {
    /// Notices that ask for a read, oldest first.
    pub async fn pending_notices(
        &self,
        company: CompanyId,
        connection: ConnectionId,
    ) -> Result<Vec<PendingNotice>, StoreError> {
        let rows: Vec<(Uuid, i64, bool)> = db!(self, |c| sqlx::query_as(PENDING)
            .bind(company.0)
            .bind(connection.0)
            .bind(N_PENDING_MAX)
            .fetch_all(c))?;
        let pending = |(id, work_item, is_deletion)| PendingNotice {
            id: NoticeId(id),
            work_item: WorkItemId(work_item),
            is_deletion,
        };
        Ok(rows.into_iter().map(pending).collect())
    }

    /// Keeps notifications, each once, and says of each in order whether it is new. When this returns `Ok`, they survive a
    /// power cut.
    ///
    /// One statement, committed by itself: nothing else is written with them, and a notice takes no change number. Where
    /// several are needed and one fails, those before it are kept, and are known when they come again.
    pub async fn accept_notices<'n>(
        &self,
        notices: impl Iterator<Item = (CompanyId, ConnectionId, &'n HookNotice)>,
    ) -> Result<Vec<Accepted>, StoreError> {
        let mut rows = Rows::default();
        let ids: Vec<Uuid> = notices
            .map(|(company, connection, notice)| rows.add(company, connection, notice))
            .collect();
        let mut new: HashSet<Uuid> = HashSet::new();
        for part in rows.parts {
            let insert = INSERT_ONCE.on(self.dialect());
            let ids: Vec<Uuid> = match &self.db {
                Db::Sqlite { write, .. } => {
                    let query = sqlx::query_scalar(insert).bind(Json(&part.rows));
                    query.bind(part.bodies.bytes()).fetch_all(write).await?
                }
                Db::Pg(pool) => {
                    let query = sqlx::query_scalar(insert).bind(Json(&part.rows));
                    query.bind(part.bodies.bytes()).fetch_all(pool).await?
                }
            };
            new.extend(ids);
        }
        if !rows.to_trim.is_empty() {
            let mut tx = self.begin().await?;
            for (connection, disposition) in rows.to_trim {
                tx.trim_notices(connection, disposition).await?;
            }
            tx.commit().await?;
        }
        let accepted = |id| match new.contains(&id) {
            true => Accepted::New,
            false => Accepted::Again,
        };
        Ok(ids.into_iter().map(accepted).collect())
    }

    /// The newest notices of a connection.
    pub async fn notices(
        &self,
        company: CompanyId,
        connection: ConnectionId,
        n_max: i64,
    ) -> Result<Vec<NoticeRow>, StoreError> {
        db!(self, |c| sqlx::query_as::<_, NoticeRow>(OF_CONNECTION)
            .bind(company.0)
            .bind(connection.0)
            .bind(n_max)
            .fetch_all(c))
    }
}

impl Tx {
    /// Keeps a notice for each work item that a feed named. One that waits already from this source is not kept twice.
    ///
    /// `source` is `revisions`, `links` or `updates`.
    pub async fn insert_heard(
        &mut self,
        company: CompanyId,
        connection: ConnectionId,
        source: &str,
        heard: &[(WorkItemId, Option<Rev>, bool)],
        now_us: i64,
    ) -> Result<(), StoreError> {
        let waiting: Vec<i64> = tx!(self, |c| sqlx::query_scalar(WAITING)
            .bind(company.0)
            .bind(connection.0)
            .bind(source)
            .fetch_all(c))?;
        let mut waiting: HashSet<i64> = waiting.into_iter().collect();
        let rows: Vec<Value> = heard
            .iter()
            .filter(|(work_item, ..)| waiting.insert(work_item.0))
            .map(|(work_item, rev, is_deletion)| {
                let rev = rev.map(|rev| rev.0);
                json!([fresh().simple().to_string(), work_item.0, rev, i32::from(*is_deletion)])
            })
            .collect();
        if !rows.is_empty() {
            run!(self, |dialect| sqlx::query(INSERT_HEARD.on(dialect))
                .bind(company.0)
                .bind(connection.0)
                .bind(source)
                .bind(Json(&rows))
                .bind(now_us))?;
        }
        Ok(())
    }

    /// Settles notices whose work items were read. The bodies go.
    pub async fn settle_notices(
        &mut self,
        connection: ConnectionId,
        notices: &[NoticeId],
        disposition: Disposition,
        now_us: i64,
    ) -> Result<(), StoreError> {
        let disposition = match disposition {
            Disposition::Applied => "applied",
            Disposition::Echo => "echo",
            Disposition::OutOfScope => "out_of_scope",
        };
        let list = id_list(notices.iter().map(|notice| notice.0));
        run!(self, |dialect| sqlx::query(SETTLE.on(dialect))
            .bind(connection.0)
            .bind(&list)
            .bind(disposition)
            .bind(now_us))?;
        let n = notices.len() as u64;
        let n_before = self.n_settled.fetch_add(n, Ordering::Relaxed);
        if n_before / TRIM_EVERY != (n_before + n) / TRIM_EVERY {
            self.trim_notices(connection, disposition).await?;
        }
        Ok(())
    }

    /// Drops settled notices from before a time; quarantined ones go by number alone.
    pub async fn forget_notices(
        &mut self,
        company: CompanyId,
        connection: ConnectionId,
        before_us: i64,
    ) -> Result<(), StoreError> {
        run!(
            self,
            sqlx::query(FORGET).bind(company.0).bind(connection.0).bind(before_us)
        )?;
        Ok(())
    }

    async fn trim_notices(&mut self, connection: ConnectionId, disposition: &str) -> Result<(), StoreError> {
        let n_kept = if disposition == "quarantined" {
            N_QUARANTINED_MAX
        } else {
            N_SETTLED_MAX
        };
        run!(
            self,
            sqlx::query(TRIM).bind(connection.0).bind(disposition).bind(n_kept - 1)
        )?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notice(number: i64, n_bytes: usize) -> HookNotice {
        HookNotice {
            subscription_id: Some("s".to_owned()),
            notification_id: Some(number),
            event_id: None,
            event_type: "workitem.updated".to_owned(),
            work_item: Some(WorkItemId(7)),
            rev: None,
            body: Some(vec![b'x'; n_bytes]),
            received_us: 0,
            fate: Fate::Pending,
        }
    }

    #[test]
    fn no_statement_takes_more_bodies_than_the_bound_and_each_notice_is_in_one() {
        let (company, connection) = (CompanyId(Uuid::nil()), ConnectionId(Uuid::nil()));
        let mib = 1024 * 1024;
        let notices = [(1, 3 * mib), (2, 4 * mib), (3, 4 * mib), (4, 20), (5, 9 * mib)];
        let notices = notices.map(|(number, n_bytes)| notice(number, n_bytes));
        let mut rows = Rows::default();
        for notice in &notices {
            rows.add(company, connection, notice);
        }
        let numbers = |part: &Part| part.rows.iter().map(|row| row[4].as_i64().unwrap()).collect();
        let parts: Vec<Vec<i64>> = rows.parts.iter().map(numbers).collect();
        assert_eq!(parts, [vec![1, 2], vec![3, 4], vec![5]]);
    }

    #[test]
    fn each_row_names_its_share_of_the_bodies() {
        let (company, connection) = (CompanyId(Uuid::nil()), ConnectionId(Uuid::nil()));
        let mut rows = Rows::default();
        for (number, n_bytes) in [(1, 5), (2, 0), (3, 7)] {
            rows.add(company, connection, &notice(number, n_bytes));
        }
        let without = HookNotice {
            body: None,
            ..notice(4, 0)
        };
        rows.add(company, connection, &without);
        let share = |row: &Value| (row[10].as_i64(), row[11].as_i64());
        let shares: Vec<_> = rows.parts[0].rows.iter().map(share).collect();
        let expected = [(1, 5), (6, 0), (6, 7)].map(|(at, n)| (Some(at), Some(n)));
        assert_eq!(shares[..3], expected);
        assert_eq!(shares[3], (None, None));
    }
}
