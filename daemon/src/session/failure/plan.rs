//! Why no plan can be made, for the user.

use nhd_plan::PlanError;
use nhd_protocol::error::{Choices, ErrorData, ErrorInfo, ErrorLocation};
use nhd_protocol::message::{Arguments, error};
use nhd_protocol::workload::WorkloadRef;

use crate::session::failure::Failure;

impl Failure {
    pub fn plan(workload: &WorkloadRef, failed: &PlanError) -> Self {
        let mut info = said(workload, failed);
        info.hint = failed.hint();
        let choices = match failed {
            PlanError::NoSuchContainer { available, .. } | PlanError::AmbiguousContainer { available } => {
                ErrorData::choices(Choices::Container, available.clone())
            }
            PlanError::UnsupportedKind { known, .. } => {
                ErrorData::choices(Choices::Kind, known.iter().map(|kind| (*kind).to_owned()).collect())
            }
            PlanError::PatchRefused { place, .. } => ErrorData {
                location: Some(ErrorLocation {
                    file: place.file.clone(),
                    line: place.line,
                    column: place.column,
                }),
                ..ErrorData::default()
            },
            _ => ErrorData::default(),
        };
        Self::fatal(info.with_data(choices))
    }
}

fn said(workload: &WorkloadRef, failed: &PlanError) -> ErrorInfo {
    let (message, arguments): (_, Arguments<'_>) = match failed {
        PlanError::UnsupportedKind { kind, .. } => {
            (error::KIND_UNSUPPORTED, &[("workload", workload), ("kind", kind)])
        }
        PlanError::NoSuchContainer { name, available } => {
            let containers = available.join(", ");
            let arguments: Arguments<'_> =
                &[("workload", workload), ("container", name), ("containers", &containers)];
            return ErrorInfo::of(&error::CONTAINER_NOT_FOUND, arguments);
        }
        PlanError::AmbiguousContainer { available } => {
            let containers = available.join(", ");
            let arguments: Arguments<'_> = &[("workload", workload), ("containers", &containers)];
            return ErrorInfo::of(&error::CONTAINER_AMBIGUOUS, arguments);
        }
        PlanError::AlreadyInDevMode { by_nocalhost: true } => {
            (error::IN_DEV_MODE_BY_NOCALHOST, &[("workload", workload)])
        }
        PlanError::AlreadyInDevMode { by_nocalhost: false } => {
            (error::EDITED_ALREADY, &[("workload", workload)])
        }
        PlanError::NameTaken { what } => (error::NAME_TAKEN, &[("workload", workload), ("what", what)]),
        PlanError::InvalidWorkDir { work_dir, reason } => {
            (error::WORK_DIR_WRONG, &[("workload", workload), ("workDir", work_dir), ("cause", reason)])
        }
        PlanError::WorkDirMounted { work_dir, volume, kind } => (
            error::WORK_DIR_MOUNTED,
            &[("workload", workload), ("workDir", work_dir), ("volume", volume), ("volumeKind", kind)],
        ),
        PlanError::InsideReadOnlyMount { path, volume, mount_path } => (
            error::WORK_DIR_READ_ONLY,
            &[("workload", workload), ("path", path), ("volume", volume), ("mountPath", mount_path)],
        ),
        PlanError::FolderMounted { path, volume } => {
            (error::FOLDER_MOUNTED, &[("workload", workload), ("path", path), ("volume", volume)])
        }
        PlanError::InvalidFolder { path, reason } => {
            (error::FOLDER_WRONG, &[("workload", workload), ("path", path), ("cause", reason)])
        }
        PlanError::OwnedByOperator { kind, name } => {
            (error::OPERATOR_OWNS, &[("workload", workload), ("ownerKind", kind), ("ownerName", name)])
        }
        PlanError::RolloutUnderWay => (error::ROLLOUT_UNDER_WAY, &[("workload", workload)]),
        PlanError::BeingDeleted => (error::BEING_DELETED, &[("workload", workload)]),
        PlanError::PodOwned { kind, name } => {
            (error::POD_OWNED, &[("workload", workload), ("ownerKind", kind), ("ownerName", name)])
        }
        PlanError::StaticPod => (error::POD_STATIC, &[("workload", workload)]),
        PlanError::PodFinished { phase } => {
            (error::POD_FINISHED, &[("workload", workload), ("phase", phase)])
        }
        PlanError::EphemeralClaims { volumes } => {
            let volumes = volumes.join(", ");
            return ErrorInfo::of(&error::CLAIMS_LOST, &[("workload", workload), ("volumes", &volumes)]);
        }
        PlanError::MalformedManifest { path } => {
            (error::MANIFEST_MALFORMED, &[("workload", workload), ("path", path)])
        }
        PlanError::PatchRefused { place, problem } => {
            (error::PATCH_REFUSED, &[("workload", workload), ("place", place), ("problem", problem)])
        }
    };
    ErrorInfo::of(&message, arguments)
}
