//! Areas and iterations over HTTP. Source: Classification Nodes in the specification.

use serde_json::{Value, json};

use super::{Answer, Call, Handled, list};
use crate::clock;
use crate::nodes::Tree;
use crate::refusal::Refusal;
use crate::write::Author;
use crate::{Sim, SimError};

impl Sim {
    pub(super) fn list_node_roots(&self, call: &Call) -> Handled {
        let project = call.required_project()?;
        let depth = call.number("$depth")?.unwrap_or(0) as i64;
        let Some(ids) = call.param("ids") else {
            let roots = [Tree::Area, Tree::Iteration].map(|tree| self.organization.nodes.root(project, tree));
            return Ok(list(roots.iter().map(|id| self.node_json(*id, depth)).collect()));
        };
        let omits = call
            .param("errorpolicy")
            .is_some_and(|policy| policy == "2" || policy.eq_ignore_ascii_case("omit"));
        let mut shown = Vec::new();
        for text in ids.split(',') {
            let id = text
                .trim()
                .parse::<i64>()
                .map_err(|_| Refusal::bad_argument(format!("{text} is no node id.")))?;
            match self.organization.nodes.get(id).filter(|node| node.project == project) {
                Some(_) => shown.push(self.node_json(id, depth)),
                None if omits => shown.push(Value::Null),
                None => return Err(no_node(text)),
            }
        }
        Ok(list(shown))
    }

    pub(super) fn get_node(&self, call: &Call, tree: Tree, path: &str) -> Handled {
        let node = self.node_at(call, tree, path)?;
        let depth = call.number("$depth")?.unwrap_or(0) as i64;
        Ok(Answer::Json(self.node_json(node, depth)))
    }

    /// A new node under the one at `path`, or dates for one that is there already.
    pub(super) fn create_node(&mut self, call: &Call, tree: Tree, path: &str) -> Handled {
        let parent = self.node_at(call, tree, path)?;
        let body = call.json_body()?;
        let name = body
            .get("name")
            .and_then(Value::as_str)
            .map(str::trim)
            .unwrap_or_default();
        if let Some(id) = body.get("id").and_then(Value::as_i64).filter(|id| *id > 0) {
            return self.move_node(id, parent);
        }
        let dates = dates_of(&body)?;
        self.check_node_name(parent, name, None)?;
        let id = self.organization.nodes.add(&mut self.dice, parent, name);
        self.set_dates(id, dates);
        Ok(Answer::Json(self.node_json(id, 0)))
    }

    pub(super) fn update_node(&mut self, call: &Call, tree: Tree, path: &str) -> Handled {
        let id = self.node_at(call, tree, path)?;
        let body = call.json_body()?;
        let dates = dates_of(&body)?;
        let name = body
            .get("name")
            .and_then(Value::as_str)
            .map(str::trim)
            .unwrap_or_default();
        if !name.is_empty() {
            self.rename_node_as(call.now_us, &call.author(), id, name)?;
        }
        self.set_dates(id, dates);
        Ok(Answer::Json(self.node_json(id, 0)))
    }

    pub(super) fn delete_node(&mut self, call: &Call, tree: Tree, path: &str) -> Handled {
        let id = self.node_at(call, tree, path)?;
        let target = call.number("$reclassifyid")?.unwrap_or(0) as i64;
        let is_root = self.organization.nodes.get(id).is_none_or(|node| node.parent.is_none());
        let fits = self
            .organization
            .nodes
            .get(target)
            .is_some_and(|node| node.tree == tree)
            && !self.organization.nodes.is_under(target, id);
        if is_root || !fits {
            let message =
                "VS402370: A node can be deleted only with $reclassifyId naming another node of the same tree.";
            return Err(Refusal::tracking(400, "ClassificationNodeReclassifyException", message));
        }
        self.delete_node_as(call.now_us, &call.author(), id, target);
        Ok(Answer::Nothing)
    }

    /// Gives a node another name, as an administrator does in the project's settings.
    pub fn rename_node(&mut self, now_us: i64, person: &str, id: i64, name: &str) -> Result<(), SimError> {
        let author = self.person_author(person)?;
        self.rename_node_as(now_us, &author, id, name.trim())?;
        Ok(())
    }

    /// Gives an iteration other dates (ISO calendar dates, or both empty for none), as an administrator does in the
    /// project's settings.
    pub fn set_node_dates(&mut self, id: i64, start: &str, finish: &str) -> Result<(), SimError> {
        let body = match (start, finish) {
            ("", "") => json!({"attributes": {}}),
            _ => json!({"attributes": {"startDate": start, "finishDate": finish}}),
        };
        let dates = dates_of(&body)?;
        self.set_dates(id, dates);
        Ok(())
    }

