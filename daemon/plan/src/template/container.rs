//! The container that is developed in, and the probes of all.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::manifest::{items, items_mut, name, push, remove, set, text};
use crate::{DEV_CONTAINER, DevOptions, EnvSource, EnvSourceKind};

const PROBES: [&str; 3] = ["livenessProbe", "readinessProbe", "startupProbe"];

/// Makes `container` the dev container: it waits for the developer instead of running the application, and what it
/// ran with (environment, ports, mounts, resources, pull policy) stays.
pub(super) fn develop(container: &mut Value, options: &DevOptions) {
    set(container, "name", DEV_CONTAINER);
    set(container, "image", options.image.as_str());
    set(container, "command", options.command.clone());
    set(container, "workingDir", options.work_dir.as_str());
    for field in ["args", "lifecycle"] {
        remove(container, field);
    }
    if !options.keep_security_context {
        remove(container, "securityContext");
    }
    configure(container, options);
}

/// What the dev configuration says about the container itself: variables, resources, pull policy.
fn configure(container: &mut Value, options: &DevOptions) {
    if let Some(policy) = &options.image_pull_policy {
        set(container, "imagePullPolicy", policy.as_str());
    }
    for (variable, value) in &options.env {
        set_variable(container, variable, value);
    }
    for source in &options.env_from {
        add_source(container, source);
    }
    for (kind, quantities) in [("limits", &options.limits), ("requests", &options.requests)] {
        set_quantities(container, kind, quantities);
    }
}

/// Names may be given twice, and then the last counts: ours takes the place of the first and the others go. A variable
/// that others refer to stays before them.
fn set_variable(container: &mut Value, variable: &str, value: &str) {
    let ours = json!({ "name": variable, "value": value });
    let mut placed = false;
    if let Some(list) = container.get_mut("env").and_then(Value::as_array_mut) {
        list.retain_mut(|item| {
            if name(item) != variable {
                return true;
            }
            *item = ours.clone();
            !std::mem::replace(&mut placed, true)
        });
    }
    if !placed {
        push(container, "env", ours);
    }
}

/// Behind those that are there: of two entries of a name the last counts.
fn add_source(container: &mut Value, source: &EnvSource) {
    let reference = match source.kind {
        EnvSourceKind::ConfigMap => "configMapRef",
        EnvSourceKind::Secret => "secretRef",
    };
    let mut ours = json!({ reference: { "name": source.name } });
    if !source.prefix.is_empty() {
        set(&mut ours, "prefix", source.prefix.as_str());
    }
    if !items(container, "envFrom").contains(&ours) {
        push(container, "envFrom", ours);
    }
}

fn set_quantities(container: &mut Value, kind: &str, quantities: &BTreeMap<String, String>) {
    if quantities.is_empty() {
        return;
    }
    let object_at = |value: &mut Value, field: &str| {
        if !value.get(field).is_some_and(Value::is_object) {
            set(value, field, json!({}));
        }
    };
    object_at(container, "resources");
    let Some(resources) = container.get_mut("resources") else { return };
    object_at(resources, kind);
    let Some(there) = resources.get_mut(kind) else { return };
    for (resource, quantity) in quantities {
        set(there, resource, quantity.as_str());
    }
}

