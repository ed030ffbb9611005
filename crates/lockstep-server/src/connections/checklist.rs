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

/// One question and its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CheckStep {
    /// Which question.
    pub id: StepId,
    /// The question in words, or the right as Azure DevOps calls it.
    pub title: &'static str,
    /// Whether it is needed.
    pub kind: StepKind,
    /// The answer.
    pub state: StepState,
    /// The answer in words.
    pub detail: String,
    /// What having it makes possible, for what is optional.
    pub unlocks: Option<&'static str>,
}

/// The questions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StepId {
    /// Does the server answer?
    Server,
    /// Is there such an organization or collection?
    Organization,
    /// Does it take the token?
    Token,
    /// May it read and write work items?
    WorkItemsWrite,
    /// May it see projects and teams?
    ProjectRead,
    /// May it see service hooks?
    HooksRead,
    /// May its owner make service hooks?
    HooksEdit,
}

/// Whether something is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    /// Nothing works without it.
    Required,
    /// It would make more possible.
    Optional,
}

/// The answer to a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    /// Yes.
    Ok,
    /// No.
    Missing,
    /// Can't be known before it is done.
    Unknown,
    /// An earlier question had the wrong answer.
    NotTried,
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

/// The steps while they are being answered.
struct Steps {
    list: Vec<CheckStep>,
    /// What kept a needed question from being answered.
    trouble: Option<CheckProblem>,
}

impl Steps {
    fn new(purpose: CheckPurpose) -> Self {
        use StepId::*;
        let step = |id: StepId, title, kind, unlocks| CheckStep {
            id,
            title,
            kind,
            state: StepState::NotTried,
            detail: "Not tried.".to_owned(),
            unlocks,
        };
        let optional = StepKind::Optional;
        let project_read = match purpose {
            CheckPurpose::Connection => StepKind::Required,
            CheckPurpose::OwnToken => optional,
        };
        let mut list = vec![
            step(Server, "The server answers", StepKind::Required, None),
            step(Organization, "The organization is there", StepKind::Required, None),
            step(Token, "The token is accepted", StepKind::Required, None),
            step(WorkItemsWrite, "Work Items (read & write)", StepKind::Required, None),
            step(ProjectRead, "Project and Team (read)", project_read, None),
        ];
        if purpose == CheckPurpose::Connection {
            list.push(step(
                HooksRead,
                "See service hooks",
                optional,
                Some("Lockstep shows which hooks there are and how they fare."),
            ));
            list.push(step(
                HooksEdit,
                "Create service hooks",
                optional,
                Some("Lockstep can set up and repair the hooks. Without it: by hand, or polling."),
            ));
        }
        Self { list, trouble: None }
    }

    fn set(&mut self, id: StepId, state: StepState, detail: impl Into<String>) {
        if let Some(step) = self.list.iter_mut().find(|step| step.id == id) {
            (step.state, step.detail) = (state, detail.into());
        }
    }

    fn say(&mut self, id: StepId, detail: &str) {
        if let Some(step) = self.list.iter_mut().find(|step| step.id == id) {
            step.detail = detail.to_owned();
        }
    }

    fn first_contact_failed(&mut self, error: &Error) {
        match error {
            Error::NotFound { .. } => {
                self.set(StepId::Server, StepState::Ok, "It answers.");
                self.set(StepId::Organization, StepState::Missing, "It is not there.");
            }
            Error::Unauthenticated { .. } | Error::MissingScope { .. } | Error::Forbidden { .. } => {
                self.set(StepId::Server, StepState::Ok, "It answers.");
                self.set(StepId::Token, StepState::Missing, "It is not accepted.");
            }
            _ => self.set(
                StepId::Server,
                StepState::Missing,
                "It does not answer as Azure DevOps does.",
            ),
        }
    }

    /// A right was tried and refused, or could not be tried at all.
    fn failed(&mut self, id: StepId, error: &Error, subject: Subject<'_>) {
        let kind = self.list.iter().find(|step| step.id == id).map(|step| step.kind);
        if is_no_answer(error) {
            self.set(
                id,
                StepState::Unknown,
                "It could not be tried: the server did not answer.",
            );
            if kind == Some(StepKind::Required) && self.trouble.is_none() {
                self.trouble = Some(CheckProblem::of(error, subject));
            }
            return;
        }
        // After the first contact worked, a 401 is about the right and not about the token.
        self.set(id, StepState::Missing, "Not allowed.");
    }

    fn missing_right(&self) -> Option<CheckProblem> {
        let is_missing = |step: &&CheckStep| step.kind == StepKind::Required && step.state == StepState::Missing;
        let missing: Vec<&str> = self.list.iter().filter(is_missing).map(|step| step.title).collect();
        (!missing.is_empty()).then(|| CheckProblem::missing_right(&missing))
    }
}

/// Whether an error says nothing about the right that was tried.
fn is_no_answer(error: &Error) -> bool {
    matches!(
        error,
        Error::Transport(_)
            | Error::Unavailable { .. }
            | Error::Unreadable { .. }
            | Error::NotAzureDevOps { .. }
            | Error::Redirected { .. }
            | Error::Throttled { .. }
            | Error::VersionOutOfRange { .. }
    )
}

fn counted(n: usize, noun: &str) -> String {
    match n {
        1 => format!("1 {noun}"),
        n => format!("{n} {noun}s"),
    }
}
