//! What nearly every test begins with: a namespace, a workload in it, and a developer whose daemon runs; it does not
//! know what is played on it.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use nhd_client::{Client as Nhd, ClientError};
use nhd_protocol::error::ErrorInfo;
use nhd_protocol::event::{Cursor, Event, EventBody, EventsParams, StepOutcome};
use nhd_protocol::listing::ReleaseParams;
use nhd_protocol::methods::{EventsSince, List, Start};
use nhd_protocol::session::{SessionSelector, SessionStatus, StartParams, StepName, WaitUntil};
use serde_json::Value;

use crate::laptop::{Laptop, SESSION_LIMIT};
use crate::namespace::Namespace;
use crate::process::tail;
use crate::shared::SharedCluster;
use crate::workload::{Portrait, Workload};

/// Between two looks at something that is waited for.
const INTERVAL: Duration = Duration::from_millis(10);

/// A namespace, a workload in it as it was before the test, and a developer whose daemon runs.
pub struct Stage {
    pub client: kube::Client,
    pub namespace: Namespace,
    pub workload: Workload,
    pub before: Portrait,
    pub laptop: Laptop,
    pub nhd: Nhd,
}

impl Stage {
    /// Makes the workload and waits until it is rolled out. The namespace is `PREFIX-RANDOM`.
    pub async fn set(cluster: &SharedCluster, prefix: &str, manifest: Value) -> Result<Self> {
        let client = cluster.client().await?;
        let namespace = Namespace::create(&client, prefix).await?;
        let workload = Workload::create(&client, namespace.name(), manifest).await?;
        Self::around(cluster, namespace, workload).await
    }

    /// As [`Stage::set`], around a workload that the test has prepared by itself.
    pub async fn around(cluster: &SharedCluster, namespace: Namespace, workload: Workload) -> Result<Self> {
        let client = cluster.client().await?;
        let before = workload.portrait().await?;
        let mut laptop = Laptop::new(cluster.kubeconfig())?;
        laptop.save("first.txt", "first")?;
        let nhd = laptop.start_daemon().await?;
        Ok(Self { client, namespace, workload, before, laptop, nhd })
    }

    /// A start of the workload.
    pub fn params(&self) -> StartParams {
        let kind = self.workload.kind();
        StartParams { kind, ..self.laptop.start_params(self.namespace.name(), self.workload.name()) }
    }

    /// What gives the workload back by its record alone.
    pub fn release_params(&self) -> ReleaseParams {
        let params = self.params();
        ReleaseParams {
            kind: params.kind,
            name: params.name,
            namespace: params.namespace,
            kubeconfig: params.kubeconfig,
            context: params.context,
            environment: params.environment,
        }
    }

    /// Puts the workload into DevMode and waits until files are synced.
    pub async fn start(&self) -> Result<SessionStatus> {
        self.laptop.start_synced(&self.nhd, self.params()).await
    }

    /// Ends the session and asserts that nothing is left of it.
    pub async fn end(&self, session: &str) -> Result<()> {
        self.laptop.end(&self.nhd, session).await?;
        self.assert_untouched().await
    }

    pub async fn status(&self, session: &str) -> Result<SessionStatus> {
        self.laptop.status(&self.nhd, session).await
    }

    /// Waits until the status is as wanted, for a bounded time.
    pub async fn until(
        &self,
        session: &str,
        wanted: impl Fn(&SessionStatus) -> bool,
    ) -> Result<SessionStatus> {
        let deadline = Instant::now() + SESSION_LIMIT;
        loop {
            let status = self.status(session).await?;
            if wanted(&status) {
                return Ok(status);
            }
            if Instant::now() > deadline {
                bail!("it never came to what was waited for: {status:#?}\n{}", tail(&self.laptop.log()));
            }
            tokio::time::sleep(INTERVAL).await;
        }
    }

