//! What an organization holds: people, projects, teams, nodes, work items, and the two logs the feeds are read from.

use std::collections::BTreeMap;

use crate::access::Person;
use crate::custom_rules::RequiredInState;
use crate::dice::Dice;
use crate::nodes::Nodes;
use crate::saved_queries::SavedQuery;
use crate::team::Team;
use crate::work_item::WorkItem;

/// A project.
#[derive(Debug, Clone)]
pub(crate) struct Project {
    pub id: String,
    pub name: String,
    pub made_us: i64,
    pub teams: Vec<Team>,
}

/// One line of the revisions feed: a rev was made, or the item went to or came from the recycle bin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RevisionEntry {
    pub id: i64,
    pub rev: i64,
    pub at_us: i64,
    pub is_deleted: bool,
}

/// One line of the links feed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LinkEntry {
    pub link_type: String,
    pub source: i64,
    pub target: i64,
    pub at_us: i64,
    pub by: String,
    pub is_active: bool,
    pub comment: Option<String>,
}

/// Everything in one organization.
#[derive(Debug, Clone)]
pub(crate) struct Organization {
    pub name: String,
    pub instance_id: String,
    pub account_id: String,
    pub people: Vec<Person>,
    pub projects: Vec<Project>,
    pub nodes: Nodes,
    pub items: BTreeMap<i64, WorkItem>,
    pub next_id: i64,
    pub next_comment_id: i64,
    pub watermark: i64,
    pub revision_log: Vec<RevisionEntry>,
    pub link_log: Vec<LinkEntry>,
    pub queries: Vec<SavedQuery>,
    pub rules: Vec<RequiredInState>,
}

impl Organization {
    pub fn new(name: &str, dice: &mut Dice) -> Organization {
        Organization {
            name: name.to_owned(),
            instance_id: dice.guid(),
            account_id: dice.guid(),
            people: Vec::new(),
            projects: Vec::new(),
            nodes: Nodes::default(),
            items: BTreeMap::new(),
            next_id: 1,
            next_comment_id: 1,
            watermark: 0,
            revision_log: Vec::new(),
            link_log: Vec::new(),
            queries: Vec::new(),
            rules: Vec::new(),
        }
    }

    pub fn person(&self, unique_name: &str) -> Option<&Person> {
        self.people
            .iter()
            .find(|person| person.unique_name.eq_ignore_ascii_case(unique_name))
    }

    /// The index of the project of this name or id.
    pub fn project(&self, name_or_id: &str) -> Option<usize> {
        let is_it =
            |p: &Project| p.id.eq_ignore_ascii_case(name_or_id) || p.name.to_lowercase() == name_or_id.to_lowercase();
        self.projects.iter().position(is_it)
    }

    /// The path of a node, `Project\A\B`.
    pub fn node_path(&self, id: i64) -> String {
        self.nodes.path(id)
    }

    /// The area path a work item stands in.
    pub fn area_of(&self, item: &WorkItem) -> String {
        self.nodes.path(item.number("System.AreaId"))
    }

    pub fn add_project(&mut self, dice: &mut Dice, name: &str, now_us: i64) -> usize {
        let project = self.projects.len();
        let area = self.nodes.add_root(dice, project, name);
        let team = Team::new(dice.guid(), &format!("{name} Team"), area, false);
        self.projects.push(Project {
            id: dice.guid(),
            name: name.to_owned(),
            made_us: now_us,
            teams: vec![team],
        });
        project
    }

    pub fn next_watermark(&mut self) -> i64 {
        self.watermark += 1;
        self.watermark
    }
}
