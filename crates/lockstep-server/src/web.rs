//! The screens: files of `web/dist`, built into the binary (read from the folder in debug builds).
//!
//! Every path that is neither a file nor the API's shows `index.html`, and the browser finds its way from there. The address
//! of a board shows the same page with what a board begins with named in its head, so that all of it is asked for at once.

use std::collections::HashMap;
use std::io::Write;
use std::sync::{LazyLock, Mutex, PoisonError};

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::header::{self, HeaderMap, HeaderValue};
use http::{Method, StatusCode, Uri};
use rust_embed::RustEmbed;
use uuid::Uuid;

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
        None => {
            let board = board_at(path);
            let name = if board.is_some() { "board.html" } else { "index.html" };
            let Some(mut file) = Files::get(name) else {
                return ApiError::NotFound.into_response();
            };
            if let Some(board) = board {
                let page = String::from_utf8_lossy(&file.data).replace("{board}", &board.to_string());
                file.data = page.into_bytes().into();
            }
            answer(name, file, &headers)
        }
    }
}

/// The board that an address is the page of.
fn board_at(path: &str) -> Option<Uuid> {
    path.strip_prefix("boards/")?.parse().ok()
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
    let takes_packed = headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .any(|v| v.to_str().is_ok_and(|v| v.contains("gzip")));
    let mut response = if is_known {
        StatusCode::NOT_MODIFIED.into_response()
    } else if takes_packed && path.starts_with(HASHED) && is_text(file.metadata.mimetype()) {
        let encoded = [(header::CONTENT_ENCODING, "gzip"), (header::VARY, "accept-encoding")];
        let kind = [(header::CONTENT_TYPE, file.metadata.mimetype().to_owned())];
        (encoded, kind, packed(path, &file.data)).into_response()
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

/// Whether packing makes it smaller; fonts and pictures are packed as they are.
fn is_text(mimetype: &str) -> bool {
    mimetype.starts_with("text/") || mimetype.contains("javascript") || mimetype.contains("json")
}

/// A script or style as it is sent: packed once, as small as can be, for all who come.
fn packed(path: &str, data: &[u8]) -> Bytes {
    static PACKED: LazyLock<Mutex<HashMap<String, Bytes>>> = LazyLock::new(Mutex::default);
    let mut all = PACKED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(packed) = all.get(path) {
        return packed.clone();
    }
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    let packed = gzip.write_all(data).and_then(|()| gzip.finish());
    let packed = Bytes::from(packed.expect("memory takes what is written"));
    all.insert(path.to_owned(), packed.clone());
    packed
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn a_script_is_packed_once_and_unpacks_to_what_it_was() {
        let script = "let cards = 10;".repeat(100);
        let first = packed("assets/test-1.js", script.as_bytes());
        let again = packed("assets/test-1.js", script.as_bytes());
        assert_eq!(first.as_ptr(), again.as_ptr());
        let mut unpacked = String::new();
        flate2::read::GzDecoder::new(&first[..])
            .read_to_string(&mut unpacked)
            .unwrap();
        assert_eq!(unpacked, script);
        assert!(first.len() < script.len() / 10);
        let told: Vec<bool> = ["text/css", "text/javascript", "font/woff2"].map(is_text).into();
        assert_eq!(told, [true, true, false]);
    }

    #[test]
    fn the_page_of_a_board_is_told_from_others() {
        let id = "01a2277c-0d86-77ae-98d9-ae25dc282e42";
        assert_eq!(board_at(&format!("boards/{id}")), id.parse().ok());
        for other in [
            "boards",
            "boards/",
            "boards/new",
            "board.html",
            &format!("boards/{id}/lens"),
            &format!("x/{id}"),
        ] {
            assert_eq!(board_at(other), None, "{other}");
        }
    }
}
