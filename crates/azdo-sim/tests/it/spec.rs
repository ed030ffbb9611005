//! Microsoft's own specifications, read from their files: answers are held against them.

use std::path::{Path, PathBuf};

use serde_json::Value;

/// Members that real answers carry though the 7.1 definitions leave them out, by where they stand.
const BEYOND: &[(&str, &str)] = &[
    // Handbook 3.1: the example of an update names the work item and relations by these.
    ("WorkItemRelation", "attributes"),
    // Identity members are spread over IdentityRef and GraphSubjectBase.
    ("IdentityRef", "descriptor"),
    // Of later versions, harmless to older clients.
    ("InputDescriptor", "properties"),
];

pub fn folder() -> Option<PathBuf> {
    let given = std::env::var_os("LOCKSTEP_AZDO_SPECS").map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/azure-devops");
    let found = given
        .into_iter()
        .chain([beside])
        .find(|folder| folder.join("specs").is_dir());
    if found.is_none() {
        eprintln!(
            "SKIPPED: Microsoft's specifications are not here; set LOCKSTEP_AZDO_SPECS to the folder that holds specs/ and locations.json"
        );
    }
    found
}

pub fn read(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(text.trim_start_matches('\u{feff}')).unwrap()
}

/// A definition with the members it inherits.
pub struct Spec {
    definitions: Value,
}

impl Spec {
    pub fn load(name: &str) -> Option<Spec> {
        let spec = read(&folder()?.join("specs").join(format!("{name}-7.1.json")));
        Some(Spec {
            definitions: spec["definitions"].clone(),
        })
    }

    pub fn members(&self, name: &str) -> Vec<(String, Value)> {
        let definition = &self.definitions[name];
        assert!(definition.is_object(), "there is no definition {name}");
        let own = definition["properties"].as_object().cloned().unwrap_or_default();
        let mut members: Vec<(String, Value)> = own.into_iter().collect();
        for parent in definition["allOf"].as_array().into_iter().flatten() {
            members.extend(self.members(target(parent).unwrap()));
        }
        members
    }

    /// Every member of `value` is named by the definition and has its type.
    pub fn check(&self, name: &str, value: &Value, at: &str) {
        let members = self.members(name);
        for (key, held) in value
            .as_object()
            .unwrap_or_else(|| panic!("{at} is no object: {value}"))
        {
            let known = members.iter().find(|(member, _)| member == key);
            match known {
                Some((_, schema)) => self.check_schema(schema, held, &format!("{at}.{key}")),
                None => assert!(BEYOND.contains(&(name, key.as_str())), "{at}.{key} is not in {name}"),
            }
        }
    }

    fn check_schema(&self, schema: &Value, value: &Value, at: &str) {
        if value.is_null() {
            return;
        }
        if let Some(name) = target(schema) {
            // Link collections are free in form: {self: {href}}.
            if name != "ReferenceLinks" {
                self.check(name, value, at);
            }
            return;
        }
        match schema["type"].as_str() {
            Some("string") => assert!(value.is_string(), "{at} is no text: {value}"),
            Some("integer") => assert!(value.is_i64() || value.is_u64(), "{at} is no whole number: {value}"),
            Some("number") => assert!(value.is_number(), "{at} is no number: {value}"),
            Some("boolean") => assert!(value.is_boolean(), "{at} is no boolean: {value}"),
            Some("array") => {
                for (index, item) in value
                    .as_array()
                    .unwrap_or_else(|| panic!("{at} is no list: {value}"))
                    .iter()
                    .enumerate()
                {
                    self.check_schema(&schema["items"], item, &format!("{at}[{index}]"));
                }
            }
            Some("object") => {
                if let (Some(inner), Some(object)) = (schema.get("additionalProperties"), value.as_object()) {
                    for (key, held) in object {
                        self.check_schema(inner, held, &format!("{at}.{key}"));
                    }
                }
            }
            _ => {
                if let Some(allowed) = schema["enum"].as_array() {
                    assert!(allowed.contains(value), "{at}: {value} is none of {allowed:?}");
                }
            }
        }
    }

    pub fn check_list(&self, name: &str, answer: &Value) {
        let values = answer["value"]
            .as_array()
            .unwrap_or_else(|| panic!("{name}: no list: {answer}"));
        assert_eq!(answer["count"], values.len());
        assert!(!values.is_empty(), "nothing to check of {name}");
        for value in values {
            self.check(name, value, name);
        }
    }
}

fn target(schema: &Value) -> Option<&str> {
    schema["$ref"]
        .as_str()
        .and_then(|reference| reference.strip_prefix("#/definitions/"))
}
