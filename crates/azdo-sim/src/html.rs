//! The clean-up that long text goes through on its way in.
//!
//! A normaliser of the simulator's own: it drops what runs (scripts, handlers), lower-cases names, orders attributes,
//! quotes and closes, and rewrites entities. Cleaning a cleaned text changes nothing.

use crate::doubts::Doubts;

/// Elements dropped with everything in them.
const DROPPED: &[&str] = &[
    "script", "style", "iframe", "object", "embed", "applet", "noscript", "template", "title",
];
/// Elements without an end tag.
const VOID: &[&str] = &["br", "hr", "img", "input", "wbr", "col"];

/// `text` as the server stores it.
pub(crate) fn clean(text: &str, doubts: &Doubts) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut out = String::with_capacity(text.len());
    let mut open: Vec<String> = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let Some(at) = rest.find('<') else {
            push_text(&mut out, rest, doubts);
            break;
        };
        push_text(&mut out, &rest[..at], doubts);
        rest = &rest[at..];
        if let Some(after) = rest.strip_prefix("<!--") {
            rest = after.find("-->").map_or("", |end| &after[end + 3..]);
            continue;
        }
        let Some((tag, after)) = read_tag(rest) else {
            out.push_str("&lt;");
            rest = &rest[1..];
            continue;
        };
        rest = after;
        match tag {
            Tag::Other => {}
            Tag::End(name) => close(&mut out, &mut open, &name),
            Tag::Start { name, .. } if DROPPED.contains(&name.as_str()) => rest = skip_past_end(rest, &name),
            Tag::Start { name, attributes } => {
                let is_void = VOID.contains(&name.as_str());
                write_start(&mut out, &name, attributes, is_void && doubts.html_br_closed, doubts);
                if !is_void {
                    open.push(name);
                }
            }
        }
    }
    while let Some(name) = open.pop() {
        out.push_str(&format!("</{name}>"));
    }
    out.trim().to_owned()
}

enum Tag {
    Start {
        name: String,
        attributes: Vec<(String, String)>,
    },
    End(String),
    /// A declaration or processing instruction: dropped.
    Other,
}

/// The tag at the start of `text` and what follows it; none if the `<` is only a character.
fn read_tag(text: &str) -> Option<(Tag, &str)> {
    let body = &text[1..];
    let first = body.chars().next()?;
    if first == '!' || first == '?' {
        let end = body.find('>')?;
        return Some((Tag::Other, &body[end + 1..]));
    }
    let (is_end, body) = body.strip_prefix('/').map_or((false, body), |rest| (true, rest));
    if !body.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let name_end = body
        .find(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != ':')
        .unwrap_or(body.len());
    let name = body[..name_end].to_ascii_lowercase();
    let (attributes, after) = read_attributes(&body[name_end..])?;
    let tag = if is_end {
        Tag::End(name)
    } else {
        Tag::Start { name, attributes }
    };
    Some((tag, after))
}

fn read_attributes(text: &str) -> Option<(Vec<(String, String)>, &str)> {
    let mut attributes = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        if let Some(after) = rest.strip_prefix('>') {
            return Some((attributes, after));
        }
        let name_end = rest.find(|c: char| c.is_whitespace() || "=>/\"'<".contains(c))?;
        if name_end == 0 {
            // A quote or `=` where a name should be: skipped, as browsers do.
            rest = &rest[rest.chars().next()?.len_utf8()..];
            continue;
        }
        let name = rest[..name_end].to_ascii_lowercase();
        rest = rest[name_end..].trim_start();
        let mut value = String::new();
        if let Some(after) = rest.strip_prefix('=') {
            let after = after.trim_start();
            let quote = after.chars().next()?;
            if quote == '"' || quote == '\'' {
                let end = after[1..].find(quote)?;
                value = after[1..=end].to_owned();
                rest = &after[end + 2..];
            } else {
                let end = after.find(|c: char| c.is_whitespace() || c == '>')?;
                value = after[..end].to_owned();
                rest = &after[end..];
            }
        }
        attributes.push((name, value));
    }
}

fn write_start(out: &mut String, name: &str, mut attributes: Vec<(String, String)>, is_closed: bool, doubts: &Doubts) {
    attributes.sort();
    attributes.dedup_by(|a, b| a.0 == b.0);
    out.push('<');
    out.push_str(name);
    for (name, value) in attributes {
        let value = decode_entities(&value);
        if is_dangerous(&name, &value) {
            continue;
        }
        let value = if name == "style" { ended(&value) } else { value };
        out.push_str(&format!(
            " {name}=\"{}\"",
            encode(&value, doubts).replace('"', "&quot;")
        ));
    }
    out.push_str(if is_closed { " />" } else { ">" });
}

