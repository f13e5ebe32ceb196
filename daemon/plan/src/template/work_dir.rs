//! The folder that is synchronised: where it may be, and which volume holds it.
//!
//! A sync can overwrite and delete, so a volume with data of its own is never what the sidecar sees at the work dir.

use serde_json::Value;

use super::mounts::{Mount, UNKNOWN_KIND, contains, is_read_only, kind, mounts};
use crate::PlanError;
use crate::names::{SECRET_MOUNT, SYNCTHING_HOME};
use crate::warning;

/// Folders that a mount would take away from both images: neither they nor what lies in them can be the work dir.
const SYSTEM: [&str; 16] = [
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/proc",
    "/sys",
    "/dev",
    "/usr/bin",
    "/usr/sbin",
    "/usr/lib",
    "/usr/lib64",
    "/usr/local/bin",
    "/run/secrets",
    "/var/run",
    SYNCTHING_HOME,
];
/// Folders with much more in them than a work dir; a folder inside can be one.
const PARENTS: [&str; 9] =
    ["/etc", "/home", "/opt", "/run", "/usr", "/usr/local", "/usr/share", "/var", "/var/lib"];

/// Whether a volume may be mounted at `work_dir` in both containers at all.
pub(super) fn check(work_dir: &str) -> Result<(), PlanError> {
    let reason = if !work_dir.starts_with('/') {
        "it is not an absolute path"
    } else if work_dir == "/" {
        "it is the root of the file system"
    } else if work_dir.contains(':') {
        "the Kubernetes API allows no colon in a mount path"
    } else if work_dir[1..].split('/').any(|part| matches!(part, "" | "." | "..")) {
        "it is not a clean path: it has an empty part, \".\" or \"..\""
    } else if SYSTEM.iter().any(|system| contains(system, work_dir)) {
        "it belongs to the system or to the sidecar"
    } else if PARENTS.contains(&work_dir) {
        "it would hide what the image has there"
    } else {
        return Ok(());
    };
    Err(PlanError::InvalidWorkDir { work_dir: work_dir.to_owned(), reason })
}

/// Kinds of volume with data that a user may choose to sync over. A StatefulSet's own claims are not among the
/// template's volumes.
const FORCEABLE: [&str; 3] = ["persistentVolumeClaim", "hostPath", UNKNOWN_KIND];

/// The volume that `container` already mounts at `work_dir`, to be shared with the sidecar: an emptyDir or, `forced`,
/// one with data of its own. `None` where nothing is mounted and a new volume can be. Anything else there is refused.
pub(super) fn shared_volume(
    pod_spec: &Value,
    container: &Value,
    work_dir: &str,
    forced: bool,
    warnings: &mut Vec<String>,
) -> Result<Option<String>, PlanError> {
    for taken in [SYNCTHING_HOME, SECRET_MOUNT] {
        if mounts(container).any(|mount| mount.path == taken) {
            return Err(PlanError::NameTaken { what: format!("a mount at {taken}") });
        }
        refuse_inside_read_only(pod_spec, container, taken)?;
    }
    for inner in mounts(container).filter(|mount| mount.path != work_dir && contains(work_dir, mount.path)) {
        let Mount { volume, path, .. } = inner;
        warnings.push(warning::filled(warning::NOT_SYNCED, &[&path, &volume]));
    }
    if let Some(mount) = mounts(container).find(|mount| mount.path == work_dir) {
        return share(pod_spec, &mount, work_dir, forced, warnings).map(Some);
    }
    if let Some(outer) = refuse_inside_read_only(pod_spec, container, work_dir)?
        && kind(pod_spec, outer.volume) != "emptyDir"
    {
        warnings.push(warning::filled(warning::FOLDER_MADE, &[&work_dir, &outer.volume, &outer.path]));
    }
    Ok(None)
}

