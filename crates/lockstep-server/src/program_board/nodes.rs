//! Area and iteration nodes by number: read from Azure DevOps, kept, and looked things up in.
//!
//! Work items and set-ups name nodes by number; names, paths and dates are looked up here. So a rename there is a changed
//! row here, followed by the columns that are called the same, told to browsers as a change of the boards, and nothing is
//! written to any work item.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use azdo::{ClassificationNode, Client, Error, Tree};
use lockstep_sync::scope::Scope;

use super::node_names;
use super::set_up::{BoardScope, SetUp, TeamArea};
use crate::app::App;
use crate::ids::{CompanyId, ConnectionId};
use crate::live::Noun;
use crate::store::StoreError;
use crate::store::boards::BoardRow;
pub use crate::store::nodes::NodeRow;
use crate::sync::transport::HttpsTransport;

/// Deepest nodes that are asked for; Microsoft allows 14 levels.
const DEPTH: u32 = 14;
/// Most nodes of one tree that are kept; Microsoft allows 10,000.
const N_NODES_MAX: usize = 20_000;

/// The nodes of a connection.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Nodes {
    by_id: BTreeMap<i64, NodeRow>,
    below: BTreeMap<i64, Vec<i64>>,
}

/// Why nodes could not be read again.
#[derive(Debug, thiserror::Error)]
pub enum NodesError {
    /// Azure DevOps did not give them.
    #[error("Azure DevOps did not give the area and iteration nodes")]
    NotGiven(#[from] Error),
    /// The store could not.
    #[error("the nodes could not be kept")]
    Store(#[from] StoreError),
}

impl Nodes {
    /// What can be looked up in these rows.
    pub fn of(rows: Vec<NodeRow>) -> Self {
        let mut nodes = Self::default();
        for row in rows {
            if let Some(parent) = row.parent_id {
                nodes.below.entry(parent).or_default().push(row.node_id);
            }
            nodes.by_id.insert(row.node_id, row);
        }
        nodes
    }

    /// A node.
    pub fn get(&self, id: i64) -> Option<&NodeRow> {
        self.by_id.get(&id)
    }

    /// Every node, by number.
    pub fn rows(&self) -> impl Iterator<Item = &NodeRow> {
        self.by_id.values()
    }

    /// The nodes right below one.
    pub fn children(&self, id: i64) -> impl Iterator<Item = &NodeRow> {
        let ids = self.below.get(&id).map(Vec::as_slice).unwrap_or_default();
        ids.iter().filter_map(|id| self.by_id.get(id))
    }

    /// A node and all below it.
    pub fn with_below(&self, id: i64) -> BTreeSet<i64> {
        let (mut found, mut waiting) = (BTreeSet::new(), vec![id]);
        while let Some(next) = waiting.pop() {
            // A tree never holds a node twice; a broken one must not hold us up.
            if found.insert(next) {
                waiting.extend(self.below.get(&next).into_iter().flatten());
            }
        }
        found
    }

    /// How many nodes are above one.
    pub fn depth(&self, id: i64) -> usize {
        let mut depth = 0;
        let mut at = self.get(id).and_then(|node| node.parent_id);
        while let Some(above) = at.filter(|_| depth <= DEPTH as usize * 2) {
            depth += 1;
            at = self.get(above).and_then(|node| node.parent_id);
        }
        depth
    }

    /// The node of a path as work items write it, in any case.
    pub fn at_path(&self, tree: &str, path: &str) -> Option<&NodeRow> {
        let path = path.trim_matches('\\');
        self.rows()
            .find(|node| node.tree == tree && node.path.eq_ignore_ascii_case(path))
    }

    /// The areas that belong to these, those below included where that was said.
    pub fn area_ids<'a>(&self, areas: impl IntoIterator<Item = &'a TeamArea>) -> BTreeSet<i64> {
        let mut ids = BTreeSet::new();
        for area in areas {
            if area.includes_children {
                ids.extend(self.with_below(area.id));
            } else {
                ids.insert(area.id);
            }
        }
        ids
    }

    /// The iterations that a board plans in: what is below its PI, its columns with what is below them, and what those
    /// stand under. `None` for a board that names none, which is any.
    pub fn iteration_ids(&self, set_up: &SetUp) -> Option<BTreeSet<i64>> {
        let pi = set_up.pi.as_ref()?;
        let mut ids = self.with_below(pi.node_id);
        for node in set_up.columns.iter().flat_map(|column| &column.node_ids) {
            ids.extend(self.with_below(*node));
            // In another project the PI is another node; what waits there to be planned stands on it.
            ids.extend(
                self.get(*node)
                    .and_then(|node| node.parent_id)
                    .filter(|above| self.depth(*above) > 0),
            );
        }
        Some(ids)
    }
}

/// The scope of a board as the sync engine judges it.
pub fn scope_of(board: &BoardRow, nodes: &Nodes, n_cards: usize) -> Scope {
    let set_up = &board.set_up.0;
    let projects = match &set_up.scope {
        BoardScope::Areas { projects } => projects.clone(),
        BoardScope::Query { project, .. } => vec![project.clone()],
        BoardScope::Wiql { project, .. } => project.iter().cloned().collect(),
        BoardScope::Local => Vec::new(),
    };
    let is_query = !matches!(set_up.scope, BoardScope::Areas { .. });
    Scope {
        board: board.board(),
        projects: projects
            .iter()
            // By the name it has now: work items carry that one.
            .flat_map(|project| [Some(project.id.clone()), nodes.project_name(&project.id)])
            .flatten()
            .map(|text| text.to_lowercase())
            .collect(),
        area_ids: if is_query {
            BTreeSet::new()
        } else {
            nodes.area_ids(set_up.teams.iter().flat_map(|team| &team.areas))
        },
        types: set_up
            .levels
            .features
            .iter()
            .chain(&set_up.levels.stories)
            .cloned()
            .collect(),
        iteration_ids: nodes.iteration_ids(set_up),
        n_cards,
        is_query,
        is_stopped: board.import_detail.leaving.is_some(),
        kept: board.import_detail.kept.iter().copied().collect(),
    }
}

/// The projects a board reaches into, by GUID.
pub fn projects_of(set_up: &SetUp) -> BTreeSet<String> {
    let scoped: Vec<&str> = match &set_up.scope {
        BoardScope::Areas { projects } => projects.iter().map(|project| project.id.as_str()).collect(),
        BoardScope::Query { project, .. } => vec![&project.id],
        BoardScope::Wiql { project, .. } => project.iter().map(|project| project.id.as_str()).collect(),
        BoardScope::Local => Vec::new(),
    };
    let teams = set_up.teams.iter().map(|team| team.project_id.as_str());
    let pi = set_up.pi.iter().map(|pi| pi.project_id.as_str());
    scoped.into_iter().chain(teams).chain(pi).map(str::to_owned).collect()
}

impl Nodes {
    /// The name a project has now.
    pub fn project_name(&self, project_id: &str) -> Option<String> {
        let of_project = |node: &&NodeRow| node.project_id.eq_ignore_ascii_case(project_id);
        self.rows().find(of_project).map(|node| node.project.clone())
    }
}

/// Both trees of a project, asked for side by side.
pub async fn read(client: &Client<Arc<HttpsTransport>>, project_id: &str) -> Result<Vec<NodeRow>, Error> {
    let (areas, iterations) = tokio::try_join!(
        client.classification_nodes(project_id, Tree::Areas, DEPTH),
        client.classification_nodes(project_id, Tree::Iterations, DEPTH),
    )?;
    let mut rows = rows_of(project_id, Tree::Areas, &areas);
    rows.extend(rows_of(project_id, Tree::Iterations, &iterations));
    Ok(rows)
}

/// A tree as rows, each node behind the one above it. The root is named as the project is.
pub fn rows_of(project_id: &str, tree: Tree, root: &ClassificationNode) -> Vec<NodeRow> {
    let mut rows = Vec::new();
    let mut waiting = vec![(root, None)];
    while let Some((node, parent_id)) = waiting.pop() {
        if rows.len() == N_NODES_MAX {
            break;
        }
        // Days of an iteration are midnights UTC; the day is what people mean.
        let day = |date: &Option<String>| date.as_ref().and_then(|date| date.get(..10)).map(str::to_owned);
        rows.push(NodeRow {
            node_id: node.id,
            project_id: project_id.to_owned(),
            project: root.name.clone(),
            tree: tree_name(tree).to_owned(),
            parent_id,
            name: node.name.clone(),
            path: node.path.clone(),
            start_on: day(&node.start_date),
            finish_on: day(&node.finish_date),
        });
        waiting.extend(node.children.iter().rev().map(|child| (child, Some(node.id))));
    }
    rows
}

/// How a tree is stored.
pub const fn tree_name(tree: Tree) -> &'static str {
    match tree {
        Tree::Areas => "areas",
        Tree::Iterations => "iterations",
    }
}

