//! The HorizontalPodAutoscalers that scale a workload.

use serde_json::Value;

use super::error::{ClusterError, Reason};
use super::objects::{Objects, Resource};

const AUTOSCALERS: Resource = Resource {
    group: "autoscaling",
    version: "v2",
    plural: "horizontalpodautoscalers",
    word: "horizontal pod autoscaler",
};

/// The names of those that scale the workload. To a user who may not list them none is known.
pub async fn scaling(
    objects: &Objects,
    namespace: &str,
    resource: Resource,
    kind: &str,
    name: &str,
) -> Result<Vec<String>, ClusterError> {
    match objects.list::<Value>(AUTOSCALERS, Some(namespace), None).await {
        Ok(list) => Ok(targeting(&list, resource.group, kind, name)),
        Err(error) if matches!(error.reason, Reason::Forbidden | Reason::NotFound) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// An autoscaler names its target with the API version, of which the group counts: `apps/v1` is `apps`.
fn targeting(list: &Value, group: &str, kind: &str, name: &str) -> Vec<String> {
    let targets = |item: &&Value| {
        let target = &item["spec"]["scaleTargetRef"];
        let of = target["apiVersion"].as_str().unwrap_or_default();
        let of = of.split_once('/').map_or("", |(group, _)| group);
        of == group && target["kind"] == kind && target["name"] == name
    };
    let items = list["items"].as_array().map(Vec::as_slice).unwrap_or_default();
    let names = items.iter().filter(targets).filter_map(|item| item.pointer("/metadata/name")?.as_str());
    names.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_an_autoscaler_of_this_very_workload_scales_it() {
        let item = |name: &str, version: &str, kind: &str, target: &str| {
            json!({"metadata": {"name": name}, "spec": {"scaleTargetRef":
                {"apiVersion": version, "kind": kind, "name": target}}})
        };
        let list = json!({"items": [
            item("ours", "apps/v1", "Deployment", "web"),
            item("old", "apps/v1beta1", "Deployment", "web"),
            item("other-name", "apps/v1", "Deployment", "db"),
            item("other-kind", "apps/v1", "StatefulSet", "web"),
            item("other-group", "acme.dev/v1", "Deployment", "web"),
        ]});
        assert_eq!(targeting(&list, "apps", "Deployment", "web"), ["ours", "old"]);
    }
}
