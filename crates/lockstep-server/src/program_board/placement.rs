//! Where cards stand on a board by their level, and what that makes of each cell's load.
//!
//! The browser draws by the same rules (`placement.ts`), and an exported table has to say what people saw: a story stands at
//! its own place; a feature where its stories are, else where somebody put it, else at its own place. Load counts leaf items
//! of one level: stories, and features that have none.

use std::collections::{BTreeMap, HashMap};

use azdo::StateCategory;
use uuid::Uuid;

use super::set_up::{Capacity, Level, SetUp};
use super::shapes::Card;

/// A team and a column, by position.
pub type Cell = (usize, usize);

/// Where cards stand.
#[derive(Debug, Default, PartialEq)]
pub struct Placement {
    /// By card; those that are not here lie in the parking lot.
    pub at: HashMap<Uuid, Cell>,
    /// By cell; those that are not here have none.
    pub load: BTreeMap<Cell, f64>,
}

/// Places the cards. `category` says what a card's state means.
pub fn place(set_up: &SetUp, cards: &[&Card], category: impl Fn(&Card) -> StateCategory) -> Placement {
    let level = |card: &Card| set_up.level(&card.r#type);
    let features: HashMap<Uuid, &Card> = cards
        .iter()
        .copied()
        .filter(|card| level(card) == Some(Level::Feature))
        .map(|card| (card.id, card))
        .collect();
    let mut stories: HashMap<Uuid, Vec<&Card>> = HashMap::new();
    for card in cards.iter().copied().filter(|card| level(card) == Some(Level::Story)) {
        if let Some(feature) = card.parent.and_then(|parent| features.get(&parent)) {
            stories.entry(feature.id).or_default().push(card);
        }
    }
    let mut placement = Placement::default();
    for card in cards.iter().copied() {
        let level = level(card);
        let own_stories = match level {
            Some(Level::Feature) => stories.get(&card.id),
            _ => None,
        };
        let at = match own_stories {
            Some(stories) => home(card, stories, &category),
            None if level == Some(Level::Feature) => placed(card),
            None => own(card),
        };
        let Some(at) = at else { continue };
        placement.at.insert(card.id, at);
        if level.is_some() && own_stories.is_none() && category(card) != StateCategory::Removed {
            *placement.load.entry(at).or_default() += card.points.unwrap_or(0.0);
        }
    }
    placement
}

fn cell(team: i32, column: i32) -> Option<Cell> {
    Some((usize::try_from(team).ok()?, usize::try_from(column).ok()?))
}

fn own(card: &Card) -> Option<Cell> {
    cell(card.team, card.column)
}

fn placed(card: &Card) -> Option<Cell> {
    let (team, column) = card.placed.unwrap_or((card.team, card.column));
    cell(team, column)
}

/// The first column in which a feature's own team works on it; else the team that does most of it.
fn home(feature: &Card, stories: &[&Card], category: impl Fn(&Card) -> StateCategory) -> Option<Cell> {
    let mut work: BTreeMap<usize, f64> = BTreeMap::new();
    let planned: Vec<(Cell, &Card)> = stories.iter().filter_map(|story| Some((own(story)?, *story))).collect();
    for ((team, _), story) in &planned {
        let points = match category(story) {
            StateCategory::Removed => 0.0,
            _ => story.points.unwrap_or(0.0),
        };
        *work.entry(*team).or_default() += points + 0.001;
    }
    let own_team = usize::try_from(feature.team)
        .ok()
        .filter(|team| work.contains_key(team));
    // Of two that do as much, the upper row.
    let busiest = || {
        work.iter()
            .max_by(|a, b| a.1.total_cmp(b.1).then(b.0.cmp(a.0)))
            .map(|(team, _)| *team)
    };
    let Some(team) = own_team.or_else(busiest) else {
        return placed(feature);
    };
    let columns = planned
        .iter()
        .filter(|((at, _), _)| *at == team)
        .map(|((_, column), _)| *column);
    columns.min().map(|column| (team, column))
}

/// What a team can take in a column; nothing where nobody has said.
pub fn capacity(set_up: &SetUp, (team, column): Cell) -> Option<f64> {
    let (row, iteration) = (set_up.teams.get(team)?, set_up.columns.get(column)?);
    let said = set_up
        .capacity_overrides()
        .iter()
        .find(|one| one.team_id == row.id && one.column_id == iteration.id);
    match (said, &set_up.capacity) {
        (Some(said), _) => Some(said.capacity),
        (None, Capacity::Typed { .. }) => None,
        (None, Capacity::Velocity { .. }) => Some((row.velocity? * share(set_up, column)).round()),
    }
}

/// How long a column is, compared with the usual one (the median).
fn share(set_up: &SetUp, column: usize) -> f64 {
    let days = |at: usize| {
        let column = set_up.columns.get(at)?;
        let day = |text: &Option<String>| text.as_deref()?.parse::<jiff::civil::Date>().ok();
        let days = day(&column.finish_on)?.since(day(&column.start_on)?).ok()?.get_days() + 1;
        (days > 0).then(|| f64::from(days))
    };
    let mut known: Vec<f64> = (0..set_up.columns.len()).filter_map(days).collect();
    known.sort_by(f64::total_cmp);
    match (known.get(known.len() / 2), days(column)) {
        (Some(usual), Some(own)) => own / usual,
        _ => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program_board::samples::*;
    use crate::program_board::set_up::CapacityOverride;
    use crate::program_board::set_up::tests::harbour;

    /// Areas 11 and 12 are teams 0 and 1; iterations 101 and 102 are columns 0 and 1.
    fn placement(cards: Vec<Made>) -> Placement {
        let view = board(cards);
        let cards: Vec<&Card> = view.cards().map(|(_, card)| card).collect();
        place(view.set_up(), &cards, |card| match card.state.as_str() {
            "Removed" => StateCategory::Removed,
            _ => StateCategory::InProgress,
        })
    }

    fn at(placement: &Placement, n: u128) -> Option<Cell> {
        placement.at.get(&item(n).0).copied()
    }

    #[test]
    fn a_feature_stands_where_its_team_first_works_on_it_and_counts_as_its_stories() {
        let placement = placement(vec![
            made(1, "Feature", 11, 100),
            made(2, "User Story", 11, 102).under(1),
            made(3, "User Story", 12, 101).under(1),
        ]);
        assert_eq!(at(&placement, 1), Some((0, 1)));
        assert_eq!(placement.load, BTreeMap::from([((0, 1), 3.0), ((1, 0), 3.0)]));
    }

    #[test]
    fn a_feature_whose_team_does_none_of_it_stands_with_the_team_that_does_most() {
        let placement = placement(vec![
            made(1, "Feature", 10, 100),
            made(2, "User Story", 11, 101).under(1),
            made(3, "User Story", 12, 102).under(1),
            made(4, "User Story", 12, 101).under(1),
        ]);
        assert_eq!(at(&placement, 1), Some((1, 0)));
    }

    #[test]
    fn a_feature_without_stories_stands_where_somebody_put_it_and_counts_itself() {
        let placement = placement(vec![made(1, "Feature", 11, 100).placed("customs", "s42")]);
        assert_eq!(at(&placement, 1), Some((1, 1)));
        assert_eq!(placement.load, BTreeMap::from([((1, 1), 3.0)]));
    }

    #[test]
    fn what_is_removed_counts_nothing_and_what_has_no_place_is_parked() {
        let placement = placement(vec![
            made(1, "User Story", 11, 101).with("System.State", "Removed".into()),
            made(2, "User Story", 11, 100),
        ]);
        assert_eq!((at(&placement, 1), at(&placement, 2)), (Some((0, 0)), None));
        assert_eq!(placement.load, BTreeMap::new());
    }

    #[test]
    fn capacity_is_the_velocity_for_the_length_of_a_column_unless_something_else_is_said() {
        let mut set_up = harbour();
        let days = [("2026-09-28", "2026-10-09"), ("2026-10-12", "2026-10-17")];
        for (column, (start, finish)) in set_up.columns.iter_mut().zip(days) {
            (column.start_on, column.finish_on) = (Some(start.into()), Some(finish.into()));
        }
        set_up.teams[0].velocity = Some(20.0);
        set_up.teams[1].velocity = None;
        set_up.capacity = Capacity::Velocity { overrides: Vec::new() };
        // Of two, the longer one is the usual.
        assert_eq!(capacity(&set_up, (0, 0)), Some(20.0));
        assert_eq!(capacity(&set_up, (0, 1)), Some(10.0));
        assert_eq!(capacity(&set_up, (1, 0)), None);
        let said = CapacityOverride {
            team_id: set_up.teams[1].id.clone(),
            column_id: set_up.columns[0].id.clone(),
            capacity: 7.0,
        };
        set_up.capacity = Capacity::Typed { overrides: vec![said] };
        assert_eq!(capacity(&set_up, (1, 0)), Some(7.0));
        assert_eq!(capacity(&set_up, (0, 0)), None);
    }
}
