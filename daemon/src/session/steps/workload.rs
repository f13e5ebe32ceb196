//! Changing the workload and what is beside it, and giving both back.

use std::time::Duration;

use nhd_plan::Edit;
use nhd_protocol::workload::WorkloadKind;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::clock::timestamp_now;
use crate::cluster::objects::{Delete, FIELD_MANAGER, Mode, PODS};
use crate::cluster::pods::PodSeen;
use crate::cluster::record;
use crate::cluster::{ClusterError, Reason, Resource, pods};
use crate::fault;
use crate::session::failure::Failure;
use crate::session::look::judge::stale_pods;
use crate::session::look::parts::{WorkloadParts, record_name};
use crate::session::steps::{StepContext, changed_meanwhile};
use crate::store::session::Desired;

/// How often a write is tried that meets others' writes; the next look then begins anew.
const WRITE_ATTEMPTS: u32 = 8;

/// Between a write of which nobody knows whether it was done and the look at what became of it.
const TROUBLE_PAUSE: Duration = Duration::from_millis(100);

/// A clock that differs from the API server's by more than this is not the one to schedule by.
const CLOCK_TOLERANCE: time::Duration = time::Duration::seconds(1);

impl StepContext<'_> {
    pub(super) async fn enter_dev_mode(&mut self) -> Result<(), Failure> {
        if self.stored.workload.kind == WorkloadKind::Pod {
            return self.replace_pod().await;
        }
        let edited = &self.planned()?.edit.edited;
        let written = self.write(|current| nhd_plan::carry_out(edited, current)).await?;
        fault::point("enterDevMode", "written");
        self.note_written(written)
    }

    /// Notes that the workload is edited now.
    pub(super) fn note_written(&mut self, written: Value) -> Result<(), Failure> {
        self.stored.entered = true;
        if let Some(plan) = &mut self.stored.plan
            && written["spec"] != plan.edit.edited["spec"]
        {
            // An admission step did otherwise than in the dry run; what counts is what was written.
            plan.edit.edited = written;
        }
        self.save()
    }

    pub(super) async fn create_dev_workload(&mut self) -> Result<(), Failure> {
        // From now on the session owes its end, whatever becomes of the record.
        if !self.stored.entered {
            self.stored.entered = true;
            self.save()?;
        }
        let plan = self.planned()?;
        let (Some(object), Some(part)) =
            (&plan.edit.dev_workload, WorkloadParts::of(self.stored.workload.kind, plan).dev_workload)
        else {
            return Ok(());
        };
        let made = self.objects.create(part.kind.into(), Some(&self.namespace()), object, Mode::Real).await;
        fault::point("createDevWorkload", "written");
        match made {
            // Made before a crash.
            Err(error) if error.reason == Reason::AlreadyExists => Ok(()),
            result => self.keep_if_recorded(part.kind.into(), &result?).await,
        }
    }

    /// Takes back what was just made if the record is gone by now: the namespace was deleted and made again since the
    /// look, and the workload is not in the new one.
    pub(super) async fn keep_if_recorded(&self, resource: Resource, made: &Value) -> Result<(), Failure> {
        let namespace = self.namespace();
        let record = record::read(self.objects, &namespace, &record_name(&self.stored.workload)).await?;
        if record.is_some() {
            return Ok(());
        }
        let text = |pointer: &str| made.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        let uid = Some(text("/metadata/uid").to_owned());
        let delete = Delete { uid, background: true, ..Delete::default() };
        self.objects.delete(resource, Some(&namespace), text("/metadata/name"), delete).await?;
        Err(changed_meanwhile())
    }

    pub(super) async fn delete_dev_workload(&mut self) -> Result<(), Failure> {
        let plan = self.planned()?;
        let Some(part) = WorkloadParts::of(self.stored.workload.kind, plan).dev_workload else {
            return Ok(());
        };
        let Some(seen) = self.sight.and_then(|sight| sight.dev_workload.as_ref()) else { return Ok(()) };
        let uid = seen.pointer("/metadata/uid").and_then(Value::as_str).map(str::to_owned);
        let delete = Delete { uid, background: true, ..Delete::default() };
        self.objects.delete(part.kind.into(), Some(&self.namespace()), &part.name, delete).await?;
        fault::point("deleteDevWorkload", "deleted");
        self.delete_quickly(self.dev_pods()).await
    }

    pub(super) async fn delete_stale_pods(&mut self) -> Result<(), Failure> {
        let Some(sight) = self.sight else { return Ok(()) };
        if self.stored.workload.kind == WorkloadKind::Deployment {
            // A pod of one that is deleted is made again at once.
            return match self.stored.desired {
                Desired::DevMode => self.make_room().await,
                Desired::Original => self.delete_dev_revision().await,
            };
        }
        let namespace = self.namespace();
        for pod in stale_pods(self.stored, sight) {
            if pod.dev {
                pods::delete(self.objects, &namespace, pod).await?;
            } else {
                pods::delete_gently(self.objects, &namespace, pod).await?;
            }
        }
        Ok(())
    }

    /// From now on the old pods go before new ones come, and so at the end. It belongs to the edit, and is as durable
    /// before it is written.
    async fn make_room(&mut self) -> Result<(), Failure> {
        let plan = self.stored.plan.as_mut().ok_or_else(changed_meanwhile)?;
        if let Some(edited) = nhd_plan::without_surge(&plan.edit.edited) {
            plan.edit.edited = edited;
            plan.warnings.push(nhd_plan::NO_ROOM.to_owned());
            self.save()?;
        }
        fault::point("deleteStalePods", "noted");
        self.update_record().await?;
        fault::point("deleteStalePods", "recorded");
        // What others have changed since the edit stays theirs.
        self.write(|current| nhd_plan::without_surge(current).unwrap_or_else(|| current.clone())).await?;
        fault::point("deleteStalePods", "written");
        Ok(())
    }

    /// Has the pods of the old template go, which wait for containers that do not count; and takes that back once they
    /// are gone, so that the end rolls out as the workload's owner has it.
    pub(super) async fn let_old_pods_go(&mut self) -> Result<(), Failure> {
        let edit = &self.planned()?.edit;
        let current = self.current()?;
        if nhd_plan::lets_old_pods_go(current, edit) {
            self.write(|current| nhd_plan::with_own_strategy(current, edit)).await?;
        } else {
            let eased =
                |current: &Value| nhd_plan::let_old_pods_go(current).unwrap_or_else(|| current.clone());
            self.write(eased).await?;
        }
        fault::point("letOldPodsGo", "written");
        Ok(())
    }

    /// Takes others' changes into the original. From then on the workload, as they have left it, is the edit.
    pub(super) fn merge_changes(&mut self) -> Result<(), Failure> {
        let current = self.current()?.clone();
        let Some(plan) = &mut self.stored.plan else { return Ok(()) };
        plan.edit.take_over(&current);
        self.save()
    }

    pub(super) async fn restore_workload(&mut self) -> Result<(), Failure> {
        if self.stored.workload.kind == WorkloadKind::Pod {
            return self.give_back_pod().await;
        }
        let plan = self.planned()?;
        if nhd_plan::may_fire(&plan.edit.origin) {
            self.forgive_missed_schedules().await?;
        }
        // The original's pods will wait until the dev pod is gone. Its shell ignores a gentle request, and a kubelet
        // may not hurry a pod any more that has been asked gently (1.34 with containerd 1.6 does not).
        if plan.edit.edited.pointer("/spec/strategy/type").is_some_and(|strategy| strategy == "Recreate") {
            self.delete_quickly(self.dev_pods()).await?;
        }
        let written = self.write(|current| plan.edit.restored(current)).await?;
        fault::point("restoreWorkload", "written");
        self.note_given_back(|edit| edit.note_restored(written))
    }

    /// Notes what the API server made of a write that gave the workload back. What differs from that is others' doing.
    pub(super) fn note_given_back(&mut self, note: impl FnOnce(&mut Edit)) -> Result<(), Failure> {
        if let Some(plan) = &mut self.stored.plan {
            note(&mut plan.edit);
        }
        self.save()
    }

    pub(super) async fn delete_dev_revision(&mut self) -> Result<(), Failure> {
        let Some(sight) = self.sight else { return Ok(()) };
        let namespace = self.namespace();
        let history = WorkloadParts::of(self.stored.workload.kind, self.planned()?).history;
        for revision in sight.revisions.iter().filter(|revision| revision.dev) {
            if let Some(history) = &history {
                history.delete(self.objects, &namespace, revision).await?;
            }
        }
        fault::point("deleteDevRevision", "revisionDeleted");
        for pod in sight.pods.iter().filter(|pod| pod.dev) {
            pods::delete(self.objects, &namespace, pod).await?;
        }
        Ok(())
    }

    pub(super) async fn settle_workload(&mut self) -> Result<(), Failure> {
        let plan = self.planned()?;
        let written = self.write(|current| plan.edit.settled(current)).await?;
        fault::point("settleWorkload", "written");
        self.note_given_back(|edit| edit.note_settled(written))
    }

    pub(super) async fn return_ownership(&mut self) -> Result<(), Failure> {
        self.running.ownership_returned = true;
        let origin = &self.planned()?.edit.origin;
        let returned = |current: &Value| nhd_plan::return_ownership(current, origin, FIELD_MANAGER);
        if returned(self.current()?) == *self.current()? {
            return Ok(());
        }
        self.write(returned).await.map(drop)
    }

    fn dev_pods(&self) -> impl Iterator<Item = &PodSeen> {
        let seen = self.sight.into_iter().flat_map(|sight| &sight.pods);
        seen.filter(|pod| pod.dev && !pod.terminating)
    }

    async fn delete_quickly(&self, doomed: impl Iterator<Item = &PodSeen>) -> Result<(), Failure> {
        for pod in doomed {
            pods::delete(self.objects, &self.namespace(), pod).await?;
        }
        Ok(())
    }

    /// Makes the present the last time that a job was scheduled: a controller that finds missed times starts a job for
    /// the latest of them at once. The present is the API server's, which its answer tells.
    async fn forgive_missed_schedules(&self) -> Result<(), Failure> {
        let mut current = self.current()?.clone();
        let mut now = timestamp_now();
        for _ in 0..WRITE_ATTEMPTS {
            match self.note_last_schedule(&current, &now).await {
                Ok(written) => {
                    let Some(there) = server_time(&written).filter(|there| are_apart(there, &now)) else {
                        return Ok(());
                    };
                    (current, now) = (written, there);
                }
                Err(error) if error.reason == Reason::Conflict || error.is_passing_trouble() => {
                    pause_after(&error).await;
                    let (kind, name) = (self.stored.workload.kind.into(), &self.stored.workload.name);
                    current = self.objects.get(kind, Some(&self.namespace()), name).await?;
                }
                // The plan has said so.
                Err(error) if error.reason == Reason::Forbidden => return Ok(()),
                Err(error) => return Err(error.into()),
            }
        }
        Err(changed_meanwhile())
    }

    async fn note_last_schedule(&self, current: &Value, now: &str) -> Result<Value, ClusterError> {
        let mut object = current.clone();
        if !object["status"].is_object() {
            object["status"] = json!({});
        }
        object["status"]["lastScheduleTime"] = now.into();
        self.objects.replace_status(WorkloadKind::CronJob.into(), Some(&self.namespace()), &object).await
    }

    /// Writes what `change` makes of the workload as it was seen.
    async fn write(&self, change: impl Fn(&Value) -> Value) -> Result<Value, Failure> {
        let current = self.current()?.clone();
        Ok(self.write_over(self.stored.workload.kind.into(), current, change).await?)
    }

    /// Writes what `change` makes of an object. Where others have written only beside its spec since it was read, such
    /// as a status or a label, it is made again from what is there now. So it is where the server had trouble, which
    /// leaves open whether it has written: not before it was looked at.
    pub(super) async fn write_over(
        &self,
        resource: Resource,
        mut current: Value,
        change: impl Fn(&Value) -> Value,
    ) -> Result<Value, ClusterError> {
        let namespace = self.namespace();
        let name = current["metadata"]["name"].as_str().unwrap_or_default().to_owned();
        for _ in 1..WRITE_ATTEMPTS {
            match self.objects.replace(resource, Some(&namespace), &change(&current), Mode::Real).await {
                Err(error) if error.reason == Reason::Conflict || error.is_passing_trouble() => {
                    pause_after(&error).await;
                    let now = self.objects.get(resource, Some(&namespace), &name).await?;
                    let same = spec_of(resource, &now) == spec_of(resource, &current)
                        && now["metadata"]["uid"] == current["metadata"]["uid"];
                    if !same || !self.may_still_enter().await? {
                        return Err(error);
                    }
                    current = now;
                }
                result => return result,
            }
        }
        self.objects.replace(resource, Some(&namespace), &change(&current), Mode::Real).await
    }

    /// Somebody may have ended the session by its record since the look. Before the edit that is all that there was.
    async fn may_still_enter(&self) -> Result<bool, ClusterError> {
        if self.stored.desired == Desired::Original || self.stored.entered {
            return Ok(true);
        }
        let name = record_name(&self.stored.workload);
        let record = record::read(self.objects, &self.namespace(), &name).await?;
        Ok(record.is_some_and(|record| record.is_of(&self.stored.id)))
    }

    fn current(&self) -> Result<&Value, Failure> {
        self.sight.and_then(|sight| sight.workload.as_ref()).ok_or_else(changed_meanwhile)
    }
}

