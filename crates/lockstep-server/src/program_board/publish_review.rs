//! What waits to be published, put into words: by work item and author, from what to what, and what Azure DevOps said of it
//! when it was tried. Pure.

use std::collections::BTreeMap;

use azdo::{FieldName, field};
use lockstep_sync::edit::{Act, Edit, Hold, Target, Whom};
use lockstep_sync::rules::Rules;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::agreement;
use super::field_words::{FieldWords, is_other};
use super::held::Held;
use super::view::{BoardView, End};
use crate::accounts::initials;
use crate::action_items::html;
use crate::action_items::people::People;
use crate::action_items::types::Types;
use crate::ids::{EditId, MemberId};
use crate::store::observations::ObservationRow;

/// What waits to be published on a board.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PublishReview {
    /// When the oldest of it was done.
    pub since_us: Option<i64>,
    /// When it was last tried without saving.
    pub tried_us: Option<i64>,
    /// Whether something on the board has changed since it was tried.
    pub is_stale: bool,
    /// By work item, as the board orders them.
    pub items: Vec<ReviewItem>,
    /// The publish that runs, or ran last.
    pub run: Option<PublishRun>,
}

/// One work item of which something waits to be published.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ReviewItem {
    /// The item.
    pub item: Uuid,
    /// Azure DevOps' number; none where it is not created yet.
    pub number: Option<i64>,
    /// Work item type.
    pub r#type: String,
    /// Its colour, `RRGGBB`.
    pub type_color: Option<String>,
    /// Title.
    pub title: String,
    /// Position of its team; -1 none.
    pub team: i32,
    /// Position of its column; -1 none.
    pub column: i32,
    /// What waits, in order.
    pub changes: Vec<ReviewChange>,
    /// Under whose names it would be written.
    pub writes: Vec<ReviewWriter>,
    /// What Azure DevOps said when it was tried.
    pub result: ReviewResult,
    /// In its own words, where it would refuse.
    pub answer: Option<String>,
    /// What changed there meanwhile without getting in the way, in words.
    pub merged: Option<String>,
    /// A field that was changed on both sides.
    pub conflict: Option<ReviewConflict>,
    /// The field that a refusal names, where it can be filled in here.
    pub fix: Option<ReviewFix>,
    /// Its page in Azure DevOps.
    pub url: Option<String>,
}

/// One edit that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReviewChange {
    /// The edit.
    pub edit: Uuid,
    /// The field, or `create`, `link`, `unlink`, `delete`, `restore`, `comment`.
    pub field: String,
    /// The same for people.
    pub label: String,
    /// Before.
    pub from: Option<String>,
    /// After.
    pub to: Option<String>,
    /// Who did it.
    pub by: ReviewPerson,
}

/// Somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReviewPerson {
    /// Who.
    pub member_id: Uuid,
    /// Name.
    pub name: String,
    /// One or two letters.
    pub initials: String,
}

/// Under whose name something would be written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReviewWriter {
    /// Who did it here.
    #[serde(flatten)]
    pub person: ReviewPerson,
    /// With whose token it goes; none where it would wait for one.
    pub with: Option<WriterToken>,
}

/// Whose token writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WriterToken {
    /// Their own.
    OwnToken,
    /// The connection's.
    ConnectionToken,
}

/// What Azure DevOps said when it was tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReviewResult {
    /// It was not tried yet, or can't be.
    NotTried,
    /// Yes.
    Taken,
    /// Yes, and a work item comes to be.
    Created,
    /// Yes, and only links change.
    Link,
    /// Yes, beside something that was changed there meanwhile.
    Merged,
    /// No.
    Refused,
    /// Somebody has to choose first.
    Conflict,
    /// There is no token to write it with.
    NeedsToken,
}

/// A field that was changed on both sides, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReviewConflict {
    /// The edit to decide about.
    pub edit: Uuid,
    /// The field.
    pub label: String,
    /// Our value.
    pub ours: Option<String>,
    /// Theirs.
    pub theirs: Option<String>,
    /// Who set theirs.
    pub theirs_by: Option<String>,
}

