//! What the template of a workload says of its containers, and which services lead to them. Pure.

use std::collections::BTreeMap;

use nhd_protocol::browse::describe::{
    ContainerDescription, ContainerPort, ContainerRole, ServiceDescription, ServicePort,
};
use nhd_protocol::workload::WorkloadKind;
use serde_json::Value;

use crate::browse::glance::pod_spec;
use crate::cluster::selector::of_service_selects;

/// The containers in the order in which they begin.
pub(super) fn containers(kind: WorkloadKind, object: &Value, in_dev_mode: bool) -> Vec<ContainerDescription> {
    let spec = pod_spec(kind, object);
    let of = |field: &str| spec[field].as_array().into_iter().flatten();
    let init = of("initContainers").map(|container| {
        let goes_on = container["restartPolicy"] == "Always";
        (if goes_on { ContainerRole::Sidecar } else { ContainerRole::Init }, container)
    });
    let main = of("containers").map(|container| {
        let ours = container["name"] == nhd_plan::SIDECAR_CONTAINER;
        (if ours { ContainerRole::Nhd } else { ContainerRole::Main }, container)
    });
    init.chain(main)
        .map(|(role, container)| ContainerDescription {
            name: text(&container["name"]),
            role,
            image: text(&container["image"]),
            ports: ports(container),
            working_dir: container["workingDir"].as_str().map(str::to_owned),
            requests: texts(&container["resources"]["requests"]),
            limits: texts(&container["resources"]["limits"]),
            developable: role == ContainerRole::Main && !in_dev_mode,
        })
        .collect()
}

fn ports(container: &Value) -> Vec<ContainerPort> {
    let ports = container["ports"].as_array().into_iter().flatten();
    ports
        .filter_map(|port| {
            Some(ContainerPort {
                name: port["name"].as_str().map(str::to_owned),
                port: number(&port["containerPort"])?,
                protocol: protocol(port),
            })
        })
        .collect()
}

/// The labels of the pods, by which services select them.
pub(super) fn pod_labels(kind: WorkloadKind, object: &Value) -> &Value {
    let pointer = match kind {
        WorkloadKind::Pod => "/metadata/labels",
        WorkloadKind::CronJob => "/spec/jobTemplate/spec/template/metadata/labels",
        _ => "/spec/template/metadata/labels",
    };
    object.pointer(pointer).unwrap_or(&Value::Null)
}

/// A service, where it selects pods with these labels.
pub(super) fn service(
    service: &Value,
    labels: &BTreeMap<String, String>,
    kind: WorkloadKind,
    object: &Value,
) -> Option<ServiceDescription> {
    let spec = &service["spec"];
    let selects = of_service_selects(&spec["selector"], |key| labels.get(key).map(String::as_str));
    let headless = spec["clusterIP"] == "None";
    let of_type = spec["type"].as_str().unwrap_or("ClusterIP");
    let ports = spec["ports"].as_array().into_iter().flatten();
    selects.then(|| ServiceDescription {
        name: text(&service["metadata"]["name"]),
        kind: if headless { "Headless" } else { of_type }.to_owned(),
        ports: ports.filter_map(|port| service_port(port, kind, object)).collect(),
    })
}

fn service_port(port: &Value, kind: WorkloadKind, object: &Value) -> Option<ServicePort> {
    let number_of_service = number(&port["port"])?;
    let target = match &port["targetPort"] {
        Value::Null => Some(number_of_service),
        Value::String(name) => named_port(name, kind, object),
        target => number(target),
    };
    Some(ServicePort {
        name: port["name"].as_str().map(str::to_owned),
        port: number_of_service,
        protocol: protocol(port),
        target_port: target,
    })
}

fn named_port(name: &str, kind: WorkloadKind, object: &Value) -> Option<u16> {
    let spec = pod_spec(kind, object);
    let containers = ["containers", "initContainers"].into_iter().flat_map(|field| spec[field].as_array());
    let mut ports = containers.flatten().flat_map(|container| container["ports"].as_array()).flatten();
    number(&ports.find(|port| port["name"] == name)?["containerPort"])
}

fn protocol(port: &Value) -> String {
    port["protocol"].as_str().unwrap_or("TCP").to_owned()
}

fn number(value: &Value) -> Option<u16> {
    value.as_u64().and_then(|number| u16::try_from(number).ok())
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// A map of words or numbers, such as quantities, as words.
pub(super) fn texts(map: &Value) -> BTreeMap<String, String> {
    let word = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    map.as_object().into_iter().flatten().map(|(key, value)| (key.clone(), word(value))).collect()
}
