//! Sessions as people read them: a table of all, a summary of one.

use std::collections::BTreeSet;

use nhd_protocol::error::ErrorKind;
use nhd_protocol::forward::{ForwardState, PortForward};
use nhd_protocol::session::{Phase, SessionList, SessionStatus};
use nhd_protocol::workload::WorkloadRef;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::style::{Style, Tone};
use super::table::{Cell, table};
use super::words;
use crate::duration::age_text;

/// `deployment/reviews`
pub(crate) fn short_name(workload: &WorkloadRef) -> String {
    format!("{}/{}", workload.kind.word(), workload.name)
}

/// The command that ends a session.
pub(crate) fn end_command(status: &SessionStatus) -> String {
    format!("nhd-cli end {} -n {}", short_name(&status.workload), status.workload.namespace)
}

/// Every session on a line, and below what needs more room; then the same of those that failed lately. The context is
/// shown where there are several.
pub(crate) fn sessions(style: Style, list: &SessionList, now: OffsetDateTime) -> String {
    sessions_or(style, list, "no workload is in DevMode\n", now)
}

/// The same, with `nothing` said where no session goes on.
pub(crate) fn sessions_or(style: Style, list: &SessionList, nothing: &str, now: OffsetDateTime) -> String {
    let contexts = list.sessions.iter().chain(&list.failed).map(|status| (&status.context, &status.server));
    let with_context = contexts.collect::<BTreeSet<_>>().len() > 1;
    let going = match list.sessions.as_slice() {
        [] => nothing.to_owned(),
        sessions => lines(style, sessions, with_context, now),
    };
    if list.failed.is_empty() {
        return going;
    }
    let heading = style.paint(Tone::Strong, "failed lately");
    format!("{going}\n{heading}\n{}", lines(style, &list.failed, with_context, now))
}

fn lines(style: Style, sessions: &[SessionStatus], with_context: bool, now: OffsetDateTime) -> String {
    let mut headings = vec!["WORKLOAD", "NAMESPACE", "PHASE", "POD", "SYNC", "FORWARD", "SINCE", "SESSION"];
    if with_context {
        headings.insert(2, "CONTEXT");
    }
    let rows: Vec<Vec<Cell>> = sessions
        .iter()
        .map(|status| {
            let mut row = row(status, now);
            if with_context {
                row.insert(2, Cell::plain(&status.context));
            }
            row
        })
        .collect();
    let remarks: String = sessions.iter().map(|status| remarks(style, status)).collect();
    let gap = if remarks.is_empty() { "" } else { "\n" };
    table(style, &headings, &rows) + gap + &remarks
}

fn row(status: &SessionStatus, now: OffsetDateTime) -> Vec<Cell> {
    let none = || Cell::new(Tone::Dim, "-");
    let (phase_tone, phase) = words::phase(status.phase);
    let pod = status.pod.as_ref().and_then(|pod| pod.name.as_ref().map(|name| (pod.ready, name)));
    vec![
        Cell::plain(short_name(&status.workload)),
        Cell::plain(&status.workload.namespace),
        Cell::new(phase_tone, phase),
        pod.map_or_else(none, |(ready, name)| Cell::new(if ready { Tone::Plain } else { Tone::Busy }, name)),
        status.sync.as_ref().map(words::sync).map_or_else(none, |(tone, text)| Cell::new(tone, text)),
        status
            .forward
            .as_ref()
            .map_or_else(none, |forward| Cell::plain(format!("127.0.0.1:{}", forward.local_port))),
        age(&status.since, now).map_or_else(none, Cell::plain),
        Cell::new(Tone::Dim, &status.session),
    ]
}

/// How long ago a moment of the protocol was; a clock that went back counts as now.
pub(crate) fn age(since: &str, now: OffsetDateTime) -> Option<String> {
    let since = OffsetDateTime::parse(since, &Rfc3339).ok()?;
    Some(age_text(u64::try_from((now - since).whole_seconds()).unwrap_or(0)))
}

/// `127.0.0.1:8080 → 80`, with what is the matter where it does not listen.
pub(crate) fn forward_ends(forward: &PortForward) -> String {
    let PortForward { remote_port, .. } = forward;
    let local =
        forward.local_port.map_or_else(|| "a free port".to_owned(), |port| format!("127.0.0.1:{port}"));
    let matter = match forward.state {
        ForwardState::Opening => ", opening",
        ForwardState::Listening => "",
        ForwardState::Blocked => ", blocked",
    };
    format!("{local} → {remote_port}{matter}")
}

fn tone_of(forward: &PortForward) -> Tone {
    match forward.state {
        ForwardState::Opening => Tone::Busy,
        ForwardState::Listening => Tone::Good,
        ForwardState::Blocked => Tone::Bad,
    }
}

/// Whether a session is led to its cluster anew by whoever names another way there.
fn cannot_reach(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::KubeconfigInvalid
            | ErrorKind::ContextNotFound
            | ErrorKind::Unauthorized
            | ErrorKind::AnotherCluster
    )
}

