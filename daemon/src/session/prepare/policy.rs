//! What a namespace's policies say of the dev pod: of a workload that makes pods they refuse the pods alone, later, and
//! tell only its controller.

use nhd_protocol::error::ErrorInfo;
use nhd_protocol::message::{error, warning};
use nhd_protocol::workload::WorkloadRef;
use serde_json::{Value, json};

use crate::cluster::objects::{Mode, Objects, PODS};
use crate::cluster::{ClusterError, Reason};
use crate::session::failure::Failure;
use nhd_plan::{DEV_CONTAINER, SIDECAR_CONTAINER};

/// Begins what PodSecurity answers.
const POD_SECURITY: &str = "violates PodSecurity";

/// What an answer says that is about the try and not about the pod: who asks may not make pods, where a controller may;
/// there is room for one only; or a webhook takes part in no dry run.
const ABOUT_THE_TRY: [&str; 3] = ["cannot create resource", "exceeded quota", "does not support dry run"];

/// How the admission step for LimitRanges begins what it refuses, behind `minimum` and the like.
const OF_LIMIT_RANGES: [&str; 3] =
    ["usage per Container is", "usage per Pod is", "limit to request ratio per"];

/// What the refusals of a namespace's policies are understood by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Policies<'a> {
    pub(super) keeps_security_context: bool,
    /// As far as they can be read.
    pub(super) limit_ranges: &'a [Value],
}

impl Policies<'_> {
    /// Tries a pod of the template of `maker`, which the API server has taken. Returned is an answer that is about the
    /// try alone.
    pub(super) async fn try_pod_of(
        self,
        objects: &Objects,
        workload: &WorkloadRef,
        maker: &Value,
    ) -> Result<Option<ClusterError>, Failure> {
        let Some(pod) = pod_of(maker) else { return Ok(None) };
        match objects.create(PODS, Some(&workload.namespace), &pod, Mode::DryRun).await {
            Err(error) if is_about_the_try(&error) => Ok(Some(error)),
            Err(error) => Err(self.refused(workload, &pod, error)),
            Ok(_) => Ok(None),
        }
    }

    /// What a quota that refused the try will say of the dev pod once the original's pods are gone.
    pub(super) fn shortage(self, origin: &Value, error: &ClusterError) -> Option<String> {
        let short = nhd_plan::shortage(&error.source.to_string(), origin, self.limit_ranges)?;
        Some(warning::QUOTA_SHORT.say(&[("shortage", &short)]))
    }

    /// The API server refused a dev pod of this workload.
    pub(super) fn refused(self, workload: &WorkloadRef, pod: &Value, answer: ClusterError) -> Failure {
        if !matches!(answer.reason, Reason::Forbidden | Reason::Invalid | Reason::Other) {
            return answer.into();
        }
        let text = answer.source.to_string();
        let about_resources = self.about_resources(pod, &text);
        let hint = match (text.contains(POD_SECURITY), self.keeps_security_context) {
            (true, false) => {
                "start it with `securityContext: keep`, in the dev configuration or in the request: then the pod's and \
                 the container's security contexts stay, and the sidecar gets one that the policy accepts"
                    .to_owned()
            }
            (true, true) => {
                "the policy of the namespace does not accept the workload's own security contexts either".to_owned()
            }
            (false, _) => about_resources.unwrap_or_else(|| {
                "change what the message names, in the workload, the dev configuration or the policy".to_owned()
            }),
        };
        let refused = ErrorInfo::of(&error::DEV_POD_REFUSED, &[("workload", workload), ("cause", &text)]);
        Failure::fatal(refused.with_hint(format!("{hint}; nothing was changed")))
    }

    /// The API server refused an object with the dev pod's template, which may be for what is in that.
    pub(super) fn refused_in_place(
        self,
        workload: &WorkloadRef,
        maker: &Value,
        error: ClusterError,
    ) -> Failure {
        let template = nhd_plan::pod_template(maker).unwrap_or(&Value::Null);
        match self.about_resources(template, &error.source.to_string()) {
            Some(_) => self.refused(workload, template, error),
            None => error.into(),
        }
    }

    /// Whose resources are refused, and what changes them; `None` where it is about something else.
    fn about_resources(self, template: &Value, text: &str) -> Option<String> {
        let at_fault = match container_named_in(template, text) {
            Some(container) => vec![container],
            None if OF_LIMIT_RANGES.iter().any(|words| text.contains(words)) => {
                nhd_plan::misfits(template, self.limit_ranges)
            }
            None => return None,
        };
        let advice = |container: &str| match container {
            SIDECAR_CONTAINER => format!(
                "the resources of the sidecar ({}) are changed by sidecarResources in the dev configuration",
                resources_in(template, SIDECAR_CONTAINER)
            ),
            DEV_CONTAINER => "those of the dev container by resources in the dev configuration".to_owned(),
            other => format!("those of container {other} in the workload's manifest"),
        };
        // Together they come to more than the pod may have, or nobody may say what is allowed.
        let both = [SIDECAR_CONTAINER, DEV_CONTAINER].map(str::to_owned);
        let at_fault = if at_fault.is_empty() { both.to_vec() } else { at_fault };
        Some(at_fault.iter().map(|it| advice(it)).collect::<Vec<_>>().join(", "))
    }
}

