//! Keeping autoscalers from the workload, and giving them back.

use serde_json::Value;

use crate::cluster::Reason;
use crate::cluster::autoscalers::{AUTOSCALERS, PinnedAutoscaler};
use crate::cluster::error::OrAbsent as _;
use crate::cluster::objects::FIELD_MANAGER;
use crate::fault;
use crate::session::failure::Failure;
use crate::session::look::autoscalers::{is_as_planned, is_to_pin};
use crate::session::steps::{StepContext, changed_meanwhile};

impl StepContext<'_> {
    pub(super) async fn pin_autoscalers(&mut self) -> Result<(), Failure> {
        let plan = self.planned()?;
        for planned in &plan.edit.autoscalers {
            let Some(current) = self.autoscaler(planned).await? else { continue };
            if !is_to_pin(&current, &self.stored.id, plan) {
                continue;
            }
            if !is_as_planned(&current, planned) {
                return Err(changed_meanwhile());
            }
            self.write_autoscaler(current, |current| nhd_plan::pin(current, &self.stored.id)).await?;
        }
        Ok(())
    }

    /// What others changed of them stays, and so does one that was made anew.
    pub(super) async fn release_autoscalers(&mut self) -> Result<(), Failure> {
        for planned in &self.planned()?.edit.autoscalers {
            let Some(current) = self.autoscaler(planned).await? else { continue };
            let released = |current: &Value| nhd_plan::release(current, &planned.pinned);
            let Some(current) = self.write_autoscaler(current, released).await? else { continue };
            fault::point("releaseAutoscalers", "written");
            let returned =
                |current: &Value| nhd_plan::return_ownership(current, &planned.origin, FIELD_MANAGER);
            self.write_autoscaler(current, returned).await?;
        }
        self.running.autoscalers_returned = true;
        Ok(())
    }

    /// The autoscaler as it is now, if it is still the same one.
    async fn autoscaler(&self, planned: &PinnedAutoscaler) -> Result<Option<Value>, Failure> {
        let found = self.objects.get(AUTOSCALERS, Some(&self.namespace()), planned.name()).await;
        Ok(found.or_absent()?.filter(|found| planned.is(found)))
    }

    /// Writes what `change` makes of it, if that is anything else. `None` where it was deleted meanwhile.
    async fn write_autoscaler(
        &self,
        current: Value,
        change: impl Fn(&Value) -> Value,
    ) -> Result<Option<Value>, Failure> {
        if change(&current) == current {
            return Ok(Some(current));
        }
        match self.write_over(AUTOSCALERS, current, change).await {
            Err(error) if error.reason == Reason::NotFound => Ok(None),
            result => Ok(Some(result?)),
        }
    }
}
