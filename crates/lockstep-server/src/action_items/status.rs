//! Status and state: a status here is a view of the state there, by the state's category.
//!
//! An equal category is no difference, so *In review* is never written back as *Active*. *Blocked* is Lockstep's own mark over
//! an open state; Azure DevOps keeps no such thing that every process has.
//!
//! Source: the state categories of `wit` (work item type states): Proposed, InProgress, Resolved, Completed, Removed.

use azdo::StateCategory;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::types::StateInfo;

/// How far an action item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Not begun.
    Open,
    /// Begun.
    InProgress,
    /// Begun or not, and stuck.
    Blocked,
    /// Done.
    Done,
    /// Not to be done.
    WontDo,
}

impl Status {
    /// Every status.
    pub const ALL: [Self; 5] = [Self::Open, Self::InProgress, Self::Blocked, Self::Done, Self::WontDo];

    /// As it is stored and sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::InProgress => "in_progress",
            Self::Blocked => "blocked",
            Self::Done => "done",
            Self::WontDo => "wont_do",
        }
    }

    /// As people read it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "Open",
            Self::InProgress => "In progress",
            Self::Blocked => "Blocked",
            Self::Done => "Done",
            Self::WontDo => "Won’t do",
        }
    }

    /// Whether there is nothing left to do.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::WontDo)
    }
}

/// A status that nobody knows.
#[derive(Debug, thiserror::Error)]
#[error("no such status")]
pub struct NoSuchStatus;

impl TryFrom<String> for Status {
    type Error = NoSuchStatus;
    fn try_from(text: String) -> Result<Self, NoSuchStatus> {
        Self::ALL
            .into_iter()
            .find(|status| status.as_str() == text)
            .ok_or(NoSuchStatus)
    }
}

/// The status that shows a state of `category`.
pub fn shown(category: StateCategory, is_blocked: bool) -> Status {
    match category {
        StateCategory::Completed => Status::Done,
        StateCategory::Removed => Status::WontDo,
        _ if is_blocked => Status::Blocked,
        StateCategory::InProgress | StateCategory::Resolved => Status::InProgress,
        StateCategory::Proposed | StateCategory::Unknown => Status::Open,
    }
}

/// What setting a status comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The state to write; `None` where the state there already means this.
    pub state: Option<String>,
    /// Whether the mark *blocked* stands afterwards.
    pub is_blocked: bool,
}

/// The work item type has no state that means this status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoSuchState;

/// What it takes to show `wanted`, from a state of category `now`, with the states of the work item's type in its order.
pub fn step(wanted: Status, now: StateCategory, states: &[StateInfo]) -> Result<Step, NoSuchState> {
    let is_blocked = wanted == Status::Blocked;
    if means(wanted, now) {
        return Ok(Step {
            state: None,
            is_blocked,
        });
    }
    let state = categories(wanted)
        .iter()
        .find_map(|category| states.iter().find(|state| state.category() == *category));
    match state {
        Some(state) => Ok(Step {
            state: Some(state.name.clone()),
            is_blocked,
        }),
        None => Err(NoSuchState),
    }
}

/// Whether a state of `category` already means `status`.
fn means(status: Status, category: StateCategory) -> bool {
    match status {
        Status::Open => category == StateCategory::Proposed,
        Status::InProgress => matches!(category, StateCategory::InProgress | StateCategory::Resolved),
        Status::Blocked => {
            matches!(
                category,
                StateCategory::Proposed | StateCategory::InProgress | StateCategory::Resolved
            )
        }
        Status::Done => category == StateCategory::Completed,
        Status::WontDo => category == StateCategory::Removed,
    }
}

/// Categories that mean a status, the best first.
const fn categories(status: Status) -> &'static [StateCategory] {
    match status {
        Status::Open => &[StateCategory::Proposed],
        Status::InProgress => &[StateCategory::InProgress, StateCategory::Resolved],
        // Blocked again after it was done: work goes on, and is stuck.
        Status::Blocked => &[StateCategory::InProgress, StateCategory::Proposed],
        Status::Done => &[StateCategory::Completed],
        Status::WontDo => &[StateCategory::Removed],
    }
}

