//! Publishing what was planned on a board: reviewed, tried without saving, sent or discarded.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use azdo::Collection;
use futures_util::{StreamExt, stream};
use http::StatusCode;
use lockstep_sync::call::{Answer, Failure, try_out};
use lockstep_sync::edit::Act;
use lockstep_sync::plan::{Try, tries};
use lockstep_sync::rules::Rules;
use serde::Deserialize;
use serde_json::Value;
use sqlx::types::Json as Stored;
use utoipa::ToSchema;
use uuid::Uuid;

use super::act_plan::Step;
use super::publish_review::{self, Around, PublishReview, RunState, Said, Tried};
use super::publish_run::{self, Run, RunItem};
use super::{local, publish_write, summary};
use crate::access::{BoardRights, Member};
use crate::app::App;
use crate::error::{ApiError, Kind, Problem, Refusal};
use crate::extract::{Body, Path};
use crate::ids::{BoardId, ConnectionId, EditId, ItemId, MemberId, fresh};
use crate::live::Noun;
use crate::store::board_acts::BoardActRow;
use crate::store::edits::EditRow;
use crate::store::observations::ObservationRow;
use crate::store::publishes::PublishRow;
use crate::sync::calls::ConnectionClients;
use crate::sync::knowledge::Told;
use crate::sync::leases::Hold;

/// Requests that are tried at once.
const N_TRIED_AT_ONCE: usize = 8;
/// Most requests of one dry run.
const N_TRIED_MAX: usize = 2_000;
/// Publishes and dry runs that are looked through for the latest of each.
const N_LATEST: i64 = 10;
/// Most work items of one request.
const N_ITEMS_MAX: usize = 20_000;

/// What waits to be published on a board, and the publish that runs or ran last.
#[utoipa::path(get, path = "/api/boards/{id}/publish", operation_id = "boards_publish_review", tag = "boards",
    params(("id" = Uuid, Path)), responses(
    (status = 200, body = PublishReview), (status = 404, body = Problem, content_type = "application/problem+json"),
))]
pub async fn review(
    State(app): State<App>,
    member: Member,
    Path(id): Path<BoardId>,
) -> Result<Json<PublishReview>, ApiError> {
    reviewed(&app, &member, id).await
}

async fn reviewed(app: &App, member: &Member, id: BoardId) -> Result<Json<PublishReview>, ApiError> {
    let company = member.company;
    let (connection, items, since_us) = summary::look(app, member, id, |view, _rights| {
        if view.set_up().is_local() {
            return Err(local::not_on_a_local_board());
        }
        let items: Vec<ItemId> = publish_review::drafts_of(view).into_keys().map(ItemId).collect();
        let since_us = view.drafts().map(|(_, draft)| draft.at_us).min();
        Ok((view.row.connection(), items, since_us))
    })
    .await??;
    let rows = app.store.publishes(company, id, N_LATEST).await?;
    let runs = rows.iter().find(|row| publish_run::of_row(row).is_some());
    if let Some(row) = runs.filter(|row| row.ended_us.is_none()) {
        publish_run::go_on(app, *member, id, row.id);
    }
    let (tried_us, tried) = latest_try(&rows);
    let rules = rules(app, member, connection).await?;
    let types = app.store.work_item_types(company).await?;
    let mut observed: BTreeMap<Uuid, Vec<ObservationRow>> = BTreeMap::new();
    if let Some(since_us) = since_us {
        for seen in app.store.observations_since(company, items, since_us).await? {
            observed.entry(seen.item_id).or_default().push(seen);
        }
    }
    let row = app.store.connection(company, connection).await?;
    let collection = row.and_then(|row| Collection::parse(&row.server_url).ok());
    let review = summary::look(app, member, id, |view, _rights| PublishReview {
        since_us: view.drafts().map(|(_, draft)| draft.at_us).min(),
        tried_us,
        is_stale: tried.as_ref().is_some_and(|tried| tried.version != view.version),
        items: publish_review::items(
            view,
            Around {
                rules: &rules,
                types: &types,
                tried: tried.as_ref(),
                observed: &observed,
                collection: collection.as_ref(),
            },
        ),
        run: runs.and_then(publish_run::shown),
    })
    .await?;
    Ok(Json(review))
}

fn latest_try(rows: &[PublishRow]) -> (Option<i64>, Option<Tried>) {
    let tried = rows.iter().find_map(|row| {
        let tried = serde_json::from_value(row.body.0.get("tried")?.clone()).ok()?;
        Some((row.ended_us, tried))
    });
    tried.map_or((None, None), |(at_us, tried)| (at_us, Some(tried)))
}

