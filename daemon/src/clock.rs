//! The wall clock, as the protocol writes moments.

use std::time::SystemTime;

use nhd_protocol::Timestamp;
use time::macros::format_description;
use time::{OffsetDateTime, UtcOffset};

/// Now, in UTC with milliseconds.
#[must_use]
pub fn timestamp_now() -> Timestamp {
    written(OffsetDateTime::now_utc())
}

/// A moment of this machine's clock.
#[must_use]
pub fn timestamp(moment: SystemTime) -> Timestamp {
    written(moment.into())
}

fn written(moment: OffsetDateTime) -> Timestamp {
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
    moment.to_offset(UtcOffset::UTC).format(format).expect("the format has only parts that a moment has")
}
