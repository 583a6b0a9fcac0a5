//! How many connections `http_listen` has, and which of them gives way.
//!
//! A connection *waits* until the headers of a request are there, and again once the answer is sent. Whoever only waits
//! makes room for a newcomer, the one that has waited longest first. So nobody can keep probes away with connections on
//! which half a request was sent. A connection that is being answered is not closed for another one.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use tokio::sync::Notify;

use crate::metrics::{Metrics, RefusedConnection};

/// Room for connections.
pub(crate) struct HttpRoom {
    limit: usize,
    metrics: Arc<Metrics>,
    state: Mutex<State>,
    /// Something may have become free.
    freed: Notify,
}

#[derive(Default)]
struct State {
    next: u64,
    open: usize,
    /// Connections that wait for a request, in the order in which they began to.
    waiting: BTreeMap<u64, Arc<Notify>>,
}

/// Room for one connection, until it is dropped.
pub(crate) struct Seat {
    room: Arc<HttpRoom>,
    evict: Arc<Notify>,
    place: Mutex<Place>,
}

/// What a connection is at.
#[derive(Clone, Copy)]
enum Place {
    /// It waits for a request, under this number.
    Waiting(u64),
    Answering,
}

/// A request is being answered, until this is dropped.
pub(crate) struct Answering(Arc<Seat>);

impl HttpRoom {
    pub(crate) fn new(limit: usize, metrics: Arc<Metrics>) -> Arc<Self> {
        Arc::new(Self { limit: limit.max(1), metrics, state: Mutex::default(), freed: Notify::new() })
    }

    /// Waits until somebody can be let in: there is room, or another connection that only waits makes some.
    pub(crate) async fn free(&self) {
        loop {
            let freed = self.freed.notified();
            {
                let state = self.lock();
                if state.open < self.limit || !state.waiting.is_empty() {
                    return;
                }
            }
            freed.await;
        }
    }

    /// Lets a connection in. Where there is no room, the one that has waited longest is told to go.
    pub(crate) fn seat(self: &Arc<Self>) -> Arc<Seat> {
        let evict = Arc::new(Notify::new());
        let mut state = self.lock();
        if state.open >= self.limit
            && let Some((_, longest)) = state.waiting.pop_first()
        {
            // It is not counted any more, although it takes a moment to end.
            state.open -= 1;
            longest.notify_one();
            self.metrics.refused_connections(RefusedConnection::HttpWaiting);
        }
        state.open += 1;
        let place = Mutex::new(Place::Waiting(state.wait(&evict)));
        drop(state);
        Arc::new(Seat { room: Arc::clone(self), evict, place })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn wait(&mut self, evict: &Arc<Notify>) -> u64 {
        let number = self.next;
        self.next += 1;
        self.waiting.insert(number, Arc::clone(evict));
        number
    }
}

impl Seat {
    /// Resolves when the connection has to make room.
    pub(crate) async fn evicted(&self) {
        self.evict.notified().await;
    }

    /// A request is there.
    pub(crate) fn answer(self: &Arc<Self>) -> Answering {
        let mut place = self.place.lock().unwrap_or_else(PoisonError::into_inner);
        if let Place::Waiting(number) = *place
            && self.room.lock().waiting.remove(&number).is_some()
        {
            *place = Place::Answering;
        }
        drop(place);
        Answering(Arc::clone(self))
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        let seat = &self.0;
        let mut place = seat.place.lock().unwrap_or_else(PoisonError::into_inner);
        // One that was told to go before its request came does not wait again.
        if let Place::Answering = *place {
            *place = Place::Waiting(seat.room.lock().wait(&seat.evict));
            seat.room.freed.notify_one();
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let place = *self.place.lock().unwrap_or_else(PoisonError::into_inner);
        let mut state = self.room.lock();
        let counted = match place {
            Place::Waiting(number) => state.waiting.remove(&number).is_some(),
            Place::Answering => true,
        };
        state.open -= usize::from(counted);
        drop(state);
        self.room.freed.notify_one();
    }
}

/// An answer's body, during which its connection does not wait.
pub(crate) struct HeldBody {
    body: Body,
    _answering: Answering,
}

impl HeldBody {
    pub(crate) fn new(body: Body, answering: Answering) -> Self {
        Self { body, _answering: answering }
    }
}

impl HttpBody for HeldBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::{Duration, timeout};

    use super::*;

    async fn is_told(seat: &Seat) -> bool {
        timeout(Duration::ZERO, seat.evicted()).await.is_ok()
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_longest_makes_room_and_who_is_answered_does_not() {
        let room = HttpRoom::new(3, Arc::default());
        let [first, second, third] = std::array::from_fn(|_| room.seat());
        let answering = first.answer();
        room.free().await;
        let fourth = room.seat();
        assert!(is_told(&second).await && !is_told(&first).await && !is_told(&third).await);
        // The request of one that was told to go comes too late.
        drop(second.answer());
        drop(second);
        assert_eq!(room.lock().open, 3);
        // After its answer the first one waits again, behind the others.
        drop(answering);
        let _fifth = room.seat();
        assert!(is_told(&third).await);
        let _sixth = room.seat();
        assert!(is_told(&fourth).await);
        let _seventh = room.seat();
        assert!(is_told(&first).await);
        drop((first, third, fourth));
        assert_eq!(room.lock().open, 3);
    }

    #[tokio::test(start_paused = true)]
    async fn while_all_are_answered_newcomers_wait_outside() {
        let room = HttpRoom::new(2, Arc::default());
        let [first, second] = std::array::from_fn(|_| room.seat());
        let [one, _two] = [first.answer(), second.answer()];
        assert!(timeout(Duration::from_secs(1), room.free()).await.is_err());
        let outside = tokio::spawn({
            let room = Arc::clone(&room);
            async move { room.free().await }
        });
        tokio::task::yield_now().await;
        drop(one);
        outside.await.unwrap();
    }
}
