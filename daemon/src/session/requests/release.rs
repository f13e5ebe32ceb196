//! Ending what another daemon began, by nothing but what it left in the cluster: the record or, where that cannot be
//! read, the annotation that has the original.

use nhd_protocol::error::ErrorInfo;
use nhd_protocol::listing::ReleaseParams;
use nhd_protocol::message::error;
use nhd_protocol::session::{SessionStatus, SidecarPreset};
use nhd_protocol::workload::{WorkloadKind, WorkloadRef};
use serde_json::Value;

use crate::clock::timestamp_now;
use crate::cluster::autoscalers::{self, PinnedAutoscaler};
use crate::cluster::error::OrAbsent as _;
use crate::cluster::record::{self, Contents, Record, RecordSeen};
use crate::cluster::{ClusterAddress, ClusterError, Objects};
use crate::config::DevSettings;
use crate::machine_user;
use crate::session::failure::Failure;
use crate::session::look::namespace;
use crate::session::look::parts::record_name;
use crate::session::manager::SessionManager;
use crate::session::prepare::taken;
use crate::session::requests::check::address;
use crate::session::requests::place::Place;
use crate::store::StoredSession;
use crate::store::session::{Desired, SESSION_VERSION, StoredPlan, StoredRequest, StoredSync};
use crate::sync::SyncIdentity;
use nhd_plan::{DEFAULT_WORK_DIR, DEV_CONTAINER, Edit};

pub async fn release(manager: &SessionManager, params: ReleaseParams) -> Result<SessionStatus, ErrorInfo> {
    let address = address(params.kubeconfig.as_deref(), params.context, params.environment)?;
    let place = Place::find(&address, params.namespace.as_deref()).await?;
    let workload = place.workload(params.kind, &params.name);
    let name = record_name(&workload);
    let seen = record::read(&place.objects, &workload.namespace, &name).await;
    let seen = seen.map_err(|error| Failure::from(error).info)?;
    let record = match seen {
        Some(RecordSeen { contents: Contents::Record(record), .. }) => *record,
        Some(seen @ RecordSeen { contents: Contents::Later(_), .. }) => {
            return Err(taken(&workload, &name, &seen));
        }
        seen => by_annotation(&place, &workload, seen.as_ref()).await?,
    };
    manager.take_on(session_of(record, workload, &address, &place)?).await
}

/// What the record would say, from what the objects themselves do.
async fn by_annotation(
    place: &Place,
    workload: &WorkloadRef,
    seen: Option<&RecordSeen>,
) -> Result<Record, ErrorInfo> {
    let name = record_name(workload);
    let nothing = || seen.map_or_else(|| not_in_dev_mode(workload), |seen| taken(workload, &name, seen));
    let failed = |error: ClusterError| Failure::from(error).info;
    let (namespace, objects) = (workload.namespace.as_str(), &place.objects);
    let found = objects.get(workload.kind.into(), Some(namespace), &workload.name).await.or_absent();
    let object = found.map_err(failed)?.ok_or_else(nothing)?;
    let dev_workload = dev_workload_of(objects, &object).await.map_err(failed)?;
    if dev_workload.is_none() && !nhd_plan::is_ours(&object) {
        return Err(nothing());
    }
    let edit = Edit::recovered(&object, dev_workload).ok_or_else(|| lost(workload, &name))?;
    // Whoever may not list them cannot be told of any.
    let autoscalers = autoscalers::list(objects, namespace).await.map_err(failed)?.unwrap_or_default();
    let autoscalers =
        autoscalers.iter().filter_map(|it| PinnedAutoscaler::recovered(it, &edit.origin)).collect();
    let namespace_uid =
        namespace::uid(objects, &workload.namespace).await.or_absent().map_err(failed)?.flatten();
    let (session, owner) = seen.map(|seen| (seen.session.clone(), seen.owner.clone())).unwrap_or_default();
    let session = session.unwrap_or_else(|| crate::random_id(12));
    let owner = owner.unwrap_or_else(|| machine_user::owner(&timestamp_now()));
    Ok(Record::new(&session, owner, Edit { autoscalers, namespace_uid, ..edit }))
}

/// The object beside the workload that has the dev pod, where there is one.
pub(super) async fn dev_workload_of(
    objects: &Objects,
    workload: &Value,
) -> Result<Option<Value>, ClusterError> {
    let Some(reference) = nhd_plan::dev_workload_reference(workload) else { return Ok(None) };
    let Ok(kind) = reference.kind.parse::<WorkloadKind>() else { return Ok(None) };
    let namespace = workload.pointer("/metadata/namespace").and_then(Value::as_str);
    let found = objects.get(kind.into(), namespace, &reference.name).await.or_absent()?;
    Ok(found.filter(|found| nhd_plan::is_dev_workload_of(found, workload)))
}

/// Nothing in the cluster says any more what was before.
fn lost(workload: &WorkloadRef, secret: &str) -> ErrorInfo {
    ErrorInfo::of(&error::RECORD_LOST, &[("workload", workload), ("secret", &secret)])
}

fn not_in_dev_mode(workload: &WorkloadRef) -> ErrorInfo {
    ErrorInfo::of(&error::NOT_IN_DEV_MODE, &[("workload", workload)])
}

/// A session that gives back what the record is of.
fn session_of(
    record: Record,
    workload: WorkloadRef,
    address: &ClusterAddress,
    place: &Place,
) -> Result<StoredSession, ErrorInfo> {
    // Nothing is synced any more; the fields want to be filled.
    let (identity, remote) = SyncIdentity::generate().map_err(|error| Failure::from(error).info)?;
    let image = dev_image(record.edit.dev_workload.as_ref().unwrap_or(&record.edit.edited));
    Ok(StoredSession {
        version: SESSION_VERSION,
        id: crate::random_id(12),
        created_at: record.owner.since,
        cluster: place.pinned(address),
        workload,
        request: StoredRequest {
            container: Some(record.edit.container.clone()),
            image,
            source: std::path::PathBuf::new(),
            work_dir: DEFAULT_WORK_DIR.to_owned(),
            sidecar_image: None,
            sidecar_preset: SidecarPreset::default(),
            timeout_ms: 0,
            force: false,
            dev: DevSettings::default(),
        },
        desired: Desired::Original,
        failure: None,
        plan: Some(StoredPlan { edit: record.edit, warnings: Vec::new() }),
        // Whether it came to the edit shows in the workload; of a pod that is missing, the record was its way back.
        entered: true,
        takes: Some(record.session),
        ready: true,
        synced: true,
        sync: StoredSync { identity, remote, courier: None, remote_port: 0 },
        sync_paused: false,
        local_port: None,
        forwards: Vec::new(),
    })
}

fn dev_image(object: &Value) -> String {
    let containers = |pointer: &str| object.pointer(pointer).and_then(Value::as_array).into_iter().flatten();
    let mut all = containers("/spec/template/spec/containers").chain(containers("/spec/containers"));
    let dev = all.find(|container| container["name"] == DEV_CONTAINER);
    dev.and_then(|container| container["image"].as_str()).unwrap_or_default().to_owned()
}
