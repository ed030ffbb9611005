//! `lockstep user reset-password`: for a site without mail, and for an administrator who locked themselves out.

use std::io::Read;

use anyhow::{Context, bail};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use crate::accounts::passwords::{self, Passwords};
use crate::app::random_bytes;
use crate::config::Config;
use crate::ids::{CompanyId, MemberId};
use crate::live::Noun;
use crate::store::Store;
use crate::store::audit::AuditEntry;
use crate::store::members::MemberRow;

/// Resets as [`reset`] does, with a password from standard input or a made one, which it prints.
pub async fn run(config: &Config, email: &str, password_stdin: bool) -> anyhow::Result<()> {
    let typed = if password_stdin { Some(typed()?) } else { None };
    if let Some(made) = reset(config, email, typed).await? {
        println!("{}", made.expose_secret());
    }
    Ok(())
}

/// Sets a new password for the person with `email`, gives access again and ends all sessions. Gives the password if it made
/// one.
///
/// The server must be stopped: it alone works with its database.
pub async fn reset(config: &Config, email: &str, typed: Option<SecretString>) -> anyhow::Result<Option<SecretString>> {
    let store = Store::open(&config.database).await?;
    let outcome = reset_in(&store, email, typed).await;
    store.close().await;
    outcome
}

async fn reset_in(store: &Store, email: &str, typed: Option<SecretString>) -> anyhow::Result<Option<SecretString>> {
    let found = store
        .member_signing_in(email)
        .await?
        .context("nobody has this e-mail address")?;
    let (company, id) = (CompanyId(found.company_id), MemberId(found.id));
    let row = store
        .member(company, id)
        .await?
        .context("nobody has this e-mail address")?;
    let is_made = typed.is_none();
    let password = typed.unwrap_or_else(made);
    if passwords::check_new("password", &password, &row.email, &row.name).is_err() {
        bail!("the new password is too short or one of the first that would be guessed");
    }
    let hash = Passwords::new(false).hash(&password).await?;
    let mut tx = store.begin().await?;
    tx.set_member_password(company, id, &hash).await?;
    tx.set_member_rights(&MemberRow { is_active: true, ..row }).await?;
    tx.end_sessions(company, id, None).await?;
    let entry = AuditEntry {
        by: None,
        act: "member.password_reset",
        subject: Some(id.0),
        detail: json!({}),
    };
    tx.audit(company, entry).await?;
    tx.number_change(company, Noun::Member, id.0).await?;
    tx.commit().await?;
    Ok(is_made.then_some(password))
}

fn typed() -> anyhow::Result<SecretString> {
    let mut line = String::new();
    std::io::stdin()
        .take(4096)
        .read_to_string(&mut line)
        .context("reading the password")?;
    Ok(line.trim_end_matches(['\r', '\n']).into())
}

fn made() -> SecretString {
    URL_SAFE_NO_PAD.encode(random_bytes::<15>()).into()
}
