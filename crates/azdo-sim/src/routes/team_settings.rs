//! A team's settings, its iterations and its areas. Source: work in the specification.

use serde_json::{Value, json};

use super::{Answer, Call, Handled, list};
use crate::Sim;
use crate::clock;
use crate::nodes::Tree;
use crate::organization::Team;
use crate::refusal::Refusal;

impl Sim {
    pub(super) fn get_team_settings(&self, call: &Call) -> Handled {
        let (project, team) = self.team_of(call)?;
        let root = self.organization.nodes.root(project, Tree::Iteration);
        let url = format!("{}/{}/_apis/work/teamsettings", self.project_url(project), team.id);
        Ok(Answer::Json(json!({
            "backlogIteration": self.team_iteration(project, team, root),
            "bugsBehavior": "asRequirements",
            "workingDays": ["monday", "tuesday", "wednesday", "thursday", "friday"],
            "backlogVisibilities": {"Microsoft.EpicCategory": true, "Microsoft.FeatureCategory": true, "Microsoft.RequirementCategory": true},
            "defaultIterationMacro": "@currentIteration",
            "url": url,
        })))
    }

    pub(super) fn list_team_iterations(&self, call: &Call) -> Handled {
        let (project, team) = self.team_of(call)?;
        let today = clock::date_of(call.now_us);
        let only_current = call
            .param("$timeframe")
            .is_some_and(|frame| frame.eq_ignore_ascii_case("current"));
        let all = team
            .iterations
            .iter()
            .map(|id| self.team_iteration_at(project, team, *id, &today))
            .filter(|shown| !only_current || shown["attributes"]["timeFrame"] == "current");
        Ok(list(all.collect()))
    }

    pub(super) fn get_team_field_values(&self, call: &Call) -> Handled {
        let (project, team) = self.team_of(call)?;
        let area = self.organization.node_path(team.area);
        let url = format!(
            "{}/{}/_apis/work/teamsettings/teamfieldvalues",
            self.project_url(project),
            team.id
        );
        Ok(Answer::Json(json!({
            "field": {"referenceName": "System.AreaPath", "url": format!("{}/_apis/wit/fields/System.AreaPath", self.collection_url())},
            "defaultValue": area,
            "values": [{"value": area, "includeChildren": team.area != self.organization.nodes.root(project, Tree::Area)}],
            "url": url,
        })))
    }

    fn team_of(&self, call: &Call) -> Result<(usize, &Team), Refusal> {
        let project = call.required_project()?;
        let owner = &self.organization.projects[project];
        match &call.team {
            Some(team) => self.find_team(&owner.id, team),
            None => Ok((project, &owner.teams[0])),
        }
    }

    fn team_iteration(&self, project: usize, team: &Team, id: i64) -> Value {
        let guid = self.organization.nodes.get(id).map_or("", |node| node.guid.as_str());
        json!({
            "id": guid,
            "name": self.organization.nodes.get(id).map_or("", |node| node.name.as_str()),
            "path": self.organization.node_path(id),
            "url": format!("{}/{}/_apis/work/teamsettings/iterations/{guid}", self.project_url(project), team.id),
        })
    }

    fn team_iteration_at(&self, project: usize, team: &Team, id: i64, today: &str) -> Value {
        let mut shown = self.team_iteration(project, team, id);
        let Some((start, finish)) = self.organization.nodes.get(id).and_then(|node| node.dates.clone()) else {
            shown["attributes"] = json!({"startDate": null, "finishDate": null, "timeFrame": "future"});
            return shown;
        };
        let frame = match (today < start.as_str(), today > finish.as_str()) {
            (true, _) => "future",
            (_, true) => "past",
            _ => "current",
        };
        shown["attributes"] = json!({"startDate": format!("{start}T00:00:00Z"), "finishDate": format!("{finish}T00:00:00Z"), "timeFrame": frame});
        shown
    }
}
