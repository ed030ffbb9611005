//! What an administrator does outside the REST routes, and what tests and pages look up.

use serde_json::Value;

use crate::access::{Permission, Person, TokenInfo, TokenSpec};
use crate::nodes::Tree;
use crate::process::TYPES;
use crate::team::{BugsBehavior, MemberCapacity, Team};
use crate::truth::{Accepted, Snapshot};
use crate::{ProjectInfo, Sim, TeamInfo};

/// An area or an iteration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeInfo {
    /// The id work items point at.
    pub id: i64,
    /// `Project\A\B`.
    pub path: String,
    /// First and last day, ISO calendar dates; iterations only.
    pub dates: Option<(String, String)>,
}

/// A work item type with its states in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeInfo {
    /// `User Story` …
    pub name: String,
    /// State names.
    pub states: Vec<String>,
}

impl Sim {
    /// Where answers' URLs point from now on; without a slash at the end.
    pub fn set_base_url(&mut self, base_url: &str) {
        self.config.base_url = base_url.trim_end_matches('/').to_owned();
    }

    /// The organization's name.
    pub fn organization_name(&self) -> &str {
        &self.organization.name
    }

    /// A new person; the identity's id.
    pub fn add_person(&mut self, display_name: &str, unique_name: &str, is_administrator: bool) -> String {
        let id = self.dice.guid();
        self.organization.people.push(Person {
            id: id.clone(),
            display_name: display_name.to_owned(),
            unique_name: unique_name.to_owned(),
            is_administrator,
        });
        id
    }

    /// Another display name for somebody; the unique name stays.
    pub fn rename_person(&mut self, unique_name: &str, display_name: &str) {
        if let Some(person) = self
            .organization
            .people
            .iter_mut()
            .find(|p| p.unique_name.eq_ignore_ascii_case(unique_name))
        {
            person.display_name = display_name.to_owned();
        }
    }

    /// A new project of process Agile with its default team; its id.
    pub fn add_project(&mut self, name: &str) -> String {
        let at = self
            .organization
            .add_project(&mut self.dice, name, self.config.start_us);
        self.organization.projects[at].id.clone()
    }

    /// A new team with an area of its own name; its id. Empty if there is no such project.
    pub fn add_team(&mut self, project: &str, name: &str, members: &[&str]) -> String {
        let Some(at) = self.organization.project(project) else {
            return String::new();
        };
        let owner = self.organization.projects[at].name.clone();
        let area = self.add_area(&format!("{owner}\\{name}"));
        let id = self.dice.guid();
        let members = members.iter().map(|member| (*member).to_owned()).collect();
        let team = Team::new(id.clone(), name, area, true);
        self.organization.projects[at].teams.push(Team { members, ..team });
        id
    }

    /// A node of the area tree, with those above it that are missing; its id. `path` is `Project\A\B`.
    pub fn add_area(&mut self, path: &str) -> i64 {
        self.add_node(Tree::Area, path)
    }

    /// A node of the iteration tree, with those above it that are missing; its id. Dates are ISO calendar dates.
    pub fn add_iteration(&mut self, path: &str, dates: Option<(&str, &str)>) -> i64 {
        let id = self.add_node(Tree::Iteration, path);
        if let Some(node) = self.organization.nodes.get_mut(id) {
            node.dates = dates.map(|(start, finish)| (start.to_owned(), finish.to_owned()));
        }
        id
    }

    fn add_node(&mut self, tree: Tree, path: &str) -> i64 {
        let mut names = path.split('\\');
        let Some(project) = names.next().and_then(|name| self.organization.project(name)) else {
            return 0;
        };
        let mut node = self.organization.nodes.root(project, tree);
        for name in names {
            node = match self.organization.nodes.child(node, name) {
                Some(child) => child,
                None => self.organization.nodes.add(&mut self.dice, node, name),
            };
        }
        node
    }

    /// A team works in these iterations, by node id.
    pub fn set_team_iterations(&mut self, project: &str, team: &str, iterations: &[i64]) {
        self.change_team(project, team, |team| team.iterations = iterations.to_vec());
    }

    /// What a team says it does.
    pub fn set_team_description(&mut self, project: &str, team: &str, description: &str) {
        self.change_team(project, team, |team| team.description = description.to_owned());
    }

    /// The areas of a team by node id, each with or without those below it; the first is where its new work items go.
    pub fn set_team_areas(&mut self, project: &str, team: &str, areas: &[(i64, bool)]) {
        let Some((first, _)) = areas.first() else { return };
        self.change_team(project, team, |team| {
            team.area = *first;
            team.areas = areas.to_vec();
        });
    }

    /// The iteration a team's backlog is read from, by node id; none for the project's root.
    pub fn set_backlog_iteration(&mut self, project: &str, team: &str, iteration: Option<i64>) {
        self.change_team(project, team, |team| team.backlog_iteration = iteration);
    }

    /// How a team plans its bugs.
    pub fn set_bugs_behavior(&mut self, project: &str, team: &str, bugs: BugsBehavior) {
        self.change_team(project, team, |team| team.bugs = bugs);
    }

