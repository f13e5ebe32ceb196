//! The revisions of a workload: the ReplicaSets of a Deployment, the ControllerRevisions of a StatefulSet or DaemonSet.

use serde_json::Value;

use super::error::ClusterError;
use super::objects::{CONTROLLER_REVISIONS, Delete, Objects, REPLICA_SETS, Resource};
use super::owner_references::controller;

/// Where the revisions of one workload are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    resource: Resource,
    /// The JSON pointer of the pod template in a revision.
    template: &'static str,
    selector: String,
    owner: String,
}

/// One revision of a workload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevisionSeen {
    pub name: String,
    pub uid: String,
    /// Whether its template is one of DevMode.
    pub dev: bool,
    /// Why it cannot make its pods: a quota, an admission policy.
    pub refused: Option<String>,
}

impl History {
    /// The ReplicaSets that the Deployment of the uid `owner` controls.
    pub fn of_deployment(selector: String, owner: String) -> Self {
        Self { resource: REPLICA_SETS, template: "/spec/template", selector, owner }
    }

    /// The ControllerRevisions that the StatefulSet or DaemonSet of the uid `owner` controls.
    pub fn of_controller(selector: String, owner: String) -> Self {
        Self { resource: CONTROLLER_REVISIONS, template: "/data/spec/template", selector, owner }
    }

    pub async fn read(
        &self,
        objects: &Objects,
        namespace: &str,
        is_dev: fn(&Value) -> bool,
    ) -> Result<Vec<RevisionSeen>, ClusterError> {
        let list: Value = objects.list(self.resource, Some(namespace), Some(&self.selector)).await?;
        let items = list["items"].as_array().map(Vec::as_slice).unwrap_or_default();
        let owned = items.iter().filter(|item| controller(item) == Some(self.owner.as_str()));
        Ok(owned.map(|item| see(item, item.pointer(self.template).is_some_and(is_dev))).collect())
    }

    /// Deletes a revision, with its pods if it has any, if it is still the same one.
    pub async fn delete(
        &self,
        objects: &Objects,
        namespace: &str,
        revision: &RevisionSeen,
    ) -> Result<(), ClusterError> {
        let delete = Delete { uid: Some(revision.uid.clone()), background: true, ..Delete::default() };
        objects.delete(self.resource, Some(namespace), &revision.name, delete).await
    }
}

fn see(object: &Value, dev: bool) -> RevisionSeen {
    let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    let conditions = object.pointer("/status/conditions").and_then(Value::as_array);
    let failure = conditions
        .into_iter()
        .flatten()
        .find(|condition| condition["type"] == "ReplicaFailure" && condition["status"] == "True");
    RevisionSeen {
        name: text("/metadata/name"),
        uid: text("/metadata/uid"),
        dev,
        refused: failure.map(|condition| condition["message"].as_str().unwrap_or("refused").to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_a_controller_owns() {
        let owner = |controller: bool| json!({"metadata": {"ownerReferences": [{"uid": "u", "controller": controller}]}});
        assert_eq!(controller(&owner(true)), Some("u"));
        assert_eq!(controller(&owner(false)), None);
        assert_eq!(controller(&json!({"metadata": {}})), None);
    }

    #[test]
    fn a_revision_that_cannot_make_its_pods_says_why() {
        let condition = |status: &str| {
            json!({"metadata": {"name": "r", "uid": "u"}, "status": {"conditions": [
                {"type": "ReplicaFailure", "status": status, "message": "exceeded quota"}]}})
        };
        assert_eq!(see(&condition("True"), true).refused.as_deref(), Some("exceeded quota"));
        assert_eq!(see(&condition("False"), true).refused, None);
    }
}
