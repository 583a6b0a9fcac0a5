//! Probes and metrics over HTTP, for Kubernetes and Prometheus. No token is needed, so nothing about the content of jobs
//! is shown.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::time::timeout;

use crate::farm::{Farm, Patience};
use crate::metrics::Metrics;
use crate::rpc::standing;
use crate::store::StoreError;

/// How long store and switchboard may take to answer before the coordinator is not ready.
const PROBE_TIMEOUT: Duration = Duration::from_secs(1);

/// What the pages are made of.
#[derive(Clone)]
pub(crate) struct Probes {
    /// Jobs, workers, store.
    pub(crate) farm: Farm,
    /// What was counted.
    pub(crate) metrics: Arc<Metrics>,
    /// How long parts may take before they count as stuck.
    pub(crate) patience: Patience,
    /// Has the coordinator begun to stop?
    pub(crate) stopping: Arc<AtomicBool>,
}

/// `/livez`, `/readyz`, `/metrics`.
pub(crate) fn router(probes: Probes) -> Router {
    Router::new()
        .route("/livez", get(alive))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .with_state(probes)
}

async fn alive(State(probes): State<Probes>) -> Response {
    match probes.farm.check_liveness(&probes.patience) {
        Ok(()) => "alive\n".into_response(),
        Err(fault) => (StatusCode::SERVICE_UNAVAILABLE, format!("not alive: {fault}\n")).into_response(),
    }
}

async fn ready(State(probes): State<Probes>) -> Response {
    match probes.check().await {
        Ok(()) => "ready\n".into_response(),
        Err(reason) => (StatusCode::SERVICE_UNAVAILABLE, format!("not ready: {reason}\n")).into_response(),
    }
}

async fn metrics(State(Probes { farm, metrics, .. }): State<Probes>) -> Response {
    // Where this takes too long, the gauges stay as they were and the counters are still right.
    if let Ok(Ok(standing)) = timeout(PROBE_TIMEOUT, standing::Standing::of(&farm)).await {
        metrics.set_workers(standing.workers());
        metrics.set_jobs(standing.jobs());
        metrics.wanted_workers.set(i64::try_from(standing.wanted_workers()).unwrap_or(i64::MAX));
    }
    match metrics.text() {
        Ok(text) => {
            let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
            ([(header::CONTENT_TYPE, kind)], text).into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Why the coordinator takes no traffic.
#[derive(Debug, thiserror::Error)]
enum NotReady {
    #[error("the farm is shutting down")]
    ShuttingDown,
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the store panicked: {0}")]
    StorePanicked(tokio::task::JoinError),
    #[error("the switchboard has ended")]
    SwitchboardEnded,
    #[error("the {0} has not answered within {PROBE_TIMEOUT:?}")]
    Silent(&'static str),
}

impl Probes {
    async fn check(&self) -> Result<(), NotReady> {
        if self.stopping.load(Ordering::Relaxed) {
            return Err(NotReady::ShuttingDown);
        }
        let farm = self.farm.clone();
        let read = tokio::task::spawn_blocking(move || farm.store().ping());
        match timeout(PROBE_TIMEOUT, read).await {
            Ok(Ok(Ok(()))) => {}
            Ok(Ok(Err(error))) => return Err(error.into()),
            Ok(Err(error)) => return Err(NotReady::StorePanicked(error)),
            Err(_) => return Err(NotReady::Silent("store")),
        }
        match timeout(PROBE_TIMEOUT, self.farm.switchboard().workers()).await {
            Ok(Some(_)) => Ok(()),
            Ok(None) => Err(NotReady::SwitchboardEnded),
            Err(_) => Err(NotReady::Silent("switchboard")),
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::Request;
    use tower::ServiceExt as _;

    use super::*;
    use crate::switchboard::Switchboard;

    #[tokio::test]
    async fn a_coordinator_whose_switchboard_has_died_is_not_alive() {
        let folder = tempfile::tempdir().unwrap();
        let (switchboard, task) = Switchboard::without_task();
        let farm = crate::farm::health::tests::farm(folder.path(), switchboard);
        let probes =
            Probes { farm, metrics: Arc::default(), patience: Patience::default(), stopping: Arc::default() };
        let ask = || router(probes.clone()).oneshot(Request::get("/livez").body(Body::empty()).unwrap());
        assert_eq!(ask().await.unwrap().status(), StatusCode::OK);
        drop(task);
        assert_eq!(ask().await.unwrap().status(), StatusCode::SERVICE_UNAVAILABLE);
        let dead = crate::housekeeping::until_unhealthy(probes.farm.clone()).await;
        assert_eq!(dead, crate::farm::HealthFault::Switchboard);
    }
}
