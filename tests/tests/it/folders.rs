//! Persistent folders: what is in them outlives pods, sessions and ends, and every reason why one cannot be had is told.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use futures::future::try_join_all;
use k8s_openapi::api::core::v1::{PersistentVolume, PersistentVolumeClaim, ResourceQuota};
use k8s_openapi::api::storage::v1::StorageClass;
use kube::Api;
use kube::api::PostParams;
use nhd_protocol::error::{ErrorInfo, ErrorKind};
use nhd_protocol::methods::{Plan, VolumeDelete, Volumes};
use nhd_protocol::session::{PlannedAction, StartParams};
use nhd_protocol::volume::{VolumeDeleteParams, VolumeListParams, VolumePhase, VolumeSummary};
use nhd_protocol::workload::WorkloadKind;
use nhd_tests::stage::{Stage, answered, pod_of};
use nhd_tests::workload::app_of;
use serde_json::{Value, json};

use crate::permissions::{needed, user};
use crate::shared_cluster;

const FILE: &str = ".nocalhost/config.yaml";
const WORK_DIR: &str = "/home/nocalhost-dev";

/// The dev configuration of `web` with these folders, each with its capacity, in claims of the class.
fn configure(stage: &Stage, class: Option<&str>, folders: &[(&str, &str)]) -> Result<()> {
    let folders: Vec<Value> =
        folders.iter().map(|(path, capacity)| json!({"path": path, "capacity": capacity})).collect();
    let mut dev = json!({"persistentVolumeDirs": folders});
    if let Some(class) = class {
        dev["storageClass"] = class.into();
    }
    stage.laptop.save(FILE, &json!({"name": "web", "containers": [{"dev": dev}]}).to_string())
}

fn claims(stage: &Stage) -> Api<PersistentVolumeClaim> {
    Api::namespaced(stage.client.clone(), stage.namespace.name())
}

async fn volumes(stage: &Stage) -> Result<Vec<VolumeSummary>> {
    let start = stage.params();
    let params = VolumeListParams {
        namespace: start.namespace,
        kubeconfig: start.kubeconfig,
        context: start.context,
        environment: start.environment,
        ..VolumeListParams::default()
    };
    Ok(stage.nhd.call::<Volumes>(params).await?.volumes)
}

async fn delete(stage: &Stage, name: &str, force: bool) -> Result<Result<VolumeSummary, ErrorInfo>> {
    let start = stage.params();
    let params = VolumeDeleteParams {
        name: name.to_owned(),
        namespace: start.namespace,
        force,
        kubeconfig: start.kubeconfig,
        context: start.context,
        environment: start.environment,
    };
    match stage.nhd.call::<VolumeDelete>(params).await {
        Ok(volume) => Ok(Ok(volume)),
        Err(error) => answered(error).map(Err),
    }
}

#[tokio::test]
async fn what_is_in_a_persistent_folder_is_there_in_the_next_session_of_every_kind() -> Result<()> {
    try_join_all(WorkloadKind::ALL.map(async |kind| {
        let stage = Stage::set(shared_cluster().await, "folders", app_of(kind, "web")).await?;
        twice(&stage).await.with_context(|| kind.to_string())?;
        stage.close().await
    }))
    .await
    .map(drop)
}

