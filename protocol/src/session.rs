//! Dev sessions: what starts one, what it is doing, what ends it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::error::ErrorInfo;
use crate::forward::{ForwardStatus, PortForward};
use crate::message::Notice;
pub use crate::selector::SessionSelector;
use crate::stream::StreamStatus;
use crate::sync::{SyncStatus, SyncType};
use crate::workload::{WorkloadKind, WorkloadRef};

/// Which image and arguments the sidecar has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum SidecarPreset {
    /// The official multi-architecture syncthing image, pinned.
    #[default]
    Syncthing,
    /// Nocalhost's own sidecar image.
    Nocalhost,
}

/// What becomes of the security contexts of the pod and of the container developed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum SecurityContextChoice {
    /// They stay as they are, and the sidecar gets one that a namespace of the level `restricted` accepts.
    Keep,
}

/// Starts a dev session, or says what that would do (`session.plan`, `config.resolve`). What is left out comes from the
/// dev configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StartParams {
    /// The workload's kind.
    pub kind: WorkloadKind,
    /// The workload's name.
    pub name: String,
    /// Where the workload is; without it the context's namespace, or `default`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// One absolute path, or several joined by the platform's path separator as in `KUBECONFIG`. Without it
    /// `KUBECONFIG` of `environment`, then `~/.kube/config`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kubeconfig: Option<String>,
    /// The context in it; without it the current one. The session stays with it when the current one changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<String>,
    /// The client's environment, as far as kubeconfig's exec plugins and the search for syncthing need it (`PATH`,
    /// `HOME`, `KUBECONFIG`, cloud profiles), and what the variables of the dev configuration stand for. What may be
    /// secret of it is in no file and ends with the daemon; whoever asks next brings it again.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub environment: BTreeMap<String, String>,
    /// The container to develop in; may be left out where there is only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
    /// The dev image; may be left out where the dev configuration names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// Variables for the dev container, beside those that it has and those of the dev configuration.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub env: BTreeMap<String, String>,
    /// The absolute path of the local source folder.
    pub source: String,
    /// The folder in the container; `/home/nocalhost-dev` without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub work_dir: Option<String>,
    /// The sidecar's image; the preset's without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sidecar_image: Option<String>,
    /// `syncthing` without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sidecar_preset: Option<SidecarPreset>,
    /// Without it the container's is removed, and of the pod's what would stop the sidecar, which then runs as root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub security_context: Option<SecurityContextChoice>,
    /// Starts also where something may be lost or undone by others, which is refused otherwise: a workload that another
    /// controller's resource owns, a pod whose own claims go with it or that has finished, a claim or a folder of the
    /// node at the work dir.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub force: bool,
    /// Which way files go; `send` without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sync_type: Option<SyncType>,
    /// How long the start may take until the dev pod is ready; 120,000 without it. A start that takes longer is undone,
    /// which takes its time on top. From then on only a first sync that comes no further, for as long and at least for a
    /// minute, is a reason to undo it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u64>,
    /// Ports to forward for as long as the session lasts: `8080:80`, `:80` for whichever local port is free, or `80`
    /// for the same on both sides. Without any, those of the dev configuration. One whose local port is taken is not a
    /// failure: it is in the session's status and is tried again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub port_forward: Vec<String>,
}

/// Where a session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Phase {
    /// The workload is being put into DevMode.
    Starting,
    /// The dev pod is ready; the first sync is under way.
    Ready,
    /// The first sync is complete; what is saved from now on arrives within milliseconds.
    Synced,
    /// It was ready or synced, then the pod, the forward or the sync was lost and is being brought back.
    Reconnecting,
    /// It is in DevMode, but something stands in the way that nhd does not decide by itself; `error` says what.
    Blocked,
    /// The workload is being given back.
    Ending,
    /// The workload is as it was. The session is gone.
    Ended,
    /// The start failed, and the workload is as it was. The session is gone; `error` says why.
    Failed,
}

impl Phase {
    /// Whether nothing more will happen in this session.
    #[must_use]
    pub fn is_final(self) -> bool {
        matches!(self, Self::Ended | Self::Failed)
    }
}