/// What a session waits for, suffers from, or wants to be known.
fn remarks(style: Style, status: &SessionStatus) -> String {
    let mut lines = Vec::new();
    let mut line = |tone, label: &str, text: &str| {
        lines.push(format!("  {}: {text}\n", style.paint(tone, label)));
    };
    if let Some(pod) = &status.pod
        && let Some(waiting_for) = &pod.waiting_for
    {
        line(Tone::Busy, "the pod waits for", waiting_for);
        pod.hint.iter().for_each(|hint| line(Tone::Dim, "hint", hint));
    }
    if let Some(error) = &status.error {
        line(Tone::Bad, "error", &error.message);
        error.hint.iter().for_each(|hint| line(Tone::Dim, "hint", hint));
        if cannot_reach(error.kind) {
            line(Tone::Dim, "see", &format!("{} --kubeconfig FILE --context CONTEXT", end_command(status)));
        }
    }
    if let Some(sync) = &status.sync {
        sync.last_error.iter().for_each(|error| line(Tone::Bad, "sync", error));
        sync.hint.iter().for_each(|hint| line(Tone::Dim, "hint", hint));
    }
    if let Some(error) = status.forward.as_ref().and_then(|forward| forward.last_error.as_ref()) {
        line(Tone::Bad, "forward", error);
    }
    for forward in &status.forwards {
        line(tone_of(forward), "port", &forward_ends(forward));
        if let Some(error) = &forward.error {
            line(Tone::Bad, "error", &error.message);
            error.hint.iter().for_each(|hint| line(Tone::Dim, "hint", hint));
        }
    }
    status.warnings.iter().for_each(|warning| line(Tone::Busy, "warning", warning));
    if lines.is_empty() {
        return String::new();
    }
    format!("{} in {}\n{}", short_name(&status.workload), status.workload.namespace, lines.concat())
}

/// What a start has brought about, and how to end it.
pub(crate) fn summary(style: Style, status: &SessionStatus) -> String {
    let state = match status.phase {
        Phase::Starting => "is being put into DevMode",
        _ => "is in DevMode",
    };
    let mut text = format!("{} {state}\n", style.paint(Tone::Strong, &status.workload.to_string()));
    let mut line = |label: &str, value: &str| {
        text += &format!("  {} {value}\n", style.paint(Tone::Dim, &format!("{label:<10}")));
    };
    if let Some(name) = status.pod.as_ref().and_then(|pod| pod.name.as_ref()) {
        line("pod", name);
    }
    if let Some(container) = &status.container {
        line("container", &format!("{container}, with image {}", status.image));
    }
    line("files", &format!("{} → {}", status.source, status.work_dir));
    if let Some(sync) = &status.sync {
        line("sync", &words::sync(sync).1);
    }
    if let Some(forward) = &status.forward {
        line("forward", &format!("127.0.0.1:{} → {}", forward.local_port, forward.remote_port));
    }
    for forward in &status.forwards {
        let why = forward.error.as_ref().map(|error| format!(": {}", error.message)).unwrap_or_default();
        line("port", &(forward_ends(forward) + &why));
    }
    line("end it", &end_command(status));
    text
}

#[cfg(test)]
pub(crate) mod tests {
    use nhd_protocol::error::ErrorInfo;
    use nhd_protocol::forward::{ForwardReason, ForwardStatus};
    use nhd_protocol::session::PodStatus;
    use nhd_protocol::sync::{SyncState, SyncStatus};
    use nhd_protocol::workload::WorkloadKind;

    use super::*;

    const PLAIN: Style = Style::PLAIN;

    pub(crate) fn status(session: &str, name: &str, phase: Phase) -> SessionStatus {
        SessionStatus {
            session: session.to_owned(),
            workload: WorkloadRef {
                namespace: "bookinfo".to_owned(),
                kind: WorkloadKind::Deployment,
                name: name.to_owned(),
            },
            context: "dev".to_owned(),
            server: "https://one".to_owned(),
            phase,
            since: "2026-11-23T08:00:00.000Z".to_owned(),
            started_at: "2026-11-23T08:00:00.000Z".to_owned(),
            step: None,
            container: None,
            image: "golang:1.25".to_owned(),
            source: "/src".to_owned(),
            work_dir: "/home/nocalhost-dev".to_owned(),
            shell: None,
            pod: None,
            forward: None,
            forwards: Vec::new(),
            sync: None,
            streams: Vec::new(),
            error: None,
            notices: Vec::new(),
            steps: Vec::new(),
            warnings: Vec::new(),
            outcome: None,
        }
    }

    pub(crate) fn synced(session: &str, name: &str) -> SessionStatus {
        SessionStatus {
            container: Some("main".to_owned()),
            pod: Some(PodStatus { name: Some(format!("{name}-1")), ready: true, ..PodStatus::default() }),
            forward: Some(ForwardStatus {
                local_port: 40123,
                remote_port: 22000,
                ..ForwardStatus::default()
            }),
            sync: Some(SyncStatus { state: SyncState::InSync, ..SyncStatus::default() }),
            ..status(session, name, Phase::Synced)
        }
    }

