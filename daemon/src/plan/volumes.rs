//! The volumes of DevMode and their mounts, as in the seed's after-manifest.

use serde_json::{Value, json};

use super::manifest::push;
use super::names::{SECRET_MOUNT, SECRET_VOLUME, SHARED_VOLUME, SYNCTHING_HOME, SYNCTHING_VOLUME};

/// The files of the Secret that the sidecar starts from.
const SECRET_FILES: [&str; 3] = ["config.xml", "cert.pem", "key.pem"];
/// Read, write and execute for the owner only, which is root (the seed; the API counts in decimal).
const OWNER_ONLY: u32 = 0o700;

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

/// Mounts our volumes in the dev container, which has `already_shared` at the work dir itself.
pub(super) fn mount(dev_container: &mut Value, work_dir: &str, already_shared: Option<&str>) {
    let mut mounts = mounts(work_dir, SHARED_VOLUME);
    if already_shared.is_some() {
        mounts.pop();
    }
    for mount in mounts {
        push(dev_container, "volumeMounts", mount);
    }
}

/// The mounts of the sidecar; the last one is that of the `shared` volume.
pub(super) fn mounts(work_dir: &str, shared: &str) -> Vec<Value> {
    vec![
        json!({ "mountPath": SYNCTHING_HOME, "name": SYNCTHING_VOLUME, "subPath": "syncthing" }),
        json!({ "mountPath": SECRET_MOUNT, "name": SECRET_VOLUME }),
        json!({ "mountPath": work_dir, "name": shared }),
    ]
}
