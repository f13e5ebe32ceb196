//! The names that DevMode puts into a workload, all from the seed's after-manifest unless said otherwise.

use sha2::{Digest, Sha256};

pub const DEV_CONTAINER: &str = "nocalhost-dev";
pub const SIDECAR_CONTAINER: &str = "nocalhost-sidecar";

pub(crate) const SYNCTHING_VOLUME: &str = "nocalhost-syncthing";
pub(crate) const SECRET_VOLUME: &str = "nocalhost-syncthing-secret";
pub(crate) const SHARED_VOLUME: &str = "nocalhost-shared-volume";
/// Begins the names of the volumes of persistent folders; a number follows.
pub(crate) const FOLDER_VOLUME: &str = "nocalhost-folder-";

pub(crate) const SYNCTHING_HOME: &str = "/var/syncthing";
pub(crate) const SECRET_MOUNT: &str = "/var/syncthing/secret";

/// The longest name of a Secret (a DNS subdomain, the Kubernetes API).
const LONGEST_SECRET_NAME: usize = 253;

/// The longest name of a dev workload: a Job's is a label of its pods too, and a Deployment's needs room for the
/// hash of its ReplicaSet.
const LONGEST_DEV_WORKLOAD_NAME: usize = 63;
/// The longest value of a label.
const LONGEST_LABEL: usize = 63;
/// The length of a hash that tells two long names apart, in bytes; it is written in hexadecimal.
const HASH_LENGTH: usize = 5;

/// Whether a container called `name` is one that DevMode puts into a pod.
pub(crate) fn is_our_container(name: &str) -> bool {
    [DEV_CONTAINER, SIDECAR_CONTAINER].contains(&name)
}

/// Whether a volume called `name` is one that DevMode puts into a pod.
pub(crate) fn is_our_volume(name: &str) -> bool {
    [SYNCTHING_VOLUME, SECRET_VOLUME, SHARED_VOLUME].contains(&name) || name.starts_with(FOLDER_VOLUME)
}

/// The name of the Secret that is mount, record and lock of one workload's DevMode:
/// `<name>-<kind>-nocalhost-syncthing-secret`.
pub fn secret_name(kind: &str, name: &str) -> String {
    derived(name, &format!("-{}-nocalhost-syncthing-secret", kind.to_lowercase()), LONGEST_SECRET_NAME)
}

/// The name of the dev workload of a workload of `kind`: `<name>-<kind>-dev`.
pub(crate) fn dev_workload_name(kind: &str, name: &str) -> String {
    derived(name, &format!("-{}-dev", kind.to_lowercase()), LONGEST_DEV_WORKLOAD_NAME)
}

/// The name of the claim of a persistent folder: `<name>-<kind>-dev-<hash>`. Some provisioners make a label of it.
pub(crate) fn claim_name(kind: &str, name: &str, container: &str, path: &str) -> String {
    let hash = hash(&format!("{kind}/{name}/{container}{path}"));
    derived(name, &format!("-{kind}-dev-{hash}"), LONGEST_LABEL)
}

/// What tells the dev workload of one workload from those of all others in its namespace; a label's value.
pub(crate) fn dev_workload_hash(kind: &str, name: &str) -> String {
    hash(&format!("{}/{name}", kind.to_lowercase()))
}

/// `name` and `suffix`. Where that is longer than `longest`, the name is cut and a hash of the whole takes the place of
/// the rest, so that two long names that begin alike stay apart.
fn derived(name: &str, suffix: &str, longest: usize) -> String {
    let whole = format!("{name}{suffix}");
    if whole.len() <= longest {
        return whole;
    }
    let hash = hash(&whole);
    let room = longest - suffix.len() - hash.len() - 1;
    let cut: String = name.chars().take(room).collect();
    // A label of a DNS subdomain may end neither with a dash nor before a dot.
    let cut = cut.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
    format!("{cut}-{hash}{suffix}")
}

fn hash(text: &str) -> String {
    Sha256::digest(text).iter().take(HASH_LENGTH).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_named_as_in_the_seed() {
        assert_eq!(secret_name("Deployment", "reviews"), "reviews-deployment-nocalhost-syncthing-secret");
    }

    #[test]
    fn the_longest_name_that_fits_is_not_cut() {
        let suffix = "-deployment-nocalhost-syncthing-secret";
        let name = "a".repeat(253 - suffix.len());
        assert_eq!(secret_name("Deployment", &name), format!("{name}{suffix}"));
        assert_ne!(secret_name("Deployment", &format!("{name}a")), format!("{name}a{suffix}"));
    }

    #[test]
    fn long_names_are_cut_valid_and_apart() {
        let beginning = "a".repeat(203);
        for tail in [".b".repeat(25), "-".repeat(30) + "b", "c".repeat(50)] {
            let one = secret_name("Deployment", &format!("{beginning}{tail}1"));
            let other = secret_name("Deployment", &format!("{beginning}{tail}2"));
            assert_ne!(one, other);
            assert!(one.len() <= 253, "{one}");
            assert!(!one.contains(".-"), "{one}");
            assert!(one.ends_with("-deployment-nocalhost-syncthing-secret"), "{one}");
        }
    }

    #[test]
    fn names_of_dev_workloads_are_short_valid_and_apart() {
        assert_eq!(dev_workload_name("DaemonSet", "agent"), "agent-daemonset-dev");
        assert_eq!(dev_workload_name("CronJob", &"a".repeat(51)), format!("{}-cronjob-dev", "a".repeat(51)));
        for kind in ["DaemonSet", "Job", "CronJob"] {
            let beginning = "a".repeat(30);
            let names: Vec<String> = ["x1", "x2", ".b.c", "-----d"]
                .map(|tail| dev_workload_name(kind, &format!("{beginning}{}{tail}", "-.".repeat(15))))
                .to_vec();
            for (at, name) in names.iter().enumerate() {
                assert!(name.len() <= 63, "{name}");
                assert!(!name.contains(".-") && !name.contains("-."), "{name}");
                assert!(!names[..at].contains(name), "{name}");
            }
        }
    }

    #[test]
    fn equal_names_of_several_kinds_stay_apart() {
        let hashes = ["DaemonSet", "Job", "CronJob"].map(|kind| dev_workload_hash(kind, "web"));
        assert!(hashes[0] != hashes[1] && hashes[1] != hashes[2] && hashes[0] != hashes[2], "{hashes:?}");
    }
}
