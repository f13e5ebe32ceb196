//! What of the pod's securityContext stands in the way of the dev container and its sidecar.
//!
//! The identity of both is the image's own, root as a rule: the sidecar reads a Secret that only root may read, and
//! the dev container works on files that the sidecar has written. Other containers keep what they have, so the pod's
//! own settings stay wherever they can; fsGroup in particular owns the data on the volumes.

use serde_json::{Value, json};

use super::manifest::{items_mut, name, remove, set};
use super::{DEV_CONTAINER, SIDECAR_CONTAINER};

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
        if [DEV_CONTAINER, SIDECAR_CONTAINER].contains(&name(container)) {
            set(container, "securityContext", json!({ "runAsUser": 0 }));
        }
    }
    warnings.push(format!("the pod runs as user {user}: the dev container and the sidecar run as root"));
}

#[cfg(test)]
mod tests {
    use super::super::generated::yaml;
    use super::*;

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
            "{fsGroupChangePolicy: OnRootMismatch, sysctls: [{name: a, value: b}], seccompProfile: {type: RuntimeDefault}}",
            "{fsGroupChangePolicy: OnRootMismatch, sysctls: [{name: a, value: b}], seccompProfile: {type: RuntimeDefault}}",
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

    #[test]
    fn a_pod_without_a_context_gets_none() {
        let mut pod_spec = yaml("containers: [{name: nocalhost-dev}]");
        let before = pod_spec.clone();
        relax(&mut pod_spec, &mut Vec::new());
        assert_eq!(pod_spec, before);
    }
}
