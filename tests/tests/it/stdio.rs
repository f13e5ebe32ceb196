//! What plugins rely on in `nhd-cli stdio`: it starts the daemon, carries frames both ways, and ends with its input.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, ExitStatus};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use nhd_tests::laptop::Laptop;
use nhd_tests::process::converse;
use serde_json::{Value, json};

use crate::shared_cluster;

const LIMIT: Duration = Duration::from_secs(30);

/// A running `nhd-cli stdio`, and what it has written.
struct Plugin {
    child: Child,
    stdin: Option<ChildStdin>,
    messages: mpsc::Receiver<Value>,
    /// Events that came while something else was waited for.
    events: Vec<Value>,
}

impl Plugin {
    fn spawn(laptop: &Laptop) -> Result<Self> {
        let own = std::env::current_exe()?;
        let cli = own.ancestors().nth(2).context("a test runs from target/PROFILE/deps")?.join("nhd-cli");
        let home = format!("NHD_HOME={}", laptop.home().display());
        let path = format!("PATH={}", std::env::var("PATH")?);
        let words = ["-i", &home, &path, cli.to_str().context("a path of letters")?, "stdio"];
        let (child, stdin, stdout) = converse(&PathBuf::from("env"), &words)?;
        let (sender, messages) = mpsc::channel();
        std::thread::spawn(move || {
            let mut stdout = BufReader::new(stdout);
            while let Ok(message) = read_frame(&mut stdout) {
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        Ok(Self { child, stdin: Some(stdin), messages, events: Vec::new() })
    }

    fn call(&mut self, id: u64, method: &str, params: &Value) -> Result<Value> {
        let body = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }).to_string();
        let stdin = self.stdin.as_mut().context("open")?;
        write!(stdin, "Content-Length: {}\r\n\r\n{body}", body.len())?;
        stdin.flush()?;
        loop {
            let message = self.messages.recv_timeout(LIMIT).with_context(|| format!("answer {method}"))?;
            if message["id"] == id {
                return Ok(message["result"].clone());
            }
            self.events.push(message);
        }
    }

    /// Waits for an event of which something is true.
    fn event(&mut self, wanted: impl Fn(&Value) -> bool) -> Result<Value> {
        loop {
            if let Some(place) = self.events.iter().position(|event| wanted(&event["params"]["result"])) {
                return Ok(self.events.remove(place));
            }
            self.events.push(self.messages.recv_timeout(LIMIT).context("an event")?);
        }
    }

    /// Closes the input, and waits for the end.
    fn end(mut self) -> Result<ExitStatus> {
        self.stdin = None;
        let deadline = Instant::now() + LIMIT;
        while Instant::now() < deadline {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        self.child.kill()?;
        bail!("it does not end with its input")
    }
}

fn read_frame(stdout: &mut BufReader<ChildStdout>) -> Result<Value> {
    let mut length = None;
    loop {
        let mut line = String::new();
        ensure!(stdout.read_line(&mut line)? > 0, "the end of the output");
        match line.trim_end() {
            "" => break,
            header => {
                length = header.strip_prefix("Content-Length: ").or(length.as_deref()).map(str::to_owned)
            }
        }
    }
    let mut body = vec![0; length.context("a length")?.parse()?];
    stdout.read_exact(&mut body)?;
    Ok(serde_json::from_slice(&body)?)
}

#[tokio::test]
async fn a_plugin_that_spawns_it_needs_nothing_else() -> Result<()> {
    let laptop = Laptop::new(shared_cluster().await.kubeconfig())?;
    ensure!(laptop.processes()?.is_empty());
    let mut plugin = Plugin::spawn(&laptop)?;
    let hello = plugin.call(1, "daemon.hello", &json!({ "client": "plugin 1", "protocol": 1 }))?;
    ensure!(hello["home"] == laptop.home().display().to_string(), "{hello}");

    let subscription = plugin.call(2, "events.subscribe", &json!({}))?;
    let snapshot = plugin.event(|event| event["type"] == "snapshot")?;
    ensure!(snapshot["params"]["subscription"] == subscription, "{snapshot}");
    let params = serde_json::to_value(laptop.start_params("default", "nowhere"))?;
    let session = plugin.call(3, "session.start", &params)?["session"].clone();
    let failed = plugin.event(|event| event["status"]["phase"] == "failed")?;
    ensure!(failed["params"]["result"]["status"]["session"] == session, "{failed}");

    let status = plugin.end()?;
    ensure!(status.code() == Some(0), "{status}");
    let left = laptop.processes()?;
    ensure!(left.len() == 1 && !left[0].contains("stdio"), "only the daemon stays: {left:?}");
    let again = Plugin::spawn(&laptop)?;
    ensure!(again.end()?.code() == Some(0), "a plugin that says nothing");
    ensure!(laptop.processes()? == left, "it started another daemon");
    Ok(())
}

#[tokio::test]
async fn it_ends_when_the_daemon_goes_and_starts_another_the_next_time() -> Result<()> {
    let laptop = Laptop::new(shared_cluster().await.kubeconfig())?;
    let mut plugin = Plugin::spawn(&laptop)?;
    let hello = json!({ "client": "plugin 1", "protocol": 1 });
    let first = plugin.call(1, "daemon.hello", &hello)?["pid"].clone();
    plugin.call(2, "daemon.shutdown", &json!({}))?;
    let ended = plugin.messages.recv_timeout(LIMIT);
    ensure!(ended == Err(mpsc::RecvTimeoutError::Disconnected), "{ended:?}");
    // Its input is still open, and it has gone all the same.
    ensure!(plugin.child.wait()?.code() == Some(3));

    let mut plugin = Plugin::spawn(&laptop)?;
    let second = plugin.call(1, "daemon.hello", &hello)?["pid"].clone();
    ensure!(second != first && second.is_u64(), "{second}");
    ensure!(plugin.end()?.code() == Some(0));
    Ok(())
}
