//! All routes of all slices behind the same walls: limits, security headers, origin check, access table, OpenAPI.
//!
//! **How to write a slice.** A folder with `mod.rs`: header, `pub fn routes() -> OpenApiRouter<App>`, request and response
//! shapes, thin handlers; rules as pure functions in one file per noun. Then:
//!
//! 1. merge it in [`slices`] below and name it in `lib.rs`;
//! 2. give every operation its line in [`crate::access::TABLE`], or it answers 403 to everybody;
//! 3. add the operation to the matrix in `tests/it/access.rs`, or the test fails.
//!
//! ```ignore
//! #[utoipa::path(get, path = "/api/teams/{id}", operation_id = "teams_detail", tag = "teams",
//!     params(("id" = Uuid, Path)), responses(
//!     (status = 200, body = Team), (status = 404, body = Problem, content_type = "application/problem+json")))]
//! async fn team(State(app): State<App>, member: Member, Path(id): Path<Uuid>) -> Result<Json<Team>, ApiError> {
//!     let row = app.store.team(member.company, id).await?.ok_or(ApiError::NotFound)?;
//!     Ok(Json(row.into()))
//! }
//! OpenApiRouter::new().routes(routes!(team))            // methods of one path: routes!(list, add)
//! ```
//!
//! Use [`Body`](crate::extract::Body), [`Path`](crate::extract::Path) and [`Query`](crate::extract::Query) of this crate;
//! input shapes carry `#[serde(deny_unknown_fields)]`. A route that takes more than [`BODY_BYTES_MAX`] sets its own
//! `axum::extract::DefaultBodyLimit`. Errors: [`Refusal`] in the slice's own words, `?` for the store's.

use std::any::Any;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing;
use http::HeaderMap;
use http::header::{self, HeaderName, HeaderValue};
use subtle::ConstantTimeEq;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::csrf::CsrfLayer;
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, RequestId, SetRequestIdLayer};
use tower_http::timeout::RequestBodyDeadlineLayer;
use utoipa::openapi::{InfoBuilder, OpenApi, OpenApiBuilder};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::error::{ApiError, Kind, Refusal};
use crate::extract::Source;
use crate::{access, accounts, action_items, connections, demo, live, program_board, service_hooks, sync_health, web};

/// Largest body of a route that doesn't say otherwise.
pub const BODY_BYTES_MAX: usize = 1024 * 1024;
/// A body that has not come whole by then is given up.
const BODY_DEADLINE: Duration = Duration::from_secs(60);
/// A request that is not answered by then is given up; longer than the slowest answer of Azure DevOps we wait for.
const ANSWER_DEADLINE: Duration = Duration::from_secs(120);

/// The header that names a request in answers and logs.
const REQUEST_ID: &str = "x-request-id";
/// Longest request id that is taken from a proxy.
const REQUEST_ID_BYTES_MAX: usize = 64;

/// Scripts, styles and pictures come from here alone; nothing inline, nothing framed.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Every slice's routes.
fn slices() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(described())
        .routes(routes!(healthz))
        .routes(routes!(readyz))
        .merge(accounts::routes())
        .merge(connections::routes())
        .merge(action_items::routes())
        .merge(program_board::routes())
        .merge(sync_health::routes())
        .merge(demo::routes())
        .merge(live::routes())
}

/// The OpenAPI document, as `/api/openapi.json` and `lockstep openapi` give it.
pub fn openapi() -> OpenApi {
    slices().split_for_parts().1
}

fn described() -> OpenApi {
    let info = InfoBuilder::new()
        .title("Lockstep")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "Planning that stays in step with Azure DevOps. Times are microseconds UTC, dates ISO text.",
        ));
    OpenApiBuilder::new().info(info.build()).build()
}

