//! Stands in front of a simulated Azure DevOps and answers for it as quickly as a machine can: work items are read from it
//! once, kept as they came, and given out again after a wait, as a network has one. For measuring importers, which would
//! otherwise wait for the simulator to do its sums. Everything else is handed on to it.
//!
//! Arguments: address of the organization, token, wait in milliseconds. Prints its own address when it is ready.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, Method, Response, Uri};
use serde_json::{Value, json};

/// Largest body of a request.
const BODY_BYTES_MAX: usize = 8 * 1024 * 1024;

struct Replay {
    /// Each work item as it came, by number.
    items: HashMap<i64, String>,
    client: reqwest::Client,
    /// `http://127.0.0.1:8181`
    origin: String,
    /// Our own address, which stands in answers in the place of the other's.
    own: String,
    wait: Duration,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [organization, token, wait_ms] = arguments.as_slice() else {
        anyhow::bail!("replay_azure_devops ORGANIZATION TOKEN WAIT_MS");
    };
    let _is_first = rustls::crypto::ring::default_provider().install_default();
    let (origin, name) = organization.rsplit_once('/').context("an organization's address")?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let own = format!("http://{}", listener.local_addr()?);
    let client = reqwest::Client::builder().no_proxy().build()?;
    let items = read_all(&client, organization, token, origin, &own).await?;
    let replay = Replay {
        items,
        client,
        origin: origin.to_owned(),
        own: own.clone(),
        wait: Duration::from_millis(wait_ms.parse()?),
    };
    let router = Router::new()
        .fallback(answer)
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(Arc::new(replay));
    println!("{own}/{name}");
    axum::serve(listener, router).await?;
    Ok(())
}

/// Every work item of the organization.
async fn read_all(
    client: &reqwest::Client,
    organization: &str,
    token: &str,
    origin: &str,
    own: &str,
) -> anyhow::Result<HashMap<i64, String>> {
    let post = async |path: &str, body: Value| -> anyhow::Result<Value> {
        let request = client
            .post(format!("{organization}/_apis/wit/{path}"))
            .basic_auth("", Some(token));
        Ok(request.json(&body).send().await?.error_for_status()?.json().await?)
    };
    let (mut items, mut last) = (HashMap::new(), 0);
    loop {
        let wiql = format!("SELECT [System.Id] FROM WorkItems WHERE [System.Id] > {last} ORDER BY [System.Id]");
        let found = post("wiql?$top=19999&api-version=7.1", json!({"query": wiql})).await?;
        let ids: Vec<i64> = found["workItems"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|item| item["id"].as_i64())
            .collect();
        for batch in ids.chunks(200) {
            let asked = json!({"ids": batch, "$expand": "all", "errorPolicy": "omit"});
            let read = post("workitemsbatch?api-version=7.1", asked).await?;
            for item in read["value"].as_array().into_iter().flatten() {
                if let Some(id) = item["id"].as_i64() {
                    items.insert(id, item.to_string().replace(origin, own));
                }
            }
        }
        let Some(newest) = ids.last().filter(|_| ids.len() == 19_999) else {
            return Ok(items);
        };
        last = *newest;
    }
}

async fn answer(
    State(replay): State<Arc<Replay>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    tokio::time::sleep(replay.wait).await;
    let path = uri.path().to_ascii_lowercase();
    if path.ends_with("/_apis/wit/workitemsbatch") && method == Method::POST {
        return given(replay.batch(&body));
    }
    if let Some((_, id)) = path
        .split_once("/_apis/wit/workitems/")
        .filter(|_| method == Method::GET)
        && let Some(item) = id.parse().ok().and_then(|id: i64| replay.items.get(&id))
    {
        return given(item.clone());
    }
    replay
        .hand_on(method, &uri, headers, body)
        .await
        .unwrap_or_else(|error| {
            let mut failed = Response::new(Body::from(error.to_string()));
            *failed.status_mut() = axum::http::StatusCode::BAD_GATEWAY;
            failed
        })
}

fn given(text: String) -> Response<Body> {
    let mut response = Response::new(Body::from(text));
    let json = axum::http::HeaderValue::from_static("application/json; charset=utf-8");
    response.headers_mut().insert("content-type", json);
    response
}

impl Replay {
    fn batch(&self, body: &[u8]) -> String {
        let asked: Value = serde_json::from_slice(body).unwrap_or_default();
        let ids: Vec<i64> = asked["ids"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_i64)
            .collect();
        let mut text = format!("{{\"count\":{},\"value\":[", ids.len());
        for (at, id) in ids.iter().enumerate() {
            if at > 0 {
                text.push(',');
            }
            text.push_str(self.items.get(id).map_or("null", String::as_str));
        }
        text.push_str("]}");
        text
    }

    async fn hand_on(
        &self,
        method: Method,
        uri: &Uri,
        headers: HeaderMap,
        body: Bytes,
    ) -> anyhow::Result<Response<Body>> {
        let mut request = self.client.request(method, format!("{}{uri}", self.origin)).body(body);
        for name in ["authorization", "accept", "content-type"] {
            if let Some(value) = headers.get(name) {
                request = request.header(name, value);
            }
        }
        let answer = request.send().await?;
        let mut response = Response::builder().status(answer.status());
        for (name, value) in answer.headers() {
            if !matches!(name.as_str(), "content-length" | "transfer-encoding" | "connection") {
                response = response.header(name, value);
            }
        }
        let text = answer.text().await?.replace(&self.origin, &self.own);
        Ok(response.body(Body::from(text))?)
    }
}
