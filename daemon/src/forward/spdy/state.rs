//! All that a tunnel knows: its requests, and what is to be written. Whoever holds it does not wait; pure but for the
//! time, which is handed in.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::BytesMut;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::super::liveness::Liveness;
use super::super::stream::{STALL_LIMIT, StreamError};
use super::decode::Frame;
use super::encode::{CANCEL, Encoder};
use super::lanes::{Lanes, PAIR};
use super::request::{Arrived, Request};
use super::tunnel::TunnelError;

/// How much may wait for one local side to read it, before the tunnel is not read any more: that is felt by the pod,
/// and by nobody else.
pub(super) const ALONE_BUFFER: usize = 256 << 10;
/// The same where others are on the tunnel, who feel it too: all together.
pub(super) const SHARED_BUFFER: usize = 2 << 20;
/// What a pod is sending does not stop at once when it is not wanted any more. From this much on it is a transfer that
/// is worth a tunnel.
const BULK: u64 = 1 << 20;

/// Far more than all that this side wants to be written at once.
const MAX_OUT: usize = 1 << 20;

#[derive(Debug)]
pub(super) struct State {
    encoder: Encoder,
    /// By the stream of their data; that of their errors is [`PAIR`] before it.
    requests: BTreeMap<u32, Request>,
    lanes: Lanes,
    /// What waits for local sides, of all requests together.
    waiting: usize,
    out: Outgoing,
    pub(super) liveness: Liveness,
    pub(super) heard: Instant,
    /// Since when there has been no request.
    pub(super) idle_since: Instant,
    /// Whether there may be more requests.
    accepting: bool,
    ended: Option<Arc<TunnelError>>,
}

/// What is to be written.
#[derive(Debug, Default)]
pub(super) struct Outgoing {
    pub(super) bytes: BytesMut,
    /// How much of it is data, for which there was room to be had.
    pub(super) data: usize,
    pub(super) pings: u32,
}

