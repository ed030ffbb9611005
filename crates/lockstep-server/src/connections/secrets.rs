//! The webhook's path and secret: random, shown when asked for, compared by their digests.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::app::random_bytes;
use crate::ids::{CompanyId, ConnectionId};
use crate::store::webhooks::WebhookRow;
use crate::vault::{Aad, Purpose, Vault, VaultError};

/// The user name that notifications carry.
pub const USER_NAME: &str = "lockstep";

/// Bytes of a path's id and of a secret.
const PATH_ID_BYTES: usize = 16;
const SECRET_BYTES: usize = 32;

/// A secret that was just made: to be sealed and compared with.
pub struct MadeSecret {
    /// To be shown again.
    pub sealed: Vec<u8>,
    /// To be compared with.
    pub digest: Vec<u8>,
}

/// A new webhook for a connection.
pub fn new_webhook(vault: &Vault, company: CompanyId, connection: ConnectionId) -> WebhookRow {
    let MadeSecret { sealed, digest } = new_secret(vault, company, connection);
    WebhookRow {
        connection_id: connection.0,
        company_id: company.0,
        path_id: URL_SAFE_NO_PAD.encode(random_bytes::<PATH_ID_BYTES>()),
        user_name: USER_NAME.to_owned(),
        sealed,
        digest,
        previous_digest: None,
        previous_until_us: None,
        rotated_us: None,
    }
}

/// A new secret for a connection's webhook.
pub fn new_secret(vault: &Vault, company: CompanyId, connection: ConnectionId) -> MadeSecret {
    let secret = URL_SAFE_NO_PAD.encode(random_bytes::<SECRET_BYTES>());
    MadeSecret {
        sealed: vault.seal(&aad(company, connection), secret.as_bytes()),
        digest: digest(secret.as_bytes()),
    }
}

/// The secret of a webhook, opened to be shown.
pub fn open_secret(vault: &Vault, row: &WebhookRow) -> Result<String, VaultError> {
    let aad = aad(CompanyId(row.company_id), ConnectionId(row.connection_id));
    let secret = vault.open_sealed(&aad, &row.sealed)?;
    Ok(String::from_utf8_lossy(&secret).into_owned())
}

/// SHA-256: a secret of 256 random bits needs nothing slower.
pub fn digest(secret: &[u8]) -> Vec<u8> {
    Sha256::digest(secret).to_vec()
}

fn aad(company: CompanyId, connection: ConnectionId) -> Aad<'static> {
    Aad {
        company,
        connection,
        member: None,
        purpose: Purpose::Webhook,
        origin: "",
    }
}
