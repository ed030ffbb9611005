//! A whole board in one answer, column by column, packed once for everybody who may do the same on it.
//!
//! Ten thousand cards are texts and numbers in lists: what repeats is said once. The packed answer is kept until something
//! of the board has changed, and a browser that has it already gets 304.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::Hash;
use std::io::Write;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::header::{self, HeaderValue};
use http::{HeaderMap, StatusCode};
use uuid::Uuid;

use super::shapes::{
    Card, LinkDirection, Snapshot, SnapshotBoard, SnapshotCards, SnapshotLink, SnapshotOutside, SnapshotPerson,
    SnapshotState, SnapshotStrings, SnapshotType,
};
use super::summary;
use super::view::BoardView;
use crate::access::{BoardRights, Member};
use crate::accounts::initials;
use crate::action_items::types::Types;
use crate::app::App;
use crate::error::{ApiError, Problem};
use crate::extract::Path;
use crate::ids::BoardId;

/// A packed snapshot, for whoever has these rights.
#[derive(Debug, Clone)]
pub struct Packed {
    version: i64,
    rights: BoardRights,
    /// Names this content.
    pub etag: HeaderValue,
    gzip: Bytes,
}

/// A board with all its cards.
#[utoipa::path(get, path = "/api/boards/{id}/snapshot", operation_id = "boards_snapshot", tag = "boards",
    params(("id" = Uuid, Path)), responses(
    (status = 200, body = Snapshot), (status = 304, description = "The browser has it already"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
))]
pub async fn snapshot(
    State(app): State<App>,
    member: Member,
    Path(id): Path<BoardId>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let known = summary::look(&app, &member, id, |view, rights| {
        let packed = view.packed.iter().find(|packed| packed.is_of(view, rights));
        packed
            .cloned()
            .ok_or_else(|| (outside_numbers(view), view.row.connection()))
    })
    .await?;
    let packed = match known {
        Ok(packed) => packed,
        Err((outside, connection)) => {
            let titles = app.store.titles(member.company, connection, &outside).await?;
            let types = app.store.work_item_types(member.company).await?;
            summary::look(&app, &member, id, |view, rights| {
                let titles = titles.into_iter().collect();
                let packed = pack(view, rights, &whole(view, rights, &types, &titles));
                if let Ok(packed) = &packed {
                    let (version, kept) = (view.version, packed.clone());
                    view.packed.retain(|old| old.version == version && old.rights != rights);
                    view.packed.push(kept);
                }
                packed
            })
            .await??
        }
    };
    Ok(answer(&packed, &headers))
}

/// The packed board, or that the browser has it already.
pub fn answer(packed: &Packed, headers: &HeaderMap) -> Response {
    let asked = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let is_known = asked.is_some_and(|asked| {
        let names = asked.split(',').map(|name| name.trim().trim_start_matches("W/"));
        names.into_iter().any(|name| packed.etag == name)
    });
    let accepts = |value: &HeaderValue| value.to_str().is_ok_and(|value| value.contains("gzip"));
    let takes_gzip = headers.get_all(header::ACCEPT_ENCODING).iter().any(accepts);
    let mut response = if is_known {
        StatusCode::NOT_MODIFIED.into_response()
    } else if takes_gzip {
        let mut response = packed.gzip.clone().into_response();
        response
            .headers_mut()
            .insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        response
    } else {
        unpacked(&packed.gzip).into_response()
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::ETAG, packed.etag.clone());
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding, cookie"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    response
}

impl Packed {
    /// What was packed at a version of the board, for whoever has these rights.
    pub fn new(version: i64, rights: BoardRights, etag: HeaderValue, gzip: Bytes) -> Self {
        Self {
            version,
            rights,
            etag,
            gzip,
        }
    }

    /// Whether it is what these rights show of the board now.
    pub fn is_of(&self, view: &BoardView, rights: BoardRights) -> bool {
        self.version == view.version && self.rights == rights
    }
}

fn pack(view: &BoardView, rights: BoardRights, snapshot: &Snapshot) -> Result<Packed, anyhow::Error> {
    let gzip = gzipped(&serde_json::to_vec(snapshot)?)?;
    let may = u8::from(rights.may_edit) + 2 * u8::from(rights.may_manage);
    // Loaded anew, what went before is not known; so that number is part of the name.
    let etag = format!("\"{}-{}-{}-{may}\"", view.row.id.simple(), view.version, view.since);
    Ok(Packed {
        version: view.version,
        rights,
        etag: HeaderValue::from_str(&etag)?,
        gzip,
    })
}

