//! What a user must be allowed to put a workload of each kind into DevMode and back.

use nhd_protocol::error::{ErrorData, ErrorInfo};
use nhd_protocol::message::{Arguments, error};
use nhd_protocol::workload::{WorkloadKind, WorkloadRef};

use crate::cluster::access::{Permission, permissions};
use crate::cluster::autoscalers::AUTOSCALERS;
use crate::cluster::objects;
use crate::session::kinds;

const READ: &[&str] = &["get", "list", "watch"];

/// What starting and ending need on this kind.
pub(super) fn wanted(kind: WorkloadKind) -> Vec<Permission> {
    let forward = |verb| Permission { verb, resource: objects::PODS, subresource: Some("portforward") };
    let common = permissions(objects::SECRETS, &["get", "list", "watch", "create", "update", "delete"])
        .chain(permissions(objects::PODS, &["get", "list", "watch", "delete"]))
        .chain(["get", "create"].map(forward));
    permissions(kind.into(), READ).chain((kinds::row(kind).permissions)()).chain(common).collect()
}

/// What keeps an unsuspended schedule from catching up at once; an end does without where it is not allowed.
pub(super) fn of_last_schedule() -> Permission {
    Permission { verb: "update", resource: WorkloadKind::CronJob.into(), subresource: Some("status") }
}

/// What pinning an autoscaler and giving it back needs, where there is one.
pub(super) fn of_autoscalers() -> Vec<Permission> {
    permissions(AUTOSCALERS, &["get", "update"]).collect()
}

pub(super) fn denied(workload: &WorkloadRef, missing: &[Permission]) -> ErrorInfo {
    let list: Vec<String> = missing.iter().map(Permission::to_string).collect();
    let arguments: Arguments<'_> = &[("workload", workload), ("permissions", &list.join(", "))];
    let missing = missing.iter().map(|it| it.missing_in(&workload.namespace)).collect();
    let data = ErrorData { missing, ..ErrorData::default() };
    ErrorInfo::of(&error::PERMISSIONS_MISSING, arguments).with_data(data).with_hint(format!(
        "ask for a Role in namespace {} that grants them; nothing was changed",
        workload.namespace
    ))
}
