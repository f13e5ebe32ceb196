//! One workload in detail: read once, each part by itself, so that what is forbidden hides nothing else.

mod managers;
mod pods;
mod template;

use futures::join;
use nhd_protocol::browse::describe::{
    DescribeParams, DescribedPart, DescriptionTrouble, PodDescription, ServiceDescription,
    WorkloadDescription,
};
use nhd_protocol::error::{ErrorInfo, ErrorKind};
use nhd_protocol::listing::WorkloadSummary;
use nhd_protocol::message::error;
use nhd_protocol::workload::{WorkloadKind, WorkloadRef};
use serde_json::Value;

use super::glance::{self, Item, Mark, PodGlance};
use super::tree::Tree;
use super::trouble;
use crate::cluster::objects::{Objects, PODS, SERVICES};
use crate::cluster::pages::Part;
use crate::cluster::selector::selector_query;
use crate::cluster::{ClusterError, Reason, record};
use crate::session::SessionManager;
use crate::session::failure::Failure;
use crate::session::requests::check::address;
use crate::session::requests::place::Place;

/// More pods of one workload are counted, and not described.
const PODS_LIMIT: usize = 100;

/// The latest Jobs of a schedule, whose pods are looked for.
const JOBS_LIMIT: usize = 20;

pub async fn describe(
    manager: &SessionManager,
    params: DescribeParams,
) -> Result<WorkloadDescription, ErrorInfo> {
    let address = address(params.kubeconfig.as_deref(), params.context, params.environment)?;
    let namespace = params.namespace.filter(|namespace| !namespace.is_empty());
    let place = Place::find(&address, namespace.as_deref()).await?;
    let workload = place.workload(params.kind, &params.name);
    let object = read(&place.objects, &workload).await?;
    let (pods, services, records) = join!(
        pods_of(&place.objects, &workload, &object),
        place.objects.listed(SERVICES, Some(&workload.namespace), None, Part::Whole, Some),
        record::list(&place.objects, Some(&workload.namespace)),
    );
    let mut troubles = Vec::new();
    let pods = known(&mut troubles, DescribedPart::Pods, pods)?;
    let services = known(&mut troubles, DescribedPart::Services, services.map(|listed| listed.items))?;
    let records = known(&mut troubles, DescribedPart::Owner, records)?;
    let mut tree = Tree::default();
    tree.replace_records(records);
    let here = |workload: &WorkloadRef| manager.has_session(&place.cluster_uid, workload);
    let summary = summary(tree, &workload, &object, &pods, here)?;
    let (pods, more_pods) = described(&pods);
    Ok(WorkloadDescription {
        created_at: created_at(&object),
        labels: template::texts(&object["metadata"]["labels"]),
        containers: template::containers(params.kind, &object, summary.dev_mode.is_some()),
        pods,
        more_pods,
        services: services_of(params.kind, &object, &services),
        managers: managers::of(&object),
        last_choice: manager.last_choice(&place, &workload),
        troubles,
        summary,
        context: place.client.context,
        server: place.client.server,
    })
}

/// The workload itself, without which there is nothing to describe.
pub(super) async fn read(objects: &Objects, workload: &WorkloadRef) -> Result<Value, ErrorInfo> {
    let found = objects.get(workload.kind.into(), Some(&workload.namespace), &workload.name).await;
    found.map_err(|failed| match failed.reason {
        Reason::NotFound => ErrorInfo::of(&error::WORKLOAD_NOT_FOUND, &[("workload", workload)])
            .with_hint("look for it in `workload.list`; it may be in another namespace"),
        _ => Failure::from(failed).info,
    })
}

/// What was read, or nothing of what the user may not read, which is noted.
fn known<T: Default>(
    troubles: &mut Vec<DescriptionTrouble>,
    part: DescribedPart,
    read: Result<T, ClusterError>,
) -> Result<T, ErrorInfo> {
    match read {
        Ok(read) => Ok(read),
        Err(error) if error.reason == Reason::Forbidden => {
            troubles.push(DescriptionTrouble { part, error: Failure::from(error).info });
            Ok(T::default())
        }
        Err(error) => Err(Failure::from(error).info),
    }
}

