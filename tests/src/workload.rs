//! Workloads of the tests: made, looked at before and after, and looked into.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use k8s_openapi::api::apps::v1::{Deployment, ReplicaSet};
use k8s_openapi::api::core::v1::{Pod, PodSpec, Secret};
use kube::api::{
    AttachParams, DeleteParams, DynamicObject, ListParams, ObjectMeta, Patch, PatchParams, PostParams,
};
use kube::core::{ApiResource, GroupVersionKind};
use kube::{Api, Client};
use nhd_protocol::workload::WorkloadKind;
use serde_json::{Value, json};
use tokio::io::AsyncReadExt as _;

const LIMIT: Duration = Duration::from_secs(60);
const INTERVAL: Duration = Duration::from_millis(100);

/// What a test compares before and after: everything of a workload that is its owner's, and none of what the API
/// server and the controllers count up. Of a Pod, which is made anew, what it was made from.
#[derive(Debug, Clone, PartialEq)]
pub struct Portrait {
    pub uid: String,
    pub spec: Value,
    pub labels: Value,
    pub annotations: Value,
}

/// A workload in a namespace of the test cluster.
#[derive(Clone)]
pub struct Workload {
    client: Client,
    namespace: String,
    kind: WorkloadKind,
    name: String,
}

impl Workload {
    /// Makes the workload and waits until it is rolled out.
    pub async fn create(client: &Client, namespace: &str, manifest: Value) -> Result<Self> {
        let workload = Self::create_unready(client, namespace, manifest).await?;
        workload.rolled_out().await?;
        Ok(workload)
    }

    pub async fn create_unready(client: &Client, namespace: &str, manifest: Value) -> Result<Self> {
        let workload = Self::named_in(client, namespace, &manifest)?;
        let object: DynamicObject = serde_json::from_value(manifest)?;
        workload.raw().create(&PostParams::default(), &object).await.context("create the workload")?;
        Ok(workload)
    }

    fn named_in(client: &Client, namespace: &str, manifest: &Value) -> Result<Self> {
        let name = manifest["metadata"]["name"].as_str().context("a name")?.to_owned();
        let kind = manifest["kind"].as_str().unwrap_or_default().parse().map_err(anyhow::Error::msg)?;
        Ok(Self { client: client.clone(), namespace: namespace.to_owned(), kind, name })
    }

    pub fn client(&self) -> &Client {
        &self.client
    }

