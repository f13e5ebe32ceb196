//! One cluster for all tests of a process, run by `nhd-test-cluster` as a child whose standard input ends with us, so
//! that it is torn down however we end; it does not know what a cluster consists of.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout};
use std::sync::{Arc, Mutex, OnceLock};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use crate::cluster::{Access, KUBECONFIG_VARIABLE};
use crate::process::converse;

/// What the child is told, a line of JSON each.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    PauseApiserver,
    ResumeApiserver,
    RestartApiserver,
}

/// What the child answers to a command, a line of JSON each.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    Done,
    Failed(String),
}

/// A cluster that runs in a child process until this is dropped or this process ends.
#[derive(Debug)]
pub struct SharedCluster {
    access: Access,
    conversation: Arc<Mutex<Conversation>>,
}

#[derive(Debug)]
struct Conversation {
    child: Child,
    commands: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

/// The cluster of this process, started at the first call. `binary` is `env!("CARGO_BIN_EXE_nhd-test-cluster")`,
/// which only integration tests and benchmarks know. Tests run side by side: one that injects a fault into the API
/// server must not use this cluster but [`SharedCluster::apart`].
pub async fn cluster(binary: &str) -> &'static SharedCluster {
    static CLUSTER: OnceLock<Result<SharedCluster>> = OnceLock::new();
    let binary = PathBuf::from(binary);
    let started = tokio::task::spawn_blocking(move || {
        CLUSTER.get_or_init(|| SharedCluster::start_blocking(&binary, &[]))
    });
    match started.await.expect("starting a cluster does not panic") {
        Ok(cluster) => cluster,
        // Every test that needs the cluster fails with the reason of the first.
        Err(error) => panic!("no cluster: {error:#}"),
    }
}

impl SharedCluster {
    /// Starts a cluster that only the caller uses, unless one is named.
    pub async fn start(binary: &str) -> Result<Self> {
        let binary = PathBuf::from(binary);
        tokio::task::spawn_blocking(move || Self::start_blocking(&binary, &[])).await?
    }

    /// Starts a second cluster, into which faults can be injected, beside this one. There is none where this one is
    /// somebody else's, for then nothing says that this machine can carry one; whoever asks is told so.
    pub async fn apart(&self, binary: &str) -> Result<Option<Self>> {
        if self.kubelet_root().is_err() {
            let thread = std::thread::current();
            let test = thread.name().unwrap_or("a test");
            // Not captured as the rest of a test's output is, which is shown only when it fails.
            writeln!(
                std::io::stderr(),
                "{test} is left out: no faults beside the cluster of {KUBECONFIG_VARIABLE}"
            )?;
            return Ok(None);
        }
        let binary = PathBuf::from(binary);
        let start = move || Self::start_blocking(&binary, &["--apart"]);
        tokio::task::spawn_blocking(start).await?.map(Some)
    }

    fn start_blocking(binary: &Path, more: &[&str]) -> Result<Self> {
        let arguments = [&["up", "--until-stdin-closes"], more].concat();
        let (child, commands, answers) = converse(binary, &arguments)?;
        let mut conversation =
            Conversation { child, commands: Some(commands), answers: BufReader::new(answers) };
        let access = conversation.read().context("start the test cluster")?;
        Ok(Self { access, conversation: Arc::new(Mutex::new(conversation)) })
    }

    /// How to reach the cluster.
    pub fn access(&self) -> &Access {
        &self.access
    }

    /// The admin's kubeconfig.
    pub fn kubeconfig(&self) -> &Path {
        self.access.kubeconfig()
    }

    /// See [`Access::kubeconfig_for`].
    pub fn kubeconfig_for(&self, user: &str, groups: &[&str]) -> Result<PathBuf> {
        self.access.kubeconfig_for(user, groups)
    }

    /// A client with the admin's rights, for the runtime that calls.
    pub async fn client(&self) -> Result<kube::Client> {
        self.access.client().await
    }

    /// See [`Access::kubelet_root`].
    pub fn kubelet_root(&self) -> Result<PathBuf> {
        self.access.kubelet_root()
    }

    /// See [`crate::cluster::Cluster::pause_apiserver`].
    pub async fn pause_apiserver(&self) -> Result<()> {
        self.command(Command::PauseApiserver).await
    }

    /// See [`crate::cluster::Cluster::resume_apiserver`].
    pub async fn resume_apiserver(&self) -> Result<()> {
        self.command(Command::ResumeApiserver).await
    }

    /// See [`crate::cluster::Cluster::restart_apiserver`].
    pub async fn restart_apiserver(&self) -> Result<()> {
        self.command(Command::RestartApiserver).await
    }

    /// Stops the cluster and returns when nothing of it is left.
    pub async fn stop(self) -> Result<()> {
        tokio::task::spawn_blocking(move || drop(self)).await.context("stop the cluster")
    }

    async fn command(&self, command: Command) -> Result<()> {
        let conversation = self.conversation.clone();
        tokio::task::spawn_blocking(move || {
            let mut conversation = conversation.lock().expect("no holder panics");
            match conversation.ask(command)? {
                Answer::Done => Ok(()),
                Answer::Failed(error) => bail!("{error}"),
            }
        })
        .await?
    }
}

impl Conversation {
    fn ask(&mut self, command: Command) -> Result<Answer> {
        let commands = self.commands.as_mut().context("the cluster has been stopped")?;
        writeln!(commands, "{}", serde_json::to_string(&command)?)?;
        self.read()
    }

    fn read<T: for<'de> Deserialize<'de>>(&mut self) -> Result<T> {
        let mut line = String::new();
        if self.answers.read_line(&mut line)? == 0 {
            bail!("nhd-test-cluster ended ({}); its messages are above", self.child.wait()?);
        }
        serde_json::from_str(&line).with_context(|| format!("understand nhd-test-cluster's {line:?}"))
    }
}

impl Drop for Conversation {
    fn drop(&mut self) {
        self.commands.take();
        let _ = self.child.wait();
    }
}
