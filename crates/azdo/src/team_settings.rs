//! A team's settings: its areas, the iterations it has selected, how it treats bugs, who is there how much.
//!
//! A team names iterations by GUID and areas by path; the numbers that work items carry stand in the classification
//! nodes ([`ClassificationNode::identifier`](crate::ClassificationNode::identifier) and its path). Dates of iterations
//! and days off are midnights UTC and mean calendar days. Nothing is written here.
//!
//! Source: `work` specifications 4.1 to 7.1 (team settings, iterations, capacities, team days off, team field values);
//! that a list may stand under `values` is from their examples.

use serde_json::Value;

use crate::client::{Answer, Call, Client};
use crate::error::Error;
use crate::model::Identity;
use crate::transport::Transport;
use crate::url::encode;
use crate::version::Route;

/// Most entries of one list that are looked at; Microsoft's limits are 300 areas and 300 iterations for a team.
const ENTRIES_MAX: usize = 2_000;

/// How a team's backlog treats bugs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BugsBehavior {
    /// Bugs are on no backlog.
    #[default]
    Off,
    /// Bugs stand among the requirements.
    AsRequirements,
    /// Bugs stand among the tasks.
    AsTasks,
}

/// What a team has set.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TeamSettings {
    /// How it treats bugs.
    pub bugs_behavior: BugsBehavior,
    /// The iteration below which its backlog is.
    pub backlog_iteration: Option<TeamIteration>,
    /// Where new work items go, where the team named one iteration rather than a macro.
    pub default_iteration: Option<TeamIteration>,
    /// Names of the days it works, lower case: `monday`.
    pub working_days: Vec<String>,
}

/// An iteration as a team has selected it.
#[derive(Debug, Clone, PartialEq)]
pub struct TeamIteration {
    /// GUID of the iteration node.
    pub id: String,
    /// Name.
    pub name: String,
    /// Path as `System.IterationPath` writes it; empty where the server sends none.
    pub path: String,
    /// First day, ISO 8601.
    pub start_date: Option<String>,
    /// Last day, ISO 8601.
    pub finish_date: Option<String>,
    /// Whether it is past, current or to come, as the server sees it today.
    pub time_frame: Option<TimeFrame>,
}

/// Where today is, seen from an iteration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeFrame {
    /// It is over.
    Past,
    /// Today is in it.
    Current,
    /// It is to come, or has no dates.
    Future,
}

/// The field by which work items belong to a team, and its values.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TeamFieldValues {
    /// Reference name; `System.AreaPath` unless a team field of its own was set up (on premises).
    pub field: String,
    /// Where the team's new work items go.
    pub default_value: Option<String>,
    /// The team's values.
    pub values: Vec<TeamFieldValue>,
}

/// One area of a team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamFieldValue {
    /// Area path.
    pub value: String,
    /// Whether the areas below it belong to the team too.
    pub includes_children: bool,
}

/// How much a member of a team is there in one iteration.
#[derive(Debug, Clone, PartialEq)]
pub struct MemberCapacity {
    /// Who.
    pub member: Identity,
    /// Hours a day, over all activities.
    pub per_day: f64,
    /// When not.
    pub days_off: Vec<DateRange>,
}

/// Days from the first to the last, both included, ISO 8601.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DateRange {
    /// First day.
    pub start: String,
    /// Last day.
    pub end: String,
}

impl<T: Transport> Client<T> {
    /// What a team has set.
    pub async fn team_settings(&self, project: &str, team: &str) -> Result<TeamSettings, Error> {
        let call = Call::get(team_path(project, team, ""));
        self.call(Route::TeamSettings, call).await?.read(read_settings)
    }

    /// The iterations a team has selected, in the server's order.
    pub async fn team_iterations(&self, project: &str, team: &str) -> Result<Vec<TeamIteration>, Error> {
        let call = Call::get(team_path(project, team, "/iterations"));
        let answer = self.call(Route::TeamIterations, call).await?;
        Ok(listed(&answer)?.iter().filter_map(read_iteration).collect())
    }

    /// The areas of a team.
    pub async fn team_field_values(&self, project: &str, team: &str) -> Result<TeamFieldValues, Error> {
        let call = Call::get(team_path(project, team, "/teamfieldvalues"));
        self.call(Route::TeamFieldValues, call).await?.read(read_field_values)
    }

