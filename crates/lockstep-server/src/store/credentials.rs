//! Tokens, sealed: each connection's own, and the members' own for it. What is sealed leaves this file only sealed.

use uuid::Uuid;

use super::{Store, StoreError, Tx};
use crate::ids::{CompanyId, ConnectionId, MemberId};
use crate::{db, run, sql, tx};

sql! {
    INSERT = "insert into credentials (id, company_id, connection_id, member_id, kind, sealed, fingerprint, identity_id,
            identity_name, identity_unique_name, expires_on, state, state_detail, verified_us, created_us)
        values ($1, $2, $3, $4, 'pat', $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
    DELETE_CONNECTIONS = "delete from credentials where company_id = $1 and connection_id = $2 and member_id is null";
    DELETE_MEMBERS = "delete from credentials where company_id = $1 and connection_id = $2 and member_id = $3";
    DELETE_ALL = "delete from credentials where company_id = $1 and connection_id = $2";
    OF_CONNECTION = "select id, company_id, connection_id, member_id, sealed, fingerprint, identity_id, identity_name,
            identity_unique_name, expires_on, state, state_detail, verified_us, created_us
        from credentials where company_id = $1 and connection_id = $2 order by created_us, id";
    OF_COMPANY = "select id, company_id, connection_id, member_id, sealed, fingerprint, identity_id, identity_name,
            identity_unique_name, expires_on, state, state_detail, verified_us, created_us
        from credentials where company_id = $1 order by created_us, id";
    SET_STATE = "update credentials set state = $3, state_detail = $4 where company_id = $1 and id = $2 and state <> $3";
    SET_VERIFIED = "update credentials set state = 'ok', state_detail = null, verified_us = $3, identity_name = $4,
            identity_unique_name = $5 where company_id = $1 and id = $2 and fingerprint = $6 and state <> 'reenter'";
    REENTER = "update credentials set state = 'reenter', state_detail = $3
        where company_id = $1 and connection_id = $2 and member_id is not null";
    SET_EXPIRY = "update credentials set expires_on = $3 where company_id = $1 and id = $2";
    HELD_BY_MEMBER = {
        sqlite: "select connection_id, count(*), min(at_us) from edits
            where company_id = $1 and author = $2 and state <> 'settled' and state = 'held' and json_extract(hold, '$.hold') = 'needs_token'
            group by connection_id",
        postgres: "select connection_id, count(*), min(at_us) from edits
            where company_id = $1 and author = $2 and state <> 'settled' and state = 'held' and hold ->> 'hold' = 'needs_token'
            group by connection_id"
    };
}

/// A token as it is stored.
#[derive(Clone, sqlx::FromRow)]
pub struct CredentialRow {
    /// Its number.
    pub id: Uuid,
    /// Whose company.
    pub company_id: Uuid,
    /// For which connection.
    pub connection_id: Uuid,
    /// Whose own; none for the connection's.
    pub member_id: Option<Uuid>,
    /// The token, sealed.
    pub sealed: Vec<u8>,
    /// Tells two tokens apart.
    pub fingerprint: String,
    /// Its owner's number in Azure DevOps.
    pub identity_id: String,
    /// Its owner's name there.
    pub identity_name: String,
    /// Its owner's sign-in name there.
    pub identity_unique_name: Option<String>,
    /// Its last day, as somebody said: a token can't tell.
    pub expires_on: Option<String>,
    /// `ok`, `refused`, `expired` or `reenter`.
    pub state: String,
    /// More about that.
    pub state_detail: Option<String>,
    /// When it was last seen to work.
    pub verified_us: i64,
    /// When it was stored.
    pub created_us: i64,
}

/// Edits of a member that wait for the member's own token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeldForToken {
    /// For which connection.
    pub connection: ConnectionId,
    /// How many.
    pub n: i64,
    /// When the first was made.
    pub oldest_us: i64,
}

impl Store {
    /// The tokens of a connection: its own and its members' own.
    pub async fn credentials(
        &self,
        company: CompanyId,
        connection: ConnectionId,
    ) -> Result<Vec<CredentialRow>, StoreError> {
        db!(self, |c| sqlx::query_as::<_, CredentialRow>(OF_CONNECTION)
            .bind(company.0)
            .bind(connection.0)
            .fetch_all(c))
    }

    /// Every token of the company.
    pub async fn all_credentials(&self, company: CompanyId) -> Result<Vec<CredentialRow>, StoreError> {
        db!(self, |c| sqlx::query_as::<_, CredentialRow>(OF_COMPANY)
            .bind(company.0)
            .fetch_all(c))
    }

    /// The token of a connection, or of a member for it.
    pub async fn credential(
        &self,
        company: CompanyId,
        connection: ConnectionId,
        member: Option<MemberId>,
    ) -> Result<Option<CredentialRow>, StoreError> {
        let rows = self.credentials(company, connection).await?;
        Ok(rows
            .into_iter()
            .find(|row| row.member_id == member.map(|member| member.0)))
    }

