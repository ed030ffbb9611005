//! A team's settings: iterations, areas, capacities, days off. Source: work in the specification and its examples.

use serde_json::{Value, json};

use super::{Answer, Call, Handled, list};
use crate::Sim;
use crate::backlog_levels::LEVELS;
use crate::clock;
use crate::nodes::Tree;
use crate::refusal::Refusal;
use crate::team::Team;

impl Sim {
    pub(super) fn get_team_settings(&self, call: &Call) -> Handled {
        let (project, team) = self.team_of(call)?;
        let today = clock::date_of(call.now_us);
        let root = self.organization.nodes.root(project, Tree::Iteration);
        let backlog = self.team_iteration(project, team, team.backlog_iteration.unwrap_or(root));
        let current = team.iterations.iter().find(|id| self.frame(**id, &today) == "current");
        let visible: serde_json::Map<String, Value> = LEVELS
            .iter()
            .filter(|level| level.kind != "task")
            .map(|level| (level.category.to_owned(), json!(true)))
            .collect();
        let url = self.settings_url(project, team);
        let mut links = self.team_links(project, team, &url);
        links["teamIterations"] = json!({"href": format!("{url}/iterations")});
        links["teamFieldValues"] = json!({"href": format!("{url}/teamfieldvalues")});
        let mut shown = json!({
            "backlogIteration": backlog,
            "bugsBehavior": team.bugs.word(),
            "workingDays": ["monday", "tuesday", "wednesday", "thursday", "friday"],
            "backlogVisibilities": visible,
            "defaultIterationMacro": "@currentIteration",
            "url": url,
            "_links": links,
        });
        if let Some(id) = current {
            shown["defaultIteration"] = self.team_iteration(project, team, *id);
        }
        Ok(Answer::Json(shown))
    }

    pub(super) fn list_team_iterations(&self, call: &Call) -> Handled {
        let (project, team) = self.team_of(call)?;
        let today = clock::date_of(call.now_us);
        let only_current = match call.param("$timeframe") {
            None => false,
            Some(frame) if frame.eq_ignore_ascii_case("current") => true,
            Some(_) => return Err(Refusal::bad_argument("Only the timeframe 'current' is supported.")),
        };
        let all = team
            .iterations
            .iter()
            .filter(|id| !only_current || self.frame(**id, &today) == "current")
            .map(|id| self.team_iteration_at(project, team, *id, &today));
        Ok(list(all.collect()))
    }

    pub(super) fn get_team_iteration(&self, call: &Call, guid: &str) -> Handled {
        let (project, team) = self.team_of(call)?;
        let id = self.iteration_of(team, guid)?;
        let today = clock::date_of(call.now_us);
        Ok(Answer::Json(self.team_iteration_at(project, team, id, &today)))
    }

    pub(super) fn get_team_field_values(&self, call: &Call) -> Handled {
        let (project, team) = self.team_of(call)?;
        let url = format!("{}/teamfieldvalues", self.settings_url(project, team));
        let value = |(id, with_children): &(i64, bool)| json!({"value": self.organization.node_path(*id), "includeChildren": with_children});
        Ok(Answer::Json(json!({
            "field": {"referenceName": "System.AreaPath", "url": format!("{}/_apis/wit/fields/System.AreaPath", self.collection_url())},
            "defaultValue": self.organization.node_path(team.area),
            "values": team.areas.iter().map(value).collect::<Vec<_>>(),
            "url": url,
            "_links": self.team_links(project, team, &url),
        })))
    }

    /// The shape since 7.0: an object with the sums.
    pub(super) fn get_capacities(&self, call: &Call, guid: &str) -> Handled {
        let (project, team) = self.team_of(call)?;
        let iteration = self.iteration_of(team, guid)?;
        let url = format!("{}/iterations/{guid}/capacities", self.settings_url(project, team));
        let capacities = team.capacities.get(&iteration).map_or(&[][..], Vec::as_slice);
        let member = |capacity: &crate::team::MemberCapacity| {
            let activity = |(name, hours): &(String, f64)| json!({"name": name, "capacityPerDay": hours});
            let who = self.identity_of(&capacity.person, false);
            json!({
                "url": format!("{url}/{}", who["id"].as_str().unwrap_or_default()),
                "teamMember": who,
                "activities": capacity.activities.iter().map(activity).collect::<Vec<_>>(),
                "daysOff": capacity.days_off.iter().map(days).collect::<Vec<_>>(),
            })
        };
        let per_day: f64 = capacities
            .iter()
            .flat_map(|capacity| &capacity.activities)
            .map(|(_, hours)| hours)
            .sum();
        let days_off: i64 = capacities
            .iter()
            .flat_map(|capacity| &capacity.days_off)
            .map(|(first, last)| working_days(first, last))
            .sum();
        Ok(Answer::Json(json!({
            "teamMembers": capacities.iter().map(member).collect::<Vec<_>>(),
            "totalCapacityPerDay": per_day,
            "totalDaysOff": days_off,
        })))
    }

