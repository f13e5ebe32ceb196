//! What others changed and what was pinned survives a session that goes from hand to hand: to another daemon, to the
//! next life of the same one, with its record or without. What the model test found, on the real node.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use futures::future::try_join_all;
use k8s_openapi::api::core::v1::{Namespace as NamespaceObject, Pod, Secret};
use kube::Api;
use kube::api::{DeleteParams, ListParams, Patch, PatchParams, PostParams};
use nhd_client::Client as Nhd;
use nhd_protocol::methods::{End, List, Release, Start};
use nhd_protocol::session::{SessionSelector, StartParams, WaitUntil};
use nhd_protocol::workload::WorkloadKind;
use nhd_tests::autoscaler::{Autoscaler, autoscaler_of};
use nhd_tests::laptop::Laptop;
use nhd_tests::stage::Stage;
use nhd_tests::workload::app_of;
use serde_json::json;

use crate::shared_cluster;

const NAME: &str = "reviews";

fn secrets(stage: &Stage) -> Api<Secret> {
    Api::namespaced(stage.client.clone(), stage.namespace.name())
}

/// The name of the only record in the stage's namespace.
async fn record(stage: &Stage) -> Result<String> {
    let all = secrets(stage).list(&ListParams::default()).await?.items;
    let mut names = all.into_iter().filter_map(|secret| secret.metadata.name);
    names.find(|name| name.contains("nocalhost")).context("there is no record")
}

/// Waits until a daemon has no session any more.
async fn nothing_goes_on(laptop: &Laptop, nhd: &Nhd) -> Result<()> {
    for session in nhd.call::<List>(SessionSelector::default()).await?.sessions {
        // One that fails or is over by now is as good.
        let _ = laptop.wait(nhd, &session.session, WaitUntil::Ended).await;
    }
    let left = nhd.call::<List>(SessionSelector::default()).await?.sessions;
    ensure!(left.is_empty(), "sessions are left: {left:#?}");
    Ok(())
}

/// Restarts the stage's daemon as one that dies at a point, and ends the session with it.
async fn end_until_death(stage: &mut Stage, session: &str, point: &str) -> Result<()> {
    stage.laptop.kill_daemon()?;
    stage.laptop.set("NHD_FAULT", point);
    if let Some(nhd) = stage.laptop.start_dying_daemon().await? {
        // It may die before it answers.
        let _ = nhd.call::<End>(SessionSelector::of_session(session).into()).await;
    }
    stage.laptop.daemon_died().await?;
    stage.laptop.unset("NHD_FAULT");
    Ok(())
}

