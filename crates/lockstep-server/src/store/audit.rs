//! The audit trail: who did what that others may have to answer for. Rows are added, never changed; each carries a digest
//! over the one before it, so that a missing or altered row shows.
//!
//! No secret and no title goes in: `detail` names fields and roles.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{Store, StoreError, Tx};
use crate::app::now_us;
use crate::ids::{CompanyId, MemberId};
use crate::{db, run, sql, tx};

sql! {
    LAST = "select number, digest from audit where company_id = $1 order by number desc limit 1";
    INSERT = "insert into audit (company_id, number, at_us, member_id, act, subject_id, detail, digest)
        values ($1, $2, $3, $4, $5, $6, $7, $8)";
    OF_COMPANY = "select number, at_us, member_id, act, subject_id, detail, digest from audit
        where company_id = $1 order by number";
}

/// One row of the trail.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct AuditRow {
    /// 1, 2, 3 ... within the company.
    pub number: i64,
    /// When.
    pub at_us: i64,
    /// Who; nobody for the server itself or its command line.
    pub member_id: Option<Uuid>,
    /// What, such as `member.deactivated`.
    pub act: String,
    /// To which thing.
    pub subject_id: Option<Uuid>,
    /// The rest, as JSON text; `{}` when there is nothing to add.
    pub detail: String,
    /// SHA-256 over the previous digest and this row.
    pub digest: Vec<u8>,
}

/// What is written down.
#[derive(Debug, Clone)]
pub struct AuditEntry<'a> {
    /// Who; nobody for the server itself or its command line.
    pub by: Option<MemberId>,
    /// What, such as `member.deactivated`: a noun, a point, a past participle.
    pub act: &'a str,
    /// To which thing.
    pub subject: Option<Uuid>,
    /// The rest; never a secret, a title or a description.
    pub detail: serde_json::Value,
}

impl AuditRow {
    /// The digest this row must carry after one with `previous`.
    fn expected_digest(&self, company: CompanyId, previous: &[u8]) -> Vec<u8> {
        let mut hash = Sha256::new();
        hash.update(previous);
        hash.update(company.0.as_bytes());
        hash.update(self.number.to_be_bytes());
        hash.update(self.at_us.to_be_bytes());
        for part in [
            self.member_id.map(|id| id.to_string()).unwrap_or_default(),
            self.act.clone(),
            self.subject_id.map(|id| id.to_string()).unwrap_or_default(),
            self.detail.clone(),
        ] {
            // Each part with its length: no two rows spell the same bytes.
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
        hash.finalize().to_vec()
    }
}

impl Tx {
    /// Adds one row to the company's trail; it is kept if and only if the transaction is.
    pub async fn audit(&mut self, company: CompanyId, entry: AuditEntry<'_>) -> Result<(), StoreError> {
        let last: Option<(i64, Vec<u8>)> = tx!(self, |c| sqlx::query_as(LAST).bind(company.0).fetch_optional(c))?;
        let (number, previous) = last.unwrap_or_default();
        let mut row = AuditRow {
            number: number + 1,
            at_us: now_us(),
            member_id: entry.by.map(|id| id.0),
            act: entry.act.to_owned(),
            subject_id: entry.subject,
            detail: entry.detail.to_string(),
            digest: Vec::new(),
        };
        row.digest = row.expected_digest(company, &previous);
        run!(
            self,
            sqlx::query(INSERT)
                .bind(company.0)
                .bind(row.number)
                .bind(row.at_us)
                .bind(row.member_id)
                .bind(&row.act)
                .bind(row.subject_id)
                .bind(&row.detail)
                .bind(&row.digest)
        )?;
        Ok(())
    }
}

impl Store {
    /// The company's whole trail, oldest first.
    pub async fn audit_trail(&self, company: CompanyId) -> Result<Vec<AuditRow>, StoreError> {
        db!(self, |c| sqlx::query_as::<_, AuditRow>(OF_COMPANY)
            .bind(company.0)
            .fetch_all(c))
    }

    /// The number of the first row of the trail that is missing or altered, if any.
    pub async fn audit_break(&self, company: CompanyId) -> Result<Option<i64>, StoreError> {
        let mut previous = Vec::new();
        for (row, number) in self.audit_trail(company).await?.into_iter().zip(1..) {
            if row.number != number || row.digest != row.expected_digest(company, &previous) {
                return Ok(Some(number));
            }
            previous = row.digest;
        }
        Ok(None)
    }
}