    pub(crate) fn port_forward(local_port: Option<u16>, remote_port: u16) -> PortForward {
        PortForward {
            local_port,
            remote_port,
            reason: ForwardReason::Request,
            state: ForwardState::Listening,
            error: None,
            open_connections: 0,
            connections: 0,
            last_error: None,
        }
    }

    fn now() -> OffsetDateTime {
        OffsetDateTime::parse("2026-11-23T08:03:10Z", &Rfc3339).expect("a moment")
    }

    #[test]
    fn every_session_has_a_line_and_its_troubles_stand_below() {
        let mut broken = status("s2", "ratings", Phase::Starting);
        broken.pod = Some(PodStatus {
            waiting_for: Some("ErrImagePull: no".to_owned()),
            hint: Some("mend it".to_owned()),
            ..PodStatus::default()
        });
        broken.error = Some(ErrorInfo::new(ErrorKind::ImageNotPullable, "cannot pull").with_hint("push it"));
        let expect = "\
WORKLOAD            NAMESPACE  PHASE     POD        SYNC     FORWARD          SINCE  SESSION
deployment/reviews  bookinfo   synced    reviews-1  in sync  127.0.0.1:40123  3 min  s1
deployment/ratings  bookinfo   starting  -          -        -                3 min  s2

deployment/ratings in bookinfo
  the pod waits for: ErrImagePull: no
  hint: mend it
  error: cannot pull
  hint: push it
";
        assert_eq!(sessions(PLAIN, &list(vec![synced("s1", "reviews"), broken]), now()), expect);
    }

    fn list(sessions: Vec<SessionStatus>) -> SessionList {
        SessionList { sessions, ..SessionList::default() }
    }

    #[test]
    fn what_failed_lately_stands_apart_with_its_reason() {
        let mut failed = status("s1", "reviews", Phase::Failed);
        failed.error = Some(ErrorInfo::new(ErrorKind::PodNotReady, "it is not ready").with_hint("mend it"));
        let list = SessionList { failed: vec![failed], ..SessionList::default() };
        let expect = "\
no workload is in DevMode

failed lately
WORKLOAD            NAMESPACE  PHASE   POD  SYNC  FORWARD  SINCE  SESSION
deployment/reviews  bookinfo   failed  -    -     -        3 min  s1

deployment/reviews in bookinfo
  error: it is not ready
  hint: mend it
";
        assert_eq!(sessions(PLAIN, &list, now()), expect);
    }

    #[test]
    fn a_session_that_cannot_reach_its_cluster_shows_the_command_that_leads_it_there() {
        for (kind, shown) in [(ErrorKind::KubeconfigInvalid, true), (ErrorKind::ClusterUnreachable, false)] {
            let mut lost = synced("s1", "reviews");
            lost.error = Some(ErrorInfo::new(kind, "no kubeconfig found at /gone"));
            let text = sessions(PLAIN, &list(vec![lost]), now());
            let command = "nhd-cli end deployment/reviews -n bookinfo --kubeconfig FILE --context CONTEXT";
            assert_eq!(text.contains(command), shown, "{text}");
        }
    }

    #[test]
    fn the_users_forwards_stand_below_the_table_and_in_the_summary() {
        let error = ErrorInfo::new(ErrorKind::LocalPortTaken, "it is taken").with_hint("free it");
        let blocked = PortForward {
            state: ForwardState::Blocked,
            error: Some(error),
            ..port_forward(Some(5005), 5005)
        };
        let status = SessionStatus {
            forwards: vec![port_forward(Some(8080), 80), blocked],
            ..synced("s1", "reviews")
        };
        let expect = "\
deployment/reviews in bookinfo
  port: 127.0.0.1:8080 → 80
  port: 127.0.0.1:5005 → 5005, blocked
  error: it is taken
  hint: free it
";
        let text = sessions(PLAIN, &list(vec![status.clone()]), now());
        assert!(text.ends_with(expect), "{text}");
        let text = summary(PLAIN, &status);
        assert!(text.contains("  port       127.0.0.1:5005 → 5005, blocked: it is taken\n"), "{text}");
    }

    #[test]
    fn the_context_is_shown_where_there_are_several() {
        let mut other = synced("s2", "reviews");
        other.context = "prod".to_owned();
        let text = sessions(PLAIN, &list(vec![synced("s1", "reviews"), other]), now());
        assert!(text.starts_with("WORKLOAD            NAMESPACE  CONTEXT  PHASE"), "{text}");
        assert!(text.contains("bookinfo   prod     synced"), "{text}");
    }

    #[test]
    fn the_summary_says_where_files_go_and_how_to_end() {
        let expect = "\
deployment/reviews in namespace bookinfo is in DevMode
  pod        reviews-1
  container  main, with image golang:1.25
  files      /src → /home/nocalhost-dev
  sync       in sync
  forward    127.0.0.1:40123 → 22000
  end it     nhd-cli end deployment/reviews -n bookinfo
";
        assert_eq!(summary(PLAIN, &synced("s1", "reviews")), expect);
    }
}
