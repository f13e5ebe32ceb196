//! Users with few rights: who may not do all that starting and ending need is refused before the first write.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use futures::future::try_join_all;
use k8s_openapi::api::authorization::v1::SubjectAccessReview;
use k8s_openapi::api::core::v1::PersistentVolumeClaim;
use k8s_openapi::api::rbac::v1::{Role, RoleBinding};
use kube::Api;
use kube::api::PostParams;
use nhd_protocol::error::{ErrorInfo, ErrorKind};
use nhd_protocol::session::{Phase, StartParams};
use nhd_protocol::workload::WorkloadKind;
use nhd_tests::autoscaler::{Autoscaler, autoscaler_of};
use nhd_tests::namespace::Namespace;
use nhd_tests::shared::SharedCluster;
use nhd_tests::stage::Stage;
use nhd_tests::workload::{Workload, app, app_of};
use serde_json::{Value, json};

use crate::shared_cluster;

/// One permission: API group, resource with its subresource, verb.
pub(crate) type Permission = (&'static str, &'static str, &'static str);

/// Everything that a developer of Deployments needs, and nothing else.
const NEEDED: [Permission; 18] = [
    ("apps", "deployments", "get"),
    ("apps", "deployments", "list"),
    ("apps", "deployments", "watch"),
    ("apps", "deployments", "update"),
    ("", "secrets", "get"),
    ("", "secrets", "list"),
    ("", "secrets", "watch"),
    ("", "secrets", "create"),
    ("", "secrets", "update"),
    ("", "secrets", "delete"),
    ("", "pods", "get"),
    ("", "pods", "list"),
    ("", "pods", "watch"),
    ("", "pods", "delete"),
    ("apps", "replicasets", "list"),
    ("apps", "replicasets", "delete"),
    ("", "pods/portforward", "get"),
    ("", "pods/portforward", "create"),
];

#[tokio::test]
async fn a_stranger_is_told_everything_that_is_missing_at_once() -> Result<()> {
    let cluster = shared_cluster().await;
    let stage = Stage::set(cluster, "stranger", app("web")).await?;
    let error = refused_without_a_write(&stage, &user(cluster, &stage, "stranger", &[]).await?).await?;
    for permission in NEEDED {
        ensure!(error.message.contains(&words(permission)), "{permission:?} is not in {error:?}");
    }
    stage.close().await
}

#[tokio::test]
async fn who_could_start_but_not_end_is_refused_before_the_first_write() -> Result<()> {
    let cluster = shared_cluster().await;
    let stage = Stage::set(cluster, "no-way-back", app("web")).await?;
    let ending = [("", "secrets", "delete"), ("apps", "replicasets", "delete"), ("", "pods", "delete")];
    let kubeconfig = user(cluster, &stage, "starter", &without(&ending)).await?;
    let error = refused_without_a_write(&stage, &kubeconfig).await?;
    for permission in NEEDED {
        let said = error.message.contains(&words(permission));
        ensure!(said == ending.contains(&permission), "{permission:?}: {error:?}");
    }
    stage.close().await
}

#[tokio::test]
async fn the_needed_permissions_are_enough_from_start_to_end() -> Result<()> {
    let cluster = shared_cluster().await;
    let stage = Stage::set(cluster, "least", app("web")).await?;
    let kubeconfig = user(cluster, &stage, "developer", &NEEDED).await?;
    let status = stage.laptop.start_synced(&stage.nhd, by(&stage, &kubeconfig)).await?;
    ensure!(status.phase == Phase::Synced, "{status:?}");
    stage.save_arrives(&status, "saved.txt", "by a restricted user").await?;
    stage.end(&status.session).await?;
    stage.close().await
}

/// Makes the workload's own autoscaler, which finds nothing to do.
async fn autoscaler(stage: &Stage) -> Result<Autoscaler> {
    let mut manifest = autoscaler_of(WorkloadKind::Deployment, "web");
    manifest["spec"]["minReplicas"] = json!(1);
    Autoscaler::create(&stage.client, stage.namespace.name(), manifest).await
}

#[tokio::test]
async fn an_autoscaler_asks_for_permissions_of_its_own() -> Result<()> {
    let cluster = shared_cluster().await;
    let stage = Stage::set(cluster, "autoscaler", app("web")).await?;
    let autoscaler = autoscaler(&stage).await?;
    let before = autoscaler.portrait().await?;
    let of_autoscalers = |verb| ("autoscaling", "horizontalpodautoscalers", verb);
    let and = |verbs: &[&'static str]| -> Vec<Permission> {
        verbs.iter().map(|verb| of_autoscalers(*verb)).chain(NEEDED).collect()
    };
    let reader = user(cluster, &stage, "reader", &and(&["list"])).await?;
    let error = refused_without_a_write(&stage, &reader).await?;
    for verb in ["get", "update"] {
        ensure!(error.message.contains(&words(of_autoscalers(verb))), "{error:?}");
    }
    ensure!(autoscaler.portrait().await? == before, "it was changed");
    let developer = user(cluster, &stage, "developer", &and(&["list", "get", "update"])).await?;
    let status = stage.laptop.start_synced(&stage.nhd, by(&stage, &developer)).await?;
    ensure!(autoscaler.is_pinned().await?, "it is not pinned");
    stage.end(&status.session).await?;
    ensure!(autoscaler.portrait().await? == before, "{:#}", autoscaler.object().await?);
    stage.close().await
}

#[tokio::test]
async fn who_may_not_list_autoscalers_is_warned() -> Result<()> {
    let cluster = shared_cluster().await;
    let stage = Stage::set(cluster, "unseen", app("web")).await?;
    let autoscaler = autoscaler(&stage).await?;
    let kubeconfig = user(cluster, &stage, "developer", &NEEDED).await?;
    let status = stage.laptop.start_synced(&stage.nhd, by(&stage, &kubeconfig)).await?;
    let warned = |warning: &String| warning.contains("no permission to list horizontalpodautoscalers");
    ensure!(status.warnings.iter().any(warned), "{:?}", status.warnings);
    ensure!(!autoscaler.is_pinned().await?, "it is pinned");
    stage.end(&status.session).await?;
    stage.close().await
}

/// What the other kinds need in place of the Deployment's own: resources with their verbs.
pub(crate) fn needed(kind: WorkloadKind) -> Vec<Permission> {
    let own: &[(&str, &str, &[&str])] = match kind {
        WorkloadKind::Deployment => return NEEDED.to_vec(),
        WorkloadKind::StatefulSet => &[
            ("apps", "statefulsets", &["get", "list", "watch", "update"]),
            ("apps", "controllerrevisions", &["list", "delete"]),
        ],
        WorkloadKind::DaemonSet => &[
            ("apps", "daemonsets", &["get", "list", "watch", "update"]),
            ("apps", "controllerrevisions", &["list", "delete"]),
            ("apps", "deployments", &["get", "list", "watch", "create", "delete"]),
            ("apps", "replicasets", &["list"]),
        ],
        WorkloadKind::Job => &[("batch", "jobs", &["get", "list", "watch", "create", "delete"])],
        WorkloadKind::CronJob => &[
            ("batch", "cronjobs", &["get", "list", "watch", "update"]),
            ("batch", "jobs", &["get", "list", "watch", "create", "delete"]),
        ],
        WorkloadKind::Pod => &[("", "pods", &["create", "update"])],
    };
    let own =
        own.iter().flat_map(|(group, resource, verbs)| verbs.iter().map(|verb| (*group, *resource, *verb)));
    let common = NEEDED.into_iter().filter(|(group, _, _)| *group != "apps");
    own.chain(common).collect()
}

#[tokio::test]
async fn the_needed_permissions_are_enough_for_every_other_kind_and_all_are_asked_for() -> Result<()> {
    let cluster = shared_cluster().await;
    for kind in [
        WorkloadKind::StatefulSet,
        WorkloadKind::DaemonSet,
        WorkloadKind::Job,
        WorkloadKind::CronJob,
        WorkloadKind::Pod,
    ] {
        let stage = Stage::set(cluster, "least", app_of(kind, "web")).await?;
        let stranger = user(cluster, &stage, "stranger", &[]).await?;
        let error = refused_without_a_write(&stage, &stranger).await?;
        for permission in needed(kind) {
            ensure!(error.message.contains(&words(permission)), "{kind}: {permission:?} is not in {error:?}");
        }
        let kubeconfig = user(cluster, &stage, "developer", &needed(kind)).await?;
        let status = stage.laptop.start_synced(&stage.nhd, by(&stage, &kubeconfig)).await?;
        stage.end(&status.session).await.with_context(|| kind.to_string())?;
        stage.close().await?;
    }
    Ok(())
}

#[tokio::test]
async fn claims_of_a_set_without_pods_stay_where_they_may_not_be_deleted_and_that_is_said() -> Result<()> {
    let cluster = shared_cluster().await;
    let of_claims = |verb| ("", "persistentvolumeclaims", verb);
    for (allowed, said) in [
        (vec![], "no permission to get persistentvolumeclaims"),
        (vec![of_claims("get")], "no permission to delete persistentvolumeclaims"),
        (vec![of_claims("get"), of_claims("delete")], "are deleted when it ends"),
    ] {
        let mut manifest = app_of(WorkloadKind::StatefulSet, "web");
        manifest["spec"]["replicas"] = json!(0);
        manifest["spec"]["persistentVolumeClaimRetentionPolicy"] = json!({"whenScaled": "Delete"});
        let client = cluster.client().await?;
        let namespace = Namespace::create(&client, "claims").await?;
        namespace.offer_volumes(&client, 1).await?;
        manifest["spec"]["volumeClaimTemplates"] = json!([{"metadata": {"name": "data"}, "spec": {
            "accessModes": ["ReadWriteOnce"], "storageClassName": namespace.name(),
            "resources": {"requests": {"storage": "1Mi"}}}}]);
        let workload = Workload::create(&client, namespace.name(), manifest).await?;
        let stage = Stage::around(cluster, namespace, workload).await?;
        let permissions: Vec<Permission> =
            allowed.iter().copied().chain(needed(WorkloadKind::StatefulSet)).collect();
        let kubeconfig = user(cluster, &stage, "developer", &permissions).await?;
        let status = stage.laptop.start_synced(&stage.nhd, by(&stage, &kubeconfig)).await?;
        ensure!(
            status.warnings.iter().any(|warning| warning.contains(said)),
            "{said}: {:?}",
            status.warnings
        );
        stage.end(&status.session).await.context(said)?;
        let claims: Api<PersistentVolumeClaim> =
            Api::namespaced(stage.client.clone(), stage.namespace.name());
        let left = claims.get_opt("data-web-0").await?;
        let stays = left.is_some_and(|claim| claim.metadata.deletion_timestamp.is_none());
        ensure!(stays == (allowed.len() < 2), "{said}: {stays}");
        stage.close().await?;
    }
    Ok(())
}

#[tokio::test]
async fn no_needed_permission_can_be_left_out() -> Result<()> {
    let cluster = shared_cluster().await;
    let stage = Stage::set(cluster, "all-but-one", app("web")).await?;
    let users = NEEDED.iter().enumerate().map(async |(index, left_out)| {
        let rules = without(&[*left_out]);
        anyhow::Ok((*left_out, user(cluster, &stage, &format!("developer-{index}"), &rules).await?))
    });
    for (left_out, kubeconfig) in try_join_all(users).await? {
        let error = refused_without_a_write(&stage, &kubeconfig).await.with_context(|| words(left_out))?;
        let missing = format!("missing the permission to {}", words(left_out));
        ensure!(error.message.ends_with(&missing), "{missing:?} is not how this ends: {error:?}");
    }
    stage.close().await
}

/// Starts as the user of a kubeconfig, and asserts that it is refused and not even tried.
async fn refused_without_a_write(stage: &Stage, kubeconfig: &Path) -> Result<ErrorInfo> {
    let version = stage.workload.version().await?;
    let error = stage.refusal(by(stage, kubeconfig)).await?;
    ensure!(error.kind == ErrorKind::PermissionDenied, "{error:?}");
    let hint = error.hint.as_deref().context("no hint")?;
    ensure!(hint.contains(stage.namespace.name()), "the hint does not say where: {hint:?}");
    ensure!(stage.workload.version().await? == version, "it was written to");
    stage.assert_untouched().await?;
    Ok(error)
}

fn by(stage: &Stage, kubeconfig: &Path) -> StartParams {
    StartParams { kubeconfig: Some(kubeconfig.display().to_string()), ..stage.params() }
}

fn without(left_out: &[Permission]) -> Vec<Permission> {
    NEEDED.into_iter().filter(|permission| !left_out.contains(permission)).collect()
}

/// As messages name a permission.
fn words((_, resource, verb): Permission) -> String {
    format!("{verb} {resource}")
}

/// Makes a user with these permissions in the stage's namespace, and waits until they hold.
pub(crate) async fn user(
    cluster: &SharedCluster,
    stage: &Stage,
    name: &str,
    permissions: &[Permission],
) -> Result<PathBuf> {
    let kubeconfig = cluster.kubeconfig_for(&format!("{name}@{}", stage.namespace.name()), &[])?;
    let name_there = format!("{name}@{}", stage.namespace.name());
    let rules: Vec<Value> = permissions
        .iter()
        .map(
            |(group, resource, verb)| json!({"apiGroups": [group], "resources": [resource], "verbs": [verb]}),
        )
        .collect();
    let role = json!({"metadata": {"name": name}, "rules": rules});
    let binding = json!({
        "metadata": {"name": name},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": name_there}],
    });
    let namespace = stage.namespace.name();
    let roles = Api::<Role>::namespaced(stage.client.clone(), namespace);
    let bindings = Api::<RoleBinding>::namespaced(stage.client.clone(), namespace);
    roles.create(&PostParams::default(), &serde_json::from_value(role)?).await?;
    bindings.create(&PostParams::default(), &serde_json::from_value(binding)?).await?;
    let Some((group, resource, verb)) = permissions.last() else { return Ok(kubeconfig) };
    let (resource, subresource) = resource.split_once('/').unwrap_or((resource, ""));
    let review: SubjectAccessReview = serde_json::from_value(json!({
        "spec": {"user": name_there, "resourceAttributes": {
            "namespace": namespace, "group": group, "resource": resource, "subresource": subresource, "verb": verb,
        }},
    }))?;
    let reviews = Api::<SubjectAccessReview>::all(stage.client.clone());
    stage
        .workload
        .until("allowed to be seen", async |_| {
            let answer = reviews.create(&PostParams::default(), &review).await?;
            Ok(answer.status.is_some_and(|status| status.allowed))
        })
        .await?;
    Ok(kubeconfig)
}
