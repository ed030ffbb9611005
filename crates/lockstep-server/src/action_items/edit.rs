//! Editing an action item and saying something about it.

use lockstep_sync::edit::Act;

use super::acting::{Acting, Begun};
use super::load::Company;
use super::requests::{EditActionItem, NewComment};
use super::{changes, load, type_reader, wanted};
use crate::access::Member;
use crate::app::App;
use crate::error::ApiError;
use crate::ids::ItemId;
use crate::store::action_items::LocalChange;

/// Edits an action item: what Azure DevOps keeps becomes one edit a field, the rest changes here.
pub async fn edit(app: &App, member: &Member, item: ItemId, input: EditActionItem) -> Result<(), ApiError> {
    let wanted = wanted::checked(input.changes)?;
    let mut company = Company::read(app, member.company).await?;
    if wanted.status.is_some() {
        read_types_if_unknown(app, member, item, &mut company).await?;
    }
    let mut acting = match Acting::begin(app, member, item, input.id).await? {
        Begun::ToDo(acting) => acting,
        Begun::Done => return Ok(()),
    };
    acting.not_deleted()?;
    let connection = acting.stored.pushed().map(|pair| pair.connection);
    let plan = changes::planned(&acting.stored, &wanted, company.people(connection), &company.types)?;
    acting.note(plan.local);
    for (field, act) in plan.acts {
        acting.add(field.as_str(), act);
    }
    acting.keep(app, &plan.row, connection).await
}

/// The states of a type may never have been read: a work item that came back, a database from before.
async fn read_types_if_unknown(
    app: &App,
    member: &Member,
    item: ItemId,
    company: &mut Company,
) -> Result<(), ApiError> {
    let Some(stored) = load::one(app, member.company, item).await? else {
        return Ok(());
    };
    if let (Some(pair), Some((project, _)), None) =
        (stored.pushed(), stored.project_and_type(), stored.info(&company.types))
        && let Ok(read) = type_reader::read(app, member.company, pair.connection, &project).await
    {
        company.types.insert(pair.connection, &project, read);
    }
    Ok(())
}

/// Says something about an action item. Until it has a work item the comment stays here, and goes with the push.
pub async fn comment(app: &App, member: &Member, item: ItemId, input: NewComment) -> Result<(), ApiError> {
    let html = wanted::comment(&input.text)?;
    let mut acting = match Acting::begin(app, member, item, input.id).await? {
        Begun::ToDo(acting) => acting,
        Begun::Done => return Ok(()),
    };
    acting.not_deleted()?;
    let connection = acting.stored.pushed().map(|pair| pair.connection);
    match connection {
        Some(_) => acting.add("comment", Act::Comment { html }),
        None => acting.note([LocalChange {
            field: "comment".to_owned(),
            from: None,
            to: Some(html),
        }]),
    }
    let row = acting.stored.row.clone();
    acting.keep(app, &row, connection).await
}
