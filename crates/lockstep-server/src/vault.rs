//! Sealing of secrets: tokens and webhook secrets are in the database only as this file leaves them.
//!
//! A secret is sealed with XChaCha20-Poly1305 under the newest key of the key file, with a random nonce, and is bound to
//! where it belongs ([`Aad`]): a sealed secret copied into another row doesn't open. The key file is text, one key a line,
//! oldest first; to rotate, add a line. It lies outside the data folder, so a stolen database or backup opens nothing.
//!
//! Nothing here is logged or printed.

use std::fmt::Write as _;
use std::io;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::app::random_bytes;
use crate::ids::{CompanyId, ConnectionId, MemberId};

/// Begins each line of the key file.
const LINE_PREFIX: &str = "lockstep-key-1:";
/// First byte of a sealed secret: the layout that follows.
const LAYOUT: u8 = 1;
/// Bytes of a key, of the id that names it in a sealed secret, and of a nonce.
const KEY_BYTES: usize = 32;
const KEY_ID_BYTES: usize = 4;
const NONCE_BYTES: usize = 24;
/// Most keys of a key file.
const N_KEYS_MAX: usize = 100;

/// Seals and opens secrets with the keys of the key file.
pub struct Vault {
    /// Oldest first; the last one seals.
    keys: Vec<Sealer>,
}

struct Sealer {
    id: [u8; KEY_ID_BYTES],
    cipher: XChaCha20Poly1305,
    fingerprint_key: Zeroizing<[u8; KEY_BYTES]>,
}

/// Where a secret belongs. It opens only under the same words.
#[derive(Debug, Clone, Copy)]
pub struct Aad<'a> {
    /// Whose.
    pub company: CompanyId,
    /// Of which connection.
    pub connection: ConnectionId,
    /// Of which member; none for the connection's own.
    pub member: Option<MemberId>,
    /// What for.
    pub purpose: Purpose,
    /// Address it may be sent to; empty for a secret that is sent nowhere.
    pub origin: &'a str,
}

/// What a secret is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A personal access token.
    Token,
    /// The secret that notifications carry.
    Webhook,
}

/// Why the key file can't be used, or a secret doesn't open.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The key file can't be read or made.
    #[error("the key file can't be read or made")]
    File(#[from] io::Error),
    /// Others than its owner may read the key file: `chmod 600` it.
    #[error("the key file may be read by others than its owner; make it readable by its owner alone (chmod 600)")]
    ReadableByOthers,
    /// The key file holds something that is no key.
    #[error("the key file holds a line that is no key")]
    NoKey,
    /// Sealed with a key that isn't in the key file.
    #[error("sealed with a key that is not in the key file")]
    OtherKey,
    /// Damaged, or sealed for another place.
    #[error("the sealed secret is damaged or belongs elsewhere")]
    DoesNotOpen,
}

impl Vault {
    /// Opens the key file; makes it, readable by its owner alone, when it is missing.
    pub fn open(key_file: &Path) -> Result<Self, VaultError> {
        let text = match std::fs::read_to_string(key_file) {
            Ok(text) => Zeroizing::new(text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => make_key_file(key_file)?,
            Err(error) => return Err(error.into()),
        };
        refuse_if_readable_by_others(key_file)?;
        let lines = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty() && !line.starts_with('#'));
        let keys = lines.map(read_key).collect::<Result<Vec<_>, _>>()?;
        if keys.is_empty() || keys.len() > N_KEYS_MAX {
            return Err(VaultError::NoKey);
        }
        Ok(Self { keys })
    }

    /// Seals `secret` for the place that `aad` names.
    pub fn seal(&self, aad: &Aad<'_>, secret: &[u8]) -> Vec<u8> {
        let sealer = self.newest();
        let nonce: [u8; NONCE_BYTES] = random_bytes();
        let aad = aad.bytes(&sealer.id);
        let payload = Payload { msg: secret, aad: &aad };
        let ciphertext = sealer
            .cipher
            .encrypt(&XNonce::from(nonce), payload)
            .expect("a secret is far below the limit");
        [&[LAYOUT], sealer.id.as_slice(), &nonce, &ciphertext].concat()
    }

