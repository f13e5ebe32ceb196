//! The workloads of a namespace, or of all, at one moment.

use futures::future::join_all;
use futures::join;
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use nhd_protocol::error::ErrorInfo;
use nhd_protocol::listing::{WorkloadList, WorkloadListParams};
use nhd_protocol::workload::{WorkloadKind, WorkloadRef};
use serde_json::Value;

use super::glance::{self, Item};
use super::tree::Tree;
use crate::cluster::error::OrAbsent as _;
use crate::cluster::objects::{Objects, PODS};
use crate::cluster::pages::Part;
use crate::cluster::record;
use crate::cluster::{ClusterError, Reason};
use crate::session::SessionManager;
use crate::session::failure::Failure;
use crate::session::requests::check::address;
use crate::session::requests::place::Place;

/// How many bare pods are read side by side.
const PODS_AT_ONCE: usize = 8;

pub async fn list(manager: &SessionManager, params: WorkloadListParams) -> Result<WorkloadList, ErrorInfo> {
    let address = address(params.kubeconfig.as_deref(), params.context, params.environment)?;
    let place = Place::find(&address, params.namespace.as_deref()).await?;
    let namespace = (!params.all_namespaces).then_some(place.namespace.as_str());
    let lists = WorkloadKind::ALL.map(|kind| of_kind(&place.objects, kind, namespace));
    let (lists, records) = join!(join_all(lists), record::list(&place.objects, namespace));
    let (mut tree, mut warnings) = (Tree::default(), Vec::new());
    // Many may list workloads and no Secrets: then an owner is not known.
    tree.replace_records(records.unwrap_or_default());
    for list in lists {
        match list {
            Ok(items) => items.into_iter().for_each(|item| tree.put(item)),
            Err(error) if error.reason == Reason::Forbidden => warnings.push(error.to_string()),
            Err(error) => return Err(Failure::from(error).info),
        }
    }
    let here = |workload: &WorkloadRef| manager.has_session(&place.cluster_uid, workload);
    let mut workloads = tree.changes(here).upserted;
    // Kind by kind, as kubectl shows them.
    workloads.sort_by_key(|summary| summary.workload.kind);
    let (context, server) = (place.client.context, place.client.server);
    Ok(WorkloadList { context, server, workloads, warnings })
}

/// The objects of a kind. Nearly all pods are a controller's, as their metadata says; the others are read one by one.
async fn of_kind(
    objects: &Objects,
    kind: WorkloadKind,
    namespace: Option<&str>,
) -> Result<Vec<Item>, ClusterError> {
    let keep = |object: Value| glance::item(kind, &object);
    if kind != WorkloadKind::Pod {
        return Ok(objects.listed(kind.into(), namespace, None, Part::Whole, keep).await?.items);
    }
    let bare = |pod: Value| {
        let (namespace, name) = glance::identity(&pod).filter(|_| !glance::is_made_by_others(&pod))?;
        Some((namespace.to_owned(), name.to_owned()))
    };
    let pods = objects.listed(PODS, namespace, None, Part::Metadata, bare).await?.items;
    let read = pods
        .into_iter()
        .map(|(namespace, name)| async move { objects.get(PODS, Some(&namespace), &name).await.or_absent() });
    let found: Vec<Option<Value>> = stream::iter(read).buffered(PODS_AT_ONCE).try_collect().await?;
    // One that has gone meanwhile is not there to be listed.
    Ok(found.into_iter().flatten().filter_map(keep).collect())
}
