//! Workloads as they change, on the real node: who is told what, and what the API server is asked for it.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use k8s_openapi::api::apps::v1::Deployment;
use kube::Api;
use kube::api::{DeleteParams, PostParams};
use nhd_protocol::browse::live::WatchedPart;
use nhd_protocol::error::ErrorKind;
use nhd_protocol::workload::WorkloadKind;
use nhd_tests::faulty_api::FaultyApi;
use nhd_tests::laptop::Laptop;
use nhd_tests::namespace::Namespace;
use nhd_tests::stage::Stage;
use nhd_tests::watcher::{Watcher, following};
use nhd_tests::workload::{Workload, app, app_of};
use serde_json::json;

use crate::permissions::{Permission, user};
use crate::shared_cluster;

/// How long anything may take that is waited for.
const LIMIT: Duration = Duration::from_secs(60);

fn deployments(client: &kube::Client, namespace: &Namespace) -> Api<Deployment> {
    Api::namespaced(client.clone(), namespace.name())
}

/// A Deployment that costs the cluster nothing but itself.
fn empty(name: &str) -> Result<Deployment> {
    let mut manifest = app(name);
    manifest["spec"]["replicas"] = json!(0);
    Ok(serde_json::from_value(manifest)?)
}

#[tokio::test]
async fn workloads_of_all_kinds_are_told_as_they_come_change_and_go() -> Result<()> {
    let cluster = shared_cluster().await;
    let stage = Stage::set(cluster, "live", app("web")).await?;
    let namespace = stage.namespace.name();
    let mut watcher = Watcher::join(&stage.nhd, following(cluster.kubeconfig(), namespace)).await?;
    ensure!(watcher.troubles.is_empty(), "{:?}", watcher.troubles);
    ensure!(watcher.get(WorkloadKind::Deployment, "web").is_some(), "{:?}", watcher.workloads);
    for kind in WorkloadKind::ALL {
        let name = format!("new-{}", kind.word());
        let workload = Workload::create(&stage.client, namespace, app_of(kind, &name)).await?;
        watcher
            .until("ready", |it| {
                let there = it.get(kind, &name);
                there.is_some_and(|it| {
                    it.replicas.is_none_or(|count| count.ready == count.desired && count.desired > 0)
                })
            })
            .await?;
        let containers = watcher.get(kind, &name).map(|it| it.containers.clone());
        ensure!(containers.is_some_and(|it| !it.is_empty()), "{kind}");
        workload.delete().await?;
        watcher.until("gone", |it| it.get(kind, &name).is_none()).await?;
    }
    let pods: Vec<_> = watcher.workloads.keys().filter(|it| it.kind == WorkloadKind::Pod).collect();
    ensure!(pods.is_empty(), "pods of controllers are none of their own: {pods:?}");
    stage.close().await
}

#[tokio::test]
async fn what_is_the_matter_with_pods_is_told_and_that_it_has_passed() -> Result<()> {
    let cluster = shared_cluster().await;
    let stage = Stage::set(cluster, "trouble", app("web")).await?;
    let namespace = stage.namespace.name();
    let mut watcher = Watcher::join(&stage.nhd, following(cluster.kubeconfig(), namespace)).await?;
    let cases = [
        (
            WorkloadKind::Deployment,
            json!({"image": "nhd.invalid/none:1", "imagePullPolicy": "Always"}),
            "ImagePull",
        ),
        (WorkloadKind::StatefulSet, json!({"resources": {"requests": {"cpu": "9999"}}}), "Unschedulable"),
        (WorkloadKind::DaemonSet, json!({"command": ["/bin/sh", "-c", "exit 3"]}), "CrashLoopBackOff"),
        (
            WorkloadKind::Pod,
            json!({"envFrom": [{"configMapRef": {"name": "absent"}}]}),
            "CreateContainerConfigError",
        ),
    ];
    for (kind, broken, reason) in cases {
        let name = format!("bad-{}", kind.word());
        let mut manifest = app_of(kind, &name);
        let spec = if kind == WorkloadKind::Pod { "/spec" } else { "/spec/template/spec" };
        let container = manifest.pointer_mut(&format!("{spec}/containers/0")).context("a container")?;
        let fields = broken.as_object().context("fields")?.clone();
        container.as_object_mut().context("an object")?.extend(fields);
        let workload = Workload::create_unready(&stage.client, namespace, manifest).await?;
        let trouble = |it: &Watcher<'_>| it.get(kind, &name).and_then(|it| it.trouble.clone());
        watcher.until(reason, |it| trouble(it).is_some_and(|it| it.reason.contains(reason))).await?;
        let told = trouble(&watcher).context("trouble")?;
        ensure!(told.pods == 1 && told.message.is_some() && told.pod.is_some(), "{told:?}");
        ensure!(told.container.as_deref() == (reason != "Unschedulable").then_some("app"), "{told:?}");
        if kind == WorkloadKind::Deployment {
            let mend = json!({"spec": {"template": {"spec": {"containers":
                [{"name": "app", "image": "nhd-tests/app:1", "imagePullPolicy": "IfNotPresent"}]}}}});
            workload.patch(&mend).await?;
            watcher.until("mended", |it| trouble(it).is_none()).await?;
        }
    }
    stage.close().await
}

