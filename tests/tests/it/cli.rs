//! What scripts rely on in `nhd-cli`: one JSON value of the protocol's type on standard output, and the exit code.

use anyhow::{Context, Result, ensure};
use nhd_protocol::error::{ErrorInfo, ErrorKind};
use nhd_protocol::hello::HelloResult;
use nhd_protocol::session::{EndResult, Phase, PlanResult, PlannedAction, SessionList, SessionStatus};
use nhd_tests::laptop::{DEV_IMAGE, Laptop};
use nhd_tests::namespace::Namespace;
use nhd_tests::process::Outcome;
use nhd_tests::stage::pod_of;
use nhd_tests::workload::{Portrait, Workload, app};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::shared_cluster;

/// The one value that a command printed, which went well.
fn value<T: DeserializeOwned>(outcome: &Outcome) -> Result<T> {
    ensure!(outcome.code == Some(0), "{outcome:?}");
    serde_json::from_str(&outcome.stdout).with_context(|| format!("{outcome:?}"))
}

/// The error of a command that failed with an exit code.
fn failure(outcome: &Outcome, code: i32) -> Result<ErrorInfo> {
    #[derive(Deserialize)]
    struct Failure {
        error: ErrorInfo,
    }
    ensure!(outcome.code == Some(code), "{outcome:?}");
    let failure: Failure = serde_json::from_str(&outcome.stdout).with_context(|| format!("{outcome:?}"))?;
    Ok(failure.error)
}

/// A workload, and a laptop on which no daemon runs yet.
struct Terminal {
    client: kube::Client,
    namespace: Namespace,
    workload: Workload,
    before: Portrait,
    laptop: Laptop,
}

impl Terminal {
    async fn open(prefix: &str) -> Result<Self> {
        let cluster = shared_cluster().await;
        let client = cluster.client().await?;
        let namespace = Namespace::create(&client, prefix).await?;
        let workload = Workload::create(&client, namespace.name(), app("web")).await?;
        let before = workload.portrait().await?;
        let laptop = Laptop::new(cluster.kubeconfig())?;
        laptop.save("first.txt", "first")?;
        Ok(Self { client, namespace, workload, before, laptop })
    }

    /// Runs a command in the laptop's environment, with the words of `line` and then `more`.
    async fn run(&self, line: &str, more: &[&str]) -> Result<Outcome> {
        let words: Vec<&str> = line.split_whitespace().chain(more.iter().copied()).collect();
        self.laptop.cli(&words).await
    }

    /// Runs `start` or `plan` of the workload; the source folder is relative to where the command runs.
    async fn with_start_arguments(&self, command: &str, more: &[&str]) -> Result<Outcome> {
        let namespace = self.namespace.name();
        let line =
            format!("{command} deployment/web --image {DEV_IMAGE} --source source -n {namespace} --json");
        self.run(&line, more).await
    }

    async fn close(self) -> Result<()> {
        self.namespace.delete(&self.client).await
    }
}

#[tokio::test]
async fn start_status_and_end_print_the_protocols_json_and_start_the_daemon() -> Result<()> {
    let terminal = Terminal::open("cli").await?;
    ensure!(terminal.laptop.processes()?.is_empty());
    let started: SessionStatus = value(&terminal.with_start_arguments("start", &[]).await?)?;
    ensure!(started.phase == Phase::Synced && started.sync.is_some(), "{started:?}");
    ensure!(started.source == terminal.laptop.source().display().to_string(), "{}", started.source);
    terminal.workload.prints(pod_of(&started)?, "cat first.txt", "first").await?;

    let list: SessionList = value(&terminal.run("status deployment/web --json", &[]).await?)?;
    ensure!(list.sessions.len() == 1 && list.sessions[0].session == started.session, "{list:?}");
    let table = terminal.run("status", &[]).await?;
    ensure!(table.code == Some(0) && table.stdout.contains("web"), "{table:?}");
    let again: SessionStatus = value(&terminal.with_start_arguments("start", &[]).await?)?;
    ensure!(again.session == started.session && again.pod == started.pod, "{again:?}");

    // Without a daemon, the next command goes on with the session.
    ensure!(terminal.run("daemon stop", &[]).await?.code == Some(0));
    ensure!(terminal.laptop.processes()?.is_empty(), "{:?}", terminal.laptop.processes()?);
    let list: SessionList = value(&terminal.run("status --json", &[]).await?)?;
    ensure!(list.sessions.len() == 1 && list.sessions[0].session == started.session, "{list:?}");
    let again: SessionStatus = value(&terminal.with_start_arguments("start", &[]).await?)?;
    ensure!(again.session == started.session && again.pod == started.pod, "{again:?}");
    terminal.laptop.save("second.txt", "second")?;
    terminal.workload.prints(pod_of(&again)?, "cat second.txt", "second").await?;

    let end = format!("end deployment/web -n {} --json", terminal.namespace.name());
    let ended: EndResult = value(&terminal.run(&end, &[]).await?)?;
    ensure!(ended.sessions.len() == 1 && ended.sessions[0].phase == Phase::Ended, "{ended:?}");
    terminal.workload.assert_restored(&terminal.before).await?;
    let ended: EndResult = value(&terminal.run(&end, &[]).await?)?;
    ensure!(ended.sessions.is_empty(), "{ended:?}");
    let list: SessionList = value(&terminal.run("status --json", &[]).await?)?;
    ensure!(list.sessions.is_empty(), "{list:?}");
    ensure!(terminal.run("daemon stop", &[]).await?.code == Some(0));
    ensure!(terminal.laptop.processes()?.is_empty(), "{:?}", terminal.laptop.processes()?);
    terminal.close().await
}

