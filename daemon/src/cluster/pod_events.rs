//! What the cluster warns of about a pod: why it gets no node, why its volumes are not mounted, why its probes fail. The
//! pod's status says nothing of most of that.

use serde_json::Value;

use super::objects::{EVENTS, Objects};

/// More warnings about one pod are not looked through; whoever repeats one counts it up.
const EVENTS_READ: u32 = 100;

/// One warning, in the cluster's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PodEvent {
    pub reason: String,
    pub message: String,
}

/// What a pod has come to when something is warned of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// It has no node yet.
    Scheduling,
    /// It has one, and none of its containers has begun.
    Beginning,
    Running,
    /// A container is tried again and again.
    Restarting,
}

impl PodEvent {
    pub fn stage(&self) -> Stage {
        match self.reason.as_str() {
            "FailedScheduling" => Stage::Scheduling,
            "Unhealthy" | "FailedPostStartHook" => Stage::Running,
            "BackOff" | "Failed" => Stage::Restarting,
            // FailedMount, FailedAttachVolume, FailedMapVolume, FailedCreatePodSandBox, NetworkNotReady …
            _ => Stage::Beginning,
        }
    }

    pub fn text(&self) -> String {
        format!("{}: {}", self.reason, self.message)
    }
}

/// The warnings about the pod of this uid, the latest first. Whoever may not list events is told nothing.
pub async fn of_pod(objects: &Objects, namespace: &str, uid: &str) -> Vec<PodEvent> {
    let fields = format!("involvedObject.uid={uid},type=Warning");
    let list = objects.list_by_fields(EVENTS, namespace, &fields, EVENTS_READ).await.ok();
    list.map(|list| read(list["items"].as_array().map(Vec::as_slice).unwrap_or_default())).unwrap_or_default()
}

fn read(items: &[Value]) -> Vec<PodEvent> {
    let mut items: Vec<&Value> = items.iter().collect();
    // That mounting takes long is said beside, and after, what keeps a volume from being mounted.
    items.sort_by_key(|item| (!is_summary(item), last_seen(item).to_owned()));
    let text = |item: &Value, field: &str| item[field].as_str().unwrap_or_default().trim().to_owned();
    let event = |item| PodEvent { reason: text(item, "reason"), message: text(item, "message") };
    items.into_iter().rev().map(event).collect()
}

fn is_summary(item: &Value) -> bool {
    item["message"].as_str().is_some_and(|message| message.starts_with("Unable to attach or mount volumes"))
}

/// When an event was last seen, as the older and the newer way of recording events have it.
pub(super) fn last_seen(event: &Value) -> &str {
    let times = ["/series/lastObservedTime", "/lastTimestamp", "/eventTime"];
    times.into_iter().filter_map(|time| event.pointer(time)?.as_str()).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_last_warning_comes_first_and_a_summary_of_others_last() {
        let event = |reason: &str, message: &str, time: &str| json!({"reason": reason, "message": message, "lastTimestamp": time});
        let scheduling = event("FailedScheduling", "no node", "2026-11-26T22:00:01Z");
        let mount = event("FailedMount", "configmap \"a\" not found ", "2026-11-26T22:00:02Z");
        let summary = event("FailedMount", "Unable to attach or mount volumes: a", "2026-11-26T22:00:09Z");
        let expected = ["configmap \"a\" not found", "no node", "Unable to attach or mount volumes: a"];
        let said: Vec<String> =
            read(&[mount, scheduling, summary]).into_iter().map(|event| event.message).collect();
        assert_eq!(said, expected);
    }
}
