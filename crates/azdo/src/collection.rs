//! Address of an organization (Azure DevOps Services) or a collection (on premises).
//!
//! Both are written in several ways; what was typed is brought to one form, and that one is kept. Whether the address
//! may be dialled at all is not decided here.

use crate::model::WorkItemId;
use crate::url::{decode, encode};
use crate::version::Flavor;

/// Longest address that is taken, in bytes.
const ADDRESS_BYTES_MAX: usize = 2000;

/// Suffix of the older form of an organization's host, `{organization}.visualstudio.com`.
const LEGACY_SUFFIX: &str = ".visualstudio.com";

/// An organization or a collection, by its address in canonical form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collection {
    url: String,
    host: String,
    name: String,
    is_plain_http: bool,
}

/// Why a typed address is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CollectionError {
    /// Nothing was typed.
    #[error("the address is empty")]
    Empty,
    /// Not an address, or longer than any.
    #[error("this is no address")]
    NotAnAddress,
    /// A scheme other than https and http.
    #[error("the address must begin with https:// or http://")]
    UnknownScheme,
    /// A user or password stands before the host.
    #[error("the address must not hold a user name or password")]
    HoldsCredentials,
    /// The host alone: an organization or collection is missing.
    #[error("the organization or collection is missing behind the host")]
    MissingCollection,
    /// A token was pasted where the address belongs.
    #[error("this is a token, not an address")]
    HoldsToken,
}

impl Collection {
    /// Understands an organization's name alone, `dev.azure.com/{org}`, `{org}.visualstudio.com`,
    /// `http(s)://host[:port]/tfs/{collection}` and `https://host/{collection}`, also with more of a page's address
    /// behind them. Without a scheme, https is meant.
    ///
    /// On premises one folder before the collection is kept (`/tfs`, or whatever the installation calls it).
    pub fn parse(typed: &str) -> Result<Collection, CollectionError> {
        let typed = typed.trim();
        if typed.is_empty() {
            return Err(CollectionError::Empty);
        }
        if typed.len() > ADDRESS_BYTES_MAX {
            return Err(CollectionError::NotAnAddress);
        }
        if holds_token(typed) {
            return Err(CollectionError::HoldsToken);
        }
        if is_organization_name(typed) {
            return Ok(Self::of_organization(typed));
        }
        let address = if typed.contains("://") {
            typed.to_owned()
        } else {
            format!("https://{typed}")
        };
        let address = ::url::Url::parse(&address).map_err(|_| CollectionError::NotAnAddress)?;
        if !matches!(address.scheme(), "https" | "http") {
            return Err(CollectionError::UnknownScheme);
        }
        if !address.username().is_empty() || address.password().is_some() {
            return Err(CollectionError::HoldsCredentials);
        }
        let host = address
            .host_str()
            .ok_or(CollectionError::NotAnAddress)?
            .trim_end_matches('.')
            .to_owned();
        let segments: Vec<String> = address
            .path_segments()
            .into_iter()
            .flatten()
            .filter(|s| !s.is_empty())
            .map(decode)
            .collect();
        if host == "dev.azure.com" {
            let organization = segments.first().filter(|s| !s.starts_with('_'));
            return organization
                .map(|name| Self::of_organization(name))
                .ok_or(CollectionError::MissingCollection);
        }
        if let Some(organization) = host.strip_suffix(LEGACY_SUFFIX) {
            let name = organization.to_owned();
            return Ok(Self {
                url: format!("https://{host}"),
                host,
                name,
                is_plain_http: false,
            });
        }
        Self::on_premises(&address, host, &segments)
    }

    fn of_organization(name: &str) -> Collection {
        let url = format!("https://dev.azure.com/{}", encode(name));
        Self {
            url,
            host: "dev.azure.com".to_owned(),
            name: name.to_owned(),
            is_plain_http: false,
        }
    }

