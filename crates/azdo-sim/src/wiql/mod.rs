//! The part of the work item query language that is served: flat queries over current values.
//!
//! What it does not know it refuses with 400 and says so; it never answers a query it only half understood.
//! Source: handbook 3.2 and the WIQL syntax reference; limits from the object limits page; the words of refusals as people
//! quote them in public.

mod evaluate;
mod parse;
mod token;

use std::fmt::Display;

use crate::Sim;
use crate::access::Person;
use crate::refusal::Refusal;

/// More results than this and a query fails.
pub(crate) const RESULTS_MAX: usize = 20_000;
/// The longest query.
const QUERY_CHARS_MAX: usize = 32_000;

/// On whose behalf and when a query runs.
pub(crate) struct Context<'a> {
    pub now_us: i64,
    /// Nothing newer is known, if given.
    pub as_of_us: Option<i64>,
    pub project: Option<usize>,
    pub person: &'a Person,
    pub has_time_precision: bool,
}

/// What a query found.
#[derive(Debug)]
pub(crate) struct Found {
    pub ids: Vec<i64>,
    /// Reference names.
    pub columns: Vec<String>,
    pub order: Order,
}

/// Reference names and whether descending.
pub(crate) type Order = Vec<(String, bool)>;

pub(crate) fn run(sim: &Sim, context: &Context, text: &str, top: Option<usize>) -> Result<Found, Refusal> {
    if text.chars().count() > QUERY_CHARS_MAX {
        return Err(refuse(&format!(
            "The query is longer than {QUERY_CHARS_MAX} characters."
        )));
    }
    let query = parse::parse(text)?;
    let mut ids = evaluate::run(sim, context, &query)?;
    if ids.len() > RESULTS_MAX && top.is_none_or(|top| top > RESULTS_MAX) {
        let message = format!(
            "VS402337: The number of work items returned exceeds the size limit of {RESULTS_MAX}. Change the query to return fewer items."
        );
        return Err(Refusal::tracking(
            400,
            "WorkItemTrackingQueryResultSizeLimitExceededException",
            message,
        ));
    }
    ids.truncate(top.unwrap_or(RESULTS_MAX));
    Ok(Found {
        ids,
        columns: query.columns,
        order: query.order,
    })
}

/// The columns and the order of a query without running it.
pub(crate) fn shape(text: &str) -> Result<(Vec<String>, Order), Refusal> {
    parse::parse(text).map(|query| (query.columns, query.order))
}

/// A query that is wrong, in the server's words; `what` stands without a full stop.
fn wrong(what: &str, cause: Option<&dyn Display>) -> Refusal {
    let message = match cause {
        Some(cause) => format!("{what}. The error is caused by «{cause}»."),
        None => format!("{what}."),
    };
    Refusal::tracking(400, "WorkItemTrackingQueryException", message)
}

/// A query beyond what is served here.
fn refuse(what: &str) -> Refusal {
    Refusal::tracking(
        400,
        "WorkItemTrackingQueryException",
        format!("TF51006: The query statement is not valid. {what}"),
    )
}
