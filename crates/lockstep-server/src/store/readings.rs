//! What reads and feeds brought: work items at a new revision, gone or back, and what is to be read next; and what became
//! of tokens. Part of [`super::records`], in its transaction.

use std::collections::{BTreeMap, BTreeSet};

use azdo::{FieldName, Rev, WorkItemId};
use lockstep_sync::edit::Whom;
use lockstep_sync::item::Presence;
use lockstep_sync::merge::changed_by;
use lockstep_sync::record::{Feed, FieldChange, Health, Mention, Observation, TokenTrouble};
use lockstep_sync::replica::is_news;
use lockstep_sync::rules::Rules;
use serde_json::Value;
use sqlx::types::Json;

use super::Tx;
use super::cursors::feed_text;
use super::records::{SaveError, Scope, expect_one, storable, stored};
use super::work_items::{presence_of, presence_text};
use crate::ids::{ItemId, fresh};
use crate::live::Noun;
use crate::{run, sql, tx};

sql! {
    PAIR = "update work_items set work_item_id = $3, changed_us = $4
        where company_id = $1 and item_id = $2 and work_item_id is null";
    OBSERVE = "update work_items set rev = $3, fields = $4, relations = $5, changed_us = $6
        where company_id = $1 and item_id = $2 and work_item_id is not null and (rev is null or rev <= $3)";
    INSERT_OBSERVATION = "insert into observations (id, company_id, connection_id, item_id, rev, at_us, by_name, changes, is_own, change_number)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    SET_PRESENCE = "update work_items set presence = $3, changed_us = $4 where company_id = $1 and item_id = $2";
    BIN = "update action_items set deleted_us = $3, deleted_by = $4, deleted_where = 'azure_devops', changed_us = $3
        where company_id = $1 and id = $2 and deleted_us is null";
    UNBIN_THEIRS = "update action_items set deleted_us = null, deleted_by = null, deleted_where = null, changed_us = $3
        where company_id = $1 and id = $2 and deleted_where = 'azure_devops'";
    HELD = {
        sqlite: "select work_item_id, rev, presence from work_items where company_id = $1 and connection_id = $2
            and work_item_id in (select value from json_each($3))",
        postgres: "select work_item_id, rev, presence from work_items where company_id = $1 and connection_id = $2
            and work_item_id in (select value::bigint from jsonb_array_elements_text($3))"
    };
    // Not unless one waits already: that one's read may be under way, from before what is heard of now.
    HEAR = "insert into notices (id, company_id, connection_id, source, event_type, work_item_id, rev, is_deletion, received_us, disposition)
        values ($1, $2, $3, $4, '', $5, $6, $7, $8, 'pending')";
    SWEEP = "select work_item_id from work_items where company_id = $1 and connection_id = $2 and work_item_id is not null
        and (presence = 'out_of_sight' or work_item_id % $4 = $3)";
    REFUSE_CONNECTION_TOKEN = "update credentials set state = $4, state_detail = $5
        where company_id = $1 and connection_id = $2 and member_id is null and fingerprint = $3 and state <> $4";
    REFUSE_OWN_TOKEN = "update credentials set state = $4, state_detail = $5
        where company_id = $1 and connection_id = $2 and member_id = $6 and fingerprint = $3 and state <> $4";
    ACCEPT_CONNECTION_TOKEN = "update credentials set state = 'ok', state_detail = null
        where company_id = $1 and connection_id = $2 and member_id is null and state in ('refused', 'expired')";
    ACCEPT_OWN_TOKEN = "update credentials set state = 'ok', state_detail = null
        where company_id = $1 and connection_id = $2 and member_id = $3 and state in ('refused', 'expired')";
}

impl Tx {
    pub(super) async fn pair(&mut self, scope: Scope, item: ItemId, work_item: WorkItemId) -> Result<(), SaveError> {
        let n = run!(
            self,
            sqlx::query(PAIR)
                .bind(scope.company.0)
                .bind(item.0)
                .bind(work_item.0)
                .bind(scope.now_us)
        )?;
        expect_one(n, "item", item.0)
    }

