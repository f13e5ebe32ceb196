//! How coarsely the kernel stamps files. Syncthing takes a file of the same size and time for unchanged: one that is
//! saved twice within a tick, and hashed in between, would never arrive.

use std::time::Duration;

/// At 250 Hz, the usual rate.
const TICK: Duration = Duration::from_millis(4);

/// The time for which a saved file must be left alone, so that a later save has another time stamp.
pub(super) fn tick() -> Duration {
    std::fs::read_to_string("/proc/sys/kernel/osrelease").map_or(Duration::ZERO, |release| tick_of(&release))
}

/// Since 6.13 Linux stamps a file finely when its last stamp was looked at, which is what a scan does.
fn tick_of(release: &str) -> Duration {
    let mut numbers = release.split(|character: char| !character.is_ascii_digit()).map(str::parse::<u32>);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) if (major, minor) >= (6, 13) => Duration::ZERO,
        _ => TICK,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kernels_with_fine_stamps_need_no_pause() {
        let check = |release, expect| assert_eq!(tick_of(release), expect, "{release}");
        check("6.18.44-generic\n", Duration::ZERO);
        check("7.0.1", Duration::ZERO);
        check("6.13", Duration::ZERO);
        check("6.8.0-45-generic", TICK);
        check("5.15.167.4-microsoft-standard-WSL2", TICK);
        check("odd", TICK);
    }
}
