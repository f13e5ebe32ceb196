//! The test bed itself: what every other test takes for granted.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::authentication::v1::SelfSubjectReview;
use k8s_openapi::api::core::v1::{Pod, Secret};
use kube::api::{ListParams, PostParams};
use kube::runtime::wait::await_condition;
use kube::{Api, Client};
use nhd_tests::cluster::{APP_ANSWER, APP_PORT};
use nhd_tests::namespace::Namespace;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::shared_cluster;

const LIMIT: Duration = Duration::from_secs(30);

#[tokio::test]
async fn a_deployment_becomes_ready_and_answers_through_a_port_forward() -> Result<()> {
    let client = shared_cluster().await.client().await?;
    let namespace = Namespace::create(&client, "forward").await?;
    let deployments = Api::<Deployment>::namespaced(client.clone(), namespace.name());
    deployments.create(&PostParams::default(), &app_deployment()).await?;
    let ready = await_condition(deployments, "app", |deployment: Option<&Deployment>| {
        deployment.and_then(|it| it.status.as_ref()?.ready_replicas) == Some(1)
    });
    tokio::time::timeout(LIMIT, ready).await.context("the deployment does not become ready")??;

    let pods = Api::<Pod>::namespaced(client.clone(), namespace.name());
    let pod = pods.list(&ListParams::default().labels("app=app")).await?.items.remove(0);
    let mut forward = pods.portforward(&pod.metadata.name.unwrap(), &[APP_PORT]).await?;
    let mut stream = forward.take_stream(APP_PORT).context("a stream for the port")?;
    stream.write_all(b"GET / HTTP/1.0\r\n\r\n").await?;
    let mut answer = String::new();
    tokio::time::timeout(LIMIT, stream.read_to_string(&mut answer)).await??;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with(APP_ANSWER), "{answer:?}");
    namespace.delete(&client).await
}

#[tokio::test]
async fn the_dev_and_sidecar_images_run_what_devmode_runs_in_them() -> Result<()> {
    let client = shared_cluster().await.client().await?;
    let namespace = Namespace::create(&client, "images").await?;
    let tools = "for tool in sh tail stat cat find ls sleep nc httpd cp; do which $tool || exit 1; done";
    let dev = format!("{tools}; test -x /bin/sh");
    let sidecar = "unset STGUIADDRESS && touch /tmp/a && cp /tmp/a /var/syncthing/ && /bin/entrypoint.sh && \
                   /bin/entrypoint.sh /bin/syncthing --version && /bin/syncthing -generate /var/syncthing";
    let images = [
        ("nhd-tests/dev:1", dev.as_str()),
        ("codingcorp-docker.pkg.coding.net/nocalhost/dev-images/java:latest", dev.as_str()),
        ("docker.io/syncthing/syncthing:1.30.0", sidecar),
        ("codingcorp-docker.pkg.coding.net/nocalhost/public/nocalhost-sidecar:syncthing", sidecar),
    ];
    let pods = Api::<Pod>::namespaced(client.clone(), namespace.name());
    for (index, (image, script)) in images.into_iter().enumerate() {
        let name = format!("pod-{index}");
        pods.create(&PostParams::default(), &pod(&name, image, script)).await?;
    }
    for (index, (image, _)) in images.into_iter().enumerate() {
        let name = format!("pod-{index}");
        let phase = wait_for(&pods, &name, |pod| {
            pod.status.as_ref()?.phase.clone().filter(|phase| phase == "Succeeded" || phase == "Failed")
        });
        let phase = phase.await.context(image)?;
        let log = pods.logs(&name, &Default::default()).await?;
        assert_eq!(phase, "Succeeded", "{image}: {log}");
    }
    namespace.delete(&client).await
}

#[tokio::test]
async fn an_image_that_nobody_has_fails_at_once() -> Result<()> {
    let client = shared_cluster().await.client().await?;
    let namespace = Namespace::create(&client, "pull").await?;
    let pods = Api::<Pod>::namespaced(client.clone(), namespace.name());
    let started = Instant::now();
    pods.create(&PostParams::default(), &pod("pod", "nhd-tests/nothing:1", "true")).await?;
    let reason = wait_for(&pods, "pod", |pod| {
        let status = pod.status.as_ref()?.container_statuses.as_ref()?.first()?;
        let reason = status.state.as_ref()?.waiting.as_ref()?.reason.clone();
        reason.filter(|reason| reason == "ErrImagePull" || reason == "ImagePullBackOff")
    });
    reason.await?;
    assert!(started.elapsed() < Duration::from_secs(60), "{:?}", started.elapsed());
    namespace.delete(&client).await
}

