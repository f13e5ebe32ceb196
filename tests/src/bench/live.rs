//! Workloads as they change: how soon a client is told, what following costs the API server while nothing changes, and what
//! thousands of workloads take of memory.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use futures::StreamExt as _;
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::batch::v1::CronJob;
use kube::api::{Patch, PatchParams, PostParams};
use kube::runtime::watcher;
use kube::{Api, Resource};
use nhd_protocol::workload::WorkloadKind;
use serde_json::json;

use super::figures::{Figure, Samples, digits};
use super::memory::resident;
use crate::faulty_api::FaultyApi;
use crate::shared::SharedCluster;
use crate::stage::Stage;
use crate::watcher::{Watcher, following};
use crate::workload::{app, app_of};

const CHANGES: usize = 200;
/// Workloads that are followed and do not change, and for how long.
const IDLE: usize = 1000;
const IDLE_TIME: Duration = Duration::from_secs(120);
const MANY: usize = 5000;
/// Until what was needed only to begin has been given back.
const SETTLE: Duration = Duration::from_secs(3);

pub async fn measure(cluster: &SharedCluster) -> Result<Vec<Figure>> {
    let stage = Stage::set(cluster, "bench-live", app("bench")).await?;
    let (told, bare) = changes(&stage, cluster).await?;
    let daemon = stage.laptop.daemon_pid().context("a daemon")?;
    tokio::time::sleep(SETTLE).await;
    let before = resident(daemon)?;
    let api = FaultyApi::counting(stage.client.clone()).await?;
    schedules(&stage, 0..IDLE).await?;
    let a_minute = idle(&stage, &api).await?;
    schedules(&stage, IDLE..MANY).await?;
    let mut watcher = Watcher::join(&stage.nhd, following(api.kubeconfig(), stage.namespace.name())).await?;
    watcher.until("all", |it| it.workloads.len() > MANY).await?;
    tokio::time::sleep(SETTLE).await;
    let with_many = resident(daemon)?;
    watcher.events.end().await?;
    stage.close().await?;
    let beside = |percent| (told.percentile(percent), bare.percentile(percent));
    let figure = |what, (told, bare): (f64, f64)| {
        Figure::new(what, format!("{} ms", digits(told)))
            .beside(format!("a bare watch {} ms", digits(bare)), told / bare)
    };
    Ok(vec![
        figure("change in the cluster to a client, p50 of 200", beside(50)),
        figure("change in the cluster to a client, p95 of 200", beside(95)),
        Figure::new("requests a minute, 1,000 idle, beside watches", digits(a_minute))
            .aiming("0", a_minute == 0.0),
        Figure::new(
            "daemon that follows 5,000, more than before",
            format!("{} MB", digits(with_many - before)),
        ),
    ])
}

/// How long changes take from the moment that they are asked for to a client, and to a watch of the test's own.
async fn changes(stage: &Stage, cluster: &SharedCluster) -> Result<(Samples, Samples)> {
    let deployments = Api::<Deployment>::namespaced(stage.client.clone(), stage.namespace.name());
    // One that is paused before it has pods has none, however many it wants.
    let mut manifest = app("paused");
    manifest["spec"]["paused"] = json!(true);
    deployments.create(&PostParams::default(), &serde_json::from_value(manifest)?).await?;
    let mut watcher =
        Watcher::join(&stage.nhd, following(cluster.kubeconfig(), stage.namespace.name())).await?;
    let config = watcher::Config::default().fields("metadata.name=paused");
    let mut bare = std::pin::pin!(watcher::watcher(deployments.clone(), config));
    let (mut told, mut seen) = (Samples::default(), Samples::default());
    for number in 0..CHANGES {
        let wanted = u32::try_from(2 + number % 2)?;
        let patch = json!({"spec": {"replicas": wanted}});
        let began = Instant::now();
        let by_client = async {
            let of = |it: &Watcher<'_>| Some(it.get(WorkloadKind::Deployment, "paused")?.replicas?.desired);
            watcher.until("told", |it| of(it) == Some(wanted)).await?;
            Ok::<_, anyhow::Error>(began.elapsed())
        };
        let by_watch = async {
            while let Some(event) = bare.next().await {
                let replicas = match event? {
                    watcher::Event::Apply(object) | watcher::Event::InitApply(object) => {
                        object.spec.and_then(|it| it.replicas)
                    }
                    _ => None,
                };
                if replicas.and_then(|it| u32::try_from(it).ok()) == Some(wanted) {
                    break;
                }
            }
            Ok(began.elapsed())
        };
        let changing = async {
            deployments.patch("paused", &PatchParams::default(), &Patch::Merge(patch)).await?;
            Ok(())
        };
        let (client, watch, ()) = tokio::try_join!(by_client, by_watch, changing)?;
        told.add(client);
        seen.add(watch);
    }
    watcher.events.end().await?;
    Ok((told, seen))
}

/// Makes schedules that never run, which are what costs the cluster least.
async fn schedules(stage: &Stage, numbers: std::ops::Range<usize>) -> Result<()> {
    let api = Api::<CronJob>::namespaced(stage.client.clone(), stage.namespace.name());
    let making = numbers.map(|number| {
        let api = api.clone();
        async move {
            let mut manifest = app_of(WorkloadKind::CronJob, &format!("w{number:05}"));
            manifest["spec"]["suspend"] = json!(true);
            let made = api.create(&PostParams::default(), &serde_json::from_value(manifest)?).await?;
            ensure!(made.meta().name.is_some(), "a name");
            Ok(())
        }
    });
    let mut made = futures::stream::iter(making).buffer_unordered(16);
    while let Some(result) = made.next().await {
        result?;
    }
    Ok(())
}

/// The requests a minute while nothing changes, those apart by which watches go on.
async fn idle(stage: &Stage, api: &FaultyApi) -> Result<f64> {
    let mut watcher = Watcher::join(&stage.nhd, following(api.kubeconfig(), stage.namespace.name())).await?;
    watcher.until("all", |it| it.workloads.len() > IDLE).await?;
    while tokio::time::timeout(SETTLE, watcher.next()).await.is_ok() {}
    let asked = api.asked().len();
    tokio::time::sleep(IDLE_TIME).await;
    let more = api.asked().split_off(asked);
    watcher.events.end().await?;
    let others = more.iter().filter(|request| !request.contains("watch=true")).count();
    Ok(others as f64 * 60.0 / IDLE_TIME.as_secs_f64())
}