async fn rules(app: &App, member: &Member, connection: ConnectionId) -> Result<Rules, ApiError> {
    let told = Told::read(app, member.company, connection, None, None).await?;
    Ok(told.ok_or(ApiError::NotFound)?.rules)
}

/// Nothing to say beside the question itself.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TryDrafts {}

/// Asks Azure DevOps what it would say of everything that waits to be published. Nothing is written.
#[utoipa::path(post, path = "/api/boards/{id}/publish/try", operation_id = "boards_publish_try", tag = "boards",
    params(("id" = Uuid, Path)), request_body = TryDrafts, responses(
    (status = 200, body = PublishReview), (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 502, description = "Azure DevOps could not be asked", body = Problem, content_type = "application/problem+json"),
))]
pub async fn try_drafts(
    State(app): State<App>,
    member: Member,
    Path(id): Path<BoardId>,
    Body(TryDrafts {}): Body<TryDrafts>,
) -> Result<Json<PublishReview>, ApiError> {
    let company = member.company;
    let started_us = app.now_us();
    let (connection, version, drafts) = summary::look(&app, &member, id, |view, rights| {
        may_plan(rights)?;
        if view.set_up().is_local() {
            return Err(ApiError::from(local::not_on_a_local_board()));
        }
        Ok((view.row.connection(), view.version, publish_review::drafts_of(view)))
    })
    .await??;
    let items: BTreeSet<ItemId> = drafts.keys().copied().map(ItemId).collect();
    let drafts: BTreeSet<EditId> = drafts.into_values().flatten().collect();
    let rules = rules(&app, &member, connection).await?;
    let asked: Vec<Try> = app
        .store
        .items(company, connection, &items)
        .await?
        .iter_mut()
        .flat_map(|item| {
            // What waits on another board is that board's to try.
            item.edits.retain(|edit| {
                !matches!(edit.act, Act::Decide { .. }) && (!edit.is_draft || drafts.contains(&edit.id))
            });
            tries(item, &rules)
        })
        .take(N_TRIED_MAX)
        .collect();
    let clients = Arc::new(ConnectionClients {
        // Only tries: nothing is changed.
        hold: Hold::Alone,
        app: app.clone(),
        company,
        connection,
    });
    let answers: Vec<(Try, Answer)> = stream::iter(asked)
        .map(|one| {
            let clients = clients.clone();
            async move {
                let answer = try_out(&*clients, &one).await;
                (one, answer)
            }
        })
        .buffer_unordered(N_TRIED_AT_ONCE)
        .collect()
        .await;
    let mut tried = Tried {
        version,
        edits: BTreeMap::new(),
    };
    let mut n_unasked = 0;
    for (one, answer) in &answers {
        match said(answer) {
            Some(said) => tried.edits.extend(one.edits.iter().map(|edit| (edit.0, said.clone()))),
            None => n_unasked += 1,
        }
    }
    if n_unasked > 0 && tried.edits.is_empty() {
        return Err(Refusal::new(
            Kind::OtherServer,
            "not_tried",
            "Azure DevOps could not be asked just now",
        )
        .detail("Nothing was tried, and nothing was written.")
        .next_step("Try again in a moment. Publishing works all the same: what is refused then stays here.")
        .into());
    }
    let mut tx = app.store.begin().await?;
    let row = PublishRow {
        id: fresh(),
        board_id: id.0,
        member_id: member.id.0,
        started_us,
        ended_us: Some(app.now_us()),
        body: Stored(serde_json::json!({ "tried": tried })),
    };
    tx.insert_publish(company, &row).await?;
    tx.commit().await?;
    reviewed(&app, &member, id).await
}

/// What an answer says of a request that was only tried; `None` where it says nothing of it.
fn said(answer: &Answer) -> Option<Said> {
    let refused = |answer: &str, fields: &[azdo::FieldName]| Said {
        is_taken: false,
        answer: Some(answer.to_owned()),
        fields: fields.iter().map(|field| field.as_str().to_owned()).collect(),
    };
    match answer {
        Answer::Failed(Failure::Refused { answer, fields }) => Some(refused(answer, fields)),
        Answer::Failed(Failure::LacksRight(answer)) => Some(refused(answer, &[])),
        Answer::Failed(Failure::NotFound(answer)) => Some(refused(
            answer
                .as_deref()
                .unwrap_or("Azure DevOps does not find it, or this token may not see it."),
            &[],
        )),
        Answer::Failed(Failure::Token(_)) => Some(refused("Azure DevOps does not take the token.", &[])),
        // Read again and merged before it is sent: that is no refusal.
        Answer::Failed(Failure::AlreadyExists | Failure::RevMoved) => Some(Said {
            is_taken: true,
            answer: None,
            fields: Vec::new(),
        }),
        Answer::Failed(_) => None,
        _ => Some(Said {
            is_taken: true,
            answer: None,
            fields: Vec::new(),
        }),
    }
}