/// A field that a refusal names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReviewFix {
    /// As an act names it.
    pub field: String,
    /// The same for people.
    pub name: String,
    /// What it may hold, where that is known.
    pub values: Option<Vec<String>>,
}

/// A publish.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PublishRun {
    /// Where it stands.
    pub state: RunState,
    /// Work items that were to be published.
    pub n_all: usize,
    /// When it began.
    pub started_us: i64,
    /// When all of it had come to an end.
    pub ended_us: Option<i64>,
    /// Work items that have come to an end.
    pub results: Vec<RunResult>,
}

/// Where a publish stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// On its way.
    Running,
    /// Over.
    Done,
    /// Somebody stopped it: what was begun went out, the rest still waits to be published.
    Stopped,
}

/// What came of one work item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RunResult {
    /// The item.
    pub item: Uuid,
    /// Azure DevOps' number, once it has one.
    pub number: Option<i64>,
    /// Title.
    pub title: String,
    /// How it ended.
    pub outcome: RunOutcome,
    /// The server's own words, where it refused.
    pub answer: Option<String>,
    /// The revision it made.
    pub rev: Option<i64>,
}

/// How publishing one work item ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunOutcome {
    /// Azure DevOps has it.
    Written,
    /// Azure DevOps refused; it is kept back.
    Refused,
    /// It was changed on both sides; somebody chooses.
    Conflict,
    /// It is kept back.
    Held,
    /// The answer was lost; it is looked for.
    Unknown,
}

/// What a dry run brought, as it is kept.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Tried {
    /// The board's version that was tried.
    pub version: i64,
    /// What was said of each edit that was tried.
    pub edits: BTreeMap<Uuid, Said>,
}

/// What was said of an edit that was tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// Whether it would be taken.
    pub is_taken: bool,
    /// The server's own words, where it would refuse.
    pub answer: Option<String>,
    /// Reference names of the fields it named.
    pub fields: Vec<String>,
}

/// Everything a review is put together from, beside the board.
#[derive(Clone, Copy)]
pub struct Around<'a> {
    /// Whose token writes for whom.
    pub rules: &'a Rules,
    /// Work item types.
    pub types: &'a Types,
    /// The last dry run.
    pub tried: Option<&'a Tried>,
    /// What reads brought of the items, by item.
    pub observed: &'a BTreeMap<Uuid, Vec<ObservationRow>>,
    /// The address of the collection.
    pub collection: Option<&'a azdo::Collection>,
}

/// The work items of which something waits to be published, in the board's order.
pub fn items(view: &BoardView, around: Around<'_>) -> Vec<ReviewItem> {
    let mut drafted: Vec<&Held> = view
        .all_held()
        .filter(|held| held.edits.iter().any(|edit| edit.is_draft))
        .collect();
    drafted.sort_by(|a, b| a.rank.cmp(&b.rank).then(a.id.cmp(&b.id)));
    drafted.into_iter().map(|held| item(view, held, around)).collect()
}