/// The whole server as one service.
pub fn router(app: App) -> Router {
    let (slices, document) = slices().split_for_parts();
    let document = document.to_pretty_json().unwrap_or_default();
    let csrf = csrf_layer(&app);
    let routes = slices
        .route(
            "/api/openapi.json",
            routing::get(async move || ([(header::CONTENT_TYPE, "application/json")], document)),
        )
        .route("/metrics", routing::get(metrics))
        .route_layer(middleware::from_fn_with_state(app.clone(), access::gate))
        .fallback(web::page)
        .method_not_allowed_fallback(async || ApiError::NotFound)
        .layer(csrf);
    // Service hooks come by the thousand and from no browser: of the walls they have those that mean something to them.
    let hooks = service_hooks::routes()
        .method_not_allowed_fallback(async || ApiError::NotFound)
        .route_layer(middleware::from_fn_with_state(app.clone(), access::gate))
        .layer(
            ServiceBuilder::new()
                .layer(middleware::from_fn(observe))
                .layer(CatchPanicLayer::custom(answer_to_panic))
                .layer(middleware::from_fn_with_state(app.clone(), while_running))
                .layer(RequestBodyDeadlineLayer::new(BODY_DEADLINE)),
        );
    let request_id = HeaderName::from_static(REQUEST_ID);
    let walls = ServiceBuilder::new()
        .layer(middleware::map_request(plain_request_id))
        .layer(SetRequestIdLayer::new(request_id.clone(), MakeRequestUuid))
        .layer(PropagateRequestIdLayer::new(request_id))
        .layer(middleware::from_fn(observe))
        .layer(middleware::from_fn(secure_headers))
        .layer(CompressionLayer::new())
        .layer(CatchPanicLayer::custom(answer_to_panic))
        .layer(middleware::from_fn_with_state(app.clone(), while_running))
        .layer(middleware::from_fn(answer_in_time))
        .layer(RequestBodyDeadlineLayer::new(BODY_DEADLINE))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX));
    routes.layer(walls).merge(hooks).with_state(app)
}

/// Refuses requests that another site made a browser send.
fn csrf_layer(
    app: &App,
) -> CsrfLayer<impl FnMut(tower_http::csrf::ProtectionError) -> Response + Clone + Send + Sync + 'static> {
    let layer = CsrfLayer::new();
    // Behind a proxy that rewrites Host, the address that browsers know is still ours.
    let layer = layer
        .clone()
        .add_trusted_origin(&app.config.public_url)
        .unwrap_or(layer);
    layer.with_rejection_response(|_error| {
        Refusal::new(Kind::Forbidden, "another_site", "Another site asked for this")
            .detail("A request that changes something must come from Lockstep's own pages.")
            .next_step(
                "Open Lockstep itself and try again. Behind a proxy, set `public_url` to the address in the browser.",
            )
            .into_response()
    })
}

/// Whether the process runs at all.
#[utoipa::path(get, path = "/healthz", tag = "server", responses((status = 200, body = String, content_type = "text/plain")))]
async fn healthz() -> &'static str {
    "ok"
}

/// Whether the server can do its work: the database answers, its tables are up to date, nobody asked it to stop.
#[utoipa::path(get, path = "/readyz", tag = "server", responses(
    (status = 200, body = String, content_type = "text/plain"),
    (status = 503, body = crate::error::Problem, content_type = "application/problem+json"),
))]
async fn readyz(State(app): State<App>) -> Result<&'static str, ApiError> {
    if app.shutdown.is_cancelled() {
        return Err(stopping().into());
    }
    // Migrations ran before the store was there at all.
    app.store.ping().await.map_err(|error| {
        tracing::warn!(
            error = crate::error::chain(&error),
            "Not ready: the database doesn't answer"
        );
        Refusal::new(Kind::NotNow, "not_ready", "The database doesn't answer").retry_after_s(5)
    })?;
    Ok("ready")
}

/// What was counted; for this machine, or for whoever has the token of the settings.
async fn metrics(State(app): State<App>, source: Source, headers: HeaderMap) -> Result<impl IntoResponse, ApiError> {
    let token = app.config.metrics_token.as_bytes();
    let given = headers
        .get(header::AUTHORIZATION)
        .and_then(|v| v.as_bytes().strip_prefix(b"Bearer "))
        .unwrap_or_default();
    let may_read = if token.is_empty() {
        source.is_this_machine()
    } else {
        bool::from(token.ct_eq(given))
    };
    if !may_read {
        return Err(ApiError::SignedOut);
    }
    Ok((
        [(header::CONTENT_TYPE, "text/plain; version=0.0.4")],
        app.metrics.render(),
    ))
}

/// Keeps the request id of a proxy only if it is short and plain; it goes into logs and back to the browser.
async fn plain_request_id(mut request: Request) -> Request {
    let is_plain = |id: &HeaderValue| {
        id.len() <= REQUEST_ID_BYTES_MAX
            && id
                .as_bytes()
                .iter()
                .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
    };
    if !request.headers().get(REQUEST_ID).is_some_and(is_plain) {
        request.headers_mut().remove(REQUEST_ID);
    }
    request
}

