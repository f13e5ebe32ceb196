//! What is kept of an object of the cluster to show a workload at a glance: little, as there may be thousands. Pure.

use nhd_protocol::listing::ReplicaCount;
use nhd_protocol::workload::{WorkloadKind, WorkloadRef};
use serde_json::Value;

use super::trouble::{self, Trouble};
use crate::session::kinds;

/// What is kept of an object of one of the six kinds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    pub workload: WorkloadRef,
    /// Whether it is a workload of its own, and not what a controller or nhd made of another.
    pub listed: bool,
    /// The workload that it was made of: the schedule of a Job, the workload of a dev workload.
    pub parent: Option<WorkloadRef>,
    pub mark: Mark,
    pub containers: Vec<String>,
    pub replicas: Option<ReplicaCount>,
    pub trouble: Option<Trouble>,
}

/// What an object says by itself of DevMode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    None,
    InDevMode,
    /// Nhd made it for its parent, which so is in DevMode.
    DevWorkload,
    Nocalhosts,
}

/// What is kept of a pod: a workload of its own, or what is the matter with one of another's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PodGlance {
    pub namespace: String,
    pub name: String,
    /// Where it is bare.
    pub item: Option<Item>,
    /// The workload whose pod it is, with its trouble.
    pub trouble: Option<(WorkloadRef, Trouble)>,
}

/// Items of a list do not say their own kind.
pub fn item(kind: WorkloadKind, object: &Value) -> Option<Item> {
    let (namespace, name) = identity(object)?;
    let workload = WorkloadRef { namespace: namespace.to_owned(), kind, name: name.to_owned() };
    let owner = owner(object).filter(|owner| owner.kind == WorkloadKind::CronJob);
    let dev_of = nhd_plan::dev_workload_of(object).and_then(|of| named(namespace, of));
    let mark = match () {
        () if nhd_plan::is_dev_workload(object) => Mark::DevWorkload,
        () if nhd_plan::is_nocalhosts(object) => Mark::Nocalhosts,
        () if nhd_plan::is_ours(object) => Mark::InDevMode,
        () => Mark::None,
    };
    // What an operator made of a resource of its own can be developed in, when forced; a controller's pods and jobs cannot.
    let made = matches!(kind, WorkloadKind::Pod | WorkloadKind::Job) && is_made_by_others(object);
    let trouble = match kind {
        WorkloadKind::Pod => trouble::of_pod(object),
        kind => trouble::of_object(kind, object),
    };
    Some(Item {
        listed: !made && mark != Mark::DevWorkload,
        parent: dev_of.or(owner),
        mark,
        containers: containers(kind, object),
        replicas: (kinds::row(kind).replicas)(object),
        trouble,
        workload,
    })
}

pub fn pod(object: &Value) -> Option<PodGlance> {
    let (namespace, name) = identity(object)?;
    let (namespace, name) = (namespace.to_owned(), name.to_owned());
    if !is_made_by_others(object) {
        return Some(PodGlance { namespace, name, item: item(WorkloadKind::Pod, object), trouble: None });
    }
    // One that has failed is replaced, and of a Job that gives up the Job tells.
    let goes_on = object["status"]["phase"] != "Failed";
    let trouble = trouble::of_pod(object).filter(|_| goes_on).and_then(|it| Some((owner(object)?, it)));
    Some(PodGlance { namespace, name, item: None, trouble })
}

/// The workload that controls an object. The ReplicaSet between a Deployment and its pods is named after the Deployment
/// and the hash that the pods are labelled with, so that nobody need look at it.
pub fn owner(object: &Value) -> Option<WorkloadRef> {
    let (namespace, _) = identity(object)?;
    let (kind, name) = nhd_plan::controller(object)?;
    if kind == "ReplicaSet" {
        let hash = object["metadata"]["labels"]["pod-template-hash"].as_str()?;
        let name = name.strip_suffix(hash)?.strip_suffix('-')?.to_owned();
        return Some(WorkloadRef { namespace: namespace.to_owned(), kind: WorkloadKind::Deployment, name });
    }
    Some(WorkloadRef { namespace: namespace.to_owned(), kind: kind.parse().ok()?, name })
}

/// A workload by the words `KIND/NAME`.
fn named(namespace: &str, words: &str) -> Option<WorkloadRef> {
    let (kind, name) = words.split_once('/')?;
    Some(WorkloadRef { namespace: namespace.to_owned(), kind: kind.parse().ok()?, name: name.to_owned() })
}

pub fn identity(object: &Value) -> Option<(&str, &str)> {
    let metadata = &object["metadata"];
    Some((metadata["namespace"].as_str()?, metadata["name"].as_str()?))
}

