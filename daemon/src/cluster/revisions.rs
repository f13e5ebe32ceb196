//! The revisions of a Deployment: its ReplicaSets, and the one that DevMode made.

use k8s_openapi::api::apps::v1::ReplicaSet;
use kube::core::ObjectList;

use super::error::ClusterError;
use super::objects::{Delete, Objects, REPLICA_SETS};
use super::pods::controller;

/// One ReplicaSet of a Deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevisionSeen {
    pub name: String,
    pub uid: String,
    /// Whether its template has the dev container.
    pub dev: bool,
    /// Why it cannot make its pods: a quota, an admission policy.
    pub refused: Option<String>,
}

/// The ReplicaSets that the Deployment of this uid owns.
pub async fn owned_by(
    objects: &Objects,
    namespace: &str,
    selector: &str,
    owner: &str,
    dev_container: &str,
) -> Result<Vec<RevisionSeen>, ClusterError> {
    let list: ObjectList<ReplicaSet> = objects.list(REPLICA_SETS, Some(namespace), Some(selector)).await?;
    let owned = list.items.iter().filter(|set| controller(&set.metadata) == Some(owner));
    Ok(owned.map(|set| see(set, dev_container)).collect())
}

/// Deletes a ReplicaSet with its pods if it is still the same one.
pub async fn delete(objects: &Objects, namespace: &str, revision: &RevisionSeen) -> Result<(), ClusterError> {
    let delete = Delete { uid: Some(revision.uid.clone()), background: true, ..Delete::default() };
    objects.delete(REPLICA_SETS, Some(namespace), &revision.name, delete).await
}

fn see(set: &ReplicaSet, dev_container: &str) -> RevisionSeen {
    let template = set.spec.as_ref().and_then(|spec| spec.template.as_ref()).and_then(|it| it.spec.as_ref());
    let containers = template.map(|spec| spec.containers.as_slice()).unwrap_or_default();
    let conditions = set.status.as_ref().and_then(|status| status.conditions.as_deref()).unwrap_or_default();
    let failure =
        conditions.iter().find(|condition| condition.type_ == "ReplicaFailure" && condition.status == "True");
    RevisionSeen {
        name: set.metadata.name.clone().unwrap_or_default(),
        uid: set.metadata.uid.clone().unwrap_or_default(),
        dev: containers.iter().any(|container| container.name == dev_container),
        refused: failure.map(|condition| condition.message.clone().unwrap_or_else(|| "refused".to_owned())),
    }
}
