//! The volume claims of persistent folders: what each is called, what it looks like, and whose it is.
//!
//! A claim is found again by its name alone, in the next session as by the next daemon, and says of itself which folder
//! of which workload it is for. Nothing owns it, so that nothing but a user deletes it.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::manifest::{name, text};
use crate::names;
use crate::quantity::Quantity;

/// What a claim is known by among all of its namespace.
pub const CLAIM_LABEL: (&str, &str) = ("app.kubernetes.io/managed-by", "nhd");

const WORKLOAD: &str = "nhd.dev/workload";
const CONTAINER: &str = "nhd.dev/container";
/// Nocalhost's own annotation of the claims that it makes.
const FOLDER: &str = "nocalhost.dev/dir";

/// What is asked for where the configuration does not say (Nocalhost's default).
pub const DEFAULT_CAPACITY: &str = "10Gi";

/// A folder of the dev container that outlives its pod.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Folder {
    /// An absolute, clean path.
    pub path: String,
    /// A quantity.
    pub capacity: String,
}

/// A folder with the claim that it lies in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FolderClaim {
    pub path: String,
    /// The claim as it is made where there is none.
    pub claim: Value,
    /// It was there when the edit was planned.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub existed: bool,
    /// Its volume does not come with the first pod: without one it is no use to begin.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub awaited: bool,
}

/// Whose a claim says that it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderOwner {
    /// The kind of the workload in lower case.
    pub kind: String,
    pub workload: String,
    pub container: String,
    pub path: String,
}

impl FolderClaim {
    #[must_use]
    pub fn name(&self) -> &str {
        self.claim.get("metadata").map_or("", name)
    }

    /// Whether `object` is the claim of this folder.
    #[must_use]
    pub fn is(&self, object: &Value) -> bool {
        folder_owner(object).is_some_and(|owner| Some(owner) == folder_owner(&self.claim))
    }

    #[must_use]
    pub fn capacity(&self) -> &str {
        claim_capacity(&self.claim)
    }

    #[must_use]
    pub fn storage_class(&self) -> Option<&str> {
        text(&self.claim["spec"], "storageClassName")
    }
}

/// The claim of a folder of a workload's container, not yet looked for.
pub(crate) fn claim(origin: &Value, container: &str, folder: &Folder, class: Option<&str>) -> FolderClaim {
    let kind = text(origin, "kind").unwrap_or_default().to_lowercase();
    let workload = name(&origin["metadata"]);
    let (label, value) = CLAIM_LABEL;
    let mut claim = json!({
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {
            "name": names::claim_name(&kind, workload, container, &folder.path),
            "labels": {label: value},
            "annotations": {
                WORKLOAD: format!("{kind}/{workload}"),
                CONTAINER: container,
                FOLDER: folder.path,
            },
        },
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": folder.capacity}},
        },
    });
    if let Some(class) = class {
        claim["spec"]["storageClassName"] = class.into();
    }
    FolderClaim { path: folder.path.clone(), claim, existed: false, awaited: false }
}

/// Whose folder a claim is for; `None` of one that nhd has not made.
#[must_use]
pub fn folder_owner(object: &Value) -> Option<FolderOwner> {
    let metadata = object.get("metadata")?;
    let (label, value) = CLAIM_LABEL;
    if text(metadata.get("labels")?, label) != Some(value) {
        return None;
    }
    let annotation = |key: &str| text(metadata.get("annotations")?, key).map(str::to_owned);
    let (workload, container, path) = (annotation(WORKLOAD)?, annotation(CONTAINER)?, annotation(FOLDER)?);
    let (kind, workload) = workload.split_once('/')?;
    Some(FolderOwner { kind: kind.to_owned(), workload: workload.to_owned(), container, path })
}

/// How much a claim has, or asks for as long as it has nothing.
#[must_use]
pub fn claim_capacity(claim: &Value) -> &str {
    let at = |pointer: &str| claim.pointer(pointer).and_then(Value::as_str);
    at("/status/capacity/storage").or_else(|| at("/spec/resources/requests/storage")).unwrap_or_default()
}

