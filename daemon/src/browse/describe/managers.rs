//! Who made a workload and may undo changes to it, told from its metadata alone. Pure.

use nhd_protocol::browse::describe::{Manager, ManagerKind};
use serde_json::Value;

/// What Argo CD writes under.
const ARGO_CD_WRITER: &str = "argocd-controller";

/// Whoever undoes changes most surely comes first.
pub(super) fn of(object: &Value) -> Vec<Manager> {
    [operator(object), kustomization(object), helm_release(object), argo_cd(object), helm(object)]
        .into_iter()
        .flatten()
        .collect()
}

fn manager(kind: ManagerKind, name: impl Into<String>, namespace: Option<&str>, reverts: bool) -> Manager {
    Manager { kind, name: name.into(), namespace: namespace.map(str::to_owned), reverts }
}

fn operator(object: &Value) -> Option<Manager> {
    let (kind, name) = nhd_plan::controller(object)?;
    let namespace = object["metadata"]["namespace"].as_str();
    Some(manager(ManagerKind::Operator, format!("{kind}/{name}"), namespace, true))
}

/// Flux, by its Kustomizations: it undoes changes, unless it is told to leave the object alone.
fn kustomization(object: &Value) -> Option<Manager> {
    let name = label(object, "kustomize.toolkit.fluxcd.io/name")?;
    let left_alone = annotation(object, "kustomize.toolkit.fluxcd.io/reconcile") == Some("disabled");
    let namespace = label(object, "kustomize.toolkit.fluxcd.io/namespace");
    Some(manager(ManagerKind::Flux, format!("Kustomization/{name}"), namespace, !left_alone))
}

/// Flux, by its HelmReleases: whether it undoes changes stands in them.
fn helm_release(object: &Value) -> Option<Manager> {
    let name = label(object, "helm.toolkit.fluxcd.io/name")?;
    let namespace = label(object, "helm.toolkit.fluxcd.io/namespace");
    Some(manager(ManagerKind::Flux, format!("HelmRelease/{name}"), namespace, false))
}

/// Argo CD marks its objects by an annotation or a label, whichever it is set to, and writes under a name of its own.
fn argo_cd(object: &Value) -> Option<Manager> {
    let tracked = annotation(object, "argocd.argoproj.io/tracking-id").and_then(|id| id.split(':').next());
    let labelled = || label(object, "argocd.argoproj.io/instance");
    let instance =
        || label(object, "app.kubernetes.io/instance").filter(|_| is_written_by(object, ARGO_CD_WRITER));
    let application = tracked.filter(|it| !it.is_empty()).or_else(labelled).or_else(instance)?;
    // An application outside of Argo CD's own namespace is named with its own.
    let (namespace, name) = match application.split_once('_') {
        Some((namespace, name)) => (Some(namespace), name),
        None => (None, application),
    };
    Some(manager(ManagerKind::ArgoCd, name, namespace, false))
}

fn helm(object: &Value) -> Option<Manager> {
    let annotated = annotation(object, "meta.helm.sh/release-name");
    let by_helm = label(object, "app.kubernetes.io/managed-by") == Some("Helm");
    let labelled = || label(object, "app.kubernetes.io/instance").filter(|_| by_helm);
    let release = annotated.or_else(labelled)?;
    let namespace = annotation(object, "meta.helm.sh/release-namespace");
    Some(manager(ManagerKind::Helm, release, namespace, false))
}

fn label<'o>(object: &'o Value, name: &str) -> Option<&'o str> {
    object["metadata"]["labels"][name].as_str().filter(|value| !value.is_empty())
}

fn annotation<'o>(object: &'o Value, name: &str) -> Option<&'o str> {
    object["metadata"]["annotations"][name].as_str().filter(|value| !value.is_empty())
}

fn is_written_by(object: &Value, writer: &str) -> bool {
    let fields = object["metadata"]["managedFields"].as_array();
    fields.into_iter().flatten().any(|entry| entry["manager"] == writer)
}
