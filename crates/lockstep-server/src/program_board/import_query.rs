//! Which work items a board asks Azure DevOps for: its scope as a query, and whether what was read is a card.
//!
//! Paths stand in queries alone and are rendered at the moment of asking, from the names that nodes have then.

use std::collections::BTreeSet;

use azdo::wiql::quote;
use azdo::{FieldName, Fields, StateCategory, field};
use serde_json::Value;

use super::nodes::Nodes;
use super::set_up::{BoardScope, SetUp, TeamArea};
use crate::action_items::types::TypeInfo;

/// Longest query that is built with what is to be left out; without it more is found, and sorted out here.
const QUERY_CHARS_MAX: usize = 30_000;

/// How Azure DevOps is asked for the work items of a board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScopeQuery {
    /// By a text, in a project or in the whole collection; a flat one that was written here is read by pages.
    Text {
        /// The project.
        project: Option<String>,
        /// The text.
        wiql: String,
        /// Written here.
        is_ours: bool,
    },
    /// By a saved query.
    Saved {
        /// The project.
        project: String,
        /// Its GUID.
        query: String,
    },
}

/// Why a work item that was found is no card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LeftOut {
    /// Its state means removed.
    Removed,
    /// Its type is on no level of the board.
    Type,
    /// Its area belongs to no team of the board.
    Area,
}

impl LeftOut {
    /// Every reason.
    pub const ALL: [Self; 3] = [Self::Removed, Self::Type, Self::Area];

    /// As programs know it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Removed => "removed",
            Self::Type => "type",
            Self::Area => "area",
        }
    }
}

/// How to ask for the work items of a set-up. `None` while a node it needs is not known.
pub fn scope_query(set_up: &SetUp, nodes: &Nodes) -> Option<ScopeQuery> {
    match &set_up.scope {
        BoardScope::Areas { .. } => Some(ScopeQuery::Text {
            project: None,
            wiql: areas_wiql(set_up, nodes, true)?,
            is_ours: true,
        }),
        BoardScope::Query { project, query } => Some(ScopeQuery::Saved {
            project: project.id.clone(),
            query: query.id.clone(),
        }),
        BoardScope::Wiql { project, wiql } => Some(ScopeQuery::Text {
            project: project.as_ref().map(|project| project.id.clone()),
            wiql: wiql.clone(),
            is_ours: false,
        }),
        BoardScope::Local => None,
    }
}

/// The same as [`scope_query`] for a scope of areas, but for areas of no team too: to tell what is left out.
pub fn around_query(set_up: &SetUp, nodes: &Nodes) -> Option<ScopeQuery> {
    let BoardScope::Areas { .. } = &set_up.scope else {
        return scope_query(set_up, nodes);
    };
    Some(ScopeQuery::Text {
        project: None,
        wiql: areas_wiql(set_up, nodes, false)?,
        is_ours: true,
    })
}

fn areas_wiql(set_up: &SetUp, nodes: &Nodes, is_within_areas: bool) -> Option<String> {
    let BoardScope::Areas { projects } = &set_up.scope else {
        return None;
    };
    let names: Vec<String> = projects
        .iter()
        .map(|project| nodes.project_name(&project.id).unwrap_or_else(|| project.name.clone()))
        .collect();
    let types: Vec<&str> = set_up
        .levels
        .features
        .iter()
        .chain(&set_up.levels.stories)
        .map(String::as_str)
        .collect();
    let mut conditions = vec![
        one_of(field::TEAM_PROJECT, names.iter().map(String::as_str)),
        one_of(field::WORK_ITEM_TYPE, types),
    ];
    if is_within_areas {
        conditions.push(areas_condition(
            set_up.teams.iter().flat_map(|team| &team.areas),
            nodes,
        )?);
    }
    if let Some(ids) = nodes.iteration_ids(set_up) {
        conditions.push(iterations_condition(&ids, nodes)?);
    }
    Some(format!(
        "SELECT [System.Id] FROM WorkItems WHERE {}",
        conditions.join(" AND ")
    ))
}

/// Areas, with those below them where that was said. `None` where none of them is known.
pub fn areas_condition<'a>(areas: impl IntoIterator<Item = &'a TeamArea>, nodes: &Nodes) -> Option<String> {
    let tests: Vec<String> = areas
        .into_iter()
        .filter_map(|area| {
            Some(path_test(
                field::AREA_PATH,
                &nodes.get(area.id)?.path,
                area.includes_children,
            ))
        })
        .collect();
    any_of(&tests)
}

/// Iterations, each by itself or with all that is below it, whichever is shorter.
pub fn iterations_condition(ids: &BTreeSet<i64>, nodes: &Nodes) -> Option<String> {
    let mut tests = Vec::new();
    let mut covered = BTreeSet::new();
    // From the top down: a node that holds everything below it stands for all of it.
    let mut by_depth: Vec<i64> = ids.iter().copied().filter(|id| nodes.get(*id).is_some()).collect();
    by_depth.sort_by_key(|id| nodes.depth(*id));
    for id in by_depth {
        let below = nodes.with_below(id);
        if covered.contains(&id) {
            continue;
        }
        let is_whole = below.iter().all(|below| ids.contains(below));
        tests.push(path_test(field::ITERATION_PATH, &nodes.get(id)?.path, is_whole));
        covered.extend(if is_whole { below } else { BTreeSet::from([id]) });
    }
    any_of(&tests)
}