/// One daemon has decided to take a session over and is away; the other takes over what others have changed, begins to give
/// the workload back, and is away in its turn.
#[tokio::test]
async fn what_one_daemon_took_over_from_others_goes_on_to_the_daemon_that_takes_the_session_over()
-> Result<()> {
    try_join_all(
        [
            (
                WorkloadKind::StatefulSet,
                json!({"updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 3}}}),
            ),
            (WorkloadKind::Deployment, json!({"paused": true})),
            (WorkloadKind::Deployment, json!({"minReadySeconds": 3})),
        ]
        .map(async |(kind, controls)| -> Result<()> {
            let mut stage = Stage::set(shared_cluster().await, "handed-on", app_of(kind, NAME)).await?;
            let session = stage.start().await?.session;
            let mut other = Laptop::new(shared_cluster().await.kubeconfig())?;
            other.set("NHD_FAULT", "updateRecord:before");
            let taking = other.start_daemon().await?;
            let _ = taking.call::<Release>(stage.release_params()).await;
            other.daemon_died().await?;
            other.unset("NHD_FAULT");

            stage.workload.patch_by("kubectl-edit", &json!({"spec": controls})).await?;
            end_until_death(&mut stage, &session, "restoreWorkload:after").await?;
            let taking = other.start_daemon().await?;
            nothing_goes_on(&other, &taking).await?;
            other.stop_daemon().await?;

            for (field, value) in controls.as_object().context("fields")? {
                stage.before.spec[field] = value.clone();
            }
            stage
                .workload
                .assert_restored(&stage.before)
                .await
                .with_context(|| format!("{kind} {controls}"))?;
            stage.nhd = stage.laptop.start_daemon().await?;
            nothing_goes_on(&stage.laptop, &stage.nhd).await?;
            stage.assert_untouched().await?;
            stage.close().await
        }),
    )
    .await?;
    Ok(())
}

/// The pin is the only thing that a session has written before its edit, and nothing but the pin tells of it.
#[tokio::test]
async fn a_pinned_autoscaler_is_released_although_the_record_is_no_longer_one() -> Result<()> {
    for kind in [WorkloadKind::Deployment, WorkloadKind::StatefulSet] {
        let mut stage = Stage::set(shared_cluster().await, "pin-left", app_of(kind, NAME)).await?;
        let mut manifest = autoscaler_of(kind, NAME);
        manifest["spec"]["minReplicas"] = json!(1);
        let autoscaler = Autoscaler::create(&stage.client, stage.namespace.name(), manifest).await?;
        let before = autoscaler.portrait().await?;
        stage.laptop.stop_daemon().await?;
        stage.laptop.set("NHD_FAULT", "pinAutoscalers:after");
        let nhd = stage.laptop.start_daemon().await?;
        let _ = nhd.call::<Start>(stage.params()).await;
        stage.laptop.daemon_died().await?;
        stage.laptop.unset("NHD_FAULT");
        ensure!(autoscaler.is_pinned().await?, "{kind}: it is not pinned");

        let name = record(&stage).await?;
        let theirs = json!({"data": {"nhd.json.gz": "bm90aGluZw=="}, "metadata": {"labels": null, "annotations": null}});
        secrets(&stage).patch(&name, &PatchParams::default(), &Patch::Merge(theirs)).await?;
        stage.nhd = stage.laptop.start_daemon().await?;
        nothing_goes_on(&stage.laptop, &stage.nhd).await?;
        ensure!(autoscaler.portrait().await? == before, "{kind}: {:#}", autoscaler.object().await?);
        ensure!(secrets(&stage).get_opt(&name).await?.is_some(), "{kind}: what is nobody's was deleted");
        secrets(&stage).delete(&name, &DeleteParams::default()).await?;
        stage.assert_untouched().await?;
        stage.close().await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_variable_of_ours_that_others_changed_is_given_back_as_theirs() -> Result<()> {
    try_join_all([WorkloadKind::Deployment, WorkloadKind::StatefulSet].map(async |kind| -> Result<()> {
        let mut stage = Stage::set(shared_cluster().await, "variable", app_of(kind, NAME)).await?;
        let env = [("OURS".to_owned(), "1".to_owned())].into_iter().collect();
        let params = StartParams { env, ..stage.params() };
        let session = stage.laptop.start_synced(&stage.nhd, params).await?.session;
        let theirs = json!({"name": "OURS", "value": "2"});
        let containers = json!([{"name": "nocalhost-dev", "env": [theirs]}]);
        let patch = json!({"spec": {"template": {"spec": {"containers": containers}}}});
        stage.workload.patch_by("kubectl-set-env", &patch).await?;
        let env = stage.before.spec["template"]["spec"]["containers"][0]["env"].as_array_mut();
        env.context("variables")?.push(theirs);
        stage.end(&session).await.with_context(|| kind.to_string())?;
        stage.close().await
    }))
    .await?;
    Ok(())
}

/// Without the record only the annotation has the original; what the edit was is told by its rules.
#[tokio::test]
async fn what_others_changed_in_dev_mode_survives_a_takeover_without_a_record() -> Result<()> {
    let kinds =
        [WorkloadKind::Deployment, WorkloadKind::StatefulSet, WorkloadKind::DaemonSet, WorkloadKind::CronJob];
    try_join_all(kinds.map(async |kind| -> Result<()> {
        let mut stage = Stage::set(shared_cluster().await, "no-record", app_of(kind, NAME)).await?;
        let session = stage.start().await?.session;
        stage.laptop.stop_daemon().await?;
        let marked = json!({"template": {"metadata": {"annotations": {"theirs": "1"}}}});
        let (theirs, at) = match kind {
            WorkloadKind::CronJob => (json!({"jobTemplate": {"spec": marked}}), "/jobTemplate/spec/template"),
            _ => (marked, "/template"),
        };
        stage.workload.patch_by("helm", &json!({"spec": theirs})).await?;
        let (field, value) = match kind {
            WorkloadKind::Deployment => ("progressDeadlineSeconds", json!(321)),
            WorkloadKind::StatefulSet => {
                ("updateStrategy", json!({"type": "RollingUpdate", "rollingUpdate": {"partition": 1}}))
            }
            WorkloadKind::DaemonSet => ("minReadySeconds", json!(1)),
            _ => ("startingDeadlineSeconds", json!(321)),
        };
        stage.workload.patch_by("helm", &json!({"spec": {field: value}})).await?;
        stage.before.spec[field] = value;
        let template = stage.before.spec.pointer_mut(at).context("a template")?;
        template["metadata"]["annotations"] = json!({"theirs": "1"});

        secrets(&stage).delete(&record(&stage).await?, &DeleteParams::default()).await?;
        let other = Laptop::new(shared_cluster().await.kubeconfig())?;
        let (target, namespace) = (format!("{}/{NAME}", kind.word()), stage.namespace.name());
        let ended = other.cli(&["end", &target, "-n", namespace, "--takeover"]).await?;
        ensure!(ended.code == Some(0), "{kind}: {ended:?}");
        stage.workload.assert_restored(&stage.before).await.with_context(|| kind.to_string())?;
        ensure!(other.cli(&["daemon", "stop"]).await?.code == Some(0));
        stage.nhd = stage.laptop.start_daemon().await?;
        stage.laptop.end(&stage.nhd, &session).await?;
        stage.assert_untouched().await.with_context(|| kind.to_string())?;
        stage.close().await
    }))
    .await?;
    Ok(())
}

/// What is in the place of a pod in a namespace that was deleted and made again while the daemon was dead.
enum There {
    /// What this daemon made there before it died.
    Ours,
    /// What another session made again, in its own namespace.
    Anothers,
    /// Somebody's own.
    Theirs,
}

#[tokio::test]
async fn a_pod_that_was_made_again_in_another_namespace_of_the_name_goes_and_no_other_does() -> Result<()> {
    try_join_all([There::Ours, There::Anothers, There::Theirs].map(async |there| -> Result<()> {
        let mut stage = Stage::set(shared_cluster().await, "again", app_of(WorkloadKind::Pod, NAME)).await?;
        let session = stage.start().await?.session;
        end_until_death(&mut stage, &session, "restoreWorkload:written").await?;
        let left = stage.workload.object().await?;
        let mark = left["metadata"]["annotations"]["nhd.dev/given-back-by"].clone();
        ensure!(mark == session.as_str(), "it says {mark}, and not who made it again");

        let namespaces: Api<NamespaceObject> = Api::all(stage.client.clone());
        namespaces.delete(stage.namespace.name(), &DeleteParams::default()).await?;
        let namespace = stage.namespace.make_again(&stage.client).await?;
        let mut pod = nhd_plan::as_new(&left);
        match there {
            There::Ours => {}
            There::Anothers => pod = nhd_plan::sign(&pod, "another"),
            There::Theirs => pod = nhd_plan::recreation(&pod, &[]),
        }
        let pods: Api<Pod> = Api::namespaced(stage.client.clone(), namespace.name());
        pods.create(&PostParams::default(), &serde_json::from_value(pod)?).await?;
        stage.nhd = stage.laptop.start_daemon().await?;
        nothing_goes_on(&stage.laptop, &stage.nhd).await?;
        tokio::time::sleep(Duration::from_secs(2)).await;
        let goes = matches!(there, There::Ours);
        let lasts = pods.get_opt(NAME).await?.is_some_and(|pod| pod.metadata.deletion_timestamp.is_none());
        ensure!(lasts != goes, "the pod is there: {lasts}");
        stage.close().await
    }))
    .await?;
    Ok(())
}