#[tokio::test]
async fn a_session_is_told_from_its_start_to_its_end_to_other_laptops_too() -> Result<()> {
    let cluster = shared_cluster().await;
    for kind in [WorkloadKind::Deployment, WorkloadKind::CronJob] {
        let stage = Stage::set(cluster, "owners", app_of(kind, "web")).await?;
        let namespace = stage.namespace.name();
        let mut other = Laptop::new(cluster.kubeconfig())?;
        let nhd = other.start_daemon().await?;
        // Who may not list Secrets is told that somebody has it, and that the owner cannot be told.
        let some: &[Permission] = &[
            ("apps", "deployments", "list"),
            ("apps", "deployments", "watch"),
            ("batch", "cronjobs", "list"),
            ("batch", "cronjobs", "watch"),
            ("batch", "jobs", "list"),
            ("batch", "jobs", "watch"),
        ];
        let kubeconfig = user(cluster, &stage, "reader", some).await?;
        let mut theirs = Watcher::join(&nhd, following(&kubeconfig, namespace)).await?;
        let refused: Vec<WatchedPart> = theirs.troubles.keys().copied().collect();
        ensure!(
            refused
                == [
                    WatchedPart::StatefulSets,
                    WatchedPart::DaemonSets,
                    WatchedPart::Pods,
                    WatchedPart::Owners
                ],
            "{:?}",
            theirs.troubles
        );
        ensure!(theirs.troubles.values().all(|it| it.error.kind == ErrorKind::PermissionDenied));
        let mut ours = Watcher::join(&stage.nhd, following(cluster.kubeconfig(), namespace)).await?;
        let status = stage.start().await?;
        let dev_mode = |it: &Watcher<'_>| it.get(kind, "web").and_then(|it| it.dev_mode.clone());
        ours.until("ours", |it| dev_mode(it).is_some_and(|it| it.here && it.owner.is_some())).await?;
        ensure!(dev_mode(&ours).and_then(|it| it.session).as_deref() == Some(status.session.as_str()));
        theirs
            .until("somebody's", |it| dev_mode(it).is_some_and(|it| !it.here && it.owner.is_none()))
            .await?;
        stage.end(&status.session).await?;
        ours.until("free", |it| it.get(kind, "web").is_some() && dev_mode(it).is_none()).await?;
        theirs.until("free", |it| it.get(kind, "web").is_some() && dev_mode(it).is_none()).await?;
        other.stop_daemon().await?;
        stage.close().await?;
    }
    Ok(())
}

