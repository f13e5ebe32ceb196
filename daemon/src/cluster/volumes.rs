//! Volume claims, storage classes and the volumes that there are to be had. Classes and volumes are the cluster's and
//! not a namespace's: many users may not read them, which is not the same as that there are none.

use serde_json::Value;

use super::Reason;
use super::error::{ClusterError, OrAbsent as _};
use super::objects::{EVENTS, Objects, PODS, Resource, is_leaving};
use super::pages::Part;

pub const STORAGE_CLASSES: Resource =
    Resource { group: "storage.k8s.io", version: "v1", plural: "storageclasses", word: "storage class" };
pub const VOLUMES: Resource =
    Resource { group: "", version: "v1", plural: "persistentvolumes", word: "volume" };

const IS_DEFAULT: [&str; 2] =
    ["storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class"];
/// What a class names as its provisioner whose volumes people make.
const NO_PROVISIONER: &str = "kubernetes.io/no-provisioner";

/// More events of one claim are not looked through.
const EVENTS_READ: u32 = 100;

/// What nobody may read is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known<T> {
    Is(T),
    Forbidden,
}

impl<T> Known<T> {
    fn of(answer: Result<T, ClusterError>) -> Result<Self, ClusterError> {
        match answer {
            Err(error) if error.reason == Reason::Forbidden => Ok(Self::Forbidden),
            answer => answer.map(Self::Is),
        }
    }
}

/// A storage class, as far as it decides when a claim gets its volume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StorageClass {
    pub name: String,
    pub is_default: bool,
    /// A claim gets its volume only when a pod is to use it.
    pub waits_for_pod: bool,
    /// Volumes are made when they are asked for.
    pub makes_volumes: bool,
    created: String,
}

/// The class of this name.
pub async fn storage_class(
    objects: &Objects,
    name: &str,
) -> Result<Known<Option<StorageClass>>, ClusterError> {
    let found = objects.get(STORAGE_CLASSES, None, name).await.or_absent();
    Known::of(found.map(|found| found.as_ref().map(class_of)))
}

/// All classes, the one that is taken where none is named first.
pub async fn storage_classes(objects: &Objects) -> Result<Known<Vec<StorageClass>>, ClusterError> {
    let listed = objects.listed(STORAGE_CLASSES, None, None, Part::Whole, |it| Some(class_of(&it))).await;
    Known::of(listed.map(|listed| {
        let mut classes = listed.items;
        // Of several defaults the API server takes the newest, and of equally new ones the first by name.
        classes.sort_by(|a, b| (b.is_default, &b.created, &a.name).cmp(&(a.is_default, &a.created, &b.name)));
        classes
    }))
}

fn class_of(object: &Value) -> StorageClass {
    let metadata = &object["metadata"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    StorageClass {
        name: text(&metadata["name"]),
        is_default: IS_DEFAULT.iter().any(|key| metadata["annotations"][key] == "true"),
        waits_for_pod: object["volumeBindingMode"] == "WaitForFirstConsumer",
        makes_volumes: object["provisioner"] != NO_PROVISIONER,
        created: text(&metadata["creationTimestamp"]),
    }
}

/// Whether a volume is free, or kept for this claim, that has the class (none where that is `None`) and room for the claim.
pub async fn has_room(
    objects: &Objects,
    namespace: &str,
    claim: &Value,
    class: Option<&str>,
) -> Result<Known<bool>, ClusterError> {
    let fitting = |volume: Value| fits(&volume, namespace, claim, class).then_some(());
    let listed = objects.listed(VOLUMES, None, None, Part::Whole, fitting).await;
    Known::of(listed.map(|listed| !listed.items.is_empty()))
}

fn fits(volume: &Value, namespace: &str, claim: &Value, class: Option<&str>) -> bool {
    let spec = &volume["spec"];
    let reserved = &spec["claimRef"];
    let is_ours = reserved["namespace"] == namespace && reserved["name"] == claim["metadata"]["name"];
    let is_free = volume["status"]["phase"] == "Available" && (reserved.is_null() || is_ours);
    let there = spec["capacity"]["storage"].as_str().unwrap_or_default();
    let modes = spec["accessModes"].as_array();
    is_free
        && spec["storageClassName"].as_str().unwrap_or_default() == class.unwrap_or_default()
        && modes.is_some_and(|modes| modes.contains(&Value::from("ReadWriteOnce")))
        && nhd_plan::suffices(there, nhd_plan::claim_capacity(claim))
}

/// What was said last of a claim without a volume. Whoever may not list events is told nothing.
pub async fn last_event(objects: &Objects, namespace: &str, uid: &str) -> Option<String> {
    let fields = format!("involvedObject.uid={uid}");
    let list = objects.list_by_fields(EVENTS, namespace, &fields, EVENTS_READ).await.ok()?;
    let events = list["items"].as_array()?;
    let last = events.iter().max_by_key(|event| super::pod_events::last_seen(event).to_owned())?;
    let text = |field: &str| last[field].as_str().unwrap_or_default().trim().to_owned();
    Some(format!("{}: {}", text("reason"), text("message")))
}

/// A pod that uses claims and has not finished.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimUser {
    pub namespace: String,
    pub pod: String,
    pub claims: Vec<String>,
    /// The names of its containers.
    pub containers: Vec<String>,
    pub is_leaving: bool,
}