    /// Deletes a node and moves its work items to another, as an administrator does in the project's settings.
    pub fn delete_node_to(&mut self, now_us: i64, person: &str, id: i64, reclassify: i64) -> Result<(), SimError> {
        let author = self.person_author(person)?;
        self.delete_node_as(now_us, &author, id, reclassify);
        Ok(())
    }

    fn rename_node_as(&mut self, now_us: i64, author: &Author, id: i64, name: &str) -> Result<(), Refusal> {
        let parent = self.organization.nodes.get(id).and_then(|node| node.parent);
        if let Some(parent) = parent {
            self.check_node_name(parent, name, Some(id))?;
        }
        if let Some(node) = self.organization.nodes.get_mut(id) {
            node.name = name.to_owned();
        }
        if self.doubts().node_rename_makes_revisions {
            for item in self.items_under(id) {
                self.touch(now_us, author, item, None);
            }
        }
        Ok(())
    }

    /// A name is made of allowed characters and no other child of `parent` has it.
    fn check_node_name(&self, parent: i64, name: &str, own: Option<i64>) -> Result<(), Refusal> {
        let has_bad = name.contains(['\\', '/', '$', '?', '*', ':', '"', '<', '>', '|']);
        if name.is_empty() || has_bad || name.chars().count() > 255 {
            return Err(Refusal::bad_argument(format!(
                "VS402309: The node name '{name}' is not valid."
            )));
        }
        if self
            .organization
            .nodes
            .child(parent, name)
            .is_none_or(|child| Some(child) == own)
        {
            return Ok(());
        }
        let message = format!(
            "VS402371: Classification node name {name} is already in use by a different child of parent classification node."
        );
        Err(Refusal::tracking(
            409,
            "ClassificationNodeDuplicateNameException",
            message,
        ))
    }

    fn delete_node_as(&mut self, now_us: i64, author: &Author, id: i64, target: i64) {
        let Some(tree) = self.organization.nodes.get(id).map(|node| node.tree) else {
            return;
        };
        let field = if tree == Tree::Area {
            "System.AreaId"
        } else {
            "System.IterationId"
        };
        for item in self.items_under(id) {
            self.touch(now_us, author, item, Some((field, json!(target))));
        }
        let gone = self.organization.nodes.remove(id);
        for team in self
            .organization
            .projects
            .iter_mut()
            .flat_map(|project| &mut project.teams)
        {
            team.forget_nodes(&gone, target);
        }
    }

    fn items_under(&self, node: i64) -> Vec<i64> {
        let stands_under = |id: i64| self.organization.nodes.is_under(id, node);
        let items = self.organization.items.values().filter(|item| !item.is_destroyed);
        items
            .filter(|item| {
                stands_under(item.number("System.AreaId")) || stands_under(item.number("System.IterationId"))
            })
            .map(|item| item.id)
            .collect()
    }

    fn move_node(&mut self, id: i64, parent: i64) -> Handled {
        if self.organization.nodes.get(id).is_none() || self.organization.nodes.is_under(parent, id) {
            return Err(no_node(&id.to_string()));
        }
        if let Some(node) = self.organization.nodes.get_mut(id) {
            node.parent = Some(parent);
        }
        Ok(Answer::Json(self.node_json(id, 0)))
    }

    /// Nothing given leaves the dates as they are.
    fn set_dates(&mut self, id: i64, dates: Option<Dates>) {
        if let (Some(dates), Some(node)) = (dates, self.organization.nodes.get_mut(id)) {
            node.dates = dates;
        }
    }

    fn node_at(&self, call: &Call, tree: Tree, path: &str) -> Result<i64, Refusal> {
        let root = self.organization.nodes.root(call.required_project()?, tree);
        let mut names = path.split('/').filter(|name| !name.is_empty());
        names
            .try_fold(root, |node, name| self.organization.nodes.child(node, name))
            .ok_or_else(|| no_node(path))
    }
}

/// First and last day, ISO calendar dates, or none.
type Dates = Option<(String, String)>;

/// The dates a body gives; nothing if it speaks of none.
fn dates_of(body: &Value) -> Result<Option<Dates>, Refusal> {
    let Some(attributes) = body.get("attributes").and_then(Value::as_object) else {
        return Ok(None);
    };
    let date = |name: &str| {
        attributes
            .get(name)
            .and_then(Value::as_str)
            .and_then(clock::parse)
            .map(|moment| clock::date_of(moment.us))
    };
    match (date("startDate"), date("finishDate")) {
        (Some(start), Some(finish)) if start <= finish => Ok(Some(Some((start, finish)))),
        (None, None) => Ok(Some(None)),
        _ => Err(Refusal::bad_argument(
            "VS402368: The start date and the finish date of an iteration come together, in this order.",
        )),
    }
}

fn no_node(path: &str) -> Refusal {
    let message =
        format!("VS402485: The area or iteration {path} does not exist or you do not have permissions to read it.");
    Refusal::tracking(404, "ClassificationNodeNotFoundException", message)
}
