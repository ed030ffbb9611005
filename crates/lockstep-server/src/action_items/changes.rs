//! What somebody wants changed: checked at the edge, then told apart into what stays here and what is written there.
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
use super::origin::Origin;
use super::people::People;
use super::shapes::{Changes, NewActionItem};
use super::status::{self, Status};
use super::types::Types;
use crate::error::{Kind, Refusal};
use crate::ids::MemberId;
use crate::store::action_items::{ActionItemRow, LocalChange};

/// Longest title that Azure DevOps takes, in its own counting (UTF-16).
const TITLE_UNITS_MAX: usize = 255;
/// Longest description that is taken here.
const DESCRIPTION_BYTES_MAX: usize = 400_000;
/// Longest comment that is taken here.
const COMMENT_BYTES_MAX: usize = 100_000;
/// Most tags of a work item. Source: Microsoft's object limits.
const N_TAGS_MAX: usize = 100;
/// Longest tag.
const TAG_CHARS_MAX: usize = 256;
/// Longest name of a team.
const TEAM_CHARS_MAX: usize = 200;
/// Most action items that are made of pasted lines at once.
pub const N_LINES_MAX: usize = 200;

/// Changes that passed the checks.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Wanted {
    /// Title.
    pub title: Option<String>,
    /// Description as our editor writes it.
    pub description: Option<String>,
    /// Owner.
    pub owner: Option<Option<MemberId>>,
    /// Status.
    pub status: Option<Status>,
    /// Priority.
    pub priority: Option<Option<i64>>,
    /// Due date.
    pub due_on: Option<Option<String>>,
    /// Tags.
    pub tags: Option<Vec<String>>,
    /// Team.
    pub team: Option<Option<String>>,
    /// Origin.
    pub origin: Option<Origin>,
}

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

/// Checks changes as they came.
pub fn checked(changes: Changes) -> Result<Wanted, Refusal> {
    Ok(Wanted {
        title: changes.title.as_deref().map(title).transpose()?,
        description: changes.description_html.as_deref().map(description).transpose()?,
        owner: changes.owner_id.map(|owner| owner.map(MemberId)),
        status: changes.status,
        priority: changes.priority.map(priority).transpose()?,
        due_on: changes.due_on.map(due_on).transpose()?,
        tags: changes.tags.map(tags).transpose()?,
        team: changes.team.map(team).transpose()?,
        origin: changes.origin,
    })
}

/// Checks an action item that is to be made.
pub fn checked_new(new: &NewActionItem) -> Result<Wanted, Refusal> {
    checked(Changes {
        title: Some(new.title.clone()),
        description_html: Some(new.description_html.clone().unwrap_or_default()),
        owner_id: Some(new.owner_id),
        status: Some(new.status.unwrap_or(Status::Open)),
        priority: Some(new.priority),
        due_on: Some(new.due_on.clone()),
        tags: Some(new.tags.clone().unwrap_or_default()),
        team: Some(new.team.clone()),
        origin: Some(new.origin.unwrap_or(Origin::Other)),
    })
}

/// The titles among pasted lines; bullets and numbering that came with them go.
pub fn lines(pasted: &str) -> Result<Vec<String>, Refusal> {
    let lines: Vec<&str> = pasted
        .lines()
        .map(without_bullet)
        .filter(|line| !line.is_empty())
        .collect();
    if lines.is_empty() {
        return Err(Refusal::field_is("lines", "has no line with words in it"));
    }
    if lines.len() > N_LINES_MAX {
        return Err(Refusal::field_is("lines", "has more than 200 lines"));
    }
    lines.into_iter().map(title).collect()
}