async fn twice(stage: &Stage) -> Result<()> {
    let class = stage.namespace.name().to_owned();
    stage.namespace.offer_volumes(&stage.client, 2).await?;
    let below = format!("{WORK_DIR}/cache");
    configure(stage, Some(&class), &[("/kept", "1Mi"), (&below, "1Mi")])?;
    stage.laptop.save("cache/local.txt", "stays here")?;
    let plan = stage.nhd.call::<Plan>(stage.params()).await?;
    let planned = plan.changes.iter().filter(|it| it.kind == "PersistentVolumeClaim");
    let planned: Vec<&str> = planned
        .filter(|it| it.action == PlannedAction::Create && it.diff.contains("storage: 1Mi"))
        .map(|it| it.name.as_str())
        .collect();
    ensure!(planned.len() == 2, "{:?}", plan.changes);
    ensure!(
        plan.warnings.iter().any(|it| it.contains(&below) && it.contains("not synchronised")),
        "{plan:?}"
    );

    let status = stage.start().await.context("the first start")?;
    let pod = pod_of(&status)?;
    stage.workload.prints(pod, "cat first.txt; ls cache /kept | grep -c txt", "first0").await?;
    let write = "echo one > /kept/a && echo two > cache/b && cat /kept/a cache/b";
    ensure!(stage.workload.exec(pod, write).await? == "one\ntwo\n", "it cannot be written");
    // What goes here never goes there.
    std::fs::remove_dir_all(stage.laptop.source().join("cache"))?;
    stage.save_arrives(&status, "saved.txt", "saved").await?;
    stage.workload.prints(pod, "cat cache/b", "two").await?;
    let used = volumes(stage).await?;
    ensure!(used.len() == 2, "{used:?}");
    for volume in &used {
        ensure!(planned.contains(&volume.name.as_str()) && volume.phase == VolumePhase::Bound, "{volume:?}");
        ensure!(volume.workload.name == "web" && volume.container == "app", "{volume:?}");
        let user = volume.used_by.first().context("nobody uses it")?;
        ensure!(user.pod.as_deref() == Some(pod), "{volume:?}");
        ensure!(user.session.as_ref() == Some(&status.session), "{volume:?}");
    }
    let refused = delete(stage, &used[0].name, false).await?.expect_err("it is used");
    ensure!(refused.kind == ErrorKind::VolumeInUse && refused.message.contains(pod), "{refused:?}");
    stage.end(&status.session).await.context("the first end")?;

    for claim in claims(stage).list(&Default::default()).await?.items {
        ensure!(claim.metadata.owner_references.is_none(), "{claim:?} is somebody's");
        ensure!(claim.metadata.deletion_timestamp.is_none(), "{claim:?} is being deleted");
    }
    let plan = stage.nhd.call::<Plan>(stage.params()).await?;
    ensure!(plan.changes.iter().all(|it| it.kind != "PersistentVolumeClaim"), "{:?}", plan.changes);
    let status = stage.start().await.context("the second start")?;
    stage.workload.prints(pod_of(&status)?, "cat /kept/a cache/b saved.txt", "one\ntwo\nsaved").await?;
    stage.end(&status.session).await.context("the second end")?;

    // A dev pod that is on its way out uses them until it is gone.
    let unused = async |_: &_| Ok(volumes(stage).await?.iter().all(|volume| volume.used_by.is_empty()));
    stage.workload.until("rid of what uses the claims", unused).await?;
    for volume in volumes(stage).await? {
        let deleted = delete(stage, &volume.name, false).await?;
        ensure!(deleted.is_ok(), "{deleted:?}");
    }
    let gone = async |_: &_| Ok(claims(stage).list(&Default::default()).await?.items.is_empty());
    stage.workload.until("rid of its claims", gone).await?;
    let again = delete(stage, &used[0].name, false).await?.expect_err("it is gone");
    ensure!(again.kind == ErrorKind::VolumeNotFound, "{again:?}");
    Ok(())
}

/// The inodes of the files that the sync brought: one that is pulled again is another file.
async fn inodes(stage: &Stage, pod: &str) -> Result<BTreeMap<String, String>> {
    let listed = stage.workload.exec(pod, "find many -type f -exec stat -c '%i %n' {} +").await?;
    let pair = |line: &str| line.split_once(' ').map(|(inode, name)| (name.to_owned(), inode.to_owned()));
    Ok(listed.lines().filter_map(pair).collect())
}

