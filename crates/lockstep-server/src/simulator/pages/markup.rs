//! Pieces of pages: escaping, the frame around every page, inputs with their labels.
//!
//! Text from people goes through [`escape`] wherever it stands; nothing here trusts it.

use azdo_sim::Sim;

use super::Visit;

/// Text as it may stand in HTML, between tags or in a quoted attribute.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// A segment of a path.
pub(super) fn segment(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// One choice of a `select`.
pub(super) fn option(value: &str, label: &str, selected: &str) -> String {
    let mark = if value == selected { " selected" } else { "" };
    format!("<option value=\"{}\"{mark}>{}</option>", escape(value), escape(label))
}

/// A labelled `select`; `choices` are (value, label).
pub(super) fn select(id: &str, label: &str, choices: &[(String, String)], selected: &str) -> String {
    let options: String = choices
        .iter()
        .map(|(value, label)| option(value, label, selected))
        .collect();
    format!("<p><label for=\"{id}\">{label}</label><select id=\"{id}\" name=\"{id}\">{options}</select></p>")
}

/// A labelled line of text.
pub(super) fn input(id: &str, label: &str, kind: &str, value: &str) -> String {
    let value = escape(value);
    format!(
        "<p><label for=\"{id}\">{label}</label><input id=\"{id}\" name=\"{id}\" type=\"{kind}\" value=\"{value}\" autocomplete=\"off\"></p>"
    )
}

/// A labelled box of text.
pub(super) fn textarea(id: &str, label: &str, value: &str) -> String {
    // A line break right behind the tag is dropped by browsers, so one is put there for them to drop.
    let value = escape(value);
    format!(
        "<p><label for=\"{id}\">{label}</label><textarea id=\"{id}\" name=\"{id}\" rows=\"6\">\n{value}</textarea></p>"
    )
}

/// A form with one button that posts to `action`.
pub(super) fn button(id: &str, label: &str, action: &str, class: &str) -> String {
    let id = if id.is_empty() {
        String::new()
    } else {
        format!("id=\"{id}\"")
    };
    format!("<form method=\"post\" action=\"{action}\"><button {id} class=\"{class}\">{label}</button></form>")
}

/// A date and time to the second, UTC.
pub(super) fn time(us: i64) -> String {
    let whole = jiff::Timestamp::from_second(us.div_euclid(1_000_000))
        .map(|at| at.to_string())
        .unwrap_or_default();
    let readable = whole.replace('T', " ").replace('Z', " UTC");
    format!("<time datetime=\"{whole}\">{readable}</time>")
}

/// A whole page: head, header with the person switcher, content.
pub(super) fn page(sim: &Sim, visit: &Visit, title: &str, content: &str) -> String {
    let people: String = sim
        .people()
        .iter()
        .map(|person| option(&person.unique_name, &person.display_name, &visit.person))
        .collect();
    let notice = match (visit.error(), visit.notice()) {
        (Some(error), _) => format!("<p id=\"error\" class=\"error\" role=\"alert\">{}</p>", escape(&error)),
        (None, Some(notice)) => format!(
            "<p id=\"notice\" class=\"notice\" role=\"status\">{}</p>",
            escape(&notice)
        ),
        (None, None) => String::new(),
    };
    let organization = escape(sim.organization_name());
    let title = escape(title);
    let here = escape(&visit.here);
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
<title>{title} · Simulated Azure DevOps</title><style>{STYLE}</style></head><body>\
<header><a href=\"/\"><b>Simulated Azure DevOps</b></a><span>{organization}</span><nav><a href=\"/_tokens\">Tokens</a></nav>\
<form method=\"post\" action=\"/_act-as\"><label for=\"act-as\">Act as</label><select id=\"act-as\" name=\"person\">{people}</select>\
<input type=\"hidden\" name=\"return\" value=\"{here}\"><button id=\"switch\">Switch</button></form></header>\
<main>{notice}<h1>{title}</h1>{content}</main></body></html>"
    )
}

const STYLE: &str = "\
:root{color-scheme:light dark;--text:#1d2524;--muted:#5b6664;--line:#d6dddb;--bg:#fbfcfb;--sunken:#f0f3f2;--accent:#0b6a62;--bad:#a3271b}\
@media(prefers-color-scheme:dark){:root{--text:#e4eae8;--muted:#9aa6a3;--line:#333e3c;--bg:#151a19;--sunken:#1e2524;--accent:#5cc4b8;--bad:#f08a7e}}\
*{box-sizing:border-box}body{margin:0;font:15px/1.5 system-ui,sans-serif;color:var(--text);background:var(--bg)}\
header{display:flex;flex-wrap:wrap;gap:8px 20px;align-items:center;padding:10px 24px;border-bottom:1px solid var(--line)}\
header form{display:flex;gap:8px;align-items:center;margin-left:auto}header b{letter-spacing:.01em}\
main{max-width:1080px;margin:0 auto;padding:20px 24px 64px}h1{font-size:24px;line-height:1.25;margin:8px 0 16px}h2{font-size:17px;margin:32px 0 8px}\
a{color:var(--accent)}p{margin:0 0 12px}label{color:var(--muted);font-size:13px}main label{display:block}\
input,select,textarea,button{font:inherit;color:inherit;background:var(--bg);border:1px solid var(--line);border-radius:6px;padding:6px 9px}\
main input:not([type=checkbox]),main select,main textarea{width:100%}textarea{resize:vertical}\
button{cursor:pointer;background:var(--sunken)}button.primary{background:var(--accent);border-color:var(--accent);color:var(--bg);font-weight:600}button.danger{color:var(--bad)}\
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}\
.columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(200px,1fr));gap:0 20px}.row{display:flex;flex-wrap:wrap;gap:10px;align-items:end}.row form{display:inline}\
.scroll{overflow-x:auto}table{width:100%;border-collapse:collapse;font-variant-numeric:tabular-nums}th,td{text-align:left;padding:7px 10px 7px 0;border-bottom:1px solid var(--line);vertical-align:top}\
th{font-size:13px;font-weight:500;color:var(--muted)}code{font:13px/1.4 ui-monospace,monospace;overflow-wrap:anywhere}\
.muted{color:var(--muted)}.notice,.error{padding:9px 12px;border-radius:6px;background:var(--sunken)}.error{color:var(--bad);border:1px solid currentColor}\
ol.history{padding:0;list-style:none}ol.history li{padding:10px 0;border-bottom:1px solid var(--line)}ol.history ul{margin:4px 0 0;padding-left:20px;overflow-wrap:anywhere}";

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn nothing_of_a_text_is_taken_for_markup() {
        assert_eq!(
            escape("<a href='x' title=\"y\">&"),
            "&lt;a href=&#39;x&#39; title=&quot;y&quot;&gt;&amp;"
        );
    }
}
