//! Workloads of the other kinds around the pod templates of sample Deployments.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Map, Value, json};

use super::{as_map, deployment, merged, one_of, some_of, yaml};
use crate::manifest::{items_mut, push};
use crate::{ConfigPlace, DevOptions, Patch, PatchKind, kinds};

/// A workload of any kind as the API server returns it, and options under which it can enter DevMode.
pub(crate) fn workload() -> impl Strategy<Value = (Value, DevOptions)> {
    select(kinds::names()).prop_flat_map(of_kind)
}

pub(crate) fn of_kind(kind: &'static str) -> impl Strategy<Value = (Value, DevOptions)> {
    (deployment(), fields(kind), name(), any::<bool>()).prop_map(
        move |((mut object, mut options), fields, name, fixed_history)| {
            options.fixed_history = fixed_history;
            object["kind"] = kind.into();
            object["metadata"]["name"] = name.into();
            let template = object["spec"]["template"].clone();
            match kind {
                "Deployment" => {}
                "Pod" => make_pod(&mut object, template, fields),
                "CronJob" => {
                    let job = merged(as_map(json!({ "template": template })), yaml(JOB));
                    let job_template = json!({ "metadata": { "labels": { "cron": "web" } }, "spec": job });
                    object["spec"] = merged(fields, json!({ "jobTemplate": job_template }));
                }
                _ => object["spec"] = merged(fields, json!({ "template": template })),
            }
            (object, options)
        },
    )
}

/// The same with patches, or with none: none touches what others edit in the tests, and all touch the same lists.
pub(crate) fn patched() -> impl Strategy<Value = (Value, DevOptions)> {
    select(kinds::names()).prop_flat_map(patched_of_kind)
}

pub(crate) fn patched_of_kind(kind: &'static str) -> impl Strategy<Value = (Value, DevOptions)> {
    let wrap = move |template: &str| match kind {
        "Pod" => yaml(template),
        _ => json!({ "spec": { "template": yaml(template) } }),
    };
    let template = if kind == "Pod" { "" } else { "/spec/template" };
    let patches = vec![
        (PatchKind::Strategic, wrap(CONTAINERS)),
        (PatchKind::Strategic, wrap("{metadata: {labels: {patched: '1'}, annotations: {patched: '1'}}}")),
        (PatchKind::Merge, wrap("{spec: {tolerations: [{key: patched}], terminationGracePeriodSeconds: 3}}")),
        (
            PatchKind::Json,
            json!([{"op": "add", "path": format!("{template}/spec/nodeSelector"), "value": {"patched": "1"}}]),
        ),
    ];
    (of_kind(kind), subsequence(patches, 0..=4)).prop_map(|((object, mut options), patches)| {
        let made =
            patches.into_iter().map(|(kind, patch)| Patch { kind, patch, place: ConfigPlace::default() });
        options.patches = made.collect();
        (object, options)
    })
}

const CONTAINERS: &str = "
    spec:
      containers:
        - name: nocalhost-dev
          env: [{name: PATCHED, value: '1'}]
          envFrom: [{configMapRef: {name: patched}}]
          ports: [{containerPort: 4000, protocol: TCP}]
          resources: {limits: {cpu: '7'}}
          volumeMounts: [{name: patched, mountPath: /patched}]
        - {name: patched, image: 'patched:1'}
      initContainers: [{name: before, image: 'before:1'}]
      volumes: [{name: patched, emptyDir: {}}]";

fn name() -> impl Strategy<Value = String> {
    prop_oneof![Just("web".to_owned()), "[a-z0-9]([-a-z0-9.]{0,60}[a-z0-9])?"]
        .prop_filter("a DNS subdomain", |name| {
            !name.contains("..") && !name.contains(".-") && !name.contains("-.")
        })
}

