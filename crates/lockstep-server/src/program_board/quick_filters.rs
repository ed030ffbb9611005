//! Quick filters that everybody on a board sees. Made by whoever may plan on it; a person's own ones stay in their browser.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::shapes::CardStateCategory;
use super::summary;
use crate::access::{BoardRights, Member};
use crate::app::App;
use crate::error::{ApiError, Kind, Problem, Refusal};
use crate::extract::{Body, Path};
use crate::ids::{BoardId, MemberId};
use crate::store::StoreError;
use crate::store::board_filters::BoardFilterRow;

/// Most quick filters of a board.
const N_FILTERS_MAX: i64 = 50;
/// Longest name, in characters.
const NAME_CHARS_MAX: usize = 40;
/// Most values of one kind.
const N_VALUES_MAX: usize = 500;
/// Longest value, in characters.
const VALUE_CHARS_MAX: usize = 256;

/// What a quick filter leaves of a board; an empty list leaves everything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = BoardQuickFilterValues)]
#[serde(deny_unknown_fields, default)]
pub struct Filter {
    /// Teams, by their numbers on the board.
    pub teams: Vec<String>,
    /// Work item types.
    pub types: Vec<String>,
    /// What states mean.
    pub states: Vec<CardStateCategory>,
    /// Assignees by name; the empty name is nobody.
    pub people: Vec<String>,
    /// Tags.
    pub tags: Vec<String>,
    /// How dependencies stand.
    pub deps: Vec<Health>,
    /// How cards stand with Azure DevOps.
    pub sync: Vec<SyncGroup>,
    /// Only what needs a person.
    pub problems: bool,
    /// Whether rows are types instead of teams.
    pub by_type: bool,
}

/// How a dependency stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = DependencyHealth)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    /// The giver comes first.
    Ok,
    /// Both in one iteration.
    Risk,
    /// The taker comes first.
    Bad,
    /// An end is not in the plan.
    Stub,
}

/// How a card stands with Azure DevOps, in three groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = CardSyncGroup)]
#[serde(rename_all = "snake_case")]
pub enum SyncGroup {
    /// Nothing is open.
    InStep,
    /// Waiting or unpublished.
    Waiting,
    /// Needs a decision.
    Decision,
}

/// A quick filter of a board.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BoardQuickFilter)]
pub struct QuickFilter {
    /// Its number.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// What it leaves.
    pub filter: Filter,
    /// Who made it.
    pub made_by: String,
    /// Whether the one who asks may remove it.
    pub may_remove: bool,
}

/// A quick filter to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MakeQuickFilter {
    /// The browser's own number for it: a repeated request makes one.
    id: Uuid,
    /// Its name.
    name: String,
    /// What it leaves.
    filter: Filter,
}

/// The quick filters of a board that everybody on it sees.
#[utoipa::path(get, path = "/api/boards/{id}/filters", operation_id = "boards_filters", tag = "boards",
    params(("id" = Uuid, Path)), responses(
    (status = 200, body = [QuickFilter]), (status = 404, body = Problem, content_type = "application/problem+json"),
))]
pub async fn list(
    State(app): State<App>,
    member: Member,
    Path(id): Path<BoardId>,
) -> Result<Json<Vec<QuickFilter>>, ApiError> {
    Ok(Json(shown(&app, &member, id).await?))
}

async fn shown(app: &App, member: &Member, id: BoardId) -> Result<Vec<QuickFilter>, ApiError> {
    let rows = app.store.board_filters(member.company, id).await?;
    summary::look(app, member, id, |view, rights| {
        let filters = rows.into_iter().map(|row| QuickFilter {
            may_remove: may_remove(&row, member.id, rights),
            made_by: view.people.name(MemberId(row.made_by)).to_owned(),
            id: row.id,
            name: row.name,
            filter: row.filter.0,
        });
        filters.collect()
    })
    .await
}

/// Its maker, and whoever manages the board.
fn may_remove(row: &BoardFilterRow, member: MemberId, rights: BoardRights) -> bool {
    rights.may_manage || (rights.may_edit && row.made_by == member.0)
}

