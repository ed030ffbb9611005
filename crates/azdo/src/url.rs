//! Addresses: percent-encoding of what goes in, careful reading of what comes out.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// Everything but RFC 3986's unreserved characters, so that a name can't become a path or a query.
const STRICT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A path segment or query value. `.` and `..` would be taken for steps, so their dots are encoded.
pub(crate) fn encode(text: &str) -> String {
    match text {
        "." => "%2E".to_owned(),
        ".." => "%2E%2E".to_owned(),
        text => utf8_percent_encode(text, STRICT).to_string(),
    }
}

/// Percent-decoded text.
pub(crate) fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// The host of an absolute address, in lower case, without user and port.
pub(crate) fn host_of(address: &str) -> Option<String> {
    ::url::Url::parse(address).ok()?.host_str().map(str::to_owned)
}

/// The value of a query parameter, its name in any case.
pub(crate) fn query_value(address: &str, name: &str) -> Option<String> {
    let query = address.split_once('?')?.1.split('#').next()?;
    let pair = query.split('&').filter_map(|pair| pair.split_once('='));
    let value = pair
        .filter(|(key, _)| decode(key).eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
        .next()?;
    Some(decode(&value.replace('+', "%20"))).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_one_segment() {
        assert_eq!(encode("A/B?c#d e&f%"), "A%2FB%3Fc%23d%20e%26f%25");
        assert_eq!(encode(".."), "%2E%2E");
        assert_eq!(decode(&encode("Häfen \\ Kai")), "Häfen \\ Kai");
    }

    #[test]
    fn a_token_is_taken_from_a_link() {
        let link = "https://dev.azure.com/f/_apis/wit/reporting/workItemLinks?ContinuationToken=3%3B2&api-version=2.2";
        assert_eq!(query_value(link, "continuationToken"), Some("3;2".to_owned()));
        assert_eq!(query_value(link, "watermark"), None);
        assert_eq!(query_value("https://x/", "continuationToken"), None);
    }

    #[test]
    fn the_host_of_an_address_is_read_without_user_and_port() {
        assert_eq!(
            host_of("https://dev.azure.com@Evil.example:8443/x"),
            Some("evil.example".to_owned())
        );
        assert_eq!(host_of("/relative"), None);
    }
}
