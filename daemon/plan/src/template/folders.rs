//! The persistent folders of the dev container: which claim is mounted where, and which of them holds the work dir.

use serde_json::{Value, json};

use super::mounts::{contains, mounts};
use super::work_dir;
use crate::manifest::push;
use crate::names::{FOLDER_VOLUME, SHARED_VOLUME};
use crate::warning;
use crate::{FolderClaim, PlanError};

/// Whether each folder can be a mount of its own.
pub(super) fn check(pod_spec: &Value, container: &Value, claims: &[FolderClaim]) -> Result<(), PlanError> {
    for FolderClaim { path, .. } in claims {
        work_dir::check(path).map_err(|error| match error {
            PlanError::InvalidWorkDir { work_dir: path, reason } => PlanError::InvalidFolder { path, reason },
            other => other,
        })?;
        if let Some(mount) = mounts(container).find(|mount| mount.path == path) {
            return Err(PlanError::FolderMounted { path: path.clone(), volume: mount.volume.to_owned() });
        }
        work_dir::refuse_inside_read_only(pod_spec, container, path)?;
    }
    Ok(())
}

/// The persistent folders as the dev container mounts them.
#[derive(Debug)]
pub(super) struct Mounted {
    pub(super) claims: Vec<FolderClaim>,
    /// The one in which the work dir lies.
    home: Option<usize>,
    /// That one is the work dir itself.
    is_work_dir: bool,
}

impl Mounted {
    /// The work dir may be a persistent folder or lie in one, unless the container has a volume of its own there or
    /// between the two. One below the work dir is not synced.
    pub(super) fn of(
        container: &Value,
        claims: Vec<FolderClaim>,
        work_dir: &str,
        is_free: bool,
        warnings: &mut Vec<String>,
    ) -> Self {
        let around = |path: &str| contains(path, work_dir);
        let own = mounts(container).filter(|mount| around(mount.path)).map(|mount| mount.path.len()).max();
        let holds = |claim: &FolderClaim| {
            is_free && around(&claim.path) && own.is_none_or(|own| own < claim.path.len())
        };
        let holding = claims.iter().enumerate().filter(|(_, claim)| holds(claim));
        let home = holding.max_by_key(|(_, claim)| claim.path.len()).map(|(at, _)| at);
        for claim in claims.iter().filter(|claim| claim.path != work_dir && contains(work_dir, &claim.path)) {
            let volume = format!("volume claim {}", claim.name());
            warnings.push(warning::filled(warning::NOT_SYNCED, &[&claim.path, &volume]));
        }
        let is_work_dir = home.is_some_and(|at| claims[at].path == work_dir);
        let mounted = Self { claims, home, is_work_dir };
        if let Some(claim) = mounted.home() {
            warnings.push(warning::filled(warning::WORK_DIR_KEPT, &[&claim.name()]));
        }
        mounted
    }

    fn home(&self) -> Option<&FolderClaim> {
        self.claims.get(self.home?)
    }

    /// The pod's volume for a folder. What is synced is always in the one that Nocalhost has for it.
    fn volume(&self, at: usize) -> String {
        match self.home == Some(at) && self.is_work_dir {
            true => SHARED_VOLUME.to_owned(),
            false => format!("{FOLDER_VOLUME}{at}"),
        }
    }

    pub(super) fn hold_the_work_dir(&self) -> bool {
        self.home.is_some()
    }

    /// The work dir's mount in the sidecar, which sees no more of a persistent folder than that.
    pub(super) fn of_work_dir(&self, work_dir: &str) -> Option<Value> {
        let inner = work_dir.strip_prefix(self.home()?.path.as_str())?.trim_start_matches('/');
        let mut mount = json!({ "mountPath": work_dir, "name": self.volume(self.home?) });
        if !inner.is_empty() {
            mount["subPath"] = inner.into();
        }
        Some(mount)
    }

    pub(super) fn mount(&self, dev_container: &mut Value) {
        for (at, claim) in self.claims.iter().enumerate() {
            let mount = json!({ "mountPath": claim.path, "name": self.volume(at) });
            push(dev_container, "volumeMounts", mount);
        }
    }

