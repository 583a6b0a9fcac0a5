//! A worker in the coordinator's own process: the same messages, over channels.

use clipig_core::{FromWorker, ToWorker};
use clipig_schedule::dispatcher::LeaveCause;
use tokio::sync::mpsc;

use super::Switchboard;

impl Switchboard {
    /// Serves one worker whose messages come and go over channels, until either side ends.
    pub async fn serve_local(
        &self,
        outbound: mpsc::Sender<ToWorker>,
        mut inbound: mpsc::Receiver<FromWorker>,
    ) {
        let Some(FromWorker::Register(registration)) = inbound.recv().await else { return };
        let refusals = outbound.clone();
        let welcome = match self.connect(registration, outbound).await {
            Ok(entry) => entry.welcome,
            Err(error) => {
                // If this fails, the worker has already gone and needs no reason.
                let _ = refusals.send(ToWorker::Refuse(error.to_string())).await;
                return;
            }
        };
        drop(refusals);
        while let Some(message) = inbound.recv().await {
            if !self.message(welcome.session, message).await {
                return;
            }
        }
        self.disconnected(welcome.session, LeaveCause::Disconnected).await;
    }
}