    pub(super) async fn observe(&mut self, scope: Scope, observation: &Observation) -> Result<(), SaveError> {
        let remote = &observation.remote;
        let n = run!(
            self,
            sqlx::query(OBSERVE)
                .bind(scope.company.0)
                .bind(observation.item.0)
                .bind(remote.rev.0)
                .bind(stored(&remote.fields))
                .bind(stored(&remote.relations))
                .bind(scope.now_us)
        )?;
        expect_one(n, "item", observation.item.0)
    }

    pub(super) async fn insert_observation(
        &mut self,
        scope: Scope,
        read: &Observation,
        change: i64,
    ) -> Result<(), SaveError> {
        if read.before.is_empty() && !read.has_new_relations {
            return Ok(());
        }
        let value_now = |field: &FieldName| read.remote.fields.get(field).cloned().unwrap_or(Value::Null);
        let changes: Vec<FieldChange> = read
            .before
            .iter()
            .map(|(field, was)| FieldChange {
                field: field.clone(),
                was: was.clone(),
                to: value_now(field),
            })
            .collect();
        run!(
            self,
            sqlx::query(INSERT_OBSERVATION)
                .bind(fresh())
                .bind(scope.company.0)
                .bind(scope.connection.0)
                .bind(read.item.0)
                .bind(read.remote.rev.0)
                .bind(scope.now_us)
                .bind(changed_by(&read.remote.fields).map(|name| storable(&name)))
                .bind(stored(&changes))
                .bind(read.is_own)
                .bind(change)
        )?;
        Ok(())
    }

    pub(super) async fn set_presence(
        &mut self,
        scope: Scope,
        item: ItemId,
        presence: Presence,
        by: Option<&str>,
    ) -> Result<(), SaveError> {
        let n = run!(
            self,
            sqlx::query(SET_PRESENCE)
                .bind(scope.company.0)
                .bind(item.0)
                .bind(presence_text(presence))
                .bind(scope.now_us)
        )?;
        expect_one(n, "item", item.0)?;
        match presence {
            Presence::Deleted => {
                run!(
                    self,
                    sqlx::query(BIN)
                        .bind(scope.company.0)
                        .bind(item.0)
                        .bind(scope.now_us)
                        .bind(by.map(storable))
                )?;
            }
            Presence::Present => {
                run!(
                    self,
                    sqlx::query(UNBIN_THEIRS)
                        .bind(scope.company.0)
                        .bind(item.0)
                        .bind(scope.now_us)
                )?;
            }
            Presence::Unborn | Presence::OutOfSight => {}
        }
        Ok(())
    }

    /// Keeps what a feed named and the store does not know. Returns whether there was any.
    pub(super) async fn keep_news(
        &mut self,
        scope: Scope,
        feed: Feed,
        entries: &[Mention],
        keeps_strangers: bool,
    ) -> Result<bool, SaveError> {
        let list = Json(entries.iter().map(|entry| entry.work_item.0).collect::<BTreeSet<i64>>());
        let rows: Vec<(i64, Option<i64>, String)> = tx!(self, |c, dialect| sqlx::query_as(HELD.on(dialect))
            .bind(scope.company.0)
            .bind(scope.connection.0)
            .bind(&list)
            .fetch_all(c))?;
        let held: BTreeMap<i64, (Option<Rev>, Presence)> = rows
            .into_iter()
            .map(|(id, rev, presence)| (id, (rev.map(Rev), presence_of(&presence))))
            .collect();
        // One notice a work item: the read brings everything, and the feed's last word is the newest.
        let mut news: BTreeMap<WorkItemId, &Mention> = BTreeMap::new();
        for entry in entries {
            let is_kept = match held.get(&entry.work_item.0) {
                Some((rev, presence)) => is_news(feed, entry, *rev, *presence),
                None => keeps_strangers,
            };
            if is_kept {
                news.insert(entry.work_item, entry);
            }
        }
        for entry in news.values() {
            run!(
                self,
                sqlx::query(HEAR)
                    .bind(fresh())
                    .bind(scope.company.0)
                    .bind(scope.connection.0)
                    .bind(feed_text(feed))
                    .bind(entry.work_item.0)
                    .bind(entry.rev.map(|rev| rev.0))
                    .bind(entry.is_deleted)
                    .bind(scope.now_us)
            )?;
        }
        Ok(!news.is_empty())
    }

