//! How a session reaches its cluster when the way that it was started by is gone, and with what credentials: those of
//! another kubeconfig, context or environment, for all its parts at once, and never in another cluster.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use futures::future::try_join_all;
use k8s_openapi::api::authorization::v1::SelfSubjectAccessReview;
use k8s_openapi::api::core::v1::{Secret, ServiceAccount};
use k8s_openapi::api::rbac::v1::RoleBinding;
use kube::Api;
use kube::api::{DeleteParams, PostParams};
use nhd_protocol::error::ErrorKind;
use nhd_protocol::forward::ForwardStartParams;
use nhd_protocol::methods::{End, ForwardStart, List, Start};
use nhd_protocol::session::{
    EndParams, Phase, SessionOutcome, SessionSelector, SessionStatus, StartParams, WaitUntil,
};
use nhd_protocol::sync::SyncState;
use nhd_protocol::workload::WorkloadKind;
use nhd_tests::laptop::Laptop;
use nhd_tests::stage::{Stage, pod_of};
use nhd_tests::workload::{app, app_of};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::shared_cluster;

const LIMIT: Duration = Duration::from_secs(60);
const INTERVAL: Duration = Duration::from_millis(50);

/// A service account that may do everything in the namespace, with tokens that end when their Secret does.
struct Account {
    client: kube::Client,
    namespace: String,
    kubeconfig: Value,
}

impl Account {
    async fn create(stage: &Stage) -> Result<Self> {
        let (client, namespace) = (stage.client.clone(), stage.namespace.name().to_owned());
        let accounts: Api<ServiceAccount> = Api::namespaced(client.clone(), &namespace);
        let account = json!({"metadata": {"name": "developer"}});
        accounts.create(&PostParams::default(), &serde_json::from_value(account)?).await?;
        let bindings: Api<RoleBinding> = Api::namespaced(client.clone(), &namespace);
        let binding = json!({
            "metadata": {"name": "developer"},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"},
            "subjects": [{"kind": "ServiceAccount", "name": "developer", "namespace": namespace}],
        });
        bindings.create(&PostParams::default(), &serde_json::from_value(binding)?).await?;
        let admin = std::fs::read_to_string(shared_cluster().await.kubeconfig())?;
        let mut kubeconfig: Value = serde_yaml_ng::from_str(&admin)?;
        kubeconfig["clusters"][0]["name"] = "there".into();
        kubeconfig["contexts"] =
            json!([{"name": "there", "context": {"cluster": "there", "user": "developer"}}]);
        kubeconfig["current-context"] = "there".into();
        Ok(Self { client, namespace, kubeconfig })
    }

    /// A new token, good as long as the Secret of this name is there.
    async fn token(&self, name: &str) -> Result<String> {
        let secrets: Api<Secret> = Api::namespaced(self.client.clone(), &self.namespace);
        let secret = json!({
            "type": "kubernetes.io/service-account-token",
            "metadata": {"name": name, "annotations": {"kubernetes.io/service-account.name": "developer"}},
        });
        secrets.create(&PostParams::default(), &serde_json::from_value(secret)?).await?;
        let deadline = Instant::now() + LIMIT;
        loop {
            let secret = secrets.get(name).await?;
            if let Some(token) = secret.data.and_then(|mut data| data.remove("token")) {
                let token = String::from_utf8(token.0)?;
                // Whoever was bound to a role a moment ago may not be let in yet.
                self.until(&token, |allowed| allowed == Some(true)).await?;
                return Ok(token);
            }
            ensure!(Instant::now() < deadline, "no token was made");
            tokio::time::sleep(INTERVAL).await;
        }
    }

    /// Ends a token, and waits until the API server refuses it: it remembers for ten seconds whom it has let in.
    async fn revoke(&self, name: &str, token: &str) -> Result<()> {
        let secrets: Api<Secret> = Api::namespaced(self.client.clone(), &self.namespace);
        secrets.delete(name, &DeleteParams::default()).await?;
        self.until(token, |allowed| allowed.is_none()).await
    }

