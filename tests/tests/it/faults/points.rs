//! Every fault point of the daemon, and on which way a session comes by it.

use std::fmt;

use nhd_protocol::session::StepName;

/// On what way a session comes by a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Start,
    /// A start during which somebody else changed the workload before the edit.
    Replan,
    End,
    /// Only when a start failed.
    Undo,
}

/// A place where the daemon can be made to die: `STEP:MOMENT`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Point {
    pub(super) name: String,
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
        ["start", "end"].contains(&self.name.as_str()) && self.moment == "before"
    }

    /// Whether the daemon comes by only when files arrive after the dev pod is ready, which they usually do before.
    pub(super) fn is_unsynced(&self) -> bool {
        self.name == name(StepName::AwaitSync)
    }
}

/// The points of each step. A step of the protocol that is missing here does not compile.
macro_rules! steps {
    ($($step:ident: $way:ident [$($moment:literal),+];)+) => {
        const STEPS: &[(StepName, Way, &[&str])] = &[$((StepName::$step, Way::$way, &[$($moment),+]),)+];

        const _: fn(StepName) = |step| match step {
            $(StepName::$step => {})+
        };
    };
}

steps! {
    Plan: Start ["before", "after"];
    CreateRecord: Start ["before", "after"];
    UpdateRecord: Replan ["before", "after"];
    EnterDevMode: Start ["before", "written", "after"];
    OpenForward: Start ["before", "bound", "after"];
    StartSync: Start ["before", "spawned", "after"];
    AwaitPod: Start ["before"];
    AwaitSync: Start ["before"];
    RestoreWorkload: End ["before", "after"];
    StopSync: End ["before", "after"];
    CloseForward: End ["before", "after"];
    AwaitRollout: End ["before"];
    DeleteDevRevision: End ["before", "revisionDeleted", "after"];
    SettleWorkload: End ["before", "after"];
    DeleteRecord: End ["before", "after"];
    Forget: End ["before", "folderRemoved", "after"];
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

/// All points on a way.
pub(super) fn points(way: Way) -> Vec<Point> {
    let steps = STEPS.iter().map(|&(step, way, moments)| (name(step), way, moments));
    let notes = NOTES.iter().map(|&(note, way, moments)| (note.to_owned(), way, moments));
    let on_the_way = steps.chain(notes).filter(|(_, on, _)| *on == way);
    on_the_way
        .flat_map(|(name, _, moments)| {
            moments.iter().map(move |&moment| Point { name: name.clone(), moment })
        })
        .collect()
}

/// All points of the undo of a start that failed because of the dev pod: those of an end that the user did not ask for.
/// The original may be back before anybody waits for it.
pub(super) fn undo_points() -> Vec<Point> {
    let steps = points(Way::End).into_iter();
    points(Way::Undo)
        .into_iter()
        .chain(steps.filter(|point| !["end", "awaitRollout"].contains(&point.name.as_str())))
        .collect()
}

/// A step's name as the protocol writes it.
fn name(step: StepName) -> String {
    let name = serde_json::to_value(step).expect("a step is a plain name");
    name.as_str().expect("a step is a plain name").to_owned()
}
