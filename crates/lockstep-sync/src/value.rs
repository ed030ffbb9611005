//! Normal forms: when two values of a field are the same value.
//!
//! The server rewrites what it is given: it cleans HTML, reorders tags, expands identities, pads dates, turns `5` into
//! `5.0`. Comparing normal forms keeps an echo from looking like a change. `normal(normal(x)) = normal(x)`. Normal
//! forms are compared and never sent.
//!
//! Source: the handbook's notes on long text, tags, identities and dates (Azure DevOps REST, sections 3.5 and 6).

use std::collections::BTreeMap;

use azdo::{FieldName, Identity, field};
use serde_json::{Value, json};

/// Whether two values of `field` are the same to a person.
pub fn is_same(field: &FieldName, a: &Value, b: &Value) -> bool {
    a == b || normal(field, a) == normal(field, b)
}

/// Whether `kept` can be what the server made of `sent`: the same value, or rich text with the same words.
///
/// The server drops scripts and styles and rearranges markup, but not words. Used to recognise an own write, never to
/// call two values equal.
pub fn is_kept_form(field: &FieldName, sent: &Value, kept: &Value) -> bool {
    if is_same(field, sent, kept) {
        return true;
    }
    match (sent.as_str(), kept.as_str()) {
        (Some(sent), Some(kept)) if is_rich(field, sent) => words(kept).starts_with(&words(sent)),
        (Some(sent), None) if is_rich(field, sent) => kept.is_null() && words(sent).is_empty(),
        _ => false,
    }
}

/// Whether two values are the same, or rich texts with exactly the same words.
pub fn has_same_words(field: &FieldName, a: &Value, b: &Value) -> bool {
    let text = |value: &Value| value.as_str().filter(|text| is_rich(field, text)).map(words);
    is_same(field, a, b) || text(a).is_some_and(|words| Some(words) == text(b))
}

fn is_rich(field: &FieldName, text: &str) -> bool {
    matches!(field.as_str(), field::DESCRIPTION | field::HISTORY) || looks_like_html(text)
}

/// The words of a rich text, in order, without markup, scripts and styles.
fn words(html: &str) -> Vec<String> {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        text.push_str(&rest[..start]);
        text.push(' ');
        let Some(end) = rest[start..].find('>').map(|len| start + len + 1) else {
            rest = "";
            break;
        };
        let name: String = rest[start + 1..end]
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect();
        rest = &rest[end..];
        if matches!(name.to_ascii_lowercase().as_str(), "script" | "style") {
            let close = rest
                .to_ascii_lowercase()
                .find(&format!("</{}", name.to_ascii_lowercase()));
            rest = close.map_or("", |at| &rest[at..]);
        }
    }
    text.push_str(rest);
    decode_entities(&text).split_whitespace().map(str::to_owned).collect()
}

/// The normal form of a value of `field`; `Null` is the empty value.
pub fn normal(field: &FieldName, value: &Value) -> Value {
    match value {
        Value::Null => Value::Null,
        Value::Bool(_) => value.clone(),
        Value::Number(number) => normal_number(number.as_f64()),
        Value::Object(_) | Value::Array(_) => match identity_key(value) {
            Some(key) => json!(key),
            None => value.clone(),
        },
        Value::String(text) => normal_text(field, text),
    }
}

fn normal_number(number: Option<f64>) -> Value {
    match number {
        // Whole numbers within the exact range of a double read back as integers.
        Some(n) if n.fract() == 0.0 && n.abs() < 9.0e15 => json!(n as i64),
        Some(n) => json!(n),
        None => Value::Null,
    }
}

