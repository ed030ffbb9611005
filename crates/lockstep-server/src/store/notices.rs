//! Notices: the traces of what service hooks and feeds named. A notice asks for a read of its work item and nothing else.

use std::collections::{BTreeSet, HashSet};

use azdo::{Rev, WorkItemId};
use lockstep_sync::record::Disposition;
use serde_json::{Value, json};
use sqlx::types::Json;
use uuid::Uuid;

use super::work_items::id_list;
use super::{Store, StoreError, Tx};
use crate::ids::{CompanyId, ConnectionId, NoticeId, fresh};
use crate::{db, run, sql, tx};

sql! {
    INSERT = "insert into notices (id, company_id, connection_id, source, subscription_id, notification_id, event_id,
            event_type, work_item_id, rev, is_deletion, body, received_us, disposition, settled_us)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
    // Each unless this notification, or the same event sent by another subscription, is here already. The event's id alone
    // is not trusted to be unique: the test button of Azure DevOps sends a fixed one.
    INSERT_ONCE = {
        sqlite: "insert into notices (id, company_id, connection_id, source, subscription_id, notification_id, event_id,
                event_type, work_item_id, rev, is_deletion, body, received_us, disposition, settled_us)
            select unhex(n.value ->> 0), unhex(n.value ->> 1), unhex(n.value ->> 2), 'hook', n.value ->> 3, n.value ->> 4,
                n.value ->> 5, n.value ->> 6, n.value ->> 7, n.value ->> 8, n.value ->> 9, unhex(n.value ->> 10),
                n.value ->> 11, n.value ->> 12, n.value ->> 13
            from json_each($1) as n
            where not exists (select 1 from notices as old where old.company_id = unhex(n.value ->> 1)
                and old.connection_id = unhex(n.value ->> 2) and old.source = 'hook'
                and old.subscription_id = n.value ->> 3 and old.notification_id = n.value ->> 4)
            and not exists (select 1 from notices as old where old.company_id = unhex(n.value ->> 1)
                and old.connection_id = unhex(n.value ->> 2) and old.source = 'hook'
                and old.event_id = n.value ->> 5 and old.event_type = n.value ->> 6 and old.work_item_id = n.value ->> 7
                and old.rev = n.value ->> 8)
            returning id",
        postgres: "insert into notices (id, company_id, connection_id, source, subscription_id, notification_id, event_id,
                event_type, work_item_id, rev, is_deletion, body, received_us, disposition, settled_us)
            select (n ->> 0)::uuid, (n ->> 1)::uuid, (n ->> 2)::uuid, 'hook', n ->> 3, (n ->> 4)::bigint, n ->> 5, n ->> 6,
                (n ->> 7)::bigint, (n ->> 8)::bigint, (n ->> 9)::integer = 1, decode(n ->> 10, 'hex'), (n ->> 11)::bigint,
                n ->> 12, (n ->> 13)::bigint
            from jsonb_array_elements($1) as n
            where not exists (select 1 from notices as old where old.company_id = (n ->> 1)::uuid
                and old.connection_id = (n ->> 2)::uuid and old.source = 'hook'
                and old.subscription_id = n ->> 3 and old.notification_id = (n ->> 4)::bigint)
            and not exists (select 1 from notices as old where old.company_id = (n ->> 1)::uuid
                and old.connection_id = (n ->> 2)::uuid and old.source = 'hook'
                and old.event_id = n ->> 5 and old.event_type = n ->> 6 and old.work_item_id = (n ->> 7)::bigint
                and old.rev = (n ->> 8)::bigint)
            returning id"
    };
    N_WAITING = "select count(*) from notices where company_id = $1 and connection_id = $2 and disposition = 'pending'
        and source = $3 and work_item_id = $4";
    PENDING = "select id, work_item_id, is_deletion from notices
        where company_id = $1 and connection_id = $2 and disposition = 'pending' and work_item_id is not null
        order by received_us, id limit $3";
    SETTLE = {
        sqlite: "update notices set disposition = $3, settled_us = $4, body = null
            where connection_id = $1 and id in (select unhex(value) from json_each($2)) and disposition = 'pending'",
        postgres: "update notices set disposition = $3, settled_us = $4, body = null
            where connection_id = $1 and id in (select value::uuid from jsonb_array_elements_text($2)) and disposition = 'pending'"
    };
    OF_CONNECTION = "select id, source, subscription_id, notification_id, event_id, event_type, work_item_id, rev, is_deletion,
            body, received_us, disposition, settled_us
        from notices where company_id = $1 and connection_id = $2 order by received_us desc, id desc limit $3";
    FORGET = "delete from notices where company_id = $1 and connection_id = $2 and disposition <> 'pending' and settled_us < $3
        and disposition <> 'quarantined'";
    // The oldest beyond the quota; 'quarantined' has its own, so that poison can't push the rest out.
    TRIM = "delete from notices where id in (select id from notices
        where connection_id = $1 and disposition = $2 order by settled_us desc, id desc limit $3 offset $4)";
}

/// Pending notices handed out in one go.
const N_PENDING_MAX: i64 = 10_000;
/// Settled notices of one kind that a connection keeps, for looking back.
const N_SETTLED_MAX: i64 = 2000;
/// Quarantined ones, which keep their bodies.
const N_QUARANTINED_MAX: i64 = 200;
/// Rows trimmed in one go.
const N_TRIMMED_MAX: i64 = 5000;

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

