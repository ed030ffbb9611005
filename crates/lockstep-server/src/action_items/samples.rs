//! What the tests of this slice are made of.

use azdo::{FieldName, Fields, Identity, Rev, StateCategory, WorkItemId, field};
use lockstep_sync::edit::{Act, Edit, EditState, Hold};
use lockstep_sync::item::{Errand, Item, Presence, Remote};
use serde_json::{Value, json};
use sqlx::types::Json;
use uuid::Uuid;

use super::item::{ConnectionFacts, ConnectionHealth, Pair, Stored, Surroundings};
use super::origin::Origin;
use super::people::{People, Person};
use super::status::Status;
use super::types::{StateInfo, TypeInfo, Types};
use crate::access::{Member, Role};
use crate::ids::{CompanyId, ConnectionId, EditId, ItemId, MemberId, SessionId};
use crate::store::action_items::ActionItemRow;

pub const MARA: u128 = 1;
pub const TOM: u128 = 2;
pub const INES: u128 = 3;
pub const CONNECTION: ConnectionId = ConnectionId(Uuid::from_u128(7));

pub fn member_id(n: u128) -> MemberId {
    MemberId(Uuid::from_u128(n))
}

pub fn viewer(n: u128, role: Role) -> Member {
    Member {
        company: CompanyId(Uuid::from_u128(1)),
        id: member_id(n),
        role,
        session: SessionId(Uuid::nil()),
    }
}

/// Mara has a token of her own, Tom and Ines have none.
pub fn people() -> People {
    let person = |n, name: &str, email: &str| Person {
        id: member_id(n),
        name: name.into(),
        email: email.into(),
        avatar: n as i64,
        is_active: true,
    };
    let mut people = People::new([
        person(MARA, "Mara Lindqvist", "mara@northquay.example"),
        person(TOM, "Tom Okafor", "tom@northquay.example"),
        person(INES, "Ines Duarte", "ines@northquay.example"),
    ]);
    people.owns_token(
        member_id(MARA),
        Identity {
            id: Some("m-1".into()),
            display_name: "Mara Lindqvist".into(),
            unique_name: Some("mara@northquay.example".into()),
        },
    );
    people
}

pub fn types() -> Types {
    let state = |name: &str, category| StateInfo::new(name, Some("b2b2b2".into()), category);
    let task = TypeInfo {
        icon: None,
        name: "Task".into(),
        color: Some("F2CB1D".into()),
        states: vec![
            state("New", StateCategory::Proposed),
            state("Active", StateCategory::InProgress),
            state("In review", StateCategory::InProgress),
            state("Closed", StateCategory::Completed),
            state("Removed", StateCategory::Removed),
        ],
        fields: vec![field::TITLE.into(), field::PRIORITY.into()],
        is_disabled: false,
    };
    let note = TypeInfo {
        icon: None,
        name: "Note".into(),
        fields: vec![field::TITLE.into()],
        ..task.clone()
    };
    let mut types = Types::default();
    types.insert(CONNECTION, "Harbour", vec![task, note]);
    types
}

pub fn connection() -> ConnectionFacts {
    ConnectionFacts {
        id: CONNECTION,
        label: "Northquay cloud".into(),
        collection: azdo::Collection::parse("https://dev.azure.com/northquay").ok(),
        health: ConnectionHealth::Fine,
    }
}

pub fn row() -> ActionItemRow {
    ActionItemRow {
        id: Uuid::from_u128(100),
        number: 4,
        title: "Write broker onboarding guide".into(),
        description_html: "<p>Start small</p>".into(),
        owner_member_id: Some(Uuid::from_u128(INES)),
        owner_name: None,
        status: Status::Open,
        priority: Some(2),
        due_on: Some("2026-10-23".into()),
        tags: Json(vec!["customs".into()]),
        team: Some("Customs".into()),
        origin: Origin::Retrospective,
        is_blocked: false,
        created_by: Uuid::from_u128(MARA),
        created_us: 1_000,
        changed_us: 2_000,
        deleted_us: None,
        deleted_by: None,
        deleted_where: None,
        change_number: 5,
    }
}

