//! The api-version of a request, held against the location it asks for.
//!
//! Texts: WebApiResources of Microsoft's client libraries, as the handbook quotes them.

use crate::http::HttpRequest;
use crate::locations::Location;
use crate::refusal::Refusal;

/// The newest released version.
pub(crate) const RELEASED: (u32, u32) = (7, 1);
/// The newest version in preview.
pub(crate) const NEWEST: (u32, u32) = (7, 2);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Wanted {
    version: (u32, u32),
    is_preview: bool,
    number: Option<u32>,
}

/// Refuses a version this server has not, or a write without one.
pub(crate) fn check(request: &HttpRequest, query_version: Option<&String>, location: &Location) -> Result<(), Refusal> {
    let Some(text) = query_version.cloned().or_else(|| from_accept(request)) else {
        // Reads tolerate its absence.
        if matches!(request.method.as_str(), "GET" | "HEAD" | "OPTIONS") {
            return Ok(());
        }
        let message = format!(
            "No api-version was supplied for the \"{}\" request. The version must be supplied either as part of the Accept header (e.g. \"application/json; api-version=1.0\") or as a query parameter (e.g. \"?api-version=1.0\").",
            request.method
        );
        return Err(Refusal::general(400, "VssVersionNotSpecifiedException", message));
    };
    let Some(wanted) = parse(&text) else {
        let message = format!(
            "The api-version \"{text}\" is not valid. The version must be of the form {{major}}.{{minor}}[-{{stage}}[.{{resourceVersion}}]]."
        );
        return Err(Refusal::general(400, "VssInvalidApiVersionException", message));
    };
    if wanted.version > NEWEST {
        let message = format!(
            "The requested REST API version of {text} is out of range for this server. The latest REST API version this server supports is {}.{}.",
            NEWEST.0, NEWEST.1
        );
        return Err(Refusal::general(400, "VssVersionOutOfRangeException", message));
    }
    let released = pair(location.released_version);
    let is_beyond = wanted.is_preview && wanted.number.is_some_and(|number| number > location.resource_version);
    if wanted.version < pair(location.min_version) || is_beyond {
        let message = format!(
            "The request matched route {}, but the requested REST API version {text} was outside the valid version range for this route.",
            location.route_template
        );
        return Err(Refusal::general(400, "VssVersionOutOfRangeException", message));
    }
    if !wanted.is_preview && (wanted.version > RELEASED || wanted.version > released) {
        let bare = format!("{}.{}", wanted.version.0, wanted.version.1);
        let message = format!(
            "The requested version \"{bare}\" of the resource is under preview. The -preview flag must be supplied in the api-version for such requests. For example: \"{bare}-preview\""
        );
        return Err(Refusal::general(400, "VssInvalidPreviewVersionException", message));
    }
    Ok(())
}

fn from_accept(request: &HttpRequest) -> Option<String> {
    let accept = request.header("accept")?;
    let parts = accept.split([';', ',']).map(str::trim);
    parts
        .filter_map(|part| part.split_once('='))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("api-version"))
        .map(|(_, value)| value.trim().to_owned())
}

fn parse(text: &str) -> Option<Wanted> {
    let (version, stage) = text
        .trim()
        .split_once('-')
        .map_or((text.trim(), None), |(version, stage)| (version, Some(stage)));
    let (major, minor) = version.split_once('.').unwrap_or((version, "0"));
    let version = (major.parse().ok()?, minor.parse().ok()?);
    let Some(stage) = stage else {
        return Some(Wanted {
            version,
            is_preview: false,
            number: None,
        });
    };
    let (word, number) = stage
        .split_once('.')
        .map_or((stage, None), |(word, number)| (word, Some(number)));
    if !word.eq_ignore_ascii_case("preview") {
        return None;
    }
    let number = match number {
        Some(number) => Some(number.parse().ok()?),
        None => None,
    };
    Some(Wanted {
        version,
        is_preview: true,
        number,
    })
}

fn pair(text: &str) -> (u32, u32) {
    text.split_once('.')
        .and_then(|(major, minor)| Some((major.parse().ok()?, minor.parse().ok()?)))
        .unwrap_or((0, 0))
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::http::HttpRequest;
    use crate::locations::LocationName;

    fn refused(method: &str, version: &str, location: LocationName) -> Option<&'static str> {
        let request = HttpRequest {
            method: method.to_owned(),
            path_and_query: String::new(),
            headers: Vec::new(),
            body: Vec::new(),
        };
        let version = (!version.is_empty()).then(|| version.to_owned());
        check(&request, version.as_ref(), location.location())
            .err()
            .map(|refusal| refusal.type_key)
    }

    #[test]
    fn a_released_route_takes_every_older_version_and_preview_names() {
        for version in [
            "7.1",
            "7.0",
            "5.0",
            "4.1",
            "7.1-preview",
            "7.1-preview.3",
            "7.2-preview.3",
            "6.0-preview.1",
            "7",
        ] {
            assert_eq!(refused("GET", version, LocationName::WorkItems), None, "{version}");
        }
    }

    #[test]
    fn versions_out_of_range_are_named_as_such() {
        for version in ["8.0", "7.3-preview", "7.2-preview.4"] {
            assert_eq!(
                refused("GET", version, LocationName::WorkItems),
                Some("VssVersionOutOfRangeException"),
                "{version}"
            );
        }
    }

    #[test]
    fn a_preview_must_be_asked_for_as_one() {
        assert_eq!(
            refused("GET", "7.2", LocationName::WorkItems),
            Some("VssInvalidPreviewVersionException")
        );
        assert_eq!(
            refused("GET", "7.1", LocationName::Comments),
            Some("VssInvalidPreviewVersionException")
        );
        assert_eq!(refused("GET", "7.1-preview.4", LocationName::Comments), None);
    }

    #[test]
    fn a_write_without_a_version_is_refused_and_a_read_is_not() {
        assert_eq!(
            refused("PATCH", "", LocationName::WorkItems),
            Some("VssVersionNotSpecifiedException")
        );
        assert_eq!(refused("GET", "", LocationName::WorkItems), None);
    }
}
