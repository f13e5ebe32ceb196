//! How long a pod's trouble is watched before a start is given up, or an original that does not come up is let be.

use std::time::Duration;

use nhd_protocol::error::{ErrorInfo, ErrorKind};
use nhd_protocol::message::{Arguments, error as said};
use nhd_protocol::workload::WorkloadRef;

use crate::cluster::pod_events::Stage;
use crate::cluster::pods::{PodSeen, Role, WaitingCause};
use crate::session::look::Sight;

/// A registry or a volume may recover from a hiccup within this time.
const HICCUP: Duration = Duration::from_secs(10);

/// How long an end waits for the original's pods before it lets them be: they are then as they would be without us.
const ROLLOUT_PATIENCE: Duration = Duration::from_secs(60);

/// For so long, or for as long as the start might take, the first sync may come no further before it is given up.
pub const HALT: Duration = Duration::from_secs(60);

/// For so long the containers beside a ready dev container may take to be ready before the old pods no longer wait for
/// them.
pub const COMPANION: Duration = Duration::from_secs(1);

/// For so long an end waits for pods that were not ready before DevMode either, and are not in trouble yet.
pub const ON_ITS_WAY: Duration = Duration::from_secs(3);

/// The trouble that the dev pod is in now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    pub kind: ErrorKind,
    pub text: String,
    pub hint: String,
    /// How long it may last before the start is given up; `None` is as long as the start may take.
    pub patience: Option<Duration>,
}

/// How long a claim may wait for a volume after the cluster said this of it last; `None` is as long as the start may
/// take, in which a provisioner may come to it.
pub fn of_volume(event: &str) -> Option<Duration> {
    let is_hopeless = event.starts_with("FailedBinding") || event.contains(" not found");
    is_hopeless.then_some(HICCUP)
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
            hint: "a quota, limit or policy of the namespace refuses the pod; see the message".to_owned(),
            patience: Some(HICCUP / 2),
        });
    };
    let waiting = pod.waiting.as_ref()?;
    let role = waiting.container.as_ref().map(|container| container.role);
    let (kind, patience) = match (waiting.cause, role) {
        (WaitingCause::Progress, _) => (ErrorKind::PodNotReady, pod.warning().map(|_| None)?),
        (WaitingCause::ImageName, _) => (ErrorKind::ImageNotPullable, Some(Duration::ZERO)),
        (WaitingCause::ImagePull, _) => (ErrorKind::ImageNotPullable, Some(HICCUP)),
        // It may wait by failing, for a database or a queue, and is tried again by the kubelet, ever later.
        (WaitingCause::Crash, Some(Role::Init)) => (ErrorKind::PodCrashing, None),
        (WaitingCause::Crash, _) => (ErrorKind::PodCrashing, Some(Duration::ZERO)),
        (WaitingCause::ContainerConfig, _) => (ErrorKind::PodCrashing, Some(HICCUP)),
        // A cluster may be making a node for it.
        (WaitingCause::Unschedulable, _) => (ErrorKind::PodUnschedulable, None),
    };
    let text = pod.waits_for()?;
    let trouble = Trouble { kind, text, hint: advice(pod), patience };
    Some(match about_folders(sight, &trouble.text) {
        Some(hint) => Trouble { kind: ErrorKind::VolumeUnavailable, hint, ..trouble },
        None => trouble,
    })
}

/// What the scheduler and the kubelet say of volumes, and what to do about it.
const OF_VOLUMES: [(&str, &str); 7] = [
    ("volume node affinity conflict", "a volume is on a node that the pod cannot go to"),
    ("PersistentVolume's node affinity", "a volume is on a node that the pod cannot go to"),
    (
        "available persistent volumes to bind",
        "no free PersistentVolume fits on a node that the pod can go to",
    ),
    ("unbound immediate PersistentVolumeClaims", "a claim has no volume"),
    ("ReadWriteOncePod", "another pod uses a volume that only one pod may use"),
    ("Multi-Attach error", "another pod uses a volume, on another node"),
    ("FailedAttachVolume", "a volume cannot be attached to the pod's node"),
];

/// What to do where a pod with persistent folders waits for a volume.
fn about_folders(sight: &Sight, text: &str) -> Option<String> {
    let (_, what) = OF_VOLUMES.into_iter().find(|(words, _)| text.contains(words))?;
    let claims: Vec<&str> = sight.folders.iter().map(|folder| folder.name.as_str()).collect();
    (!claims.is_empty()).then(|| {
        format!(
            "{what}: of the persistent folders ({}) or of the workload's own; the list of volumes shows what uses \
             those of the folders, and one that is deleted there lets the next start have another, empty one",
            claims.join(", ")
        )
    })
}