    /// The error of a start that does not succeed, at once or after it was undone.
    pub async fn refusal(&self, params: StartParams) -> Result<ErrorInfo> {
        let session = match self.nhd.call::<Start>(params).await {
            Ok(status) => status.session,
            Err(error) => return answered(error),
        };
        match self.laptop.wait(&self.nhd, &session, WaitUntil::Synced).await {
            Ok(status) => bail!("it succeeded: {status:?}"),
            Err(error) => answer_in(error),
        }
    }

    /// Asserts that workload, cluster, daemon and machine are as if there had never been a session.
    pub async fn assert_untouched(&self) -> Result<()> {
        let sessions = self.nhd.call::<List>(SessionSelector::default()).await?.sessions;
        ensure!(sessions.is_empty(), "sessions are left: {sessions:#?}");
        self.workload.assert_restored(&self.before).await?;
        let processes = self.laptop.processes()?;
        ensure!(processes.is_empty(), "still running: {processes:?}");
        Ok(())
    }

    /// Saves a file and waits until it is in the pod.
    pub async fn save_arrives(&self, status: &SessionStatus, name: &str, text: &str) -> Result<()> {
        self.laptop.save(name, text)?;
        self.workload.prints(pod_of(status)?, &format!("cat {name} 2>/dev/null"), text).await
    }

    /// How often the session has begun a step.
    pub async fn times_begun(&self, session: &str, wanted: StepName) -> Result<usize> {
        let outcomes = self.outcomes(session, wanted).await?;
        Ok(outcomes.into_iter().filter(|outcome| *outcome == StepOutcome::Began).count())
    }

    /// What was told of a step of the session, in its order.
    pub async fn outcomes(&self, session: &str, wanted: StepName) -> Result<Vec<StepOutcome>> {
        let events = self.log().await?;
        let outcomes = events.iter().filter_map(|event| match &event.body {
            EventBody::Step { session: of, step, outcome, .. } if of == session && *step == wanted => {
                Some(*outcome)
            }
            _ => None,
        });
        Ok(outcomes.collect())
    }

    /// How long a step of the session took that was done.
    pub async fn step_took(&self, session: &str, wanted: StepName) -> Result<Option<Duration>> {
        let events = self.log().await?;
        let took = events.iter().find_map(|event| match &event.body {
            EventBody::Step { session: of, step, outcome: StepOutcome::Done, elapsed_ms, .. }
                if of == session && *step == wanted =>
            {
                *elapsed_ms
            }
            _ => None,
        });
        Ok(took.map(Duration::from_millis))
    }

    /// All that the daemon has told since it started.
    async fn log(&self) -> Result<Vec<Event>> {
        let events = self.nhd.call::<EventsSince>(EventsParams::default()).await?;
        let epoch = events.events.first().context("a snapshot")?.cursor.epoch.clone();
        let since = Some(Cursor { epoch, seq: 0 });
        Ok(self.nhd.call::<EventsSince>(EventsParams { since, ..EventsParams::default() }).await?.events)
    }

    /// Stops the daemon and gives the namespace up.
    pub async fn close(mut self) -> Result<()> {
        self.laptop.stop_daemon().await?;
        self.namespace.delete(&self.client).await
    }
}

/// The name of the dev pod.
pub fn pod_of(status: &SessionStatus) -> Result<&str> {
    status.pod.as_ref().and_then(|pod| pod.name.as_deref()).context("there is no dev pod")
}

/// The daemon's answer; any other error is the test's own.
pub fn answered(error: ClientError) -> Result<ErrorInfo> {
    match error {
        ClientError::Answered(info) => Ok(info),
        error => Err(error.into()),
    }
}

/// As [`answered`], in an error with context around it.
pub fn answer_in(error: anyhow::Error) -> Result<ErrorInfo> {
    match error.downcast_ref::<ClientError>() {
        Some(ClientError::Answered(info)) => Ok(info.clone()),
        _ => Err(error),
    }
}
