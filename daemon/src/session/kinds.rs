//! The kinds of workload as a session sees them, one row each: what differs between them, and nothing else. What
//! differs in their manifests is the plan's own table.

use nhd_protocol::listing::ReplicaCount;
use nhd_protocol::workload::WorkloadKind;
use serde_json::Value;

use crate::cluster::access::{Permission, permissions};
use crate::cluster::objects::{CONTROLLER_REVISIONS, PODS, REPLICA_SETS, Resource};
use crate::cluster::pods::PodSeen;
use crate::session::look::rollout::{self, Reached};

/// What is true of one kind.
pub struct Kind {
    /// What entering DevMode and leaving it needs of permissions, beside what every kind needs.
    pub permissions: fn() -> Vec<Permission>,
    pub pods: OwnPods,
    pub revisions: Revisions,
    /// Whether it has replicas, which an autoscaler may change and of which one is the dev pod.
    pub scales: bool,
    /// Whether what is under the workload's name now is told from the one that was planned for by its uid.
    pub known_by_uid: bool,
    /// Whose events alone say why the dev pod cannot be made; `None` where the maker's status says it.
    pub silent_maker: Option<Maker>,
    /// Pods on the way into DevMode that nobody replaces but we.
    pub stale_on_start: fn(&PodSeen) -> bool,
    /// The same on the way back.
    pub stale_on_end: fn(&PodSeen) -> bool,
    /// Whether the controller has seen the manifest, and every pod of it is there and ready.
    pub is_rolled_out: fn(&Value) -> bool,
    /// How far its pods have come, where they are not all there and ready.
    pub reached: fn(&Value) -> Reached,
    /// How many pods it has and wants, told from the object; `None` for a kind that has none of its own.
    pub replicas: fn(&Value) -> Option<ReplicaCount>,
}

/// Which pods of a workload are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnPods {
    /// Those that its selector finds.
    Selected,
    /// Only those of the dev workload: the original's go on as they were.
    OfDevWorkload,
    /// The workload is the pod.
    Itself,
}

/// What keeps the templates that a workload had, to which an undo of a rollout could lead back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revisions {
    ReplicaSets,
    ControllerRevisions,
    None,
}

/// Who makes the dev pod.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Maker {
    Workload,
    DevWorkload,
}

/// The row of a kind.
#[must_use]
pub fn row(kind: WorkloadKind) -> &'static Kind {
    match kind {
        WorkloadKind::Deployment => &DEPLOYMENT,
        WorkloadKind::StatefulSet => &STATEFUL_SET,
        WorkloadKind::DaemonSet => &DAEMON_SET,
        WorkloadKind::Job => &JOB,
        WorkloadKind::CronJob => &CRON_JOB,
        WorkloadKind::Pod => &POD,
    }
}

/// What holds where a row does not say otherwise.
const ORDINARY: Kind = Kind {
    permissions: Vec::new,
    pods: OwnPods::Selected,
    revisions: Revisions::None,
    scales: false,
    known_by_uid: true,
    silent_maker: None,
    stale_on_start: |_| false,
    stale_on_end: |_| false,
    is_rolled_out: |_| true,
    reached: |_| Reached { there: 0, ready: 0 },
    replicas: |_| None,
};

static DEPLOYMENT: Kind = Kind {
    permissions: || {
        edit(WorkloadKind::Deployment).chain(permissions(REPLICA_SETS, &["list", "delete"])).collect()
    },
    revisions: Revisions::ReplicaSets,
    scales: true,
    // Those that its rollout would keep until there is room for more.
    stale_on_start: |pod| !pod.dev && pod.in_the_way,
    stale_on_end: |pod| pod.dev && pod.in_the_way,
    is_rolled_out: rollout::of_deployment,
    reached: rollout::reached_by_replicas,
    replicas: |object| Some(count(object, "/status/readyReplicas", "/spec/replicas", 1)),
    ..ORDINARY
};

