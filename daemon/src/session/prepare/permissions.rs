//! What a user must be allowed to put a workload of each kind into DevMode and back.

use nhd_protocol::error::{ErrorData, ErrorInfo};
use nhd_protocol::message::{Arguments, error};
use nhd_protocol::workload::{WorkloadKind, WorkloadRef};

use crate::cluster::access::{Permission, permissions};
use crate::cluster::autoscalers::AUTOSCALERS;
use crate::cluster::objects::{self, CLAIMS, EVENTS, LIMIT_RANGES, QUOTAS};
use crate::session::kinds;

const READ: &[&str] = &["get", "list", "watch"];

/// What starting and ending need on this kind.
pub fn wanted(kind: WorkloadKind) -> Vec<Permission> {
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

/// What persistent folders need, where the dev configuration asks for any.
pub(super) fn of_folders() -> Vec<Permission> {
    permissions(CLAIMS, &["get", "create"]).collect()
}

/// What a start does without where it is not allowed, and what it then cannot do.
pub fn optional() -> Vec<(Permission, &'static str)> {
    let one = |verb, resource| Permission { verb, resource, subresource: None };
    let [get_autoscalers, update_autoscalers] = ["get", "update"].map(|verb| one(verb, AUTOSCALERS));
    let exec = |verb| Permission { verb, resource: objects::PODS, subresource: Some("exec") };
    let inside = "nothing is run, debugged or looked at in the dev container";
    let scaled = "a workload that an autoscaler scales cannot be developed in";
    let folders = "no workload whose dev configuration has persistentVolumeDirs can be developed in";
    let claims =
        "claims that came with a dev pod stay after the end, where the workload's own rule is that they go";
    vec![
        (
            one("create", objects::PODS),
            "a policy that refuses the dev pod is met only once the workload is edited",
        ),
        (one("list", AUTOSCALERS), "an autoscaler that makes more dev pods is not seen"),
        (get_autoscalers, scaled),
        (update_autoscalers, scaled),
        (exec("get"), inside),
        (exec("create"), inside),
        (of_last_schedule(), "a CronJob may start one job for a time that it missed"),
        (one("get", CLAIMS), "a volume claim is taken to serve one pod at a time"),
        (one("create", CLAIMS), folders),
        (one("list", CLAIMS), "the claims of persistent folders are not listed"),
        (one("delete", CLAIMS), claims),
        (one("list", QUOTAS), "a quota that leaves no room is met only by the pod"),
        (one("list", LIMIT_RANGES), "a LimitRange may refuse the sidecar"),
        (one("list", EVENTS), "why a pod is not made or waits is not told"),
    ]
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
