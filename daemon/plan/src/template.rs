//! The edit of a pod template, the same for every kind that has one, and the way back from it.

mod work_dir;
mod folders;
mod mounts;
mod references;
mod container;
mod volumes;
mod resources;
mod sidecar;
mod security;

use serde_json::{Value, json};

use crate::manifest::{self, items, items_mut, name, retain, set};
use crate::names::{SHARED_VOLUME, is_our_container, is_our_volume};
use crate::warning;
use crate::{DEV_CONTAINER, DevOptions, FolderClaim, PlanError, SIDECAR_CONTAINER};

/// What came of an edit, beside the template.
#[derive(Debug, PartialEq)]
pub(crate) struct Developed {
    /// The name that the dev container had.
    pub(crate) container: String,
    /// The persistent folders that it mounts.
    pub(crate) folders: Vec<FolderClaim>,
}

/// Puts the dev container and its sidecar into `template`. The claims of its persistent folders are named after the
/// container that it turns out to be.
pub(crate) fn develop(
    template: &mut Value,
    claims_of: impl Fn(&str) -> Vec<FolderClaim>,
    options: &DevOptions,
    warnings: &mut Vec<String>,
) -> Result<Developed, PlanError> {
    let pod_spec = &template["spec"];
    refuse_taken_names(pod_spec)?;
    let position = choose(pod_spec, options.container.as_deref())?;
    let chosen = &items(pod_spec, "containers")[position];
    let old_name = name(chosen).to_owned();
    work_dir::check(&options.work_dir)?;
    let claims = claims_of(&old_name);
    folders::check(pod_spec, chosen, &claims)?;
    let shared = work_dir::shared_volume(pod_spec, chosen, &options.work_dir, options.force, warnings)?;
    let folders = folders::Mounted::of(chosen, claims, &options.work_dir, shared.is_none(), warnings);

    if pod_spec.get("hostNetwork") == Some(&Value::Bool(true)) {
        warnings.push(warning::HOST_NETWORK.to_owned());
    }

    references::rename(template, &old_name, DEV_CONTAINER);
    let pod_spec = &mut template["spec"];
    container::remove_probes(pod_spec);
    let chosen = &mut items_mut(pod_spec, "containers")[position];
    container::develop(chosen, options);
    let has_own = shared.is_none() && !folders.hold_the_work_dir();
    volumes::mount(chosen, &options.work_dir, has_own);
    folders.mount(chosen);
    volumes::add(pod_spec, &options.secret_name, has_own);
    folders.add(pod_spec);
    let mount = folders.of_work_dir(&options.work_dir);
    let mount = mount.unwrap_or_else(
        || json!({ "mountPath": options.work_dir, "name": shared.as_deref().unwrap_or(SHARED_VOLUME) }),
    );
    let resources = resources::of_sidecar(pod_spec, options, warnings);
    let sidecar = sidecar::container(&options.sidecar, &options.work_dir, mount, resources);
    manifest::push(pod_spec, "containers", sidecar);
    if options.keep_security_context {
        security::keep(pod_spec, options.sidecar.preset, warnings);
    } else {
        security::relax(pod_spec, warnings);
    }
    Ok(Developed { container: old_name, folders: folders.claims })
}

/// What DevMode made of the template `origin`, as far as `current` tells what it was asked for: the dev container, the
/// sidecar, our volumes, and who all run as.
pub(crate) fn developed_like(origin: &Value, current: &Value, container: &str) -> Value {
    let mut template = origin.clone();
    references::rename(&mut template, container, DEV_CONTAINER);
    let (Some(pod_spec), Some(now)) = (template.get_mut("spec"), current.get("spec")) else {
        return template;
    };
    container::remove_probes(pod_spec);
    let there = |wanted: &str| items(now, "containers").iter().find(|it| name(it) == wanted).cloned();
    for it in items_mut(pod_spec, "containers").iter_mut().filter(|it| name(it) == container) {
        match there(DEV_CONTAINER) {
            Some(dev_container) => *it = dev_container,
            // Others took it away, and it is by this one that the edit is known for what it is.
            None => set(it, "name", DEV_CONTAINER),
        }
    }
    if let Some(sidecar) = there(SIDECAR_CONTAINER) {
        manifest::push(pod_spec, "containers", sidecar);
    }
    for volume in items(now, "volumes").iter().filter(|volume| is_our_volume(name(volume))) {
        manifest::push(pod_spec, "volumes", volume.clone());
    }
    if pod_spec.get("securityContext").is_some() {
        manifest::copy("securityContext", now, pod_spec);
    }
    template
}

