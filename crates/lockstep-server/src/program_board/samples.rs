//! What the tests of this slice are made of: a harbour with two teams and two sprints.

use azdo::{FieldName, field};
use lockstep_sync::PARENT;
use lockstep_sync::edit::{Act, Edit, EditState, Hold};
use lockstep_sync::item::Presence;
use lockstep_sync::rules::{ConflictRule, Rules, TokenOwner, WithoutOwnToken};
use serde_json::{Value, json};
use sqlx::types::Json;
use uuid::Uuid;

use super::held::{Held, NEEDED_BY, Names, WAITS_FOR, fields_of_creation, read_fields, read_links};
use super::nodes::Nodes;
use super::set_up::SetUp;
use super::set_up::tests::harbour;
use super::view::{BoardView, News};
use crate::action_items::samples::{MARA, member_id, people};
use crate::ids::{EditId, ItemId};
use crate::store::boards::BoardRow;
use crate::store::nodes::NodeRow;

pub const POINTS: &str = "Microsoft.VSTS.Scheduling.StoryPoints";

pub fn item(n: u128) -> ItemId {
    ItemId(Uuid::from_u128(n))
}

pub fn row(set_up: SetUp) -> BoardRow {
    BoardRow {
        id: Uuid::from_u128(77),
        company_id: Uuid::from_u128(1),
        connection_id: Uuid::from_u128(7),
        name: "Program board".into(),
        write_mode: "live".into(),
        set_up: Json(set_up),
        see: "company".into(),
        import_state: "ready".into(),
        import_detail: Json(Default::default()),
        scope_read_us: None,
        created_by: Uuid::from_u128(MARA),
        created_us: 0,
        change_number: 1,
        deleted_us: None,
    }
}

/// Areas 11 (Quay) and 12 (Customs) below 10; iterations 101 and 102 below the PI 100, 111 and 112 below Quay's own 110.
pub fn nodes() -> Nodes {
    let node = |tree: &str, node_id, parent_id, name: &str| NodeRow {
        node_id,
        project_id: "p1".into(),
        project: "Harbour".into(),
        tree: tree.into(),
        parent_id,
        name: name.into(),
        path: format!("Harbour\\{name}"),
        start_on: None,
        finish_on: None,
    };
    Nodes::of(vec![
        node("areas", 10, None, "Harbour"),
        node("areas", 11, Some(10), "Quay"),
        node("areas", 12, Some(10), "Customs"),
        node("iterations", 99, None, "Harbour"),
        node("iterations", 100, Some(99), "PI 26.4"),
        node("iterations", 101, Some(100), "Sprint 41"),
        node("iterations", 102, Some(100), "Sprint 42"),
        node("iterations", 110, Some(99), "Quay 26.4"),
        node("iterations", 111, Some(110), "Quay 41"),
        node("iterations", 112, Some(110), "Quay 42"),
    ])
}

/// A card to be, with number 4100 and what is added to its own number.
pub struct Made {
    pub held: Held,
    fields: Value,
    relations: Vec<Value>,
}

/// A work item of a type, in an area and an iteration.
pub fn made(n: u128, kind: &str, area: i64, iteration: i64) -> Made {
    let fields = json!({
        "System.Title": format!("Item {n}"), "System.WorkItemType": kind, "System.State": "Active",
        "System.TeamProject": "Harbour", "System.AreaId": area, "System.IterationId": iteration, POINTS: 3,
    });
    Made {
        held: Held {
            id: item(n),
            number: Some(4100 + i64::try_from(n).unwrap()),
            presence: Presence::Present,
            rev: Some(1),
            fields: Default::default(),
            links: Vec::new(),
            edits: Vec::new(),
            rank: format!("a{n}"),
            placed: None,
        },
        fields,
        relations: Vec::new(),
    }
}

impl Made {
    pub fn with(mut self, name: &str, value: Value) -> Self {
        self.fields[name] = value;
        self
    }

    pub fn under(self, parent: u128) -> Self {
        self.with(PARENT, json!(4100 + i64::try_from(parent).unwrap()))
    }

    /// It waits for work item `number`; `comment` is the link's.
    pub fn waits_for(self, number: i64, comment: &str) -> Self {
        self.linked(WAITS_FOR, number, comment)
    }

    /// Work item `number` waits for it.
    pub fn needed_by(self, number: i64) -> Self {
        self.linked(NEEDED_BY, number, "")
    }

