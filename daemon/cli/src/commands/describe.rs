//! `nhd-cli describe`: one workload in detail, for people.

use nhd_client::Client;
use nhd_protocol::browse::describe::{
    ContainerDescription, ContainerRole, DescribeParams, Manager, ManagerKind, PodDescription,
    ServiceDescription, WorkloadDescription,
};
use nhd_protocol::methods;
use time::OffsetDateTime;

use crate::arguments::DescribeArguments;
use crate::caller::Caller;
use crate::commands::workloads::who;
use crate::failure::Failure;
use crate::render::Screen;
use crate::render::session::{age, short_name};
use crate::render::style::{Style, Tone};
use crate::render::table::{Cell, table};

pub(crate) async fn run(
    arguments: &DescribeArguments,
    here: &Caller,
    client: &Client,
    screen: &mut Screen,
) -> Result<(), Failure> {
    let params = DescribeParams {
        kind: arguments.target.kind,
        name: arguments.target.name.clone(),
        namespace: arguments.at.namespace.clone(),
        kubeconfig: arguments.at.cluster.kubeconfig.named(here)?,
        context: arguments.at.cluster.context.clone(),
        environment: here.environment(),
    };
    let description = client.call::<methods::Describe>(params).await?;
    screen.result(&description, |style| text(style, &description, OffsetDateTime::now_utc()))?;
    let troubles: Vec<String> =
        description.troubles.iter().map(|trouble| trouble.error.message.clone()).collect();
    Ok(screen.warnings(&troubles)?)
}

fn text(style: Style, description: &WorkloadDescription, now: OffsetDateTime) -> String {
    let mut out = head(style, description, now);
    let containers: Vec<Vec<Cell>> = description.containers.iter().map(container).collect();
    out += "\n";
    out += &table(style, &["CONTAINER", "IMAGE", "PORTS", "WORKING DIR", "REQUESTS", "LIMITS"], &containers);
    if !description.pods.is_empty() {
        let pods: Vec<Vec<Cell>> = description.pods.iter().map(|it| pod(it, now)).collect();
        out += "\n";
        out += &table(style, &["POD", "PHASE", "READY", "RESTARTS", "AGE", "NODE"], &pods);
    }
    if let Some(more) = description.more_pods {
        out += &format!("and {more} more\n");
    }
    if !description.services.is_empty() {
        let services: Vec<Vec<Cell>> = description.services.iter().map(service).collect();
        out += "\n";
        out += &table(style, &["SERVICE", "TYPE", "PORTS"], &services);
    }
    out
}

fn head(style: Style, description: &WorkloadDescription, now: OffsetDateTime) -> String {
    let summary = &description.summary;
    let workload = &summary.workload;
    let name = style.paint(Tone::Strong, &short_name(workload));
    let mut out = format!("{name} in namespace {} of {}\n", workload.namespace, description.server);
    let mut line = |what: &str, text: String| out += &format!("{what:<12}{text}\n");
    if let Some(count) = summary.replicas {
        line("ready", format!("{}/{}", count.ready, count.desired));
    }
    if let Some(trouble) = &summary.trouble {
        let said = trouble.message.as_deref().map(|said| format!(": {said}")).unwrap_or_default();
        line("trouble", style.paint(Tone::Bad, &format!("{}{said}", trouble.reason)));
    }
    if let Some(dev_mode) = &summary.dev_mode {
        let who = who(dev_mode);
        let since = dev_mode.owner.as_ref().and_then(|owner| age(&owner.since, now));
        let since = since.map(|since| format!(", since {since}")).unwrap_or_default();
        line("in DevMode", format!("{}{since}", style.paint(who.tone, &who.text)));
    }
    for manager in &description.managers {
        line("managed by", managed_by(manager));
    }
    if let Some(age) = description.created_at.as_deref().and_then(|made| age(made, now)) {
        line("age", age);
    }
    if let Some(last) = &description.last_choice {
        let container = last.container.as_deref().map(|it| format!(", container {it}")).unwrap_or_default();
        line("last time", format!("{}, {}{container}", last.image, last.source));
    }
    out
}

fn managed_by(manager: &Manager) -> String {
    let kind = match manager.kind {
        ManagerKind::Operator => "",
        ManagerKind::Flux => "Flux ",
        ManagerKind::ArgoCd => "Argo CD application ",
        ManagerKind::Helm => "Helm release ",
    };
    let namespace = manager.namespace.as_deref().map(|it| format!(" in namespace {it}")).unwrap_or_default();
    let reverts = if manager.reverts { ", which undoes changes" } else { "" };
    format!("{kind}{}{namespace}{reverts}", manager.name)
}

