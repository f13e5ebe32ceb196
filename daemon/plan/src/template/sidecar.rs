//! The container that runs the remote syncthing.

use serde_json::{Value, json};

use super::volumes;
use crate::options::{DEFAULT_SIDECAR_IMAGE, NOCALHOST_SIDECAR_IMAGE};
use crate::{SIDECAR_CONTAINER, Sidecar, SidecarPreset};

/// The seed's, which runs the image's entrypoint before syncthing. `-home` with one dash is unknown to syncthing 2.
const NOCALHOST_SCRIPT: &str = "unset STGUIADDRESS && cp /var/syncthing/secret/* /var/syncthing/ \
                                && /bin/entrypoint.sh && /bin/syncthing -home /var/syncthing";
/// Both images set STGUIADDRESS to every interface, which would win over the configuration. `cp` follows the links
/// that a mounted Secret consists of and keeps the modes; syncthing must be able to rewrite its configuration. These
/// flags are known from syncthing 1.19 (tried) to 2.x.
const SYNCTHING_SCRIPT: &str = "unset STGUIADDRESS && cp /var/syncthing/secret/* /var/syncthing/ \
                                && exec /bin/syncthing --home /var/syncthing --no-browser";

/// The sidecar, which has `mount` at `work_dir`.
pub(super) fn container(sidecar: &Sidecar, work_dir: &str, mount: Value, resources: Value) -> Value {
    let (image, script) = match sidecar.preset {
        SidecarPreset::Syncthing => (DEFAULT_SIDECAR_IMAGE, SYNCTHING_SCRIPT),
        SidecarPreset::Nocalhost => (NOCALHOST_SIDECAR_IMAGE, NOCALHOST_SCRIPT),
    };
    // The seed's image is tagged with a name that moves; a pinned or a local one need not be asked for again.
    let as_in_the_seed = sidecar.preset == SidecarPreset::Nocalhost && sidecar.image.is_none();
    let mut container = json!({
        "name": SIDECAR_CONTAINER,
        "image": sidecar.image.as_deref().unwrap_or(image),
        "imagePullPolicy": if as_in_the_seed { "Always" } else { "IfNotPresent" },
        "command": ["/bin/sh", "-c"],
        "args": [script],
        "resources": resources,
        "terminationMessagePath": "/dev/termination-log",
        "terminationMessagePolicy": "File",
        "volumeMounts": volumes::mounts(mount),
        "workingDir": work_dir,
    });
    if sidecar.preset == SidecarPreset::Syncthing {
        // One process instead of a monitor and its child, never another version than the image's, and no second spent
        // at each start on finding out which SHA-256 is faster (version 1; later ones ignore it).
        container["env"] = json!([
            { "name": "STNOUPGRADE", "value": "1" },
            { "name": "STMONITORED", "value": "yes" },
            { "name": "STHASHING", "value": "minio" },
        ]);
    }
    container
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::samples::options;

    fn mount() -> Value {
        json!({ "mountPath": "/src", "name": "shared" })
    }

    fn check(preset: SidecarPreset, image: Option<&str>, expect: (&str, &str)) {
        let sidecar = Sidecar { preset, image: image.map(str::to_owned), ..options().sidecar };
        let container = container(&sidecar, "/src", mount(), json!({}));
        assert_eq!(
            (container["image"].as_str(), container["imagePullPolicy"].as_str()),
            (Some(expect.0), Some(expect.1))
        );
        assert_eq!(container["workingDir"], "/src");
        assert_eq!(container["volumeMounts"][2], mount());
    }

    #[test]
    fn only_the_seeds_own_image_is_always_pulled() {
        check(SidecarPreset::Syncthing, None, (DEFAULT_SIDECAR_IMAGE, "IfNotPresent"));
        check(SidecarPreset::Syncthing, Some("mine:1"), ("mine:1", "IfNotPresent"));
        check(SidecarPreset::Nocalhost, None, (NOCALHOST_SIDECAR_IMAGE, "Always"));
        check(SidecarPreset::Nocalhost, Some("mine:1"), ("mine:1", "IfNotPresent"));
    }

    #[test]
    fn the_official_image_is_started_without_its_entrypoint() {
        assert_eq!(
            container(&options().sidecar, "/src", mount(), json!({}))["args"],
            json!([
                "unset STGUIADDRESS && cp /var/syncthing/secret/* /var/syncthing/ && exec /bin/syncthing --home \
                    /var/syncthing --no-browser"
            ])
        );
    }
}
