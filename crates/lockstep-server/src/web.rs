//! The screens: files of `web/dist`, built into the binary (read from the folder in debug builds).
//!
//! Every path that is neither a file nor the API's shows `index.html`, and the browser finds its way from there.

use axum::response::{IntoResponse, Response};
use http::header::{self, HeaderMap, HeaderValue};
use http::{Method, StatusCode, Uri};
use rust_embed::RustEmbed;

use crate::error::ApiError;

/// Files here carry a hash of their content in their name.
const HASHED: &str = "assets/";

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
struct Files;

/// The file for a path that no route has.
pub async fn page(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    let is_ours = path == "api" || path.starts_with("api/") || path.starts_with("hooks/");
    if is_ours || (method != Method::GET && method != Method::HEAD) {
        return ApiError::NotFound.into_response();
    }
    match Files::get(path) {
        Some(file) => answer(path, file, &headers),
        // A missing asset must not become a page: a browser would keep it as a script.
        None if path.starts_with(HASHED) => ApiError::NotFound.into_response(),
        None => Files::get("index.html").map_or_else(
            || ApiError::NotFound.into_response(),
            |file| answer("index.html", file, &headers),
        ),
    }
}

fn answer(path: &str, file: rust_embed::EmbeddedFile, headers: &HeaderMap) -> Response {
    let etag = format!("\"{}\"", hex(&file.metadata.sha256_hash()));
    let cache = if path.starts_with(HASHED) {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let is_known = headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .any(|v| v.to_str().is_ok_and(|v| v.contains(&etag)));
    let mut response = if is_known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, file.metadata.mimetype().to_owned())], file.data).into_response()
    };
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        response.headers_mut().insert(header::ETAG, etag);
    }
    response
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