/// Packed for the wire.
pub fn gzipped(json: &[u8]) -> std::io::Result<Bytes> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(json)?;
    Ok(gzip.finish()?.into())
}

fn unpacked(gzip: &[u8]) -> Vec<u8> {
    let mut plain = flate2::write::GzDecoder::new(Vec::new());
    // It was packed here a moment ago.
    let is_whole = plain.write_all(gzip).and_then(|()| plain.try_finish());
    is_whole
        .map(|()| plain.finish().unwrap_or_default())
        .unwrap_or_default()
}

/// Numbers that dependencies lead to and that are not on the board.
fn outside_numbers(view: &BoardView) -> Vec<i64> {
    let links = view.cards().flat_map(|(_, card)| &card.links);
    let outside: BTreeSet<i64> = links
        .filter(|link| link.to_or_from.is_none())
        .filter_map(|link| link.number)
        .collect();
    outside.into_iter().collect()
}

/// The whole board.
pub fn whole(view: &BoardView, rights: BoardRights, types: &Types, titles: &HashMap<i64, Option<String>>) -> Snapshot {
    let n = view.n_cards();
    let index: HashMap<Uuid, usize> = view.cards().enumerate().map(|(at, (item, _))| (item.0, at)).collect();
    let (mut kinds, mut states, mut tags) = (Dictionary::default(), Dictionary::default(), Dictionary::default());
    for name in view
        .set_up()
        .levels
        .features
        .iter()
        .chain(&view.set_up().levels.stories)
    {
        kinds.index(name.clone());
    }
    let mut people = People::of(view);
    let mut outside = Dictionary::default();
    let (mut links, mut of_givers, mut outside_links) =
        (Vec::<SnapshotLink>::new(), Vec::<SnapshotLink>::new(), Vec::new());
    let mut cards = SnapshotCards::with_capacity(n);
    for (at, (_, card)) in view.cards().enumerate() {
        let parent = card.parent.and_then(|parent| index.get(&parent));
        cards.id.push(URL_SAFE_NO_PAD.encode(card.id.as_bytes()));
        cards.number.push(card.number.unwrap_or(0));
        cards.r#type.push(kinds.index(card.r#type.clone()));
        cards.title.push(card.title.clone());
        cards.state.push(states.index(card.state.clone()));
        cards.team.push(card.team);
        cards.column.push(card.column);
        cards.points.push(card.points);
        cards.assignee.push(people.index(card));
        cards
            .parent
            .push(parent.and_then(|at| i64::try_from(*at).ok()).unwrap_or(-1));
        cards.rank.push(card.rank.clone());
        cards
            .tags
            .push(card.tags.iter().map(|tag| tags.index(tag.clone())).collect());
        cards.sync.push(card.sync.index());
        cards.placed.push(card.placed);
        cards.change.push(card.change);
        for link in &card.links {
            let other = link.to_or_from.and_then(|other| index.get(&other).copied());
            match (other, link.number, link.direction) {
                // A link has two ends; the taker tells it.
                (Some(giver), _, LinkDirection::WaitsFor) => links.push((
                    giver,
                    at,
                    0,
                    link.agreement.index(),
                    link.needed_by.clone(),
                    link.sync.index(),
                )),
                (Some(taker), _, LinkDirection::NeededBy) => of_givers.push((
                    at,
                    taker,
                    0,
                    link.agreement.index(),
                    link.needed_by.clone(),
                    link.sync.index(),
                )),
                (None, Some(number), direction) => {
                    outside_links.push((
                        at,
                        outside.index(number),
                        u8::from(direction == LinkDirection::NeededBy),
                    ));
                }
                (None, None, _) => {}
            }
        }
    }
    let told: HashSet<(usize, usize)> = links.iter().map(|link| (link.0, link.1)).collect();
    links.extend(of_givers.into_iter().filter(|link| !told.contains(&(link.0, link.1))));
    let of_type = |name: &str| info(view, types, name);
    Snapshot {
        change: view.change,
        board: SnapshotBoard {
            board: summary::of_view(view, rights),
            set_up: view.set_up().clone(),
        },
        states: kinds
            .texts
            .iter()
            .flat_map(|name| offered(name, of_type(name)))
            .collect(),
        types: kinds
            .texts
            .iter()
            .map(|name| SnapshotType {
                color: of_type(name).and_then(|info| info.color.clone()),
                icon: of_type(name).and_then(|info| info.icon.clone()),
                level: view.set_up().level(name),
                name: name.clone(),
            })
            .collect(),
        people: people.list,
        strings: SnapshotStrings {
            tags: tags.texts,
            states: states.texts,
        },
        cards,
        links,
        outside: outside
            .texts
            .into_iter()
            .map(|number| SnapshotOutside {
                title: titles.get(&number).cloned().flatten(),
                number,
            })
            .collect(),
        outside_links,
    }
}

