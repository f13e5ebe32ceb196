//! What a StatefulSet needs besides its edited template: one replica whose claims survive it, and an update that
//! reaches the one pod there is.
//!
//! podManagementPolicy is immutable and stays. It does not matter with one pod, which is numbered as the set's first.

use serde_json::{Value, json};

use super::history;
use crate::manifest::{items, name, remove, set, text};
use crate::warning;
use crate::{DevOptions, PlanError};

/// Pods of an older revision that are kept on purpose cannot be given back: the controller makes new ones from the
/// newest revision only, or from the one that it takes for the current.
pub(super) fn refuse(
    origin: &Value,
    _options: &DevOptions,
    _warnings: &mut Vec<String>,
) -> Result<(), PlanError> {
    let Some(status) = origin.get("status") else { return Ok(()) };
    let same_revision = text(status, "currentRevision") == text(status, "updateRevision");
    // With OnDelete the controller never calls a new revision the current one; all pods may have it nonetheless.
    let count = |field: &str| status.get(field).and_then(Value::as_u64).unwrap_or(0);
    let all_replaced = replaced_by_hand(origin) && count("updatedReplicas") == count("replicas");
    if same_revision || all_replaced {
        return Ok(());
    }
    Err(PlanError::RolloutUnderWay)
}

fn replaced_by_hand(origin: &Value) -> bool {
    origin.pointer("/spec/updateStrategy/type").and_then(Value::as_str) == Some("OnDelete")
}

/// Scales `object` to one pod and lets the edit of its template reach it.
pub(super) fn prepare(object: &mut Value, options: &DevOptions, warnings: &mut Vec<String>) {
    let spec = &mut object["spec"];
    set(spec, "replicas", 1);
    retain_claims(spec);
    update_every_pod(spec, warnings);
    remove(spec, "minReadySeconds");
    if !options.fixed_history {
        history::keep(spec, options.revisions);
    }
}

/// Scaling down deletes the claims of the pods that go, unless told otherwise in the same write.
///
/// It is given back when the original runs again, not with its replicas: a set that had none is scaled down at the
/// end, which would delete the claim of the one pod that DevMode had.
fn retain_claims(spec: &mut Value) {
    if let Some(policy) = spec.get_mut("persistentVolumeClaimRetentionPolicy")
        && text(policy, "whenScaled") == Some("Delete")
    {
        set(policy, "whenScaled", "Retain");
    }
}

/// A partition keeps the first pods on the revision that they have, OnDelete keeps all.
fn update_every_pod(spec: &mut Value, warnings: &mut Vec<String>) {
    let Some(strategy) = spec.get_mut("updateStrategy") else { return };
    if text(strategy, "type") == Some("OnDelete") {
        *strategy = json!({ "type": "RollingUpdate" });
        warnings.push(warning::UPDATES_ON_DELETE.to_owned());
    } else if let Some(rolling) = strategy.get_mut("rollingUpdate")
        && rolling.get("partition").and_then(Value::as_u64).is_some_and(|partition| partition > 0)
    {
        set(rolling, "partition", 0);
    }
}

/// A set without pods gets one in DevMode, and with it its claims. Those of a set that has pods are its own.
pub(super) fn claims_of_the_first_pod(origin: &Value) -> Vec<String> {
    if has_pods(origin) {
        return Vec::new();
    }
    let (set, spec) = (origin.get("metadata").map_or("", name), &origin["spec"]);
    let first = spec.pointer("/ordinals/start").and_then(Value::as_u64).unwrap_or(0);
    let templates = items(spec, "volumeClaimTemplates");
    let names = templates.iter().map(|template| template.get("metadata").map_or("", name));
    names.filter(|claim| !claim.is_empty()).map(|claim| format!("{claim}-{set}-{first}")).collect()
}

/// Only where it has no pods either: the first pod's are wanted by a set that others scaled up meanwhile.
pub(super) fn drops_claims(origin: &Value) -> bool {
    let policy = origin.pointer("/spec/persistentVolumeClaimRetentionPolicy/whenScaled");
    !has_pods(origin) && policy.and_then(Value::as_str) == Some("Delete")
}