/// Takes out of `template` what DevMode put in. The dev container gets its name back or, unless `keep`, goes too.
pub(crate) fn leave(template: &mut Value, container: &str, keep: bool) {
    references::rename(template, DEV_CONTAINER, container);
    let Some(pod_spec) = template.get_mut("spec") else { return };
    retain(pod_spec, "volumes", |volume| !is_our_volume(name(volume)));
    retain(pod_spec, "containers", |it| name(it) != SIDECAR_CONTAINER && (keep || name(it) != DEV_CONTAINER));
    for list in ["initContainers", "containers"] {
        for it in items_mut(pod_spec, list) {
            retain(it, "volumeMounts", |mount| !is_our_volume(name(mount)));
            if name(it) == DEV_CONTAINER {
                set(it, "name", container);
            }
        }
    }
}

/// The position of the container to develop in: the named one, or the only one.
fn choose(pod_spec: &Value, wanted: Option<&str>) -> Result<usize, PlanError> {
    let containers = items(pod_spec, "containers");
    let available = || containers.iter().map(|container| name(container).to_owned()).collect();
    match wanted {
        Some(wanted) => containers
            .iter()
            .position(|container| name(container) == wanted)
            .ok_or_else(|| PlanError::NoSuchContainer { name: wanted.to_owned(), available: available() }),
        None if containers.len() == 1 => Ok(0),
        None => Err(PlanError::AmbiguousContainer { available: available() }),
    }
}

fn refuse_taken_names(pod_spec: &Value) -> Result<(), PlanError> {
    let container = manifest::all_containers(pod_spec)
        .map(name)
        .find(|name| is_our_container(name))
        .map(|name| format!("a container {name}"));
    let volume = items(pod_spec, "volumes")
        .iter()
        .map(name)
        .find(|name| is_our_volume(name))
        .map(|name| format!("a volume {name}"));
    match container.or(volume) {
        Some(what) => Err(PlanError::NameTaken { what }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::samples::{options, yaml};

    fn develop_yaml(pod_spec: &str, container: Option<&str>) -> Result<String, PlanError> {
        let mut template = serde_json::json!({ "spec": yaml(pod_spec) });
        let options = DevOptions { container: container.map(str::to_owned), ..options() };
        let developed = develop(&mut template, |_| Vec::new(), &options, &mut Vec::new());
        developed.map(|developed| developed.container)
    }

    #[test]
    fn the_container_is_the_named_one_or_the_only_one() {
        let two = "containers: [{name: web}, {name: db}]";
        let available = vec!["web".to_owned(), "db".to_owned()];
        assert_eq!(develop_yaml("containers: [{name: web}]", None), Ok("web".to_owned()));
        assert_eq!(develop_yaml(two, Some("db")), Ok("db".to_owned()));
        assert_eq!(
            develop_yaml(two, None),
            Err(PlanError::AmbiguousContainer { available: available.clone() })
        );
        let error = develop_yaml(two, Some("cache")).unwrap_err();
        assert_eq!(error, PlanError::NoSuchContainer { name: "cache".to_owned(), available });
        assert_eq!(error.to_string(), "no container cache in the pod template, which has web, db");
        assert_eq!(error.hint().as_deref(), Some("name the container to develop in: one of web, db"));
    }

    #[test]
    fn an_init_container_is_not_developed_in() {
        let pod_spec = "{initContainers: [{name: setup}], containers: [{name: web}]}";
        assert!(matches!(develop_yaml(pod_spec, Some("setup")), Err(PlanError::NoSuchContainer { .. })));
    }

    #[test]
    fn names_that_are_ours_are_refused_where_they_are_taken() {
        for (pod_spec, what) in [
            ("containers: [{name: nocalhost-dev}]", "a container nocalhost-dev"),
            ("containers: [{name: web}, {name: nocalhost-sidecar}]", "a container nocalhost-sidecar"),
            (
                "{containers: [{name: web}], initContainers: [{name: nocalhost-dev}]}",
                "a container nocalhost-dev",
            ),
            (
                "{containers: [{name: web}], volumes: [{name: nocalhost-shared-volume, emptyDir: {}}]}",
                "a volume nocalhost-shared-volume",
            ),
            (
                "containers: [{name: web, volumeMounts: [{name: v, mountPath: /var/syncthing/}]}]",
                "a mount at /var/syncthing",
            ),
        ] {
            let error = PlanError::NameTaken { what: what.to_owned() };
            assert_eq!(develop_yaml(pod_spec, Some("web")), Err(error), "{pod_spec}");
        }
    }
}
