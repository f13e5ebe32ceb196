//! What a plan warns of, as texts with their arguments in braces, so that whoever shows a plan knows each of them again.

use std::fmt::Display;

macro_rules! warnings {
    ($($name:ident = $text:literal;)+) => {
        $(pub(crate) const $name: &str = $text;)+

        /// Every text that a plan warns with, beside the reasons against a start that was forced.
        pub const WARNINGS: &[&str] = &[$($name,)+ crate::NO_ROOM];
    };
}

warnings! {
    DEBUG_CONTAINERS_LOST = "the pod's debug containers are lost";
    POD_MADE_AGAIN = "the pod is deleted and made again: its address changes, and what it has written outside of persistent volumes is lost, now and at the end";
    DAEMON_SET_PARKED = "the DaemonSet has no pod on any node while in DevMode";
    DEPLOYMENT_RESUMED = "the Deployment is paused: its rollout is resumed while in DevMode";
    RECREATED = "the old pod and the dev pod cannot run at the same time: strategy Recreate";
    UPDATES_ON_DELETE = "updates of the StatefulSet wait for its pods' deletion: not while in DevMode, and at its end all pods are made anew";
    SCHEDULE_PARKED = "no job is started on schedule while in DevMode";
    ORIGIN_TOO_LARGE = "the original is too large for an annotation: only the Secret holds it";
    HOST_NETWORK = "the pod is on its node's network: so are the sidecar's ports, on loopback";
    RUNS_AS_ROOT = "the pod runs as user {user}: the dev container and the sidecar run as root";
    USER_ASSUMED = "nobody says whom the dev container runs as, only that it is not root: user {user}";
    SIDECAR_WANTS_ROOT = "Nocalhost's sidecar is made to run as root, and may not start as another user";
    SIDECAR_FITTED = "the sidecar gets {resources}: so much is left to it by sidecarResources, the namespace's LimitRanges and the pod's own resources";
    NOT_SYNCED = "{path} ({volume}) lies in the work dir and is not synchronised";
    FOLDER_MADE = "an empty folder {folder} is made in {volume} ({path})";
    WORK_DIR_KEPT = "the work dir lies in volume claim {claim}: what is deleted here between two sessions stays there, as what is made there does";
    FILES_OVERWRITTEN = "files in {volume} are overwritten by those of the same name that are synchronised";
}

/// A text with these values in the places of its arguments, which come in the order of the text.
pub(crate) fn filled(text: &str, values: &[&dyn Display]) -> String {
    let mut parts = text.split('{');
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for (part, value) in parts.zip(values) {
        filled += &value.to_string();
        filled += part.split_once('}').map_or("", |(_, rest)| rest);
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_in_the_places_of_the_arguments() {
        assert_eq!(filled("none", &[]), "none");
        assert_eq!(filled("{a} and {b} (c)", &[&"{x}", &2]), "{x} and 2 (c)");
    }
}
