//! A resource of the node that only one test knows, so that it decides how many pods there is room for; it does not know
//! whose pods they are.

use anyhow::{Context, Result};
use k8s_openapi::api::core::v1::Node;
use kube::api::{ListParams, Patch, PatchParams};
use kube::{Api, Client};
use serde_json::{Value, json};

/// A resource that the node has so much of as was said last.
pub struct NodeShare {
    nodes: Api<Node>,
    node: String,
    resource: String,
}

impl NodeShare {
    pub async fn advertise(client: &Client, count: u32) -> Result<Self> {
        let nodes: Api<Node> = Api::all(client.clone());
        let node = nodes.list(&ListParams::default()).await?.items.into_iter().next().context("a node")?;
        let node = node.metadata.name.context("a name")?;
        let resource = format!("tests.nhd.dev/share-{:08x}", rand::random::<u32>());
        let share = Self { nodes, node, resource };
        share.set(json!(count.to_string())).await?;
        Ok(share)
    }

    /// A container's resources with one of it.
    pub fn one(&self) -> Value {
        json!({"limits": {&self.resource: "1"}, "requests": {&self.resource: "1"}})
    }

    /// From now on the node has so much of it.
    pub async fn resize(&self, count: u32) -> Result<()> {
        self.set(json!(count.to_string())).await
    }

    pub async fn withdraw(self) -> Result<()> {
        self.set(Value::Null).await
    }

    async fn set(&self, count: Value) -> Result<()> {
        let counts = json!({&self.resource: count});
        let patch = Patch::Merge(json!({"status": {"capacity": counts, "allocatable": counts}}));
        self.nodes.patch_status(&self.node, &PatchParams::default(), &patch).await?;
        Ok(())
    }
}
