//! What somebody wants changed, told apart into what stays here and what is written there.
//!
//! Pure. [`planned`] gives the row as it will be, the lines for its history, and the acts for the sync engine; whoever calls it
//! keeps all three in one transaction.

use azdo::{FieldName, StateCategory, field};
use lockstep_sync::edit::Act;
use lockstep_sync::value::is_same;
use serde_json::{Value, json};

use super::html;
use super::item::Stored;
use super::mapping::{self, ItemField};
use super::people::People;
use super::status::{self, Status};
use super::types::Types;
use super::wanted::Wanted;
use crate::error::{Kind, Refusal};
use crate::ids::MemberId;
use crate::store::action_items::{ActionItemRow, LocalChange};

/// What wanted changes come to.
#[derive(Debug, Clone)]
pub struct Planned {
    /// The row as it will be.
    pub row: ActionItemRow,
    /// What changes of it, for its history.
    pub local: Vec<LocalChange>,
    /// What is to be written there, each with the field it is about.
    pub acts: Vec<(ItemField, Act)>,
}

/// Tells wanted changes apart. What is as wanted already comes to nothing.
///
/// Errors: [`Refusal`] in words, where a value can't be set at all; nothing is done then.
pub fn planned(stored: &Stored, wanted: &Wanted, people: &People, types: &Types) -> Result<Planned, Refusal> {
    let mut plan = Planned {
        row: stored.row.clone(),
        local: Vec::new(),
        acts: Vec::new(),
    };
    if let Some(title) = &wanted.title {
        let is_there = plan.set_there(stored, ItemField::Title, json!(title), || json!(stored.row.title));
        if !is_there && *title != stored.row.title {
            plan.note(ItemField::Title, Some(stored.row.title.clone()), Some(title.clone()));
            plan.row.title.clone_from(title);
        }
    }
    if let Some(description) = &wanted.description {
        plan.set_description(stored, description)?;
    }
    if let Some(owner) = wanted.owner {
        plan.set_owner(stored, owner, people)?;
    }
    if let Some(status) = wanted.status {
        plan.set_status(stored, status, types)?;
    }
    if let Some(priority) = wanted.priority {
        plan.set_priority(stored, priority, types);
    }
    if let Some(tags) = &wanted.tags {
        let was = || mapping::tags_to_send(&stored.row.tags.0);
        let is_there = plan.set_there(stored, ItemField::Tags, mapping::tags_to_send(tags), was);
        if !is_there && *tags != stored.row.tags.0 {
            plan.note(ItemField::Tags, joined(&stored.row.tags.0), joined(tags));
            plan.row.tags.0.clone_from(tags);
        }
    }
    plan.set_here(wanted);
    Ok(plan)
}

fn joined(tags: &[String]) -> Option<String> {
    (!tags.is_empty()).then(|| tags.join(", "))
}

impl Planned {
    /// Whether anything changes at all.
    pub fn is_empty(&self, before: &ActionItemRow) -> bool {
        self.acts.is_empty() && self.local.is_empty() && self.row == *before
    }

    fn note(&mut self, field: ItemField, from: Option<String>, to: Option<String>) {
        self.local.push(LocalChange {
            field: field.as_str().to_owned(),
            from,
            to,
        });
    }

    /// Sets a field that Azure DevOps keeps, if it keeps this item. Says whether it does.
    fn set_there(&mut self, stored: &Stored, field: ItemField, to: Value, row_value: impl FnOnce() -> Value) -> bool {
        let (true, Some(name)) = (stored.is_pushed(), field.reference_name()) else {
            return false;
        };
        let name = FieldName::from(name);
        let was = stored.value(field).cloned().unwrap_or_else(row_value);
        if !is_same(&name, &was, &to) {
            self.acts.push((field, Act::Set { field: name, was, to }));
        }
        true
    }

    fn set_description(&mut self, stored: &Stored, description: &str) -> Result<(), Refusal> {
        let raw = stored.description();
        let name = FieldName::from(field::DESCRIPTION);
        if is_same(&name, &json!(raw), &json!(description)) {
            return Ok(());
        }
        if !html::is_editable(&raw) {
            return Err(Refusal::new(
                Kind::Conflict,
                "description_read_only",
                "This description is edited in Azure DevOps",
            )
            .detail("It holds formatting that our editor can’t give back as it was.")
            .next_step("Edit it in Azure DevOps; the change shows here.")
            .field("description_html", "holds formatting that would be lost"));
        }
        let to = if description.is_empty() {
            Value::Null
        } else {
            json!(description)
        };
        if !self.set_there(stored, ItemField::Description, to, || {
            json!(stored.row.description_html)
        }) {
            let text = |html: &str| Some(html::to_text(html)).filter(|text| !text.is_empty());
            self.note(ItemField::Description, text(&raw), text(description));
            self.row.description_html = description.to_owned();
        }
        Ok(())
    }

