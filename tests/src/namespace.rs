//! A fresh namespace for one test, so that tests share a cluster without meeting; it does not know what goes in.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use k8s_openapi::api::core::v1::{ConfigMap, Namespace as NamespaceObject, PersistentVolume, ServiceAccount};
use kube::api::{DeleteParams, ObjectMeta, PostParams};
use kube::{Api, Client};
use serde_json::json;

const LIMIT: Duration = Duration::from_secs(30);
/// Its pods may take their time to end.
const GONE_WITHIN: Duration = Duration::from_secs(180);
const INTERVAL: Duration = Duration::from_millis(20);

/// A namespace whose pods can start. It stays until [`Namespace::delete`], or the end of the cluster.
#[derive(Debug, Clone)]
pub struct Namespace {
    name: String,
}

impl Namespace {
    /// Makes the namespace `PREFIX-RANDOM` and waits for what every pod in it needs.
    pub async fn create(client: &Client, prefix: &str) -> Result<Self> {
        Self::create_named(client, format!("{prefix}-{:08x}", rand::random::<u32>())).await
    }

    /// Makes another namespace under the name of this one, once this one is gone.
    pub async fn make_again(&self, client: &Client) -> Result<Self> {
        let namespaces = Api::<NamespaceObject>::all(client.clone());
        let deadline = Instant::now() + GONE_WITHIN;
        while namespaces.get_opt(&self.name).await?.is_some() {
            anyhow::ensure!(
                Instant::now() < deadline,
                "namespace {} is still there after {GONE_WITHIN:?}",
                self.name
            );
            tokio::time::sleep(INTERVAL).await;
        }
        Self::create_named(client, self.name.clone()).await
    }

    async fn create_named(client: &Client, name: String) -> Result<Self> {
        let object = NamespaceObject {
            metadata: ObjectMeta { name: Some(name.clone()), ..ObjectMeta::default() },
            ..NamespaceObject::default()
        };
        let namespaces = Api::<NamespaceObject>::all(client.clone());
        namespaces
            .create(&PostParams::default(), &object)
            .await
            .with_context(|| format!("make namespace {name}"))?;
        let accounts = Api::<ServiceAccount>::namespaced(client.clone(), &name);
        let maps = Api::<ConfigMap>::namespaced(client.clone(), &name);
        let deadline = Instant::now() + LIMIT;
        // Without the account a pod is refused; without the map it waits for seconds until its volume is tried again.
        while accounts.get_opt("default").await?.is_none()
            || maps.get_opt("kube-root-ca.crt").await?.is_none()
        {
            anyhow::ensure!(
                Instant::now() < deadline,
                "namespace {name} got no service account within {LIMIT:?}"
            );
            tokio::time::sleep(INTERVAL).await;
        }
        Ok(Self { name })
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// Makes volumes of the storage class that is named as this namespace, for claims of up to 1 MiB.
    pub async fn offer_volumes(&self, client: &Client, count: usize) -> Result<()> {
        let volumes = Api::<PersistentVolume>::all(client.clone());
        for number in 0..count {
            let name = format!("{}-{number}", self.name);
            let volume = json!({"metadata": {"name": name}, "spec": {
                "capacity": {"storage": "1Mi"}, "accessModes": ["ReadWriteOnce"],
                "persistentVolumeReclaimPolicy": "Retain", "storageClassName": self.name,
                "hostPath": {"path": format!("/tmp/{name}"), "type": "DirectoryOrCreate"}}});
            volumes.create(&PostParams::default(), &serde_json::from_value(volume)?).await?;
        }
        Ok(())
    }

    /// Begins the deletion; the cluster finishes it in the background.
    pub async fn delete(self, client: &Client) -> Result<()> {
        let namespaces = Api::<NamespaceObject>::all(client.clone());
        namespaces.delete(&self.name, &DeleteParams::default()).await?;
        Ok(())
    }
}