fn item(view: &BoardView, held: &Held, around: Around<'_>) -> ReviewItem {
    let words = FieldWords::of(view);
    let drafts: Vec<&Edit> = held.edits.iter().filter(|edit| edit.is_draft).collect();
    let mut authors: Vec<MemberId> = Vec::new();
    for draft in &drafts {
        if !authors.contains(&draft.author) {
            authors.push(draft.author);
        }
    }
    let writes: Vec<ReviewWriter> = authors
        .iter()
        .map(|author| ReviewWriter {
            person: person(&view.people, *author),
            with: around.rules.whom_for(*author).map(|(whom, _)| match whom {
                Whom::Member(_) => WriterToken::OwnToken,
                Whom::Connection => WriterToken::ConnectionToken,
            }),
        })
        .collect();
    let conflict = drafts.iter().find_map(|draft| conflict(draft, words));
    let said: Vec<&Said> = drafts
        .iter()
        .filter_map(|draft| around.tried?.edits.get(&draft.id.0))
        .collect();
    let refusal = said.iter().find(|said| !said.is_taken);
    let merged = merged(held, &drafts, around.observed.get(&held.id.0), words);
    let result = if conflict.is_some() {
        ReviewResult::Conflict
    } else if writes.iter().any(|writer| writer.with.is_none()) {
        ReviewResult::NeedsToken
    } else if refusal.is_some() {
        ReviewResult::Refused
    } else if said.is_empty() && !(around.tried.is_some() && drafts.iter().all(|draft| is_untriable(draft))) {
        ReviewResult::NotTried
    } else if held.creation().is_some() {
        ReviewResult::Created
    } else if merged.is_some() {
        ReviewResult::Merged
    } else if drafts.iter().all(|draft| matches!(draft.act, Act::Link { .. })) {
        ReviewResult::Link
    } else {
        ReviewResult::Taken
    };
    let card = view.card(held.id);
    let project = &held.fields.project;
    let info = around.types.get(view.row.connection(), project, &held.fields.kind);
    let page = around.collection.zip(held.number);
    ReviewItem {
        item: held.id.0,
        number: held.number,
        r#type: held.fields.kind.to_string(),
        type_color: info.and_then(|info| info.color.clone()),
        title: card.map_or_else(|| held.fields.title.clone(), |card| card.title.clone()),
        team: card.map_or(-1, |card| card.team),
        column: card.map_or(-1, |card| card.column),
        changes: drafts.iter().map(|draft| change(view, draft, words)).collect(),
        writes,
        result,
        answer: refusal.and_then(|said| said.answer.clone()),
        merged: merged.filter(|_| result == ReviewResult::Merged),
        fix: refusal.and_then(|said| said.fields.iter().find_map(|name| fix(name, words))),
        conflict,
        url: page.map(|(collection, number)| collection.work_item_page(project, azdo::WorkItemId(number))),
    }
}

/// What Azure DevOps can't be asked about without doing it.
fn is_untriable(draft: &Edit) -> bool {
    let is_to_come = matches!(
        draft.act,
        Act::Link {
            target: Target::Item { .. },
            ..
        }
    );
    is_to_come || matches!(draft.act, Act::Delete | Act::Restore)
}

/// Somebody, as a review names them.
pub fn person(people: &People, member: MemberId) -> ReviewPerson {
    let name = people.name(member);
    ReviewPerson {
        member_id: member.0,
        name: name.to_owned(),
        initials: initials(name),
    }
}

fn conflict(draft: &Edit, words: FieldWords<'_>) -> Option<ReviewConflict> {
    let (Act::Set { field, to, .. }, Some(Hold::Conflict { theirs, theirs_by })) = (&draft.act, draft.hold()) else {
        return None;
    };
    Some(ReviewConflict {
        edit: draft.id.0,
        label: words.named(field).1,
        ours: words.shown(field, to),
        theirs: words.shown(field, theirs),
        theirs_by: theirs_by.clone(),
    })
}

/// Fields that an act can set, so that a refusal can be put right from the review.
fn fix(name: &str, words: FieldWords<'_>) -> Option<ReviewFix> {
    let (field, label) = words.named(&FieldName::from(name));
    let has_word = matches!(field.as_str(), "title" | "state" | "points" | "priority" | "target_on");
    let can_be_set = has_word || is_other(&field);
    can_be_set.then_some(ReviewFix {
        field,
        name: label,
        values: None,
    })
}

/// What others changed there since the first draft was made, where it is not what the drafts change.
fn merged(
    held: &Held,
    drafts: &[&Edit],
    observed: Option<&Vec<ObservationRow>>,
    words: FieldWords<'_>,
) -> Option<String> {
    let since_us = drafts.iter().map(|draft| draft.at_us).min()?;
    held.number?;
    let is_news = |seen: &&ObservationRow| !seen.is_own && seen.at_us >= since_us;
    let mut by = None;
    let mut labels: Vec<String> = Vec::new();
    for seen in observed?.iter().filter(is_news) {
        for change in seen.changes.0.iter() {
            let is_ours = drafts.iter().any(|draft| draft.field() == Some(&change.field));
            let Some(label) = told(&change.field, words).filter(|_| !is_ours) else {
                continue;
            };
            by = seen.by_name.clone().or(by);
            if !labels.contains(&label) {
                labels.push(label);
            }
        }
    }
    let who = by.as_deref().unwrap_or("Somebody");
    let fields = match labels.as_slice() {
        [] => return None,
        [one] => one.clone(),
        [some @ .., last] => format!("{} and {last}", some.join(", ")),
    };
    Some(format!(
        "{who} changed {fields} in Azure DevOps meanwhile. Different fields, both stay."
    ))
}