fn container(container: &ContainerDescription) -> Vec<Cell> {
    let role = match container.role {
        ContainerRole::Main => "",
        ContainerRole::Init => " (init)",
        ContainerRole::Sidecar => " (sidecar)",
        ContainerRole::Nhd => " (nhd's)",
    };
    let port = |port: &nhd_protocol::browse::describe::ContainerPort| {
        let name = port.name.as_deref().map(|name| format!("{name}:")).unwrap_or_default();
        format!("{name}{}{}", port.port, protocol(&port.protocol))
    };
    let quantities = |of: &std::collections::BTreeMap<String, String>| {
        of.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(",")
    };
    vec![
        Cell::plain(format!("{}{role}", container.name)),
        Cell::plain(container.image.clone()),
        Cell::plain(container.ports.iter().map(port).collect::<Vec<_>>().join(",")),
        Cell::plain(container.working_dir.clone().unwrap_or_default()),
        Cell::plain(quantities(&container.requests)),
        Cell::plain(quantities(&container.limits)),
    ]
}

fn pod(pod: &PodDescription, now: OffsetDateTime) -> Vec<Cell> {
    let ready = pod.containers.iter().filter(|container| container.ready).count();
    let phase = match &pod.reason {
        Some(reason) => Cell::new(Tone::Bad, reason.clone()),
        None => Cell::new(if pod.ready { Tone::Good } else { Tone::Busy }, pod.phase.clone()),
    };
    vec![
        Cell::plain(if pod.dev { format!("{} (dev)", pod.name) } else { pod.name.clone() }),
        phase,
        Cell::plain(format!("{ready}/{}", pod.containers.len())),
        Cell::plain(pod.restarts.to_string()),
        Cell::plain(pod.created_at.as_deref().and_then(|made| age(made, now)).unwrap_or_default()),
        Cell::plain(pod.node.clone().unwrap_or_default()),
    ]
}

fn service(service: &ServiceDescription) -> Vec<Cell> {
    let port = |port: &nhd_protocol::browse::describe::ServicePort| {
        let target = match port.target_port {
            Some(target) if target != port.port => format!("->{target}"),
            Some(_) => String::new(),
            None => "->?".to_owned(),
        };
        format!("{}{target}{}", port.port, protocol(&port.protocol))
    };
    vec![
        Cell::plain(service.name.clone()),
        Cell::plain(service.kind.clone()),
        Cell::plain(service.ports.iter().map(port).collect::<Vec<_>>().join(",")),
    ]
}

/// Only what is not usual is said.
fn protocol(protocol: &str) -> String {
    if protocol == "TCP" { String::new() } else { format!("/{protocol}") }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_workload_is_described_on_a_page() {
        let description: WorkloadDescription = serde_json::from_value(json!({
            "context": "dev", "server": "https://10.0.0.1", "createdAt": "2026-01-01T00:00:00.000Z",
            "summary": {"workload": {"kind": "Deployment", "namespace": "n", "name": "web"}, "containers": ["web"],
                "replicas": {"ready": 0, "desired": 1},
                "devMode": {"here": true, "owner": {"user": "ann", "host": "laptop", "since": "2026-01-01T00:02:00.000Z"}},
                "trouble": {"reason": "ErrImagePull", "message": "no such image", "pods": 1}},
            "containers": [
                {"name": "wait", "role": "init", "image": "busybox:1", "developable": false},
                {"name": "web", "role": "main", "image": "web:3", "workingDir": "/app", "developable": true,
                 "ports": [{"name": "http", "port": 8080, "protocol": "TCP"}, {"port": 53, "protocol": "UDP"}],
                 "requests": {"cpu": "100m"}}],
            "pods": [{"name": "web-1", "phase": "Pending", "ready": false, "restarts": 2, "reason": "ErrImagePull",
                "dev": true, "node": "one", "createdAt": "2026-01-01T00:02:00.000Z",
                "containers": [{"name": "web", "state": "waiting", "ready": false, "restarts": 2}]}],
            "morePods": 3,
            "services": [{"name": "web", "kind": "ClusterIP", "ports": [
                {"port": 80, "protocol": "TCP", "targetPort": 8080}, {"port": 53, "protocol": "UDP", "targetPort": 53},
                {"port": 9, "protocol": "TCP"}]}],
            "managers": [{"kind": "operator", "name": "Shop/main", "reverts": true},
                {"kind": "helm", "name": "shop", "namespace": "prod", "reverts": false}],
            "lastChoice": {"image": "golang:1.24", "source": "/src", "at": "2026-01-01T00:00:00.000Z"},
        }))
        .expect("is a description");
        let expect = "\
deployment/web in namespace n of https://10.0.0.1
ready       0/1
trouble     ErrImagePull: no such image
in DevMode  ann@laptop (here), since 1 min
managed by  Shop/main, which undoes changes
managed by  Helm release shop in namespace prod
age         3 min
last time   golang:1.24, /src

CONTAINER    IMAGE      PORTS             WORKING DIR  REQUESTS  LIMITS
wait (init)  busybox:1
web          web:3      http:8080,53/UDP  /app         cpu=100m

POD          PHASE         READY  RESTARTS  AGE    NODE
web-1 (dev)  ErrImagePull  0/1    2         1 min  one
and 3 more

SERVICE  TYPE       PORTS
web      ClusterIP  80->8080,53/UDP,9->?
";
        assert_eq!(text(Style::PLAIN, &description, datetime!(2026-01-01 00:03:00 UTC)), expect);
    }
}
