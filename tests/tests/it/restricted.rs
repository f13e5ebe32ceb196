//! Namespaces whose policy takes no pod that runs as root: refused before any write unless the security contexts are kept.

use anyhow::{Result, ensure};
use k8s_openapi::api::core::v1::Namespace as NamespaceObject;
use kube::Api;
use kube::api::{Patch, PatchParams};
use nhd_protocol::error::ErrorKind;
use nhd_protocol::methods::Plan;
use nhd_protocol::session::SecurityContextChoice;
use nhd_protocol::workload::WorkloadKind;
use nhd_tests::namespace::Namespace;
use nhd_tests::stage::{Stage, answered, pod_of};
use nhd_tests::workload::{Workload, app_of};
use serde_json::{Value, json};

use crate::shared_cluster;

/// A workload of that kind as such a namespace takes it.
fn hardened(kind: WorkloadKind) -> Value {
    let mut manifest = app_of(kind, "web");
    let pod_spec = match kind {
        WorkloadKind::Pod => "/spec",
        WorkloadKind::CronJob => "/spec/jobTemplate/spec/template/spec",
        _ => "/spec/template/spec",
    };
    let pod_spec = manifest.pointer_mut(pod_spec).expect("has a pod");
    pod_spec["securityContext"] =
        json!({"runAsNonRoot": true, "runAsUser": 1234, "seccompProfile": {"type": "RuntimeDefault"}});
    pod_spec["containers"][0]["securityContext"] = json!({"allowPrivilegeEscalation": false,
        "readOnlyRootFilesystem": true, "capabilities": {"drop": ["ALL"]}});
    manifest
}

#[tokio::test]
async fn a_restricted_namespace_is_developed_in_with_the_security_contexts_kept() -> Result<()> {
    let cluster = shared_cluster().await;
    let client = cluster.client().await?;
    let restricted = json!({"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "restricted"}}});
    for kind in WorkloadKind::ALL {
        let namespace = Namespace::create(&client, "restricted").await?;
        Api::<NamespaceObject>::all(client.clone())
            .patch(namespace.name(), &PatchParams::default(), &Patch::Merge(&restricted))
            .await?;
        let workload = Workload::create(&client, namespace.name(), hardened(kind)).await?;
        let stage = Stage::around(cluster, namespace, workload).await?;
        let version = stage.workload.version().await?;
        let planned = match stage.nhd.call::<Plan>(stage.params()).await {
            Ok(plan) => anyhow::bail!("{kind}: it was planned: {plan:?}"),
            Err(error) => answered(error)?,
        };
        for error in [planned, stage.refusal(stage.params()).await?] {
            ensure!(error.kind == ErrorKind::WorkloadUnsuitable, "{kind}: {error:?}");
            ensure!(error.message.contains("PodSecurity"), "{kind}: {error:?}");
            let hint = error.hint.unwrap_or_default();
            ensure!(hint.contains("securityContext: keep"), "{kind}: {hint}");
        }
        ensure!(
            kind == WorkloadKind::CronJob || stage.workload.version().await? == version,
            "{kind}: something was written"
        );
        stage.assert_untouched().await?;

        let mut params = stage.params();
        params.security_context = Some(SecurityContextChoice::Keep);
        let status = stage.laptop.start_synced(&stage.nhd, params).await?;
        stage.save_arrives(&status, "saved.txt", "saved").await?;
        let pod = pod_of(&status)?;
        stage
            .workload
            .prints(pod, "id -u; echo changed > saved.txt && cat saved.txt", "1234\nchanged")
            .await?;
        stage.end(&status.session).await?;
        stage.close().await?;
    }
    Ok(())
}
