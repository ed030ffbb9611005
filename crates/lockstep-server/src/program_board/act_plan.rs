//! What acts on a board come to: edits that are written to Azure DevOps, and places and ranks that stay here.
//!
//! Pure. [`planned`] tells acts apart into [`Step`]s and into the steps that take them back. A story's place is its area and
//! iteration; a feature follows its stories and is itself only placed; an order is Lockstep's own. Whatever can't be done is
//! refused in words, and then nothing is.

use std::collections::{BTreeMap, BTreeSet};

use azdo::{FieldName, StateCategory, WorkItemId, field};
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
use super::set_up::Level;
use super::shapes::Card;
use super::view::{BoardView, End};
use crate::action_items::status::category_by_name;
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

    fn move_card(
        &mut self,
        item: ItemId,
        team: Option<i32>,
        column: i32,
        after: Option<ItemId>,
        from: Option<(i32, i32)>,
    ) -> Result<(), Refusal> {
        let (card, held) = self.card(item)?;
        let team = team.map(|team| self.team_index(team)).transpose()?;
        let column = self.column_index(column)?;
        let level = self.view.set_up().level(&card.r#type);
        let stories: Vec<ItemId> = if level == Some(Level::Feature) {
            self.view.children(item)
        } else {
            Vec::new()
        };
        let place_before = held.placed.clone();
        let (own_team, placed) = (card.team, card.placed);
        if !stories.is_empty() {
            for story in stories {
                let Some(card) = self.view.card(story) else { continue };
                let is_in_cell = from.is_none_or(|cell| cell == (card.team, card.column));
                let is_open = !matches!(
                    category_by_name(&card.state),
                    StateCategory::Completed | StateCategory::Removed
                );
                if is_in_cell && is_open {
                    self.move_itself(story, team, column)?;
                }
            }
        } else if level == Some(Level::Feature) && !self.view.set_up().writes_feature_place {
            let set_up = self.view.set_up();
            let fallback = placed.map_or(own_team, |(team, _)| team);
            let row = team
                .or_else(|| usize::try_from(fallback).ok())
                .and_then(|team| set_up.teams.get(team));
            let cell = row.zip(column.and_then(|column| set_up.columns.get(column)));
            let cell = cell.map(|(row, column)| (row.id.clone(), column.id.clone()));
            self.plan.steps.push(Step::Place { item, cell });
            self.plan.inverse.push(Step::Place {
                item,
                cell: place_before,
            });
        } else {
            self.move_itself(item, team, column)?;
        }
        self.rank_behind(item, after, (team, column))
    }

    /// Writes the place of a work item: its area where the team is another one, its iteration where the column is.
    fn move_itself(&mut self, item: ItemId, team: Option<usize>, column: Option<usize>) -> Result<(), Refusal> {
        let (card, held) = self.card(item)?;
        let own_team = usize::try_from(card.team).ok();
        let target = team.or(own_team);
        let node = self.node(target, column)?;
        let is_there =
            i32::try_from(column.map_or(-1, |column| column as i64)).is_ok_and(|column| column == card.column);
        let iteration = held.local(field::ITERATION_ID, self.view.unit());
        let is_parked_elsewhere = column.is_none() && iteration.as_i64() != Some(node);
        let moves_project = team.is_some() && team != own_team;
        if let Some(team) = team.filter(|team| Some(*team) != own_team) {
            let area = self.view.set_up().teams[team].area_id;
            self.set(item, field::AREA_ID, json!(area))?;
        }
        // In the column already: the node stays, where several share it.
        if !is_there
            || is_parked_elsewhere
            || (moves_project && self.view.places.column(node).is_some() && iteration.as_i64() != Some(node))
        {
            self.set(item, field::ITERATION_ID, json!(node))?;
        }
        Ok(())
    }

    fn node(&self, team: Option<usize>, column: Option<usize>) -> Result<i64, Refusal> {
        let set_up = self.view.set_up();
        let found = match column {
            Some(column) => match self.view.places.nodes(set_up, team, column).as_slice() {
                [] => None,
                [only] => Some(*only),
                several => Some(self.used_by(team, column, several)?),
            },
            None => self.view.places.parking(set_up, team),
        };
        found.ok_or_else(|| {
            Refusal::new(Kind::Conflict, "no_node", "It is not clear which iteration to write")
                .detail("Several iterations share this column, or the board has no PI to park in, and none is of this card's project.")
                .next_step("Ask a board admin to look at the board's columns.")
        })
    }

    /// Of several nodes of a column the one that the team uses: most of its cards there are in it, or it stands under the
    /// same node as most of the team's other iterations.
    fn used_by(&self, team: Option<usize>, column: usize, nodes: &[i64]) -> Result<i64, Refusal> {
        let places = &self.view.places;
        let team = team.and_then(|team| i32::try_from(team).ok());
        let of_team = self.view.cards().filter(|(_, card)| Some(card.team) == team);
        let (mut uses, mut under) = (vec![0_usize; nodes.len()], vec![0_usize; nodes.len()]);
        for (item, card) in of_team {
            let held = self.view.held(*item);
            let Some(node) = held.and_then(|held| held.local(field::ITERATION_ID, self.view.unit()).as_i64()) else {
                continue;
            };
            for (at, one) in nodes.iter().enumerate() {
                uses[at] += usize::from(*one == node && usize::try_from(card.column) == Ok(column));
                under[at] += usize::from(places.above(*one).is_some() && places.above(*one) == places.above(node));
            }
        }
        let most = |of: &[usize]| {
            let max = of.iter().copied().max().filter(|max| *max > 0)?;
            let mut at = (0..of.len()).filter(|at| of[*at] == max);
            at.next().filter(|_| at.next().is_none())
        };
        most(&uses).or_else(|| most(&under)).map(|at| nodes[at]).ok_or_else(|| {
            let names: Vec<&str> = nodes
                .iter()
                .filter_map(|node| self.view.nodes.get(*node))
                .map(|node| node.path.as_str())
                .collect();
            Refusal::new(Kind::Conflict, "which_node", "It is not clear which iteration to write")
                .detail(format!(
                    "This column stands for {}, and the team uses none of them yet.",
                    names.join(", ")
                ))
                .next_step("Set the iteration of this card in Azure DevOps; the team's next ones follow it.")
        })
    }

    fn team_index(&self, team: i32) -> Result<usize, Refusal> {
        let index = usize::try_from(team)
            .ok()
            .filter(|team| *team < self.view.set_up().teams.len());
        index.ok_or_else(|| Refusal::field_is("team", "is none of the board's"))
    }

    fn column_index(&self, column: i32) -> Result<Option<usize>, Refusal> {
        if column == -1 {
            return Ok(None);
        }
        let index = usize::try_from(column)
            .ok()
            .filter(|column| *column < self.view.set_up().columns.len());
        index
            .map(Some)
            .ok_or_else(|| Refusal::field_is("column", "is none of the board's"))
    }

    fn rank_of(&self, item: ItemId) -> Option<&str> {
        self.ranks
            .get(&item)
            .map(String::as_str)
            .or_else(|| self.view.card(item).map(|card| card.rank.as_str()))
    }

    fn rank_behind(
        &mut self,
        item: ItemId,
        after: Option<ItemId>,
        cell: (Option<usize>, Option<usize>),
    ) -> Result<(), Refusal> {
        if after == Some(item) {
            return Ok(());
        }
        let before_move = self.rank_of(item).map(str::to_owned);
        let new = match after {
            Some(after) => {
                let floor = self.rank_of(after).map(str::to_owned);
                let next = floor.as_deref().and_then(|floor| self.next_rank(item, floor));
                rank::between(floor.as_deref(), next)
            }
            None => match self.first_rank(item, cell) {
                Some(first) => rank::between(self.last_rank_before(item, first), Some(first)),
                // An empty cell: any order is the first.
                None => return Ok(()),
            },
        };
        if before_move.as_deref() == Some(new.as_str()) {
            return Ok(());
        }
        if let Some(rank) = before_move {
            self.plan.inverse.push(Step::Rank { item, rank });
        }
        self.ranks.insert(item, new.clone());
        self.plan.steps.push(Step::Rank { item, rank: new });
        Ok(())
    }

    /// The nearest rank behind `floor`, of any card but `item`.
    fn next_rank(&self, item: ItemId, floor: &str) -> Option<&str> {
        let kept = self.view.order().behind(floor).find(|(_, id)| self.is_kept(*id, item));
        let given = self.given(item).map(|(_, rank)| rank).filter(|rank| *rank > floor);
        kept.map(|(rank, _)| rank).into_iter().chain(given).min()
    }

    /// The nearest rank before `ceiling`, of any card but `item`.
    fn last_rank_before(&self, item: ItemId, ceiling: &str) -> Option<&str> {
        let kept = self
            .view
            .order()
            .before(ceiling)
            .find(|(_, id)| self.is_kept(*id, item));
        let given = self.given(item).map(|(_, rank)| rank).filter(|rank| *rank < ceiling);
        kept.map(|(rank, _)| rank).into_iter().chain(given).max()
    }

    /// The first rank of a cell, of any card but `item`; without a team, of the whole column.
    fn first_rank(&self, item: ItemId, cell: (Option<usize>, Option<usize>)) -> Option<&str> {
        let index = |at: Option<usize>| at.and_then(|at| i32::try_from(at).ok());
        let (team, column) = (index(cell.0), index(cell.1).unwrap_or(-1));
        let kept = self
            .view
            .order()
            .of_cell(team, column)
            .filter_map(|mut cards| cards.find(|(_, id)| self.is_kept(*id, item)))
            .map(|(rank, _)| rank);
        let is_in_cell = |card: &Card| card.column == column && team.is_none_or(|team| card.team == team);
        let given = self
            .given(item)
            .filter(|(id, _)| self.view.card(*id).is_some_and(is_in_cell))
            .map(|(_, rank)| rank);
        kept.chain(given).min()
    }

    /// Whether a card other than `item` has the rank that the board shows.
    fn is_kept(&self, id: ItemId, item: ItemId) -> bool {
        id != item && !self.ranks.contains_key(&id)
    }

    /// Ranks given in this very list to cards other than `item`.
    fn given(&self, item: ItemId) -> impl Iterator<Item = (ItemId, &str)> {
        let others = self.ranks.iter().filter(move |(id, _)| **id != item);
        others.map(|(id, rank)| (*id, rank.as_str()))
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

    fn link(&mut self, from: ItemId, to: ItemId, agreed: Agreed) -> Result<(), Refusal> {
        if from == to {
            return Err(Refusal::new(Kind::Conflict, "circle", "A card can’t wait for itself")
                .next_step("Choose another card."));
        }
        let target = self.target(from)?;
        if !self.born.contains_key(&to) {
            let (_, held) = self.card(to)?;
            if self.dependency(from, held).is_some() {
                return Ok(());
            }
        }
        let rel = &self.view.set_up().dependency.taker;
        let link = |is_added, comment| Act::Link {
            rel: rel.clone(),
            target,
            is_added,
            comment,
        };
        self.plan.steps.push(Step::Edit {
            item: to,
            act: link(true, Some(agreement::written(&agreed))),
        });
        self.plan.inverse.push(Step::Edit {
            item: to,
            act: link(false, None),
        });
        Ok(())
    }

    fn dependency(&self, from: ItemId, to: &Held) -> Option<(Agreed, Option<String>)> {
        let found = self.view.waits_for(to).remove(&End::Item(from))?;
        Some((found.agreed, found.comment))
    }

    fn unlink(&mut self, from: ItemId, to: ItemId) -> Result<(), Refusal> {
        let target = self.target(from)?;
        let (_, held) = self.card(to)?;
        let Some((_, comment)) = self.dependency(from, held) else {
            return Ok(());
        };
        let rel = &self.view.set_up().dependency.taker;
        let link = |is_added, comment| Act::Link {
            rel: rel.clone(),
            target,
            is_added,
            comment,
        };
        self.plan.steps.push(Step::Edit {
            item: to,
            act: link(false, None),
        });
        self.plan.inverse.push(Step::Edit {
            item: to,
            act: link(true, comment),
        });
        Ok(())
    }

    fn agree(
        &mut self,
        from: ItemId,
        to: ItemId,
        agreement: Agreement,
        needed_by: Option<String>,
    ) -> Result<(), Refusal> {
        let target = self.target(from)?;
        let (_, held) = self.card(to)?;
        let (before, comment) = self.dependency(from, held).ok_or_else(|| {
            Refusal::new(Kind::Conflict, "no_dependency", "This dependency is gone")
                .detail("Somebody took it away meanwhile.")
                .next_step("Draw it again, if it is still needed.")
        })?;
        let after = Agreed {
            agreement,
            needed_by: needed_by.or_else(|| before.needed_by.clone()),
        };
        if after == before {
            return Ok(());
        }
        let rel = &self.view.set_up().dependency.taker;
        let link = |comment| Act::Link {
            rel: rel.clone(),
            target,
            is_added: true,
            comment,
        };
        self.plan.steps.push(Step::Edit {
            item: to,
            act: link(Some(agreement::written(&after))),
        });
        self.plan.inverse.push(Step::Edit {
            item: to,
            act: link(Some(comment.unwrap_or_default())),
        });
        Ok(())
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
