//! Connection data, projects, teams. Source: core in the specification; connectionData from Microsoft's client code.

use serde_json::{Value, json};

use super::{Answer, Call, Handled, list};
use crate::Sim;
use crate::access::Person;
use crate::authenticate::ANONYMOUS_ID;
use crate::clock;
use crate::refusal::Refusal;
use crate::team::Team;

impl Sim {
    /// Who is asking, or the anonymous identity.
    pub(crate) fn connection_data(&self, person: Option<&Person>) -> Value {
        let user = match person {
            Some(person) => json!({
                "id": person.id,
                "descriptor": format!("Microsoft.IdentityModel.Claims.ClaimsIdentity;{}\\{}", self.organization.account_id, person.unique_name),
                "subjectDescriptor": format!("aad.{}", person.id.replace('-', "")),
                "providerDisplayName": person.display_name,
                "isActive": true,
                "properties": {"Account": {"$type": "System.String", "$value": person.unique_name}},
                "resourceVersion": 2,
                "metaTypeId": 0,
            }),
            None => json!({
                "id": ANONYMOUS_ID,
                "descriptor": format!("System:PublicAccess;{ANONYMOUS_ID}"),
                "subjectDescriptor": "sys.UHVibGljQWNjZXNz",
                "providerDisplayName": "Anonymous",
                "isActive": true,
                "properties": {},
                "resourceVersion": 2,
                "metaTypeId": 255,
            }),
        };
        json!({
            "authenticatedUser": user,
            "authorizedUser": user,
            "instanceId": self.organization.instance_id,
            "deploymentId": self.organization.account_id,
            "deploymentType": "hosted",
            "locationServiceData": {
                "serviceOwner": "00025394-6065-48ca-87d9-7f5672854ef7",
                "defaultAccessMappingMoniker": "PublicAccessMapping",
                "lastChangeId": 1,
                "lastChangeId64": 1,
            },
        })
    }

    pub(super) fn list_projects(&self, call: &Call) -> Handled {
        let all = (0..self.organization.projects.len())
            .map(|at| self.project_json(at))
            .collect();
        Ok(list(page(call, all, 100)?))
    }

    pub(super) fn get_project(&self, id: &str) -> Handled {
        let at = self.organization.project(id).ok_or_else(|| Refusal::no_project(id))?;
        let mut shown = self.project_json(at);
        shown["defaultTeam"] = self.team_json(at, &self.organization.projects[at].teams[0]);
        shown["capabilities"] = json!({"processTemplate": {"templateName": "Agile", "templateTypeId": "adcc42ab-9882-485e-a3ed-7678f01f66bc"}});
        Ok(Answer::Json(shown))
    }

    fn project_json(&self, at: usize) -> Value {
        let project = &self.organization.projects[at];
        json!({
            "id": project.id,
            "name": project.name,
            "url": format!("{}/_apis/projects/{}", self.collection_url(), project.id),
            "state": "wellFormed",
            "revision": at + 1,
            "visibility": "private",
            "lastUpdateTime": clock::iso(clock::stored(project.made_us), self.doubts().long_fractions),
        })
    }

    pub(super) fn list_all_teams(&self, call: &Call) -> Handled {
        let projects = self.organization.projects.iter().enumerate();
        let all = projects
            .flat_map(|(at, project)| project.teams.iter().map(move |team| self.team_json(at, team)))
            .collect();
        Ok(list(page(call, all, 1000)?))
    }

    pub(super) fn list_teams(&self, call: &Call, project: &str) -> Handled {
        let at = self
            .organization
            .project(project)
            .ok_or_else(|| Refusal::no_project(project))?;
        let all = self.organization.projects[at]
            .teams
            .iter()
            .map(|team| self.team_json(at, team))
            .collect();
        Ok(list(page(call, all, 100)?))
    }

    pub(super) fn get_team(&self, project: &str, team: &str) -> Handled {
        let (at, team) = self.find_team(project, team)?;
        Ok(Answer::Json(self.team_json(at, team)))
    }

    pub(super) fn list_team_members(&self, call: &Call, project: &str, team: &str) -> Handled {
        let (_, team) = self.find_team(project, team)?;
        let all = team
            .members
            .iter()
            .filter_map(|name| self.organization.person(name))
            .map(|person| json!({"identity": self.identity(person), "isTeamAdmin": person.is_administrator}))
            .collect();
        Ok(list(page(call, all, 100)?))
    }

    pub(super) fn find_team(&self, project: &str, team: &str) -> Result<(usize, &Team), Refusal> {
        let at = self
            .organization
            .project(project)
            .ok_or_else(|| Refusal::no_project(project))?;
        let teams = &self.organization.projects[at].teams;
        let found = teams
            .iter()
            .find(|t| t.id.eq_ignore_ascii_case(team) || t.name.to_lowercase() == team.to_lowercase());
        found.map(|team| (at, team)).ok_or_else(|| {
            let message = format!("TF400499: The team with id '{team}' does not exist.");
            Refusal::general(404, "TeamNotFoundException", message)
        })
    }

    fn team_json(&self, project: usize, team: &Team) -> Value {
        let owner = &self.organization.projects[project];
        json!({
            "id": team.id,
            "name": team.name,
            "url": format!("{}/_apis/projects/{}/teams/{}", self.collection_url(), owner.id, team.id),
            "description": team.description,
            "identityUrl": format!("{}/_apis/Identities/{}", self.collection_url(), team.id),
            "projectName": owner.name,
            "projectId": owner.id,
        })
    }
}

/// `$top` and `$skip` of a list.
pub(super) fn page(call: &Call, all: Vec<Value>, top_default: usize) -> Result<Vec<Value>, Refusal> {
    let top = call.number("$top")?.unwrap_or(top_default);
    let skip = call.number("$skip")?.unwrap_or(0);
    Ok(all.into_iter().skip(skip).take(top).collect())
}
