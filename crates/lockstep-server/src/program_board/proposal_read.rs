//! Asks Azure DevOps for what a board is proposed from: projects, trees, teams, types, fields, saved queries.
//!
//! Requests run side by side, a few at a time. What a board can do without (saved queries, one team's settings) may be
//! refused without spoiling the rest; nothing is kept and nothing is written.

use std::collections::BTreeSet;
use std::sync::Arc;

use azdo::{Backlogs, BugsBehavior, Client, Error, SavedQuery, WorkItemId};
use futures_util::future::{join_all, try_join_all};
use tokio::sync::Semaphore;

use super::nodes::{self, NodeRow, Nodes};
use super::proposal_teams::TeamFacts;
use super::set_up::DependencyLink;
use crate::sync::transport::HttpsTransport;

/// Requests at once.
const N_AT_ONCE: usize = 12;
/// Most projects that are looked into to choose one.
const N_PROJECTS_MAX: usize = 24;
/// Most teams of a project that are looked at.
const N_TEAMS_MAX: usize = 100;
/// Most work items that are read for velocity; more is not cheap.
const N_DONE_MAX: usize = 600;

/// A reader of one connection, with a bound on its requests.
pub struct Reader {
    client: Client<Arc<HttpsTransport>>,
    places: Semaphore,
}

/// A project with what is quick to know about it.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The project.
    pub project: azdo::Project,
    /// Its teams.
    pub teams: Vec<azdo::Team>,
    /// Its nodes.
    pub nodes: Vec<NodeRow>,
}

/// All that is to be known about a project.
#[derive(Debug, Clone)]
pub struct ProjectFacts {
    /// The project.
    pub project: azdo::Project,
    /// Its teams.
    pub teams: Vec<TeamFacts>,
    /// The levels of its backlogs.
    pub backlogs: Backlogs,
    /// Where its first teams put bugs.
    pub bugs: BugsBehavior,
    /// Its work item types.
    pub types: Vec<azdo::WorkItemType>,
    /// Its fields.
    pub fields: Vec<azdo::Field>,
    /// Its saved queries.
    pub queries: Vec<SavedQuery>,
}

impl Reader {
    /// A reader.
    pub fn new(client: Client<Arc<HttpsTransport>>) -> Self {
        Self {
            client,
            places: Semaphore::new(N_AT_ONCE),
        }
    }

    /// The projects that may be used: all that the token sees, or those of them that the connection names.
    pub async fn projects(&self, allowed: &[String]) -> Result<Vec<azdo::Project>, Error> {
        let mut projects = self.turn(self.client.projects()).await?;
        projects.retain(|project| allowed.is_empty() || allowed.iter().any(|id| id.eq_ignore_ascii_case(&project.id)));
        projects.sort_by_cached_key(|project| project.name.to_lowercase());
        Ok(projects)
    }

    /// Teams and trees of each project. One that can't be read is left out, unless none can.
    pub async fn candidates(&self, projects: &[azdo::Project]) -> Result<Vec<Candidate>, Error> {
        let read = projects.iter().take(N_PROJECTS_MAX).map(async |project| {
            let (teams, nodes) = tokio::try_join!(
                self.turn(self.client.teams(&project.id)),
                self.turn(nodes::read(&self.client, &project.id)),
            )?;
            Ok::<_, Error>(Candidate {
                project: project.clone(),
                teams,
                nodes,
            })
        });
        let mut refusal = None;
        let mut candidates = Vec::new();
        for answer in join_all(read).await {
            match answer {
                Ok(candidate) => candidates.push(candidate),
                Err(error) => refusal = Some(error),
            }
        }
        match refusal {
            Some(error) if candidates.is_empty() => Err(error),
            _ => Ok(candidates),
        }
    }

    /// The link types that can say that one work item waits for another; the usual one alone where they can't be read.
    pub async fn dependency_links(&self) -> Vec<DependencyLink> {
        let types = self.turn(self.client.relation_types()).await.unwrap_or_default();
        dependency_links(&types)
    }

