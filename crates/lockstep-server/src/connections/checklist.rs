//! The check of a connection: does the server answer, is it what it says, whose token is it, and what may it do, right by
//! right. Run before anything is saved, when saving, and whenever somebody asks.
//!
//! Rights are tried with requests that change nothing; a write is tried with `validateOnly`. What can only be known when it
//! is tried says so.

use std::sync::Arc;

use azdo::{Client, Collection, Creation, Discovered, Error, Token, field};
use serde::Serialize;
use utoipa::ToSchema;

use super::problems::{CheckProblem, Subject};
use super::shapes::flavor_text;
use super::steps::{CheckStep, StepId, StepState, Steps, is_no_answer};
use crate::app::App;
use crate::sync::transport::HttpsTransport;

/// Most projects a write is tried in.
const N_PROJECTS_TRIED_MAX: usize = 3;

/// What a check found, right by right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Checklist {
    /// Everything needed is there.
    pub holds: bool,
    /// What answered.
    pub server: Option<CheckedServer>,
    /// Whose token it is.
    pub owner: Option<CheckedOwner>,
    /// The page of that very server where a token is made.
    pub token_page: Option<String>,
    /// One line for each question.
    pub steps: Vec<CheckStep>,
    /// Why it does not hold.
    pub problem: Option<CheckProblem>,
    /// What is worth knowing all the same.
    pub warnings: Vec<String>,
}

/// What answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CheckedServer {
    /// Canonical address.
    pub url: String,
    /// Name of the organization or collection.
    pub organization: String,
    /// `services`, `server_2022` ...
    pub flavor: &'static str,
    /// Version that is spoken, such as `7.1`.
    pub api: String,
    /// GUID of the organization or collection.
    pub instance_id: String,
}

/// Whose token it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CheckedOwner {
    /// Name as Azure DevOps shows it.
    pub name: String,
    /// Sign-in name.
    pub unique_name: Option<String>,
}

/// What is checked.
pub struct Check<'a> {
    /// For the way out.
    pub app: &'a App,
    /// Which address.
    pub collection: &'a Collection,
    /// Which token.
    pub token: &'a Token,
    /// An administrator confirmed that the token may travel in the clear.
    pub allows_plain_http: bool,
    /// For a connection, or for a member's own use.
    pub purpose: CheckPurpose,
    /// Projects to try a write in, for a token that sees none.
    pub known_projects: Vec<String>,
}

/// What a token is to be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckPurpose {
    /// The connection's own: reads everything, writes, may look after hooks.
    Connection,
    /// A member's own: writes what that member changes.
    OwnToken,
}

/// The outcome: what to show, and what to save if it holds.
pub struct Checked {
    /// What to show.
    pub checklist: Checklist,
    /// What was found at the first contact.
    pub found: Option<Discovered>,
}

