//! The names that DevMode puts into a workload, all from the seed's after-manifest unless said otherwise.

use sha2::{Digest, Sha256};

pub const DEV_CONTAINER: &str = "nocalhost-dev";
pub const SIDECAR_CONTAINER: &str = "nocalhost-sidecar";

pub(super) const SYNCTHING_VOLUME: &str = "nocalhost-syncthing";
pub(super) const SECRET_VOLUME: &str = "nocalhost-syncthing-secret";
pub(super) const SHARED_VOLUME: &str = "nocalhost-shared-volume";

pub(super) const SYNCTHING_HOME: &str = "/var/syncthing";
pub(super) const SECRET_MOUNT: &str = "/var/syncthing/secret";

/// The longest name of a Secret (a DNS subdomain, the Kubernetes API).
const LONGEST_SECRET_NAME: usize = 253;

/// The name of the Secret that is mount, record and lock of one workload's DevMode:
/// `<name>-<kind>-nocalhost-syncthing-secret`. Where that is too long, the workload's name is cut and a hash of the
/// whole takes the place of the rest, so that two long names that begin alike stay apart.
pub fn secret_name(kind: &str, name: &str) -> String {
    let suffix = format!("-{}-nocalhost-syncthing-secret", kind.to_lowercase());
    let whole = format!("{name}{suffix}");
    if whole.len() <= LONGEST_SECRET_NAME {
        return whole;
    }
    let hash: String = Sha256::digest(&whole).iter().take(5).map(|byte| format!("{byte:02x}")).collect();
    let room = LONGEST_SECRET_NAME - suffix.len() - hash.len() - 1;
    let cut: String = name.chars().take(room).collect();
    // A label of a DNS subdomain may end neither with a dash nor before a dot.
    let cut = cut.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
    format!("{cut}-{hash}{suffix}")
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
}