#[tokio::test]
async fn a_plan_shows_every_change_and_makes_none() -> Result<()> {
    let terminal = Terminal::open("cli-plan").await?;
    let version = terminal.workload.version().await?;
    let plan: PlanResult = value(&terminal.with_start_arguments("plan", &[]).await?)?;
    ensure!(plan.container == "app", "{plan:?}");
    let actions: Vec<(PlannedAction, &str)> =
        plan.changes.iter().map(|change| (change.action, change.kind.as_str())).collect();
    let expected = [(PlannedAction::Create, "Secret"), (PlannedAction::Update, "Deployment")];
    ensure!(actions == expected, "{actions:?}");
    let edit = &plan.changes[1].diff;
    ensure!(edit.contains("nocalhost-dev") && edit.contains("nocalhost-sidecar"), "{edit}");
    ensure!(!plan.changes[0].diff.contains("PRIVATE KEY"), "the plan shows a key");
    ensure!(terminal.workload.version().await? == version, "it was written to");
    terminal.workload.assert_restored(&terminal.before).await?;
    let list: SessionList = value(&terminal.run("status --json", &[]).await?)?;
    ensure!(list.sessions.is_empty(), "{list:?}");
    terminal.close().await
}

#[tokio::test]
async fn exit_codes_tell_a_failure_from_wrong_usage_and_from_no_daemon() -> Result<()> {
    let terminal = Terminal::open("cli-codes").await?;
    let error = failure(&terminal.run("daemon status --json", &[]).await?, 3)?;
    ensure!(error.hint.is_some(), "{error:?}");

    for wrong in ["start deployment/web", "start web --image a --source .", "end", "frobnicate"] {
        let outcome = terminal.run(wrong, &[]).await?;
        ensure!(outcome.code == Some(2) && outcome.stdout.is_empty(), "{wrong}: {outcome:?}");
        ensure!(!outcome.stderr.is_empty(), "{wrong} says nothing");
    }
    ensure!(terminal.laptop.processes()?.is_empty(), "wrong usage started something");

    let outcome = terminal.with_start_arguments("start", &["--container", "none"]).await?;
    let error = failure(&outcome, 1)?;
    ensure!(error.kind == ErrorKind::ContainerNotFound && error.hint.is_some(), "{error:?}");
    terminal.workload.assert_restored(&terminal.before).await?;
    let words = ["start", "deployment/wep", "--image", DEV_IMAGE, "--source", "source"];
    let outcome = terminal.laptop.cli(&[&words[..], &["-n", terminal.namespace.name()]].concat()).await?;
    ensure!(outcome.code == Some(1) && outcome.stdout.is_empty(), "{outcome:?}");
    for line in ["error: ", "hint: "] {
        ensure!(outcome.stderr.contains(line), "{line:?} is not in {outcome:?}");
    }
    let hello: HelloResult = value(&terminal.run("daemon status --json", &[]).await?)?;
    ensure!(hello.home == terminal.laptop.home().display().to_string(), "{hello:?}");
    terminal.close().await
}
