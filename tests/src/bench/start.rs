//! How long a start takes, over what the cluster alone needs for the same edit made by hand.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::Secret;
use kube::api::PostParams;
use kube::runtime::wait::await_condition;
use kube::{Api, ResourceExt as _};
use nhd_client::Client as Nhd;
use nhd_protocol::event::{Cursor, EventBody, EventsParams};
use nhd_protocol::methods::EventsSince;
use serde_json::Value;

use super::figures::{Figure, Samples, digits};
use crate::shared::SharedCluster;
use crate::stage::Stage;
use crate::workload::{Workload, app};

const ROUNDS: u32 = 7;
/// The kubelet looks once a second at what its containers do. A wait for a pod ends at such a look, so that whatever
/// follows at once begins right after one: each round begins at another moment in between.
const KUBELET_LOOKS_EVERY: Duration = Duration::from_secs(1);
const LIMIT: Duration = Duration::from_secs(60);

/// Names of the same length that occur nowhere else in a manifest.
const OURS: &str = "bench-by-nhd";
const BY_HAND: &str = "bench-by-own";

pub async fn measure(cluster: &SharedCluster) -> Result<Vec<Figure>> {
    let stage = Stage::set(cluster, "bench-start", app(OURS)).await?;
    let by_hand = Workload::create(&stage.client, stage.namespace.name(), app(BY_HAND)).await?;
    for number in 0..20 {
        stage.laptop.save(&format!("src/{number}.txt"), &"text\n".repeat(100))?;
    }
    let (mut ours, mut floor, mut ends) = (Samples::default(), Samples::default(), Samples::default());
    let mut steps = Steps::default();
    for round in 0..ROUNDS {
        let pause = KUBELET_LOOKS_EVERY * round / ROUNDS;
        tokio::time::sleep(pause).await;
        let began = Instant::now();
        let session = stage.start().await?.session;
        ours.add(began.elapsed());
        let edit = Edit::of(&stage.workload).await?;
        let began = Instant::now();
        stage.laptop.end(&stage.nhd, &session).await?;
        ends.add(began.elapsed());
        stage.assert_untouched().await?;
        steps.learn(&stage.nhd, &session).await?;
        floor.add(edit.by_hand(&by_hand, pause).await?);
    }
    stage.close().await?;
    let ratio = ours.median() / floor.median();
    Ok(vec![
        Figure::new("start → synced", ours.spread("ms"))
            .beside(format!("patch → rolled out {}", floor.spread("ms")), ratio)
            .aiming("≤ 1.5×", ratio <= 1.5),
        Figure::new("  of which", steps.to_string()),
        Figure::new("end → ended", ends.spread("ms")),
    ])
}

/// What a start made of a workload: enough to make the same of another.
struct Edit {
    spec: Value,
    secret: Secret,
}

impl Edit {
    async fn of(workload: &Workload) -> Result<Self> {
        let secrets: Api<Secret> = Api::namespaced(workload.client().clone(), workload.namespace());
        let names = workload.secrets().await?;
        let name = names.iter().find(|name| name.starts_with(OURS)).context("a record")?;
        let seen = secrets.get(name).await?;
        let mut secret = Secret { data: seen.data, ..Secret::default() };
        secret.metadata.name = Some(name.replace(OURS, BY_HAND));
        let spec = workload.object().await?["spec"].to_string().replace(OURS, BY_HAND);
        Ok(Self { spec: serde_json::from_str(&spec)?, secret })
    }

    /// Puts the edit into another workload, takes the time until it is rolled out, and puts the original back.
    async fn by_hand(&self, workload: &Workload, pause: Duration) -> Result<Duration> {
        let secrets: Api<Secret> = Api::namespaced(workload.client().clone(), workload.namespace());
        secrets.create(&PostParams::default(), &self.secret).await?;
        let original = workload.object().await?;
        let mut edited = original.clone();
        edited["spec"] = self.spec.clone();
        tokio::time::sleep(pause).await;
        let began = Instant::now();
        put(workload, edited).await?;
        let took = began.elapsed();
        put(workload, original).await?;
        secrets.delete(&self.secret.name_any(), &Default::default()).await?;
        Ok(took)
    }
}

/// Replaces a workload's spec and waits until it is rolled out.
async fn put(workload: &Workload, mut object: Value) -> Result<()> {
    if let Some(metadata) = object["metadata"].as_object_mut() {
        metadata.remove("resourceVersion");
    }
    let deployments = workload.deployments();
    let object: Deployment = serde_json::from_value(object)?;
    let put = deployments.replace(workload.name(), &PostParams::default(), &object).await?;
    let generation = put.metadata.generation;
    let rolled_out = await_condition(deployments, workload.name(), move |seen: Option<&Deployment>| {
        let status = seen.and_then(|seen| seen.status.as_ref());
        status.is_some_and(|status| {
            status.observed_generation >= generation
                && [status.replicas, status.updated_replicas, status.available_replicas] == [Some(1); 3]
        })
    });
    tokio::time::timeout(LIMIT, rolled_out).await.context("it does not roll out")??;
    Ok(())
}

/// How long each step took.
#[derive(Default)]
struct Steps {
    order: Vec<String>,
    taken: BTreeMap<String, Samples>,
}

impl Steps {
    async fn learn(&mut self, nhd: &Nhd, of: &str) -> Result<()> {
        let snapshot = nhd.call::<EventsSince>(EventsParams::default()).await?;
        let epoch = snapshot.events.first().context("a snapshot")?.cursor.epoch.clone();
        let since = EventsParams { since: Some(Cursor { epoch, seq: 0 }), ..EventsParams::default() };
        for event in nhd.call::<EventsSince>(since).await?.events {
            if let EventBody::Step { session, step, elapsed_ms: Some(elapsed), .. } = event.body
                && session == of
            {
                let name = format!("{step:?}");
                if !self.order.contains(&name) {
                    self.order.push(name.clone());
                }
                self.taken.entry(name).or_default().add(Duration::from_millis(elapsed));
            }
        }
        Ok(())
    }
}

impl std::fmt::Display for Steps {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = |name: &String| {
            let taken = self.taken.get(name).map(Samples::median).unwrap_or_default();
            format!("{name} {}", digits(taken))
        };
        formatter.write_str(&self.order.iter().map(text).collect::<Vec<_>>().join(", "))
    }
}