fn is_dangerous(name: &str, value: &str) -> bool {
    let squeezed: String = value
        .chars()
        .filter(|c| !c.is_whitespace() && !c.is_control())
        .collect();
    let squeezed = squeezed.to_lowercase();
    let is_name_odd = !name
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_' || c == ':');
    is_name_odd || name.starts_with("on") || squeezed.starts_with("javascript:") || squeezed.starts_with("vbscript:")
}

/// A style ends with a semicolon.
fn ended(style: &str) -> String {
    let style = style.trim().trim_end_matches(';').trim_end();
    if style.is_empty() {
        String::new()
    } else {
        format!("{style};")
    }
}

fn close(out: &mut String, open: &mut Vec<String>, name: &str) {
    // An end tag that nothing opened is dropped; one that skips others closes them on the way.
    if let Some(at) = open.iter().rposition(|other| other == name) {
        for inner in open.drain(at..).rev() {
            out.push_str(&format!("</{inner}>"));
        }
    }
}

fn skip_past_end<'a>(text: &'a str, name: &str) -> &'a str {
    let lower = text.to_ascii_lowercase();
    let Some(at) = lower.find(&format!("</{name}")) else {
        return "";
    };
    text[at..].find('>').map_or("", |end| &text[at + end + 1..])
}

fn push_text(out: &mut String, text: &str, doubts: &Doubts) {
    out.push_str(&encode(&decode_entities(text), doubts));
}

fn encode(text: &str, doubts: &Doubts) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    if doubts.html_nbsp_entity {
        text.replace('\u{a0}', "&nbsp;")
    } else {
        text
    }
}

fn decode_entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.char_indices().take(12).find(|(_, c)| *c == ';').map(|(at, _)| at);
        let decoded = end.and_then(|end| entity(&rest[1..end]).map(|c| (c, end)));
        match decoded {
            Some((c, end)) => {
                out.push(c);
                rest = &rest[end + 1..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

fn entity(name: &str) -> Option<char> {
    let number = match name.strip_prefix('#') {
        Some(digits) if digits.starts_with(['x', 'X']) => u32::from_str_radix(&digits[1..], 16).ok()?,
        Some(digits) => digits.parse().ok()?,
        None => {
            return match name {
                "amp" => Some('&'),
                "lt" => Some('<'),
                "gt" => Some('>'),
                "quot" => Some('"'),
                "apos" => Some('\''),
                "nbsp" => Some('\u{a0}'),
                _ => None,
            };
        }
    };
    char::from_u32(number).filter(|c| !c.is_control() || *c == '\n' || *c == '\t')
}

#[cfg(test)]
mod tests {
    use super::clean;
    use crate::dice::Dice;
    use crate::doubts::Doubts;

    fn check(input: &str, expected: &str) {
        assert_eq!(clean(input, &Doubts::likely()), expected);
    }

    #[test]
    fn attributes_come_back_in_order_and_quoted() {
        check(
            "<A title=x HREF='https://a.example/?a=1&b=2'>t</A>",
            "<a href=\"https://a.example/?a=1&amp;b=2\" title=\"x\">t</a>",
        );
    }

    #[test]
    fn what_runs_is_dropped() {
        check(
            "<div onclick=\"x()\">a<script>alert(1)</script>b</div>",
            "<div>ab</div>",
        );
        check("<a href=\" java script:x\">a</a>", "<a>a</a>");
    }

    #[test]
    fn entities_are_rewritten() {
        check(
            "<p>&quot;Tom&#39;s&quot; &amp; co&nbsp;</p>",
            "<p>\"Tom's\" &amp; co&nbsp;</p>",
        );
    }

    #[test]
    fn open_elements_are_closed_and_stray_ends_dropped() {
        check("<b><i>x</b></u>", "<b><i>x</i></b>");
    }

    #[test]
    fn a_lone_angle_bracket_is_text() {
        check("a < b", "a &lt; b");
    }

    #[test]
    fn cleaning_twice_changes_nothing_more() {
        let bits = [
            "<b>",
            "</b>",
            "<br/>",
            "&",
            "&nbsp;",
            "<",
            ">",
            " ",
            "\"",
            "'",
            "<a href=",
            "x",
            "<script>",
            "</script>",
            "style=\"a:b\"",
            "&#60;",
            "é",
            "<!--",
            "-->",
            "=",
            "/",
        ];
        let mut dice = Dice::new(3);
        for _ in 0..5000 {
            let text: String = (0..dice.below(14)).map(|_| dice.pick(&bits)).collect();
            for doubts in [Doubts::likely(), Doubts::from_seed(dice.next_u64())] {
                let once = clean(&text, &doubts);
                assert_eq!(clean(&once, &doubts), once, "{text}");
            }
        }
    }
}
