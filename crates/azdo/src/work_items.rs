//! Reading and writing work items.
//!
//! Source: `wit` specifications 4.1 to 7.1, Work Items; that unreadable ids come as `null` in a batch with
//! `errorPolicy=omit` is from public reports.

use crate::planted::{Bug, is_planted};
use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::client::{Call, Client, api_path};
use crate::error::Error;
use crate::model::{WorkItem, WorkItemId};
use crate::patch::{Creation, Update};
use crate::transport::{Method, Transport};
use crate::url::encode;
use crate::version::Route;

/// Most work items of one request.
pub const WORK_ITEMS_PER_READ_MAX: usize = 200;
/// What every read and every answered write asks for. One word for all: `relations` leaves out fields that `all` has,
/// the numbers of the area and iteration nodes among them, and a difference of shape would look like a change.
const EXPAND: &str = "all";

impl<T: Transport> Client<T> {
    /// One work item with its relations.
    ///
    /// Errors: [`Error::NotFound`] when it is gone, hidden or deleted; the recycle bin tells more.
    pub async fn work_item(&self, id: WorkItemId) -> Result<WorkItem, Error> {
        let call = Call::get(format!("/_apis/wit/workitems/{id}")).query("$expand", EXPAND);
        self.call(Route::WorkItems, call)
            .await?
            .read(|item| read_asked(item, id))
    }

    /// Several work items with their relations, in any order. One request for each 200 ids.
    ///
    /// Those the token can't read are missing from the answer, and so is anything that wasn't asked for.
    pub async fn work_items(&self, ids: &[WorkItemId]) -> Result<Vec<WorkItem>, Error> {
        let mut waiting: BTreeSet<WorkItemId> = ids.iter().copied().collect();
        let ids: Vec<WorkItemId> = waiting.iter().copied().collect();
        let mut work_items = Vec::with_capacity(ids.len());
        for batch in ids.chunks(WORK_ITEMS_PER_READ_MAX) {
            let read = self.read_batch(batch).await?.value.into_iter().flatten();
            work_items.extend(read.filter(|item| waiting.remove(&item.id)).map(without_empty_fields));
        }
        Ok(work_items)
    }

    async fn read_batch(&self, ids: &[WorkItemId]) -> Result<Batch, Error> {
        if self.versions().of(Route::WorkItemsBatch).is_some() {
            let body = json!({"ids": ids, "$expand": EXPAND, "errorPolicy": "omit"});
            let call = Call::new(Method::Post, "/_apis/wit/workitemsbatch".to_owned()).json(&body);
            return self.call_typed(Route::WorkItemsBatch, call, read_batch).await;
        }
        let ids: Vec<String> = ids.iter().map(WorkItemId::to_string).collect();
        let call = Call::get("/_apis/wit/workitems".to_owned())
            .query("ids", ids.join(","))
            .query("$expand", EXPAND)
            .query("errorPolicy", "omit");
        self.call_typed(Route::WorkItems, call, read_batch).await
    }

    /// Makes a work item. One request, no retry: an answer that isn't definite leaves it open whether it was made.
    ///
    /// With `validate_only` nothing is made; the answer has no number then ([`WorkItem::id`] may be 0 or less).
    pub async fn create_work_item(
        &self,
        project: &str,
        work_item_type: &str,
        creation: &Creation,
        validate_only: bool,
    ) -> Result<WorkItem, Error> {
        let path = api_path(Some(project), &format!("/wit/workitems/${}", encode(work_item_type)));
        let call = self.write(Method::Post, path, &creation.document(), validate_only);
        let answer = self.call(Route::WorkItems, call).await?;
        answer.read(|item| {
            if validate_only {
                WorkItem::from_draft(item)
            } else {
                WorkItem::from_value(item)
            }
        })
    }

    /// Changes a work item, provided it is still at the rev of `update`. One request, no retry.
    ///
    /// The returned work item carries its relations where [`Versions::answers_with_relations`] says so (from 5.1);
    /// on older servers an empty list may mean that they were not sent: read the work item again.
    ///
    /// Errors: [`Error::RevMoved`], somebody wrote first; [`Error::RuleBroken`], a rule refused a value.
    ///
    /// [`Versions::answers_with_relations`]: crate::Versions::answers_with_relations
    pub async fn update_work_item(
        &self,
        id: WorkItemId,
        update: &Update,
        validate_only: bool,
    ) -> Result<WorkItem, Error> {
        let path = format!("/_apis/wit/workitems/{id}");
        let call = self.write(Method::Patch, path, &update.document(), validate_only);
        self.call(Route::WorkItems, call)
            .await?
            .read(|item| read_asked(item, id))
    }

    /// Moves a work item to the recycle bin.
    pub async fn delete_work_item(&self, project: &str, id: WorkItemId) -> Result<(), Error> {
        let call = Call::new(Method::Delete, api_path(Some(project), &format!("/wit/workitems/{id}")));
        let answer = self.call(Route::WorkItems, call).await?;
        // The answer has a code of its own, which can be a refusal inside a 200.
        match answer.value.get("code").and_then(Value::as_u64) {
            Some(code @ 400..=499) => {
                let message = answer
                    .value
                    .get("message")
                    .and_then(Value::as_str)
                    .unwrap_or_default()
                    .to_owned();
                Err(Error::Refused {
                    status: code as u16,
                    type_key: None,
                    message,
                })
            }
            Some(code @ 500..=599) => Err(Error::Unavailable { status: code as u16 }),
            _ => Ok(()),
        }
    }

    fn write(&self, method: Method, path: String, document: &Value, validate_only: bool) -> Call {
        Call::new(method, path)
            .query_if(validate_only && !is_planted(Bug::TryWrites), "validateOnly", "true")
            .query_if(self.versions().answers_with_relations(), "$expand", EXPAND)
            .json_patch(document)
    }
}

/// The answer to a batch: `null` stands for one that can't be read.
#[derive(Deserialize)]
struct Batch {
    value: Vec<Option<WorkItem>>,
}

/// A batch whose entries are not all of the plain shape; what can't be read is left out.
fn read_batch(answer: &Value) -> Option<Batch> {
    let entries = answer.get("value")?.as_array()?;
    Some(Batch {
        value: entries.iter().map(WorkItem::from_value).collect(),
    })
}

/// Empty is absent; some servers write `null` all the same.
fn without_empty_fields(mut item: WorkItem) -> WorkItem {
    item.fields.retain(|_, value| !value.is_null());
    item
}

/// The work item, if it is the one that was asked for.
fn read_asked(value: &Value, id: WorkItemId) -> Option<WorkItem> {
    WorkItem::from_value(value).filter(|item| item.id == id)
}
