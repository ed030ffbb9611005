//! Every setting, its default and its unit.
//!
//! Later wins: the default, the TOML file (`--config` or `LOCKSTEP_CONFIG`), `LOCKSTEP_<NAME>` in the environment, the
//! command line. The table in README is written from the comments here.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use serde::{Deserialize, Serialize};

/// Every setting.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Address and port to listen on.
    pub listen: SocketAddr,
    /// Address under which browsers and Azure DevOps reach this server, such as `https://lockstep.example.org`. With `https`
    /// the session cookie is `Secure`. Empty: `http://` and the address listened on.
    pub public_url: String,
    /// Folder for the database file; made when missing.
    pub data_dir: PathBuf,
    /// Path of a SQLite file or a `postgres://` address. Empty: `lockstep.sqlite3` in `data_dir`.
    pub database: String,
    /// File with the key that seals tokens and secrets; made when missing, readable by its owner alone. Keep it out of
    /// `data_dir` and of the database's backup. Empty: `data_dir` with `.key` at its end.
    pub key_file: PathBuf,
    /// How often each connection is asked what changed, in milliseconds; at least 1000.
    pub poll_interval_ms: u64,
    /// How late Azure DevOps may still carry out a creation whose answer was lost, in milliseconds.
    pub creation_delay_bound_ms: u64,
    /// How long another instance with the same PostgreSQL database waits for one that says nothing before it takes its work
    /// over, in milliseconds; at least 1000.
    pub lease_ms: u64,
    /// How long one request to Azure DevOps may take, in milliseconds.
    pub request_timeout_ms: u64,
    /// Whether connections may go to private addresses (10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, fc00::/7).
    pub allow_private_addresses: bool,
    /// Whether connections may go to this machine itself.
    pub allow_loopback_addresses: bool,
    /// PEM file with further certificate authorities to trust, beside the system's.
    pub extra_ca_file: Option<PathBuf>,
    /// Send the session cookie without `Secure` although `public_url` is https; for a test set-up only.
    pub insecure_cookies: bool,
    /// What to log: `error`, `warn`, `info`, `debug`, or a filter such as `info,lockstep_server=debug`.
    pub log: String,
    /// How to log: `text` or `json`. Logs go to standard error.
    pub log_format: LogFormat,
    /// Secret that `/metrics` asks for as a bearer token. Empty: only this machine may read it.
    pub metrics_token: String,
    /// Largest notification of a service hook that is read whole, in bytes.
    pub notice_body_max_bytes: usize,
    /// Sign-ins with one account that are tried in a row before they have to wait.
    pub sign_in_burst: u32,
    /// Sign-ins with one account that are tried per hour once the burst is used up.
    pub sign_in_per_hour: u32,
    /// Sign-ins from one address that are tried in a row, whoever they are for.
    pub sign_in_source_burst: u32,
    /// Sign-ins from one address that are tried per hour once the burst is used up.
    pub sign_in_source_per_hour: u32,
    /// Addresses of reverse proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<std::net::IpAddr>,
}

impl std::fmt::Debug for Config {
    /// Says where the server listens and no more: the database's address and the metrics' token are secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Config")
            .field("listen", &self.listen)
            .finish_non_exhaustive()
    }
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8484)),
            public_url: String::new(),
            data_dir: PathBuf::from("lockstep-data"),
            database: String::new(),
            key_file: PathBuf::new(),
            poll_interval_ms: 60_000,
            creation_delay_bound_ms: 300_000,
            lease_ms: 12_000,
            request_timeout_ms: 90_000,
            allow_private_addresses: true,
            allow_loopback_addresses: false,
            extra_ca_file: None,
            insecure_cookies: false,
            log: "info".to_owned(),
            log_format: LogFormat::Text,
            metrics_token: String::new(),
            notice_body_max_bytes: 4_194_304,
            sign_in_burst: 10,
            sign_in_per_hour: 20,
            sign_in_source_burst: 50,
            sign_in_source_per_hour: 600,
            trusted_proxies: Vec::new(),
        }
    }
}

/// A setting that can't be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A value can't be read, or there is no such setting.
    #[error("the setting {name} in {place}: {problem}")]
    Unreadable {
        /// Which setting.
        name: String,
        /// Where it stands: the file, the environment or the command line.
        place: String,
        /// What is wrong with it; never its value, which may be a secret.
        problem: String,
    },
    /// A value is out of its bounds.
    #[error("the setting {name} {problem}")]
    OutOfBounds {
        /// Which setting.
        name: &'static str,
        /// What is wrong with it.
        problem: &'static str,
    },
}

impl Config {
    /// Reads the settings: defaults, `file`, the environment, then `overrides` of the command line.
    pub fn read(file: Option<&Path>, overrides: impl Serialize) -> Result<Self, ConfigError> {
        let mut figment = Figment::from(Serialized::defaults(Self::default()));
        if let Some(file) = file {
            figment = figment.merge(Toml::file_exact(file));
        }
        let config: Self = figment
            // LOCKSTEP_CONFIG names the file; the rest are the tests' own and no settings.
            .merge(Env::prefixed("LOCKSTEP_").filter(|name| {
                let is_of_tests = ["azdo_specs", "cases", "chromium", "seed", "seeds"].contains(&name.as_str());
                name != "config" && !is_of_tests && !name.starts_with("test_")
            }))
            .merge(Serialized::defaults(overrides))
            .extract()
            .map_err(|error| unreadable(&error))?;
        config.checked()
    }

