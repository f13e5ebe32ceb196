//! Durations as people write and read them.

use std::time::Duration;

/// Reads `120s`, `2m`, `1h`, `500ms`; a bare number is seconds.
pub(crate) fn parse_duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("{text:?} is not a duration; write 500ms, 120s, 2m or 1h");
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let factor_ms = match unit {
        "ms" => 1,
        "" | "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return Err(wrong()),
    };
    let number: u64 = number.parse().map_err(|_| wrong())?;
    match number.checked_mul(factor_ms) {
        Some(0) => Err("a duration must be longer than 0".to_owned()),
        Some(ms) => Ok(Duration::from_millis(ms)),
        None => Err(wrong()),
    }
}

/// A length of time that a step took: `12 ms`, `1.2 s`, `2 min 5 s`.
pub(crate) fn elapsed_text(ms: u64) -> String {
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..60_000 => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
        _ => format!("{} min {} s", ms / 60_000, ms % 60_000 / 1_000),
    }
}

/// How long something lasts already, in its two largest units: `12 s`, `3 min`, `2 h 5 min`, `3 d 4 h`.
pub(crate) fn age_text(seconds: u64) -> String {
    let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400);
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{minutes} min"),
        3_600..86_400 => format!("{hours} h {} min", minutes % 60),
        _ => format!("{days} d {} h", hours % 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_a_unit_or_are_seconds() {
        for (text, ms) in
            [("120s", 120_000), ("2m", 120_000), ("500ms", 500), ("7", 7_000), ("1h", 3_600_000)]
        {
            assert_eq!(parse_duration(text), Ok(Duration::from_millis(ms)), "{text}");
        }
        for text in
            ["", "s", "-1s", "1.5s", "1 s", "2d", "0", "0ms", "99999999999999999999", "18446744073709551615h"]
        {
            assert!(parse_duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn lengths_read_like_a_person_says_them() {
        for (ms, text) in
            [(0, "0 ms"), (999, "999 ms"), (1_250, "1.2 s"), (59_999, "59.9 s"), (125_000, "2 min 5 s")]
        {
            assert_eq!(elapsed_text(ms), text);
        }
        for (seconds, text) in [(59, "59 s"), (60, "1 min"), (7_500, "2 h 5 min"), (273_600, "3 d 4 h")] {
            assert_eq!(age_text(seconds), text);
        }
    }
}
