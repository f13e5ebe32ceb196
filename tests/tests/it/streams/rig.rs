//! What the tests of streams stand on: a connection to one, read step by step with a bound.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use nhd_client::stream::{StreamEvent, StreamInput, StreamOutput, open};
use nhd_protocol::methods::{ExecStart, LogFollow, TerminalOpen};
use nhd_protocol::session::SessionStatus;
use nhd_protocol::stream::frame::{StreamNotice, StreamOpened, StreamOrigin};
use nhd_protocol::stream::{
    ExecStartParams, LogFollowParams, StreamEnd, StreamTarget, StreamTicket, TerminalOpenParams,
};
use nhd_tests::stage::Stage;
use tokio::time::timeout;

pub(super) const LIMIT: Duration = Duration::from_secs(60);

/// One client of a stream, with all that it has got.
pub(super) struct Attached {
    pub(super) id: String,
    pub(super) input: StreamInput,
    output: StreamOutput,
    pub(super) opened: StreamOpened,
    pub(super) stdout: Vec<u8>,
    pub(super) stderr: Vec<u8>,
    pub(super) notices: Vec<StreamNotice>,
    pub(super) origins: Vec<StreamOrigin>,
}

impl Attached {
    pub(super) async fn to(stage: &Stage, ticket: &StreamTicket) -> Result<Self> {
        let (input, mut output) = open(&stage.laptop.paths(), ticket).await?;
        let opened = match timeout(LIMIT, output.next()).await?? {
            Some(StreamEvent::Opened(opened)) => *opened,
            other => bail!("the first frame is {other:?}"),
        };
        Ok(Self {
            id: ticket.stream.stream.clone(),
            input,
            output,
            opened,
            stdout: Vec::new(),
            stderr: Vec::new(),
            notices: Vec::new(),
            origins: Vec::new(),
        })
    }

    /// Reads the next frame; what it was the end for.
    async fn step(&mut self) -> Result<Option<StreamEnd>> {
        let event = timeout(LIMIT, self.output.next()).await;
        let event = event.with_context(|| format!("nothing more comes after {:?}", self.text()))??;
        match event.context("the connection ended without an end")? {
            StreamEvent::Opened(_) => bail!("opened comes twice"),
            StreamEvent::Stdout(bytes) => self.stdout.extend(bytes),
            StreamEvent::Stderr(bytes) => self.stderr.extend(bytes),
            StreamEvent::Origin(origin) => self.origins.push(origin),
            StreamEvent::Notice(notice) => self.notices.push(notice),
            StreamEvent::End(end) => return Ok(Some(end)),
        }
        Ok(None)
    }

    /// Reads until what it has got on standard output has a text.
    pub(super) async fn until(&mut self, text: &str) -> Result<()> {
        self.until_true(&format!("the output has {text:?}"), |it| it.text().contains(text)).await
    }

    pub(super) async fn until_true(&mut self, what: &str, test: impl Fn(&Self) -> bool) -> Result<()> {
        while !test(self) {
            if let Some(end) = self.step().await? {
                bail!("it ended before {what}: {end:?}, after {:?} {:?}", self.text(), self.notices);
            }
        }
        Ok(())
    }

    /// Reads to the end, and says how that was.
    pub(super) async fn ended(&mut self) -> Result<StreamEnd> {
        loop {
            if let Some(end) = self.step().await? {
                return Ok(end);
            }
        }
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    pub(super) async fn send(&mut self, text: &str) -> Result<()> {
        Ok(self.input.write(text.as_bytes()).await?)
    }
}

/// The workload of the stage, whether it has a session or not.
pub(super) fn target(stage: &Stage) -> StreamTarget {
    let params = stage.params();
    StreamTarget {
        kind: Some(params.kind),
        name: Some(params.name),
        namespace: params.namespace,
        kubeconfig: params.kubeconfig,
        environment: params.environment,
        ..StreamTarget::default()
    }
}

pub(super) fn of_session(status: &SessionStatus) -> StreamTarget {
    StreamTarget { session: Some(status.session.clone()), ..StreamTarget::default() }
}

pub(super) async fn terminal(stage: &Stage, target: StreamTarget) -> Result<Attached> {
    let params = TerminalOpenParams { target, ..TerminalOpenParams::default() };
    let ticket = stage.nhd.call::<TerminalOpen>(params).await?;
    Attached::to(stage, &ticket).await
}

/// A command with standard input, without a terminal.
pub(super) fn command(target: StreamTarget, command: &[&str]) -> ExecStartParams {
    let command = command.iter().map(|&word| word.to_owned()).collect();
    ExecStartParams { target, command, stdin: true, ..ExecStartParams::default() }
}

pub(super) async fn exec(stage: &Stage, params: ExecStartParams) -> Result<Attached> {
    let ticket = stage.nhd.call::<ExecStart>(params).await?;
    Attached::to(stage, &ticket).await
}

pub(super) async fn log(stage: &Stage, params: LogFollowParams) -> Result<Attached> {
    let ticket = stage.nhd.call::<LogFollow>(params).await?;
    Attached::to(stage, &ticket).await
}

/// The processes of the dev container whose command line begins with a text.
pub(super) async fn processes(stage: &Stage, pod: &str, text: &str) -> Result<Vec<String>> {
    let script = "for p in /proc/[0-9]*; do tr '\\0' ' ' < $p/cmdline 2>/dev/null; echo; done";
    let all = stage.workload.exec(pod, script).await?;
    Ok(all.lines().filter(|line| line.starts_with(text)).map(str::to_owned).collect())
}

/// Waits until no process of the dev container has a command line that begins with a text.
pub(super) async fn none_runs(stage: &Stage, pod: &str, text: &str) -> Result<()> {
    let deadline = tokio::time::Instant::now() + LIMIT;
    loop {
        let left = processes(stage, pod, text).await?;
        if left.is_empty() {
            return Ok(());
        }
        ensure!(tokio::time::Instant::now() < deadline, "still running: {left:?}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// A pod whose container has `cat` and `sleep`, and no shell.
pub(super) fn pod_without_shell() -> serde_json::Value {
    let image = "nhd-tests/dev:1";
    serde_json::json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "bare", "labels": {"app": "bare"}},
        "spec": {"terminationGracePeriodSeconds": 1,
            "volumes": [{"name": "tools", "emptyDir": {}}, {"name": "nothing", "emptyDir": {}}],
            "initContainers": [{"name": "copy", "image": image, "imagePullPolicy": "IfNotPresent",
                "command": ["/bin/sh", "-c", "cp /bin/busybox /tools/sleep; cp /bin/busybox /tools/cat"],
                "volumeMounts": [{"name": "tools", "mountPath": "/tools"}]}],
            "containers": [{"name": "main", "image": image, "imagePullPolicy": "IfNotPresent",
                "command": ["/tools/sleep", "100000"], "env": [{"name": "PATH", "value": "/tools"}],
                "volumeMounts": [{"name": "tools", "mountPath": "/tools"}, {"name": "nothing", "mountPath": "/bin"}]}]}})
}