#[tokio::test]
async fn with_a_persistent_work_dir_a_second_start_sends_only_what_changed() -> Result<()> {
    try_join_all([(WORK_DIR, WORK_DIR), ("/persistent", "/persistent/deep/src")].map(
        async |(folder, work_dir)| {
            let kind = WorkloadKind::Deployment;
            let stage = Stage::set(shared_cluster().await, "kept-work", app_of(kind, "web")).await?;
            stage.namespace.offer_volumes(&stage.client, 1).await?;
            configure(&stage, Some(stage.namespace.name()), &[(folder, "1Mi")])?;
            for number in 0..300 {
                stage.laptop.save(&format!("many/{}/{number}.txt", number % 7), &format!("{number}\n"))?;
            }
            let start = async || {
                let params = StartParams { work_dir: Some(work_dir.to_owned()), ..stage.params() };
                stage.laptop.start_synced(&stage.nhd, params).await
            };
            let status = start().await?;
            ensure!(status.warnings.iter().any(|it| it.contains("the work dir lies in")), "{status:?}");
            let before = inodes(&stage, pod_of(&status)?).await?;
            ensure!(before.len() == 300, "{} files are there", before.len());
            let made =
                format!("mkdir -p {folder}/built && echo made > {folder}/built/out; echo here > here.txt");
            stage.workload.exec(pod_of(&status)?, &made).await?;
            stage.end(&status.session).await?;

            for number in [3, 44, 299] {
                stage.laptop.save(&format!("many/{}/{number}.txt", number % 7), "changed\n")?;
            }
            stage.laptop.save("many/0/new.txt", "new\n")?;
            let status = start().await?;
            let pod = pod_of(&status)?;
            let after = inodes(&stage, pod).await?;
            let pulled: Vec<&String> = after
                .iter()
                .filter(|(name, inode)| before.get(*name) != Some(inode))
                .map(|it| it.0)
                .collect();
            let expect = ["many/0/new.txt", "many/2/44.txt", "many/3/3.txt", "many/5/299.txt"];
            ensure!(pulled == expect, "{folder}: these were sent: {pulled:?}");
            stage
                .workload
                .prints(pod, "cat many/3/3.txt many/0/new.txt here.txt", "changed\nnew\nhere")
                .await?;
            stage.workload.prints(pod, &format!("cat {folder}/built/out"), "made").await?;
            stage.end(&status.session).await?;
            stage.close().await
        },
    ))
    .await
    .map(drop)
}

/// A storage class that is named as the stage's namespace.
async fn class(stage: &Stage, provisioner: &str, mode: &str) -> Result<()> {
    let classes = Api::<StorageClass>::all(stage.client.clone());
    let class = json!({"metadata": {"name": stage.namespace.name()}, "provisioner": provisioner,
        "volumeBindingMode": mode});
    classes.create(&PostParams::default(), &serde_json::from_value(class)?).await?;
    Ok(())
}

/// A volume of that class on a node.
async fn volume_on(stage: &Stage, node: &str) -> Result<()> {
    let name = stage.namespace.name();
    let term = json!({"key": "kubernetes.io/hostname", "operator": "In", "values": [node]});
    let volume = json!({"metadata": {"name": name}, "spec": {
        "capacity": {"storage": "1Mi"}, "accessModes": ["ReadWriteOnce"], "storageClassName": name,
        "persistentVolumeReclaimPolicy": "Retain",
        "hostPath": {"path": format!("/tmp/{name}"), "type": "DirectoryOrCreate"},
        "nodeAffinity": {"required": {"nodeSelectorTerms": [{"matchExpressions": [term]}]}}}});
    let volumes = Api::<PersistentVolume>::all(stage.client.clone());
    volumes.create(&PostParams::default(), &serde_json::from_value(volume)?).await?;
    Ok(())
}

async fn allow_claims(stage: &Stage, count: u32) -> Result<()> {
    let quotas: Api<ResourceQuota> = Api::namespaced(stage.client.clone(), stage.namespace.name());
    let quota = json!({"metadata": {"name": "claims"}, "spec": {"hard": {"persistentvolumeclaims": count.to_string()}}});
    quotas.create(&PostParams::default(), &serde_json::from_value(quota)?).await?;
    let counted = async |_: &_| {
        let status = quotas.get("claims").await?.status;
        Ok(status.is_some_and(|status| status.used.is_some_and(|used| used.len() == 1)))
    };
    stage.workload.until("counted by its quota", counted).await
}

/// What a case prepares, and how its start is refused.
struct Case {
    name: &'static str,
    code: &'static str,
    /// In the message or the hint.
    says: &'static [&'static str],
    /// The workload was never written to.
    untouched: bool,
    /// How many claims are there afterwards.
    claims: usize,
}

const fn case(name: &'static str, code: &'static str, says: &'static [&'static str]) -> Case {
    Case { name, code, says, untouched: true, claims: 0 }
}

