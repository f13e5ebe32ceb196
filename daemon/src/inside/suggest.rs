//! Ports that may be worth a forward: what the configuration, the pod, its Services and its processes say.

use std::collections::BTreeMap;

use futures::join;
use nhd_protocol::error::{ErrorInfo, error_chain};
use nhd_protocol::inside::{ListeningPort, PortReason, PortSuggestion, PortSuggestions};
use nhd_protocol::session::SessionSelector;
use serde_json::Value;

use super::container::DevContainer;
use super::listening;
use crate::cluster::Objects;
use crate::cluster::objects::{PODS, SERVICES};
use crate::cluster::selector::of_service_selects;
use crate::session::SessionManager;
use crate::session::manager::SessionPlace;
use nhd_plan::SIDECAR_CONTAINER;

type Reasons = BTreeMap<u16, Vec<PortReason>>;

pub async fn suggest(
    manager: &SessionManager,
    selector: &SessionSelector,
) -> Result<PortSuggestions, ErrorInfo> {
    let place = manager.place(selector).await?;
    let (mut reasons, mut warnings) = (Reasons::new(), Vec::new());
    for forward in &place.at.request.dev.forwards {
        reasons.entry(forward.remote).or_default().push(PortReason::Configured { reason: forward.reason });
    }
    match DevContainer::at(&place) {
        None => warnings.push("there is no dev pod at the moment: what it says is not known".to_owned()),
        Some(container) => {
            let (found, listening) =
                join!(of_objects(&place, &container), listening::ports(&place, &container));
            let (pod, services, unread) = found;
            warnings.extend(unread);
            of_pod(&pod, &mut reasons);
            services.iter().for_each(|service| of_service(service, &pod, &mut reasons));
            match listening {
                Ok(ports) => of_listening(&ports, &mut reasons),
                Err(error) => warnings.push(format!("what listens is not known: {error}")),
            }
        }
    }
    let status = place.status.borrow().clone();
    // What belongs to the sync is of no use to anybody else.
    let own = status.forward.as_ref().map(|forward| forward.remote_port);
    let local = |port: u16| status.forwards.iter().find(|forward| forward.remote_port == port)?.local_port;
    let ports = reasons.into_iter().filter(|(port, _)| Some(*port) != own);
    let ports = ports.map(|(port, reasons)| PortSuggestion { port, reasons, local_port: local(port) });
    Ok(PortSuggestions { ports: ports.collect(), warnings })
}

/// The pod, the Services of its namespace, and what could not be read.
async fn of_objects(place: &SessionPlace, container: &DevContainer) -> (Value, Vec<Value>, Vec<String>) {
    let objects = Objects::new(place.at.connection.borrow().client);
    let namespace = container.dev.namespace.as_str();
    let (pod, services) = join!(
        objects.get(PODS, Some(namespace), &container.dev.pod),
        objects.list::<Value>(SERVICES, Some(namespace), None),
    );
    let mut warnings = Vec::new();
    let pod = pod.map_err(|error| warnings.push(error_chain(&error))).unwrap_or_default();
    let services = services.map_err(|error| warnings.push(error_chain(&error))).unwrap_or_default();
    let services = services["items"].as_array().cloned().unwrap_or_default();
    (pod, services, warnings)
}

fn port_of(value: &Value) -> Option<u16> {
    value.as_u64().and_then(|port| u16::try_from(port).ok()).filter(|port| *port > 0)
}

fn is_tcp(port: &Value) -> bool {
    port["protocol"].as_str().is_none_or(|protocol| protocol == "TCP")
}

/// Every container port of the pod but the sidecar's, with the container's name.
fn container_ports(pod: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let containers = pod.pointer("/spec/containers").and_then(Value::as_array).into_iter().flatten();
    let others = containers.filter(|container| container["name"] != SIDECAR_CONTAINER);
    others.flat_map(|container| {
        let name = container["name"].as_str().unwrap_or_default();
        container["ports"].as_array().into_iter().flatten().map(move |port| (name, port))
    })
}

fn of_pod(pod: &Value, reasons: &mut Reasons) {
    for (container, port) in container_ports(pod).filter(|(_, port)| is_tcp(port)) {
        let Some(number) = port_of(&port["containerPort"]) else { continue };
        let name = port["name"].as_str().map(str::to_owned);
        reasons
            .entry(number)
            .or_default()
            .push(PortReason::Container { container: container.to_owned(), name });
    }
}

/// A Service that selects the pod, with its target ports by number or by the name of a container's port.
fn of_service(service: &Value, pod: &Value, reasons: &mut Reasons) {
    let labels = &pod["metadata"]["labels"];
    if !of_service_selects(&service["spec"]["selector"], |key| labels[key].as_str()) {
        return;
    }
    let name = service.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default();
    for port in service.pointer("/spec/ports").and_then(Value::as_array).into_iter().flatten() {
        let target = match &port["targetPort"] {
            Value::Null => port_of(&port["port"]),
            Value::String(named) => container_ports(pod)
                .find(|(_, declared)| declared["name"] == *named)
                .and_then(|(_, declared)| port_of(&declared["containerPort"])),
            number => port_of(number),
        };
        let (Some(target), Some(own)) = (target.filter(|_| is_tcp(port)), port_of(&port["port"])) else {
            continue;
        };
        reasons.entry(target).or_default().push(PortReason::Service { service: name.to_owned(), port: own });
    }
}

fn of_listening(ports: &[ListeningPort], reasons: &mut Reasons) {
    for ListeningPort { port, loopback_only } in ports {
        let reason = PortReason::Listening { loopback_only: *loopback_only };
        reasons.entry(*port).or_default().push(reason);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn containers_and_the_services_that_select_them_say_their_ports() {
        let pod = json!({"metadata": {"labels": {"app": "web", "tier": "front"}}, "spec": {"containers": [
            {"name": "nocalhost-dev", "ports": [
                {"containerPort": 8080, "name": "http"}, {"containerPort": 53, "protocol": "UDP"}]},
            {"name": SIDECAR_CONTAINER, "ports": [{"containerPort": 22000}]},
            {"name": "cache"},
        ]}});
        let service = |name: &str, selector: Value, ports: Value| json!({"metadata": {"name": name}, "spec": {"selector": selector, "ports": ports}});
        let mut reasons = Reasons::new();
        of_pod(&pod, &mut reasons);
        for service in [
            service("named", json!({"app": "web"}), json!([{"port": 80, "targetPort": "http"}])),
            service("number", json!({"app": "web"}), json!([{"port": 90, "targetPort": 9090}, {"port": 91}])),
            service("other", json!({"app": "db"}), json!([{"port": 5432}])),
            service("all", json!({}), json!([{"port": 1}])),
            service("unknown", json!({"app": "web"}), json!([{"port": 2, "targetPort": "nobody"}])),
            service("udp", json!({"app": "web"}), json!([{"port": 3, "protocol": "UDP"}])),
        ] {
            of_service(&service, &pod, &mut reasons);
        }
        let by = |service: &str, port| PortReason::Service { service: service.to_owned(), port };
        let declared =
            PortReason::Container { container: "nocalhost-dev".to_owned(), name: Some("http".to_owned()) };
        let expect = Reasons::from([
            (91, vec![by("number", 91)]),
            (8080, vec![declared, by("named", 80)]),
            (9090, vec![by("number", 90)]),
        ]);
        assert_eq!(reasons, expect);
    }
}
