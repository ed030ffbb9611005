//! Which state of a type means what a local state means.

use azdo::StateCategory;

use crate::action_items::types::TypeInfo;

/// The state that a work item of a type begins in.
pub fn first_state(kind: &TypeInfo) -> Option<&str> {
    let proposed = kind
        .states
        .iter()
        .find(|state| state.category() == StateCategory::Proposed);
    proposed.or(kind.states.first()).map(|state| state.name.as_str())
}

/// The state of a type that means the same: of the same name, else the first of the same category. A type that does not tell
/// resolved from begun has it begun.
pub fn like<'k>(kind: &'k TypeInfo, name: &str, category: StateCategory) -> Option<&'k str> {
    let of = |category| kind.states.iter().find(|state| state.category() == category);
    let found = kind
        .state(name)
        .filter(|state| state.category() == category)
        .or_else(|| of(category));
    let found = found.or_else(|| {
        (category == StateCategory::Resolved)
            .then(|| of(StateCategory::InProgress))
            .flatten()
    });
    found.map(|state| state.name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action_items::types::StateInfo;

    fn kind(states: &[(&str, StateCategory)]) -> TypeInfo {
        let states = states.iter();
        TypeInfo {
            name: "Item".into(),
            color: None,
            icon: None,
            states: states.map(|(name, means)| StateInfo::new(name, None, *means)).collect(),
            fields: Vec::new(),
            is_disabled: false,
        }
    }

    #[test]
    fn a_work_item_begins_in_the_first_state_that_means_not_begun() {
        let kind = kind(&[
            ("Done", StateCategory::Completed),
            ("To do", StateCategory::Proposed),
            ("Approved", StateCategory::Proposed),
        ]);
        assert_eq!(first_state(&kind), Some("To do"));
    }

    #[test]
    fn a_state_of_the_same_name_that_means_something_else_is_another() {
        let kind = kind(&[
            ("Active", StateCategory::Proposed),
            ("Doing", StateCategory::InProgress),
            ("Done", StateCategory::Completed),
        ]);
        assert_eq!(like(&kind, "Active", StateCategory::InProgress), Some("Doing"));
        assert_eq!(like(&kind, "done", StateCategory::Completed), Some("Done"));
        assert_eq!(like(&kind, "Removed", StateCategory::Removed), None);
    }

    #[test]
    fn a_type_that_does_not_tell_resolved_from_begun_has_it_begun() {
        let kind = kind(&[("New", StateCategory::Proposed), ("Doing", StateCategory::InProgress)]);
        assert_eq!(like(&kind, "Resolved", StateCategory::Resolved), Some("Doing"));
    }
}
