//! The container that is developed in, and the probes of all.

use serde_json::Value;

use super::manifest::{items_mut, remove, set, text};
use super::{DEV_CONTAINER, DevOptions, configured};

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
    configured::apply(container, options);
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
    use super::super::generated::{options, yaml};
    use super::*;

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
}
