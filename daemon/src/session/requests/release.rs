//! Ending what another daemon began, by nothing but the record in the cluster.

use nhd_protocol::error::{ErrorInfo, ErrorKind};
use nhd_protocol::listing::ReleaseParams;
use nhd_protocol::session::{SessionStatus, SidecarPreset};
use nhd_protocol::workload::WorkloadRef;
use serde_json::Value;

use crate::cluster::ClusterAddress;
use crate::cluster::record::{self, Record};
use crate::config::DevSettings;
use crate::session::failure::Failure;
use crate::session::look::parts::record_name;
use crate::session::manager::SessionManager;
use crate::session::prepare::taken;
use crate::session::requests::check::address;
use crate::session::requests::place::Place;
use crate::store::StoredSession;
use crate::store::session::{Desired, SESSION_VERSION, StoredPlan, StoredRequest, StoredSync};
use crate::sync::SyncIdentity;
use nhd_plan::{DEFAULT_WORK_DIR, DEV_CONTAINER};

pub async fn release(manager: &SessionManager, params: ReleaseParams) -> Result<SessionStatus, ErrorInfo> {
    let address = address(params.kubeconfig.as_deref(), params.context, params.environment)?;
    let place = Place::find(&address, params.namespace.as_deref()).await?;
    let workload = place.workload(params.kind, &params.name);
    let name = record_name(&workload);
    let seen = record::read(&place.objects, &workload.namespace, &name).await;
    let seen = seen.map_err(|error| Failure::from(error).info)?.ok_or_else(|| not_in_dev_mode(&workload))?;
    let record = seen.record.ok_or_else(|| taken(&workload, &name, None))?;
    manager.take_on(session_of(record, workload, &address, &place)?).await
}

fn not_in_dev_mode(workload: &WorkloadRef) -> ErrorInfo {
    let message = format!("{workload} is not in DevMode: it has no record in the cluster");
    ErrorInfo::new(ErrorKind::SessionNotFound, message)
        .with_hint("the list of workloads shows what is in DevMode, and by whom")
}

/// The session of the record, wanted no more. Its id is the other's: that is how the record is known as its own.
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
        id: record.session,
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
        ready: true,
        synced: true,
        sync: StoredSync { identity, remote, remote_port: 0 },
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
