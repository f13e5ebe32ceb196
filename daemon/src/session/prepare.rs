//! Everything that is found out before the first write: permissions, the edit, and whether the API server takes it.

mod autoscalers;
mod claims;
pub mod folders;
pub mod permissions;
mod policy;
mod refusals;
mod dry_run;
mod env_sources;

use futures::{TryFutureExt as _, join, try_join};
use nhd_protocol::error::{Choices, ErrorData, ErrorInfo, ErrorKind};
use nhd_protocol::message::{error, warning};
use nhd_protocol::workload::{WorkloadKind, WorkloadRef};
use serde_json::Value;

use self::dry_run::Tried;
use self::permissions::{denied, of_folders, wanted};
use self::policy::Policies;
pub use self::refusals::taken;
use self::refusals::{is_paused_half_way, paused};
use crate::cluster::autoscalers::PinnedAutoscaler;
use crate::cluster::error::OrAbsent as _;
use crate::cluster::objects::{self, Mode, Objects, Resource};
use crate::cluster::record::{self, Owner, Record, SidecarFiles};
use crate::cluster::{access, quota};
use crate::session::failure::Failure;
use crate::session::look::{namespace, parts};
use crate::store::session::{StoredPlan, StoredRequest};
use nhd_plan::{DEFAULT_COMMAND, DevOptions, Edit, Entered, PROMPT_COMMAND, Patch, Sidecar, SidecarPreset};

/// From this minor version of Kubernetes on, a StatefulSet's revisionHistoryLimit can be changed.
const MINOR_WITH_FREE_HISTORY: u32 = 33;

/// So many names are said in a hint, and so many given to choose from.
const NAMED: usize = 10;
const CHOICES: usize = 500;

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
    /// The autoscalers that an earlier plan of the session may have pinned already.
    pub earlier: &'a [PinnedAutoscaler],
}

/// Looks, plans and tries everything as a dry run. Writes nothing.
pub async fn prepare(
    objects: &Objects,
    workload: &WorkloadRef,
    request: &StoredRequest,
    asker: Asker<'_>,
) -> Result<Prepared, Failure> {
    let namespace = workload.namespace.as_str();
    let secret_name = parts::record_name(workload);
    let mut wanted = wanted(workload.kind);
    if !request.dev.folders.is_empty() {
        wanted.extend(of_folders());
    }
    let (origin, missing, namespace_uid) = join!(
        read_workload(objects, workload),
        access::missing(objects, namespace, &wanted),
        namespace::uid(objects, namespace),
    );
    let missing = missing?;
    // Whoever may not even read learns of all that is missing at once; that there is nothing to read is said first.
    let unread = matches!(&origin, Err(failure) if failure.info.kind != ErrorKind::PermissionDenied);
    if !unread && !missing.is_empty() {
        return Err(Failure::fatal(denied(workload, &missing)));
    }
    let (origin, namespace_uid) = (origin?, namespace_uid.or_absent()?.flatten());
    let seen = record::read(objects, namespace, &secret_name).await?;
    if let Some(seen) = &seen
        && !seen.is_of(asker.session)
    {
        return Err(Failure::fatal(taken(workload, &secret_name, seen)));
    }
    if is_paused_half_way(&origin) {
        return Err(Failure::fatal(paused(workload)));
    }
    let options = Box::pin(options(objects, workload, &origin, request, &secret_name)).await?;
    let mut entered = nhd_plan::enter(&origin, &options).map_err(|error| Failure::plan(workload, &error))?;
    if entered.object.as_ref() == Some(&origin) {
        // The edit is there without its record: whose it is, and what was before, nobody can say for certain.
        let error = nhd_plan::PlanError::AlreadyInDevMode { by_nocalhost: false };
        return Err(Failure::plan(workload, &error));
    }
    entered.warnings.extend(catching_up(objects, namespace, &origin).await?);
    let scaling = autoscalers::plan(objects, workload, &origin, &asker);
    let policies = Policies {
        keeps_security_context: options.keep_security_context,
        limit_ranges: &options.limit_ranges,
    };
    let tried = Box::pin(dry_run::try_out(objects, workload, &origin, &entered, policies))
        .map_err(|failure| naming_patches(failure, &options.patches));
    let env_sources = env_sources::check(objects, workload, &options.env_from);
    let (scaling, tried, claims, unseen) =
        try_join!(scaling, tried, claims::plan(objects, workload, &origin), env_sources)?;
    let planned = entered.folders.clone();
    let folders = Box::pin(folders::plan(objects, workload, planned)).await?;
    entered.warnings.extend(unseen);
    entered.warnings.extend(patched_in_vain(&entered, &tried, &options.patches));
    entered.warnings.extend(scaling.warning.into_iter().chain(tried.warning).chain(claims.warning));
    entered.warnings.extend(folders.warnings);
    let edit = Edit {
        dev_workload: tried.generated,
        autoscalers: scaling.pinned,
        claims: claims.made,
        folders: folders.claims,
        namespace_uid,
        ..Edit::new(entered.container, origin, tried.edited)
    };
    let plan = StoredPlan { edit, warnings: entered.warnings };
    let secret =
        Record::new(asker.session, asker.owner, plan.edit.clone()).secret(&secret_name, asker.files)?;
    if seen.is_none() {
        record::create(objects, namespace, &secret, Mode::DryRun).await?;
    }
    Ok(Prepared { plan, secret })
}