impl State {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            encoder: Encoder::default(),
            requests: BTreeMap::new(),
            lanes: Lanes::new(),
            waiting: 0,
            out: Outgoing::default(),
            liveness: Liveness::default(),
            heard: now,
            idle_since: now,
            accepting: true,
            ended: None,
        }
    }

    pub(super) fn is_accepting(&self) -> bool {
        self.accepting && self.ended.is_none()
    }

    pub(super) fn is_ended(&self) -> bool {
        self.ended.is_some()
    }

    pub(super) fn is_idle(&self) -> bool {
        self.requests.is_empty()
    }

    /// Whether no request is left on a tunnel that takes no more.
    pub(super) fn is_used_up(&self) -> bool {
        !self.accepting && self.requests.is_empty()
    }

    /// A new request; `None` where this tunnel takes no more.
    pub(super) fn open(&mut self, port: u16, now: Instant, changed: Arc<Notify>) -> Option<u32> {
        if !self.is_accepting() {
            return None;
        }
        let Some(data) = self.lanes.take() else {
            self.accepting = false;
            return None;
        };
        let error = data - PAIR;
        let (port, request) = (port.to_string(), data.to_string());
        for (stream, kind) in [(error, "error"), (data, "data")] {
            let headers = [("streamtype", kind), ("port", &port), ("requestid", &request)];
            self.encoder.open(&mut self.out.bytes, stream, &headers);
        }
        // Nothing is ever sent on this one.
        self.encoder.data(&mut self.out.bytes, error, &[], true);
        self.requests.insert(data, Request::new(now, changed));
        Some(data)
    }

    /// Whether the data is on its way: for a pod's side that is gone there is none.
    pub(super) fn send(&mut self, stream: u32, data: &[u8]) -> Result<bool, StreamError> {
        if let Some(ended) = &self.ended {
            return Err(ended.clone().into());
        }
        if self.requests.get(&stream).is_none_or(Request::is_over) {
            return Ok(false);
        }
        self.encoder.data(&mut self.out.bytes, stream, data, false);
        self.out.data += data.len();
        Ok(true)
    }

    /// Tells the pod that nothing more comes.
    pub(super) fn finish(&mut self, stream: u32) {
        let Some(request) = self.requests.get_mut(&stream) else { return };
        if !std::mem::replace(&mut request.finished, true) {
            self.encoder.data(&mut self.out.bytes, stream, &[], true);
        }
    }

    /// Nobody wants anything of this request any more.
    pub(super) fn close(&mut self, stream: u32, now: Instant) {
        let Some(mut request) = self.requests.remove(&stream) else { return };
        self.waiting -= request.discard();
        if request.is_over() {
            // The other side forgets the stream when it hears that both sides have ended it.
            if !request.finished {
                self.encoder.data(&mut self.out.bytes, stream, &[], true);
            }
        } else {
            self.encoder.reset(&mut self.out.bytes, stream, CANCEL);
            // The pod may go on to send for a second (containerd). The tunnel's end ends that at once.
            self.accepting &= request.received < BULK;
        }
        self.lanes.give_back(stream, &self.encoder, &mut self.out.bytes);
        if self.requests.is_empty() {
            self.idle_since = now;
            // Of those who answer pings it is known before the next connection that they do.
            self.accepting &= !self.lanes.are_all_in_doubt();
        }
    }

    pub(super) fn take(&mut self, stream: u32, now: Instant) -> Option<Arrived> {
        let request = self.requests.get_mut(&stream)?;
        let taken = request.take(now);
        if let Some(Arrived::Data(data)) = &taken {
            self.waiting -= data.len();
        }
        taken
    }

    /// Whether there is anything to take.
    pub(super) fn has_arrived(&self, stream: u32) -> bool {
        self.requests.get(&stream).is_none_or(|request| request.waiting_bytes() > 0 || request.is_over())
    }

    /// Whether the pod's side has answered that it has the request; or else it has failed.
    pub(super) fn replied(&self, stream: u32) -> bool {
        self.requests.get(&stream).is_none_or(Request::is_answered)
    }

    /// See [`Request::deadline`].
    pub(super) fn deadline(&self, stream: u32) -> Option<Instant> {
        self.requests.get(&stream)?.deadline()
    }

    pub(super) fn give_up(&mut self, stream: u32) {
        if let Some(request) = self.requests.get_mut(&stream) {
            request.give_up();
        }
    }

    pub(super) fn ping(&mut self) {
        self.lanes.ping(&self.encoder, &mut self.out.bytes);
        self.out.pings += 1;
    }

    pub(super) fn retire(&mut self) {
        self.accepting = false;
    }

    pub(super) fn outgoing(&mut self) -> Outgoing {
        let out = std::mem::take(&mut self.out);
        self.liveness.sent(out.data, out.pings);
        out
    }

    pub(super) fn has_to_write(&self) -> bool {
        !self.out.bytes.is_empty()
    }

    pub(super) fn goodbye(&mut self) -> BytesMut {
        let mut bytes = std::mem::take(&mut self.out).bytes;
        self.encoder.go_away(&mut bytes);
        bytes
    }

    pub(super) fn heard(&mut self, now: Instant) {
        self.heard = now;
        self.liveness.heard();
    }

    /// What is said of streams that are gone is late and means nothing any more.
    pub(super) fn accept(&mut self, frame: Frame, now: Instant) -> Result<(), TunnelError> {
        match frame {
            Frame::Data { stream, data, fin } => self.data(stream, data, fin, now),
            Frame::Headers { stream, fin } => {
                if let Some(request) = self.requests.get_mut(&stream) {
                    request.data(bytes::Bytes::new(), fin, now);
                } else if let Some(request) = self.requests.get_mut(&stream.saturating_add(PAIR)) {
                    request.error(&[], fin);
                }
            }
            Frame::Reset { stream, status } => {
                if let Some(request) = self.requests.get_mut(&stream) {
                    request.reset(true, status);
                } else if let Some(request) = self.requests.get_mut(&stream.saturating_add(PAIR)) {
                    request.reset(false, status);
                }
            }
            // The peer's have even numbers. One that does not take the answers gets no more of them.
            Frame::Ping { id } if id % 2 == 0 => {
                if self.out.bytes.len() < MAX_OUT {
                    self.encoder.ping(&mut self.out.bytes, id);
                }
            }
            Frame::Ping { id } => self.lanes.answered(id),
            Frame::Other => {}
            Frame::GoAway { last_stream } => {
                self.accepting = false;
                for (_, request) in self.requests.range_mut(last_stream.saturating_add(1)..) {
                    request.fail(StreamError::GoneAway);
                }
            }
            Frame::Open { .. } => return Err(TunnelError::Opens),
        }
        Ok(())
    }

    fn data(&mut self, stream: u32, data: bytes::Bytes, fin: bool, now: Instant) {
        if let Some(request) = self.requests.get_mut(&stream) {
            let before = request.waiting_bytes();
            request.data(data, fin, now);
            self.waiting += request.waiting_bytes() - before;
        } else if let Some(request) = self.requests.get_mut(&stream.saturating_add(PAIR)) {
            request.error(&data, fin);
        }
    }

    /// Whether more may be read; else local sides have to take something first.
    pub(super) fn has_room(&self) -> bool {
        let limit = if self.requests.len() > 1 { SHARED_BUFFER } else { ALONE_BUFFER };
        self.waiting < limit || self.ended.is_some()
    }

    /// Ends the requests that hold up others by taking nothing, those with the most first, until there is room. Says
    /// when to look again, where it is for others that there is none.
    pub(super) fn end_stalled(&mut self, now: Instant) -> Option<Instant> {
        while self.requests.len() > 1 && !self.has_room() {
            let waiting = self.requests.iter_mut().filter(|(_, request)| request.waiting_bytes() > 0);
            let stalled = waiting.filter(|(_, request)| now >= request.taken + STALL_LIMIT);
            let Some((stream, request)) = stalled.max_by_key(|(_, request)| request.waiting_bytes()) else {
                return Some(now + STALL_LIMIT / 10);
            };
            let bytes = request.discard();
            self.waiting -= bytes;
            request.fail(StreamError::Stalled { bytes });
            request.finished = true;
            self.encoder.reset(&mut self.out.bytes, *stream, CANCEL);
        }
        None
    }

    pub(super) fn end(&mut self, error: TunnelError) {
        if self.ended.is_some() {
            return;
        }
        let error = Arc::new(error);
        for request in self.requests.values_mut() {
            request.fail(error.clone().into());
        }
        self.ended = Some(error);
    }

    pub(super) fn failure(&self) -> Option<Arc<TunnelError>> {
        self.ended.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_that_asks_for_pings_and_takes_no_answers_fills_no_memory() {
        let now = Instant::now();
        let mut state = State::new(now);
        for _ in 0..MAX_OUT {
            state.accept(Frame::Ping { id: 2 }, now).unwrap();
        }
        assert!(state.outgoing().bytes.len() < MAX_OUT + 12);
        state.accept(Frame::Ping { id: 2 }, now).unwrap();
        assert_eq!(state.outgoing().bytes.len(), 12);
    }
}
