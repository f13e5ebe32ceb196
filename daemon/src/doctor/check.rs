//! How a check is made: bounded in time, and whatever becomes of it is its own affair. It does not know what is checked.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures::FutureExt as _;
use nhd_protocol::doctor::{DoctorCheck, DoctorGroup, DoctorRemedy, DoctorState};
use tokio::time::{Instant, timeout};

/// How long one check may take.
pub(super) const CHECK_LIMIT: Duration = Duration::from_secs(15);

/// What a check is of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Subject {
    pub(super) id: &'static str,
    pub(super) group: DoctorGroup,
    pub(super) title: &'static str,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) state: DoctorState,
    pub(super) detail: String,
    pub(super) remedies: Vec<DoctorRemedy>,
}

impl Finding {
    fn new(state: DoctorState, detail: impl Into<String>) -> Self {
        Self { state, detail: detail.into(), remedies: Vec::new() }
    }

    pub(super) fn ok(detail: impl Into<String>) -> Self {
        Self::new(DoctorState::Ok, detail)
    }

    pub(super) fn warning(detail: impl Into<String>) -> Self {
        Self::new(DoctorState::Warning, detail)
    }

    pub(super) fn failed(detail: impl Into<String>) -> Self {
        Self::new(DoctorState::Failed, detail)
    }

    pub(super) fn skipped(why: impl Into<String>) -> Self {
        Self::new(DoctorState::Skipped, why)
    }

    pub(super) fn with(mut self, remedy: DoctorRemedy) -> Self {
        self.remedies.push(remedy);
        self
    }

    pub(super) fn hint(self, text: Option<String>) -> Self {
        match text {
            Some(text) => self.with(DoctorRemedy::text(text)),
            None => self,
        }
    }

    pub(super) fn of(self, subject: Subject, elapsed: Duration) -> DoctorCheck {
        let Subject { id, group, title } = subject;
        DoctorCheck {
            id: id.to_owned(),
            group,
            title: title.to_owned(),
            state: self.state,
            detail: self.detail,
            remedies: self.remedies,
            elapsed_ms: u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
        }
    }
}

/// Looks, within the limit; a panic in it is a finding, too.
pub(super) async fn look(subject: Subject, looking: impl Future<Output = Finding>) -> DoctorCheck {
    let begun = Instant::now();
    let finding = match timeout(CHECK_LIMIT, AssertUnwindSafe(looking).catch_unwind()).await {
        Ok(Ok(finding)) => finding,
        Ok(Err(_)) => Finding::skipped("nhd met a fault of its own in this check")
            .with(DoctorRemedy::text("report it with the daemon's log")),
        Err(_) => Finding::failed(format!("no answer within {} s", CHECK_LIMIT.as_secs())),
    };
    finding.of(subject, begun.elapsed())
}

/// Does what may wait for a disk on a thread that may be left behind by one that hangs.
pub(super) async fn at_disk<T: Send + 'static>(doing: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(doing).await {
        Ok(done) => done,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

/// Looks at what may wait for a disk.
pub(super) async fn look_at_disk(
    subject: Subject,
    looking: impl FnOnce() -> Finding + Send + 'static,
) -> DoctorCheck {
    look(subject, at_disk(looking)).await
}

/// A word as a POSIX shell takes it, whatever is in it.
pub(super) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+=:@%,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// `1 file`, `2 files`
pub(super) fn counted(count: usize, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUBJECT: Subject = Subject { id: "a.b", group: DoctorGroup::Machine, title: "a thing" };

    #[tokio::test(start_paused = true)]
    async fn what_hangs_or_breaks_is_a_finding_in_its_time() {
        let hung = look(SUBJECT, std::future::pending()).await;
        assert_eq!((hung.state, hung.detail.as_str()), (DoctorState::Failed, "no answer within 15 s"));
        assert_eq!(hung.elapsed_ms, 15_000);
        let broken = look(SUBJECT, async { std::panic::resume_unwind(Box::new(())) }).await;
        assert_eq!(broken.state, DoctorState::Skipped);
        let broken = look_at_disk(SUBJECT, || std::panic::resume_unwind(Box::new(()))).await;
        assert_eq!(broken.state, DoctorState::Skipped);
        let fine = look_at_disk(SUBJECT, || Finding::ok("fine")).await;
        assert_eq!((fine.state, fine.id.as_str()), (DoctorState::Ok, "a.b"));
    }

    #[test]
    fn words_are_quoted_for_a_shell() {
        for (word, expect) in [
            ("/home/ann/.kube/config", "/home/ann/.kube/config"),
            ("two words", "'two words'"),
            ("it's; rm -r $HOME", r"'it'\''s; rm -r $HOME'"),
            ("", "''"),
            ("größe", "'größe'"),
        ] {
            assert_eq!(quoted(word), expect);
        }
    }
}
