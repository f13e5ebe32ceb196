//! The HorizontalPodAutoscalers that scale a workload.

use serde_json::Value;

use super::objects::{Objects, Resource};

const AUTOSCALERS: Resource = Resource {
    group: "autoscaling",
    version: "v2",
    plural: "horizontalpodautoscalers",
    word: "horizontal pod autoscaler",
};

/// The names of those that scale the workload. Where they cannot be read, none is known.
pub async fn scaling(objects: &Objects, namespace: &str, kind: &str, name: &str) -> Vec<String> {
    let Ok(list) = objects.list::<Value>(AUTOSCALERS, Some(namespace), None).await else { return Vec::new() };
    let text = |item: &Value, pointer: &str| item.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    let targets = |item: &&Value| {
        text(item, "/spec/scaleTargetRef/kind").as_deref() == Some(kind)
            && text(item, "/spec/scaleTargetRef/name").as_deref() == Some(name)
    };
    list["items"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(targets)
        .filter_map(|it| text(it, "/metadata/name"))
        .collect()
}