    fn on_premises(address: &::url::Url, host: String, segments: &[String]) -> Result<Collection, CollectionError> {
        // Pages of a collection or project begin with `_`, as in `_workitems`.
        let path: Vec<&String> = segments.iter().take_while(|s| !s.starts_with('_')).collect();
        let n_segments = match path.as_slice() {
            [] => return Err(CollectionError::MissingCollection),
            [only] if only.eq_ignore_ascii_case("tfs") => return Err(CollectionError::MissingCollection),
            [_] => 1,
            // The collection every installation has: what follows it is a project.
            [first, ..] if first.eq_ignore_ascii_case("DefaultCollection") => 1,
            _ => 2,
        };
        let path = &path[..n_segments];
        let port = address.port().map(|port| format!(":{port}")).unwrap_or_default();
        let folders: String = path.iter().map(|segment| format!("/{}", encode(segment))).collect();
        Ok(Self {
            url: format!("{}://{host}{port}{folders}", address.scheme()),
            host,
            name: path[n_segments - 1].clone(),
            is_plain_http: address.scheme() == "http",
        })
    }

    /// The canonical address, without a slash at its end.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Name of the organization or collection.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Host, without port.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Whether the token would travel in the clear.
    pub fn is_plain_http(&self) -> bool {
        self.is_plain_http
    }

    /// Whether this is a host of Azure DevOps Services.
    pub fn is_services_host(&self) -> bool {
        self.host == "dev.azure.com" || self.host.ends_with(LEGACY_SUFFIX)
    }

    /// Page of this very server where a PAT is made, on Azure DevOps Services and Azure DevOps Server.
    pub fn token_page(&self) -> String {
        self.token_page_of(Flavor::Unknown)
    }

    /// The same page once the flavour is known: TFS 2018 has it elsewhere.
    pub fn token_page_of(&self, flavor: Flavor) -> String {
        match flavor {
            Flavor::Tfs2018 => format!("{}/_details/security/tokens", self.url),
            _ => format!("{}/_usersSettings/tokens", self.url),
        }
    }

    /// The page a person sees a work item on.
    pub fn work_item_page(&self, project: &str, id: WorkItemId) -> String {
        format!("{}/{}/_workitems/edit/{id}", self.url, encode(project))
    }
}

/// Whether a word of the text has the shape of a personal access token: 52 characters of base32, or 84 as they are made
/// since 2024. It would travel as part of the address, into logs on the way.
fn holds_token(typed: &str) -> bool {
    typed.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| {
        let is_base32 = || word.bytes().all(|b| matches!(b, b'a'..=b'z' | b'2'..=b'7'));
        word.len() == 84 || (word.len() == 52 && is_base32())
    })
}

