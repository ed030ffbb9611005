//! The error envelope every Azure DevOps answers refusals with, and the refusals its codes and types stand for.
//!
//! Source: `WrappedException` of Microsoft's client code (actions/runner, `src/Sdk`). The codes are from public reports
//! and the documentation of Azure DevOps' error messages; no specification lists them.

use serde_json::Value;

use crate::body;
use crate::error::{AuthFailure, Error, RuleError};
use crate::model::FieldName;
use crate::refusal::ANONYMOUS_ID;
use crate::transport::Response;
use crate::url;

/// Longest message that is kept, in bytes.
const MESSAGE_BYTES_MAX: usize = 4000;

/// Most rule errors taken from one answer.
const RULE_ERRORS_MAX: usize = 200;

/// The error envelope: `message`, `typeKey`, `customProperties`.
pub(crate) struct Envelope {
    pub type_key: Option<String>,
    pub message: String,
    rules: Vec<RuleError>,
}

impl Envelope {
    pub(crate) fn of(response: &Response) -> Envelope {
        let value = body::json(&response.body).unwrap_or(Value::Null);
        // Some front ends wrap it, and OData-like ones spell it `Message`.
        let object = value.get("value").filter(|v| v.is_object()).unwrap_or(&value);
        let text = |key: &str| object.get(key).and_then(Value::as_str).map(str::to_owned);
        let header = || response.header("x-tfs-serviceerror").map(url::decode);
        let page = || body::is_html(response).then(|| body::page(response));
        let message = text("message").or_else(|| text("Message")).or_else(header).or_else(|| {
            // Of a page only the sentences that are looked for below are of use; it is never shown.
            page().filter(|page| says_expired(page)).map(|_| EXPIRED.to_owned())
        });
        Envelope {
            type_key: text("typeKey").or_else(|| text("typeName").and_then(|name| type_key_of(&name))),
            message: shortened(message.unwrap_or_default()),
            rules: rule_errors(object),
        }
    }

    pub(crate) fn message_if_any(&self) -> Option<String> {
        (!self.message.is_empty()).then(|| self.message.clone())
    }

    /// Whether the message holds a code such as `TF26071`, not as a part of a longer one.
    pub(crate) fn has_code(&self, code: &str) -> bool {
        has_code(&self.message, code)
    }

    fn is_type(&self, type_key: &str) -> bool {
        self.type_key
            .as_deref()
            .is_some_and(|key| key.eq_ignore_ascii_case(type_key))
    }

    /// A refusal whose code or type says what it is, whatever the status.
    pub(crate) fn known_refusal(&self, status: u16) -> Option<Error> {
        if self.is_rev_moved() {
            return Some(Error::RevMoved);
        }
        if self.is_existing_relation() {
            return Some(Error::AlreadyExists);
        }
        if self.is_revision_limit() {
            return Some(Error::Refused {
                status,
                type_key: self.type_key.clone(),
                message: self.message.clone(),
            });
        }
        if status >= 500 || status == 408 {
            return None;
        }
        if self.has_code("TF401349") {
            return Some(Error::TransientConflict);
        }
        if let Some(error) = self.version_out_of_range() {
            return Some(error);
        }
        if self.has_code("TF401232") || self.has_code("TF26198") || self.is_type("WorkItemUnauthorizedAccessException")
        {
            return Some(Error::NotFound {
                message: self.message_if_any(),
            });
        }
        if self.is_rule() {
            return Some(Error::RuleBroken {
                message: self.message.clone(),
                rules: self.rules.clone(),
            });
        }
        if status != 404 && self.is_permission() && self.auth_failure().is_none() && !self.names_a_user() {
            return Some(Error::Forbidden {
                message: self.message.clone(),
            });
        }
        None
    }

    fn is_rev_moved(&self) -> bool {
        self.has_code("TF26071")
            || self.has_code("VS403351")
            || self.is_type("TestPatchOperationFailedException")
            || self.is_type("WorkItemRevisionMismatchException")
    }

    /// TF201036 stands for a second parent too, and that one is a refusal: the words decide.
    fn is_existing_relation(&self) -> bool {
        let message = self.message.to_ascii_lowercase();
        let says_exists = message.contains("already exists") || message.contains("exists already");
        self.is_type("RelationAlreadyExistsException")
            || self.is_type("WorkItemLinkAlreadyExistsException")
            || (self.has_code("TF201036") && says_exists)
            || (self.message.starts_with("Relation already exists"))
    }

    /// A work item with 10,000 revisions takes no more through REST, and says so with a 500.
    fn is_revision_limit(&self) -> bool {
        let message = self.message.to_ascii_lowercase();
        self.type_key
            .as_deref()
            .is_some_and(|key| key.contains("RevisionLimit"))
            || message.contains("revision limit")
            || message.contains("maximum number of revisions")
    }

    fn version_out_of_range(&self) -> Option<Error> {
        if self.is_type("VssVersionOutOfRangeException") {
            return Some(Error::VersionOutOfRange {
                latest: latest_version(&self.message),
            });
        }
        self.is_type("VssInvalidPreviewVersionException")
            .then_some(Error::VersionOutOfRange { latest: None })
    }

    fn is_rule(&self) -> bool {
        const TYPES: [&str; 5] = [
            "RuleValidationException",
            "WorkItemFieldInvalidException",
            "WorkItemTrackingRuleValidationAggregateException",
            "InvalidWorkItemFieldException",
            "WorkItemFieldNotFoundException",
        ];
        !self.rules.is_empty()
            || TYPES.iter().any(|key| self.is_type(key))
            || ["TF401320", "TF401326", "TF401347"]
                .iter()
                .any(|code| self.has_code(code))
    }

