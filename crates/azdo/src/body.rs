//! Bodies as they come: JSON read leniently, HTML told apart from it, sign-in pages told apart from a stranger's.

use serde_json::Value;

use crate::transport::Response;

/// How much of a page is looked at.
const PAGE_BYTES_MAX: usize = 256 * 1024;

/// Reads a body as JSON. A byte order mark is skipped; broken UTF-8 and lone surrogates become U+FFFD, since one such
/// title would otherwise make a whole batch unreadable.
pub(crate) fn json(body: &[u8]) -> Option<Value> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    if let Ok(value) = serde_json::from_slice(body) {
        return Some(value);
    }
    let mended = mend_surrogates(&String::from_utf8_lossy(body));
    serde_json::from_str(&mended).ok()
}

/// Whether a response is an HTML page: it says so, or its body begins like one.
pub(crate) fn is_html(response: &Response) -> bool {
    let says_so = response
        .header("content-type")
        .is_some_and(|t| t.to_ascii_lowercase().contains("html"));
    says_so || page(response).trim_start().starts_with('<')
}

/// Whether a response carries a mark that Azure DevOps itself answered, or its front door.
///
/// Source: the header names in Microsoft's client code; `X-MSEdge-Ref` is the front door of Azure DevOps Services.
pub(crate) fn is_marked_as_azure_devops(response: &Response) -> bool {
    let is_mark = |name: &str| {
        let name = name.to_ascii_lowercase();
        name.starts_with("x-tfs-") || name.starts_with("x-vss-") || name == "activityid" || name == "x-msedge-ref"
    };
    response.headers.iter().any(|(name, _)| is_mark(name))
}

/// Whether an HTML page is Azure DevOps' sign-in page rather than a proxy's.
pub(crate) fn is_sign_in_page(response: &Response) -> bool {
    // Words of the pages seen in public reports: the title, where the form leads, and the product's names.
    const MARKS: [&str; 9] = [
        "azure devops",
        "_signin",
        "visualstudio.com",
        "visual studio team services",
        "team foundation server",
        "login.microsoftonline.com",
        "login.live.com",
        "aadcdn.msftauth.net",
        "dev.azure.com",
    ];
    if is_marked_as_azure_devops(response) {
        return true;
    }
    let page = page(response).to_ascii_lowercase();
    MARKS.iter().any(|mark| page.contains(mark))
}

/// The beginning of the body as text.
pub(crate) fn page(response: &Response) -> String {
    let body = &response.body[..response.body.len().min(PAGE_BYTES_MAX)];
    String::from_utf8_lossy(body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)).into_owned()
}

/// Replaces `\uD8xx` escapes that have no partner by `\uFFFD`.
fn mend_surrogates(text: &str) -> String {
    let bytes = text.as_bytes();
    let escape_at = |at: usize| -> Option<u16> {
        let digits = bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
        u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
    };
    let mut mended = String::with_capacity(text.len());
    let mut copied = 0;
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] != b'\\' {
            at += 1;
            continue;
        }
        match escape_at(at) {
            Some(0xD800..=0xDBFF) if matches!(escape_at(at + 6), Some(0xDC00..=0xDFFF)) => at += 12,
            Some(0xD800..=0xDFFF) => {
                mended.push_str(&text[copied..at]);
                mended.push_str("\\uFFFD");
                at += 6;
                copied = at;
            }
            Some(_) => at += 6,
            // Another escape: the two bytes go together, so that `\\ud800` is not taken for a surrogate.
            None => at = (at + 2).min(bytes.len()),
        }
    }
    // `at` may stand inside a character that followed a lone backslash; `copied` never does.
    mended.push_str(&text[copied..]);
    mended
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json as value;

    fn check(body: &[u8], expected: Option<Value>) {
        assert_eq!(json(body), expected);
    }

    #[test]
    fn a_byte_order_mark_is_skipped() {
        check(b"\xef\xbb\xbf{\"a\":1}", Some(value!({"a": 1})));
    }

    #[test]
    fn lone_surrogates_and_broken_utf8_become_the_replacement_character() {
        check(
            br#"["\ud800","\udc00x","\ud800\u0041"]"#,
            Some(value!(["\u{fffd}", "\u{fffd}x", "\u{fffd}A"])),
        );
        check(br#"["\ud83d\ude00","\ud800"]"#, Some(value!(["😀", "\u{fffd}"])));
        check(br#"["\\ud800","\ud800"]"#, Some(value!(["\\ud800", "\u{fffd}"])));
        check(b"[\"\xff\"]", Some(value!(["\u{fffd}"])));
    }

    #[test]
    fn cut_off_or_too_deep_is_nothing() {
        check(b"{\"a\":", None);
        check(b"", None);
        check("[\"\\é".as_bytes(), None);
        check("[".repeat(100_000).as_bytes(), None);
    }

    fn response(headers: &[(&str, &str)], body: &str) -> Response {
        let headers = headers.iter().map(|(n, v)| (n.to_string(), v.to_string())).collect();
        Response {
            status: 200,
            headers,
            body: body.as_bytes().to_vec(),
        }
    }

    #[test]
    fn html_is_known_by_its_header_or_its_first_letter() {
        assert!(is_html(&response(&[("Content-Type", "text/html; charset=utf-8")], "")));
        assert!(is_html(&response(&[], " \r\n<!DOCTYPE html>")));
        assert!(!is_html(&response(&[("content-type", "application/json")], "{}")));
    }

    #[test]
    fn the_sign_in_page_is_told_apart_from_a_proxys() {
        assert!(is_sign_in_page(&response(
            &[],
            "<html><title>Azure DevOps Services | Sign In</title>"
        )));
        assert!(is_sign_in_page(&response(
            &[("X-TFS-FedAuthRealm", "x")],
            "<html></html>"
        )));
        assert!(!is_sign_in_page(&response(
            &[],
            "<html><title>Guest network - please sign in</title>"
        )));
    }
}
