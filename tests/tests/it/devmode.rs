//! DevMode of a Deployment from start to end: files arrive, the workload comes back untouched.

use std::os::unix::fs::PermissionsExt as _;

use anyhow::{Context, Result, ensure};
use nhd_protocol::session::{Phase, SessionStatus};
use nhd_tests::laptop::Laptop;
use nhd_tests::namespace::Namespace;
use nhd_tests::workload::{Workload, app};

use crate::shared_cluster;

fn pod_of(status: &SessionStatus) -> Result<&str> {
    status.pod.as_ref().and_then(|pod| pod.name.as_deref()).context("a pod")
}

#[tokio::test]
async fn what_is_saved_arrives_and_the_workload_comes_back_as_it_was() -> Result<()> {
    let cluster = shared_cluster().await;
    let client = cluster.client().await?;
    let namespace = Namespace::create(&client, "devmode").await?;
    let workload = Workload::create(&client, namespace.name(), app("reviews")).await?;
    let before = workload.portrait().await?;
    let mut laptop = Laptop::new(cluster.kubeconfig())?;
    laptop.save("first.txt", "there from the start")?;
    let nhd = laptop.start_daemon().await?;

    let status = laptop.start_synced(&nhd, laptop.start_params(namespace.name(), "reviews")).await?;
    ensure!(status.phase == Phase::Synced, "{status:?}");
    let pod = pod_of(&status)?;
    workload.prints(pod, "cat first.txt", "there from the start").await?;
    every_kind_of_change_arrives(&laptop, &workload, pod).await?;
    ensure!(workload.live_pods().await?.len() == 1, "only the dev pod is left");

    let ended = laptop.end(&nhd, &status.session).await?;
    ensure!(ended.phase == Phase::Ended, "{ended:?}");
    workload.assert_restored(&before).await?;
    ensure!(laptop.processes()?.is_empty(), "still running: {:?}", laptop.processes()?);
    ensure!(laptop.source().join("first.txt").exists(), "the local files stay");
    laptop.stop_daemon().await?;
    namespace.delete(&client).await
}

async fn every_kind_of_change_arrives(laptop: &Laptop, workload: &Workload, pod: &str) -> Result<()> {
    let source = laptop.source();
    laptop.save("saved.txt", "one")?;
    workload.prints(pod, "cat saved.txt", "one").await?;
    laptop.save("saved.txt", "two")?;
    workload.prints(pod, "cat saved.txt", "two").await?;
    std::fs::rename(source.join("saved.txt"), source.join("renamed.txt"))?;
    workload.prints(pod, "cat renamed.txt; ls saved.txt 2>/dev/null | wc -l", "two0").await?;
    std::fs::remove_file(source.join("renamed.txt"))?;
    workload.prints(pod, "ls renamed.txt 2>/dev/null | wc -l", "0").await?;
    for number in 0..1_000 {
        laptop.save(&format!("many/{:02}/{number}.txt", number % 20), &number.to_string())?;
    }
    workload.prints(pod, "find many -type f | wc -l", "1000").await?;
    laptop.save("run.sh", "#!/bin/sh\necho ran")?;
    std::fs::set_permissions(source.join("run.sh"), std::fs::Permissions::from_mode(0o755))?;
    workload.prints(pod, "./run.sh", "ran").await?;
    std::os::unix::fs::symlink("run.sh", source.join("link.sh"))?;
    workload.prints(pod, "readlink link.sh", "run.sh").await?;
    workload.prints(pod, "ls -a | grep -c -e stfolder -e stignore", "0").await
}