/// What others may have written: that a pod has got its node is not others' doing.
fn spec_of(resource: Resource, object: &Value) -> Value {
    if resource == PODS { nhd_plan::as_new(object)["spec"].take() } else { object["spec"].clone() }
}

/// Whoever met another's write may go on at once; a server with trouble of its own wants a moment.
async fn pause_after(error: &ClusterError) {
    if error.reason != Reason::Conflict {
        tokio::time::sleep(TROUBLE_PAUSE).await;
    }
}

/// When the API server took our write of a status.
fn server_time(written: &Value) -> Option<String> {
    let entries = written.pointer("/metadata/managedFields")?.as_array()?;
    let ours =
        entries.iter().find(|entry| entry["manager"] == FIELD_MANAGER && entry["subresource"] == "status");
    Some(ours?["time"].as_str()?.to_owned())
}

/// Whether two moments in RFC 3339 are further apart than clocks may be.
fn are_apart(one: &str, other: &str) -> bool {
    let moment = |text: &str| OffsetDateTime::parse(text, &Rfc3339).ok();
    match (moment(one), moment(other)) {
        (Some(one), Some(other)) => (one - other).abs() > CLOCK_TOLERANCE,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_of_the_server_counts_where_ours_is_wrong() {
        let written = json!({"metadata": {"managedFields": [
            {"manager": "kube-controller-manager", "subresource": "status", "time": "2026-01-01T00:00:00Z"},
            {"manager": FIELD_MANAGER, "time": "2026-01-01T00:00:01Z"},
            {"manager": FIELD_MANAGER, "subresource": "status", "time": "2026-01-01T00:00:02Z"},
        ]}});
        assert_eq!(server_time(&written).as_deref(), Some("2026-01-01T00:00:02Z"));
        assert!(are_apart("2026-01-01T00:00:02Z", "2026-01-01T00:05:00.000Z"));
        assert!(!are_apart("2026-01-01T00:00:02Z", "2026-01-01T00:00:02.700Z"));
    }
}