    pub(crate) fn is_permission(&self) -> bool {
        const CODES: [&str; 6] = ["TF401027", "TF237111", "VS403403", "TF400409", "TF50309", "TF14045"];
        const TYPES: [&str; 4] = [
            "AccessCheckException",
            "AccessDeniedException",
            "WorkItemUnauthorizedSaveException",
            "InsufficientPermissionsException",
        ];
        CODES.iter().any(|code| self.has_code(code)) || TYPES.iter().any(|key| self.is_type(key))
    }

    /// An expired token or a policy, if the words say so.
    pub(crate) fn auth_failure(&self) -> Option<AuthFailure> {
        if says_expired(&self.message) {
            return Some(AuthFailure::Expired);
        }
        let message = self.message.to_ascii_lowercase();
        let is_policy = ["VS403463", "TF909091", "VS403421", "TF400893"]
            .iter()
            .any(|code| self.has_code(code))
            || message.contains("conditional access")
            || message.contains("currently deleted within")
            || message.contains("alternate credential")
            || message.contains("ip address is not allowed");
        is_policy.then(|| AuthFailure::Policy(self.message.clone()))
    }

    /// `TF400813: The user '<id or name>' is not authorized`: with somebody between the quotes the token's owner is
    /// known, and it is the token that lacks a right.
    pub(crate) fn names_a_user(&self) -> bool {
        if !self.has_code("TF400813") {
            return false;
        }
        let rest = self
            .message
            .split_once("TF400813")
            .map(|(_, rest)| rest)
            .unwrap_or_default();
        // Languages differ in their quotes.
        let is_quote = |c: char| matches!(c, '\'' | '"' | '\u{2018}'..='\u{201f}' | '«' | '»');
        let mut parts = rest.split(is_quote);
        let (_, user) = (parts.next(), parts.next().unwrap_or_default().trim());
        !user.is_empty() && !user.to_ascii_lowercase().contains(ANONYMOUS_ID)
    }
}

const EXPIRED: &str = "The Personal Access Token used has expired.";

pub(crate) fn says_expired(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    text.contains("personal access token") && text.contains("has expired")
}

fn has_code(message: &str, code: &str) -> bool {
    message.match_indices(code).any(|(at, _)| {
        let after = message[at + code.len()..].chars().next();
        let before = message[..at].chars().next_back();
        !after.is_some_and(|c| c.is_ascii_digit()) && !before.is_some_and(|c| c.is_ascii_alphanumeric())
    })
}

/// `Namespace.Type, Assembly` without its surroundings.
fn type_key_of(type_name: &str) -> Option<String> {
    type_name
        .split(',')
        .next()?
        .rsplit('.')
        .next()
        .filter(|key| !key.is_empty())
        .map(str::to_owned)
}

/// Every entry of `RuleValidationErrors`, nested ones included; else the one field the properties name.
fn rule_errors(object: &Value) -> Vec<RuleError> {
    let Some(properties) = object.get("customProperties") else {
        return Vec::new();
    };
    let text = |value: &Value, keys: [&str; 2]| {
        keys.iter()
            .find_map(|key| value.get(key).and_then(Value::as_str))
            .unwrap_or_default()
            .to_owned()
    };
    let mut rules = Vec::new();
    let mut waiting: Vec<&Value> = array_of(properties, ["RuleValidationErrors", "ruleValidationErrors"]);
    waiting.reverse();
    while let Some(entry) = waiting.pop() {
        if rules.len() == RULE_ERRORS_MAX {
            break;
        }
        let field = text(entry, ["fieldReferenceName", "FieldReferenceName"]);
        if !field.is_empty() {
            rules.push(RuleError {
                field: FieldName::new(field),
                message: shortened(text(entry, ["errorMessage", "ErrorMessage"])),
                flags: text(entry, ["fieldStatusFlags", "FieldStatusFlags"]),
            });
        }
        waiting.extend(
            array_of(entry, ["ruleValidationErrors", "RuleValidationErrors"])
                .into_iter()
                .rev(),
        );
    }
    let field = text(properties, ["FieldReferenceName", "fieldReferenceName"]);
    if rules.is_empty() && !field.is_empty() {
        let message = object.get("message").and_then(Value::as_str).unwrap_or_default();
        rules.push(RuleError {
            field: FieldName::new(field),
            message: shortened(message.to_owned()),
            flags: text(properties, ["FieldStatusFlags", "fieldStatusFlags"]),
        });
    }
    rules
}

fn array_of<'a>(value: &'a Value, keys: [&str; 2]) -> Vec<&'a Value> {
    keys.iter()
        .find_map(|key| value.get(key).and_then(Value::as_array))
        .into_iter()
        .flatten()
        .collect()
}

/// `…The latest REST API version this server supports is 5.1.`
fn latest_version(message: &str) -> Option<String> {
    let numbers: Vec<&str> = message
        .split(|c: char| !(c.is_ascii_digit() || c == '.'))
        .map(|word| word.trim_matches('.'))
        .filter(|word| {
            word.split_once('.')
                .is_some_and(|(a, b)| a.parse::<u32>().is_ok() && b.parse::<u32>().is_ok())
        })
        .collect();
    // The first is the version that was asked for; texts about one route name no other.
    (numbers.len() >= 2).then(|| numbers[numbers.len() - 1].to_owned())
}

fn shortened(mut text: String) -> String {
    if text.len() > MESSAGE_BYTES_MAX {
        let end = (0..=MESSAGE_BYTES_MAX)
            .rev()
            .find(|at| text.is_char_boundary(*at))
            .unwrap_or(0);
        text.truncate(end);
    }
    text
}
