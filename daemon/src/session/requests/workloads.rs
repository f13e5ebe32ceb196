//! The workloads of a cluster at a glance, and who has them in DevMode.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::join_all;
use futures::join;
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use nhd_protocol::error::ErrorInfo;
use nhd_protocol::listing::{
    DevModeOwner, DevModeSummary, WorkloadList, WorkloadListParams, WorkloadSummary,
};
use nhd_protocol::workload::{WorkloadKind, WorkloadRef};
use serde_json::Value;

use crate::cluster::error::OrAbsent as _;
use crate::cluster::objects::{Objects, PODS};
use crate::cluster::pages::Part;
use crate::cluster::record::{self, RecordHead};
use crate::cluster::{ClusterError, Reason};
use crate::session::failure::Failure;
use crate::session::kinds;
use crate::session::look::parts::record_name;
use crate::session::manager::SessionManager;
use crate::session::requests::check::address;
use crate::session::requests::place::Place;

/// How many bare pods are read side by side.
const PODS_AT_ONCE: usize = 8;

/// By namespace and name.
type Records = BTreeMap<(String, String), RecordHead>;

pub async fn list(manager: &SessionManager, params: WorkloadListParams) -> Result<WorkloadList, ErrorInfo> {
    let address = address(params.kubeconfig.as_deref(), params.context, params.environment)?;
    let place = Place::find(&address, params.namespace.as_deref()).await?;
    let namespace = (!params.all_namespaces).then_some(place.namespace.as_str());
    let lists = WorkloadKind::ALL.map(|kind| of_kind(&place.objects, kind, namespace));
    let (lists, records) = join!(join_all(lists), record::list(&place.objects, namespace));
    // Many may list workloads and no Secrets: then an owner is not known.
    let records = records.unwrap_or_default();
    let mut warnings = Vec::new();
    let mut found: Vec<(WorkloadKind, Value)> = Vec::new();
    for (kind, list) in WorkloadKind::ALL.into_iter().zip(lists) {
        match list {
            Ok(items) => found.extend(items.into_iter().map(|item| (kind, item))),
            Err(error) if error.reason == Reason::Forbidden => warnings.push(error.to_string()),
            Err(error) => return Err(Failure::from(error).info),
        }
    }
    let here = |workload: &WorkloadRef| manager.has_session(&place.cluster_uid, workload);
    let workloads = summaries(&found, &records, here);
    let (context, server) = (place.client.context, place.client.server);
    Ok(WorkloadList { context, server, workloads, warnings })
}

/// The objects of a kind. Nearly all pods are a controller's, as their metadata says; the others are read one by one.
async fn of_kind(
    objects: &Objects,
    kind: WorkloadKind,
    namespace: Option<&str>,
) -> Result<Vec<Value>, ClusterError> {
    if kind != WorkloadKind::Pod {
        return objects.pages(kind.into(), namespace, None, Part::Whole).await;
    }
    let pods = objects.pages(PODS, namespace, None, Part::Metadata).await?;
    let bare = pods.into_iter().filter(|pod| !is_made_by_others(pod));
    let read = bare.map(|pod| async move {
        let name = pod.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default();
        objects.get(PODS, Some(namespace_of(&pod)), name).await.or_absent()
    });
    let found: Vec<Option<Value>> = stream::iter(read).buffered(PODS_AT_ONCE).try_collect().await?;
    // One that has gone meanwhile is not there to be listed.
    Ok(found.into_iter().flatten().collect())
}

/// `here` tells the id of this daemon's session of a workload.
fn summaries(
    found: &[(WorkloadKind, Value)],
    records: &Records,
    here: impl Fn(&WorkloadRef) -> Option<String>,
) -> Vec<WorkloadSummary> {
    // Of a workload that is not written to, only what was made beside it tells.
    let beside: BTreeSet<(&str, String)> = found
        .iter()
        .filter_map(|(_, object)| Some((namespace_of(object), nhd_plan::dev_workload_of(object)?.to_owned())))
        .collect();
    let listed =
        found.iter().filter(|(_, object)| !is_made_by_others(object) && !nhd_plan::is_dev_workload(object));
    listed
        .map(|(kind, object)| {
            let name =
                object.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default().to_owned();
            let namespace = namespace_of(object).to_owned();
            let has_beside = beside.contains(&(namespace.as_str(), format!("{}/{name}", kind.word())));
            let workload = WorkloadRef { namespace, kind: *kind, name };
            let dev_mode = dev_mode(object, &workload, has_beside, records, here(&workload));
            let replicas = (kinds::row(*kind).replicas)(object);
            WorkloadSummary {
                replicas,
                containers: containers(*kind, object),
                dev_mode,
                trouble: None,
                workload,
            }
        })
        .collect()
}

