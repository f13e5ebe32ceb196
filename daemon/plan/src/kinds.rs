//! The kinds of workload that can be developed in, one row each: what differs between them, and nothing else.

mod deployment;
mod stateful_set;
mod daemon_set;
mod job;
mod cron_job;
mod pod;
mod history;

use serde_json::Value;

use crate::manifest::{all_containers, items, name, text};
use crate::names::is_our_container;
use crate::{DevOptions, PlanError};

pub(crate) use daemon_set::let_back;
pub use deployment::{NO_ROOM, surges, without_surge};
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

/// What is true of one kind for DevMode, on the way in and on the way back.
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
    /// The strategy with which, in DevMode, the pods of the old template go although the dev pod does not count as
    /// available; `None` where they do anyway.
    pub(crate) letting_go: fn(&Value) -> Option<Value>,
    /// Makes the dev workload, its template (at [`DEV_WORKLOAD_TEMPLATE`]) not yet edited; `None` where the original
    /// has no name to make one of. A kind whose own pod is the dev pod has none.
    pub(crate) dev_workload: Option<fn(&Value) -> Option<Value>>,
    /// Whether something of our edit, other than the annotation, is on the object.
    pub(crate) is_edited: fn(&Value) -> bool,
    /// Leaves of an object that was read what counts of it: of one that is made again, what it can be made from.
    pub(crate) clean: fn(&mut Value),
    /// The names of the claims that the dev pod needs and that nobody has needed before, of a workload without pods.
    pub(crate) claims: fn(&Value) -> Vec<String>,
    /// Whether a claim of a pod that the workload does not have any more is to go.
    pub(crate) drops_claims: fn(&Value) -> bool,
    /// Whether what was missed in DevMode happens when the original is given back.
    pub(crate) may_fire: fn(&Value) -> bool,
}

/// The JSON pointer of the template in a dev workload of whichever kind.
pub(crate) const DEV_WORKLOAD_TEMPLATE: &str = "/spec/template";

/// What holds where a row does not say otherwise: the template of the workload itself is edited, and no more.
const ORDINARY: Kind = Kind {
    name: "",
    shape: Shape::InPlace,
    template: "/spec/template",
    controls: &[],
    refuse: |_, _, _| Ok(()),
    prepare: |_, _, _| (),
    letting_go: |_| None,
    dev_workload: None,
    is_edited: |object| has_container_of_ours(object, "/spec/template/spec"),
    clean: |_| (),
    claims: |_| Vec::new(),
    drops_claims: |_| false,
    may_fire: |_| false,
};

static KINDS: [Kind; 6] = [
    Kind {
        name: "Deployment",
        controls: &["paused", "revisionHistoryLimit", "strategy", "minReadySeconds"],
        prepare: deployment::prepare,
        letting_go: deployment::letting_go,
        ..ORDINARY
    },
    Kind {
        name: "StatefulSet",
        controls: &[
            "updateStrategy",
            "persistentVolumeClaimRetentionPolicy",
            "revisionHistoryLimit",
            "minReadySeconds",
        ],
        refuse: stateful_set::refuse,
        prepare: stateful_set::prepare,
        claims: stateful_set::claims_of_the_first_pod,
        drops_claims: stateful_set::drops_claims,
        ..ORDINARY
    },
    Kind {
        name: "DaemonSet",
        shape: Shape::Parked,
        controls: &["revisionHistoryLimit"],
        refuse: daemon_set::refuse,
        prepare: daemon_set::park,
        dev_workload: Some(daemon_set::dev_workload),
        is_edited: daemon_set::is_parked,
        ..ORDINARY
    },
    Kind {
        name: "Job",
        shape: Shape::Untouched,
        dev_workload: Some(job::dev_workload),
        is_edited: |_| false,
        ..ORDINARY
    },
    Kind {
        name: "CronJob",
        shape: Shape::Parked,
        template: "/spec/jobTemplate/spec/template",
        prepare: cron_job::park,
        dev_workload: Some(cron_job::dev_workload),
        is_edited: cron_job::is_parked,
        may_fire: cron_job::may_fire,
        ..ORDINARY
    },
    Kind {
        name: "Pod",
        shape: Shape::Replaced,
        template: "",
        refuse: pod::refuse,
        prepare: pod::prepare,
        is_edited: |object| has_container_of_ours(object, "/spec"),
        clean: pod::clean,
        ..ORDINARY
    },
];

impl Kind {
    /// What counts of an object that was read.
    pub(crate) fn cleaned(&self, object: &Value) -> Value {
        let mut object = object.clone();
        (self.clean)(&mut object);
        object
    }

    /// The names of the containers in the pod template of `workload`.
    pub(crate) fn container_names<'a>(&self, workload: &'a Value) -> Vec<&'a str> {
        let pod_spec = workload.pointer(self.template).and_then(|template| template.get("spec"));
        pod_spec.map_or(&[][..], |pod_spec| items(pod_spec, "containers")).iter().map(name).collect()
    }
}

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

/// Whether a schedule that was missed in DevMode fires when `origin` is given back, within seconds. Whoever restores it
/// sets `status.lastScheduleTime` to the time of now before that write.
pub fn may_fire(origin: &Value) -> bool {
    of(origin).is_some_and(|kind| (kind.may_fire)(origin))
}

/// The names of the volume claims that come with the dev pod of `origin`, unless they are there already.
pub fn claims_made(origin: &Value) -> Vec<String> {
    of(origin).map_or_else(Vec::new, |kind| (kind.claims)(origin))
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
    object
        .pointer(pod_spec)
        .is_some_and(|pod_spec| all_containers(pod_spec).any(|it| is_our_container(name(it))))
}
