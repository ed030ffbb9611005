//! How far each feed of a connection has been read. Moved in the transaction that keeps what the page named.

use std::collections::BTreeMap;

use lockstep_sync::record::Feed;

use super::{Store, StoreError, Tx};
use crate::ids::{CompanyId, ConnectionId};
use crate::{db, run, sql};

sql! {
    OF_CONNECTION = "select feed, token from cursors where company_id = $1 and connection_id = $2";
    MOVE = "insert into cursors (connection_id, feed, company_id, token, moved_us) values ($1, $2, $3, $4, $5)
        on conflict (connection_id, feed) do update set token = excluded.token, moved_us = excluded.moved_us";
    FORGET = "delete from cursors where company_id = $1 and connection_id = $2";
}

impl Store {
    /// How far each feed of the connection has been read; a feed that was never read is absent.
    pub async fn cursors(
        &self,
        company: CompanyId,
        connection: ConnectionId,
    ) -> Result<BTreeMap<Feed, String>, StoreError> {
        let rows: Vec<(String, String)> = db!(self, |c| sqlx::query_as(OF_CONNECTION)
            .bind(company.0)
            .bind(connection.0)
            .fetch_all(c))?;
        let feeds = [Feed::Revisions, Feed::Links];
        Ok(rows
            .into_iter()
            .filter_map(|(name, token)| Some((feeds.into_iter().find(|feed| feed_text(*feed) == name)?, token)))
            .collect())
    }
}

impl Tx {
    /// A feed has been read up to `token`.
    pub async fn move_cursor(
        &mut self,
        company: CompanyId,
        connection: ConnectionId,
        feed: Feed,
        token: &str,
        now_us: i64,
    ) -> Result<(), StoreError> {
        run!(
            self,
            sqlx::query(MOVE)
                .bind(connection.0)
                .bind(feed_text(feed))
                .bind(company.0)
                .bind(token)
                .bind(now_us)
        )?;
        Ok(())
    }

    /// The connection leads somewhere else now: its feeds are read from a while ago.
    pub async fn forget_cursors(&mut self, company: CompanyId, connection: ConnectionId) -> Result<(), StoreError> {
        run!(self, sqlx::query(FORGET).bind(company.0).bind(connection.0))?;
        Ok(())
    }
}

/// How a feed is stored.
pub(super) fn feed_text(feed: Feed) -> &'static str {
    match feed {
        Feed::Revisions => "revisions",
        Feed::Links => "links",
    }
}
