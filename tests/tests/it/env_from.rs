//! Variables of the dev container from files, ConfigMaps and Secrets, on every kind.

use anyhow::{Context, Result, ensure};
use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kube::Api;
use kube::api::PostParams;
use nhd_protocol::config::ConfigSourceKind;
use nhd_protocol::editor::ConfigCheckParams;
use nhd_protocol::error::ErrorKind;
use nhd_protocol::methods::{ConfigCheck, Resolve};
use nhd_protocol::session::StartParams;
use nhd_protocol::workload::WorkloadKind;
use nhd_tests::laptop::DEV_IMAGE;
use nhd_tests::stage::{Stage, pod_of};
use nhd_tests::workload::{app, app_of};
use serde_json::json;

use crate::shared_cluster;

const FILE: &str = ".nocalhost/config.yaml";
/// Held by a Secret, and said nowhere else.
const HIDDEN: &str = "hidden-from-everybody";

fn configured(kind: WorkloadKind) -> String {
    format!(
        "name: web
serviceType: {}
containers:
  - name: app
    dev:
      image: {DEV_IMAGE}
      env: [{{name: SAID, value: by env}}, {{name: BOTH, value: $(FROM_FILE)}}]
      envFrom:
        envFile: [{{path: dev.env}}, {{path: ../local.env}}]
        configMapRef: [{{name: settings}}]
        secretRef: [{{name: keys, prefix: KEY_}}]
",
        kind.word()
    )
}

async fn hold(stage: &Stage) -> Result<()> {
    let data = json!({"SETTING": "on", "SAID": "by the map"});
    let settings: ConfigMap =
        serde_json::from_value(json!({"metadata": {"name": "settings"}, "data": data}))?;
    let maps: Api<ConfigMap> = Api::namespaced(stage.client.clone(), stage.namespace.name());
    maps.create(&PostParams::default(), &settings).await?;
    let keys: Secret =
        serde_json::from_value(json!({"metadata": {"name": "keys"}, "stringData": {"ONE": HIDDEN}}))?;
    let secrets: Api<Secret> = Api::namespaced(stage.client.clone(), stage.namespace.name());
    secrets.create(&PostParams::default(), &keys).await?;
    Ok(())
}

#[tokio::test]
async fn the_dev_container_of_every_kind_has_the_variables_and_the_original_none_of_them() -> Result<()> {
    for kind in WorkloadKind::ALL {
        check_kind(kind).await.with_context(|| kind.to_string())?;
    }
    Ok(())
}

async fn check_kind(kind: WorkloadKind) -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "env-from", app_of(kind, "web")).await?;
    hold(&stage).await?;
    stage.laptop.save(FILE, &configured(kind))?;
    stage.laptop.save(".nocalhost/dev.env", "# of the team\nFROM_FILE=first\nSAID=by a file\nTWICE=1\n")?;
    stage.laptop.save("local.env", "TWICE='2 of'\n")?;
    let params = StartParams { image: None, ..stage.params() };
    let config = stage.nhd.call::<Resolve>(params.clone()).await?;
    ensure!(config.warnings.is_empty(), "{:?}", config.warnings);
    let twice = config.entries.iter().find(|entry| entry.key == "env.TWICE").context("a variable")?;
    ensure!(twice.source.kind == ConfigSourceKind::File && twice.source.line == Some(1), "{twice:?}");
    ensure!(twice.source.file.as_ref().is_some_and(|file| file.ends_with("/local.env")), "{twice:?}");

    let status = stage.laptop.start_synced(&stage.nhd, params).await?;
    let script = "echo $FROM_FILE, $SAID, $BOTH, $TWICE, $SETTING, ${#KEY_ONE}";
    let expected = format!("first, by env, first, '2 of', on, {}", HIDDEN.len());
    stage.workload.prints(pod_of(&status)?, script, &expected).await?;
    let pod = stage.workload.pods().get(pod_of(&status)?).await?.spec.context("a spec")?;
    let others = pod.containers.iter().filter(|container| container.name != "nocalhost-dev");
    ensure!(others.flat_map(|it| &it.env_from).flatten().count() == 0, "others have them, too");
    stage.end(&status.session).await?;
    for file in files_below(&stage.laptop.home())? {
        let said = String::from_utf8_lossy(&std::fs::read(&file)?).contains(HIDDEN);
        ensure!(!said, "the Secret's value is in {}", file.display());
    }
    stage.close().await
}

fn files_below(folder: &std::path::Path) -> Result<Vec<std::path::PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        match entry.file_type()? {
            kind if kind.is_dir() => files.extend(files_below(&entry.path())?),
            kind if kind.is_file() => files.push(entry.path()),
            _ => {}
        }
    }
    Ok(files)
}

#[tokio::test]
async fn what_is_missing_stops_a_start_with_its_place_before_any_write() -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "env-lost", app("web")).await?;
    let params = StartParams { image: None, ..stage.params() };
    let text = configured(WorkloadKind::Deployment);
    stage.laptop.save(FILE, &text)?;
    let version = stage.workload.version().await?;
    let refused = async |line: u32, file: &str, says: &str| -> Result<()> {
        let error = stage.refusal(params.clone()).await?;
        ensure!(error.kind == ErrorKind::ConfigInvalid && error.message.contains(says), "{error:?}");
        let place = error.data.as_ref().and_then(|data| data.location.clone()).context("a location")?;
        ensure!(place.line == line && place.file.ends_with(file), "{place:?}: {error:?}");
        stage.assert_untouched().await.with_context(|| error.message.clone())
    };
    refused(9, "config.yaml", "failed to read env file dev.env: no such file").await?;
    stage.laptop.save(".nocalhost/dev.env", "A=1\nno variable\n")?;
    stage.laptop.save("local.env", "")?;
    refused(2, "dev.env", "a line must be NAME=VALUE").await?;
    let path = stage.laptop.source().join(FILE).display().to_string();
    let check: ConfigCheckParams = serde_json::from_value(json!({ "path": path }))?;
    let problems = stage.nhd.call::<ConfigCheck>(check).await?.problems;
    let [problem] = problems.as_slice() else { anyhow::bail!("{problems:?}") };
    ensure!(problem.code == "configEnvFile" && problem.line == 2 && problem.file.is_some(), "{problem:?}");
    stage.laptop.save(".nocalhost/dev.env", "A=1\n")?;
    refused(10, "config.yaml", "configmap/settings, which envFrom names").await?;
    hold(&stage).await?;
    let secrets: Api<Secret> = Api::namespaced(stage.client.clone(), stage.namespace.name());
    secrets.delete("keys", &kube::api::DeleteParams::default()).await?;
    refused(11, "config.yaml", "secret/keys, which envFrom names").await?;
    ensure!(stage.workload.version().await? == version, "it was written to");
    stage.close().await
}
