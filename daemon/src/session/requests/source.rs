//! Whether a folder may be synced: neither with the daemon's own files in it, nor by other rules than another session has
//! for it. It knows no cluster.

use std::path::{Path, PathBuf};

use nhd_protocol::error::ErrorInfo;
use nhd_protocol::message::{Arguments, error, warning};
use nhd_protocol::workload::WorkloadRef;

use crate::cluster::ClusterAddress;
use crate::config::DevSettings;
use crate::store::session::StoredRequest;
use nhd_client::paths::Paths;

/// Keys, credentials and the sync's own database must not be synced, nor be written by a container.
pub fn apart(source: &Path, paths: &Paths) -> Result<(), ErrorInfo> {
    for own in [&paths.home, &paths.runtime] {
        let own = own.canonicalize().unwrap_or_else(|_| own.clone());
        let how = match (own.starts_with(source), source.starts_with(&own)) {
            (true, _) => &error::SOURCE_HOLDS_DAEMON,
            (_, true) => &error::SOURCE_IN_DAEMON,
            _ => continue,
        };
        return Err(ErrorInfo::of(how, &[("source", &source.display()), ("folder", &own.display())]));
    }
    Ok(())
}

/// What somebody may not want to have in a container.
pub fn exposed(source: &Path, address: &ClusterAddress) -> Vec<String> {
    let kube = address.environment.get("HOME").map(|home| PathBuf::from(home).join(".kube"));
    let secrets = address.kubeconfig.iter().chain(&kube).filter_map(|path| path.canonicalize().ok());
    let mut inside: Vec<PathBuf> = secrets.filter(|path| path.starts_with(source)).collect();
    inside.sort();
    inside.dedup();
    let top = |path: &PathBuf| !inside.iter().any(|other| other != path && path.starts_with(other));
    let said = inside
        .iter()
        .filter(|path| top(path))
        .map(|path| warning::CREDENTIALS_SYNCED.say(&[("path", &path.display())]));
    said.collect()
}

/// Somebody who syncs.
pub struct Other<'a> {
    pub session: &'a str,
    pub workload: &'a WorkloadRef,
    pub request: &'a StoredRequest,
}

/// Syncthing reads what is left out from one file at the top of the folder. So one folder has one set of rules, and where a
/// container may write, nobody else's rules are.
pub fn compatible(asked: &StoredRequest, others: &[Other<'_>]) -> Result<(), ErrorInfo> {
    for other in others {
        let there = other.request;
        let clash = if there.source == asked.source {
            there.dev.selection != asked.dev.selection
        } else if there.source.starts_with(&asked.source) {
            overwrites(&asked.dev, &there.dev)
        } else {
            asked.source.starts_with(&there.source) && overwrites(&there.dev, &asked.dev)
        };
        if clash {
            let arguments: Arguments<'_> =
                &[("source", &there.source.display()), ("workload", other.workload)];
            let error = ErrorInfo::of(&error::SOURCE_RULES_DIFFER, arguments);
            return Err(ErrorInfo { session: Some(other.session.to_owned()), ..error });
        }
    }
    Ok(())
}

fn overwrites(outer: &DevSettings, inner: &DevSettings) -> bool {
    outer.two_way && !inner.selection.is_everything()
}

#[cfg(test)]
mod tests {
    use nhd_protocol::session::StartParams;
    use nhd_protocol::workload::WorkloadKind;

    use super::*;
    use crate::config::Values;
    use crate::session::requests::check::Request;

    fn request(source: &Path) -> StoredRequest {
        let params: StartParams = serde_json::from_value(serde_json::json!({
            "kind": "Deployment", "name": "reviews", "image": "dev:1", "source": source,
            "environment": {"HOME": "/home/ann"},
        }))
        .expect("is a start");
        let request = Request::check(params).expect("is fine");
        request
            .complete(Values { image: Some("dev:1".to_owned()), ..Values::default() })
            .expect("has an image")
    }

    #[test]
    fn a_source_and_the_daemons_home_are_apart_through_links_too() {
        let place = tempfile::tempdir().expect("temporary folder");
        let place = place.path().canonicalize().expect("is there");
        let home = place.join("user/.local/nhd");
        for folder in [home.join("sessions"), place.join("user/work"), place.join("run")] {
            std::fs::create_dir_all(folder).expect("folder");
        }
        std::os::unix::fs::symlink(&home, place.join("link")).expect("link");
        for home in [home.clone(), place.join("link")] {
            let runtime = place.join("run");
            let paths = Paths { socket: runtime.join("s"), config: home.join("c"), home, runtime };
            let check = |source: &str, fine: bool| {
                assert_eq!(apart(&place.join(source), &paths).is_ok(), fine, "{source}");
            };
            check("user/work", true);
            check("user", false);
            check("user/.local/nhd", false);
            check("user/.local/nhd/sessions", false);
            check("run", false);
            check("", false);
        }
    }

    #[test]
    fn credentials_in_the_source_are_a_warning() {
        let place = tempfile::tempdir().expect("temporary folder");
        let home = place.path().canonicalize().expect("is there");
        let kube = home.join(".kube");
        std::fs::create_dir_all(home.join("work")).expect("folder");
        std::fs::create_dir(&kube).expect("folder");
        std::fs::write(kube.join("config"), "").expect("file");
        let environment =
            std::collections::BTreeMap::from([("HOME".to_owned(), home.display().to_string())]).into();
        let address = ClusterAddress { kubeconfig: vec![kube.join("config")], context: None, environment };
        assert_eq!(exposed(&home.join("work"), &address), [""; 0]);
        let said = exposed(&home, &address);
        assert!(said.len() == 1 && said[0].starts_with(&kube.display().to_string()), "{said:?}");
    }

    #[test]
    fn one_folder_has_one_set_of_rules_and_no_container_writes_anothers() {
        let place = tempfile::tempdir().expect("temporary folder");
        std::fs::create_dir(place.path().join("app")).expect("folder");
        let (outer, inner) = (request(place.path()), request(&place.path().join("app")));
        let ruled = |request: &StoredRequest| {
            let mut request = request.clone();
            request.dev.selection.git_ignore = true;
            request
        };
        let two_way = |request: StoredRequest| {
            let mut request = request;
            request.dev.two_way = true;
            request
        };
        let workload =
            WorkloadRef { namespace: "shop".into(), kind: WorkloadKind::Deployment, name: "cart".into() };
        let check = |there: &StoredRequest, asked: &StoredRequest, fine: bool| {
            let other = Other { session: "abc", workload: &workload, request: there };
            let found = compatible(asked, &[other]);
            assert_eq!(found.is_ok(), fine, "{there:?} {asked:?}");
            if let Err(error) = found {
                assert!(error.message.contains("cart") && error.session.as_deref() == Some("abc"), "{error}");
            }
        };
        check(&outer, &outer, true);
        check(&ruled(&outer), &ruled(&outer), true);
        check(&outer, &ruled(&outer), false);
        check(&ruled(&outer), &outer, false);
        check(&outer, &ruled(&inner), true);
        check(&ruled(&inner), &two_way(outer.clone()), false);
        check(&two_way(outer.clone()), &ruled(&inner), false);
        check(&two_way(outer), &inner, true);
    }
}
