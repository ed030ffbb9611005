//! The socket: REST requests go to the simulated organization as they came, everything else to the pages.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, Method, Response, StatusCode, Uri};
use azdo_sim::{HttpRequest, HttpResponse};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::{Shared, now_us, pages};

/// A long text of a million characters with its envelope fits.
const BODY_BYTES_MAX: usize = 8 * 1024 * 1024;

pub(super) async fn serve(listener: TcpListener, shared: Shared, stopping: CancellationToken) {
    let router = Router::new()
        .fallback(answer)
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(shared);
    let served = axum::serve(listener, router)
        .with_graceful_shutdown(stopping.cancelled_owned())
        .await;
    if let Err(error) = served {
        tracing::error!(%error, "The simulated Azure DevOps stopped listening");
    }
}

async fn answer(
    State(shared): State<Shared>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let path_and_query = uri.path_and_query().map_or("/", |whole| whole.as_str()).to_owned();
    let request = HttpRequest {
        method: method.as_str().to_owned(),
        path_and_query,
        headers: headers
            .iter()
            .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())))
            .collect(),
        body: body.to_vec(),
    };
    let is_rest = request
        .path()
        .split('/')
        .any(|segment| segment.eq_ignore_ascii_case("_apis"));
    let answered = if is_rest {
        if !shared.latency.is_zero() {
            tokio::time::sleep(shared.latency).await;
        }
        shared.sim().handle(now_us(), &request)
    } else {
        pages::answer(&mut shared.sim(), now_us(), &request)
    };
    shared.changed.notify_one();
    to_http(answered)
}

fn to_http(answer: HttpResponse) -> Response<Body> {
    let mut built = Response::builder().status(answer.status);
    for (name, value) in answer.headers {
        built = built.header(name, value);
    }
    built.body(Body::from(answer.body)).unwrap_or_else(|_| {
        let mut failed = Response::new(Body::empty());
        *failed.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        failed
    })
}
