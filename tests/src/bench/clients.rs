//! What a status costs and how fast events are as each kind of client sees it, beside what a process for each status
//! costs.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, Result, ensure};
use k8s_openapi::jiff::Timestamp;
use nhd_client::Client;
use nhd_protocol::event::{Event, EventBody};
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};

use super::figures::{Figure, Samples, digits};
use super::status;
use crate::laptop::Laptop;
use crate::process::call;
use crate::shared::SharedCluster;
use crate::stage::Stage;
use crate::workload::app;

/// How far a client may be behind the daemon.
const EVENT_AIM_MS: f64 = 50.0;

pub async fn measure(cluster: &SharedCluster) -> Result<Vec<Figure>> {
    let stage = Stage::set(cluster, "bench-clients", app("bench")).await?;
    let mut arrivals = follow(&stage.laptop).await?;
    let session = stage.start().await?.session;
    let calls = status::by_connection(&stage, &session).await?;
    let processes = status::by_process(&stage).await?;
    stage.end(&session).await?;
    stage.close().await?;
    let mut delays = Samples::default();
    while let Some(delay) = arrivals.recv().await {
        delays.add_number(delay);
    }

    let node = script(cluster, "client-ts/test.sh", &["--bench"]).await?;
    let jvm = script(cluster, "client-jvm/test.sh", &["--bench"]).await?;
    let process = processes.median();
    let peer = || format!("nhd-cli status --json {}", processes.spread("ms"));
    let call = |what, p50: f64, p95: f64| {
        let value = format!("{} ms (p95 {})", digits(p50), digits(p95));
        Figure::new(what, value).beside(peer(), p50 / process)
    };
    let event = |what, p50: f64, p95: f64| call(what, p50, p95).aiming("p95 ≤ 50 ms", p95 <= EVENT_AIM_MS);
    let read = |line: &Value, pointer: &str| -> Result<[f64; 2]> {
        let percentile = |name: &str| line.pointer(pointer)?.get(name)?.as_f64();
        percentile("p50")
            .zip(percentile("p95"))
            .map(Into::into)
            .with_context(|| format!("{pointer} in {line}"))
    };
    let ([node_call, node_event], [socket, stdio, jvm_event]) = (
        [read(&node, "/statusMs")?, read(&node, "/eventMs")?],
        [read(&jvm, "/socketMs")?, read(&jvm, "/stdioMs")?, read(&jvm, "/eventMs")?],
    );
    Ok(vec![
        call("session.status from Rust, p50", calls.median(), calls.percentile(95)),
        call("session.status from Node.js, p50", node_call[0], node_call[1]),
        call("session.status from the JVM, p50", socket[0], socket[1]),
        call("  over nhd-cli stdio", stdio[0], stdio[1]),
        event("an event at a client in Rust, p50", delays.median(), delays.percentile(95)),
        event("an event at Node.js, p50", node_event[0], node_event[1]),
        event("an event at the JVM, p50", jvm_event[0], jvm_event[1]),
    ])
}

/// The milliseconds from the daemon's clock to us of each change of a session, until the daemon ends.
async fn follow(laptop: &Laptop) -> Result<mpsc::UnboundedReceiver<f64>> {
    let (sender, receiver) = mpsc::unbounded_channel();
    let (begins, begun) = oneshot::channel();
    tokio::spawn(send_delays(laptop.connect().await?, begins, sender));
    begun.await.context("events end before they begin")?;
    Ok(receiver)
}

async fn send_delays(
    nhd: Client,
    begins: oneshot::Sender<()>,
    delays: mpsc::UnboundedSender<f64>,
) -> Result<Infallible> {
    let mut events = nhd.events(None).await?;
    events.next().await?;
    let _ = begins.send(());
    loop {
        let event = events.next().await?;
        if matches!(event.body, EventBody::Session { .. }) {
            delays.send(delay(&event)?)?;
        }
    }
}

fn delay(event: &Event) -> Result<f64> {
    let happened = SystemTime::from(event.at.parse::<Timestamp>()?);
    Ok(SystemTime::now().duration_since(happened).unwrap_or_default().as_secs_f64() * 1e3)
}

/// The line of JSON that a script of another client prints, which measures our binaries on our cluster.
async fn script(cluster: &SharedCluster, name: &'static str, arguments: &'static [&str]) -> Result<Value> {
    let binaries =
        std::env::current_exe()?.parent().map(Path::to_path_buf).context("a folder of binaries")?;
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).context("a project")?;
    let environment = environment(cluster.kubeconfig(), binaries);
    let arguments: Vec<String> = arguments.iter().map(|&argument| argument.to_owned()).collect();
    let program = root.join(name);
    let outcome =
        tokio::task::spawn_blocking(move || call(&program, &arguments, &environment, &root)).await??;
    ensure!(outcome.code == Some(0), "{name} failed: {}{}", outcome.stdout, outcome.stderr);
    // Maven colours the line that it prints it in.
    let line = outcome.stdout.lines().rev().find_map(|line| line.find('{').map(|begin| &line[begin..]));
    serde_json::from_str(line.with_context(|| format!("{name} printed no figures: {}", outcome.stdout))?)
        .with_context(|| format!("the figures of {name}"))
}

fn environment(kubeconfig: &Path, binaries: PathBuf) -> BTreeMap<String, OsString> {
    let ours = std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value)));
    let theirs =
        [(crate::cluster::KUBECONFIG_VARIABLE, kubeconfig.into()), ("NHD_TEST_BINARIES", binaries.into())];
    ours.chain(theirs.map(|(name, value)| (name.to_owned(), value))).collect()
}
