//! HTML at the edge: cleaned copies to show, and whether our editor can give a text back as it was.
//!
//! The raw text is what is stored and what is sent; a cleaned copy is never written back. Cleaning is an allow-list: no
//! scripts, styles, forms, frames, pictures, ids or classes; links to http, https and mailto alone.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use azdo::{FieldName, field};
use lockstep_sync::value::is_same;
use serde_json::json;

/// Elements that are shown.
const SHOWN: [&str; 33] = [
    "a",
    "b",
    "blockquote",
    "br",
    "code",
    "del",
    "div",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "li",
    "ol",
    "p",
    "pre",
    "s",
    "span",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "u",
    "ul",
];
/// Elements that our editor can write as it read them.
const EDITED: [&str; 12] = ["a", "b", "br", "div", "em", "i", "li", "ol", "p", "strong", "u", "ul"];

static TO_SHOW: LazyLock<ammonia::Builder<'static>> = LazyLock::new(|| {
    let mut builder = builder(&SHOWN);
    builder.tag_attributes(HashMap::from([
        ("a", HashSet::from(["href", "title"])),
        ("td", HashSet::from(["colspan", "rowspan"])),
        ("th", HashSet::from(["colspan", "rowspan"])),
    ]));
    builder.link_rel(Some("noopener noreferrer nofollow"));
    builder
});
static TO_EDIT: LazyLock<ammonia::Builder<'static>> = LazyLock::new(|| {
    let mut builder = builder(&EDITED);
    builder.tag_attributes(HashMap::from([("a", HashSet::from(["href"]))]));
    builder.link_rel(None);
    builder
});