pub fn is_made_by_others(object: &Value) -> bool {
    nhd_plan::controller(object).is_some()
}

/// The spec of the pods that an object makes, or is.
pub fn pod_spec(kind: WorkloadKind, object: &Value) -> &Value {
    let pointer = match kind {
        WorkloadKind::Pod => "/spec",
        WorkloadKind::CronJob => "/spec/jobTemplate/spec/template/spec",
        _ => "/spec/template/spec",
    };
    object.pointer(pointer).unwrap_or(&Value::Null)
}

fn containers(kind: WorkloadKind, object: &Value) -> Vec<String> {
    let list = pod_spec(kind, object)["containers"].as_array();
    let names = list.into_iter().flatten().filter_map(|container| container["name"].as_str());
    names.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_workload_of_any_kind_is_kept_with_its_pods_and_containers() {
        let template = json!({"spec": {"containers": [{"name": "a"}, {"name": "b"}]}});
        for kind in WorkloadKind::ALL {
            let object = match kind {
                WorkloadKind::Pod => template.clone(),
                WorkloadKind::CronJob => json!({"spec": {"jobTemplate": {"spec": {"template": template}}}}),
                _ => json!({"spec": {"replicas": 3, "template": template}, "status": {"readyReplicas": 2}}),
            };
            let mut object = object;
            object["metadata"] = json!({"name": "web", "namespace": "n"});
            let item = item(kind, &object).expect("has a name");
            assert_eq!(item.containers, ["a", "b"], "{kind}");
            assert!(item.listed && item.mark == Mark::None, "{kind}");
            let counted = item.replicas.map(|count| (count.ready, count.desired));
            let expect = match kind {
                WorkloadKind::Deployment | WorkloadKind::StatefulSet => Some((2, 3)),
                WorkloadKind::DaemonSet => Some((0, 0)),
                WorkloadKind::Job | WorkloadKind::Pod => Some((0, 1)),
                WorkloadKind::CronJob => None,
            };
            assert_eq!(counted, expect, "{kind}");
        }
    }

    #[test]
    fn what_a_controller_made_leads_to_its_workload() {
        let owned = |kind: &str, name: &str| {
            json!({"metadata": {"name": "p", "namespace": "n", "labels": {"pod-template-hash": "5d8f"},
                "ownerReferences": [{"kind": kind, "name": name, "controller": true}]},
                "spec": {}, "status": {"phase": "Pending", "containerStatuses":
                    [{"name": "c", "state": {"waiting": {"reason": "ErrImagePull"}}}]}})
        };
        for (kind, name, expect) in [
            ("ReplicaSet", "web-5d8f", Some("deployment/web")),
            ("ReplicaSet", "my-web-5d8f", Some("deployment/my-web")),
            ("ReplicaSet", "by-hand", None),
            ("StatefulSet", "db", Some("statefulset/db")),
            ("DaemonSet", "agent", Some("daemonset/agent")),
            ("Job", "once", Some("job/once")),
            ("Workflow", "other", None),
        ] {
            let glance = pod(&owned(kind, name)).expect("is a pod");
            assert_eq!(glance.item, None);
            let of = glance.trouble.map(|(of, _)| format!("{}/{}", of.kind.word(), of.name));
            assert_eq!(of.as_deref(), expect, "{kind} {name}");
        }
        let job = item(WorkloadKind::Job, &owned("CronJob", "nightly")).expect("is a job");
        assert_eq!((job.listed, job.parent.map(|it| it.name).as_deref()), (false, Some("nightly")));
        let made = item(WorkloadKind::Deployment, &owned("Elasticsearch", "logs")).expect("is a deployment");
        assert!(made.listed, "what an operator made can be developed in");
    }

    #[test]
    fn marks_tell_whose_devmode_it_is() {
        let with = |annotations: Value| {
            let object =
                json!({"metadata": {"name": "w", "namespace": "n", "annotations": annotations}, "spec": {}});
            let item = item(WorkloadKind::Job, &object).expect("is a job");
            (item.mark, item.listed, item.parent.map(|it| (it.kind, it.name)))
        };
        assert_eq!(with(json!({})), (Mark::None, true, None));
        assert_eq!(with(json!({"nocalhost.origin.spec.json": "{}"})), (Mark::InDevMode, true, None));
        assert_eq!(
            with(json!({"dev.nocalhost/origin-workload-definition": "{}"})),
            (Mark::Nocalhosts, true, None)
        );
        assert_eq!(
            with(json!({"nhd.dev/dev-of": "cronjob/nightly"})),
            (Mark::DevWorkload, false, Some((WorkloadKind::CronJob, "nightly".to_owned())))
        );
    }
}
