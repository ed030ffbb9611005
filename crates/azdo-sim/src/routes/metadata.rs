//! Work item types, states, fields, categories, relation types, tags. Source: wit in the specification.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{Answer, Call, Handled, list};
use crate::Sim;
use crate::fields::{self, Access, FIELDS, Field, Kind};
use crate::link_types::{self, RELATION_TYPES, RelationType};
use crate::process::{self, CATEGORIES, TYPES, WorkItemType};
use crate::refusal::Refusal;
use crate::values;

impl Sim {
    pub(super) fn list_types(&self, call: &Call) -> Handled {
        let project = call.required_project()?;
        Ok(list(TYPES.iter().map(|t| self.type_json(project, t)).collect()))
    }

    pub(super) fn get_type(&self, call: &Call, name: &str) -> Handled {
        Ok(Answer::Json(self.type_json(call.required_project()?, find_type(name)?)))
    }

    pub(super) fn list_states(&self, call: &Call, name: &str) -> Handled {
        call.required_project()?;
        Ok(list(states_json(find_type(name)?)))
    }

    fn type_json(&self, project: usize, work_item_type: &WorkItemType) -> Value {
        let of_type: Vec<Value> = FIELDS
            .iter()
            .filter(|field| field.is_of(work_item_type.name))
            .map(|field| self.field_instance(field, false))
            .collect();
        let mut transitions = Map::new();
        let restricted = self.doubts().transitions_restricted;
        for from in std::iter::once("").chain(work_item_type.states.iter().map(|state| state.name)) {
            let next = work_item_type
                .next_states(from, restricted)
                .into_iter()
                .map(|to| json!({"to": to, "actions": null}));
            transitions.insert(from.to_owned(), next.collect());
        }
        json!({
            "name": work_item_type.name,
            "referenceName": work_item_type.reference_name,
            "description": work_item_type.description,
            "color": work_item_type.color,
            "icon": {
                "id": work_item_type.icon,
                "url": format!("{}/_apis/wit/workItemIcons/{}?color={}&v=2", self.collection_url(), work_item_type.icon, work_item_type.color),
            },
            "isDisabled": false,
            "xmlForm": "",
            "fields": of_type.clone(),
            "fieldInstances": of_type,
            "transitions": transitions,
            "states": states_json(work_item_type),
            "url": format!("{}/_apis/wit/workItemTypes/{}", self.project_url(project), work_item_type.name.replace(' ', "%20")),
        })
    }

    pub(super) fn list_type_fields(&self, call: &Call, name: &str) -> Handled {
        call.required_project()?;
        let work_item_type = find_type(name)?;
        let fields = FIELDS.iter().filter(|field| field.is_of(work_item_type.name));
        Ok(list(
            fields
                .map(|field| self.field_of_type(call, work_item_type, field))
                .collect(),
        ))
    }

    pub(super) fn get_type_field(&self, call: &Call, name: &str, field: &str) -> Handled {
        call.required_project()?;
        let work_item_type = find_type(name)?;
        let found = fields::find(field)
            .filter(|field| field.is_of(work_item_type.name))
            .ok_or_else(|| no_field(field))?;
        Ok(Answer::Json(self.field_of_type(call, work_item_type, found)))
    }

    fn field_of_type(&self, call: &Call, work_item_type: &WorkItemType, field: &Field) -> Value {
        let wanted = call.param("$expand").unwrap_or_default().to_lowercase();
        let with_values = matches!(wanted.as_str(), "all" | "allowedvalues" | "1" | "3");
        let mut shown = self.field_instance(field, with_values);
        let of_state = field.reference_name == "System.State";
        if with_values && of_state {
            shown["allowedValues"] = work_item_type.states.iter().map(|state| json!(state.name)).collect();
        }
        let default = work_item_type
            .defaults
            .iter()
            .find(|(name, _)| *name == field.reference_name)
            .map(|(_, value)| *value);
        shown["defaultValue"] = if of_state {
            json!(work_item_type.states[0].name)
        } else {
            json!(default)
        };
        shown
    }

    fn field_instance(&self, field: &Field, with_values: bool) -> Value {
        let always_required = matches!(
            field.reference_name,
            "System.Title"
                | "System.State"
                | "System.AreaId"
                | "System.IterationId"
                | "System.AreaPath"
                | "System.IterationPath"
        );
        let mut shown = json!({
            "defaultValue": null,
            "alwaysRequired": always_required,
            "dependentFields": [],
            "referenceName": field.reference_name,
            "name": field.name,
            "url": format!("{}/_apis/wit/fields/{}", self.collection_url(), field.reference_name),
        });
        if with_values {
            let allowed = process::allowed_values(field.reference_name);
            let people = self.organization.people.iter().map(|person| self.identity(person));
            shown["allowedValues"] = if field.kind == Kind::Identity {
                people.collect()
            } else {
                allowed.iter().map(|value| json!(value)).collect()
            };
        }
        shown
    }

    pub(super) fn list_fields(&self, call: &Call) -> Handled {
        Ok(list(
            FIELDS.iter().map(|field| self.field_definition(call, field)).collect(),
        ))
    }

    pub(super) fn get_field(&self, call: &Call, name: &str) -> Handled {
        let field = fields::find(name).ok_or_else(|| no_field(name))?;
        Ok(Answer::Json(self.field_definition(call, field)))
    }