    /// Waits until it is as wanted whether a token may change what the namespace has; `None` where it is refused.
    async fn until(&self, token: &str, wanted: impl Fn(Option<bool>) -> bool) -> Result<()> {
        let file = tempfile::NamedTempFile::new()?;
        self.write(file.path(), &json!({"token": token}))?;
        let client = shared_cluster().await.access().client_of(file.path()).await?;
        let reviews: Api<SelfSubjectAccessReview> = Api::all(client);
        let review = json!({"spec": {"resourceAttributes":
            {"namespace": self.namespace, "verb": "delete", "resource": "secrets"}}});
        let review: SelfSubjectAccessReview = serde_json::from_value(review)?;
        let deadline = Instant::now() + LIMIT;
        loop {
            let allowed = match reviews.create(&PostParams::default(), &review).await {
                Ok(answer) => Some(answer.status.is_some_and(|status| status.allowed)),
                Err(kube::Error::Api(status)) if status.code == 401 => None,
                Err(error) => return Err(error.into()),
            };
            if wanted(allowed) {
                return Ok(());
            }
            ensure!(Instant::now() < deadline, "{allowed:?} for {LIMIT:?}");
            tokio::time::sleep(INTERVAL).await;
        }
    }

    /// Writes a kubeconfig of this user, at once for whoever reads it meanwhile.
    fn write(&self, path: &Path, user: &Value) -> Result<()> {
        let mut kubeconfig = self.kubeconfig.clone();
        kubeconfig["users"] = json!([{"name": "developer", "user": user}]);
        let new = path.with_extension("new");
        std::fs::write(&new, kubeconfig.to_string())?;
        std::fs::rename(&new, path)?;
        Ok(())
    }
}

fn by(stage: &Stage, kubeconfig: &Path) -> StartParams {
    StartParams { kubeconfig: Some(kubeconfig.display().to_string()), ..stage.params() }
}

fn has_error(kind: ErrorKind) -> impl Fn(&SessionStatus) -> bool {
    move |status| status.error.as_ref().is_some_and(|error| error.kind == kind)
}

/// What becomes of the way by which a session was started.
#[derive(Debug, Clone, Copy)]
enum Ruin {
    FileGone,
    ContextRenamed,
    TokenRevoked,
}

/// What somebody does about it, with the good kubeconfig.
#[derive(Debug, Clone, Copy)]
enum Remedy {
    Start,
    End,
    Takeover,
}

#[tokio::test]
async fn a_session_whose_way_to_its_cluster_is_gone_goes_on_by_the_one_that_the_next_request_names()
-> Result<()> {
    let cases = [
        (WorkloadKind::Deployment, Ruin::FileGone, Remedy::End),
        (WorkloadKind::StatefulSet, Ruin::FileGone, Remedy::Takeover),
        (WorkloadKind::DaemonSet, Ruin::ContextRenamed, Remedy::Start),
        (WorkloadKind::Job, Ruin::ContextRenamed, Remedy::End),
        (WorkloadKind::CronJob, Ruin::TokenRevoked, Remedy::Start),
        (WorkloadKind::Pod, Ruin::TokenRevoked, Remedy::Takeover),
    ];
    try_join_all(cases.map(async |(kind, ruin, remedy)| {
        goes_on(kind, ruin, remedy).await.with_context(|| format!("{kind} {ruin:?} {remedy:?}"))
    }))
    .await?;
    Ok(())
}

