//! The volumes of DevMode and their mounts, as in the seed's after-manifest.

use serde_json::{Value, json};

use crate::manifest::{items_mut, name, push, set};
use crate::names::{SECRET_MOUNT, SECRET_VOLUME, SHARED_VOLUME, SYNCTHING_HOME, SYNCTHING_VOLUME};

/// The files of the Secret that the sidecar starts from.
const SECRET_FILES: [&str; 3] = ["config.xml", "cert.pem", "key.pem"];
/// Read, write and execute for the owner only, which is root (the seed; the API counts in decimal).
const OWNER_ONLY: u32 = 0o700;
/// For a sidecar that is not root: the files are root's, and an fsGroup would change whose the data on the pod's other
/// volumes is. Writable for the owner, so that the sidecar can copy them over its own again.
const ALL_READ: u32 = 0o644;

/// Adds our volumes to the pod; the shared one only where none of its own takes that place.
pub(super) fn add(pod_spec: &mut Value, secret_name: &str, with_shared: bool) {
    push(pod_spec, "volumes", json!({ "name": SYNCTHING_VOLUME, "emptyDir": {} }));
    push(pod_spec, "volumes", secret(secret_name));
    if with_shared {
        push(pod_spec, "volumes", json!({ "name": SHARED_VOLUME, "emptyDir": {} }));
    }
}

/// Only the named files are mounted: the Secret is our record too and holds more.
fn secret(secret_name: &str) -> Value {
    let items: Vec<Value> =
        SECRET_FILES.iter().map(|file| json!({ "key": file, "mode": OWNER_ONLY, "path": file })).collect();
    json!({
        "name": SECRET_VOLUME,
        "secret": { "defaultMode": OWNER_ONLY, "items": items, "secretName": secret_name },
    })
}

/// Makes the files of the Secret readable for whichever user the sidecar runs as. Only containers that mount it see it.
pub(super) fn let_all_read(pod_spec: &mut Value) {
    for volume in items_mut(pod_spec, "volumes").iter_mut().filter(|it| name(it) == SECRET_VOLUME) {
        let secret = &mut volume["secret"];
        set(secret, "defaultMode", ALL_READ);
        items_mut(secret, "items").iter_mut().for_each(|item| set(item, "mode", ALL_READ));
    }
}

/// Mounts our volumes in the dev container, the shared one only where nothing else holds its work dir.
pub(super) fn mount(dev_container: &mut Value, work_dir: &str, with_shared: bool) {
    let mut mounts = mounts(json!({ "mountPath": work_dir, "name": SHARED_VOLUME }));
    if !with_shared {
        mounts.pop();
    }
    for mount in mounts {
        push(dev_container, "volumeMounts", mount);
    }
}

/// The mounts of the sidecar; the last one is that of the work dir.
pub(super) fn mounts(of_work_dir: Value) -> Vec<Value> {
    vec![
        json!({ "mountPath": SYNCTHING_HOME, "name": SYNCTHING_VOLUME, "subPath": "syncthing" }),
        json!({ "mountPath": SECRET_MOUNT, "name": SECRET_VOLUME }),
        of_work_dir,
    ]
}