/// A probe would restart a container whose application is not running, or keep the pod out of its Service. The API
/// allows probes in init containers only where these keep running beside the others.
pub(super) fn remove_probes(pod_spec: &mut Value) {
    for container in items_mut(pod_spec, "containers") {
        PROBES.iter().for_each(|probe| remove(container, probe));
    }
    for container in items_mut(pod_spec, "initContainers") {
        if text(container, "restartPolicy") == Some("Always") {
            PROBES.iter().for_each(|probe| remove(container, probe));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::samples::{options, yaml};

    #[test]
    fn the_application_is_replaced_and_its_surroundings_stay() {
        let kept = "
            env: [{name: A, value: '1'}, {name: A, value: '2'}]
            envFrom: [{configMapRef: {name: settings}}]
            imagePullPolicy: IfNotPresent
            ports: [{containerPort: 80}]
            resources: {limits: {cpu: 100m}}
            terminationMessagePath: /dev/termination-log
            volumeMounts: [{name: data, mountPath: /data}]
            someFieldOfTheFuture: {a: 1}";
        let mut container = yaml(kept);
        for (field, value) in [
            ("name", "web"),
            ("image", "web:1"),
            ("command", "[serve]"),
            ("args", "[--fast]"),
            ("workingDir", "/app"),
            ("lifecycle", "{preStop: {sleep: {seconds: 1}}}"),
            ("securityContext", "{privileged: true}"),
        ] {
            set(&mut container, field, yaml(value));
        }
        develop(&mut container, &options());
        let mut expect = yaml(kept);
        set(&mut expect, "name", "nocalhost-dev");
        set(&mut expect, "image", options().image);
        set(&mut expect, "command", yaml("['/bin/sh', '-c', 'tail -f /dev/null']"));
        set(&mut expect, "workingDir", "/home/nocalhost-dev");
        assert_eq!(container, expect);
    }

    #[test]
    fn no_container_that_keeps_running_has_a_probe() {
        let mut pod_spec = yaml(
            "
            initContainers:
              - {name: proxy, restartPolicy: Always, startupProbe: {}, readinessProbe: {}, livenessProbe: {}}
              - {name: setup}
            containers:
              - {name: web, startupProbe: {}, readinessProbe: {}}
              - {name: db, livenessProbe: {}}",
        );
        remove_probes(&mut pod_spec);
        let expect = yaml(
            "
            initContainers: [{name: proxy, restartPolicy: Always}, {name: setup}]
            containers: [{name: web}, {name: db}]",
        );
        assert_eq!(pod_spec, expect);
    }

    fn check_configured(container: &str, configured: &DevOptions, expect: &str) {
        let mut container = yaml(container);
        configure(&mut container, configured);
        assert_eq!(container, yaml(expect));
    }

    fn pairs<T: FromIterator<(String, String)>>(pairs: &[(&str, &str)]) -> T {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn nothing_configured_changes_nothing() {
        let container =
            "{imagePullPolicy: Always, env: [{name: A, value: a}, {name: A, value: b}], resources: {}}";
        check_configured(container, &options(), container);
        check_configured("{name: web}", &options(), "{name: web}");
    }

    #[test]
    fn a_variable_takes_the_place_of_all_of_its_name_and_others_stay() {
        let configured = DevOptions { env: pairs(&[("A", "ours"), ("N", "new")]), ..options() };
        check_configured(
            "{name: web}",
            &configured,
            "{name: web, env: [{name: A, value: ours}, {name: N, value: new}]}",
        );
        check_configured(
            "env: [{name: B, valueFrom: {fieldRef: {fieldPath: metadata.name}}}, {name: A, valueFrom: {x: y}}, \
             {name: C, value: $(A)}, {name: A, value: a}]",
            &configured,
            "env: [{name: B, valueFrom: {fieldRef: {fieldPath: metadata.name}}}, {name: A, value: ours}, \
             {name: C, value: $(A)}, {name: N, value: new}]",
        );
    }

    #[test]
    fn sources_of_variables_come_behind_those_that_are_there_and_none_twice() {
        let source = |kind, name: &str, prefix: &str| EnvSource {
            kind,
            name: name.to_owned(),
            prefix: prefix.to_owned(),
            place: crate::ConfigPlace::default(),
        };
        let env_from = vec![
            source(EnvSourceKind::ConfigMap, "settings", ""),
            source(EnvSourceKind::ConfigMap, "settings", "S_"),
            source(EnvSourceKind::Secret, "keys", ""),
        ];
        let configured = DevOptions { env_from, ..options() };
        let new = "{prefix: S_, configMapRef: {name: settings}}, {secretRef: {name: keys}}";
        for there in ["", "envFrom: [{configMapRef: {name: settings}}]"] {
            let expect = format!("envFrom: [{{configMapRef: {{name: settings}}}}, {new}]");
            check_configured(
                &format!("{{name: web, {there}}}"),
                &configured,
                &format!("{{name: web, {expect}}}"),
            );
        }
    }

    #[test]
    fn given_quantities_take_the_place_of_their_own_and_others_stay() {
        let configured = DevOptions { limits: pairs(&[("memory", "2Gi")]), ..options() };
        check_configured("{}", &configured, "resources: {limits: {memory: 2Gi}}");
        check_configured(
            "resources: {limits: {memory: 1Gi, example.com/gpu: '1'}, requests: {cpu: 100m}}",
            &configured,
            "resources: {limits: {memory: 2Gi, example.com/gpu: '1'}, requests: {cpu: 100m}}",
        );
    }

    #[test]
    fn a_pull_policy_takes_the_place_of_the_containers_own() {
        let configured = DevOptions { image_pull_policy: Some("Never".to_owned()), ..options() };
        check_configured("imagePullPolicy: Always", &configured, "imagePullPolicy: Never");
    }
}
