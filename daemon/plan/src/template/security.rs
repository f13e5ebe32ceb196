//! What of the pod's securityContext stands in the way of the dev container and its sidecar, and what these do where it
//! has to stay.
//!
//! Unless it is to stay, the identity of both is the image's own, root as a rule: the sidecar reads a Secret that only
//! root may read, and the dev container works on files that the sidecar has written. Other containers keep what they
//! have, so the pod's own settings stay wherever they can; fsGroup in particular owns the data on the volumes.

use serde_json::{Value, json};

use super::volumes;
use crate::manifest::{items, items_mut, name, remove, set};
use crate::names::is_our_container;
use crate::warning;
use crate::{DEV_CONTAINER, SIDECAR_CONTAINER, SidecarPreset};

/// The user that dev container and sidecar run as where it must not be root, and nobody says which it is.
const DEFAULT_USER: u64 = 1000;

/// Takes away runAsNonRoot, and overrides a runAsUser of the pod in our two containers.
///
/// The pod's runAsUser cannot go: other containers may rely on it (a database that refuses to be root) and would run
/// as somebody else. It must not reach ours: the sidecar could not read its Secret and would crash, as would the
/// seed's image, whose entrypoint starts with a chown. An fsGroup would cure the first only, and adding one would
/// change the owner of the data on the volumes. The dev container gets the same user as the sidecar, or it could not
/// change the files that arrive. A runAsGroup alone hinders neither: root passes whatever its group.
pub(super) fn relax(pod_spec: &mut Value, warnings: &mut Vec<String>) {
    let Some(context) = pod_spec.get_mut("securityContext") else { return };
    remove(context, "runAsNonRoot");
    let Some(user) = context.get("runAsUser").and_then(Value::as_u64).filter(|user| *user != 0) else {
        return;
    };
    for container in items_mut(pod_spec, "containers") {
        if is_our_container(name(container)) {
            set(container, "securityContext", json!({ "runAsUser": 0 }));
        }
    }
    warnings.push(warning::filled(warning::RUNS_AS_ROOT, &[&user]));
}

/// Leaves every securityContext as it is, and gives the sidecar one that a namespace of the level `restricted` accepts.
///
/// Both have the same user, or the dev container could not change the files that arrive. An image's own user is not
/// known here, and most dev images' is root, which runAsNonRoot refuses: then it is said which it shall be.
pub(super) fn keep(pod_spec: &mut Value, preset: SidecarPreset, warnings: &mut Vec<String>) {
    let contexts = [context_of(pod_spec, DEV_CONTAINER), pod_spec["securityContext"].clone()];
    let effective = |field: &str| contexts.iter().find_map(|it| it.get(field).filter(|it| !it.is_null()));
    let mut user = effective("runAsUser").and_then(Value::as_u64);
    if user.is_none() && effective("runAsNonRoot") == Some(&Value::Bool(true)) {
        user = Some(DEFAULT_USER);
        let mut context = contexts[0].clone();
        set(&mut context, "runAsUser", DEFAULT_USER);
        set_context(pod_spec, DEV_CONTAINER, &context);
        warnings.push(warning::filled(warning::USER_ASSUMED, &[&DEFAULT_USER]));
    }
    let Some(user) = user.filter(|user| *user != 0) else { return };
    if preset == SidecarPreset::Nocalhost {
        warnings.push(warning::SIDECAR_WANTS_ROOT.to_owned());
    }
    set_context(pod_spec, SIDECAR_CONTAINER, &restricted(user, effective("runAsGroup"), preset));
    volumes::let_all_read(pod_spec);
}

/// The context with which a namespace of the level `restricted` accepts the sidecar.
fn restricted(user: u64, group: Option<&Value>, preset: SidecarPreset) -> Value {
    let mut context = json!({
        "runAsUser": user,
        "runAsNonRoot": true,
        "allowPrivilegeEscalation": false,
        "capabilities": { "drop": ["ALL"] },
        "seccompProfile": { "type": "RuntimeDefault" },
    });
    if let Some(group) = group {
        set(&mut context, "runAsGroup", group.clone());
    }
    if preset == SidecarPreset::Syncthing {
        set(&mut context, "readOnlyRootFilesystem", true);
    }
    context
}

fn context_of(pod_spec: &Value, container: &str) -> Value {
    let found = items(pod_spec, "containers").iter().find(|it| name(it) == container);
    found.and_then(|it| it.get("securityContext")).filter(|it| it.is_object()).cloned().unwrap_or(json!({}))
}

