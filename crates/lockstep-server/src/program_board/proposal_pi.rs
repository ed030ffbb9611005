//! Which iterations a board proposes as its PI and its columns, found from the tree, its dates, and what teams selected.
//!
//! Pure: nodes and days in, numbers out. A PI is the node whose children have dates and hold the sprint of today.

use std::collections::{BTreeMap, BTreeSet};

use super::nodes::{NodeRow, Nodes};
use super::set_up::BoardColumn;

/// The nodes that can be a PI: those right above iterations with dates, the ones with the latest iterations first.
pub fn pis(nodes: &Nodes) -> Vec<i64> {
    let mut latest: BTreeMap<i64, &str> = BTreeMap::new();
    for sprint in sprints(nodes) {
        if let (Some(parent), Some(finish)) = (sprint.parent_id, sprint.finish_on.as_deref()) {
            let known = latest.entry(parent).or_default();
            *known = finish.max(*known);
        }
    }
    let mut pis: Vec<(i64, &str)> = latest.into_iter().collect();
    pis.sort_by(|(a, a_on), (b, b_on)| (b_on, b).cmp(&(a_on, a)));
    pis.into_iter().map(|(id, _)| id).collect()
}

/// The PI of today: the parent of the current iteration that most teams have selected, else of the next to come, else
/// of the last that was. `selected` holds a number once for each team that selected it; `today` is an ISO day.
pub fn pi_of_today(nodes: &Nodes, selected: &[i64], today: &str) -> Option<i64> {
    let n_teams = |id: i64| selected.iter().filter(|selected| **selected == id).count();
    let sprints: Vec<&NodeRow> = sprints(nodes).filter(|sprint| sprint.parent_id.is_some()).collect();
    let days = |sprint: &NodeRow| {
        let day = |day: &Option<String>| day.clone().unwrap_or_default();
        (day(&sprint.start_on), day(&sprint.finish_on))
    };
    let current = sprints
        .iter()
        .filter(|sprint| days(sprint).0.as_str() <= today && today <= days(sprint).1.as_str())
        .max_by_key(|sprint| (n_teams(sprint.node_id), nodes.depth(sprint.node_id), days(sprint).0));
    let next = || {
        sprints
            .iter()
            .filter(|sprint| days(sprint).0.as_str() > today)
            .min_by_key(|sprint| (days(sprint).0, sprint.node_id))
    };
    let last = || sprints.iter().max_by_key(|sprint| (days(sprint).1, sprint.node_id));
    current.or_else(next).or_else(last)?.parent_id
}

/// Iterations with dates that hold no further ones with dates.
fn sprints(nodes: &Nodes) -> impl Iterator<Item = &NodeRow> {
    nodes
        .rows()
        .filter(|node| node.tree == "iterations" && has_dates(node) && !nodes.children(node.node_id).any(has_dates))
}

fn has_dates(node: &NodeRow) -> bool {
    node.start_on.is_some() && node.finish_on.is_some()
}

/// The children of a PI as columns, by date. Those without dates are left out, unless none has any. Nodes of other
/// projects with the same name and days share a column.
pub fn columns(nodes: &Nodes, pi: i64) -> Vec<BoardColumn> {
    let mut children: Vec<&NodeRow> = nodes.children(pi).collect();
    if children.iter().any(|node| has_dates(node)) {
        children.retain(|node| has_dates(node));
        children.sort_by_key(|node| (node.start_on.clone(), node.finish_on.clone(), node.node_id));
    }
    let project = nodes.get(pi).map(|pi| pi.project_id.as_str()).unwrap_or_default();
    let is_twin = |node: &NodeRow, other: &NodeRow| {
        other.tree == "iterations"
            && other.project_id != project
            && has_dates(other)
            && other.name.eq_ignore_ascii_case(&node.name)
            && (&other.start_on, &other.finish_on) == (&node.start_on, &node.finish_on)
    };
    let column = |node: &&NodeRow| {
        let twins = nodes
            .rows()
            .filter(|other| is_twin(node, other))
            .map(|other| other.node_id);
        BoardColumn {
            id: node.node_id.to_string(),
            name: node.name.clone(),
            node_ids: std::iter::once(node.node_id).chain(twins).collect(),
            start_on: node.start_on.clone(),
            finish_on: node.finish_on.clone(),
        }
    };
    children.iter().map(column).collect()
}

