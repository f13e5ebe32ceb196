//! What the volume claims that came with the dev pod mean for its session.

use nhd_plan::MadeClaim;
use nhd_protocol::message::warning;
use serde_json::Value;

use crate::cluster::objects::is_leaving;
use crate::session::look::Sight;
use crate::session::look::sight::ClaimSeen;
use crate::store::StoredSession;
use crate::store::session::StoredPlan;

/// Those that are to go now: the workload has no pod any more that could want them, and they are the ones that were
/// made for it. One that anybody made before is never in the plan.
pub fn to_delete<'a>(plan: &'a StoredPlan, sight: &'a Sight) -> impl Iterator<Item = &'a ClaimSeen> {
    let wanted = sight.workload.is_some() && plan.edit.drops_claims();
    let since = sight.record.as_ref().map(|record| record.created.as_str());
    let all = plan.edit.claims.iter().filter(move |_| wanted);
    all.filter_map(move |made| {
        let seen = seen(made, sight)?;
        let as_noted = made.uid.as_ref().is_none_or(|uid| *uid == seen.uid);
        (as_noted && is_since(seen, since)).then_some(seen)
    })
}

/// The uids of those that have been made since, for the plan to hold on to.
pub fn noted(plan: &StoredPlan, sight: &Sight) -> Option<Vec<MadeClaim>> {
    let since = sight.record.as_ref().map(|record| record.created.as_str());
    let noted: Vec<MadeClaim> = plan
        .edit
        .claims
        .iter()
        .map(|made| {
            let seen = seen(made, sight).filter(|seen| is_since(seen, since));
            MadeClaim { uid: made.uid.clone().or_else(|| Some(seen?.uid.clone())), ..made.clone() }
        })
        .collect();
    (noted != plan.edit.claims).then_some(noted)
}

/// What is said at the end of those that stay.
pub fn kept(stored: &StoredSession, sight: &Sight) -> Option<String> {
    let plan = stored.plan.as_ref()?;
    // A set that others scaled up wants its claims.
    let without_pods = !nhd_plan::claims_made(&plan.edit.origin).is_empty();
    let left: Vec<&str> = plan
        .edit
        .claims
        .iter()
        .filter(|made| without_pods && seen(made, sight).is_some())
        .map(|made| made.name.as_str())
        .collect();
    (!left.is_empty()).then(|| warning::CLAIMS_KEPT.say(&[("claims", &left.join(", "))]))
}

fn seen<'a>(made: &MadeClaim, sight: &'a Sight) -> Option<&'a ClaimSeen> {
    sight.claims.iter().find(|claim| claim.name == made.name)
}

/// The API server's clock tells both, to the second and in one form. Without a record nothing is certain.
fn is_since(seen: &ClaimSeen, since: Option<&str>) -> bool {
    since.is_some_and(|since| seen.created.as_str() >= since)
}

/// A claim that is there to stay.
pub fn see(claim: &Value) -> Option<ClaimSeen> {
    let text = |field: &str| claim["metadata"][field].as_str().unwrap_or_default().to_owned();
    let seen = ClaimSeen { name: text("name"), uid: text("uid"), created: text("creationTimestamp") };
    (!is_leaving(claim)).then_some(seen)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::record::{Contents, RecordSeen};
    use nhd_plan::Edit;
    use serde_json::json;

    const SINCE: &str = "2026-11-23T08:00:00Z";

    fn plan(replicas: u32, policy: &str, uid: Option<&str>) -> StoredPlan {
        let origin = json!({"kind": "StatefulSet", "metadata": {"name": "web"}, "spec": {
            "replicas": replicas, "volumeClaimTemplates": [{"metadata": {"name": "data"}}],
            "persistentVolumeClaimRetentionPolicy": {"whenScaled": policy}}});
        let claims = vec![MadeClaim { name: "data-web-0".into(), uid: uid.map(str::to_owned) }];
        StoredPlan {
            edit: Edit { claims, ..Edit::new("web".into(), origin, json!({})) },
            warnings: Vec::new(),
        }
    }

    fn sight(claims: &[Value]) -> Sight {
        let record = RecordSeen {
            uid: String::new(),
            resource_version: String::new(),
            created: SINCE.to_owned(),
            session: None,
            owner: None,
            labelled: true,
            contents: Contents::Unreadable,
        };
        Sight {
            workload: Some(json!({})),
            dev_workload: None,
            record: Some(record),
            revisions: Vec::new(),
            dev_revisions: Vec::new(),
            pods: Vec::new(),
            refusal: None,
            autoscalers: None,
            namespace_gone: false,
            claims: claims.iter().filter_map(see).collect(),
            folders: Vec::new(),
        }
    }

    fn claim(uid: &str, created: &str) -> Value {
        json!({"metadata": {"name": "data-web-0", "uid": uid, "creationTimestamp": created}})
    }

    #[test]
    fn only_what_was_made_for_the_dev_pod_goes_and_only_where_the_policy_says_so() {
        let ours = claim("u", SINCE);
        let mut leaving = ours.clone();
        leaving["metadata"]["deletionTimestamp"] = json!(SINCE);
        let mut others = ours.clone();
        others["metadata"]["name"] = json!("data-db-0");
        for (plan, claims, expect) in [
            (plan(0, "Delete", None), vec![ours.clone()], true),
            (plan(0, "Delete", Some("u")), vec![ours.clone()], true),
            (plan(0, "Delete", Some("other")), vec![ours.clone()], false),
            (plan(0, "Delete", None), vec![claim("u", "2026-11-23T07:59:59Z")], false),
            (plan(0, "Retain", Some("u")), vec![ours.clone()], false),
            (plan(1, "Delete", Some("u")), vec![ours.clone()], false),
            (plan(0, "Delete", Some("u")), vec![leaving], false),
            (plan(0, "Delete", Some("u")), vec![others], false),
            (plan(0, "Delete", Some("u")), vec![], false),
        ] {
            assert_eq!(to_delete(&plan, &sight(&claims)).next().is_some(), expect, "{plan:?} {claims:?}");
        }
        let (plan, claims) = (plan(0, "Delete", Some("u")), [ours]);
        let gone = Sight { workload: None, ..sight(&claims) };
        assert!(to_delete(&plan, &gone).next().is_none(), "the set itself is gone");
        let unrecorded = Sight { record: None, ..sight(&claims) };
        assert!(to_delete(&plan, &unrecorded).next().is_none(), "nothing says since when");
    }

    #[test]
    fn the_first_that_is_seen_is_the_one_that_is_meant() {
        let first = sight(&[claim("u", SINCE)]);
        let mut plan = plan(0, "Delete", None);
        let noted = noted(&plan, &first).expect("it is new");
        assert_eq!(noted[0].uid.as_deref(), Some("u"));
        plan.edit.claims = noted;
        assert_eq!(super::noted(&plan, &first), None);
        assert_eq!(super::noted(&plan, &sight(&[claim("another", SINCE)])), None);
    }
}