/// The volume that is mounted at the work dir itself, if the sidecar may have it too.
fn share(
    pod_spec: &Value,
    mount: &Mount<'_>,
    work_dir: &str,
    forced: bool,
    warnings: &mut Vec<String>,
) -> Result<String, PlanError> {
    let volume = mount.volume.to_owned();
    let kind = match kind(pod_spec, mount.volume) {
        "emptyDir" if mount.read_only => "an emptyDir, read-only",
        "emptyDir" if mount.partial => "a folder of an emptyDir",
        "emptyDir" => return Ok(volume),
        other => other,
    };
    if !forced || !may_be_forced(pod_spec, mount) {
        return Err(PlanError::WorkDirMounted {
            work_dir: work_dir.to_owned(),
            volume,
            kind: kind.to_owned(),
        });
    }
    warnings.push(warning::filled(warning::FILES_OVERWRITTEN, &[&volume]));
    Ok(volume)
}

fn may_be_forced(pod_spec: &Value, mount: &Mount<'_>) -> bool {
    let written = !mount.read_only && !is_read_only(pod_spec, mount.volume);
    written && !mount.partial && FORCEABLE.contains(&kind(pod_spec, mount.volume))
}

/// The mount that `path` lies in, if there is one. The runtime makes the folder for a mount inside another, which
/// fails in a read-only one.
pub(super) fn refuse_inside_read_only<'a>(
    pod_spec: &Value,
    container: &'a Value,
    path: &str,
) -> Result<Option<Mount<'a>>, PlanError> {
    let outer = mounts(container)
        .filter(|mount| mount.path != path && contains(mount.path, path))
        .max_by_key(|mount| mount.path.len());
    match outer {
        Some(mount) if mount.read_only || is_read_only(pod_spec, mount.volume) => {
            Err(PlanError::InsideReadOnlyMount {
                path: path.to_owned(),
                volume: mount.volume.to_owned(),
                mount_path: mount.path.to_owned(),
            })
        }
        outer => Ok(outer),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::samples::yaml;

    #[test]
    fn a_work_dir_is_a_clean_absolute_folder_of_its_own() {
        for good in
            ["/home/nocalhost-dev", "/app", "/usr/src/app", "/opt/app", "/root/work", "/binary", "/etc/nginx"]
        {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for bad in [
            "",
            "app",
            "./app",
            "/",
            "//",
            "/app/",
            "/app//src",
            "/app/../etc",
            "/app/.",
            "/a:b",
            "/bin",
            "/bin/sh",
            "/usr",
            "/usr/bin",
            "/usr/lib/node_modules",
            "/etc",
            "/home",
            "/proc/self",
            "/var",
            "/var/syncthing",
            "/var/syncthing/secret",
            "/var/run/secrets/kubernetes.io",
            "/dev/shm",
        ] {
            assert!(matches!(check(bad), Err(PlanError::InvalidWorkDir { .. })), "{bad}");
        }
    }

    const WORK_DIR: &str = "/work/src";

    /// The mounts are of a container whose pod has one volume of several kinds each.
    fn shared(mounts: &str) -> (Result<Option<String>, PlanError>, Vec<String>) {
        let mut warnings = Vec::new();
        let found = shared_volume(&pod_spec(), &yaml(mounts), WORK_DIR, false, &mut warnings);
        (found, warnings)
    }

    fn pod_spec() -> Value {
        yaml(
            "
            volumes:
              - {name: scratch, emptyDir: {}}
              - {name: claim, persistentVolumeClaim: {claimName: c}}
              - {name: node, hostPath: {path: /x}}
              - {name: settings, configMap: {name: c}}
              - {name: frozen, persistentVolumeClaim: {claimName: c, readOnly: true}}
              - {name: own, ephemeral: {}}",
        )
    }

    #[test]
    fn an_empty_dir_at_the_work_dir_is_shared() {
        for path in ["/work/src", "/work/src/"] {
            let mounts = format!("volumeMounts: [{{name: scratch, mountPath: {path}}}]");
            assert_eq!(shared(&mounts), (Ok(Some("scratch".to_owned())), vec![]));
        }
    }

    #[test]
    fn nothing_at_the_work_dir_means_a_new_volume() {
        for mounts in [
            "{}",
            "volumeMounts: [{name: claim, mountPath: /data}]",
            "volumeMounts: [{name: claim, mountPath: /work/src2}]",
            "volumeMounts: [{name: scratch, mountPath: /work}]",
        ] {
            assert_eq!(shared(mounts), (Ok(None), vec![]), "{mounts}");
        }
    }

    #[test]
    fn data_at_the_work_dir_is_refused() {
        for (mount, kind) in [
            ("volumeMounts: [{name: claim, mountPath: /work/src}]", "persistentVolumeClaim"),
            ("volumeMounts: [{name: claim, mountPath: /work/src/}]", "persistentVolumeClaim"),
            ("volumeMounts: [{name: node, mountPath: /work/src}]", "hostPath"),
            ("volumeMounts: [{name: settings, mountPath: /work/src}]", "configMap"),
            ("volumeMounts: [{name: own, mountPath: /work/src}]", "ephemeral"),
            ("volumeMounts: [{name: missing, mountPath: /work/src}]", "unknown volume"),
            (
                "volumeMounts: [{name: scratch, mountPath: /work/src, readOnly: true}]",
                "an emptyDir, read-only",
            ),
            ("volumeMounts: [{name: scratch, mountPath: /work/src, subPath: a}]", "a folder of an emptyDir"),
            (
                "volumeMounts: [{name: scratch, mountPath: /work/src, subPathExpr: $(A)}]",
                "a folder of an emptyDir",
            ),
            ("volumeDevices: [{name: claim, devicePath: /work/src}]", "persistentVolumeClaim"),
        ] {
            match shared(mount).0 {
                Err(PlanError::WorkDirMounted { kind: found, .. }) => assert_eq!(found, kind, "{mount}"),
                other => panic!("{mount}: {other:?}"),
            }
        }
    }

    #[test]
    fn only_what_is_mounted_whole_and_writable_can_be_forced() {
        let forced = |mounts: &str| {
            let mut warnings = Vec::new();
            shared_volume(&pod_spec(), &yaml(mounts), WORK_DIR, true, &mut warnings)
                .map(|found| (found, warnings))
        };
        for volume in ["claim", "node", "of-a-stateful-set"] {
            let mounts = format!("volumeMounts: [{{name: {volume}, mountPath: /work/src}}]");
            let (found, warnings) = forced(&mounts).unwrap();
            assert_eq!(found.as_deref(), Some(volume));
            assert!(warnings[0].contains(volume), "{warnings:?}");
        }
        for mounts in [
            "volumeMounts: [{name: claim, mountPath: /work/src, readOnly: true}]",
            "volumeMounts: [{name: claim, mountPath: /work/src, subPath: a}]",
            "volumeMounts: [{name: frozen, mountPath: /work/src}]",
            "volumeMounts: [{name: settings, mountPath: /work/src}]",
            "volumeMounts: [{name: scratch, mountPath: /work/src, subPath: a}]",
            "volumeDevices: [{name: claim, devicePath: /work/src}]",
        ] {
            assert!(matches!(forced(mounts), Err(PlanError::WorkDirMounted { .. })), "{mounts}");
        }
    }

    #[test]
    fn a_read_only_mount_around_one_of_ours_is_refused() {
        for mounts in [
            "volumeMounts: [{name: settings, mountPath: /work}]",
            "volumeMounts: [{name: claim, mountPath: /work, readOnly: true}]",
            "volumeMounts: [{name: frozen, mountPath: /work}]",
            "volumeMounts: [{name: claim, mountPath: /var, readOnly: true}]",
        ] {
            assert!(matches!(shared(mounts).0, Err(PlanError::InsideReadOnlyMount { .. })), "{mounts}");
        }
        let nearest_is_writable =
            "volumeMounts: [{name: settings, mountPath: /work}, {name: scratch, mountPath: /work/src}]";
        assert!(shared(nearest_is_writable).0.is_ok());
        let container = yaml(nearest_is_writable);
        let outer = refuse_inside_read_only(&pod_spec(), &container, "/work/src/app").unwrap();
        assert_eq!(outer.unwrap().path, "/work/src");
    }

    #[test]
    fn mounts_that_nest_are_told() {
        for (mounts, warning) in [
            (
                "volumeMounts: [{name: claim, mountPath: /work/src/data}]",
                "/work/src/data (claim) lies in the work dir and is not synchronised",
            ),
            (
                "volumeMounts: [{name: claim, mountPath: /work}]",
                "an empty folder /work/src is made in claim (/work)",
            ),
        ] {
            assert_eq!(shared(mounts), (Ok(None), vec![warning.to_owned()]));
        }
    }
}
