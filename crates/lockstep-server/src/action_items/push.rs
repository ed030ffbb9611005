//! Pushing an action item: its work item is created where somebody chose, and followed from then on.
//!
//! What the creation carries is what is surely accepted; a status beyond the type's first state and an owner who may not be
//! known there follow as edits of their own, so that a refusal of one does not refuse the work item.

use azdo::{Fields, field};
use lockstep_sync::edit::{Act, Whom};
use serde_json::{Value, json};

use super::acting::{Acting, Begun, part_id};
use super::item::Stored;
use super::load::Company;
use super::people::{Match, People};
use super::requests::Push;
use super::status::{self, Step};
use super::types::TypeInfo;
use super::{load, mapping, type_reader};
use crate::access::Member;
use crate::app::App;
use crate::connections::clients::client_for;
use crate::error::{ApiError, Kind, Refusal};
use crate::ids::{ConnectionId, EditId, ItemId, MemberId};
use crate::store::connections::ConnectionRow;

/// Longest area or iteration path that is taken here.
const PATH_CHARS_MAX: usize = 4000;

/// Where the work item goes: checked against Azure DevOps itself.
struct Target {
    connection: ConnectionId,
    project: String,
    info: TypeInfo,
    area_path: Option<String>,
    iteration_path: Option<String>,
}

/// Creates the work item of an action item, once.
pub async fn push(app: &App, member: &Member, item: ItemId, input: Push) -> Result<(), ApiError> {
    let stored = load::one(app, member.company, item).await?.ok_or(ApiError::NotFound)?;
    let was_pushed = app.store.edit(member.company, part_id(input.id, "create")).await?;
    if was_pushed.is_some_and(|edit| edit.item_id == item.0) {
        return Ok(());
    }
    refuse_second(&stored)?;
    let target = target(app, member, &input).await?;
    let company = Company::read(app, member.company).await?;
    let people = company.people(Some(target.connection));
    let mut acting = match Acting::begin(app, member, item, input.id).await? {
        Begun::ToDo(acting) => acting,
        Begun::Done => return Ok(()),
    };
    acting.not_deleted()?;
    refuse_second(&acting.stored)?;
    let step = first_status(&acting.stored, &target.info)?;
    acting.pair_with(target.connection).await?;
    let owner = owner(&acting.stored, people);
    let fields = first_fields(&acting.stored, &target, owner.as_ref());
    let (project, work_item_type) = (target.project, target.info.name);
    acting.add(
        "create",
        Act::Create {
            project,
            work_item_type,
            fields,
        },
    );
    if let Some(state) = step.state {
        acting.add("status", set(field::STATE, json!(state)));
    }
    if let Some(Match::Perhaps(name)) = owner {
        acting.add("owner", set(field::ASSIGNED_TO, json!(name)));
    }
    add_comments(&mut acting, member, item, input.id).await?;
    let mut row = acting.stored.row.clone();
    row.is_blocked = step.is_blocked;
    acting.keep(app, &row, Some(target.connection)).await
}

/// What was said before the push goes with it, each comment by whoever said it.
async fn add_comments(acting: &mut Acting, member: &Member, item: ItemId, request: uuid::Uuid) -> Result<(), ApiError> {
    for change in acting.tx().local_changes(member.company, item).await? {
        for said in change.changes.0.into_iter().filter(|said| said.field == "comment") {
            let EditId(id) = part_id(request, &format!("comment {}", change.id));
            let html = said.to.unwrap_or_default();
            acting.add_of(EditId(id), MemberId(change.author), Act::Comment { html });
        }
    }
    Ok(())
}

fn refuse_second(stored: &Stored) -> Result<(), Refusal> {
    if !stored.is_pushed() {
        return Ok(());
    }
    let refusal = Refusal::new(
        Kind::Conflict,
        "already_pushed",
        "This action item has its work item already",
    );
    Err(match stored.pair.as_ref().and_then(|pair| pair.item.work_item) {
        Some(id) => refusal
            .detail(format!("It is work item {id}."))
            .next_step("Open that one."),
        None => refusal
            .detail("Its work item is being created.")
            .next_step("Wait for it, or let the creation go before you choose another place."),
    })
}

async fn target(app: &App, member: &Member, input: &Push) -> Result<Target, ApiError> {
    let connection = ConnectionId(input.connection_id);
    let row = app.store.connection(member.company, connection).await?;
    let row = row.ok_or_else(|| Refusal::field_is("connection_id", "is no connection of this company"))?;
    if !row.is_enabled {
        return Err(
            Refusal::new(Kind::Conflict, "connection_disabled", "This connection is disabled")
                .next_step("Choose another one, or ask a company admin to enable it.")
                .into(),
        );
    }
    let project = project(app, member, &row, &input.project_id).await?;
    let types = type_reader::read(app, member.company, connection, &project).await.map_err(|error| {
        tracing::info!(connection.id = %connection, error = &error as &dyn std::error::Error, "Work item types could not be read for a push");
        not_asked(&row)
    })?;
    let wanted = input.work_item_type.trim();
    let info = types
        .into_iter()
        .find(|info| info.name.eq_ignore_ascii_case(wanted) && !info.is_disabled);
    let info = info.ok_or_else(|| Refusal::field_is("work_item_type", "is no work item type of this project"))?;
    Ok(Target {
        connection,
        project,
        info,
        area_path: path("area_path", input.area_path.as_deref())?,
        iteration_path: path("iteration_path", input.iteration_path.as_deref())?,
    })
}

