//! What somebody wants, checked at the edge: what Azure DevOps would refuse or spoil is refused here, in words.

use super::html;
use super::origin::Origin;
use super::requests::{Changes, NewActionItem};
use super::status::Status;
use crate::error::Refusal;
use crate::ids::MemberId;

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

#[cfg(test)]
mod tests;
