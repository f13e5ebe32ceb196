//! Sessions that are over: their last status, for whoever asks late, and those that failed or ended lately, for whoever was
//! away.

use std::collections::VecDeque;
use std::time::Duration;

use nhd_protocol::session::{Phase, SessionStatus};
use tokio::time::Instant;

/// Finished sessions whose last status can still be asked for by id.
const KEPT: usize = 64;
/// For so long a session that is over is shown beside the others.
const SHOWN_FOR: Duration = Duration::from_secs(60 * 60);
/// And so many that failed, and that ended, at most.
const SHOWN: usize = 32;

/// The last of them, the latest last.
#[derive(Default)]
pub(super) struct Finished {
    sessions: VecDeque<Over>,
}

struct Over {
    cluster: String,
    at: Instant,
    status: SessionStatus,
}

impl Finished {
    pub(super) fn add(&mut self, cluster: String, status: SessionStatus, at: Instant) {
        self.sessions.push_back(Over { cluster, at, status });
        while self.sessions.len() > KEPT {
            self.sessions.pop_front();
        }
    }

    pub(super) fn get(&self, session: &str) -> Option<&SessionStatus> {
        self.sessions.iter().map(|over| &over.status).find(|status| status.session == session)
    }

    /// Those that came to this end lately, the latest last, unless there has been a later session of the workload; `goes_on`
    /// says whether there is one now.
    pub(super) fn lately(
        &self,
        how: Phase,
        now: Instant,
        goes_on: impl Fn(&str, &SessionStatus) -> bool,
    ) -> Vec<SessionStatus> {
        let mut later: Vec<&Over> = Vec::new();
        let mut found = Vec::new();
        for over in self.sessions.iter().rev() {
            let same = |it: &&&Over| it.cluster == over.cluster && it.status.workload == over.status.workload;
            let superseded = later.iter().any(|it| same(&it)) || goes_on(&over.cluster, &over.status);
            later.push(over);
            let lately = now.duration_since(over.at) < SHOWN_FOR;
            if over.status.phase == how && lately && !superseded && found.len() < SHOWN {
                found.push(over.status.clone());
            }
        }
        found.reverse();
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn status(session: &str, name: &str, phase: &str) -> SessionStatus {
        serde_json::from_value(json!({
            "session": session,
            "workload": {"namespace": "shop", "kind": "Deployment", "name": name},
            "context": "dev", "server": "https://one", "phase": phase,
            "since": "2026-01-01T00:00:00.000Z", "startedAt": "2026-01-01T00:00:00.000Z",
            "image": "dev", "source": "/src", "workDir": "/home/dev",
        }))
        .expect("a status")
    }

    fn shown(finished: &Finished, now: Instant, going: &str) -> Vec<String> {
        over(Phase::Failed, finished, now, going)
    }

    fn over(how: Phase, finished: &Finished, now: Instant, going: &str) -> Vec<String> {
        let found = finished.lately(how, now, |_, status| status.workload.name == going);
        found.into_iter().map(|status| status.session).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn a_failed_session_is_shown_for_a_while_unless_its_workload_had_another_since() {
        let (now, mut finished) = (Instant::now(), Finished::default());
        for (session, name, phase) in [
            ("one", "web", "failed"),
            ("two", "db", "failed"),
            ("three", "db", "ended"),
            ("four", "api", "ended"),
            ("five", "queue", "failed"),
        ] {
            finished.add("cluster".into(), status(session, name, phase), now);
        }
        finished.add("other cluster".into(), status("six", "web", "ended"), now);
        assert_eq!(shown(&finished, now, ""), ["one", "five"]);
        assert_eq!(shown(&finished, now, "web"), ["five"]);
        assert_eq!(shown(&finished, now + SHOWN_FOR, ""), [""; 0]);
        assert_eq!(over(Phase::Ended, &finished, now, ""), ["three", "four", "six"]);
        assert_eq!(over(Phase::Ended, &finished, now, "api"), ["three", "six"]);
        assert_eq!(over(Phase::Ended, &finished, now + SHOWN_FOR, ""), [""; 0]);
        assert_eq!(finished.get("two").map(|status| status.phase), Some(Phase::Failed));
    }

    #[tokio::test(start_paused = true)]
    async fn no_more_are_kept_and_shown_than_anybody_reads() {
        let (now, mut finished) = (Instant::now(), Finished::default());
        for number in 0..2 * KEPT {
            let name = number.to_string();
            finished.add("cluster".into(), status(&name, &name, "failed"), now);
        }
        assert!(finished.get("0").is_none());
        let shown = shown(&finished, now, "");
        assert_eq!((shown.len(), shown.last().map(String::as_str)), (SHOWN, Some("127")));
    }
}
