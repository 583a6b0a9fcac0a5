//! What a worker says, in the order in which it goes onto the wire.
//!
//! A gradient is many messages. A heartbeat does not wait for them: it goes between two. Everything else keeps its
//! order.
//!
//! Nobody knows how much of what was handed to a connection has arrived when it breaks. So an answer is kept until the
//! coordinator has confirmed it, and goes over the next connection again: of a gradient, those tiles that the
//! coordinator does not have. An older coordinator confirms nothing. Then an answer counts as arrived as soon as it was
//! handed over.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;
use std::pin::Pin;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use clipig_core::{Computed, Fence, FromWorker, Held, ShardError};
use clipig_proto::outgoing::{computed_messages, from_worker};
use clipig_proto::session::wire_bytes;
use clipig_proto::v1::{self, WorkerMessage, worker_message};
use futures_util::Stream;
use tokio::sync::mpsc;

/// How many messages are looked at in search of a heartbeat, while a gradient is under way. There are never more
/// answers than leases, so the search is not in vain but for more leases than this.
const AHEAD: usize = 64;

/// The messages of a session as the connection takes them.
pub(super) struct Outgoing(Unconfirmed);

/// What was said on a connection and may not have arrived.
#[derive(Clone)]
pub struct Unconfirmed(Arc<Mutex<Queue>>);

impl fmt::Debug for Unconfirmed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unconfirmed").finish_non_exhaustive()
    }
}

struct Queue {
    messages: mpsc::Receiver<FromWorker>,
    closed: bool,
    /// In order, without heartbeats.
    waiting: VecDeque<FromWorker>,
    /// The leases of the latest one, if it was not sent.
    heartbeat: Option<Vec<Held>>,
    /// What has begun and must not be mixed with anything but heartbeats.
    under_way: Option<Transfer>,
    /// Does the coordinator confirm answers?
    is_confirming: bool,
    /// How many tiles the coordinator has of answers that an earlier connection has begun.
    arrived: BTreeMap<Fence, usize>,
    /// Handed over as a whole, but not confirmed; in order.
    unconfirmed: VecDeque<Answer>,
    /// Told of answers that need not be kept any longer.
    delivered: mpsc::Sender<Fence>,
    /// Delivered, but not told yet.
    unreported: VecDeque<Fence>,
    sent: Sent,
    uploaded: Uploaded,
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

/// Messages of gradients that a worker has handed over to all its connections so far. As long as it grows, answers that
/// are still to be sent make progress.
#[derive(Clone, Debug, Default)]
pub(super) struct Uploaded(Arc<AtomicU32>);

impl Uploaded {
    fn messages(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }

    fn add(&self, message: &WorkerMessage) {
        if let Some(worker_message::Message::GradientTiles(_)) = message.message {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
}

struct Transfer {
    messages: Messages,
    answer: Option<Answer>,
    /// Is it known already that the answer need not be kept? The coordinator expects the rest all the same.
    is_confirmed: bool,
}

type Messages = Box<dyn Iterator<Item = WorkerMessage> + Send>;

/// The answer to a lease, as it is kept.
struct Answer {
    fence: Fence,
    content: Content,
}

enum Content {
    /// Shares its memory with the messages that carry it.
    Computed(Arc<Computed>),
    Other(Box<FromWorker>),
}

impl Answer {
    fn into_message(self) -> FromWorker {
        match self.content {
            // Only a connection that has not quite ended may still hold on to it.
            Content::Computed(computed) => FromWorker::Computed(Arc::unwrap_or_clone(computed)),
            Content::Other(message) => *message,
        }
    }
}

impl Outgoing {
    /// `delivered` is told of answers that need not be kept any longer.
    pub(super) fn new(
        messages: mpsc::Receiver<FromWorker>,
        delivered: mpsc::Sender<Fence>,
        uploaded: Uploaded,
    ) -> Self {
        Self(Unconfirmed(Arc::new(Mutex::new(Queue {
            messages,
            closed: false,
            waiting: VecDeque::new(),
            heartbeat: None,
            under_way: None,
            is_confirming: false,
            arrived: BTreeMap::new(),
            unconfirmed: VecDeque::new(),
            delivered,
            unreported: VecDeque::new(),
            sent: Sent::default(),
            uploaded,
        }))))
    }

    /// Counts on after these messages are handed to a connection.
    pub(super) fn sent(&self) -> Sent {
        self.0.lock().sent.clone()
    }

    /// What may not have arrived.
    pub(super) fn unconfirmed(&self) -> Unconfirmed {
        self.0.clone()
    }
}

impl Unconfirmed {
    /// The coordinator confirms answers, and has so much of those that an earlier connection has begun.
    pub(super) fn resume(&self, resume: &v1::Resume) {
        let mut queue = self.lock();
        queue.is_confirming = true;
        for v1::PartialAnswer { fence, tiles } in &resume.answers {
            queue.arrived.extend(fence.map(|fence| (Fence::from(fence), *tiles as usize)));
        }
    }

    /// The coordinator has received an answer as a whole, or does not want it.
    pub(super) fn confirm(&self, fence: Fence) {
        let mut queue = self.lock();
        let before = queue.unconfirmed.len();
        queue.unconfirmed.retain(|answer| answer.fence != fence);
        if queue.unconfirmed.len() < before {
            queue.unreported.push_back(fence);
            queue.report();
        }
        let under_way = queue.under_way.as_mut();
        if let Some(transfer) = under_way.filter(|transfer| transfer.fence() == Some(fence)) {
            transfer.is_confirmed = true;
        }
    }

    /// Ends the stream, whose connection is gone. Returns what may not have arrived, in order.
    pub(crate) fn take_back(&self) -> Vec<FromWorker> {
        let mut queue = self.lock();
        queue.closed = true;
        queue.heartbeat = None;
        let mut answers: Vec<FromWorker> = queue.unconfirmed.drain(..).map(Answer::into_message).collect();
        let under_way = queue.under_way.take().filter(|transfer| !transfer.is_confirmed);
        answers.extend(under_way.and_then(Transfer::into_answer).map(Answer::into_message));
        answers.extend(queue.waiting.drain(..));
        while let Ok(message) = queue.messages.try_recv() {
            answers.push(message);
        }
        answers
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    fn look_ahead(&mut self, cx: &mut Context<'_>) {
        while !self.closed && self.waiting.len() < AHEAD {
            match self.messages.poll_recv(cx) {
                Poll::Ready(Some(FromWorker::Heartbeat(held))) => self.heartbeat = Some(held),
                Poll::Ready(Some(message)) => self.waiting.push_back(message),
                Poll::Ready(None) => self.closed = true,
                Poll::Pending => return,
            }
        }
    }

    fn next_message(&mut self) -> Option<WorkerMessage> {
        let message = self.take_message()?;
        self.sent.add(&message);
        self.uploaded.add(&message);
        Some(message)
    }

    fn take_message(&mut self) -> Option<WorkerMessage> {
        loop {
            if let Some(held) = self.heartbeat.take() {
                let heartbeat = FromWorker::Heartbeat(self.with_progress(held));
                // One that is too long for the farm is left out.
                if let Some(message) = from_worker(heartbeat).ok().and_then(|mut messages| messages.next()) {
                    return Some(message);
                }
            }
            if let Some(transfer) = &mut self.under_way
                && let Some(message) = transfer.messages.next()
            {
                return Some(message);
            }
            // Asked for more: the connection has taken what there was.
            if let Some(transfer) = self.under_way.take() {
                self.handed_over(transfer);
            }
            let message = self.waiting.pop_front()?;
            let arrived = message.answers().and_then(|fence| self.arrived.remove(&fence));
            self.under_way = Some(encode(message, arrived));
        }
    }

    fn handed_over(&mut self, transfer: Transfer) {
        let is_delivered = transfer.is_confirmed || !self.is_confirming;
        let Some(answer) = transfer.into_answer() else { return };
        if is_delivered {
            self.unreported.push_back(answer.fence);
            self.report();
        } else {
            self.unconfirmed.push_back(answer);
        }
    }

    /// Answers that wait for the connection make progress as long as it carries anything: the coordinator must not take
    /// a slow line for a worker that hangs.
    fn with_progress(&self, mut held: Vec<Held>) -> Vec<Held> {
        let waiting = self.waiting.iter().filter_map(FromWorker::answers);
        let under_way = self.under_way.iter().filter_map(Transfer::fence);
        let unconfirmed = self.unconfirmed.iter().map(|answer| answer.fence);
        let answered: BTreeSet<Fence> = waiting.chain(under_way).chain(unconfirmed).collect();
        for lease in held.iter_mut().filter(|lease| answered.contains(&lease.fence)) {
            lease.progress = lease.progress.saturating_add(self.uploaded.messages());
        }
        held
    }

    fn report(&mut self) {
        while let Some(fence) = self.unreported.front() {
            match self.delivered.try_send(*fence) {
                Err(mpsc::error::TrySendError::Full(_)) => return,
                Ok(()) | Err(mpsc::error::TrySendError::Closed(_)) => self.unreported.pop_front(),
            };
        }
    }
}

impl Transfer {
    fn fence(&self) -> Option<Fence> {
        self.answer.as_ref().map(|answer| answer.fence)
    }

    /// The answer; its messages are let go of.
    fn into_answer(self) -> Option<Answer> {
        self.answer
    }
}

/// The messages of a value. `arrived` is how many tiles of the gradient the coordinator has.
fn encode(message: FromWorker, arrived: Option<usize>) -> Transfer {
    let fence = message.answers();
    let (messages, content) = match message {
        FromWorker::Computed(computed) => {
            let computed = Arc::new(computed);
            let messages = computed_messages(Arc::clone(&computed), arrived);
            (messages.map(|messages| Box::new(messages) as Messages), Content::Computed(computed))
        }
        other => (from_worker(other.clone()), Content::Other(Box::new(other))),
    };
    let messages: Messages = match (messages, fence) {
        (Ok(messages), _) => messages,
        // The farm must hear that there is no answer, or it would wait for one.
        (Err(error), Some(fence)) => {
            let error = ShardError::Experiment(error.to_string());
            from_worker(FromWorker::Failed { fence, error })
                .unwrap_or_else(|_| Box::new(std::iter::empty()) as Messages)
        }
        (Err(_), None) => Box::new(std::iter::empty()),
    };
    let answer = fence.map(|fence| Answer { fence, content });
    Transfer { messages, answer, is_confirmed: false }
}

impl Drop for Outgoing {
    fn drop(&mut self) {
        // Who has something to say notices that the connection is gone. What was said stays until it is taken back.
        self.0.lock().messages.close();
    }
}

impl Stream for Outgoing {
    type Item = WorkerMessage;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<WorkerMessage>> {
        let mut queue = self.0.lock();
        queue.report();
        queue.look_ahead(cx);
        match queue.next_message() {
            Some(message) => Poll::Ready(Some(message)),
            None if queue.closed => Poll::Ready(None),
            None => {
                // There is room again; the channel must know who waits for it.
                queue.look_ahead(cx);
                match queue.next_message() {
                    Some(message) => Poll::Ready(Some(message)),
                    None if queue.closed => Poll::Ready(None),
                    None => Poll::Pending,
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use clipig_core::GradientSum;
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
        let mut outgoing = Outgoing::new(messages, written, Uploaded::default());
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

    fn kinds(outgoing: &mut Outgoing) -> Vec<&'static str> {
        let next = || outgoing.next().now_or_never().flatten();
        std::iter::from_fn(next).map(|message| kind(&message)).collect()
    }

    fn resume(fence: Fence, tiles: u32) -> v1::Resume {
        v1::Resume { answers: vec![v1::PartialAnswer { fence: Some(fence.into()), tiles }] }
    }

    #[test]
    fn answers_are_kept_until_they_are_confirmed() {
        let (send, messages) = mpsc::channel(64);
        let (delivered, mut told) = mpsc::channel(8);
        let mut outgoing = Outgoing::new(messages, delivered, Uploaded::default());
        let unconfirmed = outgoing.unconfirmed();
        unconfirmed.resume(&v1::Resume::default());
        let failed = |number| FromWorker::Failed {
            fence: fence(number),
            error: ShardError::Device("it is warm".to_owned()),
        };
        (1..=4).for_each(|number| send.try_send(failed(number)).unwrap());
        send.try_send(dense(5)).unwrap();
        for message in ["other", "other", "other", "other", "computed", "tiles"] {
            let next = outgoing.next().now_or_never().flatten().unwrap();
            assert_eq!(kind(&next), message);
        }
        assert!(told.try_recv().is_err(), "nothing is confirmed");
        unconfirmed.confirm(fence(2));
        unconfirmed.confirm(fence(2));
        assert_eq!((told.try_recv(), told.try_recv().is_err()), (Ok(fence(2)), true));
        send.try_send(failed(6)).unwrap();
        let left: Vec<_> = unconfirmed.take_back().iter().filter_map(FromWorker::answers).collect();
        assert_eq!(left, [1, 3, 4, 5, 6].map(fence));
        assert!(kinds(&mut outgoing).is_empty(), "the connection is gone");
    }

    #[test]
    fn a_gradient_goes_on_where_the_last_connection_has_left_it() {
        let (send, messages) = mpsc::channel(64);
        let (delivered, _told) = mpsc::channel(8);
        let mut outgoing = Outgoing::new(messages, delivered, Uploaded::default());
        outgoing.unconfirmed().resume(&resume(fence(1), 97));
        send.try_send(dense(1)).unwrap();
        let last = outgoing.next().now_or_never().flatten().unwrap();
        let Some(Message::GradientTiles(tiles)) = &last.message else { panic!("{}", kind(&last)) };
        assert_eq!(tiles.tiles.as_ref().unwrap().numbers.len(), 3, "of 100");
        assert!(kinds(&mut outgoing).is_empty());
    }

    #[test]
    fn what_is_not_wanted_any_more_is_sent_to_its_end_and_not_kept() {
        let (send, messages) = mpsc::channel(64);
        let (delivered, mut told) = mpsc::channel(8);
        let mut outgoing = Outgoing::new(messages, delivered, Uploaded::default());
        let unconfirmed = outgoing.unconfirmed();
        unconfirmed.resume(&v1::Resume::default());
        send.try_send(dense(1)).unwrap();
        assert_eq!(outgoing.next().now_or_never().flatten().map(|message| kind(&message)), Some("computed"));
        unconfirmed.confirm(fence(1));
        assert_eq!(kinds(&mut outgoing), ["tiles"; 20]);
        assert_eq!(told.try_recv(), Ok(fence(1)));
        assert!(unconfirmed.take_back().is_empty());
    }

    #[test]
    fn answers_that_are_being_sent_make_progress() {
        let (send, messages) = mpsc::channel(64);
        let (delivered, _told) = mpsc::channel(8);
        let mut outgoing = Outgoing::new(messages, delivered, Uploaded::default());
        (1..=2).for_each(|number| send.try_send(dense(number)).unwrap());
        let mut progress = || {
            let held = (1..=3).map(|number| Held { fence: fence(number), progress: 10 }).collect();
            send.try_send(FromWorker::Heartbeat(held)).unwrap();
            let next = outgoing.next().now_or_never().flatten().unwrap();
            let Some(Message::Heartbeat(heartbeat)) = next.message else { panic!("{}", kind(&next)) };
            // The header, and two messages of tiles.
            (0..3).for_each(|_| drop(outgoing.next().now_or_never()));
            heartbeat.held.iter().map(|held| held.progress).collect::<Vec<_>>()
        };
        assert_eq!(progress(), [10, 10, 10]);
        assert_eq!(progress(), [12, 12, 10], "nothing of the third is sent");
        assert_eq!(progress(), [15, 15, 10]);
    }
}