/// What to do about what a pod waits for.
fn advice(pod: &PodSeen) -> String {
    const MISSING: &str = "make what the message names: a ConfigMap, a Secret, a claim or a volume that the \
                           workload's own pods need, too";
    let Some(waiting) = &pod.waiting else { return String::new() };
    let container = waiting.container.as_ref();
    let name = container.map(|container| container.name.as_str()).unwrap_or_default();
    let own = container.is_none_or(|container| matches!(container.role, Role::Init | Role::Companion));
    match waiting.cause {
        WaitingCause::Unschedulable if waiting.text.to_lowercase().contains("persistentvolumeclaim") => {
            MISSING.to_owned()
        }
        WaitingCause::Unschedulable => unscheduled(&waiting.text),
        WaitingCause::ImagePull | WaitingCause::ImageName if own => format!(
            "the image of container {name} is the workload's own: check its name and the pull secrets of the \
             pod's service account"
        ),
        WaitingCause::ImagePull | WaitingCause::ImageName => {
            "check the image's name and the pull secrets of the pod's service account".to_owned()
        }
        WaitingCause::ContainerConfig if waiting.text.contains("not found") => MISSING.to_owned(),
        WaitingCause::Crash if own => format!(
            "container {name} is the workload's own, which DevMode leaves as it is: see its log; where it only \
             takes its time, give the start a longer timeout"
        ),
        WaitingCause::Crash | WaitingCause::ContainerConfig if name == nhd_plan::SIDECAR_CONTAINER => {
            "check that the sidecar's image has syncthing and /bin/sh".to_owned()
        }
        WaitingCause::Crash | WaitingCause::ContainerConfig => {
            "check that the dev image has /bin/sh and tail, and the container's mounts".to_owned()
        }
        WaitingCause::Progress => match pod.warning().map(|event| (event.stage(), event.reason.as_str())) {
            Some((Stage::Scheduling, _)) => pod.warning().map_or_else(String::new, |it| unscheduled(&it.message)),
            Some((Stage::Beginning, reason)) if reason.contains("SandBox") || reason.contains("Network") => {
                "the node cannot give the pod its network or its sandbox: see its kubelet and its network plugin"
                    .to_owned()
            }
            Some((Stage::Beginning, _)) => MISSING.to_owned(),
            Some((Stage::Running | Stage::Restarting, _)) | None => {
                "see the pod's events, or give the start a longer timeout".to_owned()
            }
        },
    }
}

/// What to do about a pod that gets no node, by the scheduler's words.
fn unscheduled(why: &str) -> String {
    let full = why.contains("Insufficient") || why.contains("Too many pods");
    let what = if full {
        "free resources in the cluster, or ask for fewer"
    } else {
        "no node takes the pod, for the reasons in the message: mend the workload's node selector, affinity or \
         tolerations, or a node"
    };
    what.to_owned()
}

/// The error of a start that was given up because of its pod, after `limit` where it was for that alone.
pub fn start_error(sight: Option<&Sight>, workload: &WorkloadRef, limit: Option<Duration>) -> ErrorInfo {
    let trouble = sight.and_then(start_trouble);
    let pod = sight.and_then(Sight::dev_pod);
    let why = trouble.as_ref().map(|trouble| trouble.text.clone()).or_else(|| pod?.waits_for());
    let why = why.unwrap_or_default();
    let error = match limit {
        None => ErrorInfo::of(&said::DEV_POD_CANNOT_RUN, &[("workload", workload), ("cause", &why)]),
        Some(limit) => {
            let arguments: Arguments<'_> =
                &[("workload", workload), ("seconds", &limit.as_secs_f32()), ("cause", &why)];
            ErrorInfo::of(&said::DEV_POD_NOT_READY, arguments)
        }
    };
    let (kind, hint) = match trouble {
        Some(trouble) => (trouble.kind, trouble.hint),
        None => {
            (ErrorKind::PodNotReady, "see the pod's events, or give the start a longer timeout".to_owned())
        }
    };
    ErrorInfo { kind, ..error }.with_hint(hint)
}

/// How long the end waits for the original's pods in this state before it goes on.
pub fn rollout_patience(sight: &Sight) -> Duration {
    if is_broken(sight) { HICCUP } else { ROLLOUT_PATIENCE }
}

/// Whether one of the original's pods is in trouble that time alone does not mend.
pub fn is_broken(sight: &Sight) -> bool {
    let original = sight.lasting_pods().filter(|pod| !pod.dev);
    original
        .filter_map(|pod| pod.waiting.as_ref())
        .any(|waiting| !matches!(waiting.cause, WaitingCause::Progress | WaitingCause::Unschedulable))
}

