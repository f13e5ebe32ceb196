use nhd_protocol::browse::describe::{ContainerPhase, ContainerRole, ManagerKind};
use serde_json::json;

use super::*;

fn nobody(_: &WorkloadRef) -> Option<String> {
    None
}

fn template() -> Value {
    json!({"metadata": {"labels": {"app": "web", "tier": "front"}}, "spec": {
    "initContainers": [
        {"name": "wait", "image": "busybox:1"},
        {"name": "proxy", "image": "proxy:2", "restartPolicy": "Always", "ports": [{"containerPort": 15001, "name": "proxy"}]},
    ],
    "containers": [
        {"name": "web", "image": "web:3", "workingDir": "/app",
         "ports": [{"containerPort": 8080, "name": "http"}, {"containerPort": 53, "protocol": "UDP"}],
         "resources": {"requests": {"cpu": "100m", "memory": 64}, "limits": {"memory": "1Gi"}}},
        {"name": "nocalhost-sidecar", "image": "syncthing"},
    ]}})
}

fn object(kind: WorkloadKind) -> Value {
    let mut template = template();
    let mut object = match kind {
        WorkloadKind::Pod => {
            json!({"metadata": {"labels": template["metadata"]["labels"]}, "spec": template["spec"].take()})
        }
        WorkloadKind::CronJob => json!({"spec": {"jobTemplate": {"spec": {"template": template}}}}),
        _ => json!({"spec": {"template": template}}),
    };
    object["metadata"]["name"] = "web".into();
    object["metadata"]["namespace"] = "n".into();
    object
}

#[test]
fn containers_of_every_kind_are_described_in_the_order_in_which_they_begin() {
    for kind in WorkloadKind::ALL {
        let containers = template::containers(kind, &object(kind), false);
        let shown: Vec<_> = containers.iter().map(|it| (it.name.as_str(), it.role, it.developable)).collect();
        let expect = [
            ("wait", ContainerRole::Init, false),
            ("proxy", ContainerRole::Sidecar, false),
            ("web", ContainerRole::Main, true),
            ("nocalhost-sidecar", ContainerRole::Nhd, false),
        ];
        assert_eq!(shown, expect, "{kind}");
        let web = &containers[2];
        assert_eq!((web.image.as_str(), web.working_dir.as_deref()), ("web:3", Some("/app")));
        let ports: Vec<_> =
            web.ports.iter().map(|it| (it.name.as_deref(), it.port, it.protocol.as_str())).collect();
        assert_eq!(ports, [(Some("http"), 8080, "TCP"), (None, 53, "UDP")]);
        assert_eq!((web.requests["cpu"].as_str(), web.requests["memory"].as_str()), ("100m", "64"));
        assert_eq!(web.limits["memory"], "1Gi");
        assert!(template::containers(kind, &object(kind), true).iter().all(|it| !it.developable));
    }
}

#[test]
fn services_that_select_the_pods_are_found_with_the_ports_that_they_lead_to() {
    let service = |name: &str, selector: Value, ports: Value| json!({"metadata": {"name": name}, "spec": {"type": "ClusterIP", "selector": selector, "ports": ports}});
    let mut headless = service("headless", json!({"tier": "front"}), json!([]));
    headless["spec"]["clusterIP"] = "None".into();
    let services = [
        service(
            "all",
            json!({"app": "web"}),
            json!([
            {"port": 80, "targetPort": "http", "name": "http"}, {"port": 81, "targetPort": 9090},
            {"port": 82}, {"port": 83, "targetPort": "unknown", "protocol": "SCTP"}, {"port": 84, "targetPort": "proxy"}]),
        ),
        headless,
        service("other", json!({"app": "web", "tier": "back"}), json!([])),
        service("none", json!({}), json!([])),
        json!({"metadata": {"name": "outside"}, "spec": {"type": "ExternalName"}}),
    ];
    for kind in WorkloadKind::ALL {
        let found = services_of(kind, &object(kind), &services);
        let names: Vec<_> = found.iter().map(|it| (it.name.as_str(), it.kind.as_str())).collect();
        assert_eq!(names, [("all", "ClusterIP"), ("headless", "Headless")], "{kind}");
        let targets: Vec<_> = found[0].ports.iter().map(|it| (it.port, it.target_port)).collect();
        assert_eq!(
            targets,
            [(80, Some(8080)), (81, Some(9090)), (82, Some(82)), (83, None), (84, Some(15001))]
        );
        assert_eq!(found[0].ports[3].protocol, "SCTP");
    }
}

