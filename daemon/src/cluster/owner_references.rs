//! The owners of an object: which controls it, and which are no more, as with a reference to one of these a new object is
//! collected at once.

use kube::Api;
use kube::api::{DynamicObject, GroupVersionKind};
use kube::discovery::{Scope, pinned_kind};
use serde_json::Value;

use super::error::{ClusterError, OrAbsent as _, bounded};
use super::objects::Objects;

/// The uid of the controller that owns an object.
pub fn controller(object: &Value) -> Option<&str> {
    let owners = object.pointer("/metadata/ownerReferences")?.as_array()?;
    owners.iter().find(|owner| owner["controller"] == true)?["uid"].as_str()
}

/// The uids of those owners of `object` that are gone. One that cannot be read, or is of a kind that the API server
/// does not know, is taken to be there.
pub async fn gone(objects: &Objects, object: &Value) -> Result<Vec<String>, ClusterError> {
    let namespace = object.pointer("/metadata/namespace").and_then(Value::as_str).unwrap_or_default();
    let owners = object.pointer("/metadata/ownerReferences").and_then(Value::as_array);
    let mut gone = Vec::new();
    for owner in owners.into_iter().flatten() {
        if is_gone(objects, namespace, owner).await? {
            gone.push(owner["uid"].as_str().unwrap_or_default().to_owned());
        }
    }
    Ok(gone)
}

async fn is_gone(objects: &Objects, namespace: &str, owner: &Value) -> Result<bool, ClusterError> {
    let text = |field: &str| owner[field].as_str().unwrap_or_default();
    let (kind, name) = (text("kind"), text("name"));
    let (group, version) = text("apiVersion").split_once('/').unwrap_or(("", text("apiVersion")));
    let gvk = GroupVersionKind::gvk(group, version, kind);
    let described = || format!("{kind} {name}, an owner");
    let known = bounded("find", described(), pinned_kind(objects.client(), &gvk)).await;
    let Ok((resource, capabilities)) = known else { return Ok(false) };
    let api: Api<DynamicObject> = match capabilities.scope {
        Scope::Namespaced => Api::namespaced_with(objects.client().clone(), namespace, &resource),
        Scope::Cluster => Api::all_with(objects.client().clone(), &resource),
    };
    let found = bounded("read", described(), api.get(name)).await.or_absent();
    Ok(match found {
        Ok(found) => found.is_none_or(|found| found.metadata.uid.as_deref() != Some(text("uid"))),
        Err(_) => false,
    })
}