const JOB: &str = "
    parallelism: 5
    completions: 9
    completionMode: Indexed
    backoffLimitPerIndex: 1
    maxFailedIndexes: 2
    manualSelector: true
    selector: {matchLabels: {app: web}}
    podFailurePolicy: {rules: [{action: FailJob, onExitCodes: {containerName: web, operator: In, values: [1]}}]}
    successPolicy: {rules: [{succeededCount: 1}]}
    activeDeadlineSeconds: 10
    ttlSecondsAfterFinished: 0";

fn fields(kind: &str) -> BoxedStrategy<Map<String, Value>> {
    let job = || one_of(&["false", "true"]);
    match kind {
        "StatefulSet" => some_of(vec![
            ("replicas", one_of(&["0", "1", "3"])),
            ("minReadySeconds", one_of(&["30"])),
            ("revisionHistoryLimit", one_of(&["0", "1", "10"])),
            ("podManagementPolicy", one_of(&["Parallel", "OrderedReady"])),
            ("ordinals", one_of(&["{start: 2}"])),
            (
                "updateStrategy",
                one_of(&[
                    "{type: OnDelete}",
                    "{type: RollingUpdate, rollingUpdate: {partition: 2}}",
                    "{type: RollingUpdate, rollingUpdate: {partition: 0, maxUnavailable: 2}}",
                ]),
            ),
            (
                "persistentVolumeClaimRetentionPolicy",
                one_of(&[
                    "{whenScaled: Delete, whenDeleted: Retain}",
                    "{whenScaled: Delete, whenDeleted: Delete}",
                    "{whenScaled: Retain, whenDeleted: Delete}",
                ]),
            ),
            ("volumeClaimTemplates", one_of(&["[{metadata: {name: data}}]"])),
        ])
        .boxed(),
        "DaemonSet" => some_of(vec![
            ("minReadySeconds", one_of(&["30"])),
            ("revisionHistoryLimit", one_of(&["0", "1", "10"])),
            ("updateStrategy", one_of(&["{type: OnDelete}", "{type: RollingUpdate}"])),
            ("selector", one_of(&["{matchLabels: {app: web}}"])),
        ])
        .boxed(),
        "Job" => some_of(vec![("suspend", job()), ("ttlSecondsAfterFinished", one_of(&["5"]))])
            .prop_map(|mut fields| {
                fields.extend(as_map(yaml(JOB)));
                fields
            })
            .boxed(),
        "CronJob" => some_of(vec![
            ("suspend", job()),
            (
                "schedule",
                one_of(&["'* * * * *'", "'1 1 1 1 1'", "'TZ=UTC 0 * * * *'", "'CRON_TZ=UTC @daily'"]),
            ),
            ("timeZone", one_of(&["Etc/UTC"])),
            ("concurrencyPolicy", one_of(&["Forbid", "Replace"])),
        ])
        .boxed(),
        _ => some_of(vec![
            ("nodeName", one_of(&["node-1"])),
            ("priority", one_of(&["0"])),
            ("overhead", one_of(&["{cpu: 1m}"])),
            ("nodeSelector", one_of(&["{disk: fast}"])),
            ("restartPolicy", one_of(&["Always", "Never", "OnFailure"])),
            ("activeDeadlineSeconds", one_of(&["100"])),
            ("ephemeralContainers", one_of(&["[{name: debugger, image: busybox}]"])),
        ])
        .boxed(),
    }
}

/// Makes a pod of the template, as admission and scheduler leave it.
fn make_pod(object: &mut Value, template: Value, fields: Map<String, Value>) {
    let mut spec = merged(fields, template["spec"].clone());
    let token = "{name: kube-api-access-abcde, projected: {sources: [{serviceAccountToken: {path: token}}]}}";
    push(&mut spec, "volumes", yaml(token));
    for list in ["initContainers", "containers"] {
        for container in items_mut(&mut spec, list) {
            let mount =
                "{name: kube-api-access-abcde, mountPath: /var/run/secrets/kubernetes.io/serviceaccount}";
            push(container, "volumeMounts", yaml(mount));
        }
    }
    object["apiVersion"] = "v1".into();
    object["spec"] = spec;
    object["status"] = json!({ "phase": "Running" });
}