#[tokio::test]
async fn clients_share_one_watch_which_ends_with_the_last_of_them() -> Result<()> {
    let cluster = shared_cluster().await;
    let stage = Stage::set(cluster, "shared", app("web")).await?;
    let api = FaultyApi::counting(stage.client.clone()).await?;
    let params = following(api.kubeconfig(), stage.namespace.name());
    let mut first = Watcher::join(&stage.nhd, params.clone()).await?;
    // A snapshot may come before the last of the watches has begun.
    let deadline = Instant::now() + LIMIT;
    let count = |part: &str| api.asked().iter().filter(|request| request.contains(part)).count();
    while count("watch=true") < 7 {
        ensure!(Instant::now() < deadline, "{:#?}", api.asked());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let asked = api.asked();
    let counted = (count("watch=true"), count("limit=500"), asked.len());
    ensure!(counted == (7, 7, 15), "beside the cluster's uid: {asked:#?}");
    let second_connection = stage.laptop.connect().await?;
    let mut second = Watcher::join(&second_connection, params).await?;
    ensure!(api.asked().len() == asked.len(), "a second client costs requests: {:#?}", api.asked());
    let deployments = deployments(&stage.client, &stage.namespace);
    deployments.create(&PostParams::default(), &empty("more")?).await?;
    for watcher in [&mut first, &mut second] {
        watcher.until("more", |it| it.get(WorkloadKind::Deployment, "more").is_some()).await?;
    }
    ensure!(api.being_answered() == 7, "{}", api.being_answered());
    first.events.end().await?;
    deployments.delete("more", &DeleteParams::default()).await?;
    second.until("gone", |it| it.get(WorkloadKind::Deployment, "more").is_none()).await?;
    ensure!(api.being_answered() == 7, "{}", api.being_answered());
    // A client that is gone counts as one that has ended its subscription.
    drop(second);
    drop(second_connection);
    let deadline = Instant::now() + LIMIT;
    while api.being_answered() > 0 {
        ensure!(Instant::now() < deadline, "{} watches are left", api.being_answered());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    ensure!(api.asked().len() == asked.len(), "{:#?}", api.asked());
    stage.close().await
}

#[tokio::test]
async fn a_cluster_that_is_away_is_told_and_followed_by_a_fresh_snapshot() -> Result<()> {
    let cluster = shared_cluster().await;
    let stage = Stage::set(cluster, "away", app("web")).await?;
    let api = FaultyApi::counting(stage.client.clone()).await?;
    let params = following(api.kubeconfig(), stage.namespace.name());
    let mut watcher = Watcher::join(&stage.nhd, params.clone()).await?;
    api.set_up(false);
    watcher.until("away", |it| it.troubles.contains_key(&WatchedPart::Cluster)).await?;
    let error = &watcher.troubles[&WatchedPart::Cluster].error;
    ensure!(error.kind == ErrorKind::ClusterUnreachable, "{error:?}");
    ensure!(watcher.get(WorkloadKind::Deployment, "web").is_some(), "what was known is kept");
    // Whoever comes now is told so at once, with what was known.
    let late = Watcher::join(&stage.nhd, params).await?;
    ensure!(late.troubles.contains_key(&WatchedPart::Cluster) && late.workloads == watcher.workloads);
    let deployments = deployments(&stage.client, &stage.namespace);
    deployments.create(&PostParams::default(), &empty("meanwhile")?).await?;
    let before = watcher.snapshots;
    api.set_up(true);
    watcher.until("back", |it| it.troubles.is_empty() && it.snapshots > before).await?;
    ensure!(watcher.get(WorkloadKind::Deployment, "meanwhile").is_some(), "{:?}", watcher.workloads);
    stage.close().await
}

#[tokio::test]
async fn a_thousand_workloads_that_do_not_change_cost_no_request() -> Result<()> {
    let cluster = shared_cluster().await;
    let stage = Stage::set(cluster, "many", app("web")).await?;
    let api = FaultyApi::counting(stage.client.clone()).await?;
    let deployments = deployments(&stage.client, &stage.namespace);
    make(&deployments, 1000).await?;
    let mut watcher = Watcher::join(&stage.nhd, following(api.kubeconfig(), stage.namespace.name())).await?;
    let there = |it: &Watcher<'_>| it.workloads.len() == 1001;
    watcher.until("all", there).await?;
    // The controllers are at them for a while.
    while tokio::time::timeout(Duration::from_secs(3), watcher.next()).await.is_ok() {}
    let asked = api.asked().len();
    let idle = Duration::from_secs(20);
    if tokio::time::timeout(idle, watcher.next()).await.is_ok() {
        bail!("something changed");
    }
    ensure!(api.asked().len() == asked, "{:#?}", &api.asked()[asked..]);
    stage.close().await
}

/// Makes Deployments without pods, some at a time.
async fn make(api: &Api<Deployment>, count: usize) -> Result<()> {
    use futures::stream::{self, StreamExt as _, TryStreamExt as _};
    let all = (0..count).map(|number| async move {
        api.create(&PostParams::default(), &empty(&format!("w{number:05}"))?).await?;
        Ok::<_, anyhow::Error>(())
    });
    stream::iter(all).buffer_unordered(16).try_collect::<()>().await
}