/// The name of a project that the connection's token can read and the admin allowed.
async fn project(app: &App, member: &Member, row: &ConnectionRow, wanted: &str) -> Result<String, ApiError> {
    let asked = async {
        let client = client_for(app, member.company, row.connection(), Whom::Connection)
            .await
            .ok()?;
        client.projects().await.ok()
    };
    let projects = tokio::time::timeout(std::time::Duration::from_secs(10), asked)
        .await
        .ok()
        .flatten();
    let projects = projects.ok_or_else(|| not_asked(row))?;
    let is_wanted = |project: &&azdo::Project| {
        project.id.eq_ignore_ascii_case(wanted.trim()) || project.name.to_lowercase() == wanted.trim().to_lowercase()
    };
    let is_allowed = |project: &&azdo::Project| {
        row.projects.0.is_empty() || row.projects.0.iter().any(|id| id.eq_ignore_ascii_case(&project.id))
    };
    let project = projects.iter().filter(is_allowed).find(is_wanted);
    Ok(project
        .ok_or_else(|| Refusal::field_is("project_id", "is no project that this connection reads"))?
        .name
        .clone())
}

fn not_asked(row: &ConnectionRow) -> Refusal {
    Refusal::new(
        Kind::OtherServer,
        "azure_devops_not_asked",
        "Azure DevOps could not be asked for its work item types",
    )
    .detail(format!(
        "The connection {} gave no usable answer. Nothing was done.",
        row.label
    ))
    .next_step("Look at the connection, then push again.")
}

fn path(name: &str, path: Option<&str>) -> Result<Option<String>, Refusal> {
    let Some(path) = path
        .map(|path| path.trim().trim_matches('\\'))
        .filter(|path| !path.is_empty())
    else {
        return Ok(None);
    };
    if path.chars().count() > PATH_CHARS_MAX || path.chars().any(char::is_control) {
        return Err(Refusal::field_is(name, "is no path"));
    }
    Ok(Some(path.to_owned()))
}

/// What it takes to show the item's status once the work item is in the first state of its type.
fn first_status(stored: &Stored, info: &TypeInfo) -> Result<Step, Refusal> {
    let first = info
        .states
        .first()
        .map_or(azdo::StateCategory::Proposed, |state| state.category());
    status::step(stored.row.status, first, &info.states).map_err(|status::NoSuchState| {
        let (status, name) = (stored.row.status.word(), &info.name);
        Refusal::new(
            Kind::Unacceptable,
            "no_such_state",
            "A work item of this type can’t have that status",
        )
        .detail(format!("{name} has no state that means “{status}”."))
        .next_step("Choose another type, or another status first.")
        .field("work_item_type", "has no state for the status")
    })
}

fn owner(stored: &Stored, people: &People) -> Option<Match> {
    people.identity_of(MemberId(stored.row.owner_member_id?))
}

fn first_fields(stored: &Stored, target: &Target, owner: Option<&Match>) -> Fields {
    let row = &stored.row;
    let known = owner.filter(|owner| matches!(owner, Match::Sure(_)));
    let values = [
        (field::TITLE, json!(row.title)),
        (field::DESCRIPTION, text_or_null(&row.description_html)),
        (
            field::ASSIGNED_TO,
            known.map_or(Value::Null, |owner| json!(owner.name())),
        ),
        (
            field::PRIORITY,
            row.priority
                .filter(|_| target.info.has_field(field::PRIORITY))
                .map_or(Value::Null, |p| json!(p)),
        ),
        (field::TAGS, mapping::tags_to_send(&row.tags.0)),
        (
            field::AREA_PATH,
            target.area_path.as_deref().map_or(Value::Null, |path| json!(path)),
        ),
        (
            field::ITERATION_PATH,
            target.iteration_path.as_deref().map_or(Value::Null, |path| json!(path)),
        ),
    ];
    values
        .into_iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| (name.into(), value))
        .collect()
}

fn text_or_null(text: &str) -> Value {
    if text.trim().is_empty() {
        Value::Null
    } else {
        json!(text)
    }
}

fn set(name: &str, to: Value) -> Act {
    // What the server fills in at the creation is where it starts from; the engine sees to that.
    Act::Set {
        field: name.into(),
        was: Value::Null,
        to,
    }
}
