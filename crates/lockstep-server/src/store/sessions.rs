//! Signed-in browsers: a digest of each cookie, never the cookie.

use uuid::Uuid;

use super::{Store, StoreError, Tx};
use crate::access::Role;
use crate::ids::{CompanyId, MemberId, SessionId};
use crate::live::Ended;
use crate::{db, run, sql};

sql! {
    INSERT = "insert into sessions (id, company_id, member_id, secret_digest, user_agent, created_us, last_seen_us)
        values ($1, $2, $3, $4, $5, $6, $6)";
    BY_DIGEST = "select s.id, s.company_id, s.member_id, s.created_us, s.last_seen_us, m.role
        from sessions s join members m on m.id = s.member_id and m.company_id = s.company_id
        where s.secret_digest = $1 and m.is_active = $2";
    BY_ID = "select s.id, s.company_id, s.member_id, s.created_us, s.last_seen_us, m.role
        from sessions s join members m on m.id = s.member_id and m.company_id = s.company_id
        where s.company_id = $1 and s.id = $2 and m.is_active = $3";
    OF_MEMBER = "select id, user_agent, created_us, last_seen_us from sessions
        where company_id = $1 and member_id = $2 order by last_seen_us desc, id";
    SEEN = "update sessions set last_seen_us = $2 where id = $1 and last_seen_us < $2";
    END_ONE = "delete from sessions where company_id = $1 and member_id = $2 and id = $3";
    END_ALL = "delete from sessions where company_id = $1 and member_id = $2";
    END_OTHERS = "delete from sessions where company_id = $1 and member_id = $2 and id <> $3";
    END_OLD = "delete from sessions where created_us < $1 or last_seen_us < $2";
}

/// A live session with the member's role of this moment.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct SessionRow {
    /// Its number.
    pub id: Uuid,
    /// Whose.
    pub company_id: Uuid,
    /// Whose.
    pub member_id: Uuid,
    /// When it began.
    pub created_us: i64,
    /// When it was last used, to the minute.
    pub last_seen_us: i64,
    /// What the member may do now.
    #[sqlx(try_from = "String")]
    pub role: Role,
}

/// A session as its owner sees it in the list.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct SessionListRow {
    /// Its number.
    pub id: Uuid,
    /// What the browser called itself.
    pub user_agent: String,
    /// When it began.
    pub created_us: i64,
    /// When it was last used, to the minute.
    pub last_seen_us: i64,
}

/// A session to add.
pub struct NewSession<'a> {
    /// Its number.
    pub id: SessionId,
    /// SHA-256 of the cookie's secret.
    pub secret_digest: &'a [u8],
    /// What the browser calls itself.
    pub user_agent: &'a str,
    /// When it begins.
    pub created_us: i64,
}

impl Store {
    /// The session with this digest, provided its member is active. Whether it is too old is the caller's to judge.
    pub async fn session(&self, secret_digest: &[u8]) -> Result<Option<SessionRow>, StoreError> {
        db!(self, |c| sqlx::query_as::<_, SessionRow>(BY_DIGEST)
            .bind(secret_digest)
            .bind(true)
            .fetch_optional(c))
    }

    /// The session with this number, provided its member is active.
    pub async fn session_by_id(&self, company: CompanyId, id: SessionId) -> Result<Option<SessionRow>, StoreError> {
        db!(self, |c| sqlx::query_as::<_, SessionRow>(BY_ID)
            .bind(company.0)
            .bind(id.0)
            .bind(true)
            .fetch_optional(c))
    }

    /// The member's sessions, the last used first.
    pub async fn sessions_of(&self, company: CompanyId, member: MemberId) -> Result<Vec<SessionListRow>, StoreError> {
        db!(self, |c| sqlx::query_as::<_, SessionListRow>(OF_MEMBER)
            .bind(company.0)
            .bind(member.0)
            .fetch_all(c))
    }
}

impl Tx {
    /// Adds a session.
    pub async fn insert_session(
        &mut self,
        company: CompanyId,
        member: MemberId,
        new: &NewSession<'_>,
    ) -> Result<(), StoreError> {
        run!(
            self,
            sqlx::query(INSERT)
                .bind(new.id.0)
                .bind(company.0)
                .bind(member.0)
                .bind(new.secret_digest)
                .bind(new.user_agent)
                .bind(new.created_us)
        )?;
        Ok(())
    }

    /// Notes that the session was used.
    pub async fn session_seen(&mut self, id: SessionId, at_us: i64) -> Result<(), StoreError> {
        run!(self, sqlx::query(SEEN).bind(id.0).bind(at_us))?;
        Ok(())
    }

    /// Ends one session of the member, its stream at commit. Gives whether there was one.
    pub async fn end_session(
        &mut self,
        company: CompanyId,
        member: MemberId,
        id: SessionId,
    ) -> Result<bool, StoreError> {
        let n = run!(self, sqlx::query(END_ONE).bind(company.0).bind(member.0).bind(id.0))?;
        if n == 1 {
            self.ended.push(Ended::Session(id));
        }
        Ok(n == 1)
    }

    /// Ends every session of the member `but` that one, their streams at commit.
    pub async fn end_sessions(
        &mut self,
        company: CompanyId,
        member: MemberId,
        but: Option<SessionId>,
    ) -> Result<(), StoreError> {
        match but {
            Some(kept) => run!(
                self,
                sqlx::query(END_OTHERS).bind(company.0).bind(member.0).bind(kept.0)
            )?,
            None => run!(self, sqlx::query(END_ALL).bind(company.0).bind(member.0))?,
        };
        self.ended.push(Ended::SessionsOf(member, but));
        Ok(())
    }

    /// Forgets sessions that began before `created_before_us` or rested since before `seen_before_us`.
    pub async fn forget_old_sessions(&mut self, created_before_us: i64, seen_before_us: i64) -> Result<(), StoreError> {
        run!(self, sqlx::query(END_OLD).bind(created_before_us).bind(seen_before_us))?;
        Ok(())
    }
}