impl Check<'_> {
    /// Asks all questions in order; the first one that can't be asked ends it.
    pub async fn run(&self) -> Checked {
        let mut steps = Steps::new(self.purpose);
        if self.collection.is_plain_http() && !self.allows_plain_http {
            return self.failed(steps, CheckProblem::plain_http(self.subject()), None);
        }
        let found = match Client::discover(&self.app.transport, self.collection, self.token).await {
            Ok(found) => found,
            Err(error) => {
                steps.first_contact_failed(&error);
                return self.failed(steps, CheckProblem::of_contact(&error, self.subject()), None);
            }
        };
        steps.set(StepId::Server, StepState::Ok, found.versions.describe());
        steps.set(
            StepId::Organization,
            StepState::Ok,
            format!("{} is there.", self.collection.name()),
        );
        let client = Client::new(
            self.app.transport.clone(),
            self.collection.clone(),
            self.token.clone(),
            found.versions.clone(),
        );
        if found.connection.is_anonymous {
            // The server said who it is to anybody; another route tells what it makes of the token.
            let error = match client.relation_types().await {
                Err(error @ (Error::Unauthenticated { .. } | Error::MissingScope { .. } | Error::Transport(_))) => {
                    error
                }
                _ => Error::Unauthenticated {
                    reason: azdo::AuthFailure::NotAuthorized,
                },
            };
            steps.set(StepId::Token, StepState::Missing, "It is not accepted.");
            return self.failed(steps, CheckProblem::of_contact(&error, self.subject()), None);
        }
        let owner = &found.connection.user;
        steps.set(
            StepId::Token,
            StepState::Ok,
            format!("It belongs to {}.", owner.display_name),
        );
        self.rights(&client, &mut steps).await;
        let problem = steps.trouble.take().or_else(|| steps.missing_right());
        let checklist = self.checklist(steps, problem, Some(&found));
        Checked {
            checklist,
            found: Some(found),
        }
    }

    async fn rights(&self, client: &Client<Arc<HttpsTransport>>, steps: &mut Steps) {
        let projects = client.projects().await;
        let mut names = self.known_projects.clone();
        match &projects {
            Ok(projects) => {
                names.splice(0..0, projects.iter().map(|project| project.name.clone()));
                steps.set(
                    StepId::ProjectRead,
                    StepState::Ok,
                    format!("{} to see.", counted(projects.len(), "project")),
                );
            }
            Err(error) => steps.failed(StepId::ProjectRead, error, self.subject()),
        }
        names.truncate(N_PROJECTS_TRIED_MAX);
        self.try_work_items(client, &names, steps).await;
        if self.purpose == CheckPurpose::Connection {
            match client.subscriptions().await {
                Ok(_) => steps.set(
                    StepId::HooksRead,
                    StepState::Ok,
                    "The token may see which hooks there are.",
                ),
                Err(Error::NotFound { .. } | Error::Refused { .. }) => {
                    steps.set(StepId::HooksRead, StepState::Missing, "Not allowed.");
                }
                Err(error) => steps.failed(StepId::HooksRead, &error, self.subject()),
            }
            steps.set(
                StepId::HooksEdit,
                StepState::Unknown,
                "A permission of its owner in each project. Known when tried.",
            );
        }
    }

    async fn try_work_items(&self, client: &Client<Arc<HttpsTransport>>, projects: &[String], steps: &mut Steps) {
        if let Err(error) = client.relation_types().await {
            steps.failed(StepId::WorkItemsWrite, &error, self.subject());
            return;
        }
        let draft = Creation::new().set(
            &field::TITLE.into(),
            "Lockstep tries whether this token may write".into(),
        );
        for project in projects {
            // The type need not exist: a token without the right is refused before anybody looks.
            match client.create_work_item(project, "Task", &draft, true).await {
                Err(error @ (Error::MissingScope { .. } | Error::Unauthenticated { .. })) => {
                    steps.failed(StepId::WorkItemsWrite, &error, self.subject());
                    steps.say(
                        StepId::WorkItemsWrite,
                        "The token may read work items, and not write them.",
                    );
                    return;
                }
                // Its owner may not write there; another project may do.
                Err(Error::Forbidden { .. }) => {}
                Err(error) if is_no_answer(&error) => {
                    steps.failed(StepId::WorkItemsWrite, &error, self.subject());
                    return;
                }
                Ok(_) | Err(_) => {
                    steps.set(
                        StepId::WorkItemsWrite,
                        StepState::Ok,
                        "The token may read and write them.",
                    );
                    return;
                }
            }
        }
        let detail = match projects {
            [] => "It may read them. Whether it may write them is known when tried: there is no project to try it in.",
            _ => {
                "It may read them. Its owner may not create work items in the projects that were tried; others were not."
            }
        };
        steps.set(StepId::WorkItemsWrite, StepState::Unknown, detail);
    }

    fn failed(&self, steps: Steps, problem: CheckProblem, found: Option<Discovered>) -> Checked {
        Checked {
            checklist: self.checklist(steps, Some(problem), found.as_ref()),
            found,
        }
    }

    fn checklist(&self, steps: Steps, problem: Option<CheckProblem>, found: Option<&Discovered>) -> Checklist {
        let server = found.map(|found| CheckedServer {
            url: self.collection.url().to_owned(),
            organization: self.collection.name().to_owned(),
            flavor: flavor_text(found.versions.flavor()),
            api: found.versions.spoken(),
            instance_id: found.connection.instance_id.clone(),
        });
        let owner = found.map(|found| CheckedOwner {
            name: found.connection.user.display_name.clone(),
            unique_name: found.connection.user.unique_name.clone(),
        });
        let mut warnings = Vec::new();
        if self.collection.is_plain_http() && self.allows_plain_http {
            warnings.push("The address is not encrypted: the token travels in the clear.".to_owned());
        }
        let token_page = match found {
            Some(found) => self.collection.token_page_of(found.versions.flavor()),
            None => self.collection.token_page(),
        };
        Checklist {
            holds: problem.is_none(),
            server,
            owner,
            token_page: Some(token_page),
            steps: steps.list,
            problem,
            warnings,
        }
    }

    /// What the check is about, for the words.
    pub fn subject(&self) -> Subject<'_> {
        Subject {
            host: self.collection.host(),
            organization: self.collection.name(),
            is_services: self.collection.is_services_host(),
        }
    }
}

impl Checklist {
    /// A problem that only the caller can know of, in the place of the one that was found.
    pub fn with_problem(mut self, problem: CheckProblem) -> Self {
        self.holds = false;
        self.problem = Some(problem);
        self
    }
}

fn counted(n: usize, noun: &str) -> String {
    match n {
        1 => format!("1 {noun}"),
        n => format!("{n} {noun}s"),
    }
}