/// What the API server refuses may be what a patch put there.
fn naming_patches(mut failure: Failure, patches: &[Patch]) -> Failure {
    if !patches.is_empty() && failure.info.kind == ErrorKind::WorkloadUnsuitable {
        let places: Vec<String> = patches.iter().map(|patch| patch.place.to_string()).collect();
        let said = format!("the dev configuration patches the object at {}", places.join(", "));
        failure.info = failure.info.with_more_hint(&said);
    }
    failure
}

/// Said of fields that a patch set and the API server does not know: it leaves them out.
fn patched_in_vain(entered: &Entered, tried: &Tried, patches: &[Patch]) -> Option<String> {
    let sent = entered.dev_workload.as_ref().or(entered.object.as_ref()).filter(|_| !patches.is_empty())?;
    let unknown = nhd_plan::left_out(sent, tried.generated.as_ref().unwrap_or(&tried.edited));
    (!unknown.is_empty()).then(|| warning::PATCH_WITHOUT_EFFECT.say(&[("fields", &unknown.join(", "))]))
}

/// Said beforehand where the end of DevMode could start a job that was missed meanwhile.
async fn catching_up(objects: &Objects, namespace: &str, origin: &Value) -> Result<Option<String>, Failure> {
    if !nhd_plan::may_fire(origin) {
        return Ok(None);
    }
    let missing = access::missing(objects, namespace, &[permissions::of_last_schedule()]).await?;
    Ok((!missing.is_empty()).then(|| warning::SCHEDULE_CATCHES_UP.say(&[])))
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
    let template = nhd_plan::pod_template(origin).unwrap_or(&Value::Null);
    let revisions = async {
        match parts::history(workload.kind, origin) {
            Some(history) => history.read(objects, namespace, nhd_plan::is_dev_template).await,
            None => Ok(Vec::new()),
        }
    };
    let room = async {
        let claims = quota::has_exclusive_claim(objects, namespace, template).await;
        Ok((claims, quota::is_tight(objects, namespace).await))
    };
    let fixed_history = async {
        match workload.kind {
            WorkloadKind::StatefulSet => Ok(objects.server_minor().await? < MINOR_WITH_FREE_HISTORY),
            _ => Ok(false),
        }
    };
    let limit_ranges = async { Ok(quota::limit_ranges(objects, namespace).await) };
    let (revisions, (exclusive_claims, tight_quota), limit_ranges, fixed_history) =
        try_join!(revisions, room, limit_ranges, fixed_history)?;
    // The preset of Nocalhost is its manifest to the letter.
    let (preset, command) = match request.sidecar_preset {
        nhd_protocol::session::SidecarPreset::Syncthing => (SidecarPreset::Syncthing, PROMPT_COMMAND),
        nhd_protocol::session::SidecarPreset::Nocalhost => (SidecarPreset::Nocalhost, DEFAULT_COMMAND),
    };
    Ok(DevOptions {
        container: request.container.clone(),
        image: request.image.clone(),
        image_pull_policy: request.dev.image_pull_policy.clone(),
        env: request.dev.env.clone(),
        env_from: request.dev.env_from.clone(),
        limits: request.dev.limits.clone(),
        requests: request.dev.requests.clone(),
        keep_security_context: request.dev.keep_security_context,
        patches: request.dev.patches.clone(),
        work_dir: request.work_dir.clone(),
        command: command.map(str::to_owned).to_vec(),
        folders: request.dev.folders.clone(),
        storage_class: request.dev.storage_class.clone(),
        sidecar: Sidecar {
            preset,
            image: request.sidecar_image.clone(),
            limits: request.dev.sidecar_limits.clone(),
            requests: request.dev.sidecar_requests.clone(),
        },
        secret_name: secret_name.to_owned(),
        revisions: revisions.iter().filter(|revision| !revision.dev).count(),
        exclusive_claims,
        tight_quota,
        limit_ranges,
        fixed_history,
        force: request.force,
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
        let error = ErrorInfo::of(&error::NAMESPACE_NOT_FOUND, &[("namespace", &namespace)]);
        let choices = names_of(objects, objects::NAMESPACES, None).await;
        return Err(Failure::fatal(error.with_data(ErrorData::choices(Choices::Namespace, choices))));
    }
    let names = names_of(objects, workload.kind.into(), Some(namespace)).await;
    let hint = if names.is_empty() {
        format!("namespace {namespace} has no {}; name another namespace", workload.kind.word())
    } else {
        format!("there are: {}", names.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", "))
    };
    let error = ErrorInfo::of(&error::WORKLOAD_NOT_FOUND, &[("workload", workload)]).with_hint(hint);
    Err(Failure::fatal(error.with_data(ErrorData::choices(Choices::Workload, names))))
}

/// The names of what there is, where that may be listed: the first of them, in the order of the alphabet.
async fn names_of(objects: &Objects, resource: Resource, namespace: Option<&str>) -> Vec<String> {
    let list: Option<Value> = objects.list(resource, namespace, None).await.ok();
    let items = list.as_ref().and_then(|list| list["items"].as_array());
    let names = items.into_iter().flatten().filter_map(|item| item.pointer("/metadata/name")?.as_str());
    names.take(CHOICES).map(str::to_owned).collect()
}