    /// What the members of a team can do in an iteration (node id).
    pub fn set_capacities(&mut self, project: &str, team: &str, iteration: i64, capacities: Vec<MemberCapacity>) {
        self.change_team(project, team, |team| {
            team.capacities.insert(iteration, capacities);
        });
    }

    /// First and last days of an iteration (node id) on which nobody of a team works, ISO calendar dates.
    pub fn set_team_days_off(&mut self, project: &str, team: &str, iteration: i64, days_off: Vec<(String, String)>) {
        self.change_team(project, team, |team| {
            team.days_off.insert(iteration, days_off);
        });
    }

    fn change_team(&mut self, project: &str, team: &str, change: impl FnOnce(&mut Team)) {
        let Some(at) = self.organization.project(project) else {
            return;
        };
        let teams = &mut self.organization.projects[at].teams;
        if let Some(team) = teams.iter_mut().find(|t| t.name == team || t.id == team) {
            change(team);
        }
    }

    /// A new token; its text, made from the seed.
    pub fn add_token(&mut self, spec: TokenSpec) -> String {
        self.access.add_token(&mut self.dice, spec)
    }

    /// A token stops working.
    pub fn revoke_token(&mut self, token: &str) {
        self.access.revoke(token);
    }

    /// A token stops working at this time.
    pub fn expire_token(&mut self, token: &str, at_us: i64) {
        self.access.expire(token, at_us);
    }

    /// Gives or takes a right, by unique name.
    pub fn set_permission(&mut self, person: &str, permission: Permission, allowed: bool) {
        self.access.set_permission(person, permission, allowed);
    }

    /// How many requests a person may make in five minutes; none for no throttling (as at the start).
    pub fn set_rate_limit(&mut self, limit: Option<u64>) {
        self.rate_limit = limit;
        self.spent.clear();
    }

    /// Everybody, in the order they came.
    pub fn people(&self) -> Vec<Person> {
        self.organization.people.clone()
    }

    /// Every project with its teams.
    pub fn projects(&self) -> Vec<ProjectInfo> {
        let team = |team: &Team| TeamInfo {
            id: team.id.clone(),
            name: team.name.clone(),
            members: team.members.clone(),
        };
        let projects = self.organization.projects.iter();
        projects
            .map(|p| ProjectInfo {
                id: p.id.clone(),
                name: p.name.clone(),
                teams: p.teams.iter().map(team).collect(),
            })
            .collect()
    }

    /// The areas of a project, each after the node above it.
    pub fn areas(&self, project: &str) -> Vec<NodeInfo> {
        self.nodes_of(project, Tree::Area)
    }

    /// The iterations of a project, each after the node above it.
    pub fn iterations(&self, project: &str) -> Vec<NodeInfo> {
        self.nodes_of(project, Tree::Iteration)
    }

    fn nodes_of(&self, project: &str, tree: Tree) -> Vec<NodeInfo> {
        let Some(at) = self.organization.project(project) else {
            return Vec::new();
        };
        let mut found = Vec::new();
        let mut open = vec![self.organization.nodes.root(at, tree)];
        while let Some(id) = open.pop() {
            let dates = self.organization.nodes.get(id).and_then(|node| node.dates.clone());
            found.push(NodeInfo {
                id,
                path: self.organization.node_path(id),
                dates,
            });
            open.extend(self.organization.nodes.children(id).iter().rev().map(|child| child.id));
        }
        found
    }

    /// The work item types with their states.
    pub fn work_item_types(&self) -> Vec<TypeInfo> {
        let names = |states: &[crate::process::State]| states.iter().map(|state| state.name.to_owned()).collect();
        TYPES
            .iter()
            .map(|t| TypeInfo {
                name: t.name.to_owned(),
                states: names(t.states),
            })
            .collect()
    }

    /// Whether work items of this type have a field (reference name).
    pub fn type_has_field(&self, work_item_type: &str, field: &str) -> bool {
        crate::fields::find(field).is_some_and(|field| field.is_of(work_item_type))
    }

    /// Every token that was not revoked, in the order they came.
    pub fn tokens(&self) -> Vec<TokenInfo> {
        self.access.infos()
    }

    /// Every accepted change, oldest first.
    pub fn ground_truth(&self) -> &[Accepted] {
        &self.truth
    }

    /// One work item as it stands; none if there never was one.
    pub fn work_item_snapshot(&self, id: i64) -> Option<Snapshot> {
        let item = self.organization.items.get(&id)?;
        let mut fields = item.fields().to_map();
        for (path, node) in [
            ("System.AreaPath", "System.AreaId"),
            ("System.IterationPath", "System.IterationId"),
        ] {
            fields.insert(
                path.to_owned(),
                Value::String(self.organization.node_path(item.number(node))),
            );
        }
        Some(Snapshot {
            id,
            rev: item.rev(),
            project: self.organization.projects[item.project].name.clone(),
            fields,
            relations: item
                .relations
                .iter()
                .map(|relation| self.relation_pair(relation))
                .collect(),
            is_deleted: item.deletion.is_some(),
            is_destroyed: item.is_destroyed,
        })
    }

    /// Every work item ever made, deleted and destroyed ones included.
    pub fn all_ids(&self) -> Vec<i64> {
        self.organization.items.keys().copied().collect()
    }
}
