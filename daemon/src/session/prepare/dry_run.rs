//! Trying a plan on the API server as dry runs, which gives its objects the defaults that they will have.

use nhd_protocol::error::ErrorInfo;
use nhd_protocol::message::{Arguments, error};
use nhd_protocol::workload::WorkloadRef;
use serde_json::{Value, json};

use crate::cluster::objects::{Mode, Objects, PODS};
use crate::cluster::{ClusterError, Reason, Resource};
use crate::session::failure::Failure;
use crate::session::prepare::policy::{self, Policies};
use nhd_plan::{Entered, Shape};

/// What the API server makes of the edited workload and of the object beside it.
pub(super) struct Tried {
    pub(super) edited: Value,
    pub(super) generated: Option<Value>,
    /// What the namespace's quotas will make of the dev pod.
    pub(super) warning: Option<String>,
}

pub(super) async fn try_out(
    objects: &Objects,
    workload: &WorkloadRef,
    origin: &Value,
    entered: &Entered,
    policies: Policies<'_>,
) -> Result<Tried, Failure> {
    let namespace = workload.namespace.as_str();
    let mut warning = None;
    let edited = match (&entered.object, nhd_plan::shape(workload.kind.as_str())) {
        (None, _) => origin.clone(),
        (Some(object), Some(Shape::Replaced)) => {
            let tried = try_pod(objects, namespace, object).await;
            let tried = tried.map_err(|error| policies.refused(workload, object, error))?;
            if let Some(error) = tried.about_the_try {
                warning = policies.shortage(origin, &error);
            }
            tried.pod
        }
        (Some(object), _) => {
            let mut tried = object.clone();
            // What is tried need not be the newest: a status written meanwhile changes nothing in the answer.
            if let Some(metadata) = tried["metadata"].as_object_mut() {
                metadata.remove("resourceVersion");
            }
            let answer = objects.replace(workload.kind.into(), Some(namespace), &tried, Mode::DryRun).await;
            answer.map_err(|error| policies.refused_in_place(workload, &tried, error))?
        }
    };
    let generated = match &entered.dev_workload {
        Some(generated) => Some(try_generated(objects, workload, generated, policies).await?),
        None => None,
    };
    let maker = generated.as_ref().unwrap_or(&edited);
    if maker["kind"] != "Pod" {
        let about_the_try = policies.try_pod_of(objects, workload, maker).await?;
        warning = about_the_try.and_then(|error| policies.shortage(origin, &error));
    }
    Ok(Tried { edited, generated, warning })
}

/// A pod as the API server would have it, or as it was planned where the try tells nothing of it.
struct TriedPod {
    pod: Value,
    about_the_try: Option<ClusterError>,
}

/// The pod's own name is still taken.
async fn try_pod(objects: &Objects, namespace: &str, pod: &Value) -> Result<TriedPod, ClusterError> {
    let mut tried = nhd_plan::as_new(pod);
    tried["metadata"]["name"] = json!(format!("nhd-{}", crate::random_id(12)));
    match objects.create(PODS, Some(namespace), &tried, Mode::DryRun).await {
        Ok(mut answer) => {
            answer["metadata"]["name"] = pod["metadata"]["name"].clone();
            Ok(TriedPod { pod: nhd_plan::as_new(&answer), about_the_try: None })
        }
        // Such as that there is room for one only, which the original leaves to it.
        Err(error) if policy::is_about_the_try(&error) => {
            Ok(TriedPod { pod: nhd_plan::as_new(pod), about_the_try: Some(error) })
        }
        Err(error) => Err(error),
    }
}

async fn try_generated(
    objects: &Objects,
    workload: &WorkloadRef,
    generated: &Value,
    policies: Policies<'_>,
) -> Result<Value, Failure> {
    let kind = generated["kind"].as_str().and_then(|kind| kind.parse().ok()).unwrap_or(workload.kind);
    match objects.create(Resource::from(kind), Some(&workload.namespace), generated, Mode::DryRun).await {
        Ok(mut answer) => {
            // What identifies it is given anew when it is made.
            if let Some(metadata) = answer["metadata"].as_object_mut() {
                for field in ["uid", "resourceVersion", "creationTimestamp", "generation", "managedFields"] {
                    metadata.remove(field);
                }
            }
            strip_job_identity(&mut answer);
            if let Some(object) = answer.as_object_mut() {
                object.remove("status");
            }
            Ok(answer)
        }
        Err(error) if error.reason == Reason::AlreadyExists => {
            let name = generated["metadata"]["name"].as_str().unwrap_or_default();
            let object = format!("{}/{name}", kind.word());
            let arguments: Arguments<'_> = &[("workload", workload), ("object", &object)];
            Err(Failure::fatal(ErrorInfo::of(&error::DEV_WORKLOAD_NAME_TAKEN, arguments)))
        }
        Err(error) => Err(policies.refused_in_place(workload, generated, error)),
    }
}

/// The API server names a Job's pods by the uid that the Job has, and a dry run's is not the one it will have.
fn strip_job_identity(generated: &mut Value) {
    const BY_UID: [&str; 4] =
        ["controller-uid", "batch.kubernetes.io/controller-uid", "job-name", "batch.kubernetes.io/job-name"];
    if generated["kind"] != "Job" {
        return;
    }
    if let Some(spec) = generated["spec"].as_object_mut() {
        spec.remove("selector");
    }
    let labels = generated.pointer_mut("/spec/template/metadata/labels").and_then(Value::as_object_mut);
    if let Some(labels) = labels {
        labels.retain(|label, _| !BY_UID.contains(&label.as_str()));
    }
}
