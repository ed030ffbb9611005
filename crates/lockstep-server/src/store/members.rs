//! Members of companies. Password hashes leave this file only towards the check of a password.

use uuid::Uuid;

use super::{Store, StoreError, Tx};
use crate::access::Role;
use crate::accounts::Theme;
use crate::ids::{CompanyId, MemberId};
use crate::{db, run, sql, tx};

sql! {
    INSERT = "insert into members (id, company_id, name, email, email_folded, role, password_hash, is_active, avatar, created_us)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    BY_ID = "select id, company_id, name, email, role, is_active, avatar, theme, has_single_keys, has_presence, created_us
        from members where company_id = $1 and id = $2";
    OF_COMPANY = "select id, company_id, name, email, role, is_active, avatar, theme, has_single_keys, has_presence, created_us
        from members where company_id = $1 order by created_us, id";
    SIGN_IN = "select id, company_id, password_hash, is_active from members where email_folded = $1";
    PASSWORD = "select password_hash from members where company_id = $1 and id = $2";
    COUNT = "select count(*) from members where company_id = $1";
    OTHER_ADMINS = "select count(*) from members
        where company_id = $1 and id <> $2 and role = 'company_admin' and is_active = $3";
    SET_RIGHTS = "update members set name = $3, role = $4, is_active = $5 where company_id = $1 and id = $2";
    SET_PROFILE = "update members set name = $3, theme = $4, has_single_keys = $5, has_presence = $6
        where company_id = $1 and id = $2";
    SET_PASSWORD = "update members set password_hash = $3 where company_id = $1 and id = $2";
}

/// A member as it is stored, without the password.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct MemberRow {
    /// Its number.
    pub id: Uuid,
    /// Whose member.
    pub company_id: Uuid,
    /// As others see it.
    pub name: String,
    /// As it was typed.
    pub email: String,
    /// What the member may do.
    #[sqlx(try_from = "String")]
    pub role: Role,
    /// Whether the member may sign in.
    pub is_active: bool,
    /// Colour of the initials, 1 to 6.
    pub avatar: i64,
    /// Colours of the screen.
    #[sqlx(try_from = "String")]
    pub theme: Theme,
    /// Whether single letters are short cuts.
    pub has_single_keys: bool,
    /// Whether others on a board see that the member is there.
    pub has_presence: bool,
    /// When the member was added.
    pub created_us: i64,
}

/// What sign-in needs to know.
#[derive(sqlx::FromRow)]
pub struct SignInRow {
    /// The member.
    pub id: Uuid,
    /// The member's company.
    pub company_id: Uuid,
    /// PHC string.
    pub password_hash: String,
    /// Whether the member may sign in.
    pub is_active: bool,
}

/// A member to add.
pub struct NewMember<'a> {
    /// Its number.
    pub id: MemberId,
    /// As others see it.
    pub name: &'a str,
    /// As it was typed.
    pub email: &'a str,
    /// What the member may do.
    pub role: Role,
    /// PHC string.
    pub password_hash: &'a str,
    /// Colour of the initials, 1 to 6.
    pub avatar: i64,
    /// When the member was added.
    pub created_us: i64,
}

/// An e-mail address as it is looked up.
pub fn folded(email: &str) -> String {
    email.trim().to_lowercase()
}

impl Store {
    /// One member of the company, active or not.
    pub async fn member(&self, company: CompanyId, id: MemberId) -> Result<Option<MemberRow>, StoreError> {
        db!(self, |c| sqlx::query_as::<_, MemberRow>(BY_ID)
            .bind(company.0)
            .bind(id.0)
            .fetch_optional(c))
    }

    /// Every member of the company, in the order they came, active or not.
    pub async fn members(&self, company: CompanyId) -> Result<Vec<MemberRow>, StoreError> {
        db!(self, |c| sqlx::query_as::<_, MemberRow>(OF_COMPANY)
            .bind(company.0)
            .fetch_all(c))
    }

    /// Who has this e-mail address, on the whole server.
    pub async fn member_signing_in(&self, email: &str) -> Result<Option<SignInRow>, StoreError> {
        db!(self, |c| sqlx::query_as::<_, SignInRow>(SIGN_IN)
            .bind(folded(email))
            .fetch_optional(c))
    }

    /// The member's password hash.
    pub async fn password_hash(&self, company: CompanyId, id: MemberId) -> Result<Option<String>, StoreError> {
        db!(self, |c| sqlx::query_scalar(PASSWORD)
            .bind(company.0)
            .bind(id.0)
            .fetch_optional(c))
    }
}

impl Tx {
    /// One member, as this transaction sees it.
    pub async fn member(&mut self, company: CompanyId, id: MemberId) -> Result<Option<MemberRow>, StoreError> {
        tx!(self, |c| sqlx::query_as::<_, MemberRow>(BY_ID)
            .bind(company.0)
            .bind(id.0)
            .fetch_optional(c))
    }

    /// How many members the company has.
    pub async fn n_members(&mut self, company: CompanyId) -> Result<i64, StoreError> {
        tx!(self, |c| sqlx::query_scalar(COUNT).bind(company.0).fetch_one(c))
    }

    /// How many active administrators the company has beside `id`.
    pub async fn n_other_admins(&mut self, company: CompanyId, id: MemberId) -> Result<i64, StoreError> {
        tx!(self, |c| sqlx::query_scalar(OTHER_ADMINS)
            .bind(company.0)
            .bind(id.0)
            .bind(true)
            .fetch_one(c))
    }

    /// Adds a member. Errors: [`StoreError::Taken`], the e-mail address belongs to somebody.
    pub async fn insert_member(&mut self, company: CompanyId, new: &NewMember<'_>) -> Result<(), StoreError> {
        run!(
            self,
            sqlx::query(INSERT)
                .bind(new.id.0)
                .bind(company.0)
                .bind(new.name)
                .bind(new.email)
                .bind(folded(new.email))
                .bind(new.role.as_str())
                .bind(new.password_hash)
                .bind(true)
                .bind(new.avatar)
                .bind(new.created_us)
        )?;
        Ok(())
    }

    /// Sets what an administrator may change.
    pub async fn set_member_rights(&mut self, member: &MemberRow) -> Result<(), StoreError> {
        run!(
            self,
            sqlx::query(SET_RIGHTS)
                .bind(member.company_id)
                .bind(member.id)
                .bind(&member.name)
                .bind(member.role.as_str())
                .bind(member.is_active)
        )?;
        Ok(())
    }

    /// Sets what a member may change of themselves.
    pub async fn set_member_profile(&mut self, member: &MemberRow) -> Result<(), StoreError> {
        run!(
            self,
            sqlx::query(SET_PROFILE)
                .bind(member.company_id)
                .bind(member.id)
                .bind(&member.name)
                .bind(member.theme.as_str())
                .bind(member.has_single_keys)
                .bind(member.has_presence)
        )?;
        Ok(())
    }

    /// Replaces the member's password hash.
    pub async fn set_member_password(
        &mut self,
        company: CompanyId,
        id: MemberId,
        hash: &str,
    ) -> Result<(), StoreError> {
        run!(self, sqlx::query(SET_PASSWORD).bind(company.0).bind(id.0).bind(hash))?;
        Ok(())
    }
}
