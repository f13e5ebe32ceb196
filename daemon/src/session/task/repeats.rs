//! Every step changes what is observed, or backs off and becomes a visible error: what was done lately, and how long a step
//! that is done over and over has to wait.

use std::collections::VecDeque;
use std::time::Duration;

use nhd_protocol::session::StepName;
use tokio::time::Instant;

use crate::backoff::Backoff;
use crate::session::next::Observed;

/// How often a step may be taken in what looks like the same state before that is suspicious: several pods may have to be
/// deleted one by one, and others may have undone it once.
const TOLERATED: usize = 3;
/// What was done longer ago has nothing to do with what is done now.
const MEMORY: Duration = Duration::from_secs(120);
/// No cycle of steps is longer.
const REMEMBERED: usize = 64;
const BACKOFF: Backoff = Backoff { first: Duration::from_millis(500), longest: Duration::from_secs(30) };

/// The steps that were taken lately, each with the state in which it was.
#[derive(Debug, Default)]
pub(super) struct Repeats {
    taken: VecDeque<(Instant, StepName, Observed)>,
}

impl Repeats {
    pub(super) fn note(&mut self, step: StepName, seen: Observed, now: Instant) {
        while self.taken.len() >= REMEMBERED
            || self.taken.front().is_some_and(|(then, ..)| now.duration_since(*then) > MEMORY)
        {
            self.taken.pop_front();
        }
        self.taken.push_back((now, step, seen));
    }

    /// How often this step has been taken in this state, and how long it is yet to wait for that; `None` where it may be
    /// taken at once.
    pub(super) fn pause(&self, step: StepName, seen: &Observed, now: Instant) -> Option<(usize, Duration)> {
        let same = || {
            let lately = self.taken.iter().filter(|(then, ..)| now.duration_since(*then) <= MEMORY);
            lately.filter(|(_, taken, state)| *taken == step && state == seen)
        };
        let (times, last) = (same().count(), same().next_back()?.0);
        let beyond = u32::try_from(times.checked_sub(TOLERATED)?).unwrap_or(u32::MAX);
        let left = (last + BACKOFF.after(beyond + 1)).duration_since(now);
        (!left.is_zero()).then_some((times, left))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Instant {
        static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
        *START.get_or_init(Instant::now) + Duration::from_secs(seconds)
    }

    #[test]
    fn a_step_that_leads_back_to_where_it_was_taken_waits_ever_longer() {
        let (absent, there) = (Observed::UNPLANNED, Observed { planned: true, ..Observed::UNPLANNED });
        let mut repeats = Repeats::default();
        // A cycle of two: neither of them comes twice in a row.
        let mut waits = Vec::new();
        let mut now = at(0);
        for _ in 0..6 {
            for seen in [absent, there] {
                if let Some((_, left)) = repeats.pause(StepName::RestoreWorkload, &seen, now) {
                    if seen == absent {
                        waits.push(left);
                    }
                    now += left;
                }
                repeats.note(StepName::RestoreWorkload, seen, now);
            }
        }
        assert_eq!(waits.len(), 6 - TOLERATED);
        assert!(waits.is_sorted() && waits[0] < waits[waits.len() - 1], "{waits:?}");
    }

    #[test]
    fn other_states_other_steps_and_what_is_long_ago_do_not_count() {
        let (absent, there) = (Observed::UNPLANNED, Observed { planned: true, ..Observed::UNPLANNED });
        let mut repeats = Repeats::default();
        for _ in 0..10 {
            repeats.note(StepName::DeleteStalePods, absent, at(0));
        }
        assert!(repeats.pause(StepName::DeleteStalePods, &absent, at(0)).is_some());
        assert_eq!(repeats.pause(StepName::DeleteStalePods, &there, at(0)), None);
        assert_eq!(repeats.pause(StepName::RestoreWorkload, &absent, at(0)), None);
        assert_eq!(repeats.pause(StepName::DeleteStalePods, &absent, at(300)), None);
    }
}