fn without_bullet(line: &str) -> &str {
    const BULLETS: [&str; 7] = ["- [ ]", "- [x]", "* [ ]", "-", "*", "•", "–"];
    let line = line.trim();
    let behind = BULLETS.iter().find_map(|bullet| line.strip_prefix(bullet));
    // A bullet stands alone: "-5 degrees" has none.
    let line = behind
        .filter(|rest| rest.is_empty() || rest.starts_with(' '))
        .map_or(line, str::trim);
    let digits = line.chars().take_while(char::is_ascii_digit).count();
    let numbered = (1..=3).contains(&digits).then(|| &line[digits..]);
    let rest = numbered.and_then(|rest| rest.strip_prefix(". ").or_else(|| rest.strip_prefix(") ")));
    rest.unwrap_or(line).trim()
}

/// A title that Azure DevOps takes too.
pub fn title(title: &str) -> Result<String, Refusal> {
    let title = title.trim();
    if title.is_empty() {
        return Err(Refusal::field_is("title", "is missing"));
    }
    if title.chars().any(char::is_control) {
        return Err(Refusal::field_is(
            "title",
            "must be one line without control characters",
        ));
    }
    if title.encode_utf16().count() > TITLE_UNITS_MAX {
        return Err(Refusal::field_is(
            "title",
            "is longer than 255 characters, and Azure DevOps takes no more",
        ));
    }
    Ok(title.to_owned())
}

fn description(raw: &str) -> Result<String, Refusal> {
    if raw.len() > DESCRIPTION_BYTES_MAX {
        return Err(Refusal::field_is("description_html", "is too long"));
    }
    Ok(html::from_editor(raw))
}

/// A comment as HTML, of plain text.
pub fn comment(text: &str) -> Result<String, Refusal> {
    if text.trim().is_empty() {
        return Err(Refusal::field_is("text", "is missing"));
    }
    if text.len() > COMMENT_BYTES_MAX {
        return Err(Refusal::field_is("text", "is too long"));
    }
    Ok(html::from_text(text))
}

fn priority(priority: Option<i64>) -> Result<Option<i64>, Refusal> {
    match priority {
        Some(priority) if !(1..=4).contains(&priority) => Err(Refusal::field_is("priority", "must be 1, 2, 3 or 4")),
        priority => Ok(priority),
    }
}

fn due_on(date: Option<String>) -> Result<Option<String>, Refusal> {
    let Some(date) = date else { return Ok(None) };
    match date.parse::<jiff::civil::Date>() {
        Ok(parsed) if date.len() == 10 => Ok(Some(parsed.to_string())),
        _ => Err(Refusal::field_is("due_on", "must be a date such as 2026-10-23")),
    }
}

fn tags(tags: Vec<String>) -> Result<Vec<String>, Refusal> {
    let mut kept: Vec<String> = Vec::new();
    for tag in tags.iter().map(|tag| tag.trim()).filter(|tag| !tag.is_empty()) {
        if tag.contains([';', ',']) || tag.chars().any(char::is_control) {
            return Err(Refusal::field_is(
                "tags",
                "hold a comma, a semicolon or a line break, which Azure DevOps takes for a new tag",
            ));
        }
        if tag.chars().count() > TAG_CHARS_MAX {
            return Err(Refusal::field_is("tags", "hold one that is longer than 256 characters"));
        }
        // One tag, however it is spelled: Azure DevOps keeps the first.
        if !kept.iter().any(|other| other.to_lowercase() == tag.to_lowercase()) {
            kept.push(tag.to_owned());
        }
    }
    if kept.len() > N_TAGS_MAX {
        return Err(Refusal::field_is(
            "tags",
            "are more than 100, and Azure DevOps takes no more",
        ));
    }
    Ok(kept)
}

fn team(team: Option<String>) -> Result<Option<String>, Refusal> {
    let Some(team) = team.map(|team| team.trim().to_owned()).filter(|team| !team.is_empty()) else {
        return Ok(None);
    };
    if team.chars().count() > TEAM_CHARS_MAX || team.chars().any(char::is_control) {
        return Err(Refusal::field_is("team", "must be one line of at most 200 characters"));
    }
    Ok(Some(team))
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
