//! The first sync of a real pod: it begins as soon as the sidecar answers, and what it brings is what is here.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, ensure};
use kube::api::AttachParams;
use nhd_protocol::methods::Start;
use nhd_protocol::session::{Phase, StartParams};
use nhd_protocol::sync::SyncState;
use nhd_protocol::workload::WorkloadKind;
use nhd_tests::process::run;
use nhd_tests::stage::{Stage, pod_of};
use nhd_tests::workload::app_of;
use tokio::io::AsyncReadExt as _;

use crate::shared_cluster;

/// Names, kinds, modes, targets of links, times and contents of all that is in the working directory, by busybox on both
/// sides. A folder's size and time are not the user's, nor is the time of a link.
const PORTRAIT: &str = "export TZ=UTC; find . | sort | tail -n +2 | while IFS= read -r name; do \
    if [ -L \"$name\" ]; then stat -c '%A %N' \"$name\"; \
    elif [ -d \"$name\" ]; then stat -c '%A %n' \"$name\"; \
    else stat -c '%A %s %y %n' \"$name\"; sha256sum <\"$name\"; fi; done";

/// An image that nobody has. What the kubelet does about it leaves the sidecar alone.
const NO_IMAGE: &str = "nhd-tests/none:1";

#[tokio::test]
async fn files_are_there_as_they_are_here_before_the_dev_container_is() -> Result<()> {
    for kind in WorkloadKind::ALL {
        before_the_dev_container(kind).await.with_context(|| kind.to_string())?;
    }
    Ok(())
}

async fn before_the_dev_container(kind: WorkloadKind) -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "early", app_of(kind, "web")).await?;
    plant(&stage)?;
    let params = StartParams { image: Some(NO_IMAGE.to_owned()), ..stage.params() };
    let session = stage.nhd.call::<Start>(params).await?.session;
    let synced = |state: Option<SyncState>| state == Some(SyncState::InSync);
    let status = stage.until(&session, |it| synced(it.sync.as_ref().map(|sync| sync.state))).await?;
    let pod = status.pod.as_ref().context("a pod")?;
    ensure!(!pod.ready && status.phase == Phase::Starting, "{status:#?}");

    let here = run("busybox", ["sh", "-c", &format!("cd {:?} && {PORTRAIT}", stage.laptop.source())])?;
    let there = in_sidecar(&stage, pod_of(&status)?).await?;
    ensure!(here.lines().count() > 20, "{here}");
    ensure!(here == there, "here:\n{here}there:\n{there}");
    stage.end(&session).await?;
    stage.close().await
}

/// A tree with one of each of what a developer may have.
fn plant(stage: &Stage) -> Result<()> {
    let (save, source) = (|name: &str, text: &str| stage.laptop.save(name, text), stage.laptop.source());
    let odd =
        ["two words", "-dash", "quote'\"", "ünï ✓", "dollar $HOME", "back\\slash", "a*b?[c]", ".hidden"];
    for name in odd {
        save(&format!("odd/{name}"), name)?;
    }
    save("deep/er/and/deeper/file", "deep")?;
    save("run.sh", "#!/bin/sh\n")?;
    save("secret", "secret")?;
    save("empty file", "")?;
    save("large", &"0123456789abcdef".repeat(1 << 18))?;
    save("old", "old")?;
    for (name, mode) in [("run.sh", 0o755), ("secret", 0o600), ("old", 0o444), ("odd", 0o750)] {
        std::fs::set_permissions(source.join(name), PermissionsExt::from_mode(mode))?;
    }
    let long_ago = SystemTime::UNIX_EPOCH + Duration::new(1_000_000_000, 123_456_789);
    std::fs::File::open(source.join("old"))?.set_modified(long_ago)?;
    std::fs::create_dir(source.join("empty folder"))?;
    for (target, name) in
        [("run.sh", "link"), ("nowhere", "broken"), ("/etc/passwd", "outside"), ("deep", "to folder")]
    {
        symlink(target, source.join(Path::new(name)))?;
    }
    Ok(())
}

async fn in_sidecar(stage: &Stage, pod: &str) -> Result<String> {
    let params = AttachParams::default().container("nocalhost-sidecar").stdout(true).stderr(false);
    let mut process = stage.workload.pods().exec(pod, ["/bin/sh", "-c", PORTRAIT], &params).await?;
    let mut text = String::new();
    process.stdout().context("has an output")?.read_to_string(&mut text).await?;
    Ok(text)
}