/// What a state of this name means in Microsoft's own processes, for as long as the type's states are not known.
///
/// Source: the states of the Basic, Agile, Scrum and CMMI processes.
pub fn category_by_name(state: &str) -> StateCategory {
    match state.to_lowercase().as_str() {
        "new" | "to do" | "proposed" | "approved" | "design" => StateCategory::Proposed,
        "active" | "doing" | "in progress" | "committed" | "ready" | "open" => StateCategory::InProgress,
        "resolved" => StateCategory::Resolved,
        "closed" | "done" | "completed" => StateCategory::Completed,
        "removed" => StateCategory::Removed,
        _ => StateCategory::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn states(list: &[(&str, StateCategory)]) -> Vec<StateInfo> {
        list.iter()
            .map(|(name, category)| StateInfo::new(name, None, *category))
            .collect()
    }

    fn story() -> Vec<StateInfo> {
        states(&[
            ("New", StateCategory::Proposed),
            ("Active", StateCategory::InProgress),
            ("In review", StateCategory::InProgress),
            ("Resolved", StateCategory::Resolved),
            ("Closed", StateCategory::Completed),
            ("Removed", StateCategory::Removed),
        ])
    }

    #[track_caller]
    fn check(wanted: Status, now: StateCategory, expected: Option<&str>) {
        let step = step(wanted, now, &story()).unwrap();
        assert_eq!(step.state.as_deref(), expected, "{wanted:?} from {now:?}");
        assert_eq!(step.is_blocked, wanted == Status::Blocked);
    }

    #[test]
    fn every_status_is_read_back_from_its_text() {
        for status in Status::ALL {
            assert_eq!(Status::try_from(status.as_str().to_owned()).ok(), Some(status));
        }
        assert!(Status::try_from("closed".to_owned()).is_err());
    }

    #[test]
    fn a_state_is_shown_by_its_category() {
        for (category, expected) in [
            (StateCategory::Proposed, Status::Open),
            (StateCategory::InProgress, Status::InProgress),
            (StateCategory::Resolved, Status::InProgress),
            (StateCategory::Completed, Status::Done),
            (StateCategory::Removed, Status::WontDo),
            (StateCategory::Unknown, Status::Open),
        ] {
            assert_eq!(shown(category, false), expected);
        }
    }

    #[test]
    fn blocked_is_a_mark_over_an_open_state_and_over_no_other() {
        assert_eq!(shown(StateCategory::Proposed, true), Status::Blocked);
        assert_eq!(shown(StateCategory::Resolved, true), Status::Blocked);
        assert_eq!(shown(StateCategory::Completed, true), Status::Done);
        assert_eq!(shown(StateCategory::Removed, true), Status::WontDo);
    }

    #[test]
    fn an_equal_category_writes_nothing() {
        check(Status::Open, StateCategory::Proposed, None);
        check(Status::InProgress, StateCategory::InProgress, None);
        check(Status::InProgress, StateCategory::Resolved, None);
        check(Status::Done, StateCategory::Completed, None);
        check(Status::WontDo, StateCategory::Removed, None);
    }

    #[test]
    fn blocking_open_work_writes_nothing_there() {
        check(Status::Blocked, StateCategory::Proposed, None);
        check(Status::Blocked, StateCategory::InProgress, None);
        check(Status::Blocked, StateCategory::Resolved, None);
    }

    #[test]
    fn the_first_state_of_the_category_is_written() {
        check(Status::InProgress, StateCategory::Proposed, Some("Active"));
        check(Status::Done, StateCategory::InProgress, Some("Closed"));
        check(Status::WontDo, StateCategory::Proposed, Some("Removed"));
        check(Status::Open, StateCategory::Completed, Some("New"));
        check(Status::Blocked, StateCategory::Completed, Some("Active"));
    }

    #[test]
    fn a_type_without_such_a_state_says_so() {
        let bug = states(&[("New", StateCategory::Proposed), ("Closed", StateCategory::Completed)]);
        assert_eq!(step(Status::WontDo, StateCategory::Proposed, &bug), Err(NoSuchState));
        assert_eq!(
            step(Status::InProgress, StateCategory::Proposed, &bug),
            Err(NoSuchState)
        );
    }

    #[test]
    fn a_type_that_only_resolves_is_in_progress_by_it() {
        let odd = states(&[
            ("New", StateCategory::Proposed),
            ("Ready to test", StateCategory::Resolved),
        ]);
        assert_eq!(
            step(Status::InProgress, StateCategory::Proposed, &odd)
                .unwrap()
                .state
                .as_deref(),
            Some("Ready to test")
        );
    }

    #[test]
    fn microsofts_own_states_are_known_before_the_type_is() {
        assert_eq!(category_by_name("Doing"), StateCategory::InProgress);
        assert_eq!(category_by_name("CLOSED"), StateCategory::Completed);
        assert_eq!(category_by_name("Waiting for lunch"), StateCategory::Unknown);
    }
}
