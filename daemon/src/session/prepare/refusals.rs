//! What a workload's state in the cluster rules out, in words.

use nhd_protocol::error::{ErrorData, ErrorInfo};
use nhd_protocol::listing::DevModeOwner;
use nhd_protocol::message::{Arguments, error};
use nhd_protocol::workload::WorkloadRef;
use serde_json::Value;

use crate::cluster::record::{Contents, Owner, RecordSeen};

pub fn taken(workload: &WorkloadRef, secret: &str, seen: &RecordSeen) -> ErrorInfo {
    let owner = match &seen.contents {
        Contents::Record(record) => Some(&record.owner),
        _ => seen.owner.as_ref(),
    };
    let by = owner.map(Owner::to_string).unwrap_or_default();
    let error = match &seen.contents {
        Contents::Record(_) => ErrorInfo::of(&error::TAKEN, &[("workload", workload), ("owner", &by)]),
        Contents::Later(version) => {
            let arguments: Arguments<'_> =
                &[("workload", workload), ("owner", &by), ("secret", &secret), ("version", version)];
            ErrorInfo::of(&error::TAKEN_BY_LATER, arguments)
        }
        Contents::Unreadable if seen.is_of_nhd() => {
            let arguments: Arguments<'_> = &[("workload", workload), ("owner", &by), ("secret", &secret)];
            ErrorInfo::of(&error::TAKEN_RECORD_DAMAGED, arguments)
        }
        Contents::Unreadable => {
            ErrorInfo::of(&error::SECRET_FOREIGN, &[("workload", workload), ("secret", &secret)])
        }
    };
    error.with_data(ErrorData::owner(owner.cloned().map(DevModeOwner::from)))
}

/// Its pods are not those of its manifest, and an end could give back only one of the two.
pub(super) fn is_paused_half_way(origin: &Value) -> bool {
    let count = |pointer: &str| origin.pointer(pointer).and_then(Value::as_i64).unwrap_or(0);
    origin.pointer("/spec/paused") == Some(&Value::Bool(true))
        && count("/status/updatedReplicas") != count("/status/replicas")
}

pub(super) fn paused(workload: &WorkloadRef) -> ErrorInfo {
    ErrorInfo::of(&error::ROLLOUT_PAUSED, &[("workload", workload)])
}

/// Whoever controls an autoscaler gives it its target back at once.
pub(super) fn driven(workload: &WorkloadRef, autoscaler: &str, kind: &str, name: &str) -> ErrorInfo {
    let arguments: Arguments<'_> =
        &[("workload", workload), ("ownerKind", &kind), ("ownerName", &name), ("autoscaler", &autoscaler)];
    ErrorInfo::of(&error::AUTOSCALER_DRIVEN, arguments)
}
