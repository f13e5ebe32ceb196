//! The syncthing that a session of this client would run.

use nhd_protocol::doctor::{DoctorCheck, DoctorGroup};

use super::Patient;
use super::check::{Finding, Subject, look};
use crate::session::steps::syncthing;

const SYNCTHING: Subject =
    Subject { id: "machine.syncthing", group: DoctorGroup::Machine, title: "syncthing" };

pub(super) async fn check(patient: &Patient<'_>) -> DoctorCheck {
    look(SYNCTHING, async {
        match syncthing(patient.environment).await {
            Ok(found) => Finding::ok(format!("{} is version {}", found.path.display(), found.version)),
            Err(failure) => Finding::failed(failure.info.message).hint(failure.info.hint),
        }
    })
    .await
}
