//! What a workload's state in the cluster rules out, in words.

use nhd_protocol::error::{ErrorInfo, ErrorKind};
use nhd_protocol::workload::WorkloadRef;
use serde_json::Value;

use crate::cluster::record::{Contents, RecordSeen};

pub fn taken(workload: &WorkloadRef, secret: &str, seen: &RecordSeen) -> ErrorInfo {
    let by = match (&seen.contents, &seen.owner) {
        (Contents::Record(record), _) => format!(", by {}", record.owner),
        (_, Some(owner)) => format!(", by {owner}"),
        (_, None) => String::new(),
    };
    let (who, hint) = match &seen.contents {
        Contents::Record(_) => (
            format!("{workload} is in DevMode already{by}"),
            "ask them to end their session, end it there, or take it over".to_owned(),
        ),
        Contents::Later(version) => (
            format!(
                "{workload} is in DevMode already{by}; its record in Secret {secret} is of version {version}, which is \
                 later than this nhd knows"
            ),
            "end it with the nhd that began it, or update this one".to_owned(),
        ),
        Contents::Unreadable if seen.is_of_nhd() => (
            format!("{workload} is in DevMode already{by}; its record in Secret {secret} cannot be read"),
            "end it there, or take it over, which gives it back by what its annotation has".to_owned(),
        ),
        Contents::Unreadable => (
            format!("{workload} has a Secret {secret} that this nhd did not make"),
            format!(
                "another tool has it in DevMode: end it there, or delete Secret {secret} if nobody needs it"
            ),
        ),
    };
    ErrorInfo::new(ErrorKind::InDevModeElsewhere, who).with_hint(hint)
}

/// Its pods are not those of its manifest, and an end could give back only one of the two.
pub(super) fn is_paused_half_way(origin: &Value) -> bool {
    let count = |pointer: &str| origin.pointer(pointer).and_then(Value::as_i64).unwrap_or(0);
    origin.pointer("/spec/paused") == Some(&Value::Bool(true))
        && count("/status/updatedReplicas") != count("/status/replicas")
}

pub(super) fn paused(workload: &WorkloadRef) -> ErrorInfo {
    let message = format!("cannot put {workload} into DevMode: its rollout is paused half way");
    ErrorInfo::new(ErrorKind::WorkloadUnsuitable, message)
        .with_hint("resume the rollout or undo it first; nothing was changed")
}

/// Whoever controls an autoscaler gives it its target back at once.
pub(super) fn driven(workload: &WorkloadRef, autoscaler: &str, kind: &str, name: &str) -> ErrorInfo {
    let message = format!(
        "cannot put {workload} into DevMode: {kind} {name} controls its autoscaler {autoscaler} and would undo every \
         change of it"
    );
    ErrorInfo::new(ErrorKind::WorkloadUnsuitable, message)
        .with_hint(format!("pause {kind} {name} for the time of DevMode; nothing was changed"))
}
