//! Sockets: takes connections with bounds on their number, headers and time, and stops without breaking off what runs.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ConnectInfo;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tower::ServiceExt;

use crate::accounts::sessions;
use crate::app::App;

/// Connections at once; more wait in the system's queue.
const N_CONNECTIONS_MAX: usize = 4096;
/// Headers of one request, in bytes.
const HEADER_BYTES_MAX: usize = 32 * 1024;
/// Headers that have not come whole by then close the connection.
const HEADER_DEADLINE: Duration = Duration::from_secs(10);
/// How long running work may take to end when the server is asked to stop.
const TASKS_END: Duration = Duration::from_secs(6);
/// How long open connections may take to end after that.
const CONNECTIONS_END: Duration = Duration::from_secs(2);
/// How long the database may take to close at last.
const STORE_END: Duration = Duration::from_secs(1);
/// How often chores run.
const CHORES_EVERY: Duration = Duration::from_secs(60);

/// Serves until `app.shutdown` is cancelled, then ends within ten seconds.
///
/// `tasks` are the server's other long-running parts, such as the driver; they end by themselves once `app.shutdown` is
/// cancelled, and are waited for while requests are still answered (with 503).
pub async fn run(app: App, listener: TcpListener, mut tasks: JoinSet<()>) -> anyhow::Result<()> {
    tracing::info!(address = %listener.local_addr()?, "Listening");
    tasks.spawn(chores(app.clone()));
    let sockets = Sockets {
        router: crate::api::router(app.clone()),
        places: Arc::new(Semaphore::new(N_CONNECTIONS_MAX)),
    };
    let graceful = GracefulShutdown::new();
    let stopped = async {
        app.shutdown.cancelled().await;
        tracing::info!("Stopping: nothing new is begun, what runs may end");
        if tokio::time::timeout(TASKS_END, async { while tasks.join_next().await.is_some() {} })
            .await
            .is_err()
        {
            tracing::warn!("Some tasks did not end in time and are broken off; their work is found at the next start");
        }
    };
    tokio::select! {
        () = sockets.accept(&listener, &graceful) => {}
        () = stopped => {}
    }
    drop(listener);
    if tokio::time::timeout(CONNECTIONS_END, graceful.shutdown())
        .await
        .is_err()
    {
        tracing::info!("Some connections were still open and are closed");
    }
    if tokio::time::timeout(STORE_END, app.store.close()).await.is_err() {
        tracing::warn!("The database is left as it is; what was committed is safe");
    }
    tracing::info!("Stopped");
    Ok(())
}

struct Sockets {
    router: axum::Router,
    places: Arc<Semaphore>,
}

impl Sockets {
    async fn accept(&self, listener: &TcpListener, graceful: &GracefulShutdown) {
        while let Ok(place) = self.places.clone().acquire_owned().await {
            let (stream, peer) = match listener.accept().await {
                Ok(accepted) => accepted,
                Err(error) => {
                    // The connection was gone already, or the system has no file handles left: the next one may do.
                    tracing::warn!(%error, "A connection could not be taken");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            };
            self.serve(stream, peer, graceful, place);
        }
    }

    fn serve(
        &self,
        stream: TcpStream,
        peer: SocketAddr,
        graceful: &GracefulShutdown,
        place: tokio::sync::OwnedSemaphorePermit,
    ) {
        let router = self.router.clone();
        let service = router.map_request(move |mut request: http::Request<hyper::body::Incoming>| {
            request.extensions_mut().insert(ConnectInfo(peer));
            request.map(axum::body::Body::new)
        });
        let mut builder = hyper::server::conn::http1::Builder::new();
        builder
            .timer(TokioTimer::new())
            .header_read_timeout(HEADER_DEADLINE)
            .max_buf_size(HEADER_BYTES_MAX);
        // Small answers and events go out at once; a socket that refuses is only slower.
        let _is_set = stream.set_nodelay(true);
        let connection =
            graceful.watch(builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service)));
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "A connection ended early");
            }
            drop(place);
        });
    }
}

/// What is to be done by the clock.
async fn chores(app: App) {
    let mut clock = tokio::time::interval(CHORES_EVERY);
    loop {
        tokio::select! {
            () = app.shutdown.cancelled() => return,
            _ = clock.tick() => {}
        }
        app.metrics.fold();
        if let Err(error) = sessions::forget_old(&app).await {
            tracing::warn!(
                error = crate::error::chain(&error),
                "Ended sessions could not be forgotten"
            );
        }
    }
}

/// Cancels `app.shutdown` on Ctrl-C or SIGTERM.
pub fn stop_on_signal(app: &App) -> std::io::Result<()> {
    #[cfg(unix)]
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    let shutdown = app.shutdown.clone();
    tokio::spawn(async move {
        #[cfg(unix)]
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        #[cfg(not(unix))]
        let _pressed = tokio::signal::ctrl_c().await;
        shutdown.cancel();
    });
    Ok(())
}