    fn set_owner(&mut self, stored: &Stored, owner: Option<MemberId>, people: &People) -> Result<(), Refusal> {
        let before = stored.owner(people);
        if before.as_ref().and_then(|owner| owner.member_id) == owner.map(|id| id.0)
            && (owner.is_some() || before.is_none())
        {
            return Ok(());
        }
        let person = match owner {
            Some(id) => {
                let person = people.member(id).filter(|person| person.is_active);
                Some(person.ok_or_else(|| Refusal::field_is("owner_id", "is nobody in this company"))?)
            }
            None => None,
        };
        let written = person.and_then(|person| people.identity_of(person.id));
        let to = written.map_or(Value::Null, |written| json!(written.name()));
        let was = || {
            let known = stored
                .row
                .owner_member_id
                .and_then(|id| people.identity_of(MemberId(id)));
            known.map_or(Value::Null, |known| json!(known.name()))
        };
        if !self.set_there(stored, ItemField::Owner, to, was) {
            self.note(
                ItemField::Owner,
                before.map(|owner| owner.name),
                person.map(|person| person.name.clone()),
            );
            self.row.owner_member_id = owner.map(|id| id.0);
            self.row.owner_name = None;
        }
        Ok(())
    }

    fn set_status(&mut self, stored: &Stored, wanted: Status, types: &Types) -> Result<(), Refusal> {
        let before = stored.status(types);
        if before == wanted {
            return Ok(());
        }
        if !stored.is_pushed() {
            self.note(
                ItemField::Status,
                Some(before.word().to_owned()),
                Some(wanted.word().to_owned()),
            );
            self.row.status = wanted;
            self.row.is_blocked = wanted == Status::Blocked;
            return Ok(());
        }
        // A work item that is not created yet will be in the first state of its type.
        let now = stored.category(types).unwrap_or(StateCategory::Proposed);
        let info = stored.info(types);
        let states = info.map_or(&[][..], |info| &info.states);
        let step =
            status::step(wanted, now, states).map_err(|status::NoSuchState| no_such_state(wanted, info.is_some()))?;
        self.row.is_blocked = step.is_blocked;
        match step.state {
            Some(state) => {
                self.set_there(stored, ItemField::Status, json!(state), || Value::Null);
            }
            None => self.note(
                ItemField::Status,
                Some(before.word().to_owned()),
                Some(wanted.word().to_owned()),
            ),
        }
        if stored.category(types).is_none() {
            self.row.status = wanted;
        }
        Ok(())
    }

    fn set_priority(&mut self, stored: &Stored, priority: Option<i64>, types: &Types) {
        let before = stored.priority(types);
        if before == priority {
            return;
        }
        let to = priority.map_or(Value::Null, |priority| json!(priority));
        let is_there = !stored.lacks(types, field::PRIORITY)
            && self.set_there(stored, ItemField::Priority, to, || {
                stored.row.priority.map_or(Value::Null, |p| json!(p))
            });
        if !is_there {
            let word = |priority: Option<i64>| priority.map(|priority| format!("P{priority}"));
            self.note(ItemField::Priority, word(before), word(priority));
            self.row.priority = priority;
        }
    }

    fn set_here(&mut self, wanted: &Wanted) {
        if let Some(due_on) = &wanted.due_on
            && *due_on != self.row.due_on
        {
            self.note(ItemField::DueOn, self.row.due_on.clone(), due_on.clone());
            self.row.due_on.clone_from(due_on);
        }
        if let Some(team) = &wanted.team
            && *team != self.row.team
        {
            self.note(ItemField::Team, self.row.team.clone(), team.clone());
            self.row.team.clone_from(team);
        }
        if let Some(origin) = wanted.origin
            && origin != self.row.origin
        {
            self.note(
                ItemField::Origin,
                Some(self.row.origin.word().to_owned()),
                Some(origin.word().to_owned()),
            );
            self.row.origin = origin;
        }
    }
}

fn no_such_state(wanted: Status, is_type_known: bool) -> Refusal {
    if is_type_known {
        let detail = format!("The work item’s type has no state that means “{}”.", wanted.word());
        Refusal::new(
            Kind::Unacceptable,
            "no_such_state",
            "This work item can’t have that status",
        )
        .detail(detail)
        .next_step("Choose another status, or add such a state to the type in Azure DevOps.")
        .field("status", "has no state in Azure DevOps")
    } else {
        Refusal::new(
            Kind::NotNow,
            "states_unknown",
            "The states of this work item’s type are not known yet",
        )
        .detail("Azure DevOps has not been asked for them since the work item came, or did not answer.")
        .next_step("Try again in a moment.")
        .retry_after_s(5)
    }
}

#[cfg(test)]
mod tests;
