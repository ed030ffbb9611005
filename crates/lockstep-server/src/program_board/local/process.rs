//! The work item types of a local board: features above stories and bugs, with the states that Azure DevOps' Agile process
//! gives them, so that most find their like when the board is connected.

use azdo::StateCategory;

use crate::action_items::types::{StateInfo, TypeInfo};

/// The state that everything begins in.
pub const FIRST_STATE: &str = "New";
/// The field of the load.
pub const POINTS: &str = "Microsoft.VSTS.Scheduling.StoryPoints";

/// The types.
pub fn types() -> Vec<TypeInfo> {
    let made = |name: &str, color: &str, icon: &str| TypeInfo {
        name: name.to_owned(),
        color: Some(color.to_owned()),
        icon: Some(icon.to_owned()),
        states: states(),
        fields: Vec::new(),
        is_disabled: false,
    };
    vec![
        made("Feature", "773B93", "icon_trophy"),
        made("User Story", "009CCC", "icon_book"),
        made("Bug", "CC293D", "icon_insect"),
    ]
}

fn states() -> Vec<StateInfo> {
    [
        (FIRST_STATE, "B2B2B2", StateCategory::Proposed),
        ("Active", "007ACC", StateCategory::InProgress),
        ("Resolved", "FF9D00", StateCategory::Resolved),
        ("Closed", "339933", StateCategory::Completed),
        ("Removed", "FFFFFF", StateCategory::Removed),
    ]
    .into_iter()
    .map(|(name, color, category)| StateInfo::new(name, Some(color.to_owned()), category))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_begins_in_a_state_that_means_not_begun() {
        for kind in types() {
            assert_eq!(kind.category(FIRST_STATE), StateCategory::Proposed, "{}", kind.name);
            assert!(kind.has_field(POINTS));
        }
    }
}
