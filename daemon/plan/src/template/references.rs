//! What refers to a container by its name: references that dangle make the API server refuse the pod, or silently
//! change what a tool does with it.

use serde_json::{Map, Value};

use crate::manifest::items_mut;

/// Annotations whose key ends with the name of the container that they are about.
const KEYED: [&str; 2] =
    ["container.apparmor.security.beta.kubernetes.io/", "container.seccomp.security.alpha.kubernetes.io/"];
/// Annotations whose value is the name of a container.
const VALUED: [&str; 2] =
    ["kubectl.kubernetes.io/default-container", "kubectl.kubernetes.io/default-logs-container"];

/// Makes everything in `template` that names the container `old` name `new`.
pub(super) fn rename(template: &mut Value, old: &str, new: &str) {
    if let Some(annotations) = template.pointer_mut("/metadata/annotations").and_then(Value::as_object_mut) {
        rename_in_annotations(annotations, old, new);
    }
    let Some(pod_spec) = template.get_mut("spec") else { return };
    for list in ["initContainers", "containers"] {
        for container in items_mut(pod_spec, list) {
            for variable in items_mut(container, "env") {
                rename_at(variable, "/valueFrom/resourceFieldRef/containerName", old, new);
            }
        }
    }
    for volume in items_mut(pod_spec, "volumes") {
        rename_in_downward_api(volume, old, new);
        if let Some(projected) = volume.get_mut("projected") {
            for source in items_mut(projected, "sources") {
                rename_in_downward_api(source, old, new);
            }
        }
    }
}

fn rename_in_annotations(annotations: &mut Map<String, Value>, old: &str, new: &str) {
    for prefix in KEYED {
        if let Some(value) = annotations.remove(&format!("{prefix}{old}")) {
            annotations.insert(format!("{prefix}{new}"), value);
        }
    }
    for key in VALUED {
        if let Some(value) = annotations.get_mut(key).filter(|value| value.as_str() == Some(old)) {
            *value = new.into();
        }
    }
}

fn rename_in_downward_api(source: &mut Value, old: &str, new: &str) {
    let Some(downward_api) = source.get_mut("downwardAPI") else { return };
    for item in items_mut(downward_api, "items") {
        rename_at(item, "/resourceFieldRef/containerName", old, new);
    }
}

/// A reference without a name is to the container that it stands in, and stays one.
fn rename_at(value: &mut Value, pointer: &str, old: &str, new: &str) {
    if let Some(name) = value.pointer_mut(pointer).filter(|name| name.as_str() == Some(old)) {
        *name = new.into();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::samples::yaml;

    fn check(template: &str, expect: &str) {
        let mut template = yaml(template);
        rename(&mut template, "web", "nocalhost-dev");
        assert_eq!(template, yaml(expect));
    }

    #[test]
    fn environment_variables_follow_in_every_container() {
        for list in ["containers", "initContainers"] {
            for (name, expect) in [("web", "nocalhost-dev"), ("db", "db"), ("webs", "webs")] {
                let template = |name: &str| {
                    format!(
                        "spec: {{{list}: [{{name: db, env: [{{name: CPU, valueFrom: \
                         {{resourceFieldRef: {{containerName: {name}, resource: limits.cpu}}}}}}]}}]}}"
                    )
                };
                check(&template(name), &template(expect));
            }
        }
    }

    #[test]
    fn a_reference_to_the_container_itself_stays_without_a_name() {
        let itself = "spec: {containers: [{env: [{name: CPU, valueFrom: \
                      {resourceFieldRef: {resource: limits.cpu}}}]}]}";
        check(itself, itself);
    }

    #[test]
    fn a_value_that_only_looks_like_the_name_stays() {
        let value = "spec: {containers: [{name: db, env: [{name: web, value: web}], image: web}]}";
        check(value, value);
    }

    #[test]
    fn downward_api_volumes_follow() {
        let volumes = |name: &str| {
            format!(
                "spec: {{volumes: [
                   {{name: a, downwardAPI: {{items: [{{path: p, resourceFieldRef: {{containerName: {name}}}}}]}}}},
                   {{name: b, projected: {{sources: [
                     {{secret: {{name: web}}}},
                     {{downwardAPI: {{items: [{{path: p, resourceFieldRef: {{containerName: {name}}}}}]}}}}]}}}}]}}"
            )
        };
        check(&volumes("web"), &volumes("nocalhost-dev"));
        check(&volumes("db"), &volumes("db"));
    }

    #[test]
    fn annotations_follow_by_key_and_by_value() {
        let annotations = |name: &str| {
            format!(
                "{{metadata: {{annotations: {{
                   container.apparmor.security.beta.kubernetes.io/{name}: runtime/default,
                   container.apparmor.security.beta.kubernetes.io/other: unconfined,
                   container.seccomp.security.alpha.kubernetes.io/{name}: runtime/default,
                   kubectl.kubernetes.io/default-container: {name},
                   kubectl.kubernetes.io/default-logs-container: {name},
                   theirs/name: web}}}}, spec: {{}}}}"
            )
        };
        check(&annotations("web"), &annotations("nocalhost-dev"));
        check(&annotations("db"), &annotations("db"));
    }
}