    /// The settings with what follows from others filled in, provided all are within their bounds.
    pub fn checked(mut self) -> Result<Self, ConfigError> {
        let refuse = |name, problem| Err(ConfigError::OutOfBounds { name, problem });
        if self.poll_interval_ms < 1000 {
            return refuse("poll_interval_ms", "must be at least 1000");
        }
        if self.lease_ms < 1000 {
            return refuse("lease_ms", "must be at least 1000");
        }
        if self.request_timeout_ms < 1000 {
            return refuse("request_timeout_ms", "must be at least 1000");
        }
        if self.notice_body_max_bytes < 65_536 {
            return refuse("notice_body_max_bytes", "must be at least 65536");
        }
        if [
            self.sign_in_burst,
            self.sign_in_per_hour,
            self.sign_in_source_burst,
            self.sign_in_source_per_hour,
        ]
        .contains(&0)
        {
            return refuse("sign_in_*", "must be at least 1");
        }
        if self.public_url.is_empty() {
            self.public_url = format!("http://{}", self.listen);
        }
        match url::Url::parse(&self.public_url) {
            Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() && url.path() == "/" => {}
            _ => return refuse("public_url", "must be http:// or https:// with a host and no path"),
        }
        self.public_url.truncate(self.public_url.trim_end_matches('/').len());
        if self.database.is_empty() {
            self.database = self.data_dir.join("lockstep.sqlite3").display().to_string();
        }
        if self.key_file.as_os_str().is_empty() {
            let mut name = self.data_dir.as_os_str().to_owned();
            name.push(".key");
            self.key_file = PathBuf::from(name);
        }
        if self.key_file.starts_with(&self.data_dir) {
            return refuse(
                "key_file",
                "must lie outside data_dir, so that a copied folder opens nothing",
            );
        }
        Ok(self)
    }

    /// The address that is really listened on, which also browsers use unless `public_url` was set.
    pub fn now_listening_on(&mut self, address: SocketAddr) {
        if self.public_url == format!("http://{}", self.listen) {
            self.public_url = format!("http://{address}");
        }
        self.listen = address;
    }

    /// Whether browsers come by https.
    pub fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}

fn unreadable(error: &figment::Error) -> ConfigError {
    use figment::error::Kind;
    let place = error.metadata.as_ref().map(|metadata| match &metadata.source {
        Some(figment::Source::File(path)) => path.display().to_string(),
        _ if metadata.name.contains("environment") => "the environment".to_owned(),
        _ => "the command line".to_owned(),
    });
    let (name, problem) = match &error.kind {
        Kind::UnknownField(name, _) => (name.clone(), "there is no such setting".to_owned()),
        Kind::InvalidType(_, expected) => (error.path.join("."), format!("{expected} is expected")),
        Kind::InvalidValue(_, expected) => (error.path.join("."), format!("{expected} is expected")),
        Kind::UnknownVariant(_, known) => (error.path.join("."), format!("one of {} is expected", known.join(", "))),
        Kind::Message(message) => (error.path.join("."), message.clone()),
        _ => (error.path.join("."), "it can't be read".to_owned()),
    };
    ConfigError::Unreadable {
        name,
        place: place.unwrap_or_else(|| "the settings".to_owned()),
        problem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_set_follows_from_what_is() {
        let config = Config {
            data_dir: "/srv/lockstep".into(),
            ..Config::default()
        }
        .checked()
        .unwrap();
        assert_eq!(config.database, "/srv/lockstep/lockstep.sqlite3");
        assert_eq!(config.key_file, PathBuf::from("/srv/lockstep.key"));
        assert_eq!(config.public_url, "http://127.0.0.1:8484");
    }

    #[test]
    fn the_key_may_not_lie_beside_the_data_it_opens() {
        let config = Config {
            data_dir: "/srv/a".into(),
            key_file: "/srv/a/key".into(),
            ..Config::default()
        };
        assert!(matches!(
            config.checked(),
            Err(ConfigError::OutOfBounds { name: "key_file", .. })
        ));
    }

    #[test]
    fn an_address_with_a_path_is_refused() {
        let config = Config {
            public_url: "https://example.org/lockstep".into(),
            ..Config::default()
        };
        assert!(matches!(
            config.checked(),
            Err(ConfigError::OutOfBounds { name: "public_url", .. })
        ));
    }

    #[test]
    fn a_misspelt_setting_is_refused() {
        let overrides = serde_json::json!({"poll_intervall_ms": 5000});
        let error = Config::read(None, overrides).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the setting poll_intervall_ms in the command line: there is no such setting"
        );
    }

    #[test]
    fn a_secret_of_the_wrong_kind_is_not_repeated() {
        let overrides = serde_json::json!({"metrics_token": 4711});
        assert!(!Config::read(None, overrides).unwrap_err().to_string().contains("4711"));
        let config = Config {
            metrics_token: "a token".into(),
            database: "postgres://u:pw@h/d".into(),
            ..Config::default()
        };
        assert!(!format!("{config:?}").contains("pw") && !format!("{config:?}").contains("a token"));
    }
}
