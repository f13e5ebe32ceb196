//! A bare pod, which is deleted and made again on both ways.

use serde_json::Value;

use crate::cluster::objects::{Delete, Mode, PODS};
use crate::cluster::{ClusterError, Reason, owner_references};
use crate::fault;
use crate::session::failure::Failure;
use crate::session::look::namespace;
use crate::session::steps::{StepContext, changed_meanwhile};

impl StepContext<'_> {
    /// Deletes the original, and once it has left its name, makes the dev pod. From the first on the session owes the
    /// original, which the store and the record hold.
    pub(super) async fn replace_pod(&mut self) -> Result<(), Failure> {
        let plan = self.planned()?;
        if let Some(original) = self.sight.and_then(|sight| sight.workload.as_ref()) {
            // Whatever somebody writes to it from here on would be lost with it.
            let seen = Delete {
                uid: text_of(original, "/metadata/uid"),
                resource_version: text_of(original, "/metadata/resourceVersion"),
                ..Delete::default()
            };
            self.stored.entered = true;
            self.save()?;
            fault::point("enterDevMode", "noted");
            return self.delete_pod(seen).await;
        }
        let written = self.create_pod(&nhd_plan::as_new(&plan.edit.edited)).await?;
        fault::point("enterDevMode", "written");
        let Some(written) = written else { return Ok(()) };
        self.keep_if_recorded(PODS, &written).await?;
        self.note_written(nhd_plan::as_new(&written))
    }

    /// Deletes the dev pod, and once it has left its name, makes the original again. No precondition of a creation tells
    /// namespaces of one name apart: the new pod has our mark until it is known to be in the right one, so that, whoever
    /// dies before that, the next daemon knows it for ours.
    pub(super) async fn give_back_pod(&mut self) -> Result<(), Failure> {
        if let Some(dev_pod) = self.sight.and_then(|sight| sight.workload.as_ref()) {
            let uid = text_of(dev_pod, "/metadata/uid");
            return self.delete_pod(Delete { uid, grace_period_seconds: Some(1), ..Delete::default() }).await;
        }
        let origin = &self.planned()?.edit.origin;
        let gone = owner_references::gone(self.objects, origin).await?;
        let made_again = nhd_plan::sign(&nhd_plan::recreation(origin, &gone), &self.stored.id);
        match self.create_pod(&made_again).await {
            Ok(Some(written)) => {
                fault::point("restoreWorkload", "written");
                if self.namespace_is_gone().await? {
                    let uid = text_of(&written, "/metadata/uid");
                    return self.delete_pod(Delete { uid, ..Delete::default() }).await;
                }
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

    /// Whether there has been another namespace under the name since the look.
    async fn namespace_is_gone(&self) -> Result<bool, Failure> {
        let planned = self.planned()?.edit.namespace_uid.as_deref();
        Ok(namespace::is_gone(self.objects, &self.namespace(), planned).await?)
    }

    async fn delete_pod(&self, delete: Delete) -> Result<(), Failure> {
        if delete.uid.is_none() {
            return Err(changed_meanwhile());
        }
        let name = &self.stored.workload.name;
        match self.objects.delete(PODS, Some(&self.namespace()), name, delete).await {
            // Another pod has the name by now, or it was written to: the next look tells.
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

fn text_of(object: &Value, pointer: &str) -> Option<String> {
    object.pointer(pointer).and_then(Value::as_str).map(str::to_owned)
}
