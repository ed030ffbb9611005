//! Which field of an action item is which field of a work item, and how its values read.
//!
//! Team, origin, due date and the mark *blocked* have no field that every process has: they stay here, pushed or not.
//! Nothing here decides what is written; it names fields and renders values for people.
//!
//! Source: reference names in `azdo::field`.

use azdo::{FieldName, Identity, field};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::html;

/// Characters of a value that a history row or an open edit shows.
const SHOWN_CHARS_MAX: usize = 2000;

/// A field of an action item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemField {
    /// Title.
    Title,
    /// Description.
    Description,
    /// Owner.
    Owner,
    /// Status.
    Status,
    /// Priority.
    Priority,
    /// Due date.
    DueOn,
    /// Tags.
    Tags,
    /// Team.
    Team,
    /// Where it came from.
    Origin,
}

impl ItemField {
    /// Every field.
    pub const ALL: [Self; 9] = [
        Self::Title,
        Self::Description,
        Self::Owner,
        Self::Status,
        Self::Priority,
        Self::DueOn,
        Self::Tags,
        Self::Team,
        Self::Origin,
    ];

    /// As it is stored and sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Description => "description",
            Self::Owner => "owner",
            Self::Status => "status",
            Self::Priority => "priority",
            Self::DueOn => "due_on",
            Self::Tags => "tags",
            Self::Team => "team",
            Self::Origin => "origin",
        }
    }

    /// As people read it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Title => "Title",
            Self::Description => "Description",
            Self::Owner => "Owner",
            Self::Status => "Status",
            Self::Priority => "Priority",
            Self::DueOn => "Due date",
            Self::Tags => "Tags",
            Self::Team => "Team",
            Self::Origin => "Came from",
        }
    }

    /// The work item's field; `None` for what stays here.
    pub const fn reference_name(self) -> Option<&'static str> {
        match self {
            Self::Title => Some(field::TITLE),
            Self::Description => Some(field::DESCRIPTION),
            Self::Owner => Some(field::ASSIGNED_TO),
            Self::Status => Some(field::STATE),
            Self::Priority => Some(field::PRIORITY),
            Self::Tags => Some(field::TAGS),
            Self::DueOn | Self::Team | Self::Origin => None,
        }
    }

    /// The action item's field that a work item's field is, if it is one.
    pub fn of_reference(name: &FieldName) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|field| field.reference_name() == Some(name.as_str()))
    }
}

/// Fields that a history tells of beside those of the action item, with the word for each.
const ALSO_TOLD: [(&str, &str, &str); 4] = [
    (field::AREA_PATH, "area", "Area"),
    (field::ITERATION_PATH, "iteration", "Iteration"),
    (field::WORK_ITEM_TYPE, "type", "Work item type"),
    (field::TEAM_PROJECT, "project", "Project"),
];

/// How people read fields and their values: an action item and a board have words of their own for some.
pub trait FieldNames {
    /// The word for programs and the word for people, where a history tells of the field.
    fn told(&self, name: &FieldName) -> Option<(String, String)>;
    /// A value; `None` for an empty one.
    fn shown(&self, name: &FieldName, value: &Value) -> Option<String>;
    /// A project, as a creation names it; `None` where there is nothing to say.
    fn project(&self, project: &str) -> Option<String> {
        Some(project.to_owned())
    }
}

/// The words of action items.
#[derive(Debug, Clone, Copy)]
pub struct ItemNames;

impl FieldNames for ItemNames {
    fn told(&self, name: &FieldName) -> Option<(String, String)> {
        told(name).map(|(what, label)| (what.to_owned(), label.to_owned()))
    }

    fn shown(&self, name: &FieldName, value: &Value) -> Option<String> {
        shown(name, value)
    }
}

/// The word for programs and the word for people of a work item's field, where a history tells of it.
pub fn told(name: &FieldName) -> Option<(&'static str, &'static str)> {
    if let Some(field) = ItemField::of_reference(name) {
        return Some((field.as_str(), field.label()));
    }
    ALSO_TOLD
        .into_iter()
        .find(|(reference, ..)| *reference == name.as_str())
        .map(|(_, what, label)| (what, label))
}

/// A reference name as people read it where nobody has a better word: `Story Points` of
/// `Microsoft.VSTS.Scheduling.StoryPoints`.
pub fn spelled(name: &FieldName) -> String {
    let own = name.as_str().rsplit('.').next().unwrap_or_default();
    let mut words = String::with_capacity(own.len() + 4);
    let mut is_after_small = false;
    for letter in own.chars() {
        if letter.is_uppercase() && is_after_small {
            words.push(' ');
        }
        is_after_small = letter.is_lowercase() || letter.is_numeric();
        words.push(letter);
    }
    words
}

/// A value of a work item's field as people read it; `None` for an empty one.
pub fn shown(name: &FieldName, value: &Value) -> Option<String> {
    let text = match name.as_str() {
        field::DESCRIPTION | field::HISTORY => html::to_text(value.as_str()?),
        field::TAGS => tags(value).join(", "),
        field::ASSIGNED_TO => Identity::from_value(value)?.display_name,
        field::PRIORITY => format!("P{}", priority(value)?),
        _ => match value {
            Value::Null => return None,
            Value::String(text) => text.clone(),
            other => other.to_string(),
        },
    };
    let text = text.trim();
    (!text.is_empty()).then(|| clipped(text))
}

