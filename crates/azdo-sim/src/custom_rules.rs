//! Rules that an organization added to its process: a field that is required while the work item is in a state.
//!
//! They hold for whoever writes and whatever is written, and for items that were there before the rule: such an item
//! takes no change until it has the field.

use serde_json::Value;

use crate::Sim;
use crate::fields;
use crate::refusal::BrokenRule;
use crate::write::Draft;

/// `field` is required on work items of this type while they are in this state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequiredInState {
    /// Work item type.
    pub work_item_type: String,
    /// State.
    pub state: String,
    /// Reference name of the field.
    pub field: String,
}

impl Sim {
    /// From now on this rule holds.
    pub fn add_rule(&mut self, rule: RequiredInState) {
        self.organization.rules.push(rule);
    }

    pub(crate) fn check_custom_rules(&self, draft: &Draft, broken: &mut Vec<BrokenRule>) {
        let text = |name: &str| draft.fields.get(name).and_then(Value::as_str).unwrap_or_default();
        for rule in &self.organization.rules {
            let holds_here = rule.work_item_type == text("System.WorkItemType") && rule.state == text("System.State");
            if !holds_here || draft.fields.contains_key(&rule.field) {
                continue;
            }
            let friendly = fields::find(&rule.field).map_or(rule.field.as_str(), |field| field.name);
            let message = format!(
                "TF401320: Rule Error for field {friendly}. Error code: Required, InvalidEmpty. “{friendly}” is required when the state is {}.",
                rule.state
            );
            broken.push(BrokenRule::worded(
                &rule.field,
                "required, invalidEmpty",
                524_289,
                message,
            ));
        }
    }
}
