//! Projects, teams and their members.
//!
//! Source: the `core` specifications, 4.1 to 7.1.

use serde_json::Value;

use crate::client::{Call, Client};
use crate::error::Error;
use crate::model::Identity;
use crate::transport::Transport;
use crate::url::encode;
use crate::version::Route;

/// A project.
#[derive(Debug, Clone, PartialEq)]
pub struct Project {
    /// Number, a GUID in text; it stays when the project is renamed.
    pub id: String,
    /// Name.
    pub name: String,
    /// `wellFormed`, or a state on the way there or away.
    pub state: Option<String>,
}

/// A team of a project.
#[derive(Debug, Clone, PartialEq)]
pub struct Team {
    /// Number, a GUID in text.
    pub id: String,
    /// Name.
    pub name: String,
    /// What it does, in its own words; `None` where it says nothing.
    pub description: Option<String>,
    /// Number of its project; older servers don't say.
    pub project_id: Option<String>,
    /// Name of its project; older servers don't say.
    pub project_name: Option<String>,
}

impl<T: Transport> Client<T> {
    /// The projects the token may see.
    pub async fn projects(&self) -> Result<Vec<Project>, Error> {
        let call = || Call::get("/_apis/projects".to_owned());
        self.list(Route::Projects, call, |entry| {
            let project = Project {
                id: text(entry, "id")?,
                name: text(entry, "name")?,
                state: text(entry, "state"),
            };
            Some((project.id.clone(), project))
        })
        .await
    }

    /// The teams of a project, by its name or number.
    pub async fn teams(&self, project: &str) -> Result<Vec<Team>, Error> {
        let call = || Call::get(format!("/_apis/projects/{}/teams", encode(project)));
        self.list(Route::Teams, call, |entry| {
            let team = Team {
                id: text(entry, "id")?,
                name: text(entry, "name")?,
                description: text(entry, "description").filter(|text| !text.trim().is_empty()),
                project_id: text(entry, "projectId"),
                project_name: text(entry, "projectName"),
            };
            Some((team.id.clone(), team))
        })
        .await
    }

    /// The members of a team. Groups among them come as they are.
    pub async fn team_members(&self, project: &str, team: &str) -> Result<Vec<Identity>, Error> {
        let call = || {
            Call::get(format!(
                "/_apis/projects/{}/teams/{}/members",
                encode(project),
                encode(team)
            ))
        };
        self.list(Route::TeamMembers, call, |entry| {
            // Older shapes list the identity itself.
            let identity = Identity::from_value(entry.get("identity").unwrap_or(entry))?;
            let key = identity.id.clone().or_else(|| identity.unique_name.clone());
            Some((key.unwrap_or_else(|| identity.display_name.clone()), identity))
        })
        .await
    }
}

fn text(entry: &Value, key: &str) -> Option<String> {
    entry.get(key)?.as_str().map(str::to_owned)
}