    /// Keeps a notice for each work item that is out of sight or whose turn it is. Returns whether there was any.
    pub(super) async fn sweep(&mut self, scope: Scope, part: i64, parts: i64) -> Result<bool, SaveError> {
        let ids: Vec<i64> = tx!(self, |c| sqlx::query_scalar(SWEEP)
            .bind(scope.company.0)
            .bind(scope.connection.0)
            .bind(part)
            .bind(parts)
            .fetch_all(c))?;
        let heard: Vec<_> = ids.into_iter().map(|id| (WorkItemId(id), None, false)).collect();
        self.insert_heard(scope.company, scope.connection, "updates", &heard, scope.now_us)
            .await?;
        Ok(!heard.is_empty())
    }

    /// The server no longer takes a token, or misses a right of it. One stored since is left alone.
    pub(super) async fn refuse_token(
        &mut self,
        scope: Scope,
        rules: &Rules,
        whom: Whom,
        trouble: TokenTrouble,
    ) -> Result<(), SaveError> {
        let (state, detail) = match trouble {
            TokenTrouble::Expired => ("expired", "Azure DevOps says that it has expired."),
            TokenTrouble::Refused => (
                "refused",
                "Azure DevOps no longer takes it: it was revoked, or it has expired.",
            ),
            // It still does what it may; what was refused says so itself.
            TokenTrouble::LacksRight => return Ok(()),
        };
        let owner = match whom {
            Whom::Connection => rules.connection_token.as_ref(),
            Whom::Member(member) => rules.own_tokens.get(&member),
        };
        let Some(owner) = owner else { return Ok(()) };
        let n = match whom {
            Whom::Connection => run!(
                self,
                sqlx::query(REFUSE_CONNECTION_TOKEN)
                    .bind(scope.company.0)
                    .bind(scope.connection.0)
                    .bind(&owner.fingerprint)
                    .bind(state)
                    .bind(detail)
            )?,
            Whom::Member(member) => run!(
                self,
                sqlx::query(REFUSE_OWN_TOKEN)
                    .bind(scope.company.0)
                    .bind(scope.connection.0)
                    .bind(&owner.fingerprint)
                    .bind(state)
                    .bind(detail)
                    .bind(member.0)
            )?,
        };
        self.number_token_change(scope, n).await
    }

    /// A token works after all.
    pub(super) async fn accept_token(&mut self, scope: Scope, whom: Whom) -> Result<(), SaveError> {
        let n = match whom {
            Whom::Connection => run!(
                self,
                sqlx::query(ACCEPT_CONNECTION_TOKEN)
                    .bind(scope.company.0)
                    .bind(scope.connection.0)
            )?,
            Whom::Member(member) => run!(
                self,
                sqlx::query(ACCEPT_OWN_TOKEN)
                    .bind(scope.company.0)
                    .bind(scope.connection.0)
                    .bind(member.0)
            )?,
        };
        self.number_token_change(scope, n).await
    }

    async fn number_token_change(&mut self, scope: Scope, n_changed: u64) -> Result<(), SaveError> {
        if n_changed > 0 {
            self.number_change(scope.company, Noun::Credential, scope.connection.0)
                .await?;
        }
        Ok(())
    }

    /// How the connection fares, for people to see.
    pub(super) async fn note_health(&mut self, scope: Scope, health: Health) -> Result<(), SaveError> {
        let state = match health {
            Health::InLockstep => "in_lockstep",
            Health::Unreachable => "unreachable",
            Health::TokenRefused => "token_refused",
            Health::Throttled => "throttled",
        };
        if health == Health::InLockstep {
            // It answers to the token, so the token is taken.
            self.accept_token(scope, Whom::Connection).await?;
        }
        self.set_health(scope.company, scope.connection, state, None, scope.now_us)
            .await?;
        self.number_change(scope.company, Noun::Connection, scope.connection.0)
            .await?;
        Ok(())
    }
}
