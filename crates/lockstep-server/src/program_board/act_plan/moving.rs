//! Moving cards: a story is written, a feature takes its open stories along or is placed.

use azdo::{StateCategory, field};
use lockstep_sync::ItemId;
use serde_json::json;

use super::{Planner, Step};
use crate::action_items::status::category_by_name;
use crate::error::{Kind, Refusal};
use crate::program_board::set_up::Level;

impl Planner<'_> {
    pub(super) fn move_card(
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
    pub(super) fn move_itself(
        &mut self,
        item: ItemId,
        team: Option<usize>,
        column: Option<usize>,
    ) -> Result<(), Refusal> {
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

    pub(super) fn node(&self, team: Option<usize>, column: Option<usize>) -> Result<i64, Refusal> {
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
    pub(super) fn used_by(&self, team: Option<usize>, column: usize, nodes: &[i64]) -> Result<i64, Refusal> {
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

    pub(super) fn team_index(&self, team: i32) -> Result<usize, Refusal> {
        let index = usize::try_from(team)
            .ok()
            .filter(|team| *team < self.view.set_up().teams.len());
        index.ok_or_else(|| Refusal::field_is("team", "is none of the board's"))
    }

    pub(super) fn column_index(&self, column: i32) -> Result<Option<usize>, Refusal> {
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
}
