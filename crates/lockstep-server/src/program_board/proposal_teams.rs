//! Which teams a board proposes as its rows: each area belongs to one team, and what a team has selected is looked at.
//!
//! Pure: what teams say in, rows and words out.

use std::collections::{BTreeMap, BTreeSet};

use azdo::{FieldName, Fields, TeamFieldValues, TeamIteration, field};
use serde_json::Value;

use super::nodes::Nodes;
use super::set_up::{BoardColumn, BoardTeam, TeamArea};

/// A team as Azure DevOps tells of it.
#[derive(Debug, Clone)]
pub struct TeamFacts {
    /// The team.
    pub team: azdo::Team,
    /// GUID of its project.
    pub project_id: String,
    /// Its areas.
    pub areas: TeamFieldValues,
    /// Iterations it has selected.
    pub iterations: Vec<TeamIteration>,
}

/// Teams as rows, and what is to be said about them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rows {
    /// Every team with an area of its own.
    pub teams: Vec<BoardTeam>,
    /// In words.
    pub warnings: Vec<String>,
}

/// Every team with the areas that are its own. An area of several teams goes to the most specific of them: the one with
/// the fewest areas.
pub fn rows(facts: &[TeamFacts], nodes: &Nodes) -> Rows {
    let mut rows = Rows::default();
    let areas: Vec<Vec<TeamArea>> = facts.iter().map(|facts| areas_of(facts, nodes)).collect();
    let mut owner: BTreeMap<i64, usize> = BTreeMap::new();
    for (at, own) in areas.iter().enumerate() {
        for area in own {
            let known = owner.entry(area.id).or_insert(at);
            if own.len() < areas[*known].len() {
                *known = at;
            }
        }
    }
    for (at, facts_here) in facts.iter().enumerate() {
        let name = &facts_here.team.name;
        let named_by = &facts_here.areas.field;
        if !named_by.is_empty() && !named_by.eq_ignore_ascii_case(field::AREA_PATH) {
            rows.warnings.push(format!(
                "{name} has no areas: its work items are told by the field {named_by}, which a board can't follow."
            ));
            continue;
        }
        let mut own = Vec::new();
        for area in &areas[at] {
            match owner.get(&area.id) {
                Some(other) if *other != at => rows.warnings.push(format!(
                    "{} belongs to {} and to {name}. Cards there show in the row of {}.",
                    nodes.get(area.id).map_or("An area", |node| node.path.as_str()),
                    facts[*other].team.name,
                    facts[*other].team.name,
                )),
                _ => own.push(area.clone()),
            }
        }
        if let Some(first) = own.first() {
            let default = facts_here.areas.default_value.as_deref();
            let default = default
                .and_then(|path| nodes.at_path("areas", path))
                .map(|node| node.node_id);
            rows.teams.push(BoardTeam {
                id: facts_here.team.id.clone(),
                name: name.clone(),
                sub: facts_here.team.description.clone(),
                project_id: facts_here.project_id.clone(),
                team_id: Some(facts_here.team.id.clone()),
                area_id: default
                    .filter(|id| own.iter().any(|area| area.id == *id))
                    .unwrap_or(first.id),
                areas: own,
                velocity: None,
                is_shown: true,
            });
        }
    }
    rows
}

/// The areas a team names, each once.
fn areas_of(facts: &TeamFacts, nodes: &Nodes) -> Vec<TeamArea> {
    let mut areas: Vec<TeamArea> = Vec::new();
    for value in &facts.areas.values {
        let Some(node) = nodes.at_path("areas", &value.value) else {
            continue;
        };
        match areas.iter_mut().find(|area| area.id == node.node_id) {
            Some(known) => known.includes_children |= value.includes_children,
            None => areas.push(TeamArea {
                id: node.node_id,
                includes_children: value.includes_children,
            }),
        }
    }
    areas
}

/// Numbers of the iterations that teams have selected, once for each team.
pub fn selected(facts: &[TeamFacts], nodes: &Nodes) -> Vec<i64> {
    facts.iter().flat_map(|facts| selected_by(facts, nodes)).collect()
}

