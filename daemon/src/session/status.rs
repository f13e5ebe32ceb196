//! What clients see of a session.

use std::path::PathBuf;

use nhd_protocol::Timestamp;
use nhd_protocol::error::ErrorInfo;
use nhd_protocol::forward::{ForwardStatus, PortForward};
use nhd_protocol::message::{Notice, error as said, warning};
use nhd_protocol::session::{Phase, PlannedStep, PodStatus, SessionOutcome, SessionStatus, StepName};
use nhd_protocol::sync::{LeftOutBy, SyncProblem, SyncState, SyncStatus, SyncType};

use crate::clock::{timestamp, timestamp_now};
use crate::cluster::pods::Waiting;
use crate::session::forwards::opening;
use crate::session::look::Sight;
use crate::session::look::differences::named;
use crate::session::look::parts::record_name;
use crate::session::look::{autoscalers, claims};
use crate::session::next::Next;
use crate::session::patience;
use crate::store::StoredSession;
use crate::store::session::Desired;
use crate::{forward, sync};
use nhd_plan::Standing;

/// Paths that cannot be synced, named in a status.
const NAMED_PROBLEMS: usize = 20;

/// The phase that follows from what is wanted and what comes next.
pub fn phase(stored: &StoredSession, next: Next, pod_ready: bool) -> Phase {
    match (stored.desired, next) {
        (_, Next::Stop(_)) => Phase::Blocked,
        (Desired::Original, _) => Phase::Ending,
        (Desired::DevMode, Next::Wait(None)) => Phase::Synced,
        (Desired::DevMode, _) if stored.synced => Phase::Reconnecting,
        (Desired::DevMode, _) if pod_ready => Phase::Ready,
        (Desired::DevMode, _) if stored.ready => Phase::Reconnecting,
        (Desired::DevMode, _) => Phase::Starting,
    }
}

/// A session that has just begun.
pub fn initial(stored: &StoredSession) -> SessionStatus {
    SessionStatus {
        session: stored.id.clone(),
        workload: stored.workload.clone(),
        context: stored.cluster.context.clone(),
        server: stored.cluster.server.clone(),
        phase: match stored.desired {
            Desired::DevMode if stored.synced || stored.ready => Phase::Reconnecting,
            Desired::DevMode => Phase::Starting,
            Desired::Original => Phase::Ending,
        },
        since: timestamp_now(),
        started_at: stored.created_at.clone(),
        step: None,
        steps: Vec::new(),
        container: stored.plan.as_ref().map(|plan| plan.edit.container.clone()),
        image: stored.request.image.clone(),
        source: stored.request.source.display().to_string(),
        work_dir: stored.request.work_dir.clone(),
        shell: stored.request.dev.shell.clone(),
        pod: None,
        forward: None,
        forwards: stored.forwards.iter().map(opening).collect(),
        sync: None,
        streams: Vec::new(),
        error: stored.failure.clone(),
        notices: Notice::all(&stored.request.dev.warnings),
        warnings: stored.request.dev.warnings.clone(),
        outcome: None,
    }
}

/// The parts of a status that come from one look at the world.
#[derive(Debug)]
pub struct StatusParts<'a> {
    pub stored: &'a StoredSession,
    pub sight: Option<&'a Sight>,
    pub forward: Option<forward::ForwardStatus>,
    pub forwards: Vec<PortForward>,
    pub sync: Option<sync::SyncStatus>,
    /// Where local files are kept that the pod changed, if it did.
    pub kept: Option<PathBuf>,
    /// What became of the workload, once the session is over.
    pub outcome: Option<SessionOutcome>,
    /// What is to be said of the original's pods, where they are not ready.
    pub unready: Option<String>,
    pub phase: Phase,
    pub step: Option<StepName>,
    pub steps: Vec<PlannedStep>,
    pub error: Option<ErrorInfo>,
}

