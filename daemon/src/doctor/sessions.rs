//! The daemon that looks, and which of its sessions are in trouble.

use nhd_protocol::doctor::{DoctorCheck, DoctorGroup, DoctorRemedy};
use nhd_protocol::session::{Phase, SessionStatus};

use super::Patient;
use super::check::{Finding, Subject, counted, look};

const SESSIONS: Subject = Subject { id: "daemon.sessions", group: DoctorGroup::Daemon, title: "sessions" };

pub(super) async fn check(patient: &Patient<'_>) -> DoctorCheck {
    look(SESSIONS, async {
        match patient.sessions {
            Some(sessions) => judge(sessions),
            None => Finding::skipped("no daemon runs that could tell"),
        }
    })
    .await
}

fn judge(sessions: &[SessionStatus]) -> Finding {
    let troubled: Vec<&SessionStatus> = sessions.iter().filter(|status| is_troubled(status)).collect();
    let count = counted(sessions.len(), "session");
    if troubled.is_empty() {
        return Finding::ok(count);
    }
    let lines = troubled.iter().map(|status| {
        let why = status.error.as_ref().map_or_else(|| "it is not connected".to_owned(), ToString::to_string);
        format!("\n{} (session {}): {why}", status.workload, status.session)
    });
    let detail = format!("{count}, {} of them in trouble:{}", troubled.len(), lines.collect::<String>());
    let hints = troubled.iter().filter_map(|status| status.error.as_ref()?.hint.clone());
    let finding = Finding::warning(detail);
    hints.fold(finding, |finding, hint| finding.with(DoctorRemedy::text(hint)))
}

fn is_troubled(status: &SessionStatus) -> bool {
    status.error.is_some() || matches!(status.phase, Phase::Blocked | Phase::Reconnecting)
}

#[cfg(test)]
mod tests {
    use nhd_protocol::doctor::DoctorState;
    use nhd_protocol::error::{ErrorInfo, ErrorKind};
    use serde_json::json;

    use super::*;

    #[test]
    fn a_session_in_trouble_says_so_with_its_own_hint() {
        let status = |phase: &str| -> SessionStatus {
            serde_json::from_value(json!({
                "session": "one", "workload": {"namespace": "shop", "kind": "Deployment", "name": "web"},
                "context": "kind", "server": "https://127.0.0.1", "phase": phase, "image": "dev",
                "since": "2026-01-01T00:00:00.000Z", "startedAt": "2026-01-01T00:00:00.000Z",
                "source": "/src", "workDir": "/home/dev",
            }))
            .expect("a status")
        };
        assert_eq!(judge(&[status("synced")]).state, DoctorState::Ok);
        let mut blocked = status("blocked");
        blocked.error = Some(ErrorInfo::new(ErrorKind::Unauthorized, "no").with_hint("sign in"));
        let finding = judge(&[status("synced"), blocked]);
        assert_eq!(finding.state, DoctorState::Warning);
        assert!(finding.detail.contains("2 sessions, 1 of them"), "{}", finding.detail);
        assert_eq!(finding.remedies, [DoctorRemedy::text("sign in")]);
        assert_eq!(judge(&[status("reconnecting")]).state, DoctorState::Warning);
    }
}
