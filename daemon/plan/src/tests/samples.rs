//! What tests are made from: options, YAML, and Deployments of every shape that the API allows and we care about.

pub(crate) mod kinds;

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Map, Value, json};

use crate::{DEFAULT_COMMAND, DEFAULT_WORK_DIR, DevOptions, Edit, Folder, Sidecar, SidecarPreset};

/// What may stand where the API has a list, an object or a text.
pub(crate) fn nonsense() -> impl Strategy<Value = Value> {
    select(vec![yaml("null"), yaml("1"), yaml("x"), yaml("[]"), yaml("{}"), yaml("[1, null]")])
}

/// The edit from `origin` to `edited` of a workload whose container is `web`.
pub(crate) fn edit_of(origin: &Value, edited: &Value) -> Edit {
    Edit::new("web".to_owned(), origin.clone(), edited.clone())
}

pub(crate) fn yaml(text: &str) -> Value {
    serde_yaml_ng::from_str(text).expect("the test's YAML is valid")
}

pub(crate) fn options() -> DevOptions {
    DevOptions {
        container: None,
        image: "dev:1".to_owned(),
        image_pull_policy: None,
        env: Vec::new(),
        env_from: Vec::new(),
        limits: BTreeMap::new(),
        requests: BTreeMap::new(),
        keep_security_context: false,
        work_dir: DEFAULT_WORK_DIR.to_owned(),
        command: DEFAULT_COMMAND.map(str::to_owned).to_vec(),
        sidecar: Sidecar {
            preset: SidecarPreset::Syncthing,
            image: None,
            limits: BTreeMap::new(),
            requests: BTreeMap::new(),
        },
        folders: Vec::new(),
        storage_class: None,
        limit_ranges: Vec::new(),
        secret_name: "web-deployment-nocalhost-syncthing-secret".to_owned(),
        revisions: 1,
        exclusive_claims: false,
        tight_quota: false,
        fixed_history: false,
        patches: Vec::new(),
        force: false,
    }
}

const NAMES: [&str; 3] = ["web", "db", "proxy"];
const INIT_NAMES: [&str; 2] = ["setup", "mesh"];

/// A Deployment as the API server returns it, and options under which it can enter DevMode.
pub(crate) fn deployment() -> impl Strategy<Value = (Value, DevOptions)> {
    (subsequence(NAMES.to_vec(), 1..=3), subsequence(INIT_NAMES.to_vec(), 0..=2)).prop_flat_map(
        |(names, init)| {
            let chosen = select(names.clone());
            let containers: Vec<_> = names.iter().map(|name| container(name)).collect();
            let init_containers: Vec<_> = init.iter().map(|name| init_container(name)).collect();
            (chosen, pod_template(containers, init_containers), controls(), metadata(), dev_options())
                .prop_map(|(chosen, template, mut spec, metadata, mut options)| {
                    spec.insert("template".to_owned(), template);
                    options.container = Some(chosen.to_owned());
                    let object = json!({
                        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec,
                        "status": { "replicas": 1 },
                    });
                    (object, options)
                })
        },
    )
}

fn dev_options() -> impl Strategy<Value = DevOptions> {
    let preset = select(vec![SidecarPreset::Syncthing, SidecarPreset::Nocalhost]);
    let sidecar = (preset, option::of(Just("side:1".to_owned())));
    let folder = |path: &str| Folder { path: path.to_owned(), capacity: "1Gi".to_owned() };
    let work_dir_cache = format!("{DEFAULT_WORK_DIR}/cache");
    let paths = ["/go", work_dir_cache.as_str(), "/nhd/a"];
    let folders = paths.map(folder).to_vec();
    let folders = prop_oneof![3 => Just(Vec::new()), 1 => subsequence(folders, 0..=3)];
    (sidecar, configured(), folders, 0..14usize, any::<(bool, bool)>()).prop_map(
        |((preset, image), configured, folders, revisions, (exclusive_claims, tight_quota))| DevOptions {
            folders,
            sidecar: Sidecar { preset, image, ..options().sidecar },
            revisions,
            exclusive_claims,
            tight_quota,
            ..configured
        },
    )
}

/// What a dev configuration may say: variables that the container has or has not, and resources.
fn configured() -> impl Strategy<Value = DevOptions> {
    let policy = option::of(select(vec!["Always", "Never"]).prop_map(str::to_owned));
    let names = subsequence(vec!["A", "C", "D"], 0..=3);
    let quantities = || {
        subsequence(vec!["cpu", "memory"], 0..=2).prop_map(|names| {
            names.into_iter().map(|name| (name.to_owned(), "1".to_owned())).collect::<BTreeMap<_, _>>()
        })
    };
    (policy, names, quantities(), quantities()).prop_map(|(image_pull_policy, names, limits, requests)| {
        let env = names.into_iter().map(|name| (name.to_owned(), "ours".to_owned())).collect();
        DevOptions { image_pull_policy, env, limits, requests, ..options() }
    })
}

