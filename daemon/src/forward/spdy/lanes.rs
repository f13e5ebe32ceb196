//! Which numbers the streams of a request get, and so whose frames they wait behind in the server; pure.
//!
//! `moby/spdystream` has five workers, and the number of a stream decides which has its frames, one after the other. One
//! that has data for a stream whose handler has returned (nothing listens on the port; the program in the pod hung up)
//! waits for ever for somebody to take it, and all streams of that worker with it; only the end of the tunnel ends that
//! (seen on containerd 1.6, in the source up to 0.5). Nothing says beforehand that it will be so. Hence requests
//! are spread over the workers, and one that has ended is followed by as many pings as there are workers, which take
//! them in turns: only when all are answered is it sure that nobody waits, and until then that worker gets nothing.

use super::encode::Encoder;
use bytes::BytesMut;

const WORKERS: u32 = 5;
/// From the stream for errors to the stream for data of the same request: the next number of the same worker, as a
/// client's numbers are odd.
pub(super) const PAIR: u32 = 2 * WORKERS;
const LAST_STREAM: u32 = 0x7fff_ff00;

#[derive(Debug)]
pub(super) struct Lanes {
    next_stream: u32,
    next_ping: u32,
    lanes: [Lane; WORKERS as usize],
}

/// What a worker has.
#[derive(Debug, Default, Clone, Copy)]
struct Lane {
    requests: u32,
    /// The pings that are to show that the worker does not wait: the number of the first, and how many are missing.
    doubt: Option<(u32, u32)>,
}

impl Lanes {
    pub(super) fn new() -> Self {
        Self { next_stream: 1, next_ping: 1, lanes: [Lane::default(); WORKERS as usize] }
    }

    /// The stream for a request's data, of the worker who has the fewest; `None` where there is none without a doubt.
    pub(super) fn take(&mut self) -> Option<u32> {
        if self.next_stream >= LAST_STREAM {
            return None;
        }
        let error_streams = (0..WORKERS).map(|turn| self.next_stream + 2 * turn);
        let trusted = error_streams.filter(|stream| self.lanes[lane_of(*stream)].doubt.is_none());
        let error_stream = trusted.min_by_key(|stream| self.lanes[lane_of(*stream)].requests)?;
        self.lanes[lane_of(error_stream)].requests += 1;
        let stream = error_stream + PAIR;
        self.next_stream = stream + 2;
        Some(stream)
    }

    pub(super) fn are_all_in_doubt(&self) -> bool {
        self.lanes.iter().all(|lane| lane.doubt.is_some())
    }

    /// The request has ended on this side: pings are written behind all that was.
    pub(super) fn give_back(&mut self, stream: u32, encoder: &Encoder, out: &mut BytesMut) {
        let first = self.next_ping;
        let lane = &mut self.lanes[lane_of(stream)];
        lane.requests -= 1;
        lane.doubt = Some((first, WORKERS));
        for _ in 0..WORKERS {
            self.ping(encoder, out);
        }
    }

    pub(super) fn ping(&mut self, encoder: &Encoder, out: &mut BytesMut) {
        encoder.ping(out, self.next_ping);
        self.next_ping = self.next_ping.wrapping_add(2) | 1;
    }

    /// A ping was answered.
    pub(super) fn answered(&mut self, ping: u32) {
        for lane in &mut self.lanes {
            if let Some((first, missing)) = &mut lane.doubt
                && ping.wrapping_sub(*first) < 2 * WORKERS
            {
                *missing -= 1;
                if *missing == 0 {
                    lane.doubt = None;
                }
            }
        }
    }
}

fn lane_of(stream: u32) -> usize {
    (stream % WORKERS) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_spread_over_the_workers_and_a_pair_has_the_same_one() {
        let mut lanes = Lanes::new();
        let streams: Vec<u32> = (0..10).map(|_| lanes.take().unwrap()).collect();
        assert!(streams.windows(2).all(|pair| pair[0] < pair[1] - PAIR), "{streams:?}");
        assert!(streams.iter().all(|stream| stream % 2 == 1));
        let mut workers: Vec<usize> = streams[..5].iter().map(|stream| lane_of(*stream)).collect();
        workers.sort_unstable();
        assert_eq!(workers, [0, 1, 2, 3, 4]);
        assert!(lanes.lanes.iter().all(|lane| lane.requests == 2));
        assert_eq!(lane_of(streams[0]), lane_of(streams[0] - PAIR));
    }

    #[test]
    fn a_worker_is_trusted_again_only_when_all_pings_behind_its_last_request_are_answered() {
        let (mut lanes, encoder, mut out) = (Lanes::new(), Encoder::default(), BytesMut::new());
        let first = lanes.take().unwrap();
        lanes.give_back(first, &encoder, &mut out);
        assert_eq!(out.len(), 5 * 12);
        for _ in 0..4 {
            assert_ne!(lane_of(lanes.take().unwrap()), lane_of(first));
        }
        for ping in [1, 3, 5, 7] {
            lanes.answered(ping);
        }
        // Others have more to do, but it is not trusted yet.
        assert_ne!(lane_of(lanes.take().unwrap()), lane_of(first));
        lanes.answered(9);
        assert_eq!(lane_of(lanes.take().unwrap()), lane_of(first));
    }

    #[test]
    fn where_all_are_in_doubt_there_is_nobody() {
        let (mut lanes, encoder, mut out) = (Lanes::new(), Encoder::default(), BytesMut::new());
        for stream in [(); 5].map(|()| lanes.take().unwrap()) {
            assert!(!lanes.are_all_in_doubt());
            lanes.give_back(stream, &encoder, &mut out);
        }
        assert!(lanes.are_all_in_doubt());
        assert_eq!(lanes.take(), None);
    }

    #[test]
    fn numbers_end() {
        let mut lanes = Lanes { next_stream: LAST_STREAM, ..Lanes::new() };
        assert_eq!(lanes.take(), None);
    }
}