fn dev_mode(
    object: &Value,
    workload: &WorkloadRef,
    has_beside: bool,
    records: &Records,
    here: Option<String>,
) -> Option<DevModeSummary> {
    if nhd_plan::is_nocalhosts(object) {
        return Some(DevModeSummary { by_nocalhost: true, ..DevModeSummary::default() });
    }
    let record = records.get(&(workload.namespace.clone(), record_name(workload)));
    let known = nhd_plan::is_ours(object) || has_beside || record.is_some();
    known.then(|| DevModeSummary {
        owner: record.and_then(|record| record.owner.clone()).map(DevModeOwner::from),
        session: here.clone().or_else(|| record.map(|record| record.session.clone())),
        here: here.is_some(),
        by_nocalhost: false,
    })
}

fn namespace_of(object: &Value) -> &str {
    object.pointer("/metadata/namespace").and_then(Value::as_str).unwrap_or_default()
}

fn is_made_by_others(object: &Value) -> bool {
    let owners = object.pointer("/metadata/ownerReferences").and_then(Value::as_array);
    owners.into_iter().flatten().any(|owner| owner["controller"] == true)
}

fn containers(kind: WorkloadKind, object: &Value) -> Vec<String> {
    // Items of a list do not say their own kind.
    let pod_spec = match kind {
        WorkloadKind::Pod => "/spec",
        WorkloadKind::CronJob => "/spec/jobTemplate/spec/template/spec",
        _ => "/spec/template/spec",
    };
    let list = object.pointer(pod_spec).and_then(|spec| spec["containers"].as_array());
    let names = list.into_iter().flatten().filter_map(|container| container["name"].as_str());
    names.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use nhd_protocol::listing::ReplicaCount;
    use serde_json::json;

    fn deployment(name: &str, annotations: Value) -> (WorkloadKind, Value) {
        let object = json!({"metadata": {"name": name, "namespace": "n", "annotations": annotations},
            "spec": {"replicas": 3, "template": {"spec": {"containers": [{"name": "a"}, {"name": "b"}]}}},
            "status": {"readyReplicas": 2}});
        (WorkloadKind::Deployment, object)
    }

    fn nobody(_: &WorkloadRef) -> Option<String> {
        None
    }

    #[test]
    fn a_workload_is_shown_with_its_pods_and_containers() {
        let list = summaries(&[deployment("web", json!({}))], &Records::new(), nobody);
        assert_eq!(list[0].replicas, Some(ReplicaCount { ready: 2, desired: 3 }));
        assert_eq!(list[0].containers, ["a", "b"]);
        assert_eq!(list[0].dev_mode, None);
    }

    #[test]
    fn who_has_it_is_told_by_the_record_and_without_it_the_mark_still_tells_that_somebody_has() {
        let marked = deployment("web", json!({"nocalhost.origin.spec.json": "{}"}));
        let unknown = summaries(std::slice::from_ref(&marked), &Records::new(), nobody).remove(0).dev_mode;
        assert_eq!(unknown, Some(DevModeSummary::default()));
        let owner = "ann@laptop since 2026-01-01T00:00:00.000Z".parse().ok();
        let name = record_name(&WorkloadRef {
            namespace: "n".into(),
            kind: WorkloadKind::Deployment,
            name: "web".into(),
        });
        let records = Records::from([(("n".to_owned(), name), RecordHead { session: "s1".into(), owner })]);
        let known = summaries(&[marked], &records, nobody).remove(0).dev_mode.expect("is in DevMode");
        assert_eq!(known.owner.map(|owner| owner.user).as_deref(), Some("ann"));
        assert_eq!((known.session.as_deref(), known.here), (Some("s1"), false));
    }

    #[test]
    fn nocalhosts_own_sessions_are_told_apart() {
        let theirs = deployment("web", json!({"dev.nocalhost/origin-workload-definition": "{}"}));
        let dev_mode = summaries(&[theirs], &Records::new(), nobody).remove(0).dev_mode;
        assert!(dev_mode.is_some_and(|dev_mode| dev_mode.by_nocalhost));
    }

    #[test]
    fn what_a_controller_or_nhd_made_is_no_workload_of_its_own() {
        let owned = json!({"metadata": {"name": "p", "namespace": "n",
            "ownerReferences": [{"controller": true}]}, "spec": {"containers": []}});
        let generated = json!({"metadata": {"name": "j-job-dev", "namespace": "n",
            "annotations": {"nhd.dev/dev-of": "job/j"}}, "spec": {}});
        let job = json!({"metadata": {"name": "j", "namespace": "n"}, "spec": {}});
        let found = [(WorkloadKind::Pod, owned), (WorkloadKind::Job, generated), (WorkloadKind::Job, job)];
        let list = summaries(&found, &Records::new(), nobody);
        assert_eq!(list.len(), 1);
        assert_eq!(list[0].dev_mode, Some(DevModeSummary::default()));
    }
}