async fn goes_on(kind: WorkloadKind, ruin: Ruin, remedy: Remedy) -> Result<()> {
    let good = shared_cluster().await.kubeconfig();
    let mut stage = Stage::set(shared_cluster().await, "reach", app_of(kind, "reviews")).await?;
    let account = Account::create(&stage).await?;
    let token = account.token("first").await?;
    let file = stage.laptop.home().join("session.kubeconfig");
    account.write(&file, &json!({"token": token}))?;
    let started = stage.laptop.start_synced(&stage.nhd, by(&stage, &file)).await?;
    stage.laptop.stop_daemon().await?;
    let said = match ruin {
        Ruin::FileGone => {
            std::fs::remove_file(&file)?;
            ErrorKind::KubeconfigInvalid
        }
        Ruin::ContextRenamed => {
            let text = std::fs::read_to_string(&file)?.replace("\"there\"", "\"renamed\"");
            std::fs::write(&file, text)?;
            ErrorKind::ContextNotFound
        }
        Ruin::TokenRevoked => {
            account.revoke("first", &token).await?;
            ErrorKind::Unauthorized
        }
    };
    stage.nhd = stage.laptop.start_daemon().await?;
    let lost = stage.until(&started.session, has_error(said)).await?;
    let hint = lost.error.and_then(|error| error.hint).context("a hint")?;
    ensure!(hint.contains("with a kubeconfig and a context of the same cluster"), "{hint}");

    // Another cluster is asked who it is, and whether it has this very workload, and nothing is written there.
    let other = OtherCluster::start().await?;
    let elsewhere = other.write_kubeconfig(&stage.laptop.home())?;
    let selector = SessionSelector::of_session(&started.session);
    let from_there = |ending: bool| {
        let (kubeconfig, environment) = (Some(elsewhere.display().to_string()), stage.params().environment);
        let selector = if ending { selector.clone() } else { SessionSelector::default() };
        EndParams { selector, kubeconfig, environment }
    };
    if !matches!(remedy, Remedy::Start) {
        stage.nhd.call::<End>(from_there(true)).await?;
        let told = |status: &SessionStatus| {
            has_error(said)(status)
                && status.error.as_ref().is_some_and(|error| error.message.contains("another cluster"))
        };
        stage.until(&started.session, told).await.context("the other cluster is told")?;
        ensure!(other.asked.load(Ordering::SeqCst) > 0, "the other cluster was not asked who it is");
    }

    let written: Vec<String> = other.more().into_iter().filter(|line| !line.starts_with("GET ")).collect();
    ensure!(written.is_empty(), "{written:?}");

    let (good_path, namespace) = (good.display().to_string(), stage.namespace.name().to_owned());
    let target = format!("{}/reviews", kind.word());
    match remedy {
        Remedy::Start => {
            let again = stage.nhd.call::<Start>(by(&stage, good)).await?;
            ensure!(again.session == started.session, "another session: {again:?}");
            let synced = stage.laptop.wait(&stage.nhd, &started.session, WaitUntil::Synced).await?;
            stage.save_arrives(&synced, "later.txt", "by another way").await?;
            // It is stored: the next daemon reaches the cluster by itself.
            stage.laptop.kill_daemon()?;
            stage.nhd = stage.laptop.start_daemon().await?;
            let synced = stage.laptop.wait(&stage.nhd, &started.session, WaitUntil::Synced).await?;
            ensure!(synced.context != started.context, "{synced:?}");
            stage.end(&started.session).await?;
        }
        Remedy::End | Remedy::Takeover => {
            let mut line = vec!["end", &target, "-n", &namespace, "--kubeconfig", &good_path];
            if matches!(remedy, Remedy::Takeover) {
                line.push("--takeover");
            }
            let outcome = stage.laptop.cli(&line).await?;
            ensure!(outcome.code == Some(0) && outcome.stdout.contains("is as it was"), "{outcome:?}");
            stage.assert_untouched().await?;
        }
    }
    stage.close().await
}

/// An API server that answers who it is, and notes what else it is asked.
struct OtherCluster {
    port: u16,
    asked: Arc<AtomicUsize>,
    more: Arc<std::sync::Mutex<Vec<String>>>,
}

