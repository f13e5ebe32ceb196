//! Leaving DevMode where nobody else has changed the spec: the original, verbatim, in two writes.
//!
//! The first gives back the template and the replicas with controls that let them roll out, the second the controls.
//! In between the caller waits until the original template has rolled out. A Pod is not written but made again
//! ([`crate::recreation`]), and a Job is not written at all.

use serde_json::Value;

use crate::edit::{Edit, GivenBack};
use crate::manifest::{copy, set};
use crate::{annotation, kinds};

/// The first write: `current` with the original spec, its controls still those of `edited`. Labels, other annotations and
/// everything that the cluster keeps in `current` stay. Our annotation goes unless controls are still owed: it is the last
/// that tells of them where the record is lost and whoever gives the workload back is away.
pub(crate) fn restore(current: &Value, origin: &Value, edited: &Value) -> Value {
    let spec = neutral(origin, edited)["spec"].take();
    let owes_controls = origin.get("spec").is_some_and(|origin| *origin != spec);
    let mut object = current.clone();
    set(&mut object, "spec", spec);
    annotation::strip(&mut object);
    if owes_controls && annotation::is_ours(current) {
        annotation::put(&mut object, &origin["spec"]);
    }
    object
}

/// The second write: `current`, on which [`restore`] has rolled out, with the controls of the original. Nothing else
/// of its spec is written, as nothing else is left of ours.
pub(crate) fn settle(current: &Value, origin: &Value) -> Value {
    let mut object = current.clone();
    copy_controls(origin, origin, &mut object);
    annotation::strip(&mut object);
    object
}

impl Edit {
    /// The first write of the way back.
    #[must_use]
    pub fn restored(&self, current: &Value) -> Value {
        restore(current, &self.origin, &self.edited)
    }

    /// The second write of the way back.
    #[must_use]
    pub fn settled(&self, current: &Value) -> Value {
        settle(current, &self.origin)
    }

    /// Notes what the API server answered to the first write. Where that is all, nothing is left to settle.
    pub fn note_restored(&mut self, written: Value) {
        let settled = self.settled(&written)["spec"] == written["spec"];
        self.given_back = Some(GivenBack { object: written, settled });
    }

    /// Notes what the API server answered to the last write, which is all that can be done.
    pub fn note_settled(&mut self, written: Value) {
        self.given_back = Some(GivenBack { object: written, settled: true });
    }
}

/// The original with the controls of `edited`.
pub(super) fn neutral(origin: &Value, edited: &Value) -> Value {
    let mut object = origin.clone();
    copy_controls(origin, edited, &mut object);
    object
}

/// Gives `to` the controls that `from` has, as the kind of `origin` lists them.
fn copy_controls(origin: &Value, from: &Value, to: &mut Value) {
    let fields = kinds::of(origin).map_or(&[][..], |kind| kind.controls);
    let (Some(from), Some(to)) = (from.get("spec"), to.get_mut("spec")) else { return };
    for field in fields {
        copy(field, from, to);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::enter;
    use crate::tests::samples::{options, yaml};

    const ORIGIN: &str = "
        kind: Deployment
        metadata:
          name: web
          uid: u1
          resourceVersion: '1'
          generation: 1
          annotations: {deployment.kubernetes.io/revision: '1', kubectl.kubernetes.io/last-applied-configuration: '{}'}
        spec:
          replicas: 3
          paused: true
          minReadySeconds: 10
          revisionHistoryLimit: 0
          strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 1}}
          template:
            spec:
              hostNetwork: true
              containers: [{name: web, image: 'web:1', env: [{name: A, value: '1'}, {name: A, value: '2'}]}]
        status: {replicas: 3}";

    /// What the cluster and others have made of the edited object meanwhile.
    fn current(edited: &Value) -> Value {
        let mut current = edited.clone();
        current["metadata"]["resourceVersion"] = json!("7");
        current["metadata"]["generation"] = json!(2);
        current["metadata"]["annotations"]["deployment.kubernetes.io/revision"] = json!("2");
        current["metadata"]["annotations"]["theirs"] = json!("new");
        current["metadata"]["labels"] = json!({ "theirs": "new" });
        current["status"] = json!({ "replicas": 1 });
        current
    }

    #[test]
    fn the_template_comes_back_before_the_controls() {
        let origin = yaml(ORIGIN);
        let edited = enter(&origin, &options()).unwrap().object.unwrap();
        let restored = restore(&current(&edited), &origin, &edited);
        let mut expect = origin["spec"].clone();
        for field in ["paused", "minReadySeconds"] {
            expect.as_object_mut().unwrap().remove(field);
        }
        expect["revisionHistoryLimit"] = json!(3);
        expect["strategy"] = json!({ "type": "Recreate" });
        assert_eq!(restored["spec"], expect);
        assert_eq!(settle(&restored, &origin)["spec"], origin["spec"]);
    }

    #[test]
    fn metadata_and_status_are_those_of_now() {
        let origin = yaml(ORIGIN);
        let edited = enter(&origin, &options()).unwrap().object.unwrap();
        let current = current(&edited);
        let mut expect = current["metadata"].clone();
        let restored = restore(&current, &origin, &edited);
        let settled = settle(&restored, &origin);
        assert_eq!(restored["metadata"], expect, "the controls are still owed");
        expect["annotations"].as_object_mut().unwrap().remove("nocalhost.origin.spec.json");
        assert_eq!(settled["metadata"], expect);
        for object in [&restored, &settled] {
            assert_eq!(object["metadata"]["annotations"]["deployment.kubernetes.io/revision"], "2");
            assert_eq!(object["status"], current["status"]);
        }
    }

    #[test]
    fn the_annotation_has_the_original_until_its_controls_are_back() {
        let mut origin = yaml(ORIGIN);
        let edited = enter(&origin, &options()).unwrap().object.unwrap();
        // With what an end has taken over from others.
        origin["spec"]["replicas"] = json!(5);
        let restored = restore(&edited, &origin, &edited);
        assert_eq!(annotation::origin_spec(&restored), Some(origin["spec"].clone()));
        let mut theirs = edited.clone();
        annotation::strip(&mut theirs);
        assert!(!annotation::is_ours(&restore(&theirs, &origin, &edited)), "others took it away");
        for field in ["paused", "minReadySeconds", "strategy", "revisionHistoryLimit"] {
            origin["spec"].as_object_mut().unwrap().remove(field);
        }
        origin["spec"]["template"]["spec"]["hostNetwork"] = json!(false);
        let edited = enter(&origin, &options()).unwrap().object.unwrap();
        assert!(!annotation::is_ours(&restore(&edited, &origin, &edited)), "no control is owed");
    }

    #[test]
    fn settling_touches_nothing_but_the_controls() {
        let origin = yaml(ORIGIN);
        let edited = enter(&origin, &options()).unwrap().object.unwrap();
        let mut restored = restore(&edited, &origin, &edited);
        restored["spec"]["replicas"] = json!(9);
        let settled = settle(&restored, &origin);
        assert_eq!(settled["spec"]["replicas"], 9);
        assert_eq!(settled["spec"]["paused"], true);
    }

    #[test]
    fn doing_it_twice_changes_nothing() {
        let origin = yaml(ORIGIN);
        let edited = enter(&origin, &options()).unwrap().object.unwrap();
        let restored = restore(&edited, &origin, &edited);
        assert_eq!(restore(&restored, &origin, &edited), restored);
        let settled = settle(&restored, &origin);
        assert_eq!(settle(&settled, &origin), settled);
    }
}
