//! What a client shows before anything is started: contexts, namespaces, workloads as they change, and one in detail.

use anyhow::{Result, ensure};
use k8s_openapi::api::core::v1::ConfigMap;
use kube::Api;
use kube::api::{Patch, PatchParams, PostParams};
use nhd_protocol::browse::contexts::{ContextList, CredentialKind, NamespaceList, NamespaceListParams};
use nhd_protocol::error::ErrorKind;
use nhd_protocol::methods::Namespaces;
use nhd_tests::laptop::Laptop;
use nhd_tests::namespace::Namespace;
use nhd_tests::stage::Stage;
use nhd_tests::workload::app;
use serde_json::json;

use crate::permissions::user;
use crate::shared_cluster;

#[tokio::test]
async fn contexts_are_listed_by_the_cli_without_a_cluster_and_the_kubeconfig_stays_as_it_is() -> Result<()> {
    let laptop = Laptop::new(std::path::Path::new("/nowhere/kubeconfig"))?;
    let folder = laptop.source();
    let (good, broken) = (folder.join("good"), folder.join("broken"));
    laptop.save("broken", "users: [{name: a, user: {token: hidden")?;
    let text = json!({"kind": "Config", "current-context": "away", "contexts": [
        {"name": "away", "context": {"cluster": "away", "user": "me", "namespace": "team"}}],
        "clusters": [{"name": "away", "cluster": {"server": "https://192.0.2.1:6443"}}],
        "users": [{"name": "me", "user": {"token": "hidden"}}]});
    laptop.save("good", &text.to_string())?;
    let before = (std::fs::read(&good)?, good.metadata()?.modified()?);
    let several = format!("{}:{}", broken.display(), good.display());
    // A list is one of the environment: the option names a file.
    let mut laptop = laptop;
    laptop.set("KUBECONFIG", several);
    let outcome = laptop.cli(&["contexts", "--json"]).await?;
    ensure!(outcome.code == Some(0), "{outcome:?}");
    ensure!(!outcome.stdout.contains("hidden") && !outcome.stderr.contains("hidden"), "{outcome:?}");
    let list: ContextList = serde_json::from_str(&outcome.stdout)?;
    let away = &list.contexts[0];
    ensure!(away.current && away.server.as_deref() == Some("https://192.0.2.1:6443"), "{list:?}");
    ensure!(away.credential.as_ref().is_some_and(|it| it.kind == CredentialKind::Token), "{list:?}");
    ensure!(list.warnings.len() == 1 && list.warnings[0].file == broken.display().to_string(), "{list:?}");
    ensure!((std::fs::read(&good)?, good.metadata()?.modified()?) == before, "it was written to");
    let outcome = laptop.cli(&["contexts"]).await?;
    ensure!(outcome.stdout.contains("*  away") && outcome.stderr.contains("broken"), "{outcome:?}");
    laptop.cli(&["daemon", "stop"]).await?;
    Ok(())
}

#[tokio::test]
async fn namespaces_are_listed_and_where_that_is_forbidden_those_that_are_known() -> Result<()> {
    let cluster = shared_cluster().await;
    let stage = Stage::set(cluster, "namespaces", app("web")).await?;
    let going = Namespace::create(&stage.client, "going").await?;
    let held = json!({"metadata": {"name": "held", "finalizers": ["nhd.dev/test"]}});
    let maps = Api::<ConfigMap>::namespaced(stage.client.clone(), going.name());
    maps.create(&PostParams::default(), &serde_json::from_value(held)?).await?;
    let name = going.name().to_owned();
    going.delete(&stage.client).await?;

    let params = |kubeconfig: &std::path::Path| NamespaceListParams {
        kubeconfig: Some(kubeconfig.display().to_string()),
        ..NamespaceListParams::default()
    };
    let list = stage.nhd.call::<Namespaces>(params(cluster.kubeconfig())).await?;
    let phase = |name: &str| list.namespaces.iter().find(|it| it.name == name).map(|it| it.terminating);
    ensure!(phase(stage.namespace.name()) == Some(false) && phase(&name) == Some(true), "{list:?}");
    ensure!(phase("kube-system") == Some(false) && list.refused.is_none(), "{list:?}");

    let kubeconfig = user(cluster, &stage, "insider", &[("", "pods", "list")]).await?;
    let list = stage.nhd.call::<Namespaces>(params(&kubeconfig)).await?;
    let refused = list.refused.as_ref().map(|refused| refused.kind);
    ensure!(refused == Some(ErrorKind::PermissionDenied), "{list:?}");
    let names: Vec<&str> = list.namespaces.iter().map(|it| it.name.as_str()).collect();
    ensure!(names == [list.own.as_str()], "{list:?}");
    let shown = stage
        .laptop
        .cli(&["namespaces", "--json", "--kubeconfig", &kubeconfig.display().to_string()])
        .await?;
    ensure!(shown.code == Some(0), "{shown:?}");
    ensure!(serde_json::from_str::<NamespaceList>(&shown.stdout)? == list, "{shown:?}");

    let free = Patch::Merge(json!({"metadata": {"finalizers": null}}));
    maps.patch("held", &PatchParams::default(), &free).await?;
    stage.close().await
}