/// The steps of a session, in the order in which they are usually taken. Each can be repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum StepName {
    /// Permissions checked, edit planned, tried as a dry run and noted in the store.
    Plan,
    /// The Secret made that is the sidecar's identity, the record of the original and the lock.
    CreateRecord,
    /// The record brought up to date, because the workload changed before it was edited.
    UpdateRecord,
    /// The volume claims made that the persistent folders of the dev configuration lie in. They outlive the session.
    CreateVolumes,
    /// Waiting until those claims have a volume, where none comes with the dev pod; the workload is not changed before.
    AwaitVolumes,
    /// The autoscalers of the workload kept from it, so that there is one dev pod.
    PinAutoscalers,
    /// The workload edited; a bare pod deleted and made again.
    EnterDevMode,
    /// The object made that has the dev pod, beside a workload whose own pods cannot be it.
    CreateDevWorkload,
    /// Pods deleted that their controller would not replace: of the wrong template and broken, or finished.
    DeleteStalePods,
    /// The strategy changed for a moment, so that the pods of the old template go although a container beside the dev
    /// container is not ready; then changed back.
    LetOldPodsGo,
    /// Waiting until a pod that is being deleted has left its name.
    AwaitRelease,
    /// The local port opened.
    OpenForward,
    /// The local syncthing started.
    StartSync,
    /// Waiting for the dev pod.
    AwaitPod,
    /// Waiting for the first sync.
    AwaitSync,
    /// The local syncthing stopped.
    StopSync,
    /// The local port closed.
    CloseForward,
    /// The object deleted that had the dev pod.
    DeleteDevWorkload,
    /// What others changed in DevMode taken over into the original that is put back.
    MergeChanges,
    /// The original put back.
    RestoreWorkload,
    /// Waiting for the pods of the original.
    AwaitRollout,
    /// The dev revision and its pods deleted, so that an undo of the rollout cannot lead back to it.
    DeleteDevRevision,
    /// The controls put back that had to stay neutral during the rollout: pause, strategy, history limit.
    SettleWorkload,
    /// The fields given back to the managers that owned them before, so that a server-side apply meets no conflict.
    ReturnOwnership,
    /// The autoscalers given back as they were, with what others changed of them.
    ReleaseAutoscalers,
    /// The volume claims deleted that came with the dev pod, where the workload's own rule is that they go with a pod.
    DeleteClaims,
    /// The Secret deleted.
    DeleteRecord,
    /// The session taken out of the store.
    Forget,
}

impl StepName {
    /// The step's name as the protocol writes it.
    #[must_use]
    pub fn word(self) -> String {
        let name = serde_json::to_value(self).expect("a step is a plain name");
        name.as_str().unwrap_or_default().to_owned()
    }
}

/// A step with how far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlannedStep {
    pub step: StepName,
    pub state: StepState,
}

/// How far a planned step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum StepState {
    Done,
    /// It is being done, tried again or waited for.
    Current,
    /// It is yet to come, as far as can be foreseen.
    Ahead,
}

/// The dev pod.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PodStatus {
    /// Its name, once there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether its two containers are ready.
    pub ready: bool,
    /// What it waits for, in the cluster's words: `ErrImagePull: …`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting_for: Option<String>,
    /// What to do about that, where it is more than a matter of time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// A dev session with all that there is to know of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SessionStatus {
    /// The session's id.
    pub session: String,
    pub workload: WorkloadRef,
    /// The kubeconfig's context that the session is pinned to.
    pub context: String,
    /// The address of the API server that the session is pinned to.
    pub server: String,
    pub phase: Phase,
    /// Since when it is in this phase.
    pub since: Timestamp,
    /// When the session was started.
    pub started_at: Timestamp,
    /// What it is doing now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<StepName>,
    /// The steps of the start, the end or the way back to `synced` that is under way: in order, those that are done, the
    /// current one and those that are foreseen. What is found out on the way may add to them, and what turns out to be done already is passed by. Empty while there is
    /// nothing to do. A `session` event tells of another list; the `step` events tell where in it the session is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<PlannedStep>,
    /// The container developed in, by its original name, once it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
    /// The dev image.
    pub image: String,
    /// The local source folder, links resolved.
    pub source: String,
    /// The folder in the container.
    pub work_dir: String,
    /// The shell to open in the dev container, where the dev configuration names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shell: Option<String>,
    /// The dev pod, once there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pod: Option<PodStatus>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forward: Option<ForwardStatus>,
    /// The user's own forwards, those of the dev configuration included.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forwards: Vec<PortForward>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sync: Option<SyncStatus>,
    /// The terminals and commands in it, the oldest first, those included that ended lately. Those of `session.status`,
    /// `session.list` and `session.wait`; a `session` event has none, they have events of their own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub streams: Vec<StreamStatus>,
    /// Why the session cannot go on, or why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorInfo>,
    /// What the user should know but need not act on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// The same as codes with arguments, in the same order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<Notice>,
    /// What became of the workload, once the session is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<SessionOutcome>,
}

/// What became of a workload at the end of its session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum SessionOutcome {
    /// It is as it was, with what others changed meanwhile.
    Restored,
    /// It is as it was, and has what the cluster's admission adds to every write since; `warnings` name it.
    RestoredWithAdditions,
    /// It was deleted meanwhile: there was nothing to give back.
    Gone,
    /// Somebody else has it in DevMode now.
    Taken,
    /// It is as it was, but its pods are not ready; they are as they would be without DevMode.
    NotReady,
}

impl SessionSelector {
    /// The one session of this id.
    pub fn of_session(session: impl Into<String>) -> Self {
        Self { session: Some(session.into()), ..Self::default() }
    }

