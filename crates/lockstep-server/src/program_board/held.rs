//! What a board keeps in memory of one work item: the few fields it shows, its dependencies, what is open about it.
//!
//! Fields are read out of the stored text one by one, so that ten thousand cards load without building ten thousand
//! maps. [`Held::local`] gives a value with the unsettled edits on top; that is what people see and what an act starts from.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use azdo::{FieldName, Identity, Relation, field};
use lockstep_sync::PARENT;
use lockstep_sync::edit::{Act, Edit, Hold, Target};
use lockstep_sync::item::Presence;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::{Value, json};

use super::agreement::{self, Agreed};
use super::set_up::DependencyLink;
use crate::ids::{ItemId, MemberId};

/// The link that a taker has to what it waits for, unless a board uses another one.
pub const WAITS_FOR: &str = "System.LinkTypes.Dependency-Reverse";
/// The same link, seen from what is waited for.
pub const NEEDED_BY: &str = "System.LinkTypes.Dependency-Forward";
/// The field of the day a work item is aimed at.
pub const TARGET_DATE: &str = "Microsoft.VSTS.Scheduling.TargetDate";

/// A card's work item in memory.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    /// The item.
    pub id: ItemId,
    /// Azure DevOps' number, once it has one.
    pub number: Option<i64>,
    /// Whether the work item is there.
    pub presence: Presence,
    /// The revision last read.
    pub rev: Option<i64>,
    /// Its fields as last read; of an item that is not created yet, those it is to be created with.
    pub fields: Slim,
    /// Its dependencies as last read.
    pub links: Vec<SeenLink>,
    /// What is not settled about it, in order. Decisions are left out.
    pub edits: Vec<Edit>,
    /// Order inside its cell.
    pub rank: String,
    /// The team and the column, by their numbers on the board, that somebody put it in.
    pub placed: Option<(String, String)>,
}

/// The fields that a board shows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Slim {
    /// Title.
    pub title: String,
    /// Work item type.
    pub kind: Arc<str>,
    /// State.
    pub state: Arc<str>,
    /// Project.
    pub project: Arc<str>,
    /// Number of the area node.
    pub area: Option<i64>,
    /// Number of the iteration node.
    pub iteration: Option<i64>,
    /// The number in the board's unit of load, as it is written there.
    pub points: Option<serde_json::Number>,
    /// Assignee.
    pub assignee: Option<Arc<Identity>>,
    /// Tags, joined as Azure DevOps joins them.
    pub tags: Arc<str>,
    /// Priority.
    pub priority: Option<i64>,
    /// The day it is aimed at, as it is written there.
    pub target: Option<String>,
    /// Number of its parent, or the item of a parent that has none yet.
    pub parent: Parent,
}

/// What a work item hangs on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Parent {
    /// Nothing.
    #[default]
    None,
    /// A work item.
    Number(i64),
    /// An item that is not created yet.
    Item(ItemId),
}

/// A dependency as one of its ends shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenLink {
    /// Number at the other end.
    pub target: i64,
    /// Whether this end waits for the other.
    pub waits: bool,
    /// What was agreed.
    pub agreed: Agreed,
    /// What the link says about itself, as it stands.
    pub comment: Option<String>,
}

/// How a card stands with Azure DevOps, the worst first but for the last three.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CardSync {
    /// Nothing is open.
    InStep,
    /// Edits are to be written.
    Waiting,
    /// Edits wait to be published.
    Draft,
    /// A field was changed on both sides.
    Conflict,
    /// Azure DevOps refused an edit.
    Refused,
    /// An edit waits for its author's token.
    NeedsToken,
    /// The connection can no longer read the work item.
    OutOfSight,
    /// The work item is in the recycle bin.
    DeletedThere,
    /// An edit is kept back.
    Held,
}

impl CardSync {
    /// Its place in the list that snapshots count in.
    pub const fn index(self) -> u8 {
        self as u8
    }
}

impl Held {
    /// A value as shown: what was last wanted here, else what was last read.
    pub fn local(&self, name: &str, unit: &str) -> Value {
        self.wanted(name).unwrap_or_else(|| self.fields.value(name, unit))
    }

    /// What was last wanted of a field here.
    pub fn wanted(&self, name: &str) -> Option<Value> {
        self.edits.iter().rev().find_map(|edit| match &edit.act {
            Act::Set { field, to, .. } if field.as_str() == name => Some(to.clone()),
            _ => None,
        })
    }

