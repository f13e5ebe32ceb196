//! How fast a forward is: nhd's own, kube-rs's, and kubectl's where it is installed, in turns against the same pod.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use k8s_openapi::api::core::v1::Pod;
use kube::Api;
use kube::api::PostParams;
use kube::runtime::conditions::is_pod_running;
use kube::runtime::wait::await_condition;
use nhd::cluster::ClusterAddress;
use nhd::forward::{self, ANY_LOCAL_PORT, Forward, PodTarget, Route};
use serde_json::json;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::figures::{Figure, Samples, digits};
use crate::cluster::APP_PORT;
use crate::namespace::Namespace;
use crate::process::{Process, on_path};
use crate::shared::SharedCluster;

const CONNECTIONS: usize = 50;
const STREAMS: usize = 5;
const MEGABYTES: usize = 100;
const LIMIT: Duration = Duration::from_secs(60);
const POD: &str = "server";

pub async fn measure(cluster: &SharedCluster) -> Result<Vec<Figure>> {
    let client = cluster.client().await?;
    let namespace = Namespace::create(&client, "bench-forward").await?;
    let pods: Api<Pod> = Api::namespaced(client.clone(), namespace.name());
    let uid = serve(&pods).await?;
    let folder = tempfile::tempdir()?;
    let target = PodTarget { namespace: namespace.name().to_owned(), pod: POD.to_owned(), uid };
    let own = Own::start(cluster, target).await?;
    let mut ways = vec![Way::Local(own.forward.local_port()), Way::KubeRs(Box::new(pods))];
    let mut kubectl = None;
    if let Some(program) = on_path("kubectl") {
        let (process, port) =
            start_kubectl(&program, cluster.kubeconfig(), &namespace, folder.path()).await?;
        kubectl = Some(process);
        ways.push(Way::Local(port));
    }
    until_served(&ways).await?;
    let figures = compare(&ways).await?;
    drop(kubectl);
    own.forward.stop().await;
    namespace.delete(&client).await?;
    Ok(figures)
}

/// nhd's forward, with the client that the daemon would make.
struct Own {
    forward: Forward,
    /// Kept, since a forward ends with who tells it where to lead.
    _target: watch::Sender<Option<PodTarget>>,
}

impl Own {
    async fn start(cluster: &SharedCluster, target: PodTarget) -> Result<Self> {
        let address = ClusterAddress {
            kubeconfig: vec![cluster.kubeconfig().to_owned()],
            context: None,
            environment: Default::default(),
        };
        let (sender, target) = watch::channel(Some(target));
        let route = Route {
            target,
            remote_port: APP_PORT,
            await_listener: false,
            local: ANY_LOCAL_PORT,
            shutdown: CancellationToken::new(),
            tracker: TaskTracker::new(),
        };
        let forward = forward::start(address.connect().await?.client, route).await?;
        Ok(Self { forward, _target: sender })
    }
}

/// A way into the pod.
enum Way {
    /// Through a local port that somebody listens on.
    Local(u16),
    KubeRs(Box<Api<Pod>>),
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
            Self::KubeRs(pods) => {
                let mut forward = pods.portforward(POD, &[APP_PORT]).await?;
                let mut stream = forward.take_stream(APP_PORT).context("a stream for the port")?;
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

async fn compare(ways: &[Way]) -> Result<Vec<Figure>> {
    let mut connects = vec![Samples::default(); ways.len()];
    let mut streams = connects.clone();
    for _ in 0..CONNECTIONS {
        for (way, samples) in ways.iter().zip(&mut connects) {
            samples.add(way.fetch("/", 1).await?);
        }
    }
    for _ in 0..STREAMS {
        for (way, samples) in ways.iter().zip(&mut streams) {
            let took = way.fetch("/big", MEGABYTES * 1_000_000).await?;
            samples.add_number(MEGABYTES as f64 / took.as_secs_f64());
        }
    }
    let latency = |samples: &Samples| {
        format!("{} ms, p95 {} ms", digits(samples.median()), digits(samples.percentile(95)))
    };
    let names = [
        ("kube-rs", "connect + first byte, p50 of 50", "one stream of 100 MB"),
        ("kubectl", "  the same", "  the same"),
    ];
    let mut figures = Vec::new();
    for ((name, what, _), peer) in names.into_iter().zip(&connects[1..]) {
        let ratio = connects[0].median() / peer.median();
        let figure = Figure::new(what, latency(&connects[0]));
        figures.push(figure.beside(format!("{name} {}", latency(peer)), ratio));
    }
    for ((name, _, what), peer) in names.into_iter().zip(&streams[1..]) {
        let ratio = streams[0].median() / peer.median();
        let figure = Figure::new(what, streams[0].spread("MB/s"));
        figures.push(figure.beside(format!("{name} {}", peer.spread("MB/s")), ratio));
    }
    Ok(figures)
}

/// Makes a pod that serves a small and a large file over HTTP.
async fn serve(pods: &Api<Pod>) -> Result<String> {
    let serve = format!(
        "dd if=/dev/zero of=/www/big bs=1000000 count={MEGABYTES} && exec httpd -f -p {APP_PORT} -h /www"
    );
    let pod: Pod = serde_json::from_value(json!({
        "metadata": {"name": POD},
        "spec": {"terminationGracePeriodSeconds": 1, "containers": [{
            "name": "app",
            "image": "nhd-tests/app:1",
            "imagePullPolicy": "IfNotPresent",
            "command": ["/bin/sh", "-c", serve],
        }]},
    }))?;
    let made = pods.create(&PostParams::default(), &pod).await?;
    tokio::time::timeout(LIMIT, await_condition(pods.clone(), POD, is_pod_running())).await??;
    made.metadata.uid.context("a uid")
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
    namespace: &Namespace,
    folder: &Path,
) -> Result<(Process, u16)> {
    let log = folder.join("kubectl.log");
    let kubeconfig = kubeconfig.display().to_string();
    let (pod, port) = (format!("pod/{POD}"), format!(":{APP_PORT}"));
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
