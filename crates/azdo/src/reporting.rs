//! The two reporting feeds: revisions of work items, and changes of links.
//!
//! A feed is read page by page with a token; the token of the last page begins the next round. How fresh the feeds are
//! is not documented. A link can change without a revision, so the one doesn't replace the other.
//!
//! Source: `wit` specifications and examples, Reporting Work Item Revisions and Links. In the example of the links the
//! token stands in `nextLink` alone; that address is never called, only the token is taken from it.

use serde_json::Value;

use crate::client::{Call, Client};
use crate::date::{format_us, parse_us};
use crate::error::Error;
use crate::model::{Fields, Rev, WorkItem, WorkItemId, field, integer};
use crate::transport::Transport;
use crate::url::query_value;
use crate::version::Route;

/// Revisions asked for in one page.
const REVISIONS_PER_PAGE: usize = 1000;

/// Most entries taken from one page, whatever the server sends.
const ENTRIES_PER_PAGE_MAX: usize = 100_000;

/// The fields asked for: enough to know that something changed and where.
const FEED_FIELDS: [&str; 7] = [
    field::TEAM_PROJECT,
    field::WORK_ITEM_TYPE,
    field::CHANGED_DATE,
    field::CHANGED_BY,
    field::IS_DELETED,
    field::REV,
    field::COMMENT_COUNT,
];

/// Where to begin in a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FeedStart {
    /// With what changed at or after this time, microseconds UTC by the server's clock.
    Since {
        /// The time.
        start_us: i64,
    },
    /// Behind a page read before.
    Token(String),
}

/// A page of the revisions feed.
#[derive(Debug, Clone, PartialEq)]
pub struct RevisionsPage {
    /// Revisions, several of one work item among them.
    pub values: Vec<RevisionEntry>,
    /// Where the next page begins.
    pub continuation_token: Option<String>,
    /// Nothing more for now.
    pub is_last_batch: bool,
}

/// One revision in the feed, with the few fields asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct RevisionEntry {
    /// Work item.
    pub id: WorkItemId,
    /// Revision.
    pub rev: Rev,
    /// Project, type, changed date and by, deleted, comment count.
    pub fields: Fields,
}

/// A page of the links feed.
#[derive(Debug, Clone, PartialEq)]
pub struct LinksPage {
    /// Changes of links.
    pub values: Vec<LinkEntry>,
    /// Where the next page begins.
    pub continuation_token: Option<String>,
    /// Nothing more for now.
    pub is_last_batch: bool,
}

/// One change of a link.
#[derive(Debug, Clone, PartialEq)]
pub struct LinkEntry {
    /// Link type without direction, such as `System.LinkTypes.Hierarchy`.
    pub rel: String,
    /// The end it leads from.
    pub source_id: WorkItemId,
    /// The end it leads to.
    pub target_id: WorkItemId,
    /// When, ISO 8601.
    pub changed_date: String,
    /// Came; else it went.
    pub is_active: bool,
}

impl<T: Transport> Client<T> {
    /// One page of the revisions feed of the collection, deleted work items included.
    ///
    /// A page that gives back the token it was asked with counts as the last; a longer circle of tokens is the
    /// caller's to notice, who stores them.
    pub async fn revisions_feed(&self, from: &FeedStart) -> Result<RevisionsPage, Error> {
        let call = Call::get("/_apis/wit/reporting/workitemrevisions".to_owned())
            .query("fields", FEED_FIELDS.join(","))
            .query("includeIdentityRef", "true")
            .query("includeDeleted", "true")
            .query("$maxPageSize", REVISIONS_PER_PAGE);
        let answer = self.call(Route::ReportingRevisions, from.add_to(call)).await?;
        answer.read(|page| {
            let (continuation_token, is_last_batch) = read_position(page, from);
            let values = read_values(page, read_revision)?;
            Some(RevisionsPage {
                values,
                continuation_token,
                is_last_batch,
            })
        })
    }

    /// One page of the links feed of the collection. See [`Client::revisions_feed`] about its end.
    pub async fn links_feed(&self, from: &FeedStart) -> Result<LinksPage, Error> {
        let call = Call::get("/_apis/wit/reporting/workitemlinks".to_owned());
        let answer = self.call(Route::ReportingLinks, from.add_to(call)).await?;
        answer.read(|page| {
            let (continuation_token, is_last_batch) = read_position(page, from);
            let values = read_values(page, read_link)?;
            Some(LinksPage {
                values,
                continuation_token,
                is_last_batch,
            })
        })
    }
}

impl RevisionEntry {
    /// Whether the work item was in the recycle bin at this revision.
    pub fn is_deleted(&self) -> bool {
        match self.fields.get(&field::IS_DELETED.into()) {
            Some(Value::Bool(is_deleted)) => *is_deleted,
            Some(Value::String(text)) => text.eq_ignore_ascii_case("true"),
            Some(Value::Number(number)) => number.as_i64() == Some(1),
            _ => false,
        }
    }

    /// When the revision was made, microseconds UTC.
    pub fn changed_us(&self) -> Option<i64> {
        parse_us(self.fields.get(&field::CHANGED_DATE.into())?.as_str()?)
    }
}

impl LinkEntry {
    /// When the link changed, microseconds UTC.
    pub fn changed_us(&self) -> Option<i64> {
        parse_us(&self.changed_date)
    }
}

impl FeedStart {
    fn add_to(&self, call: Call) -> Call {
        match self {
            FeedStart::Since { start_us } => call.query("startDateTime", format_us(*start_us)),
            FeedStart::Token(token) => call.query("continuationToken", token),
        }
    }
}

/// The token of the next page and whether this one is the last.
fn read_position(page: &Value, from: &FeedStart) -> (Option<String>, bool) {
    let token = match page.get("continuationToken") {
        Some(Value::String(token)) if !token.is_empty() => Some(token.clone()),
        Some(Value::Number(token)) => Some(token.to_string()),
        _ => {
            let link = page.get("nextLink").and_then(Value::as_str).unwrap_or_default();
            // The older name of the token.
            query_value(link, "continuationToken").or_else(|| query_value(link, "watermark"))
        }
    };
    let is_repeated = matches!((&token, from), (Some(token), FeedStart::Token(asked)) if token == asked);
    let is_last = page
        .get("isLastBatch")
        .and_then(Value::as_bool)
        .unwrap_or(token.is_none());
    let is_last = is_last || is_repeated || token.is_none();
    (token, is_last)
}

fn read_values<V>(page: &Value, read: impl Fn(&Value) -> Option<V>) -> Option<Vec<V>> {
    let values = page.get("values")?.as_array()?;
    (values.len() <= ENTRIES_PER_PAGE_MAX).then(|| values.iter().filter_map(read).collect())
}

fn read_revision(entry: &Value) -> Option<RevisionEntry> {
    let WorkItem { id, rev, fields, .. } = WorkItem::from_value(entry)?;
    Some(RevisionEntry { id, rev, fields })
}

fn read_link(entry: &Value) -> Option<LinkEntry> {
    let id = |key: &str| entry.get(key).and_then(integer).filter(|id| *id > 0).map(WorkItemId);
    Some(LinkEntry {
        rel: entry.get("rel")?.as_str()?.to_owned(),
        source_id: id("sourceId")?,
        target_id: id("targetId")?,
        changed_date: entry
            .get("changedDate")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned(),
        is_active: entry.get("isActive").and_then(Value::as_bool)?,
    })
}
