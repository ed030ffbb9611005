//! Area and iteration nodes.
//!
//! A node's own `path` holds a hidden level (`\P\Iteration\Sprint 1`) that field values lack (`P\Sprint 1`), and
//! Microsoft's examples of it are wrong. So paths are built from the names down from the root. A node's number stays
//! when it is renamed; no work item gets a revision then.
//!
//! Source: `wit` specifications, classification nodes; the hidden level from public reports.

use serde_json::Value;

use crate::client::{Call, Client, api_path};
use crate::error::Error;
use crate::transport::Transport;
use crate::version::Route;

/// Deepest tree that is read; Microsoft's limit is 14 levels.
const DEPTH_MAX: u32 = 20;

/// The two trees of a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tree {
    /// Area paths.
    Areas,
    /// Iteration paths.
    Iterations,
}

/// A node of a project's area or iteration tree, with those below it.
#[derive(Debug, Clone, PartialEq)]
pub struct ClassificationNode {
    /// Number; `System.AreaId` or `System.IterationId` of the work items in it.
    pub id: i64,
    /// Number as a GUID in text.
    pub identifier: Option<String>,
    /// Name.
    pub name: String,
    /// Path as `System.AreaPath` and `System.IterationPath` write it: `Harbour\Quay`.
    pub path: String,
    /// First day of an iteration, ISO 8601.
    pub start_date: Option<String>,
    /// Last day of an iteration, ISO 8601.
    pub finish_date: Option<String>,
    /// Nodes below, as deep as was asked for.
    pub children: Vec<ClassificationNode>,
}

impl<T: Transport> Client<T> {
    /// A tree of a project from its root, `depth` levels deep.
    pub async fn classification_nodes(
        &self,
        project: &str,
        tree: Tree,
        depth: u32,
    ) -> Result<ClassificationNode, Error> {
        let path = match tree {
            Tree::Areas => "/wit/classificationnodes/Areas",
            Tree::Iterations => "/wit/classificationnodes/Iterations",
        };
        let call = Call::get(api_path(Some(project), path)).query("$depth", depth.min(DEPTH_MAX));
        self.call(Route::ClassificationNodes, call)
            .await?
            .read(|root| read_node(root, "", 0))
    }
}

fn read_node(node: &Value, parent_path: &str, level: u32) -> Option<ClassificationNode> {
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    let name = text(node, "name")?;
    let path = if parent_path.is_empty() {
        name.clone()
    } else {
        format!("{parent_path}\\{name}")
    };
    let attributes = node.get("attributes").unwrap_or(&Value::Null);
    let children = match node.get("children").and_then(Value::as_array) {
        Some(children) if level < DEPTH_MAX => children
            .iter()
            .filter_map(|child| read_node(child, &path, level + 1))
            .collect(),
        _ => Vec::new(),
    };
    Some(ClassificationNode {
        id: node.get("id")?.as_i64()?,
        identifier: text(node, "identifier"),
        start_date: text(attributes, "startDate"),
        finish_date: text(attributes, "finishDate"),
        name,
        path,
        children,
    })
}
