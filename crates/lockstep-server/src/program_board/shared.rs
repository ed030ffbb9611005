//! A board as whoever has a link sees it: the plan, and nothing around it.
//!
//! Asked anew at each request: whether the link still opens anything, its maker may still make one, and the board is there.
//! Nothing goes out that a picture of the plan would not show: no connection, no scope, no numbers of teams, areas or people
//! over there, no sync, nobody but those that cards are assigned to, no titles of work items that are not on the board.

use std::collections::HashMap;

use axum::extract::State;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderMap;
use http::header::{self, HeaderValue};
use sha2::{Digest, Sha256};

use super::set_up::{BoardScope, DependencyLink, SetUp};
use super::shapes::{ImportState, Snapshot, WriteMode};
use super::share_links::{ShareLinkState, digest, state};
use super::snapshot::{Packed, answer, gzipped, whole};
use super::views;
use crate::access::BoardRights;
use crate::app::App;
use crate::error::{ApiError, Kind, Problem, Refusal};
use crate::extract::Source;
use crate::ids::{BoardId, CompanyId};

/// What a link lets one do.
const RIGHTS: BoardRights = BoardRights {
    may_see: true,
    may_edit: false,
    may_manage: false,
};

/// The board that a link shows. The link's secret comes as `Authorization: Bearer`, so that it is in no address.
#[utoipa::path(get, path = "/api/shared/board", operation_id = "shared_board", tag = "boards", responses(
    (status = 200, body = Snapshot), (status = 304, description = "The browser has it already"),
    (status = 401, description = "There is no such link", body = Problem, content_type = "application/problem+json"),
    (status = 410, description = "The link has ended", body = Problem, content_type = "application/problem+json"),
    (status = 429, body = Problem, content_type = "application/problem+json"),
))]
pub async fn shared_board(State(app): State<App>, source: Source, headers: HeaderMap) -> Result<Response, ApiError> {
    app.throttle.may_try_link(source.address)?;
    let link = match secret_of(&headers).and_then(digest) {
        Some(digest) => app.store.opened_share_link(&digest).await?,
        None => None,
    };
    let Some(link) = link else {
        app.throttle.was_wrong_link(source.address);
        metrics::counter!("lockstep_shared_boards_total", "outcome" => "refused").increment(1);
        return Err(no_such_link().into());
    };
    let stands = state(link.ended_us, link.expires_us, link.role, link.is_active, app.now_us());
    if stands != ShareLinkState::Open {
        return Err(ended(stands).into());
    }
    let packed = packed(&app, CompanyId(link.company_id), BoardId(link.board_id)).await;
    let packed = packed.map_err(|error| match error {
        ApiError::NotFound => ended(ShareLinkState::Ended).into(),
        error => error,
    })?;
    metrics::counter!("lockstep_shared_boards_total", "outcome" => "shown").increment(1);
    Ok(answer(&packed, &headers))
}

fn secret_of(headers: &HeaderMap) -> Option<&str> {
    headers
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?
        .strip_prefix("Bearer ")
}

fn no_such_link() -> Refusal {
    Refusal::new(Kind::SignedOut, "no_such_link", "This link shows nothing")
        .detail("It is not one of this server's links, or a part of it is missing.")
        .next_step("Copy the whole link, or ask whoever sent it.")
}

fn ended(stands: ShareLinkState) -> Refusal {
    let title = match stands {
        ShareLinkState::Expired => "This link has expired",
        _ => "This link has ended",
    };
    Refusal::new(Kind::Gone, "link_ended", title)
        .detail("It showed a board for a limited time.")
        .next_step("Ask whoever sent it for a new one.")
}

async fn packed(app: &App, company: CompanyId, board: BoardId) -> Result<Packed, ApiError> {
    let known = views::look(app, company, board, |view| {
        view.shared.clone().filter(|packed| packed.is_of(view, RIGHTS))
    })
    .await?;
    if let Some(packed) = known {
        return Ok(packed);
    }
    let types = app.store.work_item_types(company).await?;
    views::look(app, company, board, |view| {
        let snapshot = outward(whole(view, RIGHTS, &types, &HashMap::new()));
        let packed = pack(view.version, &snapshot)?;
        view.shared = Some(packed.clone());
        Ok(packed)
    })
    .await?
}

/// Named by what it says, so that what is not shown changes nothing.
fn pack(version: i64, snapshot: &Snapshot) -> Result<Packed, ApiError> {
    let json = serde_json::to_vec(snapshot).map_err(anyhow::Error::from)?;
    let name = URL_SAFE_NO_PAD.encode(&Sha256::digest(&json)[..18]);
    let etag = HeaderValue::from_str(&format!("\"{name}\"")).map_err(anyhow::Error::from)?;
    let gzip = gzipped(&json).map_err(anyhow::Error::from)?;
    Ok(Packed::new(version, RIGHTS, etag, gzip))
}

