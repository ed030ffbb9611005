//! Classification nodes: the area tree and the iteration tree of every project.
//!
//! Work items point at nodes by id; a path is only ever rendered. Source for the shapes: Classification Nodes in the
//! specification; the hidden level (`\Area`, `\Iteration`) of a node's own path stands in its examples.

use std::collections::BTreeMap;

use crate::dice::Dice;

/// Which tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Tree {
    Area,
    Iteration,
}

impl Tree {
    /// `area`, `iteration`.
    pub fn word(self) -> &'static str {
        match self {
            Tree::Area => "area",
            Tree::Iteration => "iteration",
        }
    }

    /// `Areas`, `Iterations`, as in URLs.
    pub fn group(self) -> &'static str {
        match self {
            Tree::Area => "Areas",
            Tree::Iteration => "Iterations",
        }
    }

    /// By word in any case, singular or plural, or by number (0 areas, 1 iterations).
    pub fn parse(text: &str) -> Option<Tree> {
        match text.to_lowercase().as_str() {
            "areas" | "area" | "0" => Some(Tree::Area),
            "iterations" | "iteration" | "1" => Some(Tree::Iteration),
            _ => None,
        }
    }
}

/// One node.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub id: i64,
    pub guid: String,
    pub name: String,
    pub tree: Tree,
    pub project: usize,
    pub parent: Option<i64>,
    /// ISO calendar dates.
    pub dates: Option<(String, String)>,
}

/// Every node of every project.
#[derive(Debug, Clone, Default)]
pub(crate) struct Nodes {
    by_id: BTreeMap<i64, Node>,
    roots: BTreeMap<(usize, Tree), i64>,
    next_id: i64,
}

impl Nodes {
    /// Both roots of a new project; the id of the area root.
    pub fn add_root(&mut self, dice: &mut Dice, project: usize, name: &str) -> i64 {
        let area = self.insert(dice, name, Tree::Area, project, None);
        let iteration = self.insert(dice, name, Tree::Iteration, project, None);
        self.roots.insert((project, Tree::Area), area);
        self.roots.insert((project, Tree::Iteration), iteration);
        area
    }

    pub fn get(&self, id: i64) -> Option<&Node> {
        self.by_id.get(&id)
    }

    pub fn get_mut(&mut self, id: i64) -> Option<&mut Node> {
        self.by_id.get_mut(&id)
    }

    pub fn root(&self, project: usize, tree: Tree) -> i64 {
        self.roots[&(project, tree)]
    }

    /// Children in the order of their ids.
    pub fn children(&self, id: i64) -> Vec<&Node> {
        self.by_id.values().filter(|node| node.parent == Some(id)).collect()
    }

    pub fn child(&self, parent: i64, name: &str) -> Option<i64> {
        let name = name.to_lowercase();
        self.by_id
            .values()
            .find(|node| node.parent == Some(parent) && node.name.to_lowercase() == name)
            .map(|node| node.id)
    }

    /// `Project\A\B`; empty for a node that is gone.
    pub fn path(&self, id: i64) -> String {
        let Some(node) = self.by_id.get(&id) else {
            return String::new();
        };
        match node.parent {
            Some(parent) => format!("{}\\{}", self.path(parent), node.name),
            None => node.name.clone(),
        }
    }

    /// The names from the root down, the root included.
    pub fn levels(&self, id: i64) -> Vec<String> {
        self.path(id).split('\\').map(str::to_owned).collect()
    }

    /// Whether `id` is `ancestor` or stands under it.
    pub fn is_under(&self, id: i64, ancestor: i64) -> bool {
        id == ancestor
            || self
                .by_id
                .get(&id)
                .and_then(|node| node.parent)
                .is_some_and(|parent| self.is_under(parent, ancestor))
    }

    /// The node at `Project\A\B`, in any case, with or without a leading backslash.
    pub fn find(&self, tree: Tree, path: &str) -> Option<i64> {
        let mut names = path.trim_start_matches('\\').trim_end_matches('\\').split('\\');
        let root_name = names.next()?.to_lowercase();
        let root = self
            .roots
            .iter()
            .find(|((_, t), id)| *t == tree && self.by_id[id].name.to_lowercase() == root_name);
        names.try_fold(*root?.1, |node, name| self.child(node, name))
    }

    pub fn add(&mut self, dice: &mut Dice, parent: i64, name: &str) -> i64 {
        let (tree, project) = self
            .by_id
            .get(&parent)
            .map_or((Tree::Area, 0), |node| (node.tree, node.project));
        self.insert(dice, name, tree, project, Some(parent))
    }

    /// Removes a node and everything under it; the ids that went.
    pub fn remove(&mut self, id: i64) -> Vec<i64> {
        let gone: Vec<i64> = self
            .by_id
            .keys()
            .copied()
            .filter(|other| self.is_under(*other, id))
            .collect();
        for id in &gone {
            self.by_id.remove(id);
        }
        gone
    }

    fn insert(&mut self, dice: &mut Dice, name: &str, tree: Tree, project: usize, parent: Option<i64>) -> i64 {
        self.next_id += 1;
        let id = self.next_id;
        let node = Node {
            id,
            guid: dice.guid(),
            name: name.to_owned(),
            tree,
            project,
            parent,
            dates: None,
        };
        self.by_id.insert(id, node);
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_rendered_from_the_names_as_they_are_now() {
        let (mut nodes, mut dice) = (Nodes::default(), Dice::new(1));
        let root = nodes.add_root(&mut dice, 0, "Harbour");
        let quay = nodes.add(&mut dice, root, "Quay");
        let gate = nodes.add(&mut dice, quay, "Gate");
        assert_eq!(nodes.path(gate), "Harbour\\Quay\\Gate");
        nodes.get_mut(quay).unwrap().name = "Pier".to_owned();
        assert_eq!(nodes.path(gate), "Harbour\\Pier\\Gate");
        assert_eq!(nodes.find(Tree::Area, "\\harbour\\PIER\\gate"), Some(gate));
        assert_eq!(nodes.find(Tree::Iteration, "Harbour\\Pier"), None);
    }
}
