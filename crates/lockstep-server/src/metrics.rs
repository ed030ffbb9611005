//! The numbers behind `/metrics`. Anybody in this crate counts with `metrics::counter!("lockstep_..")`; labels are routes,
//! outcomes and ids of connections, never names, titles, addresses or secrets.

use std::sync::OnceLock;

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

/// Upper bounds of the buckets for durations, in seconds.
const DURATION_BUCKETS_S: [f64; 9] = [0.005, 0.02, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0, 90.0];

/// Renders what was counted. One recorder serves the process, however many servers a test starts in it.
#[derive(Clone)]
pub struct Metrics(Option<PrometheusHandle>);

impl Default for Metrics {
    fn default() -> Self {
        static RECORDER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
        Self(RECORDER.get_or_init(installed).clone())
    }
}

fn installed() -> Option<PrometheusHandle> {
    // Fails only for an empty list of buckets or a recorder that somebody else installed: then there are no numbers.
    PrometheusBuilder::new()
        .set_buckets(&DURATION_BUCKETS_S)
        .ok()?
        .install_recorder()
        .ok()
}

impl Metrics {
    /// What was counted so far, in Prometheus' text format.
    pub fn render(&self) -> String {
        self.0.as_ref().map(PrometheusHandle::render).unwrap_or_default()
    }

    /// Folds what was measured since the last time; called by the clock, so that memory stays bounded.
    pub fn fold(&self) {
        if let Some(handle) = &self.0 {
            handle.run_upkeep();
        }
    }
}
