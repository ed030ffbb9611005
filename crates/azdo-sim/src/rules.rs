//! What a work item refuses, and what it sets by itself when saved.
//!
//! Works on a draft: reads the fields a document names, then holds the whole against the type's rules. Every field that
//! breaks one is named in the refusal. Nothing is committed here.

use serde_json::{Value, json};

use crate::Sim;
use crate::clock;
use crate::fields::{self, Access, Field, Kind};
use crate::nodes::Tree;
use crate::patch::Document;
use crate::process;
use crate::refusal::{BrokenRule, Refusal};
use crate::values;
use crate::work_item::{Fields, WorkItem};
use crate::write::{Author, Draft, field_changes};

impl Sim {
    /// Takes a document's fields into the draft and applies the rules.
    pub(crate) fn draft_fields(
        &self,
        now_us: i64,
        author: &Author,
        draft: &mut Draft,
        before: Option<&WorkItem>,
        document: &Document,
    ) -> Result<(), Refusal> {
        let old = before.map(|item| item.fields().clone()).unwrap_or_default();
        let mut broken = Vec::new();
        if author.bypass_rules && !author.person.is_administrator {
            let message = "TF401027: You need the Bypass rules on work item updates permission to perform this action.";
            return Err(Refusal::tracking(403, "AccessCheckException", message));
        }
        // The project and the type come first: the other fields are read in their light.
        for (name, value, _) in field_changes(document) {
            match fields::find(name).map(|field| field.reference_name) {
                Some("System.TeamProject") => self.draft_project(draft, value)?,
                Some("System.WorkItemType") => draft_type(draft, value, &mut broken),
                _ => {}
            }
        }
        for (name, value, is_replace) in field_changes(document) {
            let Some(field) = fields::find(name) else {
                let message = format!("TF51535: Cannot find field {name}.");
                return Err(Refusal::tracking(
                    400,
                    "WorkItemTrackingFieldDefinitionNotFoundException",
                    message,
                ));
            };
            if is_replace
                && !self.doubts().replace_adds
                && !draft.fields.contains_key(field.reference_name)
                && field.kind != Kind::TreePath
            {
                return Err(Refusal::bad_patch(&format!(
                    "The field {name} has no value to replace."
                )));
            }
            self.draft_field(author, draft, field, value, &mut broken)?;
        }
        if !author.bypass_rules {
            self.check_state(draft, &old, &mut broken);
            check_required_and_lists(draft, &mut broken);
            self.check_custom_rules(draft, &mut broken);
        }
        if !broken.is_empty() {
            return Err(Refusal::rules(broken));
        }
        self.set_by_server(now_us, author, draft, &old, document);
        Ok(())
    }

    fn draft_field(
        &self,
        author: &Author,
        draft: &mut Draft,
        field: &'static Field,
        value: &Value,
        broken: &mut Vec<BrokenRule>,
    ) -> Result<(), Refusal> {
        let name = field.reference_name;
        if matches!(name, "System.TeamProject" | "System.WorkItemType") {
            return Ok(());
        }
        let is_node_id = matches!(name, "System.AreaId" | "System.IterationId");
        let is_closed = match field.access {
            Access::Client => false,
            Access::Server => !author.bypass_rules || matches!(name, "System.CommentCount" | "System.Parent"),
            Access::Hidden => !is_node_id,
        };
        if is_closed {
            let message = format!("TF401326: Invalid field status 'ReadOnly' for field '{name}'.");
            broken.push(BrokenRule::worded(name, "readOnly", 64, message));
            return Ok(());
        }
        let type_name = draft.fields["System.WorkItemType"].as_str().unwrap_or_default();
        if !field.is_of(type_name) {
            let message = format!(
                "TF401320: Rule Error for field {}. Error code: InvalidNotInType. Work item type {type_name} does not have it.",
                field.name
            );
            broken.push(BrokenRule::worded(name, "invalidNotInType", 128, message));
            return Ok(());
        }
        if field.kind == Kind::TreePath || is_node_id {
            return self.draft_node(draft, field, value, broken);
        }
        match values::read(&self.organization, self.doubts(), field, value) {
            Ok(Value::String(text)) if field.kind == Kind::History => draft.comment = Some(text),
            Ok(_) if field.kind == Kind::History => {}
            Ok(Value::Null) => {
                draft.fields.remove(name);
            }
            Ok(value) => {
                draft.fields.insert(name, value);
            }
            Err(rule) => broken.push(rule),
        }
        Ok(())
    }

