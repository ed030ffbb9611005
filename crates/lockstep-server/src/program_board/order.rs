//! The order of a board's cards, by rank and by cell: what a drop has to know is looked up, and costs the same on a board of
//! any size.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use uuid::Uuid;

use super::shapes::Card;
use crate::ids::ItemId;

/// Ranks with their cards. Two cards may have the same one.
type Ranked = BTreeSet<(String, ItemId)>;

/// The order of cards.
#[derive(Debug, Default)]
pub struct Order {
    all: Ranked,
    /// By column and team.
    cells: BTreeMap<(i32, i32), Ranked>,
}

impl Order {
    /// Takes a card in.
    pub fn insert(&mut self, card: &Card) {
        let key = (card.rank.clone(), ItemId(card.id));
        self.cells
            .entry((card.column, card.team))
            .or_default()
            .insert(key.clone());
        self.all.insert(key);
    }

    /// Lets a card go, as it was taken in.
    pub fn remove(&mut self, card: &Card) {
        let key = (card.rank.clone(), ItemId(card.id));
        if let Some(cell) = self.cells.get_mut(&(card.column, card.team)) {
            cell.remove(&key);
        }
        self.all.remove(&key);
    }

    /// Cards behind `rank`, the nearest first.
    pub fn behind(&self, rank: &str) -> impl Iterator<Item = (&str, ItemId)> {
        let from = Bound::Excluded((rank.to_owned(), ItemId(Uuid::max())));
        self.all.range((from, Bound::Unbounded)).map(entry)
    }

    /// Cards before `rank`, the nearest first.
    pub fn before(&self, rank: &str) -> impl Iterator<Item = (&str, ItemId)> {
        let to = Bound::Excluded((rank.to_owned(), ItemId(Uuid::nil())));
        self.all.range((Bound::Unbounded, to)).rev().map(entry)
    }

    /// The last rank of all.
    pub fn last(&self) -> Option<&str> {
        self.all.last().map(|(rank, _)| rank.as_str())
    }

    /// Cards of a cell in order; without a team those of the whole column, each team's by itself.
    pub fn of_cell(
        &self,
        team: Option<i32>,
        column: i32,
    ) -> impl Iterator<Item = impl Iterator<Item = (&str, ItemId)>> {
        let teams = team.map_or((i32::MIN, i32::MAX), |team| (team, team));
        self.cells
            .range((column, teams.0)..=(column, teams.1))
            .map(|(_, cell)| cell.iter().map(entry))
    }
}

fn entry((rank, item): &(String, ItemId)) -> (&str, ItemId) {
    (rank, *item)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program_board::samples::{board, made};

    const STORY: &str = "User Story";

    fn numbers<'a>(cards: impl Iterator<Item = (&'a str, ItemId)>) -> Vec<u128> {
        cards.map(|(_, item)| item.0.as_u128()).collect()
    }

    /// Ranks a1 to a4; the first two in one cell, the third below, the fourth beside.
    fn order() -> crate::program_board::view::BoardView {
        board(vec![
            made(1, STORY, 11, 101),
            made(2, STORY, 11, 101),
            made(3, STORY, 12, 101),
            made(4, STORY, 11, 102),
        ])
    }

    #[test]
    fn neighbours_of_a_rank_come_the_nearest_first() {
        let view = order();
        assert_eq!(numbers(view.order().behind("a2")), [3, 4]);
        assert_eq!(numbers(view.order().before("a3")), [2, 1]);
        assert_eq!(view.order().last(), Some("a4"));
    }

    #[test]
    fn a_cell_has_its_cards_in_order_and_a_column_those_of_each_team() {
        let view = order();
        let of = |team, column| view.order().of_cell(team, column).map(numbers).collect::<Vec<_>>();
        assert_eq!(of(Some(0), 0), [[1, 2]]);
        assert_eq!(of(None, 0), [vec![1, 2], vec![3]]);
        assert_eq!(of(Some(1), 1), Vec::<Vec<u128>>::new());
    }

    #[test]
    fn a_card_that_moves_or_goes_leaves_no_trace() {
        let mut order = Order::default();
        let view = self::order();
        let card = view.card(ItemId(Uuid::from_u128(1))).unwrap();
        order.insert(card);
        order.remove(card);
        assert_eq!(order.last(), None);
        assert_eq!(order.of_cell(None, 0).map(numbers).collect::<Vec<_>>(), [[]; 1]);
    }
}