/// Numbers of the iterations that a team has selected.
fn selected_by(facts: &TeamFacts, nodes: &Nodes) -> BTreeSet<i64> {
    let project = nodes.project_name(&facts.project_id).unwrap_or_default();
    let of_team = facts.iterations.iter();
    let node = |path: &str| {
        // Some servers leave the project out of the path.
        let whole = nodes.at_path("iterations", path);
        whole.or_else(|| nodes.at_path("iterations", &format!("{project}\\{}", path.trim_matches('\\'))))
    };
    of_team
        .filter_map(|iteration| Some(node(&iteration.path)?.node_id))
        .collect()
}

/// What to say of teams that have not selected columns they are to plan in.
pub fn not_selected(teams: &[BoardTeam], columns: &[BoardColumn], facts: &[TeamFacts], nodes: &Nodes) -> Vec<String> {
    let mut warnings = Vec::new();
    for team in teams.iter().filter(|team| team.is_shown) {
        let Some(facts) = facts.iter().find(|facts| Some(&facts.team.id) == team.team_id.as_ref()) else {
            continue;
        };
        let selected = selected_by(facts, nodes);
        let missing: Vec<&str> = columns
            .iter()
            .filter(|column| !column.node_ids.iter().any(|id| selected.contains(id)))
            .map(|column| column.name.as_str())
            .collect();
        if !missing.is_empty() {
            warnings.push(format!(
                "{} has not selected {}. Cards there will not show on its own backlog.",
                team.name,
                in_words(&missing)
            ));
        }
    }
    warnings
}

/// `a`, `a and b`, `a, b and c`.
pub fn in_words(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [name] => (*name).to_owned(),
        [names @ .., last] => format!("{} and {last}", names.join(", ")),
    }
}

/// The row of an area: the team that names it, or the nearest node above it that a team names with what is below.
pub fn team_of_area(teams: &[BoardTeam], nodes: &Nodes, area: i64) -> Option<usize> {
    let mut at = Some(area);
    for _ in 0..=nodes.depth(area) {
        let node = at?;
        let holds = |named: &TeamArea| named.id == node && (node == area || named.includes_children);
        if let Some(found) = teams.iter().position(|team| team.areas.iter().any(holds)) {
            return Some(found);
        }
        at = nodes.get(node)?.parent_id;
    }
    None
}

/// What each team got done in an iteration on the average: completed work items of the last finished ones, by team.
///
/// A team that got nothing done has no velocity rather than none at all.
pub fn velocities<'f>(
    done: impl IntoIterator<Item = &'f Fields>,
    n_iterations: usize,
    unit: &str,
    teams: &[BoardTeam],
    nodes: &Nodes,
) -> Vec<Option<f64>> {
    let mut sums = vec![0.0; teams.len()];
    for fields in done {
        let value = |name: &str| fields.get(&FieldName::from(name));
        let Some(amount) = value(unit).and_then(Value::as_f64) else {
            continue;
        };
        let area = value(field::AREA_ID).and_then(Value::as_i64);
        if let Some(team) = area.and_then(|area| team_of_area(teams, nodes, area)) {
            sums[team] += amount;
        }
    }
    let average = |sum: f64| (sum / n_iterations.max(1) as f64 * 10.0).round() / 10.0;
    sums.into_iter()
        .map(|sum| (sum > 0.0 && n_iterations > 0).then(|| average(sum)))
        .collect()
}

#[cfg(test)]
mod tests {
    use azdo::TeamFieldValue;
    use serde_json::json;

    use super::*;
    use crate::program_board::nodes::NodeRow;

    fn nodes() -> Nodes {
        let row = |node_id, parent_id, path: &str, tree: &str| NodeRow {
            node_id,
            project_id: "p".into(),
            project: "Harbour".into(),
            tree: tree.into(),
            parent_id,
            name: path.rsplit('\\').next().unwrap().into(),
            path: path.into(),
            start_on: None,
            finish_on: None,
        };
        Nodes::of(vec![
            row(1, None, "Harbour", "areas"),
            row(2, Some(1), "Harbour\\Quay", "areas"),
            row(3, Some(2), "Harbour\\Quay\\Cranes", "areas"),
            row(4, Some(1), "Harbour\\Tideway", "areas"),
            row(11, None, "Harbour", "iterations"),
            row(12, Some(11), "Harbour\\Sprint 44", "iterations"),
        ])
    }