    /// A member's edits that wait for the member's own token, by connection.
    pub async fn held_for_token(&self, company: CompanyId, member: MemberId) -> Result<Vec<HeldForToken>, StoreError> {
        let rows: Vec<(Uuid, i64, i64)> = db!(self, |c, dialect| sqlx::query_as(HELD_BY_MEMBER.on(dialect))
            .bind(company.0)
            .bind(member.0)
            .fetch_all(c))?;
        let held = |(connection, n, oldest_us)| HeldForToken {
            connection: ConnectionId(connection),
            n,
            oldest_us,
        };
        Ok(rows.into_iter().map(held).collect())
    }
}

impl Tx {
    /// The tokens of a connection, as this transaction sees them.
    pub async fn credentials(
        &mut self,
        company: CompanyId,
        connection: ConnectionId,
    ) -> Result<Vec<CredentialRow>, StoreError> {
        tx!(self, |c| sqlx::query_as::<_, CredentialRow>(OF_CONNECTION)
            .bind(company.0)
            .bind(connection.0)
            .fetch_all(c))
    }

    /// Stores a token in place of the one that was there.
    pub async fn replace_credential(&mut self, row: &CredentialRow) -> Result<(), StoreError> {
        let (company, connection) = (CompanyId(row.company_id), ConnectionId(row.connection_id));
        self.delete_credential(company, connection, row.member_id.map(MemberId))
            .await?;
        run!(
            self,
            sqlx::query(INSERT)
                .bind(row.id)
                .bind(row.company_id)
                .bind(row.connection_id)
                .bind(row.member_id)
                .bind(&row.sealed)
                .bind(&row.fingerprint)
                .bind(&row.identity_id)
                .bind(&row.identity_name)
                .bind(&row.identity_unique_name)
                .bind(&row.expires_on)
                .bind(&row.state)
                .bind(&row.state_detail)
                .bind(row.verified_us)
                .bind(row.created_us)
        )?;
        Ok(())
    }

    /// Removes the token of a connection, or of a member for it. Returns whether there was one.
    pub async fn delete_credential(
        &mut self,
        company: CompanyId,
        connection: ConnectionId,
        member: Option<MemberId>,
    ) -> Result<bool, StoreError> {
        let n = match member {
            None => run!(self, sqlx::query(DELETE_CONNECTIONS).bind(company.0).bind(connection.0))?,
            Some(member) => run!(
                self,
                sqlx::query(DELETE_MEMBERS)
                    .bind(company.0)
                    .bind(connection.0)
                    .bind(member.0)
            )?,
        };
        Ok(n > 0)
    }

    /// Removes every token of a connection.
    pub async fn delete_all_credentials(
        &mut self,
        company: CompanyId,
        connection: ConnectionId,
    ) -> Result<(), StoreError> {
        run!(self, sqlx::query(DELETE_ALL).bind(company.0).bind(connection.0))?;
        Ok(())
    }

    /// Sets what became of a token. Returns whether that was news.
    pub async fn set_credential_state(
        &mut self,
        company: CompanyId,
        id: Uuid,
        state: &str,
        detail: Option<&str>,
    ) -> Result<bool, StoreError> {
        Ok(run!(
            self,
            sqlx::query(SET_STATE).bind(company.0).bind(id).bind(state).bind(detail)
        )? > 0)
    }

    /// A token was seen to work, as whom; nothing if another was stored meanwhile.
    pub async fn set_credential_verified(
        &mut self,
        row: &CredentialRow,
        owner: &azdo::Identity,
        now_us: i64,
    ) -> Result<(), StoreError> {
        run!(
            self,
            sqlx::query(SET_VERIFIED)
                .bind(row.company_id)
                .bind(row.id)
                .bind(now_us)
                .bind(&owner.display_name)
                .bind(&owner.unique_name)
                .bind(&row.fingerprint)
        )?;
        Ok(())
    }

    /// The connection's address changed: members must enter their tokens again.
    pub async fn reenter_own_tokens(
        &mut self,
        company: CompanyId,
        connection: ConnectionId,
        detail: &str,
    ) -> Result<(), StoreError> {
        run!(
            self,
            sqlx::query(REENTER).bind(company.0).bind(connection.0).bind(detail)
        )?;
        Ok(())
    }

    /// Sets the day a token expires, as somebody said.
    pub async fn set_credential_expiry(
        &mut self,
        company: CompanyId,
        id: Uuid,
        expires_on: Option<&str>,
    ) -> Result<(), StoreError> {
        run!(self, sqlx::query(SET_EXPIRY).bind(company.0).bind(id).bind(expires_on))?;
        Ok(())
    }
}