/// Notifications as statements take them: mostly all in one.
#[derive(Default)]
struct Rows<'n> {
    parts: Vec<Vec<Value>>,
    /// Bytes of the bodies in the last part.
    n_bytes: usize,
    /// What tells two of one group apart: a statement sees those that were there before it alone.
    sent: HashSet<(ConnectionId, &'n str, i64)>,
    events: HashSet<(ConnectionId, &'n str, &'n str, i64, i64)>,
    /// Kinds of which a connection keeps so many.
    to_trim: BTreeSet<(ConnectionId, &'static str)>,
}

impl<'n> Rows<'n> {
    /// Adds a notification and gives it a number, unless it is in here already.
    fn add(&mut self, company: CompanyId, connection: ConnectionId, notice: &'n HookNotice) -> Option<Uuid> {
        let sent = notice.subscription_id.as_deref().zip(notice.notification_id);
        let is_sent = sent.is_some_and(|(subscription, number)| !self.sent.insert((connection, subscription, number)));
        let event = (notice.event_id.as_deref(), notice.work_item, notice.rev);
        let is_known = match event {
            (Some(event), Some(work_item), Some(rev)) => {
                let event = (connection, event, notice.event_type.as_str(), work_item.0, rev.0);
                !self.events.insert(event)
            }
            _ => false,
        };
        if is_sent || is_known {
            return None;
        }
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
        let n_bytes = notice.body.as_ref().map_or(0, Vec::len);
        self.part_for(n_bytes).push(json!([
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
            notice.body.as_deref().map(hex),
            notice.received_us,
            disposition,
            (!is_pending).then_some(notice.received_us),
        ]));
        Some(id)
    }

    /// The part that takes a body of so many bytes.
    fn part_for(&mut self, n_bytes: usize) -> &mut Vec<Value> {
        if self.parts.is_empty() || self.n_bytes + n_bytes > PART_BYTES_MAX {
            self.parts.push(Vec::new());
            self.n_bytes = 0;
        }
        self.n_bytes += n_bytes;
        self.parts.last_mut().expect("there is one by now")
    }
}

/// Bytes as both databases read them out of JSON.
fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
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
    /// Keeps notifications, each once, and says of each in order whether it is new.
    pub async fn accept_notices<'n>(
        &mut self,
        notices: impl Iterator<Item = (CompanyId, ConnectionId, &'n HookNotice)>,
    ) -> Result<Vec<Accepted>, StoreError> {
        let mut rows = Rows::default();
        let ids: Vec<Option<Uuid>> = notices
            .map(|(company, connection, notice)| rows.add(company, connection, notice))
            .collect();
        let mut new: HashSet<Uuid> = HashSet::new();
        for part in &rows.parts {
            let ids: Vec<Uuid> = tx!(self, |c, dialect| sqlx::query_scalar(INSERT_ONCE.on(dialect))
                .bind(Json(part))
                .fetch_all(c))?;
            new.extend(ids);
        }
        for (connection, disposition) in rows.to_trim {
            self.trim_notices(connection, disposition).await?;
        }
        let accepted = |id: Option<Uuid>| match id.is_some_and(|id| new.contains(&id)) {
            true => Accepted::New,
            false => Accepted::Again,
        };
        Ok(ids.into_iter().map(accepted).collect())
    }

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
        for (work_item, rev, is_deletion) in heard {
            let n: i64 = tx!(self, |c| sqlx::query_scalar(N_WAITING)
                .bind(company.0)
                .bind(connection.0)
                .bind(source)
                .bind(work_item.0)
                .fetch_one(c))?;
            if n > 0 {
                continue;
            }
            run!(
                self,
                sqlx::query(INSERT)
                    .bind(fresh())
                    .bind(company.0)
                    .bind(connection.0)
                    .bind(source)
                    .bind(None::<String>)
                    .bind(None::<i64>)
                    .bind(None::<String>)
                    .bind("")
                    .bind(work_item.0)
                    .bind(rev.map(|rev| rev.0))
                    .bind(*is_deletion)
                    .bind(None::<Vec<u8>>)
                    .bind(now_us)
                    .bind("pending")
                    .bind(None::<i64>)
            )?;
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
        self.trim_notices(connection, disposition).await
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
            sqlx::query(TRIM)
                .bind(connection.0)
                .bind(disposition)
                .bind(N_TRIMMED_MAX)
                .bind(n_kept)
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
        let notices = [
            (1, 3 * mib),
            (2, 4 * mib),
            (3, 4 * mib),
            (4, 20),
            (3, 4 * mib),
            (5, 9 * mib),
        ];
        let notices = notices.map(|(number, n_bytes)| notice(number, n_bytes));
        let mut rows = Rows::default();
        let ids: Vec<_> = notices
            .iter()
            .map(|notice| rows.add(company, connection, notice))
            .collect();
        assert_eq!(ids.iter().flatten().count(), 5, "the third came twice");
        let numbers = |part: &Vec<Value>| part.iter().map(|row| row[4].as_i64().unwrap()).collect::<Vec<_>>();
        let parts: Vec<_> = rows.parts.iter().map(numbers).collect();
        assert_eq!(parts, [vec![1, 2], vec![3, 4], vec![5]]);
    }

    #[test]
    fn bytes_are_written_as_both_databases_read_them() {
        assert_eq!(hex(&[0, 0x0f, 0xa5, 0xff]), "000fa5ff");
    }
}