/// A team's areas without those that another team has below them; `None` for none.
pub fn own_areas_condition<'a>(
    own: &[TeamArea],
    others: impl IntoIterator<Item = &'a TeamArea>,
    nodes: &Nodes,
) -> Option<String> {
    let within = areas_condition(own, nodes)?;
    let below = nodes.area_ids(own);
    let without: Vec<String> = others
        .into_iter()
        .filter(|area| below.contains(&area.id) && own.iter().all(|own| own.id != area.id))
        .filter_map(|area| {
            let test = path_test(field::AREA_PATH, &nodes.get(area.id)?.path, area.includes_children);
            Some(format!(" AND NOT {test}"))
        })
        .collect();
    let without = without.concat();
    Some(if within.len() + without.len() > QUERY_CHARS_MAX {
        within
    } else {
        within + &without
    })
}

fn path_test(name: &str, path: &str, includes_children: bool) -> String {
    let operator = if includes_children { "UNDER" } else { "=" };
    format!("[{name}] {operator} {}", quote(path))
}

/// `[Field] IN ('a', 'b')`.
pub fn one_of<'a>(name: &str, values: impl IntoIterator<Item = &'a str>) -> String {
    let values: Vec<String> = values.into_iter().map(quote).collect();
    format!("[{name}] IN ({})", values.join(", "))
}

fn any_of(tests: &[String]) -> Option<String> {
    match tests {
        [] => None,
        [test] => Some(test.clone()),
        tests => Some(format!("({})", tests.join(" OR "))),
    }
}

/// What a work item that was found needs to be a card; `Err` says what it lacks.
///
/// Types that are not known leave the meaning of a state open: it counts as not removed.
pub fn judge(set_up: &SetUp, area_ids: &BTreeSet<i64>, types: &[TypeInfo], fields: &Fields) -> Result<(), LeftOut> {
    let text = |name: &str| fields.get(&FieldName::from(name)).and_then(Value::as_str);
    let work_item_type = text(field::WORK_ITEM_TYPE).unwrap_or_default();
    let area = fields.get(&FieldName::from(field::AREA_ID)).and_then(Value::as_i64);
    match judge_place(set_up, area_ids, work_item_type, area) {
        Err(LeftOut::Type) => Err(LeftOut::Type),
        _ if is_removed(types, work_item_type, text(field::STATE).unwrap_or_default()) => Err(LeftOut::Removed),
        judged => judged,
    }
}

/// The same of what is a card already: a state takes nothing off a board.
pub fn judge_place(
    set_up: &SetUp,
    area_ids: &BTreeSet<i64>,
    work_item_type: &str,
    area: Option<i64>,
) -> Result<(), LeftOut> {
    if set_up.level(work_item_type).is_none() {
        return Err(LeftOut::Type);
    }
    if area.is_some_and(|area| area_ids.contains(&area)) {
        Ok(())
    } else {
        Err(LeftOut::Area)
    }
}

fn is_removed(types: &[TypeInfo], work_item_type: &str, state: &str) -> bool {
    types
        .iter()
        .find(|info| info.name.eq_ignore_ascii_case(work_item_type))
        .and_then(|info| info.state(state))
        .is_some_and(|state| state.category() == StateCategory::Removed)
}

#[cfg(test)]
mod tests {
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
            row(11, None, "Harbour", "iterations"),
            row(12, Some(11), "Harbour\\PI 26.4", "iterations"),
            row(13, Some(12), "Harbour\\PI 26.4\\O'Hara", "iterations"),
            row(14, Some(12), "Harbour\\PI 26.4\\Sprint 42", "iterations"),
        ])
    }

    fn area(id: i64, includes_children: bool) -> TeamArea {
        TeamArea { id, includes_children }
    }

    #[test]
    fn iterations_that_are_there_whole_are_named_by_what_holds_them() {
        let check = |ids: &[i64], expected: &str| {
            let ids = ids.iter().copied().collect();
            assert_eq!(iterations_condition(&ids, &nodes()).as_deref(), Some(expected));
        };
        check(&[12, 13, 14], "[System.IterationPath] UNDER 'Harbour\\PI 26.4'");
        check(
            &[12, 13],
            "([System.IterationPath] = 'Harbour\\PI 26.4' OR [System.IterationPath] UNDER 'Harbour\\PI 26.4\\O''Hara')",
        );
        assert_eq!(iterations_condition(&BTreeSet::from([99]), &nodes()), None);
    }

    #[test]
    fn a_team_asks_for_its_areas_without_those_of_another_team_below_them() {
        let condition = own_areas_condition(&[area(1, true)], &[area(2, true), area(1, true)], &nodes());
        assert_eq!(
            condition.as_deref(),
            Some("[System.AreaPath] UNDER 'Harbour' AND NOT [System.AreaPath] UNDER 'Harbour\\Quay'")
        );
        let condition = own_areas_condition(&[area(2, false)], &[area(1, true)], &nodes());
        assert_eq!(condition.as_deref(), Some("[System.AreaPath] = 'Harbour\\Quay'"));
    }
}
