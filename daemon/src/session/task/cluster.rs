//! How the session reaches its cluster: by what it is pinned to and, where that fails, by what a client has offered
//! since. It does not know what is done there.

use std::collections::BTreeMap;

use nhd_protocol::error::{ErrorInfo, ErrorKind};
use nhd_protocol::message::{Arguments, error as said};
use nhd_protocol::workload::WorkloadRef;
use serde_json::Value;

use crate::cluster::{ClusterAddress, Connection, PluginGate};
use crate::session::cluster_link::ClusterLink;
use crate::session::failure::Failure;
use crate::session::requests::place::{Place, is_another_cluster};
use crate::session::task::SessionTask;
use crate::store::session::StoredCluster;

/// The ways to the cluster beside the one that the session is pinned to.
#[derive(Default)]
pub(super) struct Ways {
    /// What all parts of the session use, once it has been reached.
    connection: Option<Connection>,
    /// In the order in which they are tried.
    offered: Vec<ClusterAddress>,
    /// An exec plugin that wants a sign-in is not run all night.
    pub(super) gate: PluginGate,
    /// The session's own leads there, and its user may not do what is to be done.
    own_is_denied: bool,
}

impl SessionTask {
    /// Remembers other ways to the cluster. A session that works is not disturbed: what is offered last may be gone
    /// sooner, or may less.
    pub(super) fn offered(&mut self, addresses: Vec<ClusterAddress>) {
        let own = self.stored.cluster.address();
        let completed = addresses.into_iter().map(|mut address| {
            if address.environment.is_empty() {
                address.environment.clone_from(&own.environment);
            }
            address
        });
        let offered: Vec<ClusterAddress> = completed.filter(|address| *address != own).collect();
        if !offered.is_empty() {
            self.ways.offered = offered;
            // One that waits to try its own way again has another now.
            self.stale |= self.link.is_none();
        }
    }

    /// Connects anew. Where the way that the session is pinned to fails, one that was offered takes its place.
    pub(super) async fn connect(&mut self) -> Result<(), Failure> {
        if std::mem::take(&mut self.ways.own_is_denied) && self.rebind().await.is_ok() {
            return Ok(());
        }
        let own =
            ClusterLink::connect(&self.stored.cluster, &self.ways.gate, self.ways.connection.as_ref()).await;
        match own {
            Ok(link) => {
                self.go_on_with(link);
                Ok(())
            }
            Err(failure) if self.ways.offered.is_empty() => Err(failure),
            Err(mut failure) => match self.rebind().await {
                Ok(()) => Ok(()),
                Err(offered) => {
                    let cause = failure.info.message.clone();
                    let arguments: Arguments<'_> = &[("cause", &cause), ("other", &offered.message)];
                    failure.info = failure.info.said(&said::NO_WAY_LEADS_THERE, arguments);
                    Err(failure)
                }
            },
        }
    }

    /// Takes other variables where the session's own cluster can be reached with them; where not, it keeps what it has.
    pub(super) async fn set_environment(
        &mut self,
        given: BTreeMap<String, String>,
        unset: &[String],
    ) -> Result<(), ErrorInfo> {
        let mut variables = (*self.stored.cluster.environment).clone();
        variables.retain(|name, _| !unset.contains(name));
        variables.extend(given);
        let cluster = StoredCluster { environment: variables.into(), ..self.stored.cluster.clone() };
        let link = ClusterLink::connect(&cluster, &self.ways.gate, self.ways.connection.as_ref()).await;
        let link = link.map_err(|failure| failure.info)?;
        tracing::info!(session = self.stored.id, environment = ?cluster.environment, "going on with other variables");
        self.stored.cluster = cluster;
        self.go_on_with(link);
        // What stood in the way may be gone, and is looked at at once.
        self.failures = 0;
        Ok(())
    }

