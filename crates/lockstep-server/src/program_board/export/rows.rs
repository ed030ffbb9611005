//! What a board comes to as tables: cards in the order of the board, dependencies, load against capacity. Pure.

use std::collections::{HashMap, HashSet};

use azdo::StateCategory;
use uuid::Uuid;

use super::Titles;
use crate::program_board::agreement::Agreement;
use crate::program_board::held::CardSync;
use crate::program_board::placement::{self, Cell as Place, Placement};
use crate::program_board::set_up::{Level, SetUp};
use crate::program_board::shapes::{Card, CardLink, LinkDirection};
use crate::program_board::view::BoardView;

/// One field of a table.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// What somebody typed, or a name.
    Text(String),
    /// A number.
    Number(f64),
    /// An address that can be opened.
    Link(String),
}

/// A table with its header.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// What it is called.
    pub name: &'static str,
    /// Names of its columns, with how wide they are, in characters.
    pub columns: Vec<(&'static str, u16)>,
    /// Its rows, each as long as `columns`.
    pub rows: Vec<Vec<Cell>>,
}

/// All tables of a board.
#[derive(Debug, Clone, PartialEq)]
pub struct Book {
    /// Its cards.
    pub cards: Table,
    /// Their dependencies.
    pub dependencies: Table,
    /// What each team has taken on in each iteration.
    pub load: Table,
}

/// What is known around the board.
#[derive(Debug, Default)]
pub struct Around {
    /// Where its work items can be opened.
    pub server_url: Option<String>,
    /// Titles of work items that dependencies lead to and that are not on the board.
    pub titles: Titles,
    /// The cards that are wanted; all without a list.
    pub only: Option<HashSet<Uuid>>,
}

/// The tables of a board. Cards are those that are wanted, dependencies those of wanted cards, and load is that of the whole
/// board, as the board itself shows it whatever is filtered.
pub fn book(view: &BoardView, around: &Around, category: impl Fn(&Card) -> StateCategory) -> Book {
    let cards: Vec<&Card> = view.cards().map(|(_, card)| card).collect();
    let placement = placement::place(view.set_up(), &cards, category);
    let reader = Reader {
        set_up: view.set_up(),
        cards: cards.iter().map(|card| (card.id, *card)).collect(),
        placement,
        around,
    };
    let ordered = reader.ordered();
    Book {
        cards: Table {
            name: "Cards",
            columns: vec![
                ("ID", 9),
                ("Type", 14),
                ("Title", 48),
                ("Team", 18),
                ("Iteration", 16),
                ("State", 14),
                ("Points", 8),
                ("Assignee", 22),
                ("Parent", 9),
                ("Tags", 20),
                ("Depends on", 16),
                ("Needed by", 16),
                ("Sync", 18),
                ("Azure DevOps", 50),
            ],
            rows: ordered.iter().map(|card| reader.card(card)).collect(),
        },
        dependencies: Table {
            name: "Dependencies",
            columns: vec![
                ("Giver ID", 9),
                ("Giver", 40),
                ("Giver team", 18),
                ("Giver iteration", 16),
                ("Taker ID", 9),
                ("Taker", 40),
                ("Taker team", 18),
                ("Taker iteration", 16),
                ("Order", 16),
                ("Agreement", 12),
                ("Needed by", 12),
                ("Sync", 18),
            ],
            rows: reader.dependencies(&ordered),
        },
        load: Table {
            name: "Load",
            columns: vec![
                ("Team", 18),
                ("Iteration", 16),
                ("Unit", 10),
                ("Load", 8),
                ("Capacity", 9),
                ("Over", 8),
            ],
            rows: reader.load(),
        },
    }
}

struct Reader<'v> {
    set_up: &'v SetUp,
    cards: HashMap<Uuid, &'v Card>,
    placement: Placement,
    around: &'v Around,
}

/// Where a row stands among others: parked cards last, then by cell, rank and number.
type Order<'c> = (bool, Option<Place>, &'c str, Option<i64>, Uuid);

impl<'v> Reader<'v> {
    fn is_wanted(&self, card: &Card) -> bool {
        self.around.only.as_ref().is_none_or(|only| only.contains(&card.id))
    }

