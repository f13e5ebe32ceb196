//! Why no plan can be made, each with what to do next.

use crate::options::DEFAULT_WORK_DIR;
use crate::{ConfigPlace, DevOptions};

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    #[error("cannot develop in a {kind}")]
    UnsupportedKind { kind: String, known: Vec<&'static str> },
    #[error("no container {name} in the pod template, which has {}", available.join(", "))]
    NoSuchContainer { name: String, available: Vec<String> },
    #[error("the pod template has several containers ({}) and none was chosen", available.join(", "))]
    AmbiguousContainer { available: Vec<String> },
    #[error("the workload is already in DevMode{}", if *by_nocalhost { ", started by Nocalhost" } else { "" })]
    AlreadyInDevMode { by_nocalhost: bool },
    #[error("the workload already has {what}, which DevMode needs for itself")]
    NameTaken { what: String },
    #[error("cannot synchronise into {work_dir}: {reason}")]
    InvalidWorkDir { work_dir: String, reason: &'static str },
    #[error("cannot synchronise into {work_dir}: the container mounts {volume} ({kind}) there")]
    WorkDirMounted { work_dir: String, volume: String, kind: String },
    #[error("cannot mount a volume at {path}: it lies in the read-only mount of {volume} at {mount_path}")]
    InsideReadOnlyMount { path: String, volume: String, mount_path: String },
    #[error("cannot keep {path}: {reason}")]
    InvalidFolder { path: String, reason: &'static str },
    #[error("cannot keep {path}: the container mounts {volume} there")]
    FolderMounted { path: String, volume: String },
    #[error("{kind} {name} controls it and would undo every change")]
    OwnedByOperator { kind: String, name: String },
    #[error("its pods are of two revisions: an update is under way or held back")]
    RolloutUnderWay,
    #[error("it is being deleted")]
    BeingDeleted,
    #[error("the pod belongs to {kind} {name}, which would replace it")]
    PodOwned { kind: String, name: String },
    #[error("the pod is a static one, which only the kubelet of its node makes")]
    StaticPod,
    #[error("the pod has finished ({phase}) and would run again when it is given back")]
    PodFinished { phase: String },
    #[error("the pod's own volumes ({}) are deleted with it, and their data with them", volumes.join(", "))]
    EphemeralClaims { volumes: Vec<String> },
    #[error("the manifest is malformed at {path}")]
    MalformedManifest { path: String },
    #[error("the patch at {place} {problem}")]
    PatchRefused { place: ConfigPlace, problem: String },
}

impl PlanError {
    /// A reason against a start that the user may overrule; then it is a warning.
    pub(crate) fn unless_forced(self, options: &DevOptions, warnings: &mut Vec<String>) -> Result<(), Self> {
        if !options.force {
            return Err(self);
        }
        warnings.push(self.to_string());
        Ok(())
    }

    /// What the developer can do about it, where there is something.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::UnsupportedKind { known, .. } => format!("choose one of {}", known.join(", ")),
            Self::NoSuchContainer { available, .. } | Self::AmbiguousContainer { available } => {
                format!("name the container to develop in: one of {}", available.join(", "))
            }
            Self::AlreadyInDevMode { by_nocalhost: true } => {
                "end DevMode in Nocalhost first (nhctl dev end)".to_owned()
            }
            Self::AlreadyInDevMode { by_nocalhost: false } => {
                "end that session first; its annotation nocalhost.origin.spec.json or its Secret hold the original"
                    .to_owned()
            }
            Self::NameTaken { .. } => "rename it in the workload's manifest, or remove it".to_owned(),
            Self::InvalidWorkDir { .. } => {
                format!("choose a folder of its own as the work dir, such as {DEFAULT_WORK_DIR}")
            }
            Self::WorkDirMounted { .. } => {
                "a sync could overwrite what is stored there: choose another work dir; only an emptyDir mounted whole \
                 and writable is shared, a claim or a folder of the node like that if forced"
                    .to_owned()
            }
            Self::InvalidFolder { .. } => {
                "name a folder of its own in persistentVolumeDirs, such as the cache of a package manager".to_owned()
            }
            Self::FolderMounted { path, .. } => {
                format!("take {path} out of persistentVolumeDirs: the workload's own volume is there")
            }
            Self::InsideReadOnlyMount { .. } => "choose a work dir outside of that mount".to_owned(),
            Self::OwnedByOperator { kind, name } => {
                format!("pause {kind} {name} first, or force it: it may undo DevMode at any moment")
            }
            Self::RolloutUnderWay => {
                "complete the update or take it back first: nothing could tell afterwards which pods had which revision"
                    .to_owned()
            }
            Self::BeingDeleted => "wait until it is gone and made again".to_owned(),
            Self::PodOwned { kind, name } => owner_hint(kind, name),
            Self::StaticPod => "choose a workload that the API server manages".to_owned(),
            Self::PodFinished { .. } => "make the pod anew, or force it".to_owned(),
            Self::EphemeralClaims { .. } => "save what is needed of them, then force it".to_owned(),
            Self::PatchRefused { .. } => {
                "change the patch; it is applied to the workload in DevMode, or to the dev workload beside it, as the plan \
                 shows it without the patch"
                    .to_owned()
            }
            Self::MalformedManifest { .. } => return None,
        })
    }
}

/// What to develop in instead of a pod of `name`.
fn owner_hint(kind: &str, name: &str) -> String {
    match kind {
        // Its name is the Deployment's and a hash.
        "ReplicaSet" => match name.rsplit_once('-') {
            Some((deployment, _)) => format!("develop in its Deployment instead, most likely {deployment}"),
            None => format!("develop in the owner of ReplicaSet {name} instead"),
        },
        _ => format!("develop in {kind} {name} instead"),
    }
}