/// The pods of a namespace, or of all, that use claims.
pub async fn claim_users(objects: &Objects, namespace: Option<&str>) -> Result<Vec<ClaimUser>, ClusterError> {
    Ok(objects.listed(PODS, namespace, None, Part::Whole, |pod| claim_user(&pod)).await?.items)
}

fn claim_user(pod: &Value) -> Option<ClaimUser> {
    let texts = |pointer: &str, of: fn(&Value) -> &Value| -> Vec<String> {
        let all = pod.pointer(pointer).and_then(Value::as_array);
        all.into_iter().flatten().filter_map(|it| of(it).as_str()).map(str::to_owned).collect()
    };
    let text = |pointer: &str| pod.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let claims = texts("/spec/volumes", |it| &it["persistentVolumeClaim"]["claimName"]);
    let has_finished = matches!(text("/status/phase"), "Succeeded" | "Failed");
    (!claims.is_empty() && !has_finished).then(|| ClaimUser {
        namespace: text("/metadata/namespace").to_owned(),
        pod: text("/metadata/name").to_owned(),
        claims,
        containers: texts("/spec/containers", |it| &it["name"]),
        is_leaving: is_leaving(pod),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_volume_fits_by_class_room_mode_and_whose_it_is() {
        let claim =
            json!({"metadata": {"name": "c"}, "spec": {"resources": {"requests": {"storage": "1Gi"}}}});
        let volume = |change: fn(&mut Value)| {
            let mut volume = json!({"spec": {"capacity": {"storage": "2Gi"}, "accessModes": ["ReadWriteOnce"],
                "storageClassName": "fast"}, "status": {"phase": "Available"}});
            change(&mut volume);
            volume
        };
        let check = |volume: Value, class: Option<&str>, expect: bool| {
            assert_eq!(fits(&volume, "n", &claim, class), expect, "{volume} {class:?}");
        };
        check(volume(|_| ()), Some("fast"), true);
        check(volume(|_| ()), Some("slow"), false);
        check(volume(|_| ()), None, false);
        check(volume(|it| it["spec"]["storageClassName"] = "".into()), None, true);
        check(volume(|it| it["spec"]["capacity"]["storage"] = "1G".into()), Some("fast"), false);
        check(volume(|it| it["spec"]["accessModes"] = json!(["ReadOnlyMany"])), Some("fast"), false);
        check(volume(|it| it["status"]["phase"] = "Bound".into()), Some("fast"), false);
        let reserved = |namespace: &str| {
            let mut volume = volume(|_| ());
            volume["spec"]["claimRef"] = json!({"namespace": namespace, "name": "c"});
            volume
        };
        check(reserved("n"), Some("fast"), true);
        check(reserved("other"), Some("fast"), false);
    }

    #[test]
    fn pods_that_have_finished_use_nothing() {
        let pod = |phase: &str, volume: Value| {
            json!({"metadata": {"name": "a", "namespace": "n"}, "status": {"phase": phase}, "spec": {
                "containers": [{"name": "web"}], "volumes": [{"name": "a", "emptyDir": {}}, volume]}})
        };
        let claim = || json!({"name": "b", "persistentVolumeClaim": {"claimName": "c"}});
        let user = claim_user(&pod("Running", claim())).expect("it uses one");
        assert_eq!((&*user.pod, &*user.namespace, user.is_leaving), ("a", "n", false));
        assert_eq!((user.claims, user.containers), (vec!["c".to_owned()], vec!["web".to_owned()]));
        assert_eq!(claim_user(&pod("Failed", claim())), None);
        assert_eq!(claim_user(&pod("Running", json!({"name": "b", "secret": {}}))), None);
    }
}