    fn draft_node(
        &self,
        draft: &mut Draft,
        field: &Field,
        value: &Value,
        broken: &mut Vec<BrokenRule>,
    ) -> Result<(), Refusal> {
        let is_area = matches!(field.reference_name, "System.AreaPath" | "System.AreaId");
        let (tree, stored) = if is_area {
            (Tree::Area, "System.AreaId")
        } else {
            (Tree::Iteration, "System.IterationId")
        };
        let by_text = value.as_str().and_then(|path| self.organization.nodes.find(tree, path));
        let node = by_text
            .or_else(|| value.as_i64())
            .and_then(|id| self.organization.nodes.get(id));
        match node.filter(|node| node.tree == tree && node.project == draft.project) {
            Some(node) => {
                draft.fields.insert(stored, json!(node.id));
                Ok(())
            }
            None => {
                let message = format!(
                    "TF401347: Invalid tree name given for work item, field '{}'.",
                    field.reference_name
                );
                if self.doubts().tree_refusal_names_field {
                    broken.push(BrokenRule::worded(field.reference_name, "invalidPath", 512, message));
                    return Ok(());
                }
                Err(Refusal::tracking(400, "WorkItemInvalidTreeNameException", message))
            }
        }
    }

    fn draft_project(&self, draft: &mut Draft, value: &Value) -> Result<(), Refusal> {
        let name = value.as_str().unwrap_or_default();
        let project = self
            .organization
            .project(name)
            .ok_or_else(|| Refusal::no_project(name))?;
        if project != draft.project {
            draft.project = project;
            let nodes = &self.organization.nodes;
            draft
                .fields
                .insert("System.AreaId", json!(nodes.root(project, Tree::Area)));
            draft
                .fields
                .insert("System.IterationId", json!(nodes.root(project, Tree::Iteration)));
        }
        Ok(())
    }

    fn check_state(&self, draft: &mut Draft, old: &Fields, broken: &mut Vec<BrokenRule>) {
        let text =
            |fields: &Fields, name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let Some(work_item_type) = process::find(&text(&draft.fields, "System.WorkItemType")) else {
            return;
        };
        let is_same_type = text(old, "System.WorkItemType") == work_item_type.name;
        let from = if is_same_type {
            text(old, "System.State")
        } else {
            String::new()
        };
        let wanted = text(&draft.fields, "System.State");
        let wanted = if wanted.is_empty() {
            work_item_type.states[0].name.to_owned()
        } else {
            wanted
        };
        let Some(state) = work_item_type.state(&wanted) else {
            broken.push(self.refused_state(&wanted, "hasValues, limitedToValues, allowsOldValue, invalidListValue"));
            return;
        };
        draft.fields.insert("System.State", json!(state.name));
        if state.name == from {
            return;
        }
        let restricted = self.doubts().transitions_restricted;
        let is_allowed = match from.is_empty() {
            true => self.doubts().create_in_any_state || state.name == work_item_type.states[0].name,
            false => work_item_type.next_states(&from, restricted).contains(&state.name),
        };
        if !is_allowed {
            broken.push(self.refused_state(state.name, "hasValues, limitedToValues, invalidListValue"));
        }
    }

    fn refused_state(&self, wanted: &str, flags: &'static str) -> BrokenRule {
        if self.doubts().state_refusal_says_tf401320 {
            return BrokenRule::tf401320("System.State", "State", flags, 1_048_835);
        }
        let message =
            format!("The field 'State' contains the value '{wanted}' that is not in the list of supported values");
        BrokenRule::worded("System.State", flags, 1_048_835, message)
    }

