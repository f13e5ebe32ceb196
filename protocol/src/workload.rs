//! Naming a workload: its kind, namespace and name.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The kinds of workload that DevMode knows, spelled as the Kubernetes API spells them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub enum WorkloadKind {
    Deployment,
    StatefulSet,
    DaemonSet,
    Job,
    CronJob,
    Pod,
}

/// Every kind with all the words that name it: the API's own, plural, and kubectl's short name.
const KIND_WORDS: &[(WorkloadKind, &[&str])] = &[
    (
        WorkloadKind::Deployment,
        &["deployment", "deployments", "deploy", "deployments.apps", "deployment.apps"],
    ),
    (
        WorkloadKind::StatefulSet,
        &["statefulset", "statefulsets", "sts", "statefulsets.apps", "statefulset.apps"],
    ),
    (WorkloadKind::DaemonSet, &["daemonset", "daemonsets", "ds", "daemonsets.apps", "daemonset.apps"]),
    (WorkloadKind::Job, &["job", "jobs", "jobs.batch", "job.batch"]),
    (WorkloadKind::CronJob, &["cronjob", "cronjobs", "cj", "cronjobs.batch", "cronjob.batch"]),
    (WorkloadKind::Pod, &["pod", "pods", "po"]),
];

impl WorkloadKind {
    pub const ALL: [Self; 6] =
        [Self::Deployment, Self::StatefulSet, Self::DaemonSet, Self::Job, Self::CronJob, Self::Pod];

    /// The kind as the Kubernetes API spells it, for example `StatefulSet`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Deployment => "Deployment",
            Self::StatefulSet => "StatefulSet",
            Self::DaemonSet => "DaemonSet",
            Self::Job => "Job",
            Self::CronJob => "CronJob",
            Self::Pod => "Pod",
        }
    }

    /// The kind in lower case, as `kubectl` and the messages of nhd write it: `deployment`.
    #[must_use]
    pub fn word(self) -> &'static str {
        KIND_WORDS.iter().find(|(kind, _)| *kind == self).map_or("workload", |(_, words)| words[0])
    }
}

impl fmt::Display for WorkloadKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for WorkloadKind {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        let lower = word.to_ascii_lowercase();
        KIND_WORDS.iter().find(|(_, words)| words.contains(&lower.as_str())).map(|(kind, _)| *kind).ok_or_else(
            || {
                format!(
                    "unknown kind {word:?}; DevMode knows deployment, statefulset, daemonset, job, cronjob and pod"
                )
            },
        )
    }
}

/// One workload of a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WorkloadRef {
    /// Where it is.
    pub namespace: String,
    pub kind: WorkloadKind,
    /// Its name.
    pub name: String,
}

impl fmt::Display for WorkloadRef {
    /// `deployment/reviews in namespace bookinfo`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{} in namespace {}", self.kind.word(), self.name, self.namespace)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_kubectl_names_its_kind() {
        for (kind, words) in KIND_WORDS {
            for word in *words {
                assert_eq!(word.parse::<WorkloadKind>().as_ref(), Ok(kind), "{word}");
                assert_eq!(
                    word.to_uppercase().parse::<WorkloadKind>().as_ref(),
                    Ok(kind),
                    "{word} in capitals"
                );
            }
            assert_eq!(kind.as_str().parse::<WorkloadKind>().as_ref(), Ok(kind));
        }
        assert!("replicaset".parse::<WorkloadKind>().is_err());
    }
}