#[test]
fn a_pod_is_described_with_its_containers_and_what_holds_it_up() {
    let pod = json!({"metadata": {"name": "p", "creationTimestamp": "2026-01-01T00:00:00Z"},
        "spec": {"nodeName": "one", "containers": [{"name": "nocalhost-dev"}]},
        "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "False"}],
            "initContainerStatuses": [{"name": "wait", "restartCount": 1, "state": {"terminated": {"exitCode": 0, "reason": "Completed"}}}],
            "containerStatuses": [
                {"name": "web", "restartCount": 4, "state": {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off"}},
                 "lastState": {"terminated": {"exitCode": 3}}},
                {"name": "nocalhost-dev", "restartCount": 0, "ready": true, "state": {"running": {"startedAt": "2026-01-01T00:00:09Z"}}}]}});
    let described = pods::describe(&pod);
    assert_eq!((described.phase.as_str(), described.ready, described.restarts), ("Running", false, 5));
    assert_eq!(described.reason.as_deref(), Some("CrashLoopBackOff"));
    assert_eq!(described.message.as_deref(), Some("it ended with exit code 3"));
    assert_eq!((described.node.as_deref(), described.dev), (Some("one"), true));
    assert_eq!(described.created_at.as_deref(), Some("2026-01-01T00:00:00.000Z"));
    let states: Vec<_> =
        described.containers.iter().map(|it| (it.name.as_str(), it.state, it.exit_code)).collect();
    let expect = [
        ("wait", ContainerPhase::Terminated, Some(0)),
        ("web", ContainerPhase::Waiting, Some(3)),
        ("nocalhost-dev", ContainerPhase::Running, None),
    ];
    assert_eq!(states, expect);
    assert_eq!(described.containers[2].started_at.as_deref(), Some("2026-01-01T00:00:09.000Z"));
    let pending = json!({"metadata": {"name": "p"}, "status": {"phase": "Pending", "containerStatuses":
        [{"name": "web", "state": {"waiting": {"reason": "ContainerCreating"}}}]}});
    assert_eq!(pods::describe(&pending).reason.as_deref(), Some("ContainerCreating"));
    let mut going = pending;
    going["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z".into();
    assert_eq!(pods::describe(&going).phase, "Terminating");
}

#[test]
fn the_newest_pods_are_described_and_the_others_counted() {
    let pod = |number: usize| {
        json!({"metadata": {"name": format!("p{number}"),
        "creationTimestamp": format!("2026-01-01T00:{:02}:{:02}Z", number / 60, number % 60)}})
    };
    let pods: Vec<Value> = (0..PODS_LIMIT + 7).map(pod).collect();
    let (shown, more) = described(&pods);
    assert_eq!((shown.len(), shown[0].name.as_str(), more), (PODS_LIMIT, "p106", Some(7)));
    assert_eq!(described(&pods[..3]).1, None);
}

#[test]
fn who_manages_a_workload_is_told_with_whoever_undoes_changes_first() {
    let with = |metadata: Value| {
        let found = managers::of(&json!({"metadata": metadata}));
        let shown = found.iter().map(|it| {
            let namespace = it.namespace.as_deref().unwrap_or("-");
            format!("{:?} {} {namespace}{}", it.kind, it.name, if it.reverts { " reverts" } else { "" })
        });
        shown.collect::<Vec<_>>().join(", ")
    };
    let helm = json!({"meta.helm.sh/release-name": "shop", "meta.helm.sh/release-namespace": "prod"});
    for (metadata, expect) in [
        (json!({}), ""),
        (json!({"annotations": helm}), "Helm shop prod"),
        (
            json!({"labels": {"app.kubernetes.io/managed-by": "Helm", "app.kubernetes.io/instance": "shop"}}),
            "Helm shop -",
        ),
        (json!({"labels": {"app.kubernetes.io/instance": "shop"}}), ""),
        (
            json!({"annotations": {"argocd.argoproj.io/tracking-id": "shop:apps/Deployment:n/web"}}),
            "ArgoCd shop -",
        ),
        (
            json!({"annotations": {"argocd.argoproj.io/tracking-id": "team_shop:apps/Deployment:n/web"}}),
            "ArgoCd shop team",
        ),
        (json!({"labels": {"argocd.argoproj.io/instance": "shop"}}), "ArgoCd shop -"),
        (
            json!({"labels": {"app.kubernetes.io/instance": "shop"}, "managedFields": [{"manager": "argocd-controller"}]}),
            "ArgoCd shop -",
        ),
        (
            json!({"labels": {"kustomize.toolkit.fluxcd.io/name": "apps", "kustomize.toolkit.fluxcd.io/namespace": "flux-system"}}),
            "Flux Kustomization/apps flux-system reverts",
        ),
        (
            json!({"labels": {"kustomize.toolkit.fluxcd.io/name": "apps"}, "annotations": {"kustomize.toolkit.fluxcd.io/reconcile": "disabled"}}),
            "Flux Kustomization/apps -",
        ),
        (
            json!({"labels": {"helm.toolkit.fluxcd.io/name": "shop", "helm.toolkit.fluxcd.io/namespace": "prod"}, "annotations": helm}),
            "Flux HelmRelease/shop prod, Helm shop prod",
        ),
        (
            json!({"namespace": "n", "annotations": helm, "ownerReferences": [{"kind": "Shop", "name": "main", "controller": true}]}),
            "Operator Shop/main n reverts, Helm shop prod",
        ),
        (json!({"ownerReferences": [{"kind": "Shop", "name": "main"}]}), ""),
    ] {
        assert_eq!(with(metadata.clone()), expect, "{metadata}");
    }
    assert!(ManagerKind::Operator < ManagerKind::Helm);
}

#[test]
fn the_summary_tells_of_pods_and_of_a_dev_pod_beside() {
    let workload = WorkloadRef { namespace: "n".into(), kind: WorkloadKind::Job, name: "web".into() };
    let dev = json!({"metadata": {"name": "p", "namespace": "n"}, "spec": {"containers": [{"name": "nocalhost-dev"}]},
        "status": {"phase": "Pending", "containerStatuses": [{"name": "nocalhost-dev", "state": {"waiting": {"reason": "ErrImagePull"}}}]}});
    let of = |pods: &[Value]| {
        summary(Tree::default(), &workload, &object(WorkloadKind::Job), pods, nobody).expect("has a name")
    };
    assert_eq!((of(&[]).dev_mode, of(&[]).trouble), (None, None));
    let told = of(&[dev]);
    assert!(told.dev_mode.is_some());
    assert_eq!(told.trouble.map(|it| (it.reason, it.pods)), Some(("ErrImagePull".to_owned(), 1)));
}
