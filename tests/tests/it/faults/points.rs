//! Every fault point of the daemon, and on which way a session comes by it.

use std::borrow::Cow;
use std::fmt;

use nhd_protocol::session::StepName;
use nhd_protocol::workload::WorkloadKind;
use nhd_protocol::workload::WorkloadKind::{CronJob, DaemonSet, Deployment, Job, Pod, StatefulSet};

/// On what way a session comes by a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Start,
    /// A start that takes a pod away.
    Leave,
    /// A start during which somebody else changed the workload before the edit.
    Replan,
    End,
    /// An end after others changed the workload in DevMode.
    Merge,
    /// Only when a start failed.
    Undo,
    /// A start that old pods are kept in, as a container beside the dev container is not ready.
    Keep,
    /// A start with a persistent folder whose claim is not there yet.
    Folders,
    /// One whose claim has no volume for a while.
    Unbound,
    /// A start of a workload that an autoscaler scales.
    Pin,
    /// The end of one.
    Release,
    /// The end of a set without pods, whose dev pod had claims.
    Drop,
    /// A start on a node that has no room for the old pod and the dev pod.
    Crowd,
}

/// A place where the daemon can be made to die: `STEP:MOMENT`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Point {
    pub(super) name: Cow<'static, str>,
    pub(super) moment: &'static str,
}

impl fmt::Display for Point {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.name, self.moment)
    }
}

impl Point {
    /// Whether the daemon dies here before the store knows what the user wants: the user has to ask again.
    pub(super) fn is_unheard(&self) -> bool {
        ["start", "end"].contains(&&*self.name) && self.moment == "before"
    }

    /// Whether the daemon comes by only if it has not died before on the same way: what the user asks for is asked
    /// once, and of what runs in the daemon nothing is left to be ended.
    fn leads(&self) -> bool {
        ["start", "end", "undo", "closeForward"].contains(&&*self.name) || self.moment == "put"
    }

    /// Whether the daemon comes by only when files arrive after the dev pod is ready, which they usually do before.
    pub(super) fn is_unsynced(&self) -> bool {
        self.name == name(StepName::AwaitSync) || self.name == "ready"
    }
}

/// The kinds that are edited where they are, and those that an object is made beside.
const EDITED: &[WorkloadKind] = &[Deployment, StatefulSet, DaemonSet, CronJob, Pod];
const BESIDE: &[WorkloadKind] = &[DaemonSet, Job, CronJob];
const REVISED: &[WorkloadKind] = &[Deployment, StatefulSet, DaemonSet];
pub(super) const SCALABLE: &[WorkloadKind] = &[Deployment, StatefulSet];
const ALL: &[WorkloadKind] = &[Deployment, StatefulSet, DaemonSet, Job, CronJob, Pod];

/// The points of each step, and which kinds come by it. A step of the protocol that is missing here does not compile.
macro_rules! steps {
    ($($step:ident: $way:ident $kinds:expr, [$($moment:literal),+];)+) => {
        const STEPS: &[(StepName, Way, &[WorkloadKind], &[&str])] =
            &[$((StepName::$step, Way::$way, $kinds, &[$($moment),+]),)+];

        const _: fn(StepName) = |step| match step {
            $(StepName::$step => {})+
        };
    };
}

steps! {
    Plan: Start ALL, ["before", "after"];
    CreateRecord: Start ALL, ["before", "after"];
    UpdateRecord: Replan &[Deployment], ["before", "after"];
    CreateVolumes: Folders ALL, ["before", "made", "after"];
    AwaitVolumes: Unbound ALL, ["before"];
    PinAutoscalers: Pin SCALABLE, ["before", "after"];
    EnterDevMode: Start EDITED, ["before", "written", "after"];
    CreateDevWorkload: Start BESIDE, ["before", "written", "after"];
    LetOldPodsGo: Keep &[Deployment], ["before", "written", "after"];
    AwaitRelease: Start &[Pod], ["before"];
    OpenForward: Start ALL, ["before", "bound", "after"];
    StartSync: Start ALL, ["before", "spawned", "after"];
    AwaitPod: Start ALL, ["before"];
    AwaitSync: Start ALL, ["before"];
    DeleteDevWorkload: End BESIDE, ["before", "deleted", "after"];
    MergeChanges: Merge EDITED, ["before", "after"];
    RestoreWorkload: End EDITED, ["before", "written", "after"];
    StopSync: End ALL, ["before", "after"];
    CloseForward: End ALL, ["before", "after"];
    DeleteStalePods: Undo &[StatefulSet], ["before", "after"];
    AwaitRollout: End &[Deployment, StatefulSet, DaemonSet, Pod], ["before"];
    DeleteDevRevision: End REVISED, ["before", "revisionDeleted", "after"];
    SettleWorkload: End &[Deployment, StatefulSet, DaemonSet, Pod], ["before", "written", "after"];
    ReturnOwnership: End EDITED, ["before", "after"];
    ReleaseAutoscalers: Release SCALABLE, ["before", "written", "after"];
    DeleteClaims: Drop &[StatefulSet], ["before", "deleted", "after"];
    DeleteRecord: End ALL, ["before", "after"];
    Forget: End ALL, ["before", "folderRemoved", "after"];
}

