//! Logs go to standard error, as text or JSON. They carry ids and outcomes; titles, addresses of people and secrets never.

use tracing_subscriber::EnvFilter;

use crate::config::{Config, LogFormat};

/// Starts logging for the process. Does nothing when logging was started before.
pub fn start(config: &Config) {
    // Libraries log queries and headers at these levels, whatever the filter asks of ours.
    let filter = [
        "sqlx=warn",
        "hyper=warn",
        "hyper_util=warn",
        "reqwest=warn",
        "rustls=warn",
        "h2=warn",
    ]
    .into_iter()
    .filter_map(|directive| directive.parse().ok())
    .fold(EnvFilter::new(&config.log), EnvFilter::add_directive);
    let builder = tracing_subscriber::fmt()
        // A line that can't be written (its disk is full) is lost; telling of that on the same way would be a panic.
        .log_internal_errors(false)
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    // A second start in one process (tests) keeps the first.
    let _started = match config.log_format {
        LogFormat::Text => builder.with_ansi(false).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
}

/// Logs where a panic happened and never what it said, since that may hold anything.
pub fn keep_panics_discreet() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "A fault stopped one task");
    }));
}