    /// All about a project.
    pub async fn project(&self, candidate: &Candidate) -> Result<ProjectFacts, Error> {
        let id = candidate.project.id.as_str();
        let teams: Vec<&azdo::Team> = candidate.teams.iter().take(N_TEAMS_MAX).collect();
        let (facts, (backlogs, bugs), types, fields, queries) = tokio::try_join!(
            try_join_all(teams.iter().map(|team| self.team(id, team))),
            self.backlogs(id, teams.first().copied()),
            self.turn(self.client.work_item_types(id)),
            self.turn(self.client.fields(id)),
            async { Ok(self.turn(self.client.saved_queries(id)).await.unwrap_or_default()) },
        )?;
        Ok(ProjectFacts {
            project: candidate.project.clone(),
            teams: facts,
            backlogs,
            bugs,
            types,
            fields,
            queries,
        })
    }

    async fn team(&self, project: &str, team: &azdo::Team) -> Result<TeamFacts, Error> {
        let (areas, iterations) = tokio::join!(
            self.turn(self.client.team_field_values(project, &team.id)),
            self.turn(self.client.team_iterations(project, &team.id)),
        );
        Ok(TeamFacts {
            team: team.clone(),
            project_id: project.to_owned(),
            areas: or_none(areas)?,
            iterations: or_none(iterations)?,
        })
    }

    /// The levels, with bugs where the team's own configuration puts them; a server without that knows its process.
    async fn backlogs(&self, project: &str, team: Option<&azdo::Team>) -> Result<(Backlogs, BugsBehavior), Error> {
        if let Some(team) = team
            && let Ok(backlogs) = self.turn(self.client.backlog_configuration(project, &team.id)).await
        {
            let bugs = backlogs.bugs_behavior.unwrap_or_default();
            return Ok((backlogs, bugs));
        }
        let backlogs = self.turn(self.client.process_configuration(project)).await?;
        let bugs = match team {
            Some(team) => or_none(self.turn(self.client.team_settings(project, &team.id)).await)?.bugs_behavior,
            None => BugsBehavior::default(),
        };
        Ok((backlogs, bugs))
    }

