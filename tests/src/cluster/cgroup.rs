//! One control group for all pods of a cluster, in every hierarchy: two kubelets that share a group take each
//! other's pods for orphans and kill them. It does not know what runs in it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

const MOUNT: &str = "/sys/fs/cgroup";

/// The group's path as the kubelet's configuration wants it.
pub(super) fn name(id: &str) -> String {
    format!("/nhd-tests-{id}")
}

/// Makes the group; the kubelet refuses a root group that does not exist.
pub(super) fn create(id: &str) -> Result<()> {
    for hierarchy in hierarchies() {
        let folder = hierarchy.join(&name(id)[1..]);
        fs::create_dir_all(&folder).with_context(|| format!("make the control group {folder:?}"))?;
    }
    let unified = Path::new(MOUNT);
    if let Ok(controllers) = fs::read_to_string(unified.join("cgroup.controllers")) {
        // On cgroup v2 a child has only what its parent hands down. One write each: an unknown one fails alone.
        for controller in controllers.split_whitespace() {
            let _ = fs::write(unified.join("cgroup.subtree_control"), format!("+{controller}"));
        }
    }
    Ok(())
}

/// Removes the group and those below it; false while processes are still in them.
pub(super) fn remove(id: &str) -> bool {
    // Every hierarchy gets its turn, also after one that is still in use.
    let removed: Vec<bool> =
        hierarchies().iter().map(|hierarchy| remove_tree(&hierarchy.join(&name(id)[1..]))).collect();
    removed.into_iter().all(|removed| removed)
}

/// The mount itself on cgroup v2, else every hierarchy below it.
fn hierarchies() -> Vec<PathBuf> {
    let mount = Path::new(MOUNT);
    if mount.join("cgroup.procs").exists() {
        return vec![mount.to_owned()];
    }
    // Links (cpu -> cpu,cpuacct) name the same hierarchy twice, which is harmless.
    fs::read_dir(mount)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.join("cgroup.procs").exists())
        .collect()
}

fn remove_tree(folder: &Path) -> bool {
    // The files of a group vanish with its folder; only folders have to be removed, the innermost first.
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            remove_tree(&entry.path());
        }
    }
    let _ = fs::remove_dir(folder);
    !folder.exists()
}
