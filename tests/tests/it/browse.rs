//! What a client shows before anything is started: contexts, namespaces, workloads as they change, and one in detail.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use k8s_openapi::api::core::v1::{ConfigMap, Service};
use kube::Api;
use kube::api::{Patch, PatchParams, PostParams};
use nhd_protocol::browse::contexts::{ContextList, CredentialKind, NamespaceList, NamespaceListParams};
use nhd_protocol::browse::describe::{
    ContainerRole, DescribeParams, DescribedPart, ManagerKind, WorkloadDescription,
};
use nhd_protocol::browse::images::{ImageReason, ImageSuggestParams};
use nhd_protocol::error::ErrorKind;
use nhd_protocol::methods::{Describe, Namespaces, SuggestImages};
use nhd_protocol::workload::WorkloadKind;
use nhd_tests::laptop::{DEV_IMAGE, Laptop};
use nhd_tests::namespace::Namespace;
use nhd_tests::stage::{Stage, answered, pod_of};
use nhd_tests::workload::{Workload, app, app_of};
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

fn describe(kubeconfig: &Path, stage: &Stage, kind: WorkloadKind, name: &str) -> DescribeParams {
    DescribeParams {
        kind,
        name: name.to_owned(),
        namespace: Some(stage.namespace.name().to_owned()),
        kubeconfig: Some(kubeconfig.display().to_string()),
        context: None,
        environment: std::collections::BTreeMap::new(),
    }
}

#[tokio::test]
async fn a_workload_of_any_kind_is_described_with_what_belongs_to_it() -> Result<()> {
    let cluster = shared_cluster().await;
    let stage = Stage::set(cluster, "describe", app("other")).await?;
    let namespace = stage.namespace.name();
    let services = Api::<Service>::namespaced(stage.client.clone(), namespace);
    for kind in WorkloadKind::ALL {
        let name = format!("web-{}", kind.word());
        let mut manifest = app_of(kind, &name);
        manifest["metadata"]["annotations"] =
            json!({"meta.helm.sh/release-name": "shop", "meta.helm.sh/release-namespace": namespace});
        let workload = Workload::create(&stage.client, namespace, manifest).await?;
        let service = json!({"metadata": {"name": name}, "spec": {
            "selector": {"app": name}, "ports": [{"port": 80, "targetPort": 9080}]}});
        services.create(&PostParams::default(), &serde_json::from_value(service)?).await?;
        let params = describe(cluster.kubeconfig(), &stage, kind, &name);
        let found = stage.nhd.call::<Describe>(params).await.with_context(|| kind.to_string())?;
        ensure!(found.summary.workload.name == name && found.troubles.is_empty(), "{found:#?}");
        let container = &found.containers[0];
        ensure!(container.image == "nhd-tests/app:1" && container.developable, "{found:#?}");
        ensure!(container.role == ContainerRole::Main && container.ports[0].port == 9080, "{found:#?}");
        let target = found.services.first().and_then(|it| it.ports.first()).and_then(|it| it.target_port);
        ensure!(found.services.len() == 1 && target == Some(9080), "{found:#?}");
        ensure!(found.managers.len() == 1 && found.managers[0].kind == ManagerKind::Helm, "{found:#?}");
        // A schedule has none before its time.
        let pods = usize::from(kind != WorkloadKind::CronJob);
        ensure!(found.pods.len() == pods, "{kind}: {found:#?}");
        ensure!(
            found.pods.iter().all(|pod| pod.ready && pod.node.is_some() && pod.containers.len() == 1),
            "{found:#?}"
        );
        workload.delete().await?;
    }
    let params = describe(cluster.kubeconfig(), &stage, WorkloadKind::Deployment, "absent");
    let error = answered(stage.nhd.call::<Describe>(params).await.err().context("it is not there")?)?;
    ensure!(error.kind == ErrorKind::WorkloadNotFound && error.message.contains("absent"), "{error:?}");
    stage.close().await
}

#[tokio::test]
async fn what_may_not_be_read_of_a_workload_is_said_and_the_rest_described() -> Result<()> {
    let cluster = shared_cluster().await;
    let stage = Stage::set(cluster, "describe-less", app("web")).await?;
    let kubeconfig = user(cluster, &stage, "reader", &[("apps", "deployments", "get")]).await?;
    let params = describe(&kubeconfig, &stage, WorkloadKind::Deployment, "web");
    let found = stage.nhd.call::<Describe>(params).await?;
    let parts: Vec<DescribedPart> = found.troubles.iter().map(|it| it.part).collect();
    ensure!(parts == [DescribedPart::Pods, DescribedPart::Services, DescribedPart::Owner], "{found:#?}");
    ensure!(found.troubles.iter().all(|it| it.error.kind == ErrorKind::PermissionDenied), "{found:#?}");
    ensure!(found.containers.len() == 1 && found.pods.is_empty(), "{found:#?}");
    stage.close().await
}

