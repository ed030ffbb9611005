//! What acts on a board come to: edits that are written to Azure DevOps, and places and ranks that stay here.
//!
//! Pure. [`planned`] tells acts apart into [`Step`]s and into the steps that take them back. A story's place is its area and
//! iteration; a feature follows its stories and is itself only placed; an order is Lockstep's own. Whatever can't be done is
//! refused in words, and then nothing is.

mod linking;
mod moving;
mod ranking;

use std::collections::{BTreeMap, BTreeSet};

use azdo::{FieldName, WorkItemId, field};
use lockstep_sync::edit::{Act, Target};
use lockstep_sync::value::is_same;
use lockstep_sync::{ItemId, PARENT};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::act_shapes::{BoardAct, CardValue, OtherValue, RemoveTo};
use super::agreement::{self, Agreed, Agreement};
use super::field_words::is_other;
use super::held::{Held, TARGET_DATE};
use super::rank;
use super::shapes::Card;
use super::view::BoardView;
use crate::action_items::{html, mapping, wanted};
use crate::error::{Kind, Refusal};
use crate::ids::MemberId;

/// Longest comment, in characters.
const COMMENT_CHARS_MAX: usize = 32_000;
/// Longest value of a field that boards don't show.
const OTHER_CHARS_MAX: usize = 4_000;
/// Most load of one card.
const POINTS_MAX: f64 = 1_000_000.0;

/// One thing that is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum Step {
    /// An edit of an item.
    Edit {
        /// Which item.
        item: ItemId,
        /// What.
        act: Act,
    },
    /// A new item on the board, to be created.
    Born {
        /// Its number here.
        item: ItemId,
        /// Its creation.
        act: Act,
        /// Its order.
        rank: String,
    },
    /// An item that was never created is let go again.
    Unborn {
        /// Which.
        item: ItemId,
    },
    /// A feature is put into a cell: numbers of team and column on the board.
    Place {
        /// Which.
        item: ItemId,
        /// Where; `None` leaves it to its own fields.
        cell: Option<(String, String)>,
    },
    /// A card is taken off the board; its work item is left alone.
    Off {
        /// Which.
        item: ItemId,
    },
    /// A card that was taken off comes back.
    Back {
        /// Which.
        item: ItemId,
    },
    /// A draft that was discarded waits to be published again, as its author's.
    Redraft {
        /// Of which item.
        item: ItemId,
        /// What.
        act: Act,
        /// Who had done it.
        author: MemberId,
    },
    /// A card gets another order.
    Rank {
        /// Which.
        item: ItemId,
        /// The new one.
        rank: String,
    },
}

/// What acts come to, and what takes them back.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// In the order to be done.
    pub steps: Vec<Step>,
    /// In the order to be done.
    pub inverse: Vec<Step>,
}

impl Step {
    /// The item it is about.
    pub fn item(&self) -> ItemId {
        match self {
            Self::Edit { item, .. }
            | Self::Born { item, .. }
            | Self::Unborn { item }
            | Self::Place { item, .. }
            | Self::Off { item }
            | Self::Redraft { item, .. }
            | Self::Back { item }
            | Self::Rank { item, .. } => *item,
        }
    }
}

/// Tells acts apart.
///
/// Errors: [`Refusal`] in words; nothing is done then.
///
/// `others` is what fields hold that the board does not show, by item and reference name.
pub fn planned(
    view: &BoardView,
    acts: &[BoardAct],
    others: &Others,
    identity_of: &dyn Fn(MemberId) -> Option<String>,
) -> Result<Plan, Refusal> {
    let mut planner = Planner {
        view,
        others,
        identity_of,
        plan: Plan::default(),
        born: BTreeMap::new(),
        ranks: BTreeMap::new(),
    };
    for act in acts {
        planner.act(act)?;
    }
    planner.plan.inverse.reverse();
    Ok(planner.plan)
}

/// Values of fields that a board does not show, by item and reference name.
pub type Others = BTreeMap<(ItemId, String), Value>;

struct Planner<'a> {
    view: &'a BoardView,
    others: &'a Others,
    identity_of: &'a dyn Fn(MemberId) -> Option<String>,
    plan: Plan,
    /// Made in this very list.
    born: BTreeMap<ItemId, String>,
    /// Given in this very list.
    ranks: BTreeMap<ItemId, String>,
}