    /// Opens what [`Vault::seal`] gave, under the same words.
    pub fn open_sealed(&self, aad: &Aad<'_>, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let rest = sealed.strip_prefix(&[LAYOUT]).ok_or(VaultError::DoesNotOpen)?;
        let (id, rest) = rest
            .split_first_chunk::<KEY_ID_BYTES>()
            .ok_or(VaultError::DoesNotOpen)?;
        let (nonce, ciphertext) = rest.split_first_chunk::<NONCE_BYTES>().ok_or(VaultError::DoesNotOpen)?;
        let sealer = self.keys.iter().find(|key| key.id == *id).ok_or(VaultError::OtherKey)?;
        let aad = aad.bytes(id);
        let payload = Payload {
            msg: ciphertext,
            aad: &aad,
        };
        let secret = sealer
            .cipher
            .decrypt(&XNonce::from(*nonce), payload)
            .map_err(|_error| VaultError::DoesNotOpen)?;
        Ok(Zeroizing::new(secret))
    }

    /// A keyed hash that tells two secrets apart and says nothing else about them. It stays when a key is added.
    pub fn fingerprint(&self, secret: &[u8]) -> String {
        let key = &self.keys.first().expect("a vault has a key").fingerprint_key;
        URL_SAFE_NO_PAD.encode(mac(key.as_slice(), secret))
    }

    fn newest(&self) -> &Sealer {
        self.keys.last().expect("a vault has a key")
    }
}

impl Aad<'_> {
    /// Every part with its length, so that no two places spell the same bytes.
    fn bytes(&self, key_id: &[u8; KEY_ID_BYTES]) -> Vec<u8> {
        let member = self.member.map_or(Uuid::nil(), |member| member.0);
        let purpose: &[u8] = match self.purpose {
            Purpose::Token => b"token",
            Purpose::Webhook => b"webhook",
        };
        let parts: [&[u8]; 7] = [
            b"lockstep",
            key_id,
            self.company.0.as_bytes(),
            self.connection.0.as_bytes(),
            member.as_bytes(),
            purpose,
            self.origin.as_bytes(),
        ];
        parts
            .iter()
            .flat_map(|part| {
                (part.len() as u64)
                    .to_be_bytes()
                    .into_iter()
                    .chain(part.iter().copied())
            })
            .collect()
    }
}

fn read_key(line: &str) -> Result<Sealer, VaultError> {
    let encoded = line.strip_prefix(LINE_PREFIX).ok_or(VaultError::NoKey)?;
    let bytes = Zeroizing::new(STANDARD_NO_PAD.decode(encoded).map_err(|_error| VaultError::NoKey)?);
    let key: &[u8; KEY_BYTES] = bytes.as_slice().try_into().map_err(|_error| VaultError::NoKey)?;
    let digest = Sha256::digest([b"lockstep key id".as_slice(), key].concat());
    let id = digest.first_chunk::<KEY_ID_BYTES>().ok_or(VaultError::NoKey)?;
    Ok(Sealer {
        id: *id,
        cipher: XChaCha20Poly1305::new(&Key::from(*key)),
        fingerprint_key: Zeroizing::new(mac(key, b"lockstep fingerprints")),
    })
}

fn mac(key: &[u8], message: &[u8]) -> [u8; KEY_BYTES] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(message);
    mac.finalize().into_bytes().into()
}

fn make_key_file(path: &Path) -> Result<Zeroizing<String>, VaultError> {
    let key = Zeroizing::new(random_bytes::<KEY_BYTES>());
    let mut text = Zeroizing::new(String::from(
        "# Opens the tokens and secrets in Lockstep's database. Keep a copy apart from the database's backup.\n",
    ));
    writeln!(text, "{LINE_PREFIX}{}", STANDARD_NO_PAD.encode(key.as_slice())).expect("a String takes text");
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    io::Write::write_all(&mut file, text.as_bytes())?;
    // A key that a power cut loses would take every token with it.
    file.sync_all()?;
    Ok(text)
}

#[cfg(unix)]
fn refuse_if_readable_by_others(path: &Path) -> Result<(), VaultError> {
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(path)?.permissions());
    if mode & 0o077 == 0 {
        Ok(())
    } else {
        Err(VaultError::ReadableByOthers)
    }
}

