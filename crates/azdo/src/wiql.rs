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

/// Most ids of one page: below [`RESULTS_MAX`], where Azure DevOps Services refuses rather than cuts.
pub const PAGE_IDS: u32 = RESULTS_MAX - 1;

/// Most pages of one query.
const PAGES_MAX: usize = 100;

/// Whether a query was refused for finding more than the server gives at once.
///
/// Source: public reports of VS402337; no specification names it.
pub fn is_too_many(error: &Error) -> bool {
    matches!(error, Error::Refused { message, .. } if message.starts_with("VS402337"))
}

/// The same query for the work items with a number above `id` alone, in the order of their numbers: the next page.
///
/// `None` for a query that can't be read by pages: one for links, or none at all.
pub fn after(query: &str, id: WorkItemId) -> Option<String> {
    let clauses = Clauses::of(query)?;
    let condition = match clauses.condition {
        Some(condition) => format!("({condition}) AND [System.Id] > {id}"),
        None => format!("[System.Id] > {id}"),
    };
    let as_of = clauses.as_of.map(|as_of| format!(" {as_of}")).unwrap_or_default();
    Some(format!(
        "SELECT [System.Id] FROM WorkItems WHERE {condition} ORDER BY [System.Id]{as_of}"
    ))
}

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

    /// Every work item that a flat query finds, by number, in pages of at most `page` ids.
    ///
    /// A query for links is asked once and comes as it is. Errors: [`Error::Unreadable`] for more than
    /// [`ANSWER_IDS_MAX`] ids.
    pub async fn query_by_pages(&self, project: Option<&str>, wiql: &str, page: u32) -> Result<Vec<WorkItemId>, Error> {
        let mut found: Vec<WorkItemId> = Vec::new();
        for _ in 0..PAGES_MAX {
            let Some(next) = after(wiql, found.last().copied().unwrap_or(WorkItemId(0))) else {
                return self.query(project, wiql, None).await;
            };
            let ids = self.query(project, &next, Some(page)).await?;
            let n_ids = ids.len();
            let last = found.last().copied().unwrap_or(WorkItemId(0));
            // A server that doesn't heed the order would have us ask for ever.
            found.extend(ids.into_iter().filter(|id| *id > last));
            if n_ids < page as usize || found.last().copied().unwrap_or(WorkItemId(0)) == last {
                return Ok(found);
            }
            if found.len() > ANSWER_IDS_MAX {
                break;
            }
        }
        Err(Error::Unreadable { status: 200 })
    }

    /// Every work item that a query finds: as it stands, and by pages where that is more than the server gives at once.
    pub async fn query_whole(&self, project: Option<&str>, wiql: &str) -> Result<Vec<WorkItemId>, Error> {
        match self.query(project, wiql, None).await {
            Err(error) if is_too_many(&error) && after(wiql, WorkItemId(0)).is_some() => {
                self.query_by_pages(project, wiql, PAGE_IDS).await
            }
            answer => answer,
        }
    }
}

/// The clauses of a flat query that a page needs.
#[derive(Debug, PartialEq)]
struct Clauses<'q> {
    condition: Option<&'q str>,
    as_of: Option<&'q str>,
}

impl<'q> Clauses<'q> {
    /// Finds the clauses by their words outside of literals, brackets and parentheses.
    fn of(query: &'q str) -> Option<Self> {
        let words = top_level_words(query);
        let is = |index: usize, expected: &str| {
            words
                .get(index)
                .is_some_and(|(start, end)| query[*start..*end].eq_ignore_ascii_case(expected))
        };
        let find = |expected: &str| (0..words.len()).find(|index| is(*index, expected));
        let from = find("from")?;
        if !is(0, "select") || !is(from + 1, "workitems") || find("mode").is_some() {
            return None;
        }
        let order = (from..words.len()).find(|index| is(*index, "order") && is(index + 1, "by"));
        let as_of = (from..words.len()).find(|index| is(*index, "asof"));
        let end_of_condition = [order, as_of].into_iter().flatten().min();
        let end = end_of_condition.map_or(query.len(), |index| words[index].0);
        let condition = match find("where") {
            Some(index) => Some(query.get(words[index].1..end)?.trim()),
            None => None,
        };
        let as_of = as_of.map(|index| {
            let end = order
                .filter(|order| *order > index)
                .map_or(query.len(), |order| words[order].0);
            query[words[index].0..end].trim()
        });
        condition
            .is_none_or(|condition| !condition.is_empty())
            .then_some(Self { condition, as_of })
    }
}

/// Where words begin and end that stand in no literal, bracket or parenthesis.
fn top_level_words(query: &str) -> Vec<(usize, usize)> {
    let mut words: Vec<(usize, usize)> = Vec::new();
    let (mut closing, mut depth, mut start) = (None, 0_u32, None);
    for (at, sign) in query.char_indices() {
        let is_word = closing.is_none() && (sign.is_alphanumeric() || matches!(sign, '_' | '@' | '.'));
        if let Some(began) = start.filter(|_| !is_word) {
            if depth == 0 {
                words.push((began, at));
            }
            start = None;
        }
        match (closing, sign) {
            (Some(end), _) if sign == end => closing = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => closing = Some(sign),
            (None, '[') => closing = Some(']'),
            (None, '(') => depth += 1,
            (None, ')') => depth = depth.saturating_sub(1),
            (None, _) if is_word => start = start.or(Some(at)),
            (None, _) => {}
        }
    }
    if let Some(began) = start.filter(|_| depth == 0) {
        words.push((began, query.len()));
    }
    words
}

pub(crate) fn read_ids(answer: &Value) -> Option<Vec<WorkItemId>> {
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

    fn check_page(query: &str, expected: Option<&str>) {
        assert_eq!(after(query, WorkItemId(7)).as_deref(), expected, "{query}");
    }

    #[test]
    fn a_page_keeps_the_condition_whole_and_orders_by_number() {
        check_page(
            "SELECT [System.Id], [System.Title] FROM workitems WHERE [A] = 'x order by' OR [Where] = 2 ORDER BY [System.Title] DESC",
            Some(
                "SELECT [System.Id] FROM WorkItems WHERE ([A] = 'x order by' OR [Where] = 2) AND [System.Id] > 7 ORDER BY [System.Id]",
            ),
        );
        check_page(
            "select [System.Id]\nfrom WorkItems",
            Some("SELECT [System.Id] FROM WorkItems WHERE [System.Id] > 7 ORDER BY [System.Id]"),
        );
        check_page(
            "SELECT [System.Id] FROM WorkItems WHERE [T] = 'it''s' ORDER BY [System.Id] ASOF '2026-10-01'",
            Some(
                "SELECT [System.Id] FROM WorkItems WHERE ([T] = 'it''s') AND [System.Id] > 7 ORDER BY [System.Id] ASOF '2026-10-01'",
            ),
        );
    }

    #[test]
    fn a_query_for_links_has_no_pages() {
        check_page(
            "SELECT [System.Id] FROM WorkItemLinks WHERE [Source].[A] = 1 MODE (Recursive)",
            None,
        );
        check_page("SELECT [System.Id] FROM WorkItems WHERE ORDER BY [System.Id]", None);
        check_page("nonsense", None);
    }

    #[test]
    fn a_field_stays_inside_its_brackets() {
        assert_eq!(field(&"System.Title".into()), "[System.Title]");
        assert_eq!(field(&"x] = 1 OR [y".into()), "[x = 1 OR y]");
    }
}
