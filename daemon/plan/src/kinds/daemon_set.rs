//! A DaemonSet has a pod on every node. It is sent to a node that does not exist, and a Deployment of one pod with its
//! template takes its place.

use serde_json::{Map, Value, json};

use super::history;
use crate::manifest::{remove, set};
use crate::warning;
use crate::{DevOptions, PlanError, dev_workload};

/// A label that no node has.
const NO_SUCH_NODE: &str = "nhd.dev/no-such-node";

pub(super) fn refuse(
    origin: &Value,
    _options: &DevOptions,
    _warnings: &mut Vec<String>,
) -> Result<(), PlanError> {
    if is_parked(origin) {
        return Err(PlanError::NameTaken { what: format!("the node selector {NO_SUCH_NODE}") });
    }
    let count = |field: &str| {
        origin.pointer("/status").and_then(|status| status.get(field)).and_then(Value::as_u64).unwrap_or(0)
    };
    // A rolling update would go on by itself; pods that wait for their deletion are of an older revision on purpose.
    let by_hand = origin.pointer("/spec/updateStrategy/type").and_then(Value::as_str) == Some("OnDelete");
    if by_hand && count("updatedNumberScheduled") < count("currentNumberScheduled") {
        return Err(PlanError::RolloutUnderWay);
    }
    Ok(())
}

/// Whatever its update strategy, the controller deletes the pods whose node no longer fits.
pub(super) fn park(object: &mut Value, options: &DevOptions, warnings: &mut Vec<String>) {
    let spec = &mut object["spec"];
    history::keep(spec, options.revisions);
    let pod_spec = &mut spec["template"]["spec"];
    let mut selector: Map<String, Value> =
        pod_spec.get("nodeSelector").and_then(Value::as_object).cloned().unwrap_or_default();
    selector.insert(NO_SUCH_NODE.to_owned(), "true".into());
    set(pod_spec, "nodeSelector", selector);
    warnings.push(warning::DAEMON_SET_PARKED.to_owned());
}

/// Takes out of `template` what keeps it off every node, whatever others have made of it.
pub(crate) fn let_back(template: &mut Value) {
    let Some(pod_spec) = template.get_mut("spec") else { return };
    let Some(selector) = pod_spec.get_mut("nodeSelector").and_then(Value::as_object_mut) else { return };
    if selector.remove(NO_SUCH_NODE).is_some() && selector.is_empty() {
        remove(pod_spec, "nodeSelector");
    }
}

pub(super) fn is_parked(object: &Value) -> bool {
    object.pointer("/spec/template").is_some_and(keeps_off_every_node)
}

pub(super) fn keeps_off_every_node(template: &Value) -> bool {
    template.pointer("/spec/nodeSelector").is_some_and(|selector| selector.get(NO_SUCH_NODE).is_some())
}

/// A Deployment of one pod with the DaemonSet's template, on a node that suits the DaemonSet.
///
/// The pod keeps the labels of the original's, so that it gets the traffic of its Service. Selectors may overlap: a
/// controller adopts only what has no other controller. The Deployment's own selector is a label that nobody else's
/// pods have, so it finds nothing to adopt either.
pub(super) fn dev_workload(origin: &Value) -> Option<Value> {
    let mut deployment = dev_workload::without_spec(origin, "apps/v1", "Deployment")?;
    let mut template = origin.pointer("/spec/template")?.clone();
    dev_workload::label_pods(&mut template, origin);
    if let Some(metadata) = template.get_mut("metadata") {
        // Such as the name that the API server keeps in a DaemonSet's template and has no use for.
        ["name", "namespace", "generateName"].iter().for_each(|field| remove(metadata, field));
    }
    set(
        &mut deployment,
        "spec",
        json!({
            "replicas": 1,
            "revisionHistoryLimit": 0,
            "selector": { "matchLabels": dev_workload::own_label(origin) },
            // Ports of the node would keep a second pod pending.
            "strategy": { "type": "Recreate" },
            "template": template,
        }),
    );
    if let Some(uid) = origin.pointer("/metadata/uid") {
        // Whoever deletes the DaemonSet deletes the Deployment with it. Not as its controller: it would count for one.
        let owner = json!([{
            "apiVersion": "apps/v1", "kind": "DaemonSet", "controller": false,
            "name": origin["metadata"]["name"], "uid": uid,
        }]);
        set(&mut deployment["metadata"], "ownerReferences", owner);
    }
    Some(deployment)
}