    /// Dates and people that follow the state, the reason.
    fn set_by_server(&self, now_us: i64, author: &Author, draft: &mut Draft, old: &Fields, document: &Document) {
        let state_was = old.get("System.State").and_then(Value::as_str).unwrap_or_default();
        let Some(state_is) = draft
            .fields
            .get("System.State")
            .and_then(Value::as_str)
            .map(str::to_owned)
        else {
            return;
        };
        if state_is == state_was {
            return;
        }
        let type_name = draft.fields["System.WorkItemType"].as_str().unwrap_or_default();
        let Some(state) = process::find(type_name).and_then(|t| t.state(&state_is)) else {
            return;
        };
        let named = |name: &str| field_changes(document).any(|(n, _, _)| n.eq_ignore_ascii_case(name));
        let stamp = json!(clock::iso(clock::stored(now_us), self.doubts().long_fractions));
        let who = json!(author.person.unique_name);
        let fields = &mut draft.fields;
        if !named("System.Reason") {
            fields.insert("System.Reason", json!(process::reason(state_was, state)));
        }
        fields.insert("Microsoft.VSTS.Common.StateChangeDate", stamp.clone());
        let clear = |fields: &mut Fields, verb: &str| {
            fields.remove(&format!("Microsoft.VSTS.Common.{verb}Date"));
            fields.remove(&format!("Microsoft.VSTS.Common.{verb}By"));
        };
        let mark = |fields: &mut Fields, verb: &str| {
            for (suffix, value) in [("Date", &stamp), ("By", &who)] {
                let name = format!("Microsoft.VSTS.Common.{verb}{suffix}");
                if !named(&name) {
                    fields.insert(&name, value.clone());
                }
            }
        };
        match state.category {
            "InProgress" => {
                mark(fields, "Activated");
                clear(fields, "Resolved");
                clear(fields, "Closed");
            }
            "Resolved" => {
                mark(fields, "Resolved");
                clear(fields, "Closed");
            }
            "Completed" => mark(fields, "Closed"),
            _ => ["Activated", "Resolved", "Closed"]
                .iter()
                .for_each(|verb| clear(fields, verb)),
        }
    }
}

fn draft_type(draft: &mut Draft, value: &Value, broken: &mut Vec<BrokenRule>) {
    let Some(work_item_type) = value.as_str().and_then(process::find) else {
        broken.push(BrokenRule::tf401320(
            "System.WorkItemType",
            "Work Item Type",
            "hasValues, limitedToValues, invalidListValue",
            1_048_835,
        ));
        return;
    };
    if draft.fields["System.WorkItemType"] == json!(work_item_type.name) {
        return;
    }
    draft.fields.insert("System.WorkItemType", json!(work_item_type.name));
    draft
        .fields
        .retain(|name| fields::find(name).is_none_or(|field| field.is_of(work_item_type.name)));
    let state = draft
        .fields
        .get("System.State")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if work_item_type.state(state).is_none() {
        draft
            .fields
            .insert("System.State", json!(work_item_type.states[0].name));
    }
}

fn check_required_and_lists(draft: &Draft, broken: &mut Vec<BrokenRule>) {
    if !draft.fields.contains_key("System.Title") && !broken.iter().any(|rule| rule.field == "System.Title") {
        broken.push(BrokenRule::tf401320(
            "System.Title",
            "Title",
            "required, invalidEmpty",
            524_289,
        ));
    }
    for (name, value) in draft.fields.iter() {
        let allowed = process::allowed_values(name);
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        if !allowed.is_empty() && !allowed.contains(&text.as_str()) {
            let friendly = fields::find(name).map_or(name, |field| field.name);
            broken.push(BrokenRule::tf401320(
                name,
                friendly,
                "hasValues, limitedToValues, allowsOldValue, invalidListValue",
                1_048_834,
            ));
        }
    }
}