impl Planner<'_> {
    fn act(&mut self, act: &BoardAct) -> Result<(), Refusal> {
        match act {
            BoardAct::Move {
                item,
                team,
                column,
                after,
                from,
            } => self.move_card(ItemId(*item), *team, *column, after.map(ItemId), *from),
            BoardAct::Set { item, value } => self.set_value(ItemId(*item), value),
            BoardAct::Create {
                item,
                r#type,
                title,
                team,
                column,
                parent,
                points,
            } => self.create(
                ItemId(*item),
                r#type,
                title,
                (*team, *column),
                parent.map(ItemId),
                *points,
            ),
            BoardAct::Parent { item, parent } => self.hang(ItemId(*item), parent.map(ItemId)),
            BoardAct::Link { from, to, needed_by } => {
                let agreed = Agreed {
                    agreement: Agreement::Proposed,
                    needed_by: checked_day(needed_by.as_deref())?,
                };
                self.link(ItemId(*from), ItemId(*to), agreed)
            }
            BoardAct::Unlink { from, to } => self.unlink(ItemId(*from), ItemId(*to)),
            BoardAct::Agree {
                from,
                to,
                agreement,
                needed_by,
            } => self.agree(
                ItemId(*from),
                ItemId(*to),
                *agreement,
                checked_day(needed_by.as_deref())?,
            ),
            BoardAct::Remove { item, how } => self.remove(ItemId(*item), *how),
            BoardAct::PutBack { item } => {
                self.put_back(ItemId(*item));
                Ok(())
            }
            BoardAct::Comment { item, text } => self.comment(ItemId(*item), text),
        }
    }

    fn card(&self, item: ItemId) -> Result<(&Card, &Held), Refusal> {
        self.view.card(item).zip(self.view.held(item)).ok_or_else(|| {
            Refusal::new(Kind::Conflict, "card_gone", "This card is no longer on the board")
                .detail("It left the board or was deleted meanwhile.")
                .next_step("Look at the board as it is now.")
        })
    }

    /// Sets a field, unless it is so already.
    fn set(&mut self, item: ItemId, name: &str, to: Value) -> Result<(), Refusal> {
        let (_, held) = self.card(item)?;
        let name = FieldName::from(name);
        let was = match self.others.get(&(item, name.to_string())) {
            Some(read) => held.wanted(name.as_str()).unwrap_or_else(|| read.clone()),
            None => held.local(name.as_str(), self.view.unit()),
        };
        if is_same(&name, &was, &to) {
            return Ok(());
        }
        let (back, forth) = (to.clone(), was.clone());
        self.plan.steps.push(Step::Edit {
            item,
            act: Act::Set {
                field: name.clone(),
                was,
                to,
            },
        });
        self.plan.inverse.push(Step::Edit {
            item,
            act: Act::Set {
                field: name,
                was: back,
                to: forth,
            },
        });
        Ok(())
    }

    fn set_value(&mut self, item: ItemId, value: &CardValue) -> Result<(), Refusal> {
        let unit = self.view.unit().to_owned();
        let (name, to) = match value {
            CardValue::Title(title) => (field::TITLE, json!(wanted::title(title)?)),
            CardValue::State(state) => (field::STATE, json!(state)),
            CardValue::Points(points) => (unit.as_str(), points_value(*points)?),
            CardValue::Assignee(None) => (field::ASSIGNED_TO, Value::Null),
            CardValue::Assignee(Some(who)) => (
                field::ASSIGNED_TO,
                json!(self.identity(who.member_id.map(MemberId), &who.name)?),
            ),
            CardValue::Tags(tags) => (field::TAGS, mapping::tags_to_send(tags)),
            CardValue::Priority(priority) => (field::PRIORITY, json!(priority)),
            CardValue::TargetOn(day) => {
                let day = checked_day(day.as_deref())?;
                (TARGET_DATE, json!(day.map(|day| format!("{day}T00:00:00Z"))))
            }
            CardValue::Other(OtherValue { name, value }) => {
                if !is_other(name) || *name == unit {
                    return Err(Refusal::field_is(
                        "field",
                        "is not one that is set by its reference name",
                    ));
                }
                let is_long = value
                    .as_ref()
                    .is_some_and(|value| value.chars().count() > OTHER_CHARS_MAX);
                if is_long {
                    let says = format!("is longer than {OTHER_CHARS_MAX} characters");
                    return Err(Refusal::field_is("to", &says));
                }
                (
                    name.as_str(),
                    json!(value.as_deref().filter(|value| !value.trim().is_empty())),
                )
            }
        };
        self.set(item, name, to)
    }

    fn identity(&self, member: Option<MemberId>, name: &str) -> Result<String, Refusal> {
        let of_member = member.and_then(|member| (self.identity_of)(member));
        let seen = || {
            let named = self
                .view
                .assignees()
                .iter()
                .find(|identity| identity.display_name == name)?;
            Some(named.unique_name.as_ref().map_or_else(
                || named.display_name.clone(),
                |unique| format!("{} <{unique}>", named.display_name),
            ))
        };
        of_member.or_else(seen).ok_or_else(|| {
            Refusal::field_is("assignee", "is nobody whom Azure DevOps knows")
                .next_step("Choose somebody from the list.")
        })
    }

    fn create(
        &mut self,
        item: ItemId,
        kind: &str,
        title: &str,
        cell: (i32, i32),
        parent: Option<ItemId>,
        points: Option<f64>,
    ) -> Result<(), Refusal> {
        let set_up = self.view.set_up();
        if set_up.level(kind).is_none() {
            return Err(Refusal::field_is("type", "is no type of this board"));
        }
        if self.view.held(item).is_some() {
            return Err(Refusal::new(Kind::Conflict, "id_used", "This number is in use").next_step("Try once more."));
        }
        let team = self.team_index(cell.0)?;
        let column = self.column_index(cell.1)?;
        let row = &set_up.teams[team];
        let mut fields = azdo::Fields::new();
        fields.insert(FieldName::from(field::TITLE), json!(wanted::title(title)?));
        fields.insert(FieldName::from(field::AREA_ID), json!(row.area_id));
        fields.insert(
            FieldName::from(field::ITERATION_ID),
            json!(self.node(Some(team), column)?),
        );
        if points.is_some() {
            fields.insert(FieldName::from(self.view.unit()), points_value(points)?);
        }
        if let Some(parent) = parent {
            fields.insert(FieldName::from(PARENT), self.parent_value(parent)?);
        }
        let act = Act::Create {
            project: row.project_id.clone(),
            work_item_type: kind.to_owned(),
            fields,
        };
        let given = self.ranks.values().map(String::as_str);
        let last = self.view.order().last().into_iter().chain(given).max();
        let rank = rank::between(last, None);
        self.ranks.insert(item, rank.clone());
        self.born.insert(item, kind.to_owned());
        self.plan.steps.push(Step::Born { item, act, rank });
        self.plan.inverse.push(Step::Unborn { item });
        Ok(())
    }

    /// How another item is named: by its number, else by ours.
    fn parent_value(&self, parent: ItemId) -> Result<Value, Refusal> {
        if self.born.contains_key(&parent) {
            return Ok(json!({"item": parent}));
        }
        let (_, held) = self.card(parent)?;
        Ok(held
            .number
            .map_or_else(|| json!({"item": parent}), |number| json!(number)))
    }

    fn target(&self, item: ItemId) -> Result<Target, Refusal> {
        if self.born.contains_key(&item) {
            return Ok(Target::Item { item });
        }
        let (_, held) = self.card(item)?;
        Ok(held
            .number
            .map_or(Target::Item { item }, |number| Target::WorkItem(WorkItemId(number))))
    }

    fn hang(&mut self, item: ItemId, parent: Option<ItemId>) -> Result<(), Refusal> {
        if let Some(parent) = parent
            && (parent == item || self.view.hangs_on(parent, item))
        {
            return Err(Refusal::new(Kind::Conflict, "circle", "A card can’t hang on itself")
                .detail("The other card hangs on this one.")
                .next_step("Choose another parent."));
        }
        let to = match parent {
            Some(parent) => self.parent_value(parent)?,
            None => Value::Null,
        };
        self.set(item, PARENT, to)
    }

    fn remove(&mut self, item: ItemId, how: RemoveTo) -> Result<(), Refusal> {
        let (_, held) = self.card(item)?;
        let (step, back) = match how {
            // Nothing is left alone where nothing is created yet.
            _ if held.number.is_none() => (Step::Unborn { item }, None),
            RemoveTo::RecycleBin => (
                Step::Edit { item, act: Act::Delete },
                Some(Step::Edit {
                    item,
                    act: Act::Restore,
                }),
            ),
            RemoveTo::OffBoard => (Step::Off { item }, Some(Step::Back { item })),
        };
        self.plan.steps.push(step);
        self.plan.inverse.extend(back);
        Ok(())
    }

    fn put_back(&mut self, item: ItemId) {
        self.plan.steps.push(Step::Back { item });
        self.plan.inverse.push(Step::Off { item });
    }

    fn comment(&mut self, item: ItemId, text: &str) -> Result<(), Refusal> {
        self.card(item)?;
        let text = text.trim();
        if text.is_empty() || text.chars().count() > COMMENT_CHARS_MAX {
            return Err(Refusal::field_is("text", "is empty or longer than a comment can be"));
        }
        self.plan.steps.push(Step::Edit {
            item,
            act: Act::Comment {
                html: html::from_text(text),
            },
        });
        Ok(())
    }
}

