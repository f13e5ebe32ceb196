//! What a namespace's quotas, limits and claims leave room for.
//!
//! A claim that cannot be read counts as one pod's alone; quotas and LimitRanges that cannot be read are taken to be none,
//! since some users may not read them and most namespaces have none.

use serde_json::Value;

use super::objects::{CLAIMS, LIMIT_RANGES, Objects, QUOTAS, Resource};

/// Whether a quota might refuse one more pod while the old one is still there.
pub async fn is_tight(objects: &Objects, namespace: &str) -> bool {
    readable(objects, QUOTAS, namespace)
        .await
        .iter()
        .filter_map(|quota| quota.pointer("/status/hard")?.as_object())
        .any(|hard| {
            hard.keys().any(|resource| {
                let resource = resource.as_str();
                matches!(resource, "pods" | "count/pods" | "cpu" | "memory")
                    || resource.starts_with("requests.")
                    || resource.starts_with("limits.")
            })
        })
}

/// The LimitRanges of a namespace.
pub async fn limit_ranges(objects: &Objects, namespace: &str) -> Vec<Value> {
    readable(objects, LIMIT_RANGES, namespace).await
}

async fn readable(objects: &Objects, resource: Resource, namespace: &str) -> Vec<Value> {
    let Ok(mut list) = objects.list::<Value>(resource, Some(namespace), None).await else {
        return Vec::new();
    };
    match list["items"].take() {
        Value::Array(items) => items,
        _ => Vec::new(),
    }
}

/// Whether the pod template mounts a claim that only one pod, or only one node's pods, can use at a time.
pub async fn has_exclusive_claim(objects: &Objects, namespace: &str, template: &Value) -> bool {
    let volumes = template.pointer("/spec/volumes").and_then(Value::as_array);
    let claims = volumes
        .into_iter()
        .flatten()
        .filter_map(|volume| volume.pointer("/persistentVolumeClaim/claimName").and_then(Value::as_str));
    for claim in claims {
        let shared = match objects.get(CLAIMS, Some(namespace), claim).await {
            Ok(object) => {
                let modes = object.pointer("/spec/accessModes").and_then(Value::as_array).cloned();
                modes.unwrap_or_default().iter().any(|mode| mode == "ReadWriteMany" || mode == "ReadOnlyMany")
            }
            Err(_) => false,
        };
        if !shared {
            return true;
        }
    }
    false
}
