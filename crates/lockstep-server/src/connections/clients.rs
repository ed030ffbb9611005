//! Clients for a connection: whose token, opened, aimed at the connection's address and nowhere else.

use std::sync::Arc;

use azdo::{Client, Collection, CollectionError, Token, TokenFormatError};
use lockstep_sync::edit::Whom;

use crate::app::App;
use crate::ids::{CompanyId, ConnectionId, MemberId};
use crate::store::StoreError;
use crate::store::connections::ConnectionRow;
use crate::store::credentials::CredentialRow;
use crate::sync::transport::HttpsTransport;
use crate::vault::{Aad, Purpose, VaultError};

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
pub enum NoClient {
    /// The connection was deleted, or never was.
    #[error("there is no such connection")]
    NoConnection,
    /// The connection is disabled: nothing is sent or read.
    #[error("the connection is disabled")]
    Disabled,
    /// Nobody stored this token, or its owner has no access any more.
    #[error("there is no token")]
    NoToken,
    /// The token must be entered again: the connection's address has changed since.
    #[error("the token must be entered again")]
    Reenter,
    /// The sealed token doesn't open, for another key file is in place or the row was tampered with.
    #[error("the sealed token doesn't open")]
    Sealed(#[from] VaultError),
    /// What was sealed is no token.
    #[error("what was sealed is no token")]
    Token(#[from] TokenFormatError),
    /// The stored address is none.
    #[error("the stored address can't be used")]
    Address(#[from] CollectionError),
    /// The address is plain http, and nobody confirmed that.
    #[error("the address is plain http, which nobody confirmed")]
    PlainHttp,
    /// The store could not.
    #[error("the token could not be read")]
    Store(#[from] StoreError),
}

/// A client of the connection with the token of `whom`.
///
/// A token that was refused is given all the same: whether to try it again is the caller's choice.
pub async fn client_for(
    app: &App,
    company: CompanyId,
    connection: ConnectionId,
    whom: Whom,
) -> Result<Client<Arc<HttpsTransport>>, NoClient> {
    let row = app
        .store
        .connection(company, connection)
        .await?
        .ok_or(NoClient::NoConnection)?;
    if !row.is_enabled {
        return Err(NoClient::Disabled);
    }
    let token = stored_token(app, &row, member_of(whom)).await?;
    client_with(app, &row, token)
}

/// A client of the connection with a token at hand.
pub fn client_with(app: &App, row: &ConnectionRow, token: Token) -> Result<Client<Arc<HttpsTransport>>, NoClient> {
    let collection = Collection::parse(&row.server_url)?;
    if collection.is_plain_http() && !row.allows_plain_http {
        return Err(NoClient::PlainHttp);
    }
    Ok(Client::new(
        app.transport.clone(),
        collection,
        token,
        row.versions.0.clone(),
    ))
}

/// The stored token of the connection, or of a member who still has access.
pub async fn stored_token(app: &App, row: &ConnectionRow, member: Option<MemberId>) -> Result<Token, NoClient> {
    let company = CompanyId(row.company_id);
    if let Some(member) = member {
        let member = app.store.member(company, member).await?;
        if !member.is_some_and(|member| member.is_active) {
            return Err(NoClient::NoToken);
        }
    }
    let credential = app
        .store
        .credential(company, row.connection(), member)
        .await?
        .ok_or(NoClient::NoToken)?;
    if credential.state == "reenter" {
        return Err(NoClient::Reenter);
    }
    open_token(app, row, &credential)
}

fn open_token(app: &App, row: &ConnectionRow, credential: &CredentialRow) -> Result<Token, NoClient> {
    let aad = token_aad(row, credential.member_id.map(MemberId));
    let opened = app.vault.open_sealed(&aad, &credential.sealed)?;
    let text = std::str::from_utf8(&opened).map_err(|_error| TokenFormatError::BadCharacter)?;
    Ok(Token::parse(text)?)
}

/// Where a token of the connection belongs. The address is a part of it: sealed for one, it opens for no other.
pub fn token_aad(row: &ConnectionRow, member: Option<MemberId>) -> Aad<'_> {
    Aad {
        company: CompanyId(row.company_id),
        connection: row.connection(),
        member,
        purpose: Purpose::Token,
        origin: &row.server_url,
    }
}

fn member_of(whom: Whom) -> Option<MemberId> {
    match whom {
        Whom::Connection => None,
        Whom::Member(member) => Some(member),
    }
}
