//! What a worker says, in the order in which it goes onto the wire.
//!
//! A gradient is many messages. A heartbeat does not wait for them: it goes between two. Everything else keeps its
//! order.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use clipig_core::{Fence, FromWorker, ShardError};
use clipig_proto::outgoing::from_worker;
use clipig_proto::session::wire_bytes;
use clipig_proto::v1::WorkerMessage;
use futures_util::Stream;
use tokio::sync::mpsc;

/// How many messages are looked at in search of a heartbeat, while a gradient is under way. There are never more
/// answers than leases, so the search is not in vain but for more leases than this.
const AHEAD: usize = 64;

/// The messages of a session as the connection takes them.
pub(super) struct Outgoing {
    messages: mpsc::Receiver<FromWorker>,
    closed: bool,
    /// In order, without heartbeats.
    waiting: VecDeque<FromWorker>,
    /// The latest one, if it was not sent.
    heartbeat: Option<FromWorker>,
    /// What has begun and must not be mixed with anything but heartbeats.
    under_way: Option<Transfer>,
    written: mpsc::Sender<Fence>,
    /// Written, but not told yet.
    unreported: VecDeque<Fence>,
    sent: Sent,
}

/// Bytes of messages that a session has handed over to its connection.
#[derive(Clone, Default)]
pub(super) struct Sent(Arc<AtomicU64>);

impl Sent {
    pub(super) fn bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    fn add(&self, message: &WorkerMessage) {
        self.0.fetch_add(wire_bytes(message), Ordering::Relaxed);
    }
}

struct Transfer {
    messages: Messages,
    answers: Option<Fence>,
}

type Messages = Box<dyn Iterator<Item = WorkerMessage> + Send>;

impl Outgoing {
    pub(super) fn new(messages: mpsc::Receiver<FromWorker>, written: mpsc::Sender<Fence>) -> Self {
        Self {
            messages,
            closed: false,
            waiting: VecDeque::new(),
            heartbeat: None,
            under_way: None,
            written,
            unreported: VecDeque::new(),
            sent: Sent::default(),
        }
    }

    /// Counts on after these messages are handed to a connection.
    pub(super) fn sent(&self) -> Sent {
        self.sent.clone()
    }

    fn look_ahead(&mut self, cx: &mut Context<'_>) {
        while !self.closed && self.waiting.len() < AHEAD {
            match self.messages.poll_recv(cx) {
                Poll::Ready(Some(message @ FromWorker::Heartbeat(_))) => self.heartbeat = Some(message),
                Poll::Ready(Some(message)) => self.waiting.push_back(message),
                Poll::Ready(None) => self.closed = true,
                Poll::Pending => return,
            }
        }
    }

    fn next_message(&mut self) -> Option<WorkerMessage> {
        let message = self.take_message()?;
        self.sent.add(&message);
        Some(message)
    }

    fn take_message(&mut self) -> Option<WorkerMessage> {
        loop {
            if let Some(heartbeat) = self.heartbeat.take()
                && let Some(message) = encode(heartbeat).messages.next()
            {
                return Some(message);
            }
            if let Some(transfer) = &mut self.under_way {
                if let Some(message) = transfer.messages.next() {
                    return Some(message);
                }
                // Asked for more: the connection has taken what there was.
                self.unreported.extend(transfer.answers);
                self.under_way = None;
                self.report_written();
            }
            self.under_way = Some(encode(self.waiting.pop_front()?));
        }
    }

    fn report_written(&mut self) {
        while let Some(fence) = self.unreported.front() {
            match self.written.try_send(*fence) {
                Err(mpsc::error::TrySendError::Full(_)) => return,
                Ok(()) | Err(mpsc::error::TrySendError::Closed(_)) => self.unreported.pop_front(),
            };
        }
    }
}

fn encode(message: FromWorker) -> Transfer {
    let answers = message.answers();
    let messages: Messages = match from_worker(message) {
        Ok(messages) => Box::new(messages),
        // The farm must hear that there is no answer, or it would wait for one.
        Err(error) => match answers {
            Some(fence) => {
                let error = ShardError::Experiment(error.to_string());
                from_worker(FromWorker::Failed { fence, error })
                    .map_or_else(|_| Box::new(std::iter::empty()) as Messages, |short| Box::new(short))
            }
            None => Box::new(std::iter::empty()),
        },
    };
    Transfer { messages, answers }
}

impl Stream for Outgoing {
    type Item = WorkerMessage;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<WorkerMessage>> {
        self.report_written();
        self.look_ahead(cx);
        match self.next_message() {
            Some(message) => Poll::Ready(Some(message)),
            None if self.closed => Poll::Ready(None),
            None => {
                // There is room again; the channel must know who waits for it.
                self.look_ahead(cx);
                match self.next_message() {
                    Some(message) => Poll::Ready(Some(message)),
                    None if self.closed => Poll::Ready(None),
                    None => Poll::Pending,
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use clipig_core::{Computed, GradientSum, Held};
    use clipig_proto::v1::worker_message::Message;
    use futures_util::{FutureExt as _, StreamExt as _};

    use super::*;

    fn fence(number: u64) -> Fence {
        Fence { incarnation: 1, number }
    }

    fn dense(number: u64) -> FromWorker {
        let (width, height) = (640, 640);
        let mut gradient = GradientSum::new(width, height);
        let pixels: Vec<_> = (0..(width * height) as u32).map(Some).collect();
        gradient.add_at(&pixels, &vec![1.0; 3 * pixels.len()]);
        FromWorker::Computed(Computed {
            fence: fence(number),
            gradient,
            reports: Vec::new(),
            seconds: 1.0,
            trace: None,
        })
    }

    fn kind(message: &WorkerMessage) -> &'static str {
        match message.message.as_ref().unwrap() {
            Message::Heartbeat(_) => "heartbeat",
            Message::Computed(_) => "computed",
            Message::GradientTiles(_) => "tiles",
            Message::Goodbye(_) => "goodbye",
            _ => "other",
        }
    }

    #[test]
    fn heartbeats_go_between_the_pieces_of_gradients() {
        let (send, messages) = mpsc::channel(64);
        let (written, mut told) = mpsc::channel(1);
        let mut outgoing = Outgoing::new(messages, written);
        let mut next = || outgoing.next().now_or_never().map(|message| message.map(|message| kind(&message)));
        for number in 0..3 {
            send.try_send(dense(number)).unwrap();
        }
        assert_eq!((next(), next()), (Some(Some("computed")), Some(Some("tiles"))));
        for progress in 0..2 {
            let held = Held { fence: fence(0), progress };
            send.try_send(FromWorker::Heartbeat(vec![held])).unwrap();
        }
        assert_eq!(next(), Some(Some("heartbeat")), "at once");
        assert_eq!(next(), Some(Some("tiles")), "only the latest");
        send.try_send(FromWorker::Goodbye).unwrap();
        drop(send);
        assert!(told.try_recv().is_err(), "nothing is written as a whole");
        let mut rest = Vec::new();
        let mut fences = Vec::new();
        while let Some(Some(kind)) = next() {
            rest.push(kind);
            fences.extend(told.try_recv());
        }
        fences.extend(told.try_recv());
        assert_eq!(next(), Some(None), "the stream ends");
        fences.extend(told.try_recv());
        assert_eq!(rest.iter().filter(|kind| **kind == "computed").count(), 2);
        assert_eq!(rest.last(), Some(&"goodbye"));
        assert_eq!(fences, [fence(0), fence(1), fence(2)]);
    }
}