    fn go_on_with(&mut self, link: ClusterLink) {
        // What an earlier daemon knew counts once: an API server that was set back to a backup answers with older states
        // for ever, and is believed when it is reached anew.
        if self.ways.connection.is_none() {
            let states = self.stored.plan.iter().flat_map(|plan| plan.edit.states());
            states.for_each(|state| link.objects.remember(state));
        }
        self.ways.connection = Some(link.connection.clone());
        self.link = Some(link);
        self.stale = true;
    }

    /// Pins the session to the first of the offered ways that leads to its own cluster; stored before it is used.
    async fn rebind(&mut self) -> Result<(), ErrorInfo> {
        let mut error = ErrorInfo::of(&said::NO_OTHER_WAY, &[]);
        for address in self.ways.offered.clone() {
            let place = match Place::find(&address, None).await {
                Ok(place) => place,
                Err(failed) => {
                    error = failed;
                    continue;
                }
            };
            if !self.is_home(&place).await {
                error = is_not_it(&place);
                continue;
            }
            let uid = self.stored.cluster.uid.clone();
            let pinned = StoredCluster { uid, ..place.pinned(&address) };
            let before: StoredCluster = std::mem::replace(&mut self.stored.cluster, pinned);
            if let Err(error) = self.shared.store.put_session(&self.stored) {
                self.stored.cluster = before;
                return Err(Failure::from(error).info);
            }
            let StoredCluster { context, server, .. } = &self.stored.cluster;
            tracing::info!(
                session = self.stored.id,
                context,
                server,
                "going on by another way to the cluster"
            );
            self.ways.offered.clear();
            self.go_on_with(ClusterLink::through(place.client.client, self.ways.connection.as_ref()));
            return Ok(());
        }
        Err(error)
    }

    /// Whether it is certainly the session's own cluster. Where the user there may not read its uid, the workload's is a
    /// proof as well.
    async fn is_home(&self, place: &Place) -> bool {
        if place.is_certainly(&self.stored.cluster.uid) {
            return true;
        }
        let known = self.stored.plan.as_ref().map_or("", |plan| plan.edit.workload_uid());
        if known.is_empty() || is_another_cluster(&self.stored.cluster.uid, &place.cluster_uid) {
            return false;
        }
        let WorkloadRef { kind, namespace, name } = &self.stored.workload;
        let found = place.objects.get((*kind).into(), Some(namespace), name).await;
        found.is_ok_and(|found| found.pointer("/metadata/uid").and_then(Value::as_str) == Some(known))
    }

    /// Whether the cluster does not let this user in, or not do what is to be done while another is at hand.
    pub(super) fn is_refused(&mut self, error: &ErrorInfo) -> bool {
        let denied = error.kind == ErrorKind::PermissionDenied && !self.ways.offered.is_empty();
        self.ways.own_is_denied |= denied;
        denied || error.kind == ErrorKind::Unauthorized
    }

    /// Says how a session goes on that cannot reach its cluster by the way that it is pinned to.
    pub(super) fn with_way_out(error: ErrorInfo) -> ErrorInfo {
        let by_another_way = matches!(
            error.kind,
            ErrorKind::KubeconfigInvalid
                | ErrorKind::ContextNotFound
                | ErrorKind::Unauthorized
                | ErrorKind::AnotherCluster
        );
        if !by_another_way {
            return error;
        }
        let hint = error.hint.as_ref().map(|hint| format!("{hint}; or ")).unwrap_or_default();
        error.with_hint(format!(
            "{hint}end the session, or start it as before, with a kubeconfig and a context of the same cluster, where \
             you are signed in: it goes on with these"
        ))
    }
}

/// What was offered is not certainly the session's own cluster.
fn is_not_it(place: &Place) -> ErrorInfo {
    let (context, server) = (&place.client.context, &place.client.server);
    ErrorInfo::of(&said::CONTEXT_LEADS_ELSEWHERE, &[("context", context), ("server", server)])
}

/// Resolves when the API server has refused the session's credentials; never where there is no connection.
pub(super) async fn refused(connection: Option<&Connection>) {
    match connection {
        Some(connection) => connection.refused().await,
        None => std::future::pending().await,
    }
}
