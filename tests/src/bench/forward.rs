//! How fast a forward is: nhd's own, kube-rs's, and kubectl's where it is installed, in turns against the same dev pod.

mod crowd;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use futures::future::try_join_all;
use k8s_openapi::api::core::v1::Pod;
use kube::Api;
use nhd_protocol::forward::ForwardStartParams;
use nhd_protocol::methods::ForwardStart;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;

use self::crowd::Forwarder;
use super::figures::{Figure, Samples, digits};
use crate::cluster::APP_PORT;
use crate::namespace::Namespace;
use crate::process::{Process, on_path};
use crate::shared::SharedCluster;
use crate::stage::{Stage, pod_of};
use crate::workload::app;

const CONNECTIONS: usize = 50;
const STREAMS: usize = 8;
const ROUNDS: usize = 5;
const MEGABYTES: usize = 100;
const LIMIT: Duration = Duration::from_secs(60);
/// The application's own port, which nobody serves in DevMode.
const PORT: u16 = APP_PORT;

pub async fn measure(cluster: &SharedCluster) -> Result<Vec<Figure>> {
    let stage = Stage::set(cluster, "bench-forward", app("bench")).await?;
    let status = stage.start().await?;
    let pod = pod_of(&status)?;
    stage.workload.exec(pod, &serve()).await?;
    stage.workload.exec(pod, &crowd::serve()).await?;
    let params = ForwardStartParams { remote_port: PORT, ..ForwardStartParams::default() };
    let own = stage.nhd.call::<ForwardStart>(params).await?.forward.local_port.context("a local port")?;
    let params = ForwardStartParams { remote_port: crowd::PORT, ..ForwardStartParams::default() };
    let own_crowd =
        stage.nhd.call::<ForwardStart>(params).await?.forward.local_port.context("a local port")?;
    let own_crowd = Forwarder { port: own_crowd, pid: stage.laptop.daemon_pid().context("a daemon")? };
    let peer = KubeRs { pods: stage.workload.pods(), pod: pod.to_owned() };
    let folder = tempfile::tempdir()?;
    let mut ways = vec![Way::Local(own), Way::KubeRs(Box::new(peer))];
    let mut kubectls = Vec::new();
    if let Some(program) = on_path("kubectl") {
        for port in [PORT, crowd::PORT] {
            let log = folder.path().join(format!("kubectl-{port}.log"));
            let to = (&stage.namespace, pod, port);
            kubectls.push(start_kubectl(&program, cluster.kubeconfig(), to, log).await?);
        }
        ways.push(Way::Local(kubectls[0].1));
    }
    until_served(&ways).await?;
    let mut figures = compare(&ways).await?;
    let kubectl = kubectls.get(1).map(|(process, port)| Forwarder { port: *port, pid: process.pid() });
    figures.extend(crowd::measure(&own_crowd, kubectl.as_ref()).await?);
    drop(kubectls);
    stage.end(&status.session).await?;
    stage.close().await?;
    Ok(figures)
}

/// A way into the pod.
enum Way {
    /// Through a local port that somebody listens on.
    Local(u16),
    KubeRs(Box<KubeRs>),
}

struct KubeRs {
    pods: Api<Pod>,
    pod: String,
}

impl Way {
    /// Asks for a file and reads so many bytes of the answer; the time counts from before the connection.
    async fn fetch(&self, path: &str, bytes: usize) -> Result<Duration> {
        let began = Instant::now();
        match self {
            Self::Local(port) => {
                let local = SocketAddr::from((Ipv4Addr::LOCALHOST, *port));
                let mut stream = TcpStream::connect(local).await?;
                ask(&mut stream, path, bytes).await?;
            }
            Self::KubeRs(peer) => {
                let KubeRs { pods, pod } = &**peer;
                let mut forward = pods.portforward(pod, &[PORT]).await?;
                let mut stream = forward.take_stream(PORT).context("a stream for the port")?;
                ask(&mut stream, path, bytes).await?;
            }
        }
        Ok(began.elapsed())
    }
}

async fn ask(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), path: &str, bytes: usize) -> Result<()> {
    stream.write_all(format!("GET {path} HTTP/1.0\r\n\r\n").as_bytes()).await?;
    let mut buffer = vec![0; 64 * 1024];
    let mut left = bytes;
    while left > 0 {
        let read = tokio::time::timeout(LIMIT, stream.read(&mut buffer)).await??;
        ensure!(read > 0, "the answer ends {left} bytes early");
        left = left.saturating_sub(read);
    }
    Ok(())
}