/// The status after a look; `since` moves with the phase.
pub fn refreshed(previous: &SessionStatus, parts: StatusParts<'_>) -> SessionStatus {
    let since: Timestamp =
        if previous.phase == parts.phase { previous.since.clone() } else { timestamp_now() };
    // What the start warned of is over with the session.
    let of_the_start = parts.outcome.is_none().then_some(parts.stored);
    let mut warnings: Vec<String> =
        of_the_start.into_iter().flat_map(|stored| stored.request.dev.warnings.clone()).collect();
    let plan = of_the_start.and_then(|stored| stored.plan.as_ref());
    warnings.extend(plan.into_iter().flat_map(|plan| plan.warnings.clone()));
    warnings.extend(parts.sight.and_then(scaled_up));
    warnings.extend(parts.sight.into_iter().flat_map(companions));
    warnings.extend(parts.sight.and_then(|sight| changed_by_others(parts.stored, sight)));
    warnings.extend(parts.sight.into_iter().flat_map(|sight| autoscalers::warnings(parts.stored, sight)));
    warnings.extend(parts.sync.as_ref().and_then(|sync| own_stignore(parts.stored, sync)));
    warnings.extend(parts.outcome.and_then(|_| added_by_the_cluster(parts.stored)));
    warnings.extend(parts.outcome.and_then(|_| left_alone(parts.stored, parts.sight?)));
    warnings.extend(parts.outcome.and_then(|_| claims::kept(parts.stored, parts.sight?)));
    warnings.extend(parts.unready);
    warnings.extend(parts.kept.map(|kept| warning::FILES_KEPT.say(&[("folder", &kept.display())])));
    let two_way = parts.stored.request.dev.two_way;
    let sync = parts.sync.map(|sync| sync_status(sync, two_way));
    SessionStatus {
        context: parts.stored.cluster.context.clone(),
        server: parts.stored.cluster.server.clone(),
        phase: parts.phase,
        since,
        step: parts.step,
        steps: parts.steps,
        container: parts.stored.plan.as_ref().map(|plan| plan.edit.container.clone()),
        pod: parts.sight.and_then(pod_status),
        forward: parts.forward.map(forward_status),
        forwards: parts.forwards,
        error: parts.error.or_else(|| sync.as_ref().and_then(sync_error)),
        sync,
        notices: match warnings == previous.warnings {
            true => previous.notices.clone(),
            false => Notice::all(&warnings),
        },
        warnings,
        outcome: parts.outcome,
        ..previous.clone()
    }
}

/// Whether subscribers should hear of the change. Counters move all the time and are there for whoever asks.
pub fn is_news(before: &SessionStatus, after: &SessionStatus) -> bool {
    let sync = |status: &SessionStatus| {
        status.sync.as_ref().map(|sync| {
            (sync.state, sync.connected, sync.restarts, sync.last_error.clone(), sync.paused, sync.receives)
        })
    };
    let forwards = |status: &SessionStatus| -> Vec<PortForward> {
        let still = |it: &PortForward| PortForward { open_connections: 0, connections: 0, ..it.clone() };
        status.forwards.iter().map(still).collect()
    };
    let forward = |status: &SessionStatus| status.forward.as_ref().map(|forward| forward.local_port);
    // Where in the list the session is, the steps' own events tell.
    let steps = |status: &SessionStatus| status.steps.iter().map(|it| it.step).collect::<Vec<_>>();
    before.phase != after.phase
        || steps(before) != steps(after)
        || before.pod != after.pod
        || before.error != after.error
        || before.warnings != after.warnings
        || before.container != after.container
        || sync(before) != sync(after)
        || forward(before) != forward(after)
        || forwards(before) != forwards(after)
}

/// What the workload has now that it had not before, as the API server adds it to every write.
fn added_by_the_cluster(stored: &StoredSession) -> Option<String> {
    let additions = nhd_plan::additions(&stored.plan.as_ref()?.edit);
    (!additions.is_empty()).then(|| warning::ADDED_BY_CLUSTER.say(&[("differences", &named(&additions))]))
}

/// What is in the place of the record at the end and is not ours to delete.
fn left_alone(stored: &StoredSession, sight: &Sight) -> Option<String> {
    sight.record.as_ref().filter(|seen| !seen.is_of_nhd())?;
    let name = record_name(&stored.workload);
    Some(warning::SECRET_LEFT_ALONE.say(&[("secret", &name)]))
}

/// What others changed in the workload since our edit, and whose it will be at the end.
fn changed_by_others(stored: &StoredSession, sight: &Sight) -> Option<String> {
    let plan = stored.plan.as_ref().filter(|_| stored.desired == Desired::DevMode)?;
    let (message, differences) = match sight.standing(plan)? {
        Standing::Drifted(differences) => (warning::CHANGED_BY_OTHERS, differences),
        Standing::ReAdded(differences) => (warning::PUT_BACK_BY_OTHERS, differences),
        _ => return None,
    };
    let writers = sight.writers(plan, &differences);
    Some(message.say(&[("writers", &writers), ("differences", &named(&differences))]))
}