/// Prepares a case in its namespace.
async fn prepare(stage: &Stage, name: &str) -> Result<()> {
    let class_name = stage.namespace.name();
    let one = [("/kept", "1Mi")];
    match name {
        "no class" => configure(stage, None, &[("/kept", "900Gi")]),
        "unknown class" => configure(stage, Some(class_name), &one),
        "nobody makes volumes" => {
            class(stage, "kubernetes.io/no-provisioner", "Immediate").await?;
            configure(stage, Some(class_name), &one)
        }
        "no provisioner" => {
            class(stage, "example.com/none", "Immediate").await?;
            configure(stage, Some(class_name), &one)
        }
        "no free volume for the node" => {
            class(stage, "kubernetes.io/no-provisioner", "WaitForFirstConsumer").await?;
            volume_on(stage, "elsewhere").await?;
            configure(stage, Some(class_name), &one)
        }
        "on another node" => {
            volume_on(stage, "elsewhere").await?;
            configure(stage, Some(class_name), &one)
        }
        "quota" => {
            stage.namespace.offer_volumes(&stage.client, 2).await?;
            allow_claims(stage, 0).await?;
            configure(stage, Some(class_name), &one)
        }
        "quota for one" => {
            stage.namespace.offer_volumes(&stage.client, 2).await?;
            allow_claims(stage, 1).await?;
            configure(stage, Some(class_name), &[("/kept", "1Mi"), ("/more", "1Mi")])
        }
        "foreign claim" => {
            stage.namespace.offer_volumes(&stage.client, 1).await?;
            configure(stage, Some(class_name), &one)?;
            let plan = stage.nhd.call::<Plan>(stage.params()).await?;
            let planned = plan.changes.iter().find(|it| it.kind == "PersistentVolumeClaim");
            let claim = json!({"metadata": {"name": planned.context("a claim")?.name}, "spec": {
                "accessModes": ["ReadWriteOnce"], "storageClassName": class_name,
                "resources": {"requests": {"storage": "1Mi"}}}});
            claims(stage).create(&PostParams::default(), &serde_json::from_value(claim)?).await?;
            Ok(())
        }
        "own mount" => configure(stage, Some(class_name), &[("/usr", "1Mi")]),
        other => anyhow::bail!("there is no case {other}"),
    }
}

#[tokio::test]
async fn why_a_folder_cannot_be_kept_is_told_and_nothing_is_left_half_done() -> Result<()> {
    let during = |case: Case| Case { untouched: false, claims: 1, ..case };
    let cases = [
        case("no class", "storageClassMissing", &["no default storage class", "900Gi"]),
        case("unknown class", "storageClassUnknown", &["there is no storage class"]),
        case("nobody makes volumes", "volumeNotMade", &["makes no volumes by itself"]),
        Case {
            claims: 1,
            ..case("no provisioner", "volumeUnbound", &["has no volume after", "example.com/none", "is kept"])
        },
        during(case(
            "no free volume for the node",
            "devPodNotReady",
            &["persistent volumes to bind", "of the persistent folders", "is kept"],
        )),
        during(case(
            "on another node",
            "devPodNotReady",
            &["node affinity", "on a node that the pod cannot go to"],
        )),
        case("quota", "volumeRefused", &["exceeded quota", "raise the quota"]),
        Case {
            claims: 1,
            ..case("quota for one", "volumeRefused", &["exceeded quota", "was made and is kept"])
        },
        Case {
            claims: 1,
            ..case("foreign claim", "volumeNameTaken", &["not one that nhd made", "rename or delete"])
        },
        case("own mount", "folderWrong", &["/usr", "it would hide what the image has there"]),
    ];
    try_join_all(cases.map(async |case| {
        let stage =
            Stage::set(shared_cluster().await, "unkept", app_of(WorkloadKind::Deployment, "web")).await?;
        refused(&stage, &case).await.with_context(|| case.name)?;
        Api::<StorageClass>::all(stage.client.clone())
            .delete(stage.namespace.name(), &Default::default())
            .await
            .ok();
        stage.close().await
    }))
    .await
    .map(drop)
}

async fn refused(stage: &Stage, case: &Case) -> Result<()> {
    prepare(stage, case.name).await?;
    let version = stage.workload.version().await?;
    let params = StartParams { timeout_ms: Some(15_000), ..stage.params() };
    let error = stage.refusal(params).await?;
    let kind =
        if case.code == "folderWrong" { ErrorKind::WorkDirUnsuitable } else { ErrorKind::VolumeUnavailable };
    ensure!(error.kind == kind && error.code.as_deref() == Some(case.code), "{error:#?}");
    let said = format!("{}; {}", error.message, error.hint.clone().context("no hint")?);
    for words in case.says {
        ensure!(said.contains(words), "{words:?} is not said: {said}");
    }
    stage.workload.rolled_out().await?;
    stage.assert_untouched().await?;
    if case.untouched {
        ensure!(stage.workload.version().await? == version, "it was written to");
    }
    let left = claims(stage).list(&Default::default()).await?.items;
    ensure!(left.len() == case.claims, "these claims are there: {left:?}");
    Ok(())
}

