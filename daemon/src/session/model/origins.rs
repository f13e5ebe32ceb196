//! The workloads that the model begins with, and the autoscalers beside them.

use nhd_protocol::workload::WorkloadKind;
use serde_json::{Value, json};

use super::world::{NAME, NAMESPACE};
use crate::dice::Dice;

/// How long the original's pods may take to stop.
pub(super) const GRACE: u64 = 30;

/// A workload as somebody wrote it, with what makes giving it back hard.
pub(super) fn origin(kind: WorkloadKind, dice: &mut Dice) -> Value {
    let template = template(dice, kind);
    let labels = json!({"app": NAME});
    let metadata =
        json!({"name": NAME, "namespace": NAMESPACE, "labels": labels, "annotations": {"team": "blue"}});
    let selector = json!({"matchLabels": labels});
    let mut spec = match kind {
        WorkloadKind::Deployment => {
            json!({"replicas": dice.below(4), "selector": selector, "template": template,
            "strategy": deployment_strategy(dice), "revisionHistoryLimit": dice.below(4)})
        }
        WorkloadKind::StatefulSet => {
            json!({"replicas": dice.below(4), "selector": selector, "template": template,
            "serviceName": NAME, "updateStrategy": set_strategy(dice), "revisionHistoryLimit": 10})
        }
        WorkloadKind::DaemonSet => json!({"selector": selector, "template": template,
            "updateStrategy": {"type": *dice.pick(&["RollingUpdate", "RollingUpdate", "OnDelete"])}, "revisionHistoryLimit": 10}),
        WorkloadKind::Job => json!({"template": template, "backoffLimit": 6,
            "selector": {"matchLabels": {"batch.kubernetes.io/controller-uid": "job-0"}}}),
        WorkloadKind::CronJob => json!({"schedule": "0 3 * * *", "suspend": dice.once_in(3),
            "jobTemplate": {"spec": {"template": template}}}),
        WorkloadKind::Pod => template["spec"].clone(),
    };
    if kind == WorkloadKind::Job {
        spec["template"]["metadata"]["labels"]["batch.kubernetes.io/controller-uid"] = "job-0".into();
    }
    if matches!(kind, WorkloadKind::Deployment | WorkloadKind::StatefulSet) && dice.once_in(3) {
        spec["minReadySeconds"] = 5.into();
    }
    if kind == WorkloadKind::StatefulSet && dice.once_in(3) {
        spec["persistentVolumeClaimRetentionPolicy"] =
            json!({"whenScaled": "Delete", "whenDeleted": "Retain"});
    }
    let version = match kind {
        WorkloadKind::Pod => "v1",
        WorkloadKind::Job | WorkloadKind::CronJob => "batch/v1",
        _ => "apps/v1",
    };
    json!({"apiVersion": version, "kind": kind.as_str(), "metadata": metadata, "spec": spec})
}

fn deployment_strategy(dice: &mut Dice) -> Value {
    if dice.once_in(3) {
        return json!({"type": "Recreate"});
    }
    json!({"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}})
}

fn set_strategy(dice: &mut Dice) -> Value {
    match dice.below(4) {
        0 => json!({"type": "OnDelete"}),
        1 => json!({"type": "RollingUpdate", "rollingUpdate": {"partition": 1 + dice.below(2)}}),
        _ => json!({"type": "RollingUpdate", "rollingUpdate": {"partition": 0}}),
    }
}

fn template(dice: &mut Dice, kind: WorkloadKind) -> Value {
    let env = match dice.below(3) {
        0 => {
            json!([{"name": "A", "value": "1"}, {"name": "A", "value": "2"}, {"name": "B", "value": "$(A)"}])
        }
        1 => json!([{"name": "A", "value": "1"}]),
        _ => Value::Null,
    };
    let mut main =
        json!({"name": "main", "image": "main:1", "command": ["serve"], "ports": [{"containerPort": 8080}]});
    if !env.is_null() {
        main["env"] = env;
    }
    if dice.once_in(2) {
        main["readinessProbe"] = json!({"httpGet": {"path": "/", "port": 8080}});
        main["resources"] = json!({"limits": {"cpu": "1"}, "requests": {"cpu": "100m"}});
    }
    let side = json!({"name": "side", "image": "side:1"});
    let containers = if dice.once_in(2) { json!([main, side]) } else { json!([side, main]) };
    let mut spec = json!({"containers": containers, "terminationGracePeriodSeconds": GRACE,
        "restartPolicy": if matches!(kind, WorkloadKind::Job | WorkloadKind::CronJob) { "OnFailure" } else { "Always" }});
    if dice.once_in(3) {
        spec["initContainers"] = json!([{"name": "first", "image": "init:1"}]);
    }
    if dice.once_in(3) {
        spec["nodeSelector"] = json!({"kubernetes.io/os": "linux"});
    }
    if dice.once_in(3) {
        spec["securityContext"] = json!({"runAsUser": 1000, "runAsNonRoot": true});
    }
    json!({"metadata": {"labels": {"app": NAME}}, "spec": spec})
}

/// Persistent folders in the daemon's own configuration: one beside the work dir, perhaps one below it, or the work dir.
pub(super) fn folders(dice: &mut Dice) -> String {
    let others = ["", ", {path: /home/nocalhost-dev}", ", {path: /home/nocalhost-dev/cache, capacity: 2Gi}"];
    format!("dev: {{persistentVolumeDirs: [{{path: /go, capacity: 1Gi}}{}]}}", dice.pick(&others))
}

/// The class of their claims.
pub(super) fn storage_class(dice: &mut Dice) -> Value {
    let mode = *dice.pick(&["Immediate", "WaitForFirstConsumer"]);
    json!({"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "provisioner": "example.com/model",
        "volumeBindingMode": mode, "metadata": {"name": "model",
        "annotations": {"storageclass.kubernetes.io/is-default-class": "true"}}})
}

/// What scales the workload.
pub(super) fn autoscaler(kind: WorkloadKind) -> Value {
    json!({"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": NAME, "namespace": NAMESPACE},
        "spec": {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": kind.as_str(), "name": NAME}, "minReplicas": 1, "maxReplicas": 5}})
}
