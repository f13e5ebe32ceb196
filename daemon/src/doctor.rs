//! Looks at everything that a session stands on and says what to do about what is wrong. It changes nothing: each group
//! of checks is a file, and knows nothing of the others.

mod check;
mod sessions;
mod syncthing;
mod inotify;
mod disk;
mod socket;
mod kubeconfig;
mod plugins;
mod cluster;
mod permissions;
mod role;
mod store;
mod processes;
mod records;

use std::collections::{BTreeMap, BTreeSet};

use futures::join;
use nhd_client::paths::Paths;
use nhd_protocol::doctor::{DoctorParams, DoctorReport};
use nhd_protocol::session::SessionStatus;

use crate::clock::timestamp_now;
use crate::session::requests::check::address;

/// Who asks, from where, about what.
struct Patient<'a> {
    paths: &'a Paths,
    /// Those of the daemon that looks; `None` where none runs.
    sessions: Option<&'a [SessionStatus]>,
    environment: &'a BTreeMap<String, String>,
    namespace: Option<&'a str>,
}

impl Patient<'_> {
    /// The ids of all sessions of this home, also of those that this nhd does not understand.
    fn known_sessions(&self) -> BTreeSet<String> {
        let live = self.sessions.into_iter().flatten().map(|status| status.session.clone());
        let entries = std::fs::read_dir(self.paths.copies()).into_iter().flatten().flatten();
        let stored =
            entries.filter_map(|entry| Some(entry.file_name().to_str()?.strip_suffix(".json")?.to_owned()));
        live.chain(stored).collect()
    }
}

/// Everything, side by side.
pub async fn examine(
    paths: &Paths,
    sessions: Option<&[SessionStatus]>,
    params: DoctorParams,
) -> DoctorReport {
    let DoctorParams { namespace, kubeconfig, context, environment } = params;
    let address = address(kubeconfig.as_deref(), context, environment.clone());
    let patient = Patient { paths, sessions, environment: &environment, namespace: namespace.as_deref() };
    let (here, kubeconfig, there) = join!(
        Box::pin(here(&patient)),
        kubeconfig::checks(&address),
        Box::pin(cluster::checks(&patient, &address))
    );
    let (mine, left) = here;
    let mut checks = mine;
    checks.extend(kubeconfig);
    checks.extend(there.checks);
    checks.extend(left);
    DoctorReport {
        version: crate::VERSION.to_owned(),
        at: timestamp_now(),
        context: there.context,
        server: there.server,
        namespace: there.namespace.or(namespace),
        checks,
    }
}

type Checks = Vec<nhd_protocol::doctor::DoctorCheck>;

/// This machine, and what was left on it.
async fn here(patient: &Patient<'_>) -> (Checks, Checks) {
    let known = patient.known_sessions();
    let (sessions, syncthing, watches, disk, socket, store, processes) = join!(
        sessions::check(patient),
        syncthing::check(patient),
        inotify::checks(),
        disk::check(patient),
        socket::check(patient),
        store::checks(patient, &known),
        processes::check(patient, &known),
    );
    let mut mine = vec![sessions, syncthing];
    mine.extend(watches);
    mine.extend([disk, socket]);
    let mut left = store;
    left.push(processes);
    (mine, left)
}
