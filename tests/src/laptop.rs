//! A developer's laptop: a home for the daemon, a source folder, and the daemon itself as a real process; it does not
//! know what is developed.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use nhd_client::Client;
use nhd_client::paths::Paths;
use nhd_protocol::methods::{End, Start, Status};
use nhd_protocol::session::{SessionSelector, SessionStatus, StartParams, WaitParams, WaitUntil};
use nhd_protocol::workload::WorkloadKind;
use rustix::process::Signal;
use tempfile::TempDir;

use crate::process::{Outcome, Process, call, kill_naming, processes_naming, start_on, start_piped, tail};
use crate::pty::Pty;

/// How the daemon is told who speaks.
pub const CLIENT: &str = "nhd-tests";

/// How long a daemon may take to listen, and to end.
const DAEMON_LIMIT: Duration = Duration::from_secs(20);

/// How long anything may take that a test waits for in a session.
pub const SESSION_LIMIT: Duration = Duration::from_secs(90);

/// The dev image of the test cluster.
pub const DEV_IMAGE: &str = "nhd-tests/dev:1";

/// One developer: everything of theirs is in one temporary folder.
pub struct Laptop {
    folder: TempDir,
    kubeconfig: PathBuf,
    environment: BTreeMap<String, OsString>,
    daemon: Option<Process>,
}

impl Laptop {
    pub fn new(kubeconfig: &Path) -> Result<Self> {
        let folder = TempDir::with_prefix("nhd-laptop-")?;
        std::fs::create_dir(folder.path().join("source"))?;
        let mut environment: BTreeMap<String, OsString> = BTreeMap::new();
        environment.insert("NHD_HOME".into(), folder.path().join("home").into());
        environment.insert("HOME".into(), folder.path().into());
        environment.insert("USER".into(), "tester".into());
        environment.insert("KUBECONFIG".into(), kubeconfig.into());
        environment.insert("PATH".into(), std::env::var_os("PATH").context("PATH is set")?);
        environment.insert("NHD_LOG".into(), "nhd=debug,info".into());
        // As `nhd-cli` starts the daemon.
        environment.insert("MALLOC_ARENA_MAX".into(), "2".into());
        Ok(Self { folder, kubeconfig: kubeconfig.to_path_buf(), environment, daemon: None })
    }

    /// Sets a variable for the daemons and commands that are started from now on.
    pub fn set(&mut self, name: &str, value: impl Into<OsString>) {
        self.environment.insert(name.to_owned(), value.into());
    }

    pub fn unset(&mut self, name: &str) {
        self.environment.remove(name);
    }

    /// The folder that is synced.
    pub fn source(&self) -> PathBuf {
        self.folder.path().join("source")
    }

    /// Saves a file in the source folder.
    pub fn save(&self, name: &str, text: &str) -> Result<()> {
        let path = self.source().join(name);
        std::fs::create_dir_all(path.parent().context("has a folder")?)?;
        std::fs::write(path, text).with_context(|| format!("save {name}"))
    }

    pub fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// The daemon's socket.
    pub fn socket(&self) -> PathBuf {
        self.paths().socket
    }

    pub fn paths(&self) -> Paths {
        let (home, runtime) = (self.home(), self.home().join("run"));
        Paths { socket: runtime.join("nhd.sock"), runtime, config: home.join("config.yaml"), home }
    }

    pub fn log(&self) -> PathBuf {
        self.folder.path().join("nhd.log")
    }

    /// Starts the daemon and connects to it.
    pub async fn start_daemon(&mut self) -> Result<Client> {
        self.launch_daemon()?;
        self.connect().await
    }

