//! Backlog levels of a team and the process configuration of a project: which types are planned on which level, which
//! field holds the effort. Source: work in the specification and its examples.

use serde_json::{Map, Value, json};

use super::{Answer, Call, Handled, list};
use crate::Sim;
use crate::backlog_levels::{BUGS, LEVELS, Level, TYPE_FIELDS, types_of};
use crate::process::{TYPES, WorkItemType};
use crate::refusal::Refusal;
use crate::team::{BugsBehavior, Team};

/// The most work items a level lists. Source: the example.
const COUNT_LIMIT: i64 = 1000;

impl Sim {
    pub(super) fn list_backlogs(&self, call: &Call) -> Handled {
        let (project, team) = self.team_of(call)?;
        Ok(list(
            LEVELS
                .iter()
                .map(|level| self.level_json(project, team, level))
                .collect(),
        ))
    }

    pub(super) fn get_backlog(&self, call: &Call, id: &str) -> Handled {
        let (project, team) = self.team_of(call)?;
        let level = LEVELS.iter().find(|level| level.category.eq_ignore_ascii_case(id));
        let level = level.ok_or_else(|| {
            Refusal::general(
                404,
                "BacklogDoesNotExistException",
                format!("The backlog level {id} does not exist."),
            )
        })?;
        Ok(Answer::Json(self.level_json(project, team, level)))
    }

    pub(super) fn get_backlog_configuration(&self, call: &Call) -> Handled {
        let (project, team) = self.team_of(call)?;
        let of_kind = |kind: &str| -> Vec<Value> {
            let levels = LEVELS.iter().filter(|level| level.kind == kind);
            levels.map(|level| self.level_json(project, team, level)).collect()
        };
        let fields: Map<String, Value> = TYPE_FIELDS
            .iter()
            .map(|(what, name)| ((*what).to_owned(), json!(name)))
            .collect();
        let states = |t: &WorkItemType| {
            let states: Map<String, Value> = t
                .states
                .iter()
                .map(|state| (state.name.to_owned(), json!(state.category)))
                .collect();
            json!({"workItemTypeName": t.name, "states": states})
        };
        let url = format!(
            "{}/{}/_apis/work/backlogconfiguration",
            self.project_url(project),
            team.id
        );
        Ok(Answer::Json(json!({
            "taskBacklog": of_kind("task")[0],
            "requirementBacklog": of_kind("requirement")[0],
            "portfolioBacklogs": of_kind("portfolio"),
            "workItemTypeMappedStates": TYPES.iter().map(states).collect::<Vec<_>>(),
            "backlogFields": {"typeFields": fields},
            "bugsBehavior": team.bugs.word(),
            "hiddenBacklogs": [],
            "isBugsBehaviorConfigured": true,
            "url": url,
        })))
    }

    pub(super) fn get_process_configuration(&self, call: &Call) -> Handled {
        let project = call.required_project()?;
        let category = |name: &str, reference: &str| {
            let types = types_of(reference).iter().map(|t| self.type_reference(project, t));
            json!({"name": name, "referenceName": reference, "workItemTypes": types.collect::<Vec<_>>()})
        };
        let of_kind = |kind: &str| -> Vec<Value> {
            let levels = LEVELS.iter().filter(|level| level.kind == kind);
            levels.map(|level| category(level.name, level.category)).collect()
        };
        let fields: Map<String, Value> = TYPE_FIELDS
            .iter()
            .map(|(what, name)| ((*what).to_owned(), self.field_reference(name)))
            .collect();
        Ok(Answer::Json(json!({
            "typeFields": fields,
            "taskBacklog": of_kind("task")[0],
            "requirementBacklog": of_kind("requirement")[0],
            "portfolioBacklogs": of_kind("portfolio"),
            "bugWorkItems": category("Bugs", BUGS),
            "url": format!("{}/_apis/work/processconfiguration", self.project_url(project)),
        })))
    }

    fn level_json(&self, project: usize, team: &Team, level: &Level) -> Value {
        let own = types_of(level.category);
        let takes_bugs = matches!(
            (team.bugs, level.kind),
            (BugsBehavior::AsRequirements, "requirement") | (BugsBehavior::AsTasks, "task")
        );
        let bugs = if takes_bugs { types_of(BUGS) } else { &[] };
        let column =
            |name: &str, width: i64| json!({"columnFieldReference": self.field_reference(name), "width": width});
        json!({
            "id": level.category,
            "name": level.name,
            "rank": level.rank,
            "workItemCountLimit": COUNT_LIMIT,
            "addPanelFields": [self.field_reference("System.Title")],
            "columnFields": [
                column("System.WorkItemType", 100),
                column("System.Title", 400),
                column("System.State", 100),
                column(level.effort, 50),
                column("System.Tags", 200),
            ],
            "workItemTypes": own.iter().chain(bugs).map(|name| self.type_reference(project, name)).collect::<Vec<_>>(),
            "defaultWorkItemType": self.type_reference(project, own[0]),
            "color": level.color,
            "isHidden": false,
            "type": level.kind,
        })
    }

    fn type_reference(&self, project: usize, name: &str) -> Value {
        let base = format!("{}/_apis/wit/workItemTypes", self.project_url(project));
        json!({"name": name, "url": format!("{base}/{}", name.replace(' ', "%20"))})
    }
}
