//! Puts new binaries in the place of those of an earlier version, under sessions of every kind.
#![expect(clippy::print_stdout, reason = "what was seen is for who runs it")]

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use clap::Parser;
use nhd_client::Client as Nhd;
use nhd_protocol::methods::List;
use nhd_protocol::session::{SessionSelector, WaitUntil};
use nhd_protocol::workload::WorkloadKind;
use nhd_tests::laptop::{CLIENT, DEV_IMAGE, Laptop};
use nhd_tests::namespace::Namespace;
use nhd_tests::process::tail;
use nhd_tests::shared::SharedCluster;
use nhd_tests::stage::pod_of;
use nhd_tests::workload::{Portrait, Workload, app_of};

#[derive(Parser)]
struct Arguments {
    /// The folder of the earlier version's binaries.
    old: PathBuf,
    /// The folder of this version's.
    new: PathBuf,
}

#[tokio::main]
async fn main() -> Result<()> {
    let Arguments { old, new } = Arguments::parse();
    let own = std::env::current_exe()?.with_file_name("nhd-test-cluster");
    let cluster = SharedCluster::start(&own.display().to_string()).await?;
    let client = cluster.client().await?;
    let namespace = Namespace::create(&client, "upgrade").await?;
    let laptop = Laptop::new(cluster.kubeconfig())?;
    let upgraded = upgrade(&laptop, &client, &namespace, &old, &new).await;
    let _ = said(&laptop, &new, &["end", "--all"]).await;
    let _ = said(&laptop, &new, &["daemon", "stop"]).await;
    namespace.delete(&client).await?;
    cluster.stop().await?;
    upgraded.with_context(|| tail(&laptop.log()))
}

async fn upgrade(
    laptop: &Laptop,
    client: &kube::Client,
    namespace: &Namespace,
    old: &Path,
    new: &Path,
) -> Result<()> {
    let mut workloads = Vec::new();
    for kind in WorkloadKind::ALL {
        // A Deployment would take a Pod of its labels for one of its own.
        let name = kind.as_str().to_lowercase();
        let workload = Workload::create(client, namespace.name(), app_of(kind, &name)).await?;
        let before = workload.portrait().await?;
        start(laptop, old, namespace, &workload).await.with_context(|| format!("start {kind}"))?;
        workloads.push((workload, before));
    }
    let began = Instant::now();
    said(laptop, new, &["daemon", "stop"]).await?;
    let hello = said(laptop, new, &["daemon", "start"]).await?;
    ensure!(hello.contains(env!("CARGO_PKG_VERSION")), "{hello}");
    let nhd = Nhd::connect(&laptop.paths(), CLIENT).await?;
    ensure!(sessions(&nhd).await?.len() == workloads.len(), "sessions were lost");
    for (workload, before) in &workloads {
        goes_on(laptop, &nhd, workload, before).await.with_context(|| workload.kind().to_string())?;
    }
    println!(
        "{} sessions of {} went on in {:.1} s",
        workloads.len(),
        old.display(),
        began.elapsed().as_secs_f32()
    );
    Ok(())
}

async fn start(laptop: &Laptop, old: &Path, namespace: &Namespace, workload: &Workload) -> Result<()> {
    let source = laptop.source().with_file_name(workload.kind().as_str());
    std::fs::create_dir_all(&source)?;
    std::fs::write(source.join("first.txt"), "first")?;
    let (target, source) = (format!("{}/{}", workload.kind(), workload.name()), source.display().to_string());
    let arguments = ["start", &target, "-n", namespace.name(), "--image", DEV_IMAGE, "--source", &source];
    said(laptop, old, &arguments).await.map(drop)
}

/// The session is synced, a save of now arrives, and its end gives the workload back.
async fn goes_on(laptop: &Laptop, nhd: &Nhd, workload: &Workload, before: &Portrait) -> Result<()> {
    let of_kind = |it: &(String, WorkloadKind)| it.1 == workload.kind();
    let (session, _) = sessions(nhd).await?.into_iter().find(of_kind).context("no session")?;
    let status = laptop.wait(nhd, &session, WaitUntil::Synced).await?;
    std::fs::write(Path::new(&status.source).join("first.txt"), "saved after the upgrade")?;
    workload.prints(pod_of(&status)?, "cat first.txt", "saved after the upgrade").await?;
    laptop.end(nhd, &session).await?;
    workload.assert_restored(before).await
}

async fn sessions(nhd: &Nhd) -> Result<Vec<(String, WorkloadKind)>> {
    let sessions = nhd.call::<List>(SessionSelector::default()).await?.sessions;
    Ok(sessions.into_iter().map(|it| (it.session, it.workload.kind)).collect())
}

async fn said(laptop: &Laptop, folder: &Path, arguments: &[&str]) -> Result<String> {
    let outcome = laptop.cli_of(folder.join("nhd-cli"), arguments).await?;
    ensure!(outcome.code == Some(0), "nhd-cli {arguments:?}: {}{}", outcome.stdout, outcome.stderr);
    Ok(outcome.stdout)
}