fn set_context(pod_spec: &mut Value, container: &str, context: &Value) {
    for it in items_mut(pod_spec, "containers").iter_mut().filter(|it| name(it) == container) {
        set(it, "securityContext", context.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::samples::yaml;

    /// Both are a pod's securityContext; `ours` is the one that the dev container and the sidecar get.
    fn check(context: &str, expect: &str, ours: Option<&str>) {
        let mut pod_spec = yaml(
            "
            initContainers: [{name: sysctl, securityContext: {privileged: true}}]
            containers:
              - {name: nocalhost-dev}
              - {name: db, securityContext: {runAsUser: 70, runAsNonRoot: true}}
              - {name: cache}
              - {name: nocalhost-sidecar}",
        );
        set(&mut pod_spec, "securityContext", yaml(context));
        let mut expected = pod_spec.clone();
        set(&mut expected, "securityContext", yaml(expect));
        if let Some(ours) = ours {
            set(&mut expected["containers"][0], "securityContext", yaml(ours));
            set(&mut expected["containers"][3], "securityContext", yaml(ours));
        }
        let mut warnings = Vec::new();
        relax(&mut pod_spec, &mut warnings);
        assert_eq!(pod_spec, expected, "{context}");
        assert_eq!(warnings.len(), usize::from(ours.is_some()), "{context}");
    }

    #[test]
    fn only_what_would_stop_the_sidecar_goes() {
        check("{}", "{}", None);
        check("{runAsNonRoot: true}", "{}", None);
        check("{runAsNonRoot: true, fsGroup: 1000}", "{fsGroup: 1000}", None);
        check(
            "{fsGroupChangePolicy: OnRootMismatch, sysctls: [{name: a, value: b}], \
             seccompProfile: {type: RuntimeDefault}}",
            "{fsGroupChangePolicy: OnRootMismatch, sysctls: [{name: a, value: b}], \
             seccompProfile: {type: RuntimeDefault}}",
            None,
        );
        check(
            "{runAsGroup: 3000, supplementalGroups: [1]}",
            "{runAsGroup: 3000, supplementalGroups: [1]}",
            None,
        );
    }

    #[test]
    fn a_user_of_the_pod_stays_for_the_others_and_is_overridden_for_ours() {
        check("{runAsUser: 1000, runAsNonRoot: true}", "{runAsUser: 1000}", Some("{runAsUser: 0}"));
        check(
            "{runAsUser: 1000, runAsGroup: 3000, fsGroup: 2000}",
            "{runAsUser: 1000, runAsGroup: 3000, fsGroup: 2000}",
            Some("{runAsUser: 0}"),
        );
        check("{runAsUser: 0}", "{runAsUser: 0}", None);
    }

    /// The contexts of pod and dev container, and whom the dev container and the sidecar then run as.
    fn check_kept(pod: &str, dev: &str, dev_user: Option<u64>, sidecar_user: Option<u64>) {
        let mut pod_spec = yaml(
            "
            containers:
              - {name: nocalhost-dev}
              - {name: db, securityContext: {privileged: true}}
              - {name: nocalhost-sidecar}
            volumes:
              - {name: nocalhost-syncthing-secret, secret: {defaultMode: 448, items: [{key: key.pem, mode: 448}]}}",
        );
        set(&mut pod_spec, "securityContext", yaml(pod));
        set(&mut pod_spec["containers"][0], "securityContext", yaml(dev));
        let before = pod_spec.clone();
        keep(&mut pod_spec, SidecarPreset::Syncthing, &mut Vec::new());
        let user = |at: usize| pod_spec["containers"][at]["securityContext"]["runAsUser"].as_u64();
        assert_eq!((user(0), user(2)), (dev_user, sidecar_user), "{pod} {dev}");
        let mut kept = pod_spec["containers"][0]["securityContext"].clone();
        if yaml(dev).get("runAsUser").is_none() {
            remove(&mut kept, "runAsUser");
        }
        assert_eq!((&kept, &pod_spec["securityContext"]), (&yaml(dev), &yaml(pod)));
        assert_eq!(pod_spec["containers"][1], before["containers"][1]);
        let mode = if sidecar_user.is_some() { 0o644 } else { 0o700 };
        let secret = &pod_spec["volumes"][0]["secret"];
        assert_eq!((&secret["defaultMode"], &secret["items"][0]["mode"]), (&json!(mode), &json!(mode)));
    }

    #[test]
    fn where_it_is_kept_the_sidecar_is_who_the_dev_container_is() {
        check_kept("{}", "{}", None, None);
        check_kept("{runAsUser: 0}", "{}", None, None);
        check_kept("{runAsUser: 1234}", "{}", None, Some(1234));
        check_kept("{runAsUser: 1234}", "{runAsUser: 7, readOnlyRootFilesystem: true}", Some(7), Some(7));
        check_kept("{runAsNonRoot: true}", "{capabilities: {drop: [ALL]}}", Some(1000), Some(1000));
        check_kept("{runAsNonRoot: true}", "{runAsNonRoot: false}", None, None);
        check_kept("{fsGroup: 5}", "{runAsNonRoot: true, runAsUser: 8}", Some(8), Some(8));
    }

    #[test]
    fn a_kept_group_is_the_sidecars_too() {
        let mut pod_spec = yaml(
            "containers:
              - {name: nocalhost-dev, securityContext: {runAsUser: 7, runAsGroup: 9}}
              - {name: nocalhost-sidecar}",
        );
        keep(&mut pod_spec, SidecarPreset::Syncthing, &mut Vec::new());
        let expect = yaml(
            "{runAsUser: 7, runAsGroup: 9, runAsNonRoot: true, allowPrivilegeEscalation: false,
              capabilities: {drop: [ALL]}, seccompProfile: {type: RuntimeDefault}, readOnlyRootFilesystem: true}",
        );
        assert_eq!(pod_spec["containers"][1]["securityContext"], expect);
    }

    #[test]
    fn a_pod_without_a_context_gets_none() {
        let mut pod_spec = yaml("containers: [{name: nocalhost-dev}]");
        let before = pod_spec.clone();
        relax(&mut pod_spec, &mut Vec::new());
        assert_eq!(pod_spec, before);
    }
}