    /// The fields as shown.
    pub fn shown(&self, unit: &str, names: &mut Names) -> Cow<'_, Slim> {
        let mut sets = self.edits.iter().filter_map(|edit| match &edit.act {
            Act::Set { field, to, .. } => Some((field.as_str(), to)),
            _ => None,
        });
        let Some(first) = sets.next() else {
            return Cow::Borrowed(&self.fields);
        };
        let mut fields = self.fields.clone();
        for (field, to) in std::iter::once(first).chain(sets) {
            fields.set(field, to, unit, names);
        }
        Cow::Owned(fields)
    }

    /// Whether the board shows it: not before it is wanted, nor once it is gone and nothing is left to decide.
    pub fn is_shown(&self) -> bool {
        let is_being_removed = |edit: &Edit| matches!(edit.act, Act::Delete) && edit.hold().is_none();
        match self.presence {
            Presence::Unborn => self.edits.iter().any(|edit| matches!(edit.act, Act::Create { .. })),
            Presence::Deleted => !self.edits.is_empty(),
            Presence::Present | Presence::OutOfSight => !self.edits.iter().any(is_being_removed),
        }
    }

    /// How it stands with Azure DevOps.
    pub fn sync(&self) -> CardSync {
        let holds = |is_such: fn(&Hold) -> bool| self.edits.iter().any(|edit| edit.hold().is_some_and(is_such));
        if holds(|hold| matches!(hold, Hold::Conflict { .. })) {
            CardSync::Conflict
        } else if holds(|hold| matches!(hold, Hold::Refused { .. })) {
            CardSync::Refused
        } else if holds(|hold| matches!(hold, Hold::NeedsToken)) {
            CardSync::NeedsToken
        } else if self.presence == Presence::OutOfSight {
            CardSync::OutOfSight
        } else if self.presence == Presence::Deleted {
            CardSync::DeletedThere
        } else if holds(|_| true) {
            CardSync::Held
        } else if self.edits.iter().any(|edit| !edit.is_draft) {
            CardSync::Waiting
        } else if !self.edits.is_empty() {
            CardSync::Draft
        } else {
            CardSync::InStep
        }
    }

    /// Whether somebody's edit of it is open and not theirs alone to hide: for counting drafts.
    pub fn has_draft_of(&self, member: MemberId) -> bool {
        self.edits.iter().any(|edit| edit.is_draft && edit.author == member)
    }

    /// The creation that is not settled.
    pub fn creation(&self) -> Option<&Edit> {
        self.edits.iter().find(|edit| matches!(edit.act, Act::Create { .. }))
    }

    /// How this end's links are wanted beside those that were read: the other end, whether it is there, what is agreed.
    pub fn wanted_links<'h>(
        &'h self,
        dependency: &'h DependencyLink,
    ) -> impl Iterator<Item = (Target, bool, Option<&'h str>, &'h Edit)> {
        self.edits.iter().filter_map(|edit| match &edit.act {
            Act::Link {
                rel,
                target,
                is_added,
                comment,
            } if *rel == dependency.taker => Some((*target, *is_added, comment.as_deref(), edit)),
            _ => None,
        })
    }
}

impl Slim {
    /// Takes a value as Azure DevOps writes it, if the board shows that field.
    pub fn set(&mut self, name: &str, value: &Value, unit: &str, names: &mut Names) {
        let text = |value: &Value| value.as_str().unwrap_or_default().replace('\0', "");
        if name == unit {
            self.points = number(value);
            return;
        }
        match name {
            field::TITLE => self.title = text(value),
            field::WORK_ITEM_TYPE => self.kind = names.text(&text(value)),
            field::STATE => self.state = names.text(&text(value)),
            field::TEAM_PROJECT => self.project = names.text(&text(value)),
            field::AREA_ID => self.area = value.as_i64(),
            field::ITERATION_ID => self.iteration = value.as_i64(),
            field::ASSIGNED_TO => self.assignee = Identity::from_value(value).map(|who| names.identity(who)),
            field::TAGS => self.tags = names.text(&text(value)),
            field::PRIORITY => self.priority = value.as_i64().or_else(|| value.as_f64().map(|n| n as i64)),
            TARGET_DATE => self.target = value.as_str().map(str::to_owned),
            PARENT => self.parent = Parent::of(value),
            _ => {}
        }
    }

    /// A value as Azure DevOps writes it; null for an empty one.
    pub fn value(&self, name: &str, unit: &str) -> Value {
        let text = |text: &str| if text.is_empty() { Value::Null } else { json!(text) };
        if name == unit {
            return self.points.clone().map_or(Value::Null, Value::Number);
        }
        match name {
            field::TITLE => text(&self.title),
            field::WORK_ITEM_TYPE => text(&self.kind),
            field::STATE => text(&self.state),
            field::TEAM_PROJECT => text(&self.project),
            field::AREA_ID => json!(self.area),
            field::ITERATION_ID => json!(self.iteration),
            field::ASSIGNED_TO => json!(self.assignee.as_deref()),
            field::TAGS => text(&self.tags),
            field::PRIORITY => json!(self.priority),
            TARGET_DATE => json!(self.target),
            PARENT => self.parent.value(),
            _ => Value::Null,
        }
    }

    /// Points as a number to add up.
    pub fn points(&self) -> Option<f64> {
        self.points.as_ref().and_then(serde_json::Number::as_f64)
    }