/// The container of whose resources the API server speaks by its place: `spec.containers[1].resources.limits[cpu]`, or
/// where the pod has resources of its own `spec.resources.containers[1][cpu].limits`.
fn container_named_in(template: &Value, text: &str) -> Option<String> {
    let mut paths = text.split_whitespace().filter(|word| word.contains("resources"));
    let place = paths.find_map(|path| path.split_once("containers[")?.1.split_once(']'))?.0;
    let container = template.pointer("/spec/containers")?.get(place.parse::<usize>().ok()?)?;
    container["name"].as_str().map(str::to_owned)
}

/// A container's resources on one line: `limits cpu 1, memory 1Gi; requests cpu 100m, memory 50Mi`.
fn resources_in(template: &Value, name: &str) -> String {
    let containers = template.pointer("/spec/containers").and_then(Value::as_array);
    let container = containers.into_iter().flatten().find(|it| it["name"] == name);
    let quantities = |kind: &str| {
        let all = container.and_then(|it| it["resources"][kind].as_object()).into_iter().flatten();
        let all: Vec<String> =
            all.map(|(resource, it)| format!("{resource} {}", it.as_str().unwrap_or_default())).collect();
        format!("{kind} {}", all.join(", "))
    };
    ["limits", "requests"].map(quantities).join("; ")
}

pub(super) fn is_about_the_try(error: &ClusterError) -> bool {
    let text = error.source.to_string();
    ABOUT_THE_TRY.iter().any(|words| text.contains(words))
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

    /// What is advised where the API server refuses a pod of a dev container and a sidecar with these words.
    #[track_caller]
    fn check(text: &str, sidecar: Value, dev: Value, expect: Option<&[&str]>) {
        let range = json!({"spec": {"limits": [{"type": "Container", "max": {"memory": "512Mi"}}]}});
        let policies = Policies { keeps_security_context: false, limit_ranges: &[range] };
        let template = json!({"spec": {"containers": [
            {"name": DEV_CONTAINER, "resources": {"limits": {"memory": dev}}}, {"name": "db"},
            {"name": SIDECAR_CONTAINER, "resources": {"limits": {"memory": sidecar}}}]}});
        let advice = policies.about_resources(&template, text);
        let keys = ["sidecarResources", "by resources in", "container db"];
        let found = advice
            .as_ref()
            .map(|advice| keys.into_iter().filter(|key| advice.contains(key)).collect::<Vec<_>>());
        assert_eq!(found.as_deref(), expect, "{text}: {advice:?}");
    }

    #[test]
    fn whoever_asks_for_too_much_is_named_with_the_key_that_changes_it() {
        let (fits, large) = (json!("512Mi"), json!("1Gi"));
        let most = "pods \"x\" is forbidden: maximum memory usage per Container is 512Mi, but limit is 1Gi";
        check(most, large.clone(), fits.clone(), Some(&["sidecarResources"]));
        check(most, fits.clone(), large.clone(), Some(&["by resources in"]));
        check(most, large.clone(), large.clone(), Some(&["sidecarResources", "by resources in"]));
        let pod = "maximum memory usage per Pod is 600Mi, but limit is 1Gi";
        check(pod, fits.clone(), fits.clone(), Some(&["sidecarResources", "by resources in"]));
        let own = |place: u8| {
            format!(
                "Deployment.apps \"web\" is invalid: spec.template.spec.resources.containers[{place}][cpu].limits: \
                 Invalid value: \"1\": must be less than or equal to pod limits of 200m"
            )
        };
        check(&own(2), fits.clone(), fits.clone(), Some(&["sidecarResources"]));
        check(&own(0), fits.clone(), fits.clone(), Some(&["by resources in"]));
        check(&own(1), fits.clone(), fits.clone(), Some(&["container db"]));
        let larger = "spec.containers[2].resources.requests: Invalid value: \"2\": must be less than or equal to cpu limit";
        check(larger, fits.clone(), fits.clone(), Some(&["sidecarResources"]));
        check("spec.template.spec.containers[2].image: Required value", fits.clone(), fits.clone(), None);
        check("violates PodSecurity \"restricted:latest\"", fits, large, None);
    }

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
