//! What a namespace's policies say of the dev pod: of a workload that makes pods they refuse the pods alone, later, and
//! tell only its controller.

use nhd_protocol::error::{ErrorInfo, ErrorKind};
use nhd_protocol::workload::WorkloadRef;
use serde_json::{Value, json};

use crate::cluster::objects::{Mode, Objects, PODS};
use crate::cluster::{ClusterError, Reason};
use crate::session::failure::Failure;

/// Begins what PodSecurity answers.
const POD_SECURITY: &str = "violates PodSecurity";

/// What an answer says that is about the try and not about the pod: who asks may not make pods, where a controller may;
/// there is room for one only; or a webhook takes part in no dry run.
const ABOUT_THE_TRY: [&str; 3] = ["cannot create resource", "exceeded quota", "does not support dry run"];

/// Tries a pod of the template of `maker`, which the API server has taken.
pub(super) async fn try_pod_of(
    objects: &Objects,
    workload: &WorkloadRef,
    maker: &Value,
    keeps_security_context: bool,
) -> Result<(), Failure> {
    let Some(pod) = pod_of(maker) else { return Ok(()) };
    match objects.create(PODS, Some(&workload.namespace), &pod, Mode::DryRun).await {
        Err(error) if !is_about_the_try(&error) => Err(refused(workload, error, keeps_security_context)),
        _ => Ok(()),
    }
}

pub(super) fn is_about_the_try(error: &ClusterError) -> bool {
    let text = error.source.to_string();
    ABOUT_THE_TRY.iter().any(|words| text.contains(words))
}

/// The API server refused a dev pod of this workload.
pub(super) fn refused(workload: &WorkloadRef, error: ClusterError, keeps_security_context: bool) -> Failure {
    if !matches!(error.reason, Reason::Forbidden | Reason::Invalid | Reason::Other) {
        return error.into();
    }
    let text = error.source.to_string();
    let hint = match (text.contains(POD_SECURITY), keeps_security_context) {
        (true, false) => {
            "start it with `securityContext: keep`, in the dev configuration or in the request: then the pod's and the \
             container's security contexts stay, and the sidecar gets one that the policy accepts"
        }
        (true, true) => {
            "the policy of the namespace does not accept the workload's own security contexts either"
        }
        (false, _) => "change what the message names, in the workload, the dev configuration or the policy",
    };
    let message = format!("the cluster refuses the dev pod of {workload}: {text}");
    Failure::fatal(
        ErrorInfo::new(ErrorKind::WorkloadUnsuitable, message)
            .with_hint(format!("{hint}; nothing was changed")),
    )
}

/// A pod as the controller of `maker` would make it. Claims that it makes for each pod are taken for given.
fn pod_of(maker: &Value) -> Option<Value> {
    let template = nhd_plan::pod_template(maker)?;
    let mut spec = template["spec"].clone();
    let claims = maker.pointer("/spec/volumeClaimTemplates").and_then(Value::as_array);
    for name in claims.into_iter().flatten().map(|claim| &claim["metadata"]["name"]) {
        let volume = json!({"name": name, "persistentVolumeClaim": {"claimName": name}});
        match spec["volumes"].as_array_mut() {
            Some(volumes) => volumes.push(volume),
            None => spec["volumes"] = json!([volume]),
        }
    }
    let metadata = json!({
        "name": format!("nhd-{}", crate::random_id(12)),
        "labels": template["metadata"]["labels"],
        "annotations": template["metadata"]["annotations"],
    });
    Some(json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_claims_of_each_pod_are_volumes_of_it() {
        let set = json!({"kind": "StatefulSet", "spec": {
            "volumeClaimTemplates": [{"metadata": {"name": "data"}}],
            "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "web"}]}}}});
        let pod = pod_of(&set).expect("has a template");
        assert_eq!(
            pod["spec"]["volumes"],
            json!([{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}])
        );
        assert_eq!(pod["metadata"]["labels"], json!({"app": "web"}));
    }
}