/// The points that belong to no step: around and within what is told to the store, each with the step that follows.
const NOTES: &[(&str, Way, &[&str], Option<StepName>)] = &[
    ("start", Way::Start, &["before"], Some(StepName::Plan)),
    ("store", Way::Start, &["put"], Some(StepName::Plan)),
    ("start", Way::Start, &["after"], Some(StepName::Plan)),
    // A moment that only a pod comes by: its deletion is noted beforehand.
    ("enterDevMode", Way::Leave, &["noted"], Some(StepName::EnterDevMode)),
    // Of a Deployment alone, whose rollout would not let the old pod go.
    ("deleteStalePods", Way::Crowd, &["noted", "recorded", "written"], Some(StepName::OpenForward)),
    ("ready", Way::Start, &["before", "after"], Some(StepName::DeleteDevWorkload)),
    ("synced", Way::Start, &["before", "after"], Some(StepName::DeleteDevWorkload)),
    ("end", Way::End, &["before", "after"], Some(StepName::DeleteDevWorkload)),
    ("undo", Way::Undo, &["before", "after"], Some(StepName::DeleteDevWorkload)),
    ("store", Way::End, &["removed"], None),
];

/// All points by which a session of this kind comes on one of these ways, nearly in the order in which it does.
fn points_on(kind: WorkloadKind, ways: &[Way]) -> Vec<Point> {
    let notes = |next: Option<StepName>| {
        let before_it = NOTES.iter().filter(move |(_, _, _, before)| *before == next);
        before_it.map(|&(note, way, moments, _)| (note.to_owned(), way, moments))
    };
    let steps = STEPS.iter().flat_map(|&(step, way, kinds, moments)| {
        let of_kind = kinds.contains(&kind).then(|| (name(step), way, moments));
        notes(Some(step)).chain(of_kind)
    });
    steps
        .chain(notes(None))
        .filter(|(_, way, _)| ways.contains(way))
        .flat_map(|(name, _, moments)| {
            moments.iter().map(move |&moment| Point { name: name.clone().into(), moment })
        })
        .collect()
}

/// All points by which a session of this kind comes on a way.
pub(super) fn points(kind: WorkloadKind, way: Way) -> Vec<Point> {
    match (kind, way) {
        (Pod, Way::Start) => points_on(kind, &[Way::Start, Way::Leave]),
        _ => points_on(kind, &[way]),
    }
}

/// All points of the undo of a start that failed because of the dev pod: those of an end that the user did not ask for.
/// The original may be back before anybody waits for it.
pub(super) fn undo_points(kind: WorkloadKind) -> Vec<Point> {
    let mut points = points_on(kind, &[Way::Undo, Way::End]);
    points.retain(|point| !["end", "awaitRollout"].contains(&&*point.name));
    points
}

/// The points around an autoscaler's pin and its release: of these steps, and of what is written before and after.
pub(super) fn autoscaler_points(kind: WorkloadKind, way: Way) -> Vec<Point> {
    let (of, around) = match way {
        Way::Pin => (Way::Start, [StepName::CreateRecord, StepName::EnterDevMode].as_slice()),
        _ => (
            Way::End,
            [StepName::RestoreWorkload, StepName::SettleWorkload, StepName::DeleteRecord].as_slice(),
        ),
    };
    let of_way = points(kind, way);
    let around: Vec<String> = around.iter().map(|step| name(*step)).collect();
    let mut points = points_on(kind, &[of, way]);
    points.retain(|point| of_way.contains(point) || around.iter().any(|it| *it == point.name));
    points
}

/// Deals points out to lives: each has some in which its daemon dies one after the other, as far apart as they can be,
/// for the next daemon is to do something before it dies as well. There are at least as many lives as is said, if the
/// points suffice; [`alone`] asks for one for each point.
pub(super) fn lives(points: Vec<Point>, at_least: usize) -> Vec<Vec<Point>> {
    let at_least = if alone() { points.len() } else { at_least };
    // A life and where its last point is on the way.
    let mut lives: Vec<(Vec<Point>, usize)> = Vec::new();
    for (place, point) in points.into_iter().enumerate() {
        // What was begun is not begun again, so that the moments within and after it are passed by.
        let comes_by = |life: &[Point]| {
            life.last().is_some_and(|last| last.name != point.name || last.moment == "before")
        };
        let longest_ago = match point.leads() || lives.len() < at_least {
            true => None,
            false => lives.iter_mut().filter(|(life, _)| comes_by(life)).min_by_key(|(_, last)| *last),
        };
        match longest_ago {
            Some((life, last)) => {
                life.push(point);
                *last = place;
            }
            None => lives.push((vec![point], place)),
        }
    }
    lives.into_iter().map(|(life, _)| life).collect()
}

/// Whether each point is to have a life of its own, which takes three times as long: `NHD_TEST_FAULTS=alone`.
pub(super) fn alone() -> bool {
    std::env::var("NHD_TEST_FAULTS").is_ok_and(|value| value == "alone")
}

/// A step's name as the protocol writes it.
fn name(step: StepName) -> String {
    let name = serde_json::to_value(step).expect("a step is a plain name");
    name.as_str().expect("a step is a plain name").to_owned()
}