/// Each field of `fields` is there or not.
fn some_of(fields: Vec<(&'static str, BoxedStrategy<Value>)>) -> impl Strategy<Value = Map<String, Value>> {
    let fields: Vec<_> = fields
        .into_iter()
        .map(|(field, value)| option::of(value).prop_map(move |value| (field.to_owned(), value)))
        .collect();
    fields.prop_map(|fields| fields.into_iter().filter_map(|(field, value)| Some((field, value?))).collect())
}

/// One of the YAML texts.
fn one_of(texts: &[&str]) -> BoxedStrategy<Value> {
    select(texts.iter().map(|text| yaml(text)).collect::<Vec<_>>()).boxed()
}

fn container(name: &str) -> impl Strategy<Value = Value> + use<> {
    let fields = some_of(vec![
        ("env", vec(variable(), 0..4).prop_map(Value::from).boxed()),
        (
            "envFrom",
            one_of(&["[{configMapRef: {name: web}}]", "[{secretRef: {name: s}}, {configMapRef: {name: s}}]"]),
        ),
        ("volumeMounts", subsequence(mounts(), 0..=mounts().len()).prop_map(Value::from).boxed()),
        (
            "ports",
            one_of(&[
                "[{containerPort: 80}]",
                "[{containerPort: 81, hostPort: 81}, {containerPort: 82, name: a}]",
            ]),
        ),
        ("securityContext", one_of(&["{}", "{privileged: true}", "{runAsUser: 7, runAsNonRoot: true}"])),
        ("command", one_of(&["[run]"])),
        ("args", one_of(&["[]", "[--fast, web]"])),
        ("workingDir", one_of(&["/app"])),
        ("lifecycle", one_of(&["{preStop: {exec: {command: [web]}}}"])),
        ("livenessProbe", one_of(&["{httpGet: {port: 80}}"])),
        ("readinessProbe", one_of(&["{tcpSocket: {port: 80}, periodSeconds: 5}"])),
        ("startupProbe", one_of(&["{exec: {command: [web]}}"])),
        ("resources", one_of(&["{}", "{limits: {cpu: 100m, example.com/gpu: '1'}}"])),
        ("imagePullPolicy", one_of(&["Always", "Never"])),
        ("terminationMessagePolicy", one_of(&["File"])),
        ("someFieldOfTheFuture", one_of(&["{deep: [1, {name: web}]}"])),
    ]);
    with(fields, json!({ "name": name, "image": format!("{name}:1") }))
}

fn init_container(name: &str) -> impl Strategy<Value = Value> + use<> {
    let fields = some_of(vec![
        ("env", vec(variable(), 0..3).prop_map(Value::from).boxed()),
        ("securityContext", one_of(&["{privileged: true}"])),
    ]);
    let native = some_of(vec![
        ("startupProbe", one_of(&["{tcpSocket: {port: 1}}"])),
        ("livenessProbe", one_of(&["{tcpSocket: {port: 1}}"])),
        ("ports", one_of(&["[{containerPort: 1, hostPort: 2}]"])),
    ]);
    let native = with(native, json!({ "restartPolicy": "Always" }));
    let native = prop_oneof![Just(json!({})), native];
    (fields, native, Just(json!({ "name": name, "image": "init:1" })))
        .prop_map(|(fields, native, base)| merged(fields, merged(as_map(native), base)))
}

/// Variables with names that repeat, and references to containers that are there or not.
fn variable() -> impl Strategy<Value = Value> {
    let name = select(vec!["A", "B"]);
    let value = prop_oneof![
        "[a-z]{0,3}".prop_map(|value| json!({ "value": value })),
        select(NAMES.to_vec()).prop_map(|name| {
            json!({ "valueFrom": { "resourceFieldRef": { "containerName": name, "resource": "limits.cpu" } } })
        }),
        Just(json!({ "valueFrom": { "resourceFieldRef": { "resource": "limits.cpu" } } })),
        Just(json!({ "valueFrom": { "fieldRef": { "fieldPath": "metadata.name" } } })),
    ];
    (name, value).prop_map(|(name, value)| merged(as_map(json!({ "name": name })), value))
}

/// Mounts that a container may have any of; none hinders DevMode.
fn mounts() -> Vec<Value> {
    as_list(yaml(
        "
        - {name: scratch, mountPath: /home/nocalhost-dev}
        - {name: scratch, mountPath: /home}
        - {name: claim, mountPath: /data, subPath: web}
        - {name: claim, mountPath: /home/nocalhost-dev/data}
        - {name: node, mountPath: /node, readOnly: true}
        - {name: about, mountPath: /about}",
    ))
}

fn volumes() -> BoxedStrategy<Value> {
    let info = |name: &str| {
        format!("items: [{{path: cpu, resourceFieldRef: {{containerName: {name}, resource: limits.cpu}}}}]")
    };
    select(NAMES.to_vec())
        .prop_map(move |name| {
            yaml(&format!(
                "
                - {{name: scratch, emptyDir: {{}}}}
                - {{name: claim, persistentVolumeClaim: {{claimName: web}}}}
                - {{name: node, hostPath: {{path: /x, type: ''}}}}
                - {{name: settings, configMap: {{name: web, defaultMode: 420}}}}
                - {{name: about, downwardAPI: {{{info}}}}}
                - {{name: mixed, projected: {{sources: [{{secret: {{name: web}}}}, {{downwardAPI: {{{info}}}}}]}}}}",
                info = info(name)
            ))
        })
        .boxed()
}

fn pod_template<C, I>(containers: Vec<C>, init_containers: Vec<I>) -> impl Strategy<Value = Value>
where
    C: Strategy<Value = Value>,
    I: Strategy<Value = Value>,
{
    let fields = some_of(vec![
        (
            "securityContext",
            one_of(&[
                "{}",
                "{runAsNonRoot: true, fsGroup: 7}",
                "{runAsUser: 7, runAsGroup: 7, runAsNonRoot: true}",
                "{seccompProfile: {type: RuntimeDefault}}",
            ]),
        ),
        ("hostNetwork", one_of(&["true"])),
        ("someFieldOfTheFuture", one_of(&["[{name: web}]"])),
    ]);
    let annotations = (select(NAMES.to_vec()), any::<bool>()).prop_map(|(name, some)| {
        if !some {
            return json!({ "creationTimestamp": null, "labels": { "app": "web" } });
        }
        let apparmor = format!("container.apparmor.security.beta.kubernetes.io/{name}");
        let default = "kubectl.kubernetes.io/default-container";
        json!({ "labels": { "app": "web" }, "annotations": { apparmor: "unconfined", default: name, "a/b": name } })
    });
    let lists = (containers, init_containers, volumes());
    (lists, fields, annotations).prop_map(|((containers, init, volumes), mut pod_spec, metadata)| {
        pod_spec.insert("volumes".to_owned(), volumes);
        pod_spec.insert("containers".to_owned(), containers.into());
        if !init.is_empty() {
            pod_spec.insert("initContainers".to_owned(), init.into());
        }
        json!({ "metadata": metadata, "spec": pod_spec })
    })
}

fn controls() -> impl Strategy<Value = Map<String, Value>> {
    let fields = some_of(vec![
        ("paused", one_of(&["true"])),
        ("minReadySeconds", one_of(&["30"])),
        ("revisionHistoryLimit", one_of(&["0", "1", "10"])),
        (
            "strategy",
            one_of(&[
                "{type: Recreate}",
                "{type: RollingUpdate, rollingUpdate: {maxSurge: 25%, maxUnavailable: 25%}}",
                "{type: RollingUpdate, rollingUpdate: {maxSurge: 0, maxUnavailable: 1}}",
            ]),
        ),
        ("progressDeadlineSeconds", one_of(&["600"])),
        ("someFieldOfTheFuture", one_of(&["{paused: true}"])),
    ]);
    (fields, 0..5i64).prop_map(|(mut fields, replicas)| {
        fields.insert("replicas".to_owned(), replicas.into());
        fields.insert("selector".to_owned(), json!({ "matchLabels": { "app": "web" } }));
        fields
    })
}

fn metadata() -> impl Strategy<Value = Value> {
    let fields = some_of(vec![
        ("labels", one_of(&["{app: web}"])),
        (
            "annotations",
            one_of(&[
                "{deployment.kubernetes.io/revision: '1'}",
                "{kubectl.kubernetes.io/last-applied-configuration: '{\"spec\":{}}', theirs: web}",
            ]),
        ),
        ("finalizers", one_of(&["[theirs/hold]"])),
    ]);
    with(fields, json!({ "name": "web", "uid": "u", "resourceVersion": "1", "generation": 1 }))
}

fn with(fields: impl Strategy<Value = Map<String, Value>>, base: Value) -> impl Strategy<Value = Value> {
    fields.prop_map(move |fields| merged(fields, base.clone()))
}

fn merged(mut fields: Map<String, Value>, base: Value) -> Value {
    fields.extend(as_map(base));
    fields.into()
}

fn as_map(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        other => panic!("{other} is not an object"),
    }
}

fn as_list(value: Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items,
        other => panic!("{other} is not a list"),
    }
}
