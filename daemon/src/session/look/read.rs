//! Reading what the cluster holds of a session, all of it in one look. Decides nothing.

use futures::try_join;
use nhd_protocol::workload::{WorkloadKind, WorkloadRef};
use serde_json::Value;

use crate::cluster::autoscalers;
use crate::cluster::error::OrAbsent as _;
use crate::cluster::objects::{CLAIMS, Objects};
use crate::cluster::pod_events;
use crate::cluster::pods::{self, DevContainers, PodSeen};
use crate::cluster::record;
use crate::cluster::refusals;
use crate::cluster::revisions::{History, RevisionSeen};
use crate::cluster::{ClusterError, Reason};
use crate::session::kinds::{self, Maker};
use crate::session::look::autoscalers as scaling;
use crate::session::look::parts::{DevWorkloadPart, WorkloadParts, record_name};
use crate::session::look::sight::{ClaimSeen, Sight};
use crate::session::look::{claims, folders, namespace};
use crate::store::session::StoredPlan;
use nhd_plan::{DEV_CONTAINER, SIDECAR_CONTAINER};

const DEV_CONTAINERS: DevContainers = DevContainers { dev: DEV_CONTAINER, sidecar: SIDECAR_CONTAINER };

/// Of so many pods that are waited for is asked what is the matter with them; the others have the same trouble.
const PODS_ASKED_ABOUT: usize = 2;

/// Reads everything that a session's next step depends on, and, where pods have been waited `long` for, what the
/// cluster warns of about them.
pub async fn look(
    objects: &Objects,
    workload: &WorkloadRef,
    plan: &StoredPlan,
    long: bool,
) -> Result<Sight, ClusterError> {
    let namespace = workload.namespace.as_str();
    let parts = WorkloadParts::of(workload.kind, plan);
    let name = record_name(workload);
    let (found, dev_workload, record, revisions, autoscalers, claims, folders) = try_join!(
        async { objects.get(workload.kind.into(), Some(namespace), &workload.name).await.or_absent() },
        dev_workload(objects, namespace, parts.dev_workload.as_ref(), plan),
        record::read(objects, namespace, &name),
        read_history(objects, namespace, parts.history.as_ref()),
        read_autoscalers(objects, workload, plan),
        read_claims(objects, namespace, plan),
        folders::read(objects, namespace, plan),
    )?;
    let dev_history =
        parts.dev_workload.as_ref().and_then(|beside| history_of(beside, dev_workload.as_ref()?));
    let dev_revisions = read_history(objects, namespace, dev_history.as_ref()).await?;
    let workload_uid = plan.edit.workload_uid();
    let kind = workload.kind;
    let mut pods = match (&parts.pods, &found) {
        (None, None) => Vec::new(),
        (None, Some(pod)) => pods::see_object(pod, DEV_CONTAINERS).into_iter().collect(),
        (Some(selector), _) => {
            let makers = revisions.iter().chain(&dev_revisions).map(|revision| revision.uid.as_str());
            let dev_uid = dev_workload.as_ref().and_then(|it| it.pointer("/metadata/uid")?.as_str());
            let owners: Vec<&str> = makers.chain([workload_uid]).chain(dev_uid).collect();
            pods::owned_by(objects, namespace, selector, &owners, DEV_CONTAINERS).await?
        }
    };
    if long {
        let is_awaited = |pod: &&mut PodSeen| !pod.ready && !pod.terminating && !pod.finished;
        for pod in pods.iter_mut().filter(is_awaited).take(PODS_ASKED_ABOUT) {
            pod.events = pod_events::of_pod(objects, namespace, &pod.uid).await;
        }
    }
    let same = |found: &Value| {
        !kinds::row(kind).known_by_uid
            || found.pointer("/metadata/uid").and_then(Value::as_str) == Some(workload_uid)
    };
    let mut workload = found.filter(same);
    // A record is in its namespace, and most workloads are known by their uid.
    let namespace_gone = (record.is_none() || workload.is_none())
        && namespace::is_gone(objects, namespace, plan.edit.namespace_uid.as_deref()).await?;
    let is_marked = |it: &Value| nhd_plan::is_ours(it) || nhd_plan::given_back_by(it).is_some();
    if namespace_gone && !workload.as_ref().is_some_and(is_marked) {
        // What is there is nothing that we took away or put there.
        (workload, pods) = (None, Vec::new());
    }
    let mut sight = Sight {
        workload,
        dev_workload,
        record,
        revisions,
        dev_revisions,
        pods,
        refusal: None,
        autoscalers,
        claims,
        folders,
        namespace_gone,
    };
    sight.refusal = read_refusal(objects, kind, namespace, &sight).await;
    Ok(sight)
}

/// Why the dev pod cannot be made, of kinds whose maker says it in events alone.
async fn read_refusal(
    objects: &Objects,
    kind: WorkloadKind,
    namespace: &str,
    sight: &Sight,
) -> Option<String> {
    let maker = match kinds::row(kind).silent_maker? {
        Maker::Workload => sight.workload.as_ref().filter(|workload| nhd_plan::is_ours(workload)),
        Maker::DevWorkload => sight.dev_workload.as_ref(),
    };
    let uid = maker?.pointer("/metadata/uid")?.as_str()?;
    let since = sight.record.as_ref()?.created.as_str();
    if sight.pods.iter().any(|pod| pod.dev && !pod.finished) {
        return None;
    }
    refusals::last(objects, namespace, uid, since).await
}

async fn read_autoscalers(
    objects: &Objects,
    workload: &WorkloadRef,
    plan: &StoredPlan,
) -> Result<Option<Vec<Value>>, ClusterError> {
    if !kinds::row(workload.kind).scales {
        return Ok(Some(Vec::new()));
    }
    let all = autoscalers::list(objects, &workload.namespace).await?;
    Ok(all.map(|all| all.into_iter().filter(|it| scaling::concerns(it, plan)).collect()))
}

/// Whoever may not read them deletes none.
async fn read_claims(
    objects: &Objects,
    namespace: &str,
    plan: &StoredPlan,
) -> Result<Vec<ClaimSeen>, ClusterError> {
    let mut seen = Vec::new();
    for made in &plan.edit.claims {
        match objects.get(CLAIMS, Some(namespace), &made.name).await {
            Ok(claim) => seen.extend(claims::see(&claim)),
            Err(error) if matches!(error.reason, Reason::NotFound | Reason::Forbidden) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(seen)
}

async fn dev_workload(
    objects: &Objects,
    namespace: &str,
    part: Option<&DevWorkloadPart>,
    plan: &StoredPlan,
) -> Result<Option<Value>, ClusterError> {
    let Some(part) = part else { return Ok(None) };
    let found = objects.get(part.kind.into(), Some(namespace), &part.name).await.or_absent()?;
    Ok(found.filter(|found| nhd_plan::is_dev_workload_of(found, &plan.edit.origin)))
}

/// The pods of a generated Deployment are its ReplicaSets'; a generated Job has its pods itself.
fn history_of(part: &DevWorkloadPart, dev_workload: &Value) -> Option<History> {
    let uid = dev_workload.pointer("/metadata/uid")?.as_str()?.to_owned();
    (part.kind == WorkloadKind::Deployment).then(|| History::of_deployment(part.pods.clone(), uid))
}

async fn read_history(
    objects: &Objects,
    namespace: &str,
    history: Option<&History>,
) -> Result<Vec<RevisionSeen>, ClusterError> {
    match history {
        Some(history) => history.read(objects, namespace, nhd_plan::is_dev_template).await,
        None => Ok(Vec::new()),
    }
}
