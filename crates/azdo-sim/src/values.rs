//! How a value that a client sends becomes the value that is stored.
//!
//! Each kind of field has its own reading: numbers come as text too, identities in several forms, tags as one string.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::clock;
use crate::doubts::Doubts;
use crate::fields::{Field, Kind};
use crate::html;
use crate::organization::Organization;
use crate::refusal::BrokenRule;

/// The longest text a string field takes.
pub(crate) const STRING_CHARS_MAX: usize = 255;
/// The longest text a long text field takes. Source: object limits page.
pub(crate) const LONG_TEXT_CHARS_MAX: usize = 1_048_576;
/// The most tags a work item takes. Source: object limits page.
pub(crate) const TAGS_MAX: usize = 100;

/// The stored form of `value`, `Null` for none; or the rule that it breaks.
pub(crate) fn read(
    organization: &Organization,
    doubts: &Doubts,
    field: &Field,
    value: &Value,
) -> Result<Value, BrokenRule> {
    if value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty()) {
        return Ok(Value::Null);
    }
    match field.kind {
        Kind::String => read_string(doubts, field, value),
        Kind::PlainText => read_tags_or_text(field, value),
        Kind::Html | Kind::History => {
            let text = value.as_str().ok_or_else(|| wrong_type(field))?;
            if text.chars().count() > LONG_TEXT_CHARS_MAX {
                return Err(too_long(field));
            }
            Ok(some_text(html::clean(text, doubts)))
        }
        Kind::Integer => number(value)
            .filter(|n| n.fract() == 0.0)
            .map(|n| json!(n as i64))
            .ok_or_else(|| wrong_type(field)),
        Kind::Double => number(value)
            .map(|n| double(doubts, n))
            .ok_or_else(|| wrong_type(field)),
        Kind::Boolean => match value {
            Value::Bool(_) => Ok(value.clone()),
            Value::String(text) if text.eq_ignore_ascii_case("true") => Ok(json!(true)),
            Value::String(text) if text.eq_ignore_ascii_case("false") => Ok(json!(false)),
            _ => Err(wrong_type(field)),
        },
        Kind::DateTime => {
            let moment = value.as_str().and_then(clock::parse).ok_or_else(|| wrong_type(field))?;
            Ok(json!(clock::iso(clock::stored(moment.us), doubts.long_fractions)))
        }
        Kind::Identity => read_identity(organization, field, value),
        // Paths are read where the project is known.
        Kind::TreePath => Ok(value.clone()),
    }
}

/// A double as it reads back.
pub(crate) fn double(doubts: &Doubts, n: f64) -> Value {
    if n.fract() == 0.0 && !doubts.doubles_keep_point {
        json!(n as i64)
    } else {
        json!(n)
    }
}

/// Tags as stored: `; ` between, trimmed, one of each in any case, in order of the alphabet.
pub(crate) fn tags(text: &str) -> Vec<String> {
    let mut by_name: BTreeMap<String, String> = BTreeMap::new();
    for tag in text.split([';', ',']).map(str::trim).filter(|tag| !tag.is_empty()) {
        by_name.entry(tag.to_lowercase()).or_insert_with(|| tag.to_owned());
    }
    by_name.into_values().collect()
}

fn read_string(doubts: &Doubts, field: &Field, value: &Value) -> Result<Value, BrokenRule> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(n) => n.to_string(),
        _ => return Err(wrong_type(field)),
    };
    if text.chars().count() > STRING_CHARS_MAX {
        return Err(too_long(field));
    }
    let is_trimmed = field.reference_name != "System.Title" || doubts.title_trimmed;
    Ok(some_text(if is_trimmed { text.trim().to_owned() } else { text }))
}

fn read_tags_or_text(field: &Field, value: &Value) -> Result<Value, BrokenRule> {
    let text = value.as_str().ok_or_else(|| wrong_type(field))?;
    let tags = tags(text);
    if tags.len() > TAGS_MAX || tags.iter().any(|tag| tag.chars().count() > 400) {
        return Err(too_long(field));
    }
    Ok(some_text(tags.join("; ")))
}

fn some_text(text: String) -> Value {
    if text.is_empty() {
        Value::Null
    } else {
        Value::String(text)
    }
}

fn number(value: &Value) -> Option<f64> {
    value
        .as_f64()
        .or_else(|| value.as_str()?.trim().parse().ok())
        .filter(|n| n.is_finite())
}

/// A unique name, an id, `Display <unique name>`, a display name that is nobody else's, or an object with one of them.
fn read_identity(organization: &Organization, field: &Field, value: &Value) -> Result<Value, BrokenRule> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Object(object) => ["uniqueName", "id", "displayName"]
            .iter()
            .find_map(|key| object.get(*key).and_then(Value::as_str).filter(|text| !text.is_empty()))
            .unwrap_or_default()
            .to_owned(),
        _ => return Err(wrong_type(field)),
    };
    let name = match (text.rfind('<'), text.ends_with('>')) {
        (Some(at), true) => text[at + 1..text.len() - 1].trim(),
        _ => text.trim(),
    };
    if let Some(person) = organization
        .people
        .iter()
        .find(|p| p.unique_name.eq_ignore_ascii_case(name) || p.id.eq_ignore_ascii_case(name))
    {
        return Ok(json!(person.unique_name));
    }
    let mut by_display = organization
        .people
        .iter()
        .filter(|p| p.display_name.eq_ignore_ascii_case(name));
    match (by_display.next(), by_display.next()) {
        (Some(person), None) => Ok(json!(person.unique_name)),
        (Some(_), Some(_)) => Err(unknown_identity(field, &text, "is an ambiguous identity")),
        _ => Err(unknown_identity(field, &text, "is an unknown identity")),
    }
}

fn unknown_identity(field: &Field, text: &str, what: &str) -> BrokenRule {
    let message = format!("The identity value '{text}' for field '{}' {what}.", field.name);
    BrokenRule::worded(
        field.reference_name,
        "hasValues, limitedToValues, allowsOldValue, invalidListValue",
        1_048_834,
        message,
    )
}

fn too_long(field: &Field) -> BrokenRule {
    BrokenRule::tf401320(field.reference_name, field.name, "invalidTooLong", 2048)
}

fn wrong_type(field: &Field) -> BrokenRule {
    BrokenRule::tf401320(field.reference_name, field.name, "invalidType", 256)
}

#[cfg(test)]
mod tests {
    use super::tags;

    #[test]
    fn tags_are_trimmed_and_kept_once_in_any_case() {
        assert_eq!(tags(" red;Blue ; red; RED;; go-live"), ["Blue", "go-live", "red"]);
    }
}