fn may_plan(rights: BoardRights) -> Result<(), ApiError> {
    if rights.may_edit {
        return Ok(());
    }
    Err(
        Refusal::new(Kind::Forbidden, "board_not_yours", "You look on at this board")
            .next_step("Ask whoever manages the board to let you plan on it.")
            .into(),
    )
}

/// What is to be published.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Publish {
    /// The browser's own number; a repeated click is one publish.
    id: Uuid,
    /// Items of which everything that waits is published.
    items: Vec<Uuid>,
}

/// Publishes: what waits on these items goes to Azure DevOps, one request for each item and author.
#[utoipa::path(post, path = "/api/boards/{id}/publish", operation_id = "boards_publish", tag = "boards",
    params(("id" = Uuid, Path)), request_body = Publish, responses(
    (status = 200, body = PublishReview), (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 409, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json"),
))]
pub async fn publish(
    State(app): State<App>,
    member: Member,
    Path(id): Path<BoardId>,
    Body(input): Body<Publish>,
) -> Result<Json<PublishReview>, ApiError> {
    if input.items.is_empty() || input.items.len() > N_ITEMS_MAX {
        return Err(Refusal::field_is("items", "are none, or too many at once").into());
    }
    let company = member.company;
    let wanted: BTreeSet<Uuid> = input.items.into_iter().collect();
    let items = summary::look(&app, &member, id, |view, rights| {
        may_plan(rights)?;
        let drafts = publish_review::drafts_of(view);
        let of_item = drafts.into_iter().filter(|(item, _)| wanted.contains(item));
        let items = of_item.map(|(item, edits)| {
            let held = view.held(ItemId(item));
            RunItem {
                item,
                number: held.and_then(|held| held.number),
                title: view
                    .card(ItemId(item))
                    .map(|card| card.title.clone())
                    .unwrap_or_default(),
                edits: edits.into_iter().map(|edit| edit.0).collect(),
                result: None,
            }
        });
        Ok::<Vec<RunItem>, ApiError>(items.collect())
    })
    .await??;
    let mut tx = app.store.begin().await?;
    if let Some(known) = tx.publish(company, input.id).await? {
        drop(tx);
        if known.board_id != id.0 {
            return Err(Refusal::new(Kind::Conflict, "id_used", "This number is in use").into());
        }
        return reviewed(&app, &member, id).await;
    }
    if items.is_empty() {
        return Err(Refusal::new(
            Kind::Conflict,
            "nothing_to_publish",
            "Nothing of this waits to be published",
        )
        .detail("It was published or discarded meanwhile.")
        .next_step("Look at what is left.")
        .into());
    }
    let is_running = |row: &PublishRow| row.ended_us.is_none() && publish_run::of_row(row).is_some();
    if app.store.publishes(company, id, N_LATEST).await?.iter().any(is_running) {
        return Err(
            Refusal::new(Kind::Conflict, "publish_runs", "A publish is under way on this board")
                .next_step("Wait for its end, or stop it.")
                .into(),
        );
    }
    let run = Run {
        state: RunState::Running,
        items,
        n_begun: 0,
    };
    let row = PublishRow {
        id: input.id,
        board_id: id.0,
        member_id: member.id.0,
        started_us: app.now_us(),
        ended_us: None,
        body: publish_run::body(&run),
    };
    tx.insert_publish(company, &row).await?;
    tx.number_change(company, Noun::Board, id.0).await?;
    tx.commit().await?;
    publish_run::go_on(&app, member, id, input.id);
    reviewed(&app, &member, id).await
}

/// Stops the publish that runs: what was begun still goes out, the rest goes on waiting to be published.
#[utoipa::path(post, path = "/api/boards/{id}/publish/stop", operation_id = "boards_publish_stop", tag = "boards",
    params(("id" = Uuid, Path)), request_body = TryDrafts, responses(
    (status = 200, body = PublishReview), (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
))]
pub async fn stop(
    State(app): State<App>,
    member: Member,
    Path(id): Path<BoardId>,
    Body(TryDrafts {}): Body<TryDrafts>,
) -> Result<Json<PublishReview>, ApiError> {
    summary::look(&app, &member, id, |_view, rights| may_plan(rights)).await??;
    let company = member.company;
    let mut tx = app.store.begin().await?;
    for row in app.store.publishes(company, id, N_LATEST).await? {
        let Some(mut run) = publish_run::of_row(&row).filter(|_| row.ended_us.is_none()) else {
            continue;
        };
        run.state = RunState::Stopped;
        let row = PublishRow {
            body: publish_run::body(&run),
            ..row
        };
        tx.update_publish(company, &row).await?;
    }
    tx.commit().await?;
    reviewed(&app, &member, id).await
}