/// Keeps a quick filter for everybody on a board.
#[utoipa::path(post, path = "/api/boards/{id}/filters", operation_id = "boards_filters_add", tag = "boards",
    params(("id" = Uuid, Path)), request_body = MakeQuickFilter, responses(
    (status = 201, body = [QuickFilter]), (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "The board has one of this name", body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json"),
))]
pub async fn add(
    State(app): State<App>,
    member: Member,
    Path(id): Path<BoardId>,
    Body(input): Body<MakeQuickFilter>,
) -> Result<(StatusCode, Json<Vec<QuickFilter>>), ApiError> {
    let rights = summary::look(&app, &member, id, |_view, rights| rights).await?;
    if !rights.may_edit {
        return Err(looks_on().into());
    }
    let name = checked_name(&input.name)?;
    checked(&input.filter)?;
    let mut tx = app.store.begin().await?;
    // Asked inside the transaction: the board may have been deleted meanwhile.
    tx.board(member.company, id).await?.ok_or(ApiError::NotFound)?;
    if tx.board_filter(member.company, id, input.id).await?.is_none() {
        if tx.n_board_filters(member.company, id).await? >= N_FILTERS_MAX {
            return Err(too_many().into());
        }
        let row = BoardFilterRow {
            id: input.id,
            board_id: id.0,
            name,
            filter: sqlx::types::Json(input.filter),
            made_by: member.id.0,
            made_us: app.now_us(),
        };
        tx.insert_board_filter(member.company, &row)
            .await
            .map_err(|error| match error {
                StoreError::Taken { .. } => ApiError::from(name_taken()),
                error => error.into(),
            })?;
        tx.commit().await?;
    }
    Ok((StatusCode::CREATED, Json(shown(&app, &member, id).await?)))
}

/// Removes a quick filter of a board, for everybody.
#[utoipa::path(delete, path = "/api/boards/{id}/filters/{filter}", operation_id = "boards_filters_remove", tag = "boards",
    params(("id" = Uuid, Path), ("filter" = Uuid, Path)), responses(
    (status = 204), (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
))]
pub async fn remove(
    State(app): State<App>,
    member: Member,
    Path((id, filter)): Path<(BoardId, Uuid)>,
) -> Result<StatusCode, ApiError> {
    let rights = summary::look(&app, &member, id, |_view, rights| rights).await?;
    let mut tx = app.store.begin().await?;
    let row = tx.board_filter(member.company, id, filter).await?;
    let row = row.ok_or(ApiError::NotFound)?;
    if !may_remove(&row, member.id, rights) {
        return Err(Refusal::new(
            Kind::Forbidden,
            "filter_not_yours",
            "Somebody else made this quick filter",
        )
        .next_step("Ask them, or whoever manages boards, to remove it.")
        .into());
    }
    tx.delete_board_filter(member.company, id, filter).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

fn looks_on() -> Refusal {
    Refusal::new(Kind::Forbidden, "board_not_yours", "You look on at this board")
        .detail("Quick filters for everybody are made by those who plan on it.")
        .next_step("Keep the filter for yourself, or ask somebody who plans on the board.")
}

fn name_taken() -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "name_taken",
        "This board has a quick filter of that name",
    )
    .next_step("Choose another name.")
    .field("name", "is taken on this board")
}

fn too_many() -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "too_many_filters",
        "This board has as many quick filters as it can hold",
    )
    .detail(format!("A board holds {N_FILTERS_MAX}."))
    .next_step("Remove one first.")
}

fn checked_name(name: &str) -> Result<String, Refusal> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX || name.chars().any(char::is_control) {
        return Err(Refusal::field_is(
            "name",
            "a quick filter has a name of at most 40 characters",
        ));
    }
    Ok(name.to_owned())
}

/// Goes on only with a filter that leaves something out, and that is no larger than a board can ask for.
fn checked(filter: &Filter) -> Result<(), Refusal> {
    let lists = [&filter.teams, &filter.types, &filter.people, &filter.tags];
    let is_long = |value: &String| value.chars().count() > VALUE_CHARS_MAX || value.contains('\0');
    let n_fixed = [filter.states.len(), filter.deps.len(), filter.sync.len()];
    if lists.iter().any(|list| list.len() > N_VALUES_MAX) || n_fixed.iter().any(|n| *n > N_VALUES_MAX) {
        return Err(Refusal::field_is("filter", "names more than a quick filter can hold"));
    }
    if lists.iter().any(|list| list.iter().any(is_long)) {
        return Err(Refusal::field_is("filter", "has a value that is too long"));
    }
    if *filter == Filter::default() {
        return Err(Refusal::field_is("filter", "leaves nothing out"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(filter: Filter, is_fine: bool) {
        assert_eq!(checked(&filter).is_ok(), is_fine, "{filter:?}");
    }

    #[test]
    fn a_filter_leaves_something_out_and_is_of_a_size() {
        let of_people = |people: Vec<String>| Filter {
            people,
            ..Filter::default()
        };
        check(Filter::default(), false);
        check(of_people(vec![String::new()]), true);
        check(of_people(vec!["a".repeat(VALUE_CHARS_MAX + 1)]), false);
        check(of_people(vec![String::new(); N_VALUES_MAX + 1]), false);
    }

    #[test]
    fn a_name_is_short_and_of_one_line() {
        for name in ["", "  ", "a\nb", &"a".repeat(41)] {
            assert!(checked_name(name).is_err(), "{name:?}");
        }
        assert_eq!(checked_name(" Quay only ").unwrap(), "Quay only");
    }
}
