//! A bare pod, which is deleted and made again on both ways.

use serde_json::Value;

use crate::cluster::objects::{Delete, Mode, PODS};
use crate::cluster::{ClusterError, Reason, owner_references};
use crate::fault;
use crate::session::failure::Failure;
use crate::session::steps::{StepContext, changed_meanwhile};

impl StepContext<'_> {
    /// Deletes the original, and once it has left its name, makes the dev pod. From the first on the session owes the
    /// original, which the store and the record hold.
    pub(super) async fn replace_pod(&mut self) -> Result<(), Failure> {
        let plan = self.planned()?;
        if let Some(original) = self.sight.and_then(|sight| sight.workload.as_ref()) {
            let uid = uid_of(original);
            self.stored.entered = true;
            self.save()?;
            fault::point("enterDevMode", "noted");
            return self.delete_pod(uid, None).await;
        }
        let written = self.create_pod(&nhd_plan::as_new(&plan.edit.edited)).await?;
        fault::point("enterDevMode", "written");
        match written {
            Some(written) => self.note_written(nhd_plan::as_new(&written)),
            None => Ok(()),
        }
    }

    /// Deletes the dev pod, and once it has left its name, makes the original again.
    pub(super) async fn give_back_pod(&mut self) -> Result<(), Failure> {
        if let Some(dev_pod) = self.sight.and_then(|sight| sight.workload.as_ref()) {
            return self.delete_pod(uid_of(dev_pod), Some(1)).await;
        }
        let origin = &self.planned()?.edit.origin;
        let gone = owner_references::gone(self.objects, origin).await?;
        match self.create_pod(&nhd_plan::recreation(origin, &gone)).await {
            Ok(Some(written)) => {
                fault::point("restoreWorkload", "written");
                self.note_given_back(|edit| edit.note_settled(written))
            }
            Ok(None) => Ok(()),
            // Pods can be made wherever there is a namespace: it was deleted, with all that was in it.
            Err(error) if error.reason == Reason::NotFound => {
                self.running.namespace_gone = true;
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn delete_pod(
        &self,
        uid: Option<String>,
        grace_period_seconds: Option<u32>,
    ) -> Result<(), Failure> {
        let uid = uid.ok_or_else(changed_meanwhile)?;
        let delete = Delete { uid: Some(uid), grace_period_seconds, ..Delete::default() };
        let name = &self.stored.workload.name;
        match self.objects.delete(PODS, Some(&self.namespace()), name, delete).await {
            // Another pod has the name by now: the next look tells whose.
            Err(error) if error.reason == Reason::Conflict => Ok(()),
            result => Ok(result?),
        }
    }

    /// `None` where the name is taken, by a pod that the next look will see.
    async fn create_pod(&self, pod: &Value) -> Result<Option<Value>, ClusterError> {
        match self.objects.create(PODS, Some(&self.namespace()), pod, Mode::Real).await {
            Err(error) if error.reason == Reason::AlreadyExists => Ok(None),
            result => Ok(Some(result?)),
        }
    }
}

fn uid_of(object: &Value) -> Option<String> {
    object.pointer("/metadata/uid").and_then(Value::as_str).map(str::to_owned)
}
