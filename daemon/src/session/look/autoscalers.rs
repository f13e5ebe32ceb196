//! What the autoscalers around a workload mean for its session.

use nhd_protocol::message::warning as said;
use serde_json::Value;

use crate::cluster::autoscalers::PinnedAutoscaler;
use crate::cluster::objects::FIELD_MANAGER;
use crate::session::look::Sight;
use crate::session::look::differences::named;
use crate::session::next::Autoscalers;
use crate::store::StoredSession;
use crate::store::session::{Desired, StoredPlan};

/// Whether an autoscaler is in the plan, or scales the workload that was planned for unless it is pinned.
pub fn concerns(autoscaler: &Value, plan: &StoredPlan) -> bool {
    planned(autoscaler, plan).is_some()
        || nhd_plan::scales(&nhd_plan::unpinned(autoscaler), &plan.edit.origin)
}

/// Whether this session has yet to pin it. One that a lost session left pinned is this session's from then on.
pub fn is_to_pin(autoscaler: &Value, session: &str, plan: &StoredPlan) -> bool {
    nhd_plan::scales(&nhd_plan::unpinned(autoscaler), &plan.edit.origin)
        && nhd_plan::pin(autoscaler, session) != *autoscaler
}

/// Whether it is still the one that was planned for.
pub fn is_as_planned(autoscaler: &Value, planned: &PinnedAutoscaler) -> bool {
    nhd_plan::unpinned(autoscaler)["spec"] == planned.origin["spec"]
}

pub fn name(autoscaler: &Value) -> &str {
    autoscaler.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default()
}

/// What is to be done about the autoscalers. Only before the edit others' changes of them are a reason to do something:
/// in DevMode they are theirs to make. `returned` says that it was tried to give back what fields of them we own.
pub fn state(stored: &StoredSession, plan: &StoredPlan, sight: &Sight, returned: bool) -> Autoscalers {
    let before_the_edit = stored.desired == Desired::DevMode && !stored.entered;
    match &sight.autoscalers {
        Some(seen) if before_the_edit => {
            to_do(&stored.id, plan, seen).unwrap_or_else(|| owed(plan, seen, returned))
        }
        Some(seen) => owed(plan, seen, returned),
        // They could be listed when they were pinned; whoever gives them back will see.
        None if plan.edit.autoscalers.is_empty() || returned => Autoscalers::Free,
        None => Autoscalers::Pinned,
    }
}

fn to_do(session: &str, plan: &StoredPlan, seen: &[Value]) -> Option<Autoscalers> {
    let mut to_pin = seen.iter().filter(|it| is_to_pin(it, session, plan)).peekable();
    to_pin.peek()?;
    let as_planned = to_pin.all(|it| planned(it, plan).is_some_and(|planned| is_as_planned(it, planned)));
    Some(if as_planned { Autoscalers::Unpinned } else { Autoscalers::Changed })
}

fn owed(plan: &StoredPlan, seen: &[Value], returned: bool) -> Autoscalers {
    let is_owed = |it: &Value| {
        planned(it, plan).is_some_and(|planned| {
            nhd_plan::is_pinned(it, &planned.pinned)
                || (!returned && nhd_plan::owns_fields(it, FIELD_MANAGER))
        })
    };
    if seen.iter().any(is_owed) { Autoscalers::Pinned } else { Autoscalers::Free }
}

/// Whether this session has pinned one that is in its plan. From the pin on it owes a release, whatever becomes of its
/// record; before the edit nothing else tells that it has written anything.
pub fn has_pinned(stored: &StoredSession, plan: &StoredPlan, sight: &Sight) -> bool {
    let is_mine = |it: &Value| planned(it, plan).is_some() && nhd_plan::pinned_by(it) == Some(&stored.id);
    sight.autoscalers.iter().flatten().any(is_mine)
}

/// What others did to the autoscalers in DevMode, and what came of it.
pub fn warnings(stored: &StoredSession, sight: &Sight) -> Vec<String> {
    let in_dev_mode = stored.desired == Desired::DevMode && stored.entered;
    let Some(plan) = stored.plan.as_ref().filter(|_| in_dev_mode) else { return Vec::new() };
    sight.autoscalers.iter().flatten().filter_map(|it| warning(it, plan)).collect()
}

fn warning(autoscaler: &Value, plan: &StoredPlan) -> Option<String> {
    let name = name(autoscaler);
    let scales = nhd_plan::scales(autoscaler, &plan.edit.origin);
    let Some(planned) = planned(autoscaler, plan) else {
        return scales.then(|| said::AUTOSCALER_APPEARED.say(&[("autoscaler", &name)]));
    };
    let spec = |object: &Value| serde_json::json!({"spec": object["spec"]});
    let differences = nhd_plan::diff(&spec(&planned.pinned), &spec(autoscaler));
    if differences.is_empty() {
        return None;
    }
    let writers = nhd_plan::writers_of(autoscaler, &planned.pinned, &differences, FIELD_MANAGER);
    let writers = if writers.is_empty() { "others".to_owned() } else { writers.join(", ") };
    let message = if scales { said::AUTOSCALER_SCALES } else { said::AUTOSCALER_CHANGED };
    let differences = named(&differences);
    Some(message.say(&[("writers", &writers), ("autoscaler", &name), ("differences", &differences)]))
}