fn normal_text(field: &FieldName, text: &str) -> Value {
    if text.trim().is_empty() {
        return Value::Null;
    }
    match field.as_str() {
        field::TAGS => return json!(tags(text).into_keys().collect::<Vec<_>>().join("; ")),
        field::ASSIGNED_TO | field::CHANGED_BY | field::CREATED_BY => {
            return identity_key(&json!(text)).map_or(Value::Null, |key| json!(key));
        }
        field::DESCRIPTION | field::HISTORY => return html_text(text),
        _ => {}
    }
    if let Some(at_us) = date_us(text) {
        // The server writes its two sentinels where nothing is known.
        return if (-62_135_596_800_000_000 + 1..253_370_764_800_000_000).contains(&at_us) {
            json!(at_us)
        } else {
            Value::Null
        };
    }
    if looks_like_html(text) {
        html_text(text)
    } else {
        json!(text.trim_end())
    }
}

/// Tags by their folded spelling, each with the spelling as it stands. The server keeps them case-insensitive and in
/// an order of its own.
pub fn tags(joined: &str) -> BTreeMap<String, String> {
    joined
        .split([';', ','])
        .map(str::trim)
        .filter(|tag| !tag.is_empty())
        .map(|tag| (tag.to_lowercase(), tag.to_owned()))
        .collect()
}

/// Applies the difference `was -> to` to `theirs`, all three joined strings of tags.
pub fn merge_tags(was: &Value, to: &Value, theirs: &Value) -> Value {
    let [was, to, mut theirs] = [was, to, theirs].map(|value| tags(value.as_str().unwrap_or_default()));
    for (folded, tag) in &to {
        if !was.contains_key(folded) {
            theirs.entry(folded.clone()).or_insert_with(|| tag.clone());
        }
    }
    theirs.retain(|folded, _| !was.contains_key(folded) || to.contains_key(folded));
    if theirs.is_empty() {
        Value::Null
    } else {
        json!(theirs.into_values().collect::<Vec<_>>().join("; "))
    }
}

/// What an identity is told apart by: its sign-in name, else its number, else its shown name, folded.
///
/// The sign-in name comes first because it is what is written, and an answer carries both.
pub fn identity_key(value: &Value) -> Option<String> {
    let identity = Identity::from_value(value)?;
    let key = identity
        .unique_name
        .filter(|name| !name.is_empty())
        .or(identity.id)
        .unwrap_or(identity.display_name);
    (!key.is_empty()).then(|| key.to_lowercase())
}

/// Microseconds UTC of an ISO 8601 date with time, or `None` for any other text.
pub fn date_us(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    if bytes.len() < 19 || bytes[4] != b'-' || bytes[10] != b'T' {
        return None;
    }
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        return Some(at.as_microsecond());
    }
    // `0001-01-01T00:00:00` comes without a zone.
    text.parse::<jiff::civil::DateTime>()
        .ok()
        .and_then(|at| at.to_zoned(jiff::tz::TimeZone::UTC).ok())
        .map(|at| at.timestamp().as_microsecond())
}

fn looks_like_html(text: &str) -> bool {
    let text = text.trim_start();
    text.starts_with('<') && text.contains('>')
}

/// The words and the structure that count: tags lower case with attributes sorted, blanks folded, entities read,
/// empty wrappers and closing breaks dropped.
fn html_text(html: &str) -> Value {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        push_text(&mut out, &rest[..start]);
        let Some(len) = rest[start..].find('>') else {
            push_text(&mut out, &rest[start..]);
            rest = "";
            break;
        };
        push_tag(&mut out, &rest[start + 1..start + len]);
        rest = &rest[start + len + 1..];
    }
    push_text(&mut out, rest);
    let mut text = out.trim().to_owned();
    loop {
        // A wrapper that says nothing and a break at the end are the server's or the editor's own.
        let before = text.len();
        for tail in ["<br>", "<p></p>", "<div></div>"] {
            text = text.strip_suffix(tail).unwrap_or(&text).trim().to_owned();
        }
        if let Some(inner) = text.strip_prefix("<div>").and_then(|t| t.strip_suffix("</div>"))
            && !inner.contains("<div")
            && !inner.contains("</div")
        {
            text = inner.trim().to_owned();
        }
        if text.len() == before {
            break;
        }
    }
    if text.is_empty() { Value::Null } else { json!(text) }
}

