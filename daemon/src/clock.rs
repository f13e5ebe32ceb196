//! The wall clock, as the protocol writes moments.

use nhd_protocol::Timestamp;
use time::OffsetDateTime;
use time::macros::format_description;

/// Now, in UTC with milliseconds.
#[must_use]
pub fn timestamp_now() -> Timestamp {
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
    OffsetDateTime::now_utc().format(format).expect("the format has only parts that a moment has")
}
