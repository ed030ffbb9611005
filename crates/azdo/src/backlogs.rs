//! The levels of a team's backlogs: which work item types stand on which, and which field holds the effort.
//!
//! Two routes tell of it: a team's own configuration, which knows how the team treats bugs, and the process's, which
//! every server has and which leaves bugs apart. Levels are told apart by category (`Microsoft.FeatureCategory`), never
//! by name.
//!
//! Source: `work` specifications 4.1 to 7.1, Backlogconfiguration and Processconfiguration.

use serde_json::Value;

use crate::client::{Call, Client, api_path};
use crate::error::Error;
use crate::model::FieldName;
use crate::team_settings::BugsBehavior;
use crate::transport::Transport;
use crate::url::encode;
use crate::version::Route;

/// Category of the lowest portfolio level in Microsoft's processes.
pub const FEATURE_CATEGORY: &str = "Microsoft.FeatureCategory";
/// Category of the requirements: stories, product backlog items.
pub const REQUIREMENT_CATEGORY: &str = "Microsoft.RequirementCategory";

/// Most levels and types that are looked at.
const LEVELS_MAX: usize = 50;

/// The levels of backlogs, from the top down to the tasks.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Backlogs {
    /// Levels above the requirements, the highest first.
    pub portfolio: Vec<BacklogLevel>,
    /// The requirements; with the bugs among them where the server says so.
    pub requirements: BacklogLevel,
    /// The tasks.
    pub tasks: BacklogLevel,
    /// Types that count as bugs; empty where the server doesn't tell them apart.
    pub bugs: Vec<String>,
    /// Where bugs stand; `None` where the server doesn't say.
    pub bugs_behavior: Option<BugsBehavior>,
    /// The field that holds the effort of a requirement.
    pub effort_field: Option<FieldName>,
    /// Name of that field as shown.
    pub effort_name: Option<String>,
    /// The field that orders the backlog.
    pub order_field: Option<FieldName>,
}

/// One level.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BacklogLevel {
    /// Category, such as `Microsoft.FeatureCategory`.
    pub id: String,
    /// Name as shown: `Features`.
    pub name: String,
    /// Names of the work item types on it.
    pub work_item_types: Vec<String>,
    /// Colour, `RRGGBB`.
    pub color: Option<String>,
    /// Whether the team has hidden it.
    pub is_hidden: bool,
}

impl<T: Transport> Client<T> {
    /// The levels of a team's backlogs, as its own configuration has them.
    pub async fn backlog_configuration(&self, project: &str, team: &str) -> Result<Backlogs, Error> {
        let path = format!("/{}/{}/_apis/work/backlogconfiguration", encode(project), encode(team));
        self.call(Route::BacklogConfiguration, Call::get(path))
            .await?
            .read(read_backlogs)
    }

    /// The levels of a project's backlogs, as its process has them. Where bugs stand each team chooses.
    pub async fn process_configuration(&self, project: &str) -> Result<Backlogs, Error> {
        let call = Call::get(api_path(Some(project), "/work/processconfiguration"));
        self.call(Route::ProcessConfiguration, call).await?.read(read_backlogs)
    }
}

impl Backlogs {
    /// The level right above the requirements: features, in Microsoft's processes.
    pub fn features(&self) -> Option<&BacklogLevel> {
        let is_feature = |level: &&BacklogLevel| level.id.eq_ignore_ascii_case(FEATURE_CATEGORY);
        self.portfolio.iter().find(is_feature).or_else(|| self.portfolio.last())
    }

    /// The types on the level of the requirements, for a team that treats bugs so.
    pub fn requirement_types(&self, bugs_behavior: BugsBehavior) -> Vec<String> {
        let mut types = self.requirements.work_item_types.clone();
        if bugs_behavior == BugsBehavior::AsRequirements {
            let missing = self.bugs.iter().filter(|bug| !types.contains(bug)).cloned();
            types.extend(missing.collect::<Vec<_>>());
        }
        types
    }
}

/// Both answers: their levels differ in the name of the category alone, their fields in where they stand.
fn read_backlogs(answer: &Value) -> Option<Backlogs> {
    let mut portfolio: Vec<(i64, BacklogLevel)> = answer
        .get("portfolioBacklogs")?
        .as_array()?
        .iter()
        .take(LEVELS_MAX)
        .filter_map(|level| {
            Some((
                level.get("rank").and_then(Value::as_i64).unwrap_or(0),
                read_level(level)?,
            ))
        })
        .collect();
    // The higher the rank, the higher the level; without ranks the list already begins at the top.
    portfolio.sort_by_key(|(rank, _)| std::cmp::Reverse(*rank));
    let mut portfolio: Vec<BacklogLevel> = portfolio.into_iter().map(|(_, level)| level).collect();
    let hidden: Vec<&str> = answer
        .get("hiddenBacklogs")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    for level in &mut portfolio {
        level.is_hidden |= hidden.contains(&level.id.as_str());
    }
    let fields = answer
        .get("typeFields")
        .or_else(|| answer.get("backlogFields")?.get("typeFields"));
    let field = |usage: &str| {
        field_of(
            fields?
                .as_object()?
                .iter()
                .find(|(key, _)| key.eq_ignore_ascii_case(usage))?
                .1,
        )
    };
    let effort = field("Effort");
    Some(Backlogs {
        requirements: read_level(answer.get("requirementBacklog")?)?,
        tasks: answer.get("taskBacklog").and_then(read_level).unwrap_or_default(),
        bugs: answer
            .get("bugWorkItems")
            .and_then(read_level)
            .map(|level| level.work_item_types)
            .unwrap_or_default(),
        bugs_behavior: answer
            .get("bugsBehavior")
            .and_then(Value::as_str)
            .map(BugsBehavior::parse),
        effort_name: effort.as_ref().and_then(|(_, name)| name.clone()),
        effort_field: effort.map(|(name, _)| name),
        order_field: field("Order").map(|(name, _)| name),
        portfolio,
    })
}

/// A field as one answer wraps it (`{referenceName, name}`) and the other writes it (its reference name alone).
fn field_of(field: &Value) -> Option<(FieldName, Option<String>)> {
    match field {
        Value::String(name) => Some((FieldName::new(name), None)),
        _ => Some((FieldName::new(text(field, "referenceName")?), text(field, "name"))),
    }
}

fn read_level(level: &Value) -> Option<BacklogLevel> {
    let types = level.get("workItemTypes").and_then(Value::as_array);
    Some(BacklogLevel {
        id: text(level, "id").or_else(|| text(level, "referenceName"))?,
        name: text(level, "name").unwrap_or_default(),
        work_item_types: types
            .into_iter()
            .flatten()
            .take(LEVELS_MAX)
            .filter_map(|work_item_type| text(work_item_type, "name"))
            .collect(),
        color: text(level, "color"),
        is_hidden: level.get("isHidden").and_then(Value::as_bool).unwrap_or(false),
    })
}

fn text(entry: &Value, key: &str) -> Option<String> {
    entry.get(key)?.as_str().map(str::to_owned)
}