#[tokio::test]
async fn a_workload_in_dev_mode_is_described_and_its_choices_are_offered_again() -> Result<()> {
    let cluster = shared_cluster().await;
    for kind in [WorkloadKind::Deployment, WorkloadKind::Job] {
        let stage = Stage::set(cluster, "choices", app_of(kind, "web")).await?;
        stage.laptop.save("go.mod", "module shop\n\ngo 1.24.1\n")?;
        let params = describe(cluster.kubeconfig(), &stage, kind, "web");
        ensure!(stage.nhd.call::<Describe>(params.clone()).await?.last_choice.is_none());
        let status = stage.start().await?;
        let found = stage.nhd.call::<Describe>(params.clone()).await?;
        let dev_mode = found.summary.dev_mode.as_ref().context("it is in DevMode")?;
        ensure!(dev_mode.here && dev_mode.session.as_deref() == Some(status.session.as_str()), "{found:#?}");
        let dev_pods: Vec<&str> = found.pods.iter().filter(|it| it.dev).map(|it| it.name.as_str()).collect();
        ensure!(dev_pods == [pod_of(&status)?], "{found:#?}");
        ensure!(found.containers.iter().all(|it| !it.developable), "{found:#?}");
        let suggest = ImageSuggestParams {
            kind,
            name: "web".to_owned(),
            namespace: params.namespace.clone(),
            container: None,
            source: None,
            kubeconfig: params.kubeconfig.clone(),
            context: None,
            environment: params.environment.clone(),
        };
        let images = stage.nhd.call::<SuggestImages>(suggest.clone()).await?;
        let last = images.last_choice.as_ref().context("it was chosen")?;
        ensure!(
            last.image == DEV_IMAGE && Path::new(&last.source) == stage.laptop.source().canonicalize()?,
            "{last:?}"
        );
        let shown: Vec<(&str, ImageReason)> =
            images.images.iter().map(|it| (it.image.as_str(), it.reason)).collect();
        let expect = [
            (DEV_IMAGE, ImageReason::LastUsed),
            ("golang:1.24", ImageReason::Language),
            ("nhd-tests/app:1", ImageReason::Container),
        ];
        ensure!(shown == expect, "{kind}: {images:#?}");
        stage.end(&status.session).await?;
        // The configuration comes first, and what is wrong with it is said beside the others.
        stage.laptop.save(
            ".nocalhost/config.yaml",
            "name: web\nserviceType: deployment\ncontainers:\n- dev: {image: team/dev:1}\n",
        )?;
        let configured = stage.nhd.call::<SuggestImages>(suggest.clone()).await?;
        if kind == WorkloadKind::Deployment {
            ensure!(configured.images[0].reason == ImageReason::Configured, "{configured:#?}");
            ensure!(
                configured.images[0].image == "team/dev:1" && configured.images.len() == 4,
                "{configured:#?}"
            );
        }
        stage.laptop.save(".nocalhost/config.yaml", "name: [")?;
        let broken = stage.nhd.call::<SuggestImages>(suggest).await?;
        ensure!(broken.warnings.len() == 1 && broken.images.len() == 3, "{broken:#?}");
        // They outlive the daemon, and people can read all of it.
        let mut stage = stage;
        stage.laptop.stop_daemon().await?;
        let name = format!("{}/web", kind.word());
        let shown = stage.laptop.cli(&["describe", &name, "-n", stage.namespace.name()]).await?;
        ensure!(
            shown.code == Some(0) && shown.stdout.contains(&format!("last time   {DEV_IMAGE}")),
            "{shown:?}"
        );
        let shown = stage.laptop.cli(&["describe", &name, "--json", "-n", stage.namespace.name()]).await?;
        serde_json::from_str::<WorkloadDescription>(&shown.stdout).with_context(|| format!("{shown:?}"))?;
        stage.laptop.cli(&["daemon", "stop"]).await?;
        stage.namespace.delete(&stage.client).await?;
    }
    Ok(())
}