/// What is to be discarded.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Discard {
    /// The browser's own number: a repeated request is done once, and what it did can be taken back.
    id: Uuid,
    /// Items of which everything that waits is discarded; `null` for all there are.
    items: Option<Vec<Uuid>>,
}

/// Discards what waits to be published: one's own; everybody's where one manages the board.
#[utoipa::path(post, path = "/api/boards/{id}/discard", operation_id = "boards_discard", tag = "boards",
    params(("id" = Uuid, Path)), request_body = Discard, responses(
    (status = 204), (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
))]
pub async fn discard(
    State(app): State<App>,
    member: Member,
    Path(id): Path<BoardId>,
    Body(input): Body<Discard>,
) -> Result<StatusCode, ApiError> {
    let rights = summary::look(&app, &member, id, |_view, rights| may_plan(rights).map(|()| rights)).await??;
    let company = member.company;
    let wanted: Option<BTreeSet<Uuid>> = input.items.map(|items| items.into_iter().collect());
    let mut tx = app.store.begin().await?;
    let row = tx.board(company, id).await?.ok_or(ApiError::NotFound)?;
    let all = tx.drafts_of_board(company, id).await?;
    let is_wanted = |edit: &EditRow| wanted.as_ref().is_none_or(|wanted| wanted.contains(&edit.item_id));
    let may = |edit: &EditRow| rights.may_manage || edit.author == member.id.0;
    let n_wanted = all.iter().filter(|edit| is_wanted(edit)).count();
    let own: Vec<&EditRow> = all.iter().filter(|edit| is_wanted(edit) && may(edit)).collect();
    if own.is_empty() && n_wanted > 0 {
        return Err(
            Refusal::new(Kind::Forbidden, "not_your_drafts", "These changes are somebody else’s")
                .detail("Everybody discards their own changes.")
                .next_step("Ask their author, or whoever manages the board.")
                .into(),
        );
    }
    // Without its creation nothing else about an item leads anywhere, whoever did it.
    let is_create = |edit: &&&EditRow| matches!(edit.act.0, Act::Create { .. });
    let unmade: BTreeSet<Uuid> = own.iter().filter(is_create).map(|edit| edit.item_id).collect();
    let gone: BTreeSet<Uuid> = own.iter().map(|edit| edit.id).collect();
    let given_up: Vec<EditRow> = all
        .iter()
        .filter(|edit| gone.contains(&edit.id) || unmade.contains(&edit.item_id))
        .cloned()
        .collect();
    if given_up.is_empty() {
        return Ok(StatusCode::NO_CONTENT);
    }
    let discarded = BoardActRow {
        id: input.id,
        board_id: id.0,
        member_id: member.id.0,
        change_number: tx.number_change(company, Noun::Board, id.0).await?,
        at_us: app.now_us(),
        acts: Stored(Value::Array(Vec::new())),
        inverse: Stored(serde_json::to_value(redrafts(&given_up)).unwrap_or_default()),
        state: "done".to_owned(),
    };
    // A repeated request finds it done.
    if tx.insert_board_act(company, &discarded).await? {
        let (change, now_us) = (discarded.change_number, discarded.at_us);
        publish_write::give_up(&mut tx, &member, &row, &given_up, change, now_us).await?;
        tx.commit().await?;
        app.wake.ring(row.connection());
    }
    Ok(StatusCode::NO_CONTENT)
}

/// What brings discarded drafts back: in the order they were made, each as its author's.
fn redrafts(given_up: &[EditRow]) -> Vec<Step> {
    let back = |edit: &EditRow| Step::Redraft {
        item: ItemId(edit.item_id),
        act: edit.act.0.clone(),
        author: MemberId(edit.author),
    };
    given_up.iter().map(back).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_said_in_the_servers_words_and_trouble_says_nothing() {
        let refused = Answer::Failed(Failure::Refused {
            answer: "TF401320: Root cause is required.".into(),
            fields: vec!["Microsoft.VSTS.CMMI.RootCause".into()],
        });
        let said_no = said(&refused).unwrap();
        assert!(!said_no.is_taken && said_no.fields == ["Microsoft.VSTS.CMMI.RootCause"]);
        assert_eq!(said(&Answer::Failed(Failure::NotNow)), None);
        assert_eq!(said(&Answer::Failed(Failure::Throttled(5))), None);
        assert!(said(&Answer::Failed(Failure::RevMoved)).unwrap().is_taken);
        assert!(said(&Answer::Moved).unwrap().is_taken);
    }
}
