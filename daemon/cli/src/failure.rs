//! How a command fails: the error to show and the exit code, which scripts branch on.

use std::error::Error;
use std::io;

use nhd_protocol::error::{ErrorInfo, ErrorKind, error_causes};

use nhd_client::ClientError;
use nhd_client::paths::PathsError;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    Done = 0,
    Failed = 1,
    WrongUsage = 2,
    Unreachable = 3,
    /// As shells count a Ctrl-C: 128 + SIGINT.
    Interrupted = 130,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    /// In a box, as every result of this program holds the room for it.
    info: Box<ErrorInfo>,
    /// What led to it, nearest first.
    causes: Vec<String>,
    /// Whether there is nobody left to tell.
    pub(crate) unheard: bool,
    /// The exit code of what was run, in the place of `exit`.
    passed_on: Option<u8>,
}

impl Failure {
    pub(crate) fn new(exit: Exit, info: ErrorInfo) -> Self {
        Self { exit, info: Box::new(info), causes: Vec::new(), unheard: false, passed_on: None }
    }

    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::WrongUsage, ErrorInfo::new(ErrorKind::InvalidRequest, message))
    }

    /// Something here did not work.
    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::new(Exit::Failed, ErrorInfo::new(ErrorKind::Internal, message))
    }

    /// A failure on this side, with what led to it.
    pub(crate) fn local(exit: Exit, error: &dyn Error) -> Self {
        let kind = if exit == Exit::Unreachable { ErrorKind::DaemonUnreachable } else { ErrorKind::Internal };
        let mut failure = Self::new(exit, ErrorInfo::new(kind, error.to_string()));
        failure.causes = error_causes(error);
        failure
    }

    #[must_use]
    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.info.hint.get_or_insert_with(|| hint.into());
        self
    }

    #[must_use]
    pub(crate) fn with_exit(mut self, exit: Exit) -> Self {
        self.exit = exit;
        self
    }

    /// The same for whoever has been told of it already.
    #[must_use]
    pub(crate) fn told(mut self) -> Self {
        self.unheard = true;
        self
    }

    /// What was run has failed, and has said so itself as far as it wanted to.
    pub(crate) fn of_command(code: u8) -> Self {
        let info = ErrorInfo::new(ErrorKind::CommandFailed, format!("the command ended with code {code}"));
        Self { unheard: true, passed_on: Some(code), ..Self::new(Exit::Failed, info) }
    }

    /// The exit code of this process.
    pub(crate) fn code(&self) -> u8 {
        self.passed_on.unwrap_or(self.exit as u8)
    }

    /// As clients of the daemon see errors: causes follow the message after colons.
    pub(crate) fn info(&self) -> ErrorInfo {
        let mut info = ErrorInfo::clone(&self.info);
        for cause in &self.causes {
            info.message = format!("{}: {cause}", info.message);
        }
        info
    }

    /// As people see errors: each part on lines of its own.
    pub(crate) fn lines(&self) -> Vec<(&'static str, &str)> {
        let mut lines = vec![("error", self.info.message.as_str())];
        lines.extend(self.causes.iter().map(|cause| ("caused by", cause.as_str())));
        lines.extend(self.info.hint.as_deref().map(|hint| ("hint", hint)));
        let command = command_about(self.info.kind).filter(|_| self.exit == Exit::Failed);
        lines.extend(command.map(|command| ("see", command)));
        lines
    }
}

/// The command of this CLI that goes with the hint of the daemon, which speaks to every client alike.
fn command_about(kind: ErrorKind) -> Option<&'static str> {
    match kind {
        ErrorKind::SessionNotFound | ErrorKind::SessionExists | ErrorKind::Timeout => Some("nhd-cli status"),
        ErrorKind::InDevModeElsewhere | ErrorKind::WorkloadNotFound => Some("nhd-cli workloads"),
        ErrorKind::SyncPaused => Some("nhd-cli sync resume"),
        ErrorKind::StoreFailed => Some("nhd-cli daemon status"),
        _ => None,
    }
}

impl From<ErrorInfo> for Failure {
    fn from(info: ErrorInfo) -> Self {
        Self::new(Exit::Failed, info)
    }
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        match error {
            ClientError::Answered(info) => info.into(),
            error if error.is_unreachable() => Self::local(Exit::Unreachable, &error),
            error => Self::local(Exit::Failed, &error),
        }
    }
}

impl From<PathsError> for Failure {
    fn from(error: PathsError) -> Self {
        Self::local(Exit::Unreachable, &error)
    }
}

/// Standard output that cannot be written to. A reader that went away, such as `head`, needs no word of it.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        let message = format!("failed to write to standard output: {error}");
        let mut failure = Self::new(Exit::Failed, ErrorInfo::new(ErrorKind::Internal, message));
        failure.unheard = error.kind() == io::ErrorKind::BrokenPipe;
        failure
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_have_lines_of_their_own_for_people_and_follow_colons_for_programs() {
        let source = io::Error::other("no room");
        let error = ClientError::Connect { socket: "/s".into(), source };
        let failure = Failure::from(error).with_hint("make room");
        let lines =
            [("error", "failed to connect to \"/s\""), ("caused by", "no room"), ("hint", "make room")];
        assert_eq!(failure.lines(), lines);
        assert_eq!(failure.info().message, "failed to connect to \"/s\": no room");
        assert_eq!(failure.exit, Exit::Unreachable);
    }

    #[test]
    fn a_hint_of_the_daemon_is_followed_by_the_command_that_goes_with_it() {
        let info = ErrorInfo::new(ErrorKind::SyncPaused, "it is paused").with_hint("resume it");
        let lines = [("error", "it is paused"), ("hint", "resume it"), ("see", "nhd-cli sync resume")];
        assert_eq!(Failure::from(info.clone()).lines(), lines);
        assert_eq!(Failure::from(info.clone()).info(), info, "programs get the daemon's own words");
    }

    #[test]
    fn an_answer_of_the_daemon_is_a_failure_and_silence_is_an_unreachable_daemon() {
        let answer = ClientError::Answered(ErrorInfo::new(ErrorKind::WorkloadNotFound, "none"));
        assert_eq!(Failure::from(answer).exit, Exit::Failed);
        let silence = ClientError::NotRunning { socket: "/s".into() };
        assert_eq!(Failure::from(silence).exit, Exit::Unreachable);
    }
}
