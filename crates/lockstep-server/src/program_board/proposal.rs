//! Proposes a whole board from what Azure DevOps holds, so that nobody has to describe it: the project, the PI of today,
//! its sprints, the teams that work in it, the levels, the unit, what teams usually get done.
//!
//! Everything proposed can be changed before the board is made. Nothing is written, here or there.

use axum::Json;
use axum::extract::State;
use azdo::{BugsBehavior, Error, StateCategory, field};
use futures_util::future::{join_all, try_join_all};
use lockstep_sync::edit::Whom;
use serde::Deserialize;

use super::import_query::{iterations_condition, one_of, own_areas_condition};
use super::nodes::Nodes;
use super::proposal_answer::{self, Choices, Proposal};
use super::proposal_pi as pi;
use super::proposal_read::{self as read, Candidate, ProjectFacts, Reader};
use super::proposal_teams::{self as teams, TeamFacts};
use super::refusals::{no_answer, no_client};
use super::set_up::{BoardProject, BoardScope, BoardTeam, Capacity, DependencyLink, Levels, LoadUnit, PiNode, SetUp};
use crate::access::Member;
use crate::app::App;
use crate::connections::clients::client_for;
use crate::error::{ApiError, Kind, Problem, Refusal};
use crate::extract::Body;
use crate::ids::ConnectionId;

/// Finished sprints that velocity is taken from.
const N_SPRINTS_OF_VELOCITY: usize = 3;
/// Field of the load where the server names none.
const EFFORT_DEFAULT: &str = "Microsoft.VSTS.Scheduling.StoryPoints";

/// What to propose a board from.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProposalRequest {
    /// The connection.
    #[schema(value_type = Uuid)]
    connection_id: ConnectionId,
    /// GUIDs of the projects; chosen by what they hold when empty.
    #[serde(default)]
    project_ids: Vec<String>,
    /// Number of the iteration node whose children are the columns; the one of today when left out.
    #[serde(default)]
    pi_node_id: Option<i64>,
}

/// A board as it could be, from what the connection's projects hold.
#[utoipa::path(post, path = "/api/boards/proposal", operation_id = "boards_propose", tag = "boards", request_body = ProposalRequest, responses(
    (status = 200, body = Proposal), (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "There is nothing to propose from", body = Problem, content_type = "application/problem+json"),
    (status = 502, description = "Azure DevOps did not answer as it should", body = Problem, content_type = "application/problem+json")))]
pub async fn propose(
    State(app): State<App>,
    member: Member,
    Body(request): Body<ProposalRequest>,
) -> Result<Json<Proposal>, ApiError> {
    let row = app
        .store
        .connection(member.company, request.connection_id)
        .await?
        .ok_or(ApiError::NotFound)?;
    let client = client_for(&app, member.company, request.connection_id, Whom::Connection)
        .await
        .map_err(no_client)?;
    let reader = Reader::new(client);
    let today = day_of(app.now_us());
    let proposer = Proposer {
        reader: &reader,
        today: &today,
    };
    let projects = reader
        .projects(&row.projects)
        .await
        .map_err(|error| no_answer(&error, &row))?;
    let wanted: Vec<azdo::Project> = projects
        .iter()
        .filter(|project| {
            request.project_ids.is_empty()
                || request
                    .project_ids
                    .iter()
                    .any(|id| id.eq_ignore_ascii_case(&project.id))
        })
        .cloned()
        .collect();
    if wanted.is_empty() {
        return Err(nothing_there().into());
    }
    let candidates = reader
        .candidates(&wanted)
        .await
        .map_err(|error| no_answer(&error, &row))?;
    let chosen: Vec<&Candidate> = match read::best(&candidates, &today) {
        Some(best) if request.project_ids.is_empty() => vec![best],
        _ => candidates.iter().collect(),
    };
    let proposal = proposer
        .propose(&projects, &chosen, request.pi_node_id)
        .await
        .map_err(|error| no_answer(&error, &row))?;
    Ok(Json(proposal))
}

fn nothing_there() -> Refusal {
    Refusal::new(Kind::Conflict, "no_projects", "There is no project to plan in")
        .detail("The connection's token sees none of them.")
        .next_step("Give its account access to a project, or choose other projects on the connection's page.")
}

struct Proposer<'r> {
    reader: &'r Reader,
    today: &'r str,
}