/// What of a board may be seen from outside.
fn outward(mut snapshot: Snapshot) -> Snapshot {
    let board = &mut snapshot.board.board;
    board.connection = None;
    board.write_mode = WriteMode::ReadOnly;
    board.n_drafts = 0;
    board.change = 0;
    board.import.detail = None;
    board.import.leaving = None;
    if board.import.state == ImportState::Stopped {
        board.import.state = ImportState::Ready;
    }
    let set_up = &mut snapshot.board.set_up;
    *set_up = outward_set_up(set_up);
    snapshot.change = 0;
    snapshot.cards.change.iter_mut().for_each(|change| *change = 0);
    snapshot.cards.sync.iter_mut().for_each(|sync| *sync = 0);
    snapshot.links.iter_mut().for_each(|link| link.5 = 0);
    snapshot.outside.iter_mut().for_each(|outside| outside.title = None);
    keep_assigned(&mut snapshot);
    snapshot
}

fn outward_set_up(set_up: &SetUp) -> SetUp {
    let mut shown = set_up.clone();
    shown.scope = BoardScope::Areas { projects: Vec::new() };
    shown.pi = None;
    for team in &mut shown.teams {
        team.project_id.clear();
        team.team_id = None;
        team.area_id = 0;
        team.areas.clear();
    }
    for column in &mut shown.columns {
        column.node_ids.clear();
    }
    shown.unit.field.clear();
    shown.dependency = DependencyLink::default();
    shown
}

/// People are those that cards are assigned to, by name alone.
fn keep_assigned(snapshot: &mut Snapshot) {
    let mut kept = Vec::new();
    let mut at: HashMap<i64, i64> = HashMap::new();
    for assignee in &mut snapshot.cards.assignee {
        let Some(person) = usize::try_from(*assignee).ok().and_then(|at| snapshot.people.get(at)) else {
            continue;
        };
        *assignee = *at.entry(*assignee).or_insert_with(|| {
            let mut person = person.clone();
            (person.unique_name, person.member_id) = (None, None);
            kept.push(person);
            kept.len() as i64 - 1
        });
    }
    snapshot.people = kept;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action_items::samples::types;
    use crate::program_board::samples::*;
    use serde_json::{Value, json};

    fn shared(made: Vec<Made>) -> Value {
        let view = board(made);
        let titles = HashMap::from([(5000, Some("Pilot boarding".to_owned()))]);
        serde_json::to_value(outward(whole(&view, RIGHTS, &types(), &titles))).unwrap()
    }

    #[test]
    fn the_plan_is_shown_and_nothing_around_it() {
        let shown = shared(vec![
            made(1, "User Story", 11, 101).needed_by(5000),
            made(2, "User Story", 11, 102).waits_for(4101, "Lockstep: accepted, needed by 2026-10-30"),
        ]);
        assert_eq!(shown["cards"]["title"], json!(["Item 1", "Item 2"]));
        assert_eq!(shown["cards"]["column"], json!([0, 1]));
        assert_eq!(shown["links"], json!([[0, 1, 0, 2, "2026-10-30", 0]]));
        assert_eq!(shown["outside"], json!([{"number": 5000, "title": null}]));
        assert_eq!(shown["board"]["connection"], Value::Null);
        assert_eq!(shown["board"]["may_edit"], false);
        let text = shown.to_string();
        for word in ["Pilot boarding", "northquay", "Scheduling", "\"p1\"", "Mara"] {
            assert!(!text.contains(word), "{word}: {text}");
        }
    }

    #[test]
    fn only_those_that_cards_are_assigned_to_are_named_and_by_name_alone() {
        let who = json!({"displayName": "Tom Okafor", "uniqueName": "tom.okafor@northquay.example", "id": "t1"});
        let shown = shared(vec![
            made(1, "User Story", 11, 101),
            made(2, "User Story", 11, 102).with("System.AssignedTo", who),
        ]);
        assert_eq!(shown["cards"]["assignee"], json!([-1, 0]));
        let people = shown["people"].as_array().unwrap();
        assert_eq!(people.len(), 1, "{people:?}");
        assert_eq!(people[0]["name"], "Tom Okafor");
        assert_eq!(
            (&people[0]["unique_name"], &people[0]["member_id"]),
            (&Value::Null, &Value::Null)
        );
    }

    #[test]
    fn how_a_card_stands_with_azure_devops_stays_here() {
        let shown = shared(vec![
            made(1, "User Story", 11, 101).drafted(set("System.Title", json!("Renamed"))),
        ]);
        assert_eq!(shown["cards"]["title"], json!(["Renamed"]));
        assert_eq!(
            (&shown["cards"]["sync"], &shown["board"]["n_drafts"]),
            (&json!([0]), &json!(0))
        );
    }

    #[test]
    fn what_is_not_shown_does_not_change_its_name() {
        let name = |made: Vec<Made>| {
            let view = board(made);
            let snapshot = outward(whole(&view, RIGHTS, &types(), &HashMap::new()));
            pack(view.version, &snapshot).unwrap().etag
        };
        let plain = || made(1, "User Story", 11, 101);
        assert_eq!(name(vec![plain()]), name(vec![plain()]));
        assert_ne!(
            name(vec![plain()]),
            name(vec![plain().with("System.Title", "Other".into())])
        );
    }
}
