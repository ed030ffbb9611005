//! Saved queries and the folders they are in: *My Queries* of each person, *Shared Queries* of each project.
//!
//! Holds the text only; running one is [`crate::wiql`].

use crate::organization::Organization;
use crate::{Dice, Sim, SimError};

/// The folder everybody sees.
pub(crate) const SHARED: &str = "Shared Queries";
/// The folder that is each person's own.
pub(crate) const MINE: &str = "My Queries";

/// A query, or a folder of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SavedQuery {
    pub id: String,
    /// Index in the organization's list of projects.
    pub project: usize,
    /// `Shared Queries/PI/Features`.
    pub path: String,
    /// Unique name of whose it is; none: shared.
    pub owner: Option<String>,
    /// None: a folder.
    pub wiql: Option<String>,
    /// Unique name.
    pub made_by: String,
    pub made_us: i64,
}

impl SavedQuery {
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// The path of the folder it is in; none for a root.
    pub fn folder(&self) -> Option<&str> {
        self.path.rsplit_once('/').map(|(folder, _)| folder)
    }

    fn is_of(&self, project: usize, person: &str) -> bool {
        let is_seen = self
            .owner
            .as_ref()
            .is_none_or(|owner| owner.eq_ignore_ascii_case(person));
        self.project == project && is_seen
    }
}

impl Organization {
    /// *My Queries* and *Shared Queries* of a project as a person sees them.
    pub fn query_roots(&self, project: usize, person: &str) -> [SavedQuery; 2] {
        let root = |path: &str, owner: Option<&str>| SavedQuery {
            id: root_id(&self.projects[project].id, owner.unwrap_or_default()),
            project,
            path: path.to_owned(),
            owner: owner.map(str::to_owned),
            wiql: None,
            made_by: person.to_owned(),
            made_us: self.projects[project].made_us,
        };
        [root(MINE, Some(person)), root(SHARED, None)]
    }

    /// What is right in a folder, by name, folders first.
    pub fn queries_in(&self, folder: &SavedQuery, person: &str) -> Vec<&SavedQuery> {
        let mut found: Vec<&SavedQuery> = self
            .queries
            .iter()
            .filter(|query| query.is_of(folder.project, person) && query.folder() == Some(&folder.path))
            .collect();
        found.sort_by_key(|query| (query.wiql.is_some(), query.name().to_lowercase()));
        found
    }

    /// The query or folder of this id or path that a person sees.
    pub fn query(&self, project: usize, person: &str, id_or_path: &str) -> Option<SavedQuery> {
        let wanted = id_or_path.trim_matches('/');
        let is_it = |query: &SavedQuery| {
            query.id.eq_ignore_ascii_case(wanted) || query.path.to_lowercase() == wanted.to_lowercase()
        };
        let saved = self.queries.iter().filter(|query| query.is_of(project, person));
        saved
            .cloned()
            .chain(self.query_roots(project, person))
            .find(|query| is_it(query))
    }
}

/// The id of a root folder: made from whose it is, so that nothing has to be kept.
fn root_id(project: &str, person: &str) -> String {
    let person = person.to_lowercase();
    let seed = project.bytes().chain(person.bytes());
    Dice::new(seed.fold(17u64, |hash, byte| hash.wrapping_mul(1099).wrapping_add(byte.into()))).guid()
}

/// A saved query with its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryInfo {
    /// `Shared Queries/PI/Features`.
    pub path: String,
    /// The text.
    pub wiql: String,
}

impl Sim {
    /// The queries of a project that a person sees, by path; without their folders.
    pub fn saved_queries(&self, project: &str, person: &str) -> Vec<QueryInfo> {
        let Some(at) = self.organization.project(project) else {
            return Vec::new();
        };
        let seen = self.organization.queries.iter().filter(|query| query.is_of(at, person));
        let mut found: Vec<QueryInfo> = seen
            .filter_map(|query| {
                query.wiql.clone().map(|wiql| QueryInfo {
                    path: query.path.clone(),
                    wiql,
                })
            })
            .collect();
        found.sort_by_key(|query| query.path.to_lowercase());
        found
    }

    /// Saves a query under `Shared Queries/…` or `My Queries/…`, with the folders that are missing; its id. One that is
    /// there already gets the new text.
    pub fn save_query(
        &mut self,
        now_us: i64,
        person: &str,
        project: &str,
        path: &str,
        wiql: &str,
    ) -> Result<String, SimError> {
        let by = self.person_author(person)?.person.unique_name;
        let at = self
            .organization
            .project(project)
            .ok_or_else(|| SimError::NoSuchProject(project.to_owned()))?;
        let names: Vec<&str> = path.split('/').collect();
        let owner = (names[0] == MINE).then(|| by.clone());
        let mut id = String::new();
        for n in 2..=names.len() {
            let path = names[..n].join("/");
            let text = (n == names.len()).then(|| wiql.to_owned());
            let is_it = |query: &&mut SavedQuery| query.is_of(at, &by) && query.path == path;
            if let Some(there) = self.organization.queries.iter_mut().find(is_it) {
                there.wiql = text;
                id = there.id.clone();
                continue;
            }
            id = self.dice.guid();
            self.organization.queries.push(SavedQuery {
                id: id.clone(),
                project: at,
                path,
                owner: owner.clone(),
                wiql: text,
                made_by: by.clone(),
                made_us: now_us,
            });
        }
        Ok(id)
    }
}
