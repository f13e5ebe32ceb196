//! Trying a plan on the API server as dry runs, which gives its objects the defaults that they will have.

use nhd_protocol::error::{ErrorInfo, ErrorKind};
use nhd_protocol::workload::WorkloadRef;
use serde_json::{Value, json};

use crate::cluster::objects::{Mode, Objects, PODS};
use crate::cluster::{ClusterError, Reason, Resource};
use crate::session::failure::Failure;
use crate::session::prepare::policy;
use nhd_plan::{Entered, Shape};

/// What the API server makes of the edited workload and of the object beside it.
pub(super) struct Tried {
    pub(super) edited: Value,
    pub(super) generated: Option<Value>,
}

pub(super) async fn try_out(
    objects: &Objects,
    workload: &WorkloadRef,
    origin: &Value,
    entered: &Entered,
    keeps_security_context: bool,
) -> Result<Tried, Failure> {
    let namespace = workload.namespace.as_str();
    let edited = match (&entered.object, nhd_plan::shape(workload.kind.as_str())) {
        (None, _) => origin.clone(),
        (Some(object), Some(Shape::Replaced)) => {
            let tried = try_pod(objects, namespace, object).await;
            tried.map_err(|error| policy::refused(workload, error, keeps_security_context))?
        }
        (Some(object), _) => {
            let mut tried = object.clone();
            // What is tried need not be the newest: a status written meanwhile changes nothing in the answer.
            if let Some(metadata) = tried["metadata"].as_object_mut() {
                metadata.remove("resourceVersion");
            }
            objects.replace(workload.kind.into(), Some(namespace), &tried, Mode::DryRun).await?
        }
    };
    let generated = match &entered.dev_workload {
        Some(generated) => Some(try_generated(objects, workload, generated).await?),
        None => None,
    };
    let maker = generated.as_ref().unwrap_or(&edited);
    if maker["kind"] != "Pod" {
        policy::try_pod_of(objects, workload, maker, keeps_security_context).await?;
    }
    Ok(Tried { edited, generated })
}

/// The pod's own name is still taken.
async fn try_pod(objects: &Objects, namespace: &str, pod: &Value) -> Result<Value, ClusterError> {
    let mut tried = nhd_plan::as_new(pod);
    tried["metadata"]["name"] = json!(format!("nhd-{}", crate::random_id(12)));
    match objects.create(PODS, Some(namespace), &tried, Mode::DryRun).await {
        Ok(mut answer) => {
            answer["metadata"]["name"] = pod["metadata"]["name"].clone();
            Ok(nhd_plan::as_new(&answer))
        }
        // Such as that there is room for one only, which the original leaves to it.
        Err(error) if policy::is_about_the_try(&error) => Ok(nhd_plan::as_new(pod)),
        Err(error) => Err(error),
    }
}

async fn try_generated(
    objects: &Objects,
    workload: &WorkloadRef,
    generated: &Value,
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
            let message = format!(
                "cannot put {workload} into DevMode: there is {}/{name} already, whose name DevMode needs",
                kind.word()
            );
            Err(Failure::fatal(ErrorInfo::new(ErrorKind::WorkloadUnsuitable, message).with_hint(format!(
                "it may be left of an earlier DevMode: look at it, and delete {}/{name} if nobody needs it",
                kind.word()
            ))))
        }
        Err(error) => Err(error.into()),
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