    pub(super) fn get_team_days_off(&self, call: &Call, guid: &str) -> Handled {
        let (project, team) = self.team_of(call)?;
        let iteration = self.iteration_of(team, guid)?;
        let settings = self.settings_url(project, team);
        let url = format!("{settings}/iterations/{guid}/teamdaysoff");
        let mut links = self.team_links(project, team, &url);
        links["teamIteration"] = json!({"href": format!("{settings}/iterations/{guid}")});
        let off = team.days_off.get(&iteration).map_or(&[][..], Vec::as_slice);
        Ok(Answer::Json(
            json!({"daysOff": off.iter().map(days).collect::<Vec<_>>(), "url": url, "_links": links}),
        ))
    }

    /// The team in the address, else the project's default team.
    pub(super) fn team_of(&self, call: &Call) -> Result<(usize, &Team), Refusal> {
        let project = call.required_project()?;
        let owner = &self.organization.projects[project];
        match &call.team {
            Some(team) => self.find_team(&owner.id, team),
            None => Ok((project, &owner.teams[0])),
        }
    }

    /// The node of an iteration that the team chose, by its GUID.
    fn iteration_of(&self, team: &Team, guid: &str) -> Result<i64, Refusal> {
        let is_it = |id: &&i64| {
            let node = self.organization.nodes.get(**id);
            node.is_some_and(|node| node.guid.eq_ignore_ascii_case(guid))
        };
        team.iterations.iter().find(is_it).copied().ok_or_else(|| {
            let message = format!(
                "TF400497: The iteration with id '{guid}' is not one of team '{}'.",
                team.name
            );
            Refusal::general(404, "InvalidTeamSettingsException", message)
        })
    }

    fn settings_url(&self, project: usize, team: &Team) -> String {
        format!("{}/{}/_apis/work/teamsettings", self.project_url(project), team.id)
    }

    fn team_links(&self, project: usize, team: &Team, own_url: &str) -> Value {
        let project_url = format!(
            "{}/_apis/projects/{}",
            self.collection_url(),
            self.organization.projects[project].id
        );
        json!({
            "self": {"href": own_url},
            "project": {"href": project_url},
            "team": {"href": format!("{project_url}/teams/{}", team.id)},
            "teamSettings": {"href": self.settings_url(project, team)},
        })
    }

    fn team_iteration(&self, project: usize, team: &Team, id: i64) -> Value {
        let node = self.organization.nodes.get(id);
        let guid = node.map_or("", |node| node.guid.as_str());
        json!({
            "id": guid,
            "name": node.map_or("", |node| node.name.as_str()),
            "path": self.organization.node_path(id),
            "url": format!("{}/iterations/{guid}", self.settings_url(project, team)),
        })
    }

    fn team_iteration_at(&self, project: usize, team: &Team, id: i64, today: &str) -> Value {
        let mut shown = self.team_iteration(project, team, id);
        let dates = self.organization.nodes.get(id).and_then(|node| node.dates.clone());
        let day = |date: Option<&String>| date.map(|date| format!("{date}T00:00:00Z"));
        shown["attributes"] = json!({
            "startDate": day(dates.as_ref().map(|(start, _)| start)),
            "finishDate": day(dates.as_ref().map(|(_, finish)| finish)),
            "timeFrame": self.frame(id, today),
        });
        shown
    }

    /// `past`, `current`, `future`; one without dates is `future`.
    fn frame(&self, id: i64, today: &str) -> &'static str {
        match self.organization.nodes.get(id).and_then(|node| node.dates.as_ref()) {
            Some((_, finish)) if today > finish.as_str() => "past",
            Some((start, _)) if today >= start.as_str() => "current",
            _ => "future",
        }
    }
}

fn days((first, last): &(String, String)) -> Value {
    json!({"start": format!("{first}T00:00:00Z"), "end": format!("{last}T00:00:00Z")})
}

/// Mondays to Fridays from the first to the last day.
fn working_days(first: &str, last: &str) -> i64 {
    let (Some(first), Some(last)) = (clock::day_us(first), clock::day_us(last)) else {
        return 0;
    };
    // The first day of 1970 was a Thursday.
    let is_working = |day: &i64| (day + 3).rem_euclid(7) < 5;
    (first.div_euclid(clock::DAY_US)..=last.div_euclid(clock::DAY_US))
        .filter(is_working)
        .count() as i64
}

#[cfg(test)]
mod tests {
    use super::working_days;

    #[test]
    fn weekends_are_no_working_days() {
        // 2026-10-16 is a Friday.
        assert_eq!(working_days("2026-10-16", "2026-10-19"), 2);
        assert_eq!(working_days("2026-10-17", "2026-10-18"), 0);
        assert_eq!(working_days("2026-10-12", "2026-10-23"), 10);
    }
}