fn push_text(out: &mut String, text: &str) {
    let text = decode_entities(text);
    let mut was_blank = out.ends_with(' ') || out.is_empty();
    for c in text.chars() {
        if c.is_whitespace() {
            if !was_blank {
                out.push(' ');
            }
            was_blank = true;
        } else {
            // What was read from an entity must not become markup in the normal form.
            match c {
                '<' => out.push_str("&lt;"),
                '>' => out.push_str("&gt;"),
                '&' => out.push_str("&amp;"),
                c => out.push(c),
            }
            was_blank = false;
        }
    }
}

fn push_tag(out: &mut String, inside: &str) {
    let inside = inside.trim().trim_end_matches('/').trim_end();
    let (name, attributes) = inside.split_once(char::is_whitespace).unwrap_or((inside, ""));
    let name = name.to_ascii_lowercase();
    if matches!(name.as_str(), "/br" | "/img" | "/hr" | "") || name.starts_with('!') {
        return;
    }
    let is_block = matches!(
        name.trim_start_matches('/'),
        "p" | "div" | "ul" | "ol" | "li" | "br" | "h1" | "h2" | "h3"
    );
    if is_block {
        let len = out.trim_end().len();
        out.truncate(len);
    }
    out.push('<');
    out.push_str(&name);
    let mut list = read_attributes(attributes);
    list.sort();
    for (name, value) in list {
        out.push_str(&format!(
            " {name}=\"{}\"",
            value.replace('&', "&amp;").replace('"', "&quot;")
        ));
    }
    out.push('>');
}

fn read_attributes(mut text: &str) -> Vec<(String, String)> {
    let mut list = Vec::new();
    loop {
        text = text.trim_start();
        if text.is_empty() {
            return list;
        }
        let end = text.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(text.len());
        let name = text[..end].to_ascii_lowercase();
        text = text[end..].trim_start();
        let mut value = String::new();
        if let Some(after) = text.strip_prefix('=') {
            let after = after.trim_start();
            let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''));
            let (raw, rest) = match quote {
                Some(q) => after[1..].split_once(q).unwrap_or((&after[1..], "")),
                None => after.split_at(after.find(char::is_whitespace).unwrap_or(after.len())),
            };
            value = decode_entities(raw);
            text = rest;
        } else if end == 0 {
            // A stray sign: step over it.
            text = &text[text.chars().next().map_or(0, char::len_utf8)..];
        }
        if !name.is_empty() {
            list.push((name, value.trim().trim_end_matches(';').to_owned()));
        }
    }
}