    fn team(name: &str, areas: &[(&str, bool)], iterations: &[&str]) -> TeamFacts {
        let value = |(path, includes_children): &(&str, bool)| TeamFieldValue {
            value: (*path).to_owned(),
            includes_children: *includes_children,
        };
        let iteration = |path: &&str| TeamIteration {
            id: String::new(),
            name: String::new(),
            path: (*path).to_owned(),
            start_date: None,
            finish_date: None,
            time_frame: None,
        };
        TeamFacts {
            team: azdo::Team {
                id: name.to_lowercase(),
                name: name.to_owned(),
                description: None,
                project_id: None,
                project_name: None,
            },
            project_id: "p".into(),
            areas: TeamFieldValues {
                field: field::AREA_PATH.into(),
                default_value: areas.first().map(|(path, _)| (*path).to_owned()),
                values: areas.iter().map(value).collect(),
            },
            iterations: iterations.iter().map(iteration).collect(),
        }
    }

    #[test]
    fn an_area_of_two_teams_goes_to_the_more_specific_one_and_is_said() {
        let wide = team("Train", &[("Harbour", true), ("Harbour\\Quay", true)], &[]);
        let rows = rows(&[wide, team("Quay", &[("Harbour\\Quay", true)], &[])], &nodes());
        let areas: Vec<Vec<i64>> = rows
            .teams
            .iter()
            .map(|team| team.areas.iter().map(|area| area.id).collect())
            .collect();
        assert_eq!(areas, [vec![1], vec![2]]);
        assert_eq!(
            rows.warnings,
            ["Harbour\\Quay belongs to Quay and to Train. Cards there show in the row of Quay."]
        );
        assert_eq!(rows.teams[1].area_id, 2);
    }

    #[test]
    fn a_card_is_in_the_row_of_the_nearest_area_that_a_team_names() {
        let facts = [
            team("Train", &[("Harbour", true)], &[]),
            team("Quay", &[("Harbour\\Quay", true)], &[]),
        ];
        let teams = rows(&facts, &nodes()).teams;
        let row = |area| team_of_area(&teams, &nodes(), area);
        assert_eq!(
            (row(3), row(2), row(4), row(1), row(99)),
            (Some(1), Some(1), Some(0), Some(0), None)
        );
        let alone = rows(&[team("Quay", &[("Harbour\\Quay", false)], &[])], &nodes()).teams;
        assert_eq!(team_of_area(&alone, &nodes(), 3), None);
    }

    #[test]
    fn a_team_that_has_not_selected_a_sprint_is_named() {
        let column = |id: i64, name: &str| BoardColumn {
            id: id.to_string(),
            name: name.to_owned(),
            node_ids: vec![id],
            start_on: None,
            finish_on: None,
        };
        let facts = [
            team("Tideway", &[("Harbour\\Tideway", true)], &[]),
            team("Quay", &[("Harbour\\Quay", true)], &["\\Harbour\\Sprint 44"]),
        ];
        let teams = rows(&facts, &nodes()).teams;
        let warnings = not_selected(&teams, &[column(12, "Sprint 44")], &facts, &nodes());
        assert_eq!(
            warnings,
            ["Tideway has not selected Sprint 44. Cards there will not show on its own backlog."]
        );
        assert_eq!(in_words(&["a", "b", "c"]), "a, b and c");
    }

    #[test]
    fn velocity_is_what_was_completed_on_the_average() {
        let facts = [
            team("Quay", &[("Harbour\\Quay", true)], &[]),
            team("Tideway", &[("Harbour\\Tideway", true)], &[]),
        ];
        let teams = rows(&facts, &nodes()).teams;
        let done = |area: i64, points: Value| -> Fields {
            [(field::AREA_ID.into(), json!(area)), ("Points".into(), points)].into()
        };
        let done = [
            done(3, json!(8)),
            done(2, json!(5.0)),
            done(4, Value::Null),
            done(99, json!(100)),
        ];
        assert_eq!(velocities(&done, 3, "Points", &teams, &nodes()), [Some(4.3), None]);
    }
}
