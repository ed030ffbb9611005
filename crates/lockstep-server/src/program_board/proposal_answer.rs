//! The shape of a proposal: the set-up, and what else there is to choose from.

use azdo::SavedQuery;
use serde::Serialize;
use utoipa::ToSchema;

use super::nodes::{NodeRow, Nodes};
use super::proposal_pi as pi;
use super::proposal_read::{ProjectFacts, flat_queries};
use super::set_up::{BoardProject, BoardTeam, DependencyLink, Level, Levels, SavedQuery as QueryName, SetUp};
use super::shapes::CardStateCategory;

/// Most entries of one list of choices.
const N_CHOICES_MAX: usize = 5_000;
/// Most warnings.
const N_WARNINGS_MAX: usize = 50;

/// A board as it could be.
#[derive(Debug, Serialize, ToSchema)]
pub struct Proposal {
    /// Everything, proposed.
    pub set_up: SetUp,
    /// What to call it.
    pub name: String,
    /// What else there is to choose from.
    pub choices: Choices,
    /// What to know before it is made, in words.
    pub warnings: Vec<String>,
}

/// What there is to choose from.
#[derive(Debug, Serialize, ToSchema)]
pub struct Choices {
    /// Every project that may be used.
    projects: Vec<BoardProject>,
    /// Every team of the chosen projects, as a row.
    teams: Vec<BoardTeam>,
    /// Iterations whose children can be columns, the latest first.
    pis: Vec<PiChoice>,
    /// Every iteration of the chosen projects, each behind the one above it.
    iterations: Vec<IterationChoice>,
    /// Work item types.
    types: Vec<TypeChoice>,
    /// Fields that hold numbers and can be written.
    number_fields: Vec<NumberField>,
    /// Saved queries.
    queries: Vec<QueryChoice>,
    /// Link types that can be dependencies, the usual one first.
    dependency_links: Vec<DependencyLink>,
}

/// An iteration that can be the PI.
#[derive(Debug, Serialize, ToSchema)]
struct PiChoice {
    project_id: String,
    node_id: i64,
    name: String,
    path: String,
}

/// An iteration.
#[derive(Debug, Serialize, ToSchema)]
struct IterationChoice {
    id: i64,
    path: String,
    name: String,
    start_on: Option<String>,
    finish_on: Option<String>,
    project_id: String,
}

/// A work item type.
#[derive(Debug, Serialize, ToSchema)]
struct TypeChoice {
    name: String,
    /// `RRGGBB`.
    color: Option<String>,
    /// Name of its picture.
    icon: Option<String>,
    /// Backlog level that it is on: `Microsoft.FeatureCategory`.
    category: Option<String>,
    /// Level that it is proposed for.
    level: Option<Level>,
    /// Its states, in the server's order.
    states: Vec<StateChoice>,
}

/// A state of a work item type.
#[derive(Debug, Serialize, ToSchema)]
struct StateChoice {
    name: String,
    /// What it means.
    category: CardStateCategory,
}

/// A field that holds a number.
#[derive(Debug, Serialize, ToSchema)]
struct NumberField {
    reference_name: String,
    name: String,
}

/// A saved query, with the project it is in.
#[derive(Debug, Serialize, ToSchema)]
struct QueryChoice {
    #[serde(flatten)]
    query: QueryName,
    project_id: String,
}