    /// As [`Laptop::start_daemon`], for a daemon that may die before it answers; then there is no client.
    pub async fn start_dying_daemon(&mut self) -> Result<Option<Client>> {
        self.launch_daemon()?;
        match self.connect().await {
            Ok(client) => Ok(Some(client)),
            Err(_) if self.daemon_has_ended() => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn launch_daemon(&mut self) -> Result<()> {
        ensure!(self.daemon.is_none(), "the daemon runs already");
        let daemon = Process::start_with("nhd", self.log(), binary("nhd")?, [""; 0], &self.environment)?;
        self.daemon = Some(daemon);
        Ok(())
    }

    fn daemon_has_ended(&self) -> bool {
        self.daemon.as_ref().is_some_and(|daemon| daemon.ended().is_some())
    }

    pub async fn connect(&self) -> Result<Client> {
        let deadline = Instant::now() + DAEMON_LIMIT;
        loop {
            let error = match Client::connect(&self.paths(), CLIENT).await {
                Ok(client) => return Ok(client),
                Err(error) => error,
            };
            if self.daemon_has_ended() {
                bail!("the daemon ended before it answered: {error}\n{}", tail(&self.log()));
            }
            if Instant::now() > deadline {
                bail!("no daemon answers: {error}\n{}", tail(&self.log()));
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Ends the daemon as `kill -9` does.
    pub fn kill_daemon(&mut self) -> Result<()> {
        let daemon = self.daemon.take().context("a daemon runs")?;
        daemon.signal(Signal::KILL)?;
        daemon.end(Duration::ZERO);
        Ok(())
    }

    /// Waits for a daemon that is to die at a fault point.
    pub async fn daemon_died(&mut self) -> Result<()> {
        let status = self.daemon_ended().await?;
        ensure!(
            status.signal() == Some(Signal::KILL.as_raw()),
            "the daemon ended with {status}, not at a fault point\n{}",
            tail(&self.log())
        );
        Ok(())
    }

    /// Stops the daemon as a service manager does, and waits until it has.
    pub async fn stop_daemon(&mut self) -> Result<()> {
        self.daemon.as_ref().context("a daemon runs")?.signal(Signal::TERM)?;
        let status = self.daemon_ended().await?;
        ensure!(status.success(), "the daemon ended with {status}\n{}", tail(&self.log()));
        Ok(())
    }

    async fn daemon_ended(&mut self) -> Result<std::process::ExitStatus> {
        let daemon = self.daemon.take().context("a daemon runs")?;
        let deadline = Instant::now() + SESSION_LIMIT;
        loop {
            if let Some(status) = daemon.ended() {
                return Ok(status);
            }
            if Instant::now() > deadline {
                bail!("the daemon does not end\n{}", tail(&self.log()));
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    pub fn daemon_pid(&self) -> Option<u32> {
        self.daemon.as_ref().map(Process::pid)
    }

    /// A start of a Deployment with the test cluster's dev image.
    pub fn start_params(&self, namespace: &str, name: &str) -> StartParams {
        StartParams {
            kind: WorkloadKind::Deployment,
            name: name.to_owned(),
            namespace: Some(namespace.to_owned()),
            kubeconfig: Some(self.kubeconfig.display().to_string()),
            context: None,
            environment: self
                .environment
                .iter()
                .map(|(name, value)| (name.clone(), value.to_string_lossy().into_owned()))
                .collect(),
            container: None,
            image: Some(DEV_IMAGE.to_owned()),
            env: BTreeMap::new(),
            source: self.source().display().to_string(),
            work_dir: None,
            sidecar_image: None,
            sidecar_preset: None,
            security_context: None,
            force: false,
            sync_type: None,
            timeout_ms: Some(60_000),
            port_forward: Vec::new(),
        }
    }

    /// Starts a session and waits until it is synced.
    pub async fn start_synced(&self, client: &Client, params: StartParams) -> Result<SessionStatus> {
        let session = client.call::<Start>(params).await?.session;
        self.wait(client, &session, WaitUntil::Synced).await
    }

    pub async fn wait(&self, client: &Client, session: &str, until: WaitUntil) -> Result<SessionStatus> {
        let timeout_ms = Some(u64::try_from(SESSION_LIMIT.as_millis())?);
        let params = WaitParams { session: session.to_owned(), until, timeout_ms };
        client.wait(params).await.with_context(|| format!("wait until {until:?}\n{}", tail(&self.log())))
    }

    pub async fn status(&self, client: &Client, session: &str) -> Result<SessionStatus> {
        let selector = SessionSelector::of_session(session);
        Ok(client.call::<Status>(selector).await?)
    }

    /// Ends a session and waits until it has.
    pub async fn end(&self, client: &Client, session: &str) -> Result<SessionStatus> {
        let selector = SessionSelector::of_session(session);
        client.call::<End>(selector.into()).await?;
        self.wait(client, session, WaitUntil::Ended).await
    }

    /// Runs `nhd-cli` in this laptop's environment.
    pub async fn cli(&self, arguments: &[&str]) -> Result<Outcome> {
        self.cli_of(binary("nhd-cli")?, arguments).await
    }

    /// As [`Laptop::cli`], with an `nhd-cli` of another version.
    pub async fn cli_of(&self, program: PathBuf, arguments: &[&str]) -> Result<Outcome> {
        let environment = self.environment.clone();
        let arguments: Vec<String> = arguments.iter().map(|&argument| argument.to_owned()).collect();
        let folder = self.folder.path().to_path_buf();
        tokio::task::spawn_blocking(move || call(&program, &arguments, &environment, &folder)).await?
    }

    /// Runs a shell script in this laptop's environment, with mounts and processes that end with it. `$CLI` is `nhd-cli`.
    pub async fn script(&self, script: &'static str, variables: &[(&str, &str)]) -> Result<Outcome> {
        let mut environment = self.environment.clone();
        environment.insert("CLI".to_owned(), binary("nhd-cli")?.into());
        environment.extend(variables.iter().map(|&(name, value)| (name.to_owned(), value.into())));
        let arguments = ["--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", script];
        let (arguments, folder) = (owned(&arguments), self.folder.path().to_path_buf());
        let run = move || call(Path::new("unshare"), &arguments, &environment, &folder);
        tokio::task::spawn_blocking(run).await?
    }

    /// Starts `nhd-cli` on a terminal of a size.
    pub fn cli_on_terminal(&self, columns: u16, rows: u16, arguments: &[&str]) -> Result<Pty> {
        let (program, arguments) = (binary("nhd-cli")?, owned(arguments));
        let (environment, folder) = (&self.environment, self.folder.path());
        Pty::start(columns, rows, |terminal| start_on(terminal, &program, &arguments, environment, folder))
    }

    /// Starts `nhd-cli` with pipes as its standard streams.
    pub fn cli_piped(&self, arguments: &[&str]) -> Result<std::process::Child> {
        start_piped(&binary("nhd-cli")?, &owned(arguments), &self.environment, self.folder.path())
    }

    /// Runs a second daemon in the same home to its end.
    pub async fn second_daemon(&self) -> Result<Outcome> {
        let (program, environment) = (binary("nhd")?, self.environment.clone());
        let folder = self.folder.path().to_path_buf();
        tokio::task::spawn_blocking(move || call(&program, &[], &environment, &folder)).await?
    }

    /// Kills this laptop's syncthing as `kill -9` does.
    pub fn kill_syncthing(&self) -> Result<()> {
        ensure!(kill_naming(&self.home(), "syncthing")? > 0, "no syncthing runs");
        Ok(())
    }

    /// Processes, other than the daemon that we hold, whose command line or environment names this laptop's home.
    pub fn processes(&self) -> Result<Vec<String>> {
        processes_naming(&self.home(), self.daemon_pid())
    }
}

impl Drop for Laptop {
    /// Whatever the test left running, a detached daemon of `nhd-cli` included, ends with it.
    fn drop(&mut self) {
        if let Some(daemon) = self.daemon.take() {
            daemon.end(Duration::from_secs(10));
        }
        crate::process::end_processes_naming(&self.home());
    }
}

fn owned(words: &[&str]) -> Vec<String> {
    words.iter().map(|&word| word.to_owned()).collect()
}

/// A binary of the workspace, beside the test's own.
fn binary(name: &str) -> Result<PathBuf> {
    let own = std::env::current_exe()?;
    let folder = own.parent().and_then(Path::parent).context("a test runs from target/PROFILE/deps")?;
    let candidates = [folder.join(name), own.with_file_name(name)];
    candidates
        .into_iter()
        .find(|candidate| candidate.is_file())
        .with_context(|| format!("{name} is not built: run `cargo build --workspace` first"))
}