    pub fn kind(&self) -> WorkloadKind {
        self.kind
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    fn raw(&self) -> Api<DynamicObject> {
        let group = match self.kind {
            WorkloadKind::Pod => "",
            WorkloadKind::Job | WorkloadKind::CronJob => "batch",
            _ => "apps",
        };
        let kind = ApiResource::from_gvk(&GroupVersionKind::gvk(group, "v1", self.kind.as_str()));
        Api::namespaced_with(self.client.clone(), &self.namespace, &kind)
    }

    pub fn deployments(&self) -> Api<Deployment> {
        Api::namespaced(self.client.clone(), &self.namespace)
    }

    pub fn pods(&self) -> Api<Pod> {
        Api::namespaced(self.client.clone(), &self.namespace)
    }

    /// The object as it is.
    pub async fn object(&self) -> Result<Value> {
        Ok(serde_json::to_value(self.raw().get(&self.name).await?)?)
    }

    /// The version of the object, which every write to it changes.
    pub async fn version(&self) -> Result<String> {
        let object = self.object().await?;
        Ok(object["metadata"]["resourceVersion"].as_str().context("a version")?.to_owned())
    }

    pub async fn portrait(&self) -> Result<Portrait> {
        self.portrait_if_there().await?.with_context(|| format!("{} {} is not there", self.kind, self.name))
    }

    /// A Pod is not there between its deletion and its making.
    pub async fn portrait_if_there(&self) -> Result<Option<Portrait>> {
        let Some(object) = self.raw().get_opt(&self.name).await? else { return Ok(None) };
        let mut object = serde_json::to_value(object)?;
        let mut uid = object["metadata"]["uid"].as_str().context("a uid")?.to_owned();
        if self.kind == WorkloadKind::Pod {
            object = nhd_plan::as_new(&object);
            uid.clear();
        }
        let mut annotations = object["metadata"]["annotations"].clone();
        if let Some(annotations) = annotations.as_object_mut() {
            annotations.remove("deployment.kubernetes.io/revision");
            annotations.remove("deprecated.daemonset.template.generation");
        }
        Ok(Some(Portrait {
            uid,
            spec: object["spec"].clone(),
            labels: object["metadata"]["labels"].clone(),
            annotations: if annotations == json!({}) { Value::Null } else { annotations },
        }))
    }

    /// Changes the Deployment by a strategic merge, as `kubectl patch` does.
    pub async fn patch(&self, patch: &Value) -> Result<()> {
        self.raw().patch(&self.name, &PatchParams::default(), &Patch::Strategic(patch)).await?;
        Ok(())
    }

    /// As [`Workload::patch`], under the name of a field manager.
    pub async fn patch_by(&self, manager: &str, patch: &Value) -> Result<()> {
        self.raw().patch(&self.name, &by(manager), &Patch::Strategic(patch)).await?;
        Ok(())
    }

    /// As [`Workload::patch_by`], with a list of operations.
    pub async fn patch_json(&self, manager: &str, operations: &Value) -> Result<()> {
        let operations = serde_json::from_value(operations.clone())?;
        self.raw().patch(&self.name, &by(manager), &Patch::Json::<()>(operations)).await?;
        Ok(())
    }

    /// Changes the number of pods, as `kubectl scale` does.
    pub async fn scale(&self, manager: &str, replicas: u32) -> Result<()> {
        let patch = json!({"spec": {"replicas": replicas}});
        self.raw().patch_scale(&self.name, &by(manager), &Patch::Merge(patch)).await?;
        Ok(())
    }

    /// Server-side apply under the name of a field manager, which makes the workload where there is none.
    pub async fn apply(&self, manager: &str, force: bool, manifest: &Value) -> Result<()> {
        let params = PatchParams { force, ..by(manager) };
        self.raw().patch(&self.name, &params, &Patch::Apply(manifest)).await?;
        Ok(())
    }

    /// Makes the workload by a server-side apply and waits until it is rolled out.
    pub async fn create_applied(
        client: &Client,
        namespace: &str,
        manager: &str,
        manifest: &Value,
    ) -> Result<Self> {
        let workload = Self::named_in(client, namespace, manifest)?;
        workload.apply(manager, false, manifest).await?;
        workload.rolled_out().await?;
        Ok(workload)
    }

    /// The names of the managers that own fields other than of the status.
    pub async fn managers(&self) -> Result<Vec<String>> {
        let object = self.object().await?;
        let entries = object.pointer("/metadata/managedFields").and_then(Value::as_array).cloned();
        let entries =
            entries.unwrap_or_default().into_iter().filter(|entry| entry["subresource"] != "status");
        Ok(entries.filter_map(|entry| entry["manager"].as_str().map(str::to_owned)).collect())
    }

    /// Puts a manifest in the place of whatever is there, as `kubectl replace` does.
    pub async fn replace(&self, manifest: Value) -> Result<()> {
        let object: DynamicObject = serde_json::from_value(manifest)?;
        self.raw().replace(&self.name, &PostParams::default(), &object).await?;
        Ok(())
    }

    /// Deletes the Deployment; what it owns goes in the background.
    pub async fn delete(&self) -> Result<()> {
        self.raw().delete(&self.name, &DeleteParams::background()).await?;
        Ok(())
    }

    pub async fn rolled_out(&self) -> Result<()> {
        let kind = self.kind;
        self.until("rolled out", async |workload| Ok(is_rolled_out(kind, &workload.object().await?))).await
    }

    /// Waits until something is true, for a bounded time.
    pub async fn until(&self, what: &str, test: impl AsyncFn(&Self) -> Result<bool>) -> Result<()> {
        let deadline = Instant::now() + LIMIT;
        while !test(self).await? {
            if Instant::now() > deadline {
                bail!("{} is not {what} after {} s", self.name, LIMIT.as_secs());
            }
            tokio::time::sleep(INTERVAL).await;
        }
        Ok(())
    }

    /// The pods that are not on their way out.
    pub async fn live_pods(&self) -> Result<Vec<Pod>> {
        let pods = self.pods().list(&self.selector()).await?;
        Ok(pods.items.into_iter().filter(|pod| pod.metadata.deletion_timestamp.is_none()).collect())
    }

    /// Every test's workload labels its pods `app=NAME`; one whose name is too long for that is alone in its namespace.
    fn selector(&self) -> ListParams {
        match self.name.len() {
            0..=63 => ListParams::default().labels(&format!("app={}", self.name)),
            _ => ListParams::default(),
        }
    }

    pub async fn replica_sets(&self) -> Result<Vec<ReplicaSet>> {
        Ok(Api::namespaced(self.client.clone(), &self.namespace).list(&self.selector()).await?.items)
    }

    pub async fn secrets(&self) -> Result<Vec<String>> {
        let secrets: Api<Secret> = Api::namespaced(self.client.clone(), &self.namespace);
        let list = secrets.list(&ListParams::default()).await?;
        Ok(list.items.into_iter().filter_map(|secret| secret.metadata.name).collect())
    }

    /// Asserts that the workload is what it was: manifest, uid, pods, history, and nothing of nhd beside it.
    pub async fn assert_restored(&self, before: &Portrait) -> Result<()> {
        let after = self.portrait().await?;
        ensure!(after == *before, "the workload is not as before:\nbefore {before:#?}\nafter {after:#?}");
        for pod in self.live_pods().await? {
            ensure!(!has_sidecar(pod.spec.as_ref()), "a dev pod is left: {:?}", pod.metadata.name);
        }
        for set in self.replica_sets().await? {
            let template = set.spec.as_ref().and_then(|spec| spec.template.as_ref());
            let pod = template.and_then(|template| template.spec.as_ref());
            ensure!(!has_sidecar(pod), "a dev revision is left: {:?}", set.metadata.name);
        }
        let ours = |name: &String| name.starts_with(&self.name) && name.contains("nocalhost");
        let left: Vec<String> = self.secrets().await?.into_iter().filter(ours).collect();
        ensure!(left.is_empty(), "secrets are left: {left:?}");
        Ok(())
    }

    /// What a shell command prints in the dev container.
    pub async fn exec(&self, pod: &str, script: &str) -> Result<String> {
        let params = AttachParams::default().container("nocalhost-dev").stdout(true).stderr(false);
        let mut process = self.pods().exec(pod, ["/bin/sh", "-c", script], &params).await?;
        let mut text = String::new();
        process.stdout().context("has an output")?.read_to_string(&mut text).await?;
        Ok(text)
    }

    /// Waits until a shell command prints what is expected in the dev container.
    pub async fn prints(&self, pod: &str, script: &str, expected: &str) -> Result<()> {
        let deadline = Instant::now() + LIMIT;
        loop {
            let printed = self.exec(pod, script).await?;
            if printed.trim_end() == expected {
                return Ok(());
            }
            if Instant::now() > deadline {
                bail!("{script:?} prints {printed:?}, not {expected:?}");
            }
            tokio::time::sleep(INTERVAL).await;
        }
    }
}

fn is_rolled_out(kind: WorkloadKind, object: &Value) -> bool {
    let number = |pointer: &str| object.pointer(pointer).and_then(Value::as_i64).unwrap_or(0);
    let observed = number("/status/observedGeneration") >= number("/metadata/generation");
    let all = |wanted: i64, counts: &[&str]| {
        observed && counts.iter().all(|count| number(&format!("/status/{count}")) == wanted)
    };
    match kind {
        WorkloadKind::Deployment | WorkloadKind::StatefulSet => {
            let wanted = object.pointer("/spec/replicas").and_then(Value::as_i64).unwrap_or(1);
            all(wanted, &["updatedReplicas", "replicas", "availableReplicas"])
        }
        WorkloadKind::DaemonSet => {
            all(1, &["desiredNumberScheduled", "updatedNumberScheduled", "numberReady"])
        }
        WorkloadKind::Job => {
            let suspended = object.pointer("/spec/suspend") == Some(&json!(true));
            suspended || number("/status/ready") + number("/status/succeeded") > 0
        }
        WorkloadKind::CronJob => true,
        WorkloadKind::Pod => {
            let conditions = object.pointer("/status/conditions").and_then(Value::as_array);
            conditions.into_iter().flatten().any(|it| it["type"] == "Ready" && it["status"] == "True")
        }
    }
}

fn has_sidecar(pod: Option<&PodSpec>) -> bool {
    pod.is_some_and(|pod| pod.containers.iter().any(|container| container.name == "nocalhost-sidecar"))
}

/// A workload of any kind around the pod template of [`app`].
pub fn app_of(kind: WorkloadKind, name: &str) -> Value {
    let mut object = app(name);
    let mut template = object["spec"]["template"].take();
    if matches!(kind, WorkloadKind::Job | WorkloadKind::CronJob) {
        template["spec"]["restartPolicy"] = "Never".into();
    }
    object["kind"] = kind.as_str().into();
    object["apiVersion"] = match kind {
        WorkloadKind::Pod => "v1",
        WorkloadKind::Job | WorkloadKind::CronJob => "batch/v1",
        _ => "apps/v1",
    }
    .into();
    let selector = json!({"matchLabels": {"app": name}});
    object["spec"] = match kind {
        WorkloadKind::Deployment => json!({"replicas": 1, "selector": selector, "template": template}),
        WorkloadKind::StatefulSet => {
            json!({"replicas": 1, "serviceName": name, "selector": selector, "template": template})
        }
        WorkloadKind::DaemonSet => json!({"selector": selector, "template": template}),
        WorkloadKind::Job => json!({"template": template}),
        WorkloadKind::CronJob => {
            json!({"schedule": "0 3 * * *", "jobTemplate": {"spec": {"template": template}}})
        }
        WorkloadKind::Pod => {
            object["metadata"]["labels"]["app"] = name.into();
            template["spec"].take()
        }
    };
    object
}

/// A Deployment of the test cluster's app, with probes and everything else that DevMode takes away for a while.
pub fn app(name: &str) -> Value {
    json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "labels": {"team": "reviews"}, "annotations": {"owner": "tests"}},
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": {"app": name}},
            "template": {
                "metadata": {"labels": {"app": name}},
                "spec": {
                    "terminationGracePeriodSeconds": 1,
                    "containers": [{
                        "name": "app",
                        "image": "nhd-tests/app:1",
                        "imagePullPolicy": "IfNotPresent",
                        "env": [{"name": "LOG_DIR", "value": "/tmp/logs"}],
                        "ports": [{"containerPort": 9080}],
                        "readinessProbe": {"tcpSocket": {"port": 9080}, "periodSeconds": 1},
                        "securityContext": {"allowPrivilegeEscalation": false},
                    }],
                },
            },
        },
    })
}

/// A container to put beside that of [`app`], which runs only while that answers.
pub fn companion() -> Value {
    let script = "wget -q -O /dev/null 127.0.0.1:9080 || exit 1; trap 'exit 0' TERM; sleep 100000 & wait";
    json!({"name": "gauge", "image": "nhd-tests/dev:1", "imagePullPolicy": "IfNotPresent",
        "command": ["/bin/sh", "-c", script]})
}

/// Writing under the name of a field manager.
pub fn by(manager: &str) -> PatchParams {
    PatchParams { field_manager: Some(manager.to_owned()), ..PatchParams::default() }
}

/// An object's metadata with just a name.
pub fn named(name: &str) -> ObjectMeta {
    ObjectMeta { name: Some(name.to_owned()), ..ObjectMeta::default() }
}
