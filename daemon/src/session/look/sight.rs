//! What a look at the cluster saw of one session, and what can be read off it. Knows no kinds and no steps.

use serde_json::Value;

use crate::cluster::objects::FIELD_MANAGER;
use crate::cluster::pods::PodSeen;
use crate::cluster::record::RecordSeen;
use crate::cluster::revisions::RevisionSeen;
use crate::session::look::folders::FolderSeen;
use crate::store::session::StoredPlan;
use nhd_plan::{Difference, Standing, standing};

/// What the cluster holds of a session.
#[derive(Debug, Clone, PartialEq)]
pub struct Sight {
    /// The workload, if it is still the one that was planned for.
    pub workload: Option<Value>,
    /// The object beside it that has the dev pod.
    pub dev_workload: Option<Value>,
    pub record: Option<RecordSeen>,
    /// The revisions of the workload.
    pub revisions: Vec<RevisionSeen>,
    /// The revisions of the object beside it, which go with it.
    pub dev_revisions: Vec<RevisionSeen>,
    pub pods: Vec<PodSeen>,
    /// Why the dev pod cannot be made, where its maker says so in events alone.
    pub refusal: Option<String>,
    /// The autoscalers that scale the workload or are kept from it; `None` where nobody may list them.
    pub autoscalers: Option<Vec<Value>>,
    /// The volume claims that the plan says come with the dev pod, as far as they are there to stay.
    pub claims: Vec<ClaimSeen>,
    /// The claims that have the names of the persistent folders', as far as they are there.
    pub folders: Vec<FolderSeen>,
    /// The namespace that was planned in is gone; what has its name is another one.
    pub namespace_gone: bool,
}

/// A volume claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimSeen {
    pub name: String,
    pub uid: String,
    /// By the API server's clock.
    pub created: String,
}

impl Sight {
    /// The pod to work in: a ready one before others, and among equals the oldest, which stays the same one when the
    /// workload is scaled up.
    pub fn dev_pod(&self) -> Option<&PodSeen> {
        self.lasting_pods().filter(|pod| pod.dev).min_by_key(|pod| (!pod.ready, &pod.created, &pod.name))
    }

    pub fn standing(&self, plan: &StoredPlan) -> Option<Standing> {
        self.workload.as_ref().map(|current| standing(current, &plan.edit))
    }

    /// Why a controller cannot make the dev pod, if it says so.
    pub fn refused(&self) -> Option<&str> {
        let makers = self.revisions.iter().chain(&self.dev_revisions);
        let by_status = makers.filter(|revision| revision.dev).find_map(|it| it.refused.as_deref());
        by_status.or(self.refusal.as_deref())
    }

    /// The field managers that made these differences in the workload since our edit, as words; without any, whoever
    /// wrote to it.
    pub fn writers(&self, plan: &StoredPlan, differences: &[Difference]) -> String {
        let current = self.workload.as_ref().unwrap_or(&Value::Null);
        let writers = nhd_plan::writers_of(current, plan.edit.last_known(), differences, FIELD_MANAGER);
        if writers.is_empty() { "others".to_owned() } else { writers.join(", ") }
    }

    /// The pods that take part in anything. One that has finished, such as one that was evicted, lies about until
    /// somebody clears it away, which no controller of a Deployment ever does.
    pub fn lasting_pods(&self) -> impl Iterator<Item = &PodSeen> {
        self.pods.iter().filter(|pod| !pod.terminating && !pod.finished)
    }

    /// Whether pods of the old template are there only because the dev pod does not count as available: a container
    /// beside its two is not ready, or a gate.
    pub fn old_pods_are_kept(&self) -> bool {
        self.dev_pod().is_some_and(|pod| pod.ready && !pod.available) && !self.only_dev_pods_last()
    }

    pub fn only_dev_pods_last(&self) -> bool {
        self.lasting_pods().all(|pod| pod.dev)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A pod that is on its way.
    pub(crate) fn pod(dev: bool) -> PodSeen {
        PodSeen {
            name: "p".into(),
            uid: "u".into(),
            created: String::new(),
            dev,
            ready: false,
            available: false,
            terminating: false,
            finished: false,
            in_the_way: false,
            scheduled: false,
            begun: false,
            sidecar_runs: false,
            waiting: None,
            companions: Vec::new(),
            events: Vec::new(),
        }
    }

    pub(crate) fn sight_of(pods: Vec<PodSeen>) -> Sight {
        Sight {
            workload: None,
            dev_workload: None,
            record: None,
            revisions: Vec::new(),
            dev_revisions: Vec::new(),
            refusal: None,
            autoscalers: None,
            claims: Vec::new(),
            folders: Vec::new(),
            namespace_gone: false,
            pods,
        }
    }

    #[test]
    fn pods_that_have_finished_count_for_nothing() {
        let finished = |dev| PodSeen { finished: true, ..pod(dev) };
        let going = |dev| PodSeen { terminating: true, ..pod(dev) };
        let dev = || PodSeen { ready: true, ..pod(true) };
        for (pods, only_dev) in [
            (vec![dev()], true),
            (vec![dev(), finished(false)], true),
            (vec![dev(), finished(false), finished(true), going(false)], true),
            (vec![dev(), finished(false), pod(false)], false),
        ] {
            let sight = sight_of(pods);
            assert_eq!(sight.only_dev_pods_last(), only_dev, "{sight:?}");
            assert_eq!(sight.dev_pod(), Some(&dev()), "{sight:?}");
        }
        assert_eq!(sight_of(vec![finished(true)]).dev_pod(), None);
    }
}
