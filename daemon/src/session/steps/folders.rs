//! Making the claims that persistent folders lie in.

use nhd_protocol::message::error as said;

use crate::cluster::Reason;
use crate::cluster::error::OrAbsent as _;
use crate::cluster::objects::{CLAIMS, Mode};
use crate::fault;
use crate::session::failure::Failure;
use crate::session::look::folders::{missing, with_kept};
use crate::session::prepare::folders::{name_taken_by, refused};
use crate::session::steps::{StepContext, changed_meanwhile};

impl StepContext<'_> {
    /// What is made here is nobody's: no session deletes it.
    pub(super) async fn create_volumes(&mut self) -> Result<(), Failure> {
        let (sight, plan) = (self.sight.ok_or_else(changed_meanwhile)?, self.planned()?);
        let (workload, namespace) = (&self.stored.workload, self.namespace());
        let mut made = Vec::new();
        for folder in missing(plan, sight) {
            match self.objects.create(CLAIMS, Some(&namespace), &folder.claim, Mode::Real).await {
                // Made before a crash, or by somebody else since the look.
                Err(error) if error.reason == Reason::AlreadyExists => {
                    let there = self.objects.get(CLAIMS, Some(&namespace), folder.name()).await;
                    if there.or_absent()?.is_some_and(|claim| !folder.is(&claim)) {
                        return Err(name_taken_by(workload, folder, &said::VOLUME_NAME_TAKEN));
                    }
                }
                Err(error) => {
                    let Failure { info, transient } = refused(workload, folder, error);
                    return Err(Failure { info: with_kept(info, &made), transient });
                }
                Ok(_) => made.push(folder.name()),
            }
            fault::point("createVolumes", "made");
        }
        Ok(())
    }
}
