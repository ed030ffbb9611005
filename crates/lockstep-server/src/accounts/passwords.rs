//! Passwords: argon2id (19 MiB, two passes), off the request threads, a few at a time.
//!
//! A check against nobody costs what a check against somebody costs, so its duration tells nothing.

use std::sync::Arc;

use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;

use crate::app::random_bytes;
use crate::error::Refusal;

/// Checks that run at once: each takes 19 MiB and a core.
const N_CHECKS_AT_ONCE: usize = 4;
/// Fewest characters of a password.
pub const N_CHARS_MIN: usize = 10;
/// Most bytes of a password: beyond it only the hashing gets slower.
const N_BYTES_MAX: usize = 1024;

/// Hashes and checks passwords.
#[derive(Clone)]
pub struct Passwords {
    argon2: Argon2<'static>,
    turns: Arc<Semaphore>,
    /// Hash of a password that nobody has, for checks against nobody.
    decoy: Arc<str>,
}

/// Hashing failed: out of memory, or the process is stopping.
#[derive(Debug, thiserror::Error)]
#[error("a password could not be hashed")]
pub struct HashingFailed;

impl Passwords {
    /// The product's parameters, or the cheapest ones where passwords protect nothing.
    pub fn new(is_cheap: bool) -> Self {
        let params = if is_cheap {
            Params::new(Params::MIN_M_COST, 1, 1, None).expect("the least parameters are allowed")
        } else {
            Params::new(19 * 1024, 2, 1, None).expect("the recommended parameters are allowed")
        };
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let decoy = hash(&argon2, &random_bytes::<32>())
            .expect("a password of 32 bytes can be hashed")
            .into();
        Self {
            argon2,
            turns: Arc::new(Semaphore::new(N_CHECKS_AT_ONCE)),
            decoy,
        }
    }

    /// The PHC string to store for `password`.
    pub async fn hash(&self, password: &SecretString) -> Result<String, HashingFailed> {
        let (argon2, password) = (self.argon2.clone(), password.clone());
        self.in_turn(move || hash(&argon2, password.expose_secret().as_bytes()))
            .await?
    }

    /// Whether `password` is the one behind `stored`; with nothing stored it isn't, and takes as long.
    pub async fn check(&self, password: &SecretString, stored: Option<&str>) -> Result<bool, HashingFailed> {
        let (argon2, password) = (self.argon2.clone(), password.clone());
        let stored_or_decoy: Arc<str> = stored.map_or_else(|| self.decoy.clone(), Into::into);
        let is_right = self
            .in_turn(move || {
                argon2
                    .verify_password(password.expose_secret().as_bytes(), &*stored_or_decoy)
                    .is_ok()
            })
            .await?;
        Ok(is_right && stored.is_some())
    }

    async fn in_turn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, HashingFailed> {
        let _turn = self.turns.acquire().await.map_err(|_closed| HashingFailed)?;
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|_panicked| HashingFailed)
    }
}

fn hash(argon2: &Argon2<'_>, password: &[u8]) -> Result<String, HashingFailed> {
    let salt = random_bytes::<16>();
    argon2
        .hash_password_with_salt(password, &salt)
        .map(|hash| hash.to_string())
        .map_err(|_error| HashingFailed)
}

/// Refuses a password that is too short, too long, or one of the first to be guessed for this person.
pub fn check_new(field: &str, password: &SecretString, email: &str, name: &str) -> Result<(), Refusal> {
    let text = password.expose_secret();
    let folded = text.to_lowercase();
    if text.chars().count() < N_CHARS_MIN {
        return Err(Refusal::field_is(field, "needs at least 10 characters"));
    }
    if text.len() > N_BYTES_MAX {
        return Err(Refusal::field_is(field, "is longer than 1024 bytes"));
    }
    let mailbox = email.split('@').next().unwrap_or_default().to_lowercase();
    let is_guessable = [email.to_lowercase(), mailbox, name.to_lowercase()].contains(&folded)
        || folded
            .chars()
            .next()
            .is_some_and(|first| folded.chars().all(|c| c == first))
        || COMMON
            .iter()
            .any(|common| folded.trim_end_matches(|c: char| c.is_ascii_digit() || c == '!') == *common);
    if is_guessable {
        return Err(Refusal::field_is(field, "is one of the first that would be guessed"));
    }
    Ok(())
}

/// Words that, alone or with digits behind them, stand at the top of every list of leaked passwords.
const COMMON: [&str; 16] = [
    "",
    "password",
    "passwort",
    "passw0rd",
    "p@ssword",
    "p@ssw0rd",
    "qwertyuiop",
    "qwerty",
    "letmein",
    "welcome",
    "iloveyou",
    "administrator",
    "lockstep",
    "changeme",
    "azuredevops",
    "1q2w3e4r5t",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn check(password: &str, is_fine: bool) {
        let outcome = check_new("password", &password.into(), "ada@example.org", "Ada Lovelace");
        assert_eq!(outcome.is_ok(), is_fine, "{password}");
    }

    #[test]
    fn short_and_obvious_passwords_are_refused() {
        check("nine char", false);
        check("Ada Lovelace", false);
        check("ada@example.org", false);
        check("Password2026!", false);
        check("1234567890", false);
        check("aaaaaaaaaaaa", false);
        check("a train of thought", true);
    }

    #[tokio::test]
    async fn only_the_right_password_passes_and_nobody_has_none() {
        let passwords = Passwords::new(true);
        let stored = passwords.hash(&"a train of thought".into()).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$"));
        assert!(
            passwords
                .check(&"a train of thought".into(), Some(&stored))
                .await
                .unwrap()
        );
        assert!(
            !passwords
                .check(&"a trail of thought".into(), Some(&stored))
                .await
                .unwrap()
        );
        assert!(!passwords.check(&"a train of thought".into(), None).await.unwrap());
    }

    #[tokio::test]
    async fn the_product_hashes_with_the_recommended_cost() {
        let stored = Passwords::new(false).hash(&"a train of thought".into()).await.unwrap();
        assert!(stored.contains("$m=19456,t=2,p=1$"), "{stored}");
    }
}