    fn order<'c>(&self, card: &'c Card) -> Order<'c> {
        let at = self.placement.at.get(&card.id).copied();
        (at.is_none(), at, &card.rank, card.number, card.id)
    }

    /// The wanted cards as the board has them, each feature with its stories below it.
    fn ordered(&self) -> Vec<&'v Card> {
        let mut below: HashMap<Uuid, Vec<&'v Card>> = HashMap::new();
        let mut tops = Vec::new();
        for card in self.cards.values().copied().filter(|card| self.is_wanted(card)) {
            match self.feature_of(card).filter(|feature| self.is_wanted(feature)) {
                Some(feature) => below.entry(feature.id).or_default().push(card),
                None => tops.push(card),
            }
        }
        let sorted = |cards: &mut Vec<&'v Card>| cards.sort_by(|a, b| self.order(a).cmp(&self.order(b)));
        sorted(&mut tops);
        let mut ordered = Vec::with_capacity(self.cards.len());
        for top in tops {
            ordered.push(top);
            if let Some(mut stories) = below.remove(&top.id) {
                sorted(&mut stories);
                ordered.append(&mut stories);
            }
        }
        ordered
    }

    fn feature_of(&self, card: &Card) -> Option<&'v Card> {
        let parent = self.cards.get(&card.parent?)?;
        let is_pair = self.set_up.level(&card.r#type) == Some(Level::Story)
            && self.set_up.level(&parent.r#type) == Some(Level::Feature);
        is_pair.then_some(*parent)
    }

    fn card(&self, card: &Card) -> Vec<Cell> {
        let at = self.placement.at.get(&card.id);
        let parent = card.parent.and_then(|parent| self.cards.get(&parent));
        let ends = |direction| {
            let links = by_number(card).into_iter().filter(|link| link.direction == direction);
            text(links.map(|link| self.end(link)).collect::<Vec<_>>().join("; "))
        };
        vec![
            number(card.number),
            text(card.r#type.clone()),
            text(card.title.clone()),
            self.team(at),
            self.iteration(at),
            text(card.state.clone()),
            card.points.map_or(Cell::Empty, Cell::Number),
            card.assignee.as_ref().map_or(Cell::Empty, |who| text(who.name.clone())),
            match parent.map(|parent| (parent.number, &parent.title)) {
                Some((Some(id), _)) => number(Some(id)),
                Some((None, title)) => text(title.clone()),
                None => Cell::Empty,
            },
            text(card.tags.join("; ")),
            ends(LinkDirection::WaitsFor),
            ends(LinkDirection::NeededBy),
            self.sync(card.sync),
            self.address(card.number),
        ]
    }

    /// The other end of a link: its number, or its title while it has none.
    fn end(&self, link: &CardLink) -> String {
        let title = || {
            let card = link.to_or_from.and_then(|id| self.cards.get(&id));
            card.map(|card| card.title.clone()).unwrap_or_default()
        };
        link.number.map_or_else(title, |number| number.to_string())
    }

    fn address(&self, number: Option<i64>) -> Cell {
        match (number, &self.around.server_url) {
            (Some(number), Some(server)) => {
                Cell::Link(format!("{}/_workitems/edit/{number}", server.trim_end_matches('/')))
            }
            _ => Cell::Empty,
        }
    }

    /// How it stands with Azure DevOps; a local board has none to stand with.
    fn sync(&self, sync: CardSync) -> Cell {
        if self.set_up.is_local() {
            return Cell::Empty;
        }
        text(sync_words(sync).into())
    }

    fn team(&self, at: Option<&Place>) -> Cell {
        let team = at.and_then(|(team, _)| self.set_up.teams.get(*team));
        team.map_or(Cell::Empty, |team| text(team.name.clone()))
    }

    fn iteration(&self, at: Option<&Place>) -> Cell {
        match at.and_then(|(_, column)| self.set_up.columns.get(*column)) {
            Some(column) => text(column.name.clone()),
            None => text("Parking lot".into()),
        }
    }

    /// Each dependency of the given cards once.
    fn dependencies(&self, cards: &[&Card]) -> Vec<Vec<Cell>> {
        let mut told: HashSet<(End, End)> = HashSet::new();
        let mut rows = Vec::new();
        for card in cards {
            for link in by_number(card) {
                let here = End::Card(card.id);
                let there = match (link.to_or_from, link.number) {
                    (Some(id), _) => End::Card(id),
                    (None, Some(number)) => End::Outside(number),
                    (None, None) => continue,
                };
                let (giver, taker) = match link.direction {
                    LinkDirection::WaitsFor => (there, here),
                    LinkDirection::NeededBy => (here, there),
                };
                if told.insert((giver, taker)) {
                    rows.push(self.dependency(giver, taker, link));
                }
            }
        }
        rows
    }

    fn dependency(&self, giver: End, taker: End, link: &CardLink) -> Vec<Cell> {
        let mut row = self.named_end(giver);
        row.extend(self.named_end(taker));
        let order = match (self.column(giver), self.column(taker)) {
            (Some(giver), Some(taker)) if giver < taker => "On track",
            (Some(giver), Some(taker)) if giver == taker => "Same sprint",
            (Some(_), Some(_)) => "Wrong order",
            _ => "Not in the plan",
        };
        row.push(text(order.into()));
        row.push(text(agreement_words(link.agreement).into()));
        row.push(link.needed_by.clone().map_or(Cell::Empty, text));
        row.push(self.sync(link.sync));
        row
    }

    fn named_end(&self, end: End) -> Vec<Cell> {
        match end {
            End::Card(id) => {
                let at = self.placement.at.get(&id);
                let card = self.cards.get(&id);
                vec![
                    number(card.and_then(|card| card.number)),
                    card.map_or(Cell::Empty, |card| text(card.title.clone())),
                    self.team(at),
                    self.iteration(at),
                ]
            }
            End::Outside(outside) => {
                let title = self.around.titles.get(&outside).cloned().flatten();
                vec![
                    number(Some(outside)),
                    title.map_or(Cell::Empty, text),
                    Cell::Empty,
                    text("Not on this board".into()),
                ]
            }
        }
    }

    /// The column a card stands in; of a story, its own, wherever its feature stands.
    fn column(&self, end: End) -> Option<usize> {
        match end {
            End::Card(id) => self.placement.at.get(&id).map(|(_, column)| *column),
            End::Outside(_) => None,
        }
    }

    fn load(&self) -> Vec<Vec<Cell>> {
        let mut rows = Vec::new();
        for (team_index, team) in self.set_up.teams.iter().enumerate().filter(|(_, team)| team.is_shown) {
            for (column_index, column) in self.set_up.columns.iter().enumerate() {
                let at = (team_index, column_index);
                let load = self.placement.load.get(&at).copied().unwrap_or_default();
                let capacity = placement::capacity(self.set_up, at);
                let over = capacity.map(|capacity| (load - capacity).max(0.0));
                rows.push(vec![
                    text(team.name.clone()),
                    text(column.name.clone()),
                    text(self.set_up.unit.name.clone()),
                    Cell::Number(load),
                    capacity.map_or(Cell::Empty, Cell::Number),
                    over.map_or(Cell::Empty, Cell::Number),
                ]);
            }
        }
        rows
    }
}

/// A card's links by the number at their other end; those to what has none yet come last.
fn by_number(card: &Card) -> Vec<&CardLink> {
    let mut links: Vec<&CardLink> = card.links.iter().collect();
    links.sort_by_key(|link| (link.number.is_none(), link.number));
    links
}

/// An end of a dependency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum End {
    Card(Uuid),
    Outside(i64),
}

