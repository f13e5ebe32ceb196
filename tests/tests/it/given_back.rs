//! What "given back" means where the cluster is not what it was: admission that adds to every write, controls that
//! others set, a namespace or a record that is gone, a context that leads to another cluster.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use futures::future::try_join_all;
use k8s_openapi::api::core::v1::{Namespace as NamespaceObject, Secret};
use kube::api::{ApiResource, DeleteParams, DynamicObject, GroupVersionKind, Patch, PatchParams, PostParams};
use kube::{Api, Client};
use nhd_protocol::error::ErrorKind;
use nhd_protocol::session::{Phase, SessionOutcome, SessionSelector, StepName, WaitUntil};
use nhd_protocol::workload::WorkloadKind;
use nhd_tests::stage::Stage;
use nhd_tests::workload::app_of;
use serde_json::{Value, json};

use crate::shared_cluster;

/// The pod template of a kind, as CEL writes where it is.
fn template_path(kind: WorkloadKind) -> &'static [&'static str] {
    match kind {
        WorkloadKind::CronJob => &["spec", "jobTemplate", "spec", "template", "spec"],
        _ => &["spec", "template", "spec"],
    }
}

/// From now on everything of these kinds that is written in the namespace gets a hostname.
async fn add_a_hostname(client: &Client, namespace: &str, kind: WorkloadKind) -> Result<()> {
    let mut expression = r#"{hostname: "added"}"#.to_owned();
    let path = template_path(kind);
    for depth in (1..=path.len()).rev() {
        let object = format!("Object.{}", path[..depth].join("."));
        expression = format!("{object}{expression}");
        if depth > 1 {
            expression = format!("{{{}: {expression}}}", path[depth - 1]);
        }
    }
    let expression = format!("Object{{{}: {expression}}}", path[0]);
    let group = if kind == WorkloadKind::CronJob { "batch" } else { "apps" };
    let rules = json!([{"apiGroups": [group], "apiVersions": ["v1"], "operations": ["CREATE", "UPDATE"],
        "resources": [format!("{}s", kind.as_str().to_lowercase())]}]);
    let policy = json!({
        "apiVersion": "admissionregistration.k8s.io/v1beta1", "kind": "MutatingAdmissionPolicy",
        "metadata": {"name": namespace},
        "spec": {
            "matchConstraints": {"resourceRules": rules,
                "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}}},
            "failurePolicy": "Fail", "reinvocationPolicy": "Never",
            "mutations": [{"patchType": "ApplyConfiguration", "applyConfiguration": {"expression": expression}}],
        },
    });
    let binding = json!({
        "apiVersion": "admissionregistration.k8s.io/v1beta1", "kind": "MutatingAdmissionPolicyBinding",
        "metadata": {"name": namespace}, "spec": {"policyName": namespace},
    });
    for object in [policy, binding] {
        let kind = object["kind"].as_str().context("a kind")?;
        let resource = ApiResource::from_gvk_with_plural(
            &GroupVersionKind::gvk("admissionregistration.k8s.io", "v1beta1", kind),
            if kind.ends_with("Binding") {
                "mutatingadmissionpolicybindings"
            } else {
                "mutatingadmissionpolicies"
            },
        );
        let api: Api<DynamicObject> = Api::all_with(client.clone(), &resource);
        api.create(&PostParams::default(), &serde_json::from_value(object)?).await?;
    }
    Ok(())
}

/// From now on pods that name no pull secret of their own get one.
async fn add_a_pull_secret(client: &Client, namespace: &str) -> Result<()> {
    let accounts: Api<k8s_openapi::api::core::v1::ServiceAccount> =
        Api::namespaced(client.clone(), namespace);
    let patch = json!({"imagePullSecrets": [{"name": "registry"}]});
    accounts.patch("default", &PatchParams::default(), &Patch::Merge(patch)).await?;
    Ok(())
}

/// Waits until admission adds to what is written in the namespace: a policy is taken on a moment after it was made.
async fn until_added(stage: &Stage, kind: WorkloadKind) -> Result<()> {
    let path = format!("/{}/hostname", template_path(kind).join("/"));
    let dry = PatchParams { dry_run: true, ..PatchParams::default() };
    let resource = ApiResource::from_gvk_with_plural(
        &GroupVersionKind::gvk(
            if kind == WorkloadKind::CronJob { "batch" } else { "apps" },
            "v1",
            kind.as_str(),
        ),
        &format!("{}s", kind.as_str().to_lowercase()),
    );
    let api: Api<DynamicObject> =
        Api::namespaced_with(stage.client.clone(), stage.namespace.name(), &resource);
    for _ in 0..500 {
        let patch =
            Patch::Merge(json!({"metadata": {"annotations": {"tried": rand::random::<u32>().to_string()}}}));
        let answer = api.patch(stage.workload.name(), &dry, &patch).await?;
        if serde_json::to_value(answer)?.pointer(&path).is_some() {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    anyhow::bail!("admission adds nothing to {kind}")
}

async fn ends_with_additions(kind: WorkloadKind) -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "added", app_of(kind, "reviews")).await?;
    let (added, at) = if kind == WorkloadKind::Pod {
        add_a_pull_secret(&stage.client, stage.namespace.name()).await?;
        (json!([{"name": "registry"}]), "/imagePullSecrets".to_owned())
    } else {
        add_a_hostname(&stage.client, stage.namespace.name(), kind).await?;
        until_added(&stage, kind).await?;
        (
            json!("added"),
            format!(
                "{}/hostname",
                template_path(kind)[1..].iter().map(|it| format!("/{it}")).collect::<String>()
            ),
        )
    };
    let status = stage.start().await.context("start")?;
    let ended = stage.laptop.end(&stage.nhd, &status.session).await.context("end")?;
    ensure!(ended.outcome == Some(SessionOutcome::RestoredWithAdditions), "{ended:#?}");
    ensure!(ended.warnings.iter().any(|it| it.contains("the cluster has added")), "{:?}", ended.warnings);
    ensure!(
        stage.times_begun(&status.session, StepName::RestoreWorkload).await? <= 2,
        "it was given back over and over"
    );
    let mut after = stage.workload.portrait().await?;
    ensure!(after.spec.pointer(&at) == Some(&added), "{at} of {}", after.spec);
    let (parent, field) = at.rsplit_once('/').context("a field")?;
    let parent = after.spec.pointer_mut(parent).and_then(Value::as_object_mut).context("a parent")?;
    parent.remove(field);
    ensure!(after.spec == stage.before.spec, "{} is not {}", after.spec, stage.before.spec);
    ensure!(stage.workload.secrets().await?.is_empty(), "the record is left");
    stage.close().await
}

#[tokio::test]
async fn what_admission_has_come_to_add_keeps_no_end_from_ending() -> Result<()> {
    use WorkloadKind::{CronJob, DaemonSet, Deployment, Pod, StatefulSet};
    let kinds = [Deployment, StatefulSet, DaemonSet, CronJob, Pod];
    try_join_all(kinds.map(async |kind| ends_with_additions(kind).await.with_context(|| kind.to_string())))
        .await?;
    Ok(())
}

#[tokio::test]
async fn a_partition_or_a_pause_that_others_set_in_dev_mode_holds_no_end_up() -> Result<()> {
    let held = [
        (
            WorkloadKind::StatefulSet,
            json!({"updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 2}}}),
        ),
        (WorkloadKind::Deployment, json!({"paused": true})),
    ];
    try_join_all(held.map(async |(kind, controls)| {
        let mut manifest = app_of(kind, "reviews");
        manifest["spec"]["replicas"] = json!(3);
        let stage = Stage::set(shared_cluster().await, "held", manifest).await?;
        let status = stage.start().await.context("start")?;
        stage.workload.patch_by("kubectl-client-side-apply", &json!({"spec": controls.clone()})).await?;
        let ended = stage.laptop.end(&stage.nhd, &status.session).await.context("end")?;
        ensure!(ended.outcome == Some(SessionOutcome::Restored), "{kind}: {ended:#?}");
        let pods = stage.workload.live_pods().await?;
        ensure!(pods.len() == 3, "{kind}: {} pods", pods.len());
        let after = stage.workload.portrait().await?;
        let (field, theirs) = controls.as_object().and_then(|it| it.iter().next()).context("a control")?;
        ensure!(
            &after.spec[field] == theirs,
            "{kind}: {field} is {}, which others set to {theirs}",
            after.spec[field]
        );
        stage.close().await
    }))
    .await?;
    Ok(())
}

#[tokio::test]
async fn a_session_whose_namespace_is_deleted_ends_and_begins_nothing_in_one_of_the_same_name() -> Result<()>
{
    try_join_all(WorkloadKind::ALL.map(async |kind| {
        let stage = Stage::set(shared_cluster().await, "deleted", app_of(kind, "reviews")).await?;
        let status = stage.start().await.with_context(|| format!("start {kind}"))?;
        let namespaces: Api<NamespaceObject> = Api::all(stage.client.clone());
        namespaces.delete(stage.namespace.name(), &DeleteParams::default()).await?;
        while namespaces.get_opt(stage.namespace.name()).await?.is_some() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let again = json!({"metadata": {"name": stage.namespace.name()}});
        namespaces.create(&PostParams::default(), &serde_json::from_value(again)?).await?;
        let blocked = stage.until(&status.session, |status| status.phase == Phase::Blocked).await?;
        ensure!(blocked.error.is_some(), "{kind}: {blocked:#?}");
        let secrets: Api<Secret> = Api::namespaced(stage.client.clone(), stage.namespace.name());
        ensure!(secrets.list(&Default::default()).await?.items.is_empty(), "{kind}: a record was made anew");
        let pods = stage.workload.pods().list(&Default::default()).await?.items;
        ensure!(pods.is_empty(), "{kind}: pods were made in the new namespace");
        namespaces.delete(stage.namespace.name(), &DeleteParams::default()).await?;
        while namespaces.get_opt(stage.namespace.name()).await?.is_some() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let ended =
            stage.laptop.end(&stage.nhd, &status.session).await.with_context(|| format!("end {kind}"))?;
        let untouched = kind == WorkloadKind::Job;
        ensure!(untouched || ended.outcome == Some(SessionOutcome::Gone), "{kind}: {ended:#?}");
        anyhow::Ok(())
    }))
    .await?;
    Ok(())
}

#[tokio::test]
async fn a_context_that_leads_to_another_cluster_is_told_and_nothing_is_done_there() -> Result<()> {
    let cluster = shared_cluster().await;
    let Some(other) = cluster.apart(env!("CARGO_BIN_EXE_nhd-test-cluster")).await? else { return Ok(()) };
    let mut stage = Stage::set(cluster, "elsewhere", app_of(WorkloadKind::Job, "reviews")).await?;
    let file = stage.laptop.home().join("kubeconfig");
    std::fs::copy(cluster.kubeconfig(), &file)?;
    let params =
        nhd_protocol::session::StartParams { kubeconfig: Some(file.display().to_string()), ..stage.params() };
    let status = stage.laptop.start_synced(&stage.nhd, params).await?;
    stage.laptop.stop_daemon().await?;
    std::fs::copy(other.kubeconfig(), &file)?;
    stage.nhd = stage.laptop.start_daemon().await?;
    let is_told = |status: &nhd_protocol::session::SessionStatus| {
        status.error.as_ref().is_some_and(|error| error.kind == ErrorKind::AnotherCluster)
    };
    stage.until(&status.session, is_told).await?;
    // An end is taken on, and waits for the right cluster, too.
    let selector = SessionSelector::of_session(&status.session);
    stage.nhd.call::<nhd_protocol::methods::End>(selector.into()).await?;
    stage.until(&status.session, |status| is_told(status) && status.phase == Phase::Ending).await?;
    let secrets: Api<Secret> = Api::all(other.client().await?);
    let made =
        secrets.list(&kube::api::ListParams::default().labels("app.kubernetes.io/managed-by=nhd")).await?;
    ensure!(made.items.is_empty(), "a record was made in the other cluster");
    std::fs::copy(cluster.kubeconfig(), &file)?;
    let ended = stage.laptop.wait(&stage.nhd, &status.session, WaitUntil::Ended).await?;
    ensure!(ended.outcome == Some(SessionOutcome::Restored), "{ended:#?}");
    stage.assert_untouched().await?;
    other.stop().await?;
    stage.close().await
}