/// Through each way in turns: how long a connection takes, and how many megabytes a second come by one stream and by
/// several at once.
async fn compare(ways: &[Way]) -> Result<Vec<Figure>> {
    let none = vec![Samples::default(); ways.len()];
    let (mut connects, mut single, mut several) = (none.clone(), none.clone(), none);
    for _ in 0..CONNECTIONS {
        for (way, samples) in ways.iter().zip(&mut connects) {
            samples.add(way.fetch("/", 1).await?);
        }
    }
    for _ in 0..ROUNDS {
        for (way, samples) in ways.iter().zip(&mut single) {
            samples.add_number(rate(way, 1).await?);
        }
        for (way, samples) in ways.iter().zip(&mut several) {
            samples.add_number(rate(way, STREAMS).await?);
        }
    }
    let latency = |samples: &Samples| {
        format!("{} ms, p95 {} ms", digits(samples.median()), digits(samples.percentile(95)))
    };
    let rate = |samples: &Samples| samples.spread("MB/s");
    let mut figures =
        beside_each("connect + first byte, p50 of 50", &connects, latency, "≤ 0.6×", |it| it <= 0.6);
    figures.extend(beside_each("one stream of 100 MB", &single, rate, "≥ 1.2×", |it| it >= 1.2));
    figures
        .extend(beside_each("eight streams of 100 MB at once", &several, rate, "≥ 1.5×", |it| it >= 1.5));
    Ok(figures)
}

/// nhd's samples, which are the first, beside those of each other way. The aim is for what is beside kubectl.
fn beside_each(
    what: &'static str,
    samples: &[Samples],
    shown: impl Fn(&Samples) -> String,
    aim: &'static str,
    reached: impl Fn(f64) -> bool,
) -> Vec<Figure> {
    let beside = |(name, peer): (&str, &Samples)| {
        let ratio = samples[0].median() / peer.median();
        let figure = Figure::new(what, shown(&samples[0]));
        let figure = figure.beside(format!("{name} {}", shown(peer)), ratio);
        if name == "kubectl" { figure.aiming(aim, reached(ratio)) } else { figure }
    };
    ["kube-rs", "kubectl"].into_iter().zip(&samples[1..]).map(beside).collect()
}

/// Megabytes a second, of all streams together.
async fn rate(way: &Way, streams: usize) -> Result<f64> {
    let began = Instant::now();
    try_join_all((0..streams).map(|_| way.fetch("/big", MEGABYTES * 1_000_000))).await?;
    Ok((streams * MEGABYTES) as f64 / began.elapsed().as_secs_f64())
}

/// Has the dev container serve a small and a large file over HTTP.
fn serve() -> String {
    format!(
        "mkdir /tmp/www && echo small >/tmp/www/index.html && \
         dd if=/dev/zero of=/tmp/www/big bs=1000000 count={MEGABYTES} && httpd -p {PORT} -h /tmp/www"
    )
}

/// Waits until every way leads to the whole file.
async fn until_served(ways: &[Way]) -> Result<()> {
    let deadline = Instant::now() + LIMIT;
    for way in ways {
        while let Err(error) = way.fetch("/big", MEGABYTES * 1_000_000).await {
            if Instant::now() > deadline {
                return Err(error.context("the pod does not serve"));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    Ok(())
}

async fn start_kubectl(
    program: &Path,
    kubeconfig: &Path,
    (namespace, pod, port): (&Namespace, &str, u16),
    log: PathBuf,
) -> Result<(Process, u16)> {
    let kubeconfig = kubeconfig.display().to_string();
    let (pod, port) = (format!("pod/{pod}"), format!(":{port}"));
    let arguments =
        ["--kubeconfig", &kubeconfig, "-n", namespace.name(), "port-forward", "--address", "127.0.0.1"];
    let arguments = arguments.into_iter().chain([pod.as_str(), port.as_str()]);
    let process = Process::start("kubectl", log.clone(), program, arguments)?;
    let deadline = Instant::now() + LIMIT;
    loop {
        let text = std::fs::read_to_string(&log)?;
        let listening = text.lines().find_map(|line| line.strip_prefix("Forwarding from 127.0.0.1:"));
        let port = listening.and_then(|line| line.split(' ').next()?.parse().ok());
        if let Some(port) = port {
            return Ok((process, port));
        }
        if process.ended().is_some() || Instant::now() > deadline {
            bail!("kubectl does not forward: {text}");
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