/// What the first of the original's pods that are not ready waits for.
pub fn unready(sight: &Sight) -> Option<String> {
    let mut original = sight.lasting_pods().filter(|pod| !pod.dev && !pod.ready);
    original.find_map(|pod| Some(format!("pod {}: {}", pod.name, pod.waits_for()?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::pod_events::PodEvent;
    use crate::cluster::pods::{Container, Waiting};
    use crate::cluster::revisions::RevisionSeen;
    use crate::session::look::sight::tests::{pod, sight_of};
    use nhd_protocol::workload::WorkloadKind;

    fn sight_in(cause: Option<WaitingCause>, role: Role, dev: bool) -> Sight {
        let container = Some(Container { role, name: "prepare".into() });
        let waiting = cause.map(|cause| Waiting { cause, container, text: "container prepare: why".into() });
        sight_of(vec![PodSeen { waiting, ..pod(dev) }])
    }

    fn sight(cause: Option<WaitingCause>, dev: bool) -> Sight {
        sight_in(cause, Role::Dev, dev)
    }

    #[test]
    fn each_cause_has_its_kind_and_patience() {
        let (image, crash) = (ErrorKind::ImageNotPullable, ErrorKind::PodCrashing);
        let cases = [
            (WaitingCause::Progress, Role::Dev, None),
            (WaitingCause::ImageName, Role::Dev, Some((image, Some(Duration::ZERO)))),
            (WaitingCause::ImagePull, Role::Dev, Some((image, Some(HICCUP)))),
            (WaitingCause::Crash, Role::Dev, Some((crash, Some(Duration::ZERO)))),
            (WaitingCause::Crash, Role::Sidecar, Some((crash, Some(Duration::ZERO)))),
            (WaitingCause::Crash, Role::Init, Some((crash, None))),
            (WaitingCause::ContainerConfig, Role::Dev, Some((crash, Some(HICCUP)))),
            (WaitingCause::Unschedulable, Role::Dev, Some((ErrorKind::PodUnschedulable, None))),
        ];
        for (cause, role, expected) in cases {
            let trouble = start_trouble(&sight_in(Some(cause), role, true));
            assert_eq!(
                trouble.map(|trouble| (trouble.kind, trouble.patience)),
                expected,
                "{cause:?} {role:?}"
            );
        }
    }

    #[test]
    fn a_start_that_is_given_up_says_why_and_what_to_do() {
        let workload =
            WorkloadRef { namespace: "shop".into(), kind: WorkloadKind::Deployment, name: "web".into() };
        let said = |sight: &Sight, limit| {
            let error = start_error(Some(sight), &workload, limit);
            (error.kind, format!("{}; {}", error.message, error.hint.unwrap_or_default()))
        };
        let limit = Some(Duration::from_secs(40));
        let (kind, text) = said(&sight_in(Some(WaitingCause::Crash), Role::Init, true), limit);
        assert_eq!(kind, ErrorKind::PodCrashing);
        assert!(text.contains("is not ready after 40 s: container prepare: why"), "{text}");
        assert!(text.contains("container prepare is the workload's own"), "{text}");
        assert!(!text.contains("/bin/sh"), "{text}");
        let (_, text) = said(&sight_in(Some(WaitingCause::Crash), Role::Dev, true), None);
        assert!(text.contains("cannot run") && text.contains("/bin/sh"), "{text}");
        for (why, advised) in [
            ("0/1 nodes are available: 1 Insufficient cpu.", "free resources"),
            ("0/1 nodes are available: 1 node(s) had untolerated taint {a: b}.", "no node takes the pod"),
            ("0/1 nodes are available: persistentvolumeclaim \"data\" not found.", "a claim"),
            ("0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims.", "a claim"),
        ] {
            let text = why.to_owned();
            let waiting = Some(Waiting { cause: WaitingCause::Unschedulable, container: None, text });
            let (kind, text) = said(&sight_of(vec![PodSeen { waiting, ..pod(true) }]), limit);
            assert_eq!(kind, ErrorKind::PodUnschedulable);
            assert!(text.contains(why) && text.contains(advised), "{text}");
        }
        for (reason, advised) in [("FailedMount", "ConfigMap"), ("FailedCreatePodSandBox", "network")] {
            let mut waits = sight_in(Some(WaitingCause::Progress), Role::Dev, true);
            waits.pods[0].scheduled = true;
            waits.pods[0].events = vec![PodEvent { reason: reason.into(), message: "no".into() }];
            let (kind, text) = said(&waits, limit);
            assert_eq!(kind, ErrorKind::PodNotReady);
            assert!(text.contains(&format!("{reason}: no")) && text.contains(advised), "{text}");
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