    fn linked(mut self, rel: &str, number: i64, comment: &str) -> Self {
        let url = format!("https://dev.azure.com/northquay/_apis/wit/workItems/{number}");
        let link = json!({"rel": rel, "url": url, "attributes": {"comment": comment}});
        self.relations.push(link);
        self
    }

    pub fn placed(mut self, team: &str, column: &str) -> Self {
        self.held.placed = Some((team.into(), column.into()));
        self
    }

    pub fn wanting(mut self, act: Act) -> Self {
        let n = self.held.edits.len() as u128;
        self.held.edits.push(edit(self.held.id.0.as_u128() * 100 + n, act));
        self
    }

    pub fn drafted(mut self, act: Act) -> Self {
        self = self.wanting(act);
        self.held.edits.last_mut().unwrap().is_draft = true;
        self
    }

    pub fn held(self, names: &mut Names) -> Held {
        let creation = self
            .held
            .edits
            .iter()
            .find(|edit| matches!(edit.act, Act::Create { .. }));
        let fields = match creation {
            Some(creation) => fields_of_creation(&creation.act, POINTS, names),
            None => read_fields(&self.fields.to_string(), POINTS, names).unwrap(),
        };
        let is_unborn = creation.is_some();
        Held {
            fields,
            links: read_links(&Value::Array(self.relations).to_string(), &harbour().dependency).unwrap(),
            number: self.held.number.filter(|_| !is_unborn),
            rev: self.held.rev.filter(|_| !is_unborn),
            presence: if is_unborn {
                Presence::Unborn
            } else {
                self.held.presence
            },
            ..self.held
        }
    }
}

pub fn edit(n: u128, act: Act) -> Edit {
    Edit {
        id: EditId(Uuid::from_u128(n)),
        change: 1,
        author: member_id(MARA),
        at_us: 0,
        act,
        state: EditState::Waiting,
        doubt: None,
        is_draft: false,
    }
}

/// Azure DevOps said no.
pub fn refused() -> Hold {
    serde_json::from_value(json!({"hold": "refused", "answer": "No", "at_rev": null})).unwrap()
}

pub fn set(name: &str, to: Value) -> Act {
    Act::Set {
        field: FieldName::from(name),
        was: Value::Null,
        to,
    }
}

pub fn creation(kind: &str, area: i64, iteration: i64) -> Act {
    Act::Create {
        project: "Harbour".into(),
        work_item_type: kind.into(),
        fields: [
            (FieldName::from(field::TITLE), json!("New here")),
            (FieldName::from(field::AREA_ID), json!(area)),
            (FieldName::from(field::ITERATION_ID), json!(iteration)),
        ]
        .into(),
    }
}

/// The harbour's board with these cards, loaded at change 10.
pub fn board(cards: Vec<Made>) -> BoardView {
    board_of(harbour(), cards)
}

pub fn board_of(set_up: SetUp, cards: Vec<Made>) -> BoardView {
    let mut view = BoardView::new(row(set_up), nodes(), people(), 10);
    let names = view.names();
    let held = cards.into_iter().map(|card| card.held(names)).collect();
    view.take(News { held, gone: vec![] }, 10);
    view.settle_loaded(&Default::default());
    view
}

/// Takes one card in, made anew, under a change number.
pub fn take(view: &mut BoardView, card: Made, change: i64) {
    let held = card.held(view.names());
    view.take(
        News {
            held: vec![held],
            gone: vec![],
        },
        change,
    );
}

/// A connection at which these members have tokens of their own, and nobody writes for the others.
pub fn rules(with_tokens: &[u128]) -> Rules {
    let owner = |n: u128| TokenOwner {
        identity_id: n.to_string(),
        unique_name: format!("{n}@northquay.example"),
        name: n.to_string(),
        fingerprint: n.to_string(),
    };
    Rules {
        without_own_token: WithoutOwnToken::Hold,
        conflict: ConflictRule::Ask,
        notes_on_behalf_create: false,
        notes_on_behalf_update: false,
        marker_base: "https://lockstep.example/x/".into(),
        collection_url: "https://dev.azure.com/northquay".into(),
        delay_bound_us: 0,
        request_timeout_us: 0,
        poll_interval_us: 0,
        readable_projects: None,
        connection_token: Some(owner(0)),
        own_tokens: with_tokens.iter().map(|n| (member_id(*n), owner(*n))).collect(),
        unusable_tokens: Default::default(),
        names: Default::default(),
        nodes: nodes().rows().map(|node| (node.node_id, node.path.clone())).collect(),
        scopes: Vec::new(),
        restored: None,
    }
}
