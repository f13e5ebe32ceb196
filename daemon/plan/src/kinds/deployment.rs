//! What a Deployment needs besides its edited template: one replica, and a rollout that can complete.
//!
//! At the end these fields go back only after the original template has rolled out: a Deployment paused in the same
//! write would stay on the dev template for ever.

use serde_json::{Value, json};

use super::history;
use crate::DevOptions;
use crate::manifest::{all_containers, items, remove, set};
use crate::warning;

/// What the API server takes where a rollout does not say how many pods there may be too many.
const DEFAULT_SURGE: &str = "25%";

/// Scales `object` to one pod and lets the edit of its template roll out.
pub(super) fn prepare(object: &mut Value, options: &DevOptions, warnings: &mut Vec<String>) {
    let exclusive = pods_exclude_each_other(&object["spec"]["template"]["spec"], options);
    let spec = &mut object["spec"];
    set(spec, "replicas", 1);
    if spec.get("paused") == Some(&Value::Bool(true)) {
        warnings.push(warning::DEPLOYMENT_RESUMED.to_owned());
    }
    remove(spec, "paused");
    // It would keep the pod of the old template in the Service until the dev pod has been ready for so long.
    remove(spec, "minReadySeconds");
    history::keep(spec, options.revisions);
    if exclusive && spec_surges(spec) {
        set(spec, "strategy", json!({ "type": "Recreate" }));
        warnings.push(warning::RECREATED.to_owned());
    }
}

/// What is said where only the scheduler knew that the two cannot run at the same time.
pub const NO_ROOM: &str =
    "the cluster has no room for the old pod and the dev pod at the same time: strategy Recreate";

/// Whether `workload` is a Deployment of which a rollout starts new pods before it stops the old ones.
#[must_use]
pub fn surges(workload: &Value) -> bool {
    workload.get("kind").is_some_and(|kind| kind == "Deployment")
        && workload.get("spec").is_some_and(spec_surges)
}

/// The Deployment with a strategy by which the old pods go first; `None` where it has such a one.
#[must_use]
pub fn without_surge(workload: &Value) -> Option<Value> {
    let mut object = surges(workload).then(|| workload.clone())?;
    set(&mut object["spec"], "strategy", json!({ "type": "Recreate" }));
    Some(object)
}

/// Whether a second pod stays pending until the first one is gone: a port of the node, a claim for one pod only, a
/// quota. With hostNetwork the declared ports are the node's, and undeclared ones are too.
fn pods_exclude_each_other(pod_spec: &Value, options: &DevOptions) -> bool {
    options.exclusive_claims
        || options.tight_quota
        || pod_spec.get("hostNetwork") == Some(&Value::Bool(true))
        || all_containers(pod_spec)
            .flat_map(|container| items(container, "ports"))
            .any(|port| port.get("hostPort").and_then(Value::as_u64).is_some_and(|port| port > 0))
}

/// Whether a rollout at one replica starts the new pod before it stops the old one. A maxSurge of zero does not:
/// the API server then demands a maxUnavailable, and the controller rounds it up to one pod.
fn spec_surges(spec: &Value) -> bool {
    let Some(strategy) = spec.get("strategy") else { return true };
    if strategy.get("type").and_then(Value::as_str) == Some("Recreate") {
        return false;
    }
    let surge = strategy.pointer("/rollingUpdate/maxSurge");
    !surge.is_some_and(|surge| surge == &json!(0) || surge == &json!("0%"))
}

/// With one replica a rollout keeps the old pod until the new one is available, and may have none of them missing.
pub(super) fn letting_go(spec: &Value) -> Option<Value> {
    if !spec_surges(spec) {
        return None;
    }
    let rolling = spec.pointer("/strategy/rollingUpdate").cloned().unwrap_or_default();
    let surge = rolling.get("maxSurge").cloned().unwrap_or_else(|| DEFAULT_SURGE.into());
    let all = json!("100%");
    let keeps = rolling.get("maxUnavailable") != Some(&all);
    let let_go = json!({"maxSurge": surge, "maxUnavailable": all});
    keeps.then(|| json!({"type": "RollingUpdate", "rollingUpdate": let_go}))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::samples::{options, yaml};

    /// `spec` without and `expect` with the template that every case has; both as the API server returns them.
    fn check(spec: &str, expect: &str, edit: impl Fn(&mut DevOptions), pod_spec: &str) {
        let mut options = options();
        edit(&mut options);
        let mut object = json!({ "kind": "Deployment", "spec": yaml(spec) });
        object["spec"]["template"] = json!({ "spec": yaml(pod_spec) });
        prepare(&mut object, &options, &mut Vec::new());
        remove(&mut object["spec"], "template");
        assert_eq!(object["spec"], yaml(expect), "{spec}");
    }

    const ROLLING: &str = "strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 25%}}";
    const RECREATE: &str = "{replicas: 1, strategy: {type: Recreate}}";

    #[test]
    fn one_replica_unpaused_and_ready_at_once() {
        check(
            "{replicas: 5, paused: true, minReadySeconds: 30, progressDeadlineSeconds: 600}",
            "{replicas: 1, progressDeadlineSeconds: 600}",
            |_| {},
            "{}",
        );
        check("{replicas: 0}", "{replicas: 1}", |_| {}, "{}");
    }

    #[test]
    fn the_history_is_raised_only_when_a_revision_would_be_lost() {
        for (limit, revisions, expect) in
            [(10, 1, 10), (10, 9, 10), (10, 10, 12), (10, 11, 13), (0, 1, 3), (1, 1, 3)]
        {
            check(
                &format!("{{revisionHistoryLimit: {limit}}}"),
                &format!("{{replicas: 1, revisionHistoryLimit: {expect}}}"),
                |options| options.revisions = revisions,
                "{}",
            );
        }
        check("{}", "{replicas: 1}", |_| {}, "{}");
    }

    #[test]
    fn pods_that_exclude_each_other_are_replaced_one_after_the_other() {
        check(ROLLING, RECREATE, |options| options.exclusive_claims = true, "{}");
        check(ROLLING, RECREATE, |options| options.tight_quota = true, "{}");
        check(ROLLING, RECREATE, |_| {}, "hostNetwork: true");
        check(
            ROLLING,
            RECREATE,
            |_| {},
            "containers: [{name: a}, {name: b, ports: [{containerPort: 1, hostPort: 80}]}]",
        );
        check(
            ROLLING,
            RECREATE,
            |_| {},
            "initContainers: [{name: a, ports: [{containerPort: 1, hostPort: 80}]}]",
        );
        check("{}", RECREATE, |options| options.tight_quota = true, "{}");
    }

    #[test]
    fn a_strategy_that_works_is_kept() {
        for strategy in [
            "strategy: {type: Recreate}",
            "strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 0, maxUnavailable: 1}}",
            "strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 0%, maxUnavailable: 25%}}",
        ] {
            check(strategy, &format!("replicas: 1\n{strategy}"), |options| options.tight_quota = true, "{}");
        }
        check(
            ROLLING,
            &format!("replicas: 1\n{ROLLING}"),
            |_| {},
            "containers: [{ports: [{containerPort: 80}]}]",
        );
    }
}
