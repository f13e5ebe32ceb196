//! The main job for a newcomer, shown with the commands that do it.
#![expect(clippy::print_stdout, reason = "a demonstration speaks to who runs it")]

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use clap::Parser;
use k8s_openapi::api::core::v1::{Namespace as NamespaceObject, Pod};
use kube::api::AttachParams;
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Api, Client};
use nhd_tests::cluster::{Cluster, StartOptions};
use nhd_tests::namespace::Namespace;
use nhd_tests::process::{end_processes_naming, show};
use nhd_tests::workload::{Portrait, Workload, app};
use serde_json::json;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};

/// A cluster that does not answer within this is none.
const REACHABLE: Duration = Duration::from_secs(4);

const NAME: &str = "reviews";

#[derive(Parser)]
struct Arguments {
    /// The nhd-cli to show.
    cli: PathBuf,
    /// The workload's image and the dev image, for a cluster of yours without a registry.
    #[arg(num_args = 2, value_names = ["APP", "DEV"])]
    images: Vec<String>,
}

/// Where the demonstration takes place.
struct Stage {
    /// The cluster that was started for it; `None` on the user's own.
    own: Option<Cluster>,
    kubeconfig: Option<PathBuf>,
    client: Client,
    images: Images,
}

struct Images {
    app: String,
    dev: String,
}

#[tokio::main]
async fn main() -> Result<()> {
    let Arguments { cli, images } = Arguments::parse();
    let stage = Stage::set(&images).await?;
    let namespace = Namespace::create(&stage.client, "nhd-demo").await?;
    let home = TempDir::with_prefix("nhd-demo-")?;
    let shown = tokio::select! {
        shown = demonstrate(&stage, &namespace, &cli, home.path()) => shown,
        _ = tokio::signal::ctrl_c() => Err(anyhow::anyhow!("interrupted")),
    };
    // Also after a failure nothing is left: the session first, then the daemon, then the namespace.
    let mut left = Vec::new();
    for words in [&["end", "--all"][..], &["daemon", "stop"]] {
        left.extend(command(&stage, &cli, home.path(), words, false).err());
    }
    end_processes_naming(home.path());
    namespace.delete(&stage.client).await?;
    if let Some(own) = stage.own {
        own.stop().await?;
    }
    shown?;
    ensure!(left.is_empty(), "could not clean up: {left:?}");
    Ok(())
}

impl Images {
    fn of(app: &str, dev: &str) -> Self {
        Self { app: app.to_owned(), dev: dev.to_owned() }
    }
}

impl Stage {
    /// The user's cluster if there is one that answers, otherwise one of our own.
    async fn set(images: &[String]) -> Result<Self> {
        if let Some((context, client)) = reachable().await {
            println!("using your cluster, context {context}");
            let images = match images {
                [app, dev] => Images { app: app.clone(), dev: dev.clone() },
                _ => Images::of("docker.io/library/busybox:1.36", "docker.io/library/busybox:1.36"),
            };
            return Ok(Self { own: None, kubeconfig: None, client, images });
        }
        println!("no cluster answers: starting one on this machine");
        let began = Instant::now();
        let own = Cluster::start(StartOptions::default()).await?;
        println!("a Kubernetes node is ready after {:.1} s", began.elapsed().as_secs_f32());
        let client = own.client().await?;
        let kubeconfig = Some(own.kubeconfig().to_path_buf());
        let images = Images::of("nhd-tests/app:1", "nhd-tests/dev:1");
        Ok(Self { own: Some(own), kubeconfig, client, images })
    }
}

async fn reachable() -> Option<(String, Client)> {
    let kubeconfig = Kubeconfig::read().ok()?;
    let context = kubeconfig.current_context.clone()?;
    let options = KubeConfigOptions::default();
    let config = kube::Config::from_custom_kubeconfig(kubeconfig, &options).await.ok()?;
    let client = Client::try_from(config).ok()?;
    let asked = Api::<NamespaceObject>::all(client.clone());
    let answered = tokio::time::timeout(REACHABLE, asked.get("default")).await;
    matches!(answered, Ok(Ok(_))).then_some((context, client))
}

async fn demonstrate(stage: &Stage, namespace: &Namespace, cli: &Path, home: &Path) -> Result<()> {
    let mut manifest = app(NAME);
    let container = &mut manifest["spec"]["template"]["spec"]["containers"][0];
    container["image"] = json!(stage.images.app);
    if stage.own.is_none() {
        container["command"] = json!(["httpd", "-f", "-p", "9080"]);
    }
    let workload = Workload::create(&stage.client, namespace.name(), manifest).await?;
    let before = workload.portrait().await?;
    println!("deployed {NAME} in namespace {}\n", namespace.name());

    let source = home.join("source");
    std::fs::create_dir(&source)?;
    std::fs::write(source.join("README"), "the source code of reviews\n")?;
    let source_text = source.display().to_string();
    let (deployment, image) = (format!("deployment/{NAME}"), &*stage.images.dev);
    let start = ["start", &deployment, "-n", namespace.name(), "--image", image, "--source", &source_text];
    command(stage, cli, home, &start, true)?;
    save_and_see(&workload, &source).await?;
    command(stage, cli, home, &["status"], true)?;
    command(stage, cli, home, &["end", &deployment, "-n", namespace.name()], true)?;
    as_before(&workload, &before).await
}

/// Saves a file here and waits for a shell in the pod to see it.
async fn save_and_see(workload: &Workload, source: &Path) -> Result<()> {
    let pods = workload.live_pods().await?;
    let pod: &Pod = pods.first().context("a dev pod")?;
    let name = pod.metadata.name.as_deref().context("a name")?;
    let script = "echo waiting; while [ ! -s saved.txt ]; do usleep 200; done; cat saved.txt";
    let params = AttachParams::default().container("nocalhost-dev").stderr(false);
    let mut shell = workload.pods().exec(name, ["/bin/sh", "-c", script], &params).await?;
    let mut lines = BufReader::new(shell.stdout().context("has an output")?).lines();
    ensure!(lines.next_line().await?.as_deref() == Some("waiting"), "the shell in the pod does not answer");
    let began = Instant::now();
    std::fs::write(source.join("saved.txt"), "hello from the laptop\n")?;
    let seen = lines.next_line().await?.context("the file is seen in the pod")?;
    let took = began.elapsed();
    println!(
        "\nsaved saved.txt here; a shell in pod {name} read «{seen}» {:.1} ms later\n",
        took.as_secs_f64() * 1e3
    );
    Ok(())
}

async fn as_before(workload: &Workload, before: &Portrait) -> Result<()> {
    workload.assert_restored(before).await?;
    println!("\nthe manifest is as before, uid {} included", before.uid);
    Ok(())
}

/// Runs nhd-cli as a user would and shows what it prints.
fn command(stage: &Stage, cli: &Path, home: &Path, words: &[&str], said: bool) -> Result<()> {
    let mut environment: BTreeMap<String, OsString> = BTreeMap::new();
    environment.insert("NHD_HOME".to_owned(), home.join("home").into());
    if let Some(kubeconfig) = &stage.kubeconfig {
        environment.insert("KUBECONFIG".to_owned(), kubeconfig.into());
    }
    if said {
        println!("$ nhd-cli {}", words.join(" "));
    }
    show(cli, words, &environment, said)
}
