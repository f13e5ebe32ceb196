//! One connection into the pod: the pair of streams that the API has for it, of which one carries the data and the
//! other what went wrong; pure.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::sync::Notify;
use tokio::time::Instant;

use super::super::stream::StreamError;

/// What there is to be said is shorter.
const MAX_ERROR: usize = 4 << 10;
/// Smaller pieces are put together in memory of their own: each would keep all that it was read with.
const SMALL: usize = 4 << 10;
/// How long a server may take to say that it has the request, which may wait for one that its worker is busy with…
pub(super) const REPLY_LIMIT: Duration = Duration::from_secs(30);
/// …and, after the end of the data, why it ended.
pub(super) const REASON_LIMIT: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub(super) struct Request {
    waiting: VecDeque<Bytes>,
    waiting_bytes: usize,
    /// When the local side last took something, or began to have something waiting.
    pub(super) taken: Instant,
    pub(super) received: u64,
    replied: bool,
    /// Since when the server owes a word: see [`Request::deadline`].
    owed: Instant,
    data_ended: bool,
    error_ended: bool,
    failure: Option<StreamError>,
    /// The pod's side has been told that nothing more comes.
    pub(super) finished: bool,
    /// Stirs whoever waits for something to change.
    pub(super) changed: Arc<Notify>,
}

/// What there is for the local side.
#[derive(Debug)]
pub(super) enum Arrived {
    Data(Bytes),
    End,
    Failed(StreamError),
}

impl Request {
    pub(super) fn new(now: Instant, changed: Arc<Notify>) -> Self {
        Self {
            waiting: VecDeque::new(),
            waiting_bytes: 0,
            taken: now,
            received: 0,
            replied: false,
            owed: now,
            data_ended: false,
            error_ended: false,
            failure: None,
            finished: false,
            changed,
        }
    }

    pub(super) fn waiting_bytes(&self) -> usize {
        self.waiting_bytes
    }

    /// Whether the pod's side has said its last word.
    pub(super) fn is_over(&self) -> bool {
        self.failure.is_some() || (self.data_ended && self.error_ended)
    }

    pub(super) fn data(&mut self, data: Bytes, fin: bool, now: Instant) {
        if self.is_over() || self.data_ended {
            return;
        }
        if !data.is_empty() {
            if self.waiting.is_empty() {
                self.taken = now;
            }
            self.waiting_bytes += data.len();
            self.received += data.len() as u64;
            self.keep(data);
        }
        self.replied = true;
        self.owed = now;
        self.data_ended |= fin;
        self.changed.notify_one();
    }

    fn keep(&mut self, data: Bytes) {
        if data.len() >= SMALL {
            self.waiting.push_back(data);
            return;
        }
        let mut together = match self.waiting.back_mut() {
            Some(last) if last.len() < SMALL => BytesMut::from(std::mem::take(last)),
            _ => {
                self.waiting.push_back(Bytes::new());
                BytesMut::new()
            }
        };
        together.extend_from_slice(&data);
        if let Some(last) = self.waiting.back_mut() {
            *last = together.freeze();
        }
    }

    /// Something went wrong, which is in the text; or, where there is none, nothing did.
    pub(super) fn error(&mut self, text: &[u8], fin: bool) {
        if !text.is_empty() {
            let text = &text[..text.len().min(MAX_ERROR)];
            self.fail(StreamError::Pod { text: String::from_utf8_lossy(text).trim().to_owned() });
        }
        self.error_ended |= fin;
        self.changed.notify_one();
    }

    /// Of the two streams either may be reset; why, has been said on the other one.
    pub(super) fn reset(&mut self, is_data: bool, status: u32) {
        match (is_data, self.data_ended) {
            (true, false) => self.fail(StreamError::Reset { status }),
            (true, true) => {}
            (false, _) => self.error(&[], true),
        }
    }

    /// The first reason counts. What arrived before can still be taken.
    pub(super) fn fail(&mut self, failure: StreamError) {
        if !self.is_over() {
            self.failure = Some(failure);
        }
        self.changed.notify_one();
    }

    /// Whether the pod's side has answered that it has the request; or else it has failed.
    pub(super) fn is_answered(&self) -> bool {
        self.replied || self.is_over()
    }

    /// Until when the server has to say what it owes.
    pub(super) fn deadline(&self) -> Option<Instant> {
        if self.is_over() {
            return None;
        }
        let limit = if self.data_ended { Some(REASON_LIMIT) } else { (!self.replied).then_some(REPLY_LIMIT) };
        limit.map(|limit| self.owed + limit)
    }

    /// The server has not said what it owes. That the data ended without a reason is an end like any other.
    pub(super) fn give_up(&mut self) {
        if self.data_ended {
            self.error(&[], true);
        } else {
            self.fail(StreamError::Unanswered);
        }
    }

    /// What arrived and was not taken is not wanted any more; how much it was.
    pub(super) fn discard(&mut self) -> usize {
        self.waiting.clear();
        std::mem::take(&mut self.waiting_bytes)
    }

    pub(super) fn take(&mut self, now: Instant) -> Option<Arrived> {
        if let Some(data) = self.waiting.pop_front() {
            self.waiting_bytes -= data.len();
            self.taken = now;
            return Some(Arrived::Data(data));
        }
        match &self.failure {
            Some(failure) => Some(Arrived::Failed(failure.clone())),
            None => self.is_over().then_some(Arrived::End),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(request: &mut Request) -> Vec<Bytes> {
        let next = || match request.take(Instant::now())? {
            Arrived::Data(data) => Some(data),
            Arrived::End | Arrived::Failed(_) => None,
        };
        std::iter::from_fn(next).collect()
    }

    #[test]
    fn small_pieces_keep_no_large_memory_and_large_ones_are_not_copied() {
        let (now, large) = (Instant::now(), Bytes::from(vec![7; 32 << 10]));
        let mut request = Request::new(now, Arc::default());
        let pieces = [&large[..SMALL - 1], b"a", b"b", &large, b"c"];
        for piece in pieces {
            let data = if piece.len() == large.len() { large.clone() } else { large_with(piece) };
            request.data(data, false, now);
        }
        let whole = pieces.concat();
        assert_eq!((request.waiting_bytes(), request.received), (whole.len(), whole.len() as u64));
        let taken = taken(&mut request);
        assert_eq!(taken.concat(), whole);
        assert_eq!(taken.iter().map(Bytes::len).collect::<Vec<_>>(), [SMALL, 1, large.len(), 1]);
        for data in taken {
            let capacity = data.try_into_mut().map(|it| it.capacity());
            assert!(capacity.map_or(true, |it| it <= 2 * SMALL), "it is part of something large");
        }
        assert_eq!(request.waiting_bytes(), 0);
    }

    /// A piece of something that is read at once and kept whole by each of its pieces.
    fn large_with(piece: &[u8]) -> Bytes {
        let mut read = BytesMut::with_capacity(32 << 10);
        read.extend_from_slice(piece);
        read.freeze()
    }
}