/// Letters, digits and hyphens: an organization's name typed alone.
fn is_organization_name(typed: &str) -> bool {
    typed.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') && !typed.eq_ignore_ascii_case("localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(typed: &str, expected: Result<(&str, &str), CollectionError>) {
        let parsed = Collection::parse(typed);
        assert_eq!(
            parsed.as_ref().map(|c| (c.url(), c.name())).map_err(|e| *e),
            expected,
            "{typed}"
        );
        if let Ok(collection) = parsed {
            assert_eq!(
                Collection::parse(collection.url()).as_ref(),
                Ok(&collection),
                "canonical form of {typed}"
            );
        }
    }

    #[test]
    fn a_token_is_no_address_wherever_it_stands() {
        let classic = "abcdefghijklmnopqrstuvwxyz234567abcdefghijklmnopqrst";
        let long = "A1".repeat(42);
        for typed in [
            classic.to_owned(),
            long.clone(),
            format!("https://dev.azure.com/{long}"),
            format!("https://tfs.northquay.example/tfs/{classic}"),
        ] {
            check(&typed, Err(CollectionError::HoldsToken));
        }
        let name = "N".repeat(52);
        let url = format!("https://tfs.northquay.example/{name}");
        check(&url, Ok((&url, &name)));
    }

    #[test]
    fn every_form_of_an_organization_is_understood() {
        check("northquay", Ok(("https://dev.azure.com/northquay", "northquay")));
        check(
            " https://dev.azure.com/northquay/ ",
            Ok(("https://dev.azure.com/northquay", "northquay")),
        );
        check(
            "dev.azure.com/northquay",
            Ok(("https://dev.azure.com/northquay", "northquay")),
        );
        check(
            "HTTPS://DEV.AZURE.COM/NorthQuay",
            Ok(("https://dev.azure.com/NorthQuay", "NorthQuay")),
        );
        check(
            "http://dev.azure.com/northquay",
            Ok(("https://dev.azure.com/northquay", "northquay")),
        );
        check(
            "https://dev.azure.com/northquay/Harbour/_workitems/edit/5?x=1#y",
            Ok(("https://dev.azure.com/northquay", "northquay")),
        );
        check(
            "https://northquay.visualstudio.com",
            Ok(("https://northquay.visualstudio.com", "northquay")),
        );
        check(
            "https://northquay.visualstudio.com/DefaultCollection/Harbour",
            Ok(("https://northquay.visualstudio.com", "northquay")),
        );
    }

    #[test]
    fn every_form_of_a_collection_is_understood() {
        check("http://host:8080/tfs/Coll", Ok(("http://host:8080/tfs/Coll", "Coll")));
        check(
            "https://host/tfs/My%20Coll/Project/_boards",
            Ok(("https://host/tfs/My%20Coll", "My Coll")),
        );
        check("https://host/Coll", Ok(("https://host/Coll", "Coll")));
        check("https://host:443/Coll/", Ok(("https://host/Coll", "Coll")));
        check(
            "https://host/DefaultCollection/Project",
            Ok(("https://host/DefaultCollection", "DefaultCollection")),
        );
        check(
            "https://host/azure/Coll/_settings",
            Ok(("https://host/azure/Coll", "Coll")),
        );
        check("host.example/Coll", Ok(("https://host.example/Coll", "Coll")));
        check(
            "https://[fd00::1]:8080/Coll",
            Ok(("https://[fd00::1]:8080/Coll", "Coll")),
        );
    }

    #[test]
    fn what_is_no_address_is_refused_with_words() {
        check("", Err(CollectionError::Empty));
        check("ftp://host/Coll", Err(CollectionError::UnknownScheme));
        check(
            "https://dev.azure.com@evil.example/Coll",
            Err(CollectionError::HoldsCredentials),
        );
        check("https://a:b@host/Coll", Err(CollectionError::HoldsCredentials));
        check("https://dev.azure.com", Err(CollectionError::MissingCollection));
        check(
            "https://dev.azure.com/_usersSettings",
            Err(CollectionError::MissingCollection),
        );
        check("https://host/", Err(CollectionError::MissingCollection));
        check("http://host:8080/tfs", Err(CollectionError::MissingCollection));
        check("https://", Err(CollectionError::NotAnAddress));
        check(&"a/".repeat(2000), Err(CollectionError::NotAnAddress));
    }

    #[test]
    fn numbers_that_are_addresses_are_written_as_such() {
        check("http://0x7f.1/Coll", Ok(("http://127.0.0.1/Coll", "Coll")));
        check("http://2130706433/Coll", Ok(("http://127.0.0.1/Coll", "Coll")));
    }

    #[test]
    fn pages_are_those_of_this_very_server() {
        let collection = Collection::parse("https://host/tfs/Coll").unwrap();
        assert_eq!(collection.token_page(), "https://host/tfs/Coll/_usersSettings/tokens");
        assert_eq!(
            collection.token_page_of(Flavor::Tfs2018),
            "https://host/tfs/Coll/_details/security/tokens"
        );
        assert_eq!(
            collection.work_item_page("Gate pilot", WorkItemId(7)),
            "https://host/tfs/Coll/Gate%20pilot/_workitems/edit/7"
        );
        assert!(!collection.is_services_host() && !collection.is_plain_http());
    }
}