fn builder(tags: &[&'static str]) -> ammonia::Builder<'static> {
    let mut builder = ammonia::Builder::empty();
    builder.tags(tags.iter().copied().collect());
    builder.clean_content_tags(HashSet::from([
        "script", "style", "svg", "math", "iframe", "object", "form", "template",
    ]));
    builder.url_schemes(HashSet::from(["http", "https", "mailto"]));
    builder.url_relative(ammonia::UrlRelative::Deny);
    builder
}

/// A copy that is safe to show.
pub fn clean(raw: &str) -> String {
    TO_SHOW.clean(&raw.replace('\0', "")).to_string()
}

/// A text from our editor as it is kept and sent: nothing but what the editor writes.
pub fn from_editor(raw: &str) -> String {
    TO_EDIT.clean(raw).to_string().trim().to_owned()
}

/// Whether our editor gives the text back as it was; if not, it is read-only here.
pub fn is_editable(raw: &str) -> bool {
    let name = FieldName::from(field::DESCRIPTION);
    is_same(&name, &json!(raw), &json!(TO_EDIT.clean(raw).to_string()))
}

/// Plain lines as HTML, for comments.
pub fn from_text(text: &str) -> String {
    let escaped = text
        .trim()
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;");
    escaped.lines().map(str::trim_end).collect::<Vec<_>>().join("<br>")
}

/// The words of a text, a line for each block.
pub fn to_text(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        // A sign that opens no tag is a sign.
        let opens_tag = rest[1..].starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!'));
        match rest.find('>').filter(|_| opens_tag) {
            Some(end) => {
                if breaks_line(&rest[1..end]) && !out.ends_with('\n') {
                    out.push('\n');
                }
                rest = &rest[end + 1..];
            }
            None => {
                out.push('<');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    let text = decoded(&out);
    let lines = text
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

fn breaks_line(tag: &str) -> bool {
    let name = tag
        .trim_start_matches('/')
        .split(|c: char| !c.is_ascii_alphanumeric())
        .next()
        .unwrap_or_default();
    matches!(
        name.to_ascii_lowercase().as_str(),
        "br" | "p" | "div" | "li" | "ul" | "ol" | "tr" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "blockquote" | "pre"
    )
}

/// The five entities that cleaning writes, the blank that editors write, and numbered ones.
fn decoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let entity = rest.find(';').filter(|end| *end <= 10).map(|end| (&rest[1..end], end));
        match entity.and_then(|(name, end)| Some((entity_char(name)?, end))) {
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

fn entity_char(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some(' '),
        _ => {
            let code = name.strip_prefix('#')?;
            let code = match code.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => code.parse().ok()?,
            };
            char::from_u32(code).filter(|c| !c.is_control())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_clean(raw: &str, expected: &str) {
        assert_eq!(clean(raw), expected, "{raw}");
        assert_eq!(clean(&clean(raw)), clean(raw), "cleaning {raw} twice differs");
    }

    #[test]
    fn plain_formatting_stays() {
        check_clean(
            "<p>a <b>b</b></p><ul><li>c</li></ul>",
            "<p>a <b>b</b></p><ul><li>c</li></ul>",
        );
    }

    #[test]
    fn scripts_and_handlers_go_with_all_that_is_in_them() {
        check_clean("a<script>alert(1)</script>b", "ab");
        check_clean("<b onclick=\"alert(1)\">a</b>", "<b>a</b>");
        check_clean("<svg><script>alert(1)</script></svg>a", "a");
        check_clean("<style>b{}</style>a", "a");
        check_clean("<iframe src=\"https://x.example\"></iframe>a", "a");
        check_clean("<math><mi>x</mi></math>a", "a");
    }

    #[test]
    fn links_lead_to_the_web_or_to_mail_and_nowhere_else() {
        check_clean(
            "<a href=\"https://x.example/a\">a</a>",
            "<a href=\"https://x.example/a\" rel=\"noopener noreferrer nofollow\">a</a>",
        );
        for href in [
            "javascript:alert(1)",
            "data:text/html,x",
            " java\tscript:alert(1)",
            "//x.example",
            "/api/me",
            "vbscript:x",
        ] {
            assert!(!clean(&format!("<a href=\"{href}\">a</a>")).contains("href"), "{href}");
        }
    }

    #[test]
    fn ids_classes_styles_and_pictures_go() {
        check_clean(
            "<div id=\"root\" class=\"panel\" style=\"position:fixed\">a</div>",
            "<div>a</div>",
        );
        check_clean("a<img src=\"https://x.example/p.png\" onerror=\"x\">b", "ab");
        check_clean("<form action=\"/api/me\"><input name=a></form>a", "a");
    }

    #[test]
    fn a_nul_is_never_shown() {
        check_clean("a\0b", "ab");
    }

    #[track_caller]
    fn check_editable(raw: &str, expected: bool) {
        assert_eq!(is_editable(raw), expected, "{raw}");
    }

    #[test]
    fn what_our_editor_writes_can_be_edited() {
        check_editable("", true);
        check_editable("plain words", true);
        check_editable("<p>a <b>b</b> and <i>c</i></p><ul><li>d</li></ul>", true);
        check_editable("<div>one</div><div>two<br></div>", true);
        check_editable("<a href=\"https://x.example/\">x</a>", true);
        check_editable("a &lt; b &amp; c", true);
        check_editable("<P>Upper case is the same</P>", true);
    }

    #[test]
    fn what_our_editor_would_lose_is_read_only() {
        check_editable("<table><tr><td>a</td></tr></table>", false);
        check_editable("a<img src=\"https://x.example/p.png\">", false);
        check_editable("<span style=\"color:red\">a</span>", false);
        check_editable("<h1>a</h1>", false);
        check_editable("<a href=\"mailto:a@x.example\" class=\"mention\">@a</a>", false);
    }

    #[test]
    fn a_text_from_the_editor_holds_nothing_else() {
        assert_eq!(from_editor(" <p onclick=x>a<script>b</script></p> "), "<p>a</p>");
        assert!(is_editable(&from_editor("<table><tr><td>a</td></tr></table>")));
    }

    #[test]
    fn lines_become_html_and_html_becomes_lines() {
        assert_eq!(from_text("a < b\n\"c\" & d\n"), "a &lt; b<br>&quot;c&quot; &amp; d");
        assert_eq!(to_text(&from_text("a < b\n\"c\" & d")), "a < b\n\"c\" & d");
    }

    #[test]
    fn blocks_are_lines_and_blanks_are_one() {
        assert_eq!(
            to_text("<p>a  b</p>\n<ul><li>c</li><li>d&nbsp;e</li></ul>"),
            "a b\nc\nd e"
        );
        assert_eq!(to_text("1 < 2 and 3 > 2"), "1 < 2 and 3 > 2");
        assert_eq!(to_text("&#65;&#x42; &unknown; &"), "AB &unknown; &");
    }
}