    /// Whether it names this session; one without members names every session.
    #[must_use]
    pub fn matches(&self, status: &SessionStatus) -> bool {
        fn fits<T: PartialEq>(wanted: Option<&T>, there: &T) -> bool {
            wanted.is_none_or(|wanted| wanted == there)
        }
        fits(self.session.as_ref(), &status.session)
            && fits(self.kind.as_ref(), &status.workload.kind)
            && fits(self.name.as_ref(), &status.workload.name)
            && fits(self.namespace.as_ref(), &status.workload.namespace)
            && fits(self.context.as_ref(), &status.context)
    }
}

/// Several sessions.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SessionList {
    pub sessions: Vec<SessionStatus>,
    /// Those that failed within the last hour and are gone, the latest last, with their errors; not of workloads of
    /// which there has been another session since, and not those of an earlier daemon.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failed: Vec<SessionStatus>,
    /// The same of those that ended: `outcome`, `warnings` and `since` say what became of the workload, and when.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ended: Vec<SessionStatus>,
}

/// Which sessions to end, and how their cluster is reached now. A session that cannot reach it any more by what it was
/// started with (the kubeconfig is gone, its context renamed, its credentials expired, the daemon restarted since and
/// with it what was secret of `environment`) goes on with this, if it is the same cluster.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EndParams {
    #[serde(flatten)]
    pub selector: SessionSelector,
    /// As in `session.start`. Where it or `environment` is given, `context` is one of this kubeconfig and names every
    /// session of its cluster, and a workload is looked up there before it is said that there is nothing to end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kubeconfig: Option<String>,
    /// As in `session.start`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub environment: BTreeMap<String, String>,
}

impl From<SessionSelector> for EndParams {
    fn from(selector: SessionSelector) -> Self {
        Self { selector, kubeconfig: None, environment: BTreeMap::new() }
    }
}

/// What `session.end` set going. Ending what has ended already is a success with no sessions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EndResult {
    /// The sessions that are being ended now; `session.wait` with `ended` waits for each.
    pub sessions: Vec<SessionStatus>,
}

/// What to wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum WaitUntil {
    /// The dev pod is ready.
    Ready,
    /// Everything saved before the call is in the pod.
    Synced,
    /// The session is gone.
    Ended,
}

/// Waits until a session has come so far. Fails at once when it no longer can.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WaitParams {
    /// The session's id.
    pub session: String,
    pub until: WaitUntil,
    /// How long to wait; without it as long as it takes, at most 24 hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u64>,
}

/// What happens to an object of the cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum PlannedAction {
    Create,
    Update,
    /// Deleted, and made again under the same name.
    Replace,
}

/// One object that a start would create or change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlannedChange {
    pub action: PlannedAction,
    /// The object's kind, as the Kubernetes API spells it.
    pub kind: String,
    /// The object's name.
    pub name: String,
    /// A unified diff of the manifest as YAML. Secret values are left out.
    pub diff: String,
    /// The whole manifest before, as YAML for a diff editor; of what is created there is none. What the cluster keeps
    /// about the object is left out, and in place of a Secret's values stands how long they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// The whole manifest after, in the same form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// Whether `before` or `after` is longer than 256 KiB and ends before its end, with a line that says so.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub truncated: bool,
}

/// What `session.start` with the same parameters would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlanResult {
    pub workload: WorkloadRef,
    /// The kubeconfig's context.
    pub context: String,
    /// The address of the API server.
    pub server: String,
    /// The container to develop in.
    pub container: String,
    /// In the order in which they would be written.
    pub changes: Vec<PlannedChange>,
    /// What the user should know before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// The same as codes with arguments, in the same order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<Notice>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_selector_names_the_sessions_that_have_all_its_members() {
        let status: SessionStatus = serde_json::from_value(json!({
            "session": "one",
            "workload": {"namespace": "shop", "kind": "Deployment", "name": "web"},
            "context": "kind",
            "server": "https://127.0.0.1",
            "phase": "synced",
            "since": "2026-01-01T00:00:00.000Z",
            "startedAt": "2026-01-01T00:00:00.000Z",
            "image": "dev",
            "source": "/src",
            "workDir": "/home/dev",
        }))
        .expect("a status");
        let check = |members: serde_json::Value, expect: bool| {
            let selector: SessionSelector = serde_json::from_value(members.clone()).expect("a selector");
            assert_eq!(selector.matches(&status), expect, "{members}");
        };
        check(json!({}), true);
        check(json!({"all": true}), true);
        check(json!({"session": "one"}), true);
        check(json!({"session": "two"}), false);
        check(json!({"kind": "Deployment", "name": "web"}), true);
        check(json!({"kind": "Job", "name": "web"}), false);
        check(json!({"name": "db"}), false);
        check(json!({"name": "web", "namespace": "shop", "context": "kind"}), true);
        check(json!({"name": "web", "namespace": "other"}), false);
        check(json!({"name": "web", "context": "other"}), false);
        check(json!({"session": "one", "name": "db"}), false);
    }
}
