//! Everything that is found out before the first write: permissions, the edit, and whether the API server takes it.

use futures::future::try_join;
use futures::join;
use nhd_protocol::error::{ErrorInfo, ErrorKind};
use nhd_protocol::workload::{WorkloadKind, WorkloadRef};
use serde_json::Value;

use super::failure::Failure;
use crate::cluster::access::{self, Permission, permissions};
use crate::cluster::error::OrAbsent as _;
use crate::cluster::objects::{self, Mode, Objects, selector_query};
use crate::cluster::record::{self, Owner, Record, SidecarFiles};
use crate::cluster::{autoscalers, quota, revisions};
use crate::plan::{self, DEFAULT_COMMAND, DevOptions, PROMPT_COMMAND, Sidecar, SidecarPreset};
use crate::store::session::{StoredPlan, StoredRequest};

/// A start that has passed every check: what would be written.
#[derive(Debug)]
pub struct Prepared {
    pub plan: StoredPlan,
    pub secret: Value,
}

/// Who asks: the session that it is for, and its files for the sidecar.
#[derive(Debug)]
pub struct Asker<'a> {
    pub session: &'a str,
    pub owner: Owner,
    pub files: &'a SidecarFiles,
}

/// Looks, plans and tries everything as a dry run. Writes nothing.
pub async fn prepare(
    objects: &Objects,
    workload: &WorkloadRef,
    request: &StoredRequest,
    asker: Asker<'_>,
) -> Result<Prepared, Failure> {
    let namespace = workload.namespace.as_str();
    let secret_name = record_name(workload);
    let wanted = wanted(workload.kind);
    let (origin, missing) =
        join!(read_workload(objects, workload), access::missing(objects, namespace, &wanted));
    let missing = missing?;
    // Who may not even read learns of all that is missing at once; that there is nothing to read is said first.
    let unread = matches!(&origin, Err(failure) if failure.info.kind != ErrorKind::PermissionDenied);
    if !unread && !missing.is_empty() {
        return Err(Failure::fatal(denied(workload, &missing)));
    }
    let origin = origin?;
    let seen = record::read(objects, namespace, &secret_name).await?;
    if let Some(seen) = &seen
        && seen.record.as_ref().map(|record| record.session.as_str()) != Some(asker.session)
    {
        return Err(Failure::fatal(taken(workload, &secret_name, seen.record.as_ref())));
    }
    let scaling = autoscalers::scaling(objects, namespace, workload.kind.as_str(), &workload.name).await;
    if !scaling.is_empty() {
        return Err(Failure::fatal(scaled(workload, &scaling)));
    }
    if is_paused_half_way(&origin) {
        return Err(Failure::fatal(paused(workload)));
    }
    let options = options(objects, workload, &origin, request, &secret_name).await?;
    let entered = plan::enter(&origin, &options).map_err(|error| Failure::plan(workload, &error))?;
    // Every kind that `start` accepts so far is edited in place.
    let object = entered.object.unwrap_or_else(|| origin.clone());
    if object == origin {
        // The edit is there without its record: whose it is, and what was before, nobody can say for certain.
        let error = plan::PlanError::AlreadyInDevMode { by_nocalhost: false };
        return Err(Failure::plan(workload, &error));
    }
    let resource = workload.kind.into();
    let mut tried = object;
    // What is tried need not be the newest: a status written meanwhile changes nothing in what the API server says.
    if let Some(metadata) = tried["metadata"].as_object_mut() {
        metadata.remove("resourceVersion");
    }
    let edited = objects.replace(resource, Some(namespace), &tried, Mode::DryRun).await?;
    let record = Record::new(asker.session, asker.owner, &entered.container, origin.clone(), edited.clone());
    let secret = record.secret(&secret_name, asker.files)?;
    if seen.is_none() {
        record::create(objects, namespace, &secret, Mode::DryRun).await?;
    }
    let plan = StoredPlan { container: entered.container, origin, edited, warnings: entered.warnings };
    Ok(Prepared { plan, secret })
}

/// The name of the Secret that is a workload's record.
pub fn record_name(workload: &WorkloadRef) -> String {
    plan::secret_name(workload.kind.as_str(), &workload.name)
}

/// What the planner must know of this workload and its surroundings.
pub async fn options(
    objects: &Objects,
    workload: &WorkloadRef,
    origin: &Value,
    request: &StoredRequest,
    secret_name: &str,
) -> Result<DevOptions, Failure> {
    let namespace = workload.namespace.as_str();
    let selector = selector_query(&origin["spec"]["selector"]);
    let uid = origin.pointer("/metadata/uid").and_then(Value::as_str).unwrap_or_default();
    let template = &origin["spec"]["template"];
    let looked_up =
        try_join(revisions::owned_by(objects, namespace, &selector, uid, plan::DEV_CONTAINER), async {
            let claims = quota::has_exclusive_claim(objects, namespace, template).await;
            Ok((claims, quota::is_tight(objects, namespace).await))
        });
    let (revisions, (exclusive_claims, tight_quota)) = looked_up.await?;
    // The preset of Nocalhost is its manifest to the letter.
    let (preset, command) = match request.sidecar_preset {
        nhd_protocol::session::SidecarPreset::Syncthing => (SidecarPreset::Syncthing, PROMPT_COMMAND),
        nhd_protocol::session::SidecarPreset::Nocalhost => (SidecarPreset::Nocalhost, DEFAULT_COMMAND),
    };
    Ok(DevOptions {
        container: request.container.clone(),
        image: request.image.clone(),
        work_dir: request.work_dir.clone(),
        command: command.map(str::to_owned).to_vec(),
        sidecar: Sidecar { preset, image: request.sidecar_image.clone() },
        secret_name: secret_name.to_owned(),
        revisions: revisions.iter().filter(|revision| !revision.dev).count(),
        exclusive_claims,
        tight_quota,
        fixed_history: false,
        force: false,
    })
}

