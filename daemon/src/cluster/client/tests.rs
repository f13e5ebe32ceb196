use std::{collections::BTreeMap, fs, path::Path};

use super::*;

const GOOD: &str = "
apiVersion: v1
kind: Config
current-context: here
contexts:
- {name: here, context: {cluster: local, user: me, namespace: team}}
- {name: lost, context: {cluster: nowhere, user: me}}
- {name: plugin, context: {cluster: local, user: plugin}}
- {name: missing-plugin, context: {cluster: local, user: missing-plugin}}
- {name: terminal, context: {cluster: local, user: terminal}}
- {name: bad-ca, context: {cluster: bad-ca, user: me}}
- {name: bad-certificate, context: {cluster: local, user: bad-certificate}}
clusters:
- {name: local, cluster: {server: 'https://127.0.0.1:6443'}}
- {name: bad-ca, cluster: {server: 'https://127.0.0.1:6443', certificate-authority-data: '%%%'}}
users:
- {name: me, user: {token: secret}}
- {name: bad-certificate, user: {client-certificate-data: 'Zm9v', client-key-data: 'Zm9v'}}
- name: plugin
  user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: sign-in, args: [SCRIPT], env: [{name: OWN, value: kept}]}}
- name: missing-plugin
  user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: no-such, installHint: 'brew install it'}}
- name: terminal
  user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: sign-in, interactiveMode: Always}}
";

fn variables(variables: &[(&str, &str)]) -> Environment {
    let owned = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    owned.collect::<BTreeMap<_, _>>().into()
}

fn address(folder: &Path, files: &[&str], context: Option<&str>) -> ClusterAddress {
    fs::write(folder.join("good"), GOOD.replace("SCRIPT", &folder.join("script").to_string_lossy())).unwrap();
    fs::write(folder.join("broken"), "clusters: 1: 2").unwrap();
    fs::write(folder.join("empty"), "kind: Config").unwrap();
    ClusterAddress {
        kubeconfig: files.iter().map(|file| folder.join(file)).collect(),
        context: context.map(str::to_owned),
        environment: variables(&[("PATH", &folder.to_string_lossy())]),
    }
}

async fn check(files: &[&str], context: Option<&str>, message: &str, hint: &str) {
    let folder = tempfile::tempdir().unwrap();
    let error = match address(folder.path(), files, context).connect().await {
        Ok(_) => panic!("{files:?} {context:?} should fail with {message}"),
        Err(error) => error,
    };
    let shown = error.to_string().replace(&format!("{}/", folder.path().display()), "");
    assert_eq!((shown.as_str(), error.hint().as_str()), (message, hint));
}

#[tokio::test]
async fn what_is_wrong_with_a_kubeconfig_is_said_with_its_file_and_its_context() {
    let view = "check the file with `kubectl config view`";
    check(&["absent"], None, "no kubeconfig found at absent", "name a kubeconfig, or set KUBECONFIG").await;
    check(&["broken"], None, "failed to parse kubeconfig broken, line 1, column 11", view).await;
    check(&["empty"], None, "no current context in kubeconfig empty", "name one of its contexts: ").await;
    check(
        &["good"],
        Some("typo"),
        "no context typo in kubeconfig good",
        "there are: here, lost, plugin, missing-plugin, terminal, bad-ca, bad-certificate",
    )
    .await;
    let minify = "check the context with `kubectl config view --minify`";
    check(&["good"], Some("lost"), "no cluster nowhere in the kubeconfig, which context lost names", minify)
        .await;
}

#[tokio::test]
async fn a_kubeconfig_that_cannot_be_parsed_is_not_quoted() {
    let folder = tempfile::tempdir().unwrap();
    let text = "users:\n- {name: me, user: {token: hidden, exec: hidden}}\ncontexts: [";
    fs::write(folder.path().join("quoted"), text).unwrap();
    let Err(error) = address(folder.path(), &["quoted"], None).connect().await else {
        panic!("it is broken")
    };
    let shown = format!("{} {error:?}", nhd_protocol::error::error_chain(&error));
    assert!(shown.contains("line ") && !shown.contains("hidden"), "{shown}");
}

#[tokio::test]
async fn what_is_wrong_with_credentials_is_said_with_the_context() {
    let certificates = "check the certificate entries of the context's cluster and user in the kubeconfig";
    let bad_ca = "failed to read the certificate authority of context bad-ca";
    check(&["good"], Some("bad-ca"), bad_ca, certificates).await;
    let bad = "failed to use the certificates of context bad-certificate";
    check(&["good"], Some("bad-certificate"), bad, certificates).await;
    let missing = "failed to find the exec plugin no-such of context missing-plugin";
    check(&["good"], Some("missing-plugin"), missing, "brew install it").await;
    let terminal = "the exec plugin sign-in of context terminal wants a terminal, which a daemon has not";
    check(&["good"], Some("terminal"), terminal, "sign in with the cloud's own tool first, then repeat")
        .await;
}

#[tokio::test]
async fn several_kubeconfigs_are_merged_and_a_missing_one_is_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let found = address(folder.path(), &["absent", "empty", "good"], None).connect().await.unwrap();
    assert_eq!(
        (found.context.as_str(), found.server.as_str(), found.default_namespace.as_str()),
        ("here", "https://127.0.0.1:6443", "team")
    );
}

/// The plugin is a link to the shell, because a file that has just been written is busy while another test forks.
fn plugin(folder: &Path, script: &str) {
    fs::write(folder.join("script"), script).unwrap();
    std::os::unix::fs::symlink("/bin/sh", folder.join("sign-in")).unwrap();
}

#[tokio::test]
async fn an_exec_plugin_runs_once_in_the_environment_of_the_client() {
    let folder = tempfile::tempdir().unwrap();
    let seen = folder.path().join("seen");
    let answer =
        r#"{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"t"}}"#;
    plugin(
        folder.path(),
        &format!("echo \"$PROFILE $OWN ${{CARGO_PKG_NAME:-unset}}\" >> {}\necho '{answer}'", seen.display()),
    );
    let mut address = address(folder.path(), &["good"], Some("plugin"));
    let path = folder.path().to_string_lossy();
    address.environment = variables(&[("PATH", &path), ("PROFILE", "mine"), ("OWN", "lost")]);
    address.connect().await.unwrap();
    assert_eq!(fs::read_to_string(seen).unwrap(), "mine kept unset\n");
}

#[tokio::test]
async fn a_failing_exec_plugin_is_quoted_without_its_environment() {
    let folder = tempfile::tempdir().unwrap();
    plugin(folder.path(), "echo 'please sign in' >&2; exit 3");
    let mut address = address(folder.path(), &["good"], Some("plugin"));
    let path = folder.path().to_string_lossy();
    address.environment = variables(&[("PATH", &path), ("API_SECRET", "hidden")]);
    let Err(error) = address.connect().await else { panic!("the plugin fails") };
    let shown = format!("{error} {error:?}");
    assert!(shown.contains("please sign in") && !shown.contains("hidden"), "{shown}");
}