/// The pods of a workload, and those of the dev workload beside it.
async fn pods_of(
    objects: &Objects,
    workload: &WorkloadRef,
    object: &Value,
) -> Result<Vec<Value>, ClusterError> {
    let namespace = Some(workload.namespace.as_str());
    let with = |selector: String| async move {
        Ok::<_, ClusterError>(
            objects.listed(PODS, namespace, Some(&selector), Part::Whole, Some).await?.items,
        )
    };
    let is_own = |pod: &Value| glance::owner(pod).as_ref() == Some(workload);
    let mut pods = match workload.kind {
        WorkloadKind::Pod => return Ok(vec![object.clone()]),
        WorkloadKind::CronJob => match jobs_of(objects, workload).await? {
            jobs if jobs.is_empty() => Vec::new(),
            jobs => with(format!("job-name in ({})", jobs.join(","))).await?,
        },
        _ => {
            let mut pods = with(selector_query(&object["spec"]["selector"])).await?;
            pods.retain(is_own);
            pods
        }
    };
    if matches!(workload.kind, WorkloadKind::DaemonSet | WorkloadKind::Job | WorkloadKind::CronJob) {
        pods.extend(with(nhd_plan::dev_selector(object)).await?);
    }
    Ok(pods)
}

/// The names of a schedule's latest Jobs.
async fn jobs_of(objects: &Objects, workload: &WorkloadRef) -> Result<Vec<String>, ClusterError> {
    let namespace = Some(workload.namespace.as_str());
    let own = |job: Value| {
        let made = job["metadata"]["creationTimestamp"].as_str().unwrap_or_default().to_owned();
        let name = job["metadata"]["name"].as_str()?.to_owned();
        (glance::owner(&job).as_ref() == Some(workload)).then_some((made, name))
    };
    let mut jobs =
        objects.listed(WorkloadKind::Job.into(), namespace, None, Part::Metadata, own).await?.items;
    jobs.sort();
    Ok(jobs.into_iter().rev().take(JOBS_LIMIT).map(|(_, name)| name).collect())
}

/// The workload at a glance, as lists and subscriptions have it.
fn summary(
    mut tree: Tree,
    workload: &WorkloadRef,
    object: &Value,
    pods: &[Value],
    here: impl Fn(&WorkloadRef) -> Option<String>,
) -> Result<WorkloadSummary, ErrorInfo> {
    let nameless =
        || ErrorInfo::new(ErrorKind::ClusterError, format!("the API server's {workload} has no name"));
    let item = glance::item(workload.kind, object).ok_or_else(nameless)?;
    // A dev pod beside a workload that is not written to tells that it is in DevMode.
    let beside = workload.kind != WorkloadKind::Pod && pods.iter().any(pods::is_dev);
    let mark = if item.mark == Mark::None && beside { Mark::InDevMode } else { item.mark };
    tree.put(Item { listed: true, mark, ..item });
    for pod in pods.iter().filter(|_| workload.kind != WorkloadKind::Pod) {
        let Some((namespace, name)) = glance::identity(pod) else { continue };
        let goes_on = pod["status"]["phase"] != "Failed";
        let trouble = trouble::of_pod(pod).filter(|_| goes_on).map(|it| (workload.clone(), it));
        let (namespace, name) = (namespace.to_owned(), name.to_owned());
        tree.put_pod(PodGlance { namespace, name, item: None, trouble });
    }
    tree.changes(here).upserted.pop().ok_or_else(nameless)
}

/// The newest pods, and how many are left out.
fn described(pods: &[Value]) -> (Vec<PodDescription>, Option<u32>) {
    let mut all: Vec<&Value> = pods.iter().collect();
    all.sort_by_key(|pod| pod["metadata"]["creationTimestamp"].as_str().unwrap_or_default().to_owned());
    let more = all.len().saturating_sub(PODS_LIMIT);
    let shown = all.into_iter().rev().take(PODS_LIMIT).map(pods::describe).collect();
    (shown, (more > 0).then(|| u32::try_from(more).unwrap_or(u32::MAX)))
}

fn services_of(kind: WorkloadKind, object: &Value, services: &[Value]) -> Vec<ServiceDescription> {
    let labels = template::texts(template::pod_labels(kind, object));
    services.iter().filter_map(|service| template::service(service, &labels, kind, object)).collect()
}

/// When an object was made. The API server says it in whole seconds.
fn created_at(object: &Value) -> Option<String> {
    object["metadata"]["creationTimestamp"].as_str().map(moment)
}

/// A moment of the API server as the protocol writes moments.
fn moment(text: &str) -> String {
    match text.strip_suffix('Z') {
        Some(seconds) if !seconds.contains('.') => format!("{seconds}.000Z"),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests;
