//! How long a pod's trouble is watched before a start is given up, or an original that does not come up is let be.

use std::time::Duration;

use nhd_protocol::error::{ErrorInfo, ErrorKind};
use nhd_protocol::workload::WorkloadRef;

use crate::cluster::pods::{Waiting, WaitingCause};
use crate::session::look::Sight;

/// A registry or a volume may recover from a hiccup within this time.
const HICCUP: Duration = Duration::from_secs(10);

/// How long an end waits for the original's pods before it lets them be: they are then as they would be without us.
const ROLLOUT_PATIENCE: Duration = Duration::from_secs(60);

/// The trouble that the dev pod is in now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    pub kind: ErrorKind,
    pub text: String,
    /// How long it may last before the start is given up; `None` is as long as the start may take.
    pub patience: Option<Duration>,
}

/// What keeps the dev pod from being ready, if it is more than time.
pub fn start_trouble(sight: &Sight) -> Option<Trouble> {
    let Some(pod) = sight.dev_pod() else {
        let refused = sight.refused()?;
        // Whatever is on the way out counts against a quota until it is gone.
        if sight.pods.iter().any(|pod| pod.terminating) {
            return None;
        }
        return Some(Trouble {
            kind: ErrorKind::PodRefused,
            text: refused.to_owned(),
            patience: Some(HICCUP / 2),
        });
    };
    let Waiting { cause, text } = pod.waiting.clone()?;
    let (kind, patience) = match cause {
        WaitingCause::Progress => return None,
        WaitingCause::ImageName => (ErrorKind::ImageNotPullable, Some(Duration::ZERO)),
        WaitingCause::ImagePull => (ErrorKind::ImageNotPullable, Some(HICCUP)),
        WaitingCause::Crash => (ErrorKind::PodCrashing, Some(Duration::ZERO)),
        WaitingCause::ContainerConfig => (ErrorKind::PodCrashing, Some(HICCUP)),
        // A cluster may be making a node for it.
        WaitingCause::Unschedulable => (ErrorKind::PodUnschedulable, None),
    };
    Some(Trouble { kind, text, patience })
}

/// The error of a start that was given up because of its pod.
pub fn start_error(workload: &WorkloadRef, trouble: Option<Trouble>) -> ErrorInfo {
    let (kind, text) = match trouble {
        Some(trouble) => (trouble.kind, trouble.text),
        None => (ErrorKind::PodNotReady, "it did not become ready in time".to_owned()),
    };
    let hint = match kind {
        ErrorKind::ImageNotPullable => {
            "check the image's name and the pull secrets of the pod's service account"
        }
        ErrorKind::PodUnschedulable => "free resources in the cluster, or ask for fewer",
        ErrorKind::PodCrashing => "check that the dev image has /bin/sh and tail, and the container's mounts",
        ErrorKind::PodRefused => "a quota, limit or policy of the namespace refuses the pod; see the message",
        _ => "see the pod's events, or give the start a longer timeout",
    };
    ErrorInfo::new(kind, format!("the dev pod of {workload} cannot run: {text}")).with_hint(hint)
}

/// How long the end waits for the original's pods in this state before it goes on.
pub fn rollout_patience(sight: &Sight) -> Duration {
    let original = sight.pods.iter().filter(|pod| !pod.dev && !pod.terminating);
    let broken = original
        .filter_map(|pod| pod.waiting.as_ref())
        .any(|waiting| !matches!(waiting.cause, WaitingCause::Progress | WaitingCause::Unschedulable));
    if broken { HICCUP } else { ROLLOUT_PATIENCE }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::pods::PodSeen;
    use crate::cluster::revisions::RevisionSeen;

    fn sight(cause: Option<WaitingCause>, dev: bool) -> Sight {
        let waiting = cause.map(|cause| Waiting { cause, text: "why".into() });
        let pod = PodSeen {
            name: "p".into(),
            uid: "u".into(),
            created: String::new(),
            dev,
            ready: false,
            terminating: false,
            finished: false,
            waiting,
        };
        Sight {
            workload: None,
            dev_workload: None,
            record: None,
            revisions: Vec::new(),
            dev_revisions: Vec::new(),
            refusal: None,
            autoscalers: None,
            claims: Vec::new(),
            pods: vec![pod],
        }
    }

    #[test]
    fn each_cause_has_its_kind_and_patience() {
        let cases = [
            (WaitingCause::Progress, None),
            (WaitingCause::ImageName, Some((ErrorKind::ImageNotPullable, Some(Duration::ZERO)))),
            (WaitingCause::ImagePull, Some((ErrorKind::ImageNotPullable, Some(HICCUP)))),
            (WaitingCause::Crash, Some((ErrorKind::PodCrashing, Some(Duration::ZERO)))),
            (WaitingCause::ContainerConfig, Some((ErrorKind::PodCrashing, Some(HICCUP)))),
            (WaitingCause::Unschedulable, Some((ErrorKind::PodUnschedulable, None))),
        ];
        for (cause, expected) in cases {
            let trouble = start_trouble(&sight(Some(cause), true));
            assert_eq!(trouble.map(|trouble| (trouble.kind, trouble.patience)), expected, "{cause:?}");
        }
    }

    #[test]
    fn a_refusal_is_trouble_only_without_a_dev_pod_and_when_the_others_are_gone() {
        let refused = RevisionSeen {
            name: "r".into(),
            uid: "u".into(),
            dev: true,
            refused: Some("exceeded quota".into()),
        };
        let mut seen = sight(Some(WaitingCause::Progress), true);
        seen.revisions.push(refused);
        assert_eq!(start_trouble(&seen), None);
        seen.pods[0].terminating = true;
        assert_eq!(start_trouble(&seen), None);
        seen.pods.clear();
        assert_eq!(start_trouble(&seen).map(|trouble| trouble.kind), Some(ErrorKind::PodRefused));
        seen.revisions.clear();
        seen.refusal = Some("exceeded quota".into());
        assert_eq!(start_trouble(&seen).map(|trouble| trouble.text), Some("exceeded quota".to_owned()));
    }

    #[test]
    fn an_original_that_is_broken_by_itself_is_not_waited_for_long() {
        assert_eq!(rollout_patience(&sight(Some(WaitingCause::Crash), false)), HICCUP);
        assert_eq!(rollout_patience(&sight(Some(WaitingCause::Progress), false)), ROLLOUT_PATIENCE);
        assert_eq!(rollout_patience(&sight(Some(WaitingCause::Crash), true)), ROLLOUT_PATIENCE);
    }
}
