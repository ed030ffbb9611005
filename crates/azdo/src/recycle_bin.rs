//! The recycle bin: where deleted work items are, until they are restored or destroyed.
//!
//! Source: `wit` specifications, Recyclebin. Names are capitalised in some of the examples, numbers are text in some.

use serde_json::{Value, json};

use crate::client::{Call, Client};
use crate::error::Error;
use crate::model::{Identity, WorkItemId, integer};
use crate::transport::{Method, Transport};
use crate::version::Route;

/// A work item in the recycle bin.
#[derive(Debug, Clone, PartialEq)]
pub struct DeletedWorkItem {
    /// Number; it stays when the work item is restored.
    pub id: WorkItemId,
    /// Title.
    pub name: Option<String>,
    /// Name of its project.
    pub project: Option<String>,
    /// Who deleted it.
    pub deleted_by: Option<Identity>,
    /// When, as the server writes it: not always ISO 8601.
    pub deleted_date: Option<String>,
}

impl<T: Transport> Client<T> {
    /// A work item in the recycle bin; `None` when it isn't there.
    ///
    /// Not there means: not deleted, destroyed, or not to be seen with this token.
    pub async fn deleted_work_item(&self, id: WorkItemId) -> Result<Option<DeletedWorkItem>, Error> {
        let call = Call::get(format!("/_apis/wit/recyclebin/{id}"));
        let answer = match self.call(Route::RecycleBin, call).await {
            Err(Error::NotFound { .. }) => return Ok(None),
            answer => answer?,
        };
        if answer.value.is_null() {
            return Ok(None);
        }
        answer.read(read_deleted).and_then(|deleted| match deleted.id == id {
            true => Ok(Some(deleted)),
            false => Err(Error::Unreadable { status: answer.status }),
        })
    }

    /// Takes a work item out of the recycle bin. Its number stays, its rev does not.
    pub async fn restore_work_item(&self, id: WorkItemId) -> Result<(), Error> {
        let call = Call::new(Method::Patch, format!("/_apis/wit/recyclebin/{id}")).json(&json!({"IsDeleted": false}));
        self.call(Route::RecycleBin, call).await.map(drop)
    }
}

fn read_deleted(value: &Value) -> Option<DeletedWorkItem> {
    let get = |key: &str| {
        let object = value.as_object()?;
        object
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(key))
            .map(|(_, value)| value)
    };
    let text = |key: &str| get(key)?.as_str().map(str::to_owned);
    Some(DeletedWorkItem {
        id: WorkItemId(integer(get("id")?)?),
        name: text("name"),
        project: text("project"),
        deleted_by: get("deletedBy").and_then(Identity::from_value),
        deleted_date: text("deletedDate"),
    })
}