/// Reads the workload; where there is none, says whether it is the name or the namespace that is wrong.
async fn read_workload(objects: &Objects, workload: &WorkloadRef) -> Result<Value, Failure> {
    let namespace = workload.namespace.as_str();
    if let Some(found) =
        objects.get(workload.kind.into(), Some(namespace), &workload.name).await.or_absent()?
    {
        return Ok(found);
    }
    // A user who may not read namespaces learns only that the workload is not there.
    let namespace_exists =
        !matches!(objects.get(objects::NAMESPACES, None, namespace).await.or_absent(), Ok(None));
    if !namespace_exists {
        let error =
            ErrorInfo::new(ErrorKind::NamespaceNotFound, format!("there is no namespace {namespace}"));
        return Err(Failure::fatal(error.with_hint("name the workload's namespace with -n")));
    }
    let others: Result<Value, _> = objects.list(workload.kind.into(), Some(namespace), None).await;
    let names: Vec<String> = others
        .ok()
        .and_then(|list| list["items"].as_array().cloned())
        .unwrap_or_default()
        .iter()
        .filter_map(|item| item.pointer("/metadata/name")?.as_str().map(str::to_owned))
        .take(10)
        .collect();
    let hint = if names.is_empty() {
        format!("namespace {namespace} has no {}; name another with -n", workload.kind.word())
    } else {
        format!("there are: {}", names.join(", "))
    };
    Err(Failure::fatal(
        ErrorInfo::new(ErrorKind::WorkloadNotFound, format!("there is no {workload}")).with_hint(hint),
    ))
}

/// What starting and ending need on this kind.
fn wanted(kind: WorkloadKind) -> Vec<Permission> {
    let forward = |verb| Permission { verb, resource: objects::PODS, subresource: Some("portforward") };
    permissions(kind.into(), &["get", "list", "watch", "update"])
        .chain(permissions(objects::SECRETS, &["get", "list", "watch", "create", "update", "delete"]))
        .chain(permissions(objects::PODS, &["get", "list", "watch", "delete"]))
        .chain(permissions(objects::REPLICA_SETS, &["list", "delete"]))
        .chain(["get", "create"].map(forward))
        .collect()
}

fn denied(workload: &WorkloadRef, missing: &[Permission]) -> ErrorInfo {
    let list: Vec<String> = missing.iter().map(Permission::to_string).collect();
    let message = format!(
        "not allowed to put {workload} into DevMode and back: missing the permission to {}",
        list.join(", ")
    );
    ErrorInfo::new(ErrorKind::PermissionDenied, message).with_hint(format!(
        "ask for a Role in namespace {} that grants them; nothing was changed",
        workload.namespace
    ))
}

pub(super) fn taken(workload: &WorkloadRef, secret: &str, record: Option<&Record>) -> ErrorInfo {
    let (who, hint) = match record {
        Some(record) => (
            format!("{workload} is in DevMode already, by {}", record.owner),
            "ask them to end their session, or end it there".to_owned(),
        ),
        None => (
            format!("{workload} has a Secret {secret} that this nhd did not make"),
            format!(
                "another tool has it in DevMode: end it there, or delete Secret {secret} if nobody needs it"
            ),
        ),
    };
    ErrorInfo::new(ErrorKind::InDevModeElsewhere, who).with_hint(hint)
}

/// Its pods are not those of its manifest, and an end could give back only one of the two.
fn is_paused_half_way(origin: &Value) -> bool {
    let count = |pointer: &str| origin.pointer(pointer).and_then(Value::as_i64).unwrap_or(0);
    origin.pointer("/spec/paused") == Some(&Value::Bool(true))
        && count("/status/updatedReplicas") != count("/status/replicas")
}

fn paused(workload: &WorkloadRef) -> ErrorInfo {
    let message = format!("cannot put {workload} into DevMode: its rollout is paused half way");
    ErrorInfo::new(ErrorKind::WorkloadUnsuitable, message)
        .with_hint("resume the rollout or undo it first; nothing was changed")
}

/// An autoscaler would make several dev pods out of one, of which one is synced.
fn scaled(workload: &WorkloadRef, autoscalers: &[String]) -> ErrorInfo {
    let message =
        format!("cannot put {workload} into DevMode: the autoscaler {} scales it", autoscalers.join(", "));
    ErrorInfo::new(ErrorKind::WorkloadUnsuitable, message)
        .with_hint("delete the autoscaler for the time of DevMode; nothing was changed")
}