    /// Whether a query finds anything. One that is refused finds nothing.
    pub async fn finds_any(&self, wiql: &str) -> Result<bool, Error> {
        match self.turn(self.client.query(None, wiql, Some(1))).await {
            Ok(ids) => Ok(!ids.is_empty()),
            Err(Error::Refused { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The work items that a query finds, read; `None` where that would not be cheap.
    pub async fn few(&self, wiql: &str) -> Result<Option<Vec<azdo::WorkItem>>, Error> {
        let top = u32::try_from(N_DONE_MAX + 1).unwrap_or(u32::MAX);
        let ids: Vec<WorkItemId> = match self.turn(self.client.query(None, wiql, Some(top))).await {
            Ok(ids) if ids.len() <= N_DONE_MAX => ids,
            Ok(_) | Err(Error::Refused { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        let batches = ids.chunks(azdo::WORK_ITEMS_PER_READ_MAX);
        let read = try_join_all(batches.map(|batch| self.turn(self.client.work_items(batch)))).await?;
        Ok(Some(read.into_iter().flatten().collect()))
    }

    /// Waits for a place among the requests at once.
    async fn turn<V>(&self, request: impl Future<Output = Result<V, Error>>) -> Result<V, Error> {
        // The semaphore is never closed.
        let _place = self.places.acquire().await.ok();
        request.await
    }
}

/// What a team may not be asked about, or what a server lacks, is as if it said nothing.
fn or_none<V: Default>(answer: Result<V, Error>) -> Result<V, Error> {
    match answer {
        Err(
            Error::NotFound { .. } | Error::Forbidden { .. } | Error::Refused { .. } | Error::VersionOutOfRange { .. },
        ) => Ok(V::default()),
        answer => answer,
    }
}

/// The project to propose: the one where a sprint is running in the most teams' sight, else the one with the most teams.
pub fn best<'c>(candidates: &'c [Candidate], today: &str) -> Option<&'c Candidate> {
    let is_running = |candidate: &Candidate| {
        candidate.nodes.iter().any(|node| {
            let (start, finish) = (node.start_on.as_deref(), node.finish_on.as_deref());
            start.is_some_and(|start| start <= today) && finish.is_some_and(|finish| today <= finish)
        })
    };
    let has_dates = |candidate: &Candidate| candidate.nodes.iter().any(|node| node.start_on.is_some());
    // The first of equals: projects are in the order of their names.
    let rank = |candidate: &&Candidate| (is_running(candidate), has_dates(candidate), candidate.teams.len());
    candidates.iter().rev().max_by_key(rank)
}

/// The nodes of several projects together.
pub fn all_nodes(candidates: &[&Candidate]) -> Nodes {
    Nodes::of(
        candidates
            .iter()
            .flat_map(|candidate| candidate.nodes.clone())
            .collect(),
    )
}

/// The queries of a tree, without its folders.
pub fn flat_queries(tree: &[SavedQuery]) -> Vec<&SavedQuery> {
    let mut found = Vec::new();
    let mut waiting: Vec<&SavedQuery> = tree.iter().rev().collect();
    let mut seen = BTreeSet::new();
    while let Some(query) = waiting.pop() {
        if !query.is_folder && seen.insert(query.id.as_str()) {
            found.push(query);
        }
        waiting.extend(query.children.iter().rev());
    }
    found
}

/// Link types whose ends say who waits for whom, the usual one first.
fn dependency_links(types: &[azdo::RelationType]) -> Vec<DependencyLink> {
    let usual = DependencyLink::default();
    let is_dependency =
        |one: &&azdo::RelationType| one.is_enabled && !one.is_forward && one.topology.as_deref() == Some("dependency");
    let others = types.iter().filter(is_dependency).filter_map(|one| {
        let giver = one.opposite.clone()?;
        let link = DependencyLink {
            name: one.name.clone(),
            taker: one.reference_name.clone(),
            giver,
        };
        (link.taker != usual.taker && link.taker != link.giver).then_some(link)
    });
    let others: Vec<DependencyLink> = others.collect();
    std::iter::once(usual).chain(others).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(name: &str, n_teams: usize, sprint: Option<(&str, &str)>) -> Candidate {
        let team = |at: usize| azdo::Team {
            id: at.to_string(),
            name: at.to_string(),
            description: None,
            project_id: None,
            project_name: None,
        };
        let node = |(start, finish): (&str, &str)| NodeRow {
            node_id: 1,
            project_id: name.into(),
            project: name.into(),
            tree: "iterations".into(),
            parent_id: None,
            name: "Sprint".into(),
            path: "Sprint".into(),
            start_on: Some(start.into()),
            finish_on: Some(finish.into()),
        };
        Candidate {
            project: azdo::Project {
                id: name.into(),
                name: name.into(),
                state: None,
            },
            teams: (0..n_teams).map(team).collect(),
            nodes: sprint.map(node).into_iter().collect(),
        }
    }

    #[test]
    fn the_project_with_a_running_sprint_is_proposed_before_a_larger_one() {
        let over = Some(("2025-01-01", "2025-01-14"));
        let running = Some(("2026-10-12", "2026-10-23"));
        let check = |candidates: &[Candidate], expected: &str| {
            let best = best(candidates, "2026-10-15").unwrap();
            assert_eq!(best.project.name, expected);
        };
        check(
            &[candidate("Gate pilot", 9, over), candidate("Harbour", 6, running)],
            "Harbour",
        );
        check(
            &[candidate("Gate pilot", 2, None), candidate("Harbour", 6, None)],
            "Harbour",
        );
        check(
            &[candidate("Gate pilot", 1, None), candidate("Yard", 1, None)],
            "Gate pilot",
        );
    }

    fn relation(reference_name: &str, name: &str, opposite: Option<&str>, topology: &str) -> azdo::RelationType {
        azdo::RelationType {
            reference_name: reference_name.into(),
            name: name.into(),
            opposite: opposite.map(str::to_owned),
            topology: Some(topology.into()),
            is_forward: reference_name.ends_with("-Forward"),
            is_enabled: true,
        }
    }

    #[test]
    fn only_links_with_two_ends_can_be_dependencies_and_the_usual_one_comes_first() {
        let (affects, affected) = ("Common.Affects-Forward", "Common.Affects-Reverse");
        let (child, parent) = (
            "System.LinkTypes.Hierarchy-Forward",
            "System.LinkTypes.Hierarchy-Reverse",
        );
        let usual = DependencyLink::default();
        let types = [
            relation(affects, "Affects", Some(affected), "dependency"),
            relation(affected, "Affected By", Some(affects), "dependency"),
            relation(
                "System.LinkTypes.Related",
                "Related",
                Some("System.LinkTypes.Related"),
                "network",
            ),
            relation(parent, "Parent", Some(child), "tree"),
            relation(&usual.taker, "Predecessor", Some(&usual.giver), "dependency"),
            relation("Hyperlink", "Hyperlink", None, "none"),
        ];
        let names: Vec<String> = dependency_links(&types).into_iter().map(|link| link.name).collect();
        assert_eq!(names, ["Predecessor", "Affected By"]);
    }
}
