//! What the service says when it refuses: status and error envelope.
//!
//! Texts and keys follow the handbook's observed bodies; where a key is not known from one, it is the author's guess
//! and clients are expected to go by status, then key, then the code at the start of the message.

use serde_json::{Value, json};

use crate::SimError;

/// A refusal on its way to becoming an answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Refusal {
    pub status: u16,
    pub namespace: &'static str,
    pub type_key: &'static str,
    pub message: String,
    pub event_id: i64,
    /// Boxed: a refusal is passed up through many results.
    pub custom: Option<Box<Value>>,
}

const TRACKING: &str = "Microsoft.TeamFoundation.WorkItemTracking.Server";
const WEB_API: &str = "Microsoft.VisualStudio.Services.Common";

impl Refusal {
    pub fn tracking(status: u16, type_key: &'static str, message: impl Into<String>) -> Refusal {
        Refusal {
            status,
            namespace: TRACKING,
            type_key,
            message: message.into(),
            event_id: 3200,
            custom: None,
        }
    }

    pub fn general(status: u16, type_key: &'static str, message: impl Into<String>) -> Refusal {
        Refusal {
            status,
            namespace: WEB_API,
            type_key,
            message: message.into(),
            event_id: 3000,
            custom: None,
        }
    }

    /// Unknown, deleted and out of sight look the same.
    pub fn no_work_item(id: i64) -> Refusal {
        let message = format!("TF401232: Work item {id} does not exist, or you do not have permissions to read it.");
        Refusal::tracking(404, "WorkItemUnauthorizedAccessException", message)
    }

    pub fn no_project(name: &str) -> Refusal {
        let message = format!(
            "TF200016: The following project does not exist: {name}. Verify that the name of the project is correct and that the project exists on the specified Azure DevOps Server."
        );
        Refusal {
            namespace: "Microsoft.TeamFoundation.Core.WebApi",
            ..Refusal::general(404, "ProjectDoesNotExistWithNameException", message)
        }
    }

    pub fn bad_patch(detail: &str) -> Refusal {
        Refusal::general(
            400,
            "VssPropertyValidationException",
            format!("You must pass a valid patch document in the body of the request. {detail}"),
        )
    }

    pub fn bad_argument(message: impl Into<String>) -> Refusal {
        Refusal::general(400, "InvalidArgumentValueException", message)
    }

    pub fn test_failed(path: &str) -> Refusal {
        Refusal {
            namespace: "Microsoft.VisualStudio.Services.WebApi.Patch",
            ..Refusal::general(
                412,
                "TestPatchOperationFailedException",
                format!("VS403351: Test Operation for path {path} failed."),
            )
        }
    }

    /// One or more fields break rules; every one is named, the first gives the message.
    pub fn rules(broken: Vec<BrokenRule>) -> Refusal {
        let first = broken[0].clone();
        let entries: Vec<Value> = broken.iter().map(BrokenRule::to_json).collect();
        Refusal {
            custom: Some(Box::new(json!({
                "ErrorMessage": null,
                "FieldReferenceName": first.field,
                "FieldStatusFlags": first.flags,
                "FieldStatusCode": first.code,
                "RuleValidationErrors": entries,
            }))),
            ..Refusal::tracking(400, "RuleValidationException", first.message)
        }
    }

    /// The error envelope as it goes over the wire.
    pub fn envelope(&self) -> Value {
        let mut body = json!({"$id": "1"});
        if let Some(custom) = &self.custom {
            body["customProperties"] = custom.as_ref().clone();
        }
        body["innerException"] = Value::Null;
        body["message"] = json!(self.message);
        body["typeName"] = json!(format!("{}.{}, {}", self.namespace, self.type_key, self.namespace));
        body["typeKey"] = json!(self.type_key);
        body["errorCode"] = json!(0);
        body["eventId"] = json!(self.event_id);
        body
    }
}

impl From<Refusal> for SimError {
    fn from(refusal: Refusal) -> SimError {
        SimError::Refused {
            status: refusal.status,
            type_key: refusal.type_key.to_owned(),
            message: refusal.message,
        }
    }
}

/// One field that breaks a rule.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct BrokenRule {
    pub field: String,
    pub flags: &'static str,
    pub code: i64,
    pub message: String,
}

impl BrokenRule {
    /// `TF401320: Rule Error for field Title. Error code: Required, InvalidEmpty.`
    pub fn tf401320(field: &str, friendly: &str, flags: &'static str, code: i64) -> BrokenRule {
        let words: Vec<String> = flags.split(", ").map(capitalized).collect();
        let message = format!(
            "TF401320: Rule Error for field {friendly}. Error code: {}.",
            words.join(", ")
        );
        BrokenRule {
            field: field.to_owned(),
            flags,
            code,
            message,
        }
    }

    pub fn worded(field: &str, flags: &'static str, code: i64, message: String) -> BrokenRule {
        BrokenRule {
            field: field.to_owned(),
            flags,
            code,
            message,
        }
    }

    fn to_json(&self) -> Value {
        json!({
            "fieldReferenceName": self.field,
            "fieldStatusFlags": self.flags,
            "errorMessage": self.message,
            "fieldStatusCode": self.code,
            "ruleValidationErrors": null,
        })
    }
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