/// Counts and logs each request by its route's template, so that no id, query or secret gets into either.
async fn observe(request: Request, next: Next) -> Response {
    let began = Instant::now();
    let method = request.method().clone();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("(page)", |path| path.as_str())
        .to_owned();
    let id = request
        .extensions()
        .get::<RequestId>()
        .and_then(|id| id.header_value().to_str().ok())
        .unwrap_or_default()
        .to_owned();
    let response = next.run(request).await;
    let (status, took) = (response.status().as_u16(), began.elapsed());
    let labels = [
        ("method", method.to_string()),
        ("route", route.clone()),
        ("status", status.to_string()),
    ];
    metrics::counter!("lockstep_http_requests_total", &labels).increment(1);
    metrics::histogram!("lockstep_http_request_duration_seconds", "route" => route.clone()).record(took.as_secs_f64());
    let took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    if status >= 500 {
        tracing::warn!(%method, route, status, took_ms, request_id = id, "Answered {method} {route} with {status}");
    } else {
        tracing::debug!(%method, route, status, took_ms, request_id = id, "Answered {method} {route} with {status}");
    }
    response
}

async fn secure_headers(request: Request, next: Next) -> Response {
    let is_api = request.uri().path().starts_with("/api/");
    let is_shared = request.uri().path() == "/shared" || request.uri().path().starts_with("/api/shared/");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(), microphone=(), geolocation=()",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if is_shared {
        // Whoever has a link may look; a search engine that came across one may not tell others.
        headers.insert(
            HeaderName::from_static("x-robots-tag"),
            HeaderValue::from_static("none"),
        );
    }
    if is_api && !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

/// While the server stops, nothing new is begun; a service hook comes again after a 503.
async fn while_running(State(app): State<App>, request: Request, next: Next) -> Response {
    if app.shutdown.is_cancelled() && !matches!(request.uri().path(), "/healthz" | "/readyz" | "/metrics") {
        return stopping().into_response();
    }
    next.run(request).await
}

fn stopping() -> Refusal {
    Refusal::new(Kind::NotNow, "stopping", "The server is stopping")
        .next_step("Try again in a moment.")
        .retry_after_s(30)
}

async fn answer_in_time(request: Request, next: Next) -> Response {
    match tokio::time::timeout(ANSWER_DEADLINE, next.run(request)).await {
        Ok(response) => response,
        Err(_elapsed) => Refusal::new(Kind::NotNow, "too_slow", "The answer took too long")
            .detail("It was given up; what was committed before stays.")
            .next_step("Look at what is there, then try again.")
            .into_response(),
    }
}

/// A panic of one request is that request's alone. What it said may hold anything, so it goes nowhere.
fn answer_to_panic(_said: Box<dyn Any + Send + 'static>) -> Response {
    ApiError::Internal(anyhow::anyhow!("a handler panicked; the place is in the line above")).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_answers_a_problem_and_nothing_of_what_it_said() {
        let response = answer_to_panic(Box::new("pat-in-here"));
        assert_eq!(response.status(), 500);
        let body = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
        assert!(!String::from_utf8_lossy(&body).contains("pat-in-here"));
    }

    #[test]
    fn every_operation_has_an_id_of_its_own() {
        let mut seen = std::collections::BTreeSet::new();
        for (path, item) in openapi().paths.paths {
            let operations = [item.get, item.post, item.put, item.patch, item.delete];
            for operation in operations.into_iter().flatten() {
                let id = operation.operation_id.unwrap_or_default();
                assert!(
                    !id.is_empty() && seen.insert(id.clone()),
                    "{path}: {id} stands for two operations"
                );
            }
        }
    }

    #[test]
    fn every_operation_of_the_document_has_a_rule() {
        for (path, item) in openapi().paths.paths {
            let methods = [
                ("GET", item.get),
                ("POST", item.post),
                ("PUT", item.put),
                ("PATCH", item.patch),
                ("DELETE", item.delete),
            ];
            for (method, operation) in methods {
                assert!(
                    operation.is_none() || access::rule(method, &path).is_some(),
                    "{method} {path}"
                );
            }
        }
    }
}
