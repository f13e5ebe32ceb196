//! One connection into the pod: the pair of streams that the API has for it, of which one carries the data and the
//! other what went wrong; pure.

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::super::stream::StreamError;

/// What there is to be said is shorter.
const MAX_ERROR: usize = 4 << 10;

#[derive(Debug)]
pub(super) struct Request {
    waiting: VecDeque<Bytes>,
    waiting_bytes: usize,
    /// When the local side last took something, or began to have something waiting.
    pub(super) taken: Instant,
    pub(super) received: u64,
    pub(super) replied: bool,
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
            self.waiting.push_back(data);
        }
        self.data_ended |= fin;
        self.changed.notify_one();
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
