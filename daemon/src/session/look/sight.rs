//! What a look at the cluster saw of one session, and what can be read off it. Knows no kinds and no steps.

use serde_json::Value;

use crate::cluster::objects::FIELD_MANAGER;
use crate::cluster::pods::PodSeen;
use crate::cluster::record::RecordSeen;
use crate::cluster::revisions::RevisionSeen;
use crate::store::session::StoredPlan;
use nhd_plan::{Standing, standing};

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
        let candidates = self.pods.iter().filter(|pod| pod.dev && !pod.terminating && !pod.finished);
        candidates.min_by_key(|pod| (!pod.ready, &pod.created, &pod.name))
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

    /// The field managers that wrote to the workload since our edit, as words.
    pub fn writers(&self, plan: &StoredPlan) -> String {
        let current = self.workload.as_ref().unwrap_or(&Value::Null);
        let writers = nhd_plan::writers_since(current, plan.edit.last_known(), FIELD_MANAGER);
        if writers.is_empty() { "others".to_owned() } else { writers.join(", ") }
    }

    pub fn only_dev_pods_last(&self) -> bool {
        self.pods.iter().all(|pod| pod.dev || pod.terminating)
    }
}
