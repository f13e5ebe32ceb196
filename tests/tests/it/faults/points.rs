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
    /// A start during which somebody else changed the workload before the edit.
    Replan,
    End,
    /// An end after others changed the workload in DevMode.
    Merge,
    /// Only when a start failed.
    Undo,
    /// A start of a workload that an autoscaler scales.
    Pin,
    /// The end of one.
    Release,
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

    /// Whether the daemon comes by only when files arrive after the dev pod is ready, which they usually do before.
    pub(super) fn is_unsynced(&self) -> bool {
        self.name == name(StepName::AwaitSync)
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
    PinAutoscalers: Pin SCALABLE, ["before", "after"];
    EnterDevMode: Start EDITED, ["before", "written", "after"];
    CreateDevWorkload: Start BESIDE, ["before", "after"];
    AwaitRelease: Start &[Pod], ["before"];
    OpenForward: Start ALL, ["before", "bound", "after"];
    StartSync: Start ALL, ["before", "spawned", "after"];
    AwaitPod: Start ALL, ["before"];
    AwaitSync: Start ALL, ["before"];
    DeleteDevWorkload: End BESIDE, ["before", "deleted", "after"];
    MergeChanges: Merge EDITED, ["before", "after"];
    RestoreWorkload: End EDITED, ["before", "after"];
    StopSync: End ALL, ["before", "after"];
    CloseForward: End ALL, ["before", "after"];
    DeleteStalePods: Undo &[StatefulSet], ["before", "after"];
    AwaitRollout: End &[Deployment, StatefulSet, DaemonSet, Pod], ["before"];
    DeleteDevRevision: End REVISED, ["before", "revisionDeleted", "after"];
    SettleWorkload: End REVISED, ["before", "after"];
    ReturnOwnership: End EDITED, ["before", "after"];
    ReleaseAutoscalers: Release SCALABLE, ["before", "written", "after"];
    DeleteRecord: End ALL, ["before", "after"];
    Forget: End ALL, ["before", "folderRemoved", "after"];
}

/// The points that belong to no step: around and within what is told to the store.
const NOTES: &[(&str, Way, &[&str])] = &[
    ("start", Way::Start, &["before", "after"]),
    ("store", Way::Start, &["put"]),
    ("synced", Way::Start, &["before", "after"]),
    ("end", Way::End, &["before", "after"]),
    ("store", Way::End, &["removed"]),
    ("undo", Way::Undo, &["before", "after"]),
];

/// A moment that only a pod comes by: its deletion is noted beforehand.
const NOTED: Point = Point { name: Cow::Borrowed("enterDevMode"), moment: "noted" };

/// All points by which a session of this kind comes on a way.
pub(super) fn points(kind: WorkloadKind, way: Way) -> Vec<Point> {
    let of_kind = STEPS.iter().filter(|(_, _, kinds, _)| kinds.contains(&kind));
    let steps = of_kind.map(|&(step, way, _, moments)| (name(step), way, moments));
    let notes = NOTES.iter().map(|&(note, way, moments)| (note.to_owned(), way, moments));
    let on_the_way = steps.chain(notes).filter(|(_, on, _)| *on == way);
    let noted = (kind == Pod && way == Way::Start).then_some(NOTED);
    on_the_way
        .flat_map(|(name, _, moments)| {
            moments.iter().map(move |&moment| Point { name: name.clone().into(), moment })
        })
        .chain(noted)
        .collect()
}

/// All points of the undo of a start that failed because of the dev pod: those of an end that the user did not ask for.
/// The original may be back before anybody waits for it.
pub(super) fn undo_points(kind: WorkloadKind) -> Vec<Point> {
    let steps = points(kind, Way::End).into_iter();
    points(kind, Way::Undo)
        .into_iter()
        .chain(steps.filter(|point| !["end", "awaitRollout"].contains(&&*point.name)))
        .collect()
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
    let around: Vec<String> = around.iter().map(|step| name(*step)).collect();
    let of_others = points(kind, of).into_iter().filter(|point| around.iter().any(|it| *it == point.name));
    points(kind, way).into_iter().chain(of_others).collect()
}

/// A step's name as the protocol writes it.
fn name(step: StepName) -> String {
    let name = serde_json::to_value(step).expect("a step is a plain name");
    name.as_str().expect("a step is a plain name").to_owned()
}
