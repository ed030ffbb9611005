//! Where a card stands: its team by the most specific area, its column by its iteration node.
//!
//! Also the other way round: which nodes a card gets that comes to a cell. Placement by level (a feature follows its
//! stories) is the browser's; here is a card's own place alone.

use std::collections::HashMap;

use super::nodes::Nodes;
use super::set_up::SetUp;

/// Levels of areas that are looked through at most.
const DEPTH_MAX: usize = 40;

/// The places of a board.
#[derive(Debug, Clone, Default)]
pub struct Places {
    teams: HashMap<i64, TeamAt>,
    columns: HashMap<i64, usize>,
    above: HashMap<i64, i64>,
    project_of: HashMap<i64, String>,
}

#[derive(Debug, Clone, Copy)]
struct TeamAt {
    team: usize,
    includes_children: bool,
}

impl Places {
    /// The places of a set-up among the nodes there are.
    pub fn of(set_up: &SetUp, nodes: &Nodes) -> Self {
        let mut places = Self::default();
        for (team, row) in set_up.teams.iter().enumerate() {
            for area in &row.areas {
                let at = TeamAt {
                    team,
                    includes_children: area.includes_children,
                };
                places.teams.entry(area.id).or_insert(at);
            }
        }
        for (column, row) in set_up.columns.iter().enumerate() {
            for node in &row.node_ids {
                places.columns.entry(*node).or_insert(column);
            }
        }
        for node in nodes.rows() {
            if let Some(parent) = node.parent_id {
                places.above.insert(node.node_id, parent);
            }
            places.project_of.insert(node.node_id, node.project_id.to_lowercase());
        }
        places
    }

    /// The row of an area: that of the nearest area that a team has.
    pub fn team(&self, area: i64) -> Option<usize> {
        if let Some(at) = self.teams.get(&area) {
            return Some(at.team);
        }
        let mut at = area;
        for _ in 0..DEPTH_MAX {
            at = *self.above.get(&at)?;
            if let Some(found) = self.teams.get(&at).filter(|found| found.includes_children) {
                return Some(found.team);
            }
        }
        None
    }

    /// The column of an iteration.
    pub fn column(&self, iteration: i64) -> Option<usize> {
        self.columns.get(&iteration).copied()
    }

    /// The iteration nodes that a card of `team` may get in `column`: those of the team's project, else the only one there
    /// is. None where several nodes share the column and none is of the team's project.
    pub fn nodes(&self, set_up: &SetUp, team: Option<usize>, column: usize) -> Vec<i64> {
        let nodes = set_up.columns.get(column).map_or(&[][..], |column| &column.node_ids);
        let project = team
            .and_then(|team| set_up.teams.get(team))
            .map(|team| team.project_id.to_lowercase());
        let is_of_project = |node: &&i64| project.is_some() && self.project_of.get(node) == project.as_ref();
        let of_project: Vec<i64> = nodes.iter().filter(is_of_project).copied().collect();
        match (of_project.is_empty(), nodes) {
            (true, [only]) => vec![*only],
            _ => of_project,
        }
    }

    /// The first of [`Self::nodes`].
    pub fn node(&self, set_up: &SetUp, team: Option<usize>, column: usize) -> Option<i64> {
        self.nodes(set_up, team, column).first().copied()
    }

    /// The node above one.
    pub fn above(&self, node: i64) -> Option<i64> {
        self.above.get(&node).copied()
    }

    /// The iteration node of the parking lot for a card of `team`: the PI of the team's project.
    ///
    /// In another project than the PI's, what its columns stand under plays that part.
    pub fn parking(&self, set_up: &SetUp, team: Option<usize>) -> Option<i64> {
        let pi = set_up.pi.as_ref()?;
        let project = team
            .and_then(|team| set_up.teams.get(team))
            .map(|team| &team.project_id);
        match project {
            Some(project) if !project.eq_ignore_ascii_case(&pi.project_id) => {
                let folded = project.to_lowercase();
                let nodes = set_up.columns.iter().flat_map(|column| &column.node_ids);
                let of_project = nodes.filter(|node| self.project_of.get(node) == Some(&folded));
                of_project.filter_map(|node| self.above.get(node).copied()).next()
            }
            _ => Some(pi.node_id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program_board::set_up::tests::harbour;
    use crate::store::nodes::NodeRow;

    fn node(node_id: i64, parent_id: Option<i64>, project_id: &str) -> NodeRow {
        NodeRow {
            node_id,
            project_id: project_id.into(),
            project: project_id.into(),
            tree: "areas".into(),
            parent_id,
            name: node_id.to_string(),
            path: node_id.to_string(),
            start_on: None,
            finish_on: None,
        }
    }

    /// Area 11 is Quay's, 13 below it belongs to Customs, 14 below 13 to nobody.
    fn places() -> (SetUp, Places) {
        let mut set_up = harbour();
        set_up.teams[1].areas[0].id = 13;
        set_up.columns[0].node_ids = vec![101, 201];
        let nodes = Nodes::of(vec![
            node(10, None, "p1"),
            node(11, Some(10), "p1"),
            node(13, Some(11), "p1"),
            node(14, Some(13), "p1"),
            node(100, Some(99), "p1"),
            node(101, Some(100), "p1"),
            node(102, Some(100), "p1"),
            node(200, Some(199), "p2"),
            node(201, Some(200), "p2"),
        ]);
        let places = Places::of(&set_up, &nodes);
        (set_up, places)
    }

    #[test]
    fn an_area_belongs_to_the_team_that_is_nearest_above_it() {
        let (_, places) = places();
        assert_eq!(places.team(11), Some(0));
        assert_eq!(places.team(13), Some(1));
        assert_eq!(places.team(14), Some(1));
        assert_eq!((places.team(10), places.team(77)), (None, None));
    }

    #[test]
    fn an_area_that_leaves_its_children_out_has_only_itself() {
        let (mut set_up, _) = places();
        set_up.teams[1].areas[0].includes_children = false;
        let nodes = Nodes::of(vec![
            node(11, Some(10), "p1"),
            node(13, Some(11), "p1"),
            node(14, Some(13), "p1"),
        ]);
        let places = Places::of(&set_up, &nodes);
        assert_eq!((places.team(13), places.team(14)), (Some(1), Some(0)));
    }

    #[test]
    fn a_column_writes_the_node_of_the_cards_team() {
        let (mut set_up, places) = places();
        assert_eq!(places.node(&set_up, Some(0), 0), Some(101));
        set_up.teams[1].project_id = "P2".into();
        assert_eq!(places.node(&set_up, Some(1), 0), Some(201));
        assert_eq!(places.node(&set_up, Some(1), 1), Some(102));
        set_up.teams[1].project_id = "p3".into();
        assert_eq!(places.node(&set_up, Some(1), 0), None);
        assert_eq!((places.column(201), places.column(100)), (Some(0), None));
    }

    #[test]
    fn parking_writes_the_pi_of_the_teams_project() {
        let (mut set_up, places) = places();
        assert_eq!(places.parking(&set_up, Some(0)), Some(100));
        set_up.teams[1].project_id = "p2".into();
        assert_eq!(places.parking(&set_up, Some(1)), Some(200));
        set_up.pi = None;
        assert_eq!(places.parking(&set_up, Some(0)), None);
    }
}