/// The API server takes one where the manifest does not say.
fn has_pods(origin: &Value) -> bool {
    origin.pointer("/spec/replicas").and_then(Value::as_u64) != Some(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::samples::{options, yaml};

    fn check(spec: &str, expect: &str) {
        let mut object = json!({ "spec": yaml(spec) });
        prepare(&mut object, &options(), &mut Vec::new());
        assert_eq!(object["spec"], yaml(expect), "{spec}");
    }

    #[test]
    fn the_write_that_scales_down_keeps_the_claims() {
        let policy = |scaled: &str| {
            format!("persistentVolumeClaimRetentionPolicy: {{whenDeleted: Delete, whenScaled: {scaled}}}")
        };
        check(
            &format!("{{replicas: 3, {}}}", policy("Delete")),
            &format!("{{replicas: 1, {}}}", policy("Retain")),
        );
        check(
            &format!("{{replicas: 3, {}}}", policy("Retain")),
            &format!("{{replicas: 1, {}}}", policy("Retain")),
        );
        check("replicas: 3", "replicas: 1");
    }

    #[test]
    fn a_set_without_pods_gets_the_claims_of_its_first_and_drops_them_where_its_policy_says_so() {
        let templates = "volumeClaimTemplates: [{metadata: {name: data}}, {metadata: {name: log}}]";
        let policy = |scaled: &str| {
            format!("persistentVolumeClaimRetentionPolicy: {{whenDeleted: Delete, whenScaled: {scaled}}}")
        };
        for (spec, claims, drops) in [
            (
                format!("replicas: 0, {templates}, {}", policy("Delete")),
                vec!["data-web-0", "log-web-0"],
                true,
            ),
            (
                format!("replicas: 0, {templates}, {}", policy("Retain")),
                vec!["data-web-0", "log-web-0"],
                false,
            ),
            (format!("replicas: 0, {templates}"), vec!["data-web-0", "log-web-0"], false),
            (
                format!("replicas: 0, ordinals: {{start: 5}}, {templates}"),
                vec!["data-web-5", "log-web-5"],
                false,
            ),
            (format!("replicas: 0, {}", policy("Delete")), vec![], true),
            (format!("replicas: 1, {templates}, {}", policy("Delete")), vec![], false),
            (format!("{templates}, {}", policy("Delete")), vec![], false),
        ] {
            let origin = json!({ "metadata": { "name": "web" }, "spec": yaml(&format!("{{{spec}}}")) });
            assert_eq!(claims_of_the_first_pod(&origin), claims, "{spec}");
            assert_eq!(drops_claims(&origin), drops, "{spec}");
        }
    }

    #[test]
    fn the_edit_reaches_the_one_pod() {
        for (strategy, expect) in [
            ("{type: OnDelete}", "{type: RollingUpdate}"),
            (
                "{type: RollingUpdate, rollingUpdate: {partition: 2, maxUnavailable: 1}}",
                "{type: RollingUpdate, rollingUpdate: {partition: 0, maxUnavailable: 1}}",
            ),
            (
                "{type: RollingUpdate, rollingUpdate: {partition: 0}}",
                "{type: RollingUpdate, rollingUpdate: {partition: 0}}",
            ),
            (
                "{type: RollingUpdate, rollingUpdate: {maxUnavailable: 1}}",
                "{type: RollingUpdate, rollingUpdate: {maxUnavailable: 1}}",
            ),
            ("{type: RollingUpdate}", "{type: RollingUpdate}"),
        ] {
            check(
                &format!("{{replicas: 2, updateStrategy: {strategy}}}"),
                &format!("{{replicas: 1, updateStrategy: {expect}}}"),
            );
        }
    }

    #[test]
    fn what_cannot_or_need_not_change_stays() {
        let kept = "podManagementPolicy: Parallel, serviceName: web, ordinals: {start: 5}";
        check(&format!("{{replicas: 2, minReadySeconds: 10, {kept}}}"), &format!("{{replicas: 1, {kept}}}"));
    }

    #[test]
    fn the_history_is_raised_where_the_api_server_allows_it() {
        check("revisionHistoryLimit: 1", "{replicas: 1, revisionHistoryLimit: 3}");
        let mut object = json!({ "spec": { "revisionHistoryLimit": 1 } });
        let fixed = DevOptions { fixed_history: true, ..options() };
        prepare(&mut object, &fixed, &mut Vec::new());
        assert_eq!(object["spec"]["revisionHistoryLimit"], 1);
    }

    #[test]
    fn pods_of_two_revisions_cannot_be_given_back() {
        for (strategy, status, refused) in [
            ("{}", "{}", false),
            ("{}", "{currentRevision: a, updateRevision: a}", false),
            (
                "{type: RollingUpdate}",
                "{currentRevision: a, updateRevision: b, replicas: 3, updatedReplicas: 1}",
                true,
            ),
            ("{type: RollingUpdate}", "{currentRevision: a, updateRevision: b}", true),
            (
                "{type: OnDelete}",
                "{currentRevision: a, updateRevision: b, replicas: 3, updatedReplicas: 2}",
                true,
            ),
            (
                "{type: OnDelete}",
                "{currentRevision: a, updateRevision: b, replicas: 3, updatedReplicas: 3}",
                false,
            ),
        ] {
            let origin = json!({ "spec": { "updateStrategy": yaml(strategy) }, "status": yaml(status) });
            assert_eq!(refuse(&origin, &options(), &mut Vec::new()).is_err(), refused, "{strategy} {status}");
        }
    }
}