fn planned<'a>(autoscaler: &Value, plan: &'a StoredPlan) -> Option<&'a PinnedAutoscaler> {
    plan.edit.autoscalers.iter().find(|it| it.is(autoscaler))
}

#[cfg(test)]
mod tests {
    use super::*;
    use nhd_plan::Edit;
    use serde_json::json;

    fn autoscaler(uid: &str) -> Value {
        let target = json!({"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"});
        json!({"metadata": {"name": "web", "uid": uid}, "spec": {"scaleTargetRef": target, "maxReplicas": 5}})
    }

    fn plan_of(autoscalers: &[Value]) -> StoredPlan {
        let pinned = |it: &Value| PinnedAutoscaler { origin: it.clone(), pinned: nhd_plan::pin(it, "s1") };
        let origin = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}});
        let edit = Edit {
            autoscalers: autoscalers.iter().map(pinned).collect(),
            ..Edit::new("web".into(), origin.clone(), origin)
        };
        StoredPlan { edit, warnings: Vec::new() }
    }

    fn changed(mut autoscaler: Value, pointer: &str, value: Value) -> Value {
        *autoscaler.pointer_mut(pointer).expect("is there") = value;
        autoscaler
    }

    #[test]
    fn before_the_edit_all_that_scale_the_workload_are_planned_for_and_pinned() {
        let (one, plan) = (autoscaler("1"), plan_of(&[autoscaler("1")]));
        let pinned = nhd_plan::pin(&one, "s1");
        let with_max = |it: &Value| changed(it.clone(), "/spec/maxReplicas", json!(9));
        for (seen, expect) in [
            (vec![], None),
            (vec![one.clone()], Some(Autoscalers::Unpinned)),
            (vec![with_max(&one)], Some(Autoscalers::Changed)),
            (vec![pinned.clone()], None),
            (vec![with_max(&pinned)], None),
            (vec![autoscaler("2")], Some(Autoscalers::Changed)),
            (vec![pinned, autoscaler("2")], Some(Autoscalers::Changed)),
            (vec![nhd_plan::pin(&one, "lost")], Some(Autoscalers::Unpinned)),
            (vec![nhd_plan::pin(&autoscaler("2"), "lost")], Some(Autoscalers::Changed)),
            (vec![changed(one, "/spec/scaleTargetRef/name", json!("db"))], None),
        ] {
            assert_eq!(to_do("s1", &plan, &seen), expect, "{seen:?}");
        }
    }

    #[test]
    fn only_what_is_left_of_our_pin_is_owed() {
        let plan = plan_of(&[autoscaler("1")]);
        let pinned = nhd_plan::pin(&autoscaler("1"), "s1");
        let mut written = autoscaler("1");
        written["metadata"]["managedFields"] = json!([{"manager": FIELD_MANAGER}]);
        for (seen, returned, expect) in [
            (pinned.clone(), false, Autoscalers::Pinned),
            (changed(pinned.clone(), "/spec/maxReplicas", json!(9)), true, Autoscalers::Pinned),
            (changed(pinned, "/metadata/uid", json!("2")), false, Autoscalers::Free),
            (autoscaler("1"), false, Autoscalers::Free),
            (written.clone(), false, Autoscalers::Pinned),
            (written, true, Autoscalers::Free),
        ] {
            assert_eq!(owed(&plan, std::slice::from_ref(&seen), returned), expect, "{seen}");
        }
    }

    #[test]
    fn what_others_do_to_an_autoscaler_is_said_with_what_comes_of_it() {
        let plan = plan_of(&[autoscaler("1")]);
        let pinned = nhd_plan::pin(&autoscaler("1"), "s1");
        let mut by_flux = changed(pinned.clone(), "/spec/maxReplicas", json!(9));
        by_flux["metadata"]["managedFields"] = json!([{"manager": "flux", "fieldsV1": {"f:spec": {}}}]);
        for (seen, expect) in [
            (pinned, None),
            (
                by_flux,
                Some("flux changed the autoscaler web: spec.maxReplicas: 5 → 9; it stays when DevMode ends"),
            ),
            (
                autoscaler("1"),
                Some(
                    "others changed the autoscaler web: spec.scaleTargetRef.name: \"web-in-DevMode-by-nhd\" → \
                     \"web\"; it scales the dev pods, of which one is synced, and stays as it is when DevMode ends",
                ),
            ),
            (
                autoscaler("2"),
                Some(
                    "the autoscaler web appeared in DevMode: it scales the dev pods, of which one is synced",
                ),
            ),
        ] {
            assert_eq!(warning(&seen, &plan).as_deref(), expect);
        }
    }
}