fn text(text: String) -> Cell {
    if text.is_empty() { Cell::Empty } else { Cell::Text(text) }
}

fn number(number: Option<i64>) -> Cell {
    // Azure DevOps' numbers are far below what a double holds exactly.
    number.map_or(Cell::Empty, |number| Cell::Number(number as f64))
}

fn sync_words(sync: CardSync) -> &'static str {
    match sync {
        CardSync::InStep => "In lockstep",
        CardSync::Waiting => "Waiting",
        CardSync::Draft => "Unpublished",
        CardSync::Conflict => "Conflict",
        CardSync::Refused => "Refused",
        CardSync::NeedsToken => "Held: needs a token",
        CardSync::OutOfSight => "Out of sight",
        CardSync::DeletedThere => "Deleted in Azure DevOps",
        CardSync::Held => "Held",
    }
}

fn agreement_words(agreement: Agreement) -> &'static str {
    match agreement {
        Agreement::None => "",
        Agreement::Proposed => "Proposed",
        Agreement::Accepted => "Accepted",
        Agreement::Refused => "Refused",
        Agreement::Done => "Done",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program_board::samples::*;

    fn taken(cards: Vec<Made>, only: Option<&[u128]>) -> Book {
        let around = Around {
            server_url: Some("https://dev.azure.com/northquay/".into()),
            titles: HashMap::from([(5000, Some("Pilot boarding".into()))]),
            only: only.map(|only| only.iter().map(|n| item(*n).0).collect()),
        };
        book(&board(cards), &around, |_card| StateCategory::InProgress)
    }

    fn column(table: &Table, name: &str) -> Vec<Cell> {
        let at = table.columns.iter().position(|column| column.0 == name).unwrap();
        assert!(table.rows.iter().all(|row| row.len() == table.columns.len()));
        table.rows.iter().map(|row| row[at].clone()).collect()
    }

    fn words(words: &[&str]) -> Vec<Cell> {
        words.iter().map(|word| text((*word).into())).collect()
    }

    #[test]
    fn cards_come_as_the_board_has_them_each_feature_with_its_stories() {
        let book = taken(
            vec![
                made(1, "User Story", 11, 100),
                made(2, "User Story", 12, 101),
                made(3, "User Story", 11, 102).under(5),
                made(4, "User Story", 11, 101).under(5),
                made(5, "Feature", 11, 100),
            ],
            None,
        );
        assert_eq!(
            column(&book.cards, "Title"),
            words(&["Item 5", "Item 4", "Item 3", "Item 2", "Item 1"])
        );
        assert_eq!(
            column(&book.cards, "Team"),
            words(&["Quay", "Quay", "Quay", "Customs", ""])
        );
        assert_eq!(
            column(&book.cards, "Iteration"),
            words(&["Sprint 41", "Sprint 41", "Sprint 42", "Sprint 41", "Parking lot"])
        );
        assert_eq!(column(&book.cards, "Parent")[1], Cell::Number(4105.0));
        assert_eq!(
            column(&book.cards, "Azure DevOps")[0],
            Cell::Link("https://dev.azure.com/northquay/_workitems/edit/4105".into())
        );
    }

    #[test]
    fn only_what_is_wanted_is_told_and_the_load_is_that_of_the_whole_board() {
        let cards = || vec![made(1, "User Story", 11, 101), made(2, "User Story", 11, 101)];
        let book = taken(cards(), Some(&[2]));
        assert_eq!(column(&book.cards, "Title"), words(&["Item 2"]));
        assert_eq!(column(&book.load, "Load")[0], Cell::Number(6.0));
        assert_eq!(book.load, taken(cards(), None).load);
    }

    #[test]
    fn a_dependency_is_told_once_with_both_ends_and_its_order() {
        let book = taken(
            vec![
                made(1, "User Story", 11, 102).needed_by(4102).needed_by(5000),
                made(2, "User Story", 12, 101).waits_for(4101, "Lockstep: accepted, needed by 2026-10-30"),
            ],
            None,
        );
        assert_eq!(column(&book.cards, "Depends on"), words(&["", "4101"]));
        assert_eq!(column(&book.cards, "Needed by"), words(&["4102; 5000", ""]));
        let table = &book.dependencies;
        assert_eq!(column(table, "Giver ID"), [Cell::Number(4101.0), Cell::Number(4101.0)]);
        assert_eq!(column(table, "Taker"), words(&["Item 2", "Pilot boarding"]));
        assert_eq!(column(table, "Order"), words(&["Wrong order", "Not in the plan"]));
        assert_eq!(column(table, "Agreement"), words(&["Accepted", ""]));
        assert_eq!(column(table, "Needed by"), words(&["2026-10-30", ""]));
    }

    #[test]
    fn load_stands_against_capacity_and_says_by_how_much_it_is_over() {
        let book = taken((1..=8).map(|n| made(n, "User Story", 11, 102)).collect(), None);
        // Quay has a velocity of 24, and 20 typed in for the second sprint; Customs has none.
        assert_eq!(
            column(&book.load, "Team"),
            words(&["Quay", "Quay", "Customs", "Customs"])
        );
        assert_eq!(column(&book.load, "Load")[..2], [Cell::Number(0.0), Cell::Number(24.0)]);
        assert_eq!(
            column(&book.load, "Capacity")[..3],
            [Cell::Number(24.0), Cell::Number(20.0), Cell::Empty]
        );
        assert_eq!(
            column(&book.load, "Over")[..3],
            [Cell::Number(0.0), Cell::Number(4.0), Cell::Empty]
        );
    }
}
