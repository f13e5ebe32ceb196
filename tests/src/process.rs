//! Starts, signals and reaps the processes of the test bed, so that none outlives its owner; it does not know what
//! they do.
#![expect(clippy::disallowed_methods, reason = "the one module of the tests that owns killing and reaping")]

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::{Mutex, MutexGuard, OnceLock, mpsc};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal};

/// Lines of a log that an error quotes.
const TAIL_LINES: usize = 20;

/// A long-running process with a log file. It is killed when this is dropped, and by the kernel when we die.
#[derive(Debug)]
pub struct Process {
    name: &'static str,
    log: PathBuf,
    child: Mutex<Child>,
    stdin: Mutex<Option<ChildStdin>>,
}

impl Process {
    /// Starts `program` with both outputs in `log` and a pipe as its standard input.
    pub fn start<A: AsRef<OsStr>>(
        name: &'static str,
        log: PathBuf,
        program: impl AsRef<OsStr>,
        arguments: impl IntoIterator<Item = A>,
    ) -> Result<Self> {
        Self::start_by(name, log, Command::new("setpriv"), program, arguments)
    }

    /// As [`Process::start`], with nothing in its environment but what is given.
    pub fn start_with<A: AsRef<OsStr>>(
        name: &'static str,
        log: PathBuf,
        program: impl AsRef<OsStr>,
        arguments: impl IntoIterator<Item = A>,
        environment: &BTreeMap<String, OsString>,
    ) -> Result<Self> {
        let mut command = Command::new("setpriv");
        command.env_clear().envs(environment);
        Self::start_by(name, log, command, program, arguments)
    }

    fn start_by<A: AsRef<OsStr>>(
        name: &'static str,
        log: PathBuf,
        mut command: Command,
        program: impl AsRef<OsStr>,
        arguments: impl IntoIterator<Item = A>,
    ) -> Result<Self> {
        let output =
            File::options().create(true).append(true).open(&log).with_context(|| format!("open {log:?}"))?;
        command.args(["--pdeathsig", "KILL"]).arg(program).args(arguments);
        // Its own process group: Ctrl-C in a terminal is for us, who then end it in order.
        command.process_group(0).stdin(Stdio::piped()).stdout(output.try_clone()?).stderr(output);
        let mut child = on_the_spawner(move || command.spawn()).with_context(|| format!("start {name}"))?;
        let stdin = Mutex::new(child.stdin.take());
        Ok(Self { name, log, child: Mutex::new(child), stdin })
    }

    pub fn name(&self) -> &'static str {
        self.name
    }

    pub fn pid(&self) -> u32 {
        self.lock().id()
    }

    pub fn signal(&self, signal: Signal) -> Result<()> {
        let mut child = self.lock();
        // Once reaped, the process id may be another's.
        if let Some(status) = child.try_wait()? {
            bail!("{} has ended ({status})", self.name);
        }
        let pid = Pid::from_child(&child);
        rustix::process::kill_process(pid, signal).with_context(|| format!("signal {} ({pid:?})", self.name))
    }

    /// Writes one line to its standard input.
    pub fn tell(&self, line: &str) -> Result<()> {
        use std::io::Write as _;
        let mut stdin = self.stdin.lock().expect("no holder panics");
        let pipe = stdin.as_mut().with_context(|| format!("standard input of {} is closed", self.name))?;
        writeln!(pipe, "{line}").with_context(|| format!("write to {}", self.name))
    }

    /// How it ended, if it did.
    pub fn ended(&self) -> Option<ExitStatus> {
        self.lock().try_wait().ok().flatten()
    }

    /// Closes its standard input, waits for at most `grace` that it ends by itself, then kills it; returns when it
    /// is reaped.
    pub fn end(&self, grace: Duration) {
        self.stdin.lock().expect("no holder panics").take();
        let deadline = Instant::now() + grace;
        while self.ended().is_none() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(5));
        }
        let mut child = self.lock();
        // Both fail only when it has been reaped already.
        let _ = child.kill();
        let _ = child.wait();
    }

    pub fn log(&self) -> &Path {
        &self.log
    }

    fn lock(&self) -> MutexGuard<'_, Child> {
        self.child.lock().expect("no holder panics")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end(Duration::ZERO);
    }
}

/// The last lines of the file `log`, under a heading.
pub fn tail(log: &Path) -> String {
    let text =
        std::fs::read(log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    let last = &lines[lines.len().saturating_sub(TAIL_LINES)..];
    format!("--- {} ---\n{}", log.display(), last.join("\n"))
}

/// Runs a command to its end and returns its standard output; an error quotes its standard error.
pub fn run<A: AsRef<OsStr>>(
    program: impl AsRef<OsStr>,
    arguments: impl IntoIterator<Item = A>,
) -> Result<String> {
    let arguments: Vec<OsString> = arguments.into_iter().map(|it| it.as_ref().to_owned()).collect();
    let program = program.as_ref();
    let output = Command::new(program)
        .args(&arguments)
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("run {program:?}"))?;
    if !output.status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr);
        bail!("{program:?} {arguments:?} failed ({}): {}", output.status, stderr.trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Where a program is on our PATH.
pub fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|candidate| candidate.is_file())
}