static STATEFUL_SET: Kind = Kind {
    permissions: || {
        edit(WorkloadKind::StatefulSet)
            .chain(permissions(CONTROLLER_REVISIONS, &["list", "delete"]))
            .collect()
    },
    revisions: Revisions::ControllerRevisions,
    scales: true,
    silent_maker: Some(Maker::Workload),
    // Its controller waits for each pod to become ready before it goes on. One that has finished it replaces itself.
    stale_on_start: |pod| !pod.dev && !pod.ready && !pod.finished,
    stale_on_end: |pod| pod.dev,
    is_rolled_out: rollout::of_stateful_set,
    reached: rollout::reached_by_replicas,
    replicas: |object| Some(count(object, "/status/readyReplicas", "/spec/replicas", 1)),
    ..ORDINARY
};

static DAEMON_SET: Kind = Kind {
    permissions: || {
        edit(WorkloadKind::DaemonSet)
            .chain(permissions(CONTROLLER_REVISIONS, &["list", "delete"]))
            .chain(dev_workload(WorkloadKind::Deployment))
            .chain(permissions(REPLICA_SETS, &["list"]))
            .collect()
    },
    revisions: Revisions::ControllerRevisions,
    is_rolled_out: rollout::of_daemon_set,
    reached: rollout::reached_by_daemon_set,
    replicas: |object| Some(count(object, "/status/numberReady", "/status/desiredNumberScheduled", 0)),
    ..ORDINARY
};

/// Its own pods were never touched.
static JOB: Kind = Kind {
    permissions: || permissions(Resource::from(WorkloadKind::Job), &["create", "delete"]).collect(),
    pods: OwnPods::OfDevWorkload,
    silent_maker: Some(Maker::DevWorkload),
    stale_on_start: is_finished_dev_pod,
    replicas: |object| Some(count(object, "/status/ready", "/spec/parallelism", 1)),
    ..ORDINARY
};

/// A schedule has no pods.
static CRON_JOB: Kind = Kind {
    permissions: || edit(WorkloadKind::CronJob).chain(dev_workload(WorkloadKind::Job)).collect(),
    pods: OwnPods::OfDevWorkload,
    silent_maker: Some(Maker::DevWorkload),
    stale_on_start: is_finished_dev_pod,
    ..ORDINARY
};

static POD: Kind = Kind {
    // What is made again says whose it is until it is known where it was made.
    permissions: || permissions(PODS, &["create", "update"]).collect(),
    pods: OwnPods::Itself,
    // It is made anew by us too; whose it is shows in what it is.
    known_by_uid: false,
    stale_on_start: is_finished_dev_pod,
    is_rolled_out: rollout::of_pod,
    reached: |_| Reached { there: 1, ready: 0 },
    replicas: |object| Some(ReplicaCount { ready: u32::from(rollout::of_pod(object)), desired: 1 }),
    ..ORDINARY
};

fn edit(kind: WorkloadKind) -> impl Iterator<Item = Permission> {
    permissions(kind.into(), &["update"])
}

/// What making a dev workload of this kind, watching it and deleting it needs.
fn dev_workload(kind: WorkloadKind) -> impl Iterator<Item = Permission> {
    permissions(kind.into(), &["get", "list", "watch", "create", "delete"])
}

/// Of kinds whose maker makes no other in its place.
fn is_finished_dev_pod(pod: &PodSeen) -> bool {
    pod.dev && pod.finished
}

/// `wanted` stands for how many pods the API server takes where the object does not say.
fn count(object: &Value, ready: &str, desired: &str, wanted: u64) -> ReplicaCount {
    let number = |pointer: &str, otherwise: u64| {
        let number = object.pointer(pointer).and_then(Value::as_u64).unwrap_or(otherwise);
        u32::try_from(number).unwrap_or(u32::MAX)
    };
    ReplicaCount { ready: number(ready, 0), desired: number(desired, wanted) }
}
