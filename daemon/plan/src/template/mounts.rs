//! What a container mounts, and what kind of volume it finds there.

use serde_json::Value;

use crate::manifest::{items, name, text};

/// What a volume is called that the pod does not list.
pub(super) const UNKNOWN_KIND: &str = "unknown volume";
/// Volumes that the kubelet always mounts read-only.
const READ_ONLY_KINDS: [&str; 5] = ["configMap", "secret", "downwardAPI", "projected", "image"];

#[derive(Debug, PartialEq)]
pub(super) struct Mount<'a> {
    pub(super) volume: &'a str,
    pub(super) path: &'a str,
    pub(super) read_only: bool,
    /// Only a folder of the volume is mounted (subPath, subPathExpr), or none at all of a block device.
    pub(super) partial: bool,
}

/// What `container` mounts, block devices included.
pub(super) fn mounts(container: &Value) -> impl Iterator<Item = Mount<'_>> {
    let folders = items(container, "volumeMounts").iter().map(|mount| (mount, "mountPath"));
    let devices = items(container, "volumeDevices").iter().map(|device| (device, "devicePath"));
    folders.chain(devices).map(|(mount, path)| Mount {
        volume: name(mount),
        path: text(mount, path).unwrap_or_default().trim_end_matches('/'),
        read_only: mount.get("readOnly") == Some(&Value::Bool(true)),
        partial: path == "devicePath"
            || ["subPath", "subPathExpr"]
                .iter()
                .any(|field| text(mount, field).is_some_and(|it| !it.is_empty())),
    })
}

/// What sort of volume `volume` is, in the words of the API: `emptyDir`, `persistentVolumeClaim`…
pub(super) fn kind<'a>(pod_spec: &'a Value, volume: &str) -> &'a str {
    source(pod_spec, volume).map_or(UNKNOWN_KIND, |(kind, _)| kind)
}

pub(super) fn is_read_only(pod_spec: &Value, volume: &str) -> bool {
    source(pod_spec, volume).is_some_and(|(kind, source)| {
        READ_ONLY_KINDS.contains(&kind) || source.get("readOnly") == Some(&Value::Bool(true))
    })
}

/// The one field of a volume besides its name.
fn source<'a>(pod_spec: &'a Value, volume: &str) -> Option<(&'a str, &'a Value)> {
    let volume = items(pod_spec, "volumes").iter().find(|candidate| name(candidate) == volume)?;
    let mut fields = volume.as_object()?.iter();
    fields
        .find(|(field, value)| *field != "name" && !value.is_null())
        .map(|(kind, source)| (kind.as_str(), source))
}

/// Whether `path` is `folder` or lies in it.
pub(super) fn contains(folder: &str, path: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