#[tokio::test]
async fn a_user_without_roles_is_refused() -> Result<()> {
    let cluster = shared_cluster().await;
    let kubeconfig = cluster.kubeconfig_for("nobody-special", &["strangers", "guests"])?;
    let client = cluster.access().client_of(&kubeconfig).await?;
    let reviews = Api::<SelfSubjectReview>::all(client.clone());
    let review = reviews.create(&PostParams::default(), &SelfSubjectReview::default()).await?;
    let user = review.status.and_then(|status| status.user_info).context("the API server says who we are")?;
    assert_eq!(user.username.as_deref(), Some("nobody-special"));
    let groups = user.groups.unwrap_or_default();
    assert!(groups.contains(&"strangers".into()) && groups.contains(&"guests".into()), "{groups:?}");

    let refusal =
        Api::<Secret>::namespaced(client, "default").list(&ListParams::default()).await.unwrap_err();
    let kube::Error::Api(status) = refusal else { bail!("not the API server's answer: {refusal}") };
    assert_eq!(status.code, 403);
    assert!(status.message.contains("nobody-special"), "{}", status.message);
    Ok(())
}

#[tokio::test]
async fn a_second_cluster_runs_beside_the_first_and_takes_faults() -> Result<()> {
    let first = shared_cluster().await;
    let Some(second) = first.apart(env!("CARGO_BIN_EXE_nhd-test-cluster")).await? else { return Ok(()) };
    let first = first.client().await?;
    let client = second.client().await?;

    second.pause_apiserver().await?;
    let answer = tokio::time::timeout(Duration::from_secs(1), client.apiserver_version()).await;
    assert!(answer.is_err(), "a paused API server answered");
    second.resume_apiserver().await?;
    tokio::time::timeout(LIMIT, client.apiserver_version()).await??;

    second.restart_apiserver().await?;
    until_answered(&client).await?;
    first.apiserver_version().await.context("the faults of the second reach the first")?;

    let root = second.kubelet_root()?;
    second.stop().await?;
    assert!(!root.exists(), "{root:?} is left behind");
    Ok(())
}

/// Connections of before a restart fail once each; so a few attempts are right.
async fn until_answered(client: &Client) -> Result<()> {
    let started = Instant::now();
    while let Err(error) = client.apiserver_version().await {
        if started.elapsed() > LIMIT {
            return Err(error.into());
        }
        tokio::task::yield_now().await;
    }
    Ok(())
}

async fn wait_for<T>(pods: &Api<Pod>, name: &str, found: impl Fn(&Pod) -> Option<T>) -> Result<T> {
    let condition =
        await_condition(pods.clone(), name, |pod: Option<&Pod>| pod.is_some_and(|pod| found(pod).is_some()));
    let pod = tokio::time::timeout(LIMIT, condition)
        .await
        .with_context(|| format!("{name} does not come so far"))??;
    pod.as_ref().and_then(found).context("the condition just held")
}

fn app_deployment() -> Deployment {
    serde_json::from_value(json!({
        "metadata": { "name": "app" },
        "spec": {
            "selector": { "matchLabels": { "app": "app" } },
            "template": {
                "metadata": { "labels": { "app": "app" } },
                "spec": { "containers": [{
                    "name": "app",
                    "image": "nhd-tests/app:1",
                    "imagePullPolicy": "IfNotPresent",
                    "readinessProbe": { "tcpSocket": { "port": APP_PORT }, "periodSeconds": 1 },
                }] },
            },
        },
    }))
    .expect("it is a valid manifest")
}

fn pod(name: &str, image: &str, script: &str) -> Pod {
    serde_json::from_value(json!({
        "metadata": { "name": name },
        "spec": {
            "restartPolicy": "Never",
            "containers": [{
                "name": "main",
                "image": image,
                "imagePullPolicy": "IfNotPresent",
                "command": ["/bin/sh", "-c", script],
            }],
        },
    }))
    .expect("it is a valid manifest")
}
