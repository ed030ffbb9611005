//! Queries in the Work Item Query Language.
//!
//! Every text that goes into a query goes through [`quote`] or [`field`]; there is no other way to build one here.
//!
//! Source: `wit` specifications, Wiql - Query By Wiql; doubling of `'` and the limits from Microsoft's pages.

use serde_json::{Value, json};

use crate::client::{Call, Client, api_path};
use crate::error::Error;
use crate::model::{FieldName, WorkItemId};
use crate::transport::Transport;
use crate::version::Route;

/// Longest query a server takes, in characters.
pub const QUERY_CHARS_MAX: usize = 32_000;

/// Most results a query may have on Azure DevOps Services: above it fails rather than being cut.
pub const RESULTS_MAX: u32 = 20_000;

/// Most ids taken from one answer; a server on premises may be set above [`RESULTS_MAX`].
const ANSWER_IDS_MAX: usize = 200_000;

/// A string literal: in `'…'`, with `'` doubled. NUL, which no server takes, is left out.
pub fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\0', "").replace('\'', "''"))
}

/// A field in brackets; `]` and `[`, which no reference name has, are left out.
pub fn field(name: &FieldName) -> String {
    format!("[{}]", name.as_str().replace(['[', ']', '\0'], ""))
}

impl<T: Transport> Client<T> {
    /// The work items a query finds, in its order, each once. Of a query for links, both ends.
    ///
    /// `top` cuts the result; without it a query with more than [`RESULTS_MAX`] fails on Azure DevOps Services
    /// (VS402337). Times in the query are taken to the second and beyond (`timePrecision`).
    pub async fn query(&self, project: Option<&str>, wiql: &str, top: Option<u32>) -> Result<Vec<WorkItemId>, Error> {
        let mut call = Call::new(crate::transport::Method::Post, api_path(project, "/wit/wiql"))
            .query("timePrecision", "true")
            .json(&json!({"query": wiql}));
        if let Some(top) = top {
            call = call.query("$top", top);
        }
        self.call(Route::Wiql, call).await?.read(read_ids)
    }
}

fn read_ids(answer: &Value) -> Option<Vec<WorkItemId>> {
    let id = |reference: &Value| {
        reference
            .get("id")
            .and_then(Value::as_i64)
            .filter(|id| *id > 0)
            .map(WorkItemId)
    };
    let found: Vec<WorkItemId> = match (answer.get("workItems"), answer.get("workItemRelations")) {
        (Some(Value::Array(items)), _) => items.iter().filter_map(id).collect(),
        (_, Some(Value::Array(links))) => links
            .iter()
            .flat_map(|link| [link.get("source"), link.get("target")])
            .flatten()
            .filter_map(id)
            .collect(),
        _ => return None,
    };
    if found.len() > ANSWER_IDS_MAX {
        return None;
    }
    let mut seen = std::collections::BTreeSet::new();
    Some(found.into_iter().filter(|id| seen.insert(*id)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The literal as the server reads it back.
    fn unquote(literal: &str) -> Option<String> {
        let inner = literal.strip_prefix('\'')?.strip_suffix('\'')?;
        let without_pairs = inner.replace("''", "");
        (!without_pairs.contains('\'')).then(|| inner.replace("''", "'"))
    }

    #[test]
    fn what_is_quoted_reads_back_the_same() {
        for text in [
            "",
            "plain",
            "O'Neil",
            "''",
            "' OR [System.Id] > 0 --",
            "Häfen\\Kai 'x'",
            "\"@project\" \r\n",
        ] {
            assert_eq!(unquote(&quote(text)).as_deref(), Some(text));
        }
        assert_eq!(quote("a\0b"), "'ab'");
    }

    #[test]
    fn a_field_stays_inside_its_brackets() {
        assert_eq!(field(&"System.Title".into()), "[System.Title]");
        assert_eq!(field(&"x] = 1 OR [y".into()), "[x = 1 OR y]");
    }
}
