//! Entering DevMode: the workload as it should be written, or why it cannot.

use serde_json::Value;

use crate::kinds::{self, DEV_WORKLOAD_TEMPLATE, Kind, Shape};
use crate::manifest::{self, without_nulls};
use crate::warning;
use crate::{
    DevOptions, FolderClaim, PlanError, annotation, controller, dev_workload, folder, patch, template,
};

/// What is to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct Entered {
    /// The edited workload; `None` where the kind's original is left alone. It is ready for a PUT: whatever identifies
    /// and guards the object (uid, resourceVersion), its status and its unknown fields are those of the object that
    /// was passed in. That of a Pod is ready for a POST, once the original is gone.
    pub object: Option<Value>,
    /// The object to create that has the dev pod, where the original cannot have it.
    pub dev_workload: Option<Value>,
    /// The name that the dev container had before.
    pub container: String,
    /// The persistent folders with their claims, which the dev pod mounts.
    pub folders: Vec<FolderClaim>,
    /// What the developer should know before agreeing, as sentences.
    pub warnings: Vec<String>,
}

/// Edits `origin`, as read from the API server, into DevMode.
///
/// Entering twice is entering once: an object that already is what these options make of the original in its
/// annotation is returned as it is. Any other object with an annotation of DevMode is refused, even one that no longer
/// has a container of ours: its annotation may be the last trace of the original.
pub fn enter(origin: &Value, options: &DevOptions) -> Result<Entered, PlanError> {
    if annotation::is_nocalhosts(origin) {
        return Err(PlanError::AlreadyInDevMode { by_nocalhost: true });
    }
    if dev_workload::is_dev_workload(origin) {
        return Err(PlanError::AlreadyInDevMode { by_nocalhost: false });
    }
    if annotation::is_ours(origin) {
        return enter_again(origin, options).ok_or(PlanError::AlreadyInDevMode { by_nocalhost: false });
    }
    edit(origin, options)
}

/// A plan carried out on the workload as it is now: `edited`'s spec and annotation on `current`, whose spec is still
/// the one that was planned for and whose labels, other annotations and resourceVersion may be newer.
pub fn carry_out(edited: &Value, current: &Value) -> Value {
    let mut object = current.clone();
    manifest::set(&mut object, "spec", edited["spec"].clone());
    annotation::copy(edited, &mut object);
    object
}

/// The plan that led to `current`, if it is this one.
fn enter_again(current: &Value, options: &DevOptions) -> Option<Entered> {
    let kind = kinds::of(current)?;
    let mut origin = current.clone();
    manifest::set(&mut origin, "spec", annotation::origin_spec(current)?);
    annotation::strip(&mut origin);
    let entered = edit(&origin, options).ok()?;
    // The annotation itself is what the plan was made from, in whichever way its JSON was written.
    let made = |object: &Value| {
        let mut object = without_nulls(object);
        annotation::strip(&mut object);
        (kind.clean)(&mut object);
        object
    };
    let same = entered.object.as_ref().is_some_and(|object| made(object) == made(current));
    same.then(|| Entered { object: Some(current.clone()), ..entered })
}

fn edit(origin: &Value, options: &DevOptions) -> Result<Entered, PlanError> {
    let kind = check_shape(origin)?;
    let mut warnings = Vec::new();
    refuse(kind, origin, options, &mut warnings)?;
    let mut object = origin.clone();
    (kind.prepare)(&mut object, options, &mut warnings);
    let make = |make: fn(&Value) -> Option<Value>| make(origin).ok_or_else(|| malformed("/metadata/name"));
    let mut dev_workload = kind.dev_workload.map(make).transpose()?;
    let template = match &mut dev_workload {
        Some(dev_workload) => dev_workload.pointer_mut(DEV_WORKLOAD_TEMPLATE),
        None => object.pointer_mut(kind.template),
    };
    let template = template.ok_or_else(|| malformed(kind.template))?;
    let claim_of = |container: &str| -> Vec<FolderClaim> {
        let class = options.storage_class.as_deref();
        options.folders.iter().map(|it| folder::claim(origin, container, it, class)).collect()
    };
    let template::Developed { container, folders } =
        template::develop(template, claim_of, options, &mut warnings)?;
    let stays = kind.shape == Shape::Untouched;
    let annotated = if stays { dev_workload.as_mut() } else { Some(&mut object) };
    if !annotated.is_some_and(|annotated| annotation::put(annotated, &origin["spec"])) {
        warnings.push(warning::ORIGIN_TOO_LARGE.to_owned());
    }
    match &mut dev_workload {
        Some(dev_workload) => patch::apply(dev_workload, DEV_WORKLOAD_TEMPLATE, options, &mut warnings)?,
        None => {
            patch::apply(&mut object, kind.template, options, &mut warnings)?;
            annotation::put_patches(&mut object, &options.patches);
        }
    }
    Ok(Entered { object: (!stays).then_some(object), dev_workload, container, folders, warnings })
}

fn refuse(
    kind: &Kind,
    origin: &Value,
    options: &DevOptions,
    warnings: &mut Vec<String>,
) -> Result<(), PlanError> {
    if origin["metadata"].get("deletionTimestamp").is_some_and(|it| !it.is_null()) {
        return Err(PlanError::BeingDeleted);
    }
    let reverts = matches!(kind.shape, Shape::InPlace | Shape::Parked);
    if reverts && let Some((kind, name)) = controller::controller(origin) {
        PlanError::OwnedByOperator { kind, name }.unless_forced(options, warnings)?;
    }
    (kind.refuse)(origin, options, warnings)
}

/// Everything that later steps take for granted.
pub(crate) fn check_shape(origin: &Value) -> Result<&'static Kind, PlanError> {
    let name = manifest::text(origin, "kind").ok_or_else(|| malformed("/kind"))?;
    let kind = kinds::of(origin)
        .ok_or_else(|| PlanError::UnsupportedKind { kind: name.to_owned(), known: kinds::names() })?;
    let pod_spec = format!("{}/spec", kind.template);
    let ends = pod_spec.match_indices('/').map(|(at, _)| at).skip(1).chain([pod_spec.len()]);
    for pointer in ["/metadata"].into_iter().chain(ends.map(|end| &pod_spec[..end])) {
        if !origin.pointer(pointer).is_some_and(Value::is_object) {
            return Err(malformed(pointer));
        }
    }
    let containers = origin.pointer(&pod_spec).map_or(&[][..], |spec| manifest::items(spec, "containers"));
    if containers.is_empty() || containers.iter().any(|container| manifest::name(container).is_empty()) {
        return Err(malformed(&format!("{pod_spec}/containers")));
    }
    Ok(kind)
}

fn malformed(pointer: &str) -> PlanError {
    PlanError::MalformedManifest { path: pointer.trim_start_matches('/').replace('/', ".") }
}
