//! Probes and metrics over HTTP: what Kubernetes and Prometheus ask for. Nothing here needs a token, so nothing here
//! tells what a job is about.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::time::timeout;

use crate::farm::Farm;
use crate::metrics::Metrics;
use crate::rpc::standing;

/// How long store and switchboard may take to answer before the coordinator is not ready.
const PATIENCE: Duration = Duration::from_secs(1);

/// What the pages are made of.
#[derive(Clone)]
pub(crate) struct Probes {
    /// Jobs, workers, store.
    pub(crate) farm: Farm,
    /// What was counted.
    pub(crate) metrics: Arc<Metrics>,
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
    match probes.farm.pulse() {
        Ok(()) => "alive\n".into_response(),
        Err(reason) => (StatusCode::SERVICE_UNAVAILABLE, format!("not alive: {reason}\n")).into_response(),
    }
}

async fn ready(State(probes): State<Probes>) -> Response {
    match probes.check().await {
        Ok(()) => "ready\n".into_response(),
        Err(reason) => (StatusCode::SERVICE_UNAVAILABLE, format!("not ready: {reason}\n")).into_response(),
    }
}

async fn metrics(State(Probes { farm, metrics, .. }): State<Probes>) -> Response {
    // What cannot be found out in time stays as it was: the counters are of use also then.
    if let Ok(Ok(standing)) = timeout(PATIENCE, standing::Standing::of(&farm)).await {
        metrics.set_workers(standing.workers());
        metrics.set_jobs(standing.jobs());
    }
    match metrics.text() {
        Ok(text) => {
            let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
            ([(header::CONTENT_TYPE, kind)], text).into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

impl Probes {
    async fn check(&self) -> Result<(), String> {
        if self.stopping.load(Ordering::Relaxed) {
            return Err("the farm is shutting down".to_owned());
        }
        let farm = self.farm.clone();
        let read = tokio::task::spawn_blocking(move || farm.store().ping());
        match timeout(PATIENCE, read).await {
            Ok(Ok(Ok(()))) => {}
            Ok(Ok(Err(error))) => return Err(error.to_string()),
            Ok(Err(error)) => return Err(format!("the store panicked: {error}")),
            Err(_) => return Err(format!("the store has not answered within {PATIENCE:?}")),
        }
        match timeout(PATIENCE, self.farm.switchboard().workers()).await {
            Ok(Some(_)) => Ok(()),
            Ok(None) => Err("the switchboard has ended".to_owned()),
            Err(_) => Err(format!("the switchboard has not answered within {PATIENCE:?}")),
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
        let farm = crate::farm::pulse::tests::farm(folder.path(), switchboard);
        let probes = Probes { farm, metrics: Arc::default(), stopping: Arc::default() };
        let ask = || router(probes.clone()).oneshot(Request::get("/livez").body(Body::empty()).unwrap());
        assert_eq!(ask().await.unwrap().status(), StatusCode::OK);
        drop(task);
        assert_eq!(ask().await.unwrap().status(), StatusCode::SERVICE_UNAVAILABLE);
        let dead = crate::housekeeping::pulse_lost(probes.farm.clone()).await;
        assert!(dead.contains("switchboard"), "{dead}");
    }
}