#[cfg(not(unix))]
fn refuse_if_readable_by_others(_path: &Path) -> Result<(), VaultError> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Folder(std::path::PathBuf);

    impl Folder {
        fn new() -> Self {
            let path = std::env::temp_dir().join(format!("lockstep-vault-{}", Uuid::now_v7()));
            std::fs::create_dir(&path).unwrap();
            Self(path)
        }
        fn key_file(&self) -> std::path::PathBuf {
            self.0.join("key")
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _is_gone = std::fs::remove_dir_all(&self.0);
        }
    }

    fn place(n: u128) -> Aad<'static> {
        Aad {
            company: CompanyId(Uuid::from_u128(n)),
            connection: ConnectionId(Uuid::from_u128(2)),
            member: None,
            purpose: Purpose::Token,
            origin: "https://dev.azure.com/northquay",
        }
    }

    #[test]
    fn what_is_sealed_opens_in_its_place_after_a_restart() {
        let folder = Folder::new();
        let sealed = Vault::open(&folder.key_file()).unwrap().seal(&place(1), b"secret");
        assert!(!sealed.windows(6).any(|part| part == b"secret"));
        let again = Vault::open(&folder.key_file()).unwrap();
        assert_eq!(again.open_sealed(&place(1), &sealed).unwrap().as_slice(), b"secret");
    }

    #[test]
    fn it_opens_nowhere_else() {
        let folder = Folder::new();
        let vault = Vault::open(&folder.key_file()).unwrap();
        let here = place(1);
        let sealed = vault.seal(&here, b"secret");
        for elsewhere in [
            place(9),
            Aad {
                connection: ConnectionId(Uuid::from_u128(9)),
                ..here
            },
            Aad {
                member: Some(MemberId(Uuid::from_u128(9))),
                ..here
            },
            Aad {
                purpose: Purpose::Webhook,
                ..here
            },
            Aad {
                origin: "https://evil.example",
                ..here
            },
        ] {
            assert!(
                matches!(vault.open_sealed(&elsewhere, &sealed), Err(VaultError::DoesNotOpen)),
                "{elsewhere:?}"
            );
        }
    }

    #[test]
    fn damage_is_noticed_at_every_byte() {
        let folder = Folder::new();
        let vault = Vault::open(&folder.key_file()).unwrap();
        let sealed = vault.seal(&place(1), b"secret");
        for at in 0..sealed.len() {
            let mut damaged = sealed.clone();
            damaged[at] ^= 1;
            assert!(vault.open_sealed(&place(1), &damaged).is_err(), "byte {at}");
            assert!(vault.open_sealed(&place(1), &sealed[..at]).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn a_key_is_added_and_the_older_one_still_opens() {
        let folder = Folder::new();
        let vault = Vault::open(&folder.key_file()).unwrap();
        let (sealed, fingerprint) = (vault.seal(&place(1), b"secret"), vault.fingerprint(b"secret"));
        let mut text = std::fs::read_to_string(folder.key_file()).unwrap();
        text.push_str(&format!("{LINE_PREFIX}{}\n", STANDARD_NO_PAD.encode([7; KEY_BYTES])));
        std::fs::write(folder.key_file(), text).unwrap();
        let vault = Vault::open(&folder.key_file()).unwrap();
        assert_eq!(vault.open_sealed(&place(1), &sealed).unwrap().as_slice(), b"secret");
        assert_ne!(
            vault.seal(&place(1), b"secret")[1..5],
            sealed[1..5],
            "the newest key seals"
        );
        assert_eq!(vault.fingerprint(b"secret"), fingerprint);
    }

    #[test]
    fn another_key_file_opens_nothing_and_says_so() {
        let (folder, other) = (Folder::new(), Folder::new());
        let sealed = Vault::open(&folder.key_file()).unwrap().seal(&place(1), b"secret");
        let other = Vault::open(&other.key_file()).unwrap();
        assert!(matches!(
            other.open_sealed(&place(1), &sealed),
            Err(VaultError::OtherKey)
        ));
    }

    #[test]
    fn fingerprints_tell_tokens_apart() {
        let folder = Folder::new();
        let vault = Vault::open(&folder.key_file()).unwrap();
        assert_eq!(vault.fingerprint(b"a"), vault.fingerprint(b"a"));
        assert_ne!(vault.fingerprint(b"a"), vault.fingerprint(b"b"));
    }

    #[cfg(unix)]
    #[test]
    fn a_key_file_that_others_may_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let folder = Folder::new();
        Vault::open(&folder.key_file()).unwrap();
        let mode = std::fs::metadata(folder.key_file()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        std::fs::set_permissions(folder.key_file(), std::fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(
            Vault::open(&folder.key_file()),
            Err(VaultError::ReadableByOthers)
        ));
    }

    #[test]
    fn a_file_that_holds_no_key_is_refused() {
        let folder = Folder::new();
        std::fs::write(folder.key_file(), "hello\n").unwrap();
        #[cfg(unix)]
        std::fs::set_permissions(folder.key_file(), std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        assert!(matches!(Vault::open(&folder.key_file()), Err(VaultError::NoKey)));
    }
}