impl OtherCluster {
    async fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let (asked, more) = (Arc::new(AtomicUsize::new(0)), Arc::new(std::sync::Mutex::new(Vec::new())));
        let (counted, noted) = (Arc::clone(&asked), Arc::clone(&more));
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let (counted, noted) = (Arc::clone(&counted), Arc::clone(&noted));
                tokio::spawn(async move {
                    let mut head = Vec::new();
                    let mut socket = socket;
                    while !head.ends_with(b"\r\n\r\n") {
                        let Ok(byte) = socket.read_u8().await else { return };
                        head.push(byte);
                    }
                    let line = String::from_utf8_lossy(&head).lines().next().unwrap_or_default().to_owned();
                    if line.starts_with("GET /api/v1/namespaces/kube-system ") {
                        counted.fetch_add(1, Ordering::SeqCst);
                    } else {
                        noted.lock().expect("nobody panics").push(line);
                    }
                    let uid = "00000000-0000-4000-8000-000000000000";
                    let body = json!({"kind": "Namespace", "metadata": {"name": "kube-system", "uid": uid}})
                        .to_string();
                    let answer = format!(
                        "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
                        body.len()
                    );
                    let _ = socket.write_all(answer.as_bytes()).await;
                });
            }
        });
        Ok(Self { port, asked, more })
    }

    fn more(&self) -> Vec<String> {
        self.more.lock().expect("nobody panics").clone()
    }

    fn write_kubeconfig(&self, folder: &Path) -> Result<PathBuf> {
        let path = folder.join("other.kubeconfig");
        let kubeconfig = json!({
            "current-context": "other",
            "contexts": [{"name": "other", "context": {"cluster": "other", "user": "other"}}],
            "clusters": [{"name": "other", "cluster": {"server": format!("http://127.0.0.1:{}", self.port)}}],
            "users": [{"name": "other", "user": {"token": "t"}}],
        });
        std::fs::write(&path, kubeconfig.to_string())?;
        Ok(path)
    }
}

/// What a GET through a local port is answered.
async fn fetch(port: u16) -> Result<String> {
    let fetched = async {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.write_all(b"GET / HTTP/1.0\r\n\r\n").await?;
        let mut text = String::new();
        stream.read_to_string(&mut text).await?;
        Ok(text.lines().last().unwrap_or_default().to_owned())
    };
    tokio::time::timeout(LIMIT, fetched).await.context("no answer in time")?
}

#[tokio::test]
async fn a_token_that_is_replaced_in_the_kubeconfig_counts_for_every_part_of_a_session() -> Result<()> {
    let mut stage = Stage::set(shared_cluster().await, "renewed", app("web")).await?;
    let account = Account::create(&stage).await?;
    let file = stage.laptop.home().join("session.kubeconfig");
    let first = account.token("first").await?;
    account.write(&file, &json!({"token": first}))?;
    let status = stage.laptop.start_synced(&stage.nhd, by(&stage, &file)).await?;
    let script = "mkdir -p /tmp/www; echo there > /tmp/www/index.html; httpd -p 8000 -h /tmp/www </dev/null >/dev/null 2>&1";
    stage.workload.exec(pod_of(&status)?, script).await?;
    let selector = SessionSelector::of_session(&status.session);
    let forward = ForwardStartParams { selector, remote_port: 8000, local_port: None };
    let port = stage.nhd.call::<ForwardStart>(forward).await?.forward.local_port.context("a port")?;
    ensure!(fetch(port).await? == "there");

    let second = account.token("second").await?;
    account.write(&file, &json!({"token": second}))?;
    account.revoke("first", &first).await?;
    ensure!(fetch(port).await? == "there", "the user's forward has the old token");
    stage.laptop.kill_syncthing()?;
    stage.save_arrives(&status, "second.txt", "with the second token").await?;
    let again = stage.laptop.wait(&stage.nhd, &status.session, WaitUntil::Synced).await?;
    ensure!(again.error.is_none() && again.pod == status.pod, "{again:#?}");

    // Nobody renews it: whoever is refused says so, and nothing is in sync that cannot be. What the API server has let
    // in before goes on, as with kubectl; a daemon that starts has nothing of that.
    account.revoke("second", &second).await?;
    stage.laptop.kill_daemon()?;
    stage.nhd = stage.laptop.start_daemon().await?;
    let refused = stage.until(&status.session, has_error(ErrorKind::Unauthorized)).await?;
    ensure!(refused.phase == Phase::Reconnecting, "{refused:#?}");
    stage.laptop.save("third.txt", "with a certificate")?;
    for _ in 0..40 {
        let refused = stage.status(&status.session).await?;
        ensure!(refused.phase == Phase::Reconnecting, "{refused:#?}");
        let state = refused.sync.as_ref().map(|sync| sync.state);
        ensure!(state != Some(SyncState::InSync), "{refused:#?}");
        tokio::time::sleep(INTERVAL).await;
    }
    ensure!(
        fetch(port).await.is_ok_and(|answer| answer.is_empty()) || fetch(port).await.is_err(),
        "it was let in"
    );
    // A client certificate is renewed as a token is.
    let admin = std::fs::read_to_string(shared_cluster().await.kubeconfig())?;
    let admin: Value = serde_yaml_ng::from_str(&admin)?;
    account.write(&file, &admin["users"][0]["user"])?;
    stage.laptop.wait(&stage.nhd, &status.session, WaitUntil::Synced).await?;
    stage.workload.prints(pod_of(&status)?, "cat third.txt", "with a certificate").await?;
    ensure!(fetch(port).await? == "there");
    stage.end(&status.session).await?;
    stage.close().await
}