    fn field_definition(&self, call: &Call, field: &Field) -> Value {
        let base = call
            .project
            .map_or_else(|| self.collection_url(), |project| self.project_url(project));
        let is_long = matches!(field.kind, Kind::Html | Kind::History);
        let operations = if is_long {
            vec![("SupportedOperations.ContainsWords", "Contains Words")]
        } else {
            vec![
                ("SupportedOperations.Equals", "="),
                ("SupportedOperations.NotEquals", "<>"),
                ("SupportedOperations.In", "In"),
            ]
        };
        json!({
            "name": field.name,
            "referenceName": field.reference_name,
            "description": null,
            "type": field.kind.word(),
            "usage": "workItem",
            "readOnly": field.access != Access::Client,
            "canSortBy": !is_long,
            "isQueryable": true,
            "supportedOperations": operations.into_iter().map(|(name, word)| json!({"referenceName": name, "name": word})).collect::<Vec<_>>(),
            "isIdentity": field.kind == Kind::Identity,
            "isPicklist": false,
            "isPicklistSuggested": false,
            "isLocked": false,
            "url": format!("{base}/_apis/wit/fields/{}", field.reference_name),
        })
    }

    pub(super) fn list_categories(&self, call: &Call) -> Handled {
        let project = call.required_project()?;
        Ok(list(
            (0..CATEGORIES.len())
                .map(|at| self.category_json(project, at))
                .collect(),
        ))
    }

    pub(super) fn get_category(&self, call: &Call, name: &str) -> Handled {
        let project = call.required_project()?;
        let at = CATEGORIES
            .iter()
            .position(|(_, reference, _)| reference.eq_ignore_ascii_case(name));
        let message = format!("VS402324: Work item type category {name} does not exist.");
        let at = at.ok_or_else(|| Refusal::tracking(404, "WorkItemTypeCategoryNotFoundException", message))?;
        Ok(Answer::Json(self.category_json(project, at)))
    }

    fn category_json(&self, project: usize, at: usize) -> Value {
        let (name, reference, types) = CATEGORIES[at];
        let base = format!("{}/_apis/wit", self.project_url(project));
        let type_ref =
            |name: &str| json!({"name": name, "url": format!("{base}/workItemTypes/{}", name.replace(' ', "%20"))});
        json!({
            "name": name,
            "referenceName": reference,
            "defaultWorkItemType": type_ref(types[0]),
            "workItemTypes": types.iter().map(|name| type_ref(name)).collect::<Vec<_>>(),
            "url": format!("{base}/workItemTypeCategories/{reference}"),
        })
    }

    pub(super) fn list_relation_types(&self) -> Handled {
        Ok(list(
            RELATION_TYPES.iter().map(|end| self.relation_type_json(end)).collect(),
        ))
    }

    pub(super) fn get_relation_type(&self, name: &str) -> Handled {
        let message = format!("VS402317: Relation type {name} does not exist.");
        let end = link_types::find(name)
            .ok_or_else(|| Refusal::tracking(404, "WorkItemRelationTypeNotFoundException", message))?;
        Ok(Answer::Json(self.relation_type_json(end)))
    }

    fn relation_type_json(&self, end: &RelationType) -> Value {
        let attributes = match end.is_work_item_link() {
            true => json!({
                "usage": end.usage,
                "editable": false,
                "enabled": true,
                "acyclic": end.is_acyclic,
                "directional": end.topology != "network",
                "singleTarget": end.is_single,
                "topology": end.topology,
                "isForward": end.is_forward,
                "oppositeEndReferenceName": end.opposite,
            }),
            false => json!({"usage": end.usage, "editable": false, "enabled": true}),
        };
        json!({
            "attributes": attributes,
            "referenceName": end.reference_name,
            "name": end.name,
            "url": format!("{}/_apis/wit/workItemRelationTypes/{}", self.collection_url(), end.reference_name),
        })
    }

    pub(super) fn list_tags(&self, call: &Call) -> Handled {
        let project = call.required_project()?;
        let items = self
            .organization
            .items
            .values()
            .filter(|item| item.project == project && item.is_live());
        let names: BTreeSet<String> = items.flat_map(|item| values::tags(item.text("System.Tags"))).collect();
        let base = format!("{}/_apis/wit/tags", self.project_url(project));
        // A tag's id is made from its name: the same every time, and nothing has to be kept.
        let tag = |name: String| {
            let id = name
                .bytes()
                .fold(0u64, |hash, byte| hash.wrapping_mul(1099).wrapping_add(byte.into()));
            json!({"id": crate::Dice::new(id).guid(), "name": name.clone(), "url": format!("{base}/{name}")})
        };
        Ok(list(names.into_iter().map(tag).collect()))
    }
}

fn states_json(work_item_type: &WorkItemType) -> Vec<Value> {
    let state = |state: &process::State| json!({"name": state.name, "color": state.color, "category": state.category});
    work_item_type.states.iter().map(state).collect()
}

fn find_type(name: &str) -> Result<&'static WorkItemType, Refusal> {
    process::find(name).ok_or_else(|| {
        let message = format!(
            "VS402323: Work item type {name} does not exist in project or you do not have permission to access it."
        );
        Refusal::tracking(404, "WorkItemTypeNotFoundException", message)
    })
}

fn no_field(name: &str) -> Refusal {
    Refusal::tracking(
        404,
        "WorkItemTrackingFieldDefinitionNotFoundException",
        format!("TF51535: Cannot find field {name}."),
    )
}