/// A field that people know by name; what the server keeps books with is not told.
fn told(name: &FieldName, words: FieldWords<'_>) -> Option<String> {
    let is_node = matches!(name.as_str(), field::AREA_PATH | field::ITERATION_PATH);
    let (what, label) = words.named(name);
    (!is_node && what != name.as_str()).then(|| label.to_lowercase())
}

fn change(view: &BoardView, draft: &Edit, words: FieldWords<'_>) -> ReviewChange {
    let (field, label, from, to) = match &draft.act {
        Act::Set { field, was, to } => {
            let (what, label) = words.named(field);
            (what, label, words.shown(field, was), words.shown(field, to))
        }
        Act::Create {
            work_item_type, fields, ..
        } => {
            let area = fields.get(&FieldName::from(field::AREA_ID));
            let area = area.and_then(|area| words.shown(&FieldName::from(field::AREA_ID), area));
            let to = match area {
                Some(area) => format!("{work_item_type} in {area}"),
                None => work_item_type.clone(),
            };
            ("create".to_owned(), "New".to_owned(), None, Some(to))
        }
        Act::Link {
            target,
            is_added,
            comment,
            ..
        } => {
            let end = end_words(view, *target, comment.as_deref());
            let label = "Waits for".to_owned();
            if *is_added {
                ("link".to_owned(), label, None, Some(end))
            } else {
                ("unlink".to_owned(), label, Some(end), None)
            }
        }
        Act::Comment { html: said } => {
            let text = html::to_text(said);
            ("comment".to_owned(), "Comment".to_owned(), None, Some(text))
        }
        Act::Delete => plain("delete", "Move to the recycle bin"),
        Act::Restore => plain("restore", "Take out of the recycle bin"),
        Act::Decide { .. } => plain("decide", "Decision"),
    };
    ReviewChange {
        edit: draft.id.0,
        field,
        label,
        from,
        to,
        by: person(&view.people, draft.author),
    }
}

fn plain(field: &str, label: &str) -> (String, String, Option<String>, Option<String>) {
    (field.to_owned(), label.to_owned(), None, None)
}

/// The other end of a link with what was agreed.
fn end_words(view: &BoardView, target: Target, comment: Option<&str>) -> String {
    let end = match target {
        Target::WorkItem(number) => End::Number(number.0),
        Target::Item { item } => End::Item(item),
    };
    let name = match end {
        End::Number(number) => number.to_string(),
        End::Item(item) => match view.card(item) {
            Some(card) => card
                .number
                .map_or_else(|| card.title.clone(), |number| number.to_string()),
            None => "a work item that was given up".to_owned(),
        },
    };
    let agreed = agreement::read(comment.unwrap_or_default());
    match (agreed.agreement, agreed.needed_by) {
        (agreement::Agreement::None, _) => name,
        (agreement, Some(day)) => format!("{name}, {}, needed by {day}", agreement.as_str()),
        (agreement, None) => format!("{name}, {}", agreement.as_str()),
    }
}

/// The edits of a review by item, for whoever may publish or discard them.
pub fn drafts_of(view: &BoardView) -> BTreeMap<Uuid, Vec<EditId>> {
    let mut of: BTreeMap<Uuid, Vec<EditId>> = BTreeMap::new();
    for (held, draft) in view.drafts() {
        of.entry(held.id.0).or_default().push(draft.id);
    }
    of
}

#[cfg(test)]
mod tests;
