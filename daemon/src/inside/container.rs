//! The dev container of a session, and commands that end by themselves in it.

use std::time::Duration;

use nhd_plan::{DEV_CONTAINER, SIDECAR_CONTAINER};
use nhd_protocol::error::{ErrorInfo, ErrorKind};
use nhd_protocol::session::SessionSelector;

use crate::cluster::Connection;
use crate::cluster::exec::{ContainerRef, RunLimits, RunOutput, run};
use crate::forward::PodTarget;
use crate::session::SessionManager;
use crate::session::failure::Failure;
use crate::session::manager::SessionPlace;

/// How long a small command may take, on a node that is slow.
pub(super) const RUN_LIMIT: Duration = Duration::from_secs(20);

/// A dev container that is there.
pub(super) struct DevContainer {
    connection: Connection,
    pub(super) dev: ContainerRef,
    sidecar: ContainerRef,
    session: String,
}

impl DevContainer {
    pub(super) async fn of(manager: &SessionManager, selector: &SessionSelector) -> Result<Self, ErrorInfo> {
        let place = manager.place(selector).await?;
        Self::at(&place).ok_or_else(|| absent(&place))
    }

    /// `None` while there is no dev pod.
    pub(super) fn at(place: &SessionPlace) -> Option<Self> {
        let PodTarget { namespace, pod, .. } = place.at.target.borrow().clone()?;
        let named = |container: &str| ContainerRef {
            namespace: namespace.clone(),
            pod: pod.clone(),
            container: container.to_owned(),
        };
        let (dev, sidecar) = (named(DEV_CONTAINER), named(SIDECAR_CONTAINER));
        Some(Self { connection: place.at.connection.clone(), dev, sidecar, session: place.session.clone() })
    }

    /// Runs a script of a POSIX shell with arguments. Where there is no shell, that is said.
    pub(super) async fn script(
        &self,
        script: &str,
        arguments: &[&str],
        bytes: usize,
    ) -> Result<RunOutput, ErrorInfo> {
        let command = [&["sh", "-c", script, "sh"][..], arguments].concat();
        let ran = run(&self.connection, &self.dev, &command, RunLimits { time: RUN_LIMIT, bytes }).await;
        let ran = ran.map_err(|error| self.about(Failure::from(error).info))?;
        if ran.end.is_missing_program() {
            return Err(self.without_tools("has no shell"));
        }
        Ok(ran)
    }

    /// Runs a program in the dev container or, where it is not in that, in the sidecar: both are in one network.
    pub(super) async fn in_network(&self, command: &[&str], bytes: usize) -> Result<RunOutput, ErrorInfo> {
        let limits = RunLimits { time: RUN_LIMIT, bytes };
        for container in [&self.dev, &self.sidecar] {
            let ran = run(&self.connection, container, command, limits).await;
            let ran = ran.map_err(|error| self.about(Failure::from(error).info))?;
            if !ran.end.is_missing_program() {
                return Ok(ran);
            }
        }
        Err(self.without_tools(&format!("has no {}, and neither has the sidecar", command[0])))
    }

    pub(super) fn without_tools(&self, why: &str) -> ErrorInfo {
        let message = format!("{} cannot be looked into: it {why}", self.dev);
        let hint = "use a dev image that has a shell and the usual tools";
        self.about(ErrorInfo::new(ErrorKind::ToolsMissing, message).with_hint(hint))
    }

    pub(super) fn about(&self, error: ErrorInfo) -> ErrorInfo {
        ErrorInfo { session: Some(self.session.clone()), ..error }
    }
}

pub(super) fn absent(place: &SessionPlace) -> ErrorInfo {
    let message = format!("{} has no dev pod at the moment", place.workload);
    let error = ErrorInfo::new(ErrorKind::PodNotReady, message)
        .with_hint("wait until the session is ready; its status says what the pod waits for");
    ErrorInfo { session: Some(place.session.clone()), ..error }
}
