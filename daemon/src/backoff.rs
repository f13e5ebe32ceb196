//! How long to wait before what failed is tried again: twice as long each time, up to a bound. Pure.

use std::time::Duration;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    pub first: Duration,
    pub longest: Duration,
}

impl Backoff {
    /// The pause after so many failures in a row, of which there is at least one.
    #[must_use]
    pub fn after(self, failures: u32) -> Duration {
        let doubled = 2_u32.saturating_pow(failures.saturating_sub(1));
        self.first.saturating_mul(doubled).min(self.longest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_doubles_up_to_its_bound() {
        let backoff = Backoff { first: Duration::from_millis(200), longest: Duration::from_secs(5) };
        let check = |failures, expect_ms| {
            assert_eq!(backoff.after(failures), Duration::from_millis(expect_ms), "{failures}");
        };
        check(0, 200);
        check(1, 200);
        check(2, 400);
        check(5, 3200);
        check(6, 5000);
        check(u32::MAX, 5000);
    }
}
