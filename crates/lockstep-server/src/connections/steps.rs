//! The questions of a check, one line each, and what a failed request says about the one it was asked for.

use azdo::Error;
use serde::Serialize;
use utoipa::ToSchema;

use super::checklist::CheckPurpose;
use super::problems::{CheckProblem, Subject};

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

/// The steps while they are being answered.
pub(super) struct Steps {
    pub list: Vec<CheckStep>,
    /// What kept a needed question from being answered.
    pub trouble: Option<CheckProblem>,
}

impl Steps {
    pub fn new(purpose: CheckPurpose) -> Self {
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

    pub fn set(&mut self, id: StepId, state: StepState, detail: impl Into<String>) {
        if let Some(step) = self.list.iter_mut().find(|step| step.id == id) {
            (step.state, step.detail) = (state, detail.into());
        }
    }

    pub fn say(&mut self, id: StepId, detail: &str) {
        if let Some(step) = self.list.iter_mut().find(|step| step.id == id) {
            step.detail = detail.to_owned();
        }
    }

    pub fn first_contact_failed(&mut self, error: &Error) {
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
    pub fn failed(&mut self, id: StepId, error: &Error, subject: Subject<'_>) {
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

    pub fn missing_right(&self) -> Option<CheckProblem> {
        let is_missing = |step: &&CheckStep| step.kind == StepKind::Required && step.state == StepState::Missing;
        let missing: Vec<&str> = self.list.iter().filter(is_missing).map(|step| step.title).collect();
        (!missing.is_empty()).then(|| CheckProblem::missing_right(&missing))
    }
}

/// Whether an error says nothing about the right that was tried.
pub(super) fn is_no_answer(error: &Error) -> bool {
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