pub fn local() -> Stored {
    Stored { row: row(), pair: None }
}

pub fn fields(list: &[(&str, Value)]) -> Fields {
    list.iter()
        .map(|(name, value)| (FieldName::from(*name), value.clone()))
        .collect()
}

/// Pushed and read: a task of Harbour in state Active, assigned to Tom there.
pub fn paired(edits: Vec<Edit>) -> Stored {
    let fields = fields(&[
        (field::TITLE, json!("Write the broker guide")),
        (field::DESCRIPTION, json!("<div>There</div>")),
        (field::STATE, json!("Active")),
        (
            field::ASSIGNED_TO,
            json!({"displayName": "Tom O.", "id": "t-1", "uniqueName": "tom@northquay.example"}),
        ),
        (field::PRIORITY, json!(1)),
        (field::TAGS, json!("customs; guide")),
        (field::TEAM_PROJECT, json!("Harbour")),
        (field::WORK_ITEM_TYPE, json!("Task")),
        (field::AREA_PATH, json!("Harbour\\Customs")),
        (field::ITERATION_PATH, json!("Harbour\\Sprint 43")),
    ]);
    let item = Item {
        id: ItemId(Uuid::from_u128(100)),
        work_item: Some(WorkItemId(4701)),
        remote: Some(Remote {
            rev: Rev(3),
            fields,
            relations: Vec::new(),
        }),
        presence: Presence::Present,
        edits,
        let_go: Vec::new(),
        attempt: None,
        boards: Default::default(),
        unmade: Default::default(),
        errand: Errand::default(),
    };
    Stored {
        row: row(),
        pair: Some(pair(item)),
    }
}

/// Pushed and not created yet.
pub fn unborn(more: Vec<Edit>) -> Stored {
    let create = Act::Create {
        project: "Harbour".into(),
        work_item_type: "Task".into(),
        fields: fields(&[
            (field::TITLE, json!("Write broker onboarding guide")),
            (field::AREA_PATH, json!("Harbour\\Quay")),
        ]),
    };
    let mut edits = vec![edit(1, MARA, create)];
    edits.extend(more);
    let item = Item {
        edits,
        ..Item::unborn(ItemId(Uuid::from_u128(100)))
    };
    Stored {
        row: row(),
        pair: Some(pair(item)),
    }
}

fn pair(item: Item) -> Pair {
    Pair {
        connection: CONNECTION,
        item,
        change_number: 9,
        changed_us: 3_000,
    }
}

pub fn edit(n: u128, author: u128, act: Act) -> Edit {
    Edit {
        id: EditId(Uuid::from_u128(200 + n)),
        change: 10 + n as i64,
        author: member_id(author),
        at_us: 4_000 + n as i64,
        act,
        state: EditState::Waiting,
        is_draft: false,
        doubt: None,
    }
}

pub fn set(n: u128, author: u128, name: &str, was: Value, to: Value) -> Edit {
    edit(
        n,
        author,
        Act::Set {
            field: name.into(),
            was,
            to,
        },
    )
}

pub fn held(mut edit: Edit, hold: Hold) -> Edit {
    edit.state = EditState::Held { hold };
    edit
}

/// Everything an item is shown with, kept alive together.
pub struct Around {
    pub viewer: Member,
    pub people: People,
    pub types: Types,
    pub connection: ConnectionFacts,
    pub now_us: i64,
}

impl Around {
    pub fn of(viewer: Member) -> Self {
        Self {
            viewer,
            people: people(),
            types: types(),
            connection: connection(),
            now_us: 10_000,
        }
    }

    pub fn surroundings(&self) -> Surroundings<'_> {
        Surroundings {
            viewer: &self.viewer,
            people: &self.people,
            types: &self.types,
            connection: Some(&self.connection),
            now_us: self.now_us,
        }
    }
}
