//! A Job cannot be edited: another one with its template is made next to it, of one pod that lasts.

use serde_json::Value;

use crate::dev_workload;
use crate::manifest::{remove, set};

/// What the Job controller says of a Job's own pods, and what decides that a Job has had enough.
const DROPPED: [&str; 14] = [
    "selector",
    "manualSelector",
    "podFailurePolicy",
    "successPolicy",
    "backoffLimitPerIndex",
    "maxFailedIndexes",
    "completionMode",
    "managedBy",
    "podReplacementPolicy",
    "suspend",
    "activeDeadlineSeconds",
    "ttlSecondsAfterFinished",
    "completions",
    "parallelism",
];
/// The labels by which a Job finds its pods; a copied one would name the original.
const CONTROLLER_LABELS: [&str; 4] =
    ["controller-uid", "job-name", "batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name"];
/// More failures than there will be (the largest that the API takes).
const BACKOFF_LIMIT: i32 = i32::MAX;

pub(super) fn dev_workload(origin: &Value) -> Option<Value> {
    from_spec(origin, origin.get("spec")?)
}

/// A Job of one pod for the workload `origin`, from a Job's `spec`.
///
/// It has no ownerReference: what cleans up after a finished original must not take the dev pod with it.
pub(super) fn from_spec(origin: &Value, spec: &Value) -> Option<Value> {
    let mut job = dev_workload::without_spec(origin, "batch/v1", "Job")?;
    let mut spec = spec.clone();
    DROPPED.iter().for_each(|field| remove(&mut spec, field));
    for (field, value) in [("completions", 1), ("parallelism", 1), ("backoffLimit", BACKOFF_LIMIT)] {
        set(&mut spec, field, value);
    }
    let template = spec.get_mut("template")?;
    if let Some(labels) = template.pointer_mut("/metadata/labels") {
        CONTROLLER_LABELS.iter().for_each(|label| remove(labels, label));
    }
    dev_workload::label_pods(template, origin);
    let pod_spec = template.get_mut("spec")?;
    // A failed dev container starts again in the same pod; one that has finished is replaced with its pod.
    set(pod_spec, "restartPolicy", "OnFailure");
    remove(pod_spec, "activeDeadlineSeconds");
    set(&mut job, "spec", spec);
    Some(job)
}
