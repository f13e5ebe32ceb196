//! The pods of the old template, which a rollout keeps for as long as the dev pod does not count as available: with
//! another strategy for a moment they go. For how long, and when, it does not know.

use serde_json::Value;

use crate::edit::Edit;
use crate::kinds;
use crate::manifest::set;

/// The strategy of a workload in DevMode with which its old pods go at once; `None` where nothing but they themselves
/// keeps them.
fn letting_go(object: &Value) -> Option<Value> {
    (kinds::of(object)?.letting_go)(object.get("spec")?)
}

/// `current` with a strategy with which the pods of the old template go at once, if there is one to give it.
#[must_use]
pub fn let_old_pods_go(current: &Value) -> Option<Value> {
    let strategy = letting_go(current)?;
    let mut object = current.clone();
    set(&mut object["spec"], "strategy", strategy);
    Some(object)
}

/// Whether `current` has the strategy of [`let_old_pods_go`] where `edit` has another one.
#[must_use]
pub fn lets_old_pods_go(current: &Value, edit: &Edit) -> bool {
    let ours = letting_go(edit.last_known());
    ours.is_some() && ours.as_ref() == current.pointer("/spec/strategy")
}

/// `current` with the strategy of `edit` again, if it has that of [`let_old_pods_go`].
#[must_use]
pub fn with_own_strategy(current: &Value, edit: &Edit) -> Value {
    let mut object = current.clone();
    if lets_old_pods_go(current, edit) {
        set(&mut object["spec"], "strategy", edit.last_known()["spec"]["strategy"].clone());
    }
    object
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::enter;
    use crate::tests::samples::{edit_of, options, yaml};
    use crate::{Standing, standing};

    fn in_dev_mode(strategy: &str) -> Edit {
        let origin = yaml(&format!(
            "{{kind: Deployment, metadata: {{name: web}}, spec: {{replicas: 3, strategy: {strategy},
              template: {{spec: {{containers: [{{name: web, image: 'web:1'}}]}}}}}}}}"
        ));
        let edited = enter(&origin, &options()).unwrap().object.unwrap();
        edit_of(&origin, &edited)
    }

    const ROLLING: &str = "{type: RollingUpdate, rollingUpdate: {maxSurge: 25%, maxUnavailable: 25%}}";

    #[test]
    fn only_a_rollout_that_surges_keeps_old_pods() {
        let all = json!("100%");
        for (strategy, surge) in [
            (ROLLING, Some(json!("25%"))),
            ("{type: RollingUpdate, rollingUpdate: {maxSurge: 2, maxUnavailable: 0}}", Some(json!(2))),
            ("{type: RollingUpdate}", Some(json!("25%"))),
            ("{type: Recreate}", None),
            ("{type: RollingUpdate, rollingUpdate: {maxSurge: 0, maxUnavailable: 1}}", None),
            ("{type: RollingUpdate, rollingUpdate: {maxSurge: 1, maxUnavailable: 100%}}", None),
        ] {
            let eased = let_old_pods_go(&in_dev_mode(strategy).edited);
            let expected = surge.map(|surge| {
                json!({"type": "RollingUpdate",
                "rollingUpdate": {"maxSurge": surge, "maxUnavailable": all}})
            });
            assert_eq!(eased.map(|it| it["spec"]["strategy"].clone()), expected, "{strategy}");
        }
        for kind in ["StatefulSet", "DaemonSet", "Job", "CronJob", "Pod"] {
            assert_eq!(let_old_pods_go(&json!({"kind": kind, "spec": {}})), None);
        }
    }

    #[test]
    fn a_strategy_that_lets_old_pods_go_is_ours_and_is_given_back_with_the_rest() {
        let mut edit = in_dev_mode(ROLLING);
        let eased = let_old_pods_go(&edit.edited).unwrap();
        assert_eq!(standing(&eased, &edit), Standing::Dev);
        assert!(lets_old_pods_go(&eased, &edit) && !lets_old_pods_go(&edit.edited, &edit));
        assert_eq!(with_own_strategy(&eased, &edit), edit.edited);
        assert_eq!(edit.restored(&eased)["spec"], edit.origin["spec"]);
        // Nor is it taken for what others did beside it.
        let mut scaled = eased.clone();
        scaled["spec"]["replicas"] = json!(2);
        let Standing::Drifted(differences) = standing(&scaled, &edit) else { panic!("it has not drifted") };
        assert_eq!(differences.iter().map(ToString::to_string).collect::<Vec<_>>(), ["spec.replicas: 1 → 2"]);
        let strategy = edit.origin["spec"]["strategy"].clone();
        edit.take_over(&scaled);
        assert_eq!(edit.origin["spec"]["strategy"], strategy);
        assert_eq!(standing(&scaled, &edit), Standing::Dev);
    }

    #[test]
    fn a_strategy_of_others_stays_theirs() {
        let edit = in_dev_mode(ROLLING);
        let mut theirs = edit.edited.clone();
        theirs["spec"]["strategy"] = json!({"type": "Recreate"});
        assert!(!lets_old_pods_go(&theirs, &edit));
        assert_eq!(with_own_strategy(&theirs, &edit), theirs);
        assert!(matches!(standing(&theirs, &edit), Standing::Drifted(_)));
    }
}
