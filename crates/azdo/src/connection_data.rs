//! First contact: who the token is, what the server is, and which versions it speaks.
//!
//! Sources: `ConnectionData` and `VssApiResourceLocation` of Microsoft's client code (actions/runner, `src/Sdk`);
//! no specification has either.

use serde_json::Value;

use crate::client::{Call, Client};
use crate::collection::Collection;
use crate::error::Error;
use crate::model::Identity;
use crate::refusal::ANONYMOUS_ID;
use crate::token::Token;
use crate::transport::{Method, Transport};
use crate::version::{Route, Versions};

/// Most steps down when a server lists nothing and only says "out of range".
const STEPS_DOWN_MAX: usize = 8;

/// Whose token it is, and which organization or collection answers.
#[derive(Debug, Clone, PartialEq)]
pub struct ConnectionData {
    /// Whose token it is.
    pub user: Identity,
    /// Number of the organization or collection, a GUID in text; it stays when the address changes.
    pub instance_id: String,
    /// `hosted` or `onPremises` in any case; TFS 2018 may not say.
    pub deployment_type: Option<String>,
    /// The server answered without knowing who asks: the token was not used, so it proves nothing.
    pub is_anonymous: bool,
}

/// What a first contact found.
#[derive(Debug, Clone, PartialEq)]
pub struct Discovered {
    /// Who and where.
    pub connection: ConnectionData,
    /// What to speak.
    pub versions: Versions,
}

impl<T: Transport> Client<T> {
    /// A first contact: connection data, then the server's own list of routes and versions.
    ///
    /// Where there is no list, versions are tried from the newest down until one isn't called out of range. Of an
    /// anonymous answer the versions are a guess from the host; check [`ConnectionData::is_anonymous`].
    pub async fn discover(transport: &T, collection: &Collection, token: &Token) -> Result<Discovered, Error> {
        let client = Client::new(transport, collection.clone(), token.clone(), Versions::services());
        let connection = client.connection_data().await?;
        let is_services = is_services(&connection, collection);
        if connection.is_anonymous {
            return Ok(Discovered {
                connection,
                versions: Versions::services(),
            });
        }
        let versions = match client.version_list(is_services).await? {
            Some(versions) => versions,
            None => stepped_down(transport, collection, token, is_services).await?,
        };
        Ok(Discovered { connection, versions })
    }

    /// Whose token it is, and the number of the organization or collection.
    ///
    /// A success alone doesn't prove that the token works: see [`ConnectionData::is_anonymous`].
    pub async fn connection_data(&self) -> Result<ConnectionData, Error> {
        // It has no released version; Microsoft's own client sends none either.
        let call = Call::get("/_apis/connectionData".to_owned()).query("connectOptions", "none");
        self.send(call).await?.read(read_connection_data)
    }

    /// What the server's list says; `None` where it gives no list that can be used.
    async fn version_list(&self, is_services: bool) -> Result<Option<Versions>, Error> {
        match self.send(Call::new(Method::Options, "/_apis/".to_owned())).await {
            Ok(answer) => Ok(Versions::from_list(&answer.value, is_services)),
            // Proxies that refuse OPTIONS answer with one of these.
            Err(
                Error::NotFound { .. }
                | Error::Refused { .. }
                | Error::Forbidden { .. }
                | Error::NotAzureDevOps { .. }
                | Error::Unreadable { .. },
            ) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// The newest version that the server doesn't call out of range.
async fn stepped_down<T: Transport>(
    transport: &T,
    collection: &Collection,
    token: &Token,
    is_services: bool,
) -> Result<Versions, Error> {
    let mut versions = if is_services {
        Versions::services()
    } else {
        Versions::newest_server()
    };
    for _ in 0..STEPS_DOWN_MAX {
        let client = Client::new(transport, collection.clone(), token.clone(), versions.clone());
        let call = Call::get("/_apis/wit/workitemrelationtypes".to_owned());
        match client.call(Route::RelationTypes, call).await {
            Ok(_) => return Ok(versions),
            Err(Error::VersionOutOfRange { latest }) => match versions.lowered(latest.as_deref()) {
                Some(lower) => versions = lower,
                None => return Err(Error::VersionOutOfRange { latest }),
            },
            // The version was taken; the token may only lack the right to read work items.
            Err(Error::MissingScope { .. } | Error::Forbidden { .. }) => return Ok(versions),
            Err(error) => return Err(error),
        }
    }
    Err(Error::VersionOutOfRange { latest: None })
}

fn is_services(connection: &ConnectionData, collection: &Collection) -> bool {
    match &connection.deployment_type {
        Some(deployment_type) => deployment_type.eq_ignore_ascii_case("hosted"),
        None => collection.is_services_host(),
    }
}

fn read_connection_data(value: &Value) -> Option<ConnectionData> {
    let instance_id = value.get("instanceId")?.as_str()?.to_owned();
    let user = value.get("authenticatedUser").or_else(|| value.get("authorizedUser"));
    let user = user.and_then(Identity::from_value).unwrap_or_default();
    let is_anonymous = user
        .id
        .as_deref()
        .is_none_or(|id| id.eq_ignore_ascii_case(ANONYMOUS_ID) || is_nobody(id));
    let deployment_type = value.get("deploymentType").and_then(Value::as_str).map(str::to_owned);
    Some(ConnectionData {
        user,
        instance_id,
        deployment_type,
        is_anonymous,
    })
}

/// The GUID of zeros.
fn is_nobody(id: &str) -> bool {
    id.chars().all(|c| c == '0' || c == '-')
}