/// Whether a quantity is as much as another. What is not one is enough, as nothing is known of it.
#[must_use]
pub fn suffices(there: &str, wanted: &str) -> bool {
    match (Quantity::parse(there), Quantity::parse(wanted)) {
        (Some(there), Some(wanted)) => there >= wanted,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workload(kind: &str, name: &str) -> Value {
        json!({"kind": kind, "metadata": {"name": name, "namespace": "shop"}})
    }

    fn folder(path: &str) -> Folder {
        Folder { path: path.to_owned(), capacity: "5Gi".to_owned() }
    }

    #[test]
    fn the_claim_of_a_folder_has_one_name_for_ever_and_says_whose_it_is() {
        let one = claim(&workload("Deployment", "web"), "app", &folder("/go"), Some("fast"));
        assert_eq!(one, claim(&workload("Deployment", "web"), "app", &folder("/go"), Some("fast")));
        assert!(one.name().starts_with("web-deployment-dev-"), "{}", one.name());
        assert_eq!((one.capacity(), one.storage_class()), ("5Gi", Some("fast")));
        let owner = folder_owner(&one.claim).expect("it is one of ours");
        assert_eq!((&*owner.kind, &*owner.workload), ("deployment", "web"));
        assert_eq!((&*owner.container, &*owner.path), ("app", "/go"));
        assert_eq!(one.claim["metadata"].get("ownerReferences"), None);
        let others = [
            claim(&workload("StatefulSet", "web"), "app", &folder("/go"), None),
            claim(&workload("Deployment", "api"), "app", &folder("/go"), None),
            claim(&workload("Deployment", "web"), "db", &folder("/go"), None),
            claim(&workload("Deployment", "web"), "app", &folder("/go/pkg"), None),
        ];
        for (at, other) in others.iter().enumerate() {
            assert!(!one.is(&other.claim) && one.name() != other.name(), "{other:?}");
            assert!(others[..at].iter().all(|it| it.name() != other.name()), "{other:?}");
        }
        // A larger one, or one of another class, is the same folder's.
        let larger = Folder { capacity: "9Gi".to_owned(), ..folder("/go") };
        assert!(one.is(&claim(&workload("Deployment", "web"), "app", &larger, None).claim));
    }

    #[test]
    fn what_somebody_else_made_under_the_name_is_not_ours() {
        let ours = claim(&workload("Job", "load"), "app", &folder("/data"), None);
        for pointer in ["/metadata/labels", "/metadata/annotations", "/metadata"] {
            let mut other = ours.claim.clone();
            *other.pointer_mut(pointer).expect("it has that") = json!({});
            assert!(!ours.is(&other), "{pointer}");
        }
        for key in [WORKLOAD, CONTAINER, FOLDER] {
            let mut other = ours.claim.clone();
            other["metadata"]["annotations"][key] = "x".into();
            assert!(!ours.is(&other), "{key}");
        }
    }

    #[test]
    fn a_name_of_any_length_makes_a_name_that_is_valid() {
        for name in ["a".to_owned(), "a".repeat(63), format!("{}.b", "a".repeat(200)), "-.".repeat(40)] {
            let made = claim(&workload("Deployment", &format!("x{name}x")), "c", &folder("/a"), None);
            let name = made.name();
            assert!(name.len() <= 63 && !name.contains(".-") && !name.contains("-."), "{name}");
        }
    }

    #[test]
    fn capacities_are_compared_as_quantities() {
        assert!(suffices("10Gi", "10240Mi") && suffices("11G", "10Gi") && suffices("", "1Gi"));
        assert!(!suffices("10G", "10Gi") && !suffices("999M", "1G"));
        let bound = json!({"spec": {"resources": {"requests": {"storage": "1Gi"}}}, "status": {"capacity": {"storage": "2Gi"}}});
        assert_eq!(claim_capacity(&bound), "2Gi");
    }
}