/// What is known of a type: as the first of the board's projects has it that has it at all.
pub fn info<'t>(view: &BoardView, types: &'t Types, name: &str) -> Option<&'t crate::action_items::types::TypeInfo> {
    let projects = super::nodes::projects_of(view.set_up());
    let names = projects
        .iter()
        .filter_map(|id| view.nodes.project_name(id))
        .collect::<Vec<_>>();
    let keys = names
        .iter()
        .map(String::as_str)
        .chain(projects.iter().map(String::as_str));
    let mut found = keys.filter_map(|project| types.get(view.row.connection(), project, name));
    found.next()
}

fn offered(name: &str, info: Option<&crate::action_items::types::TypeInfo>) -> Vec<SnapshotState> {
    let states = info.map(|info| info.states.as_slice()).unwrap_or_default();
    states
        .iter()
        .map(|state| SnapshotState {
            r#type: name.to_owned(),
            name: state.name.clone(),
            category: state.category().into(),
            color: state.color.clone(),
        })
        .collect()
}

/// Things that are said once and counted.
struct Dictionary<T> {
    texts: Vec<T>,
    at: HashMap<T, usize>,
}

impl<T> Default for Dictionary<T> {
    fn default() -> Self {
        Self {
            texts: Vec::new(),
            at: HashMap::new(),
        }
    }
}

impl<T: Clone + Eq + Hash> Dictionary<T> {
    fn index(&mut self, text: T) -> usize {
        if let Some(at) = self.at.get(&text) {
            return *at;
        }
        self.texts.push(text.clone());
        self.at.insert(text, self.texts.len() - 1);
        self.texts.len() - 1
    }
}

/// Assignees, and the members who can be assigned.
struct People {
    list: Vec<SnapshotPerson>,
    members: HashMap<Uuid, usize>,
    others: HashMap<String, usize>,
}

impl People {
    fn of(view: &BoardView) -> Self {
        let mut people = Self {
            list: Vec::new(),
            members: HashMap::new(),
            others: HashMap::new(),
        };
        for person in view.people.active() {
            let unique_name = view.people.identity_of(person.id);
            people.members.insert(person.id.0, people.list.len());
            people.list.push(SnapshotPerson {
                name: person.name.clone(),
                unique_name: unique_name.map(|unique| unique.name().to_owned()),
                member_id: Some(person.id.0),
                initials: initials(&person.name),
            });
        }
        for identity in view.assignees() {
            let member = view.people.member_of(identity);
            if member.is_some_and(|member| people.members.contains_key(&member.id.0)) {
                continue;
            }
            let name = member.map_or(&identity.display_name, |member| &member.name);
            let at = people.list.len();
            match member {
                Some(member) => drop(people.members.insert(member.id.0, at)),
                None if people.others.contains_key(name) => continue,
                None => drop(people.others.insert(name.clone(), at)),
            }
            people.list.push(SnapshotPerson {
                name: name.clone(),
                unique_name: identity.unique_name.clone(),
                member_id: member.map(|member| member.id.0),
                initials: initials(name),
            });
        }
        people
    }

    fn index(&mut self, card: &Card) -> i64 {
        let Some(assignee) = &card.assignee else { return -1 };
        let known = match assignee.member_id {
            Some(member) => self.members.get(&member),
            None => self.others.get(&assignee.name),
        };
        known.and_then(|at| i64::try_from(*at).ok()).unwrap_or(-1)
    }
}

impl SnapshotCards {
    fn with_capacity(n: usize) -> Self {
        Self {
            id: Vec::with_capacity(n),
            number: Vec::with_capacity(n),
            r#type: Vec::with_capacity(n),
            title: Vec::with_capacity(n),
            state: Vec::with_capacity(n),
            team: Vec::with_capacity(n),
            column: Vec::with_capacity(n),
            points: Vec::with_capacity(n),
            assignee: Vec::with_capacity(n),
            parent: Vec::with_capacity(n),
            rank: Vec::with_capacity(n),
            tags: Vec::with_capacity(n),
            sync: Vec::with_capacity(n),
            placed: Vec::with_capacity(n),
            change: Vec::with_capacity(n),
        }
    }
}

#[cfg(test)]
mod tests;
