//! HorizontalPodAutoscalers of the tests, which the cluster's own controller acts on; without a metrics server it keeps
//! replicas between the two limits.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use kube::api::{DeleteParams, DynamicObject, Patch, PatchParams, PostParams};
use kube::core::{ApiResource, GroupVersionKind};
use kube::{Api, Client};
use nhd_protocol::workload::WorkloadKind;
use serde_json::{Value, json};

use crate::workload::by;

/// How long the controller may take to do what it does every few seconds.
const LIMIT: Duration = Duration::from_secs(60);
const INTERVAL: Duration = Duration::from_millis(50);

/// An autoscaler in a namespace of the test cluster.
#[derive(Clone)]
pub struct Autoscaler {
    api: Api<DynamicObject>,
    name: String,
}

/// One that keeps two to five replicas of a workload of its own name.
pub fn autoscaler_of(kind: WorkloadKind, name: &str) -> Value {
    json!({
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": name, "labels": {"team": "reviews"}},
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": kind.as_str(), "name": name},
            "minReplicas": 2,
            "maxReplicas": 5,
            "metrics": [{"type": "ContainerResource", "containerResource": {
                "name": "cpu", "container": "app", "target": {"type": "Utilization", "averageUtilization": 80},
            }}],
        },
    })
}

impl Autoscaler {
    pub async fn create(client: &Client, namespace: &str, manifest: Value) -> Result<Self> {
        let autoscaler = Self::named_in(client, namespace, &manifest)?;
        let object: DynamicObject = serde_json::from_value(manifest)?;
        autoscaler.api.create(&PostParams::default(), &object).await.context("create the autoscaler")?;
        Ok(autoscaler)
    }

    /// Makes it by a server-side apply.
    pub async fn create_applied(
        client: &Client,
        namespace: &str,
        manager: &str,
        manifest: &Value,
    ) -> Result<Self> {
        let autoscaler = Self::named_in(client, namespace, manifest)?;
        autoscaler.apply(manager, manifest).await?;
        Ok(autoscaler)
    }

    fn named_in(client: &Client, namespace: &str, manifest: &Value) -> Result<Self> {
        let name = manifest["metadata"]["name"].as_str().context("a name")?.to_owned();
        let kind = GroupVersionKind::gvk("autoscaling", "v2", "HorizontalPodAutoscaler");
        let api = Api::namespaced_with(client.clone(), namespace, &ApiResource::from_gvk(&kind));
        Ok(Self { api, name })
    }

    pub async fn object(&self) -> Result<Value> {
        Ok(serde_json::to_value(self.api.get(&self.name).await?)?)
    }

    /// Everything of it that is its owner's.
    pub async fn portrait(&self) -> Result<Value> {
        let object = self.object().await?;
        let metadata = &object["metadata"];
        let [uid, labels, annotations] =
            ["uid", "labels", "annotations"].map(|field| metadata[field].clone());
        Ok(json!({"uid": uid, "labels": labels, "annotations": annotations, "spec": object["spec"]}))
    }

    /// Whether nhd keeps it from its workload.
    pub async fn is_pinned(&self) -> Result<bool> {
        Ok(self.object().await?.pointer("/metadata/annotations/nhd.dev~1pinned-by").is_some())
    }

    /// Waits until its controller has tried to scale what it is pinned to.
    pub async fn acted_while_pinned(&self) -> Result<()> {
        self.until("found to scale nothing", |object| {
            let target = object.pointer("/spec/scaleTargetRef/name").and_then(Value::as_str);
            let condition = able_to_scale(object);
            let message = condition.and_then(|it| it["message"].as_str()).unwrap_or_default();
            condition.is_some_and(|it| it["status"] == "False") && message.contains(target.unwrap_or("?"))
        })
        .await
    }

    /// Waits until its controller scales its workload again.
    pub async fn acts(&self) -> Result<()> {
        self.until("able to scale", |object| able_to_scale(object).is_some_and(|it| it["status"] == "True"))
            .await
    }

    async fn until(&self, what: &str, test: impl Fn(&Value) -> bool) -> Result<()> {
        let deadline = Instant::now() + LIMIT;
        loop {
            let object = self.object().await?;
            if test(&object) {
                return Ok(());
            }
            if Instant::now() > deadline {
                bail!("{} is not {what} after {} s: {object:#}", self.name, LIMIT.as_secs());
            }
            tokio::time::sleep(INTERVAL).await;
        }
    }

    /// Changes it by a merge under the name of a field manager.
    pub async fn patch_by(&self, manager: &str, patch: &Value) -> Result<()> {
        self.api.patch(&self.name, &by(manager), &Patch::Merge(patch)).await?;
        Ok(())
    }

    /// Server-side apply, without force.
    pub async fn apply(&self, manager: &str, manifest: &Value) -> Result<()> {
        let params = PatchParams { force: false, ..by(manager) };
        self.api.patch(&self.name, &params, &Patch::Apply(manifest)).await?;
        Ok(())
    }

    pub async fn delete(&self) -> Result<()> {
        self.api.delete(&self.name, &DeleteParams::default()).await?;
        Ok(())
    }

    /// The names of the managers that own fields other than of the status.
    pub async fn managers(&self) -> Result<Vec<String>> {
        let object = self.object().await?;
        let entries = object.pointer("/metadata/managedFields").and_then(Value::as_array).cloned();
        let entries =
            entries.unwrap_or_default().into_iter().filter(|entry| entry["subresource"] != "status");
        Ok(entries.filter_map(|entry| entry["manager"].as_str().map(str::to_owned)).collect())
    }
}

fn able_to_scale(object: &Value) -> Option<&Value> {
    let conditions = object.pointer("/status/conditions").and_then(Value::as_array);
    conditions.into_iter().flatten().find(|it| it["type"] == "AbleToScale")
}
