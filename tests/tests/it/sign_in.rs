//! A kubeconfig whose exec plugin wants a sign-in that nobody gives for a while.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use k8s_openapi::api::authentication::v1::TokenRequest;
use k8s_openapi::api::core::v1::ServiceAccount;
use k8s_openapi::api::rbac::v1::RoleBinding;
use kube::Api;
use kube::api::PostParams;
use nhd_protocol::environment::SetEnvironmentParams;
use nhd_protocol::error::ErrorKind;
use nhd_protocol::methods::SetEnvironment;
use nhd_protocol::session::{SessionSelector, SessionStatus, StartParams, WaitUntil};
use nhd_tests::stage::{Stage, answered};
use nhd_tests::workload::app;
use serde_json::{Value, json};

use crate::shared_cluster;

/// A session that is left to itself looks every ten seconds or more often.
const ALL_NIGHT: Duration = Duration::from_secs(25);

/// A token with which everything may be done in the namespace.
async fn token(stage: &Stage) -> Result<String> {
    let namespace = stage.namespace.name();
    let binding = json!({
        "metadata": {"name": "plugin"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "admin"},
        "subjects": [{"kind": "ServiceAccount", "name": "default", "namespace": namespace}],
    });
    let bindings: Api<RoleBinding> = Api::namespaced(stage.client.clone(), namespace);
    bindings.create(&PostParams::default(), &serde_json::from_value(binding)?).await?;
    let accounts: Api<ServiceAccount> = Api::namespaced(stage.client.clone(), namespace);
    let request: TokenRequest = serde_json::from_value(json!({"spec": {"audiences": []}}))?;
    let answer = accounts.create_token_request("default", &PostParams::default(), &request).await?;
    Ok(answer.status.context("a token")?.token)
}

/// A kubeconfig with a plugin that gives the token as long as a test of the shell holds, and notes each run in `runs`.
fn with_plugin(folder: &Path, admin: &Path, token: &str, signed_in: &str) -> Result<String> {
    let credential = json!({
        "apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": {"token": token},
    });
    std::fs::write(folder.join("credential.json"), credential.to_string())?;
    let script = format!(
        "cd {}; echo run >> runs; {signed_in} || {{ echo 'please sign in' >&2; exit 1; }}; cat credential.json",
        folder.display()
    );
    let admin: Value = serde_yaml_ng::from_str(&std::fs::read_to_string(admin)?)?;
    let plugin = json!({
        "apiVersion": "client.authentication.k8s.io/v1", "command": "/bin/sh", "args": ["-c", script],
    });
    let kubeconfig = json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "plugin",
        "contexts": [{"name": "plugin", "context": {"cluster": "tests", "user": "plugin"}}],
        "clusters": [{"name": "tests", "cluster": admin["clusters"][0]["cluster"]}],
        "users": [{"name": "plugin", "user": {"exec": plugin}}],
    });
    let path = folder.join("kubeconfig");
    std::fs::write(&path, kubeconfig.to_string())?;
    Ok(path.display().to_string())
}

#[tokio::test]
async fn a_plugin_that_wants_a_sign_in_rests_until_somebody_does_something() -> Result<()> {
    let cluster = shared_cluster().await;
    let mut stage = Stage::set(cluster, "sign-in", app("web")).await?;
    let folder = tempfile::tempdir()?;
    let runs = || std::fs::read_to_string(folder.path().join("runs")).map(|text| text.lines().count());
    let signed_in = folder.path().join("signed-in");
    std::fs::write(&signed_in, "")?;
    let kubeconfig =
        with_plugin(folder.path(), cluster.kubeconfig(), &token(&stage).await?, "[ -e signed-in ]")?;
    let params = StartParams { kubeconfig: Some(kubeconfig), ..stage.params() };
    let status = stage.laptop.start_synced(&stage.nhd, params).await.context("start")?;

    stage.laptop.stop_daemon().await?;
    std::fs::remove_file(&signed_in)?;
    let before = runs()?;
    stage.nhd = stage.laptop.start_daemon().await?;
    let is_told = |status: &SessionStatus| {
        status.error.as_ref().is_some_and(|error| error.message.contains("please sign in"))
    };
    stage.until(&status.session, is_told).await?;
    tokio::time::sleep(ALL_NIGHT).await;
    let at_night = runs()? - before;
    ensure!(at_night == 2, "the plugin was run {at_night} times");
    ensure!(is_told(&stage.status(&status.session).await?), "it is no longer told");

    std::fs::write(&signed_in, "")?;
    let began = Instant::now();
    stage.end(&status.session).await?;
    ensure!(began.elapsed() < Duration::from_secs(30), "the end took {:?}", began.elapsed());
    stage.close().await
}

/// A session is given the variables that its exec plugin wants, and keeps what it has where they are of no use.
#[tokio::test]
async fn a_running_session_takes_renewed_credentials_and_no_others() -> Result<()> {
    let cluster = shared_cluster().await;
    let mut stage = Stage::set(cluster, "renewed", app("web")).await?;
    let folder = tempfile::tempdir()?;
    let by_variable = "[ \"$SIGNED_IN\" = 'very secret' ]";
    let kubeconfig = with_plugin(folder.path(), cluster.kubeconfig(), &token(&stage).await?, by_variable)?;
    let mut params = StartParams { kubeconfig: Some(kubeconfig), ..stage.params() };
    params.environment.insert("SIGNED_IN".to_owned(), "very secret".to_owned());
    let status = stage.laptop.start_synced(&stage.nhd, params).await.context("start")?;
    let set = |value: &str| SetEnvironmentParams {
        selector: SessionSelector::of_session(&status.session),
        environment: [("SIGNED_IN".to_owned(), value.to_owned())].into(),
        unset: Vec::new(),
    };
    let error = answered(stage.nhd.call::<SetEnvironment>(set("no")).await.err().context("it is refused")?)?;
    ensure!(error.kind == ErrorKind::Unauthorized, "{error:?}");
    ensure!(error.code.as_deref() == Some("execPluginFailed"), "{error:?}");
    stage.save_arrives(&status, "kept.txt", "as before").await?;

    // What may be secret ends with the daemon.
    stage.laptop.stop_daemon().await?;
    stage.nhd = stage.laptop.start_daemon().await?;
    let is_told = |status: &SessionStatus| {
        status.error.as_ref().is_some_and(|error| error.message.contains("please sign in"))
    };
    stage.until(&status.session, is_told).await?;
    stage.nhd.call::<SetEnvironment>(set("very secret")).await?;
    stage.laptop.wait(&stage.nhd, &status.session, WaitUntil::Synced).await?;
    stage.save_arrives(&status, "renewed.txt", "signed in again").await?;
    let holding = files_with(&stage.laptop.home(), b"very secret")?;
    ensure!(holding.is_empty(), "{holding:?}");
    stage.end(&status.session).await?;
    stage.close().await
}

/// The files below a folder that hold these bytes.
fn files_with(folder: &Path, bytes: &[u8]) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            found.extend(files_with(&entry.path(), bytes)?);
        } else if entry.file_type()?.is_file()
            && std::fs::read(entry.path())?.windows(bytes.len()).any(|window| window == bytes)
        {
            found.push(entry.path());
        }
    }
    Ok(found)
}
