//! Entering DevMode: the workload as it should be written, or why it cannot.

use serde_json::Value;

use super::manifest::{self, text, without_nulls};
use super::{DevOptions, PlanError, controls, mark, template};

/// An edited workload, ready for a PUT: whatever identifies and guards the object (uid, resourceVersion), its status
/// and its unknown fields are those of the object that was passed in.
#[derive(Debug, Clone, PartialEq)]
pub struct Entered {
    pub object: Value,
    /// The name that the dev container had before.
    pub container: String,
    /// What the developer should know before agreeing, as sentences.
    pub warnings: Vec<String>,
}

/// Edits `origin`, as read from the API server, into DevMode.
///
/// Entering twice is entering once: an object that already is what these options make of the original in its
/// annotation is returned as it is. Any other object with a mark of DevMode is refused, even one that no longer has
/// a container of ours: its annotation may be the last trace of the original.
pub fn enter(origin: &Value, options: &DevOptions) -> Result<Entered, PlanError> {
    if mark::is_nocalhosts(origin) {
        return Err(PlanError::AlreadyInDevMode { by_nocalhost: true });
    }
    if mark::is_ours(origin) {
        return enter_again(origin, options).ok_or(PlanError::AlreadyInDevMode { by_nocalhost: false });
    }
    edit(origin, options)
}

/// A plan carried out on the workload as it is now: `edited`'s spec and mark on `current`, whose spec is still the one
/// that was planned for and whose labels, other annotations and resourceVersion may be newer.
pub fn carry_out(edited: &Value, current: &Value) -> Value {
    let mut object = current.clone();
    manifest::set(&mut object, "spec", edited["spec"].clone());
    mark::copy(edited, &mut object);
    object
}

/// The plan that led to `current`, if it is this one.
fn enter_again(current: &Value, options: &DevOptions) -> Option<Entered> {
    let mut origin = current.clone();
    manifest::set(&mut origin, "spec", mark::origin_spec(current)?);
    mark::strip(&mut origin);
    let entered = edit(&origin, options).ok()?;
    // The mark itself is what the plan was made from, in whichever way its JSON was written.
    let unmarked = |object: &Value| {
        let mut object = without_nulls(object);
        mark::strip(&mut object);
        object
    };
    let same = unmarked(&entered.object) == unmarked(current);
    same.then(|| Entered { object: current.clone(), ..entered })
}

fn edit(origin: &Value, options: &DevOptions) -> Result<Entered, PlanError> {
    check_shape(origin)?;
    let mut object = origin.clone();
    let mut warnings = Vec::new();
    controls::neutralise(&mut object, options, &mut warnings);
    let container = template::develop(&mut object["spec"]["template"], options, &mut warnings)?;
    if !mark::put(&mut object, &origin["spec"]) {
        warnings.push("the original is too large for an annotation: only the Secret holds it".to_owned());
    }
    Ok(Entered { object, container, warnings })
}

/// Everything that later steps take for granted.
fn check_shape(origin: &Value) -> Result<(), PlanError> {
    let malformed = |path: &str| PlanError::MalformedManifest { path: path.to_owned() };
    let kind = text(origin, "kind").ok_or_else(|| malformed("kind"))?;
    if controls::fields(kind).is_none() {
        return Err(PlanError::UnsupportedKind { kind: kind.to_owned() });
    }
    for (pointer, path) in [
        ("/metadata", "metadata"),
        ("/spec", "spec"),
        ("/spec/template", "spec.template"),
        ("/spec/template/spec", "spec.template.spec"),
    ] {
        if !origin.pointer(pointer).is_some_and(Value::is_object) {
            return Err(malformed(path));
        }
    }
    let containers = manifest::items(&origin["spec"]["template"]["spec"], "containers");
    if containers.is_empty() || containers.iter().any(|container| manifest::name(container).is_empty()) {
        return Err(malformed("spec.template.spec.containers"));
    }
    Ok(())
}