/// Whether a text is in any file of a folder.
fn holds(folder: &Path, text: &str) -> Result<Option<PathBuf>> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let kind = path.symlink_metadata()?.file_type();
        let found = if kind.is_dir() {
            holds(&path, text)?
        } else {
            let holds = |bytes: Vec<u8>| bytes.windows(text.len()).any(|window| window == text.as_bytes());
            let read = if kind.is_file() { std::fs::read(&path).unwrap_or_default() } else { Vec::new() };
            holds(read).then(|| path.clone())
        };
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

#[tokio::test]
async fn secrets_of_the_clients_environment_are_in_no_file_and_the_next_client_brings_them_again()
-> Result<()> {
    const SECRET: &str = "token-of-the-cloud-5cf1a3";
    let cluster = shared_cluster().await;
    let mut stage = Stage::set(cluster, "secret", app("web")).await?;
    stage.laptop.stop_daemon().await?;
    stage.laptop.set("NHD_LOG", "trace");
    stage.nhd = stage.laptop.start_daemon().await?;
    let account = Account::create(&stage).await?;
    let token = account.token("first").await?;
    // Outside of the laptop's folders, as a cloud's tool keeps it.
    let tools = tempfile::tempdir()?;
    let (plugin, answer) = (tools.path().join("sign-in"), tools.path().join("answer"));
    let credential = json!({"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential",
        "status": {"token": token}});
    std::fs::write(&answer, credential.to_string())?;
    // It quotes what it knows no better than most.
    std::fs::write(
        &plugin,
        format!(
            "#!/bin/sh\n[ -n \"$AWS_SESSION_TOKEN\" ] || {{ echo 'please sign in' >&2; exit 1; }}\ncat {}\n",
            answer.display()
        ),
    )?;
    std::os::unix::fs::chown(&plugin, None, None)?;
    let mut mode = plugin.metadata()?.permissions();
    std::os::unix::fs::PermissionsExt::set_mode(&mut mode, 0o755);
    std::fs::set_permissions(&plugin, mode)?;
    let file = tools.path().join("kubeconfig");
    account.write(
        &file,
        &json!({"exec": {"apiVersion": "client.authentication.k8s.io/v1",
        "interactiveMode": "Never", "command": plugin}}),
    )?;

    let mut params = by(&stage, &file);
    params.environment.insert("AWS_SESSION_TOKEN".into(), SECRET.into());
    let folder = stage.laptop.home().parent().context("a folder")?.to_owned();
    let clean = |when: &str| -> Result<()> {
        match holds(&folder, SECRET)? {
            Some(path) => bail!("{when} the secret is in {path:?}"),
            None => Ok(()),
        }
    };
    let started = stage.laptop.start_synced(&stage.nhd, params.clone()).await?;
    clean("in DevMode")?;
    stage.laptop.stop_daemon().await?;
    stage.nhd = stage.laptop.start_daemon().await?;
    let lost = stage.until(&started.session, has_error(ErrorKind::Unauthorized)).await?;
    let error = lost.error.context("an error")?;
    ensure!(error.message.contains("please sign in"), "{error:?}");
    clean("after a restart")?;
    stage.nhd.call::<Start>(params.clone()).await?;
    let synced = stage.laptop.wait(&stage.nhd, &started.session, WaitUntil::Synced).await?;
    stage.save_arrives(&synced, "later.txt", "signed in again").await?;
    clean("signed in again")?;
    stage.laptop.kill_daemon()?;
    stage.nhd = stage.laptop.start_daemon().await?;
    let selector = SessionSelector::of_session(&started.session);
    stage.nhd.call::<End>(selector.clone().into()).await?;
    stage.until(&started.session, has_error(ErrorKind::Unauthorized)).await?;
    let environment = params.environment;
    let kubeconfig = Some(file.display().to_string());
    stage.nhd.call::<End>(EndParams { selector, kubeconfig, environment }).await?;
    let ended = stage.laptop.wait(&stage.nhd, &started.session, WaitUntil::Ended).await?;
    ensure!(ended.outcome == Some(SessionOutcome::Restored), "{ended:#?}");
    stage.assert_untouched().await?;
    clean("at the end")?;
    stage.close().await
}

