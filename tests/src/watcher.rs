//! A client that follows workloads, and what it knows by the rules that the protocol gives clients.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use nhd_client::{Client as Nhd, Workloads};
use nhd_protocol::browse::live::{WatchTrouble, WatchedPart, WorkloadEvent, WorkloadSubscribeParams};
use nhd_protocol::listing::WorkloadSummary;
use nhd_protocol::workload::{WorkloadKind, WorkloadRef};

/// How long anything may take that is waited for.
const LIMIT: Duration = Duration::from_secs(60);

/// A client that follows, and what it knows.
pub struct Watcher<'c> {
    pub events: Workloads<'c>,
    pub workloads: BTreeMap<WorkloadRef, WorkloadSummary>,
    pub troubles: BTreeMap<WatchedPart, WatchTrouble>,
    pub snapshots: usize,
}

impl<'c> Watcher<'c> {
    pub async fn join(client: &'c Nhd, params: WorkloadSubscribeParams) -> Result<Self> {
        let events = client.workloads(params).await?;
        let mut watcher =
            Self { events, workloads: BTreeMap::new(), troubles: BTreeMap::new(), snapshots: 0 };
        while watcher.snapshots == 0 {
            watcher.next().await?;
        }
        Ok(watcher)
    }

    /// Takes the next event over, by the rules that the protocol gives clients.
    pub async fn next(&mut self) -> Result<()> {
        let event = tokio::time::timeout(LIMIT, self.events.next()).await.context("nothing is told")??;
        match event {
            WorkloadEvent::Snapshot { workloads, troubles, .. } => {
                self.snapshots += 1;
                self.workloads = workloads.into_iter().map(|it| (it.workload.clone(), it)).collect();
                self.troubles = troubles.into_iter().map(|it| (it.part, it)).collect();
            }
            WorkloadEvent::Changed { upserted, removed, .. } => {
                removed.iter().for_each(|workload| drop(self.workloads.remove(workload)));
                self.workloads.extend(upserted.into_iter().map(|it| (it.workload.clone(), it)));
            }
            WorkloadEvent::Error { trouble } => drop(self.troubles.insert(trouble.part, trouble)),
            WorkloadEvent::Recovered { part } => drop(self.troubles.remove(&part)),
        }
        Ok(())
    }

    /// Waits until what is known is as wanted.
    pub async fn until(&mut self, what: &str, wanted: impl Fn(&Self) -> bool) -> Result<()> {
        let deadline = Instant::now() + LIMIT;
        while !wanted(self) {
            ensure!(Instant::now() < deadline, "never {what}: {:#?} {:#?}", self.workloads, self.troubles);
            self.next()
                .await
                .with_context(|| format!("{what}: {:#?} {:#?}", self.workloads, self.troubles))?;
        }
        Ok(())
    }

    pub fn get(&self, kind: WorkloadKind, name: &str) -> Option<&WorkloadSummary> {
        self.workloads.values().find(|it| it.workload.kind == kind && it.workload.name == name)
    }
}

/// What is followed: one namespace, as the user of a kubeconfig.
pub fn following(kubeconfig: &Path, namespace: &str) -> WorkloadSubscribeParams {
    WorkloadSubscribeParams {
        namespace: Some(namespace.to_owned()),
        kubeconfig: Some(kubeconfig.display().to_string()),
        ..WorkloadSubscribeParams::default()
    }
}