impl Choices {
    /// All of them.
    pub fn of(
        projects: &[azdo::Project],
        facts: &[ProjectFacts],
        teams: &[BoardTeam],
        nodes: &Nodes,
        levels: &Levels,
    ) -> Self {
        let iterations = nodes.rows().filter(|node| node.tree == "iterations");
        let mut iterations: Vec<&NodeRow> = iterations.collect();
        iterations.sort_by(|a, b| (&a.project_id, &a.path).cmp(&(&b.project_id, &b.path)));
        Self {
            projects: projects
                .iter()
                .map(|project| BoardProject {
                    id: project.id.clone(),
                    name: project.name.clone(),
                })
                .collect(),
            teams: teams.to_vec(),
            pis: pi::pis(nodes)
                .into_iter()
                .filter_map(|id| nodes.get(id))
                .take(N_CHOICES_MAX)
                .map(|node| PiChoice {
                    project_id: node.project_id.clone(),
                    node_id: node.node_id,
                    name: node.name.clone(),
                    path: node.path.clone(),
                })
                .collect(),
            iterations: iterations
                .into_iter()
                .take(N_CHOICES_MAX)
                .map(|node| IterationChoice {
                    id: node.node_id,
                    path: node.path.clone(),
                    name: node.name.clone(),
                    start_on: node.start_on.clone(),
                    finish_on: node.finish_on.clone(),
                    project_id: node.project_id.clone(),
                })
                .collect(),
            types: types(facts, levels),
            number_fields: number_fields(facts),
            queries: facts
                .iter()
                .flat_map(|facts| {
                    flat_queries(&facts.queries)
                        .into_iter()
                        .map(move |query| (facts, query))
                })
                .take(N_CHOICES_MAX)
                .map(|(facts, query)| QueryChoice {
                    query: query_name(query),
                    project_id: facts.project.id.clone(),
                })
                .collect(),
            dependency_links: Vec::new(),
        }
    }

    /// With the link types that dependencies can be.
    pub fn with_links(self, dependency_links: Vec<DependencyLink>) -> Self {
        Self {
            dependency_links,
            ..self
        }
    }
}

fn query_name(query: &SavedQuery) -> QueryName {
    QueryName {
        id: query.id.clone(),
        path: query.path.clone(),
        name: query.name.clone(),
    }
}

fn types(facts: &[ProjectFacts], levels: &Levels) -> Vec<TypeChoice> {
    let mut choices: Vec<TypeChoice> = Vec::new();
    for facts in facts {
        let backlogs = &facts.backlogs;
        for info in facts.types.iter().filter(|info| !info.is_disabled) {
            if choices.iter().any(|choice| choice.name == info.name) {
                continue;
            }
            let on_level = backlogs
                .portfolio
                .iter()
                .chain([&backlogs.requirements, &backlogs.tasks])
                .find(|level| level.work_item_types.contains(&info.name));
            choices.push(TypeChoice {
                name: info.name.clone(),
                color: info.color.clone(),
                icon: info.icon.clone(),
                category: on_level.map(|level| level.id.clone()),
                level: if levels.stories.contains(&info.name) {
                    Some(Level::Story)
                } else {
                    levels.features.contains(&info.name).then_some(Level::Feature)
                },
                states: info
                    .states
                    .iter()
                    .map(|state| StateChoice {
                        name: state.name.clone(),
                        category: state.category.into(),
                    })
                    .collect(),
            });
        }
    }
    choices
}

fn number_fields(facts: &[ProjectFacts]) -> Vec<NumberField> {
    let mut choices: Vec<NumberField> = Vec::new();
    for field in facts.iter().flat_map(|facts| &facts.fields) {
        let is_number = matches!(field.field_type.as_str(), "double" | "integer");
        let name = field.reference_name.as_str();
        if is_number && !field.is_read_only && !choices.iter().any(|choice| choice.reference_name == name) {
            choices.push(NumberField {
                reference_name: name.to_owned(),
                name: field.name.clone(),
            });
        }
    }
    choices.sort_by(|a, b| a.name.cmp(&b.name));
    choices
}

/// The first of many warnings, with how many there are more.
pub fn bounded(mut warnings: Vec<String>) -> Vec<String> {
    let n_more = warnings.len().saturating_sub(N_WARNINGS_MAX);
    if n_more > 0 {
        warnings.truncate(N_WARNINGS_MAX);
        warnings.push(format!("{n_more} more like these."));
    }
    warnings
}