/// At most [`SHOWN_CHARS_MAX`] characters.
fn clipped(text: &str) -> String {
    match text.char_indices().nth(SHOWN_CHARS_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// A text value, without what can't be shown.
pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().replace('\0', "")
}

/// Tags in the server's order.
pub fn tags(value: &Value) -> Vec<String> {
    let joined = value.as_str().unwrap_or_default();
    joined
        .split(';')
        .map(str::trim)
        .filter(|tag| !tag.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Tags as Azure DevOps takes them.
pub fn tags_to_send(tags: &[String]) -> Value {
    if tags.is_empty() {
        Value::Null
    } else {
        json!(tags.join("; "))
    }
}

/// Priority 1 to 4; a process may use others, which are shown in Azure DevOps alone.
pub fn priority(value: &Value) -> Option<i64> {
    let number = match value {
        Value::Number(number) => number.as_i64().or_else(|| {
            let number = number.as_f64()?;
            (number.fract() == 0.0).then_some(number as i64)
        }),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.filter(|number| (1..=4).contains(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(field: &str, value: Value, expected: Option<&str>) {
        assert_eq!(
            shown(&FieldName::from(field), &value).as_deref(),
            expected,
            "{field} {value}"
        );
    }

    #[test]
    fn a_field_that_azure_devops_keeps_is_found_from_both_sides() {
        for item_field in ItemField::ALL {
            if let Some(name) = item_field.reference_name() {
                assert_eq!(ItemField::of_reference(&FieldName::from(name)), Some(item_field));
            }
        }
        assert_eq!(ItemField::of_reference(&FieldName::from("Custom.X")), None);
    }

    #[test]
    fn due_date_team_and_origin_stay_here() {
        let here: Vec<&str> = ItemField::ALL
            .into_iter()
            .filter(|f| f.reference_name().is_none())
            .map(ItemField::as_str)
            .collect();
        assert_eq!(here, ["due_on", "team", "origin"]);
    }

    #[test]
    fn an_identity_is_shown_by_its_name() {
        check(
            field::ASSIGNED_TO,
            json!({"displayName": "Tom Okafor", "uniqueName": "tom@northquay.example"}),
            Some("Tom Okafor"),
        );
        check(
            field::ASSIGNED_TO,
            json!("Tom Okafor <tom@northquay.example>"),
            Some("Tom Okafor"),
        );
        check(field::ASSIGNED_TO, Value::Null, None);
    }

    #[test]
    fn tags_are_shown_as_a_list() {
        check(field::TAGS, json!("harbour; night shift"), Some("harbour, night shift"));
        check(field::TAGS, json!(""), None);
    }

    #[test]
    fn a_description_is_shown_as_text() {
        check(
            field::DESCRIPTION,
            json!("<p>Agree &amp; sign</p>"),
            Some("Agree & sign"),
        );
        check(field::DESCRIPTION, json!("<div></div>"), None);
    }

    #[test]
    fn a_priority_may_come_as_a_fraction_or_as_text() {
        check(field::PRIORITY, json!(2), Some("P2"));
        check(field::PRIORITY, json!(2.0), Some("P2"));
        check(field::PRIORITY, json!("3"), Some("P3"));
        check(field::PRIORITY, json!(9), None);
        check(field::PRIORITY, json!(1.5), None);
    }

    #[test]
    fn plain_values_are_shown_as_they_stand() {
        check(field::STATE, json!("In review"), Some("In review"));
        check(
            field::ITERATION_PATH,
            json!("Harbour\\Sprint 43"),
            Some("Harbour\\Sprint 43"),
        );
        check("Custom.Count", json!(3), Some("3"));
    }

    #[test]
    fn a_long_value_is_clipped_between_characters() {
        let long = "ü".repeat(SHOWN_CHARS_MAX + 5);
        let shown = shown(&FieldName::from(field::TITLE), &json!(long)).unwrap();
        assert_eq!(shown.chars().count(), SHOWN_CHARS_MAX + 1);
        assert!(shown.ends_with('…'));
    }

    #[test]
    fn tags_are_sent_joined_and_none_are_sent_as_empty() {
        assert_eq!(tags_to_send(&["a".into(), "b c".into()]), json!("a; b c"));
        assert_eq!(tags_to_send(&[]), Value::Null);
        assert_eq!(tags(&json!("a; b c;")), ["a", "b c"]);
    }

    #[test]
    fn a_history_tells_of_the_place_too() {
        assert_eq!(
            told(&FieldName::from(field::ITERATION_PATH)),
            Some(("iteration", "Iteration"))
        );
        assert_eq!(told(&FieldName::from(field::TITLE)), Some(("title", "Title")));
        assert_eq!(told(&FieldName::from(field::CHANGED_DATE)), None);
        let spelled = |name: &str| super::spelled(&FieldName::from(name));
        assert_eq!(spelled("Microsoft.VSTS.Scheduling.StoryPoints"), "Story Points");
        assert_eq!(spelled("Custom.RTEReview2Done"), "RTEReview2 Done");
        assert_eq!(spelled("Plain"), "Plain");
    }
}