    pub(super) fn add(&self, pod_spec: &mut Value) {
        for (at, claim) in self.claims.iter().enumerate() {
            let source = json!({ "claimName": claim.name() });
            let name = self.volume(at);
            push(pod_spec, "volumes", json!({ "name": name, "persistentVolumeClaim": source }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folder;
    use crate::template::{Developed, develop};
    use crate::tests::samples::{options, yaml};
    use crate::{DEV_CONTAINER, DevOptions, Folder, SIDECAR_CONTAINER};

    const WORK_DIR: &str = "/work/src";

    fn claims_of(paths: &[&str]) -> Vec<FolderClaim> {
        let origin = json!({"kind": "Deployment", "metadata": {"name": "web"}});
        let claim = |path: &&str| {
            let folder = Folder { path: (*path).to_owned(), capacity: "1Gi".to_owned() };
            folder::claim(&origin, "web", &folder, None)
        };
        paths.iter().map(claim).collect()
    }

    /// The mounts of work dir and folders, as `path=volume/subPath`, of the dev container and of the sidecar, the pod's
    /// volumes that are ours, and what is warned of.
    fn developed(paths: &[&str], own: &str) -> Result<[Vec<String>; 4], PlanError> {
        let pod_spec = format!(
            "{{volumes: [{{name: own, persistentVolumeClaim: {{claimName: own}}}}, {{name: fixed, configMap: {{}}}}, \
             {{name: empty, emptyDir: {{}}}}], containers: [{{name: web, volumeMounts: [{own}]}}]}}"
        );
        let mut template = json!({ "spec": yaml(&pod_spec) });
        let options = DevOptions { work_dir: WORK_DIR.to_owned(), ..options() };
        let mut warnings = Vec::new();
        let Developed { folders, .. } =
            develop(&mut template, |_| claims_of(paths), &options, &mut warnings)?;
        assert_eq!(folders, claims_of(paths));
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let of = |name: &str| -> Vec<String> {
            let containers = template["spec"]["containers"].as_array().expect("containers");
            let container = containers.iter().find(|it| it["name"] == name).expect("it is there");
            let mounts = container["volumeMounts"].as_array().expect("mounts").iter();
            let mounts = mounts.filter(|mount| !text(&mount["mountPath"]).starts_with("/var/syncthing"));
            let shown = |mount: &Value| {
                let sub = mount["subPath"].as_str().map(|it| format!("/{it}")).unwrap_or_default();
                format!("{}={}{sub}", text(&mount["mountPath"]), text(&mount["name"]))
            };
            mounts.map(shown).collect()
        };
        let volumes = template["spec"]["volumes"].as_array().expect("volumes").iter();
        let volumes =
            volumes.filter(|it| it["name"] == SHARED_VOLUME || text(&it["name"]).contains("folder"));
        let kind = |it: &Value| if it["emptyDir"].is_null() { "claim" } else { "emptyDir" };
        let volumes = volumes.map(|it| format!("{} {}", text(&it["name"]), kind(it))).collect();
        Ok([of(DEV_CONTAINER), of(SIDECAR_CONTAINER), volumes, warnings])
    }

    #[test]
    fn each_folder_is_a_mount_and_the_work_dir_lies_in_the_innermost_around_it() {
        let check =
            |paths: &[&str], own: &str, dev: &[&str], sidecar: &str, volumes: &[&str], warned: &[&str]| {
                let [found_dev, found_sidecar, found, warnings] =
                    developed(paths, own).expect("it can be made");
                assert_eq!(found_dev, dev, "{paths:?}");
                assert_eq!(found_sidecar, [sidecar], "{paths:?}");
                assert_eq!(found, volumes, "{paths:?}");
                let words: Vec<&str> = warnings
                    .iter()
                    .map(|it| if it.contains("not synchronised") { "below" } else { "kept" })
                    .collect();
                assert_eq!(words, warned, "{paths:?}: {warnings:?}");
            };
        let shared = "/work/src=nocalhost-shared-volume";
        let empty = "nocalhost-shared-volume emptyDir";
        check(&[], "", &[shared], shared, &[empty], &[]);
        check(
            &["/go"],
            "",
            &[shared, "/go=nocalhost-folder-0"],
            shared,
            &[empty, "nocalhost-folder-0 claim"],
            &[],
        );
        check(&["/work/src"], "", &[shared], shared, &["nocalhost-shared-volume claim"], &["kept"]);
        check(
            &["/work/src/cache", "/go"],
            "",
            &[shared, "/work/src/cache=nocalhost-folder-0", "/go=nocalhost-folder-1"],
            shared,
            &[empty, "nocalhost-folder-0 claim", "nocalhost-folder-1 claim"],
            &["below"],
        );
        check(
            &["/work"],
            "",
            &["/work=nocalhost-folder-0"],
            "/work/src=nocalhost-folder-0/src",
            &["nocalhost-folder-0 claim"],
            &["kept"],
        );
        check(
            &["/work", "/work/src"],
            "",
            &["/work=nocalhost-folder-0", shared],
            shared,
            &["nocalhost-folder-0 claim", "nocalhost-shared-volume claim"],
            &["kept"],
        );
        // An emptyDir of its own is shared there, as ever.
        check(
            &["/work"],
            "{name: empty, mountPath: /work/src}",
            &["/work/src=empty", "/work=nocalhost-folder-0"],
            "/work/src=empty",
            &["nocalhost-folder-0 claim"],
            &[],
        );
    }

    #[test]
    fn a_folder_that_cannot_be_a_mount_is_refused() {
        for (path, own) in [
            ("/", ""),
            ("/usr", ""),
            ("/usr/bin", ""),
            ("/a:b", ""),
            ("/a/../b", ""),
            ("go", ""),
            ("/var/syncthing", ""),
        ] {
            let refused = developed(&[path], own);
            assert!(matches!(refused, Err(PlanError::InvalidFolder { .. })), "{path}: {refused:?}");
        }
        let refused = developed(&["/go"], "{name: own, mountPath: /go/}");
        assert!(matches!(refused, Err(PlanError::FolderMounted { .. })), "{refused:?}");
        let refused = developed(&["/go/pkg"], "{name: fixed, mountPath: /go}");
        assert!(matches!(refused, Err(PlanError::InsideReadOnlyMount { .. })), "{refused:?}");
    }
}