/// What a command came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// Runs a command to its end with nothing in its environment but what is given, whatever it comes to.
pub fn call(
    program: &Path,
    arguments: &[String],
    environment: &BTreeMap<String, OsString>,
    folder: &Path,
) -> Result<Outcome> {
    let output = Command::new(program)
        .args(arguments)
        .env_clear()
        .envs(environment)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("run {program:?}"))?;
    Ok(Outcome {
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}

/// Starts a command in a session of its own whose terminal is the one that is given.
pub fn start_on(
    terminal: File,
    program: &Path,
    arguments: &[String],
    environment: &BTreeMap<String, OsString>,
    folder: &Path,
) -> Result<Child> {
    // It makes what it finds as standard input the terminal of the session, and then becomes the program.
    let mut command = Command::new("setsid");
    command.arg("--ctty").arg(program).args(arguments).env_clear().envs(environment).current_dir(folder);
    command.stdin(terminal.try_clone()?).stdout(terminal.try_clone()?).stderr(terminal);
    on_the_spawner(move || command.spawn()).with_context(|| format!("start {program:?} on a terminal"))
}

/// Starts a command with pipes as its standard streams.
pub fn start_piped(
    program: &Path,
    arguments: &[String],
    environment: &BTreeMap<String, OsString>,
    folder: &Path,
) -> Result<Child> {
    let mut command = Command::new(program);
    command.args(arguments).env_clear().envs(environment).current_dir(folder);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    on_the_spawner(move || command.spawn()).with_context(|| format!("start {program:?}"))
}

/// Runs a command to its end on our own terminal, or silently, with some variables more than ours.
pub fn show(
    program: &Path,
    arguments: &[&str],
    environment: &BTreeMap<String, OsString>,
    visible: bool,
) -> Result<()> {
    let output = || if visible { Stdio::inherit() } else { Stdio::null() };
    let mut command = Command::new(program);
    command.args(arguments).envs(environment).stdin(Stdio::null()).stdout(output()).stderr(output());
    let status = command.status().with_context(|| format!("run {program:?}"))?;
    if !status.success() {
        bail!("{program:?} {arguments:?} failed ({status})");
    }
    Ok(())
}

/// The processes whose command line or environment names a folder that only one test knows, but for one that is known.
pub fn processes_naming(folder: &Path, except: Option<u32>) -> Result<Vec<String>> {
    let known = |pid: u32| pid == std::process::id() || Some(pid) == except;
    let found = naming(folder)?.into_iter().filter(|(pid, _)| !known(*pid));
    Ok(found.map(|(pid, line)| format!("{pid} {line}")).collect())
}

/// Kills the processes that name a folder that only one test knows, if their command line has a word in it. Says how
/// many there were.
pub fn kill_naming(folder: &Path, word: &str) -> Result<usize> {
    let found: Vec<u32> =
        naming(folder)?.into_iter().filter(|(_, line)| line.contains(word)).map(|(pid, _)| pid).collect();
    kill_all(&found);
    Ok(found.len())
}

/// Kills the processes that name a folder that only one test knows.
pub fn end_processes_naming(folder: &Path) {
    let found: Vec<u32> = naming(folder).unwrap_or_default().into_iter().map(|(pid, _)| pid).collect();
    kill_all(&found);
}

fn kill_all(pids: &[u32]) {
    for &pid in pids {
        let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
        if let Some(pid) = pid
            && pid != rustix::process::getpid()
        {
            let _ = rustix::process::kill_process(pid, Signal::KILL);
        }
    }
}

fn naming(folder: &Path) -> Result<Vec<(u32, String)>> {
    let wanted = folder.as_os_str().as_encoded_bytes();
    let names = |bytes: &[u8]| bytes.windows(wanted.len()).any(|window| window == wanted);
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc")? {
        let entry = entry?;
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        // A process may end while it is looked at, and a dead one has no command line.
        let line = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let environment = std::fs::read(entry.path().join("environ")).unwrap_or_default();
        if !line.is_empty() && (names(&line) || names(&environment)) {
            found.push((pid, String::from_utf8_lossy(&line).replace('\0', " ")));
        }
    }
    Ok(found)
}

/// Runs a script to its end, its standard error shown as it comes, and returns its standard output.
pub fn run_script(script: &Path) -> Result<String> {
    let output = Command::new("/bin/sh")
        .arg(script)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("run {script:?}"))?;
    if !output.status.success() {
        bail!("{} failed ({}); its messages are above", script.display(), output.status);
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Starts a program that speaks with us over its standard input and output; its errors go to ours. It has to end by
/// itself when its standard input closes.
pub fn converse(program: &Path, arguments: &[&str]) -> Result<(Child, ChildStdin, ChildStdout)> {
    let mut child = Command::new(program)
        .args(arguments)
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("start {}", program.display()))?;
    let stdin = child.stdin.take().expect("it was asked for");
    let stdout = child.stdout.take().expect("it was asked for");
    Ok((child, stdin, stdout))
}

/// Runs `spawn` on a thread that lives as long as we do: the kernel delivers the parent-death signal when the
/// *thread* that started a process ends, and threads of a runtime or of a test come and go.
fn on_the_spawner<T: Send + 'static>(spawn: impl FnOnce() -> T + Send + 'static) -> T {
    type Job = Box<dyn FnOnce() + Send>;
    static JOBS: OnceLock<mpsc::Sender<Job>> = OnceLock::new();
    let jobs = JOBS.get_or_init(|| {
        let (jobs, queue) = mpsc::channel::<Job>();
        std::thread::Builder::new()
            .name("spawner".into())
            .spawn(move || queue.into_iter().for_each(|job| job()))
            .expect("the system allows one more thread");
        jobs
    });
    let (done, result) = mpsc::sync_channel(1);
    jobs.send(Box::new(move || drop(done.send(spawn())))).expect("the spawner never ends");
    result.recv().expect("the spawner answers every job")
}