impl Proposer<'_> {
    async fn propose(
        &self,
        projects: &[azdo::Project],
        chosen: &[&Candidate],
        pi_wanted: Option<i64>,
    ) -> Result<Proposal, Error> {
        let nodes = read::all_nodes(chosen);
        let projects_read = try_join_all(chosen.iter().map(|candidate| self.reader.project(candidate)));
        let (facts, dependency_links) = tokio::join!(projects_read, self.reader.dependency_links());
        let facts = facts?;
        let team_facts: Vec<TeamFacts> = facts.iter().flat_map(|facts| facts.teams.clone()).collect();
        let selected = teams::selected(&team_facts, &nodes);
        let pi = pi_wanted
            .filter(|id| nodes.get(*id).is_some())
            .or_else(|| pi::pi_of_today(&nodes, &selected, self.today));
        let columns = pi.map(|pi| pi::columns(&nodes, pi)).unwrap_or_default();
        let pi_node = pi.and_then(|pi| nodes.get(pi)).map(|node| PiNode {
            project_id: node.project_id.clone(),
            node_id: node.node_id,
            name: node.name.clone(),
        });
        let mut rows = teams::rows(&team_facts, &nodes);
        let mut set_up = SetUp {
            scope: BoardScope::Areas {
                projects: facts.iter().map(|facts| project_of(&facts.project)).collect(),
            },
            pi: pi_node,
            teams: rows.teams.clone(),
            columns,
            milestones: Vec::new(),
            levels: levels(&facts),
            unit: unit(&facts),
            capacity: Capacity::Velocity { overrides: Vec::new() },
            writes_feature_place: false,
            dependency: DependencyLink::default(),
        };
        set_up.teams = self
            .teams_with_work(&set_up, &selected_by_team(&set_up, &team_facts, &nodes), &nodes)
            .await?;
        let velocities = self.velocities(&set_up, &facts, &nodes).await?;
        for (team, velocity) in set_up.teams.iter_mut().zip(velocities) {
            team.velocity = velocity;
        }
        let mut warnings = std::mem::take(&mut rows.warnings);
        warnings.extend(what_is_missing(&set_up));
        warnings.extend(teams::not_selected(&set_up.teams, &set_up.columns, &team_facts, &nodes));
        Ok(Proposal {
            name: name_of(&set_up),
            choices: Choices::of(projects, &facts, &rows.teams, &nodes, &set_up.levels).with_links(dependency_links),
            warnings: proposal_answer::bounded(warnings),
            set_up,
        })
    }

    /// The teams that belong on the board: those whose own areas hold stories of the PI, and those that hold features
    /// alone (a train) without a row; and those that have chosen to work in its sprints, whether anything is planned yet.
    async fn teams_with_work(
        &self,
        set_up: &SetUp,
        has_selected: &[bool],
        nodes: &Nodes,
    ) -> Result<Vec<BoardTeam>, Error> {
        let within_pi = nodes
            .iteration_ids(set_up)
            .and_then(|ids| iterations_condition(&ids, nodes));
        let asked = set_up.teams.iter().map(async |team| {
            let others = set_up
                .teams
                .iter()
                .filter(|other| other.id != team.id)
                .flat_map(|other| &other.areas);
            let own = own_areas_condition(&team.areas, others, nodes);
            let find = async |types: &[String]| match (&own, types.is_empty()) {
                (Some(own), false) => {
                    let types = one_of(field::WORK_ITEM_TYPE, types.iter().map(String::as_str));
                    let within = within_pi
                        .as_ref()
                        .map(|within| format!(" AND {within}"))
                        .unwrap_or_default();
                    let wiql = format!("SELECT [System.Id] FROM WorkItems WHERE {types} AND {own}{within}");
                    self.reader.finds_any(&wiql).await
                }
                _ => Ok(false),
            };
            tokio::try_join!(find(&set_up.levels.stories), find(&set_up.levels.features))
        });
        let found = try_join_all(asked).await?;
        let holds_others = |team: &BoardTeam| {
            let own = nodes.area_ids(&team.areas);
            let mut others = set_up.teams.iter().filter(|other| other.id != team.id);
            others.any(|other| other.areas.iter().any(|area| own.contains(&area.id)))
        };
        let mut kept = Vec::new();
        for ((team, (has_stories, has_features)), has_selected) in set_up.teams.iter().zip(found).zip(has_selected) {
            // A team over other teams' areas is a train: its features are wanted, a row of its own seldom is.
            let is_train = holds_others(team);
            if has_stories || has_features || (*has_selected && !is_train) {
                kept.push(BoardTeam {
                    is_shown: has_stories || !is_train,
                    ..team.clone()
                });
            }
        }
        // Nothing anywhere: whoever makes the board chooses.
        Ok(if kept.iter().any(|team| team.is_shown) {
            kept
        } else {
            set_up.teams.clone()
        })
    }

    async fn velocities(
        &self,
        set_up: &SetUp,
        facts: &[ProjectFacts],
        nodes: &Nodes,
    ) -> Result<Vec<Option<f64>>, Error> {
        let sprints = pi::finished(nodes, self.today, N_SPRINTS_OF_VELOCITY);
        let ids = sprints.iter().flatten().copied().collect();
        let Some(within) = iterations_condition(&ids, nodes) else {
            return Ok(vec![None; set_up.teams.len()]);
        };
        let asked = facts.iter().map(async |facts| {
            let done = completed_states(facts, &set_up.levels.stories);
            if done.is_empty() {
                return Ok(None);
            }
            let wiql = format!(
                "SELECT [System.Id] FROM WorkItems WHERE {} AND {} AND {} AND {within}",
                one_of(field::TEAM_PROJECT, [facts.project.name.as_str()]),
                one_of(field::WORK_ITEM_TYPE, set_up.levels.stories.iter().map(String::as_str)),
                one_of(field::STATE, done.iter().map(String::as_str)),
            );
            self.reader.few(&wiql).await
        });
        let mut read = Vec::new();
        for answer in join_all(asked).await {
            read.extend(answer?.unwrap_or_default());
        }
        let done = read.iter().map(|item| &item.fields);
        Ok(teams::velocities(
            done,
            sprints.len(),
            &set_up.unit.field,
            &set_up.teams,
            nodes,
        ))
    }
}

