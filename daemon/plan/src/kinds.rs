//! The kinds of workload that can be developed in, one row each: what differs between them, and nothing else.

mod deployment;
mod stateful_set;
pub(crate) mod daemon_set;
mod job;
mod cron_job;
pub(crate) mod pod;
mod history;

use serde_json::Value;

use crate::manifest::{all_containers, name, text};
use crate::{DEV_CONTAINER, DevOptions, PlanError, SIDECAR_CONTAINER};

pub use cron_job::may_fire;
pub use pod::{as_new, recreation};

/// Where DevMode gets its dev pod from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// The workload's own template is edited, and its controller makes the dev pod.
    InPlace,
    /// A dev workload next to the original has the dev pod. The original is edited so that it has no pods meanwhile.
    Parked,
    /// A dev workload next to the original has the dev pod. The original is never written to.
    Untouched,
    /// The workload is the pod: it is deleted and made again, edited; at the end the same way back.
    Replaced,
}

/// How one kind enters DevMode.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    pub(crate) shape: Shape,
    /// The JSON pointer of the pod template.
    pub(crate) template: &'static str,
    /// The fields of `.spec` that are given back only in the second write of the end, once the original runs again.
    pub(crate) controls: &'static [&'static str],
    /// Why just this workload cannot be given back as it is.
    pub(crate) refuse: fn(&Value, &DevOptions, &mut Vec<String>) -> Result<(), PlanError>,
    /// Edits everything but the template: afterwards exactly one pod of it appears and nothing of the old is lost.
    pub(crate) prepare: fn(&mut Value, &DevOptions, &mut Vec<String>),
    /// Makes the dev workload, its template (at [`DEV_WORKLOAD_TEMPLATE`]) not yet edited.
    pub(crate) dev_workload: fn(&Value) -> Option<Value>,
    /// Whether something of our edit, other than the annotation, is on the object.
    pub(crate) is_edited: fn(&Value) -> bool,
}

/// The JSON pointer of the template in a dev workload of whichever kind.
pub(crate) const DEV_WORKLOAD_TEMPLATE: &str = "/spec/template";

static KINDS: [Kind; 6] = [
    Kind {
        name: "Deployment",
        shape: Shape::InPlace,
        template: "/spec/template",
        controls: &["paused", "revisionHistoryLimit", "strategy", "minReadySeconds"],
        refuse: |_, _, _| Ok(()),
        prepare: deployment::prepare,
        dev_workload: |_| None,
        is_edited: |object| has_container_of_ours(object, "/spec/template/spec"),
    },
    Kind {
        name: "StatefulSet",
        shape: Shape::InPlace,
        template: "/spec/template",
        controls: &[
            "updateStrategy",
            "persistentVolumeClaimRetentionPolicy",
            "revisionHistoryLimit",
            "minReadySeconds",
        ],
        refuse: stateful_set::refuse,
        prepare: stateful_set::prepare,
        dev_workload: |_| None,
        is_edited: |object| has_container_of_ours(object, "/spec/template/spec"),
    },
    Kind {
        name: "DaemonSet",
        shape: Shape::Parked,
        template: "/spec/template",
        controls: &["revisionHistoryLimit"],
        refuse: daemon_set::refuse,
        prepare: daemon_set::park,
        dev_workload: daemon_set::dev_workload,
        is_edited: daemon_set::is_parked,
    },
    Kind {
        name: "Job",
        shape: Shape::Untouched,
        template: "/spec/template",
        controls: &[],
        refuse: |_, _, _| Ok(()),
        prepare: |_, _, _| (),
        dev_workload: job::dev_workload,
        is_edited: |_| false,
    },
    Kind {
        name: "CronJob",
        shape: Shape::Parked,
        template: "/spec/jobTemplate/spec/template",
        controls: &[],
        refuse: |_, _, _| Ok(()),
        prepare: cron_job::park,
        dev_workload: cron_job::dev_workload,
        is_edited: cron_job::is_parked,
    },
    Kind {
        name: "Pod",
        shape: Shape::Replaced,
        template: "",
        controls: &[],
        refuse: pod::refuse,
        prepare: pod::prepare,
        dev_workload: |_| None,
        is_edited: |object| has_container_of_ours(object, "/spec"),
    },
];

/// The row of `object`'s kind, if it is one that can be developed in.
pub(crate) fn of(object: &Value) -> Option<&'static Kind> {
    by_name(text(object, "kind")?)
}

fn by_name(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name)
}

/// The shape of DevMode for workloads of `kind`, spelled as the Kubernetes API spells it; `None` for any other kind.
pub fn shape(kind: &str) -> Option<Shape> {
    by_name(kind).map(|kind| kind.shape)
}

/// The pod template of a workload; a Pod is its own.
pub fn pod_template(workload: &Value) -> Option<&Value> {
    workload.pointer(of(workload)?.template)
}

/// Whether a pod template, such as a revision of a workload keeps one, is one of DevMode: with our containers, or with
/// the selector that keeps a DaemonSet off every node.
pub fn is_dev_template(template: &Value) -> bool {
    has_container_of_ours(template, "/spec") || daemon_set::keeps_off_every_node(template)
}

pub(crate) fn names() -> Vec<&'static str> {
    KINDS.iter().map(|kind| kind.name).collect()
}

fn has_container_of_ours(object: &Value, pod_spec: &str) -> bool {
    object.pointer(pod_spec).is_some_and(|pod_spec| {
        all_containers(pod_spec).any(|it| [DEV_CONTAINER, SIDECAR_CONTAINER].contains(&name(it)))
    })
}