#[tokio::test]
async fn an_end_finds_a_session_by_any_context_of_its_cluster_and_tells_who_else_has_a_workload() -> Result<()>
{
    let cluster = shared_cluster().await;
    for kind in WorkloadKind::ALL {
        let stage = Stage::set(cluster, "whose", app_of(kind, "reviews")).await?;
        let status = stage.start().await?;
        let (namespace, target) = (stage.namespace.name(), format!("{}/reviews", kind.word()));

        let other = Laptop::new(cluster.kubeconfig())?;
        let refused = other.cli(&["end", &target, "-n", namespace]).await?;
        ensure!(refused.code == Some(1), "{kind}: {refused:?}");
        ensure!(
            refused.stderr.contains("is in DevMode by ") && refused.stderr.contains("--takeover"),
            "{refused:?}"
        );
        let none = other.cli(&["end", "deployment/typo", "-n", namespace]).await?;
        ensure!(none.code == Some(0) && none.stdout.contains("nothing to end"), "{none:?}");
        let unknown = other.cli(&["end", &target, "-n", namespace, "--kubeconfig", "/nonexistent"]).await?;
        ensure!(unknown.code == Some(1) && unknown.stderr.contains("cannot be told"), "{unknown:?}");
        ensure!(stage.status(&status.session).await?.phase == Phase::Synced, "it was ended");
        ensure!(other.cli(&["daemon", "stop"]).await?.code == Some(0));

        let renamed = stage.laptop.home().join("renamed.kubeconfig");
        let mut kubeconfig: Value = serde_yaml_ng::from_str(&std::fs::read_to_string(cluster.kubeconfig())?)?;
        let mut context = kubeconfig["contexts"][0].clone();
        context["name"] = "alias".into();
        kubeconfig["contexts"].as_array_mut().context("contexts")?.push(context);
        std::fs::write(&renamed, kubeconfig.to_string())?;
        let renamed = renamed.display().to_string();
        let line = ["end", &target, "-n", namespace, "--context", "alias", "--kubeconfig", &renamed];
        let ended = stage.laptop.cli(&line).await?;
        ensure!(ended.code == Some(0) && ended.stdout.contains("is as it was"), "{kind}: {ended:?}");
        ensure!(stage.nhd.call::<List>(SessionSelector::default()).await?.sessions.is_empty());
        stage.assert_untouched().await?;
        stage.close().await?;
    }
    Ok(())
}