/// Whether each team of a set-up has selected any of its columns.
fn selected_by_team(set_up: &SetUp, facts: &[TeamFacts], nodes: &Nodes) -> Vec<bool> {
    let of_columns = |id: i64| set_up.columns.iter().any(|column| column.node_ids.contains(&id));
    let has_selected = |team: &BoardTeam| {
        let own = facts
            .iter()
            .filter(|facts| Some(&facts.team.id) == team.team_id.as_ref())
            .cloned();
        teams::selected(&own.collect::<Vec<_>>(), nodes)
            .into_iter()
            .any(of_columns)
    };
    set_up.teams.iter().map(has_selected).collect()
}

fn project_of(project: &azdo::Project) -> BoardProject {
    BoardProject {
        id: project.id.clone(),
        name: project.name.clone(),
    }
}

/// Names of the states that mean completed, of these types.
fn completed_states(facts: &ProjectFacts, types: &[String]) -> Vec<String> {
    let mut states: Vec<String> = facts
        .types
        .iter()
        .filter(|info| types.contains(&info.name))
        .flat_map(|info| &info.states)
        .filter(|state| state.category == StateCategory::Completed)
        .map(|state| state.name.clone())
        .collect();
    states.sort();
    states.dedup();
    states
}

/// Features and requirements of every project's backlogs, with bugs where the teams put them.
fn levels(facts: &[ProjectFacts]) -> Levels {
    let (mut features, mut stories) = (Vec::new(), Vec::new());
    let add = |list: &mut Vec<String>, names: &[String]| {
        for name in names {
            if !list.contains(name) {
                list.push(name.clone());
            }
        }
    };
    for facts in facts {
        if let Some(level) = facts.backlogs.features() {
            add(&mut features, &level.work_item_types);
        }
        let bugs = if facts.bugs == BugsBehavior::AsRequirements {
            BugsBehavior::AsRequirements
        } else {
            BugsBehavior::Off
        };
        add(&mut stories, &facts.backlogs.requirement_types(bugs));
    }
    features.retain(|name| !stories.contains(name));
    Levels { features, stories }
}

fn unit(facts: &[ProjectFacts]) -> LoadUnit {
    let effort = facts.iter().find_map(|facts| facts.backlogs.effort_field.clone());
    let field = effort.map_or_else(|| EFFORT_DEFAULT.to_owned(), |field| field.as_str().to_owned());
    // Whatever the process calls it, people say points; a field of hours says so itself.
    let name = if field.to_lowercase().contains("work") {
        "hours"
    } else {
        "points"
    };
    LoadUnit {
        field,
        name: name.to_owned(),
    }
}

fn name_of(set_up: &SetUp) -> String {
    let BoardScope::Areas { projects } = &set_up.scope else {
        return String::new();
    };
    let names: Vec<&str> = projects.iter().map(|project| project.name.as_str()).collect();
    let projects = teams::in_words(&names);
    match &set_up.pi {
        // The root of the iterations is named as the project is.
        Some(pi) if names.contains(&pi.name.as_str()) => projects,
        Some(pi) => format!("{} {projects}", pi.name),
        None => projects,
    }
}

fn what_is_missing(set_up: &SetUp) -> Vec<String> {
    let mut warnings = Vec::new();
    if set_up.columns.is_empty() {
        warnings.push(
            "No iterations with dates were found. Give iterations a start and a finish in Azure DevOps, or choose a PI."
                .to_owned(),
        );
    }
    if set_up.teams.is_empty() {
        warnings.push("No team with an area of its own was found.".to_owned());
    }
    warnings
}

/// The day of a moment, ISO, UTC: days of iterations are days, and an hour more or less is no other sprint for long.
fn day_of(now_us: i64) -> String {
    azdo::format_us(now_us).chars().take(10).collect()
}
