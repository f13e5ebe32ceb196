//! A pod as people look at it: how far it and its containers are, and why not further. Pure.

use nhd_protocol::browse::describe::{ContainerPhase, ContainerState, PodDescription};
use serde_json::Value;

use super::{created_at, moment};
use crate::browse::trouble;
use crate::cluster::objects::is_leaving;
use crate::cluster::workload_pods::is_ready;

pub(super) fn describe(pod: &Value) -> PodDescription {
    let status = &pod["status"];
    let going = is_leaving(pod);
    let phase = if going { "Terminating" } else { status["phase"].as_str().unwrap_or("Unknown") };
    let containers: Vec<ContainerState> = trouble::container_statuses(pod).map(state).collect();
    let (reason, message) = match trouble::of_pod(pod) {
        Some(trouble) => (Some(trouble.reason), trouble.message),
        None if phase == "Pending" => containers
            .iter()
            .find(|container| container.reason.is_some())
            .map_or((None, None), |container| (container.reason.clone(), container.message.clone())),
        None => (None, None),
    };
    PodDescription {
        name: pod["metadata"]["name"].as_str().unwrap_or_default().to_owned(),
        phase: phase.to_owned(),
        ready: is_ready(pod),
        restarts: containers.iter().map(|container| container.restarts).sum(),
        reason,
        message,
        node: pod["spec"]["nodeName"].as_str().map(str::to_owned),
        created_at: created_at(pod),
        dev: is_dev(pod),
        containers,
    }
}

/// Whether it has the dev container.
pub(super) fn is_dev(pod: &Value) -> bool {
    let containers = pod["spec"]["containers"].as_array();
    containers.into_iter().flatten().any(|container| container["name"] == nhd_plan::DEV_CONTAINER)
}

fn state(status: &Value) -> ContainerState {
    let (current, last) = (&status["state"], &status["lastState"]["terminated"]);
    let (phase, of) = match () {
        () if !current["running"].is_null() => (ContainerPhase::Running, &current["running"]),
        () if !current["terminated"].is_null() => (ContainerPhase::Terminated, &current["terminated"]),
        () => (ContainerPhase::Waiting, &current["waiting"]),
    };
    let trouble = trouble::of_container(status);
    let words = |field: &str| of[field].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let exit_code = of["exitCode"].as_i64().or_else(|| last["exitCode"].as_i64());
    ContainerState {
        name: status["name"].as_str().unwrap_or_default().to_owned(),
        state: phase,
        ready: status["ready"] == true,
        restarts: status["restartCount"]
            .as_u64()
            .and_then(|count| u32::try_from(count).ok())
            .unwrap_or_default(),
        reason: words("reason"),
        message: trouble.and_then(|trouble| trouble.message).or_else(|| words("message")),
        exit_code: exit_code.and_then(|code| i32::try_from(code).ok()),
        started_at: of["startedAt"].as_str().filter(|_| phase == ContainerPhase::Running).map(moment),
    }
}
