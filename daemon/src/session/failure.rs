//! What a failed step means for its session: an error for the user, and whether trying again can help.

mod cluster;
mod connect;
mod local;
mod plan;

#[cfg(test)]
mod tests;

use nhd_protocol::error::ErrorInfo;

/// A step that failed.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    pub info: ErrorInfo,
    /// The same step may succeed later without anybody changing anything.
    pub transient: bool,
}

impl Failure {
    pub fn fatal(info: ErrorInfo) -> Self {
        Self { info, transient: false }
    }

    pub fn transient(info: ErrorInfo) -> Self {
        Self { info, transient: true }
    }
}

/// What led to an error, as the `cause` of its text; empty where nothing did.
fn cause_of(error: &dyn std::error::Error) -> String {
    nhd_protocol::error::error_causes(error).join(": ")
}