/// The last iterations that are over, the latest first: those of one day count once, whatever the project.
pub fn finished(nodes: &Nodes, today: &str, n_max: usize) -> Vec<BTreeSet<i64>> {
    let mut by_days: BTreeMap<(&str, &str), BTreeSet<i64>> = BTreeMap::new();
    for sprint in sprints(nodes) {
        if let (Some(start), Some(finish)) = (sprint.start_on.as_deref(), sprint.finish_on.as_deref())
            && finish < today
        {
            by_days.entry((finish, start)).or_default().insert(sprint.node_id);
        }
    }
    by_days.into_values().rev().take(n_max).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Number, parent, name, days.
    fn nodes(rows: &[(i64, i64, &str, &str, &str)]) -> Nodes {
        let day = |day: &str| Some(format!("2026-{day}")).filter(|_| !day.is_empty());
        let row = |(node_id, parent, name, start, finish): &(i64, i64, &str, &str, &str)| NodeRow {
            node_id: *node_id,
            project_id: if *node_id < 100 { "p" } else { "q" }.into(),
            project: "Harbour".into(),
            tree: "iterations".into(),
            parent_id: Some(*parent).filter(|parent| *parent > 0),
            name: (*name).to_owned(),
            path: (*name).to_owned(),
            start_on: day(start),
            finish_on: day(finish),
        };
        Nodes::of(rows.iter().map(row).collect())
    }

    fn two_pis() -> Nodes {
        nodes(&[
            (1, 0, "Harbour", "", ""),
            (2, 1, "PI 26.3", "07-06", "09-25"),
            (3, 2, "Sprint 39", "08-31", "09-11"),
            (4, 2, "Sprint 40", "09-14", "09-25"),
            (5, 1, "PI 26.4", "09-28", "12-04"),
            (6, 5, "Sprint 42", "10-12", "10-23"),
            (7, 5, "Sprint 41", "09-28", "10-09"),
            (8, 5, "Undated", "", ""),
            (101, 0, "Yard", "", ""),
            (102, 101, "sprint 41", "09-28", "10-09"),
            (103, 101, "Sprint 42", "10-12", "10-30"),
        ])
    }

    #[test]
    fn the_pi_holds_the_sprint_of_today_that_most_teams_selected() {
        let check = |selected: &[i64], today: &str, expected: i64| {
            let today = format!("2026-{today}");
            assert_eq!(pi_of_today(&two_pis(), selected, &today), Some(expected), "{today}");
        };
        check(&[6, 6, 103], "10-15", 5);
        check(&[103, 103], "10-15", 101);
        check(&[], "10-15", 5);
        check(&[], "09-20", 2);
        // Between two sprints the next one counts, after all of them the last.
        check(&[], "10-10", 5);
        check(&[], "12-31", 101);
        assert_eq!(
            pi_of_today(&nodes(&[(1, 0, "Harbour", "", "")]), &[], "2026-10-15"),
            None
        );
    }

    #[test]
    fn columns_go_by_date_and_share_what_is_the_same_in_another_project() {
        let columns = columns(&two_pis(), 5);
        let shown: Vec<(&str, &[i64])> = columns
            .iter()
            .map(|column| (column.name.as_str(), column.node_ids.as_slice()))
            .collect();
        assert_eq!(
            shown,
            [("Sprint 41", [7, 102].as_slice()), ("Sprint 42", [6].as_slice())]
        );
        assert_eq!(columns[0].start_on.as_deref(), Some("2026-09-28"));
    }

    #[test]
    fn pis_are_listed_with_the_latest_first() {
        assert_eq!(pis(&two_pis()), [101, 5, 2]);
    }

    #[test]
    fn finished_sprints_of_the_same_days_count_as_one() {
        let finished = finished(&two_pis(), "2026-10-15", 3);
        assert_eq!(
            finished,
            [BTreeSet::from([7, 102]), BTreeSet::from([4]), BTreeSet::from([3])]
        );
    }
}