fn decode_entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let entity = rest.find(';').filter(|end| *end <= 10).map(|end| &rest[1..end]);
        let decoded = entity.and_then(|entity| match entity {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            "nbsp" => Some(' '),
            _ => {
                let code = entity.strip_prefix('#')?;
                let code = match code.strip_prefix(['x', 'X']) {
                    Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                    None => code.parse().ok()?,
                };
                char::from_u32(code)
            }
        });
        match (decoded, entity) {
            (Some(c), Some(entity)) => {
                out.push(c);
                rest = &rest[entity.len() + 2..];
            }
            _ => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(field: &str, a: Value, b: Value, expected: bool) {
        let field = FieldName::from(field);
        assert_eq!(is_same(&field, &a, &b), expected, "{a} and {b} as {field}");
        for value in [&a, &b] {
            let once = normal(&field, value);
            assert_eq!(
                normal(&field, &once),
                once,
                "the normal form of {value} is not its own normal form"
            );
        }
    }

    #[test]
    fn empty_absent_and_blank_are_one_value() {
        check("System.Title", Value::Null, json!(""), true);
        check("System.Tags", json!("  "), Value::Null, true);
        check("System.Description", json!("<div></div>"), Value::Null, true);
        check("Custom.Count", json!(0), Value::Null, false);
        check("Custom.Flag", json!(false), Value::Null, false);
    }

    #[test]
    fn a_whole_number_is_the_same_with_and_without_a_fraction() {
        check("Microsoft.VSTS.Scheduling.StoryPoints", json!(5), json!(5.0), true);
        check("Microsoft.VSTS.Scheduling.StoryPoints", json!(5), json!(5.5), false);
    }

    #[test]
    fn tags_are_a_set_without_case() {
        check("System.Tags", json!("red; Blue"), json!("blue;RED "), true);
        check("System.Tags", json!("red"), json!("red; blue"), false);
    }

    #[test]
    fn identities_are_equal_by_sign_in_name() {
        let object = json!({"displayName": "Tom Okafor", "id": "7", "uniqueName": "tom@northquay.example"});
        check(
            "System.AssignedTo",
            object.clone(),
            json!("Tom Okafor <TOM@northquay.example>"),
            true,
        );
        check(
            "System.AssignedTo",
            object.clone(),
            json!("tom@northquay.example"),
            true,
        );
        check(
            "System.AssignedTo",
            object,
            json!("Mara Lindqvist <mara@northquay.example>"),
            false,
        );
    }

    #[test]
    fn dates_are_instants_and_sentinels_are_empty() {
        check(
            "Custom.When",
            json!("2026-10-22T00:00:00Z"),
            json!("2026-10-22T00:00:00.0000000Z"),
            true,
        );
        check(
            "Custom.When",
            json!("2026-10-22T00:00:00.123Z"),
            json!("2026-10-22T00:00:00.1230000Z"),
            true,
        );
        check("Custom.When", json!("9999-01-01T00:00:00Z"), Value::Null, true);
        check("Custom.When", json!("0001-01-01T00:00:00"), Value::Null, true);
    }

    #[test]
    fn cleaned_html_is_the_same_text() {
        let field = "System.Description";
        check(
            field,
            json!("<DIV>Agree &amp; sign</DIV>"),
            json!("<div>Agree &#38; sign</div>"),
            true,
        );
        check(
            field,
            json!("<p class='a' id=\"b\">x</p>"),
            json!("<p id=b class=a>x</p>"),
            true,
        );
        check(field, json!("<div>one<br/></div>"), json!("one<br>"), true);
        check(field, json!("a  b\n c"), json!("a b c"), true);
        check(field, json!("<b>a</b>"), json!("a"), false);
        check(field, json!("a &lt;b&gt; c"), json!("a <b> c"), false);
    }

    #[test]
    fn an_own_write_is_known_by_its_words_after_cleaning() {
        let field = FieldName::from("System.Description");
        let check = |sent: &str, kept: Value, expected| {
            assert_eq!(
                is_kept_form(&field, &json!(sent), &kept),
                expected,
                "{sent} kept as {kept}"
            );
        };
        check("<div>a&nbsp;<script>x</script></div>", json!("<div>a </div>"), true);
        check("said", json!("said<br>Written by Lockstep on behalf of Ines."), true);
        check("<script>x</script>", Value::Null, true);
        check("<p>a</p>", json!("<p>b</p>"), false);
        check("<p>a b</p>", json!("<p>a</p>"), false);
    }

    #[test]
    fn tags_merge_by_what_was_added_and_removed() {
        let merged = merge_tags(&json!("a; b"), &json!("b; c"), &json!("a; b; D"));
        assert_eq!(merged, json!("b; c; D"));
        assert_eq!(merge_tags(&json!("a"), &Value::Null, &json!("A")), Value::Null);
    }

    #[test]
    fn ordinary_text_keeps_its_case_and_inner_blanks() {
        check("System.Title", json!("Gate  2"), json!("Gate 2"), false);
        check("System.Title", json!("Gate 2 "), json!("Gate 2"), true);
        check("System.Title", json!("gate"), json!("Gate"), false);
    }
}