fn points_value(points: Option<f64>) -> Result<Value, Refusal> {
    match points {
        None => Ok(Value::Null),
        Some(points) if (0.0..=POINTS_MAX).contains(&points) => Ok(json!(points)),
        Some(_) => Err(Refusal::field_is("points", "are no number of at least 0")),
    }
}

fn checked_day(day: Option<&str>) -> Result<Option<String>, Refusal> {
    let Some(day) = day.filter(|day| !day.is_empty()) else {
        return Ok(None);
    };
    agreement::day(day)
        .map(Some)
        .ok_or_else(|| Refusal::field_is("needed_by", "is no date such as 2026-11-06"))
}

/// Why steps that take something back, or do it again, can't be done any more: somebody changed what they would change.
pub fn overtaken(view: &BoardView, steps: &[Step]) -> Option<ItemId> {
    let mut set: BTreeSet<(ItemId, &FieldName)> = BTreeSet::new();
    steps.iter().find_map(|step| {
        let Step::Edit {
            item,
            act: Act::Set { field, was, .. },
        } = step
        else {
            return None;
        };
        let is_first = set.insert((*item, field));
        let now = view.held(*item).map(|held| held.local(field.as_str(), view.unit()));
        let is_moved = is_first && now.is_none_or(|now| !is_same(field, &now, was));
        is_moved.then_some(*item)
    })
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod rank_tests;
