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
    /// An object is generated that has the dev pod. A `parked` original is edited so that it has no pods of its own
    /// meanwhile; one that is not is never written to.
    Beside { parked: bool },
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
    /// Makes the object beside the original, its template (at [`GENERATED_TEMPLATE`]) not yet edited.
    pub(crate) generate: fn(&Value) -> Option<Value>,
    /// Whether something of our edit, other than the annotation, is on the object.
    pub(crate) is_edited: fn(&Value) -> bool,
}

/// The pointer of the template in whatever is generated.
pub(crate) const GENERATED_TEMPLATE: &str = "/spec/template";

static KINDS: [Kind; 6] = [
    Kind {
        name: "Deployment",
        shape: Shape::InPlace,
        template: "/spec/template",
        controls: &["paused", "revisionHistoryLimit", "strategy", "minReadySeconds"],
        refuse: |_, _, _| Ok(()),
        prepare: deployment::prepare,
        generate: |_| None,
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
        generate: |_| None,
        is_edited: |object| has_container_of_ours(object, "/spec/template/spec"),
    },
    Kind {
        name: "DaemonSet",
        shape: Shape::Beside { parked: true },
        template: "/spec/template",
        controls: &["revisionHistoryLimit"],
        refuse: daemon_set::refuse,
        prepare: daemon_set::park,
        generate: daemon_set::generate,
        is_edited: daemon_set::is_parked,
    },
    Kind {
        name: "Job",
        shape: Shape::Beside { parked: false },
        template: "/spec/template",
        controls: &[],
        refuse: |_, _, _| Ok(()),
        prepare: |_, _, _| (),
        generate: job::generate,
        is_edited: |_| false,
    },
    Kind {
        name: "CronJob",
        shape: Shape::Beside { parked: true },
        template: "/spec/jobTemplate/spec/template",
        controls: &[],
        refuse: |_, _, _| Ok(()),
        prepare: cron_job::park,
        generate: cron_job::generate,
        is_edited: cron_job::is_parked,
    },
    Kind {
        name: "Pod",
        shape: Shape::Replaced,
        template: "",
        controls: &[],
        refuse: pod::refuse,
        prepare: pod::prepare,
        generate: |_| None,
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
