//! The order inside a cell: the rank of a card that is put behind another one.

use lockstep_sync::ItemId;

use super::{Planner, Step};
use crate::error::Refusal;
use crate::program_board::rank;
use crate::program_board::shapes::Card;

impl Planner<'_> {
    pub(super) fn rank_of(&self, item: ItemId) -> Option<&str> {
        self.ranks
            .get(&item)
            .map(String::as_str)
            .or_else(|| self.view.card(item).map(|card| card.rank.as_str()))
    }

    pub(super) fn rank_behind(
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
    pub(super) fn next_rank(&self, item: ItemId, floor: &str) -> Option<&str> {
        let kept = self.view.order().behind(floor).find(|(_, id)| self.is_kept(*id, item));
        let given = self.given(item).map(|(_, rank)| rank).filter(|rank| *rank > floor);
        kept.map(|(rank, _)| rank).into_iter().chain(given).min()
    }

    /// The nearest rank before `ceiling`, of any card but `item`.
    pub(super) fn last_rank_before(&self, item: ItemId, ceiling: &str) -> Option<&str> {
        let kept = self
            .view
            .order()
            .before(ceiling)
            .find(|(_, id)| self.is_kept(*id, item));
        let given = self.given(item).map(|(_, rank)| rank).filter(|rank| *rank < ceiling);
        kept.map(|(rank, _)| rank).into_iter().chain(given).max()
    }

    /// The first rank of a cell, of any card but `item`; without a team, of the whole column.
    pub(super) fn first_rank(&self, item: ItemId, cell: (Option<usize>, Option<usize>)) -> Option<&str> {
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
    pub(super) fn is_kept(&self, id: ItemId, item: ItemId) -> bool {
        id != item && !self.ranks.contains_key(&id)
    }

    /// Ranks given in this very list to cards other than `item`.
    pub(super) fn given(&self, item: ItemId) -> impl Iterator<Item = (ItemId, &str)> {
        let others = self.ranks.iter().filter(move |(id, _)| **id != item);
        others.map(|(id, rank)| (*id, rank.as_str()))
    }
}
