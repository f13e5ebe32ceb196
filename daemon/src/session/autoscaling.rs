//! What the autoscalers around a workload mean for its session.

use nhd_protocol::workload::WorkloadKind;
use serde_json::Value;

use super::next::Autoscalers;
use super::observe::Sight;
use super::view::named;
use crate::cluster::autoscalers::PinnedAutoscaler;
use crate::cluster::objects::FIELD_MANAGER;
use crate::plan;
use crate::store::StoredSession;
use crate::store::session::{Desired, StoredPlan};

/// Whether workloads of this kind have replicas to scale, of which one would be the dev pod.
pub fn is_possible(kind: WorkloadKind) -> bool {
    matches!(kind, WorkloadKind::Deployment | WorkloadKind::StatefulSet)
}

/// Whether an autoscaler is in the plan, or scales the workload that was planned for.
pub fn concerns(autoscaler: &Value, plan: &StoredPlan) -> bool {
    planned(autoscaler, plan).is_some() || plan::scales(autoscaler, &plan.origin)
}

pub fn name(autoscaler: &Value) -> &str {
    autoscaler.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default()
}

/// What is to be done about the autoscalers. Only before the edit others' changes of them are a reason to do something:
/// in DevMode they are theirs to make.
pub fn state(stored: &StoredSession, plan: &StoredPlan, sight: &Sight, returned: bool) -> Autoscalers {
    let Some(seen) = &sight.autoscalers else {
        // They could be listed when they were pinned; whoever gives them back will see.
        let pinned = !plan.autoscalers.is_empty() && !returned;
        return if pinned { Autoscalers::Pinned } else { Autoscalers::Free };
    };
    if stored.desired == Desired::DevMode && !stored.entered {
        let scaling = || seen.iter().filter(|it| plan::scales(it, &plan.origin));
        let is_as_planned =
            |it: &Value| planned(it, plan).is_some_and(|planned| planned.origin["spec"] == it["spec"]);
        if scaling().any(|it| !is_as_planned(it)) {
            return Autoscalers::Changed;
        }
        if scaling().next().is_some() {
            return Autoscalers::Unpinned;
        }
    }
    let owed = |it: &Value| {
        planned(it, plan).is_some_and(|planned| {
            plan::is_pinned(it, &planned.pinned) || (!returned && plan::owns_fields(it, FIELD_MANAGER))
        })
    };
    if seen.iter().any(owed) { Autoscalers::Pinned } else { Autoscalers::Free }
}

/// What others did to the autoscalers in DevMode, and what came of it.
pub fn warnings(stored: &StoredSession, sight: &Sight) -> Vec<String> {
    let in_dev_mode = stored.desired == Desired::DevMode && stored.entered;
    let Some(plan) = stored.plan.as_ref().filter(|_| in_dev_mode) else { return Vec::new() };
    sight.autoscalers.iter().flatten().filter_map(|it| warning(it, plan)).collect()
}

fn warning(autoscaler: &Value, plan: &StoredPlan) -> Option<String> {
    const SCALES: &str = "it scales the dev pods, of which one is synced";
    let name = name(autoscaler);
    let scales = plan::scales(autoscaler, &plan.origin);
    let Some(planned) = planned(autoscaler, plan) else {
        return Some(format!("the autoscaler {name} appeared in DevMode: {SCALES}"));
    };
    let spec = |object: &Value| serde_json::json!({"spec": object["spec"]});
    let differences = plan::diff(&spec(&planned.pinned), &spec(autoscaler));
    if differences.is_empty() {
        return None;
    }
    let writers = plan::writers_since(autoscaler, &planned.pinned, FIELD_MANAGER);
    let writers = if writers.is_empty() { "others".to_owned() } else { writers.join(", ") };
    let what = if scales {
        format!("{SCALES}, and stays as it is when DevMode ends")
    } else {
        "it stays when DevMode ends".to_owned()
    };
    Some(format!("{writers} changed the autoscaler {name}: {}; {what}", named(&differences)))
}

fn planned<'a>(autoscaler: &Value, plan: &'a StoredPlan) -> Option<&'a PinnedAutoscaler> {
    plan.autoscalers.iter().find(|it| it.is(autoscaler))
}