/// Reads the nodes of these projects again and keeps what is different. Returns whether anything was.
///
/// A project that can't be read leaves its nodes as they are, and the others' are kept; then the last refusal is given.
pub async fn refresh(
    app: &App,
    client: &Client<Arc<HttpsTransport>>,
    company: CompanyId,
    connection: ConnectionId,
    projects: &BTreeSet<String>,
) -> Result<bool, NodesError> {
    let mut refusal = None;
    let mut read_rows = Vec::new();
    for project in projects {
        match read(client, project).await {
            Ok(rows) => read_rows.push((project, rows)),
            Err(error) => refusal = Some(error),
        }
    }
    let mut known: BTreeMap<i64, NodeRow> = app
        .store
        .nodes(company, connection)
        .await?
        .into_iter()
        .map(|node| (node.node_id, node))
        .collect();
    let (mut changed, mut gone) = (Vec::new(), Vec::new());
    let before = known.clone();
    for (project, rows) in read_rows {
        let of_project = |node: &NodeRow| node.project_id.eq_ignore_ascii_case(project);
        let mut missing: BTreeSet<i64> = known
            .values()
            .filter(|node| of_project(node))
            .map(|node| node.node_id)
            .collect();
        for row in rows {
            missing.remove(&row.node_id);
            if known.get(&row.node_id) != Some(&row) {
                known.insert(row.node_id, row.clone());
                changed.push(row);
            }
        }
        gone.extend(missing);
    }
    let is_news = !(changed.is_empty() && gone.is_empty());
    if is_news {
        let mut tx = app.store.begin().await?;
        tx.save_nodes(company, connection, &changed, &gone, app.now_us())
            .await?;
        for mut board in tx.boards_of_connection(company, connection).await? {
            let change = tx.number_change(company, Noun::Board, board.id).await?;
            if node_names::follow(&mut board.set_up.0, &before, &known) {
                board.change_number = change;
                tx.update_board(&board).await?;
            } else {
                tx.number_board(company, board.board(), change).await?;
            }
        }
        tx.commit().await?;
        // Edits are written with the paths that nodes have now.
        app.wake.ring(connection);
    }
    refusal.map_or(Ok(is_news), |error| Err(error.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(id: i64, name: &str, children: Vec<ClassificationNode>) -> ClassificationNode {
        ClassificationNode {
            id,
            identifier: None,
            name: name.into(),
            path: name.into(),
            start_date: Some("2026-09-28T00:00:00Z".into()),
            finish_date: None,
            children,
        }
    }

    fn harbour() -> Nodes {
        let sprints = vec![
            node(3, "Sprint 41", vec![]),
            node(4, "Sprint 42", vec![node(5, "Week 1", vec![])]),
        ];
        let tree = node(
            1,
            "Harbour",
            vec![node(2, "PI 26.4", sprints), node(6, "Later", vec![])],
        );
        Nodes::of(rows_of("p", Tree::Iterations, &tree))
    }

    #[test]
    fn a_tree_becomes_rows_that_know_what_is_above_them() {
        let nodes = harbour();
        let week = nodes.get(5).unwrap();
        assert_eq!(
            (week.parent_id, week.project.as_str(), nodes.depth(5)),
            (Some(4), "Harbour", 3)
        );
        assert_eq!(week.start_on.as_deref(), Some("2026-09-28"));
        assert_eq!(nodes.with_below(2), BTreeSet::from([2, 3, 4, 5]));
        assert_eq!(nodes.children(1).map(|node| node.node_id).collect::<Vec<_>>(), [2, 6]);
    }

    #[test]
    fn an_area_counts_with_those_below_it_only_where_that_was_said() {
        let nodes = harbour();
        let area = |id, includes_children| TeamArea { id, includes_children };
        assert_eq!(
            nodes.area_ids(&[area(2, false), area(4, true)]),
            BTreeSet::from([2, 4, 5])
        );
    }

    #[test]
    fn a_path_is_found_in_any_case() {
        let nodes = Nodes::of(vec![NodeRow {
            path: "Harbour\\Quay".into(),
            ..harbour().get(1).unwrap().clone()
        }]);
        assert_eq!(
            nodes.at_path("iterations", "\\harbour\\QUAY").map(|node| node.node_id),
            Some(1)
        );
        assert!(nodes.at_path("areas", "Harbour\\Quay").is_none());
    }
}