#[tokio::test]
async fn who_may_make_no_claims_is_refused_only_where_folders_are_asked_for() -> Result<()> {
    let cluster = shared_cluster().await;
    let stage = Stage::set(cluster, "claimless", app_of(WorkloadKind::Deployment, "web")).await?;
    stage.namespace.offer_volumes(&stage.client, 1).await?;
    let permissions: Vec<_> = needed(WorkloadKind::Deployment);
    let kubeconfig = user(cluster, &stage, "developer", &permissions).await?;
    let by = || StartParams { kubeconfig: Some(kubeconfig.display().to_string()), ..stage.params() };
    let status = stage.laptop.start_synced(&stage.nhd, by()).await?;
    stage.end(&status.session).await?;
    configure(&stage, Some(stage.namespace.name()), &[("/kept", "1Mi")])?;
    let error = stage.refusal(by()).await?;
    ensure!(error.kind == ErrorKind::PermissionDenied, "{error:?}");
    ensure!(
        error.message.ends_with("get persistentvolumeclaims, create persistentvolumeclaims"),
        "{error:?}"
    );
    // Whoever may, and may read neither classes nor volumes of the cluster, keeps a folder all the same.
    let more = [("", "persistentvolumeclaims", "get"), ("", "persistentvolumeclaims", "create")];
    let permissions: Vec<_> = permissions.into_iter().chain(more).collect();
    let kubeconfig = user(cluster, &stage, "keeper", &permissions).await?;
    let by = StartParams { kubeconfig: Some(kubeconfig.display().to_string()), ..stage.params() };
    let status = stage.laptop.start_synced(&stage.nhd, by).await?;
    stage.workload.prints(pod_of(&status)?, "grep -c ' /kept ' /proc/mounts", "1").await?;
    stage.end(&status.session).await?;
    stage.close().await
}

#[tokio::test]
async fn a_claim_that_is_there_is_used_as_it_is_and_the_command_line_shows_and_deletes_it() -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "used", app_of(WorkloadKind::Deployment, "web")).await?;
    let (class_name, namespace) = (stage.namespace.name().to_owned(), stage.namespace.name());
    class(&stage, "kubernetes.io/no-provisioner", "WaitForFirstConsumer").await?;
    stage.namespace.offer_volumes(&stage.client, 1).await?;
    configure(&stage, Some(&class_name), &[("/kept", "1Mi")])?;
    let status = stage.start().await.context("bound by its pod")?;
    stage.workload.exec(pod_of(&status)?, "echo data > /kept/a").await?;
    stage.end(&status.session).await?;
    configure(&stage, Some("other"), &[("/kept", "2Gi")])?;
    // A class that is not there is no reason against a claim that has its volume.
    let status = stage.start().await.context("a smaller one of another class")?;
    let said = |words: &str| status.warnings.iter().any(|it| it.contains(words));
    ensure!(said("has 1Mi and not 2Gi") && said("of storage class"), "{:?}", status.warnings);
    stage.workload.prints(pod_of(&status)?, "cat /kept/a", "data").await?;
    let name = volumes(&stage).await?.pop().context("a volume")?.name;
    let listed = stage.laptop.cli(&["volumes", "-n", namespace]).await?;
    ensure!(
        listed.code == Some(0) && listed.stdout.contains(&name) && listed.stdout.contains("/kept"),
        "{listed:?}"
    );
    let delete = ["volumes", "delete", &name, "-n", namespace];
    let refused = stage.laptop.cli(&delete).await?;
    ensure!(refused.code == Some(1) && refused.stderr.contains("is used by pod"), "{refused:?}");
    stage.end(&status.session).await?;
    let unused = async |_: &_| Ok(volumes(&stage).await?.iter().all(|volume| volume.used_by.is_empty()));
    stage.workload.until("rid of what uses the claim", unused).await?;
    let deleted = stage.laptop.cli(&delete).await?;
    ensure!(
        deleted.code == Some(0) && deleted.stdout.contains("which had /kept of deployment/web"),
        "{deleted:?}"
    );
    let gone = async |_: &_| Ok(claims(&stage).list(&Default::default()).await?.items.is_empty());
    stage.workload.until("rid of its claim", gone).await?;
    Api::<StorageClass>::all(stage.client.clone()).delete(&class_name, &Default::default()).await?;
    stage.close().await
}
