//! Which pod the forward leads to, and with which pod a sync has been complete.

use std::time::Duration;

use nhd_protocol::session::StepName;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::cluster::pods::PodSeen;
use crate::forward::PodTarget;
use crate::session::look::Sight;
use crate::session::look::judge::Local;
use crate::session::look::rollout;
use crate::session::patience;
use crate::session::task::SessionTask;
use crate::store::session::Desired;

/// What a kubelet starts, it reports up to a second or two later. For so long after a pod has got its node it is tried
/// whether its sidecar answers; after that something is in the way, such as an image that is being pulled.
const REPORTED_WITHIN: Duration = Duration::from_secs(3);

impl SessionTask {
    /// Tells the forwards where to lead, and remembers with which pod a sync has been complete.
    pub(super) fn note_pod_and_sync(&mut self) {
        if self.stored.desired == Desired::Original {
            return;
        }
        let pod = self.sight.as_ref().and_then(Sight::dev_pod).cloned();
        let target = |pod: &PodSeen| PodTarget {
            namespace: self.stored.workload.namespace.clone(),
            pod: pod.name.clone(),
            uid: pod.uid.clone(),
        };
        let told = publish(&self.target, pod.as_ref().filter(|pod| pod.ready).map(target));
        let target = pod.as_ref().filter(|pod| may_answer(pod, &mut self.scheduled)).map(target);
        let changed = publish(&self.sync_target, target.clone());
        let replaced = target.as_ref().is_some_and(|now| {
            let before = self.led_to.replace(now.uid.clone());
            before.is_some_and(|then| then != now.uid)
        });
        let Some(sync) = &self.running.sync else { return };
        let status = sync.status();
        let status = status.borrow();
        // A connection that the forward already holds gets through by itself; one that was held for a sidecar that might
        // have run may have been given up by now.
        let held = self.running.forward.as_ref().is_some_and(|forward| forward.status().open > 0);
        if (changed || told) && target.is_some() && !held {
            sync.kick();
        }
        if replaced && status.connected {
            self.old_connection = Some(status.connection);
        }
        if let Some(target) = target
            && status.connected
            && status.in_sync
            && self.old_connection != Some(status.connection)
        {
            self.synced_with = Some(target.uid);
        }
    }

    pub(super) fn local(&mut self) -> Local {
        let connected = self.running.sync.as_ref().is_some_and(|sync| {
            let status = sync.status();
            let status = status.borrow();
            status.connected && self.old_connection != Some(status.connection)
        });
        // What is held needs nobody at the other end.
        let held = self.stored.sync_paused && self.stored.synced;
        let held = held.then(|| self.sight.as_ref().and_then(Sight::dev_pod)).flatten();
        let synced_with = self.synced_with.clone().filter(|_| connected);
        let synced_with = held.map(|pod| pod.uid.clone()).or(synced_with);
        self.judge_rollout();
        self.kept_since = self
            .sight
            .as_ref()
            .filter(|it| it.old_pods_are_kept())
            .map(|_| self.kept_since.unwrap_or_else(Instant::now));
        // A start ends by itself what was left over; an end has to be told.
        let leftover = self.running.leftover && self.stored.desired == Desired::Original;
        // A start has the user's own forwards opened beside its steps; an end closes them with the session's.
        let ports = self.running.user_forwards.any_open() && self.stored.desired == Desired::Original;
        Local {
            forward: self.running.forward.is_some() || ports,
            sync: self.running.sync.is_some() || leftover,
            synced_with,
            ownership_returned: self.running.ownership_returned,
            autoscalers_returned: self.running.autoscalers_returned,
            claims_given_up: self.running.claims_given_up,
            old_pods_kept: self.kept_since.is_some_and(|since| since.elapsed() >= patience::COMPANION),
            rollout_as_before: self.running.rollout_as_before,
            rollout_given_up: self.running.rollout_given_up,
            namespace_gone: self.running.namespace_gone,
        }
    }

    /// Whether the original's pods are waited for no longer, and why not.
    fn judge_rollout(&mut self) {
        let (Some(sight), Some(plan)) = (&self.sight, &self.stored.plan) else { return };
        if self.stored.desired == Desired::DevMode {
            return;
        }
        let waited = self.waiting.filter(|(step, _)| *step == StepName::AwaitRollout);
        let waited = waited.map(|(_, since)| since.elapsed());
        // Those that were on their way before may be all right by now.
        let settled = patience::is_broken(sight) || waited >= Some(patience::ON_ITS_WAY);
        self.running.rollout_as_before |=
            settled && rollout::is_as_before(self.stored.workload.kind, &plan.edit.origin, sight);
        self.running.rollout_given_up |= waited >= Some(patience::rollout_patience(sight));
    }
}

/// Says where a forward leads; answers whether that is news.
fn publish(to: &watch::Sender<Option<PodTarget>>, target: Option<PodTarget>) -> bool {
    to.send_if_modified(|current| {
        let changed = *current != target;
        if changed {
            *current = target;
        }
        changed
    })
}

/// Whether the sidecar of a pod may answer: it runs, or may run unreported. The first sync then need not wait for the pod
/// to be ready.
fn may_answer(pod: &PodSeen, scheduled: &mut Option<(String, Instant)>) -> bool {
    if pod.ready || pod.sidecar_runs {
        return true;
    }
    if !pod.scheduled || pod.begun {
        return false;
    }
    match scheduled {
        Some((uid, since)) if *uid == pod.uid => since.elapsed() < REPORTED_WITHIN,
        _ => {
            *scheduled = Some((pod.uid.clone(), Instant::now()));
            true
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::look::sight::tests::pod;

    #[tokio::test(start_paused = true)]
    async fn a_sidecar_is_tried_as_soon_as_it_may_run_and_not_for_long_while_nobody_says_that_it_does() {
        let on_a_node = || PodSeen { scheduled: true, ..pod(true) };
        let other = PodSeen { uid: "other".into(), ..on_a_node() };
        let runs = PodSeen { begun: true, sidecar_runs: true, ..on_a_node() };
        let mut scheduled = None;
        for (what, after, pod, tried) in [
            ("nobody has a node for it", 0, pod(true), false),
            ("it has a node", 60, on_a_node(), true),
            ("its sidecar may be running", 2, on_a_node(), true),
            ("an image is being pulled", 2, on_a_node(), false),
            ("for long", 600, on_a_node(), false),
            ("its successor has a node", 0, other, true),
            ("an init container runs", 1, PodSeen { begun: true, ..on_a_node() }, false),
            ("its sidecar runs, and the dev image cannot be pulled", 600, runs, true),
            ("it is ready", 600, PodSeen { begun: true, ready: true, ..on_a_node() }, true),
        ] {
            tokio::time::advance(Duration::from_secs(after)).await;
            assert_eq!(may_answer(&pod, &mut scheduled), tried, "{what}");
        }
    }
}
