//! Saved queries: the tree of folders, the text of one, and running one.
//!
//! A server unfolds two levels of folders at a time, so a tree is read in several requests, with a bound. Queries of
//! other people ("My Queries" of somebody else) are not listed; the token's owner's own are.
//!
//! Source: `wit` specifications 4.1 to 7.1, Queries and Wiql - Query By Id; the depth of two from Microsoft's page on
//! queries.

use serde_json::Value;

use crate::client::{Call, Client, api_path, entries};
use crate::error::Error;
use crate::model::WorkItemId;
use crate::transport::Transport;
use crate::url::encode;
use crate::version::Route;
use crate::wiql::read_ids;

/// Levels of folders that are unfolded by one request; servers refuse more.
const DEPTH: u32 = 2;
/// Most requests for one tree.
const REQUESTS_MAX: usize = 40;
/// Deepest tree that is read.
const LEVELS_MAX: usize = 20;

/// A saved query, or a folder of them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SavedQuery {
    /// GUID.
    pub id: String,
    /// Name.
    pub name: String,
    /// Folders and name: `Shared Queries/Northquay/PI 2`.
    pub path: String,
    /// Holds queries and is none.
    pub is_folder: bool,
    /// Everybody of the project may see it.
    pub is_public: bool,
    /// What it finds; `None` for a folder, or where the server doesn't say.
    pub kind: Option<QueryKind>,
    /// Its text, where it was asked for.
    pub wiql: Option<String>,
    /// What is in the folder, as far as it was read.
    pub children: Vec<SavedQuery>,
    /// There is more in the folder than was read.
    is_cut: bool,
}

/// What a query finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QueryKind {
    /// Work items.
    Flat,
    /// Links of work items, one deep.
    OneHop,
    /// Links of work items, as a tree.
    Tree,
}

impl<T: Transport> Client<T> {
    /// The saved queries of a project with their folders. One request, and one more for each folder that goes deeper
    /// than two levels; what lies beyond [`REQUESTS_MAX`] of them is left out.
    pub async fn saved_queries(&self, project: &str) -> Result<Vec<SavedQuery>, Error> {
        let call = Call::get(api_path(Some(project), "/wit/queries")).query("$depth", DEPTH);
        let answer = self.call(Route::Queries, call).await?;
        let mut roots: Vec<SavedQuery> = entries(&answer)?
            .iter()
            .filter_map(|entry| read_query(entry, 0))
            .collect();
        for _ in 1..REQUESTS_MAX {
            let Some(folder) = roots.iter_mut().find_map(first_cut) else {
                break;
            };
            folder.is_cut = false;
            folder.children = match self.saved_query_at(project, &folder.id, false).await {
                Ok(whole) => whole.children,
                // Deleted meanwhile, or not for this token: nothing to choose from.
                Err(Error::NotFound { .. } | Error::Forbidden { .. }) => Vec::new(),
                Err(error) => return Err(error),
            };
        }
        Ok(roots)
    }

    /// A saved query with its text.
    ///
    /// Errors: [`Error::NotFound`], it is gone or not for this token.
    pub async fn saved_query(&self, project: &str, query: &str) -> Result<SavedQuery, Error> {
        self.saved_query_at(project, query, true).await
    }

    async fn saved_query_at(&self, project: &str, query: &str, has_text: bool) -> Result<SavedQuery, Error> {
        let path = api_path(Some(project), &format!("/wit/queries/{}", encode(query)));
        let call = Call::get(path)
            .query("$depth", if has_text { 0 } else { DEPTH })
            .query_if(has_text, "$expand", "wiql");
        self.call(Route::Queries, call)
            .await?
            .read(|entry| read_query(entry, 0))
    }

    /// The work items a saved query finds, in its order, each once. Of a query for links, both ends.
    ///
    /// Fails above [`RESULTS_MAX`](crate::wiql::RESULTS_MAX) on Azure DevOps Services (VS402337): then its text can be
    /// read page by page ([`wiql::after`](crate::wiql::after)).
    pub async fn run_saved_query(&self, project: &str, query: &str) -> Result<Vec<WorkItemId>, Error> {
        let path = api_path(Some(project), &format!("/wit/wiql/{}", encode(query)));
        self.call(Route::WiqlById, Call::get(path)).await?.read(read_ids)
    }
}

/// The first folder of which not everything was read, and that can be read further.
fn first_cut(query: &mut SavedQuery) -> Option<&mut SavedQuery> {
    if query.is_cut {
        return Some(query);
    }
    query.children.iter_mut().find_map(first_cut)
}

fn read_query(entry: &Value, level: usize) -> Option<SavedQuery> {
    let flag = |key: &str| entry.get(key).and_then(Value::as_bool).unwrap_or(false);
    let text = |key: &str| entry.get(key).and_then(Value::as_str).map(str::to_owned);
    let children = entry.get("children").and_then(Value::as_array).map(Vec::as_slice);
    let is_folder = flag("isFolder");
    Some(SavedQuery {
        id: text("id")?,
        name: text("name")?,
        path: text("path").unwrap_or_default(),
        is_folder,
        is_public: flag("isPublic"),
        kind: match text("queryType").as_deref() {
            Some("flat") => Some(QueryKind::Flat),
            Some("oneHop") => Some(QueryKind::OneHop),
            Some("tree") => Some(QueryKind::Tree),
            _ => None,
        },
        wiql: text("wiql"),
        // A folder says that it holds something; without the content it was cut off here.
        is_cut: is_folder && flag("hasChildren") && children.is_none_or(<[Value]>::is_empty) && level < LEVELS_MAX,
        children: children
            .filter(|_| level < LEVELS_MAX)
            .into_iter()
            .flatten()
            .filter_map(|child| read_query(child, level + 1))
            .collect(),
    })
}