/// What is the matter with the containers beside the dev container, which does not keep anybody from developing.
fn companions(sight: &Sight) -> Vec<String> {
    let Some(pod) = sight.dev_pod().filter(|pod| pod.ready && !pod.available) else { return Vec::new() };
    let say = |waiting: &Waiting| warning::COMPANION_NOT_READY.say(&[("cause", &waiting.text)]);
    pod.companions.iter().map(say).collect()
}

fn scaled_up(sight: &Sight) -> Option<String> {
    let dev_pods = sight.lasting_pods().filter(|pod| pod.dev).count();
    let synced = sight.dev_pod()?;
    (dev_pods > 1).then(|| warning::SCALED_UP.say(&[("pods", &dev_pods), ("pod", &synced.name)]))
}

fn pod_status(sight: &Sight) -> Option<PodStatus> {
    let hint = patience::start_trouble(sight).map(|trouble| trouble.hint);
    let Some(pod) = sight.dev_pod() else {
        let refused = sight.refused()?.to_owned();
        return Some(PodStatus { name: None, ready: false, waiting_for: Some(refused), hint });
    };
    Some(PodStatus { name: Some(pod.name.clone()), ready: pod.ready, waiting_for: pod.waits_for(), hint })
}

fn forward_status(status: forward::ForwardStatus) -> ForwardStatus {
    ForwardStatus {
        local_port: status.local.port(),
        remote_port: status.remote_port,
        open_connections: u32::try_from(status.open).unwrap_or(u32::MAX),
        connections: status.connected,
        last_error: status.last_failure.map(|failure| failure.reason),
    }
}

fn own_stignore(stored: &StoredSession, status: &sync::SyncStatus) -> Option<String> {
    let asked_for = !stored.request.dev.selection.is_everything();
    (asked_for && status.left_out_by == sync::LeftOutBy::OwnFile).then(|| warning::OWN_STIGNORE.say(&[]))
}

fn sync_status(status: sync::SyncStatus, two_way: bool) -> SyncStatus {
    SyncStatus {
        state: match status.state {
            sync::SyncState::Starting => SyncState::Starting,
            sync::SyncState::Connecting => SyncState::Connecting,
            sync::SyncState::Syncing => SyncState::Syncing,
            sync::SyncState::InSync => SyncState::InSync,
            sync::SyncState::Paused => SyncState::Paused,
            sync::SyncState::Degraded => SyncState::Degraded,
            sync::SyncState::SourceLost => SyncState::SourceLost,
            sync::SyncState::Failed => SyncState::Failed,
        },
        completion: status.completion_percent,
        need_files: status.need_files,
        need_bytes: status.need_bytes,
        total_files: status.global_files,
        total_bytes: status.global_bytes,
        connected: status.connected,
        sync_type: if two_way { SyncType::SendReceive } else { SyncType::Send },
        receives: status.receives,
        paused: status.paused,
        left_out_by: match status.left_out_by {
            sync::LeftOutBy::Nothing => LeftOutBy::Nothing,
            sync::LeftOutBy::Patterns => LeftOutBy::Patterns,
            sync::LeftOutBy::Git => LeftOutBy::Git,
            sync::LeftOutBy::OwnFile => LeftOutBy::OwnFile,
        },
        last_synced: status.last_synced.map(timestamp),
        problems: status
            .unreadable
            .into_iter()
            .take(NAMED_PROBLEMS)
            .map(|problem| SyncProblem { path: problem.path, error: problem.error })
            .collect(),
        restarts: status.restarts,
        last_error: status.last_error,
        hint: status.hint,
    }
}

/// Sync trouble that the user has to do something about is the session's trouble.
fn sync_error(sync: &SyncStatus) -> Option<ErrorInfo> {
    let message = match sync.state {
        SyncState::SourceLost => &said::SOURCE_LOST,
        SyncState::Failed => &said::SYNC_FAILED,
        _ => return None,
    };
    let cause = sync.last_error.clone().unwrap_or_else(|| "files are not synced".to_owned());
    let mut error = ErrorInfo::of(message, &[("cause", &cause)]);
    error.hint.clone_from(&sync.hint);
    Some(error)
}