    /// How much each member of a team is there in an iteration, by the iteration's GUID.
    pub async fn team_capacities(
        &self,
        project: &str,
        team: &str,
        iteration: &str,
    ) -> Result<Vec<MemberCapacity>, Error> {
        let path = team_path(project, team, &format!("/iterations/{}/capacities", encode(iteration)));
        let answer = self.call(Route::TeamCapacities, Call::get(path)).await?;
        Ok(listed(&answer)?.iter().filter_map(read_capacity).collect())
    }

    /// The days off of a whole team in an iteration, by the iteration's GUID.
    pub async fn team_days_off(&self, project: &str, team: &str, iteration: &str) -> Result<Vec<DateRange>, Error> {
        let path = team_path(project, team, &format!("/iterations/{}/teamdaysoff", encode(iteration)));
        self.call(Route::TeamDaysOff, Call::get(path))
            .await?
            .read(|answer| Some(read_days_off(answer)))
    }
}

impl BugsBehavior {
    /// Reads the server's word; anything new counts as off.
    pub fn parse(word: &str) -> BugsBehavior {
        match word {
            "asRequirements" => BugsBehavior::AsRequirements,
            "asTasks" => BugsBehavior::AsTasks,
            _ => BugsBehavior::Off,
        }
    }
}

fn team_path(project: &str, team: &str, below: &str) -> String {
    format!("/{}/{}/_apis/work/teamsettings{below}", encode(project), encode(team))
}

/// The entries of a list under any of the names that it comes under.
fn listed(answer: &Answer) -> Result<&[Value], Error> {
    let list = ["value", "values", "teamMembers"]
        .into_iter()
        .find_map(|key| answer.value.get(key)?.as_array());
    let list = list.ok_or(Error::Unreadable { status: answer.status })?;
    Ok(&list[..list.len().min(ENTRIES_MAX)])
}

fn read_settings(answer: &Value) -> Option<TeamSettings> {
    let days = answer.get("workingDays").and_then(Value::as_array);
    Some(TeamSettings {
        bugs_behavior: BugsBehavior::parse(answer.as_object()?.get("bugsBehavior").and_then(Value::as_str)?),
        backlog_iteration: answer.get("backlogIteration").and_then(read_iteration),
        default_iteration: answer.get("defaultIteration").and_then(read_iteration),
        working_days: days
            .into_iter()
            .flatten()
            .filter_map(|day| Some(day.as_str()?.to_lowercase()))
            .collect(),
    })
}

fn read_iteration(entry: &Value) -> Option<TeamIteration> {
    let attributes = entry.get("attributes").unwrap_or(&Value::Null);
    Some(TeamIteration {
        id: text(entry, "id")?,
        name: text(entry, "name")?,
        path: text(entry, "path").unwrap_or_default(),
        start_date: text(attributes, "startDate"),
        finish_date: text(attributes, "finishDate"),
        time_frame: match attributes.get("timeFrame").and_then(Value::as_str) {
            Some("past") => Some(TimeFrame::Past),
            Some("current") => Some(TimeFrame::Current),
            Some("future") => Some(TimeFrame::Future),
            _ => None,
        },
    })
}

fn read_field_values(answer: &Value) -> Option<TeamFieldValues> {
    let values = answer.get("values")?.as_array()?.iter().take(ENTRIES_MAX);
    Some(TeamFieldValues {
        field: answer.get("field").and_then(|field| text(field, "referenceName"))?,
        default_value: text(answer, "defaultValue"),
        values: values
            .filter_map(|entry| {
                Some(TeamFieldValue {
                    value: text(entry, "value")?,
                    includes_children: entry.get("includeChildren").and_then(Value::as_bool).unwrap_or(false),
                })
            })
            .collect(),
    })
}

fn read_capacity(entry: &Value) -> Option<MemberCapacity> {
    let activities = entry.get("activities").and_then(Value::as_array).into_iter().flatten();
    Some(MemberCapacity {
        member: Identity::from_value(entry.get("teamMember")?)?,
        per_day: activities
            .filter_map(|activity| activity.get("capacityPerDay")?.as_f64())
            .filter(|hours| hours.is_finite() && *hours > 0.0)
            .sum(),
        days_off: read_days_off(entry),
    })
}

fn read_days_off(holder: &Value) -> Vec<DateRange> {
    let ranges = holder.get("daysOff").and_then(Value::as_array).into_iter().flatten();
    ranges
        .take(ENTRIES_MAX)
        .filter_map(|range| {
            Some(DateRange {
                start: text(range, "start")?,
                end: text(range, "end")?,
            })
        })
        .collect()
}

fn text(entry: &Value, key: &str) -> Option<String> {
    entry.get(key)?.as_str().map(str::to_owned)
}
