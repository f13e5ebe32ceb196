//! Deleting the volume claims that came with the dev pod.

use crate::cluster::Reason;
use crate::cluster::objects::{CLAIMS, Delete};
use crate::fault;
use crate::session::failure::Failure;
use crate::session::look::claims::to_delete;
use crate::session::steps::StepContext;

impl StepContext<'_> {
    /// Each by its uid: another under its name is somebody else's.
    pub(super) async fn delete_claims(&mut self) -> Result<(), Failure> {
        let (Some(sight), plan) = (self.sight, self.planned()?) else { return Ok(()) };
        let mut given_up = false;
        for claim in to_delete(plan, sight) {
            let delete = Delete { uid: Some(claim.uid.clone()), ..Delete::default() };
            match self.objects.delete(CLAIMS, Some(&self.namespace()), &claim.name, delete).await {
                // The plan has said so.
                Err(error) if error.reason == Reason::Forbidden => given_up = true,
                // It is another by now, or gone.
                Err(error) if matches!(error.reason, Reason::Conflict | Reason::NotFound) => {}
                result => result?,
            }
            fault::point("deleteClaims", "deleted");
        }
        self.running.claims_given_up |= given_up;
        Ok(())
    }
}