    /// The tags one by one.
    pub fn tag_list(&self) -> impl Iterator<Item = &str> {
        self.tags.split(';').map(str::trim).filter(|tag| !tag.is_empty())
    }
}

impl Parent {
    /// As [`PARENT`] writes it.
    pub fn of(value: &Value) -> Self {
        if let Some(number) = value.as_i64() {
            return Self::Number(number);
        }
        lockstep_sync::item::unborn_parent(value).map_or(Self::None, Self::Item)
    }

    /// As [`PARENT`] writes it.
    pub fn value(self) -> Value {
        match self {
            Self::None => Value::Null,
            Self::Number(number) => json!(number),
            Self::Item(item) => json!({"item": item}),
        }
    }
}

fn number(value: &Value) -> Option<serde_json::Number> {
    match value {
        Value::Number(number) => Some(number.clone()),
        Value::String(text) => text.trim().parse::<f64>().ok().and_then(serde_json::Number::from_f64),
        _ => None,
    }
}

/// Texts and people that many cards share, each kept once.
#[derive(Debug, Clone, Default)]
pub struct Names {
    texts: HashSet<Arc<str>>,
    people: Vec<Arc<Identity>>,
}

impl Names {
    fn text(&mut self, text: &str) -> Arc<str> {
        match self.texts.get(text) {
            Some(known) => known.clone(),
            None => {
                let kept: Arc<str> = text.into();
                self.texts.insert(kept.clone());
                kept
            }
        }
    }

    fn identity(&mut self, who: Identity) -> Arc<Identity> {
        match self.people.iter().find(|known| ***known == who) {
            Some(known) => known.clone(),
            None => {
                let kept = Arc::new(who);
                self.people.push(kept.clone());
                kept
            }
        }
    }

    /// Everybody who was assigned to something.
    pub fn people(&self) -> &[Arc<Identity>] {
        &self.people
    }
}

/// Reads the fields that a board shows out of a work item's stored text.
///
/// Errors: the text is not what the store keeps.
pub fn read_fields(text: &str, unit: &str, names: &mut Names) -> Result<Slim, serde_json::Error> {
    let mut slim = Slim::default();
    let mut json = serde_json::Deserializer::from_str(text);
    Fields {
        slim: &mut slim,
        unit,
        names,
    }
    .deserialize(&mut json)?;
    Ok(slim)
}

/// Reads the dependencies out of a work item's stored links.
pub fn read_links(text: &str, dependency: &DependencyLink) -> Result<Vec<SeenLink>, serde_json::Error> {
    // Most work items have none, and need not be read at all.
    if !text.contains(&dependency.taker) && !text.contains(&dependency.giver) {
        return Ok(Vec::new());
    }
    let relations: Vec<Relation> = serde_json::from_str(text)?;
    Ok(relations
        .iter()
        .filter_map(|relation| seen_link(relation, dependency))
        .collect())
}

fn seen_link(relation: &Relation, dependency: &DependencyLink) -> Option<SeenLink> {
    let waits = relation.rel == dependency.taker;
    if !waits && relation.rel != dependency.giver {
        return None;
    }
    let comment = relation.attributes.get("comment").and_then(Value::as_str);
    Some(SeenLink {
        target: relation.work_item_id()?.0,
        waits,
        agreed: agreement::read(comment.unwrap_or_default()),
        comment: comment.map(str::to_owned),
    })
}

struct Fields<'a> {
    slim: &'a mut Slim,
    unit: &'a str,
    names: &'a mut Names,
}

impl<'de> DeserializeSeed<'de> for Fields<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Fields<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the fields of a work item")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<Cow<'de, str>>()? {
            if is_read(&name, self.unit) {
                let value: Value = map.next_value()?;
                self.slim.set(&name, &value, self.unit, self.names);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

fn is_read(name: &str, unit: &str) -> bool {
    const READ: [&str; 11] = [
        field::TITLE,
        field::WORK_ITEM_TYPE,
        field::STATE,
        field::TEAM_PROJECT,
        field::AREA_ID,
        field::ITERATION_ID,
        field::ASSIGNED_TO,
        field::TAGS,
        field::PRIORITY,
        TARGET_DATE,
        PARENT,
    ];
    name == unit || READ.contains(&name)
}

/// The fields that a creation sets, as if they had been read.
pub fn fields_of_creation(act: &Act, unit: &str, names: &mut Names) -> Slim {
    let mut slim = Slim::default();
    if let Act::Create {
        project,
        work_item_type,
        fields,
    } = act
    {
        slim.kind = names.text(work_item_type);
        slim.project = names.text(project);
        let set = |name: &FieldName, value: &Value| slim.set(name.as_str(), value, unit, names);
        let mut set = set;
        for (name, value) in fields {
            set(name, value);
        }
    }
    slim
}

#[cfg(test)]
mod tests;
