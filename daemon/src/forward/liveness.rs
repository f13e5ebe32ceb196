//! Whether a silent peer is dead, at the far end of a tunnel or of a WebSocket; pure.

use std::time::Duration;

pub(super) const PING_INTERVAL: Duration = Duration::from_secs(15);
const MISSED_PINGS: u32 = 2;
/// Servers handle pings in order with data. When much data is on its way a ping may wait behind what the pod is slow to
/// take (one stopped in a debugger), so then silence alone proves nothing for five minutes.
const MISSED_PINGS_BEHIND_DATA: u32 = 20;
const MUCH_DATA: usize = 64 << 10;

/// What has been sent since anything was heard.
#[derive(Debug, Default)]
pub(super) struct Liveness {
    unanswered_pings: u32,
    unanswered_bytes: usize,
    silent_intervals: u32,
}

impl Liveness {
    pub(super) fn heard(&mut self) {
        *self = Self::default();
    }

    /// These were handed to the connection. Pings that could not even be sent, because the way out is full, do not count
    /// as missed: that is the same case as much data on its way, only more so.
    pub(super) fn sent(&mut self, bytes: usize, pings: u32) {
        self.unanswered_bytes = self.unanswered_bytes.saturating_add(bytes);
        self.unanswered_pings += pings;
    }

    /// Nothing was heard for another [`PING_INTERVAL`]: for how long that was, where it was too long.
    pub(super) fn silent(&mut self) -> Option<Duration> {
        self.silent_intervals += 1;
        let behind_data = self.unanswered_bytes > MUCH_DATA;
        let dead = (self.unanswered_pings >= MISSED_PINGS && !behind_data)
            || self.silent_intervals > MISSED_PINGS_BEHIND_DATA;
        dead.then(|| PING_INTERVAL * self.silent_intervals)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Seconds until a peer that answers nothing counts as dead, to which this was sent before.
    fn dead_after(sent: usize, pings_leave: bool) -> u64 {
        let mut liveness = Liveness::default();
        liveness.sent(sent, 0);
        loop {
            if let Some(silence) = liveness.silent() {
                return silence.as_secs();
            }
            liveness.sent(0, u32::from(pings_leave));
        }
    }

    #[test]
    fn two_missed_pings_are_death_unless_much_data_is_on_its_way() {
        assert_eq!(dead_after(0, true), 45);
        assert_eq!(dead_after(MUCH_DATA, true), 45);
        assert_eq!(dead_after(MUCH_DATA + 1, true), 315);
        assert_eq!(dead_after(0, false), 315);
    }

    #[test]
    fn whatever_is_heard_begins_anew() {
        let mut liveness = Liveness::default();
        for _ in 0..100 {
            liveness.sent(MUCH_DATA * 2, 1);
            assert_eq!(liveness.silent(), None);
            liveness.heard();
        }
    }
}
